"""Events with their sources: one source per article, in order of publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select

from pipeline.model import Event, EventState, Salience, Source
from pipeline.store.codec import SHOWN, event_of
from pipeline.store.sql import among
from pipeline.store.tables import ArticleRow, ArticleVersionRow, EventRow, EvidenceRow


def by_id(connection: Connection, ids: Collection[str], *, sources: bool = True) -> dict[str, Event]:
    """These events as they stand now, by their ids; without `sources` in a third of the time."""
    listed = sorted(ids)
    if not listed:
        return {}
    shown = [EventRow.__table__.c[name] for name in SHOWN]
    rows = connection.execute(select(*shown).where(among(connection, EventRow.id, listed))).all()
    told = sources_of(connection, listed) if sources else {}
    return {row.id: event_of(row, told.get(row.id, ())) for row in rows}


def latest_of(connection: Connection, agreement_id: str, limit: int) -> list[Event]:
    """The latest acts of an agreement that were not taken back, the latest first, without sources."""
    given = {"agreement_id": agreement_id, "limit": limit}
    return [event_of(row) for row in connection.execute(_latest_of(), given)]


@cache
def _latest_of() -> Select[Any]:
    event = EventRow.__table__
    shown = (event.c[name] for name in SHOWN)
    mine = and_(event.c.agreement_id == bindparam("agreement_id"), event.c.state != EventState.RETRACTED.value)
    found = select(*shown).where(mine).order_by(event.c.happened.desc(), event.c.id.desc())
    return found.limit(bindparam("limit")).with_hint(event, "INDEXED BY ix_events_walk_agreement", "sqlite")


def with_sources(connection: Connection, found: Sequence[Event], as_of: datetime) -> list[Event]:
    """The events with the sources of that moment."""
    told = sources_of(connection, [one.id for one in found], as_of)
    return [replace(one, sources=told.get(one.id, ())) for one in found]


def sources_of(
    connection: Connection, ids: Sequence[str], as_of: datetime | None = None
) -> dict[str, tuple[Source, ...]]:
    """Of each event one source per article, in order of publication: those of now, or of that moment."""
    told: dict[str, list[Any]] = {}
    for row in connection.execute(_evidence(connection, ids, as_of)).all() if ids else ():
        told.setdefault(row.event_id, []).append(row)
    return {identity: _sources(rows) for identity, rows in told.items()}


def _evidence(connection: Connection, ids: Sequence[str], as_of: datetime | None) -> Any:
    """What is shown of an article and its sentence; findings are not decoded, a list would spend most of its time with it."""
    evidence, version, article = EvidenceRow, ArticleVersionRow, ArticleRow
    wanted = (
        select(
            evidence.id, evidence.event_id, evidence.finding, evidence.start, evidence.end, evidence.confidence,
            evidence.seen_at, evidence.article_id, version.title, version.language, version.published, version.sha256,
            article.url, article.agency,
        )
        .join(version, version.id == evidence.article_version_id)
        .join(article, article.id == evidence.article_id)
        .where(among(connection, evidence.event_id, ids))
    )  # fmt: skip
    if as_of is None:
        return wanted.where(evidence.removed_at.is_(None))
    return wanted.where(evidence.recorded_at <= as_of, or_(evidence.removed_at.is_(None), evidence.removed_at > as_of))


def _sources(rows: Iterable[Any]) -> tuple[Source, ...]:
    """Of each article the sentence that says most: news before background, the surest, the first."""
    best: dict[str, Any] = {}
    for row in sorted(rows, key=_best_first):
        best.setdefault(row.url, row)
    return tuple(_source(row) for row in sorted(best.values(), key=lambda row: (row.published or row.seen_at, row.url)))


def _best_first(row: Any) -> tuple[object, ...]:
    return row.finding.get("salience") == Salience.BACKGROUND.value, -row.confidence, row.start, row.id


def _source(row: Any) -> Source:
    return Source(
        article_id=row.article_id,
        url=row.url,
        agency=row.agency,
        title=row.title,
        published=row.published,
        language=row.language,
        evidence=row.finding.get("evidence", ""),
        start=row.start,
        end=row.end,
        sha256=row.sha256,
    )
