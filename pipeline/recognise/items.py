"""Where an item of a digest begins (a paragraph with a dateline of its own, "LOMÉ – …", is another story), and where one of a list does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.recognise.values import Sentence

_DATELINE = re.compile(r"[\s•▪*·►-]*([^\W\d_][^\W\d_.'’-]*(?:[ '’.-][^\W\d_]+){0,3}) ?(?:\([^)]{2,30}\))? ?[—–:|-]+ ")
MARK = re.compile(r"\s*(?:[-–—•*▪●◦‣·►✓]|\(?(?:\d{1,2}|[a-zа-я])[.)])\s*(?=\S)")  # of an item
DECIDED = "decided_item"  # the reason of a noun of consent that opens an item and tells the decision
_NUMBER = re.compile(r"\(?(?:[IVX]{1,4}|\d{1,2})(?:[-–.]\d{1,2}){0,2}[.)]?")
_SHORTEST = 4  # letters: "UK:" and "EU –" head remarks, not places


def begins(sentence: Sentence, before: Sentence | None) -> bool:
    """Whether a sentence opens a paragraph behind the first with a place in capitals and a dash or a colon."""
    if before is None or before.paragraph == sentence.paragraph:
        return False
    found = _DATELINE.match(sentence.text) if not sentence.text[1:2].islower() else None  # few begin with two capitals
    if found is None:
        return False
    place = found.group(1)
    return place.isupper() and sum(letter.isalpha() for letter in place) >= _SHORTEST


def numbered(sentences: Sequence[Sentence]) -> frozenset[int]:
    """The places of the sentences that open an item."""
    pairs = zip([*sentences[:1], *sentences], sentences, strict=False)
    return frozenset(
        s.index for before, s in pairs if (opens(s, before) if s is not before else bool(MARK.match(s.text)))
    )


def leads_in(sentence: Sentence) -> bool:
    """Whether a sentence ends in a colon, before a list."""
    return sentence.text.rstrip(" \u00a0*").endswith((":", "："))


def opens(sentence: Sentence, before: Sentence | None) -> bool:
    """Whether a sentence opens with the mark or the number of an item."""
    if before is None:
        return False
    if before.paragraph == sentence.paragraph:
        return bool(_NUMBER.fullmatch(before.text)) or (
            before.text.endswith((";", "；")) and bool(MARK.match(sentence.text))
        )
    return bool(MARK.match(sentence.text))
