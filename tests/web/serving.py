"""The web door on loopback over a real history: a server in a thread, and what stands in its database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from pipeline import clock, loop
from pipeline.flow import Parts
from pipeline.model import Finding, Salience, Status
from pipeline.settings import Settings, load_settings
from pipeline.store import feeds
from pipeline.store.engine import Database, open_database
from pipeline.telemetry import Metrics, logger
from pipeline.web.server import serve_web
from pipeline.wiring import context_of, record_options
from tests.store.telling import NOW, record, store
from tests.unit.record.desk import BILATERAL, OPEN, finding

WATCHLIST = f"""
[[agreement]]
id = "{BILATERAL.id}"
title = "{BILATERAL.title}"
parties = ["RU", "BY"]
aliases = ["the pact on citizens"]

[[agreement]]
id = "{OPEN.id}"
title = "{OPEN.title}"
multilateral = true
"""
FEEDS = '[[feed]]\nid = "wire"\nurl = "https://wire.example/feed"\nagency = "Wire"\nenabled = false\n'
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202e مرحبا \x07 " + "long " * 200
LATER = datetime(2026, 1, 20, 12, tzinfo=UTC)


def history(database: Database) -> None:
    """The life of one agreement, a plan, a doubtful step, a hostile title and a step of another agreement."""
    steps: tuple[tuple[str | None, Finding], ...] = (
        ("2025-03-13", finding("signed", "", "", "2025-03-13")),
        ("2026-01-09", finding("submitted", "RU", "head_of_state", "2026-01-09")),
        ("2026-01-14", finding("ratified", "RU", "lower_chamber", "2026-01-14")),
        ("2026-01-14", finding("ratified", "RU", "upper_chamber", "2026-01-21", status=Status.PLANNED)),
        ("2026-01-15", finding("approved", "BY", "government", "2026-01", confidence=0.5)),
        ("2026-01-15", finding("deposited", "FR", "", "2025", agreement=OPEN, salience=Salience.BACKGROUND)),
    )
    for number, (day, told) in enumerate(steps, 1):
        words = "Парламент ратифицировал соглашение" if number == 3 else f"The parties told of {told.type} agreements."
        record(database, store(database, number, day, text=f"{words} Text {number}."), told)


@contextmanager
def serving(directory: Path, url: str, web: str = "", bind: str = "127.0.0.1:0") -> Iterator[str]:
    """The door of a service with this database; gives its address. `web`: further lines of [web]."""
    (directory / "treatywatch.toml").write_text(
        f'database_url = "{url}"\n[web]\nbind = "{bind}"\n{web}', encoding="utf-8"
    )
    (directory / "agreements.toml").write_text(WATCHLIST, encoding="utf-8")
    (directory / "feeds.toml").write_text(FEEDS, encoding="utf-8")
    settings = load_settings(directory, {})
    database = open_database(url)
    database.write(lambda c: feeds.sync(c, settings.feeds, NOW))
    service: Any = Served(settings, parts_of(settings, database))
    address: list[str] = []
    failed: list[BaseException] = []
    ready, over = threading.Event(), threading.Event()

    async def run() -> None:
        async with serve_web(service) as shown:
            address.append(shown)
            ready.set()
            await asyncio.to_thread(over.wait)

    def main() -> None:
        try:
            loop.run(run())
        except BaseException as error:
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    ready.wait(30)
    try:
        if failed:
            raise failed[0]
        yield address[0]
    finally:
        over.set()
        thread.join(30)
        database.close()


@dataclass(frozen=True)
class Served:
    """What the door asks of a service."""

    settings: Settings
    parts: Parts

    @property
    def database(self) -> Database:
        """The history."""
        return self.parts.database


def parts_of(settings: Settings, database: Database) -> Parts:
    """What the door needs of a service. Nothing is fetched and no pages are read, so there is nothing to do it with."""
    nobody: Any = None
    return Parts(
        database=database,
        fetcher=nobody,
        compute=nobody,
        clock=clock.now,
        log=logger(),
        metrics=Metrics(),
        owner="tests",
        context=context_of(settings),
        record=record_options(settings),
    )


@contextmanager
def client(directory: Path, url: str, web: str = "", **headers: str) -> Iterator[httpx.Client]:
    """A client of such a door."""
    with serving(directory, url, web) as base, httpx.Client(base_url=base, headers=headers, timeout=20) as made:
        yield made


def filled(url: str) -> str:
    """The same database, with the history in it."""
    database = open_database(url)
    history(database)
    database.close()
    return url
