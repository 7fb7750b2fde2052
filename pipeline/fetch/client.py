"""An address in, a document or a named refusal out: limits, redirects and manners around one exchange at a time.

    check_url ─▶ robots? ─▶ the host's turn ─▶ exchange ─▶ 200: bounded body │ 304 │ 3xx: the next hop │ else: refused

Bodies are read only where they are wanted (200), never those of redirects and errors. Nothing a remote does raises.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Self

from pipeline import clock
from pipeline.errors import Reason, Trouble
from pipeline.fetch import body as reading
from pipeline.fetch.guard import ParsedUrl, check_url, follow, networks
from pipeline.fetch.link import Ask, Head, Header
from pipeline.fetch.manners import Monotonic, Robots, SharedPace, Sleep, TooSoon, Turns
from pipeline.fetch.transport import Answer, Http, KeptDied
from pipeline.fetch.values import (
    ACCEPT_ANY,
    Answered,
    Fetched,
    FetchOutcome,
    NotModified,
    PostOutcome,
    Refused,
)
from pipeline.fetch.wire import Policy, Resolver, ThreadResolver, tls_context
from pipeline.model import Page
from pipeline.options import FetchOptions, Ports

ANSWER_LIMIT = 64_000  # bytes of a receiver's answer that are looked at
_ANSWER_WIRE_LIMIT = 400_000
_ROBOTS_TIMEOUT = 20.0
_WHOLE = frozenset({200, 203})
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, over all hops."""

    accept: str
    etag: str | None = None
    last_modified: str | None = None
    paced: bool = True
    robots: bool = False
    total: float = 60.0


@dataclass(slots=True)
class _Trip:
    """What one `get` has used up so far, and where it has been."""

    start: ParsedUrl
    seen: set[str]
    elapsed: float = 0.0
    wire_bytes: int = 0
    permanent_to: str | None = None
    only_permanent: bool = True


@dataclass(frozen=True, slots=True)
class _Reply:
    head: Head
    body: bytes = b""


