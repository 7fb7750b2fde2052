"""Writes a plan whole or not at all: events, revisions, evidence, messages and the feed of changes, in one transaction.

    versions still as planned? ─ no ─▶ Stale (nothing written; load and decide again)
                               └ yes ▶ retractions, events, evidence, messages, proposals ─▶ Applied

Done again after a commit whose answer was lost, it finds the versions moved on and answers Stale; deciding again then gives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, insert, select, update

from pipeline.model import Discovered, Event, Status
from pipeline.plan import AddSource, Applied, Attach, Detach, EventStep, NewEvent, Plan, Retract, Revise, Stale
from pipeline.store import documents, event_search
from pipeline.store.codec import event_as_columns, finding_as_json, snapshot_of
from pipeline.store.kinds import Kinds, keep_in_parties, kind_of, lead_of
from pipeline.store.outbox import Tell, enqueue
from pipeline.store.sql import draw, insert_into, waiting
from pipeline.store.tables import (
    ChangeRow,
    EventPartyRow,
    EventRow,
    EvidenceRow,
    ExpectationRow,
    ProposalRow,
    RevisionRow,
    StreamRow,
)
from pipeline.store.types import digest

# made once, and of tables: a statement that is put together anew for each row costs more than the row
_NEW_EVENTS = insert(EventRow.__table__)  # type: ignore[arg-type]
_NEW_PARTIES = insert(EventPartyRow.__table__)  # type: ignore[arg-type]
_NEW_REVISIONS = insert(RevisionRow.__table__)  # type: ignore[arg-type]
_NEW_CHANGES = insert(ChangeRow.__table__)  # type: ignore[arg-type]


def apply(connection: Connection, plan: Plan, tell: Tell) -> Applied | Stale:
    """Write the plan, or say which streams have changed since it was made. `tell` decides which channels hear of it."""
    made = apply_all(connection, [plan], tell)
    return made if isinstance(made, Stale) else made[0]


def apply_all(connection: Connection, plans: Sequence[Plan], tell: Tell) -> tuple[Applied, ...] | Stale:
    """Write plans that have no stream in common, in few statements however many there are; all of them or none."""
    stale = _guard(connection, [pair for plan in plans for pair in plan.versions])
    if stale:
        return Stale(stale)
    for plan in plans:
        for step in plan.steps:
            if isinstance(step, Retract):
                _retract(connection, step, plan.now, plan.who)
        _free_keys(connection, plan.steps)
    _write_events(connection, plans)
    _evidence(connection, plans)
    if touched := {event_id for plan in plans for event_id in _touched(plan)}:
        event_search.index(connection, touched)
        documents.keep(connection, touched, max(plan.now for plan in plans))
    _proposals(connection, plans)
    messages = [
        enqueue(connection, tell(connection, (*plan.alerts, *plan.offers), plan.now), plan.now) for plan in plans
    ]
    _changes(connection, plans)
    return tuple(_applied(plan, sent) for plan, sent in zip(plans, messages, strict=True))


def _applied(plan: Plan, messages: int) -> Applied:
    return Applied(
        created=sum(isinstance(s, NewEvent) for s in plan.steps),
        revised=sum(isinstance(s, Revise) for s in plan.steps),
        retracted=sum(isinstance(s, Retract) for s in plan.steps),
        messages=messages,
    )


def _touched(plan: Plan) -> set[str]:
    """Every event that is told otherwise now, or by others."""
    steps = {step.event_id if isinstance(step, AddSource) else step.event.id for step in plan.steps}
    gained = {one.event_id for one in plan.evidence if isinstance(one, Attach)}
    return steps | gained | {one.report.event_id for one in plan.evidence if one.report.event_id}


def _guard(connection: Connection, versions: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    """Lock the plans' streams, in one order for all workers, and compare their versions."""
    if not versions:
        return ()
    planned = {digest(stream): (stream, version) for stream, version in sorted(versions)}
    rows = [{"stream_hash": hashed, "stream": stream, "version": 0} for hashed, (stream, _) in sorted(planned.items())]
    connection.execute(insert_into(connection, StreamRow).on_conflict_do_nothing(), rows)
    mine = select(StreamRow.__table__).where(StreamRow.stream_hash.in_(planned)).order_by(StreamRow.stream_hash)
    stored = {row.stream: row.version for row in connection.execute(waiting(connection, mine))}
    stale = tuple(stream for stream, version in versions if stored[stream] != version)
    if not stale:
        bump = update(StreamRow).where(StreamRow.stream_hash.in_(planned)).values(version=StreamRow.version + 1)
        connection.execute(bump)
    return stale


