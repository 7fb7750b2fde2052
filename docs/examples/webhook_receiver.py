"""A receiver for treatywatch's webhooks, with nothing but Python's own library. Copy it and put your own `work` in.

    export HOOK_SECRETS="whsec_… whsec_…"        the channel's secret; both while it is being changed
    python webhook_receiver.py --port 9000 --database inbox.db

What a receiver has to do, and where it is done here:
  * verify the signature over the body's own bytes, before anything reads them     `verify`
  * refuse what is more than five minutes old or ahead: a recorded message         `verify`
  * answer at once, work later: the sender waits 15 seconds and then tries again   `Inbox.take`, `work_through`
  * take every id once, also after a restart: the same message may come twice      `Inbox.take`
Put a web server that speaks https in front of it, or keep it on the machine or network of the sender.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 300  # seconds
LARGEST = 4_000_000  # bytes of a body


class Refused(Exception):
    """The message is not from the sender, not whole, or not of today."""


def verify(headers: Mapping[str, str], body: bytes, secrets: list[str], now: float) -> str:
    """The message's id, once one of the secrets has signed id, time and body; Refused otherwise."""
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not message_id or not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
        raise Refused("headers are missing")
    if abs(now - int(stamp)) > TOLERANCE:
        raise Refused("the message is too old or from the future")
    signed = f"{message_id}.{stamp}.".encode() + body
    given = [part[3:] for part in headers.get("webhook-signature", "").split(" ") if part.startswith("v1,")]
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
        right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        # in constant time: how long a comparison takes tells nothing of how much was right
        if any(hmac.compare_digest(right, one.encode("utf-8", "replace")) for one in given):
            return message_id
    raise Refused("no signature fits")


class Inbox:
    """Messages taken, each once, on disk. A message is safe when `take` returns; only then may it be acknowledged."""

    def __init__(self, path: str) -> None:
        self._path = path
        with closing(self._connect()) as database, database:
            database.execute(
                "create table if not exists inbox"
                " (id text primary key, body blob not null, taken_at real not null, done_at real)"
            )

    def take(self, message_id: str, body: bytes, now: float) -> bool:
        """True the first time an id comes, False for a repeat."""
        with closing(self._connect()) as database, database:
            row = (message_id, body, now)
            added = database.execute("insert or ignore into inbox (id, body, taken_at) values (?, ?, ?)", row)
            return added.rowcount == 1

    def next(self) -> tuple[str, bytes] | None:
        """The oldest message that is not done."""
        with closing(self._connect()) as database:
            query = "select id, body from inbox where done_at is null order by taken_at limit 1"
            found: tuple[str, bytes] | None = database.execute(query).fetchone()
            return found

    def done(self, message_id: str, now: float) -> None:
        """Never hand it out again. A crash between the work and this repeats the work: let `work` bear that."""
        with closing(self._connect()) as database, database:
            database.execute("update inbox set done_at = ? where id = ?", (now, message_id))

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=10)
        database.execute("pragma synchronous = full")
        return database


def work_through(inbox: Inbox, work: Callable[[str, dict[str, Any]], None]) -> int:
    """Do the work of every message that waits, oldest first; how many there were. What `work` raises goes up: see `main`."""
    count = 0
    while message := inbox.next():
        work(message[0], json.loads(message[1]))
        inbox.done(message[0], time.time())
        count += 1
    return count


def make_server(
    address: tuple[str, int], secrets: list[str], inbox: Inbox, bell: threading.Event
) -> ThreadingHTTPServer:
    """The HTTP side: `serve_forever()` runs it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 20  # seconds for a sender that stops in the middle

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()):
                return self._answer(411, "say how long the body is")
            if int(length) > LARGEST:
                return self._answer(413, "too large")
            body = self.rfile.read(int(length))
            try:
                names = {name.lower(): value for name, value in self.headers.items()}
                message_id = verify(names, body, secrets, time.time())
            except Refused as why:
                return self._answer(401, str(why))
            first = inbox.take(message_id, body, time.time())
            self._answer(200, "taken" if first else "taken before")
            bell.set()
            return None

        def _answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", "text/plain; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(address, Handler)


def work(message_id: str, message: dict[str, Any]) -> None:
    """Your part. The kinds of message and their data are in docs/alerts.md."""
    data = message["data"]
    words = (message_id, message["type"], data.get("agreement"), data.get("type"), data.get("date"))
    sys.stdout.write(" ".join(str(word) for word in words if word) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the options and serve until stopped."""
    options = argparse.ArgumentParser(description="Receives treatywatch's webhooks.")
    options.add_argument("--bind", default="127.0.0.1")
    options.add_argument("--port", type=int, default=9000)
    options.add_argument("--database", default="inbox.db")
    given = options.parse_args()
    secrets = os.environ.get("HOOK_SECRETS", "").split()
    if not secrets:
        sys.exit("HOOK_SECRETS holds no secret")
    inbox = Inbox(given.database)
    bell = threading.Event()
    with make_server((given.bind, given.port), secrets, inbox, bell) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # If `work` fails, the program ends with the reason. Nothing is lost: the message is in the inbox, what comes meanwhile is
        # sent again, and whatever restarts the program (systemd, a container) goes on here.
        while True:
            bell.clear()
            work_through(inbox, work)
            bell.wait()


if __name__ == "__main__":
    main()
