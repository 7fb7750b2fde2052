"""What it costs to ask a long history: every list, filter combination, timeline and search, first page and far down.

    python -m benchmarks.history --events 1000000 --articles 2000000 --texts 200000 [--url postgresql+psycopg://…] [--keep DIR]

Makes the history itself (`chronicle`, with a fixed seed), in a temporary SQLite file unless --url names an empty database. Asks over
HTTP. "cpu" is the processor time that the service's process used meanwhile, with PostgreSQL's own; "wall" is what the service says it
took (Server-Timing), in which other programs on the machine count.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import statistics
import tempfile
import time
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
from sqlalchemy import text

from benchmarks.chronicle import PARTIES, Size, fill
from pipeline import loop, query
from pipeline.query.asking import cursor_of
from pipeline.query.kept import kept_of
from pipeline.query.memory import Memory
from pipeline.settings import load_settings
from pipeline.store import migrate
from pipeline.store.engine import Database, open_database
from pipeline.web.app import THREADS
from pipeline.web.server import serve_web
from pipeline.wiring import wire

E_ = "/api/v1/events?"
P1, P2 = PARTIES[7], PARTIES[30]
DEEP = cursor_of(
    date(2022, 3, 1), "ev_8"
)  # some 1,000 pages of 50 down in a history of 200,000, 15,000 in one of a million
QUESTIONS = {
    "newest": E_,
    "oldest": f"{E_}order=oldest",
    "agreement, the biggest": f"{E_}agreement=a0",
    "agreement, middling": f"{E_}agreement=a900",
    "ten agreements": E_ + "&".join(f"agreement=a{n}" for n in range(10)),
    "agreement and country": f"{E_}agreement=a1&country={P1}",
    "agreement and party": f"{E_}agreement=a1&party={P1}",
    "party": f"{E_}party={P1}",
    "party and country": f"{E_}party={P1}&country={P2}",
    "country": f"{E_}country={P2}",
    "type": f"{E_}type=ratified",
    "type and status": f"{E_}type=ratified&status=planned",
    "state review": f"{E_}state=review",
    "tracked, background": f"{E_}tracked=true&salience=background",
    "not tracked": f"{E_}tracked=false&type=deposited",
    "stage and status, rare": f"{E_}stage=committee&status=conditional",
    "party, type, status, stage, rare": f"{E_}party={P1}&type=submitted&status=negated&stage=committee",
    "country, type, status, stage, rare": f"{E_}country={P1}&type=submitted&status=negated&stage=committee",
    "sure": f"{E_}min_confidence=0.9",
    "surest": f"{E_}min_confidence=0.999",
    "surest, signed, background": f"{E_}min_confidence=0.99&type=signed&salience=background",
    "retracted": f"{E_}state=retracted",
    "two types, half a year": f"{E_}type=signed&type=withdrawn&since=2023-01&until=2023-06",
    "since, oldest first": f"{E_}since=2023-05-05&order=oldest",
    "since, party, oldest first": f"{E_}since=2023-05-05&party={P1}&order=oldest",
    "since, words, oldest first": f"{E_}since=2023-05-05&q=parliament&order=oldest",
    "as of": f"{E_}as_of=2023-06-01",
    "as of, early": f"{E_}as_of=2021-01-04",
    "as of, party": f"{E_}as_of=2023-06-01&party={P1}",
    "as of, country": f"{E_}as_of=2023-06-01&country={P1}",
    "as of, a rare party": f"{E_}as_of=2023-06-01&party={PARTIES[170]}",
    "as of, a rare country": f"{E_}as_of=2023-06-01&country={PARTIES[170]}",
    "as of, since, oldest first": f"{E_}as_of=2023-06-01&since=2023-05-05&order=oldest",
    "as of, a common word": f"{E_}as_of=2023-06-01&q=parliament",
    "as of, a word of some": f"{E_}as_of=2023-06-01&q=joo9x",
    "as of, a common word, oldest first": f"{E_}as_of=2023-06-01&q=parliament&order=oldest",
    "as of, a common word, since": f"{E_}as_of=2023-06-01&q=parliament&since=2023-05-05",
    "as of, a common word, party and type": f"{E_}as_of=2023-06-01&q=parliament&party={P1}&type=signed",
    "as of, a common word, rare fields": f"{E_}as_of=2023-06-01&q=parliament&type=submitted&status=negated&stage=committee",
    "as of, early, a common word": f"{E_}as_of=2021-01-04&q=parliament",
    "as of, early, a rare word": f"{E_}as_of=2021-01-04&q=zanzibarite",
    "as of, a rare word": f"{E_}as_of=2023-06-01&q=zanzibarite",
    "as of, rare": f"{E_}as_of=2023-06-01&stage=committee&status=conditional",
    "as of, agreement": f"{E_}as_of=2023-06-01&agreement=a900",
    "words, in most": f"{E_}q=parliament",
    "words, in some": f"{E_}q=joo9x",
    "words, in few": f"{E_}q=zanzibarite",
    "words, three": f"{E_}q=boo1x+coo2x+ratified",
    "words, party and type": f"{E_}q=parliament&party={P1}&type=signed",
    "words, rare fields": f"{E_}q=parliament&type=submitted&status=negated&stage=committee",
    "phrase": f"{E_}q=%22parliament+ratified%22",
    "articles, in most": "/api/v1/articles?q=boo1x",
    "articles, in some": "/api/v1/articles?q=joo99x",
    "articles, in few": "/api/v1/articles?q=zanzibarite",
    "articles, three": "/api/v1/articles?q=boo1x+coo2x+joo9x",
    "articles, phrase": "/api/v1/articles?q=%22parliament+ratified%22",
    "articles, words that never meet": "/api/v1/articles?q=zanzibarite+joo2999x",
    "timeline": "/api/v1/agreements/a900/timeline",
    "timeline, the biggest": "/api/v1/agreements/a0/timeline",
    "timeline as of": "/api/v1/agreements/a900/timeline?as_of=2023-06-01",
    "status": "/api/v1/agreements/a900/status",
    "review": "/api/v1/review",
    "changes": "/api/v1/changes?since=100000&limit=50",
    "atom": f"/events.atom?party={P1}&limit=20",
    "page: start": "/",
    "page: agreement": "/agreements/a900",
    "page: agreement, the biggest": "/agreements/a0",
    "page: search": "/events?q=parliament&status=occurred",
    "page: review": "/review",
}


async def serve(directory: str, told: Connection) -> None:
    """The service's door in a process of its own, until its end is asked for."""
    async with wire(load_settings(Path(directory), {}), workers=False) as service, serve_web(service) as base:
        kept = kept_of(service.database)
        assert isinstance(kept, Memory)
        await asyncio.to_thread(kept.tried.wait)
        told.send((base, os.getpid(), _backends(service.database)))
        await asyncio.to_thread(told.recv)


