"""Who acts and what that makes of the step: a cabinet's vote is approval, a first reading no decision, a refusal a step of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.model import EventType, Status
from pipeline.recognise import actors, cues, laws, mandates, parted, voting, who
from pipeline.recognise.assemble import CONSENT, Told
from pipeline.recognise.cases import LAWS, Bound
from pipeline.recognise.immutable import value
from pipeline.recognise.party_words import fold
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import Actor, PartyKind, PartyMention

E = EventType
UNILATERAL = frozenset(
    {E.RATIFIED, E.APPROVED, E.DEPOSITED, E.ACCEDED, E.SUCCEEDED, E.WITHDRAWN, E.SUSPENDED, E.PROMULGATED, E.NOTIFIED}
)
_DOMESTIC = frozenset({E.RATIFIED, E.APPROVED, E.PROMULGATED})
_ALONE = frozenset({E.APPROVED, E.PROMULGATED, E.DEPOSITED, E.ACCEDED, E.WITHDRAWN, E.SUSPENDED, E.REJECTED})
_OWN = UNILATERAL | {E.REJECTED}
_ENDINGS = frozenset({E.WITHDRAWN, E.TERMINATED, E.SUSPENDED})
_MINOR = frozenset({"government", "head_of_government", "committee", "council", "commission", "ministry"})
_PARTNERS = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL})
_UNION = "EU"
_STATE = 2  # letters of its code
_IT = frozenset({"it", "her", "нее", "неё", "него", "неї", "нього", "яе", "яго", "ella", "ela", "elle", "lui"})
_NEAR = 5  # words
_REACH = 12  # words from entry into force to the state for which or in which it happens
_BEHIND = 3  # words from a verb to a body behind it
_OPENING = 2  # words: "In Russia …"
_OF_STATES = frozenset({"lower_chamber", "upper_chamber", "head_of_state", "head_of_government"})
_OF_UNIONS = frozenset({"council", "commission"})
_BARE = frozenset({GENERIC, PRONOUN, "law", "draft", "decision"})


def _there_is(reading: Reading, word: int) -> bool:
    """« il y a trois jours », "there is": no place is meant."""
    following = word + 1
    there_is = reading.tokens[word].low == "there" and following < len(reading.tokens) and reading.is_a("be", following)
    return there_is or (word > 0 and reading.tokens[word - 1].low == "il")


def _nowhere(_low: str, _text: str) -> str:
    return ""


@value()
class Place:
    """Where an article plays: the country it is about, and the states that headline and lead name (not their organs).

    `sure`: an organ that only this country has acts in headline or lead. `within`: the language's words for "in"; `seat`: the
    state that words (lower-cased, and as they stand) open with, by its name or its capital's.
    """

    context: str = ""
    named: tuple[str, ...] = ()
    there: frozenset[str] = frozenset()
    country: frozenset[str] = frozenset()
    sure: bool = False
    within: frozenset[str] = frozenset()
    seat: Callable[[str, str], str] = _nowhere

    def own(self, reading: Reading) -> str:
        """The article's country, where a sentence says that something holds "for the country"."""
        behind = {i + near for i in reading.roles.get("beneficiary", ()) for near in (1, 2)}
        says = any(i < len(reading.tokens) and fold(reading.tokens[i].low) in self.country for i in behind)
        return _home(self) if says else ""

    def meant(self, reading: Reading) -> PartyMention | None:
        """The state that "there" means in a sentence: the one named last before it."""
        at = next(
            (i for i, word in enumerate(reading.tokens) if word.low in self.there and not _there_is(reading, i)), -1
        )
        before = [p for p in reading.parties if reading.token_at(p.start) < at and p.kind in _PARTNERS]
        return before[-1] if before else None

    def inside(self, reading: Reading, trigger: Trigger) -> list[PartyMention]:
        """The one state in which something is said to take effect ("entered into force in Japan on 3 February")."""
        found = [
            p for p in reading.parties
            if p.kind is PartyKind.NAME and len(p.code) == _STATE and (at := _at(reading, p)) > 0
            and abs(at - trigger.first) <= _REACH and fold(reading.tokens[at - 1].low) in self.within
            and reading.same_clause(at, trigger.first)
        ]  # fmt: skip
        return found if len(found) == 1 else []

    def spot(self, reading: Reading, trigger: Trigger) -> str:
        """The state in which a step without a subject was taken: "has not been ratified in Paris"; "" where none is said."""
        if trigger.voice not in {PASSIVE, NOMINAL}:
            return ""
        sentence = reading.sentence
        for word in range(1, len(reading.tokens)):
            near = word <= _OPENING or abs(word - trigger.first) <= _NEAR
            if not near or fold(reading.tokens[word - 1].low) not in self.within:
                continue
            at = reading.tokens[word].start - sentence.start
            code = self.seat(sentence.low[at:], sentence.text[at:])
            if code and reading.same_clause(word, trigger.first):
                return code
        return ""

    def of(self, subject: Sequence[PartyMention]) -> str:
        """The country for organs that no words give one: none for those of states where a union of states is at home."""
        foreign = _OF_STATES if self.context == _UNION else _OF_UNIONS
        return "" if any(p.body in foreign for p in subject) else self.context

    def at_home(
        self, found: Sequence[PartyMention], attached: Sequence[PartyMention], owned: Sequence[Mapping[str, str]]
    ) -> tuple[PartyMention, ...]:
        """Organs without a name of their own ("the Senate") belong to a state that is named, not to the best-known owner.

        `found`: the mentions of a sentence as they stand there; `attached`: the same with the countries given to them; `owned`: who
        has an organ of such a name. A Bundestag belongs to nobody's neighbour.
        """
        named = {p.code for p in found if p.code and p.kind is not PartyKind.BODY} | set(self.named)
        known = self.sure or self.context in named
        home = self.context if known else (self.named[0] if len(self.named) == 1 else "")
        if not home:
            return tuple(attached)
        return tuple(
            replace(given, code=home)
            if not bare.code and given.code and given.code not in named and (not owners or home in owners)
            else given
            for bare, given, owners in zip(found, attached, owned, strict=True)
        )


