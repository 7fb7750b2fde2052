"""What stands right behind a treaty noun, or a pronoun for one, and tells which is meant: « l'accord aérien », "el acuerdo pesquero",
"the pact realigning …", « celle de 1965 »."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.values import DateMention

_ENDS = {
    "fr": re.compile(
        r"[^\W\d_]{2,}(?:(?:i|n|r|t)al|(?:c|v|y)al|ale|aux|ales|aires?|iens?|iennes?|oires?|iers?|ières?|i[fv]|i[fv]e?s|ives?|étiques?"
        r"|atiques?|oniques?|omiques?|ologiques?|ysiques?|idiques?|ogiques?|estres?|times?|coles?|onnels?|onnelles?)"
    ),
    "es": re.compile(
        r"[^\W\d_]{2,}(?:al(?:es)?|ares?|icos?|icas|ari[oa]s?|ori[oa]s?|iv[oa]s?|er[oa]s?|in[oa]s|ino|í?fer[oa]s?|éreos?|éreas?|ític[oa]s?"
        r"|ític[oa]|ítim[oa]s?|riz[oa]s?|enses?|nder[oa]s?)"
    ),
    "pt": re.compile(
        r"[^\W\d_]{2,}(?:al|ais|ar|ares|icos?|icas|ári[oa]s?|óri[oa]s?|iv[oa]s?|eir[oa]s?|inos?|éreos?|éreas?|étic[oa]s?|ític[oa]s?"
        r"|ítim[oa]s?|riç[oa]s?|enses?)"
    ),
}
_DOING = {"en": ("ing",), "fr": ("ant",), "es": ("ando", "iendo"), "pt": ("ando", "endo", "indo")}
_LONG = 5  # letters of a participle, at least
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_NO_DATE = ("with", "be", "have", "stop_words", "pronouns", "relative")  # what is no part of "of 1 June 1965"
_DATE = 5  # words of "of 1 June 1965"
_WHEN = 6  # words between "done" and its day
_JOINED = 2  # words behind the first of a noun of several: « accord de crédit »
_MOST = 2  # adjectives behind one noun
_NO_ADJECTIVE = ("determiners", "stop_words", "be", "have", "prepositions", "relative", "pronouns", "subordinate")


def behind(reading: Reading, noun: int) -> int:
    """The last of the adjectives right behind a noun, or the noun itself: a word that ends as adjectives do, and that no article
    follows, as it would a verb ("l'accord implique une …")."""
    ends = _ENDS.get(reading.lexicon.language)
    last = noun
    while ends is not None and last < noun + _MOST and last + 1 < len(reading.tokens):
        word = last + 1
        if _revised(reading, word):
            last = word
            continue
        if reading.before(word).strip(" \u00a0") or not ends.fullmatch(reading.tokens[word].low):
            break
        if any(reading.is_a(role, word) for role in _NO_ADJECTIVE) or _verb(reading, word):
            break
        last = word
    return last


def _revised(reading: Reading, word: int) -> bool:
    """Whether a word is part of what a revised text is called: « la convention révisée sur … », "el Acuerdo revisado de …"."""
    bare = not reading.before(word).strip(" \u00a0")
    changed = bare and any(
        h.first == word == h.last and h.key == "amend" and h.form == "participle" for h in reading.section("acts")
    )
    following = word + 1
    if not changed or following >= len(reading.tokens) or reading.before(following).strip(" \u00a0"):
        return False
    when = following + 1 < len(reading.tokens) and reading.tokens[following + 1].low[0].isdigit()
    return reading.is_a("complement", following) and not when and not reading.is_a("by", following)


def participle(reading: Reading, word: int) -> bool:
    """Whether a word behind a noun says what that does, and is no act: "the pact realigning …", « l'accord régissant … »."""
    ends = _DOING.get(reading.lexicon.language)
    low = reading.tokens[word].low
    return (
        bool(ends) and low.endswith(ends or "") and len(low) > _LONG and not any(h.first == word for h in reading.hits)
    )


def year_behind(reading: Reading, pronoun: int) -> int:
    """The year that a pronoun's agreement is called by (« celle du 1er juin 1965 », "that of 1972"), or -1."""
    begin = pronoun + 1
    if begin >= len(reading.tokens) or not reading.is_a("complement", begin) or reading.is_a("to", begin):
        return -1
    for word in range(begin, min(begin + _DATE, len(reading.tokens))):
        if reading.before(word).strip(" \u00a0") or any(reading.is_a(role, word) for role in _NO_DATE):
            return -1
        if word > begin and _YEAR.fullmatch(reading.tokens[word].low):
            return word
    return -1


def _verb(reading: Reading, word: int) -> bool:
    """Whether an act begins there, or an article follows that no preposition is part of."""
    acts = any(h.first == word and h.form != "noun" for h in reading.section("acts"))
    following = word + 1
    plain = following < len(reading.tokens) and not reading.before(following).strip(" \u00a0")
    article = plain and reading.is_a("determiners", following) and not reading.is_a("prepositions", following)
    return acts or article


def done(reading: Reading, word: int, verbs: frozenset[int], dates: Sequence[DateMention]) -> int:
    """The last word of where and when a text was done, which it is called by (« fait à Genève le 4 avril 2014 », "done at …"), or -1."""
    if not reading.is_a("done", word) or "," in reading.before(word):
        return -1  # "the Agreement, done at Suva on 3 December, …" is only the agreement
    for d in dates:
        first, last = reading.token_at(d.start), reading.token_at(d.end - 1)
        if word < first <= word + _WHEN:
            return -1 if any(i in verbs or reading.comma_between(word, i) for i in range(word + 1, first)) else last
    return -1


def goes_on(reading: Reading, thing: Thing, word: int) -> bool:
    """Whether "and" goes on what a noun of several words says: « l'accord de crédit et de don »."""
    if thing.what != TREATY or thing.agreement_id or thing.last - thing.first < _JOINED:
        return False
    inner, following = reading.tokens[thing.first + 1].low, word + 1
    same = (
        following < len(reading.tokens)
        and reading.tokens[following].low == inner
        and reading.is_a("complement", following)
    )
    return same and reading.is_a("coordinate", word) and not reading.before(word).strip(" \u00a0")
