"""What the flows work with: the stages as wired, and what they were told. Built in `wiring` only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from pipeline.alert.compose import Composer
from pipeline.alert.links import Links
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.alert.values import Sender
from pipeline.clock import Clock
from pipeline.compute import Compute
from pipeline.fetch import Fetcher
from pipeline.flow.pace import Pace
from pipeline.flow.telling import outgoing
from pipeline.model import Feed
from pipeline.plan import AlertPlan, Context, RecordOptions
from pipeline.store.engine import Database
from pipeline.store.messages import Outgoing
from pipeline.telemetry import Logger, Metrics, Vitals

T = TypeVar("T")
Passage = Callable[[str], None]  # called at the named points of security.md's list, so that tests can die there


def nothing_happens(_: str) -> None:
    """The passage of a service that nobody tests to death."""


@dataclass(frozen=True, slots=True)
class FlowOptions:
    """How much is in hand at once (`batch` articles, `polls` feeds), and for how long. Leases outlast the longest step between claim and settlement."""

    batch: int = 64
    polls: int = 256  # most of them wait for their host's turn
    per_host: int = 4
    max_entries: int = 2000
    max_tries: int = 8
    poll_lease: timedelta = timedelta(minutes=10)
    article_lease: timedelta = timedelta(minutes=15)
    full_every: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a flow may use. `owner` names this process in leases."""

    database: Database
    fetcher: Fetcher
    compute: Compute
    clock: Clock
    log: Logger
    metrics: Metrics
    owner: str
    context: Context = field(default_factory=Context)
    record: RecordOptions = field(default_factory=RecordOptions)
    options: FlowOptions = field(default_factory=FlowOptions)
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    passage: Passage = nothing_happens
    stopping: asyncio.Event | None = None
    dice: Random = field(default_factory=Random)
    channels: Mapping[str, ChannelOptions] = field(default_factory=dict)
    senders: Mapping[str, Sender] = field(default_factory=dict)
    composer: Composer = field(default_factory=lambda: Composer(Links(), {}))
    alert: AlertOptions = field(default_factory=AlertOptions)
    pace: Pace = field(default_factory=Pace)
    vitals: Vitals = field(default_factory=Vitals)
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when messages were written, so that they leave at once."""
    threads: Executor | None = None
    """Where transactions of this flow run; None: with everybody's, behind whatever waits there."""

    def tell(self, connection: Any, alerts: Sequence[AlertPlan], now: datetime) -> tuple[Outgoing, ...]:
        """Which channels hear of what a plan has to tell, and when (an `outbox.Tell`)."""
        return outgoing(connection, alerts, now, self.channels)

    async def write(self, work: Callable[[Any], T]) -> T:
        """Run a transaction in a thread, so that the loop goes on."""
        return await self._in_a_thread(self.database.write, work)

    async def read(self, work: Callable[[Any], T]) -> T:
        """Run a reading transaction in a thread."""
        return await self._in_a_thread(self.database.read, work)

    async def _in_a_thread(self, run: Callable[[Callable[[Any], T]], T], work: Callable[[Any], T]) -> T:
        if self.threads is None:
            return await asyncio.to_thread(run, work)
        return await asyncio.get_running_loop().run_in_executor(self.threads, run, work)

    async def work(self, task: Callable[..., T], *arguments: Any) -> T:
        """Run a pure task where `compute` runs it. Raises Trouble where the task did, or was killed."""
        return await asyncio.wrap_future(self.compute.submit(task, *arguments))
