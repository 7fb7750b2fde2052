"""Can this text matter at all? One cheap look at its different words before sentences are cut.

Sound with respect to the rules: a step needs the word of an act, and a treaty noun, a tracked agreement's name, or a body
that can be left or joined. What passes may still tell nothing.
"""

from __future__ import annotations

from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.linking import Index
from pipeline.recognise.patterns import ACT, BODY_ACT, TREATY_NOUN
from pipeline.recognise.sentences import fold, lower
from pipeline.recognise.sieve import Sieve

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«»“”„‘’‚‹›—–―‐‑…·•،؛؟。、，；：？！（）【】《》「」『』°§№€£¥\u00a0\u202f\u200b\ufeff"
_SPACES = {ord(c): " " for c in _PUNCTUATION}


def different_words(low: str) -> set[str]:
    """The words of a text in lower case, each once, without the punctuation between them."""
    return set(low.translate(_SPACES).split())


def may_matter(title: str, text: str, lexicon: Lexicon, index: Index, sieve: Sieve) -> bool:
    """False only where no sentence could tell a step."""
    low = lower(f"{title}\n{text}")
    if lexicon.language == "zh":
        folded = fold(low)
        return any(word in folded for word in lexicon.han) or bool(index.aliases_in(text) or index.aliases_in(title))
    kinds = 0
    classify = lexicon.table.classify
    different = different_words(low)
    for word in different:
        kinds |= classify(word)
    if not kinds & ACT:
        return False
    if kinds & TREATY_NOUN or (kinds & BODY_ACT and sieve.may_name_organisation(different, f"{title}\n{text}", low)):
        return True
    return index.may_hold_name(different) and bool(index.aliases_in(text) or index.aliases_in(title))
