"""Builds the running service out of its settings: the only place that builds. Tests build with it too."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
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
from pipeline.compute import Compute, Here, open_compute
from pipeline.errors import ConfigurationError
from pipeline.fetch import Fetcher
from pipeline.flow import FlowOptions, Parts
from pipeline.flow.parts import Passage, nothing_happens
from pipeline.flow.telling import outgoing
from pipeline.flow.turns import HostTurns
from pipeline.flow.upkeep import UpkeepOptions
from pipeline.model import Watchlist
from pipeline.plan import Context, RecordOptions, Subscription
from pipeline.recognise import Recogniser
from pipeline.recognise.loading import readable
from pipeline.settings import Settings
from pipeline.settings.lists import read_agreement
from pipeline.settings.reload import fingerprint
from pipeline.store import desk, migrate, owners
from pipeline.store import feeds as feed_rows
from pipeline.store.desk import WatchEntry
from pipeline.store.engine import Database, open_database
from pipeline.store.locks import exclusive_service_lock
from pipeline.store.outbox import Tell
from pipeline.telemetry import Metrics, Vitals, logger

FAILPOINT = "TREATYWATCH_FAILPOINT"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a service keeps from its start to its end, whatever is configured meanwhile."""

    database: Database
    now: clock.Clock
    passage: Passage
    workers: bool
    metrics: Metrics = field(default_factory=Metrics)
    vitals: Vitals = field(default_factory=Vitals)


@dataclass(slots=True)
class Service:
    """A wired service: its settings and what its flows work with.

    The one value that changes while the program runs: `renew` puts what a changed configuration made into it. So whoever holds
    a service asks it for its parts each time. `furniture` and `fetching` give back what was built for the present ones.
    """

    settings: Settings
    parts: Parts
    frame: Frame
    furniture: AsyncExitStack
    fetching: AsyncExitStack

    @property
    def database(self) -> Database:
        """The open, migrated database."""
        return self.frame.database


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
    try:
        frame = Frame(database, now, passage_of((environment or {}).get(FAILPOINT, "")), workers)
        added = await asyncio.to_thread(database.write, lambda c: _begin(c, settings, now()))
        if workers:
            await asyncio.to_thread(readable, Watchlist())
        async with AsyncExitStack() as fetching, AsyncExitStack() as furniture:
            fetcher = await fetching.enter_async_context(_fetcher(frame, settings))
            parts = _parts(frame, settings, added, fetcher, furniture, stopping)
            service = Service(settings, parts, frame, furniture.pop_all(), fetching.pop_all())
        try:
            yield service
        finally:
            await service.furniture.aclose()
            await service.fetching.aclose()
    finally:
        database.close()


async def renew(service: Service, settings: Settings, quiesce: Callable[[], Awaitable[None]]) -> None:
    """Put what changed settings need in the place of what runs. `quiesce` has to end every flow that works with the old parts.

    ConfigurationError or StoreUnavailable where it cannot be; then the old parts are as good as before, for flows begun anew.
    """
    frame, old_furniture, old_fetching = service.frame, service.furniture, service.fetching
    same = settings.fetch == service.settings.fetch  # then the pace of every host and its robots.txt stay known
    async with AsyncExitStack() as fetching, AsyncExitStack() as furniture:
        fetcher = service.parts.fetcher
        if not same:
            fetcher = await fetching.enter_async_context(_fetcher(frame, settings))
        added = await asyncio.to_thread(frame.database.read, desk.watched)
        if frame.workers:
            await asyncio.to_thread(readable, Watchlist())
        parts = _parts(frame, settings, added, fetcher, furniture, asyncio.Event())
        await quiesce()
        service.parts = replace(service.parts, stopping=asyncio.Event())
        await asyncio.to_thread(frame.database.write, lambda c: feed_rows.sync(c, settings.feeds, frame.now()))
        service.settings, service.parts = settings, parts
        service.furniture = furniture.pop_all()
        if not same:
            service.fetching = fetching.pop_all()
    await old_furniture.aclose()
    if not same:
        await old_fetching.aclose()


def _fetcher(frame: Frame, settings: Settings) -> Fetcher:
    """Replicas on one PostgreSQL share the pace of every host; a SQLite file has one service, which paces itself."""
    shared = None if frame.database.is_sqlite else HostTurns(frame.database)
    return Fetcher(settings.fetch, now=frame.now, shared=shared)


