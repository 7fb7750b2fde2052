"""Which events stand on a page: their days and ids, in keyset order, out of a few thousand entries of an index at most.

no filter, or one that most pass ─▶ walk the list's index to the end of the page
a filter that some pass          ─▶ the same, at most PROBE entries; where that gave a good part of the page, at most WIDE
and where that gave too little   ─▶ they are few: take those of its kinds, by an index that has them together, and sort

Statements are made once for each form of a question and kept: to make one costs more than to answer it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, bindparam, exists, select, tuple_, union_all

from pipeline.query.asking import EventFilter, opened
from pipeline.query.kinds import Kinds, given_kinds
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import EventPartyRow, EventRow
from pipeline.store.types import CleanText

PROBE, WIDE = 4000, 16_000
FORMS = 1000  # of questions whose statements are kept
Place = tuple[date, str]
_EVENTS, _PARTIES = EventRow.__table__.c, EventPartyRow.__table__.c


@dataclass(frozen=True, slots=True)
class Lane:
    """One list that is walked: whether of `event_parties`, what all its rows have in common, and its two indexes."""

    parties: bool
    common: tuple[str, ...]  # columns; their values are given under the same names with the list's number
    walk: str
    few: str

    @property
    def columns(self) -> tuple[Any, Any, Any, Any]:
        """Day, id, kind and confidence."""
        if self.parties:
            return _PARTIES.happened, _PARTIES.event_id, _PARTIES.kind, _PARTIES.confidence
        return _EVENTS.happened, _EVENTS.id, _EVENTS.kind, _EVENTS.confidence

    def holds(self, number: int) -> list[ColumnElement[bool]]:
        """The conditions that make it this list, one of several."""
        table = _PARTIES if self.parties else _EVENTS
        return [table[name] == bindparam(f"{name}_{number}") for name in self.common]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which bounds a stretch of a list has; their values are given under the same names."""

    since: bool
    until: bool
    after: bool
    rising: bool

    def holds(self, day: Any, identity: Any) -> list[ColumnElement[bool]]:
        """The conditions on a list's columns."""
        made: list[ColumnElement[bool]] = []
        if self.since:
            made.append(day >= bindparam("since", type_=Date()))
        if self.until:
            made.append(day <= bindparam("until", type_=Date()))
        if self.after:
            here = tuple_(day, identity)
            there = tuple_(bindparam("after_day", type_=Date()), bindparam("after_id", type_=CleanText()))
            made.append(here > there if self.rising else here < there)
        return made

    def order(self, day: Any, identity: Any) -> tuple[Any, Any]:
        """How a list's columns are ordered."""
        return (day, identity) if self.rising else (day.desc(), identity.desc())


@dataclass(frozen=True, slots=True)
class Range:
    """Days from `since` to `until` (None: no bound), behind a place, in one of the two directions."""

    since: date | None
    until: date | None
    after: Place | None
    rising: bool

    @property
    def empty(self) -> bool:
        """Whether nothing can lie there: the place to go on behind is beyond the last day."""
        last = self.until if self.rising else self.since
        if self.after is None or last is None:
            return False
        return self.after[0] > last if self.rising else self.after[0] < last

    def behind(self) -> Range:
        """Without the bound that lies before the place to go on behind: with both, a database may begin at the wrong one."""
        if self.after is None:
            return self
        if self.rising:
            return replace(self, since=None) if self.since is not None and self.since <= self.after[0] else self
        return replace(self, until=None) if self.until is not None and self.until >= self.after[0] else self

    @property
    def bounds(self) -> Bounds:
        """Which of them there are."""
        return Bounds(self.since is not None, self.until is not None, self.after is not None, self.rising)

    def given(self) -> dict[str, Any]:
        """Their values."""
        day, identity = self.after or (None, None)
        named = {"since": self.since, "until": self.until, "after_day": day, "after_id": identity}
        return {name: value for name, value in named.items() if value is not None}


def range_of(wanted: EventFilter) -> Range:
    """Where a question's page lies."""
    after = opened(wanted.cursor) if wanted.cursor else None
    return Range(wanted.since, wanted.until, after, wanted.oldest_first)


