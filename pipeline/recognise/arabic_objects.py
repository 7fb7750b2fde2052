"""Which noun an Arabic verb is about: the one its own preposition leads to, not an agreement further on („صادق على تعيينات … قبل بحث الاتفاقية“)."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, PASSIVE, Trigger

LAWS = frozenset({"law", "decree", "draft"})
_OF_LAW = 5  # words from a law to the agreement it is on, without a word that says so
_NEAR = 3  # words from "over", "in line with" to the agreement
_OWN = {
    "ratify": ("علي",),
    "approve": ("علي",),
    "accede": ("الي", "في"),
    "withdraw": ("من", "عن"),
}  # by family: the prepositions that lead to what the verb is done to, as they are folded


def elsewhere(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether an Arabic verb is done to something else than the agreement behind it."""
    if not reading.lexicon.table.arabic or thing is None or thing.what not in {TREATY, GENERIC}:
        return False
    if trigger.voice not in {ACTIVE, PASSIVE} or thing.first <= trigger.last:
        return False
    led = _led(reading, trigger, thing)
    if led >= 0:
        return _another(reading, led, thing)
    return trigger.first == trigger.last and _aside(reading, trigger, thing)


def _led(reading: Reading, trigger: Trigger, thing: Thing) -> int:
    """The word that the verb's own preposition leads to, or -1."""
    own = _OWN.get(trigger.family, ())
    for word in range(trigger.last, thing.first):
        if reading.tokens[word].low in own and trigger.last in {word, trigger.first}:
            return word + 1
    return -1


def _another(reading: Reading, led: int, thing: Thing) -> bool:
    """Whether a noun that carries no agreement is led to, and something parts it from the agreement."""
    if led >= thing.first or _carries(reading, led):
        return False
    again = reading.tokens[thing.first - 1].low
    if again.startswith("و") and again[1:] == reading.tokens[led - 1].low:
        return False  # „وافق على قرض …، وعلى الاتفاقية“
    parted = any(_parts(reading, i) for i in range(led + 1, thing.first + 1))
    return parted or reading.is_a("beside", led)


def _carries(reading: Reading, word: int) -> bool:
    """Whether a noun stands for the agreement it leads to: a law, a text, an article, another act, a number."""
    roles = ("determiners", "numbers", "generic_nouns", "parts", "demonstratives", "prepositions", "both", "all_told")
    if reading.is_any(roles, word) or reading.tokens[word].low[:1].isdigit():
        return True
    heads = (h for section in ("acts", "things", "instruments") for h in reading.section(section))
    return any(h.first <= word <= h.last for h in heads)


def _parts(reading: Reading, word: int) -> bool:
    """Whether a preposition or a comma stands at a word."""
    return (
        reading.is_a("prepositions", word)
        or reading.is_a("aside", word)
        or any(m in reading.before(word) for m in ",،")
    )


def _aside(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether the agreement only belongs to what else is said („ألغى زيارته وسط خلاف حول الاتفاق“)."""
    between = range(trigger.last + 1, thing.first)
    if any(_carries(reading, i) for i in between if not reading.is_a("prepositions", i)):
        return False
    return any(reading.is_a("aside", i) for i in between[-_NEAR:]) or any(reading.is_a("apart", i) for i in between)


def of_law(reading: Reading, trigger: Trigger, law: Thing | None, thing: Thing) -> bool:
    """Whether an agreement behind a law, a bill or a decree is what it is on: no comma parts them, and where more than a few words do, a word
    that says so („القانون … المتعلق بالاتفاقية“) stands before the agreement."""
    if not reading.lexicon.table.arabic or law is None or law.what not in LAWS or law.last < trigger.first:
        return True
    between = range(law.last + 1, thing.first)
    if any(reading.is_any(("aside", "apart", "subordinate"), i) for i in between):
        return False
    told = any(h.first in between for h in reading.section("acts") if h.form == "noun")
    relating = any(reading.is_any(("carrier", "topical", "relating"), i) for i in between)
    if told or relating:
        return True
    commas = any(mark in reading.before(i) for i in (*between, thing.first) for mark in ",،")
    return not commas and len(between) <= _OF_LAW
