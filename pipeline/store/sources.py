"""Events with their sources: one source per article, in order of publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select

from pipeline.model import Event, EventState, Salience, Source
from pipeline.store.codec import SHOWN, STEP, event_of, step_of
from pipeline.store.sql import among_given, given_list
from pipeline.store.tables import ArticleRow, ArticleVersionRow, EventRow, EvidenceRow
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


def with_sources(connection: Connection, found: Sequence[Event], as_of: datetime) -> list[Event]:
    """The events with the sources of that moment."""
    told = sources_of(connection, [one.id for one in found], as_of)
    return [replace(one, sources=told.get(one.id, ())) for one in found]


def sources_of(
    connection: Connection, ids: Sequence[str], as_of: datetime | None = None
) -> dict[str, tuple[Source, ...]]:
    """Of each event one source per article, in order of publication: those of now, or of that moment."""
    told: dict[str, list[Any]] = {}
    sqlite = connection.dialect.name == "sqlite"
    given = {"ids": given_list(sqlite, ids), "as_of": as_of}
    for row in connection.execute(_evidence(sqlite, as_of is not None), given).all() if ids else ():
        told.setdefault(row.event_id, []).append(row)
    return {identity: _sources(rows) for identity, rows in told.items()}


@cache
def _evidence(sqlite: bool, then: bool) -> Select[Any]:
    """What is shown of an article and its sentence. Findings are decoded one by one: only few are needed whole."""
    evidence, version, article = (row.__table__ for row in (EvidenceRow, ArticleVersionRow, ArticleRow))
    told, of_version, of_article = evidence.c, version.c, article.c
    both = evidence.join(version, of_version.id == told.article_version_id).join(
        article, of_article.id == told.article_id
    )
    wanted = (
        select(
            told.id, told.event_id, told.finding, told.start, told.end, told.confidence, told.seen_at, told.article_id,
            of_version.title, of_version.language, of_version.published, of_version.sha256, of_article.url, of_article.agency,
        )
        .select_from(both)
        .where(among_given(sqlite, told.event_id, "ids"))
    )  # fmt: skip
    if not then:
        return wanted.where(told.removed_at.is_(None))
    as_of = bindparam("as_of", type_=UtcDateTime())
    return wanted.where(told.recorded_at <= as_of, or_(told.removed_at.is_(None), told.removed_at > as_of))


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
