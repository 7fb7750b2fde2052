"""Learn the weights of `pipeline/recognise/choice.json` from the labelled articles in tests/quality/sets and the wordings in tests/quality/links.

    python -m tools.learn_choice              # learn from all sets and wordings and write the file
    python -m tools.learn_choice --last 36    # of the sets only rounds 0 to 36: the others are there to measure with
    python -m tools.learn_choice --hold-out   # leave each set out in turn and say what the others choose; writes nothing

Every set is read three times: with its watchlist, and with either half of it, so that what nobody tracks is learned too. Of the wordings
those marked unseen are left out. Conditional
logit with "none" as an alternative, a quadratic penalty, and steps that shrink for each weight (AdaGrad) in a fixed order.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.model import Watchlist
from pipeline.recognise import Recogniser, sentences
from pipeline.recognise.among import Around
from pipeline.recognise.cases import Bound
from pipeline.recognise.choice import Choice, signs, sort_of
from pipeline.recognise.focus import Focus, Linked
from pipeline.recognise.linker import Linker
from pipeline.recognise.meanings import Tools
from pipeline.recognise.values import Mention
from pipeline.recognise.walk import Walk
from pipeline.scan import read_article
from pipeline.settings.lists import load_watchlist

SETS = Path(__file__).parent.parent / "tests" / "quality" / "sets"
LINKS = Path(__file__).parent.parent / "tests" / "quality" / "links"
TARGET = Path(__file__).parent.parent / "pipeline" / "recognise" / "choice.json"
PASSED = frozenset({"ratified", "approved", "promulgated"})
ENDED = frozenset({"withdrawn", "terminated"})
_HALF = 0.5  # what an example of a halved watchlist counts
_WORDED = 3.0  # and one of the wordings, beside which few of an article's are open at all
_PENALTY, _STEP, _ROUNDS = 0.02, 0.3, 25
_RARE = 4  # mentions under which a sign is not learned
_SMALL = 0.01  # weights under it say nothing and are left out
_FROM = 0.7


@dataclass(frozen=True, slots=True)
class Example:
    """A mention with the signs of its rivals. `right`: the places of those it means. `open`: no rule linked it."""

    sort: str
    shown: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    tracked: bool
    open: bool
    weight: float


@dataclass(frozen=True)
class Listening(Linker):
    """A linker that keeps what it was asked of mentions that say something: sort, signs, ids of the rivals, and whether a rule decided."""

    heard: dict[Mention, tuple[str, list[list[str]], list[str], bool]] = field(default_factory=dict)

    def link(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> tuple[Linked, ...]:
        """As the linker does."""
        if mention.generic:
            return super().link(mention, language, focus, sentence, around)
        setting, rivals = self.setting(mention, language, focus, sentence, around)
        sort, shown = sort_of(self.index, setting, rivals), signs(self.index, setting, rivals)
        linked = super().link(mention, language, focus, sentence, around)
        decided = any(x.agreement_id for x in linked)
        self.heard[mention] = (sort, shown, [rival.entry.id for rival in rivals], decided)
        return linked


@dataclass
class Acting(Walk):
    """A walk that keeps which mentions are objects of a step, and of what type."""

    objects: list[tuple[Mention, str]] = field(default_factory=list)

    def _linked(
        self, reading: Any, found: Any, verbs: Any, one: Bound, mentioned: Any, subject: Any, own: Any
    ) -> list[Linked]:
        self.objects += [(mention, one.step.type.value) for mention in mentioned]
        return super()._linked(reading, found, verbs, one, mentioned, subject, own)


def halves(watchlist: Watchlist) -> Iterator[tuple[Watchlist, float]]:
    """A watchlist, and its halves, with what their examples count."""
    yield watchlist, 1.0
    for odd in (0, 1):
        kept = tuple(a for a in watchlist.agreements if zlib.crc32(a.id.encode()) % 2 == odd)
        yield replace(watchlist, agreements=kept), _HALF


def examples(name: str) -> Iterator[Example]:
    """The mentions of one set's articles whose agreement the labels tell."""
    whole, problems = load_watchlist(SETS / f"{name}-watchlist.toml")
    assert not problems, problems
    rows = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    for watchlist, weight in halves(whole):
        recogniser = Recogniser.build(watchlist)
        tracked = {a.id for a in watchlist.agreements}
        for row in rows:
            yield from _of_article(recogniser, row, tracked, weight)


