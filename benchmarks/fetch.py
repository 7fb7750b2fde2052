"""What asking unchanged feeds costs, beside plain httpx: `python benchmarks/fetch.py [--requests 10000] [--hosts 500] [--at-once 100]`.

A server of its own process answers 304 after `--latency` seconds on every address of 127.0.0.0/8, so each address is a host.
CPU is that of the asking process alone, in milliseconds a request. `plain` is one client as the documentation of httpx shows
it; `by host` is one such client for each host, so that none has a pool worth searching. Both only fetch; ours also checks
addresses, takes turns and counts bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import multiprocessing
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from multiprocessing.connection import Connection

import httpx

from pipeline import loop
from pipeline.fetch import ACCEPT_FEED, Fetcher, FetchOptions, NotModified

Ask = Callable[[int], Awaitable[bool]]

_ETAG = '"a1b2c3"'
_ANSWER = b'HTTP/1.1 304 Not Modified\r\nDate: Wed, 14 Jan 2026 10:00:00 GMT\r\nServer: nginx\r\nETag: "a1b2c3"\r\n\r\n'
_FIRST = int(ipaddress.IPv4Address("127.0.1.1"))


class Unchanged(asyncio.Protocol):
    """Answers 304 to whatever is asked, after a while."""

    def __init__(self, latency: float) -> None:
        self._latency = latency

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - every request is the same
        asyncio.get_running_loop().call_later(self._latency, self._transport.write, _ANSWER)  # type: ignore[attr-defined]


def serve(latency: float, ready: Connection) -> None:
    """The server's process."""

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Unchanged(latency), "0.0.0.0", 0, backlog=4096)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    loop.run(main())


def url(number: int, given: argparse.Namespace) -> str:
    """The address of one of the hosts."""
    return f"http://{ipaddress.IPv4Address(_FIRST + number % given.hosts)}:{given.port}/feed.xml"


@contextlib.asynccontextmanager
async def ours(given: argparse.Namespace) -> AsyncIterator[Ask]:
    """The fetcher, without pace and robots.txt: one request each."""
    options = FetchOptions(
        host_interval=0.0, robots=False, allow_networks=("127.0.0.0/8",), allow_ports="any",
        max_connections=given.at_once, keep_alive=15.0 if given.keep else 0.0,
    )  # fmt: skip
    async with Fetcher(options) as fetcher:

        async def ask(number: int) -> bool:
            return isinstance(await fetcher.get(url(number, given), etag=_ETAG, accept=ACCEPT_FEED), NotModified)

        yield ask


@contextlib.asynccontextmanager
async def plain(given: argparse.Namespace) -> AsyncIterator[Ask]:
    """One client for everything."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=20 if given.keep else 0)  # httpx's own figures
    async with httpx.AsyncClient(limits=limits) as client:

        async def ask(number: int) -> bool:
            got = await client.get(url(number, given), headers={"If-None-Match": _ETAG})
            return bool(got.status_code == httpx.codes.NOT_MODIFIED)

        yield ask


@contextlib.asynccontextmanager
async def by_host(given: argparse.Namespace) -> AsyncIterator[Ask]:
    """A client for each host."""
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=2 if given.keep else 0)
    context = ssl.create_default_context()
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(limits=limits, verify=context))
            for _ in range(given.hosts)
        ]

        async def ask(number: int) -> bool:
            got = await clients[number % given.hosts].get(url(number, given), headers={"If-None-Match": _ETAG})
            return bool(got.status_code == httpx.codes.NOT_MODIFIED)

        yield ask


async def measure(
    way: Callable[..., contextlib.AbstractAsyncContextManager[Ask]], count: int, given: argparse.Namespace
) -> float:
    """Milliseconds of CPU a request."""
    numbers = iter(range(count))
    async with way(given) as ask:

        async def worker() -> None:
            for number in numbers:
                assert await ask(number)

        started = time.process_time()
        await asyncio.gather(*(worker() for _ in range(given.at_once)))
        return (time.process_time() - started) / count * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    given = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(given.latency, there), daemon=True)
    server.start()
    given.port = here.recv()
    print(
        f"{given.requests} x 304, {given.hosts} hosts, {given.latency * 1000:.0f} ms latency, {given.at_once} at once; CPU ms/request"
    )
    for given.keep in (True, False):
        figures = {
            "ours": loop.run(measure(ours, given.requests, given)),
            "by host": loop.run(measure(by_host, given.requests, given)),
            "plain": loop.run(measure(plain, given.requests, given)),
        }
        words = ", ".join(f"{name} {figure:.3f}" for name, figure in figures.items())
        print(
            f"connections {'kept' if given.keep else 'new'}: {words}; ours/plain {figures['ours'] / figures['plain']:.2f}"
        )
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
