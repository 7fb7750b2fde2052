"""What lists go by, as columns in memory: every revision's day, span, kind, country, agreement and parties, in the order of lists.

A filter that no index knows is then a look along a few columns: a million entries take two to four milliseconds, whatever is combined,
and on either database. `Rows` are made once (`loading`) and never change; what changed since stands in further, small ones
(`memory`). What is asked of them: `picking`, `picking_words`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.store.event_search import number_on
from pipeline.store.kinds import KIND_FIELDS

Column = NDArray[Any]
COLUMNS = ("identity", "day", "last", "begun", "until", "kind", "sure", "country", "agreement")
OPEN = int(np.iinfo(np.int64).max)  # until then holds what holds now
NUMBERS = number_on(date.min)  # of a day in the order of searches (`event_search.number_on`)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000


def day_of(begun: Any) -> Any:
    """The day of a moment as columns hold it, or of many."""
    days = begun // _DAY
    return days.astype(np.int32) if isinstance(days, np.ndarray) else days


def place(column: Column, value: int, *, behind: bool = False) -> int:
    """Where a value stands among rising ones, or would; `behind`: where those behind it begin.

    It is made one of the column's kind: for one of another, numpy would make the whole column anew.
    """
    return int(column.searchsorted(column.dtype.type(value), "right" if behind else "left"))


def micros(moment: datetime) -> int:
    """A moment as columns hold it: microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """A column of texts as numbers, and where in the order of lists the rows of each text stand."""

    codes: Mapping[str, int]
    order: Column  # positions, by code and, within it, in the order of lists
    starts: Column

    def rows(self, value: str) -> Column:
        """The positions of the rows that have this value, rising."""
        code = self.codes.get(value)
        return self.order[:0] if code is None else self.order[self.starts[code] : self.starts[code + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class Revisions:
    """Columns of revisions in any order, as they are read. Days as `date.toordinal`, moments as `micros`."""

    identity: Column  # ASCII
    day: Column
    last: Column  # the last day that its date can mean
    begun: Column
    until: Column
    kind: Column
    sure: Column
    country: Column  # codes
    agreement: Column  # codes
    countries: Mapping[str, int]
    agreements: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Revisions in the order of lists (day, event's id) with their events in the order of searches (`event_search.number_of`)."""

    told: Revisions
    event: Column  # of each revision its event's position among the numbers
    number: Column  # where each event begins to stand in the search index, rising
    now: Column  # the position of the revision that holds now, event by event
    each: Column  # the positions of all revisions, event by event
    starts: Column  # where those of each event begin in it
    moved: Column  # the positions of those with another day than their event has now, by its number
    moved_to: Column  # that number
    recorded: Column  # the positions in the order they were recorded in
    on: Column  # the days since 1970 on which they were recorded: a third of what the moments take to look along
    countries: Values
    agreements: Values
    kinds: Values  # codes are the kinds themselves
    parties: Values

    def __len__(self) -> int:
        return len(self.told.day)

    def identity(self, position: int) -> str:
        """The id of the event that a revision is of."""
        return str(bytes(self.told.identity[position]), "ascii")

    def of(self, day: int, identity: bytes) -> tuple[int, int]:
        """From where to where the revisions of an event on a day stand; where it has none, where they would."""
        first, beyond = place(self.told.day, day), place(self.told.day, day, behind=True)
        low, high = (np.searchsorted(self.told.identity[first:beyond], identity, side) for side in ("left", "right"))
        return int(first + low), int(first + high)

    def revisions(self, event: Column) -> Column:
        """The positions of all revisions of some events."""
        first, count = self.starts[event], self.starts[event + 1] - self.starts[event]
        further = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        found: Column = self.each[np.repeat(first, count) + further]
        return found


def rows_of(read: Revisions, concerned: Iterable[tuple[str, Sequence[bytes]]]) -> Rows | None:
    """Put revisions in their order. `concerned`: parties with the ids of their events. None where they do not fit together."""
    order = np.lexsort((read.identity, read.day))
    told = Revisions(**{name: getattr(read, name)[order] for name in COLUMNS}, countries=read.countries, agreements=read.agreements)  # fmt: skip
    del read, order
    current = np.flatnonzero(told.until == OPEN).astype(np.int32)
    names = told.identity[current].tolist()
    number = _numbers(told.day[current], names)
    by_number = np.argsort(number, kind="stable").astype(np.int32)
    now, number = current[by_number], number[by_number]
    keys = np.fromiter(map(hash, names), np.int64, len(names))[by_number]
    by_key = np.argsort(keys)
    keys = keys[by_key]
    hashed = np.fromiter(map(hash, told.identity.tolist()), np.int64, len(told.day))
    at = np.searchsorted(keys, hashed)
    if (keys[1:] == keys[:-1]).any() or at.max(initial=-1) == len(keys) or (keys[at] != hashed).any():
        return None  # an event without a revision that holds now, or two ids of one hash
    event = by_key[at].astype(np.int32)
    each = np.argsort(event, kind="stable").astype(np.int32)
    starts = np.searchsorted(event[each], np.arange(len(keys) + 1)).astype(np.int32)
    parties = _parties((each, starts), (keys, by_key), concerned)
    if parties is None:
        return None
    recorded = np.argsort(told.begun, kind="stable").astype(np.int32)
    moved = np.flatnonzero(told.day != told.day[now][event])
    moved = moved[np.argsort(number[event[moved]], kind="stable")].astype(np.int32)
    kinds = {str(kind): kind for kind in range(int(told.kind.max(initial=0)) + 1)}
    return Rows(
        told, event, number, now, each, starts, moved, number[event[moved]], recorded, day_of(told.begun),
        _grouped(told.countries, told.country), _grouped(told.agreements, told.agreement), _grouped(kinds, told.kind), parties,
    )  # fmt: skip


def _numbers(days: Column, names: Sequence[bytes]) -> Column:
    """As `event_search.number_of`, for many."""
    hashes = b"".join([hashlib.sha256(one).digest()[:4] for one in names])
    return days.astype(np.int64) * NUMBERS + (np.frombuffer(hashes, ">u4").astype(np.int64) << 8)


def _grouped(codes: Mapping[str, int], column: Column) -> Values:
    order = np.argsort(column, kind="stable").astype(np.int32)
    starts = np.searchsorted(column[order], np.arange(max(codes.values(), default=-1) + 2))
    return Values(codes, order, starts)


def _parties(
    by_event: tuple[Column, Column], keyed: tuple[Column, Column], concerned: Iterable[tuple[str, Sequence[bytes]]]
) -> Values | None:
    """Of each party the revisions of its events."""
    (each_event, begins), (keys, by_key) = by_event, keyed
    codes: dict[str, int] = {}
    each: list[Column] = []
    for party, names in concerned:
        hashed = np.fromiter(map(hash, names), np.int64, len(names))
        at = np.searchsorted(keys, hashed)
        if at.max(initial=-1) == len(keys) or (keys[at] != hashed).any():
            return None
        theirs = np.sort(by_key[at])
        first, count = begins[theirs], begins[theirs + 1] - begins[theirs]
        further = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        codes[party] = len(each)
        each.append(np.sort(each_event[np.repeat(first, count) + further]))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in each], dtype=np.int64)])
    return Values(codes, np.concatenate(each) if each else each_event[:0], starts)


