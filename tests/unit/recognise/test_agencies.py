"""Articles in the manner of agencies of many countries: each raises its alerts and no other."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Agreement, Article, Salience, Status, Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser

CASES = Path(__file__).parents[2] / "cases" / "recognise"


def _load(name: str, key: str) -> list[dict[str, Any]]:
    return list(tomllib.loads((CASES / name).read_text(encoding="utf-8"))[key])


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """One recogniser over some seventy agreements, most with a sibling of the same parties."""
    agreements = tuple(
        Agreement(r["id"], r["title"], tuple(r["parties"]), (), tuple(r.get("aliases", ())))
        for r in _load("agencies-watchlist.toml", "agreement")
    )
    return Recogniser.build(Watchlist(agreements), RecogniseOptions(discover=False))


@pytest.mark.parametrize("case", _load("agencies.toml", "case"), ids=lambda c: f"{c['lang']}: {c['text'][:40]}")
def test_an_agency_s_article(recogniser: Recogniser, case: dict[str, Any]) -> None:
    """Exactly the alerts of the case, by agreement and type."""
    day: date = case["published"]
    article = Article("", "", case["text"], case["lang"], datetime(day.year, day.month, day.day, tzinfo=UTC))
    found = recogniser.recognise(article).findings
    news = [f for f in found if f.status is Status.OCCURRED and f.salience is Salience.NEWS]
    assert sorted({f"{f.agreement_id} {f.type}" for f in news}) == case["alerts"]


def test_a_title_that_says_nothing_is_read(recogniser: Recogniser) -> None:
    """Letters that leave no key ("HH", a highness) stop no reading."""
    text = "HH Sheikh Mohamed signed an HH agreement with Kenya on Tuesday."
    assert recogniser.recognise(Article("", "", text, "en", None), trace=True).trace
