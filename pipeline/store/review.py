"""What people decide about events: read for the decision, and written with its messages in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select, update

from pipeline.model import Event, EventState
from pipeline.plan import Judgement, StateWhy, source_of
from pipeline.store import documents, event_search, known
from pipeline.store.apply import record_changes, record_revision, rewrite_parties
from pipeline.store.codec import SHOWN, event_as_columns, event_from, event_of
from pipeline.store.desk import audit
from pipeline.store.kinds import keep_in_parties, kind_of
from pipeline.store.outbox import Tell, enqueue
from pipeline.store.tables import EventPartyRow, EventRow, EvidenceRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Judged:
    """An event with what a judgement needs to know."""

    event: Event
    parties: tuple[str, ...]


def load(connection: Connection, event_id: str) -> Judged | None:
    """An event with its sources and parties; None where there is none."""
    row = connection.execute(select(EventRow.__table__).where(EventRow.id == event_id)).one_or_none()
    if row is None:
        return None
    reports = known.reports(connection, EvidenceRow.event_id == event_id)
    parties = select(EventPartyRow.party).where(EventPartyRow.event_id == event_id).order_by(EventPartyRow.party)
    sources = {report.article.article_id: source_of(report) for report in reversed(reports)}
    event = replace(event_of(row), sources=tuple(sources[key] for key in sorted(sources)))
    return Judged(event, tuple(connection.execute(parties).scalars()))


def streams(connection: Connection, event_ids: Sequence[str]) -> dict[str, str]:
    """The stream of each of these events."""
    mine = select(EventRow.id, EventRow.stream).where(EventRow.id.in_(event_ids))
    return {row.id: row.stream for row in connection.execute(mine)}


def before_merge(connection: Connection, event_id: str) -> Event | None:
    """An event that was merged away, as it stood before; None where it was not."""
    row = connection.execute(select(EventRow.__table__).where(EventRow.id == event_id)).one_or_none()
    if row is None or row.merged_into is None:
        return None
    earlier = select(RevisionRow.snapshot).where(RevisionRow.event_id == event_id, RevisionRow.revision < row.revision)
    snapshot = connection.execute(earlier.order_by(RevisionRow.revision.desc()).limit(1)).scalar_one_or_none()
    return event_from(snapshot, event_id, row.first_seen) if snapshot else None


def kin(connection: Connection, event_id: str, limit: int = 30) -> tuple[Event, ...]:
    """Events that this one may be merged with: of the same act and status, those of the nearest days first, without their sources."""
    rows = connection.execute(_kin(), {"event_id": event_id}).all()
    near = sorted(rows, key=lambda other: (abs((other.happened - other.near).days), other.id))
    return tuple(event_of(other) for other in near[:limit])


@cache
def _kin() -> Select[Any]:
    """At most 500, with the day that they should be near to."""
    other, mine = EventRow.__table__, EventRow.__table__.alias("mine")
    same = and_(other.c.stream_hash == mine.c.stream_hash, other.c.status == mine.c.status, other.c.id != mine.c.id)
    shown = (*(other.c[name] for name in SHOWN), other.c.happened, mine.c.happened.label("near"))
    found = select(*shown).where(mine.c.id == bindparam("event_id"), same)
    return found.where(other.c.state != EventState.RETRACTED.value).limit(500)


def write(connection: Connection, judgement: Judgement, tell: Tell) -> bool:
    """Write a person's decision. False, and nothing written, where the event has changed since it was read.

    `tell` decides which channels hear of it.
    """
    event, now = judgement.event, judgement.now
    mine = update(EventRow).where(EventRow.id == event.id, EventRow.revision == event.revision - 1)
    kind = kind_of(connection, event)
    values = (_corrected(connection, judgement) if judgement.changes else _decided(event)) | {"kind": kind}
    if connection.execute(mine.values(**values, revision=event.revision, updated_at=now)).rowcount != 1:
        return False
    if judgement.changes:
        rewrite_parties(connection, event, judgement.parties, values["happened"], kind)
    else:
        keep_in_parties(connection, event, kind)
    changes = [{"field": c.field, "before": c.before, "after": c.after} for c in judgement.changes]
    state = {"field": "state", "before": "", "after": event.state.value}
    record_revision(connection, event, changes or [state], judgement.why.value, judgement.who, now, kind=kind)
    event_search.index(connection, [event.id])
    documents.keep(connection, [event.id], now)
    detail = {"note": judgement.note, "changes": changes}
    audit(connection, judgement.who, f"event.{judgement.why.value}", event.id, detail, now)
    enqueue(connection, tell(connection, judgement.alerts, now), now)
    record_changes(connection, [(event.id, event.revision, _kind(judgement))], now)
    return True


def _decided(event: Event) -> dict[str, Any]:
    return {"state": event.state.value, "state_why": StateWhy.PERSON.value, "by_person": True}


def _corrected(connection: Connection, judgement: Judgement) -> dict[str, Any]:
    """The event's own columns, and its fields that later reports leave alone. Its key stays: it is made of what reports say."""
    event = judgement.event
    before = connection.execute(select(EventRow.pinned).where(EventRow.id == event.id)).scalar_one()
    columns = {name: value for name, value in event_as_columns(event).items() if name not in ("id", "revision")}
    return columns | {"pinned": sorted({*before, *(change.field for change in judgement.changes)})}


def _kind(judgement: Judgement) -> str:
    return "retracted" if judgement.event.state.value == "retracted" else "revised"
