"""Short articles as data: what would be told to people, and status, day and country of what is only recorded."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Agreement, Article, Finding, Salience, Status, Watchlist
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
            r["id"],
            r["title"],
            tuple(r["parties"]),
            tuple(r.get("titles", {}).items()),
            tuple(r.get("aliases", ())),
            multilateral=r.get("multilateral", False),
        )
        for r in load("watchlist.toml", "agreement")
    )
    return Recogniser.build(Watchlist(agreements), RecogniseOptions(discover=False))


def _read(recogniser: Recogniser, case: dict[str, Any]) -> tuple[Finding, ...]:
    day: date | None = case.get("published")
    published = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return recogniser.recognise(Article("", case.get("title", ""), case["text"], case["lang"], published)).findings


def _alerts(found: tuple[Finding, ...]) -> list[str]:
    news = [f for f in found if f.status is Status.OCCURRED and f.salience is Salience.NEWS]
    return sorted({f"{f.agreement_id} {f.type} {f.actor_country}".strip() for f in news})


FILES = ("telling.toml", "news.toml", "acts.toml", "papers.toml", "constructions.toml")
CASES_TOLD = [case for name in FILES for case in load(name, "case")]


@pytest.mark.parametrize("case", CASES_TOLD, ids=lambda c: f"{c['lang']}: {c['why']}")
def test_what_an_article_tells(recogniser: Recogniser, case: dict[str, Any]) -> None:
    """Exactly the alerts of the case, none of those it forbids, and the particulars it names."""
    found = _read(recogniser, case)
    alerts = _alerts(found)
    if "alerts" in case:
        wanted = sorted(case["alerts"])
        assert len(alerts) == len(wanted), alerts
        assert all(told.startswith(want) for told, want in zip(alerts, wanted, strict=True)), alerts
    for banned in case.get("never", ()):
        assert not any(told.startswith(banned) for told in alerts), alerts
    if "tells" in case:
        told = sorted(
            f"{f.agreement_id} {f.type} {f.status} {f.salience} {f.date or '-'} {f.actor_country or '-'}" for f in found
        )
        assert len(told) == len(case["tells"]), told
        assert all(one.startswith(want) for one, want in zip(told, sorted(case["tells"]), strict=True)), told
