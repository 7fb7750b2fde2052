"""The beat of the service: when each flow looks for work. The database says what is due; this only says how often to ask.

APScheduler keeps the beat in the service's own event loop. A flow that still runs when its next beat comes is not started twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline import flow
from pipeline.errors import StoreUnavailable
from pipeline.settings import Settings
from pipeline.wiring import Service, service_lock, wire

Flow = Callable[[], Awaitable[object]]
Door = Callable[[Service], contextlib.AbstractAsyncContextManager[object]]


async def serve(settings: Settings, environment: Mapping[str, str], doors: Sequence[Door] = ()) -> None:
    """Run the service until SIGTERM or SIGINT; what is in hand is finished or given back. UsageError where one runs already.

    `doors` stand open while the service runs (the web page).
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _asked_to_stop, stopping, loop, name)
    with service_lock(settings):
        async with (
            wire(settings, environment=environment, stopping=stopping) as service,
            contextlib.AsyncExitStack() as open_doors,
        ):
            for door in doors:
                await open_doors.enter_async_context(door(service))
            service.parts.log.info(
                "service started",
                feeds=sum(feed.enabled for feed in settings.feeds),
                agreements=len(settings.watchlist.agreements),
                channels=len(settings.channels),
            )
            beats = Beats(service)
            beats.start()
            await stopping.wait()
            service.parts.log.info("service stops: what is in hand is finished first")
            await beats.stop()


def _asked_to_stop(stopping: asyncio.Event, loop: asyncio.AbstractEventLoop, name: signal.Signals) -> None:
    stopping.set()
    loop.remove_signal_handler(name)  # a second signal ends the process at once; leases run out by themselves


class Beats:
    """The scheduled flows of one service."""

    def __init__(self, service: Service) -> None:
        self._parts = service.parts
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        told = service.settings.schedule
        self._pause = told.deliver
        for name, seconds, work in (
            ("poll", told.poll, lambda: flow.poll_due(self._parts)),
            ("process", told.process, lambda: flow.process_due(self._parts)),
            ("expect", told.expect, lambda: flow.expect_due(self._parts)),
        ):
            self._scheduler.add_job(
                self._beat,
                IntervalTrigger(seconds=seconds),
                args=(name, work),
                id=name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=self._parts.clock(),
            )

    def start(self) -> None:
        """Begin; the first beat of every flow is now."""
        self._scheduler.start()
        self._keep(asyncio.ensure_future(self._deliver()))

    async def stop(self) -> None:
        """Start nothing more and wait for what runs: the flows themselves see `stopping` and wind up in time."""
        self._scheduler.shutdown(wait=False)
        self._parts.nudge.set()
        if self._running:
            await asyncio.wait(self._running)

    async def _beat(self, name: str, work: Flow) -> None:
        task = asyncio.ensure_future(self._once(name, work))
        self._keep(task)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)  # the scheduler may let go of it; the flow winds up by itself

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self) -> None:
        """Messages leave as soon as they are written; every few seconds it is looked for what else is due."""
        parts = self._parts
        while not (parts.stopping and parts.stopping.is_set()):
            parts.nudge.clear()
            await self._once("deliver", lambda: flow.deliver_due(parts))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(parts.nudge.wait(), self._pause)

    async def _once(self, name: str, work: Flow) -> None:
        try:
            await work()
        except StoreUnavailable as error:
            self._parts.log.warning("the database is away: waiting", flow=name, detail=str(error))
