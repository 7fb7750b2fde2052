"""Where an item of a digest begins: a paragraph with a dateline of its own ("LOMÉ – …", "BAKU: …") is another story."""

from __future__ import annotations

import re

from pipeline.recognise.values import Sentence

_DATELINE = re.compile(r"[\s•▪*·►-]*([^\W\d_][^\W\d_.'’-]*(?:[ '’.-][^\W\d_]+){0,3}) ?(?:\([^)]{2,30}\))? ?[—–:|-]+ ")
_SHORTEST = 4  # letters: "UK:" and "EU –" head remarks, not places


def begins(sentence: Sentence, before: Sentence | None) -> bool:
    """Whether a sentence opens a paragraph behind the first with a place in capitals and a dash or a colon."""
    if before is None or before.paragraph == sentence.paragraph:
        return False
    found = _DATELINE.match(sentence.text)
    if found is None:
        return False
    place = found.group(1)
    return place.isupper() and sum(letter.isalpha() for letter in place) >= _SHORTEST
