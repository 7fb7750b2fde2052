"""Every way of telling a step that somebody who had not seen the rules thought of, and that is read: clauses.toml.

One line is one sentence: the types it may tell ("|" between them), its status, the agreement, and the text; "none" is tempting and
must alert nobody.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import Article, Finding, Salience, Status
from pipeline.recognise import Recogniser
from pipeline.settings.lists import load_watchlist

CASES = Path(__file__).parents[2] / "cases" / "recognise"
QUIET = 0.01  # of the clauses
DAY = datetime(2026, 5, 14, tzinfo=UTC)
CLAUSES: dict[str, list[str]] = tomllib.loads((CASES / "clauses.toml").read_text(encoding="utf-8"))["tells"]


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    watchlist, problems = load_watchlist(CASES / "clauses-watchlist.toml")
    assert not problems
    return Recogniser.build(watchlist)


def done(found: tuple[Finding, ...]) -> set[tuple[str, str | None]]:
    """Type and agreement of what is told as done."""
    return {(str(f.type), f.agreement_id) for f in found if f.status is Status.OCCURRED}


def alerts(found: tuple[Finding, ...]) -> set[tuple[str, str | None]]:
    """Type and agreement of what is told as done and new."""
    return done(tuple(f for f in found if f.salience is Salience.NEWS))


@pytest.mark.parametrize("language", sorted(CLAUSES))
def test_every_clause_is_read(recogniser: Recogniser, language: str) -> None:
    """What a clause tells is told; what it plans, denies or only resembles is told to nobody. All that fail are named at once."""
    wrong: list[str] = []
    for line in CLAUSES[language]:
        label, _, text = line.partition(": ")
        found = recogniser.recognise(Article("", "", text, language, DAY)).findings
        if label == "none":
            right = not alerts(found)
        else:
            types, status, agreement = label.split()
            told = done(found) & {(kind, agreement) for kind in types.split("|")}
            meant = any(str(f.type) in types.split("|") and f.status is not Status.OCCURRED for f in found)
            right = bool(told) if status == "occurred" else meant and not alerts(found)
        if not right:
            wrong.append(f"{line} -> {sorted(done(found), key=str)}")
    assert wrong == []


def test_hardly_a_clause_is_taken_for_history(recogniser: Recogniser) -> None:
    """What stands alone, without an article around it, is news in 99 of 100 cases; some name a day months back."""
    quiet: list[str] = []
    told = 0
    for language, lines in CLAUSES.items():
        for label, _, text in (line.partition(": ") for line in lines):
            if label.split()[1:2] != ["occurred"]:
                continue
            told += 1
            if not alerts(recogniser.recognise(Article("", "", text, language, DAY)).findings):
                quiet.append(text)
    assert len(quiet) <= told * QUIET, quiet
