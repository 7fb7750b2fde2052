"""Two replicas on one PostgreSQL: one leads, both work, and when the leader is killed the other one takes its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.store import leader
from pipeline.store.engine import open_database
from tests.chaos.house import Postgres, configure, eventually, serving
from tests.chaos.test_faults import EVENTS, ITEMS, agency, done_of, expected, postgres
from tests.chaos.test_killed import facts
from tests.flow.agency import Agency

__all__ = ["agency", "expected", "postgres"]
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def directories(tmp_path: Path, agency: Agency, postgres: Postgres) -> list[Path]:
    """Two configurations on one database."""
    return [configure(tmp_path / name, agency, postgres.url) for name in ("one", "two")]


def holder(url: str) -> str:
    """Who leads; "" where nobody does."""
    database = open_database(url)
    try:
        held = database.read(leader.holder)
        return held.owner if held else ""
    finally:
        database.close()


def test_the_leader_is_killed(
    directories: list[Path],
    postgres: Postgres,
    agency: Agency,
    expected: dict[str, object],
) -> None:
    """One replica polls, both read; the leader is killed in the middle, the other leads within 30 s and finishes: once each."""
    assert EVENTS < ITEMS
    with serving(directories[0]) as one, serving(directories[1]) as two:
        eventually(lambda: done_of(postgres.url) >= 60, 90, "the first items")
        leading = [bool(service.said("leads now")) for service in (one, two)]
        assert sorted(leading) == [False, True]
        first, second = (one, two) if leading[0] else (two, one)
        assert f":{first.process.pid}:" in holder(postgres.url)
        assert any(line.get("event") == "polled" for line in first.lines)
        assert not second.said("polled")
        first.kill()
        began = time.monotonic()
        eventually(lambda: f":{second.process.pid}:" in holder(postgres.url), 30, "the other one leads")
        assert time.monotonic() - began < 30
        eventually(lambda: done_of(postgres.url) == ITEMS, 90, "the rest")
        assert second.stop() < 10
        assert holder(postgres.url) == ""
    assert facts(postgres.url) == expected
