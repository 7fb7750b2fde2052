"""Events as they stand now: lists by filter in keyset pages, one by its id, an agreement's timeline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, select, tuple_

from pipeline.model import Event, EventState
from pipeline.query import past
from pipeline.query.asking import MOST, EventFilter, Page, bounded, cursor_of, opened
from pipeline.query.sources import with_sources
from pipeline.store import search
from pipeline.store.codec import event_of
from pipeline.store.engine import Database
from pipeline.store.tables import EventPartyRow, EventRow, EvidenceRow


def events(database: Database, wanted: EventFilter = EventFilter()) -> Page[Event]:  # noqa: B008 - frozen
    """Events, the latest act first. UsageError for a cursor that is not ours."""

    def work(connection: Connection) -> Page[Event]:
        if wanted.as_of is None:
            return _present(connection, wanted)
        return past.events(connection, wanted, _rows(connection, wanted, EventRow.updated_at <= wanted.as_of))

    return database.read(work)


def event(database: Database, event_id: str, as_of: datetime | None = None) -> Event | None:
    """One event with its sources, now or as it stood then; None where there is (was) none. Tombstones are events."""

    def work(connection: Connection) -> Event | None:
        if as_of is not None:
            return next(iter(past.stood(connection, [event_id], as_of)), None)
        row = connection.execute(select(EventRow.__table__).where(EventRow.id == event_id)).one_or_none()
        return with_sources(connection, [event_of(row)])[0] if row else None

    return database.read(work)


def timeline(database: Database, agreement_id: str, as_of: datetime | None = None) -> tuple[Event, ...]:
    """All that is known to have happened, or be planned, to one agreement: earliest first, at most the latest 1,000 steps."""
    page = events(database, EventFilter(agreement=(agreement_id,), as_of=as_of, limit=MOST))
    return tuple(reversed(page.items))


def review(database: Database, limit: int = 50, cursor: str | None = None) -> Page[Event]:
    """Events that wait for a person, the latest act first."""
    return events(database, EventFilter(state=(EventState.REVIEW,), limit=limit, cursor=cursor))


def _present(connection: Connection, wanted: EventFilter) -> Page[Event]:
    limit = bounded(wanted.limit)
    rows = _rows(connection, wanted)
    more = cursor_of(rows[limit - 1].happened, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(with_sources(connection, [event_of(row) for row in rows[:limit]])), more)


def _rows(connection: Connection, wanted: EventFilter, *further: Any) -> list[Any]:
    """One row more than a page has, in order.

    An act told as a month or a year that begins before `since` can still lie in the range; these few are asked for by
    themselves, so that the rest is one walk along an index.
    """
    statement = _where(connection, wanted).where(*further)
    day = _order(wanted)[0]
    if wanted.until is not None:
        statement = statement.where(day <= wanted.until)  # `happened` is the first day it can mean
    if wanted.since is None:
        return _walk(connection, wanted, statement, bounded(wanted.limit) + 1)
    parts = [statement.where(day >= wanted.since), statement.where(_began_before(day, wanted.since))]
    if wanted.oldest_first:
        parts.reverse()
    rows: list[Any] = []
    for part in parts:
        left = bounded(wanted.limit) + 1 - len(rows)
        rows += _walk(connection, wanted, part, left) if left else []
    return rows


def _began_before(day: Any, since: date) -> Any:
    """Acts dated by a month or a year that began before this day and had not ended on it."""
    began = day.in_({since.replace(day=1), since.replace(month=1, day=1)})
    return and_(began, day < since, EventRow.date_last >= since)


def _order(wanted: EventFilter) -> tuple[Any, Any]:
    """Day and id by which rows are walked: a party's own index where nothing narrows the list more."""
    if _walks_party(wanted):
        return EventPartyRow.happened, EventPartyRow.event_id
    return EventRow.happened, EventRow.id


def _walks_party(wanted: EventFilter) -> bool:
    return wanted.party is not None and not wanted.agreement


def _walk(connection: Connection, wanted: EventFilter, statement: Select[Any], limit: int) -> list[Any]:
    day, identity = _order(wanted)
    here = tuple_(day, identity)
    if wanted.cursor:
        there = tuple_(*opened(wanted.cursor))
        statement = statement.where(here > there if wanted.oldest_first else here < there)
    order = (day, identity) if wanted.oldest_first else (day.desc(), identity.desc())
    return list(connection.execute(statement.order_by(*order).limit(limit)).all())


def _where(connection: Connection, wanted: EventFilter) -> Select[Any]:
    statement = select(EventRow.__table__)
    for column, values in (
        (EventRow.agreement_id, wanted.agreement),
        (EventRow.type, wanted.type),
        (EventRow.status, wanted.status),
        (EventRow.state, wanted.state),
    ):
        if values:
            statement = statement.where(column == values[0] if len(values) == 1 else column.in_(values))
    for plain, value in (
        (EventRow.actor_country, wanted.country),
        (EventRow.salience, wanted.salience),
        (EventRow.stage, wanted.stage),
    ):
        if value is not None:
            statement = statement.where(plain == value)
    if wanted.party is not None:
        same = and_(EventPartyRow.event_id == EventRow.id, EventPartyRow.happened == EventRow.happened)
        concerned = and_(EventPartyRow.party == wanted.party, same)
        if _walks_party(wanted):
            statement = statement.join(EventPartyRow, EventPartyRow.event_id == EventRow.id)
            statement = statement.where(EventPartyRow.party == wanted.party)
        else:
            statement = statement.where(exists().where(concerned))
    if wanted.min_confidence > 0:
        statement = statement.where(EventRow.confidence >= wanted.min_confidence)
    if wanted.tracked is not None:
        tracked = EventRow.agreement_id.is_not(None)
        statement = statement.where(tracked if wanted.tracked else ~tracked)
    if not wanted.retracted and EventState.RETRACTED not in wanted.state:
        statement = statement.where(EventRow.state != EventState.RETRACTED.value)
    if wanted.text:
        told = select(EvidenceRow.event_id).where(
            EvidenceRow.removed_at.is_(None),
            EvidenceRow.article_version_id.in_(search.matching(connection, wanted.text)),
        )
        statement = statement.where(EventRow.id.in_(told))
    return statement
