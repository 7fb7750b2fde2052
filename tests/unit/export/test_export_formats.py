"""Files that others open: spreadsheets compute nothing, feeds and calendars are well-formed, whatever the titles hold."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import feedparser
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline import export
from pipeline.export import Channel
from pipeline.export.lines import cell
from pipeline.model import Event, EventState, EventType, PartialDate, Salience, Source, Status
from pipeline.plan import event_as_dict

NOW = datetime(2026, 1, 14, 12, 30, 15, 123456, tzinfo=UTC)
CHANNEL = Channel("https://desk.example/events.atom?party=RU&q=a b", "https://desk.example/")
ATOM = "{http://www.w3.org/2005/Atom}"


def event(title: str = "Pact", evidence: str = "They signed it.", **more: object) -> Event:
    """An event with one source."""
    source = Source(1, "https://wire.example/1", "Wire", title, NOW, "en", evidence, 0, len(evidence), "0" * 64)
    values: dict[str, object] = {
        "date": PartialDate(2026, 1, 17),
        "status": Status.PLANNED,
        "agreement": title,
        "actor": title,
        "evidence": evidence,
        "sources": (source,),
        **more,
    }
    return Event(
        id="ev_1",
        agreement_id="pact",
        type=EventType.SIGNED,
        salience=Salience.NEWS,
        confidence=0.9,
        first_seen=NOW,
        **values,  # type: ignore[arg-type]
    )


HOSTILE = st.text(max_size=80) | st.sampled_from(
    [
        "=1+1",
        "\t=1",
        "  @SUM(1)",
        "\ufeff=1",
        "＝1",
        "<b>&amp;]]>",
        "a\u202eb",
        "x\x00y\x0bz",
        "line\r\nBEGIN:VEVENT",
        "é" * 200,
        "\ud800",
    ]
)


@given(HOSTILE)
def test_a_spreadsheet_computes_nothing(title: str) -> None:
    """No cell begins with what a spreadsheet takes for a formula, after any blanks; rows stay rows."""
    made = export.csv_table([event(title, title)])
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert tuple(rows[0]) == export.CSV_COLUMNS
    for value in rows[1]:
        assert not re.match(r"[\s\ufeff\u200b-\u200f]*[=+\-@＝＋－＠|%]", value) or value.startswith("'"), value
        assert "\x00" not in value


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (3, 3), ("-5", "'-5"), ("plain", "plain"), ("a=b", "a=b"), ("\x07", "\ufffd")]
)
def test_a_cell(value: object, shown: object) -> None:
    """Numbers stay numbers, texts stay texts, formulas become texts."""
    assert cell(value) == shown


@given(HOSTILE, HOSTILE)
def test_atom_is_well_formed(title: str, evidence: str) -> None:
    """An XML parser reads it, and markup in a title is text."""
    tree = etree.fromstring(export.atom([event(title, evidence)], CHANNEL))
    entry = tree.find(f"{ATOM}entry")
    assert entry is not None
    assert tree.findtext(f"{ATOM}id") == CHANNEL.self_url
    assert list(entry.iterfind(f"{ATOM}content/*")) == []


def test_a_feed_reader_understands_it() -> None:
    """A public parser finds no fault and the same things that were put in."""
    changed = {"ev_1": datetime(2026, 1, 15, tzinfo=UTC)}
    made = export.atom(
        [event("<i>Pact</i> & more")], Channel("https://d.example/events.atom", "https://d.example/", changed=changed)
    )
    found = feedparser.parse(io.BytesIO(made))
    assert not found.bozo
    (entry,) = found.entries
    assert entry.id == "urn:treatywatch:event:ev_1"
    assert entry.updated == "2026-01-15T00:00:00Z"
    assert entry.link == "https://d.example/events/ev_1"
    assert "Expected to be signed" in entry.title
    assert export.atom([], CHANNEL).count(b"<entry>") == 0


def test_a_json_feed_says_what_the_standard_asks() -> None:
    """Version, title and items with ids; the next page where there is one."""
    made = json.loads(export.json_feed([event()], CHANNEL, "https://desk.example/events.json?cursor=1"))
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert made["items"][0]["id"] == "urn:treatywatch:event:ev_1"
    assert made["items"][0]["content_text"].startswith("“They signed it.”")
    assert made["next_url"].endswith("cursor=1")


def unfolded(calendar: bytes) -> list[str]:
    """The content lines of a calendar (RFC 5545, 3.1)."""
    return calendar.decode().replace("\r\n ", "").split("\r\n")


@given(HOSTILE)
def test_a_calendar_keeps_its_lines(title: str) -> None:
    """Lines of at most 75 octets, never cut within a character; nothing in a title begins a line of its own."""
    made = export.icalendar([event(title, title)], "https://desk.example/")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    for line in made.split(b"\r\n"):
        line.decode()
    lines = unfolded(made)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert "\n" not in "".join(lines)
    assert len([line for line in lines if line.startswith("SUMMARY:")]) == 1


def test_a_calendar_of_what_is_expected() -> None:
    """Planned steps with a date, on the last day they can mean; what has happened or has no date is left out."""
    events = [
        event(),
        event(date=PartialDate(2026, 3), revision=3),
        event(date=PartialDate(2027)),
        event(date=None),
        event(status=Status.OCCURRED),
        event(state=EventState.RETRACTED),
    ]
    lines = unfolded(export.icalendar(events, "https://desk.example/"))
    starts = [line for line in lines if line.startswith("DTSTART")]
    assert starts == [f"DTSTART;VALUE=DATE:{day}" for day in ("20260117", "20260331", "20271231", "20260117")]
    assert "SEQUENCE:2" in lines
    assert "DTSTAMP:20260114T123015Z" in lines
    assert lines.count("STATUS:CANCELLED") == 1
    assert any("by the end of March 2026" in line for line in lines)


def test_lines_and_columns_hold_everything() -> None:
    """JSON Lines and Parquet give back the event as the API has it."""
    made = [event(), event("Договор", evidence="Подписан.")]
    wanted = [event_as_dict(one) for one in made]
    assert [json.loads(line) for line in export.json_lines(made).splitlines()] == wanted
    table = pyarrow.parquet.read_table(io.BytesIO(export.parquet(made)))
    assert table.to_pylist() == [{name: row[name] for name in table.column_names} for row in wanted]
    assert set(table.column_names) == set(wanted[0])
    assert pyarrow.parquet.read_table(io.BytesIO(export.parquet([]))).num_rows == 0
