"""Odd titles, as a table: markup, a thousand letters, right-to-left, NUL, formulas; harmless on each page and in each file."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path

import feedparser
import httpx
import pyarrow.parquet
import pytest
from icalendar import Calendar

from pipeline import query
from pipeline.alert.compose import Composer
from pipeline.alert.email import mail
from pipeline.alert.links import Links
from pipeline.alert.values import About, Notice
from pipeline.model import Article, Event, Status
from pipeline.store import articles
from pipeline.store.engine import open_database
from pipeline.telemetry import LogOptions, logger, start_logging
from tests.alert.builders import channel, delivery
from tests.alert.builders import event as news
from tests.store.telling import NOW, record
from tests.unit.record.desk import finding
from tests.web.serving import client

ODD = {
    "markup": "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "entities": "&lt;script&gt; &#x3c;b&#x3e; ]]> <!--",
    "long": "long " * 200,
    "one long word": "x" * 1000,
    "right to left": "معاهدة \u202eevil\u202c עברית",
    "isolates": "\u2066\u2067a\u2069 \u200f\u200e",
    "nul": "before\x00after\x07\x1b[31mred",
    "surrogate": "half \ud800 a letter",
    "line ends": "one\r\ntwo\u2028three\x85four",
    "formula": "=cmd|' /C calc'!A0",
    "formulas": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1+1",
    "wide": "＝1+1",
    "percent": "%00%0d%0a",
    "calendar": "a;b,c\\n\nEND:VCALENDAR",
    "json": '"}],"items":[{"id":"',
    "template": "{{ 7*7 }} {% raw %} ${7*7}",
}
CONTROLS = {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 127)}


@dataclass(frozen=True)
class Told:
    """A door over one history with every odd title, and the articles' ids by the title's name."""

    web: httpx.Client
    articles: dict[str, int]
    events: tuple[Event, ...]


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """One history for the whole table; the planned steps stand in the calendar."""
    directory = tmp_path_factory.mktemp("odd")
    (directory / "odd.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{directory / 'odd.db'}"
    database = open_database(url)
    ids = {}
    for number, (name, title) in enumerate(ODD.items()):
        where = f"https://wire.example/{number}"
        one = Article(where, title, f"{title} stands here.", "en", NOW, agency=title)
        facts = database.write(lambda c, one=one: articles.save(c, one, one.url, NOW)).facts
        ids[name] = facts.article_id
        record(database, facts, finding("signed", "", "", f"{2027 + number}-03-10", status=Status.PLANNED))
    events = query.events(database).items
    database.close()
    with client(directory, url) as web:
        yield Told(web, ids, events)


@pytest.mark.parametrize("name", ODD)
def test_pages_show_it_as_text(told: Told, name: str) -> None:
    """On the article's page nothing of it is markup, steers the eye or is a control; the policy forbids scripts anyway."""
    answer = told.web.get(f"/articles/{told.articles[name]}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    page = answer.text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert not set(page) & (CONTROLS | set("\u202e\u2066\u2067"))
    assert "7*7" in page or name != "template"
    assert "script-src" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/", "/events?q=stands", "/agreements/ru-by", "/review", "/api/v1/events", "/api/v1/articles?q=stands"]
)
def test_lists_show_them_all(told: Told, path: str) -> None:
    """Lists with all of them at once: no markup of theirs on a page, whole JSON in the API."""
    answer = told.web.get(path)
    assert answer.status_code == 200
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>alert" not in answer.text
        assert not set(answer.text) & (CONTROLS | set("\u202e\u2066\u2067"))
    else:
        assert len(answer.json()["items"]) == len(ODD)


def test_feeds_are_read_by_others(told: Told) -> None:
    """Atom by feedparser without a complaint; JSON Feed 1.1 with what its specification requires."""
    atom = feedparser.parse(io.BytesIO(told.web.get("/events.atom").content))
    assert not atom.bozo
    assert len(atom.entries) == len(ODD)
    feed = json.loads(told.web.get("/events.json").content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert len({item["id"] for item in feed["items"]}) == len(ODD)
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_text"], str)
        assert {type(item.get(name, "")) for name in ("url", "external_url", "title", "date_published")} == {str}
        assert all(isinstance(tag, str) for tag in item["tags"])


def test_the_calendar_is_read_by_others(told: Told) -> None:
    """By icalendar: one event for each, a day, an identity of its own; lines of at most 75 octets, and no control in them."""
    raw = told.web.get("/events.ics").content
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert not set(raw.decode()) & CONTROLS
    calendar = Calendar.from_ical(raw)
    assert (str(calendar["version"]), calendar["prodid"] != "") == ("2.0", True)
    steps = calendar.walk("VEVENT")
    assert len(steps) == len({str(step["uid"]) for step in steps}) == len(ODD)
    for step in steps:
        assert step.decoded("dtstart").isoformat().endswith("-03-10")
        assert step.decoded("dtstamp").tzinfo is not None
        assert step["summary"]
    assert not [error for component in calendar.walk() for error in component.errors]


@pytest.mark.parametrize("name", ODD)
def test_mails_carry_it_as_text(told: Told, name: str) -> None:
    """As a mail's subject, text and page: one line of subject, no header, markup, control or turned text that it did not have."""
    planned = next(one for one in told.events if one.sources[0].article_id == told.articles[name])
    event = replace(
        planned, agreement=planned.sources[0].title, agreement_id=news().agreement_id, actor=planned.sources[0].title
    )
    message = Composer(Links("https://watch.example"), {}).event(Notice("created", event), About(), channel())
    raw = mail(delivery(message=message), channel()).as_bytes()
    ordinary = Composer(Links("https://watch.example"), {}).event(Notice("created", news()), About(), channel())
    back = message_from_bytes(raw, policy=policy.default)
    plain, page = back.get_body(("plain",)), back.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert str(back["to"]) == "desk@example.org"
    assert "\n" not in str(back["subject"])
    assert set(back.keys()) == set(mail(delivery(message=ordinary), channel()).keys())
    for said in (str(back["subject"]), plain.get_content(), page.get_content()):
        assert not set(said) & (CONTROLS | {"\u202e"})
        assert not any("\ud800" <= letter <= "\udfff" for letter in said)
    assert "<script>alert" not in page.get_content()
    assert "<img" not in page.get_content()


def test_tables_compute_nothing(told: Told) -> None:
    """CSV: no cell begins as a formula, no control character; JSON Lines and Parquet: one row each."""
    rows = list(csv.reader(io.StringIO(told.web.get("/events.csv").content.decode("utf-8-sig"))))
    assert len(rows) == len(ODD) + 1
    for cell in (cell for row in rows[1:] for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "@", "＝", "|", "%"))
        assert not cell.lstrip().startswith("-") or cell[1:].isdecimal()
        assert not set(cell) & CONTROLS
    assert len(told.web.get("/events.jsonl").text.strip().split("\n")) == len(ODD)
    assert pyarrow.parquet.read_table(io.BytesIO(told.web.get("/events.parquet").content)).num_rows == len(ODD)


@pytest.mark.parametrize("name", ODD)
def test_the_log_keeps_to_its_lines(name: str) -> None:
    """A logged title is one line of JSON that steers no terminal."""
    out = io.StringIO()
    start_logging(LogOptions(format="json"), out)
    try:
        logger().info("article read", title=ODD[name])
        (line,) = out.getvalue().splitlines()
        assert json.loads(line)["title"]
        assert not set(line) & (CONTROLS | set("\u202e\u2066"))
    finally:
        start_logging(LogOptions(), io.StringIO())
        logging.getLogger().handlers.clear()
