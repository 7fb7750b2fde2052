"""An act against the event stored for it: the step that brings the store up to date, and who hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.model import Event, EventState
from pipeline.plan import (
    AddSource,
    AlertPlan,
    Change,
    Context,
    EventStep,
    Flag,
    Known,
    KnownEvent,
    NewEvent,
    RecordOptions,
    Report,
    Retract,
    Revise,
    Why,
)
from pipeline.record.acts import Act
from pipeline.record.verdict import Verdict, in_future, matches, verdict

# what readers were told and would have to know again
MATERIAL = ("type", "stage", "actor_country", "date", "effective_date", "flags")
_COMPARED = (*MATERIAL, "salience", "wording", "actor", "confidence", "evidence", "start", "end", "agreement", "state")
_GRAVE = frozenset({Flag.DATE_CONFLICT.value, Flag.CONTRADICTED.value, Flag.FUTURE_DATE.value})
_STATES = (EventState.ALERTED, EventState.REVIEW, EventState.HISTORY)


def step_of(
    act: Act,
    changed: frozenset[str],
    known: Known,
    now: datetime,
    options: RecordOptions,
    context: Context,
) -> EventStep | None:
    """The step for one act; None where the store already says the same."""
    event = _flagged(act, changed, now)
    fresh = [r for r in act.reports if not r.id]
    wanted = any(matches(s, event, act.parties) for s in context.subscriptions)
    earned = verdict(event, fresh, now, options, wanted)
    if act.known is None:
        return _new(act, event, earned, fresh, known)
    return _revised(act, act.known, event, earned)


def _flagged(act: Act, changed: frozenset[str], now: datetime) -> Event:
    """The flags the reports raise, one for a day that has not come, and the one that stays once it was set."""
    flags = set(act.event.flags)
    stored = act.known.event.flags if act.known else ()
    if act.event.id in changed or Flag.SOURCE_CHANGED in stored:
        flags.add(Flag.SOURCE_CHANGED.value)
    if in_future(act.event, now):
        flags.add(Flag.FUTURE_DATE.value)
    return replace(act.event, flags=tuple(sorted(flags)))


def _new(act: Act, event: Event, earned: Verdict, fresh: Sequence[Report], known: Known) -> NewEvent:
    state, why_state = earned
    why = Why.NEW
    if not fresh:  # made of reports that people have heard of as part of another event
        why = Why.MOVED
        before = {k.event.id: k.event.state for k in known.events}
        told = any(before.get(r.event_id or "") is EventState.ALERTED for r in act.reports)
        state = EventState.ALERTED if told else EventState.HISTORY
    event = replace(event, state=state, revision=1)
    return NewEvent(event, act.key, act.stream, act.parties, why, why_state, act.fulfilled_by)


def _revised(act: Act, known: KnownEvent, event: Event, earned: Verdict) -> EventStep | None:
    before = known.event
    state, why_state = earned
    event = replace(event, **{name: getattr(before, name) for name in known.pinned})
    risen = not known.by_person and _rank(state) < _rank(before.state)
    event = replace(
        event, state=state if risen else before.state, first_seen=before.first_seen, revision=before.revision + 1
    )
    changes = tuple(
        Change(name, _text(getattr(before, name)), _text(getattr(event, name)))
        for name in _COMPARED
        if getattr(before, name) != getattr(event, name)
    )
    if changes or act.fulfilled_by != known.fulfilled_by or act.key != known.key:
        why = _why(act, before, event, changes)
        return Revise(
            event, act.key, act.stream, act.parties, why, why_state if risen else None, changes, act.fulfilled_by
        )
    moved = [r for r in act.reports if r.event_id != event.id or not r.id]
    if moved:
        return AddSource(event.id, before.revision, Why.CONFIRMS if any(not r.id for r in moved) else Why.MOVED)
    return None


def _rank(state: EventState) -> int:
    return _STATES.index(state) if state in _STATES else len(_STATES)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _why(act: Act, before: Event, after: Event, changes: Sequence[Change]) -> Why:
    added = set(after.flags) - set(before.flags)
    if added & _GRAVE:
        return Why.CONTRADICTS
    if any(not r.id and r.event_id == after.id for r in act.reports) or Flag.SOURCE_CHANGED in added:
        return Why.CORRECTS  # the new report took the place of one of this event's
    if Flag.FULFILLED in added:
        return Why.FULFILS
    if before.state != after.state:
        return Why.NEWSWORTHY
    sharper = any(change.field in MATERIAL for change in changes)
    return Why.SHARPENS if sharper else Why.CONFIRMS


def retraction(known: KnownEvent, acts: Sequence[Act]) -> Retract:
    """An event that has no report left: it became part of another one, or its article was corrected."""
    shared = [(-sum(r.event_id == known.event.id and r.id > 0 for r in a.reports), a.event.id) for a in acts]
    most = min(shared, default=(0, ""))
    merged = most[1] if most[0] < 0 else None
    event = replace(known.event, state=EventState.RETRACTED, revision=known.event.revision + 1)
    return Retract(event, known.stream, Why.MERGED if merged else Why.CORRECTS, merged)


def alerts_of(steps: Sequence[EventStep], acts: Sequence[Act], known: Known, context: Context) -> tuple[AlertPlan, ...]:
    """Who hears of what: a first alert, a correction of something told, or that it is taken back."""
    stored = {k.event.id: k.event for k in known.events}
    parties = {act.event.id: act.parties for act in acts}
    made: list[AlertPlan] = []
    for step in steps:
        if isinstance(step, AddSource):
            continue
        before = stored.get(step.event.id)
        kind = _message(step, before)
        if kind is None:
            continue
        versions = [event for event in (step.event, before) if event is not None]
        reached = parties.get(step.event.id) or _parties_of_lost(step.event, context)
        made += [
            AlertPlan(s.id, s.mode, kind, step.event)
            for s in context.subscriptions
            if any(matches(s, event, reached) for event in versions)
        ]
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
    grave = (set(step.event.flags) - set(before.flags)) & _GRAVE
    return bool(grave) or not names.isdisjoint(MATERIAL)


def _parties_of_lost(event: Event, context: Context) -> tuple[str, ...]:
    agreement = context.agreements.get(event.agreement_id or "")
    return tuple(sorted({*(agreement.parties if agreement else ()), event.actor_country} - {""}))
