"""What a person puts together or takes apart: two events are one, one event is two, and a merge undone. Pure.

The reports of the events concerned are held from then on: no later report sorts them otherwise. Nobody gets a new alert: what is
told already is told. Who was told of an event that is gone hears so where the other one says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pipeline.model import Event, EventState
from pipeline.plan import (
    AlertPlan,
    ArticleFacts,
    Attach,
    Change,
    Context,
    Known,
    KnownEvent,
    NewEvent,
    Plan,
    Report,
    Retract,
    Revise,
    StateWhy,
    Why,
    source_of,
)
from pipeline.record.acts import Act, acts_of
from pipeline.record.steps import MATERIAL, flagged, revised

_TOLD_FIRST = (EventState.ALERTED, EventState.REVIEW, EventState.HISTORY, EventState.RETRACTED)
_PERSON = StateWhy.PERSON.value
_FACTS = tuple(name for name in MATERIAL if name != "flags")


class Cannot(StrEnum):
    """Why events are left as they are."""

    MISSING = "missing"  # there is no such event, or it was taken back
    SAME = "same"  # one event cannot be merged with itself
    OTHER_ACT = "other_act"  # another agreement, or another kind of act: it has to be corrected first
    OTHER_STATUS = "other_status"  # a plan and what came of it stay two events
    NO_PART = "no_part"  # the articles do not speak for it, or nothing would be left
    NOT_MERGED = "not_merged"  # it was not merged by hand


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, when, and what decisions are made for."""

    who: str
    now: datetime
    context: Context


def join(known: Known, keep: str, drop: str, hand: Hand) -> Plan | Cannot:
    """The event `drop` is the same as `keep`: its reports speak for that one, and it becomes a tombstone that says so."""
    one, other = _standing(known, keep), _standing(known, drop)
    if one is None or other is None:
        return Cannot.MISSING
    if one is other:
        return Cannot.SAME
    if one.stream != other.stream:
        return Cannot.OTHER_ACT
    if one.event.status is not other.event.status:
        return Cannot.OTHER_STATUS
    moved = [replace(r, event_id=keep, held=True, from_event=drop) for r in _of(known, drop)]
    mine = [replace(r, held=True) for r in _of(known, keep)]
    act = _act(known, one, [*mine, *moved], hand, without=drop)
    state = min(one.event.state, other.event.state, key=_TOLD_FIRST.index)
    step = _revision(act, one, state, Why.JOINED, hand.now)
    gone = replace(
        other.event, state=EventState.RETRACTED, state_why=Why.MERGED.value, revision=other.event.revision + 1
    )
    alerts = _corrections(one.event, step, act.parties, hand.context)
    if other.event.state is EventState.ALERTED and _differ(other.event, step.event):
        told = replace(gone, sources=tuple(source_of(r) for r in _of(known, drop)))
        alerts += _to_all("event.retracted", told, act.parties, hand.context, (), Why.MERGED)
    retracted = Retract(gone, other.stream, Why.MERGED, keep)
    return _plan(known, one.stream, (retracted, step), [(act, [*mine, *moved])], alerts, hand)


def part(known: Known, event_id: str, articles: Collection[int], hand: Hand) -> Plan | Cannot:
    """What these articles tell is another event than the one they speak for now."""
    one = _standing(known, event_id)
    if one is None:
        return Cannot.MISSING
    taken = [r for r in _of(known, event_id) if r.article.article_id in articles]
    left = [replace(r, held=True) for r in _of(known, event_id) if r.article.article_id not in articles]
    if not taken or not left:
        return Cannot.NO_PART
    apart = [replace(r, event_id=None, held=True, from_event=None) for r in taken]
    act, fresh = _acts(known, one, left, apart, hand)
    step = _revision(act, one, one.event.state, Why.PARTED, hand.now)
    event = replace(flagged(fresh, frozenset(), hand.now), state=one.event.state, state_why=_PERSON, revision=1)
    made = NewEvent(event, fresh.key, fresh.stream, fresh.parties, Why.PARTED, StateWhy.PERSON, fresh.fulfilled_by)
    alerts = _corrections(one.event, step, act.parties, hand.context)
    taken = [replace(r, held=True, from_event=None) for r in taken]
    return _plan(known, one.stream, (step, made), [(act, left), (fresh, taken)], alerts, hand)


