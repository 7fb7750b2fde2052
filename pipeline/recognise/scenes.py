"""Scenes: what somebody is told to have watched being done is of the day that the story tells of, and an item of a digest has a story of
its own."""

from __future__ import annotations

from datetime import date

from pipeline.model import PartialDate
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.triggers import ACTIVE, PASSIVE, PAST, PERFECT, PRESENT, Trigger

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
    earlier = any(end <= h.first < trigger.first and h.form != "noun" for h in reading.section("acts"))
    return clause.kind == MAIN and not earlier and 0 <= (published - when.first).days <= _DIGEST_DAYS
