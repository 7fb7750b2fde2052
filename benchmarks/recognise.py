"""What recognition costs: articles with and without an event, and with a growing watchlist. python benchmarks/recognise.py"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

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


def median_ms(run: Callable[[], object], rounds: int = 60) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - begin))
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


def main() -> None:
    """Print a table."""
    print(f"{'watchlist':>10} {'build s':>8} {'no event ms':>12} {'event ms':>9}")
    for size in (10, 1_000, 10_000):
        begin = time.perf_counter()
        recogniser = Recogniser.build(watchlist(size))
        built = time.perf_counter() - begin
        plain = Article("", "Weather", PLAIN[:3000], "en")
        event = Article("", "Norway ratifies railway treaty", EVENT[:3000], "en")
        recogniser.recognise(event)
        none = median_ms(lambda r=recogniser, a=plain: r.recognise(a))  # type: ignore[misc]
        some = median_ms(lambda r=recogniser, a=event: r.recognise(a))  # type: ignore[misc]
        print(f"{size:>10} {built:8.2f} {none:12.3f} {some:9.2f}")


if __name__ == "__main__":
    main()
