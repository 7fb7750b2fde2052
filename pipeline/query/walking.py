"""Which events stand on a page: their days and ids, in keyset order, out of a few thousand entries of an index at most.

no filter, or one that most pass ─▶ walk the list's index to the end of the page
a filter that some pass          ─▶ the same, at most PROBE entries
and where that gave too little   ─▶ they are few: take those of its kinds, by an index that has them together, and sort

Statements are made once for each form of a question and kept: to make one costs more than to answer it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, bindparam, exists, select, tuple_

from pipeline.query.asking import EventFilter, opened
from pipeline.query.kinds import Kinds
from pipeline.store.sql import given_list
from pipeline.store.tables import EventPartyRow, EventRow
from pipeline.store.types import CleanText

PROBE = 4000
FORMS = 1000  # of questions whose statements are kept
Place = tuple[date, str]
_EVENTS, _PARTIES = EventRow.__table__.c, EventPartyRow.__table__.c


@dataclass(frozen=True, slots=True)
class Lane:
    """One list that is walked: whether of `event_parties`, what all its rows have in common, and its two indexes."""

    parties: bool
    common: tuple[str, ...]  # columns; their values are given under the same names
    walk: str
    few: str

    @property
    def columns(self) -> tuple[Any, Any, Any, Any]:
        """Day, id, kind and confidence."""
        if self.parties:
            return _PARTIES.happened, _PARTIES.event_id, _PARTIES.kind, _PARTIES.confidence
        return _EVENTS.happened, _EVENTS.id, _EVENTS.kind, _EVENTS.confidence

    def holds(self) -> list[ColumnElement[bool]]:
        """The conditions that make it this list."""
        table = _PARTIES if self.parties else _EVENTS
        return [table[name] == bindparam(name) for name in self.common]


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
    if wanted.agreement:
        walk = "ix_events_walk_both" if country else "ix_events_walk_agreement"
        return [
            _of_events({"agreement_id": one} | country, walk, "ix_events_few_agreement") for one in wanted.agreement
        ]
    if wanted.party is not None:
        common = {"party": wanted.party} | ({"country": wanted.country} if wanted.country is not None else {})
        return [(Lane(True, tuple(common), "ix_event_parties_walk", "ix_event_parties_few"), common)]
    if country:
        return [_of_events(country, "ix_events_walk_country", "ix_events_few_country")]
    return [_of_events({}, "ix_events_walk", "ix_events_few")]


def _of_events(common: dict[str, str], walk: str, few: str) -> tuple[Lane, Mapping[str, str]]:
    return Lane(False, tuple(common), walk, few), common


@dataclass(frozen=True, slots=True)
class _Form:
    """What makes two questions' statements different. `kinds` has no numbers here: which are asked for is given."""

    sqlite: bool
    lane: Lane
    bounds: Bounds
    kinds: Kinds | None
    sure: bool
    party: bool
    lasts: bool

    def rest(self, identity: Any, kind: Any, sure: Any) -> list[ColumnElement[bool]]:
        """The conditions that are looked at entry by entry."""
        rest = [] if self.kinds is None else [self.kinds.holds(self.sqlite, kind)]
        if self.sure:
            rest.append(sure >= bindparam("sure"))
        if self.party:
            rest.append(exists().where(_PARTIES.event_id == identity, _PARTIES.party == bindparam("party")))
        if self.lasts:
            same = EventRow.__table__.alias("same")
            rest.append(exists().where(same.c.id == identity, same.c.date_last >= bindparam("lasts")))
        return rest


def places(
    connection: Connection, wanted: EventFilter, kinds: Kinds, where: Range, limit: int, lasts: date | None = None
) -> list[Place]:
    """The first `limit` places of a list that answer. `lasts`: only acts that can have been on this day or later."""
    if kinds.nothing or limit <= 0:
        return []
    sqlite = connection.dialect.name == "sqlite"
    given = where.given() | {"kinds": given_list(sqlite, kinds.numbers), "most": limit}
    given |= {"sure": wanted.min_confidence, "party": wanted.party, "lasts": lasts}
    each = []
    for lane, common in lanes(wanted):
        party = wanted.party is not None and not lane.parties
        form = _Form(sqlite, lane, where.bounds, kinds.form, wanted.min_confidence > 0, party, lasts is not None)
        each.append(_of_lane(connection, form, {**given, **common}))
    found = each[0] if len(each) == 1 else sorted((one for some in each for one in some), reverse=not where.rising)
    return found[:limit]


def _of_lane(connection: Connection, form: _Form, given: Mapping[str, Any]) -> list[Place]:
    if form.kinds is None or form.kinds.others:  # nearly everything on the list answers
        return run(connection, _all(form, form.lane.walk), given)
    found = run(connection, _probe(form), given)
    return found if len(found) == given["most"] else run(connection, _few(form), given)


@lru_cache(FORMS)
def _all(form: _Form, index: str) -> Select[Any]:
    """Everything that answers, in order, by this index."""
    day, identity, kind, sure = form.lane.columns
    holds = [*form.lane.holds(), *form.bounds.holds(day, identity), *form.rest(identity, kind, sure)]
    statement = select(day, identity).where(*holds).order_by(*form.bounds.order(day, identity))
    return statement.limit(bindparam("most")).with_hint(day.table, f"INDEXED BY {index}", "sqlite")


@lru_cache(FORMS)
def _few(form: _Form) -> Select[Any]:
    """The same where it is known to be little."""
    every = _all(form, form.lane.few)
    if form.sqlite:
        return every
    # else the planner walks the list, hoping for a full page, which the probe has shown to be far away
    few = every.order_by(None).limit(None).cte("few").prefix_with("MATERIALIZED")
    day, identity = few.columns
    return select(day, identity).order_by(*form.bounds.order(day, identity)).limit(bindparam("most"))


@lru_cache(FORMS)
def _probe(form: _Form) -> Select[Any]:
    """What answers among the next entries of the list. The outer statement keeps the order of the inner one."""
    columns = form.lane.columns
    order = form.bounds.order(*columns[:2])
    next_ = select(*columns).where(*form.lane.holds(), *form.bounds.holds(*columns[:2])).order_by(*order).limit(PROBE)
    hint = f"INDEXED BY {form.lane.walk}"
    day, identity, kind, sure = next_.with_hint(columns[0].table, hint, "sqlite").subquery().columns
    return select(day, identity).where(*form.rest(identity, kind, sure)).limit(bindparam("most"))


def run(connection: Connection, statement: Any, given: Mapping[str, Any]) -> list[Place]:
    """The places that a statement finds. What it does not ask for may be among the values given."""
    return [(row[0], row[1]) for row in connection.execute(statement, given).all()]
