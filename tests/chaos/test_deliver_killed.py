"""Delivery by a service that is killed again and again, to receivers that fail: nothing lost, nothing invented, in order."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from pipeline.store.deliveries import DeliveryView, deliveries
from pipeline.store.engine import open_database
from tests.alert.servers import Mailbox, serving, smtp_receiver
from tests.conftest import MakeUrl

ROOT = Path(__file__).parents[2]
EVENTS, KILLS = 200, {"sqlite": 50, "postgresql": 20}


@dataclass
class Moody:
    """A receiver's side. `seen`: ids in the order in which they were accepted; `sure`: those it said 200 to."""

    dice: random.Random
    calm: bool = False
    seen: list[str] = field(default_factory=list)
    sure: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mood(self) -> str:
        """A third of the time 500, a tenth no answer in time, a tenth accepted and the connection dropped."""
        with self.lock:
            lot = 1.0 if self.calm else self.dice.random()
        return (
            "refuses" if lot < 1 / 3 else "sleeps" if lot < 1 / 3 + 0.1 else "drops" if lot < 1 / 3 + 0.2 else "takes"
        )

    def accept(self, identity: str, body: bytes, *, sure: bool) -> None:
        """It has the message now."""
        with self.lock:
            self.seen.append(identity)
            self.sure[identity] += sure
            self.bodies.setdefault(identity, set()).add(body)

    @property
    def first_seen(self) -> list[str]:
        """Every id once, in the order of its first acceptance."""
        return list(dict.fromkeys(self.seen))


@contextmanager
def moody_hook(side: Moody) -> Iterator[str]:
    """A webhook receiver with moods."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body, identity = self.rfile.read(int(self.headers["content-length"])), self.headers["webhook-id"]
            mood = side.mood()
            if mood == "sleeps":
                time.sleep(0.6)
                return
            if mood in ("takes", "drops"):
                side.accept(identity, body, sure=mood == "takes")
            if mood == "drops":
                self.connection.close()
                return
            self.send_response(200 if mood == "takes" else 500)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign,assignment]  # senders die in mid-sentence
    with serving(server) as port:
        yield f"http://127.0.0.1:{port}/hook"


class MoodyMailbox(Mailbox):
    """A mail server that puts a third off, and hangs up on a tenth before it has the text."""

    side: Moody

    async def handle_DATA(self, server: SMTP, _: Any, envelope: Any) -> str:  # noqa: N802
        mood = self.side.mood()
        if mood in ("refuses", "sleeps"):
            return "451 later"
        read = message_from_bytes(envelope.content)
        identity = str(read["Message-ID"]).strip("<>").rpartition("@")[0]
        self.side.accept(identity, envelope.content, sure=True)
        return "250 taken"

    async def handle_RCPT(self, server: SMTP, _: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if self.side.mood() == "drops" and server.transport:
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"


@dataclass
class Service:
    """The service to be killed, and the three receivers."""

    zygote: subprocess.Popen[str]
    sides: dict[str, Moody]

    def live(self, seconds: float | None, failpoint: str = "-") -> int:
        """Let it run so long (None: to its end); how it ended."""
        assert self.zygote.stdin
        assert self.zygote.stdout
        self.zygote.stdin.write(f"{failpoint}\n")
        self.zygote.stdin.flush()
        child = int(self.zygote.stdout.readline())
        if seconds is not None:
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self.zygote.stdout.readline())


@contextmanager
def service(url: str, seed: int, events: int) -> Iterator[Service]:
    """Receivers, and a service not started yet."""
    sides = {name: Moody(random.Random(seed + place)) for place, name in enumerate(("one", "two", "mail"))}
    box = MoodyMailbox()
    box.side = sides["mail"]
    with moody_hook(sides["one"]) as one, moody_hook(sides["two"]) as two, smtp_receiver(box):
        command = [sys.executable, "-m", "tests.chaos.delivering", url, one, two, str(box.port), str(events)]
        zygote = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield Service(zygote, sides)
        finally:
            zygote.kill()
            zygote.communicate()


def outbox_of(url: str) -> dict[str, list[DeliveryView]]:
    """Every message by channel, in the order in which they were written; the database is sound."""
    from sqlalchemy import text

    database = open_database(url)
    if database.is_sqlite:
        assert database.read(lambda c: c.execute(text("PRAGMA integrity_check")).scalar_one()) == "ok"
        assert not database.read(lambda c: c.execute(text("PRAGMA foreign_key_check")).all())
    rows, _ = database.read(lambda c: deliveries(c, limit=100_000))
    database.close()
    found: dict[str, list[DeliveryView]] = {}
    for row in reversed(rows):
        found.setdefault(row.channel_id, []).append(row)
    return found


def check(url: str, sides: dict[str, Moody], events: int) -> None:
    """What has to hold, whatever happened."""
    told = outbox_of(url)
    assert set(told) == set(sides)
    for name, rows in told.items():
        side = sides[name]
        ids = [row.id for row in rows]
        assert len({row.event_id for row in rows}) == len(ids) == events, "every event once"
        assert {row.state for row in rows} == {"delivered"}
        assert set(side.seen) == set(ids), "every id, and no other, was seen"
        assert all(side.sure[one] for one in ids), "nothing is marked that the receiver did not say yes to"
        assert all(len(bodies) == 1 for bodies in side.bodies.values()) or name == "mail", "one id, one body"
        agreements = {row.id: json.loads(row.payload)["data"]["agreement_id"] for row in rows}
        for agreement in set(agreements.values()):
            written = [one for one in ids if agreements[one] == agreement]
            arrived = [one for one in side.first_seen if agreements[one] == agreement]
            assert arrived == written, "in order"


@pytest.mark.slow
def test_killed_fifty_times(make_url_of: MakeUrl) -> None:
    """Two hundred events, three moody receivers, a service that never lives a second: all of them get all of it, in order."""
    url = make_url_of(True)
    kills = KILLS["sqlite" if url.startswith("sqlite") else "postgresql"]
    with service(url, 20260114, EVENTS) as one:
        dice = random.Random(1)
        ends = Counter(one.live(dice.uniform(0.05, 0.9)) for _ in range(kills))
        assert ends[-signal.SIGKILL] > kills / 2
        for side in one.sides.values():
            side.calm = len(side.seen) > 5 * EVENTS
        assert one.live(None) == 0
        check(url, one.sides, EVENTS)
        repeats = sum(count - 1 for side in one.sides.values() for count in side.sure.values())
        assert repeats <= kills * 20, "a repeat after a yes needs a kill between the yes and the commit"


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["lease_taken:2", "sent_no_answer:2", "sent:1", "sent:7", "marked:1", "marked:9", "any:12"]
)
def test_killed_at_every_point(make_url_of: MakeUrl, point: str) -> None:
    """Killed between any two steps of a delivery: the next service goes on, and everybody has everything."""
    url = make_url_of(True)
    with service(url, 7, 10) as one:
        assert one.live(None, point) == -signal.SIGKILL, "the point was not reached"
        assert one.live(None) == 0
        check(url, one.sides, 10)


def test_moods_are_as_they_are_said_to_be() -> None:
    """The receiver fails as often as the test claims."""
    side = Moody(random.Random(3))
    moods = Counter(side.mood() for _ in range(3000))
    assert moods["refuses"] == pytest.approx(1000, abs=120)
    assert moods["sleeps"] == pytest.approx(300, abs=90)
    assert moods["drops"] == pytest.approx(300, abs=90)
    assert asyncio.iscoroutinefunction(MoodyMailbox.handle_DATA)
