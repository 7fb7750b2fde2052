"""What a decision must know: the events, current reports and versions of the streams it touches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from pipeline.plan import ArticleFacts, Known, KnownEvent, Report
from pipeline.store.codec import event_of, finding_of
from pipeline.store.tables import ArticleRow, ArticleVersionRow, EventRow, EvidenceRow, StreamRow
from pipeline.store.types import digest


def load(connection: Connection, streams: Sequence[str], article_id: int) -> Known:
    """Everything stored of these streams, and of those in which the article has reports already.

    Two reads of one transaction each see the same state; what changes afterwards is caught by the streams' versions.
    """
    return load_all(connection, [(streams, article_id)])[0]


def load_all(connection: Connection, asked: Sequence[tuple[Sequence[str], int]]) -> list[Known]:
    """The same for many articles, (streams, article id) of each, in as few reads as for one."""
    mine = select(EvidenceRow.article_id, EvidenceRow.stream_hash).where(
        EvidenceRow.article_id.in_([article_id for _, article_id in asked]), EvidenceRow.removed_at.is_(None)
    )
    own: dict[int, set[str]] = {}
    for row in connection.execute(mine):
        own.setdefault(row.article_id, set()).add(row.stream_hash)
    wanted = [{digest(stream) for stream in streams} | own.get(article_id, set()) for streams, article_id in asked]
    hashes = set().union(*wanted)
    if not hashes:
        return [Known()] * len(asked)
    versions = connection.execute(select(StreamRow.__table__).where(StreamRow.stream_hash.in_(hashes))).all()
    events = connection.execute(select(EventRow.__table__).where(EventRow.stream_hash.in_(hashes))).all()
    told = _current(connection, EvidenceRow.stream_hash.in_(hashes))
    return [
        Known(
            versions=tuple(
                sorted(
                    (
                        dict.fromkeys(streams, 0) | {v.stream: v.version for v in versions if v.stream_hash in mine}
                    ).items()
                )
            ),
            events=tuple(
                KnownEvent(event_of(row), row.key, row.stream, row.by_person, row.fulfilled_by, tuple(row.pinned))
                for row in events
                if row.stream_hash in mine
            ),
            reports=tuple(report_of(row) for row in told if row.stream_hash in mine),
        )
        for (streams, _), mine in zip(asked, wanted, strict=True)
    ]


def proving(connection: Connection, article_ids: Sequence[int]) -> frozenset[int]:
    """Those of these articles that have current reports: what one of them says no longer has to be weighed, too."""
    mine = select(EvidenceRow.article_id).where(
        EvidenceRow.article_id.in_(article_ids), EvidenceRow.removed_at.is_(None)
    )
    return frozenset(connection.execute(mine).scalars())


def reports(connection: Connection, where: Any) -> tuple[Report, ...]:
    """Current reports (not removed) that meet a condition on `evidence`, in order of their ids."""
    return tuple(map(report_of, _current(connection, where)))


def _current(connection: Connection, where: Any) -> Sequence[Any]:
    rows = connection.execute(_joined().where(and_(EvidenceRow.removed_at.is_(None), where)).order_by(EvidenceRow.id))
    return rows.all()


def _joined() -> Select[Any]:
    """Evidence with what a source shows of its article."""
    return (
        select(
            EvidenceRow.id,
            EvidenceRow.event_id,
            EvidenceRow.stream_hash,
            EvidenceRow.finding,
            EvidenceRow.seen_at,
            EvidenceRow.recorded_at,
            EvidenceRow.removed_at,
            EvidenceRow.held,
            EvidenceRow.from_event,
            EvidenceRow.article_id,
            EvidenceRow.article_version_id,
            ArticleVersionRow.version,
            ArticleVersionRow.title,
            ArticleVersionRow.language,
            ArticleVersionRow.published,
            ArticleVersionRow.sha256,
            ArticleRow.url,
            ArticleRow.agency,
        )
        .join(ArticleVersionRow, ArticleVersionRow.id == EvidenceRow.article_version_id)
        .join(ArticleRow, ArticleRow.id == EvidenceRow.article_id)
    )


def all_reports(connection: Connection, where: Any) -> list[tuple[Report, Any]]:
    """Reports, removed ones too, each with its row (`recorded_at`, `removed_at`), in order of their ids."""
    rows = connection.execute(_joined().where(where).order_by(EvidenceRow.id)).all()
    return [(report_of(row), row) for row in rows]


def report_of(row: Any) -> Report:
    """The report of a joined row."""
    return Report(
        article=ArticleFacts(
            article_id=row.article_id,
            url=row.url,
            seen_at=row.seen_at,
            version=row.version,
            version_id=row.article_version_id,
            agency=row.agency,
            title=row.title,
            language=row.language,
            published=row.published,
            sha256=row.sha256,
        ),
        finding=finding_of(row.finding),
        id=row.id,
        event_id=row.event_id,
        held=row.held,
        from_event=row.from_event,
    )
