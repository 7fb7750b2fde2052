"""Which of the nouns before a verb heads the noun phrase: "the deadline for signing the treaty" is a deadline."""

from __future__ import annotations

from pipeline.recognise import adjectives
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import NOUN, TREATY, Thing


def head(reading: Reading, things: list[Thing]) -> Thing:
    """Of the things left of a verb the one that heads the noun phrase: the last whose left neighbour is no complement.

    "The ratification of the agreement was postponed": ratification; "the bill on the treaty passed": the bill.
    """
    head = things[-1]
    for thing in reversed(things[:-1]):
        if _apposed(reading, thing, head):
            head = thing
            continue
        between = range(adjectives.behind(reading, thing.last) + 1, head.first)
        if len(between) > 7 or reading.comma_between(thing.last, head.first):
            break
        opening = bool(between) and reading.is_any(("complement", "prepositions"), between[0])
        gerund = thing.what == NOUN and reading.tokens[thing.last].low.endswith("ing")  # "signing the treaty"
        opening = opening or (gerund and bool(between) and reading.is_a("determiners", between[0]))
        if not opening and not (_heads_first(reading) and thing.what in {NOUN, "law", "draft"}):
            break
        head = thing
    return head


def _heads_first(reading: Reading) -> bool:
    """Whether what belongs to a noun follows it without a preposition: German and Russian genitives, not Turkish or Kazakh ones."""
    return reading.lexicon.object_first and bool(reading.lexicon.grammar.get("prepositions"))


def _apposed(reading: Reading, thing: Thing, head: Thing) -> bool:
    """ "The Kyoto Protocol, an international agreement on …, takes effect": what stands between commas only explains."""
    if thing.what != TREATY or head.what != TREATY or not thing.last < head.first:
        return False
    opening = next((i for i in range(head.first, thing.last, -1) if "," in reading.before(i)), -1)
    if opening < 0 or head.first - opening > 4 or opening - thing.last > 4:
        return False
    names = range(opening, head.first)
    return not any(reading.is_a("coordinate", i) for i in names) and (
        reading.is_a("indefinite", opening) or not reading.lexicon.grammar.get("indefinite")
    )
