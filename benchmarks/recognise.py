"""What recognition costs as the watchlist grows, beside plain fuzzy matching: `python -m benchmarks.recognise [--most 100000]`.

Milliseconds of CPU for an article of 3 kB, the best of several medians: one without an event, one with two events in its lead, one that tells
of an agreement in every sentence. Each size has a process of its own, set up as the service's workers are; its memory is the most it
ever had, the building included. `--titles FILE`: watchlists of real titles, from JSON Lines (or .gz) of treaties (`id, title, parties,
type`), and where these are too few, of the beginning of one and the end of another. `fuzzy`: each sentence against every title, as one would write it first: with rapidfuzz where that is installed (it is
no dependency), else with difflib (measured on 200 titles and scaled, for it takes minutes); measured up to 10,000 titles.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from benchmarks.linking import treaties
from pipeline.compute.memory import settle_in
from pipeline.model import Agreement, Article, Watchlist
from pipeline.recognise import Recogniser
from pipeline.recognise.parties import Names

PLAIN = (
    "Rain is expected in the north on Friday, with gusts along the coast. Farmers said the harvest had begun a week late,"
    " and shops in the capital stayed open until midnight for the holiday. The museum shows paintings from three centuries. "
) * 10
EVENT = (
    "OSLO, March 3. Norway's parliament has ratified the treaty with Sweden on railway transport.\n"
    "The treaty was signed in Stockholm on 12 May 2024 and will enter into force once both sides have exchanged instruments.\n"
    + PLAIN[:2600]
)
DENSE = (
    "OSLO, March 3. Norway's parliament has ratified the treaty with Sweden on railway transport by 94 votes to 11.\n"
    + (
        "The Riksdag in Stockholm approved the agreement a week earlier, and the government in Oslo had signed it on 12 May 2024. "
        "It will enter into force once both sides have exchanged instruments of ratification, the foreign ministry said. "
        "A protocol on fares, initialled in June, was not submitted to parliament, and a convention with Finland was never ratified. "
    )
    * 10
)
RAIL = Agreement(
    "rail", "Treaty between the Kingdom of Norway and the Kingdom of Sweden on Railway Transport", ("NO", "SE")
)
SIZE = 3000  # characters
PUBLISHED = datetime(2025, 3, 3, tzinfo=UTC)
GOALS = (("no event", 0.05), ("event", 2.0))  # ms at 10,000 agreements
ROUNDS = 5  # of which the best counts, for other programs slow a processor down
SAMPLE = 200  # titles that difflib is measured on


def median_ms(run: Callable[[], object], rounds: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        run()
        times.append(1000 * (time.process_time() - begin))
    return statistics.median(times)


def watchlist(size: int) -> Watchlist:
    """A watchlist of invented bilateral agreements around one real-looking one."""
    states = ["KE", "UG", "CL", "PE", "JP", "VN", "FI", "PL", "MA", "TN", "KZ", "UZ", "AM", "GE", "MX", "CA"]
    subjects = ["Extradition", "Air Services", "Fisheries", "Customs Matters", "Cultural Exchange", "Veterinary Health"]
    rows = [RAIL]
    for i in range(size - 1):
        pair = (states[i % 16], states[(i // 16 + 1 + i) % 16])
        rows.append(Agreement(f"a{i}", f"Agreement on {subjects[i % 6]} No. {i}", pair))
    return Watchlist(tuple(rows))


def of_titles(file: Path, size: int) -> Watchlist:
    """A watchlist of a file's treaties; beyond their number the first half of one title and the second of another, at random."""
    known = list(treaties(file, Names.load()))
    dice = random.Random(1)
    rows = [RAIL, *known[: size - 1]]
    for number in range(len(rows), size):
        one, other = dice.choice(known), dice.choice(known)
        begins, ends = one.title.split(), other.title.split()
        title = " ".join((*begins[: max(4, len(begins) // 2)], *ends[len(ends) // 2 :]))
        rows.append(Agreement(f"g{number}", title, other.parties, multilateral=other.multilateral))
    return Watchlist(tuple(rows))


def fuzzy(text: str, titles: list[str]) -> None:
    """What one would write first: the best title for every sentence."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - no dependency of ours

    for sentence in text.split(". "):
        process.extractOne(sentence, titles, scorer=fuzz.token_set_ratio, score_cutoff=80)


def close(text: str, titles: list[str]) -> None:
    """The same with the standard library."""
    for sentence in text.split(". "):
        difflib.get_close_matches(sentence, titles, n=1, cutoff=0.6)


def fuzzy_ms(titles: list[str], *, rapid: bool) -> float:
    """What fuzzy matching of the article with an event takes."""
    text = EVENT[:SIZE]
    if rapid:
        return median_ms(lambda: fuzzy(text, titles), 3)
    sample = titles[:SAMPLE]
    return median_ms(lambda: close(text, sample), 3) * len(titles) / len(sample)


def fresh(kind: str) -> Iterator[Article]:
    """Articles of a kind, none with an event like the one before: what a recogniser remembers of wordings must not flatter it."""
    for number in count(1):
        if kind == "no event":  # of which nothing is remembered but single words
            yield Article("", "Weather", PLAIN[:SIZE], "en")
        else:
            text = (EVENT if kind == "event" else DENSE).replace("railway", f"railway line {number}")[:SIZE]
            yield Article("", f"Norway ratifies treaty on railway line {number}", text, "en", PUBLISHED)


def ours(recognisers: Sequence[Recogniser]) -> list[dict[str, float]]:
    """What each recogniser's reading of each kind of article takes; they take turns, for the machine is not always as fast."""
    took: list[dict[str, float]] = [{} for _ in recognisers]
    for kind in ("no event", "event", "dense"):
        articles = [fresh(kind) for _ in recognisers]
        for _ in range(ROUNDS):
            for one, those, figures in zip(recognisers, articles, took, strict=True):
                median = median_ms(lambda r=one, a=those: r.recognise(next(a)), 15)  # type: ignore[misc]
                figures[kind] = min(median, figures.get(kind, median))
    return took


def tracking(size: int, file: Path | None) -> Watchlist:
    """A watchlist of a size, of real titles where there is a file of them."""
    return of_titles(file, size) if file else watchlist(size)


def growth(sizes: tuple[int, int], file: Path | None) -> dict[str, float]:
    """How many times as long the larger watchlist makes an article take, both in one process."""
    recognisers = [Recogniser.build(tracking(size, file)) for size in sizes]
    settle_in()
    small, large = ours(recognisers)
    return {kind: large[kind] / small[kind] for kind in small}


def measure(size: int, file: Path | None, *, rapid: bool) -> dict[str, float]:
    """Everything about one size, in a process of its own: seconds of building, megabytes, milliseconds; "fuzzy" up to 10,000."""
    tracked = tracking(size, file)
    begin = time.process_time()
    recogniser = Recogniser.build(tracked)
    built = time.process_time() - begin
    settle_in()  # as in the service's workers
    took = ours([recogniser])[0] | {"build": built}
    took["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if size <= 10_000:
        took["fuzzy"] = fuzzy_ms([one.title for one in tracked.agreements], rapid=rapid)
    return took


def show(size: int, took: dict[str, float]) -> None:
    """Print a row of the table, and at 10,000 how it compares with the goals."""
    beside = f"{took['fuzzy']:9.1f}  {took['fuzzy'] / took['event']:.1f} x event" if "fuzzy" in took else f"{'-':>9}"
    print(
        f"{size:>10} {took['build']:8.2f} {took['memory']:5.0f} {took['no event']:9.3f} {took['event']:7.2f} {took['dense']:7.2f} {beside}",
        flush=True,
    )
    if size == 10_000:
        for name, goal in GOALS:
            print(f"{'':>10} {name}: {took[name] / goal:.2f} times the goal of {goal} ms")


def alone(work: Callable[..., dict[str, float]], *args: object, **keywords: object) -> dict[str, float]:
    """What a function gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **keywords).result()


def main() -> None:
    """Print a table, how we compare with the goals and with fuzzy matching, and how the cost grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 1_000, 10_000, 100_000])
    parser.add_argument("--titles", type=Path, help="JSON Lines of treaties, whose titles are taken")
    given = parser.parse_args()
    rapid = importlib.util.find_spec("rapidfuzz") is not None
    with_what = "rapidfuzz" if rapid else f"difflib on {SAMPLE} titles, scaled, as rapidfuzz is not installed"
    print(f"fuzzy matching: {with_what}")
    print(
        f"{'watchlist':>10} {'build s':>8} {'MB':>5} {'no event':>9} {'event':>7} {'dense':>7} {'fuzzy':>9}  ms; fuzzy costs"
    )
    sizes = [size for size in given.sizes if size <= given.most]
    for size in sizes:
        show(size, alone(measure, size, given.titles, rapid=rapid))
    if len(sizes) > 1:
        times = alone(growth, (sizes[0], sizes[-1]), given.titles)
        ratios = ", ".join(f"{kind} {ratio:.2f}" for kind, ratio in times.items())
        print(f"{sizes[-1]:,} agreements cost so many times what {sizes[0]:,} do, in turns: {ratios}")


if __name__ == "__main__":
    main()
