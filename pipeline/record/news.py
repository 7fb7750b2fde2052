"""Who may hear of what the steps change: a first alert, a correction, and news to those whose filter an event fits only now.

Who does hear is decided where it is known who was told (flow); a correction therefore names every channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.model import Event, EventState
from pipeline.plan import (
    AddSource,
    AlertPlan,
    Context,
    EventStep,
    Known,
    NewEvent,
    RecordOptions,
    Retract,
    Revise,
    Why,
    source_of,
)
from pipeline.record.acts import Act
from pipeline.record.steps import GRAVE, MATERIAL
from pipeline.record.verdict import matches, verdict


def alerts_of(steps: Sequence[EventStep], acts: Sequence[Act], known: Known, context: Context) -> tuple[AlertPlan, ...]:
    """A first alert for those who asked; for every channel a correction of what was told, or that it is taken back."""
    stored = {k.event.id: k.event for k in known.events}
    parties = {act.event.id: act.parties for act in acts}
    made: list[AlertPlan] = []
    for step in steps:
        kind = None if isinstance(step, AddSource) else _message(step, stored.get(step.event.id))
        if kind is None or isinstance(step, AddSource):
            continue
        event = step.event if step.event.sources else _sourced(step.event, known)
        reached = parties.get(event.id) or _parties_of_lost(event, context)
        changes = step.changes if isinstance(step, Revise) else ()
        made += [
            AlertPlan(s.id, s.mode, kind, event, reached, changes, step.why.value)
            for s in context.subscriptions
            if kind != "event.created" or matches(s, event, reached)
        ]
    return tuple(made)


def offers_of(
    steps: Sequence[EventStep],
    acts: Sequence[Act],
    known: Known,
    now: datetime,
    options: RecordOptions,
    context: Context,
) -> tuple[AlertPlan, ...]:
    """A told event has fresh news: a further language, a surer report, a chamber. For channels that it fits only now."""
    stored = {k.event.id: k.event for k in known.events}
    by_id = {act.event.id: act for act in acts}
    made: list[AlertPlan] = []
    for step in steps:
        identity = step.event_id if isinstance(step, AddSource) else step.event.id
        act, before = by_id.get(identity), stored.get(identity)
        if act is None or before is None or before.state is not EventState.ALERTED:
            continue
        event = replace(before, sources=act.event.sources) if isinstance(step, AddSource) else step.event
        fresh = [report for report in act.reports if not report.id]
        if verdict(event, fresh, now, options, wanted=True)[0] is EventState.ALERTED:
            wanted = [s for s in context.subscriptions if matches(s, event, act.parties)]
            made += [AlertPlan(s.id, s.mode, "event.created", event, act.parties, offer=True) for s in wanted]
    return tuple(made)


def _message(step: NewEvent | Revise | Retract, before: Event | None) -> str | None:
    told = before is not None and before.state is EventState.ALERTED
    if isinstance(step, Retract):
        return "event.retracted" if told else None
    if step.event.state is not EventState.ALERTED:
        return None
    if isinstance(step, NewEvent):
        return "event.created" if step.why is Why.NEW else None
    if not told:
        return "event.created"
    return "event.revised" if before is not None and _matters(before, step) else None


def _matters(before: Event, step: Revise) -> bool:
    names = {change.field for change in step.changes if change.field != "flags"}
    grave = (set(step.event.flags) - set(before.flags)) & GRAVE
    return bool(grave) or not names.isdisjoint(MATERIAL)


def _sourced(event: Event, known: Known) -> Event:
    """What is taken back still shows what was said."""
    reports = {r.article.article_id: r for r in known.reports if r.event_id == event.id}
    return replace(event, sources=tuple(source_of(report) for report in reports.values()))


def _parties_of_lost(event: Event, context: Context) -> tuple[str, ...]:
    agreement = context.agreements.get(event.agreement_id or "")
    return tuple(sorted({*(agreement.parties if agreement else ()), event.actor_country} - {""}))
