"""Who acts and what that makes of the step: a cabinet's vote is approval, a first reading no decision, a refusal a step of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.model import EventType, Status
from pipeline.recognise import actors, cues, laws
from pipeline.recognise.assemble import Told
from pipeline.recognise.cases import Bound
from pipeline.recognise.party_words import fold
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN
from pipeline.recognise.triggers import PASSIVE, Trigger
from pipeline.recognise.values import Actor, PartyKind, PartyMention, Sentence

E = EventType
UNILATERAL = frozenset(
    {E.RATIFIED, E.APPROVED, E.DEPOSITED, E.ACCEDED, E.SUCCEEDED, E.WITHDRAWN, E.SUSPENDED, E.PROMULGATED, E.NOTIFIED}
)
_DOMESTIC = frozenset({E.RATIFIED, E.APPROVED, E.PROMULGATED})
_ALONE = frozenset({E.APPROVED, E.PROMULGATED, E.DEPOSITED, E.ACCEDED, E.WITHDRAWN, E.SUSPENDED, E.REJECTED})
_OWN = UNILATERAL | {E.REJECTED}
_JOINT = frozenset({E.SIGNED, E.INITIALLED, E.EXCHANGED, E.NEGOTIATIONS_CONCLUDED})
_ENDINGS = frozenset({E.WITHDRAWN, E.TERMINATED, E.SUSPENDED})
_MINOR = frozenset({"government", "head_of_government", "committee", "council", "commission", "ministry"})
_PARTNERS = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL})
_UNION = "EU"
_OF_STATES = frozenset({"lower_chamber", "upper_chamber", "head_of_state", "head_of_government"})
_BARE = frozenset({GENERIC, PRONOUN, "law", "draft", "decision"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article plays: the country it is about, and the states that headline and lead name (not their organs)."""

    context: str = ""
    named: tuple[str, ...] = ()
    there: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()

    def own(self, reading: Reading) -> str:
        """The article's country, where a sentence says that something holds "for the country"."""
        words = reading.tokens
        says = any(
            fold(words[i].low) in self.country and any(reading.is_a("beneficiary", j) for j in range(max(0, i - 2), i))
            for i in range(len(words))
        )
        return _home(self) if says else ""

    def meant(self, reading: Reading) -> PartyMention | None:
        """The state that "there" means in a sentence: the one named last before it."""
        at = next((i for i, word in enumerate(reading.tokens) if word.low in self.there), -1)
        before = [p for p in reading.parties if reading.token_at(p.start) < at and p.kind in _PARTNERS]
        return before[-1] if before else None

    def of(self, subject: Sequence[PartyMention]) -> str:
        """The country for organs that no words give one: none for those of states where a union of states is at home."""
        return "" if self.context == _UNION and any(p.body in _OF_STATES for p in subject) else self.context

    def at_home(
        self, found: Sequence[PartyMention], attached: Sequence[PartyMention], owned: Sequence[Mapping[str, str]]
    ) -> tuple[PartyMention, ...]:
        """Organs without a name of their own ("the Senate") belong to a state that is named, not to the best-known owner.

        `found`: the mentions of a sentence as they stand there; `attached`: the same with the countries given to them; `owned`: who
        has an organ of such a name. A Bundestag belongs to nobody's neighbour.
        """
        named = {p.code for p in found if p.code and p.kind is not PartyKind.BODY} | set(self.named)
        home = self.context if self.context in named else (self.named[0] if len(self.named) == 1 else "")
        if not home:
            return tuple(attached)
        return tuple(
            replace(given, code=home)
            if not bare.code and given.code and given.code not in named and (not owners or home in owners)
            else given
            for bare, given, owners in zip(found, attached, owned, strict=True)
        )


Verdict = tuple[Status, tuple[str, ...]]


def principals(found: Sequence[PartyMention], sentence: Sentence, withs: frozenset[str]) -> list[PartyMention]:
    """The parties of a sentence without those it is dealt with: "the Senate rejected the agreement with Canada"."""
    kept: list[PartyMention] = []
    words = sentence.tokens
    for p in found:
        at = next((i for i, t in enumerate(words) if t.end > p.start), 0)
        near = [words[i].low for i in range(max(0, at - 3), at)]
        if p.kind in _PARTNERS and withs.intersection(near):
            continue
        kept.append(p)
    return kept


def actor(
    reading: Reading, one: Bound, subject: Sequence[PartyMention], told: Sequence[Told], text: str, place: Place
) -> Actor:
    """Who acts. A domestic step that names nobody belongs to the parliament it goes to, or to the organ that acted before."""
    if one.trigger.family == "enter_force":
        there = place.meant(reading)
        found = actors.resolve(_for_whom(reading, one.trigger) or ([there] if there else []), text)
        return found if found.country else replace(found, country=place.own(reading))
    if one.step.type in UNILATERAL:
        subject = [p for p in subject if p.code != "UN"]  # the depositary receives, it does not ratify
    found = actors.resolve(subject, text, context=place.of(subject))
    if found.country or len({p.code for p in subject if p.code}) > 1:
        return found
    there = place.meant(reading) if one.step.type in _OWN | {E.SUBMITTED} else None
    if there is not None and not any(p.code for p in subject):
        return replace(found, country=there.code)
    if one.step.type is E.SUBMITTED:
        bodies = [p for p in reading.parties if p.body in actors.CHAMBERS and p.code]
        return replace(found, country=bodies[0].code) if bodies else replace(found, country=_home(place))
    if one.step.type is E.TERMINATED and not subject:
        return replace(found, country=place.own(reading))
    if one.step.type not in _OWN or (subject and any(p.code for p in subject)):
        return found
    clause = reading.clause_of[one.trigger.first]
    if any(reading.is_a("by", i) for i in reading.words_of(clause)) and one.trigger.voice == PASSIVE:
        return found
    seat = _seat(reading, one.trigger) if one.step.type in _DOMESTIC and one.trigger.voice == PASSIVE else None
    if seat is not None:
        return actors.resolve([seat], text)
    last = next((t for t in reversed(told) if t.actor.country and t.actor.stage and t.type in _OWN), None)
    if last is not None and len(last.actor.country) == 2 and one.step.type in _DOMESTIC:
        return replace(found, country=last.actor.country)
    return replace(found, country=_home(place)) if one.step.type in _ALONE else found


