"""Scenes: what somebody is told to have watched being done is of the day that the story tells of, and an item of a digest has a story of
its own."""

from __future__ import annotations

import re
from datetime import date

from pipeline.model import PartialDate
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.triggers import ACTIVE, PASSIVE, PAST, PERFECT, PLUPERFECT, PRESENT, Trigger

AT_MEETINGS = frozenset(
    {"sign", "initial", "exchange", "deposit", "conclude", "adopt", "open"}
)  # what crowns a visit that the opening tells of
_REACH = 14  # words from a verb of watching to what was watched


def watched(reading: Reading, trigger: Trigger) -> bool:
    """ "They *looked on as* the two handed over their papers", "watched them sign"."""
    if trigger.family not in AT_MEETINGS or trigger.voice != ACTIVE:
        return False
    near = range(max(0, trigger.first - _REACH), trigger.first)
    word = next((i for i in near if reading.is_a("watching", i)), -1)
    return word >= 0 and not reading.comma_between(word, trigger.first)


OF_ITEM = "item_of_two"  # a reason: what an item of a digest is there to tell
_PAIR = 2  # states in an item's label
_TOLD = frozenset({PAST, PERFECT, PRESENT})
_DIGEST_DAYS = 550  # before publication, or before the last day told: digests of a year's treaties


def of_item(reading: Reading, trigger: Trigger, when: PartialDate | None, published: date | None) -> bool:
    """ "Brazil–Colombia: A first tax treaty was signed on 5 August": an item of a digest that opens with the two states is there to tell of
    its first deed, be it older than those of other items; the pluperfect and participles are its history."""
    end = reading.label_end
    if not end or reading.sentence.paragraph == 0 or when is None or when.day is None or published is None:
        return False
    states = {p.code for p in reading.parties if p.code and not p.body and reading.token_at(p.start) < end}
    if len(states) < _PAIR or trigger.voice not in {ACTIVE, PASSIVE} or trigger.tense not in _TOLD:
        return False
    clause = reading.clause(trigger.first)
    earlier = any(
        end <= h.first < trigger.first and h.form != "noun" and not _inserted(reading, h, trigger)
        for h in reading.section("acts")
    )
    return clause.kind == MAIN and not earlier and 0 <= (published - when.first).days <= _DIGEST_DAYS


def _inserted(reading: Reading, act: Hit, trigger: Trigger) -> bool:
    """ "The FIPA, *signed on 8 September*, entered into force": what stands between commas before the verb."""
    return "," in reading.before(act.first) and reading.comma_between(act.last, trigger.first)


_OLD = 2  # years
_YEAR = 4  # digits


def of_old(reading: Reading, trigger: Trigger, published: date | None) -> bool:
    """ "*A 2007 accord* was approved by Nicosia": an agreement that is brought in by its year, long past, is told of as history."""
    if published is None or trigger.tense not in {PAST, PERFECT}:
        return False
    for noun in reading.section("instruments"):
        year = next((i for i in range(noun.first - 1, max(0, noun.first - _REACH), -1) if _is_year(reading, i)), 0)
        near = noun.last < trigger.first and reading.same_clause(noun.first, trigger.first)
        if near and year and reading.is_a("indefinite", year - 1):
            return published.year - int(reading.tokens[year].low) >= _OLD
    return False


def _is_year(reading: Reading, word: int) -> bool:
    low = reading.tokens[word].low
    return len(low) == _YEAR and low.isascii() and low.isdigit()


_SPAN_AFTER = re.compile(
    r"[^,，。;；]{0,30}?[一二三四五六七八九十两半几数\d]+多?(?:年|个月|天|周|个星期|日)(?:之|以)?(?:后|来)"
)


def since_then(reading: Reading, trigger: Trigger) -> bool:
    """ "Marked 14 years since the convention was signed": what a clause counts from."""
    opener = reading.clause(trigger.first).opener
    if opener >= 0 and reading.is_a("since", opener) and trigger.tense in {PAST, PERFECT, PLUPERFECT}:
        return True
    spanned = opener > 0 and reading.is_a("units", opener - 1) and "," not in reading.before(opener)
    if spanned and trigger.voice in {ACTIVE, PASSIVE}:
        return True  # "Five years after the two signed it, the minister …"
    following = trigger.last + 1
    if reading.lexicon.language == "zh":  # 自协定生效以来, 签署六年后
        return (
            reading.is_a("since", following)
            or _SPAN_AFTER.match(reading.sentence.text, reading.tokens[trigger.last].end - reading.sentence.start)
            is not None
        )
    if not (reading.lexicon.verb_final and reading.is_a("since", 0)):
        return False  # German: "Seit das Abkommen in Kraft getreten ist, …"
    last = next(
        (
            i
            for i in (trigger.last, following)
            if i < len(reading.tokens) and (reading.is_a("be", i) or reading.is_a("have", i))
        ),
        -1,
    )
    return last > 0 and (last + 1 >= len(reading.tokens) or "," in reading.before(last + 1))
