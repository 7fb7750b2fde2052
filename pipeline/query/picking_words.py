"""Searches: which events hold the words asked for, among those that columns in memory say answer the filters.

There are two ways. Along the words' own list, leaving out what does not answer: short where the words are rare, or most events answer.
And along the events that answer, in windows: where others lie between them words are looked for in each, else in the window. What
each has found tells which of them costs less from there on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection

from pipeline.query.answering import Answering, Answers, Sought, those
from pipeline.query.asking import EventFilter
from pipeline.query.by_words import fields_of, span_of
from pipeline.query.by_words_then import once
from pipeline.query.columns import OPEN, Column, KindTable, place
from pipeline.query.picking import Asked, Part, asked
from pipeline.query.picking import places as picked
from pipeline.query.walking import Place, range_of
from pipeline.store.event_search import EVENTS, behind, day_of, entries_of, events_at, field, holding, number_on
from pipeline.store.inverted import Phrase, Span, find
from pipeline.store.search import phrases

_TIMES = 6  # times as wide is the next window, at most
_LEARNT = 200  # events or entries that tell which way is the shorter one
_SOON = {"sqlite": 200, "postgresql": 50}  # events that tell so: where a statement costs more, fewer
_SHARED = 0.25  # of the words' entries are of events that answer: with fewer, the filters are looked for with the words
_WALKED = 4000  # entries of the words' list that are read in one go, at most
_ALL = 2**31  # entries of a window
_NARROW = 120_000  # rows of the narrowest filter: with so few, the events that answer are the shorter way
_APART = behind(0)  # a number's own entries are nearer to it
_LOOK = {"sqlite": 50.0, "postgresql": 15.0}  # what a look at an event for a word costs, in entries of the words' list


def places(
    connection: Connection, parts: tuple[Part, ...], kinds: KindTable, wanted: EventFilter, limit: int
) -> list[Place]:
    """The first `limit` places of events that answer, with their words where any are asked for."""
    question = asked(wanted, kinds)
    words = phrases(wanted.text) if wanted.text else ()
    if not words:
        return picked(parts, question, limit)
    where = range_of(wanted)
    since, until = (None, None) if wanted.as_of is not None else (where.since, where.until)  # days were others then
    span = span_of(replace(where, since=since.replace(month=1, day=1) if since else None, until=until))
    sought = [(part, question.of_rows(part.rows)) for part in parts]
    search = _Search(connection, parts, sought, words, question)
    return search.first(search.within(span), limit)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    connection: Connection
    parts: tuple[Part, ...]
    sought: Sequence[Sought]
    words: Sequence[Phrase]
    question: Asked

    def first(self, span: Span, limit: int) -> list[Place]:
        """The first within a span that hold the words."""
        base = self.parts[0].rows
        _, lookout = self.sought[0]
        by_events = lookout.first is not None and len(lookout.within(0, len(base))) <= _NARROW
        if self.question.wanted.as_of is not None and not span.rising:  # what happened later is hardly ever known
            today = number_on(self.question.wanted.as_of.date())
            by_events |= self._between(today, span.high or OPEN) > _LEARNT
        elif (
            self.question.wanted.since is not None and span.rising
        ):  # what lies before it is asked for a month's or a year's sake
            by_events = True
        made: list[Place] = []
        left: Span | None = span
        while left is not None and len(made) < limit:
            some, left = (
                self._by_events(left, limit - len(made)) if by_events else self._by_words(left, limit - len(made))
            )
            made += some
            by_events = not by_events
        return made[:limit]

    def within(self, span: Span) -> Span:
        """The span without what lies before the first event and behind the last."""
        numbers = [part.rows.number for part in self.parts if len(part.rows.number)]
        if not numbers:
            return span
        return span.within(min(int(one[0]) for one in numbers), max(behind(int(one[-1])) for one in numbers) - 1)

    def _by_words(self, span: Span, limit: int) -> tuple[list[Place], Span | None]:
        """Along the words' list, as long as that is the shorter way; and what is left then."""
        made: list[Place] = []
        some, read, begun, wanted = limit + 8, 0, span, self._wanted
        while len(made) < limit:
            numbers = find(self.connection, EVENTS, wanted, span, some, self._between)
            near = those(self.sought, np.unique(np.array(numbers, np.int64) // _APART * _APART))
            made += self._known(near, numbers)
            if len(numbers) < some:
                return made, None
            read += len(numbers)
            last = numbers[-1]
            span = replace(span, low=last + 1) if span.rising else replace(span, high=last)
            share = max(len(made), 0.5) / read  # of the entries, those of events that answer
            begin = begun.low if span.rising else begun.high
            held = read / max(self._between(begin if begin is not None else 0 if span.rising else OPEN, last), 1)
            if read > _LEARNT and share * self._look < held:
                return made, span
            if share < _SHARED:
                wanted = self._narrowed
            some = int(min((limit - len(made)) / share * 1.2, some * _TIMES, _WALKED)) + 8
        return made, None

    def _by_events(self, span: Span, limit: int) -> tuple[list[Place], Span | None]:
        """Along the events that answer, by windows, each as wide as what was found makes likely; the same."""
        made: list[Place] = []
        answering = Answers(self.sought, span)
        size, looked = limit + limit // 4, 0
        while len(made) < limit and len(near := answering.next(size)):
            held = max(len(made), 0.5) / looked if looked else 1.0  # of those that answer, those with the words
            reach = near.span(rising=span.rising)
            far = len(near) * self._look < self._between(*self._read(reach)) * held
            made += self._holding(near, limit - len(made)) if far else self._walked(near, reach)
            looked += len(near)
            span = replace(span, low=reach.high) if span.rising else replace(span, high=reach.low)
            held = max(len(made), 0.5) / looked
            every = len(self.parts[0].rows.number)
            left = min((limit - len(made)) / held, answering.at_most)
            if looked > _SOON[self.connection.dialect.name] and len(made) < limit and left * self._look > held * every:
                return made, span
            size = int(min((limit - len(made)) / held * 1.2, size * _TIMES)) + 1
        return made, None

    @property
    def _look(self) -> float:
        return _LOOK[self.connection.dialect.name] * sum(map(len, self.words))

    @property
    def _wanted(self) -> tuple[tuple[Phrase, ...], ...]:
        return tuple((phrase,) for phrase in self.words)

    @property
    def _narrowed(self) -> tuple[tuple[Phrase, ...], ...]:
        """The words, on PostgreSQL with the filters that the index knows: each text that it does not rule out is looked up."""
        if self.connection.dialect.name == "sqlite":
            return self._wanted
        filters = fields_of(self.question.wanted)
        if self.question.wanted.as_of is not None:
            filters = list(map(once, filters))
        return (*self._wanted, *(tuple(field(*one) for one in some) for some in filters))

    def _read(self, reach: Span) -> tuple[int, int]:
        """From which number to which entries are read: PostgreSQL reads whole stretches."""
        low, high = reach.low or 0, reach.high or 0
        if self.connection.dialect.name == "sqlite":
            return low, high
        return low >> EVENTS.shift << EVENTS.shift, (high >> EVENTS.shift) + 1 << EVENTS.shift

    def _between(self, one: int, other: int) -> int:
        """How many events lie between two numbers."""
        number = self.parts[0].rows.number
        return abs(place(number, one) - place(number, other))

    def _holding(self, answering: Answering, limit: int) -> list[Place]:
        """Those of these events that hold the words."""
        if self.connection.dialect.name == "postgresql":
            begins = answering.number if self.question.wanted.oldest_first else answering.number[::-1]
            found = entries_of(self.connection, self.words, begins.tolist(), limit)
            return self._known(answering, found)
        ids = [answering.identity(self.parts, position) for position in range(len(answering))]
        return holding(self.connection, (self.words, ()), ids, Span(rising=self.question.wanted.oldest_first), limit)

    def _walked(self, near: Answering, reach: Span) -> list[Place]:
        """Of the entries of the words between these events those that are theirs."""
        rising = replace(reach, rising=True)
        found = self._known(near, find(self.connection, EVENTS, self._wanted, rising, _ALL, self._between))
        return found if reach.rising else found[::-1]

    def _known(self, answering: Answering, numbers: Sequence[int]) -> list[Place]:
        """Those of these entries that are of events that answer."""
        begins = np.array(numbers, np.int64) // _APART * _APART
        first, beyond = (np.searchsorted(answering.number, begins, side) for side in ("left", "right"))
        good = np.flatnonzero(beyond > first).tolist()
        if self.connection.dialect.name == "postgresql" and self._apart(
            begins[good]
        ):  # its index forgets what is out of date
            return [(day_of(numbers[one]), answering.identity(self.parts, int(first[one]))) for one in good]
        near = {numbers[one]: int(first[one]) for one in good}
        ids = events_at(self.connection, list(near))
        return [(day_of(n), ids[n]) for n, first in near.items() if n in ids and self._is(answering, first, ids[n])]

    def _apart(self, begins: Column) -> bool:
        """Whether each of these numbers is of one event alone, and that one unchanged since all was read."""
        count = np.zeros(len(begins), np.int64)
        for number in (part.rows.number for part in self.parts):
            count += np.searchsorted(number, begins, "right") - np.searchsorted(number, begins, "left")
        return bool((count <= 1).all())

    def _is(self, answering: Answering, position: int, identity: str) -> bool:
        """Whether an event answers: two may have one number, however seldom."""
        number = answering.number[position]
        while position < len(answering) and answering.number[position] == number:
            if answering.identity(self.parts, position) == identity:
                return True
            position += 1
        return False