Verdict = tuple[Status, tuple[str, ...]]


def actor(
    reading: Reading, one: Bound, subject: Sequence[PartyMention], told: Sequence[Told], text: str, place: Place
) -> Actor:
    """Who acts. A domestic step that names nobody belongs to the parliament it goes to, or to the organ that acted before."""
    if one.trigger.family == "enter_force" and one.step.reason != "effect_of_ending":
        there = place.meant(reading)
        found = actors.resolve(
            _for_whom(reading, one.trigger)
            or ([there] if there else _for_it(reading))
            or place.inside(reading, one.trigger),
            text,
        )
        return found if found.country else replace(found, country=place.own(reading))
    if one.step.type in UNILATERAL:
        subject = [p for p in subject if p.code != "UN"]  # the depositary receives, it does not ratify
    if not subject and one.trigger.voice == ACTIVE:
        subject = _his_country(reading, one.trigger, place)
    if one.step.reason == "effect_of_ending" and one.thing is not None:
        as_noun = replace(one.trigger, first=one.thing.first, last=one.thing.last, voice=NOMINAL)
        subject = who.owner(reading, as_noun, reading.parties) or subject
    found = actors.resolve(subject, text, context=place.of(subject))
    if found.country:
        return found
    there = place.meant(reading) if one.step.type in _OWN | {E.SUBMITTED} else None
    if there is not None and not any(p.code for p in subject):
        return replace(found, country=there.code)
    if one.step.type is E.SUBMITTED:
        return replace(found, country=_sent_to(reading, one.trigger, subject) or (_home(place) if not subject else ""))
    if one.step.type is E.TERMINATED and not subject:
        ended = actors.resolve(_for_whom(reading, one.trigger), text)
        return ended if ended.country else replace(found, country=place.own(reading))
    if one.step.type not in _OWN or any(p.code for p in subject):
        return found
    return _unnamed(reading, one, found, told, text, place)


def _his_country(reading: Reading, trigger: Trigger, place: Place) -> list[PartyMention]:
    """Who is meant by "his country" in front of a verb: whoever the sentence named first."""
    near = range(max(0, trigger.first - _NEAR), trigger.first)
    says = any(fold(reading.tokens[i].low) in place.country and reading.same_clause(i, trigger.first) for i in near)
    before = [p for p in reading.parties if len(p.code) == _STATE and _at(reading, p) < trigger.first]
    return [p for p in before if p.kind is not PartyKind.CAPITAL][:1] if says else []


def _unnamed(reading: Reading, one: Bound, found: Actor, told: Sequence[Told], text: str, place: Place) -> Actor:
    """Who takes a step of one state that names nobody: the organ it was taken in, who acted before, the article's state."""
    passive = one.trigger.voice == PASSIVE
    if passive and _someone_else(reading, one.trigger):
        return found
    seat = _seat(reading, one.trigger) if one.step.type in _DOMESTIC and passive else None
    if seat is not None:
        return actors.resolve([seat], text)
    spot = place.spot(reading, one.trigger) if one.step.type in _DOMESTIC | {E.REJECTED} else ""
    if spot:
        return replace(found, country=spot)
    same = next((t for t in reversed(told) if t.sentence is reading.sentence and t.actor.country), None)
    if same is not None and same.type in _OWN and len(same.actor.country) == _STATE and not passive:
        return replace(found, country=same.actor.country)
    last = next((t for t in reversed(told) if t.actor.country and t.actor.stage and t.type in _OWN), None)
    if last is not None and len(last.actor.country) == _STATE and one.step.type in _DOMESTIC:
        return replace(found, country=last.actor.country)
    about = place.sure or place.context in place.named
    done = passive or one.trigger.voice == ATTRIBUTE  # "first text adopted: the one that authorises the ratification"
    if one.step.type not in _ALONE and not (one.step.type is E.RATIFIED and done and about):
        return found
    around = reading.clause(one.trigger.first).parent
    said = {
        p.code for p in reading.parties
        if p.kind is PartyKind.BODY and len(p.code) == _STATE and reading.clause_of[_at(reading, p)] == around
    }  # fmt: skip
    return replace(found, country=next(iter(said)) if len(said) == 1 else _home(place))