def _free_keys(connection: Connection, steps: Sequence[EventStep]) -> None:
    """Events may change keys among themselves: let go of the old ones first."""
    ids = [step.event.id for step in steps if isinstance(step, Revise)]
    for identity in ids if len(ids) > 1 else ():
        connection.execute(
            update(EventRow).where(EventRow.id == identity).values(key_hash=digest(f"moving|{identity}"))
        )


def _write_events(connection: Connection, plans: Sequence[Plan]) -> None:
    """New events together, as far as none that was revised comes between them: it may give its key to the next."""
    kinds = Kinds(connection)
    fresh: list[tuple[NewEvent, Plan]] = []
    for plan in plans:
        for step in plan.steps:
            if isinstance(step, NewEvent):
                fresh.append((step, plan))
            elif isinstance(step, Revise):
                _create(connection, fresh, kinds)
                fresh = []
                _revise(connection, step, plan.now, plan.who)
    _create(connection, fresh, kinds)


def _create(connection: Connection, fresh: Sequence[tuple[NewEvent, Plan]], kinds: Kinds) -> None:
    if not fresh:
        return
    events: list[dict[str, Any]] = []
    parties: list[dict[str, Any]] = []
    revisions: list[dict[str, Any]] = []
    for step, plan in fresh:
        columns, kind = event_as_columns(step.event), kinds.of(step.event)
        given = {"state_why": step.state_why.value, "by_person": False, "kind": kind, "updated_at": plan.now}
        events.append(columns | _place(step) | given)
        parties += _party_columns(step.event, step.parties, columns["happened"], kind)
        revisions.append(_revision_columns(step.event, (), step.why.value, plan.who, plan.now, kind))
    connection.execute(_NEW_EVENTS, events)
    if parties:
        connection.execute(_NEW_PARTIES, parties)
    connection.execute(_NEW_REVISIONS, revisions)
    for step, plan in fresh:
        _expect(connection, step.event, step.fulfilled_by, plan.now)


def _revise(connection: Connection, step: Revise, now: datetime, who: str) -> None:
    kind = kind_of(connection, step.event)
    columns = event_as_columns(step.event) | _place(step) | {"updated_at": now, "kind": kind, "merged_into": None}
    if step.state_why is not None:
        columns["state_why"] = step.state_why.value
    connection.execute(update(EventRow).where(EventRow.id == step.event.id).values(**columns))
    rewrite_parties(connection, step.event, step.parties, columns["happened"], kind)
    changes = tuple({"field": c.field, "before": c.before, "after": c.after} for c in step.changes)
    record_revision(connection, step.event, changes, step.why.value, who, now, kind=kind)
    _expect(connection, step.event, step.fulfilled_by, now)


def _place(step: NewEvent | Revise) -> dict[str, Any]:
    return {
        "key": step.key,
        "key_hash": digest(step.key),
        "stream": step.stream,
        "stream_hash": digest(step.stream),
        "agreement_key": step.stream.rsplit("|", 1)[0],
        "fulfilled_by": step.fulfilled_by,
    }


