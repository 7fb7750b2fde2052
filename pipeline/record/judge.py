"""A person's word on an event: right, and told to those who asked; or wrong, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.model import Event, EventState
from pipeline.plan import AlertPlan, Change, Context, Judgement, StateWhy, Why
from pipeline.record.verdict import matches

CORRECTABLE = (
    "agreement_id", "agreement", "type", "status", "stage", "actor", "actor_country", "date", "effective_date",
)  # fmt: skip

_PERSON = StateWhy.PERSON.value


def accept(
    event: Event, parties: tuple[str, ...], who: str, now: datetime, context: Context, note: str = ""
) -> Judgement:
    """The event is right: it counts as told, and whoever asked for such events hears of it now, if not before."""
    after = replace(event, state=EventState.ALERTED, state_why=_PERSON, revision=event.revision + 1)
    told = event.state is EventState.ALERTED
    alerts = () if told else _alerts("event.created", after, parties, context)
    return Judgement(after, Why.ACCEPTED, who, now, note, alerts)


def reject(
    event: Event, parties: tuple[str, ...], who: str, now: datetime, context: Context, note: str = ""
) -> Judgement:
    """The event is wrong: it is taken back for good, and whoever was told of it hears that."""
    after = replace(event, state=EventState.RETRACTED, state_why=_PERSON, revision=event.revision + 1)
    told = event.state is EventState.ALERTED
    return Judgement(
        after,
        Why.REJECTED,
        who,
        now,
        note,
        _corrections("event.retracted", after, parties, context, because=Why.REJECTED) if told else (),
    )


def correct(
    event: Event,
    values: Mapping[str, Any],
    parties: tuple[str, ...],
    who: str,
    now: datetime,
    context: Context,
    note: str = "",
) -> Judgement | None:
    """Put fields right: `values` by the names of CORRECTABLE. They stay so, whatever reports say later. None: nothing differs.

    Whoever was told of the event hears of the correction. An event that waited for review still waits.
    """
    changes = tuple(
        Change(name, _text(getattr(event, name)), _text(value))
        for name, value in values.items()
        if name in CORRECTABLE and getattr(event, name) != value
    )
    if not changes:
        return None
    after = replace(event, revision=event.revision + 1, **{change.field: values[change.field] for change in changes})
    agreement = context.agreements.get(after.agreement_id or "")
    moved = after.agreement_id != event.agreement_id and agreement is not None
    concerned = tuple(sorted({*(agreement.parties if moved and agreement else parties), after.actor_country} - {""}))
    told = event.state is EventState.ALERTED
    alerts = _corrections("event.revised", after, concerned, context, changes, Why.CORRECTED) if told else ()
    return Judgement(after, Why.CORRECTED, who, now, note, alerts, changes, concerned)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _alerts(kind: str, event: Event, parties: tuple[str, ...], context: Context) -> tuple[AlertPlan, ...]:
    return tuple(
        AlertPlan(s.id, s.mode, kind, event, parties) for s in context.subscriptions if matches(s, event, parties)
    )


def _corrections(
    kind: str,
    event: Event,
    parties: tuple[str, ...],
    context: Context,
    changes: tuple[Change, ...] = (),
    because: str = "",
) -> tuple[AlertPlan, ...]:
    return tuple(AlertPlan(s.id, s.mode, kind, event, parties, changes, because) for s in context.subscriptions)
