"""A real server on loopback that says exactly the bytes a test wants, and the fetchers the tests use."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import loop
from pipeline.fetch import Fetcher, FetchOptions
from pipeline.fetch.guard import Address
from pipeline.fetch.wire import tls_context

LOOPBACK = ("127.0.0.0/8",)
CERTIFICATE = Path(__file__).with_name("agency.example.pem")


@dataclass(frozen=True)
class Request:
    """A request as the server saw it."""

    line: str
    headers: Mapping[str, str]
    body: bytes = b""
    connection: int = 0

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


Answer = Callable[[Request], "bytes | AsyncIterator[bytes]"]


@dataclass
class Site:
    """A server under test: where it is, and what it was asked."""

    port: int
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


def reply(
    body: bytes = b"<rss/>", status: str = "200 OK", headers: Iterable[tuple[str, str]] = (), length: int | None = None
) -> bytes:
    """A well-formed answer; `length` says something else than the truth."""
    rows = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    rows.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(rows).encode("utf-8") + b"\r\n\r\n" + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    """A redirect with a body that nobody should read."""
    return reply(b"moved", status, [("Location", to)])


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def listen(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run `talk` for every connection to a free port; whatever still talks at the end is cut off."""
    tasks: set[asyncio.Task[Any]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def serve(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Serve `answer` on a free port. Connections stay open unless the answer says otherwise or is a stream that ends."""
    site = Site(0)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        number = site.connections
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(_row(row) for row in head[1:] if row)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Request(head[0], headers, body, number)
            site.requests.append(request)
            said = answer(request)
            if isinstance(said, bytes):
                writer.write(said)
                await writer.drain()
                continue
            async with contextlib.aclosing(said) as parts:  # type: ignore[type-var]
                async for part in parts:
                    writer.write(part)
                    await writer.drain()
            return

    async with listen(talk, tls) as site.port:
        yield site


def _row(row: str) -> tuple[str, str]:
    name, _, value = row.partition(":")
    return name.lower(), value.strip()


class Names:
    """A resolver with answers of our own; counts how often each name was looked up. Lists of lists change at every look."""

    def __init__(self, answers: Mapping[str, list[str] | list[list[str]] | Exception]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[Address, ...]:
        self.asked.append(host)
        answer = self.answers[host]
        if isinstance(answer, Exception):
            raise answer
        if answer and isinstance(answer[0], list):
            answer = answer[min(len(self.asked), len(answer)) - 1]
        return tuple(ipaddress.ip_address(text) for text in answer)  # type: ignore[arg-type]


def options(**changes: Any) -> FetchOptions:
    """Options for a site on loopback: no pace, no robots, short deadlines."""
    given: dict[str, Any] = {
        "host_interval": 0.0,
        "allow_networks": LOOPBACK,
        "allow_ports": "any",
        "robots": False,
        "timeout": 5.0,
        "total_timeout": 10.0,
    }
    return FetchOptions(**{**given, **changes})


@contextlib.asynccontextmanager
async def fetching(
    answer: Answer, *, names: Mapping[str, Any] | None = None, **changes: Any
) -> AsyncIterator[tuple[Site, Fetcher]]:
    """A site and a fetcher that may go there."""
    resolver = Names(names) if names else None
    async with serve(answer) as site, Fetcher(options(**changes), resolver=resolver, tls=authorities()) as fetcher:
        yield site, fetcher


@functools.cache
def authorities() -> ssl.SSLContext:
    """Reading the authorities takes longer than a test."""
    return tls_context()


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run the coroutine of a test in a loop of its own."""

    async def main() -> None:
        await test()

    loop.run(main())


async def get(answer: Answer, path: str = "/", **changes: Any) -> Any:
    """One fetch from a site with this answer."""
    async with fetching(answer, **changes) as (site, fetcher):
        return await fetcher.get(site.url(path))
