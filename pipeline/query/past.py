"""The history as it stood at a moment: what was recorded by then, out of the revisions and the evidence of that time.

Lists are found by the validity of revisions (`validity`), searches by the words that stand in events now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from pipeline.model import Event, EventState
from pipeline.query import by_words, validity
from pipeline.query.asking import EventFilter, place
from pipeline.query.kinds import kinds
from pipeline.query.walking import Place, parts, range_of
from pipeline.store.codec import event_from
from pipeline.store.inverted import Phrase
from pipeline.store.search import phrases
from pipeline.store.sources import with_sources
from pipeline.store.sql import among
from pipeline.store.tables import EventPartyRow, EventRow, RevisionRow

_BATCH = 400


def places(connection: Connection, wanted: EventFilter, limit: int) -> list[Place]:
    """Where the first `limit` events stand that answered at `wanted.as_of`, in order."""
    assert wanted.as_of is not None
    asked = phrases(wanted.text) if wanted.text else ()
    if asked:
        return _by_words(connection, wanted, asked, wanted.as_of, limit)
    which = kinds(wanted)
    found: list[Place] = []
    for where, lasts in parts(wanted):
        found += validity.places(connection, wanted, where, which, wanted.as_of, limit - len(found), lasts)
    return found


def _by_words(
    connection: Connection, wanted: EventFilter, asked: Sequence[Phrase], as_of: datetime, limit: int
) -> list[Place]:
    """Events that hold these words now, and answered then; in the order they stand in now."""
    words_alone = replace(EventFilter(retracted=True), oldest_first=wanted.oldest_first)
    where = range_of(wanted)
    where = replace(where, since=None, until=None)
    found: list[Place] = []
    while len(found) < limit:
        some = by_words.places(connection, words_alone, asked, where, _BATCH)
        held = {one.id: one for one in _snapshots(connection, [identity for _, identity in some], as_of)}
        found += [one for one in some if one[1] in held and _holds(connection, held[one[1]], wanted)]
        if len(some) < _BATCH:
            break
        where = replace(where, after=some[-1])
    return found[:limit]


def stood(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    """These events as they stood at a moment, with the sources of that moment; those not recorded by then are left out."""
    return with_sources(connection, _snapshots(connection, ids, as_of), as_of)


def _snapshots(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[Event]:
    mine = and_(among(connection, RevisionRow.event_id, ids), RevisionRow.recorded_at <= as_of)
    latest = select(RevisionRow.event_id, func.max(RevisionRow.revision).label("revision")).where(mine)
    latest_ = latest.group_by(RevisionRow.event_id).subquery()
    joined = and_(latest_.c.event_id == RevisionRow.event_id, latest_.c.revision == RevisionRow.revision)
    rows = connection.execute(
        select(RevisionRow.event_id, RevisionRow.snapshot, EventRow.first_seen)
        .join(latest_, joined)
        .join(EventRow, EventRow.id == RevisionRow.event_id)
    ).all()
    return [event_from(row.snapshot, row.event_id, row.first_seen) for row in rows]


def _holds(connection: Connection, one: Event, wanted: EventFilter) -> bool:
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
        and (wanted.party is None or _concerns(connection, one, wanted.party))
    )


def _concerns(connection: Connection, one: Event, party: str) -> bool:
    mine = select(EventPartyRow.party).where(EventPartyRow.event_id == one.id, EventPartyRow.party == party)
    return connection.execute(mine).first() is not None