def parts(wanted: EventFilter) -> list[tuple[Range, date | None]]:
    """The stretches of days that a list is made of, in its order; with the second, only acts not over on that day."""
    whole = range_of(wanted)
    if wanted.since is None:
        return [(whole, None)]
    vague = {day for day in (wanted.since.replace(day=1), wanted.since.replace(month=1, day=1)) if day < wanted.since}
    until = wanted.until or date.max
    before = [
        (replace(whole, since=day, until=day), wanted.since) for day in sorted(vague, reverse=True) if day <= until
    ]
    made: list[tuple[Range, date | None]] = [(whole, None), *before]
    return made[::-1] if wanted.oldest_first else made


def lanes(wanted: EventFilter) -> list[tuple[Lane, Mapping[str, str]]]:
    """The lists that a question is answered from, with what makes them these: one for each agreement, else one in all."""
    country = {"actor_country": wanted.country} if wanted.country is not None else {}
    if wanted.party is not None:
        common = {"party": wanted.party} | ({"country": wanted.country} if wanted.country is not None else {})
        if wanted.agreement:
            both = "ix_event_parties_both"
            return [
                _of({"agreement_id": one} | common, both, both, parties=True) for one in dict.fromkeys(wanted.agreement)
            ]
        return [_of(common, "ix_event_parties_walk", "ix_event_parties_few", parties=True)]
    if wanted.agreement:
        walk = "ix_events_walk_both" if country else "ix_events_walk_agreement"
        return [
            _of({"agreement_id": one} | country, walk, "ix_events_few_agreement")
            for one in dict.fromkeys(wanted.agreement)
        ]
    if country:
        return [_of(country, "ix_events_walk_country", "ix_events_few_country")]
    return [_of({}, "ix_events_walk", "ix_events_few")]


def _of(common: dict[str, str], walk: str, few: str, *, parties: bool = False) -> tuple[Lane, Mapping[str, str]]:
    return Lane(parties, tuple(common), walk, few), common


@dataclass(frozen=True, slots=True)
class _Form:
    """What makes two questions' statements different."""

    sqlite: bool
    lane: Lane
    count: int  # of such lists
    bounds: Bounds
    kinds: Kinds | None
    sure: bool

    def rest(self, kind: Any, sure: Any, *, listed: bool = False) -> list[ColumnElement[bool]]:
        """The conditions that are looked at entry by entry (`listed`: the kinds are found by the index)."""
        rest = [] if self.kinds is None else [self.kinds.holds(self.sqlite, kind, listed=listed)]
        return [*rest, sure >= bindparam("sure")] if self.sure else rest

    def joined(self, arms: Sequence[Select[Any]]) -> Select[Any]:
        """The first of several lists together."""
        if len(arms) == 1:
            return arms[0]
        day, identity = union_all(*(select(*arm.subquery().columns) for arm in arms)).subquery().columns
        return select(day, identity).order_by(*self.bounds.order(day, identity)).limit(bindparam("most"))


def places(
    connection: Connection,
    wanted: EventFilter,
    kinds: Kinds | None,
    where: Range,
    limit: int,
    lasts: date | None = None,
) -> list[Place]:
    """The first `limit` places of a list that answer. `lasts`: only acts that can have been on this day or later."""
    where = where.behind()
    if limit <= 0 or where.empty:
        return []
    sqlite = connection.dialect.name == "sqlite"
    given = where.given() | given_kinds(sqlite, wanted) | {"most": limit, "sure": wanted.min_confidence}
    listed = lanes(wanted)
    form = _Form(sqlite, listed[0][0], len(listed), where.bounds, kinds, wanted.min_confidence > 0)
    if lasts is not None:
        given |= {"lasts": lasts, "agreements": given_list(sqlite, wanted.agreement)}
        given |= {"party": wanted.party, "country": wanted.country}
        lane = _vague_of_party if wanted.party is not None else _vague
        return run(connection, lane(form, bool(wanted.agreement), wanted.country is not None), given)
    for number, (_, common) in enumerate(listed):
        given |= {f"{name}_{number}": value for name, value in common.items()}
    if form.kinds is None or form.kinds.others:  # nearly everything on the list answers
        return run(connection, _all(form, form.lane.walk), given)
    found = run(connection, _probe(form, PROBE), given)
    if limit // 3 <= len(found) < limit:
        found = run(connection, _probe(form, WIDE), given)
    return found if len(found) == limit else run(connection, _few(form), given)


