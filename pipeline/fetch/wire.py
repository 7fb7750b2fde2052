"""Bytes to and from an address that was checked: the only module that opens sockets to the outside.

    resolve once ─▶ every answer allowed? ─▶ connect to that very address ─▶ TLS for the name ─▶ Pipe

A name with one forbidden answer is refused as a whole, and nothing is looked up twice, so there is no moment at which a
different answer could slip in. What goes wrong ends as `errors.Trouble`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import certifi

from pipeline.errors import Reason, Trouble
from pipeline.fetch.guard import Address, Network, ParsedUrl, refusal

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]

_HIGH_WATER = 256 * 1024  # unread bytes at which the socket is no longer read
_READ_SIZE = 64 * 1024
_ANSWERS_TRIED = 4
_FIRST_TRY = 5.0  # seconds until the next address of a name gets its chance


def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities and Mozilla's, so that a bare container works too."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class ThreadResolver:
    """getaddrinfo in a bounded pool of threads of its own: it knows no time-out, and must not starve other work."""

    def __init__(self, workers: int = 16) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """All addresses of a name, in the system's order of preference. OSError or UnicodeError where there are none."""
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._threads, _lookup, host, port)
        return tuple(dict.fromkeys(ipaddress.ip_address(row) for row in rows))

    def close(self) -> None:
        """Take no more names; lookups under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _lookup(host: str, port: int) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Policy:
    """What every connection is held to. `timeout`: seconds for connecting, and for each silence of the other side."""

    resolver: Resolver
    allow: tuple[Network, ...]
    tls: ssl.SSLContext
    timeout: float


class Pipe(asyncio.Protocol):
    """Bytes in and out of one socket, with a bounded store of unread ones."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self.resting = False  # between two exchanges: then nothing may come in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is open."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes came in. Such as nobody asked for are no answer to anything."""
        if self.resting:
            self.close()
            return
        self._unread += data
        if len(self._unread) >= _HIGH_WATER and self._transport and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """asyncio: the other side has no more to say."""
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the socket is gone."""
        self._ended = True
        self._error = exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def secure(self, context: ssl.SSLContext, name: str, seconds: float) -> None:
        """Speak TLS from here on, to a server that proves it is `name`. TimeoutError after `seconds`."""
        assert self._transport
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds):
            self._transport = await loop.start_tls(self._transport, self, context, server_hostname=name)

    @property
    def quiet(self) -> bool:
        """Open, with nothing unread: fit for another request."""
        return not (self._unread or self._ended or self._transport is None or self._transport.is_closing())

    def write(self, data: bytes) -> None:
        """Send; a connection that is gone shows when the answer is read."""
        if self._transport and not self._ended:
            self._transport.write(data)

    async def read(self, seconds: float) -> bytes:
        """The next bytes, at most 64 KiB, b"" at the end. TimeoutError after that many `seconds` of silence, OSError if broken."""
        if not self._unread and not self._ended:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(seconds, _expire, self._waiter)  # asyncio.timeout costs three times as much
            try:
                await self._waiter
            finally:
                timer.cancel()
        if not self._unread and self._error is not None:
            if isinstance(self._error, OSError):
                raise self._error
            raise ConnectionError(words(self._error)) from self._error
        data = bytes(self._unread[:_READ_SIZE])
        del self._unread[:_READ_SIZE]
        if self._paused and len(self._unread) < _HIGH_WATER and self._transport and not self._ended:
            self._paused = False
            self._transport.resume_reading()
        return data

    def close(self) -> None:
        """Drop the connection at once: a farewell would let the other side keep us waiting."""
        if self._transport:
            self._transport.abort()


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


async def connect(target: ParsedUrl, policy: Policy) -> Pipe:
    """Open a connection to where `target` resolves now. Trouble: dns_failure, blocked_address, timeout_connect, tls_error."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + policy.timeout
    addresses = await _resolve(target, policy)
    pipe = await _first_open(addresses, target, deadline)
    if target.scheme == "https":
        try:
            await pipe.secure(policy.tls, target.host, max(0.001, deadline - loop.time()))
        except BaseException as error:
            pipe.close()
            if trouble := _tls_trouble(error):
                raise trouble from error
            raise
    return pipe


def _tls_trouble(error: BaseException) -> Trouble | None:
    if isinstance(error, ssl.SSLError):
        return Trouble(Reason.TLS_ERROR, words(error), retry=True)
    if isinstance(error, TimeoutError):
        return Trouble(Reason.TIMEOUT_CONNECT, "no TLS handshake in time", retry=True)
    if isinstance(error, OSError | ValueError):  # ValueError: a name TLS cannot ask for
        return Trouble(Reason.TLS_ERROR, f"handshake broken off: {words(error)}", retry=True)
    return None


async def _resolve(target: ParsedUrl, policy: Policy) -> Sequence[Address]:
    """The addresses of a host, each of them allowed; one that is not refuses the name (mixed answers are an attack)."""
    try:
        if (literal := _literal(target.host)) is not None:
            addresses: Sequence[Address] = (literal,)
        else:
            async with asyncio.timeout(policy.timeout):
                addresses = await policy.resolver(target.host, target.port)
    except TimeoutError as error:
        raise Trouble(Reason.DNS_FAILURE, f"{target.host}: no answer in time", retry=True) from error
    except (OSError, ValueError) as error:
        raise Trouble(Reason.DNS_FAILURE, f"{target.host}: {words(error)}", retry=True) from error
    if not addresses:
        raise Trouble(Reason.DNS_FAILURE, f"{target.host}: no address", retry=True)
    for address in addresses:
        if reason := refusal(address, policy.allow):
            where = "" if target.host == str(address) else f" is at {address}"
            raise Trouble(reason, f"{target.host}{where}")
    return addresses


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _first_open(addresses: Sequence[Address], target: ParsedUrl, deadline: float) -> Pipe:
    """Connect to the first address that answers. The last one may use all the time that is left."""
    tried = addresses[:_ANSWERS_TRIED]
    why = "no time left"
    for left, address in zip(range(len(tried) - 1, -1, -1), tried, strict=True):
        remaining = deadline - asyncio.get_running_loop().time()
        if remaining <= 0:
            break
        try:
            async with asyncio.timeout(min(_FIRST_TRY, remaining / 2) if left else remaining):
                return await _open(address, target.port)
        except TimeoutError:
            why = "no answer in time"
        except OSError as error:
            why = words(error)
    raise Trouble(Reason.TIMEOUT_CONNECT, f"{target.netloc}: {why}", retry=True)


async def _open(address: Address, port: int) -> Pipe:
    loop = asyncio.get_running_loop()
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    pipe = None
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, (str(address), port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _, pipe = await loop.create_connection(Pipe, sock=sock)
        return pipe
    finally:
        if pipe is None:
            sock.close()


def words(error: BaseException) -> str:
    """An error in at most 120 plain characters: what a library says may quote what a server sent."""
    text = str(getattr(error, "strerror", None) or getattr(error, "reason", None) or error or type(error).__name__)
    return "".join(letter if letter.isprintable() else " " for letter in text[:120])
