"""How fast due messages drain to a local receiver, beside a channel whose receiver never answers: `python -m benchmarks.deliver [COUNT]`.

The receiver is a process of its own, one connection for each message, as with strangers. Both channels have COUNT messages due; the
clock stops when the healthy one has all of its own. Printed as JSON: messages, seconds, rate, the 95th percentile of one sending in
milliseconds, and how many the dead channel was offered meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import sys
import tempfile
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipeline import clock, flow
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.alert.senders import sender_for
from pipeline.compute import Here
from pipeline.fetch import Fetcher, FetchOptions
from pipeline.flow.parts import Parts
from pipeline.store import migrate, outbox
from pipeline.store.engine import Database, open_database
from pipeline.store.messages import Outgoing
from pipeline.telemetry import LogOptions, Metrics, logger, start_logging

SECRET = "whsec_YSBrZXkgZm9yIG1lYXN1cmluZyBhbmQgbm90aGluZyBlbHNl"
BODY = json.dumps({"type": "event.created", "timestamp": "2026-01-14T10:00:00Z", "data": {"evidence": "x" * 1500}})


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


def fill(database: Database, count: int) -> None:
    """As many messages for each of the two channels, five to an agreement; the dead channel's were written first."""
    now = clock.now()
    for name in ("dead", "well"):
        rows = [Outgoing(name, "event.created", str(n), f"agreement {n // 5}", BODY, now) for n in range(count)]
        for start in range(0, count, 1000):
            part = rows[start : start + 1000]
            database.write(lambda c, part=part: outbox.enqueue(c, part, now))  # type: ignore[misc]


def delivered(database: Database) -> int:
    """How many of the healthy channel's messages are through."""
    done = text("SELECT count(*) FROM outbox WHERE channel_id = 'well' AND state = 'delivered'")
    return int(database.read(lambda c: c.execute(done).scalar_one()))


async def measure(database: Database, well: int, dead: int, count: int) -> dict[str, object]:
    """Drain; what it took."""
    options = AlertOptions()
    both = {one.id: one for one in (channel("dead", dead), channel("well", well))}
    async with Fetcher(FetchOptions()) as fetcher:
        parts = Parts(
            database=database, fetcher=fetcher, compute=Here(lambda: None), clock=clock.now, log=logger(),
            metrics=Metrics(), owner="benchmark:1:1", channels=both, alert=options, stopping=asyncio.Event(),
            senders={name: sender_for(one, fetcher.post, clock.now, options.timeout) for name, one in both.items()},
        )  # fmt: skip
        began, used = time.perf_counter(), time.process_time()
        task = asyncio.create_task(flow.deliver_due(replace(parts)))
        while await asyncio.to_thread(delivered, database) < count:  # noqa: ASYNC110 - the database says when
            await asyncio.sleep(0.1)
        took, used = time.perf_counter() - began, time.process_time() - used
        task.cancel()
        await asyncio.wait([task])
    tries = text("SELECT a.duration_ms FROM attempts a JOIN outbox o ON o.id = a.outbox_id WHERE o.channel_id = 'well'")
    spans = sorted(database.read(lambda c: c.execute(tries).scalars().all()))
    offered = text("SELECT count(*) FROM outbox WHERE channel_id = 'dead' AND attempt > 0")
    return {
        "messages": count,
        "seconds": round(took, 2),
        "per_second": round(count / took),
        "cpu_seconds": round(used, 2),
        "p95_ms": spans[int(len(spans) * 0.95)],
        "dead_channel_tried": database.read(lambda c: c.execute(offered).scalar_one()),
    }


def main() -> None:
    """Measure on a SQLite file of its own."""
    start_logging(LogOptions(level="error"))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    port: Any = multiprocessing.get_context("spawn").Queue()
    receiver = multiprocessing.get_context("spawn").Process(target=receive, args=(port,), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        database = open_database(f"sqlite:///{Path(directory) / 'deliver.db'}")
        migrate.upgrade(database)
        fill(database, count)
        print(json.dumps(asyncio.run(measure(database, port.get(), silent.getsockname()[1], count))))
        database.close()
    receiver.kill()


if __name__ == "__main__":
    main()
