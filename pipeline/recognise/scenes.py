"""Scenes: what somebody is told to have watched being done is of the day that the story tells of."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import ACTIVE, Trigger

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