def _retract(connection: Connection, step: Retract, now: datetime, who: str) -> None:
    """The event stays, as a tombstone; its key is free for another."""
    event, key = step.event, f"retracted|{step.event.id}"
    kind = kind_of(connection, event)
    values = {
        "state": event.state.value,
        "state_why": step.why.value,
        "revision": event.revision,
        "merged_into": step.merged_into,
        "key": key,
        "key_hash": digest(key),
        "updated_at": now,
        "kind": kind,
    }
    connection.execute(update(EventRow).where(EventRow.id == event.id).values(**values))
    keep_in_parties(connection, event, kind)
    change = {"field": "state", "before": "", "after": step.merged_into or event.state.value}
    record_revision(connection, event, (change,), step.why.value, who, now, kind=kind)
    withdrawn = {"state": "withdrawn", "updated_at": now}
    connection.execute(update(ExpectationRow).where(ExpectationRow.event_id == event.id).values(**withdrawn))


def rewrite_parties(connection: Connection, event: Event, parties: Sequence[str], happened: Any, kind: int) -> None:
    """Say anew which parties an event concerns, on its day. Call it before the revision of it is kept."""
    connection.execute(delete(EventPartyRow).where(EventPartyRow.event_id == event.id))
    days = connection.execute(select(RevisionRow.happened).where(RevisionRow.event_id == event.id)).scalars()
    moved = max((abs((happened - day).days) for day in days), default=0)
    if rows := _party_columns(event, parties, happened, kind, moved=moved):
        connection.execute(_NEW_PARTIES, rows)


def _party_columns(
    event: Event, parties: Sequence[str], happened: Any, kind: int, *, moved: int = 0
) -> list[dict[str, Any]]:
    shared = {"happened": happened, "kind": kind, "confidence": event.confidence, "country": event.actor_country}
    shared |= {"event_id": event.id, "agreement_id": event.agreement_id, "moved": moved}
    return [{"party": party, **shared} for party in parties]


def record_revision(
    connection: Connection,
    event: Event,
    changes: Sequence[dict[str, str]],
    why: str,
    who: str,
    now: datetime,
    *,
    kind: int,
) -> None:
    """Keep the event as it stands now under its revision number; the one before held until now."""
    before = and_(RevisionRow.event_id == event.id, RevisionRow.until.is_(None))
    connection.execute(update(RevisionRow).where(before).values(until=now))
    connection.execute(_NEW_REVISIONS, [_revision_columns(event, changes, why, who, now, kind)])


def _revision_columns(
    event: Event, changes: Sequence[dict[str, str]], why: str, who: str, now: datetime, kind: int
) -> dict[str, Any]:
    columns = event_as_columns(event)
    return {name: columns[name] for name in ("agreement_id", "actor_country", "happened", "confidence")} | {
        "event_id": event.id,
        "revision": event.revision,
        "snapshot": snapshot_of(event),
        "changes": list(changes),
        "why": why,
        "who": who,
        "recorded_at": now,
        "kind": kind,
        "lead": lead_of(columns["happened"], now),
        "last": columns["date_last"] if columns["date_first"] != columns["date_last"] else None,
    }


def _expect(connection: Connection, event: Event, fulfilled_by: str | None, now: datetime) -> None:
    """A planned step with a date is something to wait for; one that has happened is met."""
    if event.status is not Status.PLANNED or event.date is None:
        return
    due = {"due_first": event.date.first, "due_last": event.date.last, "met_by": fulfilled_by, "updated_at": now}
    state = "met" if fulfilled_by else "open"
    back = ExpectationRow.state == "withdrawn"  # the plan itself was taken back, and stands again
    fresh = insert_into(connection, ExpectationRow).values(event_id=event.id, created_at=now, state=state, **due)
    kept = due | {"state": state if fulfilled_by else case((back, "open"), else_=ExpectationRow.state)}
    connection.execute(fresh.on_conflict_do_update(index_elements=["event_id"], set_=kept))


