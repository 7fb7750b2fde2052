"""One HTTP/1.1 exchange at a time over a checked connection, and the connections kept for the next.

The protocol is h11's. There are no proxies, cookies, decoders or redirects down here, so none can be switched on by accident
(docs/decisions/http-client.md). What a server does wrong ends as `errors.Trouble`, never as a library's exception.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass

import h11

from pipeline.errors import Reason, Trouble
from pipeline.fetch.guard import ParsedUrl
from pipeline.fetch.wire import Pipe, Policy, connect, words

Header = tuple[bytes, bytes]

_HEAD_LIMIT = 100 * 1024  # of one answer's head, as h11 keeps it
_HEAD_WIRE_LIMIT = 256 * 1024  # of everything before the body, interim answers included
_INTERIM_LIMIT = 16
_FREE_PIECES = 4096  # from then on pieces must be of some size: a flood of one-byte chunks costs us, not the sender
_PIECE_FLOOR = 64
_END = h11.EndOfMessage()


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. `headers` come without Host, Connection and Content-Length, which are written here."""

    target: ParsedUrl
    headers: tuple[Header, ...] = ()
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer; header names are lower-case, values as they came."""

    status: int
    headers: tuple[Header, ...]

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def first(self, name: bytes) -> bytes | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


class Link:
    """One connection to one origin, carrying one exchange at a time.

    `ask`, then `piece` until b"" (or not at all), then look at `reusable`; `close` in every other case. `received` counts the
    wire bytes of the present exchange, framing and interim answers included; beyond the budget it is Trouble(too_large).
    """

    def __init__(self, pipe: Pipe, timeout: float) -> None:
        self._pipe = pipe
        self._timeout = timeout
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
        self._limit = 0
        self._pieces = 0
        self._asked = False
        self.received = 0

    @property
    def reusable(self) -> bool:
        """True where the last exchange came to its end, with nothing after it, and the connection stays open."""
        ended = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        return ended and not self._http.trailing_data[0] and self._pipe.quiet

    @property
    def fresh(self) -> bool:
        """True until the first exchange ended: a failure is then the server's, not that of a connection grown old."""
        return not self._asked

    async def ask(self, ask: Ask, budget: int) -> Head:
        """Send the request, give the head of the answer; without one the link is closed. `budget`: wire bytes in all."""
        self._asked = self._http.our_state is h11.DONE
        self._pipe.resting = False
        self.received = 0
        self._pieces = 0
        self._limit = min(budget, _HEAD_WIRE_LIMIT)
        answered = False
        try:
            if self._asked:
                self._http.start_next_cycle()
            head = await self._exchange(ask)
            if head.status == 304:  # has no body by definition; at its end the connection can be kept
                await self.piece()
            answered = True
        except h11.ProtocolError as error:
            raise Trouble(Reason.PROTOCOL_ERROR, words(error), retry=True) from error
        finally:
            if not answered:
                self.close()
        self._limit = budget
        return head

    async def _exchange(self, ask: Ask) -> Head:
        request = h11.Request(method=ask.method, target=ask.target.target, headers=_headers(ask))
        data = [self._http.send(request)]
        if ask.body:
            data.append(self._http.send(h11.Data(data=ask.body)))
        data.append(self._http.send(_END))
        self._pipe.write(b"".join(part for part in data if part))
        for _ in range(_INTERIM_LIMIT):
            event = await self._event()
            if isinstance(event, h11.Response):
                return Head(event.status_code, tuple(event.headers))
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                break
        raise Trouble(Reason.PROTOCOL_ERROR, "no final answer", retry=True)

    async def piece(self) -> bytes:
        """The next piece of the body as it came, b"" at its proper end. A body cut short is Trouble(protocol_error)."""
        try:
            while True:
                event = await self._event()
                if not isinstance(event, h11.Data):
                    return b""
                self._pieces += 1
                if self._pieces > _FREE_PIECES and self.received < self._pieces * _PIECE_FLOOR:
                    raise Trouble(Reason.TOO_LARGE, "a flood of tiny chunks")
                if event.data:
                    return bytes(event.data)
        except h11.ProtocolError as error:
            raise Trouble(Reason.PROTOCOL_ERROR, words(error), retry=True) from error

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = await self._read()
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise Trouble(Reason.PROTOCOL_ERROR, "closed without an answer", retry=True)
            self.received += len(data)
            if self.received > self._limit:
                raise Trouble(Reason.TOO_LARGE, f"more than {self._limit} bytes on the wire")
            self._http.receive_data(data)

    async def _read(self) -> bytes:
        try:
            return await self._pipe.read(self._timeout)
        except ssl.SSLError as error:
            raise Trouble(Reason.TLS_ERROR, words(error), retry=True) from error
        except TimeoutError as error:
            raise Trouble(Reason.TIMEOUT_TOTAL, f"silent for {self._timeout:g} s", retry=True) from error
        except OSError as error:
            raise Trouble(Reason.PROTOCOL_ERROR, f"connection broken: {words(error)}", retry=True) from error

    def rest(self) -> None:
        """Wait for the next `ask`; whatever comes in before it ends the connection."""
        self._pipe.resting = True

    def close(self) -> None:
        """Drop the connection."""
        self._pipe.close()


def _headers(ask: Ask) -> list[Header]:
    headers = [(b"Host", ask.target.netloc.encode("ascii")), *ask.headers]
    if ask.method != "GET":
        headers.append((b"Content-Length", str(len(ask.body)).encode("ascii")))
    return headers


class Links:
    """The newest idle connection of each origin, for the next request there.

    Taking and giving cost the same however many there are; a common pool that looks through all of them at every request
    burns a core on many slow hosts.
    """

    def __init__(self, policy: Policy, keep: float, clock: Callable[[], float], most: int) -> None:
        self._policy = policy
        self._keep = keep
        self._clock = clock
        self._most = most
        self._idle: dict[tuple[str, str, int], tuple[float, Link]] = {}  # oldest first

    async def take(self, target: ParsedUrl, *, new: bool = False) -> Link:
        """A connection to the origin of `target`: the one kept from before (unless `new`), else one made now."""
        self.sweep()
        kept = None if new else self._idle.pop(target.origin, None)
        if kept:
            until, link = kept
            if until > self._clock() and link.reusable:
                return link
            link.close()
        return Link(await connect(target, self._policy), self._policy.timeout)

    def give(self, target: ParsedUrl, link: Link) -> None:
        """Take back a connection: kept where it can be used again, closed where not."""
        if self._keep <= 0 or not link.reusable:
            link.close()
            return
        link.rest()
        if older := self._idle.pop(target.origin, None):
            older[1].close()
        self._idle[target.origin] = self._clock() + self._keep, link
        self.sweep()

    def sweep(self) -> None:
        """Close what has been idle for too long, and the oldest where there are too many."""
        now = self._clock()
        while self._idle:
            origin, (until, link) = next(iter(self._idle.items()))
            if until > now and len(self._idle) <= self._most:
                return
            del self._idle[origin]
            link.close()

    def close(self) -> None:
        """Close every idle connection."""
        for _, link in self._idle.values():
            link.close()
        self._idle.clear()
