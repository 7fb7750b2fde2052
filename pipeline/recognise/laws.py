"""What a law, a bill or a decree is about: "a bill ratifying …", «закон о ратификации», "Ratifikationsgesetz"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.cases import ENDING, LAWS
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, GERUND, INFINITIVE, NOMINAL, Trigger

_REACH = 9  # words between a law and the word that says what it is about


def subjects(reading: Reading, things: Sequence[Thing], triggers: Sequence[Trigger]) -> dict[Thing, Trigger]:
    """What each law, bill or decree is about: "a bill ratifying …", "закон о ратификации", "Ratifikationsgesetz"."""
    found: dict[Thing, Trigger] = {}
    for thing in things:
        if thing.what not in LAWS and thing.what not in {"notice", "decision"}:
            continue
        inside = [
            h for h in reading.section("acts") if h.form == "noun" and thing.first <= h.first and h.last <= thing.last
        ]
        if inside:
            found[thing] = Trigger(inside[0].key, thing.first, thing.last, NOMINAL, "")
            continue
        about = _about(reading, thing, things, triggers) or _about_before(reading, thing, triggers)
        if about is not None:
            found[thing] = about
    return found


def wishes(reading: Reading, thing: Thing | None, about: Trigger) -> bool:
    """Whether a resolution only calls for what it is about: "a non-binding motion urging the cabinet to denounce …"."""
    if thing is None:
        return False
    low, high = min(thing.first - 3, about.first), max(thing.last, about.last + 3)
    return any(h.key == "wish" and low <= h.first and h.last <= high for h in reading.section("procedure"))


def _about(reading: Reading, thing: Thing, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Trigger | None:
    for trigger in triggers:
        distance = trigger.first - thing.last
        if distance <= 0:
            continue
        if distance > _REACH or any(t.what == TREATY and thing.last < t.first < trigger.first for t in things):
            return None
        if trigger.family == "approve" and trigger.tense == GERUND and _next_noun(trigger, triggers) is not None:
            return _next_noun(trigger, triggers)
        if trigger.voice == NOMINAL or (trigger.voice == ACTIVE and trigger.tense in {GERUND, INFINITIVE}):
            return trigger
        if trigger.voice == ATTRIBUTE and distance <= 3 and trigger.family in {"ratify", *ENDING, "extend", "amend"}:
            return trigger
        clause = reading.clause(trigger.first)
        if clause.kind == RELATIVE and 0 <= clause.opener - thing.last <= 3 and trigger.voice == ACTIVE:
            return trigger
        return None
    return None


def _about_before(reading: Reading, thing: Thing, triggers: Sequence[Trigger]) -> Trigger | None:
    """Where verbs stand last, what a law is about stands before it: «ратификациялау туралы заң»."""
    if not reading.lexicon.verb_final or not reading.lexicon.object_first:
        return None
    return next((t for t in triggers if t.voice == NOMINAL and 0 < thing.first - t.last <= 4), None)


_ABOUT = frozenset({"о", "об", "обо", "про", "аб"})
_THIS = frozenset({"этом", "том", "це", "те", "гэтым", "тым"})


def of_other_subject(reading: Reading, law: Thing) -> bool:
    """«Закон о рынке дронов»: where no act is what a law is about, its own words say that it is about something else."""
    following = law.last + 1
    return (
        following + 1 < len(reading.tokens)
        and reading.tokens[following].low in _ABOUT
        and not reading.before(following).strip(" \u00a0")
        and not any(reading.is_a(role, following + 1) for role in ("pronouns", "generic_determiners"))
        and reading.tokens[following + 1].low not in _THIS
        and not any(h.first <= following + 3 and h.last > following for h in reading.section("instruments"))
    )


def _next_noun(trigger: Trigger, triggers: Sequence[Trigger]) -> Trigger | None:
    """ "A bill authorising ratification": what it is about is the ratification."""
    return next((t for t in triggers if t.voice == NOMINAL and 0 < t.first - trigger.last <= 3), None)
