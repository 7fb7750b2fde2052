"""A person's word on an event: right, and told to those who asked; or wrong, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.model import Event, EventState
from pipeline.plan import AlertPlan, Context, Judgement, Why
from pipeline.record.verdict import matches


def accept(
    event: Event, parties: tuple[str, ...], who: str, now: datetime, context: Context, note: str = ""
) -> Judgement:
    """The event is right: it counts as told, and whoever asked for such events hears of it now, if not before."""
    after = replace(event, state=EventState.ALERTED, revision=event.revision + 1)
    told = event.state is EventState.ALERTED
    alerts = () if told else _alerts("event.created", after, parties, context)
    return Judgement(after, Why.ACCEPTED, who, now, note, alerts)


def reject(
    event: Event, parties: tuple[str, ...], who: str, now: datetime, context: Context, note: str = ""
) -> Judgement:
    """The event is wrong: it is taken back for good, and whoever was told of it hears that."""
    after = replace(event, state=EventState.RETRACTED, revision=event.revision + 1)
    told = event.state is EventState.ALERTED
    return Judgement(
        after, Why.REJECTED, who, now, note, _alerts("event.retracted", after, parties, context) if told else ()
    )


def _alerts(kind: str, event: Event, parties: tuple[str, ...], context: Context) -> tuple[AlertPlan, ...]:
    return tuple(AlertPlan(s.id, s.mode, kind, event) for s in context.subscriptions if matches(s, event, parties))