def worded() -> Iterator[Example]:
    """The mentions of the wordings in tests/quality/links. What a text of theirs tells is on the agreements of its line."""
    whole, problems = load_watchlist(LINKS / "watchlist.toml")
    assert not problems, problems
    for watchlist, weight in halves(whole):
        recogniser = Recogniser.build(watchlist)
        tracked = {a.id for a in watchlist.agreements}
        for path in learned_links():
            for line in path.read_text(encoding="utf-8").splitlines():
                yield from _of_article(recogniser, _as_row(path.stem, line), tracked, weight * _WORDED)


def learned_links() -> list[Path]:
    """The files of wordings to learn from."""
    return sorted(path for path in LINKS.glob("*.tsv") if "unseen" not in path.stem)


def _as_row(language: str, line: str) -> dict[str, Any]:
    ids, _, text = line.partition("\t")
    title, _, body = text.partition(" ¶ ")
    title, body = (title, body) if body else ("", title)
    meant: list[list[str]] = [[]] if ids == "-" else [[one] for one in ids.split(",")]
    labels = [{"agreement_ids": one, "agreement": "", "type": "signed", "evidence": body} for one in meant]
    return {"id": text, "lang": language, "published": "2026-05-14", "title": title, "text": body, "events": labels}


def _of_article(recogniser: Recogniser, row: dict[str, Any], tracked: set[str], weight: float) -> Iterator[Example]:
    article = read_article(row, datetime.now(UTC))[1]
    lexicon = recogniser.lexicons.get(article.language or sentences.script_language(article.text))
    if lexicon is None:
        return
    plain = recogniser.linker
    linker = Listening(plain.index, plain.agreements, plain.wordings, Choice({}))
    tools = Tools(lexicon, recogniser.names, linker, recogniser.dates, discover=False)
    document = sentences.document(
        article.text, article.title, lexicon.language, lexicon.abbreviations, ordinals=lexicon.ordinals
    )
    walk = Acting(article, document, tools)
    walk.run()
    for mention, kind in dict.fromkeys(walk.objects):
        meant = _meant(mention, kind, row["events"], article.text)
        if meant is not None and mention in linker.heard:
            sort, shown, ids, decided = linker.heard[mention]
            right = frozenset(i for i, one in enumerate(ids) if one in meant)
            yield Example(sort, tuple(map(tuple, shown)), right, bool(meant & tracked), not decided, weight)


def _meant(mention: Mention, kind: str, labels: Sequence[dict[str, Any]], text: str) -> frozenset[str] | None:
    """The agreements that the labels of a mention's sentence say it means; None where they do not say."""
    here = [label for label in labels if 0 <= mention.start - text.find(label["evidence"]) < len(label["evidence"])]
    here = [label for label in here if label["evidence"] in text]
    typed = [label for label in here if _family(label["type"]) == _family(kind) or kind in label.get("also_ok", ())]
    here = typed or here
    own = mention.text.casefold()
    for same in (
        [x for x in here if x["agreement"].casefold() == own],
        [x for x in here if _alike(x["agreement"], own)],
    ):
        found = {frozenset(label["agreement_ids"]) for label in same}
        if len(found) == 1:
            return found.pop()
    found = {frozenset(label["agreement_ids"]) for label in here}
    if mention.plural and found:
        return frozenset[str]().union(*found)
    return found.pop() if len(found) == 1 else None


def _alike(wording: str, own: str) -> bool:
    low = wording.casefold()
    return bool(low) and (low in own or own in low)


def _family(kind: str) -> str:
    return "passed" if kind in PASSED else "ended" if kind in ENDED else kind


Prepared = list[tuple[list[list[int]], frozenset[int], float]]


