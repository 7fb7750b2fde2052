"""What recognition costs as the watchlist grows, beside plain fuzzy matching: `python -m benchmarks.recognise [--most 100000]`.

Milliseconds of CPU for an article of 3 kB, the best of several medians: one without an event, one with two events in its lead, one that tells
of an agreement in every sentence. `fuzzy`: each sentence against every title, as one would write it first: with rapidfuzz where that is installed (it is
no dependency), else with difflib (measured on 200 titles and scaled, for it takes minutes); measured up to 10,000 titles.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.model import Agreement, Article, Watchlist
from pipeline.recognise import Recogniser

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
SIZE = 3000  # characters
PUBLISHED = datetime(2025, 3, 3, tzinfo=UTC)
GOALS = (("no event", 0.05), ("event", 2.0))  # ms at 10,000 agreements
SAMPLE = 200  # titles that difflib is measured on


def median_ms(run: Callable[[], object], rounds: int = 60) -> float:
    """The median time of a call; the best of three, for other programs slow a processor down."""
    medians = []
    for _ in range(3):
        times = []
        for _ in range(max(1, rounds // 3)):
            begin = time.process_time()
            run()
            times.append(1000 * (time.process_time() - begin))
        medians.append(statistics.median(times))
    return min(medians)


def watchlist(size: int) -> Watchlist:
    """A watchlist of invented bilateral agreements around one real-looking one."""
    states = ["KE", "UG", "CL", "PE", "JP", "VN", "FI", "PL", "MA", "TN", "KZ", "UZ", "AM", "GE", "MX", "CA"]
    subjects = ["Extradition", "Air Services", "Fisheries", "Customs Matters", "Cultural Exchange", "Veterinary Health"]
    rows = [
        Agreement(
            "rail", "Treaty between the Kingdom of Norway and the Kingdom of Sweden on Railway Transport", ("NO", "SE")
        )
    ]
    for i in range(size - 1):
        pair = (states[i % 16], states[(i // 16 + 1 + i) % 16])
        rows.append(Agreement(f"a{i}", f"Agreement on {subjects[i % 6]} No. {i}", pair))
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


def ours(recogniser: Recogniser) -> dict[str, float]:
    """What our own reading of each article takes."""
    articles = {
        "no event": Article("", "Weather", PLAIN[:SIZE], "en"),
        "event": Article("", "Norway ratifies railway treaty", EVENT[:SIZE], "en", PUBLISHED),
        "dense": Article("", "Norway ratifies railway treaty", DENSE[:SIZE], "en", PUBLISHED),
    }
    recogniser.recognise(articles["event"])
    return {name: median_ms(lambda a=one: recogniser.recognise(a)) for name, one in articles.items()}  # type: ignore[misc]


def main() -> None:
    """Print a table, how we compare with the goals and with fuzzy matching, and how the cost grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    given = parser.parse_args()
    rapid = importlib.util.find_spec("rapidfuzz") is not None
    print(f"fuzzy matching: {'rapidfuzz' if rapid else f'difflib on {SAMPLE} titles, scaled (pip install rapidfuzz)'}")
    print(
        f"{'watchlist':>10} {'build s':>8} {'MB':>5} {'no event':>9} {'event':>7} {'dense':>7} {'fuzzy':>9}  ms; fuzzy costs"
    )
    figures: list[dict[str, float]] = []
    for size in (10, 1_000, 10_000, 100_000):
        if size > given.most:
            break
        tracked = watchlist(size)
        begin = time.process_time()
        recogniser = Recogniser.build(tracked)
        built = time.process_time() - begin
        took = ours(recogniser)
        other = fuzzy_ms([one.title for one in tracked.agreements], rapid=rapid) if size <= 10_000 else None
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        beside = f"{other:9.1f}  {other / took['event']:.1f} x event" if other is not None else f"{'-':>9}"
        print(
            f"{size:>10} {built:8.2f} {memory:5} {took['no event']:9.3f} {took['event']:7.2f} {took['dense']:7.2f} {beside}"
        )
        figures.append(took)
        if size == 10_000:
            for name, goal in GOALS:
                print(f"{'':>10} {name}: {took[name] / goal:.2f} times the goal of {goal} ms")
    print(f"the largest costs {figures[-1]['event'] / figures[0]['event']:.2f} times what the smallest does")


if __name__ == "__main__":
    main()
