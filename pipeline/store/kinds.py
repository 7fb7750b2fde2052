"""Kinds of events: the few-valued fields of an event as one number, so that any filter of them is a set of numbers.

type, status, state, salience, stage, tracked or not, and a grade of confidence. In use are some hundreds to a few thousand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from pipeline.model import Event
from pipeline.store.sql import insert_into
from pipeline.store.tables import EventKindRow, EventPartyRow

KIND_FIELDS = ("type", "status", "state", "salience", "stage", "tracked", "grade")
GRADES = (0.35, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)  # a grade begins at each of these


def grade_of(confidence: float) -> int:
    """The grade of a confidence, 0 to 7."""
    return bisect_right(GRADES, confidence)


class Kinds:
    """The numbers of kinds by what they are made of, looked up once within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[Any, ...], int] = {}

    def of(self, event: Event) -> int:
        """The number of an event's kind."""
        key = tuple(_columns(event).values())
        if key not in self._known:
            self._known[key] = kind_of(self._connection, event)
        return self._known[key]


def kind_of(connection: Connection, event: Event) -> int:
    """The number of an event's kind; a new one where there was none like it."""
    wanted = _columns(event)
    same = [getattr(EventKindRow, name) == value for name, value in wanted.items()]
    known = connection.execute(select(EventKindRow.id).where(*same)).scalar_one_or_none()
    if known is not None:
        return known
    connection.execute(insert_into(connection, EventKindRow).values(**wanted).on_conflict_do_nothing())
    return connection.execute(select(EventKindRow.id).where(*same)).scalar_one()


def _columns(event: Event) -> Mapping[str, Any]:
    return {
        "type": event.type.value,
        "status": event.status.value,
        "state": event.state.value,
        "salience": event.salience.value,
        "stage": event.stage,
        "tracked": event.agreement_id is not None,
        "grade": grade_of(event.confidence),
    }


def keep_in_parties(connection: Connection, event: Event, kind: int) -> None:
    """The rows of an event's parties say its kind, too: call it where nothing but its state has changed."""
    mine = update(EventPartyRow).where(EventPartyRow.event_id == event.id)
    connection.execute(mine.values(kind=kind, confidence=event.confidence))


def lead_of(happened: date, recorded_at: datetime) -> int:
    """How far ahead a day lay when it was recorded: binary digits of the days; 0 where it was not ahead."""
    return max(0, (happened - recorded_at.date()).days).bit_length()
