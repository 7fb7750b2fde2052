"""The words of the program: the frozen values that pass from stage to stage.

    Feed ──poll──▶ Entry ──fetch──▶ Page ──extract──▶ Article ──recognise──▶ Finding ──decide──▶ Plan ──apply──▶ Event, Alert

Nothing here does anything. Every value can be pickled, compared and printed; times are aware and in UTC; text offsets count
Python characters of `Article.text`. Types of treaty acts follow the Vienna Convention on the Law of Treaties (1969).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


class EventType(StrEnum):
    """A step in the life of an agreement."""

    NEGOTIATIONS_CONCLUDED = "negotiations_concluded"
    INITIALLED = "initialled"
    ADOPTED = "adopted"
    OPENED_FOR_SIGNATURE = "opened_for_signature"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RATIFIED = "ratified"
    PROMULGATED = "promulgated"
    DEPOSITED = "deposited"
    EXCHANGED = "exchanged"
    NOTIFIED = "notified"
    ACCEDED = "acceded"
    SUCCEEDED = "succeeded"
    PROVISIONALLY_APPLIED = "provisionally_applied"
    ENTERED_INTO_FORCE = "entered_into_force"
    AMENDED = "amended"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REJECTED = "rejected"
    RESERVED = "reserved"


class Status(StrEnum):
    """Whether the step happened, as the article tells it."""

    OCCURRED = "occurred"
    PLANNED = "planned"
    CALLED_FOR = "called_for"
    NEGATED = "negated"
    CONDITIONAL = "conditional"


class Salience(StrEnum):
    """Whether the step is what the article is there to report, or retold beside it."""

    NEWS = "news"
    BACKGROUND = "background"


class EventState(StrEnum):
    """What became of a stored event: told to people, waiting for a person, kept as history, or taken back."""

    ALERTED = "alerted"
    REVIEW = "review"
    HISTORY = "history"
    RETRACTED = "retracted"


class FeedKind(StrEnum):
    """How a source lists its articles."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"


class PublishedFrom(StrEnum):
    """Which witness the publication date was taken from."""

    FEED = "feed"
    JSON_LD = "json_ld"
    PAGE = "page"
    INPUT = "input"
    UNKNOWN = "unknown"


_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A calendar date with the precision it was told with: a year, a month of a year, or a day. No time zone."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read "2026-01-14", "2025-03" or "2025"; ValueError for anything else."""
        found = _PARTIAL.match(text)
        if not found:
            raise ValueError(f"not a date of the form 2026-01-14, 2026-01 or 2026: {text!r}")
        return cls(*(int(part) if part else None for part in found.groups()))  # type: ignore[arg-type]

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A date of day precision."""
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
        if self.day is not None:
            parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @property
    def first(self) -> date:
        """The earliest day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def agrees(self, other: PartialDate) -> bool:
        """True where one of the two can mean the other (2025 and 2025-03; 2025-03 and 2025-03-13)."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Feed:
    """A source as the operator configured it (`[[feed]]` in feeds.toml). `interval` is seconds, None = adaptive."""

    id: str
    url: str
    kind: FeedKind = FeedKind.FEED
    agency: str = ""
    language: str | None = None
    interval: int | None = None
    enabled: bool = True
    links: str | None = None  # kind "page": a regular expression that article links must match
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. `identity` is stable within its feed (guid, else normalised link, else a hash of the content)."""

    feed_id: str
    identity: str
    url: str
    title: str = ""
    published: datetime | None = None
    language: str | None = None
    summary: str = ""
    content_html: str | None = None  # the full text, where the feed carries it


@dataclass(frozen=True, slots=True)
class Page:
    """A document as fetched. `body` is decoded of its transfer compression, not of its character set."""

    url: str
    final_url: str
    body: bytes
    content_type: str = ""
    charset: str | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says: clean text, paragraphs parted by newlines. `text` does not repeat `title`.

    `from_feed`: the text is what the feed itself carried, because the page gave none.
    """

    url: str
    title: str
    text: str
    language: str
    published: datetime | None = None
    published_from: PublishedFrom = PublishedFrom.UNKNOWN
    agency: str = ""
    from_feed: bool = False

    @property
    def published_on(self) -> date | None:
        """The publication day in UTC."""
        return self.published.date() if self.published else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement a user tracks (`[[agreement]]` in agreements.toml).

    `parties`: ISO 3166-1 alpha-2 codes or organisation codes (EU, EAEU, NATO …). `titles`: (language, official title) pairs.
    """

    id: str
    title: str
    parties: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    multilateral: bool = False
    signed_on: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Watches for agreements nobody has listed yet: all of `parties`, any of the `subject` words, any of `types`."""

    id: str
    parties: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    types: tuple[EventType, ...] = ()


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Everything the user watches for. Ids are unique."""

    agreements: tuple[Agreement, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovered:
    """What is known of an agreement that is on no watchlist; two reports of the same one give the same `key`."""

    key: str
    wording: str
    kind: str = ""
    parties: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    rule_id: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One step read in one article. `evidence` is `text[start:end]`; `reasons` are named rules, in the order they spoke."""

    agreement_id: str | None
    agreement: str
    type: EventType
    status: Status
    salience: Salience
    evidence: str
    start: int
    end: int
    stage: str = ""
    wording: str = ""
    actor: str = ""
    actor_country: str = ""
    date: PartialDate | None = None
    effective_date: PartialDate | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    discovered: Discovered | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of the recogniser, for `explain`: where, which stage, what it decided and why."""

    stage: str
    start: int
    end: int
    decision: str
    reasons: tuple[str, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the recogniser made of one article. `trace` is filled only when it was asked for."""

    findings: tuple[Finding, ...] = ()
    trace: tuple[Step, ...] = ()
    screened_out: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One report of an event."""

    article_id: int
    url: str
    agency: str
    title: str
    published: datetime | None
    language: str
    evidence: str
    start: int
    end: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Event:
    """A stored step, with everything that proves it. The same object is in `events`, the API, the webhook and exports."""

    id: str
    agreement_id: str | None
    agreement: str
    type: EventType
    status: Status
    salience: Salience
    stage: str = ""
    wording: str = ""
    actor: str = ""
    actor_country: str = ""
    date: PartialDate | None = None
    effective_date: PartialDate | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    evidence: str = ""
    start: int = 0
    end: int = 0
    sources: tuple[Source, ...] = ()
    first_seen: datetime | None = None
    revision: int = 1
    state: EventState = EventState.HISTORY
    flags: tuple[str, ...] = field(default=())
    state_why: str = ""  # a word of `plan.StateWhy`, or of `plan.Why` for one taken back; empty where it was not kept


Direction = Literal["created", "revised", "retracted"]
