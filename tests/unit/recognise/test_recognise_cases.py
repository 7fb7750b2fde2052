"""The recogniser on single sentences, as data: what a wording tells, and what must stay silent."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time
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
    rows = load("watchlist.toml", "agreement")
    agreements = tuple(
        Agreement(
            r["id"],
            r["title"],
            tuple(r["parties"]),
            tuple(r.get("titles", {}).items()),
            tuple(r.get("aliases", ())),
            multilateral=r.get("multilateral", False),
        )
        for r in rows
    )
    return Recogniser.build(Watchlist(agreements), RecogniseOptions(discover=False))


@pytest.mark.parametrize("case", load("sentences.toml", "case"), ids=lambda c: f"{c['lang']}: {c['why']}")
def test_what_a_sentence_tells(recogniser: Recogniser, case: dict[str, Any]) -> None:
    """Agreement, type, status and salience of every step, and nothing else."""
    day: date | None = case.get("published")
    published = datetime.combine(day, time(12), UTC) if day else None
    article = Article("", "", case["text"], case["lang"], published)
    found = recogniser.recognise(article).findings
    told = [f"{f.agreement_id} {f.type} {f.status} {f.salience}" for f in found]
    assert sorted(told) == sorted(case["tells"])


@pytest.mark.parametrize("case", load("sentences.toml", "case"), ids=lambda c: f"{c['lang']}: {c['why']}")
def test_evidence_is_the_text(recogniser: Recogniser, case: dict[str, Any]) -> None:
    """Evidence is exactly what stands between its offsets."""
    text = "\n\n  " + case["text"]
    for finding in recogniser.recognise(Article("", "", text, case["lang"])).findings:
        assert finding.evidence == text[finding.start : finding.end]
        assert finding.evidence == finding.evidence.strip()
        assert 0 < finding.confidence <= 1
