"""Who may do what: a minister whom his own government authorises to sign acts for that state, not for both parties; whose word
on leaving is the last one."""

from __future__ import annotations

from pipeline.recognise.cases import Bound
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import Trigger
from pipeline.recognise.values import Actor

_REACH = 18  # words from the signing to a leave told behind it
_FAR = 30  # and from a leave to the signing
_SIGNING = frozenset({"sign", "initial"})
_UNION, _COUNCIL = "EU", frozenset({"ministry", "council"})


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


def settled(reading: Reading, one: Bound, actor: Actor) -> bool:
    """Whether what a cabinet says of leaving is the last word: its own decision and no bill, a vote said to be final, or the ministers of
    the Union, who decide for it."""
    if one.thing is not None and one.thing.what == "decision":
        return True
    if actor.country == _UNION and actor.stage in _COUNCIL:
        return True
    return any(
        h.key == "final" and reading.same_clause(h.first, one.trigger.first) for h in reading.section("procedure")
    )