@dataclass(frozen=True, slots=True, eq=False)
class KindTable:
    """What the kinds of events are made of: a column of codes for each field."""

    codes: Mapping[str, Mapping[Any, int]]
    columns: Mapping[str, Column]  # by kind; -1 where there is no such kind

    def answering(self, asked: Mapping[str, Sequence[Any]], least: int) -> Column:
        """Of every kind whether it has one of these values in each of these fields, and at least this grade."""
        good = self.columns["grade"] >= least
        for name, values in asked.items():
            codes = [self.codes[name][value] for value in values if value in self.codes[name]]
            good &= np.isin(self.columns[name], codes)
        return good


def kind_table(rows: Iterable[Sequence[Any]]) -> KindTable:
    """Of rows of kinds: number, then `KIND_FIELDS`."""
    listed = [tuple(row) for row in rows]
    codes: dict[str, dict[Any, int]] = {name: {} for name in KIND_FIELDS}
    size = max((row[0] for row in listed), default=0) + 1
    columns = {name: np.full(size, -1, np.int32) for name in KIND_FIELDS}
    for number, *values in listed:
        for name, value in zip(KIND_FIELDS, values, strict=True):
            known = codes[name].setdefault(value, len(codes[name]))
            columns[name][number] = value if name == "grade" else known
    return KindTable(codes, columns)
