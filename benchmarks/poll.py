"""One cycle over many feeds, database and all: `python -m benchmarks.poll [--feeds 10000] [--hosts 500]`, unchanged ones, or
with `--changed` (`--feeds 1000`) such as bring 50 new entries each.

A server of its own process answers after `--latency` seconds on every address of 127.0.0.0/8, so each address is a host: 304, or
with `--ignoring 0.2` for a fifth of the feeds 200 and the same 50 items as before, as servers do that know no validators.

`ours` is `flow.poll_due` on a real database: claim, ask, compare, write validators, health and the next time, feed by feed.
`plain` does what a script does with httpx (a client for each host, or it would take minutes), feedparser and sqlite3 with one
commit for all. CPU seconds are those of the asking process with all its threads; with `--database postgresql+psycopg://…`
(an empty database) the server's own are not in them.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import io
import ipaddress
import multiprocessing
import pstats
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import feedparser
import httpx
from sqlalchemy import text

from pipeline import clock, flow, loop
from pipeline.fetch import FetchOptions
from pipeline.model import Feed
from pipeline.settings import Settings
from pipeline.store.engine import Database
from pipeline.telemetry import LogOptions, start_logging
from pipeline.wiring import wire

_ETAG = '"a1b2c3"'
_UNCHANGED = f"HTTP/1.1 304 Not Modified\r\nServer: nginx\r\nETag: {_ETAG}\r\n\r\n".encode()
_FIRST = int(ipaddress.IPv4Address("127.0.1.1"))
_ITEM = (
    "<item><title>Parliament debates item {0}</title><link>http://127.0.0.1/news/{0}</link><guid>n{0}</guid>"
    "<pubDate>Wed, 14 Jan 2026 10:00:00 +0000</pubDate><description>Short summary of what was said in the debate.</description></item>"
)
_BODY = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Agency</title>'
    + "".join(_ITEM.format(number) for number in range(50))
    + "</channel></rss>"
).encode()
_WHOLE = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(_BODY)}\r\n\r\n".encode() + _BODY
)


class Unchanged(asyncio.Protocol):
    """Answers whatever is asked, after a while."""

    def __init__(self, latency: float) -> None:
        self._latency = latency

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        answer = _WHOLE if b"/whole/" in data else _UNCHANGED
        asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)  # type: ignore[attr-defined]


def serve(latency: float, ready: Connection) -> None:
    """The server's process."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Unchanged(latency), "0.0.0.0", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    loop.run(main())


def url(number: int, given: argparse.Namespace) -> str:
    """The address of one of the feeds; feeds of one host do not stand side by side."""
    host = ipaddress.IPv4Address(_FIRST + number % given.hosts)
    kind = "whole" if given.changed or number % 100 < given.ignoring * 100 else "feed"
    return f"http://{host}:{given.port}/{kind}/{number}.xml"


def known(database: Database, *, changed: bool) -> None:
    """As after many polls: validators and hashes are stored, everything is due. `changed`: they are those of another document."""
    values = {"etag": _ETAG, "body": sha256(b"" if changed else _BODY).hexdigest()}
    sql = "UPDATE feeds SET etag = :etag, body_hash = :body, last_full = next_due, last_success = next_due, pace = 3600"
    database.write(lambda c: c.execute(text(sql), values))


class Clocked:
    """Counts the CPU seconds that threads spend in the database."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, counted."""

        def counted(*arguments: Any) -> Any:
            begun = time.thread_time()
            try:
                return call(*arguments)
            finally:
                self.seconds += time.thread_time() - begun

        return counted


