"""Learn the weights of `pipeline/recognise/judgement.json` from the labelled articles in tests/quality/sets.

    python -m tools.learn_judgement              # learn from all sets and write the file
    python -m tools.learn_judgement --last 36    # from rounds 0 to 36 only: the others are there to measure with
    python -m tools.learn_judgement --hold-out   # leave each set out in turn and say how the others judge it; writes nothing

Full-batch logistic regression with a quadratic penalty, by resilient propagation: the same sets give the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.recognise import Recogniser
from pipeline.recognise.assemble import Told
from pipeline.recognise.judgement import NEWS_FROM, Weights, shown_of
from pipeline.recognise.signs import SPOKEN
from pipeline.scan import read_article
from pipeline.settings.lists import load_watchlist

SETS = Path(__file__).parent.parent / "tests" / "quality" / "sets"
TARGET = Path(__file__).parent.parent / "pipeline" / "recognise" / "judgement.json"
PENALTY = {"news": 10.0, "right": 5.0}
ROUNDS = 150
_STATUSES = frozenset({"occurred", "planned", "called_for", "negated", "conditional"})
# Whether a step is right hangs on how it was read and linked; where in the article it stands only says how much was labelled.
_READING = (
    "link:",
    "linked:",
    "band:",
    "mention:",
    "step:",
    "thing:",
    "form:",
    "clause:",
    "family:",
    "type:",
    "status:",
    "stage:",
    "cue:",
)
_AROUND = frozenset({"country", "acting", "alone", "same_type", "agreement_of_lead", "beside"})
# Steps that no set labels: what nobody was asked is not wrong.
_UNLABELLED = frozenset({"adopted", "opened_for_signature", "notified", "reserved", "succeeded"})
_SMALL = 0.005  # weights under it say nothing and are left out
_KNOWN_IN = 5  # sets in which a word must stand before it is learned: fewer are the names of what one author wrote of


@dataclass(frozen=True, slots=True)
class Example:
    """A step the recogniser read in a labelled article. `news` None: not known, or either is right."""

    shown: tuple[str, ...]
    right: bool
    news: bool | None
    rule_news: bool
    occurred: bool


def examples(name: str) -> Iterator[Example]:
    """The steps of one set's articles with what the labels say of them."""
    watchlist, problems = load_watchlist(SETS / f"{name}-watchlist.toml")
    assert not problems, problems
    recogniser = Recogniser.build(watchlist)
    with (SETS / f"{name}.jsonl").open(encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            article = read_article(row, datetime.now(UTC))[1]
            taken: set[int] = set()
            for one, shown in shown_of(recogniser.told(article)):
                if one.linked.agreement_id is not None and one.type.value not in _UNLABELLED:
                    yield _labelled(one, shown, row["events"], article.text, taken)


def _labelled(
    one: Told, shown: tuple[str, ...], labels: Sequence[dict[str, Any]], text: str, taken: set[int]
) -> Example:
    """The label that says most of a step: right status before wrong, its own sentence before another, unused before used."""
    best: tuple[tuple[bool, bool, bool], int] | None = None
    for i, label in enumerate(labels):
        if one.linked.agreement_id not in label["agreement_ids"]:
            continue
        if one.type.value not in {label["type"], *label.get("also_ok", ())}:
            continue
        allowed = {label["status"], *label.get("also_ok", ())} & _STATUSES
        status = (one.status.value == "occurred") in {word == "occurred" for word in allowed}
        at = text.find(label["evidence"])
        inside = 0 <= at < one.sentence.end and at + len(label["evidence"]) > one.sentence.start
        rank = (status, inside, i not in taken)
        if best is None or rank > best[0]:
            best = (rank, i)
    right = best is not None and best[0][0]
    news = None
    if right and best is not None:
        taken.add(best[1])
        label = labels[best[1]]
        words = {label["salience"], *label.get("also_ok", ())} & {"news", "background"}
        news = None if len(words) == 2 else label["salience"] == "news"
    return Example(shown, right, news, one.salience.value == "news", one.status.value == "occurred")


def learned(rows: Sequence[tuple[tuple[str, ...], bool]], penalty: float) -> Weights:
    """The weights under which the answers are likeliest, with `penalty`/2 times their squares against them."""
    names = sorted({sign for shown, _ in rows for sign in shown})
    place = {name: i for i, name in enumerate(names)}
    matrix = [([place[sign] for sign in shown], float(answer)) for shown, answer in rows]
    size = len(names) + 1  # the bias is last, and free
    weights, steps, before = [0.0] * size, [0.05] * size, [0.0] * size
    for _ in range(ROUNDS):
        slope = [penalty * w for w in weights[:-1]] + [0.0]
        for shown_at, answer in matrix:
            odds = weights[-1] + sum(weights[i] for i in shown_at)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))) - answer
            for i in shown_at:
                slope[i] += error
            slope[-1] += error
        for i in range(size):
            same = slope[i] * before[i]
            steps[i] = min(0.5, steps[i] * 1.2) if same > 0 else max(1e-6, steps[i] * 0.5) if same < 0 else steps[i]
            before[i] = 0.0 if same < 0 else slope[i]
            if same >= 0 and slope[i]:
                weights[i] -= math.copysign(steps[i], slope[i])
    return Weights(
        round(weights[-1], 4), {n: round(weights[place[n]], 4) for n in names if abs(weights[place[n]]) >= _SMALL}
    )


