"""Where a Slavonic sentence turns to something else, so that an agreement behind is none of what the verb before was done to."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import INTRANSITIVE, PASSIVE, Trigger

_BESIDE = 2  # words from a comma to the converb behind it: «, не чіпаючи»
_GROUND = 2  # words from "according to" to a text


def lists_turns(reading: Reading) -> bool:
    """Whether the language's file says by which words its sentences turn."""
    return bool(reading.lexicon.grammar.get("adversative"))


def other_sentence(reading: Reading, trigger: Trigger, thing: Thing, verbs: frozenset[int]) -> bool:
    """«Американцы его подписали, но их сенат ратификацию провалил»: behind a comma and "but" another verb has its own object."""
    if turned(reading, trigger.last, thing.first):
        return True
    return reading.lexicon.object_first and any(
        "," in reading.before(i) and reading.is_a("coordinate", i) and any(verb > i for verb in verbs)
        for i in range(trigger.last + 1, thing.first)
    )


def turned(reading: Reading, verb: int, end: int) -> bool:
    """Whether between a verb and the word `end` another matter begins: «продовжив карантин, *а* угода лишилася таємною», «ухвалив
    резолюцію, *згадавши* конвенцію»; not where the one is denied for the other («підписали не договір, а меморандум»)."""
    if not lists_turns(reading):
        return False
    commas = [i for i in range(verb + 1, end + 1) if "," in reading.before(i)]
    return (
        any(told_on(reading, i) for i in range(verb + 1, end))
        or any(_adversative(reading, verb, i) for i in commas)
        or _converb(reading, commas, end)
    )


def told_on(reading: Reading, word: int) -> bool:
    """«Заяву підписали 34 міністри: *вони* закликали …»: behind a colon a pronoun opens another sentence."""
    opens = ":" in reading.before(word) and reading.is_a("pronouns", word) and lists_turns(reading)
    return opens and not reading.is_any(("roll_call", "demonstratives"), word)


def away(reading: Reading, trigger: Trigger, anchor: int, thing: Thing) -> bool:
    """Whether an agreement told behind a verb's own object belongs to what the sentence has turned to, or is but the ground of what was done
    («прийняла рішення відповідно до статті 45 Договору»)."""
    if not lists_turns(reading):
        return False
    grounds = range(anchor + 1, thing.first)
    if any(reading.is_a("under", i) and not reading.is_a("relative", i + 1) for i in grounds):
        return True
    return turned(reading, trigger.last, thing.first)


def nothing_told(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether a verb that names no agreement (or a mere decision) tells nothing of the only one of the sentence, as that stands where the
    sentence has turned to something else, or is but the ground."""
    if not lists_turns(reading) or not (thing is None or thing.what == "decision"):
        return False
    nouns = [h.first for h in reading.section("instruments")]
    if not nouns or min(nouns) < trigger.first:
        return False
    grounds = range(trigger.last + 1, min(nouns))
    return turned(reading, trigger.last, min(nouns)) or any(reading.is_a("under", i) for i in grounds)


def _adversative(reading: Reading, verb: int, word: int) -> bool:
    if not reading.is_a("adversative", word) or reading.is_any(("alike", "including"), word):
        return False
    denied = (h for h in reading.section("status") if h.key == "negated" or (h.key == "occurred" and h.last > h.first))
    return not any(verb - 1 <= h.first < word for h in denied)


def _converb(reading: Reading, commas: list[int], end: int) -> bool:
    """Whether the last comma opens what is done beside, as no further one closes it before the word `end`."""
    endings = tuple(reading.lexicon.grammar.get("converb_endings", ()))
    if not commas or not endings:
        return False
    near = range(commas[-1], min(commas[-1] + _BESIDE, end))
    return any(reading.tokens[i].low.endswith(endings) for i in near)


def off_ground(reading: Reading, trigger: Trigger, things: list[Thing]) -> list[Thing]:
    """«*Згідно з указом* № 287 дію угоди зупинено»: a decree, a law or a deed that a step is grounded on is not what it befalls."""
    befalls = trigger.voice == PASSIVE or trigger.family in INTRANSITIVE
    if not befalls or not lists_turns(reading):
        return things
    return [t for t in things if t.what == TREATY or not _on_ground(reading, t)]


def _on_ground(reading: Reading, thing: Thing) -> bool:
    return any(
        reading.is_any(("under", "source"), i) and not reading.before(i + 1).strip(' \u00a0«“"')
        for i in range(max(0, thing.first - _GROUND), thing.first)
    )
