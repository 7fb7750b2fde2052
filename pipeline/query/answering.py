"""Events that answer a question's filters, in the order of searches, out of columns in memory: as many as are asked for, no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.query.columns import NUMBERS, OPEN, Column, Rows
from pipeline.query.picking import Lookout, Part, blocks
from pipeline.store.event_search import behind
from pipeline.store.inverted import Span

Sought = tuple[Part, Lookout]  # some rows, and a question about them
FIRST_BLOCK = 4096  # rows
NARROW = 120_000  # rows that are looked at all at once


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
        at = int(np.searchsorted(self._few.number, edge))
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
    """A part's events that answer, in pieces; up to which number they are all of them, and whether it is the last piece."""
    part, lookout = sought
    rows = part.rows
    first, beyond = np.searchsorted(rows.number, [span.low or 0, OPEN if span.high is None else span.high]).tolist()
    narrow = lookout.within(0, len(rows))
    if lookout.first is not None and lookout.asked.then is None:
        yield from _by_days(sought, number, span)
        return
    if lookout.first is not None and len(narrow) <= NARROW:
        event = np.unique(rows.event[lookout.passing(narrow, part.alive)])
        event = event[slice(*np.searchsorted(event, [first, beyond]))]
        yield _told(rows, number, event), OPEN if span.rising else 0, True
        return
    every = replace(lookout, first=None)
    for block in blocks(range(first, beyond), rising=span.rising):
        assert isinstance(block, range)
        event = np.unique(rows.event[every.answering(_held(rows, block, lookout.asked.then), part.alive)])
        edge = int(rows.number[block.stop - 1]) + 1 if span.rising else int(rows.number[block.start])
        yield _told(rows, number, event), edge, False


def _by_days(sought: Sought, number: int, span: Span) -> Iterator[tuple[Answering, int, bool]]:
    """The same of what stands now, whose numbers go by its days: along the narrowest list, in blocks of whole days."""
    part, lookout = sought
    rows, days = part.rows, part.rows.told.day
    first, beyond = span.low or 0, OPEN if span.high is None else span.high
    reach = np.searchsorted(days, [first // NUMBERS, beyond // NUMBERS + 1]).tolist()
    listed = np.asarray(lookout.within(*reach))
    size, whole = FIRST_BLOCK, not len(listed)
    while not whole:
        if span.rising:
            day = int(days[listed[min(size, len(listed)) - 1]])
            edge = int(np.searchsorted(listed, np.searchsorted(days, day, "right")))
            some, listed = listed[:edge], listed[edge:]
        else:
            day = int(days[listed[-min(size, len(listed))]])
            edge = int(np.searchsorted(listed, np.searchsorted(days, day)))
            some, listed = listed[edge:], listed[:edge]
        event = np.unique(rows.event[lookout.passing(some, part.alive)])
        within = (rows.number[event] >= first) & (rows.number[event] < beyond)
        whole = not len(listed)
        reached = (OPEN if span.rising else 0) if whole else (day + 1 if span.rising else day) * NUMBERS
        yield _told(rows, number, event[within]), reached, whole
        size *= 4


def _held(rows: Rows, block: range, then: int | None) -> Column:
    """Of these events the revisions that held then."""
    if then is None:
        return rows.now[block.start : block.stop]
    some = slice(rows.starts[block.start], rows.starts[block.stop])
    begun, until = rows.spans
    return rows.each[some][(begun[some] <= then) & (until[some] > then)]


_NOTHING = Answering(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32))


def _both(many: Answering, few: Answering) -> Answering:
    if not len(few):
        return many
    if not len(many):
        return few
    at = np.searchsorted(many.number, few.number)
    columns = ("number", "part", "event")
    return Answering(*(np.insert(getattr(many, name), at, getattr(few, name)) for name in columns))
