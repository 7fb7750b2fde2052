"""Words that are written as a verb or a denial and are neither: months, numbers, parts of compounds."""

from __future__ import annotations

from pipeline.recognise.patterns import Hit
from pipeline.recognise.values import Sentence

_HYPHENS = frozenset({"-", "‑"})
_NUMBER, _NUMBERED = frozenset({"no", "n"}), frozenset(".º°˚")
_BEFORE_MONTHS = frozenset(
    {"in", "on", "of", "by", "since", "until", "till", "last", "this", "next", "late", "early", "mid", "from"}
)


def of_number(sentence: Sentence, hit: Hit) -> bool:
    """ "Bill No. 12": what a number stands behind is no denial."""
    tokens, last = sentence.tokens, hit.last
    if hit.first != last or last + 1 >= len(tokens) or tokens[last].low not in _NUMBER:
        return False
    return sentence.low[tokens[last].end - sentence.start] in _NUMBERED and tokens[last + 1].low[0].isdigit()


def in_compound(sentence: Sentence, word: int) -> bool:
    """« libre-échange »: what a hyphen joins to the noun before it is no verb."""
    if not word:
        return False
    base, tokens = sentence.start, sentence.tokens
    return sentence.low[tokens[word - 1].end - base : tokens[word].start - base] in _HYPHENS


def is_month(sentence: Sentence, word: int, *, heading: bool) -> bool:
    """Whether what may be a verb is the month, with a capital: beside a number or a preposition, or inside a sentence, no heading."""
    tokens, text = sentence.tokens, sentence.text
    if not text[tokens[word].start - sentence.start].isupper():
        return False
    before = tokens[word - 1].low if word else ""
    after = tokens[word + 1].low if word + 1 < len(tokens) else ""
    beside = before.isdigit() or after[:1].isdigit() or before in _BEFORE_MONTHS
    return beside or (word > 0 and not heading and not text.isupper())
