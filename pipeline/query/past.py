"""The history as it stood at a moment: what was recorded by then, out of the revisions and the evidence of that time.

An event that has not been revised since stood then as it stands now; only the others are looked up in their revisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from pipeline.model import Event, EventState
from pipeline.query.asking import EventFilter, Page, bounded, cursor_of, opened, place
from pipeline.query.sources import sourced
from pipeline.store import known, search
from pipeline.store.codec import event_from, event_of
from pipeline.store.tables import EventPartyRow, EventRow, EvidenceRow, RevisionRow

_BATCH = 400


def events(connection: Connection, wanted: EventFilter, unrevised: Sequence[Any]) -> Page[Event]:
    """A page of events as they stood. `unrevised`: the page's rows of those that have not changed since, one more than it has."""
    assert wanted.as_of is not None
    limit = bounded(wanted.limit)
    after = opened(wanted.cursor) if wanted.cursor else None
    revised = [
        one
        for one in _revised_since(connection, wanted, wanted.as_of)
        if after is None or (place(one) > after if wanted.oldest_first else place(one) < after)
    ]
    found = [*(event_of(row) for row in unrevised), *revised]
    found.sort(key=place, reverse=not wanted.oldest_first)
    page = found[:limit]
    more = cursor_of(*place(page[-1])) if len(found) > limit else None
    return Page(tuple(_with_sources(connection, page, wanted.as_of)), more)


def stood(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    return _with_sources(connection, _snapshots(connection, ids, as_of), as_of)


def _revised_since(connection: Connection, wanted: EventFilter, as_of: datetime) -> list[Event]:
    """Those that changed after the moment and answer the question as they stood at it."""
    ids = _ids(connection, select(EventRow.id).where(EventRow.updated_at > as_of, EventRow.first_seen <= as_of))
    if wanted.party is not None:
        mine = _ids(connection, select(EventPartyRow.event_id).where(EventPartyRow.party == wanted.party))
        ids &= mine
    if wanted.text:
        versions = search.matching(connection, wanted.text)
        ids &= _ids(connection, select(EvidenceRow.event_id).where(EvidenceRow.article_version_id.in_(versions)))
    listed = sorted(ids)
    parts = (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
    return [one for part in parts for one in _snapshots(connection, part, as_of) if _holds(one, wanted)]


def _ids(connection: Connection, statement: Any) -> set[str]:
    return set(connection.execute(statement).scalars())


def _snapshots(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    mine = and_(RevisionRow.event_id.in_(ids), RevisionRow.recorded_at <= as_of)
    latest = select(RevisionRow.event_id, func.max(RevisionRow.revision).label("revision")).where(mine)
    latest_ = latest.group_by(RevisionRow.event_id).subquery()
    joined = and_(latest_.c.event_id == RevisionRow.event_id, latest_.c.revision == RevisionRow.revision)
    rows = connection.execute(
        select(RevisionRow.event_id, RevisionRow.snapshot, EventRow.first_seen)
        .join(latest_, joined)
        .join(EventRow, EventRow.id == RevisionRow.event_id)
    ).all()
    return [event_from(row.snapshot, row.event_id, row.first_seen) for row in rows]


def _with_sources(connection: Connection, found: Sequence[Event], as_of: datetime) -> list[Event]:
    then = and_(
        EvidenceRow.event_id.in_([one.id for one in found]),
        EvidenceRow.recorded_at <= as_of,
        or_(EvidenceRow.removed_at.is_(None), EvidenceRow.removed_at > as_of),
    )
    return sourced(found, [report for report, _ in known.all_reports(connection, then)]) if found else []


def _holds(one: Event, wanted: EventFilter) -> bool:
    """The same questions as are asked of rows, asked of a value."""
    listed: Iterable[tuple[tuple[str, ...], str | None]] = (
        (wanted.agreement, one.agreement_id),
        (wanted.type, one.type),
        (wanted.status, one.status),
        (wanted.state, one.state),
    )
    plain = ((wanted.country, one.actor_country), (wanted.salience, one.salience), (wanted.stage, one.stage))
    first = place(one)[0]
    last = one.date.last if one.date else first
    return (
        all(not values or value in values for values, value in listed)
        and all(value is None or value == given for value, given in plain)
        and one.confidence >= wanted.min_confidence
        and (wanted.tracked is None or wanted.tracked == (one.agreement_id is not None))
        and (wanted.retracted or EventState.RETRACTED in wanted.state or one.state is not EventState.RETRACTED)
        and (wanted.since is None or last >= wanted.since)
        and (wanted.until is None or first <= wanted.until)
    )
