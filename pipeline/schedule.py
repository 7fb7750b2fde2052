"""The beat of the service: when each flow looks for work. The database says what is due; this only says how often to ask.

    serve ─▶ wire (waits for the database) ─▶ beats … stopped │ configuration changed ─▶ beats end ─▶ renew ─▶ beats …

APScheduler keeps the beat in the service's own event loop. A flow that still runs when its next beat comes is not started twice;
one that met an absent database, or an error nobody foresaw, rests for a while and goes on by itself. Where several replicas
share a database, all of them process and deliver, and one, the leader, polls and keeps house.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline import clock, flow
from pipeline.errors import ConfigurationError, StoreUnavailable, WorkersUnavailable
from pipeline.flow.look_later import look_back_due
from pipeline.flow.parts import Parts
from pipeline.settings import Settings, load_settings
from pipeline.settings.reload import effective, refusal, waits_for_restart
from pipeline.store import leader, owners
from pipeline.telemetry import logger
from pipeline.wiring import Service, renew, service_lock, signature, upkeep_options, watching, wire

Flow = Callable[[Parts], Awaitable[object]]
Door = Callable[[Service], contextlib.AbstractAsyncContextManager[object]]

_LOOK = 5.0  # seconds between looks whether the configuration has changed
_COUNT = 15.0
_HOUSE = 60.0
_LONGEST_REST = 30.0
_CONVINCED = 5.0  # seconds after which a flow that failed before, and has not failed again, is well
_SAY_AGAIN = timedelta(minutes=10)


async def serve(settings: Settings, environment: Mapping[str, str], doors: Sequence[Door] = ()) -> None:
    """Run the service until SIGTERM or SIGINT; what is in hand is finished or given back. UsageError where one runs already.

    `doors` stand open while the service runs (the web page). SIGHUP, or a changed file, renews the configuration.
    """
    asked = _Asked()
    asked.listen(asyncio.get_running_loop())
    with service_lock(settings):
        async with contextlib.AsyncExitStack() as house:
            service = await _wired(house, settings, environment, asked)
            if service is None:
                return
            for door in doors:
                await house.enter_async_context(door(service))
            service.parts.log.info("service started", **_counts(service))
            await _keep_time(service, environment, asked)
            service.parts.log.info("service stopped")


async def _wired(
    house: contextlib.AsyncExitStack, settings: Settings, environment: Mapping[str, str], asked: _Asked
) -> Service | None:
    """The service, as soon as its database can be had; None where it was asked to stop before."""
    pause = 1.0
    while not asked.to_stop.is_set():
        try:
            return await house.enter_async_context(wire(settings, environment=environment, stopping=asyncio.Event()))
        except StoreUnavailable as error:
            logger().warning("the database is away: waiting to start", detail=str(error), seconds=pause)
            await _unless(asked.to_stop, pause)
            pause = min(pause * 2, _LONGEST_REST)
    return None


async def _keep_time(service: Service, environment: Mapping[str, str], asked: _Asked) -> None:
    """Beat after beat, over changes of the configuration, to the end."""
    look_out = LookOut(service, environment)
    while True:
        beats = Beats(service)
        beats.start()
        changed = await look_out.next(asked)
        if changed is None:
            service.parts.log.info("service stops: what is in hand is finished first")
            await beats.stop()
            await beats.depart()
            return
        try:
            await renew(service, changed, beats.stop)
        except (ConfigurationError, StoreUnavailable) as error:
            look_out.refuse(str(error), for_now=isinstance(error, StoreUnavailable))
            await beats.stop()
            service.parts = replace(service.parts, stopping=asyncio.Event())
        else:
            look_out.taken()


def _counts(service: Service) -> dict[str, int]:
    return {
        "feeds": sum(feed.enabled for feed in service.parts.feeds.values()),
        "agreements": len(service.parts.context.agreements),
        "channels": len(service.parts.channels),
    }


class _Asked:
    """What signals ask of the service: to stop, or to read its configuration again."""

    def __init__(self) -> None:
        self.to_stop = asyncio.Event()
        self.to_read = asyncio.Event()

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop, loop, name)
        if not sys.stderr.isatty():  # on a terminal it means that somebody closed it
            loop.add_signal_handler(signal.SIGHUP, self._read)

    def _stop(self, loop: asyncio.AbstractEventLoop, name: signal.Signals) -> None:
        self.to_stop.set()
        self.to_read.set()
        loop.remove_signal_handler(name)  # a second signal ends the process at once; leases run out by themselves

    def _read(self) -> None:
        self.to_read.set()


async def _unless(event: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until the event; True where it came."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


class LookOut:
    """Looks whether the configuration has changed. A good one is given on; a bad one is refused, with the reason, and told."""

    def __init__(self, service: Service, environment: Mapping[str, str]) -> None:
        self._service = service
        self._environment = environment
        self._known: str | None = None
        self._last = ""

    async def next(self, asked: _Asked) -> Settings | None:
        """The next configuration to work with; None when the service has to stop."""
        if self._known is None:
            self._known = await self._signature()
        while True:
            hurried = await _unless(asked.to_read, _LOOK)
            if asked.to_stop.is_set():
                return None
            asked.to_read.clear()
            found = await self._signature()
            # a file that is being written is left alone until it stays the same from one look to the next
            if found is None or not (hurried or (found != self._known and found == self._last)):
                self._last = found or self._last
                continue
            self._known = self._last = found
            changed = await asyncio.to_thread(self._read)
            if changed is not None:
                return changed

    async def _signature(self) -> str | None:
        try:
            return await asyncio.to_thread(signature, self._service)
        except StoreUnavailable:
            return None

    def _read(self) -> Settings | None:
        running = self._service.settings
        try:
            changed = load_settings(running.directory, self._environment)
        except ConfigurationError as error:
            self.refuse(str(error))
            return None
        if why := refusal(running, changed):
            self.refuse(why)
            return None
        if later := waits_for_restart(running, changed):
            self._service.parts.log.warning("takes effect at the next start only", changed=", ".join(later))
        return effective(running, changed)

    def refuse(self, why: str, *, for_now: bool = False) -> None:
        """The changed configuration is not used, or not yet: say so."""
        if for_now:
            self._known = ""
        parts = self._service.parts
        parts.vitals.refused = why
        parts.metrics.reloads.labels("refused").inc()
        parts.log.error("the changed configuration is refused; the one from before is kept", detail=why)

    def taken(self) -> None:
        """The changed configuration is in use: say so."""
        parts = self._service.parts
        parts.vitals.refused = ""
        parts.metrics.reloads.labels("taken").inc()
        parts.log.info("configuration renewed", **_counts(self._service))


@dataclass(slots=True)
class _Standing:
    """How a flow fares: failures in a row, and until when (monotonic) it rests."""

    failures: int = 0
    rest_until: float = 0.0


class Beats:
    """The scheduled flows of one service under one configuration."""

    def __init__(self, service: Service) -> None:
        self._parts = service.parts
        self._shared = not service.database.is_sqlite  # a SQLite file has one service, which its lock sees to
        self._running: set[asyncio.Task[None]] = set()
        self._standing: dict[str, _Standing] = {}
        self._leads_until = 0.0
        # that a flow still runs when its next beat comes is no news: it is how a long pass looks
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        told = service.settings.schedule
        house = upkeep_options(service.settings)
        self._pause = told.deliver
        if self._shared:
            self._add("lead", leader.RENEW, self._lead)
        self._add("poll", told.poll, flow.poll_due, leads=True)
        self._add("process", told.process, flow.process_due)
        self._add("recheck", told.recheck, flow.recheck_due)
        self._add("expect", told.expect, flow.expect_due, leads=True)
        self._add("look back", _LOOK, partial(look_back_due, build=partial(watching, service)), leads=True)
        self._add("count", _COUNT, flow.count_queues)
        self._add("watch", told.watch, flow.look_around, leads=True, at_once=False)
        self._add("house", _HOUSE, partial(flow.keep_house, options=house), leads=True)

    def _add(self, name: str, seconds: float, work: Flow, *, leads: bool = False, at_once: bool = True) -> None:
        self._standing[name] = _Standing()
        self._scheduler.add_job(
            self._beat,
            IntervalTrigger(seconds=seconds),
            args=(name, work, leads),
            id=name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=clock.now() + timedelta(seconds=0 if at_once else seconds),
        )

    def start(self) -> None:
        """Begin; the first beat of nearly every flow is now."""
        self._standing["deliver"] = _Standing()
        self._parts.vitals.leads = not self._shared
        self._parts.metrics.leads.set(not self._shared)
        self._scheduler.start()
        self._keep(asyncio.ensure_future(self._deliver()))

    async def stop(self) -> None:
        """Start nothing more and wait for what runs: the flows themselves see `stopping` and wind up in time."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._parts.stopping:
            self._parts.stopping.set()
        self._parts.nudge.set()
        if self._running:
            await asyncio.wait(self._running)

    async def depart(self) -> None:
        """This process ends: another replica may lead at once."""
        if self._shared:
            with contextlib.suppress(StoreUnavailable):
                await self._parts.write(lambda c: leader.depart(c, self._parts.owner))

    async def _beat(self, name: str, work: Flow, leads: bool) -> None:
        if leads and not self._leads():
            return
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
            await self._once("deliver", flow.deliver_due)
            await _unless(parts.nudge, self._pause)

    async def _once(self, name: str, work: Flow) -> None:
        standing = self._standing[name]
        if clock.monotonic() < standing.rest_until:
            return
        try:
            if standing.failures:
                await self._recover(name)
            running = asyncio.ensure_future(work(self._parts))
            if standing.failures and not (await asyncio.wait({running}, timeout=_CONVINCED))[0]:
                self._well(name)  # a flow with much to do may not end for hours; it works
            await running
        except StoreUnavailable as error:
            self._rest(name, f"the database: {error}")
        except WorkersUnavailable as error:
            self._rest(name, str(error))
        except Exception as error:  # a beat that stops for ever would be worse: it is counted, and goes on
            self._parts.metrics.errors.labels(name).inc()
            self._parts.log.error("unforeseen error; the flow goes on after a rest", flow=name, exc_info=error)
            self._rest(name, f"{type(error).__name__}: {error}")
        else:
            self._well(name)

    async def _recover(self, name: str) -> None:
        """What this flow had in hand when the database went away would wait for its lease to run out: it is taken back."""
        if name in owners.FLOWS:
            await self._parts.write(lambda c: owners.give_back(c, self._parts.owner, name))

    def _rest(self, name: str, why: str) -> None:
        """Twice as long each time, so that neither the database nor the log is hammered."""
        standing, vitals, now = self._standing[name], self._parts.vitals, self._parts.clock()
        standing.failures += 1
        seconds = min(2.0 ** min(standing.failures - 1, 10), _LONGEST_REST)
        standing.rest_until = clock.monotonic() + seconds
        said, since = vitals.troubles.get(name, ("", now))
        vitals.troubles[name] = (why, since)
        if why != said or standing.failures % max(int(_SAY_AGAIN.total_seconds() / _LONGEST_REST), 1) == 0:
            self._parts.log.warning("cannot work: waiting", flow=name, detail=why, since=str(since), seconds=seconds)

    def _well(self, name: str) -> None:
        standing, vitals = self._standing[name], self._parts.vitals
        vitals.last_beat[name] = self._parts.clock()
        trouble = vitals.troubles.pop(name, None)
        if standing.failures and trouble:
            self._parts.log.info("works again", flow=name, was=trouble[0], since=str(trouble[1]))
        self._standing[name] = _Standing()

    def _leads(self) -> bool:
        return not self._shared or clock.monotonic() < self._leads_until

    async def _lead(self, parts: Parts) -> None:
        """Take the lead or keep it. One who cannot renew it does not lead, whatever he remembers."""
        before, asked_at = self._leads(), clock.monotonic()
        won = await parts.write(lambda c: _stand(c, parts.owner))
        if won:
            self._leads_until = asked_at + leader.LEASE.total_seconds()
        leads = parts.vitals.leads = self._leads()
        parts.metrics.leads.set(leads)
        if leads and not before:
            parts.log.info("leads now: polls and keeps house")
            for name in ("poll", "house"):
                self._scheduler.modify_job(name, next_run_time=clock.now())
        if leads:
            await parts.write(leader.bury)


def _stand(connection: object, owner: str) -> bool:
    leader.present(connection, owner)  # type: ignore[arg-type]
    return leader.keep(connection, owner)  # type: ignore[arg-type]
