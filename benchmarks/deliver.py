"""How fast due messages drain to a local receiver, beside channels whose receivers never answer.

    python -m benchmarks.deliver [COUNT] [--filled ROWS] [--dead CHANNELS] [--agreements N] [--postgresql]

The receiver is a process of its own, one connection for each message, as with strangers. All channels have COUNT messages due; the
clock stops when the healthy one has all of its own. `--filled`: so many delivered messages, with their tries, lie in the tables before.
The baseline is the same messages, signed and posted by the same sender with as many hands, from memory: no database, so nothing that
could be lost, repeated, put in order or audited. Printed as JSON: messages, seconds, rate, processor seconds of this process, the 95th
percentile of one sending in milliseconds, how many the dead channels were offered meanwhile, and the ratio to the baseline.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipeline import clock, flow, loop
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.alert.senders import sender_for
from pipeline.alert.values import Delivered, Delivery
from pipeline.compute import Here
from pipeline.fetch import Fetcher, FetchOptions
from pipeline.flow.parts import Parts
from pipeline.store import migrate, outbox
from pipeline.store.engine import Database, open_database
from pipeline.store.messages import Outgoing
from pipeline.telemetry import LogOptions, Metrics, logger, start_logging

SECRET = "whsec_YSBrZXkgZm9yIG1lYXN1cmluZyBhbmQgbm90aGluZyBlbHNl"
BODY = json.dumps({"type": "event.created", "timestamp": "2026-01-14T10:00:00Z", "data": {"evidence": "x" * 1500}})
FILLED = """
INSERT INTO outbox (id, seq, channel_id, kind, ordering_key, payload, state, attempt, replayed_from, next_try, created_at, settled_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
SELECT 'old_' || i, -i, 'well', 'event.created', 'order ' || i % 2000, :body, 'delivered', 1, 0, :then, :then, :then FROM n
"""
TRIED = """
INSERT INTO attempts (outbox_id, attempt, at, target, outcome, http_status, answer, duration_ms)
SELECT id, 1, settled_at, 'https://example.org/…', 'delivered', 204, '', 20 FROM outbox WHERE state = 'delivered'
"""


class Handler(BaseHTTPRequestHandler):
    """Takes everything."""

    def do_POST(self) -> None:
        """Read and say yes."""
        self.rfile.read(int(self.headers["content-length"]))
        self.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Quiet."""


def receive(port: Any) -> None:
    """The receiver's process."""
    ThreadingHTTPServer.request_queue_size = 256
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def channel(name: str, port: int) -> ChannelOptions:
    """A webhook on this machine."""
    url = f"http://127.0.0.1:{port}/"
    return ChannelOptions(id=name, kind="webhook", url=url, secret=(SECRET,), allow_networks=("127.0.0.1/32",))


def fill(database: Database, names: list[str], given: argparse.Namespace) -> None:
    """What was delivered long ago, then as many due messages for each channel, the healthy one's last."""
    now = clock.now()
    if given.filled:
        old = {"rows": given.filled, "body": BODY[:400], "then": "2026-01-01 10:00:00+00:00"}
        database.write(lambda c: (c.execute(text(FILLED), old), c.execute(text(TRIED))))
    for name in names:
        rows = [
            Outgoing(name, "event.created", str(n), f"agreement {n % given.agreements}", BODY, now)
            for n in range(given.count)
        ]
        for start in range(0, given.count, 1000):
            part = rows[start : start + 1000]
            database.write(lambda c, part=part: outbox.enqueue(c, part, now))  # type: ignore[misc]
    if not database.is_sqlite:
        with database.engine.connect() as plain:
            plain.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def waiting(database: Database) -> int:
    """How many of the healthy channel's messages are not through yet."""
    left = text("SELECT count(*) FROM outbox WHERE channel_id = 'well' AND state IN ('pending', 'leased')")
    return int(database.read(lambda c: c.execute(left).scalar_one()))


async def bare(well: int, count: int) -> float:
    """The baseline: seconds for as many messages from memory."""
    options, one = AlertOptions(), channel("well", well)
    hands, now = asyncio.Semaphore(options.concurrency), clock.now()
    async with Fetcher(FetchOptions()) as fetcher:
        sender = sender_for(one, fetcher.post, clock.now, options.timeout)

        async def send(number: int) -> None:
            async with hands:
                assert isinstance(await sender.send(Delivery(f"msg_{number}", "event.created", now, body)), Delivered)

        body, began = BODY.encode(), time.perf_counter()
        await asyncio.gather(*(send(number) for number in range(count)))
        return time.perf_counter() - began


async def measure(database: Database, ports: dict[str, int], count: int) -> dict[str, Any]:
    """Drain; what it took."""
    options = AlertOptions()
    channels = {name: channel(name, port) for name, port in ports.items()}
    async with Fetcher(FetchOptions()) as fetcher:
        parts = Parts(
            database=database, fetcher=fetcher, compute=Here(lambda: None), clock=clock.now, log=logger(),
            metrics=Metrics(), owner="benchmark:1:1", channels=channels, alert=options, stopping=asyncio.Event(),
            senders={name: sender_for(one, fetcher.post, clock.now, options.timeout) for name, one in channels.items()},
        )  # fmt: skip
        began, used = time.perf_counter(), time.process_time()
        task = asyncio.create_task(flow.deliver_due(replace(parts)))
        while await asyncio.to_thread(waiting, database):  # noqa: ASYNC110 - the database says when
            await asyncio.sleep(0.1)
        took, used = time.perf_counter() - began, time.process_time() - used
        task.cancel()
        await asyncio.wait([task])
    recent = text("SELECT duration_ms FROM attempts WHERE outcome = 'delivered' ORDER BY id DESC LIMIT :count")
    spans = sorted(database.read(lambda c: c.execute(recent, {"count": count}).scalars().all()))
    offered = text("SELECT count(*) FROM outbox WHERE channel_id <> 'well' AND attempt > 0")
    return {
        "messages": count,
        "seconds": round(took, 2),
        "per_second": round(count / took),
        "cpu_seconds": round(used, 2),
        "per_cpu_second": round(count / used),
        "p95_ms": spans[int(len(spans) * 0.95)],
        "dead_channels_tried": database.read(lambda c: c.execute(offered).scalar_one()),
    }


@contextmanager
def a_database(on_postgresql: bool, directory: str) -> Iterator[Database]:
    """An empty one, with its tables."""
    if on_postgresql:
        from tests.databases import postgresql_server, server_binaries  # noqa: PLC0415 - only where it is asked for

        binaries = server_binaries()
        if binaries is None:
            raise SystemExit("there is no PostgreSQL server on this machine")
        with postgresql_server(binaries) as url:
            yield opened(url)
        return
    yield opened(f"sqlite:///{Path(directory) / 'deliver.db'}")


def opened(url: str) -> Database:
    """The database with its tables."""
    database = open_database(url)
    migrate.upgrade(database)
    return database


def main() -> None:
    """Measure, on databases of its own."""
    asked = argparse.ArgumentParser(description="How fast due messages drain.")
    asked.add_argument("count", type=int, nargs="?", default=10_000)
    asked.add_argument("--filled", type=int, default=0, metavar="ROWS")
    asked.add_argument("--dead", type=int, default=1, metavar="CHANNELS")
    asked.add_argument("--agreements", type=int, default=2000)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    start_logging(LogOptions(level="error"))
    port: Any = multiprocessing.get_context("spawn").Queue()
    receiver = multiprocessing.get_context("spawn").Process(target=receive, args=(port,), daemon=True)
    receiver.start()
    well = port.get()
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        ports = {f"dead{n}": silent.getsockname()[1] for n in range(given.dead)} | {"well": well}
        with a_database(given.postgresql, directory) as database:
            fill(database, list(ports), given)
            found = loop.run(measure(database, ports, given.count))
            database.close()
    baseline = loop.run(bare(well, given.count))
    receiver.kill()
    found |= {"baseline_per_second": round(given.count / baseline), "ratio": round(found["seconds"] / baseline, 2)}
    print(json.dumps(vars(given) | found))


if __name__ == "__main__":
    main()
