"""Where an agreement stands, party by party, on a day: derived by rule from its events, never stored, never from one article.

negotiated ▶ signed ▶ in_ratification ▶ ratified ▶ bound ▶ provisionally_applied | in_force ▶ suspended ▶ withdrawn | terminated

Two axes: the events given are what was *known* (ask the history `as_of` a moment), `on` is the day for which it is asked what was
*true*. A joint act (no single actor) is every party's. A vote of one chamber is a step on the way, never the end of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from pipeline.model import Agreement, Event, EventState, EventType, PartialDate, Status

SURE = 0.5  # confidence below which a step proves nothing
_CHAMBERS = frozenset({"committee", "lower_chamber", "upper_chamber", "consent"})
_EARLY = frozenset(
    {EventType.NEGOTIATIONS_CONCLUDED, EventType.INITIALLED, EventType.ADOPTED, EventType.OPENED_FOR_SIGNATURE}
)
_DOMESTIC = frozenset({EventType.SUBMITTED, EventType.APPROVED, EventType.RATIFIED, EventType.PROMULGATED})
_BINDING = frozenset(
    {EventType.DEPOSITED, EventType.EXCHANGED, EventType.NOTIFIED, EventType.ACCEDED, EventType.SUCCEEDED}
)
_ENDING = frozenset({EventType.WITHDRAWN, EventType.TERMINATED})


class Standing(StrEnum):
    """How far a party is with an agreement."""

    NONE = "none"
    NEGOTIATED = "negotiated"
    SIGNED = "signed"
    IN_RATIFICATION = "in_ratification"
    RATIFIED = "ratified"
    BOUND = "bound"
    PROVISIONALLY_APPLIED = "provisionally_applied"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Step:
    """One act that counts: what, by which organ, when (None: no day is known), and the event that proves it."""

    type: EventType
    stage: str
    date: PartialDate | None
    event_id: str


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """One party's standing, since when, and the events it follows from. `ratified_by`: organs that said yes.

    `ends_on`: a withdrawal or termination that takes effect later. `expected`: announced, not reported done.
    """

    party: str
    standing: Standing = Standing.NONE
    since: PartialDate | None = None
    signed: Step | None = None
    ratified_by: tuple[Step, ...] = ()
    bound: Step | None = None
    in_force_since: PartialDate | None = None
    ends_on: PartialDate | None = None
    because: tuple[str, ...] = ()
    expected: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementStatus:
    """All parties' standings on a day. `uncertain`: events too unsure to count, among them those that wait for review."""

    on: date
    parties: tuple[PartyStatus, ...]
    uncertain: tuple[str, ...] = ()


@dataclass(slots=True)
class _Course:
    """What one party's acts have come to so far; the last word on each matter stands."""

    many: bool = False  # parties: each is bound for itself
    signed: Step | None = None
    negotiated: Step | None = None
    domestic: Step | None = None
    complete: Step | None = None
    bound: Step | None = None
    provisional: Step | None = None
    force: Step | None = None
    suspended: Step | None = None
    rejected: Step | None = None
    ended: Step | None = None
    ends_on: PartialDate | None = None
    ratified_by: dict[str, Step] = field(default_factory=dict)


def status_of(agreement: Agreement | None, events: Iterable[Event], on: date) -> AgreementStatus:
    """Every party's standing on a day, the agreement's own parties first. Retracted events must not be among `events`."""
    known = [event for event in events if event.state is not EventState.RETRACTED]
    told = [event for event in known if event.status is Status.OCCURRED and day_of(event) <= on]
    sure = sorted((event for event in told if _counts(event)), key=lambda event: (day_of(event), event.id))
    planned = [event for event in known if event.status is Status.PLANNED and "fulfilled" not in event.flags]
    listed = agreement.parties if agreement else ()
    others = sorted({event.actor_country for event in sure} - {"", *listed})
    many = bool(agreement and agreement.multilateral)
    of_sure, of_planned = _by_party(sure, many), _by_party(planned, many)
    parties = tuple(_party(party, of_sure(party), of_planned(party), on, many) for party in (*listed, *others))
    return AgreementStatus(on, parties, tuple(event.id for event in told if not _counts(event)))


def day_of(event: Event) -> date:
    """The first day the act can have happened; the day it was first seen where no date is known."""
    if event.date is not None:
        return event.date.first
    return event.first_seen.date() if event.first_seen else date.min


def is_domestic(event: Event) -> bool:
    """True for acts within a party's own procedure; False for acts between the parties (the other lane of a timeline)."""
    if event.type in _BINDING:
        return False
    return event.type in _DOMESTIC or (event.type is not EventType.SIGNED and event.stage in _CHAMBERS)


