"""How we behave towards a host: one request at a time in a steady pace, and only where its robots.txt lets us.

Time and sleeping are handed in, so that a day of pacing can be tested in a moment. What one process knows of its hosts is in
memory: after a restart it begins politely again. Where several processes ask the same hosts, they share a pace (`SharedPace`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from pipeline.errors import Reason
from pipeline.fetch import robots
from pipeline.fetch.robots import Rules
from pipeline.fetch.values import Fetched, FetchOutcome, Refused
from pipeline.options import FetchOptions

Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
Origin = tuple[str, str, int]

LONGEST_HOLD = 30.0  # seconds; one answer of 429 slows a host down, the asker's own Retry-After is kept by its next try
_LATE = 0.05  # of an interval, and seconds at least: how late a start may come in a slot that is shared
_MOST_HOSTS = 4096
_MOST_ROBOTS = 8_000_000  # bytes of robots.txt kept in all; parsed they take up to thirty times that

_ROBOTS_DAY = 86_400.0  # RFC 9309: not longer than a day
_ROBOTS_AGAIN = 600.0  # until an unreachable robots.txt is asked for again
_ROBOTS_PATIENCE = (
    43_200.0  # unreachable for so long: as if there were none, or one broken file silences a source for ever
)


class SharedPace(Protocol):
    """The pace of hosts that other processes ask, too. Each process asks for one slot of a host at a time."""

    async def take(self, host: str, seconds: float) -> float:
        """Take the host's next slot; seconds until it. The one after it begins `seconds` later, whoever takes it."""
        ...

    async def hold(self, host: str, seconds: float) -> None:
        """No slot begins before so many seconds have gone by."""
        ...


class TooSoon(Exception):
    """The host's next free turn is `seconds` away: longer than the asker would wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    gate: asyncio.Semaphore
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    next_sent: float = 0.0
    waiting: int = 0
    inside: int = 0
    crawl_delay: float = 0.0


class Turns:
    """Whose turn it is: at most `max_per_host` requests under way to a host, `max_connections` in all, starts to one host
    `host_interval` apart, first come first served. Feeds, articles, redirects and robots.txt count alike."""

    def __init__(
        self, options: FetchOptions, monotonic: Monotonic, sleep: Sleep, shared: SharedPace | None = None
    ) -> None:
        self._options = options
        self._shared = shared
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._everywhere = asyncio.Semaphore(options.max_connections)

    def wait(self, host: str) -> float:
        """Seconds until a request to this host that came now could start, going by pace alone."""
        known = self._hosts.get(host)
        if known is None or self._options.host_interval <= 0:
            return 0.0
        return max(0.0, known.next_start - self._monotonic()) + known.waiting * self._interval(known)

    @asynccontextmanager
    async def turn(self, host: str, *, paced: bool = True) -> AsyncIterator[None]:
        """Hold a place among the host's requests. TooSoon where the wait would be longer than `patience`."""
        paced = paced and self._options.host_interval > 0
        if paced and (ahead := self.wait(host)) > self._options.patience:
            raise TooSoon(ahead)
        known = self._host(host)
        known.inside += 1
        known.waiting += 1
        started = False
        try:
            async with known.gate:
                await (self._in_pace(host, known) if paced else self._everywhere.acquire())
                known.waiting -= 1
                started = True
                try:
                    yield
                finally:
                    self._everywhere.release()
        finally:
            known.inside -= 1
            if not started:
                known.waiting -= 1

    async def _in_pace(self, host: str, known: _Host) -> None:
        async with known.line:
            while (ahead := known.next_start - self._monotonic()) > 0:
                if ahead > self._options.patience:
                    raise TooSoon(ahead)
                await self._sleep(ahead)
            if self._shared is None:
                await self._everywhere.acquire()  # in here, so that waiting for it cannot bring two starts together
            else:
                await self._in_slot(self._shared, host, self._interval(known))
            known.next_start = self._monotonic() + self._interval(known)

    async def sending(self, host: str) -> None:
        """Wait, with the connection made, until the host's last request is as long ago as its pace wants.

        Turns are given to start connecting; this one may have been quicker at that than the one before.
        """
        known, interval = self._host(host), self._options.host_interval
        if interval <= 0:
            return
        while (ahead := known.next_sent - self._monotonic()) > 0:
            await self._sleep(ahead)
        known.next_sent = self._monotonic() + self._interval(known)

    def answered(self, host: str) -> None:
        """The host has answered, or broken off: it saw the request before now, so the next one a pace from now cannot come
        to it too soon, however long this one was on its way or in its queue."""
        if self._options.host_interval <= 0:
            return
        known = self._host(host)
        free = self._monotonic() + self._interval(known)
        known.next_start, known.next_sent = max(known.next_start, free), max(known.next_sent, free)

    async def _in_slot(self, shared: SharedPace, host: str, interval: float) -> None:
        """Start in a slot of all processes' common pace. Slots lie so much further apart as a start may come late."""
        late, holds = max(interval * _LATE, _LATE), False
        try:
            while True:
                asked = self._monotonic()
                ahead = await shared.take(host, interval + late)
                if ahead > self._options.patience:
                    raise TooSoon(ahead)
                if ahead > 0:
                    await self._sleep(ahead)
                if not holds:
                    await self._everywhere.acquire()
                    holds = True
                missed_by = self._monotonic() - asked - ahead
                if missed_by <= late:
                    holds = False  # the request's from here on
                    return
                late = 2 * missed_by  # a slow database, or a full house: the next slot is taken with a place in hand
        finally:
            if holds:
                self._everywhere.release()

    async def hold(self, host: str, seconds: float) -> None:
        """The host asked for a pause (429, 503): no paced request starts before it is over, or LONGEST_HOLD."""
        seconds = min(max(seconds, 0.0), LONGEST_HOLD)
        known = self._host(host)
        known.next_start = max(known.next_start, self._monotonic() + seconds)
        if self._shared is not None and self._options.host_interval > 0:
            await self._shared.hold(host, seconds)

    def slow_down(self, host: str, crawl_delay: float | None) -> None:
        """Keep to the host's Crawl-delay, up to `max_crawl_delay`."""
        known = self._host(host)
        known.crawl_delay = min(max(crawl_delay or 0.0, 0.0), self._options.max_crawl_delay)

    def _interval(self, known: _Host) -> float:
        return max(self._options.host_interval, known.crawl_delay)

    def _host(self, host: str) -> _Host:
        known = self._hosts.get(host)
        if known is None:
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget()
            known = self._hosts[host] = _Host(asyncio.Semaphore(self._options.max_per_host))
        return known

    def _forget(self) -> None:
        """Forget the hosts that nobody waits for and that may be asked at once."""
        now = self._monotonic()
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if host.inside or max(host.next_start, host.next_sent) > now
        }


