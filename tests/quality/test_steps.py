"""How much of what is told of agreements is read at all: sentences by authors who had not seen the rules, no construction twice.

A line of steps/LANGUAGE.tsv: what the sentence tells of the wording in double brackets (type.status.salience, several joined by ";",
types that a lawyer could take either way by "|"; "none"), a tab, the sentence. Lines of steps/LANGUAGE-unseen.tsv were never looked at by
those who wrote the rules. Floors: floors in steps.toml, as shares. A step is right when its type is read of the wording, and
done or not done as labelled; what tells none is quiet when no step is read of it as done.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import Article, Status, Watchlist
from pipeline.recognise import Recogniser
from tests.quality.heard import steps

HERE = Path(__file__).parent
FLOORS: dict[str, dict[str, float]] = tomllib.loads((HERE / "steps.toml").read_text(encoding="utf-8"))
DAY = datetime(2026, 5, 14, tzinfo=UTC)
_MENTION = re.compile(r"\[\[(.+?)\]\]")


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.build(Watchlist())


def is_right(recogniser: Recogniser, language: str, label: str, marked: str) -> bool:
    """Whether a sentence is read as labelled."""
    mention = _MENTION.search(marked)
    assert mention is not None, marked
    start, end = mention.start(), mention.end() - 4
    heard = steps(recogniser, Article("", "", _MENTION.sub(r"\1", marked), language, DAY))
    read = {(str(one.type), one.status is Status.OCCURRED) for one in heard if one.is_on(start, end)}
    if label == "none":
        return not any(done for _, done in read)
    told = [step.split(".") for step in label.split(";")]
    return any((kind, status == "occurred") in read for kinds, status, _ in told for kind in kinds.split("|"))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FLOORS))
def test_steps_read_stay_above_their_floors(recogniser: Recogniser, name: str) -> None:
    """Share of told steps that are read, and of sentences without one that stay quiet."""
    lines = (HERE / "steps" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    right = {True: 0, False: 0}
    count = {True: 0, False: 0}
    for label, marked in rows:
        told = label != "none"
        count[told] += 1
        right[told] += is_right(recogniser, name.partition("-")[0], label, marked)
    told_share, quiet_share = (right[told] / count[told] for told in (True, False))
    assert told_share >= FLOORS[name]["told"], f"{told_share:.4f} of the steps"
    assert quiet_share >= FLOORS[name]["quiet"], f"{quiet_share:.4f} of the others"
