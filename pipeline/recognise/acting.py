"""Which states act in a step on one agreement: each for itself or all together, and only those that can have a part in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.model import EventType, Salience, Status
from pipeline.recognise import actors, company, gapping, mandates
from pipeline.recognise.assemble import Told
from pipeline.recognise.focus import Linked
from pipeline.recognise.immutable import value
from pipeline.recognise.linking import Index
from pipeline.recognise.organs import UNILATERAL
from pipeline.recognise.reading import Reading
from pipeline.recognise.scene import Scene
from pipeline.recognise.triggers import Trigger
from pipeline.recognise.values import Actor, PartyKind, PartyMention

E = EventType
_OWN = UNILATERAL | {E.REJECTED}
_JOINT = frozenset({E.SIGNED, E.INITIALLED, E.EXCHANGED, E.NEGOTIATIONS_CONCLUDED})
_REFUSED = frozenset({E.SIGNED, E.EXTENDED, E.INITIALLED})  # what several may refuse, each for itself
_DONE = frozenset({Status.OCCURRED, Status.NEGATED})
_WANTED = frozenset({Status.PLANNED, Status.CALLED_FOR})
_HOUSEHOLD = _OWN | {E.SUBMITTED}  # what a state does by itself
_DECIDED = frozenset({E.RATIFIED, E.APPROVED})
_PAIR = 2
_UNDATED = ("unknown", "unknown_coarse", "_inferred")  # ends of signs: a date that is told, on a page without one
_BESIDE = 24  # characters between a bloc and the first of its members
_STATE = 2  # letters of its code
_FEW = 3
_BEHIND = 90  # characters from a verb to the names behind it
_LISTED = 8  # characters between two names of a list
_STOP = re.compile("[,，،、;；]")


@value()
class Parts:
    """One agreement and who may act in it. `agreement_id` None: nobody tracks it, and so nothing is known of its parties."""

    index: Index
    agreement_id: str | None
    both: bool = False  # whether "both parliaments", "the two states" act
    whose: tuple[PartyMention, ...] = ()  # who alone acts in it, of those a sentence tells one by one
    mandated: bool = False  # whether somebody is given leave to sign

    @property
    def closed(self) -> frozenset[str]:
        """The parties, where no other state can act."""
        return frozenset() if self.agreement_id is None else self.index.closed(self.agreement_id)

    def may(self, code: str) -> bool:
        """Whether a state has a part in it."""
        return self.agreement_id is None or self.index.party(code, self.agreement_id)

    def stranger(self, code: str) -> bool:
        """Whether a state is told of that has no part in an agreement to which no other can come."""
        return len(code) == _STATE and bool(self.closed) and not self.may(code)


def part_in(
    index: Index, agreement_id: str | None, reading: Reading, trigger: Trigger, whose: tuple[PartyMention, ...]
) -> Parts:
    """An agreement and who may act in it, as a sentence tells an act on it; `whose`: who alone acts in it."""
    return Parts(index, agreement_id, company.both(reading, trigger), whose, mandates.given(reading, trigger))


def each(
    base: Told,
    subject: Sequence[PartyMention],
    text: str,
    parts: Parts,
    scene: Scene,
    told: Sequence[Told],
    *,
    apart: Collection[str] = (),
) -> tuple[Actor, ...]:
    """States that act each for itself (ratify, leave, refuse, have signed what many sign) are one actor each; who sign together today are one.

    `apart`: who has a date of his own (keys of `gapping`): two houses of one state then act each for itself, too.
    """
    if parts.whose:
        return actors.each(parts.whose, text)
    houses = {gapping.key(p.code, p.body): p for p in subject if p.kind is PartyKind.BODY}
    if len(houses) > 1 and not houses.keys().isdisjoint(apart) and base.type in _HOUSEHOLD:
        return tuple(actors.resolve([p], text) for p in houses.values())
    closed = parts.agreement_id is not None and not parts.index.open(parts.agreement_id)
    bloc = base.type in _JOINT and _members(subject, scene.parties(base.sentence))
    some = _some(subject, parts) and not bloc
    if base.type in _JOINT and (closed or bloc) and base.status is not Status.NEGATED and not some:
        return (replace(base.actor, country=_mandating(base, parts, scene, told)),)
    if base.type in UNILATERAL:
        subject = [p for p in subject if p.code != "UN"]
        organs = [p for p in subject if p.kind is PartyKind.BODY and p.code]
        if len({p.code for p in organs}) == 1 < len({p.code for p in subject if p.code}):
            # "the Assembly, of the agreement between A and B, …": where an organ of a state acts, states named beside it do not
            return actors.each([*organs, *(p for p in subject if p.code in apart)], text)
    codes = {p.code for p in subject if p.code}
    alone = bool(apart) and (base.type in _OWN or (base.type is E.SIGNED and not closed))
    if len(codes) > 1 and not apart and _at_one_table(base):
        return (replace(base.actor, country=""),)
    if len(codes) > 1 and (alone or _apart(base, parts, subject, text)):
        ours = [p for p in subject if closed and parts.index.party(p.code, parts.agreement_id or "")]
        return actors.each(ours or subject, text)  # of Mali and Niger, each left its own with France
    ours = [p for p in subject if parts.may(p.code)] if closed and len(codes) > 1 and base.type in _HOUSEHOLD else []
    if len({p.code for p in ours}) == 1:  # "both parliaments have yet to ratify their agreements with Chile"
        return actors.each(ours, text)
    guessed = base.actor.country not in scene.said(base.sentence) or not base.actor.country
    done = base.status is Status.OCCURRED and base.type in _DECIDED
    if parts.both and guessed and done and len(parts.closed) == _PAIR:
        return tuple(replace(base.actor, country=code) for code in sorted(parts.closed))
    return (_settled(base, parts, scene, told),)


def _at_one_table(base: Told) -> bool:
    """ "Costa Rica, Iceland and New Zealand signed the convention today": one ceremony, and one piece of news. What is told of earlier
    signatures, or with a year on a page that has no date, is a list of who has signed."""
    listed = any(sign.startswith("age:") and sign.endswith(_UNDATED) for sign in base.signs)
    return base.type in _JOINT and base.status is Status.OCCURRED and base.salience is Salience.NEWS and not listed


def _mandating(base: Told, parts: Parts, scene: Scene, told: Sequence[Told]) -> str:
    """The state whose organ somebody is given leave to sign by: the organ's own, that of the organ told of before, or the article's."""
    if not parts.mandated or base.type is not E.SIGNED or base.status is Status.OCCURRED:
        return ""
    before = [t.actor.country for t in reversed(told) if t.type in _HOUSEHOLD]
    likely = [base.actor.country, *before[:1], scene.home, *scene.place.named]
    return next((code for code in likely if len(code) == _STATE and parts.may(code)), "")


def respective(
    linked: Sequence[Linked], subject: Sequence[PartyMention], reading: Reading, index: Index
) -> dict[str, tuple[PartyMention, ...]]:
    """By agreement who acts in it, where a sentence tells as many of both one by one («… и … ратифицировали соглашения с … и … соответственно»)."""
    states = list({p.code: p for p in subject if p.code}.values())
    if "distributive" not in reading.roles or len(states) != len(linked) or len(states) < _PAIR:
        return {}
    ordered = in_order(linked, reading, index)
    return {x.agreement_id or "": (who,) for x, who in zip(ordered, states, strict=True)}


def in_order(linked: Sequence[Linked], reading: Reading, index: Index) -> list[Linked]:
    """Agreements in the order in which a sentence names the parties that tell them apart."""
    parties = {x.agreement_id or "": index.closed(x.agreement_id or "") for x in linked}
    shared = frozenset.intersection(*parties.values()) if parties else frozenset()
    named = {p.code: p.start for p in reversed(reading.parties)}
    far = len(reading.tokens) + reading.sentence.end
    return sorted(
        linked, key=lambda x: min((named.get(c, far) for c in parties[x.agreement_id or ""] - shared), default=far)
    )


def _some(subject: Sequence[PartyMention], parts: Parts) -> bool:
    """Whether some of more than two parties are named, and not all ("signed by Kenya and Rwanda" of six)."""
    codes = {p.code for p in subject if p.code}
    return len(parts.closed) > _PAIR and len(codes) > 1 and codes < parts.closed


def _members(subject: Sequence[PartyMention], named: Sequence[PartyMention]) -> bool:
    """ "Mercosur and EFTA, made up of Iceland, Norway, …, signed": whether those who act only explain a bloc in front of them."""
    row = [p.start for p in subject if p.code]
    return len(row) > 1 and any(len(p.code) > _STATE and 0 <= min(row) - p.end <= _BESIDE for p in named)


def _apart(base: Told, parts: Parts, subject: Sequence[PartyMention], text: str) -> bool:
    """Whether several states act each for itself; of plans only those of two or three that a multilateral is for."""
    if base.type in _OWN:
        few = len({p.code for p in subject if p.code}) <= _FEW and base.status in _WANTED
        return base.status in _DONE or (few and not parts.closed and _in_a_row(subject, base, text))
    if base.type in _REFUSED and base.status is Status.NEGATED:
        return parts.agreement_id is not None
    many = parts.agreement_id is not None and (not parts.closed or _some(subject, parts))
    return base.type is E.SIGNED and base.status is Status.OCCURRED and many and _in_a_row(subject, base, text)


def _in_a_row(subject: Sequence[PartyMention], base: Told, text: str) -> bool:
    """Whether the names of states, and nothing else, stand in one list in front of the verb or right behind it."""
    between = text[base.at : subject[0].start]
    if any(p.kind is not PartyKind.NAME for p in subject) or len(between) > _BEHIND or _STOP.search(between):
        return False
    return all(b.start - a.end <= _LISTED for a, b in pairwise(subject))


def _settled(base: Told, parts: Parts, scene: Scene, told: Sequence[Told]) -> Actor:
    """The actor, unless its state was guessed and is a stranger to the agreement, or did already what is still to be done."""
    guess = base.actor.country
    if not guess or not parts.closed or base.type not in _HOUSEHOLD or guess in scene.said(base.sentence):
        return base.actor
    before = [t for t in told if t.linked.agreement_id == parts.agreement_id and t.actor.country]
    if not parts.may(guess):
        likely = [scene.home, *(t.actor.country for t in reversed(before)), *scene.place.named]
        return replace(base.actor, country=next((code for code in likely if code and parts.may(code)), ""))
    if base.status is not Status.OCCURRED and len(parts.closed) == _PAIR and base.actor.stage:
        did = {(t.actor.country, t.actor.stage) for t in before if t.type is base.type and t.status is Status.OCCURRED}
        if did == {(guess, base.actor.stage)}:
            return replace(base.actor, country=next(iter(parts.closed - {guess}), ""))
    return base.actor
