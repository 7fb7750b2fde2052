"""Articles over time: looked at again after an hour, six hours and a day; what they take back or turn round is corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pipeline import flow, loop
from pipeline.flow.again import STEPS, first_look, next_look
from pipeline.model import Status
from pipeline.settings import load_settings
from pipeline.store import articles
from pipeline.store.engine import Database
from pipeline.wiring import Service, wire
from tests.conftest import MakeUrl
from tests.flow.agency import Agency, Answer
from tests.flow.stories import FOOTBALL, PARLIAMENT
from tests.flow.test_cycle import configure, history

BEGAN = datetime(2026, 1, 14, 12, tzinfo=UTC)


class Day:
    """A clock that a test drives."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


def live(tmp_path: Path, url: str, agency: Agency, plot: Callable[[Service, Day], Any]) -> None:
    """A service over the agency's feed, its clock driven by the plot."""
    directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})

    async def run() -> None:
        day = Day()
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(settings, workers=False, now=day) as service:
            await flow.cycle(service.parts)
            await plot(service, day)

    loop.run(run())


def looks(database: Database) -> list[tuple[int, datetime | None, str | None]]:
    """Every planned look: its step, its time, and what the last one came to."""
    sql = text("SELECT step, due, outcome FROM rechecks ORDER BY article_id")
    rows = database.read(lambda c: c.execute(sql).all())
    return [(row.step, _moment(row.due), row.outcome) for row in rows]


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@given(began=st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), step=st.integers(0, 5), late=st.timedeltas(timedelta(0), timedelta(days=40)))  # fmt: skip
def test_looks_are_ahead_and_end(began: datetime, step: int, late: timedelta) -> None:
    """The next look is after now and at one of the three times; steps only grow; after the last there is none."""
    now = first_look(began) + late
    later, due = next_look(began, step, now)
    assert later > step or due is None
    if due is None:
        assert later == len(STEPS)
    else:
        assert due > now
        assert due - began in STEPS


def test_an_unchanged_article_costs_a_304(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Only articles that prove something are looked at, with their validators, three times and then no more."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT, FOOTBALL])

        async def plot(service: Service, day: Day) -> None:
            assert looks(service.database) == [(0, BEGAN + STEPS[0], None)]
            assert not (await flow.recheck_due(service.parts)).results
            for number, step in enumerate(STEPS, 1):
                day.now = BEGAN + step
                assert (await flow.recheck_due(service.parts)).results == ["unchanged"]
                assert agency.unmodified["/duma"] == number
            assert looks(service.database) == [(3, None, "unchanged")]
            day.now += timedelta(days=365)
            assert not (await flow.recheck_due(service.parts)).results

        live(tmp_path, url, agency, plot)
        assert agency.asked["/football"] == 1


@pytest.mark.parametrize(
    ("sentence", "becomes"),
    [
        ("Russia's State Duma, the lower house of parliament, discussed protecting citizens at length.", "flagged"),
        (
            "Russia's State Duma, the lower house of parliament, has not ratified an agreement between Russia and Belarus on "
            "protecting their citizens from unjustified prosecution by foreign states and international justice bodies.",
            "taken back",
        ),
    ],
)
def test_an_edited_article_is_its_next_version(
    tmp_path: Path, make_url_of: MakeUrl, sentence: str, becomes: str
) -> None:
    """A sentence that vanished flags its event, one turned into its opposite takes it back; both versions are kept."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT])

        async def plot(service: Service, day: Day) -> None:
            title = "State Duma and the agreement"
            edited = replace(
                PARLIAMENT, title=title, paragraphs=(f"MOSCOW, January 14. {sentence}", *PARLIAMENT.paragraphs[3:])
            )
            agency.answers["/duma"] = Answer(edited.html.encode())
            day.now = BEGAN + STEPS[0]
            assert (await flow.recheck_due(service.parts)).results == ["changed"]
            ((article_id, versions),) = service.database.read(
                lambda c: c.execute(text("SELECT article_id, count(*) FROM article_versions GROUP BY 1")).all()
            )
            assert versions == 2
            first = service.database.read(lambda c: articles.get(c, article_id, 1))
            assert first is not None
            assert "has ratified" in first.article.text

        live(tmp_path, url, agency, plot)
    votes = {event.status: event for event in history(url) if event.type == "ratified"}
    if becomes == "flagged":
        assert "source_changed" in votes[Status.OCCURRED].flags
        assert votes[Status.OCCURRED].revision == 2
    else:
        assert set(votes) == {Status.NEGATED}


def test_a_wall_or_an_outage_teaches_nothing(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """An article behind a login, or out of reach, is tried again and then left to the next step; the event stays as it is."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT])

        async def plot(service: Service, day: Day) -> None:
            before = history(url)
            agency.answers["/duma"] = Answer(b"down", status=503)
            day.now = BEGAN + STEPS[0]
            seen = []
            while looks(service.database)[0][0] == 0:
                seen += (await flow.recheck_due(service.parts)).results
                due = looks(service.database)[0][1]
                assert due is not None
                day.now = due
            assert seen == ["http_status"] * 4
            wall = b"<html><head><title>Log in</title></head><body><form><input type='password'></form>Please log in</body></html>"
            agency.answers["/duma"] = Answer(wall)
            assert (await flow.recheck_due(service.parts)).results == ["article_gate"]
            assert history(url) == before

        live(tmp_path, url, agency, plot)
