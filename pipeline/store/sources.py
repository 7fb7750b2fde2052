"""Events with their sources: one source per article, in order of publication."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, or_, select, type_coerce

from pipeline.model import Event, EventState, Salience, Source
from pipeline.store.codec import SHOWN, STEP, event_from, event_of, step_of
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import ArticleRow, ArticleVersionRow, EventRow, EvidenceRow, RevisionRow
from pipeline.store.types import UtcDateTime


def by_id(connection: Connection, ids: Collection[str], *, sources: bool = True) -> dict[str, Event]:
    """These events as they stand now, by their ids; without `sources` in a third of the time."""
    listed = sorted(ids)
    if not listed:
        return {}
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_by_id(sqlite), {"ids": given_list(sqlite, listed)}).all()
    told = sources_of(connection, listed) if sources else {}
    return {row.id: event_of(row, told.get(row.id, ())) for row in rows}


@cache
def _by_id(sqlite: bool) -> Select[Any]:
    event = EventRow.__table__.c
    return select(*(event[name] for name in SHOWN)).where(among_given(sqlite, event.id, "ids"))


def latest_of(connection: Connection, agreement_id: str, limit: int) -> list[Event]:
    """The latest acts of an agreement that were not taken back, the latest first, without what proves them (`codec.STEP`)."""
    given = {"agreement_id": agreement_id, "limit": limit}
    return [step_of(row) for row in connection.execute(_latest_of(), given).all()]


@cache
def _latest_of() -> Select[Any]:
    event = EventRow.__table__
    shown = (event.c[name] for name in STEP)
    mine = and_(event.c.agreement_id == bindparam("agreement_id"), event.c.state != EventState.RETRACTED.value)
    found = select(*shown).where(mine).order_by(event.c.happened.desc(), event.c.id.desc())
    return found.limit(bindparam("limit")).with_hint(event, "INDEXED BY ix_events_walk_agreement", "sqlite")


def then(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    sqlite = connection.dialect.name == "sqlite"
    told: dict[str, list[Any]] = {}
    for row in connection.execute(_then(sqlite), {"ids": given_list(sqlite, ids), "as_of": as_of}).all() if ids else ():
        told.setdefault(row.stood, []).append(row)
    return [_stood(identity, rows) for identity, rows in told.items()]


def _stood(identity: str, rows: Sequence[Any]) -> Event:
    known = event_from(json.loads(rows[0].snapshot), identity, rows[0].first_seen)
    return replace(known, sources=_sources(row for row in rows if row.id is not None))


@cache
def _then(sqlite: bool) -> Select[Any]:
    """The revision of each of these events that held then, as often as there was evidence of it. Read as text: it is decoded once."""
    past, event = RevisionRow.__table__, EventRow.__table__
    evidence, version, article = (row.__table__ for row in (EvidenceRow, ArticleVersionRow, ArticleRow))
    as_of = bindparam("as_of", type_=UtcDateTime())
    held = (past.c.recorded_at <= as_of, or_(past.c.until.is_(None), past.c.until > as_of))
    spoke = and_(
        evidence.c.event_id == past.c.event_id,
        evidence.c.recorded_at <= as_of,
        or_(evidence.c.removed_at.is_(None), evidence.c.removed_at > as_of),
    )
    joined = (
        past.join(event, event.c.id == past.c.event_id)
        .outerjoin(evidence, spoke)
        .outerjoin(version, version.c.id == evidence.c.article_version_id)
        .outerjoin(article, article.c.id == evidence.c.article_id)
    )
    shown = (past.c.event_id.label("stood"), type_coerce(past.c.snapshot, Text()).label("snapshot"), event.c.first_seen)
    mine = among_given(sqlite, past.c.event_id, "ids")
    return select(*shown, *_shown(evidence.c, version.c, article.c)).select_from(joined).where(mine, *held)


def sources_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    """Of each event one source per article, in order of publication."""
    told: dict[str, list[Any]] = {}
    sqlite = connection.dialect.name == "sqlite"
    given = {"ids": given_list(sqlite, ids)}
    for row in connection.execute(_evidence(sqlite), given).all() if ids else ():
        told.setdefault(row.event_id, []).append(row)
    return {identity: _sources(rows) for identity, rows in told.items()}


@cache
def _evidence(sqlite: bool) -> Select[Any]:
    evidence, version, article = (row.__table__ for row in (EvidenceRow, ArticleVersionRow, ArticleRow))
    joined = evidence.join(version, version.c.id == evidence.c.article_version_id).join(
        article, article.c.id == evidence.c.article_id
    )
    mine = (among_given(sqlite, evidence.c.event_id, "ids"), evidence.c.removed_at.is_(None))
    return select(*_shown(evidence.c, version.c, article.c)).select_from(joined).where(*mine)


def _shown(told: Any, of_version: Any, of_article: Any) -> tuple[Any, ...]:
    """What is shown of an article and its sentence."""
    return (
        told.id, told.event_id, told.finding, told.start, told.end, told.confidence, told.seen_at, told.article_id,
        of_version.title, of_version.language, of_version.published, of_version.sha256, of_article.url, of_article.agency,
    )  # fmt: skip


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
