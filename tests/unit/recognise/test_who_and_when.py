"""Short articles as data: the day and the country of every step they tell."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Agreement, Article, Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser

CASES = Path(__file__).parents[2] / "cases" / "recognise"


def load(name: str, key: str) -> list[dict[str, Any]]:
    """The tables of a case file."""
    return list(tomllib.loads((CASES / name).read_text(encoding="utf-8"))[key])


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """One recogniser over the cases' watchlist; it looks for nothing that is not on it."""
    agreements = tuple(
        Agreement(
            row["id"],
            row["title"],
            tuple(row["parties"]),
            tuple(row.get("titles", {}).items()),
            tuple(row.get("aliases", ())),
            multilateral=row.get("multilateral", False),
        )
        for row in load("watchlist.toml", "agreement")
    )
    return Recogniser.build(Watchlist(agreements), RecogniseOptions(discover=False))


@pytest.mark.parametrize("case", load("who-and-when.toml", "case"), ids=lambda c: f"{c['lang']}: {c['why']}")
def test_who_and_when(recogniser: Recogniser, case: dict[str, Any]) -> None:
    """Every step with its agreement, type, day and country, and no other."""
    day: date | None = case.get("published")
    published = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    article = Article(case.get("url", ""), case.get("title", ""), case["text"], case["lang"], published)
    found = recogniser.recognise(article).findings
    told = sorted(f"{f.agreement_id} {f.type} {f.date or '-'} {f.actor_country or '-'}" for f in found)
    assert told == sorted(case["tells"])