class Fetcher:
    """Fetches politely and safely. Use it inside one event loop, `async with Fetcher(options) as fetcher`."""

    def __init__(
        self,
        options: FetchOptions,
        *,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        now: clock.Clock = clock.now,
        monotonic: Monotonic = clock.monotonic,
        sleep: Sleep = asyncio.sleep,
        shared: SharedPace | None = None,
    ) -> None:
        self._options = options
        self._now = now
        self._monotonic = monotonic
        self._threads = ThreadResolver() if resolver is None else None
        chosen = resolver or self._threads
        assert chosen
        self._policy = Policy(chosen, networks(options.allow_networks), tls or tls_context(), options.timeout)
        self._http = Http(self._policy, options.keep_alive, monotonic)
        self._turns = Turns(options, monotonic, sleep, shared)
        self._robots = Robots(options.product, monotonic)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every idle connection and take no more names to resolve."""
        await self._http.aclose()
        if self._threads:
            self._threads.close()
        await asyncio.sleep(0)  # one turn of the loop, in which the sockets go

    def wait(self, url: str) -> float:
        """Seconds until a request for `url` made now could start (the pace of its host), 0 for what is no URL."""
        target = check_url(url, "any")
        return 0.0 if isinstance(target, Reason) else self._turns.wait(target.host)

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = ACCEPT_ANY,
        paced: bool = True,
        robots: bool = True,
    ) -> FetchOutcome:
        """Fetch a document. `paced=False` does not wait for the host's turn, `robots=False` does not ask its robots.txt.

        Validators are given back to the origin of `url` only. Never raises for anything the other side does.
        """
        wish = _Wish(accept, etag, last_modified, paced, robots and self._options.robots, self._options.total_timeout)
        return await self._get(url, wish)

    async def _get(self, url: str, wish: _Wish) -> FetchOutcome:
        target = check_url(url, self._options.allow_ports)
        if isinstance(target, Reason):
            return Refused(target)
        trip = _Trip(target, {target.url})
        for _ in range(self._options.max_redirects + 1):
            outcome = await self._hop(target, wish, trip)
            if isinstance(outcome, Refused):
                return outcome
            if outcome.head.status not in _REDIRECT:
                return await self._arrived(url, target, wish, trip, outcome)
            step = self._redirected(target, outcome.head, trip)
            if isinstance(step, Refused):
                return step
            target = step
        return Refused(Reason.TOO_MANY_REDIRECTS, f"more than {self._options.max_redirects}", retry=True)

    async def _hop(self, target: ParsedUrl, wish: _Wish, trip: _Trip) -> _Reply | Refused:
        """One request, when its turn has come. The deadline runs only while the network is at work."""
        try:
            if wish.robots and (refused := await self._forbidden(target, wish)):
                return refused
            try:
                return await self._in_turn(target, wish, trip)
            except (
                KeptDied
            ):  # the host may have heard it: asking once more is a request like any other, with its own turn
                return await self._in_turn(target, wish, trip, new=True)
        except TooSoon as error:
            return Refused(Reason.RATE_LIMITED, "not this host's turn yet", retry=True, retry_after=error.seconds)
        except TimeoutError:
            return Refused(Reason.TIMEOUT_TOTAL, f"{target.netloc}: more than {wish.total:g} s in all", retry=True)
        except Trouble as error:
            return Refused(error.reason, error.detail, retry=error.retry)

    async def _in_turn(self, target: ParsedUrl, wish: _Wish, trip: _Trip, *, new: bool = False) -> _Reply:
        async with self._turns.turn(target.host, paced=wish.paced):
            started = self._monotonic()
            try:
                async with asyncio.timeout(wish.total - trip.elapsed):
                    return await self._exchange(target, wish, trip, new)
            finally:
                trip.elapsed += self._monotonic() - started

    async def _exchange(self, target: ParsedUrl, wish: _Wish, trip: _Trip, new: bool) -> _Reply:
        budget = self._options.max_wire_bytes - trip.wire_bytes
        ready = partial(self._turns.sending, target.host) if wish.paced else None
        ask = Ask(target, self._headers(target, wish, trip))
        try:
            sent = await self._http.send(ask, budget, new=new, ready=ready)
        finally:
            if wish.paced:
                self._turns.answered(target.host)
        async with sent as answer:
            body = await self._body(answer) if answer.head.status in _WHOLE else b""
            trip.wire_bytes += answer.received
            return _Reply(answer.head, body)

    async def _body(self, answer: Answer) -> bytes:
        """The body of a document, unpacked."""
        head = answer.head
        packed = reading.coding(head.all(b"content-encoding"))
        if packed is None:
            raise Trouble(Reason.BAD_ENCODING, "packed in a way we did not ask for")
        limit = self._options.max_bytes
        most = self._options.max_wire_bytes if packed == "gzip" else min(limit, self._options.max_wire_bytes)
        if (reading.content_length(head.first(b"content-length")) or 0) > most:
            raise Trouble(Reason.TOO_LARGE, f"announces more than {most} bytes")
        into = reading.Gzip(limit) if packed == "gzip" else reading.Plain(limit)
        async with answer.pieces() as pieces:
            async for data in pieces:
                into.add(data)
        return into.end()

    def _headers(self, target: ParsedUrl, wish: _Wish, trip: _Trip) -> tuple[Header, ...]:
        rows: list[Header] = [
            (b"User-Agent", self._options.user_agent.encode("ascii", "replace")),
            (b"Accept", wish.accept.encode("ascii", "replace")),
            (b"Accept-Encoding", b"gzip"),
        ]
        if target.origin == trip.start.origin:
            etag, modified = reading.sendable(wish.etag), reading.sendable(wish.last_modified)
            rows += [(b"If-None-Match", etag)] if etag else []
            rows += [(b"If-Modified-Since", modified)] if modified else []
        return tuple(rows)

    async def _arrived(
        self, url: str, target: ParsedUrl, wish: _Wish, trip: _Trip, reply: _Reply
    ) -> Fetched | NotModified | Refused:
        """The answer that is no redirect, as an outcome."""
        head = reply.head
        status = head.status
        now = self._now()
        etag = reading.validator(head.first(b"etag"))
        modified = reading.validator(head.first(b"last-modified"))
        age = reading.max_age(head.all(b"cache-control"))
        again = reading.retry_after(head.first(b"retry-after"), now)
        permanent, used, elapsed = trip.permanent_to, trip.wire_bytes, trip.elapsed
        if status in _WHOLE:
            kind, charset = reading.content_type(head.first(b"content-type"))
            page = Page(url, target.url, reply.body, kind, charset, now)
            return Fetched(page, etag, modified, age, again, permanent, used, elapsed)
        asked = target.origin == trip.start.origin and (
            reading.sendable(wish.etag) or reading.sendable(wish.last_modified)
        )
        if status == 304 and asked:
            return NotModified(etag, modified, age, again, permanent, used, elapsed)
        if status == 429 or (status == 503 and again is not None):
            await self._turns.hold(target.host, again or 0.0)
        reason = Reason.RATE_LIMITED if status == 429 else Reason.HTTP_STATUS
        return Refused(reason, f"{target.netloc} answered {status}", retry=True, retry_after=again, status=status)

    def _redirected(self, target: ParsedUrl, head: Head, trip: _Trip) -> ParsedUrl | Refused:
        """Where a redirect leads, noted in `trip`."""
        step = follow(target, reading.text(head.first(b"location")), self._options.allow_ports)
        if isinstance(step, Reason):
            retry = step is Reason.REDIRECT_INVALID
            return Refused(step, f"{target.netloc} redirects where we do not go", retry=retry, status=head.status)
        if step.url in trip.seen:
            return Refused(Reason.TOO_MANY_REDIRECTS, f"{target.netloc} redirects in a circle", retry=True)
        trip.seen.add(step.url)
        trip.only_permanent = trip.only_permanent and head.status in _PERMANENT
        if trip.only_permanent:
            trip.permanent_to = step.url
        return step

    async def _forbidden(self, target: ParsedUrl, wish: _Wish) -> Refused | None:
        """Why robots.txt keeps us from this URL, None where it does not."""
        file = replace(target, target="/robots.txt").url
        ask = _Wish("text/plain, */*;q=0.5", paced=wish.paced, total=min(wish.total, _ROBOTS_TIMEOUT))
        rules = await self._robots.rules(target.origin, lambda: self._get(file, ask))
        if isinstance(rules, Refused):
            return rules
        self._turns.slow_down(target.host, rules.delay)
        if rules.allows(target.url):
            return None
        return Refused(Reason.BLOCKED_ROBOTS, f"{target.netloc}/robots.txt disallows this path")

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float = 15.0,  # noqa: ASYNC109 - the receiver's whole time, as the operator knows it
        allow_networks: Sequence[str] = (),
        allow_ports: Ports = "any",
    ) -> PostOutcome:
        """Hand `body` to a receiver: same address policy, a connection of its own, no redirects, the answer not decoded.

        How many go on at once is the caller's to limit (alerts: the hands of each channel). Once a status was had it is the outcome, whatever becomes of the rest of the answer.
        """
        target = check_url(url, allow_ports)
        if isinstance(target, Reason):
            return Refused(target)
        policy = replace(self._policy, allow=networks(allow_networks), timeout=timeout)
        rows: list[Header] = [(b"User-Agent", self._options.user_agent.encode("ascii", "replace"))]
        rows += [(name.encode("ascii", "replace"), text.encode("utf-8", "replace")) for name, text in headers.items()]
        heads: list[Head] = []
        kept = bytearray()
        try:
            # no gate for all: deliveries to a receiver that hangs would keep those to every other one waiting
            async with asyncio.timeout(timeout):
                await self._deliver(Ask(target, tuple(rows), "POST", body), policy, heads, kept)
        except TimeoutError:
            refused = Refused(Reason.TIMEOUT_TOTAL, f"{target.netloc}: no answer in {timeout:g} s", retry=True)
        except Trouble as error:
            refused = Refused(error.reason, error.detail, retry=error.retry)
        if not heads:
            return refused
        again = reading.retry_after(heads[0].first(b"retry-after"), self._now())
        return Answered(heads[0].status, again, bytes(kept[:ANSWER_LIMIT]))

    async def _deliver(self, ask: Ask, policy: Policy, heads: list[Head], kept: bytearray) -> None:
        """One exchange over a connection of its own; what came in is in `heads` and `kept` even where it breaks off."""
        async with await self._http.send(ask, _ANSWER_WIRE_LIMIT, alone=policy) as answer:
            heads.append(answer.head)
            async with answer.pieces() as pieces:
                async for data in pieces:
                    kept += data
                    if len(kept) >= ANSWER_LIMIT:
                        return