def _backends(database: Database) -> list[int]:
    """The processes of PostgreSQL that work for the service, once all its connections are open."""
    if database.is_sqlite:
        return []
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(database.engine.connect()) for _ in range(THREADS)]
        return [int(one.execute(text("SELECT pg_backend_pid()")).scalar_one()) for one in opened]


def _served(directory: str, told: Connection) -> None:
    loop.run(serve(directory, told))


class Meter:
    """Processor time of other processes, in milliseconds: the kernel's clock of each (Linux)."""

    def __init__(self, pids: list[int]) -> None:
        self._clocks = [(~pid << 3) | 2 for pid in pids]

    def __call__(self) -> float:
        """What they have used so far."""
        return sum(time.clock_gettime(clock) for clock in self._clocks) * 1000


def measure(directory: Path, times: int, only: str) -> None:
    """Ask every question so many times, lists of events again from far down."""
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_served, args=(str(directory), theirs))
    server.start()
    base, pid, backends = mine.recv()
    meter = Meter([pid, *backends])
    with httpx.Client(base_url=base, timeout=120) as client:
        print(f"{'question':<44}{'cpu p50':>9}{'p95 ms':>9}{'wall p50':>11}{'p95 ms':>9}{'rows':>6}")
        for name, path in QUESTIONS.items():
            if only in name:
                line(client, meter, name, path, times)
                if path.startswith(E_) and "as_of=2021" not in path:
                    line(client, meter, f"{name}, far down", f"{path}&cursor={DEEP}", times)
    mine.send("end")
    server.join()


def line(client: httpx.Client, meter: Meter, name: str, path: str, times: int) -> None:
    """Ask one question; print a line of the table."""
    taken, used, rows = [], [], 0
    client.get(path)
    for _ in range(times):
        begun = meter()
        answer = client.get(path)
        used.append(meter() - begun)
        assert answer.status_code == 200, answer.text
        taken.append(float(answer.headers["server-timing"].partition("dur=")[2]))
        rows = len(answer.json()["items"]) if answer.text.startswith('{"items"') else 0
    figures = f"{statistics.median(used):9.1f}{p95(used):9.1f}{statistics.median(taken):11.1f}{p95(taken):9.1f}"
    print(f"{name:<44}{figures}{rows:6}", flush=True)


def p95(taken: list[float]) -> float:
    """The time that one in twenty exceeds."""
    return sorted(taken)[max(0, int(len(taken) * 0.95) - 1)]


def main() -> None:
    """Fill, then ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--only", default="", help="questions whose name holds this")
    parser.add_argument("--url", default="")
    parser.add_argument("--keep", type=Path, help="keep the history in this directory, or ask the one that is there")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        directory = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.mkdir(exist_ok=True)
        url = given.url or f"sqlite:///{directory / 'history.db'}"
        (directory / "treatywatch.toml").write_text(f'database_url = "{url}"\n[web]\nbind = "127.0.0.1:0"\n')
        listed = (
            f'[[agreement]]\nid = "a{n}"\ntitle = "Agreement {n}"\nparties = ["{P1}", "{P2}"]\n' for n in (0, 1, 900)
        )
        (directory / "agreements.toml").write_text("\n".join(listed))
        database = open_database(url)
        migrate.upgrade(database)
        if query.newest_change(database) == 0:
            begun = time.perf_counter()
            fill(database, Size(given.events, given.articles, given.texts))
            print(
                f"{given.events:,} events, {given.articles:,} articles written in {time.perf_counter() - begun:.0f} s"
            )
        database.close()
        measure(directory, given.times, given.only)


if __name__ == "__main__":
    main()