def _parts(
    frame: Frame,
    settings: Settings,
    added: Sequence[WatchEntry],
    fetcher: Fetcher,
    furniture: AsyncExitStack,
    stopping: asyncio.Event | None,
) -> Parts:
    """What flows work with under these settings; what has to be given back goes into `furniture`."""
    watchlist = with_additions(settings.watchlist, added)
    arguments = (watchlist, settings.recognise)
    compute: Compute = (
        open_compute(settings.process, Recogniser.build, *arguments) if frame.workers else Here(readable, *arguments)
    )
    furniture.push_async_callback(asyncio.to_thread, compute.close)
    sending = senders(settings, fetcher, frame.now)
    for sender in sending.values():
        furniture.callback(sender.close)
    return Parts(
        database=frame.database,
        fetcher=fetcher,
        compute=compute,
        clock=frame.now,
        log=logger(),
        metrics=frame.metrics,
        vitals=frame.vitals,
        owner=owners.own_name(),
        context=context_of(settings, watchlist),
        record=record_options(settings),
        options=FlowOptions(max_entries=settings.fetch.max_entries),
        feeds={feed.id: feed for feed in settings.feeds},
        passage=frame.passage,
        stopping=stopping,
        channels={channel.id: channel for channel in settings.channels if channel.enabled},
        senders=sending,
        composer=composer_of(settings),
        alert=settings.alert,
    )


def with_additions(watchlist: Watchlist, added: Sequence[WatchEntry]) -> Watchlist:
    """The watchlist with the agreements that were added while the service ran; the file has the last word on an id."""
    agreements = {one.id: one for one in watchlist.agreements}
    for entry in added:
        if entry.kind == "agreement" and entry.id not in agreements:
            with suppress(ConfigurationError):  # was checked when it came; an older version may have let it through
                agreements[entry.id] = read_agreement(entry.definition, f"agreement {entry.id}")
    return Watchlist(tuple(agreements.values()), watchlist.rules)


def watching(service: Service) -> Recogniser:
    """A recogniser of the watchlist as it is now, additions included."""
    added = service.database.read(desk.watched)
    return readable(with_additions(service.settings.watchlist, added), service.settings.recognise)


def senders(settings: Settings, fetcher: Fetcher, now: clock.Clock) -> dict[str, Sender]:
    """The sender of every channel in use, by its id; to be closed. ConfigurationError where one cannot be made."""
    return {one.id: sender_of(one, settings, fetcher, now) for one in settings.channels if one.enabled}


def sender_of(channel: ChannelOptions, settings: Settings, fetcher: Fetcher, now: clock.Clock) -> Sender:
    """The sender of one channel; to be closed. ConfigurationError where it cannot be made."""
    try:
        return sender_for(channel, fetcher.post, now, settings.alert.timeout)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"[[channel]] {channel.id} ca_file", str(error)) from None


def composer_of(settings: Settings) -> Composer:
    """Writes messages for people, with links to where readers reach the service."""
    return Composer(Links(settings.web.public_url), english_names())


def _begin(connection: Any, settings: Settings, now: datetime) -> tuple[WatchEntry, ...]:
    """The database as this process takes it over: the configured feeds, and no leases of processes that died.

    Gives what was added to the watchlist while the service ran.
    """
    feed_rows.sync(connection, settings.feeds, now)
    owners.release_gone(connection)
    return desk.watched(connection)


def signature(service: Service) -> str:
    """Stands for everything that is read again when it changes: the files, and what was added in the database."""
    added = service.database.read(desk.watched)
    return fingerprint(service.settings.directory) + "".join(f"|{one.id} {one.created_at.isoformat()}" for one in added)


def upkeep_options(settings: Settings) -> UpkeepOptions:
    """When to keep house, and what to keep."""
    told = settings.schedule
    return UpkeepOptions(
        at=told.upkeep_cron,
        retention_days=told.retention_days,
        polls_days=told.polls_days,
        backup_at=told.backup_cron,
        backup_dir=Path(told.backup_dir),
        backup_keep=told.backup_keep,
        database_url=settings.database_url,
    )


def service_lock(settings: Settings) -> AbstractContextManager[None]:
    """One service per SQLite file. UsageError where another one runs. PostgreSQL takes many."""
    prefix = "sqlite:///"
    if not settings.database_url.startswith(prefix) or ":memory:" in settings.database_url:
        return nullcontext()
    return exclusive_service_lock(Path(settings.database_url.removeprefix(prefix)))


def teller_of(settings: Settings) -> Tell:
    """Which channels hear of what a decision has to tell, and when, for decisions made without a running service."""
    channels = {channel.id: channel for channel in settings.channels if channel.enabled}
    return lambda connection, alerts, now: outgoing(connection, alerts, now, channels)


def context_of(settings: Settings, watchlist: Watchlist | None = None) -> Context:
    """Whom and what decisions are made for. `watchlist`: another one than the files'."""
    return Context(
        agreements={agreement.id: agreement for agreement in (watchlist or settings.watchlist).agreements},
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