def _sent_to(reading: Reading, trigger: Trigger, subject: Sequence[PartyMention]) -> str:
    """The state of the parliament that something is sent to: the one of the verb's clause, else the sentence's first."""
    bodies = [p for p in reading.parties if (p.body in actors.CHAMBERS or p.body == "committee") and p.code]
    own = [p for p in bodies if reading.same_clause(_at(reading, p), trigger.last)]
    return next((p.code for p in own or ([] if any(p.code for p in subject) else bodies)), "")


def _at(reading: Reading, mention: PartyMention) -> int:
    return reading.token_at(mention.start)


def _someone_else(reading: Reading, trigger: Trigger) -> bool:
    """Whether somebody is said to have done it, and it is not the chamber told of before ("by the same chamber")."""
    words = reading.words_of(reading.clause_of[trigger.first])
    by = next((i for i in words if i > trigger.last - _NEAR and reading.is_a("by", i)), -1)
    behind = range(by + 1, min(by + 1 + _NEAR, len(reading.tokens)))
    chambers = [h.first for h in reading.section("procedure") if h.key == "chamber"]
    if by < 0 or any(word in behind for word in chambers):
        return False
    return by > trigger.last or any(_at(reading, p) in behind for p in reading.parties)


def _home(place: Place) -> str:
    """The country an article is about, if it is a state."""
    return place.context if len(place.context) == _STATE and place.context != "UN" else ""


