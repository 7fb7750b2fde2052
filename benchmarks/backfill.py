"""How a backfill scales: `python -m benchmarks.backfill [--pages 4000] [--rounds 3] | --rows 1000000 [--stop 701]`.

One generated WARC goes into empty histories: with one worker process, with two, on a local Dask cluster of two, and on one whose
worker is killed midway. Seconds are by the wall, from the first piece to the last, workers warm, the best of all rounds; the histories
have to be equal. Beside them what the machine allows just then: one loop of mere arithmetic in one process, and two in two. CPU: of this
process, which hands out and writes, and of all its workers.
`--stop N`: the run is stopped after every N pieces and taken up again, and the most memory this process ever took is printed.
`--rows N`: instead, N short articles in JSON Lines, one in 500 on treaties, read by one worker in one go (with `--stop`, then once more
with stops), and the memory this process has at each tenth of the way.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.newsroom import page, stories, story, watchlist
from pipeline import query
from pipeline.backfill import Recording, Run
from pipeline.backfill.sources import find_sources
from pipeline.compute import Cluster, Compute, ProcessOptions, Workers
from pipeline.model import Watchlist
from pipeline.plan import Context, RecordOptions
from pipeline.query import EventFilter
from pipeline.recognise import Recogniser
from pipeline.store import migrate
from pipeline.store.engine import open_database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
History = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall; of CPU, of this process and of its workers."""

    wall: float
    own: float
    workers: float


def write_archive(path: Path, count: int, share: float) -> None:
    """A WARC in the layout of CC-NEWS."""
    with path.open("wb") as out:
        for story in stories(count, share):
            content = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page(story)
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{story.number:032x}>\r\n"
                f"WARC-Target-URI: {story.url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(content)}\r\n\r\n"
            )
            out.write(gzip.compress(head.encode() + content + b"\r\n\r\n", 4))


def write_rows(path: Path, count: int) -> None:
    """JSON Lines of short articles: ordinary ones drawn from 2,000, those on treaties each its own."""
    dice = random.Random(1)
    ordinary = [story(number, dice, on_topic=False) for number in range(2000)]
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            one = story(number, dice, on_topic=True) if number % 500 == 0 else ordinary[number % 2000]
            row = {"id": f"r{number}", "url": f"https://wire{number % 50}.example/{number}", "title": one.title}
            row |= {"text": "\n".join(one.paragraphs[:3]), "published": one.published.isoformat(), "lang": "en"}
            out.write(json.dumps(row) + "\n")


def resident() -> float:
    """Megabytes that this process has now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6


def recording(watched: Watchlist) -> Recording:
    """Everything as history."""
    context = Context({agreement.id: agreement for agreement in watched.agreements})
    return Recording("benchmark", NOW, RecordOptions(quiet=True), context, "1")


def rest(_: Recogniser, seconds: float) -> int:
    """A task that does nothing, so that every worker has built its tool."""
    time.sleep(seconds)
    return os.getpid()


def count(_: Recogniser, most: int) -> int:
    """A task that is nothing but arithmetic."""
    total = 0
    for number in range(most):
        total += number * number % 7
    return total


def warm(compute: Compute) -> None:
    """Return when every worker has built its tool."""
    ready: set[int] = set()
    while len(ready) < compute.width():
        ready |= {one.result() for one in [compute.submit(rest, 0.1) for _ in range(2 * compute.width())]}


def ceiling(watched: Watchlist) -> float:
    """How much more two processes get done than one, of what needs the processor alone."""
    with local(2, watched) as compute:
        warm(compute)
        took = []
        for tasks in (1, 2):
            begun = time.perf_counter()
            for one in [compute.submit(count, 15_000_000) for _ in range(tasks)]:
                one.result()
            took.append(time.perf_counter() - begun)
    return 2 * took[0] / took[1]


def cpu_of_workers() -> float:
    """Seconds of CPU that the processes begun by this one have taken, as long as they live."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[1]) == os.getpid():
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def backfill(
    archive: Path,
    compute: Compute,
    watched: Watchlist,
    home: Path,
    *,
    stop: int = 0,
    midway: Callable[[], None] | None = None,
    see: Callable[[int], object] = id,
) -> tuple[Took, History]:
    """What it took, and the history it left. `see`: called with the number of records read (since the last stop) after every piece."""
    warm(compute)
    path = home / "history.db"
    path.unlink(missing_ok=True)
    database = open_database(f"sqlite:///{path}")
    migrate.upgrade(database)
    begun, own, workers = time.perf_counter(), time.process_time(), cpu_of_workers()
    done = False
    while not done:
        stopping, pieces = threading.Event(), iter(range(1, 1_000_000))

        def look(
            _source: object,
            piece: object,
            tally: object,
            stopping: threading.Event = stopping,
            pieces: Iterator[int] = pieces,
        ) -> None:
            see(getattr(tally, "records", 0))
            number = next(pieces)
            if stop and piece is not None and number == stop:
                stopping.set()
            if midway is not None and number == 3:
                midway()

        done = (
            Run(database, compute, recording(watched), progress=look, stopping=stopping)
            .archives(find_sources([str(archive)]))
            .done
        )
    took = Took(time.perf_counter() - begun, time.process_time() - own, cpu_of_workers() - workers)
    found: History = []
    cursor: Any = None
    while True:
        answer = query.events(database, EventFilter(limit=query.MOST, cursor=cursor))
        found += [(e.id, e.agreement_id, e.type, str(e.date), e.evidence) for e in answer.items]
        cursor = answer.next
        if cursor is None:
            break
    database.close()
    return took, found


