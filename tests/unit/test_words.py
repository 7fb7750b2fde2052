"""Search words: the forms of one word meet in one stem, in texts and in questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.door.words import words

FAMILIES = [
    "ratify ratified ratifies ratification ratifying",
    "agreement agreements",
    "treaty treaties",
    "withdrawal withdrawals",
    "visa visas",
    "ратификация ратификации ратификацией ратифицировал ратифицировала ратифицирован ратифицировать ратифицирует",
    "соглашение соглашения соглашений соглашением соглашениями",
    "договор договора договоры договоров договором",
    "Россия России Россией Россию",
    "денонсация денонсировать денонсировала",
    "виза визы виз визах",
    "подписал подписали подписан подписание",
    "Côte COTE côte",
    "Пётр Петр",
]


@pytest.mark.parametrize("family", FAMILIES)
def test_forms_of_one_word_meet(family: str) -> None:
    """One stem for all forms."""
    assert len(set(words(family))) == 1, words(family)


def test_words_of_other_scripts_stay() -> None:
    """Ideographs are words by themselves; a script without endings of ours is left as it is."""
    assert words("中俄条约") == ("中", "俄", "条", "约")
    assert len(words("معاهدة السلام")) == 2


@given(st.text(max_size=300))
def test_any_text_has_words_that_a_query_can_hold(text: str) -> None:
    """Letters and digits only, none too long; asking with a text's own words finds the same words."""
    found = words(text)
    assert all(word.isalnum() or all(letter.isalnum() for letter in word) for word in found)
    assert all(0 < len(word) <= 40 for word in found)
    assert set(words(" ".join(found))) <= set(found) | set(words(" ".join(found)))
