"""Tables of the history: events with every revision, the evidence for each, what is expected and what was proposed."""

from __future__ import annotations

from datetime import date as Day  # noqa: N812
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.store.tables.base import Base


class StreamRow(Base):
    """The version of a stream ("agreement|family"): a plan made from an older one is not applied."""

    __tablename__ = "streams"
    stream_hash: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str]
    version: Mapped[int]


class EventRow(Base):
    """An event as it stands now. `key` tells it from every other; `happened` is the day lists are sorted by."""

    __tablename__ = "events"
    __table_args__ = (
        # each list is a walk along one of the first four, or a look at few kinds in one of the others (`query.walking`)
        Index("ix_events_walk", "happened", "id", "kind", "confidence"),
        Index("ix_events_walk_agreement", "agreement_id", "happened", "id", "kind", "confidence", "actor_country"),
        Index("ix_events_walk_both", "agreement_id", "actor_country", "happened", "id", "kind", "confidence"),
        Index("ix_events_walk_country", "actor_country", "happened", "id", "kind", "confidence"),
        Index("ix_events_few", "kind", "happened", "id", "confidence"),
        Index("ix_events_few_agreement", "agreement_id", "kind", "happened", "id", "confidence", "actor_country"),
        Index("ix_events_few_country", "actor_country", "kind", "happened", "id", "confidence"),
        # told as a month or a year: few, and asked for by themselves where a list begins within it
        Index("ix_events_vague", "happened", "id", "date_last", "kind", "confidence", "agreement_id", "actor_country", sqlite_where=text("date_last > happened"), postgresql_where=text("date_last > happened")),
        Index(None, "stream_hash"),
        Index(None, "updated_at"),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    stream: Mapped[str]
    stream_hash: Mapped[str]
    agreement_key: Mapped[str]
    agreement_id: Mapped[str | None]
    agreement: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]
    salience: Mapped[str]
    stage: Mapped[str]
    wording: Mapped[str]
    actor: Mapped[str]
    actor_country: Mapped[str]
    date: Mapped[str | None]
    date_first: Mapped[Day | None]
    date_last: Mapped[Day | None]
    effective_date: Mapped[str | None]
    effective_first: Mapped[Day | None]
    effective_last: Mapped[Day | None]
    happened: Mapped[Day]
    confidence: Mapped[float]
    reasons: Mapped[Any]
    evidence: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    flags: Mapped[Any]
    first_seen: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int]
    state: Mapped[str]
    state_why: Mapped[str]
    by_person: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[Any] = mapped_column(default=list, server_default="[]")  # fields a person has corrected
    fulfilled_by: Mapped[str | None]
    merged_into: Mapped[str | None]
    kind: Mapped[int] = mapped_column(server_default="0")  # of `event_kinds`


