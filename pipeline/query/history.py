"""What lies behind and beside events: revisions, the feed of changes, articles with what was read in them, feeds, deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from pipeline.model import Event
from pipeline.plan import Report
from pipeline.query.asking import Page, bounded
from pipeline.store import articles, deliveries, feeds, known, review, search
from pipeline.store import polls as poll_rows
from pipeline.store.codec import event_from
from pipeline.store.engine import Database
from pipeline.store.sources import by_id
from pipeline.store.sql import among, among_given, given_list
from pipeline.store.tables import ArticleRow, ArticleVersionRow, ChangeRow, EventRow, EvidenceRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Revision:
    """An event as it stood from `recorded_at` on: who changed what, and why. `changes`: field, before, after."""

    event: Event
    why: str
    who: str
    recorded_at: datetime
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One line of the feed of changes. `kind`: created, revised, retracted (a tombstone) or sources."""

    seq: int
    kind: str
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A stored article with every claim read in it."""

    stored: articles.StoredArticle
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding in an article, and the event it speaks for."""

    event_id: str
    report: Report


def revisions(database: Database, event_id: str) -> tuple[Revision, ...]:
    """Every state an event was in, oldest first, without sources."""

    def work(connection: Connection) -> tuple[Revision, ...]:
        seen = connection.execute(select(EventRow.first_seen).where(EventRow.id == event_id)).scalar_one_or_none()
        mine = select(RevisionRow.__table__).where(RevisionRow.event_id == event_id).order_by(RevisionRow.revision)
        return tuple(_revision(row, seen) for row in connection.execute(mine)) if seen else ()

    return database.read(work)


def _revision(row: Any, first_seen: datetime) -> Revision:
    changes = tuple((change["field"], change["before"], change["after"]) for change in row.changes)
    return Revision(event_from(row.snapshot, row.event_id, first_seen), row.why, row.who, row.recorded_at, changes)


def changes(database: Database, since: int = 0, limit: int = 100) -> tuple[tuple[ChangeNote, ...], int]:
    """What changed after number `since`, in the order it was committed, and the number to ask from next time.

    Numbers are drawn under a lock that lasts to the commit: none ever appears below one that was read.
    """

    def work(connection: Connection) -> tuple[tuple[ChangeNote, ...], int]:
        later = select(ChangeRow.__table__).where(ChangeRow.seq > since).order_by(ChangeRow.seq)
        rows = connection.execute(later.limit(bounded(limit))).all()
        stored = by_id(connection, {row.event_id for row in rows})
        notes = tuple(ChangeNote(row.seq, row.kind, row.at, stored[row.event_id]) for row in rows)
        return notes, rows[-1].seq if rows else since

    return database.read(work)


def newest_change(database: Database) -> int:
    """The number of the last change: what an ETag of a list can stand on."""
    return database.read(lambda c: c.execute(select(func.coalesce(func.max(ChangeRow.seq), 0))).scalar_one())


def article(database: Database, article_id: int, version: int | None = None) -> ArticleView | None:
    """An article's text with the claims read in this version of it; None where there is none."""

    def work(connection: Connection) -> ArticleView | None:
        stored = articles.get(connection, article_id, version)
        if stored is None:
            return None
        mine = and_(EvidenceRow.article_version_id == stored.facts.version_id, EvidenceRow.article_id == article_id)
        claims = tuple(Claim(report.event_id or "", report) for report in known.reports(connection, mine))
        return ArticleView(stored, claims)

    return database.read(work)


def newest_articles(database: Database, article_ids: Collection[int]) -> dict[int, ArticleView]:
    """The newest versions of these articles with the claims read in them, by the articles' ids."""

    def work(connection: Connection) -> dict[int, ArticleView]:
        stored = articles.newest(connection, article_ids)
        versions = EvidenceRow.article_version_id.in_([one.facts.version_id for one in stored])
        mine = and_(EvidenceRow.article_id.in_(article_ids), versions)  # the index is on the article
        claims: dict[int, list[Claim]] = {}
        for report in known.reports(connection, mine):
            claims.setdefault(report.article.article_id, []).append(Claim(report.event_id or "", report))
        return {i: ArticleView(one, tuple(claims.get(i, ()))) for one in stored for i in (one.facts.article_id,)}

    return database.read(work) if article_ids else {}


def press(database: Database, event_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many articles tell of these events, by agency and language: counted where they stand, not read."""
    version, article = ArticleVersionRow, ArticleRow
    told = (
        select(article.agency, version.language, func.count(EvidenceRow.article_id.distinct()))
        .join(version, version.id == EvidenceRow.article_version_id)
        .join(article, article.id == EvidenceRow.article_id)
        .where(EvidenceRow.removed_at.is_(None))
        .group_by(article.agency, version.language)
    )

    def work(connection: Connection) -> dict[tuple[str, str], int]:
        mine = told.where(among(connection, EvidenceRow.event_id, event_ids))
        return {(row[0], row[1]): row[2] for row in connection.execute(mine).all()}

    return database.read(work)


def kin(database: Database, event_ids: Sequence[str], limit: int = 30) -> tuple[tuple[Event, ...], ...]:
    """Of each of these the events that it can be merged with, those of the nearest days first, without their sources."""
    return database.read(lambda c: tuple(review.kin(c, identity, limit) for identity in event_ids))


def merged_into(database: Database, event_id: str) -> str | None:
    """The event that this one was merged into; None where it was not."""
    wanted = select(EventRow.merged_into).where(EventRow.id == event_id)
    return database.read(lambda c: c.execute(wanted).scalar_one_or_none())


def feed_health(database: Database) -> tuple[feeds.FeedHealth, ...]:
    """Every source and how it fares."""
    return database.read(feeds.health)


def deliveries_of(database: Database, event_id: str) -> tuple[deliveries.DeliveryView, ...]:
    """The newest hundred messages about one event, newest first, with every try."""
    return database.read(lambda c: deliveries.deliveries(c, event_id=event_id)[0])


def recorded(database: Database, ids: Collection[str]) -> dict[str, datetime]:
    """When each of these events was last changed."""
    sqlite = database.is_sqlite
    given = {"ids": given_list(sqlite, list(ids))}
    return (
        database.glance(lambda c: {row[0]: row[1] for row in c.execute(_recorded(sqlite), given).all()}) if ids else {}
    )


@cache
def _recorded(sqlite: bool) -> Select[Any]:
    event = EventRow.__table__.c
    return select(event.id, event.updated_at).where(among_given(sqlite, event.id, "ids"))


def found_articles(database: Database, text: str, limit: int = 50, cursor: str | None = None) -> Page[search.Hit]:
    """Articles in which all these words stand, newest first. UsageError for a cursor that is not ours."""

    def work(connection: Connection) -> Page[search.Hit]:
        found, more = search.articles(connection, text, bounded(limit), int(cursor) if cursor else None)
        return Page(found, None if more is None else str(more))

    return database.read(work)


def polls(database: Database, feed_id: str, limit: int = 100) -> tuple[poll_rows.PollView, ...]:
    """The latest looks at one source, newest first."""
    return database.read(lambda c: poll_rows.polls(c, feed_id, bounded(limit)))