def _counts(event: Event) -> bool:
    return event.state is not EventState.REVIEW and event.confidence >= SURE


def _by_party(events: Sequence[Event], many: bool) -> Callable[[str], list[Event]]:
    """Of these events those that are a party's, in their order. An act without a single actor is everybody's."""
    joint = [event for event in events if not event.actor_country and _is_joint(event, many)]
    own: dict[str, list[Event]] = {}
    for event in events:
        if event.actor_country:
            own.setdefault(event.actor_country, []).append(event)
    place = {event.id: number for number, event in enumerate(events)}
    return lambda party: sorted((*own.get(party, ()), *joint), key=lambda event: place[event.id])


def _is_joint(event: Event, multilateral: bool) -> bool:
    """Whether an act without a single actor is everybody's, and not only somebody's: an organ's vote, or, with many parties, what
    each of them does for itself."""
    if event.type in _DOMESTIC and event.stage:
        return False
    return not multilateral or event.type in _EARLY | {EventType.ENTERED_INTO_FORCE, EventType.TERMINATED}


def _party(party: str, mine: Sequence[Event], ahead: Sequence[Event], on: date, many: bool) -> PartyStatus:
    course = _Course(many=many)
    for event in mine:
        _take(course, event, on)
    standing, step = _standing(course)
    force = course.force
    return PartyStatus(
        party=party,
        standing=standing,
        since=step.date if step else None,
        signed=course.signed,
        ratified_by=tuple(course.ratified_by.values()),
        bound=course.bound,
        in_force_since=force.date if force else None,
        ends_on=course.ends_on,
        because=tuple(event.id for event in mine),
        expected=tuple(_step(event) for event in sorted(ahead, key=lambda event: (day_of(event), event.id))),
    )


def _take(course: _Course, event: Event, on: date) -> None:
    """Weigh one more act, in the order in which they happened."""
    step = _step(event)
    kind = event.type
    effect = replace(step, date=event.effective_date) if event.effective_date else step
    later = effect.date is not None and effect.date.first > on
    if is_domestic(event) or (kind in _ENDING | {EventType.SUSPENDED} and event.stage in _CHAMBERS):
        _at_home(course, step)
    elif kind in _EARLY:
        course.negotiated = step
    elif kind is EventType.SIGNED:
        course.signed = course.signed or step
    elif kind in _BINDING:
        course.bound, course.rejected = course.bound or step, None
    elif kind is EventType.PROVISIONALLY_APPLIED and not later:
        course.provisional = effect
    elif kind is EventType.ENTERED_INTO_FORCE and not later and _reaches(course, event):
        course.force, course.suspended, course.ended, course.ends_on = effect, None, None, None
    elif kind is EventType.SUSPENDED and not later:
        course.suspended = effect
    elif kind is EventType.REJECTED:
        course.rejected = step
    elif kind in _ENDING:
        course.ended, course.ends_on = (course.ended, effect.date) if later else (effect, None)


def _reaches(course: _Course, event: Event) -> bool:
    """Whether entry into force concerns a party: of many, only those that are bound, unless it is said of the party itself."""
    return bool(event.actor_country or not course.many or course.bound or course.complete)


def _at_home(course: _Course, step: Step) -> None:
    """A step of the party's own procedure. Ratified is who has no chamber left to ask, or whose law was signed."""
    if step.type in _ENDING or step.type is EventType.SUSPENDED:
        return  # a chamber's vote to leave is no leaving
    course.domestic, course.rejected = step, None
    if step.type is EventType.RATIFIED:
        course.ratified_by.setdefault(step.stage, step)
    if step.type is EventType.PROMULGATED or (step.type is EventType.RATIFIED and step.stage not in _CHAMBERS):
        course.complete = course.complete or step


def _standing(course: _Course) -> tuple[Standing, Step | None]:
    ended = Standing.WITHDRAWN if course.ended and course.ended.type is EventType.WITHDRAWN else Standing.TERMINATED
    ladder = (
        (ended, course.ended),
        (Standing.SUSPENDED, course.suspended),
        (Standing.IN_FORCE, course.force),
        (Standing.PROVISIONALLY_APPLIED, course.provisional),
        (Standing.BOUND, course.bound),
        (Standing.REJECTED, course.rejected),
        (Standing.RATIFIED, course.complete),
        (Standing.IN_RATIFICATION, course.domestic),
        (Standing.SIGNED, course.signed),
        (Standing.NEGOTIATED, course.negotiated),
    )
    return next(((standing, step) for standing, step in ladder if step is not None), (Standing.NONE, None))


def _step(event: Event) -> Step:
    return Step(event.type, event.stage, event.date, event.id)