def spoken(sets: Iterable[Sequence[Example]]) -> list[Example]:
    """All steps, with those of their words only that stand in several sets."""
    sets = list(sets)
    counted = Counter(sign for found in sets for sign in {s for e in found for s in e.shown})
    return [
        replace(e, shown=tuple(s for s in e.shown if not s.startswith(SPOKEN) or counted[s] >= _KNOWN_IN))
        for found in sets
        for e in found
    ]


def rows_of(found: Sequence[Example], question: str) -> list[tuple[tuple[str, ...], bool]]:
    """Signs and answer for one question: news is asked of what occurred; what was read wrongly is none."""
    if question == "right":
        return [(tuple(s for s in e.shown if s.startswith(_READING) or s in _AROUND), e.right) for e in found]
    return [(e.shown, e.right and e.news is True) for e in found if _asked(e)]


def _asked(one: Example) -> bool:
    return one.occurred and not (one.right and one.news is None)


def hold_out(sets: dict[str, list[Example]]) -> None:
    """Print, for every set, how weights learned from the others judge it, beside the rules alone; last, what each threshold gives."""
    judged: list[tuple[Example, float]] = []
    sure: list[tuple[Example, float]] = []
    for name, found in sets.items():
        others = spoken(rows for other, rows in sets.items() if other != name)
        news = learned(rows_of(others, "news"), PENALTY["news"])
        right = learned(rows_of(others, "right"), PENALTY["right"])
        asked = [(e, news.probability(e.shown) if e.rule_news else 0.0) for e in found if _asked(e)]
        judged += asked
        sure += [(e, right.probability(e.shown)) for e in found]
        rule = [e.rule_news for e, _ in asked]
        steps = [e for e, _ in asked]
        print(
            f"{name}: {_errors(steps, [p >= NEWS_FROM for _, p in asked])}, by the rules alone {_errors(steps, rule)}"
        )
    for threshold in (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8):
        print(f"news from {threshold:.2f}: {_errors([e for e, _ in judged], [p >= threshold for _, p in judged])}")
    print(f"right: {_bands(sure)}")


def _errors(asked: Sequence[Example], said: Sequence[bool]) -> str:
    hit = sum(1 for e, s in zip(asked, said, strict=True) if s and e.news)
    false = sum(said) - hit
    missed = sum(1 for e, s in zip(asked, said, strict=True) if e.news and not s)
    precision, recall = hit / max(1, hit + false), hit / max(1, hit + missed)
    return f"{false} false, {missed} missed of {len(asked)} (P {precision:.3f} R {recall:.3f})"


def _bands(sure: Sequence[tuple[Example, float]]) -> str:
    """How many steps of each band of confidence are right."""
    out = []
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 0.95), (0.95, 1.01)):
        inside = [e.right for e, p in sure if low <= p < high]
        out.append(f"{low:.2f}- {sum(inside)}/{len(inside)}")
    return " ".join(out)


def main() -> None:
    """Learn from all sets, or show what leaving one out costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hold-out", action="store_true")
    parser.add_argument("--last", type=int, metavar="ROUND", help="the last round to learn from")
    options = parser.parse_args()
    names = sorted(path.stem for path in SETS.glob("*.jsonl"))
    if options.last is not None:
        names = [name for name in names if int(name.removeprefix("round-")) <= options.last]
    sets = {name: list(examples(name)) for name in names}
    if options.hold_out:
        hold_out(sets)
        return
    found = spoken(sets.values())
    data: dict[str, Any] = {
        "learned_from": {n: hashlib.sha256((SETS / f"{n}.jsonl").read_bytes()).hexdigest() for n in names}
    }
    for question in ("news", "right"):
        weights = learned(rows_of(found, question), PENALTY[question])
        data[question] = {"bias": weights.bias, "weights": dict(weights.weights)}
    TARGET.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
