"""Which agreement a text means: wordings by authors who had not seen the rules, no two alike, on a watchlist of neighbours.

A line of links/LANGUAGE.tsv: the ids of the agreements meant ("," between them; "-": one that is near those listed, and not listed), a
tab, the text (" ¶ " between headline and text), which tells one step. Lines of links/LANGUAGE-unseen.tsv were never looked at by those
who wrote the rules, nor are the weights learned from them. Floors: shares in links.toml, of the lines whose agreements are found, all
of them and no other, and of the others that are linked to none.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pipeline.model import Article
from pipeline.recognise import Recogniser
from pipeline.settings.lists import load_watchlist

HERE = Path(__file__).parent
FLOORS: dict[str, dict[str, float]] = tomllib.loads((HERE / "links.toml").read_text(encoding="utf-8"))
DAY = datetime(2026, 5, 14, tzinfo=UTC)


@cache
def recogniser(folder: Path) -> Recogniser:
    """One for the watchlist of a folder."""
    watchlist, problems = load_watchlist(folder / "watchlist.toml")
    assert not problems
    return Recogniser.build(watchlist)


def linked(one: Recogniser, language: str, text: str) -> set[str]:
    """The agreements that a text is found to tell of."""
    title, _, body = text.partition(" ¶ ")
    title, body = (title, body) if body else ("", title)
    found = one.recognise(Article("", title, body, language, DAY)).findings
    return {f.agreement_id for f in found if f.agreement_id}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_links_stay_above_their_floors(name: str) -> None:
    """Share of the texts whose agreements are found, and of those on none of them that are linked to none."""
    file = HERE / "links" / f"{name}.tsv"
    lines = file.read_text(encoding="utf-8").splitlines()
    right = {True: 0, False: 0}
    count = {True: 0, False: 0}
    for line in lines:
        ids, _, text = line.partition("\t")
        tracked = ids != "-"
        count[tracked] += 1
        meant = set(ids.split(",")) if tracked else set()
        right[tracked] += linked(recogniser(file.parent), file.stem.partition("-")[0], text) == meant
    found, quiet = (right[tracked] / count[tracked] for tracked in (True, False))
    assert found >= FLOORS[name]["found"], f"{found:.4f} of the agreements"
    assert quiet >= FLOORS[name]["quiet"], f"{quiet:.4f} of the others"
