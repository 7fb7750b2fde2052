"""Tables of the way out and of the desk: messages and their tries, mutes, the watchlist's additions, tokens, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.store.tables.base import Base


class OutboxRow(Base):
    """One message to one channel. `id` is the delivery's, on every try; `payload` is its body, byte for byte."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("seq"),
        Index(None, "state", "next_try", "seq"),
        Index(None, "channel_id", "state", "next_try", "seq"),
        Index(None, "channel_id", "ordering_key", "state", "seq"),
        Index(None, "event_id"),
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    channel_id: Mapped[str]
    kind: Mapped[str]  # event.created, event.revised, event.retracted, digest, operator
    event_id: Mapped[str | None] = mapped_column(ForeignKey("events.id"))
    revision: Mapped[int | None]
    ordering_key: Mapped[str]
    payload: Mapped[str]
    recipients: Mapped[Any | None]  # those still owed it, where others of the same channel have it
    state: Mapped[str]  # see messages.OutboxState
    attempt: Mapped[int] = mapped_column(default=0)
    replayed_from: Mapped[int] = mapped_column(default=0)  # tries made before a person sent it again
    next_try: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    reason: Mapped[str | None]
    bundled_in: Mapped[str | None]
    acknowledged_by: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One try of a delivery. `target` is masked."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("outbox_id", "attempt"), Index(None, "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[str] = mapped_column(ForeignKey("outbox.id"))
    attempt: Mapped[int]
    at: Mapped[datetime]
    target: Mapped[str]
    outcome: Mapped[str]
    http_status: Mapped[int | None]
    answer: Mapped[str]
    duration_ms: Mapped[int]


class ChannelRow(Base):
    """What is known of a channel beside its configuration: whether its receiver switched it off, how it fares."""

    __tablename__ = "channels"
    id: Mapped[str] = mapped_column(primary_key=True)
    disabled_at: Mapped[datetime | None]
    disabled_why: Mapped[str | None]
    last_success: Mapped[datetime | None]
    last_digest: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)


class MuteRow(Base):
    """What nobody wants to hear of for now. NULL means any."""

    __tablename__ = "mutes"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str | None]
    agreement_id: Mapped[str | None]
    party: Mapped[str | None]
    type: Mapped[str | None]
    until: Mapped[datetime | None]
    who: Mapped[str]
    why: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class WatchEntryRow(Base):
    """An agreement or rule added to the watchlist while the service runs. `definition` as in agreements.toml."""

    __tablename__ = "watch_entries"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # agreement, rule
    definition: Mapped[Any]
    who: Mapped[str]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ServiceStateRow(Base):
    """Small facts the service keeps of itself, and leases such as the leader's."""

    __tablename__ = "service_state"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    expires_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class AuditRow(Base):
    """Who did what by hand."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[Any]


class ApiTokenRow(Base):
    """A token for the API, by the hash of its secret."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[Any]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
