"""What signs add up to: probabilities stay probabilities, weights are those of the sets, and what no sign outweighs stays background."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Article
from pipeline.recognise import Recogniser
from pipeline.recognise.judgement import Judgement, Weights
from pipeline.settings.lists import load_watchlist
from tools.learn_judgement import learned

SETS = Path(__file__).parents[2] / "quality" / "sets"
CASES = Path(__file__).parents[2] / "cases" / "recognise"
DATA = Path(__file__).parents[3] / "pipeline" / "recognise" / "judgement.json"


@given(st.dictionaries(st.text(max_size=3), st.floats(-50, 50)), st.lists(st.text(max_size=3)), st.floats(-50, 50))
def test_a_probability_is_one(weights: dict[str, float], shown: list[str], bias: float) -> None:
    """Between 0 and 1 whatever the weights; signs nobody has learned count nothing."""
    probability = Weights(bias, weights).probability(shown)
    assert 0 <= probability <= 1
    assert Weights(bias, weights).probability([*shown, "never learned"]) == probability


def test_learning_finds_what_tells_the_answers_apart() -> None:
    """A sign that goes with yes gets a positive weight, one that goes with no a negative one, one that goes with both nearly none."""
    rows = [(("a", "c"), True)] * 20 + [(("b", "c"), False)] * 20 + [(("a",), True), (("b",), False)] * 5
    weights = learned(rows, penalty=1.0)
    assert weights.weights["a"] > 1 > -1 > weights.weights["b"]
    assert abs(weights.weights.get("c", 0.0)) < 0.2
    assert weights.probability(("a",)) > 0.8 > 0.2 > weights.probability(("b",))


def test_the_weights_are_learned_from_the_sets_of_the_repository() -> None:
    """Whoever changes or adds a labelled set runs `python -m tools.learn_judgement`."""
    learned_from = json.loads(DATA.read_text(encoding="utf-8"))["learned_from"]
    for name, digest in learned_from.items():
        assert hashlib.sha256((SETS / f"{name}.jsonl").read_bytes()).hexdigest() == digest, name


def test_judging_nothing_gives_nothing() -> None:
    """An article without a step stays one; what the rules take for news is likelier news."""
    judgement = Judgement.load()
    assert judgement.judge([]) == []
    assert judgement.news.probability(("rule:background",)) < judgement.news.probability(("rule:news",))


@pytest.mark.parametrize(
    ("text", "salience"),
    [
        ("Chile is among the states that have ratified the Water Convention.", "news"),
        ("Chile had ratified the Water Convention.", "background"),
        ("Ten years ago Chile ratified the Water Convention.", "background"),
        ("140 countries have ratified the Water Convention.", "background"),
    ],
)
def test_where_all_signs_speak_for_news(text: str, salience: str) -> None:
    """What the rules take for background is news then, unless their reason is a word that no sign outweighs."""
    watchlist, _ = load_watchlist(CASES / "grids-watchlist.toml")
    told = Recogniser.build(watchlist).told(Article("", "", text, "en"))
    sure = Weights(9.0, {})
    assert [one.salience for one in Judgement(sure, sure).judge(told)] == [salience]


def test_what_is_told_as_news_is_not_told_again() -> None:
    """A second telling of a step, which the rules take for its history, makes no second news of it."""
    watchlist, _ = load_watchlist(CASES / "grids-watchlist.toml")
    text = (
        "Chile's Senate on Wednesday approved the Water Convention. The chamber of deputies, which approved the Water "
        "Convention in March 2021, sent it on."
    )
    told = Recogniser.build(watchlist).told(Article("", "", text, "en"))
    sure = Weights(9.0, {})
    assert sum(one.salience == "news" and one.type == "ratified" for one in Judgement(sure, sure).judge(told)) == 1