async def ours(given: argparse.Namespace, directory: Path) -> tuple[float, float, float]:
    """CPU and wall seconds of one cycle, and the CPU seconds in the database."""
    stored = Clocked()
    Database.write = stored(Database.write)  # type: ignore[method-assign]
    Database.read = stored(Database.read)  # type: ignore[method-assign]
    settings = Settings(
        directory,
        database_url=given.database or f"sqlite:///{directory}/ours.db",
        fetch=FetchOptions(host_interval=0.0, allow_networks=("127.0.0.0/8",), allow_ports="any"),
        feeds=tuple(Feed(f"feed-{number}", url(number, given)) for number in range(given.feeds)),
    )
    async with wire(settings, workers=False) as service:
        await asyncio.to_thread(partial(known, service.database, changed=given.changed))
        profile = cProfile.Profile()
        if given.profile:
            profile.enable()
        stored.seconds = 0.0
        cpu, wall = time.process_time(), time.perf_counter()
        done = await flow.poll_due(service.parts)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if given.profile:
            profile.disable()
            out = io.StringIO()
            pstats.Stats(profile, stream=out).sort_stats("tottime").print_stats(45)
            print(out.getvalue())
        spent = stored.seconds
        new = 50 * given.feeds if given.changed else 0
        assert (len(done.results), done.failed, sum(done.results)) == (given.feeds, 0, new), done
        sql = "SELECT count(*) FROM feeds WHERE last_polled IS NOT NULL AND next_due > :now AND failures = 0"
        now = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ") if service.database.is_sqlite else clock.now()
        settled = service.database.read(lambda c: c.execute(text(sql), {"now": now}).scalar_one())
        assert settled == given.feeds, settled
    return cpu, wall, spent


async def plain(given: argparse.Namespace, directory: Path) -> tuple[float, float]:
    """The same of a plain script."""
    database = sqlite3.connect(directory / "plain.db")
    database.execute("CREATE TABLE feeds (url TEXT PRIMARY KEY, etag TEXT, polled REAL)")
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=2)
    clients = [httpx.AsyncClient(limits=limits, timeout=60.0, verify=False) for _ in range(given.hosts)]
    numbers = iter(range(given.feeds))
    database.execute("CREATE TABLE items (guid TEXT PRIMARY KEY, title TEXT)")

    async def worker() -> None:
        for number in numbers:
            address = url(number, given)
            got = await clients[number % given.hosts].get(address, headers={"If-None-Match": _ETAG})
            if got.status_code == httpx.codes.OK:
                rows = [
                    (f"{number}|{item.id}", item.title) for item in feedparser.parse(io.BytesIO(got.content)).entries
                ]
                database.executemany("INSERT INTO items VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
            row = (address, got.headers.get("etag"), time.time())
            database.execute("INSERT INTO feeds VALUES (?, ?, ?) ON CONFLICT (url) DO UPDATE SET polled = 0", row)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(100)))
    database.commit()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    for client in clients:
        await client.aclose()
    database.close()
    return cpu, wall


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--ignoring", type=float, default=0.0, help="share of feeds whose server knows no validators")
    parser.add_argument("--changed", action="store_true", help="every feed brings 50 new entries")
    parser.add_argument("--database", default="", help="another database than a new SQLite file")
    parser.add_argument("--profile", action="store_true", help="where the time of ours goes")
    given = parser.parse_args()
    start_logging(LogOptions(level="error"))
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(given.latency, there), daemon=True)
    server.start()
    given.port = here.recv()
    with tempfile.TemporaryDirectory() as directory:
        mine = loop.run(ours(given, Path(directory)))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs = loop.run(plain(given, Path(directory)))
    print(
        f"{given.feeds} {'changed' if given.changed else 'unchanged'} feeds on {given.hosts} hosts, {given.latency * 1000:.0f} ms away, one cycle"
    )
    print(f"ours:  {mine[0]:6.2f} s CPU, {mine[1]:6.1f} s in all, at most {memory:.0f} MiB")
    print(f"plain: {theirs[0]:6.2f} s CPU, {theirs[1]:6.1f} s in all; ours/plain {mine[0] / theirs[0]:.2f}")
    print(
        f"database: {mine[2]:.2f} s, {mine[2] / mine[0]:.0%} of our CPU; {given.feeds / mine[0]:.0f} feeds a second of CPU"
    )
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
