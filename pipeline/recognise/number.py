"""Whether a treaty noun means one agreement or several."""

from __future__ import annotations

import re

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import PRONOUN, Thing
from pipeline.recognise.values import Mention

_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz"})
_MANY = 100  # agreements; a greater number is a year or a law's
_EITHER = frozenset({"соглашения", "конвенции", "угоди", "конвенції", "канвенцыі", "abkommen"})
_FINITE = frozenset({"past", "present", "future", "infinitive"})
_OF_ACTION = re.compile(
    r"(?:ци[юяіи]|[нт]и[еяю]|нн[яі]|ход[ау]?|хід)\Z"
)  # «проголосовал за денонсацию …»: what follows is a genitive
_PLURAL = {
    "ru": re.compile(r"(?:ые|[кгхшжчщ]ие)\Z"),
    "uk": re.compile(r"(?:ськ|цьк|льн)і\Z"),
    "be": re.compile(r"(?:ыя|[кгх]ія)\Z"),
}  # endings of adjectives, that no noun has
_COMPOUND_PLURAL = re.compile(r"\w(?:verträgen?|protokollen?|vereinbarungen|konventionen)\Z")
_NEUTER, _ARTICLE = re.compile(r"(?:abkommen|übereinkommen)\Z"), re.compile(r"d(?:ie|en|er)\Z|diese[nr]?\Z")
_COUNTED = 6  # words from a number to the noun that it counts, where that has no plural then


def plural(reading: Reading, thing: Thing) -> bool:
    """Whether the noun is in the plural: an English or Romance -s, or a number before it."""
    word = reading.tokens[thing.last].low
    carriers = [i for i in reading.roles.get("carrier", ()) if i < thing.first]  # "the first two concern | the treaty"
    counted = reading.any_is("plural_hint", range(max(0, thing.first - 4, *carriers), thing.first))
    counted = counted or _numbered(reading, thing.first)
    latin = (
        word.isascii() and len(word) > 3 and word.endswith("s") and reading.lexicon.language in {"en", "fr", "es", "pt"}
    )
    pronoun = thing.what == PRONOUN and reading.is_a("plural_pronouns", thing.last)
    return (
        counted
        or latin
        or pronoun
        or reading.is_a("plural_hint", thing.last)
        or _after_plural(reading, thing.first)
        or _object_of(reading, thing.first)
    )


def _numbered(reading: Reading, noun: int) -> bool:
    """Whether a number stands before a noun that has no plural behind one ("26 farklı alanda iş birliği anlaşması")."""
    if reading.lexicon.language not in _HEAD_LAST:
        return False
    for i in range(noun - 1, max(-1, noun - 1 - _COUNTED), -1):
        low = reading.tokens[i].low
        if reading.before(i + 1).strip() or any(p.start <= reading.tokens[i].start < p.end for p in reading.parties):
            return False
        if low.isdigit():
            return 1 < int(low) < _MANY and not reading.is_a("numbers", i + 1)
    return False


def several(reading: Reading, mention: Mention) -> bool:
    """Whether a mention is of several agreements beyond doubt: its noun is not in a form that is a genitive, too («угоди»)."""
    begin = reading.token_at(mention.start)
    words = range(begin, min(reading.token_at(mention.end - 1) + 1, len(reading.tokens)))
    if not mention.plural or not any(reading.tokens[i].low in _EITHER for i in words):
        return mention.plural
    noun = next(i for i in words if reading.tokens[i].low in _EITHER)
    before = range(max(0, noun - 4), noun)
    counted = any(reading.is_a(role, i) for role in ("numbers", "plural_hint") for i in before)
    return counted or any(reading.tokens[i].low.isdigit() for i in before) or _after_plural(reading, noun)


def _object_of(reading: Reading, word: int) -> bool:
    """Whether a verb stands right before a noun whose plural is also a genitive («ратифицировал соглашения с Перу и Чили»)."""
    if reading.tokens[word].low not in _EITHER:
        return False
    if word == 0:
        return not reading.heading
    if reading.before(word).strip(" \u00a0"):
        return False
    before = word - 1
    while before > 0 and reading.is_a("on_day", before):
        before -= 1
    of_action = _OF_ACTION.search(reading.tokens[before].low) is not None
    return reading.is_a("days", word - 1) or any(
        h.last == before and h.form in _FINITE and (h.first == before or not of_action) for h in reading.section("acts")
    )


def _after_plural(reading: Reading, word: int) -> bool:
    """Whether an adjective in the plural stands before a noun that may be in either number («рамочные соглашения»)."""
    if reading.lexicon.language == "de":
        return _german_plural(reading, word)
    ending = _PLURAL.get(reading.lexicon.language)
    beside = word > 0 and not reading.before(word).strip(" \u00a0")
    return ending is not None and beside and bool(ending.search(reading.tokens[word - 1].low))


def _german_plural(reading: Reading, word: int) -> bool:
    """Whether a compound stands in the plural („die Änderungsprotokolle“), or an article that no neuter has in the singular stands before one
    that is the same in both („die geänderten Abkommen“)."""
    low = reading.tokens[word].low
    if _COMPOUND_PLURAL.search(low) or not _NEUTER.search(low):
        return _COMPOUND_PLURAL.search(low) is not None
    before = word - 1
    while (
        before > max(0, word - 3)
        and reading.tokens[before].low.endswith("en")
        and not reading.is_a("determiners", before)
    ):
        before -= 1  # an adjective
    plain = before >= 0 and not any(reading.before(i).strip(" \u00a0") for i in range(before + 1, word + 1))
    return plain and _ARTICLE.match(reading.tokens[before].low) is not None
