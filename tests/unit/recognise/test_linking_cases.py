"""Which agreement is meant: labelled wordings against a watchlist (cases/linking)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Agreement, Watchlist
from pipeline.recognise.linking import Index
from pipeline.recognise.parties import Names

CASES = Path(__file__).parents[2] / "cases" / "linking"


def agreements() -> tuple[Agreement, ...]:
    """The watchlist of the cases."""
    rows = tomllib.loads((CASES / "watchlist.toml").read_text(encoding="utf-8"))["agreement"]
    return tuple(
        Agreement(
            row["id"],
            row["title"],
            tuple(row.get("parties", ())),
            (),
            tuple(row.get("aliases", ())),
            tuple(row.get("exclude", ())),
            row.get("multilateral", False),
        )
        for row in rows
    )


def cases() -> list[dict[str, Any]]:
    """The labelled wordings."""
    return tomllib.loads((CASES / "cases.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def index() -> Index:
    """The watchlist of the cases, ready."""
    return Index.build(Watchlist(agreements()), Names.load())


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['language']}: {case['mention'][:50]}")
def test_case(index: Index, case: dict[str, Any]) -> None:
    """A wording links to the agreement it means, as surely as it should, or to none."""
    link = index.link(
        case["mention"],
        case["language"],
        near_parties=case.get("near", ()),
        context_parties=case.get("context", ()),
        sentence=case.get("sentence", ""),
    )
    shown = (link.agreement_id, link.confidence, link.reasons, link.best, link.runner_up)
    assert link.band.value in case["bands"], shown
    if case["want"]:
        assert link.agreement_id in {case["want"], None}, shown
        assert link.agreement_id == case["want"] or "none" in case["bands"], shown
    else:
        assert link.agreement_id is None or link.band.value == "review", shown


@pytest.mark.parametrize("agreement", agreements(), ids=lambda agreement: agreement.id)
def test_official_title(index: Index, agreement: Agreement) -> None:
    """An official title ranks its own agreement first, and surely."""
    link = index.link(agreement.title, "en")
    assert link.best is not None
    assert link.best.agreement_id == agreement.id
    assert link.band.value == "sure", link


def test_plural(index: Index) -> None:
    """A plural means one agreement for each of its parties."""
    links = index.link_all("agreements on social security with Japan and China", "en", near_parties=["PH", "BR"])
    assert {link.agreement_id for link in links} == {"jp-ph-social", "br-cn-social"}
