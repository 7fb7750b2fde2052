"""How readers ask for events: the filter, a page of answers, the cursor of the next page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from pipeline.errors import UsageError
from pipeline.model import Event

T = TypeVar("T")
MOST = 1000
CURSOR = r"^[1-9][0-9]{5}~[A-Za-z0-9_-]{1,80}$"  # day number, event id: every text of this form is a place in the order
_CURSOR = re.compile(CURSOR.removesuffix("$") + r"\Z")


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events. Empty tuples and None mean any; `party`: of the agreement, or the actor's; `since`, `until`: the act's day.

    An event whose date is a month or a year is in a range when it can have been. `as_of`: as the history stood at that moment.
    `text`: words of its agreement's name, or of its evidence (`search.py` says how they are matched).
    """

    agreement: tuple[str, ...] = ()
    party: str | None = None
    country: str | None = None
    type: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    salience: str | None = None
    stage: str | None = None
    min_confidence: float = 0.0
    since: date | None = None
    until: date | None = None
    as_of: datetime | None = None
    tracked: bool | None = None
    retracted: bool = False  # show what was taken back, too
    text: str | None = None
    oldest_first: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some answers, and the cursor of the rest (None: there is no rest)."""

    items: tuple[T, ...]
    next: str | None = None


def bounded(limit: int) -> int:
    """A number of rows that one answer may have."""
    return max(1, min(limit, MOST))


def cursor_of(day: date, identity: str) -> str:
    """The cursor behind which lists go on after this event."""
    return f"{day.toordinal():06d}~{identity}"


def opened(cursor: str) -> tuple[date, str]:
    """The place a cursor stands for. UsageError for a text that is none."""
    if not _CURSOR.match(cursor):
        raise UsageError("this cursor is not one of ours; ask for the first page again")
    day, _, identity = cursor.partition("~")
    return date.fromordinal(int(day)), identity


def place(one: Event) -> tuple[date, str]:
    """Where an event stands in lists: the first day it can mean (else the day it was first seen), then its id."""
    assert one.first_seen is not None
    return (one.date.first if one.date else one.first_seen.date()), one.id
