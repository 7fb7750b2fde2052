"""Expected steps as an iCalendar (RFC 5545) that a calendar program can subscribe to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pipeline.alert.words import date_words
from pipeline.export.syndication import body_of, title_of
from pipeline.model import Event, EventState, Status

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OCTETS = 73  # of a line, before its fold (the standard allows 75)


def icalendar(events: Sequence[Event], home: str, changed: Mapping[str, datetime] | None = None) -> bytes:
    """A calendar of the planned steps among these events that have a date; the others are left out.

    Each takes the one day it begins on (without an end, RFC 5545 has it last that day). A step announced for a month or a year stands on the last day it can mean, and says so.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//treatywatch//expected steps//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Expected treaty steps",
    ]
    for event in events:
        if event.status is Status.PLANNED and event.date is not None:
            lines += _entry(event, home, (changed or {}).get(event.id) or event.first_seen or _EPOCH)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode("utf-8", "replace")


def _entry(event: Event, home: str, stamp: datetime) -> list[str]:
    assert event.date is not None
    day = event.date.last
    due = "" if event.date.day else f" (by the end of {date_words(event.date)})"
    link = f"{home.rstrip('/')}/events/{event.id}"
    state = "CANCELLED" if event.state is EventState.RETRACTED else "TENTATIVE"
    return [
        "BEGIN:VEVENT",
        f"UID:{event.id}@treatywatch",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day.year:04d}{day:%m%d}",
        f"SUMMARY:{_escaped(title_of(event) + due)}",
        f"DESCRIPTION:{_escaped(body_of(event))}",
        f"URL:{link}",
        f"SEQUENCE:{event.revision - 1}",
        f"STATUS:{state}",
        "TRANSP:TRANSPARENT",
        f"CATEGORIES:{event.type.value}",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    plain = _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a character."""
    parts: list[str] = []
    size = 0
    start = 0
    for place, letter in enumerate(line):
        width = len(letter.encode("utf-8", "replace"))
        if size + width > _OCTETS:
            parts.append(line[start:place])
            start, size = place, 1  # the space that begins a continued line
        size += width
    parts.append(line[start:])
    return "\r\n ".join(parts)