@lru_cache(FORMS)
def _all(form: _Form, index: str) -> Select[Any]:
    """Everything that answers, in order, by this index."""
    return form.joined([_first(form, index, number) for number in range(form.count)])


def _first(form: _Form, index: str, number: int) -> Select[Any]:
    day, identity, kind, sure = form.lane.columns
    rest = form.rest(kind, sure, listed=index == form.lane.few)
    holds = [*form.lane.holds(number), *form.bounds.holds(day, identity), *rest]
    statement = select(day, identity).where(*holds).order_by(*form.bounds.order(day, identity))
    return statement.limit(bindparam("most")).with_hint(day.table, f"INDEXED BY {index}", "sqlite")


@lru_cache(FORMS)
def _few(form: _Form) -> Select[Any]:
    """The same where it is known to be little."""
    if form.sqlite:
        return _all(form, form.lane.few)
    return form.joined([_sorted(form, number) for number in range(form.count)])


def _sorted(form: _Form, number: int) -> Select[Any]:
    """Else PostgreSQL's planner walks the list, hoping for a full page, which the probe has shown to be far away."""
    every = _first(form, form.lane.few, number)
    few = every.order_by(None).limit(None).cte(f"few_{number}").prefix_with("MATERIALIZED")
    day, identity = few.columns
    return select(day, identity).order_by(*form.bounds.order(day, identity)).limit(bindparam("most"))


@lru_cache(FORMS)
def _probe(form: _Form, entries: int) -> Select[Any]:
    """What answers among the next entries of the lists."""
    return form.joined([_probed(form, number, entries // form.count) for number in range(form.count)])


def _probed(form: _Form, number: int, entries: int) -> Select[Any]:
    """The outer statement keeps the order of the inner one."""
    columns = form.lane.columns
    order = form.bounds.order(*columns[:2])
    holds = [*form.lane.holds(number), *form.bounds.holds(*columns[:2])]
    next_ = select(*columns).where(*holds).order_by(*order).limit(entries)
    hint = f"INDEXED BY {form.lane.walk}"
    day, identity, kind, sure = next_.with_hint(columns[0].table, hint, "sqlite").subquery().columns
    return select(day, identity).where(*form.rest(kind, sure)).limit(bindparam("most"))


@lru_cache(FORMS)
def _vague(form: _Form, agreement: bool, country: bool) -> Select[Any]:
    """Acts told as a month or a year that can have been late enough; of these agreements, this country."""
    event = _EVENTS
    holds = [event.date_last > event.happened, event.date_last >= bindparam("lasts")]
    holds += [*form.bounds.holds(event.happened, event.id), *form.rest(event.kind, event.confidence)]
    if agreement:
        holds.append(among_given(form.sqlite, event.agreement_id, "agreements"))
    if country:
        holds.append(event.actor_country == bindparam("country"))
    found = select(event.happened, event.id).where(*holds).order_by(*form.bounds.order(event.happened, event.id))
    return found.limit(bindparam("most")).with_hint(event.id.table, "INDEXED BY ix_events_vague", "sqlite")


@lru_cache(FORMS)
def _vague_of_party(form: _Form, agreement: bool, country: bool) -> Select[Any]:
    """The same of one party: all its acts of the day, which are few."""
    mine, same = _PARTIES, EventRow.__table__.alias("same")
    day, identity = mine.happened, mine.event_id
    holds = [
        mine.party == bindparam("party"),
        *form.bounds.holds(day, identity),
        *form.rest(mine.kind, mine.confidence),
    ]
    holds.append(exists().where(same.c.id == identity, same.c.date_last >= bindparam("lasts")))
    if agreement:
        holds.append(among_given(form.sqlite, mine.agreement_id, "agreements"))
    if country:
        holds.append(mine.country == bindparam("country"))
    found = select(day, identity).where(*holds).order_by(*form.bounds.order(day, identity)).limit(bindparam("most"))
    return found.with_hint(day.table, "INDEXED BY ix_event_parties_walk", "sqlite")


def run(connection: Connection, statement: Any, given: Mapping[str, Any]) -> list[Place]:
    """The places that a statement finds. What it does not ask for may be among the values given."""
    return [(row[0], row[1]) for row in connection.execute(statement, given).all()]
