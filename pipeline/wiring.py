"""Builds the running service out of its settings: the only place that builds. Tests build with it too."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline import clock
from pipeline.alert.compose import Composer
from pipeline.alert.links import Links
from pipeline.alert.names import english_names
from pipeline.alert.options import ChannelOptions
from pipeline.alert.senders import sender_for
from pipeline.alert.values import Sender
from pipeline.compute import Compute, Here, Workers
from pipeline.errors import ConfigurationError
from pipeline.fetch import Fetcher
from pipeline.flow import FlowOptions, Parts
from pipeline.flow.parts import Passage, nothing_happens
from pipeline.plan import Context, RecordOptions, Subscription
from pipeline.recognise import Recogniser
from pipeline.settings import Settings
from pipeline.store import feeds as feed_rows
from pipeline.store import migrate, owners
from pipeline.store.engine import Database, open_database
from pipeline.store.locks import exclusive_service_lock
from pipeline.telemetry import Metrics, logger

FAILPOINT = "TREATYWATCH_FAILPOINT"


@dataclass(frozen=True, slots=True)
class Service:
    """A wired service: its settings and what its flows work with."""

    settings: Settings
    parts: Parts

    @property
    def database(self) -> Database:
        """The open, migrated database."""
        return self.parts.database


def open_history(settings: Settings) -> Database:
    """The database of these settings, brought to the newest schema."""
    database = open_database(settings.database_url)
    migrate.upgrade(database)
    return database


@asynccontextmanager
async def wire(
    settings: Settings,
    *,
    environment: Mapping[str, str] | None = None,
    now: clock.Clock = clock.now,
    workers: bool = True,
    stopping: asyncio.Event | None = None,
) -> AsyncIterator[Service]:
    """Everything of a service, built and, at the end, given back. `workers=False`: pages are read in this very process."""
    database = await asyncio.to_thread(open_history, settings)
    arguments = (settings.watchlist, settings.recognise)
    compute: Compute = (
        Workers(settings.process, Recogniser.build, *arguments) if workers else Here(Recogniser.build, *arguments)
    )
    try:
        await asyncio.to_thread(database.write, lambda c: _begin(c, settings, now()))
        async with Fetcher(settings.fetch, now=now) as fetcher, _open(senders(settings, fetcher, now)) as sending:
            yield Service(
                settings,
                Parts(
                    database=database,
                    fetcher=fetcher,
                    compute=compute,
                    clock=now,
                    log=logger(),
                    metrics=Metrics(),
                    owner=owners.own_name(),
                    context=context_of(settings),
                    record=record_options(settings),
                    options=FlowOptions(max_entries=settings.fetch.max_entries),
                    feeds={feed.id: feed for feed in settings.feeds},
                    passage=passage_of((environment or {}).get(FAILPOINT, "")),
                    stopping=stopping,
                    channels={channel.id: channel for channel in settings.channels if channel.enabled},
                    senders=sending,
                    composer=Composer(Links(settings.web.public_url), english_names()),
                    alert=settings.alert,
                ),
            )
    finally:
        await asyncio.to_thread(compute.close)
        database.close()


def senders(settings: Settings, fetcher: Fetcher, now: clock.Clock) -> dict[str, Sender]:
    """The sender of every channel in use, by its id; to be closed. ConfigurationError where one cannot be made."""
    made: dict[str, Sender] = {}
    for channel in settings.channels:
        if channel.enabled:
            try:
                made[channel.id] = sender_for(channel, fetcher.post, now, settings.alert.timeout)
            except (OSError, ssl.SSLError) as error:
                raise ConfigurationError(f"[[channel]] {channel.id} ca_file", str(error)) from None
    return made


@asynccontextmanager
async def _open(made: dict[str, Sender]) -> AsyncIterator[dict[str, Sender]]:
    try:
        yield made
    finally:
        for sender in made.values():
            sender.close()


def _begin(connection: Any, settings: Settings, now: datetime) -> None:
    """The database as this process takes it over: the configured feeds, and no leases of processes that died."""
    feed_rows.sync(connection, settings.feeds, now)
    owners.release_gone(connection)


def service_lock(settings: Settings) -> AbstractContextManager[None]:
    """One service per SQLite file. UsageError where another one runs. PostgreSQL takes many."""
    prefix = "sqlite:///"
    if not settings.database_url.startswith(prefix) or ":memory:" in settings.database_url:
        return nullcontext()
    return exclusive_service_lock(Path(settings.database_url.removeprefix(prefix)))


def context_of(settings: Settings) -> Context:
    """Whom and what decisions are made for."""
    return Context(
        agreements={agreement.id: agreement for agreement in settings.watchlist.agreements},
        subscriptions=tuple(_subscription(c) for c in settings.channels if c.enabled and c.role == "reader"),
    )


def record_options(settings: Settings, *, quiet: bool = False) -> RecordOptions:
    """The thresholds of decisions. `quiet`: new finds are history."""
    told = settings.recognise
    return RecordOptions(told.alert_threshold, told.review_threshold, told.fresh_days, quiet)


def _subscription(channel: ChannelOptions) -> Subscription:
    wanted = channel.filter
    return Subscription(
        id=channel.id,
        mode=channel.mode,
        agreements=wanted.agreements,
        parties=wanted.parties,
        types=tuple(kind.value for kind in wanted.types),
        statuses=tuple(status.value for status in wanted.statuses),
        stages=wanted.stages,
        min_confidence=wanted.min_confidence,
    )


def passage_of(failpoint: str) -> Passage:
    """For tests of crashes: with "name:n" the process kills itself at the n-th passage of that name ("any": of all)."""
    if not failpoint:
        return nothing_happens
    name, _, count = failpoint.partition(":")
    if count and not count.isdigit():
        raise ConfigurationError(f"environment {FAILPOINT}", f"should be name:n, is {failpoint!r}")
    passed: Counter[str] = Counter()

    def passage(point: str) -> None:
        passed.update((point, "any"))
        if passed[name] >= int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    return passage