def _seat(reading: Reading, trigger: Trigger) -> PartyMention | None:
    """The organ in which a passive step was taken: "was approved in the Senate", «принят в Раде»."""
    organs = (p for p in reading.parties if p.code and p.kind is PartyKind.BODY and p.body in actors.CHAMBERS | _MINOR)
    return next(
        (
            p
            for p in organs
            if reading.same_clause(_at(reading, p), trigger.first)
            and not (_at(reading, p) > trigger.last and reading.comma_between(trigger.last, _at(reading, p)))
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
        and abs(reading.token_at(p.start) - trigger.first) <= _REACH
    ]


def _for_it(reading: Reading) -> list[PartyMention]:
    """The state that "for it" means: the one the sentence named last before («для нее он действует с …»)."""
    for word in sorted(i + 1 for i in reading.roles.get("beneficiary", ())):
        if word < len(reading.tokens) and reading.tokens[word].low in _IT:
            return [p for p in reading.parties if p.kind is PartyKind.NAME and _at(reading, p) < word][-1:]
    return []


def judged(
    reading: Reading, one: Bound, verdict: Verdict, actor: Actor, told: Sequence[Told], meant: Collection[str] = ()
) -> tuple[EventType, Status, tuple[str, ...]]:
    """Type and status with organ, reading and what the article told before of the agreements `meant` in view."""
    kind, outcome, why = _judged(reading, one, verdict, actor, [t for t in told if not meant or t.agreement in meant])
    sent = bool(actor.stage) and _sent_there(reading, reading.token_at(actor.start))
    houses = (_houses(actor) and not sent) or (
        not actor.stage and actor.country != _UNION and _chamber(reading, one.trigger)
    )
    if (
        outcome is Status.OCCURRED
        and one.step.consent
        and kind is E.APPROVED
        and houses
        and not _preliminary(reading, one.trigger)
    ):
        return E.RATIFIED, outcome, (*why, CONSENT)
    passed = reading.tokens[one.trigger.first].low.startswith("sancion") and _houses(actor) and not sent
    if kind is E.PROMULGATED and passed:
        return E.RATIFIED, outcome, (*why, CONSENT)  # "la Cámara sancionó la ley"
    enacted = kind is E.APPROVED and one.step.reason.startswith("approve_law_")
    voted = reading.lexicon.verb_final and one.trigger.voice == PASSIVE and _chamber(reading, one.trigger)
    if ((kind is E.RATIFIED and one.step.chamber) or enacted) and actor.stage == "head_of_state" and not voted:
        return E.PROMULGATED, outcome, (*why, "law_of_head_of_state")
    if actor.stage == "court" and (kind is E.TERMINATED or one.step.reason == "annul_law"):
        return E.REJECTED, outcome, (*why, "void_by_court")
    return kind, outcome, why


def _houses(actor: Actor) -> bool:
    """Whether a parliament of a state acts, or one nobody names the state of; that of a union consents and does not ratify."""
    return actor.stage in actors.CHAMBERS and actor.country != _UNION and len(actor.country) in {0, _STATE}


def _chamber(reading: Reading, trigger: Trigger) -> bool:
    """Whether a chamber that nobody's table names is at work in the verb's clause, and no cabinet: "el pleno del Congreso peruano"."""
    here = [h for h in reading.section("procedure") if reading.same_clause(h.first, trigger.first)]
    keys = {h.key for h in here}
    near = (
        h.first <= trigger.last + _BEHIND or any(reading.is_a("by", i) for i in range(max(0, h.first - 3), h.first))
        for h in here
        if h.key == "chamber" and not _sent_there(reading, h.first)
    )
    return any(near) and not keys & {"executive", "conference"}


def _sent_there(reading: Reading, word: int) -> bool:
    """Whether a body is only where something is sent: «одобрено и направлено в мажилис»."""
    return any(h.key == "submit" and 0 < word - h.last <= _BEHIND for h in reading.section("acts"))


_Judged = tuple[EventType, Status, tuple[str, ...]]


def _judged(reading: Reading, one: Bound, verdict: Verdict, actor: Actor, told: Sequence[Told]) -> _Judged:
    outcome, why = verdict
    kind = one.step.type
    if one.step.status is not None and outcome is Status.OCCURRED:
        outcome, why = one.step.status, (*why, one.step.reason)
    if outcome is Status.OCCURRED and one.about is not None and laws.wishes(reading, one.thing, one.about):
        return kind, Status.CALLED_FOR, (*why, "such_a_wish")
    chamber = actor.stage in actors.CHAMBERS
    debated = one.trigger.family == voting.DEBATE
    if kind in {E.RATIFIED, E.APPROVED} and chamber and not debated and _refused(reading, outcome, why):
        return E.REJECTED, Status.OCCURRED, (*why, "refused_by_chamber")
    if one.step.reason == "same_step":
        kind = next((t.type for t in reversed(told) if t.type is not E.ENTERED_INTO_FORCE), kind)  # which no state does
    minor = actor.stage in _MINOR or (not actor.stage and _cabinet(reading, one.trigger))
    decided = outcome is Status.OCCURRED and "decided_to" in why and actors.only_approves(kind, actor.stage)
    if minor and (decided or (one.step.chamber and kind is E.RATIFIED)):
        kind = E.APPROVED
    bare = one.thing is not None and one.thing.what in _BARE and one.about is None
    voted = one.trigger.family in {"submit", "approve"} or (
        debated and one.thing is not None and one.thing.what in LAWS
    )
    if bare and kind in {E.SUBMITTED, E.APPROVED, E.RATIFIED} and voted:
        return _bare_vote(reading, one.trigger, (kind, outcome, why), told, chamber=chamber)
    if one.step.chamber and minor and outcome is Status.OCCURRED and one.thing is not None and one.thing.what in LAWS:
        return E.APPROVED, outcome, why  # a cabinet's bill on leaving: its approval is a step of its own
    settled = mandates.settled(reading, one, actor)
    if one.step.chamber and ((minor and not settled) or _preliminary(reading, one.trigger)):
        if kind in {E.RATIFIED, E.APPROVED}:
            return E.APPROVED, outcome, why
        if outcome is Status.OCCURRED:
            return kind, Status.PLANNED, (*why, "not_yet_final")
    return kind, outcome, why


def _bare_vote(reading: Reading, trigger: Trigger, so_far: _Judged, told: Sequence[Told], *, chamber: bool) -> _Judged:
    """A vote on "the bill" or "it" is on what the article told of: leaving, or ratification."""
    kind, outcome, why = so_far
    leaving = [t.type for t in told if t.type in _ENDINGS]
    left = any(end is not E.SUSPENDED for end in leaving)
    if leaving and not (left and kind is E.SUBMITTED):  # "it was sent to the chamber": told as such
        return (
            leaving[-1],
            Status.PLANNED if not chamber and outcome is Status.OCCURRED else outcome,
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
    return outcome is Status.NEGATED and votes and any(True for _ in parted.counts(reading))


def _cabinet(reading: Reading, trigger: Trigger) -> bool:
    """Whether a cabinet is at work that nobody's table names: "das Kabinett"."""
    keys = {h.key for h in reading.section("procedure") if reading.same_clause(h.first, trigger.first)}
    return "executive" in keys and "chamber" not in keys


def _preliminary(reading: Reading, trigger: Trigger) -> bool:
    return any(
        h.key == "preliminary" and reading.same_clause(h.first, trigger.first) for h in reading.section("procedure")
    )
