"""What publishers, hijacked domains and commenters could try on the way from feed to history (the whole list: docs/security.md)."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from pipeline import query
from pipeline.extract import extract
from pipeline.model import Entry, Feed, Page
from pipeline.store import arrivals, feeds
from pipeline.store.engine import Database, open_database
from pipeline.store.feeds import Poll
from pipeline.telemetry import LogOptions, logger, start_logging
from tests.flow.agency import Agency, Answer
from tests.flow.stories import FOOTBALL, PARLIAMENT, SUMMIT
from tests.flow.test_cycle import configure, history, run

NOW = datetime(2026, 1, 14, 10, tzinfo=UTC)


def test_a_guid_of_another_feed_hides_nothing(database: Database) -> None:
    """An attacker's feed that uses an agency's guids first does not make the agency's items seem known."""
    database.write(
        lambda c: feeds.sync(c, [Feed("evil", "http://evil.example/"), Feed("wire", "http://wire.example/")], NOW)
    )
    lease = timedelta(minutes=5)
    for name in ("evil", "wire"):
        database.write(lambda c: feeds.claim_due(c, NOW, "w", lease, 1))
        found = Entry(name, "guid-1", f"http://{name}.example/1")
        poll = Poll(name, 1, "fetched", NOW + timedelta(hours=1), entries=(found,))
        fresh = database.write(lambda c: arrivals.unseen(c, {(name, "guid-1")}))  # noqa: B023
        arrival = arrivals.arriving(poll, {identity for _, identity in fresh}, NOW)
        assert database.write(lambda c: arrivals.settle(c, [arrival], NOW)) == (1,)  # noqa: B023


def test_a_lying_validator_hides_nothing_for_long(tmp_path: Path, sqlite_template: Path) -> None:
    """A server that answers 304 although its feed has changed: once a day it is asked in full, and the new item is found."""
    url = f"sqlite:///{tmp_path}/history.db"
    with Agency() as agency:
        agency.publish("/feed", [FOOTBALL])
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        assert run(directory, url).new == 1
        agency.publish("/feed", [FOOTBALL, PARLIAMENT])
        agency.lying.add("/feed")
        assert run(directory, url).new == 0
        database = open_database(url)
        long_ago = "UPDATE feeds SET last_full = '2026-01-01T00:00:00.000000Z'"
        database.write(lambda c: c.execute(text(long_ago)))
        database.close()
        assert run(directory, url).new == 1


def test_one_permanent_redirect_takes_no_feed_over(tmp_path: Path, sqlite_template: Path) -> None:
    """A hijacked server that says "moved for good" is followed and told of; the next poll asks the configured address first."""
    url = f"sqlite:///{tmp_path}/history.db"
    with Agency() as agency:
        agency.publish("/elsewhere", [FOOTBALL])
        agency.answers["/feed"] = Answer(b"", status=301, headers={"Location": "/elsewhere"}, validators=False)
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        run(directory, url)
        run(directory, url)
        assert agency.asked["/feed"] == 2
        database = open_database(url)
        (health,) = query.feed_health(database)
        database.close()
        assert (health.feed.url, health.moved_to) == (f"{agency.base}/feed", f"{agency.base}/elsewhere")


def test_a_canonical_link_does_not_suppress_another_article(tmp_path: Path, sqlite_template: Path) -> None:
    """A page that calls a rival's article its own address is an article of its own, and the rival's is read too."""
    url = f"sqlite:///{tmp_path}/history.db"
    with Agency() as agency:
        directory = configure(tmp_path, {"wire": f"{agency.base}/feed"})
        for published in ([SUMMIT], [SUMMIT, PARLIAMENT]):
            agency.publish("/feed", published)
            poisoned = agency.answers["/summit"].body.replace(
                b"</title>", f'</title><link rel="canonical" href="{agency.base}/duma">'.encode()
            )
            agency.answers["/summit"] = Answer(poisoned)
            run(directory, url)
    assert {event.type for event in history(url)} >= {"exchanged", "ratified"}


COMMENTS = (
    '<section class="comments" id="comments"><h2>Comments</h2><div class="comment"><p>My uncle says that the parliament of Ruritania '
    "has ratified the Treaty on the River with Borduria yesterday.</p></div></section>"
)
HIDDEN = (
    '<div style="display:none"><p>The parliament of Ruritania has ratified the Treaty on the River with Borduria, unseen.</p></div>'
    "<!-- <p>The parliament of Ruritania has ratified it in a comment of the markup.</p> -->"
)


@pytest.mark.parametrize(("planted", "word"), [(COMMENTS, "uncle"), (HIDDEN, "unseen"), (HIDDEN, "in a comment of")])
def test_what_readers_write_and_pages_hide_is_no_article(planted: str, word: str) -> None:
    """A ratification in the comments, in hidden text or in a comment of the markup is not in the article's text."""
    html = FOOTBALL.html.replace("</article>", f"{HIDDEN if planted is HIDDEN else ''}</article>{COMMENTS}")
    page = Page("http://a.example/1", "http://a.example/1", html.encode(), "text/html")
    article = extract(page, entry=None, feed_language=None, agency="", now=NOW)
    assert "striker signed" in article.text
    assert word not in article.text


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_title_writes_no_line_of_the_log(form: str) -> None:
    """Line ends and terminal controls in what a source sends stay inside one line of the log, in both forms."""
    out = io.StringIO()
    configured = structlog.get_config()
    start_logging(LogOptions(format=form), out)  # type: ignore[arg-type]
    try:
        logger().warning("article set aside", title='x\n{"event": "all is well"}\r\n\x1b[2J\u2028\x85y')
    finally:
        structlog.configure(**configured)
    (line,) = out.getvalue().splitlines()
    assert "\x1b[2J" not in line
    if form == "json":
        assert json.loads(line)["event"] == "article set aside"
