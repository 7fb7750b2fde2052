"""The values of fetching: how a request can end.

    get(url) ──▶ Fetched | NotModified | Refused          post(url, body) ──▶ Answered | Refused

Durations are seconds; sizes are bytes. A `Refused` carries one word of `errors.Reason` and whether trying again can help.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import Reason
from pipeline.model import Page

ACCEPT_ANY = "*/*"
ACCEPT_FEED = "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.8, */*;q=0.5"
ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


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
