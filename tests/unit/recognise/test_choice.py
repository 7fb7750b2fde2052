"""The second look at what the rules leave: chances stay chances, weights are those of the sets, learning finds what tells rivals apart."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognise.choice import Choice
from tools.learn_choice import Example, learned

QUALITY = Path(__file__).parents[2] / "quality"
DATA = Path(__file__).parents[3] / "pipeline" / "recognise" / "choice.json"
SIGNS = st.lists(st.lists(st.sampled_from("abcd"), max_size=4), max_size=5)


@given(st.dictionaries(st.sampled_from("abcd"), st.floats(-50, 50)), SIGNS)
def test_chances_leave_room_for_none(weights: dict[str, float], shown: list[list[str]]) -> None:
    """Each lies between 0 and 1, together they are no more than 1; without weights "none" is as likely as any."""
    chances = Choice({"subject": weights}).chances("subject", shown)
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) <= 1 + 1e-9
    assert Choice({}).chances("subject", shown) == [1 / (1 + len(shown))] * len(shown)


def test_learning_finds_what_tells_rivals_apart() -> None:
    """A sign of the right rival gets it chosen, a sign of the wrong one does not, and where only that is there none is chosen."""
    both = Example("bare", (("good",), ("poor",)), frozenset({0}), True, True, 1.0)
    none = Example("bare", (("poor",),), frozenset(), False, True, 1.0)
    choice = learned([both] * 20 + [none] * 20)
    good, poor = choice.chances("bare", [["good"], ["poor"]])
    assert good > 0.8 > 0.2 > poor
    assert choice.chances("bare", [["poor"]])[0] < 0.2


def test_the_weights_are_learned_from_the_sets_of_the_repository() -> None:
    """Whoever changes or adds a labelled set runs `python -m tools.learn_choice`."""
    learned_from = json.loads(DATA.read_text(encoding="utf-8"))["learned_from"]
    for name, digest in learned_from.items():
        assert hashlib.sha256((QUALITY / name).read_bytes()).hexdigest() == digest, name
