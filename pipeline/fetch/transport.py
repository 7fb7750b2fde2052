"""httpx over connections of our own: the one module that knows httpx.

    Fetcher ─▶ Http.send ─▶ httpx.AsyncClient ─▶ Checked (httpx.AsyncBaseTransport) ─▶ link.py ─▶ wire.py

A transport is how httpx lets others do the sending. Ours connects only to checked addresses, counts every byte and keeps one
connection an origin (docs/decisions/http-client.md). Whatever httpx could add to that is switched off: environment, proxies,
cookies, credentials in URLs, redirects, decoders. To change to its continuation, httpx2, change the import.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache, partial
from types import TracebackType
from typing import Self, cast

import httpx

from pipeline.errors import Reason, Trouble
from pipeline.fetch.link import Ask, Head, Link, Links
from pipeline.fetch.wire import Policy, connect, words

_MOST_IDLE = {"http": 512, "https": 128}  # an idle TLS connection holds about 300 kB of buffers


class KeptDied(Trouble):
    """A kept connection ended without a word: perhaps it was dead before, perhaps the host heard the request and hung up."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """What the transport sends, and how. `alone`: the rules of a connection made for this exchange only.

    `ready`: what is waited for between connecting and sending.
    """

    ask: Ask
    budget: int
    alone: Policy | None
    new: bool
    ready: Callable[[], Awaitable[None]] | None


class _Body(httpx.AsyncByteStream):
    """What follows a head, piece by piece as it comes. Closing it, read to its end or not, hands the connection back."""

    def __init__(self, link: Link, give: Callable[[Link], None]) -> None:
        self._link = link
        self._give = give

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next piece; Trouble where what comes is no proper body."""
        if data := await self._link.piece():
            return data
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """httpx: nobody wants more of this answer."""
        self._give(self._link)


class _Checked(httpx.AsyncBaseTransport):
    """Sends httpx's requests over checked connections. What goes wrong is Trouble, whatever raised it."""

    def __init__(self, policy: Policy, keep: float, clock: Callable[[], float]) -> None:
        self._links = {scheme: Links(policy, keep, clock, most) for scheme, most in _MOST_IDLE.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """httpx: send a request, give the head of the answer with its body to come."""
        errand: _Errand = request.extensions["errand"]
        ask, place = errand.ask, errand.ask.target
        if errand.alone:
            give = Link.close
            link = Link(await connect(place, errand.alone), errand.alone.timeout)
            head = await link.ask(ask, errand.budget)
        else:
            links = self._links[place.scheme]
            give = partial(links.give, place)
            link, head = await _asked(ask, links, errand)
        # without its headers: httpx takes a Location apart even where it follows none, and stumbles over what our own reading
        # names and refuses; and making its own of them costs as much as reading the answer
        return httpx.Response(head.status, stream=_Body(link, give), extensions={"head": head, "link": link})

    async def aclose(self) -> None:
        """httpx: close every idle connection."""
        for links in self._links.values():
            links.close()


async def _asked(ask: Ask, links: Links, errand: _Errand) -> tuple[Link, Head]:
    link = await links.take(ask.target, new=errand.new)
    try:
        if errand.ready:
            await errand.ready()
    except asyncio.CancelledError:
        link.close()
        raise
    try:
        return link, await link.ask(ask, errand.budget)
    except Trouble as error:
        if link.fresh or link.received or error.reason is not Reason.PROTOCOL_ERROR:
            raise
        raise KeptDied(error.reason, error.detail, retry=True) from error


class _NoCookies(httpx.Cookies):
    """Keeps nothing, so that there is nothing to send."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """httpx: an answer came, perhaps with cookies."""


class _Client(httpx.AsyncClient):
    """httpx's client without a memory. It takes only the contents of a jar that it is given, so the jar is put in here."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            auth=httpx.Auth(),
            timeout=None,  # the links have their own, and the caller one for everything
        )
        self._no_cookies = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        """httpx: where cookies are kept."""
        return self._no_cookies

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """httpx: cookies to begin with."""


class Answer:
    """A head, and a body that is read as far as it is wanted. `async with` gives the connection back at its end."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._link: Link = response.extensions["link"]
        self.head: Head = response.extensions["head"]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._response.aclose()
        # httpx's stream and answer hold each other, and with them the link: 300 kB under TLS, until a collection comes by.
        self._response.stream = httpx.ByteStream(b"")

    @property
    def received(self) -> int:
        """Bytes on the wire so far, framing and interim answers included."""
        return self._link.received

    def pieces(self) -> aclosing[AsyncGenerator[bytes, None]]:
        """The body as it comes, packed as it is, to its proper end. Trouble beyond the budget or where it is cut short."""
        return aclosing(cast("AsyncGenerator[bytes, None]", self._response.aiter_raw()))


class Http:
    """The client. Its connections hold to `policy`; each is kept for `keep` seconds after its last exchange."""

    def __init__(self, policy: Policy, keep: float, clock: Callable[[], float]) -> None:
        self._client = _Client(_Checked(policy, keep, clock))

    async def send(
        self,
        ask: Ask,
        budget: int,
        alone: Policy | None = None,
        *,
        new: bool = False,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> Answer:
        """Send a request, give the answer. `budget`: wire bytes in all; `alone`: a connection of its own, by these rules.
        `ready` is waited for when there is a connection.

        Trouble for whatever goes wrong, KeptDied where a `new` connection may do better. httpx is told the origin only: path and query go out as they were checked, and do not
        show in its log lines.
        """
        place = ask.target
        if self._client.is_closed:
            raise Trouble(Reason.PROTOCOL_ERROR, "fetching has ended", retry=True)
        try:
            # the headers and the body are in the errand: httpx would take them apart and add to them
            request = httpx.Request(
                ask.method,
                _origin(place.scheme, place.netloc),
                stream=httpx.ByteStream(b""),
                extensions={"errand": _Errand(ask, budget, alone, new, ready)},
            )
            return Answer(await self._client.send(request, stream=True))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Trouble(Reason.PROTOCOL_ERROR, words(error), retry=True) from error

    async def aclose(self) -> None:
        """Close every idle connection."""
        await self._client.aclose()


@lru_cache(maxsize=4096)
def _origin(scheme: str, netloc: str) -> httpx.URL:
    return httpx.URL(f"{scheme}://{netloc}")
