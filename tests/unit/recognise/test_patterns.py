"""How a sentence is searched for patterns: the quick ways say what the plain ones say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognise import sentences
from pipeline.recognise.lexicon import Lexicons
from pipeline.recognise.patterns import Element, Hit, Table, compile_pattern, variants
from pipeline.recognise.sentences import lower, plain_words, words

MIXED = st.text(st.sampled_from("aZ9_ éßİΣж\u0301ًـ条约وق.-’'\u00a0ё"), max_size=40)


@cache
def tables() -> list[Table]:
    """Every language's, in the order of their codes."""
    return [lexicon.table for _, lexicon in sorted(Lexicons.load().by_language.items())]


def matched(elements: Sequence[Element], said: Sequence[str], arabic: bool) -> int:
    """How many words a pattern takes from the beginning of `said` on, at the least; 0 where it does not fit."""
    if not elements:
        return 0
    first, rest = elements[0], elements[1:]
    if first.gap:
        for gap in range(min(first.gap, len(said)) + 1):
            if gap < len(said) and (taken := matched(rest, said[gap:], arabic)):
                return gap + taken
        return 0
    if not said or not any(first.matches(form) for form in variants(said[0], arabic)):
        return 0
    if not rest:
        return 1
    taken = matched(rest, said[1:], arabic)
    return 1 + taken if taken else 0


def plainly(table: Table, said: Sequence[str]) -> list[Hit]:
    """What a table finds, every pattern tried at every word."""
    found: dict[tuple[int, str, str, str], int] = {}
    for at in range(len(said)):
        for pattern in table.starting(said[at]):
            rest = pattern.elements[1:]
            taken = 1 + (matched(rest, said[at + 1 :], table.arabic) if rest else 0)
            if rest and taken == 1:
                continue
            place = (at, pattern.section, pattern.key, pattern.form)
            found[place] = max(at + taken - 1, found.get(place, -1))
    return [Hit(at, last, *label) for (at, *label), last in found.items()]


@st.composite
def spoken(draw: st.DrawFn) -> tuple[Table, str]:
    """A language's table, and a text made of words of its patterns, some of them in place."""
    table = draw(st.sampled_from(tables()))
    text: list[str] = []
    for number in draw(st.lists(st.integers(0, len(table.patterns) - 1), min_size=1, max_size=6)):
        for element in table.patterns[number].elements:
            choices = sorted((*element.exact, *element.prefixes, *element.suffixes))
            text.append(draw(st.sampled_from(choices)) if choices else "xx")
    return table, " ".join(draw(st.permutations(text)) if draw(st.booleans()) else text)


@given(spoken())
@settings(max_examples=150, deadline=None)
def test_one_walk_finds_what_every_pattern_tried_at_every_word_finds(case: tuple[Table, str]) -> None:
    """The same hits in the same order."""
    table, text = case
    tokens = words(lower(text))
    assert table.find(tokens) == plainly(table, [token.low for token in tokens])


@given(spoken())
@settings(max_examples=150, deadline=None)
def test_an_act_is_seen_before_a_sentence_is_read(case: tuple[Table, str]) -> None:
    """The question asked of every sentence has the answer that reading it gives, and none is passed over before."""
    table, text = case
    low = lower(text)
    told = any(hit.section == "acts" for hit in table.find(words(low)))
    assert table.acts(low) is told
    assert table.may_act(low) or not told


@pytest.mark.parametrize("text", ["", "…", "* * *"])
def test_a_sentence_without_words_tells_nothing(text: str) -> None:
    """What has no words has no pattern, and is no trouble."""
    table = Table(
        (
            compile_pattern("ratified", "acts", "ratify", "past"),
            compile_pattern("is ..3 signed", "acts", "sign", "passive"),
        )
    )
    assert table.find(words(text)) == []
    assert not table.acts(text)
    assert not table.may_act(text)


@given(MIXED)
def test_the_quick_patterns_of_words_find_the_same_words(text: str) -> None:
    """Text without ideographs and marks is cut by cheaper patterns, into the same words at the same places."""
    low = lower(text)
    whole = [
        (found.start(), found.end()) for found in re.finditer(sentences._WORD, low)
    ]  # the one all others stand for
    assert [(token.start, token.end) for token in words(low)] == whole
    assert plain_words(low) == [low[start:end] for start, end in whole]


@pytest.mark.parametrize("text", ["sign* .. treaty", "a|b* c", "*ing"])
def test_a_part_says_how_telling_it_is(text: str) -> None:
    """The length of the shortest choice of each word of a pattern; a gap tells nothing."""
    for element in compile_pattern(text, "things", "other").elements:
        choices = (*element.exact, *element.prefixes, *element.suffixes)
        assert element.telling == (min(map(len, choices)) if choices else 0)