def revive(known: Known, before: Event, hand: Hand) -> Plan | Cannot:
    """Undo a merge: `before` is the event that was merged away, as it stood then. It and its reports stand for themselves again."""
    gone = next((k for k in known.events if k.event.id == before.id), None)
    moved = [r for r in known.reports if r.from_event == before.id]
    keeper = next((k for k in known.events if moved and k.event.id == moved[0].event_id), None)
    if gone is None or keeper is None or gone.event.state is not EventState.RETRACTED:
        return Cannot.NOT_MERGED
    kept = [replace(r, held=True) for r in _of(known, keeper.event.id) if r.from_event != before.id]
    if not kept:
        return Cannot.NO_PART
    back = [replace(r, event_id=before.id, held=True, from_event=None) for r in moved]
    act, revived = _acts(known, keeper, kept, back, hand)
    step = _revision(act, keeper, keeper.event.state, Why.PARTED, hand.now)
    standing = replace(gone, event=replace(gone.event, state=before.state))
    again = _revision(revived, standing, before.state, Why.REVIVED, hand.now)
    again = replace(again, state_why=StateWhy.PERSON, event=replace(again.event, state_why=_PERSON))
    alerts = _corrections(keeper.event, step, act.parties, hand.context)
    if before.state is EventState.ALERTED:
        change = (Change("state", EventState.RETRACTED.value, before.state.value),)
        alerts += _to_all("event.revised", again.event, revived.parties, hand.context, change, Why.REVIVED)
    return _plan(known, keeper.stream, (step, again), [(act, kept), (revived, back)], alerts, hand)


def _standing(known: Known, event_id: str) -> KnownEvent | None:
    found = next((k for k in known.events if k.event.id == event_id), None)
    return None if found is None or found.event.state is EventState.RETRACTED else found


def _of(known: Known, event_id: str) -> list[Report]:
    return [r for r in known.reports if r.event_id == event_id]


def _act(known: Known, one: KnownEvent, reports: Sequence[Report], hand: Hand, without: str = "") -> Act:
    """The act of these reports beside all others of the stream, matched with its event."""
    changed = {r.id for r in reports}
    others = [r for r in known.reports if r.id not in changed and _in(known, r, one.stream)]
    events = [k for k in known.events if k.stream == one.stream and k.event.id != without]
    acts = acts_of(one.stream, [*others, *reports], events, hand.context)
    return next(act for act in acts if changed & {r.id for r in act.reports})


def _acts(
    known: Known, one: KnownEvent, kept: Sequence[Report], apart: Sequence[Report], hand: Hand
) -> tuple[Act, Act]:
    """The acts of what stays and of what is taken out."""
    changed = {r.id for r in (*kept, *apart)}
    others = [r for r in known.reports if r.id not in changed and _in(known, r, one.stream)]
    events = [k for k in known.events if k.stream == one.stream]
    acts = acts_of(one.stream, [*others, *kept, *apart], events, hand.context)
    of = {r.id: act for act in acts for r in act.reports}
    return of[kept[0].id], of[apart[0].id]


def _in(known: Known, report: Report, stream: str) -> bool:
    return any(k.event.id == report.event_id and k.stream == stream for k in known.events)


def _revision(act: Act, known: KnownEvent, state: EventState, why: Why, now: datetime) -> Revise:
    """Always a revision, that it can be read back: with the number of articles where nothing else differs."""
    before = known.event
    made = revised(act, known, flagged(act, frozenset(), now), (state, StateWhy.PERSON))
    changes = made.changes if isinstance(made, Revise) else ()
    event = made.event if isinstance(made, Revise) else replace(before, revision=before.revision + 1)
    why_state = _PERSON if state != before.state else before.state_why
    event = replace(event, state=state, state_why=why_state, sources=act.event.sources)
    count = Change("sources", "", str(len(act.event.sources)))
    return Revise(
        event, act.key, act.stream, act.parties, why, StateWhy.PERSON if state != before.state else None,
        (*changes, count), act.fulfilled_by,
    )  # fmt: skip


def _differ(one: Event, other: Event) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in _FACTS)


def _corrections(before: Event, step: Revise, parties: tuple[str, ...], context: Context) -> tuple[AlertPlan, ...]:
    """For those who were told of the event that stays, where it says otherwise now."""
    if before.state is not EventState.ALERTED or not _differ(before, step.event):
        return ()
    changes = tuple(change for change in step.changes if change.field != "sources")
    return _to_all("event.revised", step.event, parties, context, changes, step.why)


def _to_all(
    kind: str, event: Event, parties: tuple[str, ...], context: Context, changes: tuple[Change, ...], why: Why
) -> tuple[AlertPlan, ...]:
    """A correction names every channel; those who were told get it."""
    return tuple(AlertPlan(s.id, s.mode, kind, event, parties, changes, why.value) for s in context.subscriptions)


def _plan(
    known: Known,
    stream: str,
    steps: tuple[Retract | Revise | NewEvent, ...],
    placed: Sequence[tuple[Act, Sequence[Report]]],
    alerts: tuple[AlertPlan, ...],
    hand: Hand,
) -> Plan:
    evidence = tuple(Attach(report, act.event.id, stream) for act, reports in placed for report in reports)
    article = placed[0][1][0].article if placed[0][1] else ArticleFacts(0, "", hand.now)
    versions = tuple(pair for pair in known.versions if pair[0] == stream)
    return Plan(article, hand.now, versions, steps, evidence, alerts, who=hand.who)
