"""Plain constructions, every filling of a template with every other: a hole in one of them hides behind single articles."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Article, Finding
from pipeline.recognise import Recogniser
from pipeline.settings.lists import load_watchlist

CASES = Path(__file__).parents[2] / "cases" / "recognise"
GRIDS: list[dict[str, Any]] = tomllib.loads((CASES / "grids.toml").read_text(encoding="utf-8"))["grid"]
DAY = datetime(2026, 5, 14, tzinfo=UTC)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """One recogniser over the grids' own watchlist."""
    watchlist, problems = load_watchlist(CASES / "grids-watchlist.toml")
    assert problems == ()
    return Recogniser.build(watchlist)


def sentences(grid: Mapping[str, Any]) -> Iterator[str]:
    """Every text of a grid; what fills one place may hold another."""
    for a, b in product(grid["a"], grid.get("b", [""])):
        yield grid["text"].replace("{b}", b).replace("{a}", a)


def fits(found: Finding, grid: Mapping[str, Any]) -> bool:
    """Whether a finding is what a grid asks for."""
    day = str(found.date or "")
    return (
        (not grid.get("type") or found.type.value in grid["type"])
        and found.status.value == "occurred"
        and found.actor_country == grid.get("country", found.actor_country)
        and day == grid.get("date", day)
        and found.salience.value == grid.get("salience", found.salience.value)
        and not ("no_date" in grid and day.startswith(grid["no_date"]))
    )


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: f"{grid['lang']}: {grid['why']}")
def test_every_filling_is_read_the_same(recogniser: Recogniser, grid: Mapping[str, Any]) -> None:
    """All that fail are named at once."""
    wrong: list[str] = []
    for text in sentences(grid):
        found = recogniser.recognise(Article("", "", text, grid["lang"], DAY)).findings
        never = any(f.status.value == grid.get("never") for f in found)
        if never or ("never" not in grid and not any(fits(f, grid) for f in found)):
            wrong.append(f"{text} -> {[f'{f.type} {f.status} {f.date} {f.actor_country} {f.salience}' for f in found]}")
    assert wrong == []
