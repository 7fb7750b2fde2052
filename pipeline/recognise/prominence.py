"""How a sentence brings an agreement up, and how far off the main line a wording reaches back to one.

Readers take "the pact" for what the article is about, "it" for what the sentence before told of, "that agreement" for the nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from pipeline.recognise import anaphora
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, Trigger
from pipeline.recognise.values import Mention

_OPENING = 4  # words in which the subject of a sentence begins
_LIKENED = 8  # words between "the same day as" and what is likened


class Place(IntEnum):
    """As what a sentence is about, as one more ("a similar treaty with …"), or by the way: what the first replaces, resembles
    or was signed with."""

    MAIN = 0
    MORE = 1
    BY_THE_WAY = 2


def place(
    reading: Reading, mention: Mention, found: Sequence[Thing], trigger: Trigger | None = None, *, topic: bool = False
) -> Place:
    """How a sentence brings up what a mention means. `trigger`: the act it is the object of, if any; `topic`: headline or lead
    are about it."""
    if likened(reading, mention):
        return Place.BY_THE_WAY
    ahead = any(
        t.what in {TREATY, GENERIC, PRONOUN} and reading.tokens[t.last].end <= mention.start and t.first <= _OPENING
        for t in found
    )
    if trigger is None and (ahead or _by(reading, mention)):
        return Place.BY_THE_WAY
    if trigger is not None and _describes(reading, trigger, mention) and (ahead or _governed(reading, mention)):
        return Place.BY_THE_WAY
    new = not topic and reading.sentence.index > 1 and {"indefinite", "other"} & {*anaphora.manner(reading, mention)}
    return Place.MORE if new else Place.MAIN


def likened(reading: Reading, mention: Mention) -> bool:
    """Whether a mention only says what another agreement is like or was made with: "the same day as the accord with Oman"."""
    if "likening" not in reading.roles:
        return False
    first = reading.token_at(mention.start)
    return any(
        h.key == "likening" and 0 <= first - h.last - 1 <= _LIKENED and not reading.comma_between(h.last, first)
        for h in reading.section("grammar")
    )


def _describes(reading: Reading, trigger: Trigger, mention: Mention) -> bool:
    """Whether an act only tells which agreement is meant: "the accord of 1996, in force since 1999"."""
    last = reading.token_at(mention.end - 1)
    apposed = last < trigger.last and reading.comma_between(last, trigger.last)
    return apposed or trigger.voice == ATTRIBUTE or reading.clause(trigger.first).kind == RELATIVE


def _by(reading: Reading, mention: Mention) -> bool:
    """Whether an agreement is only what something else was made by: "the register created by an accord of 2023"."""
    first = reading.token_at(mention.start)
    return any(reading.is_a("by", i) for i in range(max(0, first - 2), first))


def _governed(reading: Reading, mention: Mention) -> bool:
    """Whether a preposition stands before a mention, or before its determiner: it is neither subject nor object."""
    first = reading.token_at(mention.start)
    word = first - 1 if first and reading.is_a("determiners", first - 1) else first
    return word > 0 and reading.is_a("prepositions", word - 1)


def reach(reading: Reading, mention: Mention) -> Place:
    """How far off the main line what a mention takes up may lie."""
    first = reading.token_at(mention.start)
    pointing = reading.any_is("demonstratives", (first - 1, first))
    if pointing or mention.pick:
        return Place.BY_THE_WAY
    if reading.is_any(("pronouns", "clitics"), first):
        return Place.MORE
    return Place.MAIN
