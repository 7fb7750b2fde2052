"""Events with their sources: one source per article, in order of publication."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from pipeline.model import Event, Salience, Source
from pipeline.plan import Report, source_of
from pipeline.store import known
from pipeline.store.codec import event_of
from pipeline.store.tables import EventRow, EvidenceRow


def by_id(connection: Connection, ids: Collection[str]) -> list[Event]:
    """These events as they stand now, in no order."""
    rows = connection.execute(select(EventRow.__table__).where(EventRow.id.in_(ids))).all()
    return with_sources(connection, [event_of(row) for row in rows])


def with_sources(connection: Connection, found: Sequence[Event]) -> list[Event]:
    """The events, each with one source per article, in order of publication."""
    current = and_(EvidenceRow.event_id.in_([one.id for one in found]), EvidenceRow.removed_at.is_(None))
    return sourced(found, known.reports(connection, current)) if found else []


def sourced(found: Sequence[Event], reports: Sequence[Report]) -> list[Event]:
    """The same out of reports at hand."""
    each: dict[str, dict[str, Report]] = {}
    for report in sorted(reports, key=_best_first):
        each.setdefault(report.event_id or "", {}).setdefault(report.article.url, report)
    return [replace(one, sources=_ordered(each.get(one.id, {}).values())) for one in found]


def _best_first(report: Report) -> tuple[object, ...]:
    finding = report.finding
    return finding.salience is Salience.BACKGROUND, -finding.confidence, finding.start, report.id


def _ordered(reports: Any) -> tuple[Source, ...]:
    when: Callable[[Report], tuple[datetime, str]] = lambda r: (r.article.published or r.article.seen_at, r.article.url)  # noqa: E731
    return tuple(source_of(report) for report in sorted(reports, key=when))
