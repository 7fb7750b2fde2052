"""What is answered: the shapes of the answers, as OpenAPI shows them.

They describe; answers are written straight from plain values (`plain.py`), and tests hold the two against each other.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline.model import EventState, EventType, Salience, Status
from pipeline.status import Standing

T = TypeVar("T")


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Page(_Told, Generic[T]):
    """Some answers, and the cursor of the rest (null: there is no rest)."""

    items: list[T]
    next: str | None


class ReportOut(_Told):
    """One report of an event, with the sentence that proves it."""

    article_id: int | None
    url: str
    agency: str
    title: str
    published: str | None
    language: str
    evidence: str
    start: int
    end: int
    sha256: str


class SourceOut(ReportOut):
    """An agency that reported an event: its first report, and its further ones."""

    reports: list[ReportOut]


class EventOut(_Told):
    """An event: the same object as in `scan`, webhooks and exports."""

    id: str
    agreement_id: str | None
    agreement: str
    type: EventType
    stage: str
    wording: str
    status: Status
    salience: Salience
    actor: str
    actor_country: str
    date: str | None
    effective_date: str | None
    confidence: float
    reasons: list[str]
    evidence: str
    start: int
    end: int
    sources: list[SourceOut]
    first_seen: str | None
    revision: int
    state: EventState
    flags: list[str]
    state_why: str


class ChangeOut(_Told):
    """One field before and after, as text."""

    field: str
    before: str
    after: str


class RevisionOut(_Told):
    """An event as it stood from then on: who changed what, and why."""

    revision: int
    recorded_at: str
    why: str
    who: str
    changes: list[ChangeOut]
    event: EventOut


class TryOut(_Told):
    """One try of a delivery."""

    at: str
    target: str
    outcome: str
    http_status: int | None
    answer: str
    duration_ms: int


class DeliveryOut(_Told):
    """A message to a channel and every try to deliver it."""

    id: str
    channel: str
    kind: str
    event_id: str | None
    revision: int | None
    state: str
    attempt: int
    reason: str | None
    created_at: str
    next_try: str
    settled_at: str | None
    tries: list[TryOut]


class EventDetail(EventOut):
    """An event with all its revisions, oldest first, and the newest hundred deliveries about it."""

    revisions: list[RevisionOut]
    deliveries: list[DeliveryOut]


class AgreementOut(_Told):
    """An agreement on the watchlist. `source`: in agreements.toml ("file") or added while the service runs ("added")."""

    id: str
    title: str
    parties: list[str]
    titles: dict[str, str]
    aliases: list[str]
    exclude: list[str]
    multilateral: bool
    signed_on: str | None
    source: str


class StepOut(_Told):
    """One act that counts, and the event that proves it."""

    type: EventType
    stage: str
    date: str | None
    event_id: str


class PartyStatusOut(_Told):
    """One party's standing on a day, since when, and the events it follows from."""

    party: str
    standing: Standing
    since: str | None
    signed: StepOut | None
    ratified_by: list[StepOut]
    bound: StepOut | None
    in_force_since: str | None
    ends_on: str | None
    because: list[str]
    expected: list[StepOut]


class StatusOut(_Told):
    """All parties' standings on a day, as known at a time. `uncertain`: events too unsure to count."""

    on: str
    as_of: str | None
    parties: list[PartyStatusOut]
    uncertain: list[str]


class AgreementDetail(AgreementOut):
    """An agreement with its status and its latest step."""

    status: StatusOut
    latest: EventOut | None


class ClaimOut(_Told):
    """What was read in an article, and the event it speaks for. `evidence` is `text[start:end]`."""

    event_id: str
    agreement_id: str | None
    agreement: str
    type: EventType
    status: Status
    salience: Salience
    stage: str
    wording: str
    actor: str
    actor_country: str
    date: str | None
    effective_date: str | None
    confidence: float
    reasons: list[str]
    evidence: str
    start: int
    end: int


class ArticleOut(_Told):
    """One version of an article. `text` is null where retention has deleted it."""

    id: int
    version: int
    versions: int
    url: str
    canonical_url: str | None
    agency: str
    title: str
    text: str | None
    language: str
    published: str | None
    published_from: str
    first_seen: str
    fetched_at: str
    sha256: str
    claims: list[ClaimOut]


class HitOut(_Told):
    """An article version that was found."""

    id: int
    version: int
    url: str
    agency: str
    title: str
    language: str
    published: str | None
    fetched_at: str


class FeedOut(_Told):
    """A source and how it fares. `error` is one word of a closed list."""

    id: str
    url: str
    kind: str
    agency: str
    language: str | None
    enabled: bool
    last_polled: str | None
    last_success: str | None
    last_new: str | None
    next_due: str
    interval: int | None
    items: int | None
    failures: int
    error: str | None
    detail: str | None
    http_status: int | None
    moved_to: str | None


class PollOut(_Told):
    """One look at a source."""

    at: str
    outcome: str
    items: int
    new: int
    duration_ms: int
    size: int


class FeedDetail(FeedOut):
    """A source with its latest polls, newest first."""

    polls: list[PollOut]


class ChangeNoteOut(_Told):
    """One line of the feed of changes. `kind`: created, revised, sources, or retracted (a tombstone)."""

    seq: int
    kind: str
    at: str
    event: EventOut


class ChangesOut(_Told):
    """Changes in the order of their commits; ask again with `since` = `next`."""

    items: list[ChangeNoteOut]
    next: str


class MuteOut(_Told):
    """A mute that holds now; null means any, or for ever."""

    id: int
    channel: str | None
    agreement: str | None
    party: str | None
    type: str | None
    until: str | None
    who: str
    why: str


class ExpectationOut(_Told):
    """A planned step whose last day has passed and that nobody reported done."""

    due_first: str
    due_last: str
    event: EventOut


class ProposalOut(_Told):
    """An agreement seen in the news that is on no watchlist."""

    key: str
    wording: str
    kind: str
    parties: list[str]
    reports: int
    article_id: int
    last_seen: str


class AuditOut(_Told):
    """What a person did by hand."""

    at: str
    who: str
    action: str
    subject: str
    detail: dict[str, Any]


class PreviewOut(_Told):
    """What an agreement would have matched in the stored articles. `candidates`: how many may tell of it; `read`: how many of
    them were, the newest first; `whole`: all of them, in the time there was."""

    read: int
    candidates: int
    whole: bool
    events: list[EventOut]


class AddedOut(AgreementOut):
    """An agreement that was added, with what the stored articles tell of it (all of it history; nobody is alerted).

    `candidates`: how many stored articles may tell of it; more than `read` are read by and by.
    """

    read: int
    candidates: int
    events: list[EventOut]


class HealthOut(_Told):
    """Whether the service lives, or can work."""

    status: str
    detail: str = ""


class MeOut(_Told):
    """Whoever asks, and what he may."""

    name: str
    scopes: list[str]
