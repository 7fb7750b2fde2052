"""The process killed at any moment of a cycle, then run again: the same history as an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.store.engine import open_database
from tests.conftest import MakeUrl
from tests.flow.agency import Agency
from tests.flow.stories import STORIES
from tests.flow.test_cycle import configure, history

ROOT = Path(__file__).parents[2]
KILLS = {"sqlite": 20, "postgresql": 8}
KEPT = ("events", "evidence", "articles", "article_versions", "entries", "outbox")
# ids and revisions tell in which order the reports were read, which is nobody's promise


def start(directory: Path, url: str, failpoint: str = "") -> subprocess.Popen[str]:
    """A cycle as a process of its own."""
    environment = {**os.environ, "TREATYWATCH_FAILPOINT": failpoint}
    command = [sys.executable, "-m", "tests.chaos.one_cycle", str(directory), url]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def facts(url: str) -> dict[str, object]:
    """What has to be the same: the events, and how many rows each table has."""
    database = open_database(url)
    counts = {
        name: database.read(lambda c: c.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: B023
        for name in KEPT
    }
    if database.is_sqlite:
        assert database.read(lambda c: c.execute(text("PRAGMA integrity_check")).scalar_one()) == "ok"
        assert not database.read(lambda c: c.execute(text("PRAGMA foreign_key_check")).all())
    database.close()
    told = [
        (e.agreement_id, e.type, e.stage, e.actor_country, str(e.date), e.state, len(e.sources)) for e in history(url)
    ]
    return {"events": sorted(told), "rows": counts}


@pytest.mark.slow
def test_killed_at_twenty_moments(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """SIGKILL at twenty random passages of the cycle (before and after every commit among them): nothing lost, nothing twice."""
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        undisturbed = make_url_of(True)
        process = start(directory, undisturbed)
        passages = int(process.communicate(timeout=120)[0])
        assert process.returncode == 0
        expected = facts(undisturbed)
        assert expected["events"]
        dice = random.Random(20260114)
        moments = sorted(
            dice.sample(range(1, passages + 1), min(KILLS[undisturbed.partition(":")[0].partition("+")[0]], passages))
        )
        for moment in moments:
            url = make_url_of(True)
            killed = start(directory, url, f"any:{moment}")
            killed.communicate(timeout=120)
            assert killed.returncode == -signal.SIGKILL, f"passage {moment} was not reached"
            again = start(directory, url)
            again.communicate(timeout=120)
            assert again.returncode == 0
            assert facts(url) == expected, f"killed at passage {moment} of {passages}"


@pytest.mark.slow
def test_killed_again_and_again(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """One database, a process killed at ever later passages until one gets through: the same history."""
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        undisturbed = make_url_of(True)
        start(directory, undisturbed).communicate(timeout=120)
        url = make_url_of(True)
        for moment in (1, 2, 3, 4, 6, 8, 10):
            start(directory, url, f"any:{moment}").communicate(timeout=120)
        last = start(directory, url)
        last.communicate(timeout=120)
        assert last.returncode == 0
        assert facts(url) == facts(undisturbed)