class EventKindRow(Base):
    """All that events have in common that few values tell apart: a filter of these is a set of numbers, found in no time."""

    __tablename__ = "event_kinds"
    __table_args__ = (UniqueConstraint("type", "status", "state", "salience", "stage", "tracked", "grade"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    status: Mapped[str]
    state: Mapped[str]
    salience: Mapped[str]
    stage: Mapped[str]
    tracked: Mapped[bool]
    grade: Mapped[int]  # of confidence (`kinds.GRADES`)


class EventPartyRow(Base):
    """The parties an event concerns, with what lists ask of it, so that a party's list is a walk along one index."""

    __tablename__ = "event_parties"
    __table_args__ = (
        Index("ix_event_parties_walk", "party", "happened", "event_id", "kind", "confidence", "country"),
        Index("ix_event_parties_few", "party", "kind", "happened", "event_id", "confidence", "country"),
        Index(
            "ix_event_parties_both", "agreement_id", "party", "happened", "event_id", "kind", "confidence", "country"
        ),
        Index(
            "ix_event_parties_moved",
            "party",
            "happened",
            "event_id",
            "moved",
            sqlite_where=text("moved > 0"),
            postgresql_where=text("moved > 0"),
        ),
    )
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    party: Mapped[str] = mapped_column(primary_key=True)
    happened: Mapped[Day]
    kind: Mapped[int]
    confidence: Mapped[float]
    country: Mapped[str]  # of the actor
    agreement_id: Mapped[str | None]
    moved: Mapped[int] = mapped_column(server_default="0")  # by so many days at most its day was another one before


class RevisionRow(Base):
    """An event as it stood after each change of it: the whole of it but for its sources, which are in `evidence`.

    It held from `recorded_at` until `until` (NULL: it holds). `lead`: how far ahead its day lay when it was recorded, as the
    number of binary digits of the days (0: not ahead), so that what was ahead at a moment is found in a few short walks.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        Index(None, "recorded_at"),
        Index("ix_revisions_walk", "happened", "event_id", "recorded_at", "until", "kind", "confidence", "actor_country"),
        Index("ix_revisions_walk_agreement", "agreement_id", "happened", "event_id", "recorded_at", "until", "kind", "confidence", "actor_country"),
        Index("ix_revisions_walk_country", "actor_country", "happened", "event_id", "recorded_at", "until", "kind", "confidence"),
        Index("ix_revisions_few", "kind", "happened", "event_id", "recorded_at", "until", "confidence", "actor_country"),
        Index("ix_revisions_vague", "happened", "event_id", "last", "recorded_at", "until", "kind", "confidence", "agreement_id", "actor_country", sqlite_where=text("last IS NOT NULL"), postgresql_where=text("last IS NOT NULL")),
        Index("ix_revisions_lead", "lead", "recorded_at", "happened", "event_id", "until", "kind", "confidence", "actor_country"),
    )  # fmt: skip
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    snapshot: Mapped[Any]
    changes: Mapped[Any]
    why: Mapped[str]
    who: Mapped[str]
    recorded_at: Mapped[datetime]
    until: Mapped[datetime | None]
    agreement_id: Mapped[str | None]
    actor_country: Mapped[str] = mapped_column(server_default="")
    happened: Mapped[Day] = mapped_column(server_default="1970-01-01")
    kind: Mapped[int] = mapped_column(server_default="0")
    confidence: Mapped[float] = mapped_column(server_default="0")
    lead: Mapped[int] = mapped_column(server_default="0")
    last: Mapped[Day | None]  # the last day that its date can mean, where that is a month or a year


class ChangeRow(Base):
    """The feed of changes. `seq` is drawn under a lock that is held to the commit: a smaller one never appears later."""

    __tablename__ = "changes"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    revision: Mapped[int]
    kind: Mapped[str]  # created, revised, retracted, sources
    at: Mapped[datetime]


class CounterRow(Base):
    """Numbers that must be drawn in the order of commits; one row each."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class EvidenceRow(Base):
    """What one article version says of one event. `removed_at`: it said so until then (edited, or moved to another event)."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("event_id", "article_version_id", "claim_hash"),
        Index(None, "stream_hash", "removed_at"),
        Index(None, "article_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    article_version_id: Mapped[int] = mapped_column(ForeignKey("article_versions.id"))
    stream_hash: Mapped[str]
    claim_hash: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    confidence: Mapped[float]
    finding: Mapped[Any]  # as the recogniser gave it
    seen_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_why: Mapped[str | None]
    held: Mapped[bool] = mapped_column(default=False, server_default=false())  # a person put it into this event
    from_event: Mapped[str | None]  # the event that it was merged out of, by hand


class ExpectationRow(Base):
    """A planned step with the day it is due."""

    __tablename__ = "expectations"
    __table_args__ = (Index(None, "state", "due_last"),)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    due_first: Mapped[Day]
    due_last: Mapped[Day]
    state: Mapped[str]  # open, met, dismissed (a person), withdrawn (the plan was taken back)
    met_by: Mapped[str | None]
    noted_for: Mapped[Day | None]  # the last day for which it was noticed that it had passed
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ProposalRow(Base):
    """An agreement seen in the news that is on no watchlist."""

    __tablename__ = "proposals"
    key_hash: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    wording: Mapped[str]
    kind: Mapped[str]
    parties: Mapped[Any]
    concepts: Mapped[Any]
    rule_id: Mapped[str | None]
    reports: Mapped[int]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    state: Mapped[str]  # new, accepted, dismissed
    agreement_id: Mapped[str | None]