@dataclass(frozen=True, slots=True)
class _Kept:
    verdict: Rules | Refused
    until: float
    failing_since: float | None = None

    @property
    def size(self) -> int:
        return self.verdict.size if isinstance(self.verdict, Rules) else 0


_AWAY = frozenset(
    {Reason.RATE_LIMITED, Reason.DNS_FAILURE, Reason.TIMEOUT_CONNECT, Reason.TIMEOUT_TOTAL, Reason.TLS_ERROR}
)


def judge(outcome: FetchOutcome, product: str) -> Rules | Refused:
    """What the answer to a request for robots.txt means (RFC 9309, 2.3.1).

    No file (4xx), or something that is no file: everything is allowed. Server in trouble or not to be reached: nothing is,
    for now, and the word for it is the one the page itself would have got.
    """
    match outcome:
        case Fetched():
            return robots.read(outcome.page.body, product)
        case Refused(reason=reason, status=status) if reason in _AWAY or (status or 0) >= 500:
            return replace(outcome, detail=f"robots.txt: {outcome.detail}")
        case _:
            return Rules(product)


class Robots:
    """Every origin's robots.txt, fetched once and kept for a day."""

    def __init__(self, product: str, monotonic: Monotonic) -> None:
        self._product = product
        self._monotonic = monotonic
        self._kept: dict[Origin, _Kept] = {}  # oldest first
        self._size = 0
        self._locks: dict[Origin, asyncio.Lock] = {}

    async def rules(self, origin: Origin, fetch: Callable[[], Awaitable[FetchOutcome]]) -> Rules | Refused:
        """The rules of an origin; `fetch` asks for its robots.txt where they are not known. Many askers, one request."""
        if (kept := self._current(origin)) is not None:
            return kept.verdict
        lock = self._locks.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                if (kept := self._current(origin)) is not None:
                    return kept.verdict
                outcome = await fetch()
                if isinstance(outcome, Refused) and outcome.own_pace:
                    return outcome  # nobody was asked: nothing to remember
                return self._keep(origin, judge(outcome, self._product))
        finally:
            if not lock.locked():
                self._locks.pop(origin, None)

    def _current(self, origin: Origin) -> _Kept | None:
        kept = self._kept.get(origin)
        return kept if kept and kept.until > self._monotonic() else None

    def _keep(self, origin: Origin, verdict: Rules | Refused) -> Rules | Refused:
        now = self._monotonic()
        before = self._kept.pop(origin, None)
        kept = _Kept(verdict, now + _ROBOTS_DAY) if isinstance(verdict, Rules) else self._without(verdict, before, now)
        self._size += kept.size - (before.size if before else 0)
        self._kept[origin] = kept
        while len(self._kept) > _MOST_HOSTS or self._size > _MOST_ROBOTS:
            self._size -= self._kept.pop(next(iter(self._kept))).size
        return kept.verdict

    def _without(self, refused: Refused, before: _Kept | None, now: float) -> _Kept:
        """Not to be had now: what it said before still holds; after half a day of nothing, nothing is forbidden."""
        since = now if before is None or before.failing_since is None else before.failing_since
        if before and isinstance(before.verdict, Rules):
            return _Kept(before.verdict, now + _ROBOTS_AGAIN, since)
        if now - since >= _ROBOTS_PATIENCE:
            return _Kept(Rules(self._product), now + _ROBOTS_AGAIN, since)
        return _Kept(refused, now + min(_ROBOTS_AGAIN, max(refused.retry_after or _ROBOTS_AGAIN, 1.0)), since)
