"""Like agreements told apart by the year of their signature and by the items of a list: every filling of a sentence in every language."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Article, EventType
from pipeline.recognise import RecogniseOptions, Recogniser
from pipeline.settings.lists import load_watchlist

CASES = Path(__file__).parents[2] / "cases" / "recognise"
GRIDS: list[dict[str, Any]] = tomllib.loads((CASES / "years-and-lists.toml").read_text(encoding="utf-8"))["grid"]
DAY = datetime(2023, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """One recogniser over the siblings' watchlist; it looks for nothing that is not on the list."""
    watchlist, problems = load_watchlist(CASES / "siblings-watchlist.toml")
    assert problems == ()
    return Recogniser.build(watchlist, RecogniseOptions(discover=False))


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: f"{grid['lang']}: {grid['why']}")
def test_the_sibling_named_is_meant(recogniser: Recogniser, grid: dict[str, Any]) -> None:
    """All that fail are named at once. That it was signed in that year may be told as well."""
    wrong: list[str] = []
    for filling, meant in grid["a"]:
        text = grid["text"].replace("{a}", filling)
        found = recogniser.recognise(Article("", "", text, grid["lang"], DAY)).findings
        told = sorted({f.agreement_id for f in found if f.type is not EventType.SIGNED and f.agreement_id})
        if told != sorted(meant.split()):
            wrong.append(f"{text} -> {told}")
    assert wrong == []
