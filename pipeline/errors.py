"""What can go wrong, and whether trying again can help.

    TreatywatchError
    ├── UsageError            the operator's words: configuration, watchlist, command line   (exit 2)
    │   └── ConfigurationError    names the file, the key and what was expected
    ├── Trouble               one item failed; carries a `Reason` and whether trying again can help
    │   ├── FeedError         the document is not a feed we can read
    │   └── PageError         the page holds no article
    └── Unavailable           what every item needs is away: wait and go on
        ├── StoreUnavailable      the database is away, locked or full
        └── WorkersUnavailable    worker processes cannot be started, or cannot build what they work with

Expected outcomes of fetching and delivering are values (`Refused`, `TryAgain` …), not exceptions.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The closed list of words for what went wrong; the same word stands in log, metric, database, API and page."""

    BLOCKED_SCHEME = "blocked_scheme"
    BLOCKED_ADDRESS = "blocked_address"
    BLOCKED_PORT = "blocked_port"
    BLOCKED_ROBOTS = "blocked_robots"
    URL_INVALID = "url_invalid"
    URL_TOO_LONG = "url_too_long"
    DNS_FAILURE = "dns_failure"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    REDIRECT_INVALID = "redirect_invalid"
    TIMEOUT_CONNECT = "timeout_connect"
    TIMEOUT_TOTAL = "timeout_total"
    PROTOCOL_ERROR = "protocol_error"
    TLS_ERROR = "tls_error"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    HTTP_STATUS = "http_status"
    RATE_LIMITED = "rate_limited"
    NOT_A_FEED = "not_a_feed"
    XML_FORBIDDEN = "xml_forbidden"
    XML_MALFORMED = "xml_malformed"
    CHARSET_UNKNOWN = "charset_unknown"
    TOO_MANY_ENTRIES = "too_many_entries"
    ENTRY_INVALID = "entry_invalid"
    ARTICLE_NOT_HTML = "article_not_html"
    ARTICLE_NO_TEXT = "article_no_text"
    ARTICLE_GATE = "article_gate"
    EXTRACT_TIMEOUT = "extract_timeout"
    EXTRACT_CRASH = "extract_crash"
    # of deliveries
    RECEIVER_GONE = "receiver_gone"
    RECIPIENTS_REFUSED = "recipients_refused"
    MAIL_REFUSED = "mail_refused"
    AUTH_FAILED = "auth_failed"
    MESSAGE_INVALID = "message_invalid"
    NOT_INSTALLED = "not_installed"
    NOT_ACCEPTED = "not_accepted"
    CHANNEL_UNKNOWN = "channel_unknown"
    TRIES_EXHAUSTED = "tries_exhausted"
    INTERRUPTED = "interrupted"


class TreatywatchError(Exception):
    """The root of what this program raises on purpose."""


class UsageError(TreatywatchError):
    """The operator asked for something that cannot be; the message says what to change."""


class ConfigurationError(UsageError):
    """A configuration file is wrong. `where` names file and key."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class Trouble(TreatywatchError):
    """One item failed; everything else goes on. `retry`: whether trying again can help."""

    def __init__(self, reason: Reason, detail: str = "", *, retry: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
        self.retry = retry

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (type(self), self.reason, self.detail, self.retry)


def _remake(kind: type[Trouble], reason: Reason, detail: str, retry: bool) -> Trouble:
    return kind(reason, detail, retry=retry)


class FeedError(Trouble):
    """The document is not a feed we can read."""


class PageError(Trouble):
    """The page holds no article."""


class Unavailable(TreatywatchError):
    """What every item needs is away; the same work will succeed later, and no item is to blame."""


class WorkersUnavailable(Unavailable):
    """No worker process can do its work."""


class StoreUnavailable(Unavailable):
    """The database is away, locked or full; the same work will succeed later."""