def _evidence(connection: Connection, plans: Sequence[Plan]) -> None:
    rows: list[dict[str, Any]] = []
    for plan in plans:
        for change in plan.evidence:
            report = change.report
            if report.id:
                gone = {
                    "removed_at": plan.now,
                    "removed_why": change.why.value if isinstance(change, Detach) else "moved",
                }
                connection.execute(update(EvidenceRow).where(EvidenceRow.id == report.id).values(**gone))
        rows += [_evidence_columns(change, plan.now) for change in plan.evidence if isinstance(change, Attach)]
    if rows:
        fresh = insert_into(connection, EvidenceRow)
        back: dict[str, Any] = {"removed_at": None, "removed_why": None}
        back |= {name: fresh.excluded[name] for name in ("finding", "confidence", "held", "from_event")}
        unique = ["event_id", "article_version_id", "claim_hash"]
        connection.execute(fresh.on_conflict_do_update(index_elements=unique, set_=back), rows)


def _evidence_columns(attached: Attach, now: datetime) -> dict[str, Any]:
    article, finding = attached.report.article, attached.report.finding
    claim = (finding.type, finding.status, finding.stage, finding.actor_country, str(finding.date or ""), finding.start)
    return {
        "event_id": attached.event_id,
        "article_id": article.article_id,
        "article_version_id": article.version_id,
        "stream_hash": digest(attached.stream),
        "claim_hash": digest("|".join(map(str, claim))),
        "start": finding.start,
        "end": finding.end,
        "confidence": finding.confidence,
        "finding": finding_as_json(finding),
        "seen_at": article.seen_at,
        "recorded_at": now,
        "held": attached.report.held,
        "from_event": attached.report.from_event,
    }


def _proposals(connection: Connection, plans: Sequence[Plan]) -> None:
    rows = [
        _proposal_columns(found)
        | {"article_id": plan.article.article_id, "first_seen": plan.now, "last_seen": plan.now}
        | {"reports": 1, "state": "new"}
        for plan in plans
        for found in plan.proposals
    ]
    if rows:
        fresh = insert_into(connection, ProposalRow)
        seen = {"reports": ProposalRow.reports + 1, "last_seen": fresh.excluded.last_seen}
        connection.execute(fresh.on_conflict_do_update(index_elements=["key_hash"], set_=seen), rows)


def _proposal_columns(found: Discovered) -> dict[str, Any]:
    return {
        "key_hash": digest(found.key),
        "key": found.key,
        "wording": found.wording,
        "kind": found.kind,
        "parties": list(found.parties),
        "concepts": list(found.concepts),
        "rule_id": found.rule_id,
    }


def _changes(connection: Connection, plans: Sequence[Plan]) -> None:
    """Last of all, because the numbers are drawn under a lock that lasts to the commit."""
    by_moment: dict[datetime, list[tuple[str, int, str]]] = {}
    for plan in plans:
        by_moment.setdefault(plan.now, []).extend(map(_change, plan.steps))
    for now, changes in by_moment.items():
        record_changes(connection, changes, now)


def record_changes(connection: Connection, changes: Sequence[tuple[str, int, str]], now: datetime) -> None:
    """Add (event id, revision, kind) to the feed of changes. Call it last in a transaction."""
    if not changes:
        return
    numbers = draw(connection, "changes", len(changes))
    rows = [
        {"seq": seq, "event_id": event_id, "revision": revision, "kind": kind, "at": now}
        for seq, (event_id, revision, kind) in zip(numbers, changes, strict=True)
    ]
    connection.execute(_NEW_CHANGES, rows)


def _change(step: EventStep) -> tuple[str, int, str]:
    if isinstance(step, AddSource):
        return step.event_id, step.revision, "sources"
    kind = "created" if isinstance(step, NewEvent) else "retracted" if isinstance(step, Retract) else "revised"
    return step.event.id, step.event.revision, kind
