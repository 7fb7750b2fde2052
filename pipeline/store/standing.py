"""What is known beside an event or of an agreement as a whole: its steps, what is expected, what is overdue, since when it is quiet."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from pipeline.model import Event, EventState, EventType, Status
from pipeline.plan import StateWhy
from pipeline.store import review
from pipeline.store.codec import event_of
from pipeline.store.review import Judged
from pipeline.store.tables import EventRow, ExpectationRow

_OVER = (EventType.ENTERED_INTO_FORCE, EventType.TERMINATED, EventType.WITHDRAWN, EventType.REJECTED)
_STANDS = EventRow.state != EventState.RETRACTED.value


@dataclass(frozen=True, slots=True)
class Passed:
    """An announced step whose last day has passed without a report that it was done. `event` has its sources."""

    event: Event
    parties: tuple[str, ...]
    due_last: date


@dataclass(frozen=True, slots=True)
class Quiet:
    """An agreement on its way: signed at least, not in force, not given up. `since`: when something was last heard of it."""

    agreement_id: str
    last: Event
    since: date


def steps(connection: Connection, agreement_id: str, known_at: datetime, limit: int = 100) -> tuple[Event, ...]:
    """The agreement's steps that have happened and were known at a moment, oldest first, without their sources."""
    mine = and_(EventRow.agreement_id == agreement_id, EventRow.first_seen <= known_at, _STANDS)
    occurred = select(EventRow.__table__).where(mine, EventRow.status == Status.OCCURRED.value)
    rows = connection.execute(occurred.order_by(EventRow.happened.desc(), EventRow.id.desc()).limit(limit)).all()
    return tuple(event_of(row) for row in reversed(rows))


def awaited(connection: Connection, agreement_id: str, limit: int = 10) -> tuple[Event, ...]:
    """The agreement's announced steps that are still waited for, the next one first, without their sources."""
    mine = and_(EventRow.agreement_id == agreement_id, ExpectationRow.state == "open", _STANDS)
    joined = select(EventRow.__table__).join(ExpectationRow, ExpectationRow.event_id == EventRow.id).where(mine)
    rows = connection.execute(joined.order_by(ExpectationRow.due_last, EventRow.id).limit(limit)).all()
    return tuple(event_of(row) for row in rows)


def passed(connection: Connection, today: date, limit: int = 200) -> tuple[Passed, ...]:
    """Steps that were due before `today`, longest overdue first, each until it is noted for its day (`note`)."""
    late = and_(ExpectationRow.state == "open", ExpectationRow.due_last < today)
    fresh = or_(ExpectationRow.noted_for.is_(None), ExpectationRow.noted_for < ExpectationRow.due_last)
    wanted = select(ExpectationRow.__table__).where(late, fresh)
    rows = connection.execute(wanted.order_by(ExpectationRow.due_last, ExpectationRow.event_id).limit(limit)).all()
    found = ((review.load(connection, row.event_id), row.due_last) for row in rows)
    return tuple(_passed(judged, due) for judged, due in found if judged is not None)


def _passed(judged: Judged, due: date) -> Passed:
    return Passed(judged.event, judged.parties, due)


def note(connection: Connection, event_ids: Iterable[str]) -> None:
    """It was noticed that the last days of these steps have passed; a later day will be noticed again."""
    mine = ExpectationRow.event_id.in_(list(event_ids))
    connection.execute(update(ExpectationRow).where(mine).values(noted_for=ExpectationRow.due_last))


def quiet(connection: Connection, agreement_ids: Container[str], before: date) -> tuple[Quiet, ...]:
    """Of these agreements those on their way of which nothing new was heard on `before` or later."""
    heard = func.max(EventRow.first_seen)
    each = select(EventRow.agreement_id, heard.label("heard")).where(EventRow.agreement_id.is_not(None), _STANDS)
    rows = connection.execute(each.group_by(EventRow.agreement_id).order_by(EventRow.agreement_id)).all()
    still = [row for row in rows if row.heard.date() < before and row.agreement_id in agreement_ids]
    found = (_on_its_way(connection, row.agreement_id, row.heard) for row in still)
    return tuple(one for one in found if one is not None and one.since < before)


def _on_its_way(connection: Connection, agreement_id: str, heard: datetime) -> Quiet | None:
    known = steps(connection, agreement_id, heard)
    types = {event.type for event in known}
    if EventType.SIGNED not in types or not types.isdisjoint(_OVER):
        return None
    last = known[-1]
    day = last.date.last if last.date else heard.date()
    return Quiet(agreement_id, last, max(day, heard.date()))


def told_since(connection: Connection, since: datetime) -> tuple[Judged, ...]:
    """Events first seen since a moment that were told, or would have been to a channel that asked for what has not happened."""
    told = or_(EventRow.state == EventState.ALERTED.value, EventRow.state_why == StateWhy.NOT_OCCURRED.value)
    wanted = select(EventRow.id).where(EventRow.first_seen >= since, told).order_by(EventRow.first_seen, EventRow.id)
    ids = connection.execute(wanted).scalars().all()
    return tuple(found for one in ids if (found := review.load(connection, one)) is not None)
