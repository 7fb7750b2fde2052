"""What `record` decides and `store` writes: reports, what is known of them, and the transaction as a value.

    Known (events, reports, versions of their streams) + an article's findings ──decide──▶ Plan ──apply──▶ Applied | Stale

A *report* is one finding in one version of one article. An *event* is a fold over its reports, so that the order in which they
arrive does not matter. A *stream* is all reports of one family of act on one agreement ("agreement|family"): events are told apart
within it, and its version number guards a plan against what another worker wrote meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pipeline.model import Agreement, Discovered, Event, Finding, Source, Status


class Why(StrEnum):
    """Why a plan does what it does; the same word stands in the log, the metric, the database and the page."""

    NEW = "new"  # nobody reported this step before
    CONFIRMS = "confirms"  # another source for an event we have
    SHARPENS = "sharpens"  # a report that knows more precisely when, who or where
    CONTRADICTS = "contradicts"  # a report that cannot be true together with another one
    CORRECTS = "corrects"  # the article itself was changed
    FULFILS = "fulfils"  # a planned step has happened
    KNOWN = "known"  # this very report is stored already
    MERGED = "merged"  # two events turned out to be one
    MOVED = "moved"  # a vague report fits another event better, now that more is known
    ACCEPTED = "accepted"  # a person said it is right
    REJECTED = "rejected"  # a person said it is wrong
    CORRECTED = "corrected"  # a person put a field right
    JOINED = "joined"  # a person said that two events are one
    PARTED = "parted"  # a person said that one event is two
    REVIVED = "revived"  # a person undid a merge
    NEWSWORTHY = "newsworthy"  # an event known from the background is now reported as news


class StateWhy(StrEnum):
    """Why an event is told to people, waits for one, or is kept as history."""

    NEWS = "news"
    UNSURE = "unsure"  # under the alert threshold
    WEAK = "weak"  # under the review threshold
    BACKGROUND = "background"
    NOT_FRESH = "not_fresh"
    NOT_OCCURRED = "not_occurred"
    FUTURE_DATE = "future_date"
    QUIET = "quiet"  # a rescan or a backfill: new finds are history
    PERSON = "person"


class Flag(StrEnum):
    """What a reader of an event has to know beside its fields."""

    DATE_CONFLICT = "date_conflict"
    CONTRADICTED = "contradicted"
    FULFILLED = "fulfilled"
    FUTURE_DATE = "future_date"
    SOURCE_CHANGED = "source_changed"


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What a decision needs of a stored article version. `version` counts from 1; `url` is the article's identity."""

    article_id: int
    url: str
    seen_at: datetime
    version: int = 1
    version_id: int = 0
    agency: str = ""
    title: str = ""
    language: str = ""
    published: datetime | None = None
    sha256: str = ""

    @property
    def reported_on(self) -> date:
        """The day it was published, or first seen where that is unknown (UTC)."""
        return (self.published or self.seen_at).date()


@dataclass(frozen=True, slots=True)
class Report:
    """One finding in one article version. `id` is 0 and `event_id` None until it is stored.

    `held`: a person put it there, and it stays; `from_event`: the event that it was merged out of.
    """

    article: ArticleFacts
    finding: Finding
    id: int = 0
    event_id: str | None = None
    held: bool = False
    from_event: str | None = None


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """A stored event. `event.sources` is empty here; `by_person`: its state was decided by a person and stays.

    `pinned`: fields that a person has corrected; what reports say of them does not count any more.
    """

    event: Event
    key: str
    stream: str
    by_person: bool = False
    fulfilled_by: str | None = None
    pinned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Everything stored of the streams a decision touches, current reports only. `versions`: (stream, version), 0 = none yet."""

    versions: tuple[tuple[str, int], ...] = ()
    events: tuple[KnownEvent, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel wants to hear. An empty tuple means any; codes of parties as in `Agreement.parties`."""

    id: str
    mode: str = "immediate"  # or "digest"
    agreements: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = (Status.OCCURRED,)
    stages: tuple[str, ...] = ()
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Context:
    """Whom and what a decision is made for: the tracked agreements by id, and who listens."""

    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """`fresh_days`: older acts are history, not news. `quiet`: a rescan or backfill, nothing is told to anybody."""

    alert_threshold: float = 0.7
    review_threshold: float = 0.35
    fresh_days: int = 14
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an event, before and after, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Store an event for the first time."""

    event: Event
    key: str
    stream: str
    parties: tuple[str, ...]
    why: Why
    state_why: StateWhy
    fulfilled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Revise:
    """Store a new revision of an event (`event.revision` is the new number)."""

    event: Event
    key: str
    stream: str
    parties: tuple[str, ...]
    why: Why
    state_why: StateWhy | None
    changes: tuple[Change, ...]
    fulfilled_by: str | None = None


@dataclass(frozen=True, slots=True)
class AddSource:
    """The event stands as it is and has one source more (or less): no revision, but a line in the feed of changes."""

    event_id: str
    revision: int
    why: Why


@dataclass(frozen=True, slots=True)
class Retract:
    """Take an event back: it was another one (`merged_into`) or its source was corrected. `event` is the last revision."""

    event: Event
    stream: str
    why: Why
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Attach:
    """Store a report as evidence of an event, or move a stored one (`report.id`) there."""

    report: Report
    event_id: str
    stream: str


@dataclass(frozen=True, slots=True)
class Detach:
    """A stored report no longer speaks for its event: its article says something else now."""

    report: Report
    why: Why


EventStep = NewEvent | Revise | AddSource | Retract


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """One message to one channel. `kind`: "event.created", "event.revised" or "event.retracted".

    A correction names every channel; only those that were told of the event get it. `offer`: the other way round, for a channel
    that has not been told of an event which others know already, and which may fit its filter only now. `parties`: codes of all
    whom the event concerns. `changes`, `because`: of a correction.
    """

    subscription: str
    mode: str
    kind: str
    event: Event
    parties: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    because: str = ""
    offer: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one finding of the article, for the log and for `explain`."""

    finding: Finding
    event_id: str | None
    why: Why


