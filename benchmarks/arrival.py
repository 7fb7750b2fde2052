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
import os
import random
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import text

from benchmarks import newsroom
from benchmarks.deliver import SECRET, a_database
from pipeline import clock, loop
from pipeline.model import Agreement
from pipeline.schedule import Beats
from pipeline.settings import load_settings
from pipeline.store.engine import Database
from pipeline.telemetry import LogOptions, start_logging
from pipeline.wiring import wire

ON_TOPIC = 10  # one article in so many
AGREEMENTS = 2000
RAMP = 3.0  # seconds at full rate before it is counted: the first poll at that rate has to come by
LISTED = 500  # items the feed shows
_TITLE, _LEAD = "The title goes here", "The lead goes here."
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_IDENTITY = re.compile(rb"webhook-id: *(\S+)", re.IGNORECASE)
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


def frames(count: int) -> list[bytes]:
    """Prepared pages with places for what is each article's own, so that the agency costs next to nothing beside the service."""
    made = []
    for number in range(count):
        story = newsroom.story(number, random.Random(number), on_topic=False)
        story = replace(story, title=_TITLE, paragraphs=(_LEAD, *story.paragraphs[1:]), published=clock.now())
        made.append(newsroom.page(story, 60))
    return made


def words(number: int) -> tuple[str, str]:
    """Title and lead of an article; every tenth tells that an agreement of its own was ratified."""
    if number % ON_TOPIC:
        return f"Item {number}", f"Item {number} of the day was shown to visitors near the harbour, said Anna Berg."
    one = watched()[number // ON_TOPIC % AGREEMENTS]
    first = newsroom.STATES[one.parties[0]]
    lead = f"{first.upper()} (Wire). The parliament of {first} on Wednesday ratified the {one.title}, its press service said."
    return f"Parliament of {first} ratifies agreement", lead


class Server(asyncio.Protocol):
    """Requests with whole heads in, an answer out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: somebody came."""
        self.transport: Any = transport
        self.unread = b""

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came."""
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n")) >= 0:
            head, rest = self.unread[:end], self.unread[end + 4 :]
            length = _LENGTH.search(head)
            if len(rest) < (needed := int(length[1]) if length else 0):
                return
            self.unread = rest[needed:]
            self.answer(head)

    def answer(self, head: bytes) -> None:
        """Answer a request."""
        raise NotImplementedError


async def serve(kind: Callable[[], Server], address: str, port: Any) -> None:
    """Say the port, answer for ever."""
    server = await asyncio.get_running_loop().create_server(kind, address, 0, backlog=256)
    port.put(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class Agency(Server):
    """A feed that grows by `rate` a second, and its pages."""

    def __init__(self, rate: Any, prepared: list[bytes], count: dict[str, float]) -> None:
        self.rate, self.prepared, self.count = rate, prepared, count

    def answer(self, head: bytes) -> None:
        """The feed or a page."""
        path = head.split(b" ", 2)[1].decode()
        kind = "application/rss+xml" if path == "/feed" else "text/html; charset=utf-8"
        body = self.feed() if path == "/feed" else self.page(int(path[1:]))
        self.transport.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )

    def page(self, number: int) -> bytes:
        """An article."""
        title, lead = words(number)
        frame = self.prepared[number % len(self.prepared)]
        return frame.replace(_TITLE.encode(), title.encode()).replace(_LEAD.encode(), lead.encode())

    def feed(self) -> bytes:
        """The latest items: those of the last seconds, as real feeds have."""
        now, state = time.monotonic(), self.count
        state["count"] += (now - state["at"]) * self.rate.value
        state["at"] = now
        last, own, stamp = (
            int(state["count"]),
            self.transport.get_extra_info("sockname")[1],
            format_datetime(clock.now()),
        )
        items = "".join(
            f"<item><title>Item {n}</title><link>http://127.0.1.{n % 50 + 1}:{own}/{n}</link><guid>n{n}</guid><pubDate>{stamp}</pubDate></item>"
            for n in range(max(0, last - LISTED), last)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'.encode()


def agency(rate: Any, port: Any) -> None:
    """The agency's process."""
    prepared, count = frames(100), {"count": 0.0, "at": time.monotonic()}
    loop.run(serve(lambda: Agency(rate, prepared, count), "0.0.0.0", port))


class Receiver(Server):
    """Notes when each message came."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def answer(self, head: bytes) -> None:
        """Yes, and good-bye."""
        at = time.time()
        self.transport.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        self.transport.close()
        identity = _IDENTITY.search(head)
        assert identity
        self.out.write(f"{identity[1].decode()} {at}\n")


def receive(port: Any, log: str) -> None:
    """The receiver's process."""
    with Path(log).open("a", encoding="utf-8", buffering=1) as out:
        loop.run(serve(lambda: Receiver(out), "127.0.0.1", port))


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
        middle = clock.now()
        rate.value = given.rate
        await asyncio.sleep(RAMP)
        busy, before, spent = time.monotonic(), read(service.database), cpu()
        await asyncio.sleep(given.seconds)
        done, took = read(service.database) - before, time.monotonic() - busy
        used = {who: round((seconds - spent[who]) / took, 2) for who, seconds in cpu().items()}
        rate.value = 0.0
        await asyncio.sleep(3)
        stopping.set()
        await beats.stop()
    return {"middle": middle, "articles_per_second": round(done / took, 1), "cores": used}


def cpu() -> dict[str, float]:
    """CPU seconds so far of the service's own process, its workers, and what only measures (the agency and the receiver)."""
    spent = {"service": time.process_time(), "workers": 0.0, "measuring": 0.0}
    for child in multiprocessing.active_children():
        fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        who = "measuring" if child.name in ("agency", "receiver") else "workers"
        spent[who] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


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
            context.Process(name="agency", target=agency, args=(rate, ports[0]), daemon=True),
            context.Process(name="receiver", target=receive, args=(ports[1], str(log)), daemon=True),
        ]
        for server in servers:
            server.start()
        configure(Path(place), ports[0].get(), ports[1].get())
        with a_database(given.postgresql, place) as database:
            url = database.engine.url.render_as_string(hide_password=False).replace("sqlite+pysqlite", "sqlite")
            found = loop.run(run(Path(place), url, rate, given))
            middle = found.pop("middle").timestamp()
            every = spans(database, log)
            database.close()
        for server in servers:
            server.kill()
    idle, busy = ([span for at, span in every if (at < middle) is rest] for rest in (True, False))
    print(json.dumps({"at_rest": told(idle), "at_work": told(busy) | found, "asked_rate": given.rate}))


if __name__ == "__main__":
    main()
