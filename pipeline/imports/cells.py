"""Cells of foreign lists as values: text on one line, dates in the ways catalogues write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.door.text import clean_line
from pipeline.model import PartialDate

MAX_TEXT = 2000
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*|[+-]\d{2}:\d{2}|Z)?\Z")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: .*)?\Z")
_WORDED = re.compile(
    r"(?:([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? |(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]+),? )(\d{4})\Z"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def first(cells: Mapping[str, Any], *names: str) -> str:
    """The first of these cells that says something, as one clean line; names match in any case. "" for none."""
    low = {name.lower(): value for name, value in cells.items()}
    for name in names:
        value = low.get(name.lower())
        if isinstance(value, str | int) and not isinstance(value, bool) and (text := clean_line(str(value), 20_000)):
            return text
    return ""


def day(text: str, *, month_first: bool = False) -> PartialDate | None:
    """A date: 2016-12-09 (a time may follow), 9/12/2016 (`month_first`: 12/9/2016), December 9, 2016, 9 December 2016, 2016-12,
    2016; None for anything else and for no day of the calendar."""
    text = " ".join(text.split())
    try:
        if found := _ISO.match(text):
            return PartialDate(*map(int, found.groups()))
        if found := _SLASHED.match(text):
            one, two, year = map(int, found.groups())
            return PartialDate(year, one, two) if month_first else PartialDate(year, two, one)
        if found := _WORDED.match(text):
            month = _MONTHS.index((found[1] or found[4])[:3].lower()) + 1
            return PartialDate(int(found[5]), month, int(found[2] or found[3]))
        return PartialDate.parse(text)
    except ValueError:
        return None


def parted(text: str, marks: str = ";|") -> tuple[str, ...]:
    """The parts of a cell that holds several values, each once."""
    return once(part.strip() for part in re.split(f"[{re.escape(marks)}]", text))


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that say something, each once, in order."""
    return tuple(dict.fromkeys(text for text in texts if text))


def slug(*parts: str) -> str:
    """An id out of a catalogue's own number: "eu-22014a0830-02"."""
    joined = "-".join(parts).lower()
    return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")[:100]