@contextmanager
def local(workers: int, watched: Watchlist) -> Iterator[Compute]:
    """Worker processes."""
    pool = Workers(ProcessOptions(workers=workers, article_timeout=120), Recogniser.build, watched)
    yield pool
    pool.close()


@contextmanager
def dask(workers: int, watched: Watchlist) -> Iterator[Compute]:
    """A Dask cluster on this machine."""
    from distributed import LocalCluster  # noqa: PLC0415

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=50
    ) as cluster:  # type: ignore[no-untyped-call]
        options = ProcessOptions(cluster=cluster.scheduler_address, article_timeout=120)
        compute = Cluster(options, Recogniser.build, watched)
        yield compute
        compute.close()


def kill_one(compute: Compute) -> None:
    """Kill a worker's process."""
    os.kill(compute.submit(rest, 0.0).result(), signal.SIGKILL)


def rows(given: argparse.Namespace, watched: Watchlist, home: Path) -> None:
    """Measure memory over a long archive, and print."""
    archive = home / "rows.jsonl"
    write_rows(archive, given.rows)
    print(f"{given.rows:,} rows, {archive.stat().st_size / 1e6:.0f} MB", flush=True)
    histories: list[History] = []
    for stop in (0, given.stop) if given.stop else (0,):
        seen = [0]

        def see(records: int, seen: list[int] = seen) -> None:
            if records >= seen[0] + given.rows // 10 or records < seen[0]:
                seen[0] = records
                print(f"  {records:9,} rows: {resident():6.1f} MB", flush=True)

        with local(1, watched) as compute:
            took, found = backfill(archive, compute, watched, home, stop=stop, see=see)
        histories.append(found)
        stopped = f"stopped after every {stop} pieces" if stop else "in one go"
        print(f"{stopped}: {took.wall:.0f} s, {took.own:.0f} s of CPU in this process, {len(found)} events", flush=True)
    print(f"the same history: {all(found == histories[0] for found in histories)}")
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def print_speeds(pages: int, took: dict[str, list[Took]], allowed: list[float]) -> None:
    """The best round of each way, and what the machine allowed in the best one."""
    best = {name: min(each, key=lambda one: one.wall) for name, each in took.items()}
    for name, one in best.items():
        print(
            f"{name:24} {one.wall:7.2f} s   {pages / one.wall:7.0f} pages/s   {best['one worker'].wall / one.wall:.2f} times one worker"
            f"   CPU {one.own:.2f} s here, {one.workers:.2f} s in workers"
        )
    for number, arithmetic in enumerate(
        allowed
    ):  # what a round gave is to be held against what the machine had to give then
        alone = took["one worker"][number].wall
        ratios = ", ".join(
            f"{name} {alone / each[number].wall:.2f}" for name, each in took.items() if len(each) > number
        )
        print(
            f"round {number + 1}: {ratios} times one worker; mere arithmetic in two processes {arithmetic:.2f} times one"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--agreements", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stop", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    watched = watchlist(given.agreements)
    home = Path(tempfile.mkdtemp(prefix="backfill-"))
    if given.rows:
        rows(given, watched, home)
        shutil.rmtree(home)
        return
    archive = home / "pages.warc.gz"
    write_archive(archive, given.pages, given.share)
    print(
        f"{given.pages:,} pages, {archive.stat().st_size / 1e6:.0f} MB as stored, {os.cpu_count()} cores, {given.agreements:,} agreements"
    )
    ways: dict[str, Callable[[], Any]] = {
        "one worker": lambda: local(1, watched),
        "two workers": lambda: local(2, watched),
        "Dask, two workers": lambda: dask(2, watched),
    }
    took: dict[str, list[Took]] = {name: [] for name in ways}
    allowed: list[float] = []
    histories: dict[str, History] = {}
    for _ in range(given.rounds):
        allowed.append(ceiling(watched))
        for name, way in ways.items():
            with way() as compute:
                one_run, histories[name] = backfill(archive, compute, watched, home)
            took[name].append(one_run)
    with dask(2, watched) as compute:
        _, histories["Dask, one killed"] = backfill(archive, compute, watched, home, midway=lambda: kill_one(compute))
    if given.stop:
        with local(2, watched) as compute:
            _, histories["stopped again and again"] = backfill(archive, compute, watched, home, stop=given.stop)
    print_speeds(given.pages, took, allowed)
    first = histories["one worker"]
    print(
        f"{len(first)} events; the same history: "
        + ", ".join(f"{name}: {found == first}" for name, found in histories.items())
    )
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
