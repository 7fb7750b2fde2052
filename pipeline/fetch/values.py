"""The values of fetching: what the operator may set, and how a request can end.

    get(url) ──▶ Fetched | NotModified | Refused          post(url, body) ──▶ Answered | Refused

Durations are seconds; sizes are bytes. A `Refused` carries one word of `errors.Reason` and whether trying again can help.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import Reason
from pipeline.model import Page

Ports = tuple[int, ...] | Literal["any"]

ACCEPT_ANY = "*/*"
ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.8, */*;q=0.5"
ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """What the operator may set of fetching (`[fetch]`), with the shipped values.

    `timeout` bounds connecting and each silence of the other side, `total_timeout` one request from name resolution to its
    last byte over all redirects (waiting for the host's turn not counted). `max_bytes` is decoded, `max_wire_bytes` as it
    came in. `host_interval` lies between the starts of two requests to one host; 0 sets no pace at all. `patience` is how
    long a request may wait for its host's turn before it is handed back as `rate_limited`. ValueError for what cannot be.
    """

    user_agent: str = "treatywatch/0.1 (treaty news monitor)"
    timeout: float = 20.0
    total_timeout: float = 60.0
    max_bytes: int = 10_000_000
    max_wire_bytes: int = 5_000_000
    max_entries: int = 2000
    max_redirects: int = 5
    host_interval: float = 5.0
    max_crawl_delay: float = 30.0
    max_per_host: int = 2
    max_connections: int = 100
    patience: float = 300.0
    keep_alive: float = 15.0
    robots: bool = True
    allow_networks: tuple[str, ...] = ()
    allow_ports: Ports = (80, 443)

    def __post_init__(self) -> None:
        if min(self.timeout, self.total_timeout, self.max_bytes, self.max_wire_bytes) <= 0:
            raise ValueError("timeout, total_timeout, max_bytes and max_wire_bytes must be more than 0")
        if min(self.max_per_host, self.max_connections) < 1:
            raise ValueError("max_per_host and max_connections must be at least 1")
        least = min(self.host_interval, self.max_redirects, self.max_crawl_delay, self.patience, self.keep_alive)
        if least < 0:
            raise ValueError("host_interval, max_redirects and the other waits must not be less than 0")
        if not self.user_agent.isprintable() or not self.product:
            raise ValueError("user_agent must name a product in printable letters, such as my-desk/1.0")
        for text in self.allow_networks:
            ipaddress.ip_network(text)  # a ValueError of its own, naming the text

    @property
    def product(self) -> str:
        """The name robots.txt files call us by: the user agent up to its version, lower-cased."""
        return self.user_agent.split("/", 1)[0].split(" ", 1)[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole document. `permanent_to`: where the leading permanent redirects ended, None without one."""

    page: Page
    etag: str | None = None
    last_modified: str | None = None
    cache_max_age: float | None = None
    retry_after: float | None = None
    permanent_to: str | None = None
    wire_bytes: int = 0
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what the validators stand for is still current."""

    etag: str | None = None
    last_modified: str | None = None
    cache_max_age: float | None = None
    retry_after: float | None = None
    permanent_to: str | None = None
    wire_bytes: int = 0
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """No document, and why. `status` is None where no answer was had; `retry_after` is what the server (or our pace) asks."""

    reason: Reason
    detail: str = ""
    retry: bool = False
    retry_after: float | None = None
    status: int | None = None

    @property
    def own_pace(self) -> bool:
        """True where nobody was asked, because the host's turn (`retry_after` seconds away) is too far off: no failure."""
        return self.reason is Reason.RATE_LIMITED and self.status is None and self.retry_after is not None


@dataclass(frozen=True, slots=True)
class Answered:
    """A receiver's answer to a `post`: its status and the first 64 kB of its body, as they came."""

    status: int
    retry_after: float | None = None
    body_head: bytes = b""


FetchOutcome = Fetched | NotModified | Refused
PostOutcome = Answered | Refused
