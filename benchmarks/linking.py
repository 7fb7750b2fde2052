"""How well, and how fast, wordings of agreements are linked to a watchlist: `python benchmarks/linking.py GOLD WATCHLIST [--more TREATIES]`.

GOLD: JSON Lines of labelled articles (`events` with `agreement`, `agreement_ids`, `evidence`). WATCHLIST: agreements.toml.
`--more`: JSON Lines (or .gz) of further treaties (`id, title, parties, type`) that are put on the watchlist as noise.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.model import Agreement, Watchlist
from pipeline.recognise.linking import Index
from pipeline.recognise.parties import Names
from pipeline.recognise.titles import lower
from pipeline.recognise.values import Band


def agreements(path: Path) -> Iterator[Agreement]:
    """The agreements of a watchlist file."""
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["agreement"]:
        yield Agreement(
            row["id"], row["title"], tuple(row.get("parties", ())), tuple(row.get("titles", {}).items()), tuple(row.get("aliases", ())),
            tuple(row.get("exclude", ())), row.get("multilateral", False),
        )  # fmt: skip


def treaties(path: Path, names: Names) -> Iterator[Agreement]:
    """The treaties of a list as agreements; their parties' names become codes where they are known."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            codes = []
            for party in row["parties"]:
                found = names.find(party.lower(), party.title(), "en")
                codes.extend(mention.code for mention in found[:1])
            wide = row["type"] != "bilateral"
            yield Agreement(row["id"], row["title"], () if wide else tuple(dict.fromkeys(codes))[:3], multilateral=wide)


def mentions(path: Path) -> Iterator[tuple[str, dict[str, str], tuple[str, ...], str]]:
    """(wording, article, right ids, evidence) for each different labelled mention."""
    for line in path.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        seen: dict[tuple[str, str], set[str]] = {}
        for event in article["events"]:
            seen.setdefault((event["agreement"], event["evidence"]), set()).update(event["agreement_ids"])
        for (wording, evidence), ids in seen.items():
            if wording:
                yield wording, article, tuple(ids), evidence


def measure(index: Index, names: Names, gold: Path, *, show: bool) -> Counter[str]:
    """Outcomes of every mention: right, wrong or missed, by band."""
    counts: Counter[str] = Counter()
    took: list[float] = []
    for wording, article, right, evidence in mentions(gold):
        language = article["lang"]
        here = {m.code for m in names.find(lower(evidence), evidence, language)}
        lead = f"{article['title']}. {article['text'].split(chr(10))[0][:400]}"
        around = {m.code for m in names.find(lower(lead), lead, language)}
        started = time.perf_counter()
        link = index.link(wording, language, near_parties=here, context_parties=around)
        took.append(time.perf_counter() - started)
        reading = index.read(wording, language)
        bare = not index.says_subject(reading) and not reading.orgs and not index.aliases_in(wording)
        outcome = _outcome(link.agreement_id, link.band, right, bare=bare)
        counts[outcome] += 1
        if show and outcome.split()[0] != "correct" and outcome != "right sure":
            print(
                f"{outcome:22} [{language}] {wording!r} {sorted(here)} {sorted(around)}\n    want {right} got {link.agreement_id} {link.confidence} {link.reasons} margin {link.margin} keys {reading.keys} {reading.kind}"
            )
    counts["µs a mention (median)"] = round(statistics.median(took) * 1e6)
    counts["µs a mention (p95)"] = round(sorted(took)[int(len(took) * 0.95)] * 1e6)
    return counts


def _outcome(got: str | None, band: Band, right: tuple[str, ...], *, bare: bool) -> str:
    tail = " bare" if bare else ""
    if got is None:
        return f"missed{tail}" if right else f"correct none{tail}"
    return f"{'right' if got in right else 'wrong' if right else 'false'} {band.value}{tail}"


def main() -> None:
    """Measure at the size given, and with the further treaties."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("watchlist", type=Path)
    parser.add_argument("--more", type=Path)
    parser.add_argument("--times", type=int, default=1, help="repeat the further treaties so many times (for size)")
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    args = parser.parse_args()
    names = Names.load()
    tracked = list(agreements(args.watchlist))
    if args.more:
        further = list(treaties(args.more, names))
        for turn in range(args.times):
            tracked.extend(
                Agreement(f"{a.id}-{turn}", a.title, a.parties, multilateral=a.multilateral) for a in further
            )
    started = time.perf_counter()
    index = Index.build(Watchlist(tuple(tracked)), names)
    print(
        f"{len(tracked)} agreements, built in {time.perf_counter() - started:.2f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    for name, count in sorted(measure(index, names, args.gold, show=args.show).items()):
        print(f"{name:24} {count}")


if __name__ == "__main__":
    main()