def _home(place: Place) -> str:
    """The country an article is about, if it is a state."""
    return place.context if len(place.context) == 2 else ""


def _seat(reading: Reading, trigger: Trigger) -> PartyMention | None:
    """The organ in which a passive step was taken: "was approved in the Senate", «принят в Раде»."""
    return next(
        (
            p
            for p in reading.parties
            if p.code
            and p.kind is PartyKind.BODY
            and p.body in actors.CHAMBERS | _MINOR
            and reading.same_clause(reading.token_at(p.start), trigger.first)
        ),
        None,
    )


def _for_whom(reading: Reading, trigger: Trigger) -> list[PartyMention]:
    """The state for which an agreement enters into force, where one is singled out: "for Ukraine the statute enters …"."""
    return [
        p
        for p in reading.parties
        if any(
            reading.is_a("beneficiary", i)
            for i in range(max(0, reading.token_at(p.start) - 2), reading.token_at(p.start))
        )
        and abs(reading.token_at(p.start) - trigger.first) <= 12
    ]


def each(base: Told, subject: Sequence[PartyMention], text: str, *, closed: bool = False) -> tuple[Actor, ...]:
    """States that act each for itself (ratify, leave) are one actor each; the parties of a bilateral sign together.

    `closed`: the agreement is one between listed parties.
    """
    if base.type in _JOINT and closed and base.status is not Status.NEGATED:
        return (replace(base.actor, country=""),)
    if base.type in UNILATERAL:
        subject = [p for p in subject if p.code != "UN"]
    codes = {p.code for p in subject if p.code}
    if base.type in _OWN and len(codes) > 1 and base.status in {Status.OCCURRED, Status.NEGATED}:
        return actors.each(subject, text)
    return (base.actor,)


def judged(
    reading: Reading, one: Bound, verdict: Verdict, actor: Actor, told: Sequence[Told]
) -> tuple[EventType, Status, tuple[str, ...]]:
    """Type and status with organ, reading and what the article told before in view."""
    outcome, why = verdict
    kind = one.step.type
    if one.step.status is not None and outcome is Status.OCCURRED:
        outcome, why = one.step.status, (*why, one.step.reason)
    if outcome is Status.OCCURRED and one.about is not None and laws.wishes(reading, one.thing, one.about):
        return kind, Status.CALLED_FOR, (*why, "such_a_wish")
    chamber = actor.stage in actors.CHAMBERS
    if kind in {E.RATIFIED, E.APPROVED} and chamber and _refused(reading, outcome, why):
        return E.REJECTED, Status.OCCURRED, (*why, "refused_by_chamber")
    if one.step.reason == "same_step":
        kind = told[-1].type if told else kind
    bare = one.thing is not None and one.thing.what in _BARE and one.about is None
    if bare and kind in {E.SUBMITTED, E.APPROVED, E.RATIFIED} and one.trigger.family in {"submit", "approve"}:
        return _bare_vote(reading, one.trigger, (kind, outcome, why), told, chamber=chamber)
    if one.step.chamber and (actor.stage in _MINOR or _preliminary(reading, one.trigger)):
        if kind is E.RATIFIED:
            return E.APPROVED, outcome, why
        if outcome is Status.OCCURRED:
            return kind, Status.PLANNED, (*why, "not_yet_final")
    return kind, outcome, why


def _bare_vote(
    reading: Reading,
    trigger: Trigger,
    so_far: tuple[EventType, Status, tuple[str, ...]],
    told: Sequence[Told],
    *,
    chamber: bool,
) -> tuple[EventType, Status, tuple[str, ...]]:
    """A vote on "the bill" or "it" is on what the article told of: leaving, or ratification."""
    kind, outcome, why = so_far
    leaving = [t.type for t in told if t.type in _ENDINGS]
    if leaving:
        final = chamber and kind is not E.SUBMITTED
        return (
            leaving[-1],
            Status.PLANNED if not final and outcome is Status.OCCURRED else outcome,
            (*why, "such_a_step"),
        )
    ratifying = {E.PROMULGATED, E.RATIFIED} & {t.type for t in told}
    if (
        kind is E.APPROVED
        and outcome is Status.OCCURRED
        and ratifying
        and chamber
        and not _preliminary(reading, trigger)
    ):
        return E.RATIFIED, outcome, (*why, "vote_on_ratification")
    return so_far


def _refused(reading: Reading, outcome: Status, why: tuple[str, ...]) -> bool:
    """Whether a chamber said no: it refused in so many words, or did not ratify in a vote whose figures are told."""
    if cues.REJECTED in why:
        return True
    votes = any(h.key == "votes" for h in reading.section("procedure"))
    return outcome is Status.NEGATED and votes and any(t.low.isdigit() for t in reading.tokens)


def _preliminary(reading: Reading, trigger: Trigger) -> bool:
    return any(
        h.key == "preliminary" and reading.same_clause(h.first, trigger.first) for h in reading.section("procedure")
    )
