"""An act against the event stored for it: the step that brings the store up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.model import Event, EventState
from pipeline.plan import (
    AddSource,
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
GRAVE = frozenset({Flag.DATE_CONFLICT.value, Flag.CONTRADICTED.value, Flag.FUTURE_DATE.value})
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
    event = flagged(act, changed, now)
    fresh = [r for r in act.reports if not r.id]
    wanted = any(matches(s, event, act.parties) for s in context.subscriptions)
    earned = verdict(event, fresh, now, options, wanted)
    if act.known is None:
        return _new(act, event, earned, fresh, known)
    return revised(act, act.known, event, earned)


def flagged(act: Act, changed: frozenset[str], now: datetime) -> Event:
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
    event = replace(event, state=state, state_why=why_state.value, revision=1)
    return NewEvent(event, act.key, act.stream, act.parties, why, why_state, act.fulfilled_by)


def revised(act: Act, known: KnownEvent, event: Event, earned: Verdict) -> Revise | AddSource | None:
    """A stored event as its reports tell it now; None where the store says the same."""
    before = known.event
    state, why_state = earned
    event = replace(event, **{name: getattr(before, name) for name in known.pinned})
    risen = not known.by_person and _rank(state) < _rank(before.state)
    event = replace(event, first_seen=before.first_seen, revision=before.revision + 1)
    event = replace(
        event, state=state if risen else before.state, state_why=why_state.value if risen else before.state_why
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
    if added & GRAVE:
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
    why = Why.MERGED if merged else Why.CORRECTS
    event = replace(known.event, state=EventState.RETRACTED, state_why=why.value, revision=known.event.revision + 1)
    return Retract(event, known.stream, why, merged)
