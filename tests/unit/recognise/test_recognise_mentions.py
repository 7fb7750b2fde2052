"""Which of several tracked agreements a short wording means, as data: by party, year, place in a list, or what was told before."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Agreement, Article, PartialDate, Salience, Status, Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser

CASES = Path(__file__).parents[2] / "cases" / "recognise"
NAMES = ("lists", "mentions", "predecessors", "referents", "siblings")
SAME = {"ratified": "passed", "approved": "passed", "withdrawn": "ended", "terminated": "ended"}


def load(name: str, key: str) -> list[dict[str, Any]]:
    """The tables of a case file."""
    return list(tomllib.loads((CASES / name).read_text(encoding="utf-8"))[key])


def agreement(row: dict[str, Any]) -> Agreement:
    """A row of the watchlist as an agreement."""
    signed = PartialDate(*map(int, row["signed_on"].split("-"))) if "signed_on" in row else None
    return Agreement(
        row["id"],
        row["title"],
        tuple(row.get("parties", ())),
        tuple(row.get("titles", {}).items()),
        multilateral=row.get("multilateral", False),
        signed_on=signed,
    )


@pytest.fixture(scope="module")
def recognisers() -> dict[str, Recogniser]:
    """One recogniser over each list of rivals; it looks for nothing that is not on the list."""
    return {
        name: Recogniser.build(
            Watchlist(tuple(map(agreement, load(f"{name}-watchlist.toml", "agreement")))),
            RecogniseOptions(discover=False),
        )
        for name in NAMES
    }


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(n, c, id=f"{c['lang']}: {c['why']}") for n in NAMES for c in load(f"{n}.toml", "case")],
)
def test_which_agreement_is_meant(recognisers: dict[str, Recogniser], name: str, case: dict[str, Any]) -> None:
    """Every step is told of the agreement meant, and of no rival; "not" before a step that was denied or put off."""
    day: date | None = case.get("published")
    published = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    article = Article("", case.get("title", ""), case["text"], case["lang"], published)
    found = recognisers[name].recognise(article).findings
    denied = {True: "not ", False: ""}
    told = {f"{f.agreement_id} {denied[f.status is Status.NEGATED]}{SAME.get(f.type, f.type)}" for f in found}
    assert sorted(told) == sorted(case["tells"])


@pytest.mark.parametrize("case", load("rolls.toml", "case"), ids=lambda case: f"{case['lang']}: {case['why']}")
def test_every_one_on_a_roll_is_told_as_news(recognisers: dict[str, Recogniser], case: dict[str, Any]) -> None:
    """Exactly the alerts of the case: each agreement named behind the act that was told of them all."""
    day = datetime(2024, 6, 12, tzinfo=UTC)
    found = recognisers["lists"].recognise(Article("", "", case["text"], case["lang"], day)).findings
    news = [f for f in found if f.status is Status.OCCURRED and f.salience is Salience.NEWS]
    assert sorted({f"{f.agreement_id} {SAME.get(f.type, f.type)}" for f in news}) == sorted(case["alerts"])
