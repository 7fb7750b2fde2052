"""`[[channel]]` and `[alert]`: who hears of what, how, and how hard delivery tries."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.alert.cron import Cron
from pipeline.alert.hours import QuietHours
from pipeline.model import EventType, Status

_SECRET = re.compile(r"(?:whsec_)?(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?\Z")


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
    """One `[[channel]]`. Which keys must be there hangs on `kind`; see docs/alerts.md.

    `schedule` (crontab), `quiet_hours` and the day of `daily_cap` are read in `timezone`. `daily_cap` 0: none.
    `secret`: newest first; all of them sign while they are being changed. `ca_file`: the authority of an in-house mail server.
    """

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
    ca_file: str = ""

    def __post_init__(self) -> None:
        needed = {"webhook": ("url", "secret"), "email": ("to", "from_", "host"), "apprise": ("url",)}[self.kind]
        missing = [name.rstrip("_") for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"a channel of kind {self.kind!r} needs {', '.join(missing)}")
        if not self.id or any(mark in self.id for mark in " /\\\n\r\t"):
            raise ValueError("id should be one word")
        if self.daily_cap < 0 or self.stalled_days < 0:
            raise ValueError("daily_cap and stalled_days should be 0 (none) or more")
        _check_zone(self.timezone)
        _check("schedule", Cron.parse, self.schedule)
        _check("quiet_hours", QuietHours.parse, self.quiet_hours)
        for network in self.allow_networks:
            _check("allow_networks", ip_network, network)
        if self.kind == "webhook":
            _check("url", _check_url, self.url)
            _check_secrets(self.secret)
        if self.kind == "email":
            for address in (*self.to, self.from_):
                _check_address(address)

    @property
    def zone(self) -> ZoneInfo:
        """The channel's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """`[alert]`: delivery as a whole. `retry_schedule`: seconds to wait after the first, second … failed try.

    The shipped one is the example of Standard Webhooks: 10 tries within 75.6 hours. `timeout`: seconds for one answer.
    `lease`: seconds after which a message of a worker that vanished is sent again. `concurrency`: messages under way at once to one
    channel (mail: at most 4).
    """

    retry_schedule: tuple[float, ...] = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    timeout: float = 15.0
    lease: float = 300.0
    concurrency: int = 32

    def __post_init__(self) -> None:
        if any(wait < 0 for wait in self.retry_schedule):
            raise ValueError("retry_schedule should hold seconds, none below 0")
        if self.timeout <= 0 or self.concurrency < 1:
            raise ValueError("timeout should be above 0, concurrency at least 1")
        if self.lease <= self.timeout:
            raise ValueError("lease should be longer than timeout: a message would be sent again while it is under way")

    @property
    def lease_time(self) -> timedelta:
        """`lease` as a span."""
        return timedelta(seconds=self.lease)


def weaknesses(channel: ChannelOptions) -> tuple[str, ...]:
    """What works but should not stay so, one sentence each; for `treatywatch check`."""
    found = []
    if channel.kind == "webhook":
        if urlsplit(channel.url).scheme == "http":
            found.append("the webhook goes over plain http: signed, but readable on the way")
        if any(len(secret.removeprefix("whsec_")) * 3 // 4 < 24 for secret in channel.secret):
            found.append("a webhook secret is shorter than the 24 bytes that Standard Webhooks asks for")
    if channel.kind == "email" and channel.tls == "none":
        found.append(
            "mail, and the password with it, goes unencrypted" if channel.password else "mail goes unencrypted"
        )
    return tuple(found)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"timezone should be a name such as Europe/Brussels, is {name!r}") from None


def _check(key: str, parse: Callable[[str], object], value: str) -> None:
    try:
        parse(value)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def _check_url(url: str) -> None:
    # urlsplit drops line breaks silently and raises ValueError for a broken IPv6 address
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(mark <= " " for mark in url):
        raise ValueError("should be an http or https address")


def _check_secrets(secrets: tuple[str, ...]) -> None:
    for secret in secrets:
        # the reference library skips what is not base64 and so would sign with another key than the receiver holds
        if not _SECRET.match(secret) or not secret.removeprefix("whsec_"):
            raise ValueError('secret should be "whsec_" and base64; make one: openssl rand -base64 32')


def _check_address(address: str) -> None:
    _, plain = parseaddr(address)
    local, at, domain = plain.rpartition("@")
    if not (local and at and domain) or any(mark in address for mark in "\r\n\0") or " " in plain:
        raise ValueError(f"should be a mail address, is {address!r}")
    if not plain.isascii():
        raise ValueError(f"should be a mail address in ASCII (a domain in its xn-- form), is {address!r}")
