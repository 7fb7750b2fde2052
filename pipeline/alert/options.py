"""`[[channel]]` and `[alert]`: who hears of what, how, and how hard delivery tries."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Literal

from pipeline.model import EventType, Status


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """Which events a channel wants. An empty list means any. `statuses` default to what has happened."""

    agreements: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    types: tuple[EventType, ...] = ()
    stages: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = (Status.OCCURRED,)
    jurisdictions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    min_confidence: float = 0.0
    discovered: bool = False  # also events on agreements that nobody has listed

    def __post_init__(self) -> None:
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"min_confidence should be 0 to 1, is {self.min_confidence}")


@dataclass(frozen=True, slots=True)
class ChannelOptions:
    """One `[[channel]]`. Which keys must be there hangs on `kind`; see docs/configuration.md."""

    id: str
    kind: Literal["webhook", "email", "apprise"]
    role: Literal["reader", "operator"] = "reader"
    enabled: bool = True
    mode: Literal["immediate", "digest"] = "immediate"
    schedule: str = "0 7 * * *"
    timezone: str = "UTC"
    quiet_hours: str = ""
    daily_cap: int = 0
    overdue: bool = False
    stalled_days: int = 0
    filter: ChannelFilter = field(default_factory=ChannelFilter)
    url: str = ""
    secret: tuple[str, ...] = field(default=(), repr=False)
    allow_networks: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    from_: str = ""
    host: str = ""
    port: int = 0
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        needed = {"webhook": ("url", "secret"), "email": ("to", "from_", "host"), "apprise": ("url",)}[self.kind]
        missing = [name.rstrip("_") for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"a channel of kind {self.kind!r} needs {', '.join(missing)}")
        if not self.id or any(mark in self.id for mark in " /\\\n\r\t"):
            raise ValueError("id should be one word")
        for network in self.allow_networks:
            ip_network(network)


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """`[alert]`: delivery as a whole. `retry_schedule`: seconds to wait after the first, second … failed try (about 3 days)."""

    retry_schedule: tuple[float, ...] = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 86400)
    timeout: float = 15.0
    lease: float = 300.0
    concurrency: int = 16
