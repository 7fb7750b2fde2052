"""Who is given leave to sign: a minister whom his own government authorises acts for that state, not for both parties."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import Trigger

_REACH = 18  # words from the signing to a leave told behind it
_FAR = 30  # and from a leave to the signing
_SIGNING = frozenset({"sign", "initial"})


def given(reading: Reading, trigger: Trigger) -> bool:
    """Whether a sentence tells of a leave or an order to sign: "authorised the minister to sign it", «подписать его поручено Минюсту»."""
    if trigger.family not in _SIGNING:
        return False
    near = range(max(0, trigger.first - _FAR), min(trigger.last + _REACH, len(reading.tokens)))
    return reading.any_is("mandating", near)


def before(reading: Reading, trigger: Trigger) -> bool:
    """ "Authorised the minister to negotiate an extradition agreement and *to sign* it": the leave stands before the infinitive."""
    if trigger.family not in _SIGNING or not (trigger.first and reading.is_a("to", trigger.first - 1)):
        return False
    return reading.any_is("mandating", range(max(0, trigger.first - _FAR), trigger.first))
