"""The year that an agreement is called by where the words of a mention end before it: "the treaty with Oman, which was signed in Muscat in 2007"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading
from pipeline.recognise.values import DateMention, Mention

_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz", "zh"})
_MAKING = frozenset({"sign", "conclude"})
_TO_ACT = 4  # words from a noun to what was done to it: ", which was signed"
_TO_DAY = 6  # words from that to its day: "signed in the Serbian capital on 3 May 2007"
_PARTICLE = "的"  # that ties an attribute to its noun in Chinese
_BESIDE = 2  # words between a noun and "of 12 March 2007"


def year(reading: Reading, mention: Mention, find_dates: Callable[[], Sequence[DateMention]]) -> int:
    """The year that its sentence calls an agreement by beside a mention's own words; 0 where there is none."""
    if mention.plural or not mention.kind or not any(map(str.isdigit, reading.sentence.text)):
        return 0
    dates = [d for d in find_dates() if d.year and not (mention.start <= d.start and d.end <= mention.end)]
    first, last = reading.token_at(mention.start), reading.token_at(mention.end - 1)
    if not dates or len({h.last for h in reading.section("instruments") if first <= h.first <= last}) > 1:
        return 0  # "the protocol to the agreement signed in 2007": either may be meant
    before = reading.lexicon.language in _HEAD_LAST
    for d in dates:
        day = reading.token_at(d.start), reading.token_at(d.end - 1)
        if _beside(reading, d, day, first, last, before=before) or _made(reading, day, first, last, before=before):
            return d.year or 0
    return 0


def with_year(mention: Mention, when: int, language: str) -> Mention:
    """The mention as it would stand with a year of its own."""
    return replace(mention, text=f"{mention.text} {when}" if language in _HEAD_LAST else f"{when} {mention.text}")


def _beside(reading: Reading, date: DateMention, day: tuple[int, int], first: int, last: int, *, before: bool) -> bool:
    """Whether a date that is part of a name stands right behind the noun phrase (before it, where nouns stand last)."""
    said = reading.any_is("dated", range(day[0], day[1] + 2 if before else day[1] + 1))
    if not (said or date.role == "title"):
        return False
    if before:
        return 0 < first - day[1] <= _BESIDE
    if day[0] <= last < day[1]:  # "… mit Serbien vom 12. | März 2007"
        return True
    gap = range(last + 1, day[0])
    return day[0] > last and len(gap) <= _BESIDE and all(_light(reading, i) for i in gap)


def _made(reading: Reading, day: tuple[int, int], first: int, last: int, *, before: bool) -> bool:
    """Whether it is the day on which what the noun phrase names was signed or concluded, as an attribute or a clause on it says."""
    acts = reading.section("acts")
    for h in acts:
        if h.key not in _MAKING or h.form == "noun":
            continue
        if before:
            apart, to_day = range(h.last + 1, first), range(day[1] + 1, h.first)
        else:
            apart, to_day = range(last + 1, h.first), range(h.last + 1, day[0])
        tied = apart.start <= apart.stop and len(apart) <= _TO_ACT and all(_light(reading, i) for i in apart)
        if tied and to_day.start <= to_day.stop and len(to_day) <= _TO_DAY and not _parted(reading, h, to_day, acts):
            return True
    return False


def _light(reading: Reading, word: int) -> bool:
    """Whether a word says nothing between a noun and what was done to it."""
    roles = ("relative", "be", "have", "determiners", "prepositions", "complement", "pronouns", "stop_words", "clitics")
    return reading.is_any(roles, word) or reading.tokens[word].low == _PARTICLE


def _parted(reading: Reading, made: Hit, gap: range, acts: Sequence[Hit]) -> bool:
    """Whether another act, agreement or conjunction stands between the act and the day."""
    others = [h for h in (*acts, *reading.section("instruments")) if h.first > made.last or h.last < made.first]
    return any(h.first in gap for h in others) or reading.any_is("coordinate", gap)
