"""What recognition costs as the watchlist grows, beside plain fuzzy matching: `python -m benchmarks.recognise [--most 100000]`.

Milliseconds of CPU for an article of 3 kB, medians. `fuzzy`: each sentence against every title with rapidfuzz, where that is installed (it is
no dependency), measured up to 10,000 titles.
"""

from __future__ import annotations

import argparse
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


PUBLISHED = datetime(2025, 3, 3, tzinfo=UTC)


def median_ms(run: Callable[[], object], rounds: int = 60) -> float:
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


def main() -> None:
    """Print a table, and how much the largest watchlist costs in terms of the smallest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    given = parser.parse_args()
    beside = importlib.util.find_spec("rapidfuzz") is not None
    if not beside:
        print("rapidfuzz is not installed, so it is left out (pip install rapidfuzz)")
    print(f"{'watchlist':>10} {'build s':>8} {'MB':>5} {'no event ms':>12} {'event ms':>9} {'fuzzy ms':>9}")
    figures: list[float] = []
    for size in (10, 1_000, 10_000, 100_000):
        if size > given.most:
            break
        tracked = watchlist(size)
        begin = time.process_time()
        recogniser = Recogniser.build(tracked)
        built = time.process_time() - begin
        plain = Article("", "Weather", PLAIN[:3000], "en")
        event = Article("", "Norway ratifies railway treaty", EVENT[:3000], "en", PUBLISHED)
        recogniser.recognise(event)
        none = median_ms(lambda r=recogniser, a=plain: r.recognise(a))  # type: ignore[misc]
        some = median_ms(lambda r=recogniser, a=event: r.recognise(a))  # type: ignore[misc]
        titles = [agreement.title for agreement in tracked.agreements]
        other = median_ms(lambda t=titles: fuzzy(EVENT[:3000], t), 3) if beside and size <= 10_000 else None  # type: ignore[misc]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{size:>10} {built:8.2f} {memory:5} {none:12.3f} {some:9.2f} {'-' if other is None else f'{other:.1f}':>9}"
        )
        figures.append(some)
    print(f"the largest costs {figures[-1] / figures[0]:.2f} times what the smallest does")


if __name__ == "__main__":
    main()