@dataclass(frozen=True, slots=True)
class Plan:
    """One article's transaction as a value: written whole or not at all, and only if `versions` are still those it was made from."""

    article: ArticleFacts
    now: datetime
    versions: tuple[tuple[str, int], ...] = ()
    steps: tuple[EventStep, ...] = ()
    evidence: tuple[Attach | Detach, ...] = ()
    alerts: tuple[AlertPlan, ...] = ()
    offers: tuple[AlertPlan, ...] = ()
    proposals: tuple[Discovered, ...] = ()
    decided: tuple[Decided, ...] = ()
    who: str = "service"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided about one event, as a transaction: `event` is the new revision."""

    event: Event
    why: Why
    who: str
    now: datetime
    note: str = ""
    alerts: tuple[AlertPlan, ...] = ()
    changes: tuple[Change, ...] = ()  # fields that were put right; they stay so whatever reports say later
    parties: tuple[str, ...] = ()  # with changes: whom the event concerns now


@dataclass(frozen=True, slots=True)
class Applied:
    """The plan is in the database. Counts of rows written."""

    created: int = 0
    revised: int = 0
    retracted: int = 0
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing was written: another worker changed one of these streams. Load again and decide again."""

    streams: tuple[str, ...]


def agreement_key(finding: Finding) -> str:
    """What stands for the agreement in keys: its id, or what is known of one that is on no watchlist."""
    if finding.agreement_id:
        return finding.agreement_id
    if finding.discovered:
        return f"~{finding.discovered.key}"
    words = " ".join(finding.agreement.lower().split())
    return "~" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]


def agreement_key_of(event: Event) -> str:
    """The same of an event: its agreement's id, or its wording (enough to keep messages about it in order)."""
    return event.agreement_id or f"~{event.agreement}"


def source_of(report: Report) -> Source:
    """A report as readers see it."""
    a, f = report.article, report.finding
    return Source(
        article_id=a.article_id,
        url=a.url,
        agency=a.agency,
        title=a.title,
        published=a.published,
        language=a.language,
        evidence=f.evidence,
        start=f.start,
        end=f.end,
        sha256=a.sha256,
    )


def instant(moment: datetime | None) -> str | None:
    """A moment as the interface writes it, e.g. "2026-01-14T10:00:00Z"."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def event_as_dict(event: Event) -> dict[str, Any]:
    """The event as the interface defines it: the same in scan, API, webhook and export. Only JSON types."""
    return {
        "id": event.id,
        "agreement_id": event.agreement_id,
        "agreement": event.agreement,
        "type": event.type.value,
        "stage": event.stage,
        "wording": event.wording,
        "status": event.status.value,
        "salience": event.salience.value,
        "actor": event.actor,
        "actor_country": event.actor_country,
        "date": str(event.date) if event.date else None,
        "effective_date": str(event.effective_date) if event.effective_date else None,
        "confidence": round(event.confidence, 4),
        "reasons": list(event.reasons),
        "evidence": event.evidence,
        "start": event.start,
        "end": event.end,
        "sources": [
            report_as_dict(first) | {"reports": [report_as_dict(one) for one in more]}
            for first, *more in by_agency(event.sources)
        ],
        "first_seen": instant(event.first_seen),
        "revision": event.revision,
        "state": event.state.value,
        "flags": list(event.flags),
        "state_why": event.state_why,
    }


def by_agency(reports: Iterable[Source]) -> tuple[tuple[Source, ...], ...]:
    """The reports of each agency together: what is counted as a source. The host stands for an agency without a name."""
    found: dict[str, tuple[Source, ...]] = {}
    for one in reports:
        name = one.agency.casefold() or one.url.partition("://")[2].partition("/")[0].casefold()
        found[name] = (*found.get(name, ()), one)
    return tuple(found.values())


def report_as_dict(source: Source) -> dict[str, Any]:
    """One report of an event."""
    return {
        "article_id": source.article_id or None,
        "url": source.url,
        "agency": source.agency,
        "title": source.title,
        "published": instant(source.published),
        "language": source.language,
        "evidence": source.evidence,
        "start": source.start,
        "end": source.end,
        "sha256": source.sha256,
    }
