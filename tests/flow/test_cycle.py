"""From feed to history: one cycle over real HTTP into a real database, and what a second one changes (nothing)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pipeline import flow, loop, query
from pipeline.flow import Cycle
from pipeline.model import Event
from pipeline.query import EventFilter
from pipeline.settings import load_settings
from pipeline.store import entries
from pipeline.store.engine import open_database
from pipeline.wiring import wire
from tests.conftest import MakeUrl
from tests.flow.agency import Agency, Answer
from tests.flow.stories import FOOTBALL, HISTORY, PARLIAMENT, PROSECUTION, STORIES, SUMMIT, WATCHLIST

SETTINGS = """
[fetch]
allow_networks = ["127.0.0.1/32"]
allow_ports = "any"
host_interval = 0
timeout = 2
total_timeout = 5
[recognise]
discover = false
"""


def configure(directory: Path, feeds: dict[str, str], watchlist: str = WATCHLIST) -> Path:
    """A configuration directory with these feeds (id to address)."""
    (directory / "treatywatch.toml").write_text(SETTINGS, encoding="utf-8")
    (directory / "agreements.toml").write_text(watchlist, encoding="utf-8")
    blocks = [f'[[feed]]\nid = "{name}"\nurl = "{url}"\nagency = "{name.title()}"\n' for name, url in feeds.items()]
    (directory / "feeds.toml").write_text("\n".join(blocks), encoding="utf-8")
    return directory


def run(directory: Path, url: str, *, due_now: bool = True) -> Cycle:
    """One cycle, pages read in this process; every feed is made due first."""

    async def once() -> Cycle:
        settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
        async with wire(settings, workers=False) as service:
            if due_now:
                await asyncio.to_thread(service.database.write, _due_now)
            return await flow.cycle(service.parts)

    return loop.run(once())


def _due_now(connection: Any) -> None:
    from pipeline import clock
    from pipeline.store import feeds

    feeds.poll_now(connection, [one.feed.id for one in feeds.health(connection)], clock.now())


def history(url: str) -> tuple[Event, ...]:
    """Everything on record, earliest act first."""
    database = open_database(url)
    try:
        return tuple(reversed(query.events(database, EventFilter(limit=1000)).items))
    finally:
        database.close()


def summary(found: tuple[Event, ...]) -> set[tuple[object, ...]]:
    """What happened, as the stories say it."""
    return {
        (e.agreement_id, e.type.value, e.stage, e.actor_country, str(e.date or ""), e.salience.value, len(e.sources))
        for e in found
        if e.status == "occurred"
    }


def test_two_reports_become_a_history_once(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Every step with its stage, actor and date; both signings are one event with two sources; a second cycle changes nothing."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", STORIES)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        first = run(directory, url)
        found = history(url)
        second = run(directory, url)
        assert first.polled == second.polled == 1
        assert first.new == 3
        assert second.new == 0
        assert not second.outcomes
        assert agency.unmodified["/feed"] == 1
        assert agency.asked["/duma"] == 1
    assert summary(found) == HISTORY
    assert history(url) == found
    for event in found:
        for source in event.sources:
            assert source.evidence


def test_the_order_of_reports_does_not_matter(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """Today's report first, the old one later: the same history."""
    url = make_url_of(True)
    with Agency() as agency:
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        for published in ((PARLIAMENT,), (FOOTBALL, PARLIAMENT), (SUMMIT, FOOTBALL, PARLIAMENT)):
            agency.publish("/feed", published)
            run(directory, url)
    assert summary(history(url)) == HISTORY


def test_two_feeds_of_one_article_fetch_it_once(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """The same article in two feeds, once with tracking parameters, is fetched once and is one source."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/politics", [PARLIAMENT])
        agency.answers["/all"] = Answer(
            agency.answers["/politics"].body.replace(b"/duma</link>", b"/duma?utm_source=all</link>")
        )
        directory = configure(tmp_path, {"politics": f"{agency.base}/politics", "all": f"{agency.base}/all"})
        run(directory, url)
        assert agency.asked["/duma"] + agency.asked["/duma?utm_source=all"] <= 2
    (ratified,) = [event for event in history(url) if event.type == "ratified"]
    assert len(ratified.sources) == 1


def test_a_bad_source_stops_nobody_else(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """An HTML error page, a dead host, a missing page, a title of ten megabytes: each has its word, the good feed goes on."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/good", [PARLIAMENT])
        agency.answers["/html"] = Answer(
            b"<!doctype html><html><head><title>Service unavailable</title></head><body>Sorry</body></html>"
        )
        huge = (
            b"<rss version='2.0'><channel><item><title>"
            + b"x" * 10_000_000
            + b"</title><link>http://127.0.0.1/x</link></item></channel></rss>"
        )
        agency.answers["/huge"] = Answer(huge, "application/rss+xml")
        sources = {name: f"{agency.base}/{name}" for name in ("good", "html", "huge", "missing")}
        directory = configure(
            tmp_path, {**sources, "dead": "http://127.0.0.1:9/feed", "internal": "http://10.0.0.1/feed"}
        )
        done = run(directory, url)
    database = open_database(url)
    errors = {one.feed.id: one.error for one in query.feed_health(database)}
    details = {one.feed.id: one.error_detail or "" for one in query.feed_health(database)}
    database.close()
    assert done.failed == 0
    assert errors == {
        "good": None,
        "html": "not_a_feed",
        "huge": "too_large",
        "missing": "http_status",
        "dead": "timeout_connect",
        "internal": "blocked_address",
    }
    assert "Service unavailable" in details["html"]
    assert any(event.type == "ratified" for event in history(url))


def test_a_page_that_is_no_article_waits_with_its_reason(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """A login page and a page with nothing on it are set aside with a word and tried again; the others are read."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT, SUMMIT, FOOTBALL])
        agency.answers["/summit"] = Answer(
            b"<html><head><title>Log in</title></head><body><form><input type='password'></form>Please log in to continue reading</body></html>"
        )
        agency.answers["/football"] = Answer(b"<html><body></body></html>")
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        run(directory, url)
    database = open_database(url)
    waiting = {
        view.url.rpartition("/")[2]: view.reason for view in database.read(lambda c: entries.in_state(c, "pending", 10))
    }
    database.close()
    assert waiting == {"summit": "article_gate", "football": "article_no_text"}
    assert {event.agreement_id for event in history(url)} == {PROSECUTION}


@pytest.mark.parametrize("failing", [1, 2])
def test_an_article_out_of_reach_is_tried_again(tmp_path: Path, make_url_of: MakeUrl, failing: int) -> None:
    """A server in trouble costs a try, not the article."""
    url = make_url_of(True)
    with Agency() as agency:
        agency.publish("/feed", [PARLIAMENT])
        good = agency.answers["/duma"]
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        agency.answers["/duma"] = Answer(b"oops", status=503)
        for _ in range(failing):
            run(directory, url)
            _make_due(url)
        agency.answers["/duma"] = good
        run(directory, url)
    assert any(event.type == "ratified" for event in history(url))


def _make_due(url: str) -> None:
    from sqlalchemy import text

    database = open_database(url)
    database.write(lambda c: c.execute(text("UPDATE entries SET next_try = first_seen WHERE state = 'pending'")))
    database.close()
