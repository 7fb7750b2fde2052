"""Tables of the way in: feeds, their polls, their entries, and the articles with every stored version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipeline.store.tables.base import Base


class FeedRow(Base):
    """A source, its validators and its health. A feed taken out of the configuration is kept, not `configured`."""

    __tablename__ = "feeds"
    __table_args__ = (Index(None, "next_due"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    host: Mapped[str] = mapped_column(default="", server_default="")  # of the address, in lower case
    kind: Mapped[str]
    agency: Mapped[str]
    language: Mapped[str | None]
    interval: Mapped[int | None]
    enabled: Mapped[bool]
    configured: Mapped[bool]
    links: Mapped[str | None]
    note: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    pace: Mapped[int | None]  # seconds between polls that the last decision came to
    yield_share: Mapped[float | None]  # how much of a poll is new, smoothed, 0 to 1
    next_due: Mapped[datetime]
    last_polled: Mapped[datetime | None]
    last_success: Mapped[datetime | None]
    last_full: Mapped[datetime | None]  # last poll without validators
    last_new: Mapped[datetime | None]  # last time something new stood in it
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]
    error_detail: Mapped[str | None]
    http_status: Mapped[int | None]
    items: Mapped[int | None]
    moved_to: Mapped[str | None]  # a permanent redirect seen; for the operator, never followed by itself
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None]


class FeedPollRow(Base):
    """One poll: what came of it. Old ones may be deleted."""

    __tablename__ = "feed_polls"
    __table_args__ = (Index(None, "feed_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[str] = mapped_column(ForeignKey("feeds.id"))
    at: Mapped[datetime]
    outcome: Mapped[str]
    items: Mapped[int]
    new: Mapped[int]
    duration_ms: Mapped[int]
    size: Mapped[int]


class HostTurnRow(Base):
    """When a host may be asked next, where several replicas share it. By the database's clock; a row forgotten costs nothing."""

    __tablename__ = "host_turns"
    host: Mapped[str] = mapped_column(primary_key=True)
    next_start: Mapped[datetime]


class EntryRow(Base):
    """One item of one feed and what became of it. Rows outlive the texts: they are how a repeat is known."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("feed_id", "identity_hash"),
        Index(None, "state", "turn", "id"),
        Index(None, "url_hash"),
        Index(None, "article_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[str] = mapped_column(ForeignKey("feeds.id"))
    identity: Mapped[str]
    identity_hash: Mapped[str]
    url: Mapped[str]
    url_hash: Mapped[str]
    host: Mapped[str]
    title: Mapped[str]
    published: Mapped[datetime | None]
    language: Mapped[str | None]
    summary: Mapped[str]
    content_html: Mapped[bytes | None]  # zlib
    state: Mapped[str]  # pending, leased, done, gate, failed
    turn: Mapped[
        int
    ]  # its place among those of its host in its poll: a feed of thousands waits behind everybody's first
    tries: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    first_seen: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ArticleRow(Base):
    """An article by its identity (its normalised address; a feed's own full text is scoped to that feed)."""

    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    identity_hash: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    canonical_url: Mapped[str | None]
    agency: Mapped[str]
    first_seen: Mapped[datetime]


class ArticleVersionRow(Base):
    """One stored text of an article; an edited article gets another. Texts may be deleted by retention, rows not."""

    __tablename__ = "article_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "version"),
        UniqueConstraint("article_id", "sha256"),
        Index(None, "recogniser", "id"),
        Index(None, "fetched_at"),
        Index(None, "language"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    version: Mapped[int]
    sha256: Mapped[str]  # of title and text
    title: Mapped[str]
    text: Mapped[str | None]
    language: Mapped[str]
    published: Mapped[datetime | None]
    published_from: Mapped[str]
    fetched_at: Mapped[datetime]
    html: Mapped[bytes | None]  # zlib
    html_sha256: Mapped[str | None]
    html_charset: Mapped[str | None]
    simhash: Mapped[int | None]  # 64 bits, signed
    recogniser: Mapped[str | None]  # the version that read it last
    recognised_at: Mapped[datetime | None]
    text_deleted_at: Mapped[datetime | None]


class RecheckRow(Base):
    """When an article that proves an event is looked at again. `due` is NULL when it was looked at for the last time."""

    __tablename__ = "rechecks"
    __table_args__ = (Index(None, "due"),)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    url: Mapped[str]
    began: Mapped[datetime]  # when it was read first; the steps count from here
    step: Mapped[int]
    due: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # of this step
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    outcome: Mapped[str | None]  # of the last look: unchanged, changed, or a word of errors.Reason
    checked_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
