"""How long a message takes from its commit to its receiver: `python -m benchmarks.arrival [--seconds 30] [--rate 100] [--postgresql]`.

The whole service on a database of its own: schedule, polls, worker processes, outbox, a webhook. An agency on loopback (50 hosts) lists
RATE new articles a second, every tenth reports a new act on a watched agreement; the receiver is a process of its own and notes when each
message came. First at rest (four articles a second), then at full rate. A span begins at the moment that stands in the
message's row, which is taken inside the transaction that writes it, so the commit itself is in it. Printed as JSON, seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import tempfile
import time
from dataclasses import replace
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks import newsroom
from benchmarks.deliver import SECRET, a_database
from pipeline import clock
from pipeline.model import Agreement
from pipeline.schedule import Beats
from pipeline.settings import load_settings
from pipeline.store.engine import Database
from pipeline.telemetry import LogOptions, start_logging
from pipeline.wiring import wire

ON_TOPIC = 10  # one article in so many
AGREEMENTS = 2000
SETTINGS = """
[fetch]
allow_networks = ["127.0.0.0/8"]
allow_ports = "any"
host_interval = 0
robots = false
max_connections = 64
[recognise]
fresh_days = 36500
[schedule]
poll = 0.5
process = 0.5
[[channel]]
id = "hook"
kind = "webhook"
url = "http://127.0.0.1:{port}/"
secret = "{secret}"
allow_networks = ["127.0.0.1/32"]
"""


@cache
def watched() -> tuple[Agreement, ...]:
    """The agreements."""
    return newsroom.watchlist(AGREEMENTS).agreements


def page(number: int) -> bytes:
    """An article; every tenth tells that an agreement of its own was ratified."""
    story = newsroom.story(number, random.Random(number), on_topic=False)
    if number % ON_TOPIC == 0:
        one = watched()[number // ON_TOPIC % AGREEMENTS]
        first = newsroom.STATES[one.parties[0]]
        lead = f"{first.upper()} (Wire). The parliament of {first} on Wednesday ratified the {one.title}, its press service said."
        title = f"Parliament of {first} ratifies agreement"
        story = replace(story, title=title, paragraphs=(lead, *story.paragraphs[1:]))
    return newsroom.page(replace(story, published=clock.now()), 60)


def agency(rate: Any, port: Any) -> None:
    """The agency's process: a feed that grows by `rate` a second, and its pages."""
    state = {"count": 0.0, "at": time.monotonic()}

    class Handler(BaseHTTPRequestHandler):
        server: ThreadingHTTPServer
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = feed(self.server.server_port) if self.path == "/feed" else page(int(self.path[1:]))
            self.send_response(200)
            self.send_header(
                "content-type", "application/rss+xml" if self.path == "/feed" else "text/html; charset=utf-8"
            )
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    def feed(own: int) -> bytes:
        now = time.monotonic()
        state["count"] += (now - state["at"]) * rate.value
        state["at"] = now
        last = int(state["count"])
        stamp = format_datetime(clock.now())
        items = "".join(
            f"<item><title>Item {n}</title><link>http://127.0.1.{n % 50 + 1}:{own}/{n}</link><guid>n{n}</guid><pubDate>{stamp}</pubDate></item>"
            for n in range(max(0, last - 1000), last)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()

    ThreadingHTTPServer.request_queue_size = 256
    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def receive(port: Any, log: str) -> None:
    """The receiver's process: when each message came."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.time()
            self.rfile.read(int(self.headers["content-length"]))
            self.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            with Path(log).open("a", encoding="utf-8") as out:
                out.write(f"{self.headers['webhook-id']} {at}\n")

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def configure(directory: Path, feed: int, hook: int) -> None:
    """A configuration directory."""
    (directory / "treatywatch.toml").write_text(SETTINGS.format(port=hook, secret=SECRET), encoding="utf-8")
    block = f'[[feed]]\nid = "wire"\nurl = "http://127.0.0.1:{feed}/feed"\nagency = "Wire"\ninterval = 1\n'
    (directory / "feeds.toml").write_text(block, encoding="utf-8")
    entries = (
        f"[[agreement]]\nid = {json.dumps(one.id)}\ntitle = {json.dumps(one.title)}\nparties = {json.dumps(one.parties)}\n"
        for one in watched()
    )
    (directory / "agreements.toml").write_text("\n".join(entries), encoding="utf-8")


async def run(directory: Path, url: str, rate: Any, given: argparse.Namespace) -> dict[str, Any]:
    """The service at rest and at work."""
    settings = load_settings(directory, {"TREATYWATCH_DATABASE_URL": url})
    stopping = asyncio.Event()
    async with wire(settings, stopping=stopping) as service:
        beats = Beats(service)
        beats.start()
        rate.value = 2.0 * ON_TOPIC
        while not read(service.database):  # noqa: ASYNC110 - the first pages wait for the workers to load their words
            await asyncio.sleep(0.2)
        rate.value = 0.4 * ON_TOPIC
        await asyncio.sleep(5 + given.seconds)
        middle, busy = clock.now(), time.monotonic()
        before = read(service.database)
        rate.value = given.rate
        await asyncio.sleep(given.seconds)
        done, took = read(service.database) - before, time.monotonic() - busy
        rate.value = 0.0
        await asyncio.sleep(3)
        stopping.set()
        await beats.stop()
    return {"middle": middle, "articles_per_second": round(done / took, 1)}


def read(database: Database) -> int:
    """How many articles were processed."""
    return int(
        database.read(lambda c: c.execute(text("SELECT count(*) FROM entries WHERE state = 'done'")).scalar_one())
    )


def spans(database: Database, log: Path) -> list[tuple[float, float]]:
    """(written, seconds until it came) of every message that came."""
    came: dict[str, float] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        identity, at = line.split()
        came.setdefault(identity, float(at))
    from pipeline.store.deliveries import deliveries  # noqa: PLC0415 - beside its use

    rows, _ = database.read(lambda c: deliveries(c, limit=100_000))
    return [(row.created_at.timestamp(), came[row.id] - row.created_at.timestamp()) for row in rows if row.id in came]


def told(found: list[float]) -> dict[str, Any]:
    """The spans in three figures."""
    if not found:
        return {"messages": 0}
    ranked = sorted(found)
    return {
        "messages": len(ranked),
        "p50": round(ranked[len(ranked) // 2], 3),
        "p95": round(ranked[int(len(ranked) * 0.95)], 3),
        "longest": round(ranked[-1], 3),
    }


def main() -> None:
    """Measure, print."""
    asked = argparse.ArgumentParser(description="From commit to arrival.")
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--rate", type=float, default=100.0)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    start_logging(LogOptions(level="error"))
    context = multiprocessing.get_context("spawn")
    rate, ports = context.Value("d", 0.0), (context.Queue(), context.Queue())
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "came.txt"
        servers = [
            context.Process(target=agency, args=(rate, ports[0]), daemon=True),
            context.Process(target=receive, args=(ports[1], str(log)), daemon=True),
        ]
        for server in servers:
            server.start()
        configure(Path(place), ports[0].get(), ports[1].get())
        with a_database(given.postgresql, place) as database:
            url = database.engine.url.render_as_string(hide_password=False).replace("sqlite+pysqlite", "sqlite")
            found = asyncio.run(run(Path(place), url, rate, given))
            middle = found.pop("middle").timestamp()
            every = spans(database, log)
            database.close()
        for server in servers:
            server.kill()
    idle, busy = ([span for at, span in every if (at < middle) is rest] for rest in (True, False))
    print(json.dumps({"at_rest": told(idle), "at_work": told(busy) | found, "asked_rate": given.rate}))


if __name__ == "__main__":
    main()
