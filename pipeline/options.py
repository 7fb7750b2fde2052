"""What the operator may set of fetching, recognising and working, as values: settings need not load what they set."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal

Ports = tuple[int, ...] | Literal["any"]


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """What the operator may set of fetching (`[fetch]`), with the shipped values.

    `timeout` bounds connecting and each silence of the other side, `total_timeout` one request from name resolution to its
    last byte over all redirects (waiting for the host's turn not counted). `max_bytes` is decoded, `max_wire_bytes` as it
    came in. `host_interval` lies between a request to a host, or its answer, and the next; 0 sets no pace at all. `patience` is how
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
class RecogniseOptions:
    """`alert_threshold`: confidence from which a step may raise an alert; under `review_threshold` it is not returned.

    `fresh_days`: older acts are history, not news (what is recorded goes by it, what is recognised does not).
    """

    alert_threshold: float = 0.70
    review_threshold: float = 0.25
    fresh_days: int = 14
    discover: bool = True


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """`[process]`: workers (0 = one per core), seconds and bytes one article may take, and where else the work may go."""

    workers: int = 0
    article_timeout: float = 10.0
    memory_limit: int = 1024 * 1024 * 1024
    cluster: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.workers <= 1024:
            raise ValueError(f"workers should be 0 (one per core) to 1024, is {self.workers}")
        if self.article_timeout <= 0:
            raise ValueError(f"article_timeout should be more than 0 seconds, is {self.article_timeout}")
        if self.memory_limit < 256 * 1024 * 1024:
            raise ValueError(f"memory_limit is in bytes, at least 268435456 (256 MiB), is {self.memory_limit}")
        if self.cluster is not None and not self.cluster.startswith(("tcp://", "tls://")):
            raise ValueError(f"cluster is the scheduler's address, tcp://host:8786 or tls://…, is {self.cluster!r}")
