"""Events that answer a question's filters, in the order of searches, out of columns in memory: as many as are asked for, no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from pipeline.query.columns import NUMBERS, OPEN, Column, Rows, day_of, place
from pipeline.query.picking import Lookout, Part
from pipeline.store.event_search import behind
from pipeline.store.inverted import Span

Sought = tuple[Part, Lookout]  # some rows, and a question about them
_EPOCH = date(1970, 1, 1).toordinal()
FIRST_BLOCK, MOST = 4096, 32_768  # rows that are looked at in one go: at first, at most


@dataclass(frozen=True, slots=True, eq=False)
class Answering:
    """The events that answer the filters, in the order of searches: their numbers, and which event of which part each is."""

    number: Column
    part: Column
    event: Column

    def __len__(self) -> int:
        return len(self.number)

    def between(self, first: int, beyond: int) -> Answering:
        """Those from one position to another."""
        return Answering(self.number[first:beyond], self.part[first:beyond], self.event[first:beyond])

    def span(self, *, rising: bool) -> Span:
        """The numbers that their entries can have."""
        return Span(int(self.number[0]), behind(int(self.number[-1])), rising)

    def identity(self, parts: Sequence[Part], position: int) -> str:
        """The id of one of them."""
        rows: Rows = parts[self.part[position]].rows
        return rows.identity(int(rows.now[self.event[position]]))


class Answers:
    """The events that answer, found as they are asked for: a part's events are looked at in blocks, the nearest first."""

    def __init__(self, sought: Sequence[Sought], span: Span) -> None:
        self._rising = span.rising
        self._few = _NOTHING  # of the small parts
        for number, one in enumerate(sought[1:], 1):
            for piece, *_ in _pieces(one, number, span):
                self._few = _both(self._few, piece)
        self._pieces = _pieces(sought[0], 0, span)
        self._left = _NOTHING
        self._whole = False  # nothing is left to be looked at

    @property
    def at_most(self) -> float:
        """How many are still to come, as far as that is known."""
        return len(self._left) + len(self._few) if self._whole else float("inf")

    def next(self, count: int) -> Answering:
        """So many of the next, or as many as there are, by their numbers."""
        while len(self._left) < count and (more := next(self._pieces, None)) is not None:
            piece, edge, self._whole = more
            self._left = _both(self._left, _both(piece, self._of_few(edge)))
        if len(self._left) < count:
            self._left, self._few, self._whole = _both(self._left, self._few), _NOTHING, True
        left = self._left
        edge = _between_numbers(left.number, min(count, len(left)), rising=self._rising)
        before, behind_ = left.between(0, edge), left.between(edge, len(left))
        near, self._left = (before, behind_) if self._rising else (behind_, before)
        return near

    def _of_few(self, edge: int) -> Answering:
        """Those of the small parts up to a number."""
        at = place(self._few.number, edge)
        before, behind_ = self._few.between(0, at), self._few.between(at, len(self._few))
        near, self._few = (before, behind_) if self._rising else (behind_, before)
        return near


def _between_numbers(number: Column, count: int, *, rising: bool) -> int:
    """Where so many of the first end, with all of one number, of which there can be two."""
    if rising:
        return int(np.searchsorted(number, number[count - 1], "right")) if count else 0
    return int(np.searchsorted(number, number[len(number) - count])) if count else len(number)


def those(asked_of: Sequence[Sought], begins: Column) -> Answering:
    """Those that answer of the events with these numbers."""
    made = _NOTHING
    for number, (part, lookout) in enumerate(asked_of):
        rows = part.rows
        first, beyond = (np.searchsorted(rows.number, begins, side) for side in ("left", "right"))
        event = np.concatenate([first[beyond > first], first[beyond > first + 1] + 1])
        every = replace(lookout, first=None)
        some = rows.now[event] if lookout.asked.then is None else rows.revisions(event)
        made = _both(made, _told(rows, number, np.unique(rows.event[every.passing(some, part.alive)])))
    return made


def _told(rows: Rows, number: int, event: Column) -> Answering:
    return Answering(rows.number[event], np.full(len(event), number, np.int8), event)


def _pieces(sought: Sought, number: int, span: Span) -> Iterator[tuple[Answering, int, bool]]:
    """A part's events that answer, in pieces; up to which number they are all of them, and whether it is the last piece.

    Searches go by the days of now: along the narrowest list, in blocks of whole days. Whose day was another one is looked at beside it.
    """
    part, lookout = sought
    rows, days = part.rows, part.rows.told.day
    low, high = span.low or 0, OPEN if span.high is None else span.high
    reach = lookout.asked.days(rows)
    listed = lookout.within(
        max(place(days, low // NUMBERS), reach[0]), min(place(days, high // NUMBERS, behind=True), reach[1])
    )
    size, whole = _first_block(lookout, listed, rising=span.rising), False
    while not whole:
        some, listed, edge = _block(days, listed, size, rising=span.rising)
        whole = not len(listed)
        first, beyond = (low, high if whole else edge) if span.rising else (low if whole else edge, high)
        held = lookout.passing(some, part.alive)
        if lookout.asked.then is not None:
            held = held[days[held] == days[rows.now[rows.event[held]]]]
            held = np.concatenate([held, _moved(sought, (first, beyond))])
        event = np.sort(rows.event[held])  # each once: one revision holds at a time
        numbers = rows.number[event]
        event = event[(numbers >= first) & (numbers < beyond)]
        yield _told(rows, number, event), beyond if span.rising else first, whole
        low, high = (beyond, high) if span.rising else (low, first)
        size = FIRST_BLOCK if size > MOST else min(size * 4, MOST)


def _first_block(lookout: Lookout, listed: Column | range, *, rising: bool) -> int:
    """How many rows are looked at first; what lay ahead of a day of the past is hardly ever known, and looked at in one go."""
    then = lookout.asked.then
    if then is None or rising:
        return FIRST_BLOCK
    today = place(lookout.rows.told.day, day_of(then) + _EPOCH, behind=True)
    return max(FIRST_BLOCK, len(listed) - _place(listed, today))


def _block(
    days: Column, listed: Column | range, size: int, *, rising: bool
) -> tuple[Column | range, Column | range, int]:
    """So many of the positions, the first on the way, and all of their days; the rest; and the number in between."""
    if not len(listed):
        return listed, listed, 0
    if rising:
        day = int(days[listed[min(size, len(listed)) - 1]])
        at = _place(listed, place(days, day, behind=True))
        return listed[:at], listed[at:], (day + 1) * NUMBERS
    day = int(days[listed[-min(size, len(listed))]])
    at = _place(listed, place(days, day))
    return listed[at:], listed[:at], day * NUMBERS


def _place(listed: Column | range, position: int) -> int:
    """Where a position stands, or would, among others."""
    if isinstance(listed, range):
        return min(max(position - listed.start, 0), len(listed))
    return place(listed, position)


def _moved(sought: Sought, numbers: tuple[int, int]) -> Column:
    """Of the events that stand there now the revisions that answered with another day."""
    part, lookout = sought
    rows = part.rows
    there = rows.moved[place(rows.moved_to, numbers[0]) : place(rows.moved_to, numbers[1])]
    return replace(lookout, first=None).passing(there, part.alive)


_NOTHING = Answering(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))


def _both(many: Answering, few: Answering) -> Answering:
    if not len(few):
        return many
    if not len(many):
        return few
    at = np.searchsorted(many.number, few.number)
    columns = ("number", "part", "event")
    return Answering(*(np.insert(getattr(many, name), at, getattr(few, name)) for name in columns))
