"""Things of a sentence that no verb acts on, though they stand near it: by what it is done, on what ground, after what.

«Тем же распоряжением одобрено соглашение»: the order is the means. "Under the convention the cabinet approved a plan": the
convention is the ground. «После ратификации соглашение вступит в силу»: what enters into force is the agreement.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.cases import LAWS
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import NOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, NOMINAL, PASSIVE, Trigger

_BY_NOTE = frozenset({"exchange", "notify", "deposit"})  # "exchanged notes under the agreement"
_REACH = 4  # words between "in accordance with" and its noun
_REACH_HAN = 30  # the same where every ideograph is a word


def objects(reading: Reading, things: Sequence[Thing], trigger: Trigger) -> Sequence[Thing]:
    """The things of a sentence that may be what `trigger` is done to."""
    if trigger.voice == NOMINAL:
        return things
    if trigger.voice == ATTRIBUTE and _before_means(reading, trigger):
        return ()  # «принятым законом ратифицируется»
    kept = [
        t
        for t in things
        if not _means(reading, t)
        and not (trigger.family not in _BY_NOTE and trigger.voice != ATTRIBUTE and _ground(reading, t))
        and not _earlier(reading, t)
        and not _end(reading, trigger, t)
    ]
    return kept if len(kept) < len(things) else things


def _before_means(reading: Reading, trigger: Trigger) -> bool:
    return trigger.last + 1 < len(reading.tokens) and reading.is_a("means", trigger.last + 1)


def _means(reading: Reading, thing: Thing) -> bool:
    """Whether a law or decree is what something is done by: an instrumental without a preposition."""
    if thing.what not in LAWS and thing.what != "decision":
        return False
    if not reading.is_a("means", thing.last):
        return False
    return thing.first == 0 or not reading.is_a("prepositions", thing.first - 1)


def _ground(reading: Reading, thing: Thing) -> bool:
    """Whether an agreement is only what a deed rests on: "in accordance with", «на основании», 根据, «сәйкес» behind it."""
    if thing.what != TREATY or "under" not in reading.roles:
        return False
    if not reading.lexicon.grammar.get("prepositions"):  # postpositions: Kazakh
        return thing.last + 1 < len(reading.tokens) and reading.is_a("under", thing.last + 1)
    reach = _REACH_HAN if reading.lexicon.language == "zh" else _REACH
    acts = {h.last for h in reading.section("acts")}
    for word in range(thing.first - 1, max(-1, thing.first - 1 - reach), -1):
        if reading.before(word + 1).strip(" \u00a0'’«\"“《") or not reading.same_clause(word, thing.first):
            return False
        if reading.is_a("under", word):
            return not reading.is_a("duties", word - 1)  # "froze its obligations under the treaty"
        attribute = word in acts and reading.tokens[word + 1].low == "的"
        if (word in acts and not attribute) or (
            reading.is_a("prepositions", word)
            and reading.lexicon.language != "zh"
            and not (word and reading.is_a("under", word - 1))  # « en vertu du traité »
        ):
            return False
    return False


def _earlier(reading: Reading, thing: Thing) -> bool:
    """Whether an act told by a noun is only what the verb's deed comes after or before: «после подписания», «до ратификации»."""
    if thing.what != NOUN or "aftermath" not in reading.roles:
        return False
    before = thing.first - 1
    return any(
        reading.is_a("aftermath", i) for i in range(max(0, before - 1), before + 1)
    ) and not reading.comma_between(max(0, before - 1), thing.first)


def _end(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """«Одобрен и внесен на ратификацию договор»: where nouns have cases, one behind a preposition is no subject of a passive."""
    return (
        trigger.voice == PASSIVE
        and thing.what == NOUN
        and reading.lexicon.object_first
        and "means" in reading.lexicon.grammar
        and thing.first > 0
        and reading.is_a("prepositions", thing.first - 1)
    )
