"""Nouns that run on to one another: in a compound the last one says what it is ("the Fisheries Partnership Agreement")."""

from __future__ import annotations

from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading

_LEADING = ("prepositions", "with", "between", "determiners")  # what leads on from a noun
_TO_NOUN = 3  # words from a short form in brackets to the noun of the compound


def goes_on(reading: Reading, hit: Hit) -> bool:
    """ "A strategic partnership treaty", "the Fisheries Partnership Agreement": of treaty nouns that run on the last says what it is."""
    if hit.first == hit.last or not reading.lexicon.grammar.get("compounds"):
        return False
    further = (h for h in reading.section("instruments") if hit.first < h.first <= hit.last + 1 and h.last > hit.last)
    return any(not reading.before(h.first).strip(" \u00a0-") for h in further)


def modifies(reading: Reading, hit: Hit, nouns: frozenset[int]) -> bool:
    """ "The Reform Treaty", "a sanctions agreement": in a compound the last noun says what it is."""
    head = hit.last + 1
    compound = hit.key == "other" and bool(reading.lexicon.grammar.get("compounds")) and head in nouns
    return compound and not reading.before(head).strip(" \u00a0-")


def before_noun(reading: Reading, first: int, nouns: frozenset[int]) -> bool:
    """Whether a name that begins in brackets stands inside a compound that a treaty noun ends: "the Challenge Corporation (MCC) Nepal Compact"."""
    if not reading.lexicon.grammar.get("compounds") or not reading.before(first).endswith("("):
        return False
    closed = next((i for i in range(first + 1, len(reading.tokens)) if ")" in reading.before(i)), len(reading.tokens))
    for i in range(closed, min(closed + _TO_NOUN, len(reading.tokens))):
        if reading.is_any(_LEADING, i) or (i > closed and reading.before(i).strip(" \u00a0-")):
            return False
        if i in nouns:
            return reading.before(closed).strip() == ")"
    return False


def of_papers(reading: Reading, hit: Hit, nouns: frozenset[int]) -> bool:
    """«Обменялись грамотами по договору»: right behind instruments a treaty is what they are of, not what something is done under."""
    papers = (h.last for h in reading.section("things") if h.key == "instruments")
    return hit.key == "other" and hit.last in nouns and hit.first - 1 in papers


def own_end(reading: Reading, noun: Hit) -> int:
    """The last word of a treaty noun that only what follows makes one: "arrangement | on the", "arrangement | with"."""
    return next((i for i in range(noun.last, noun.first, -1) if not reading.is_any(_LEADING, i)), noun.first)
