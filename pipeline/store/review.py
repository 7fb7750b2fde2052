"""What people decide about events: read for the decision, and written with its messages in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, update

from pipeline.model import Event
from pipeline.plan import Judgement, StateWhy, source_of
from pipeline.store import known
from pipeline.store.apply import record_changes, record_revision
from pipeline.store.codec import event_of
from pipeline.store.desk import audit
from pipeline.store.outbox import enqueue
from pipeline.store.tables import EventPartyRow, EventRow, EvidenceRow


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


def write(connection: Connection, judgement: Judgement) -> bool:
    """Write a person's decision. False, and nothing written, where the event has changed since it was read."""
    event, now = judgement.event, judgement.now
    mine = update(EventRow).where(EventRow.id == event.id, EventRow.revision == event.revision - 1)
    state = {"state": event.state.value, "state_why": StateWhy.PERSON.value, "by_person": True}
    if connection.execute(mine.values(**state, revision=event.revision, updated_at=now)).rowcount != 1:
        return False
    change = {"field": "state", "before": "", "after": event.state.value}
    record_revision(connection, event, (change,), judgement.why.value, judgement.who, now)
    audit(connection, judgement.who, f"event.{judgement.why.value}", event.id, {"note": judgement.note}, now)
    enqueue(connection, judgement.alerts, now)
    record_changes(connection, [(event.id, event.revision, _kind(judgement))], now)
    return True


def _kind(judgement: Judgement) -> str:
    return "retracted" if judgement.event.state.value == "retracted" else "revised"
