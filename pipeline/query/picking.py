"""Which events stand on a page, looked for along columns in memory: a list's rows from its place on, in blocks that grow.

The rows that are looked at are those of the narrowest of what is asked for: agreements, the party, the country, the kinds, or all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.query.asking import EventFilter
from pipeline.query.columns import OPEN, Column, KindTable, Rows, day_of, micros, place
from pipeline.query.kinds import values_of
from pipeline.query.walking import Place, range_of
from pipeline.store.kinds import grade_of

_BLOCK, _TIMES, _MOST = 2048, 4, 65_536  # rows looked at in one go: at first; as many more each time; at most
_EARLY = 16  # as of a day when one in so many had been recorded, or of a few days, these are looked at
_RARE = 16  # kinds are looked up rather than looked at where one in so many rows has them


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows, and which of them are still to be looked at (None: all)."""

    rows: Rows
    alive: Column | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question, made ready for any part: which kinds answer, as of when (None: now), from which day on."""

    wanted: EventFilter
    kinds: Column | None
    then: int | None
    since: int | None
    until: int | None

    def of_rows(self, rows: Rows) -> Lookout:
        """Made ready for these rows."""
        wanted = self.wanted
        narrow: dict[str, Column] = {}
        if wanted.agreement:
            some = [rows.agreements.rows(one) for one in dict.fromkeys(wanted.agreement)]
            narrow["agreement"] = np.sort(np.concatenate(some)) if len(some) > 1 else some[0]
        if wanted.party is not None:
            narrow["party"] = rows.parties.rows(wanted.party)
        if wanted.country is not None:
            narrow["country"] = rows.countries.rows(wanted.country)
        low, high = self.days(rows)
        if (high - low) * _EARLY <= len(rows):
            narrow["days"] = np.arange(low, high)
        if self.then is not None and (early := self._recorded(rows)):
            narrow["then"] = early[0]
        if self.kinds is not None and (few := self._of_kinds(rows, min(map(len, narrow.values()), default=len(rows)))):
            narrow["kind"] = few[0]
        first = min(narrow, key=lambda name: len(narrow[name]), default=None)
        return Lookout(self, rows, narrow, first)

    def days(self, rows: Rows) -> tuple[int, int]:
        """From which position to which the days asked for lie; what is told as a month or a year begins with it."""
        low, high = 0, len(rows)
        if self.wanted.since is not None:
            low = place(rows.told.day, self.wanted.since.replace(month=1, day=1).toordinal())
        if self.until is not None:
            high = place(rows.told.day, self.until, behind=True)
        return low, max(low, high)

    def _recorded(self, rows: Rows) -> list[Column]:
        """The rows that had been recorded by then, where that is a few."""
        assert self.then is not None
        begun, then = rows.told.begun, self.then
        count = bisect_right(rows.recorded, then, key=lambda position: int(begun[position]))
        return [np.sort(rows.recorded[:count])] if count * _EARLY <= len(rows) else []

    def _of_kinds(self, rows: Rows, than: int) -> list[Column]:
        """The rows of these kinds, where that is a few, and fewer than so many."""
        assert self.kinds is not None
        kinds = rows.kinds
        which = np.flatnonzero(self.kinds[: len(kinds.starts) - 1])
        count = int((kinds.starts[which + 1] - kinds.starts[which]).sum())
        if count * _RARE > len(rows) or count > than:
            return []
        parts = [kinds.order[kinds.starts[kind] : kinds.starts[kind + 1]] for kind in which.tolist()]
        return [np.sort(np.concatenate(parts)) if parts else kinds.order[:0]]


@dataclass(frozen=True, slots=True, eq=False)
class Lookout:
    """A question about some rows. `narrow`: the rows that each of its filters has; `first`: the one whose rows are looked at."""

    asked: Asked
    rows: Rows
    narrow: dict[str, Column]
    first: str | None

    def within(self, low: int, high: int) -> Column | range:
        """The positions to look at from one to another, rising."""
        if self.first is None:
            return range(low, high)
        listed = self.narrow[self.first]
        if low > 0 or high < len(self.rows):
            listed = listed[place(listed, low) : place(listed, high)]
        return listed

    def passing(self, some: Column | range, alive: Column | None) -> Column:
        """Those of these positions that answer."""
        left = self._held(some) if isinstance(some, range) else self._held_of(some)
        return self.answering(left, alive)

    def _held(self, some: range) -> Column:
        """Those of these positions that held then."""
        told, then = self.rows.told, self.asked.then
        if then is None:
            now: Column = np.flatnonzero(told.until[some.start : some.stop] == OPEN) + some.start
            return now
        known: Column = np.flatnonzero(self.rows.on[some.start : some.stop] <= day_of(then)) + some.start
        return self._just_then(known)

    def _held_of(self, some: Column) -> Column:
        """The same of a list of them: what is far apart is looked at as little as can be."""
        asked, told = self.asked, self.rows.told
        if asked.then is not None:
            some = some[self.rows.on[some] <= day_of(asked.then)]
        if asked.kinds is not None and self.first != "kind":
            some = some[asked.kinds[told.kind[some]]]
        if asked.then is not None:
            return self._just_then(some)
        now: Column = some[told.until[some] == OPEN]
        return now

    def _just_then(self, some: Column) -> Column:
        told, then = self.rows.told, self.asked.then
        known: Column = some[told.begun[some] <= then]
        return known[told.until[known] > then]

    def answering(self, left: Column, alive: Column | None) -> Column:
        """Those of these positions, all of what held then, that answer."""
        asked, told = self.asked, self.rows.told
        if alive is not None:
            left = left[alive[left]]
        if self.first != "country" and "country" in self.narrow:
            code = self.rows.countries.codes.get(asked.wanted.country or "", -1)
            left = left[told.country[left] == code]
        if asked.kinds is not None and self.first != "kind":
            left = left[asked.kinds[told.kind[left]]]
        if asked.since is not None:
            left = left[told.last[left] >= asked.since]
        if asked.until is not None:
            left = left[told.day[left] <= asked.until]
        if asked.wanted.min_confidence > 0:
            left = left[told.sure[left] >= asked.wanted.min_confidence]
        for name in ("agreement", "party"):
            if name in self.narrow and name != self.first:
                left = left[_inside(left, self.narrow[name])]
        return left


def _inside(some: Column, listed: Column) -> Column:
    """Which of some positions stand among others."""
    if not len(listed):
        return np.zeros(len(some), bool)
    at = np.searchsorted(listed, some.astype(listed.dtype))
    at[at == len(listed)] = 0
    found: Column = listed[at] == some
    return found


def asked(wanted: EventFilter, kinds: KindTable) -> Asked:
    """A question, made ready."""
    values = values_of(wanted)
    least = grade_of(wanted.min_confidence) if wanted.min_confidence > 0 else 0
    told = values if wanted.tracked is None else {**values, "tracked": (wanted.tracked,)}
    which = kinds.answering(told, least) if told or least else None
    then = micros(wanted.as_of) if wanted.as_of is not None else None
    since = wanted.since.toordinal() if wanted.since is not None else None
    until = wanted.until.toordinal() if wanted.until is not None else None
    return Asked(wanted, which, then, since, until)


def places(parts: tuple[Part, ...], asked: Asked, limit: int) -> list[Place]:
    """The first `limit` places of events that answer, in the order of lists."""
    found = [place for part in parts for place in _picked(part, asked, limit)]
    return sorted(found, reverse=not asked.wanted.oldest_first)[:limit] if len(parts) > 1 else found


def _picked(part: Part, asked: Asked, limit: int) -> list[Place]:
    rows = part.rows
    lookout = asked.of_rows(rows)
    made: list[Column] = []
    left = limit
    for block in blocks(lookout.within(*_bounds(rows, asked)), rising=asked.wanted.oldest_first):
        some = lookout.passing(block, part.alive)
        some = some[:left] if asked.wanted.oldest_first else some[::-1][:left]
        made.append(some)
        left -= len(some)
        if left == 0:
            break
    positions = np.concatenate(made).tolist() if made else []
    days = rows.told.day
    return [(date.fromordinal(int(days[one])), rows.identity(one)) for one in positions]


def _bounds(rows: Rows, asked: Asked) -> tuple[int, int]:
    """From which position to which the page can lie."""
    where = range_of(asked.wanted)
    low, high = asked.days(rows)
    if where.after is not None:
        first, beyond = rows.of(where.after[0].toordinal(), where.after[1].encode())
        low, high = (max(low, beyond), high) if where.rising else (low, min(high, first))
    return low, max(low, high)


def blocks(listed: Column | range, *, rising: bool) -> Iterator[Column | range]:
    """The same positions in pieces, the ones nearest to where a page begins first."""
    done, size, count = 0, _BLOCK, len(listed)
    while done < count:
        step = min(size, count - done)
        yield listed[done : done + step] if rising else listed[count - done - step : count - done]
        done += step
        size = min(size * _TIMES, _MOST)
