"""Sentences and words: offsets that hold, abbreviations that do not end a sentence, text of any kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognise import sentences

ENGLISH = frozenset({"mr", "u.s", "jan", "no", "feb"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        ("On Feb. 17 it was signed. It holds.", ["On Feb. 17 it was signed.", "It holds."]),
        ("“It is done.” He left.", ["“It is done.”", "He left."]),
        ("Convention No. 190 is in force.", ["Convention No. 190 is in force."]),
        ("条约生效。议定书也生效。", ["条约生效。", "议定书也生效。"]),
        ("Line one\nline two", ["Line one", "line two"]),
        ("He asked: why? nobody knew.", ["He asked: why? nobody knew."]),
        ("  \n\n ", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    """A full stop ends a sentence only where something new begins."""
    assert [text[a:b] for a, b, _ in sentences.spans(text, ENGLISH)] == expected


def test_ordinals_in_german() -> None:
    """ "3." may be "third"."""
    text = "Am 3. Mai wurde er unterzeichnet. Er gilt."
    assert len(sentences.spans(text, (), ordinals=True)) == 2
    assert len(sentences.spans(text, (), ordinals=False)) == 3


@given(st.text(max_size=400))
def test_spans_are_in_order_and_hold_all_words(text: str) -> None:
    """Sentences do not overlap, are trimmed, and between them lies nothing but space."""
    spans = sentences.spans(text, ENGLISH)
    at = 0
    for start, end, _ in spans:
        assert at <= start < end <= len(text)
        assert (
            not text[at:start].strip(" \t\n\r\u00a0\u200b\ufeff\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029")
            or not text[at:start].strip()
        )
        at = end
    assert not text[at:].replace("\u200b", "").replace("\ufeff", "").strip()


@given(st.text(max_size=300))
def test_lower_case_keeps_the_length(text: str) -> None:
    """Letters whose lower case is longer (İ) do not move the offsets."""
    assert len(sentences.lower(text)) == len(text)


@given(st.text(max_size=300))
def test_words_stand_where_they_say(text: str) -> None:
    """Every word's offsets are inside the text, in order, and not empty."""
    at = 0
    for token in sentences.words(sentences.lower(text)):
        assert at <= token.start < token.end <= len(text)
        at = token.end


def test_a_text_without_stops_is_cut() -> None:
    """No later step meets a sentence of a million characters."""
    text = "word " * 20_000
    assert all(end - start <= sentences.LONGEST for start, end, _ in sentences.spans(text))


def test_ideographs_without_stops_are_cut_sooner() -> None:
    """Each is a word, and what verbs and agreements of a sentence are asked of each other grows with the square of them."""
    pieces = sentences.spans("中国和秘鲁签署协定，" * 440)
    assert max(end - start for start, end, _ in pieces) <= 500
    assert sum(end - start for start, end, _ in pieces) == 4400


@pytest.mark.parametrize(
    ("text", "language"), [("Договор", "ru"), ("اتفاقية", "ar"), ("条约", "zh"), ("treaty", "en"), ("", "en")]
)
def test_a_language_to_try(text: str, language: str) -> None:
    """Where nobody said the language, the script suggests one."""
    assert sentences.script_language(text) == language
