"""Expressions of several words that a word of when or how parts: "agreed *on Monday* to ratify", « refusé *lundi* de signer ».

The patterns of a language are written without such words; here a sentence's are looked for as if they were not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.recognise.patterns import Hit, Table
from pipeline.recognise.values import Sentence, Token

if TYPE_CHECKING:
    from pipeline.recognise.reading import Reading
    from pipeline.recognise.triggers import Trigger

PASSING = frozenset({"passing", "on_day"})  # the keys of the grammar section whose words may part an expression
_BEFORE, _BEHIND = 4, 10  # words on either side in which the parts of an expression lie
_OF_DAYS = frozenset("年月日")
_SECTIONS = frozenset({"status", "acts", "nominal", "after"})


def across(table: Table, tokens: Sequence[Token], hits: Sequence[Hit]) -> list[Hit]:
    """The hits that come about where each stretch of passing words is left out, and that lie on both sides of it.

    An expression found with a gap of its own where those words stand is not looked for beyond its end; the preposition of a day
    («с 1 сентября») opens none.
    """
    found: list[Hit] = []
    led = {i for h in hits if h.key == "prepositions" for i in range(h.first, h.last + 1)}
    for first, last in _stretches(hits):
        if not first or last + 1 >= len(tokens):
            continue
        begin = max(0, first - _BEFORE)
        words = [*tokens[begin:first], *tokens[last + 1 : last + 1 + _BEHIND]]
        cut = first - begin
        skipped = last + 1 - first
        found += [
            h._replace(first=begin + h.first, last=begin + h.last + skipped)
            for h in table.find(words, ends=cut)
            if h.section in _SECTIONS and h.last >= cut and not (h.first == cut - 1 and first - 1 in led)
        ]
    if not found:
        return found
    known = {(h.first, h.section, h.key, h.form) for h in hits if h.last > h.first}
    return [h for h in found if (h.first, h.section, h.key, h.form) not in known and not _inside(h, hits)]


def _inside(hit: Hit, hits: Sequence[Hit]) -> bool:
    """ "Gave its *consent* on Monday *to* the treaty": what begins inside a longer expression of its sort is none of its own."""
    return any(h.first < hit.first <= h.last and h.section == hit.section for h in hits)


def _stretches(hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
    """First and last words of what passing words stand together."""
    spans = sorted((h.first, h.last) for h in hits if h.key in PASSING)
    first = last = -1
    for begin, end in spans:
        if first >= 0 and begin <= last + 1:
            last = max(last, end)
            continue
        if first >= 0:
            yield first, last
        first, last = begin, end
    if first >= 0:
        yield first, last


_STOPS = ",，。;；:："


def whole(table: Table, sentence: Sentence, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """就协定签字,仪式推迟两小时: Chinese letters with a comma between them are no one word (签字仪式); what stands before it is read alone."""
    tokens, text, base = sentence.tokens, sentence.text, sentence.start
    stops = frozenset(
        i
        for i in range(1, len(tokens))
        if tokens[i].start > tokens[i - 1].end
        and any(mark in _STOPS for mark in text[tokens[i - 1].end - base : tokens[i].start - base])
    )
    kept: list[Hit] = []
    for hit in hits:
        cut = next(
            (i for i in range(hit.first + 1, hit.last + 1) if i in stops and _side_by_side(table, tokens, hit, i)), -1
        )
        if cut < 0:
            kept.append(hit)
            continue
        before = table.find(tokens[hit.first : cut], ends=1)
        kept += [h._replace(first=hit.first, last=hit.first + h.last) for h in before if h[2:] == hit[2:]]
    return tuple(kept)


def _side_by_side(table: Table, tokens: Sequence[Token], hit: Hit, word: int) -> bool:
    """Whether a pattern that is found as `hit` has `word` right behind the letter before it."""
    left, right = tokens[word - 1].low, tokens[word].low
    patterns = (p for p in table.starting(tokens[hit.first].low) if p.label == hit[2:])
    return any(
        not (one.gap or other.gap) and one.matches(left) and other.matches(right)
        for pattern in patterns
        for one, other in pairwise(pattern.elements)
    )


def counts(reading: Reading) -> Iterator[int]:
    """The words in figures that are no part of a day: what may be votes, or people."""
    dated = reading.roles.get("on_day", frozenset())
    for word, token in enumerate(reading.tokens):
        if token.low.isdigit() and word not in dated:
            following = reading.tokens[word + 1].low if word + 1 < len(reading.tokens) else ""
            if following not in _OF_DAYS:
                yield word


def by_votes(reading: Reading, word: int) -> bool:
    """ "Approved by 94 votes to 11", "by a wide margin", "by decree": that is how, not by whom."""
    if word >= len(reading.tokens):
        return False
    how = {h.first - word for h in reading.section("procedure") if h.key == "votes"}
    how |= {i - word for i in reading.roles.get("manner", ())}
    return reading.tokens[word].low.isdigit() or any(0 <= n <= 3 for n in how)


def dashed(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """«Следующий шаг – ратификация договора»: a dash stands between what is said of an act and its noun."""
    return hit.last == trigger.first - 1 and not {"–", "—"}.isdisjoint(reading.before(trigger.first))


def counts_down(reading: Reading, trigger: Trigger) -> bool:
    """«До вступления договора в силу остались считаные дни»: what something is counted or planned until is to come."""
    ahead = trigger.first > 0 and reading.is_a("ahead_of", trigger.first - 1)
    return ahead and any(
        h.key == "planned" and h.first > trigger.last and reading.same_clause(h.first, trigger.first)
        for h in reading.section("after")
    )
