"""Which events stand on a page: their days and ids, in keyset order, out of a few thousand entries of an index at most.

no filter, or one that most pass ─▶ walk the list's index to the end of the page
a filter that some pass          ─▶ the same, at most PROBE entries
and where that gave too little   ─▶ they are few: take those of its kinds, by an index that has them together, and sort
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select, tuple_
from sqlalchemy.orm import aliased

from pipeline.query.asking import EventFilter, opened
from pipeline.query.kinds import Kinds
from pipeline.store.tables import EventPartyRow, EventRow

PROBE = 4000
Place = tuple[date, str]


@dataclass(frozen=True, slots=True)
class Lane:
    """One list that is walked: the columns of its table, what all its rows have in common, and its two indexes."""

    table: type[EventRow] | type[EventPartyRow]
    day: Any
    identity: Any
    country: Any
    common: tuple[ColumnElement[bool], ...]
    walk: str
    few: str


@dataclass(frozen=True, slots=True)
class Range:
    """Days from `since` to `until` (None: no bound), behind a place, in one of the two directions. `last`: acts not over on it."""

    since: date | None
    until: date | None
    after: Place | None
    rising: bool

    def holds(self, day: Any, identity: Any) -> list[ColumnElement[bool]]:
        """The conditions on a list's columns."""
        made: list[ColumnElement[bool]] = []
        if self.since is not None:
            made.append(day >= self.since)
        if self.until is not None:
            made.append(day <= self.until)
        if self.after is not None:
            here, there = tuple_(day, identity), tuple_(*self.after)
            made.append(here > there if self.rising else here < there)
        return made

    def order(self, day: Any, identity: Any) -> tuple[Any, Any]:
        """How a list's columns are ordered."""
        return (day, identity) if self.rising else (day.desc(), identity.desc())


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


def lanes(wanted: EventFilter) -> list[Lane]:
    """The lists that a question is answered from: one for each agreement, else one in all."""
    event, party = EventRow, EventPartyRow
    if wanted.agreement:
        each = [event.agreement_id == one for one in wanted.agreement]
        if wanted.country is not None:
            mine = event.actor_country == wanted.country
            names = ("ix_events_walk_both", "ix_events_few_agreement")
            return [_of_events((one, mine), *names) for one in each]
        return [_of_events((one,), "ix_events_walk_agreement", "ix_events_few_agreement") for one in each]
    if wanted.party is not None:
        common = [party.party == wanted.party]
        common += [party.country == wanted.country] if wanted.country is not None else []
        names = ("ix_event_parties_walk", "ix_event_parties_few")
        return [Lane(party, party.happened, party.event_id, party.country, tuple(common), *names)]
    if wanted.country is not None:
        return [_of_events((event.actor_country == wanted.country,), "ix_events_walk_country", "ix_events_few_country")]
    return [_of_events((), "ix_events_walk", "ix_events_few")]


def _of_events(common: tuple[ColumnElement[bool], ...], walk: str, few: str) -> Lane:
    return Lane(EventRow, EventRow.happened, EventRow.id, EventRow.actor_country, common, walk, few)


def places(
    connection: Connection, wanted: EventFilter, kinds: Kinds, where: Range, limit: int, lasts: date | None = None
) -> list[Place]:
    """The first `limit` places of a list that answer. `lasts`: only acts that can have been on this day or later."""
    if kinds.nothing or limit <= 0:
        return []
    asked = _Asked(wanted, kinds, where, limit, lasts)
    each = [_of_lane(connection, lane, asked) for lane in lanes(wanted)]
    found = each[0] if len(each) == 1 else sorted((one for some in each for one in some), reverse=not where.rising)
    return found[:limit]


@dataclass(frozen=True, slots=True)
class _Asked:
    wanted: EventFilter
    kinds: Kinds
    where: Range
    limit: int
    lasts: date | None

    @property
    def plain(self) -> bool:
        """Whether nearly everything on the list answers."""
        return not self.kinds.few


def _of_lane(connection: Connection, lane: Lane, asked: _Asked) -> list[Place]:
    if asked.plain:
        return _run(connection, _all(connection, lane, asked, lane.walk))
    found = _run(connection, _probe(connection, lane, asked))
    if len(found) == asked.limit:
        return found
    every = _all(connection, lane, asked, lane.few)
    if connection.dialect.name == "sqlite":
        return _run(connection, every)
    # else the planner walks the list, hoping for a full page, which the probe has shown to be far away
    few = every.order_by(None).limit(None).cte("few").prefix_with("MATERIALIZED")
    day, identity = few.columns
    return _run(connection, select(day, identity).order_by(*asked.where.order(day, identity)).limit(asked.limit))


def _all(connection: Connection, lane: Lane, asked: _Asked, index: str) -> Select[Any]:
    """Everything that answers, in order, by this index."""
    holds = [*lane.common, *asked.where.holds(lane.day, lane.identity)]
    holds += _rest(connection, lane, asked, lane.identity, lane.table.kind, lane.table.confidence)
    order = asked.where.order(lane.day, lane.identity)
    statement = select(lane.day, lane.identity).where(*holds).order_by(*order).limit(asked.limit)
    return statement.with_hint(lane.table, f"INDEXED BY {index}", "sqlite")


def _probe(connection: Connection, lane: Lane, asked: _Asked) -> Select[Any]:
    """What answers among the next entries of the list. The outer statement keeps the order of the inner one."""
    order = asked.where.order(lane.day, lane.identity)
    next_ = select(lane.day, lane.identity, lane.table.kind, lane.table.confidence)
    next_ = next_.where(*lane.common, *asked.where.holds(lane.day, lane.identity)).order_by(*order).limit(PROBE)
    day, identity, kind, sure = next_.with_hint(lane.table, f"INDEXED BY {lane.walk}", "sqlite").subquery().columns
    return select(day, identity).where(*_rest(connection, lane, asked, identity, kind, sure)).limit(asked.limit)


def _rest(
    connection: Connection, lane: Lane, asked: _Asked, identity: Any, kind: Any, sure: Any
) -> list[ColumnElement[bool]]:
    """The conditions that are looked at entry by entry."""
    wanted = asked.wanted
    among = asked.kinds.holds(connection, kind)
    rest = [] if among is None else [among]
    if wanted.min_confidence > 0:
        rest.append(sure >= wanted.min_confidence)
    if wanted.party is not None and lane.table is EventRow:
        rest.append(exists().where(EventPartyRow.event_id == identity, EventPartyRow.party == wanted.party))
    if asked.lasts is not None:
        same = aliased(EventRow)
        rest.append(exists().where(same.id == identity, same.date_last >= asked.lasts))
    return rest


def _run(connection: Connection, statement: Select[Any]) -> list[Place]:
    return [(row[0], row[1]) for row in connection.execute(statement).all()]
