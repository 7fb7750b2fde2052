"""The service left alone beside many agencies: `python -m benchmarks.unattended [--feeds 2000 --hosts 200 --minutes 30 --speed 1]`.

`treatywatch serve`, as shipped, in a process of its own, and a world of agencies on 127.0.0.0/8: each address is a host with ten feeds,
each feed publishes articles all the time and shows its latest twenty; a twentieth of the feeds fail, in ten ways, and half of those
come to themselves. Looked at from outside: what the feeds showed beside what is stored, the time between two requests as each host
saw it, memory and CPU out of /proc. At `--speed 20` everything that has a time goes twenty times as fast, the pace of hosts included.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import ipaddress
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from benchmarks import newsroom
from pipeline.errors import StoreUnavailable
from pipeline.store.engine import open_database

FAILURES = {
    "status": "http_status", "missing": "http_status", "busy": "rate_limited", "silent": "timeout_connect timeout_total",
    "hangs up": "protocol_error", "html": "not_a_feed", "half": "bad_encoding", "circle": "too_many_redirects",
    "endless": "too_large", "no tls": "tls_error",
}  # fmt: skip
_WAYS = tuple(FAILURES)
_FIRST = int(ipaddress.IPv4Address("127.0.1.1"))
_AT_FIRST = 6  # articles that a feed shows at the beginning
_WINDOW = 20
_PATIENCE = 2  # failures after which a feed that comes to itself does
_ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Scale:
    """How large, how long (minutes of the service's time) and how fast the world is."""

    feeds: int = 2000
    hosts: int = 200
    minutes: float = 30.0
    speed: float = 1.0
    pace: float = 5.0
    bad_share: float = 0.05

    @property
    def seconds(self) -> float:
        """How long a run takes."""
        return self.minutes * 60 / self.speed

    def way(self, number: int) -> str | None:
        """How a feed fails; None for a good one."""
        every = round(1 / self.bad_share)
        return _WAYS[number // every % len(_WAYS)] if number % every == every - 1 else None

    def recovers(self, number: int) -> bool:
        """Whether a failing feed comes to itself. One that asks for TLS at a plain port cannot."""
        return number // (round(1 / self.bad_share) * len(_WAYS)) % 2 == 1 and self.way(number) != "no tls"


@dataclass(slots=True)
class World:
    """The agencies: what they showed, and when they were asked."""

    scale: Scale
    began: float = field(default_factory=time.monotonic)
    shown: set[tuple[int, int]] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)
    failed: Counter[int] = field(default_factory=Counter)
    last: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    closest: tuple[float, str] = (float("inf"), "")
    ended: float | None = None  # from then on nothing new is published
    lag: float = 0.0  # how late this world's own loop was at most: so much sooner or later it may have seen a request
    port: int = 0
    pages: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = random.Random(20260114)
        told = [newsroom.story(number, dice, on_topic=number == 0) for number in range(50)]
        self.pages = [newsroom.page(one, kilobytes=24) for one in told]

    def noted(self, host: str, what: bytes) -> None:
        """A request came to this host."""
        now = time.monotonic()
        before, earlier = self.last.get(host, (-1e9, b""))
        if now - before < self.closest[0]:
            self.closest = now - before, f"{host}: {earlier!r}, {what!r}"
        self.last[host] = now, what
        self.asked[host] += 1

    def names(self) -> set[str]:
        """The identities of all items that were shown."""
        return {f"{number}/{item}" for number, item in list(self.shown)}

    async def watch_the_clock(self) -> None:
        """Keep the measure of `lag`."""
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.02)
            self.lag = max(self.lag, time.monotonic() - began - 0.02)

    def count(self, number: int) -> int:
        """How many articles a feed has published by now: a new one every three to nine minutes, each feed in its own time."""
        period = (180 + number * 7919 % 360) / self.scale.speed
        return _AT_FIRST + int(((self.ended or time.monotonic()) - self.began) / period)

    def url(self, number: int) -> str:
        """A feed's address."""
        host = ipaddress.IPv4Address(_FIRST + number % self.scale.hosts)
        scheme = "https" if self.scale.way(number) == "no tls" else "http"
        return f"{scheme}://{host}:{self.port}/feed/{number}"

    def feed(self, number: int, host: str) -> bytes:
        """The feed as it stands, noted as shown."""
        count = self.count(number)
        latest = range(max(0, count - _WINDOW), count)
        self.shown.update((number, item) for item in latest)
        items = "".join(
            f"<item><title>News {item} of desk {number}</title><link>http://{host}:{self.port}/news/{number}/{item}</link>"
            f'<guid isPermaLink="false">{number}/{item}</guid><pubDate>Wed, 14 Jan 2026 10:00:00 +0000</pubDate></item>'
            for item in reversed(latest)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Desk {number}</title>{items}</channel></rss>'.encode()


def _whole(body: bytes, kind: str, extra: str = "", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


class Agency(asyncio.Protocol):
    """Answers for every host of the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._host: str = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self._world.noted(self._host, data.partition(b" HTTP")[0][:80])
        if not data.startswith(b"GET "):  # the beginning of a TLS handshake
            self._transport.close()
            return
        path = data.split(b" ", 2)[1].decode("ascii", "replace")
        kind, _, rest = path.removeprefix("/").partition("/")
        if kind == "feed" and rest.isdigit():
            self._feed(int(rest), data)
        elif kind == "news":
            place = hash(path) % len(self._world.pages)
            page = self._world.pages[place].replace(b"</h1>", f" ({rest})</h1>".encode(), 1)
            self._transport.write(_whole(page, "text/html; charset=utf-8"))
        else:
            self._transport.write(_whole(b"", "text/plain", status="404 Not Found"))

    def _feed(self, number: int, asked: bytes) -> None:
        world = self._world
        way = world.scale.way(number)
        if way and not (world.scale.recovers(number) and world.failed[number] >= _PATIENCE):
            world.failed[number] += 1
            self._fail(way, number)
            return
        etag = f'"{world.count(number)}"'
        if f"If-None-Match: {etag}\r\n".encode() in asked:
            self._transport.write(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
            return
        body = world.feed(number, self._host)
        self._transport.write(_whole(body, "application/rss+xml", f"ETag: {etag}\r\n"))

    def _fail(self, way: str, number: int) -> None:
        write = self._transport.write
        match way:
            case "status":
                write(_whole(b"", "text/plain", status="500 Internal Server Error"))
            case "missing":
                write(_whole(b"", "text/plain", status="404 Not Found"))
            case "busy":
                write(_whole(b"", "text/plain", "Retry-After: 120\r\n", "429 Too Many Requests"))
            case "hangs up":
                self._transport.close()
            case "html":
                write(_whole(b"<!doctype html><title>Sorry</title><p>Back soon.</p>", "text/html"))
            case "half":
                packed = gzip.compress(b"<rss>" + random.Random(number).randbytes(5000))[:2000]
                write(_whole(packed, "application/rss+xml", "Content-Encoding: gzip\r\n"))
            case "circle":
                write(_whole(b"", "text/plain", f"Location: /feed/{number}\r\n", "302 Found"))
            case "endless":
                write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>" + b" " * 4_000_000)
            case _:  # silent: no answer
                pass


@contextmanager
def running(world: World) -> Iterator[World]:
    """The world's server, in a thread."""
    loop = asyncio.new_event_loop()
    make = loop.create_server(lambda: Agency(world), "0.0.0.0", 0, backlog=1024)
    server = loop.run_until_complete(make)
    world.port = server.sockets[0].getsockname()[1]
    watching = loop.create_task(world.watch_the_clock())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.close()
        loop.call_soon_threadsafe(watching.cancel)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(watching)
        loop.close()


def configure(directory: Path, world: World) -> str:
    """A configuration directory; the address of its database."""
    speed, url = world.scale.speed, f"sqlite:///{directory}/history.db"
    interval = "" if speed == 1 else f"interval = {max(1, round(600 / speed))}\n"
    feeds = (f'[[feed]]\nid = "desk-{n}"\nurl = "{world.url(n)}"\n{interval}' for n in range(world.scale.feeds))
    (directory / "feeds.toml").write_text("\n".join(feeds), encoding="utf-8")
    watched = (
        '[[agreement]]\nid = "one"\ntitle = "Agreement between Poland and Chile on Fisheries"\nparties = ["PL", "CL"]\n'
    )
    (directory / "agreements.toml").write_text(watched, encoding="utf-8")
    (directory / "treatywatch.toml").write_text(
        f'database_url = "{url}"\n[fetch]\nallow_networks = ["127.0.0.0/8"]\nallow_ports = "any"\ntimeout = 5\nmax_wire_bytes = 1000000\n'
        f'host_interval = {world.scale.pace / speed}\n[process]\nworkers = 1\n[web]\nbind = ""\n',
        encoding="utf-8",
    )
    return url


@dataclass(slots=True)
class Watch:
    """What /proc says of a process and its children, sample by sample: (seconds, bytes of the service, bytes of its workers)."""

    pid: int
    samples: list[tuple[float, int, int]] = field(default_factory=list)
    cpu: float = 0.0

    def look(self, since: float) -> None:
        """Take a sample."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        with contextlib.suppress(OSError, IndexError):
            family = [_stat(int(child)) for child in children]
            own = _stat(self.pid)
            self.samples.append((time.monotonic() - since, own[1], sum(one[1] for one in family)))
            self.cpu = own[0] + sum(one[0] for one in family)

    def growth(self, place: int) -> float:
        """How much memory grew from the first quarter's end to the run's, as a share; medians of a twentieth of the run."""
        end = self.samples[-1][0]
        then = [one[place] for one in self.samples if 0.25 * end <= one[0] <= 0.30 * end]
        last = [one[place] for one in self.samples if one[0] >= 0.95 * end]
        return statistics.median(last) / max(statistics.median(then), 1) - 1


def _stat(pid: int) -> tuple[float, int]:
    """CPU seconds and resident bytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to. `missing`: shown and not stored; `invented`: stored and never shown; `doubled`: articles with two rows or two versions."""

    shown: int
    missing: int
    invented: int
    doubled: int
    read: int
    waiting: int
    closest: float
    closest_two: str
    lag: float
    requests: int
    growth: tuple[float, float]
    memory: tuple[int, int]
    cpu: float
    stopping: float
    errors: Counter[tuple[str, str]]
    said: list[str]


def run(scale: Scale, directory: Path) -> Report:
    """Let the service run beside the world, stop it, and look at what it stored."""
    with running(World(scale)) as world:
        url = configure(directory, world)
        command = [sys.executable, "-m", "pipeline", "serve", "--config", str(directory)]
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=_ROOT, stderr=log, start_new_session=True)
        watch = Watch(process.pid)
        try:
            _until(lambda: bool(_stored(directory, url)))  # until then it only starts
            world.began = time.monotonic()
            while time.monotonic() - world.began < scale.seconds:
                time.sleep(max(0.2, scale.seconds / 400))
                watch.look(world.began)
            world.ended = time.monotonic()
            _until(lambda: world.names() <= _stored(directory, url))  # what was shown to it a moment ago is on its way
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            stopping = time.monotonic() - began
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        return _report(world, url, watch, stopping, directory / "log")


def _until(done: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for it, so long at most."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.5)


def _stored(directory: Path, url: str) -> set[str]:
    """The items on record; none before there are tables."""
    if not (directory / "history.db").exists():
        return set()
    database = open_database(url)
    try:
        return set(database.read(lambda c: c.execute(text("SELECT identity FROM entries")).scalars()))
    except (DBAPIError, StoreUnavailable):
        return set()
    finally:
        database.close()


def _report(world: World, url: str, watch: Watch, stopping: float, log: Path) -> Report:
    database = open_database(url)

    def ask(sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in database.read(lambda c: c.execute(text(sql)).all())]

    stored = [str(row[0]) for row in ask("SELECT identity FROM entries")]
    shown = world.names()
    doubled = ask(
        "SELECT a.url FROM articles a JOIN article_versions v ON v.article_id = a.id GROUP BY a.url HAVING count(*) > 1"
    )
    states = dict(ask("SELECT state, count(*) FROM entries GROUP BY state"))
    errors: Counter[tuple[str, str]] = Counter()
    for name, error in ask("SELECT id, error FROM feeds WHERE error IS NOT NULL"):
        errors[world.scale.way(int(str(name).removeprefix("desk-"))) or "good", str(error)] += 1
    database.close()
    words = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if '"error"' in line]
    return Report(
        shown=len(shown),
        missing=len(shown - set(stored)),
        invented=len(set(stored) - shown),
        doubled=len(doubled) + len(stored) - len(set(stored)),
        read=int(str(states.get("done", 0))),
        waiting=sum(int(str(count)) for state, count in states.items() if state != "done"),
        closest=world.closest[0],
        closest_two=world.closest[1],
        lag=world.lag,
        requests=sum(world.asked.values()),
        growth=(watch.growth(1), watch.growth(2)),
        memory=(max(one[1] for one in watch.samples), max(one[2] for one in watch.samples)),
        cpu=watch.cpu,
        stopping=stopping,
        errors=errors,
        said=words,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the service's time")
    parser.add_argument("--speed", type=float, default=1.0)
    given = parser.parse_args()
    scale = Scale(given.feeds, given.hosts, given.minutes, given.speed)
    with tempfile.TemporaryDirectory() as directory:
        told = run(scale, Path(directory))
    pace = scale.pace / scale.speed
    print(f"{scale.feeds} feeds on {scale.hosts} hosts, {scale.minutes:g} minutes at speed {scale.speed:g}")
    print(f"items shown {told.shown}: missing {told.missing}, invented {told.invented}, double {told.doubled}")
    print(f"articles read {told.read}, waiting for their host's turn {told.waiting}")
    print(
        f"{told.requests} requests; closest two at one host {told.closest:.3f} s, pace {pace:.3f} s ({told.closest_two})"
    )
    print(f"this world's own clock was late by {told.lag:.3f} s at most: so much closer two requests may seem")
    main_growth, worker_growth = (f"{100 * share:+.1f} %" for share in told.growth)
    print(
        f"memory: service {told.memory[0] >> 20} MiB at most, {main_growth} after the first quarter; worker {told.memory[1] >> 20} MiB, {worker_growth}"
    )
    print(f"CPU {told.cpu:.1f} s in {scale.seconds:.0f} s; stopped in {told.stopping:.1f} s")
    for (way, error), count in sorted(told.errors.items()):
        print(f"  {count:4} feeds: {way} -> {error}")
    for line in told.said[:20]:
        print(line[:300])


if __name__ == "__main__":
    main()