def learned(rows: Sequence[Example]) -> Choice:
    """The weights under which the right choices are likeliest."""
    count = Counter(sign for one in rows for sign in {s for shown in _named(one) for s in shown})
    names = sorted(sign for sign, often in count.items() if often >= _RARE)
    place = {name: i for i, name in enumerate(names)}
    data: Prepared = [
        ([[place[s] for s in shown if s in place] for shown in _named(one)], one.right, one.weight) for one in rows
    ]
    weights, squares = [0.0] * len(names), [1e-6] * len(names)
    order = list(range(len(data)))
    for _ in range(_ROUNDS):
        random.Random(len(order)).shuffle(order)
        for k in order:
            for i, slope in _slopes(data[k], weights).items():
                steep = slope + _PENALTY * weights[i]
                squares[i] += steep * steep
                weights[i] -= _STEP * steep / math.sqrt(squares[i])
    return _by_sort({name: weights[i] for name, i in place.items()})


def _named(one: Example) -> list[list[str]]:
    """The signs of every rival, each also under the sort of wording, "bias" among them."""
    return [[*shown, "bias", *(f"{one.sort}|{sign}" for sign in (*shown, "bias"))] for shown in one.shown]


def _slopes(row: tuple[list[list[int]], frozenset[int], float], weights: Sequence[float]) -> dict[int, float]:
    shown, right, counts = row
    odds = [sum(weights[i] for i in one) for one in shown]
    most = max([0.0, *odds])
    raised = [math.exp(one - most) for one in odds]
    total = math.exp(-most) + sum(raised)
    wanted = sum(raised[i] for i in right)
    slopes: dict[int, float] = {}
    for i, one in enumerate(shown):
        error = counts * (raised[i] / total - (raised[i] / wanted if i in right else 0.0))
        for sign in one:
            slopes[sign] = slopes.get(sign, 0.0) + error
    return slopes


def _by_sort(weights: Mapping[str, float]) -> Choice:
    """What all sorts share added to what each has of its own."""
    sorts = sorted({name.split("|")[0] for name in weights if "|" in name})
    shared = {name: weight for name, weight in weights.items() if "|" not in name}
    out: dict[str, dict[str, float]] = {}
    for sort in sorts:
        own = {name.split("|", 1)[1]: weight for name, weight in weights.items() if name.startswith(f"{sort}|")}
        both = {name: round(shared.get(name, 0.0) + own.get(name, 0.0), 3) for name in sorted({*shared, *own})}
        out[sort] = {name: weight for name, weight in both.items() if abs(weight) >= _SMALL}
    return Choice(out)


def hold_out(sets: Mapping[str, Sequence[Example]]) -> None:
    """Print, for every set, what weights learned from the others choose where no rule decides."""
    for name, found in sets.items():
        choice = learned([e for other, rows in sets.items() if other != name for e in rows])
        for weight, words in ((1.0, "all tracked"), (_HALF, "half tracked")):
            said: Counter[str] = Counter()
            for one in found:
                if one.open and one.weight == weight:
                    chances = choice.chances(one.sort, one.shown)
                    best = max(range(len(chances)), key=chances.__getitem__, default=-1)
                    taken = best >= 0 and chances[best] >= _FROM
                    right = best in one.right if taken else not one.tracked
                    said[("taken, " if taken else "left, ") + ("right" if right else "wrong")] += 1
            print(f"{name}, {words}: {dict(sorted(said.items()))}")


def main() -> None:
    """Learn from all sets, or show what leaving one out costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hold-out", action="store_true")
    parser.add_argument("--last", type=int, default=None, metavar="N", help="learn from rounds 0 to N only")
    options = parser.parse_args()
    names = sorted(path.stem for path in SETS.glob("*.jsonl"))
    names = [n for n in names if options.last is None or int(n.partition("-")[2]) <= options.last]
    sets = {name: list(examples(name)) for name in names}
    if options.hold_out:
        hold_out(sets)
        return
    paths = [*(SETS / f"{n}.jsonl" for n in names), *learned_links()]
    data = {
        "learned_from": {f"{p.parent.name}/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in paths},
        "weights": learned([*(e for rows in sets.values() for e in rows), *worded()]).weights,
    }
    TARGET.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
