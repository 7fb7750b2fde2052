"""Which events stood on a page at a moment of the past: a walk along revisions with the time each held.

What had been recorded by then lies, with few exceptions, before that day: the walk begins there. What lay ahead of that day is
found by how far ahead each plan reached when it was recorded. Where hardly anything had been recorded by then, all of it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Executable, exists, func, or_, select, union_all

from pipeline.query.asking import EventFilter
from pipeline.query.kinds import Kinds
from pipeline.query.walking import PROBE, Place, Range
from pipeline.store.tables import EventPartyRow, RevisionRow
from pipeline.store.types import EARLIEST

_LEADS = 16  # binary digits of the days that plans reach ahead: to 180 years
_DAY, _ID = RevisionRow.happened, RevisionRow.event_id


def places(
    connection: Connection, wanted: EventFilter, where: Range, kinds: Kinds, as_of: datetime, limit: int
) -> list[Place]:
    """The first `limit` places of the list as it stood."""
    if kinds.nothing:
        return []
    holds = [RevisionRow.recorded_at <= as_of, or_(RevisionRow.until.is_(None), RevisionRow.until > as_of)]
    holds += _conditions(connection, wanted, kinds)
    if wanted.agreement:
        each = [_walk(connection, [*holds, RevisionRow.agreement_id == one], where, limit, "ix_revisions_walk_agreement")
                for one in wanted.agreement]  # fmt: skip
        return _merged(each, where, limit)
    if _hardly_anything(connection, as_of):
        early = select(_DAY, _ID).where(*holds).with_hint(RevisionRow, "INDEXED BY ix_revisions_recorded_at", "sqlite")
        return _merged([_run(connection, early.where(*_within(where)))], where, limit)
    ahead = _ahead(connection, holds, where, as_of)
    before = replace(where, until=min(where.until or date.max, as_of.date()))
    found = _probed(connection, holds, kinds, before, limit)
    return _merged([ahead, found], where, limit)


def _conditions(connection: Connection, wanted: EventFilter, kinds: Kinds) -> list[ColumnElement[bool]]:
    among = kinds.holds(connection, RevisionRow.kind)
    made = [] if among is None else [among]
    if wanted.min_confidence > 0:
        made.append(RevisionRow.confidence >= wanted.min_confidence)
    if wanted.country is not None:
        made.append(RevisionRow.actor_country == wanted.country)
    if wanted.party is not None:
        made.append(exists().where(EventPartyRow.event_id == _ID, EventPartyRow.party == wanted.party))
    return made


def _within(where: Range) -> list[ColumnElement[bool]]:
    return [*where.holds(_DAY, _ID)]


def _walk(
    connection: Connection, holds: Sequence[ColumnElement[bool]], where: Range, limit: int, index: str
) -> list[Place]:
    every = select(_DAY, _ID).where(*holds, *_within(where)).order_by(*where.order(_DAY, _ID)).limit(limit)
    return _run(connection, every.with_hint(RevisionRow, f"INDEXED BY {index}", "sqlite"))


def _probed(
    connection: Connection, holds: Sequence[ColumnElement[bool]], kinds: Kinds, where: Range, limit: int
) -> list[Place]:
    """Along the days; where that gives too little and kinds are asked for, by these."""
    if not kinds.few:
        return _walk(connection, holds, where, limit, "ix_revisions_walk")
    order = where.order(_DAY, _ID)
    edge = select(_DAY, _ID).where(*_within(where)).order_by(*order).limit(1).offset(PROBE)
    there = connection.execute(edge.with_hint(RevisionRow, "INDEXED BY ix_revisions_walk", "sqlite")).one_or_none()
    if there is None:
        return _walk(connection, holds, where, limit, "ix_revisions_walk")
    near = [*holds, *Range(None, None, (there[0], there[1]), not where.rising).holds(_DAY, _ID)]
    found = _walk(connection, near, where, limit, "ix_revisions_walk")
    if len(found) == limit:
        return found
    every = select(_DAY, _ID).where(*holds, *_within(where))
    if connection.dialect.name == "sqlite":
        hinted = every.with_hint(RevisionRow, "INDEXED BY ix_revisions_few", "sqlite")
        return _run(connection, hinted.order_by(*order).limit(limit))
    day, identity = every.cte("few").prefix_with("MATERIALIZED").columns
    return _run(connection, select(day, identity).order_by(*where.order(day, identity)).limit(limit))


def _ahead(connection: Connection, holds: Sequence[ColumnElement[bool]], where: Range, as_of: datetime) -> list[Place]:
    """What lay ahead of the day then. A plan that reached up to 2^n days ahead was recorded in the 2^n days before."""
    if where.until is not None and where.until <= as_of.date():
        return []
    each = []
    for lead in range(
        1, _LEADS, 2
    ):  # two at a time: fewer statements, and at most four times what lay ahead is looked at
        since = as_of - timedelta(days=min(2 ** (lead + 1), (as_of - EARLIEST).days))
        mine = [RevisionRow.lead.in_((lead, lead + 1)), RevisionRow.recorded_at > since]
        statement = select(_DAY, _ID).where(*mine, RevisionRow.happened > as_of.date(), *holds, *_within(where))
        each.append(statement.with_hint(RevisionRow, "INDEXED BY ix_revisions_lead", "sqlite"))
    return _run(connection, union_all(*each))


def _hardly_anything(connection: Connection, as_of: datetime) -> bool:
    """Whether so little had been recorded by then that a walk along all days would meet next to nothing."""
    some = select(RevisionRow.event_id).where(RevisionRow.recorded_at <= as_of).limit(PROBE).subquery()
    return bool(connection.execute(select(func.count()).select_from(some)).scalar_one() < PROBE)


def _merged(each: Sequence[list[Place]], where: Range, limit: int) -> list[Place]:
    return sorted({one for some in each for one in some}, reverse=not where.rising)[:limit]


def _run(connection: Connection, statement: Executable) -> list[Place]:
    return [(row[0], row[1]) for row in connection.execute(statement).all()]
