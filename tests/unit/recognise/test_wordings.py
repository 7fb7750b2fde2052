"""Verbs and phrases of every step in every language, as data: which step a sentence tells, whatever it is linked to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import Agreement, Article, Discovered, EventType, Rule, Watchlist
from pipeline.recognise import Recogniser

CASES = Path(__file__).parents[2] / "cases" / "recognise"
DAY = datetime(2026, 3, 4, tzinfo=UTC)


def wordings() -> Iterator[tuple[str, str, str]]:
    """Language, step and sentence."""
    for table in tomllib.loads((CASES / "wordings.toml").read_text(encoding="utf-8"))["language"]:
        for line in table["tells"]:
            step, _, text = line.partition(": ")
            yield table["code"], step, text


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """One recogniser over the wordings' own watchlist; what is not on it is discovered."""
    rows = tomllib.loads((CASES / "wordings-watchlist.toml").read_text(encoding="utf-8"))["agreement"]
    return Recogniser.build(
        Watchlist(
            tuple(
                Agreement(
                    row["id"],
                    row["title"],
                    tuple(row["parties"]),
                    tuple(row.get("titles", {}).items()),
                    tuple(row.get("aliases", ())),
                    multilateral=not row["parties"],
                )
                for row in rows
            )
        )
    )


def test_every_wording_tells_its_step(recogniser: Recogniser) -> None:
    """Each sentence gives its step and what must stay silent gives none; all that fail are named at once."""
    wrong: list[str] = []
    for language, step, text in wordings():
        found = recogniser.recognise(Article("", "", text, language, DAY)).findings
        told = {f"{f.type} {f.status}" for f in found}
        wanted = step if " " in step else f"{step} occurred"
        if (told != set()) if step == "-" else (wanted not in told):
            wrong.append(f"{language} {step}: {text} -> {sorted(told)}")
    assert wrong == []


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        (Rule("all", ("CL", "PE")), True),
        (Rule("subject", ("PE",), ("extradition",)), True),
        (Rule("subject in another language", (), ("extradición",)), True),
        (Rule("type", (), (), (EventType.SIGNED,)), True),
        (Rule("other type", (), (), (EventType.RATIFIED,)), False),
        (Rule("other party", ("CL", "BR")), False),
        (Rule("other subject", ("CL", "PE"), ("fisheries",)), False),
    ],
    ids=lambda value: value.id if isinstance(value, Rule) else "",
)
def test_a_discovered_agreement_names_its_rule(rule: Rule, asked: bool) -> None:
    """All the rule's parties, any of its subject words, any of its types."""
    one = Recogniser.build(Watchlist((), (rule,)))
    found = one.recognise(Article("", "", "Chile and Peru signed an extradition treaty on Monday.", "en", DAY)).findings
    discovered = found[0].discovered
    assert isinstance(discovered, Discovered)
    assert discovered.rule_id == (rule.id if asked else None)
