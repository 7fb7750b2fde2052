"""Messages to channels: written with their events, taken with a lease, settled by what the receiver said.

    pending ──claim (attempt + 1)──▶ leased ──▶ delivered | pending (later) | dead        held ──bundle──▶ bundled in a digest

The id of a message and its body never change; a receiver sees the same id on every try. A late "delivered" is believed, a late
"failed" is not. Order: within a channel, messages of one agreement leave in the order they were written; one that keeps failing
holds back only later messages of its own event.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from pipeline.plan import AlertPlan, agreement_key_of, event_as_dict, instant
from pipeline.store.desk import muted_by, mutes
from pipeline.store.sql import draw, insert_into, lease_is_over, locked
from pipeline.store.tables import AttemptRow, ChannelRow, OutboxRow
from pipeline.store.types import digest

PENDING, LEASED, DELIVERED, DEAD, MUTED, HELD, BUNDLED = (
    "pending", "leased", "delivered", "dead", "muted", "held", "bundled",
)  # fmt: skip
_POOL = 8
_ANSWER = 2000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message. `attempt` counts every try and fences; `tries` only those since it was last sent by hand.

    `payload` is the body, byte for byte the same every time.
    """

    id: str
    channel_id: str
    kind: str
    payload: str
    attempt: int
    tries: int
    event_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """What one try came to. `outcome`: "delivered", "try_again" or "give_up"; `target` is masked."""

    at: datetime
    target: str
    outcome: str
    http_status: int | None = None
    answer: str = ""
    duration_ms: int = 0


def delivery_id(channel_id: str, kind: str, subject: str) -> str:
    """The id of a message about a subject (event and revision): the same when the transaction is done again."""
    return "msg_" + hashlib.sha256("|".join((channel_id, kind, subject)).encode("utf-8", "replace")).hexdigest()[:32]


def enqueue(connection: Connection, alerts: Sequence[AlertPlan], now: datetime) -> int:
    """Write a row for each alert, in the event's own transaction: pending, held for a digest, or muted. How many are new."""
    if not alerts:
        return 0
    numbers, held = draw(connection, "outbox", len(alerts)), mutes(connection, now)
    rows = []
    for seq, alert in zip(numbers, alerts, strict=True):
        event = alert.event
        muted = muted_by(held, alert.subscription, event.agreement_id, event.type.value)
        state = MUTED if muted else HELD if alert.mode == "digest" else PENDING
        body = {"type": alert.kind, "timestamp": instant(now), "data": event_as_dict(event)}
        rows.append(
            _columns(
                alert.subscription, alert.kind, f"{event.id}|{event.revision}", agreement_key_of(event), body, seq, now
            )
            | {"event_id": event.id, "revision": event.revision, "state": state, "reason": muted}
        )
    return _insert(connection, rows)


def send(connection: Connection, channel_id: str, kind: str, subject: str, body: dict[str, Any], now: datetime) -> str:
    """Queue a message that is about no event (a test, a word to the operator); its id. The same subject is queued once."""
    row = _columns(channel_id, kind, subject, subject, body, draw(connection, "outbox", 1)[0], now)
    _insert(connection, [row | {"event_id": None, "revision": None, "state": PENDING, "reason": None}])
    return str(row["id"])


def _columns(
    channel_id: str, kind: str, subject: str, order: str, body: dict[str, Any], seq: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": delivery_id(channel_id, kind, subject),
        "seq": seq,
        "channel_id": channel_id,
        "kind": kind,
        "ordering_key": digest(order),
        "payload": json.dumps(body, ensure_ascii=False),
        "attempt": 0,
        "replayed_from": 0,
        "next_try": now,
        "created_at": now,
    }


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> int:
    fresh = insert_into(connection, OutboxRow).on_conflict_do_nothing(index_elements=["id"]).returning(OutboxRow.id)
    return len(connection.execute(fresh, rows).all())


def claim(
    connection: Connection,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
    *,
    channels: Collection[str],
    per_channel: int = 4,
) -> tuple[Delivery, ...]:
    """Take up to `limit` messages that are due for these channels, at most `per_channel` of each. Writes attempt + 1 first."""
    lost = and_(OutboxRow.state == LEASED, lease_is_over(OutboxRow.lease_until, now, lease))
    due = or_(and_(OutboxRow.state == PENDING, OutboxRow.next_try <= now), lost)
    off = select(ChannelRow.id).where(ChannelRow.disabled_at.is_not(None))
    open_ = and_(OutboxRow.channel_id.in_(channels), OutboxRow.channel_id.not_in(off))
    wanted = select(OutboxRow.__table__).where(due, open_, ~_held_back()).order_by(OutboxRow.seq).limit(limit * _POOL)
    taken: list[Any] = []
    each: dict[str, int] = {}
    for row in connection.execute(locked(connection, wanted)).all():
        if len(taken) < limit and each.get(row.channel_id, 0) < per_channel:
            each[row.channel_id] = each.get(row.channel_id, 0) + 1
            taken.append(row)
    if taken:
        claimed = {"state": LEASED, "attempt": OutboxRow.attempt + 1, "lease_until": now + lease, "lease_owner": owner}
        connection.execute(update(OutboxRow).where(OutboxRow.id.in_([row.id for row in taken])).values(**claimed))
    return tuple(_delivery(row) for row in taken)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        id=row.id,
        channel_id=row.channel_id,
        kind=row.kind,
        payload=row.payload,
        attempt=row.attempt + 1,
        tries=row.attempt + 1 - row.replayed_from,
        event_id=row.event_id,
        created_at=row.created_at,
    )


def _held_back() -> ColumnElement[bool]:
    """An earlier message has to go first: of the same event, or, while it has not failed yet, of the same agreement."""
    first = OutboxRow.__table__.alias("first")
    waits = first.c.state.in_((PENDING, LEASED))
    same_event = first.c.event_id == OutboxRow.event_id
    untried = or_(first.c.state == LEASED, first.c.attempt == 0)
    return exists().where(
        first.c.channel_id == OutboxRow.channel_id,
        first.c.ordering_key == OutboxRow.ordering_key,
        first.c.seq < OutboxRow.seq,
        waits,
        or_(same_event, untried),
    )


def delivered(connection: Connection, delivery: Delivery, result: Try) -> bool:
    """The receiver took it. Believed from a late worker too. False where it was delivered already."""
    _record(connection, delivery, result)
    mine = and_(OutboxRow.id == delivery.id, OutboxRow.state != DELIVERED)
    done = {"state": DELIVERED, "settled_at": result.at, "reason": None, "lease_until": None, "lease_owner": None}
    changed = connection.execute(update(OutboxRow).where(mine).values(**done)).rowcount == 1
    _channel(connection, delivery.channel_id, {"last_success": result.at, "failures": 0})
    return changed


def failed(connection: Connection, delivery: Delivery, result: Try, reason: str, next_try: datetime | None) -> bool:
    """The try failed: again at `next_try`, or dead (kept until a person replays it). False where a later try has begun."""
    _record(connection, delivery, result)
    mine = and_(OutboxRow.id == delivery.id, OutboxRow.state == LEASED, OutboxRow.attempt == delivery.attempt)
    values: dict[str, Any] = {"reason": reason, "lease_until": None, "lease_owner": None}
    if next_try is None:
        values |= {"state": DEAD, "settled_at": result.at}
    else:
        values |= {"state": PENDING, "next_try": next_try}
    changed = connection.execute(update(OutboxRow).where(mine).values(**values)).rowcount == 1
    row = connection.execute(select(ChannelRow.failures).where(ChannelRow.id == delivery.channel_id)).scalar()
    _channel(connection, delivery.channel_id, {"failures": (row or 0) + 1})
    return changed


def release(connection: Connection, delivery: Delivery) -> None:
    """Give a claimed message back untried (shutdown)."""
    mine = and_(OutboxRow.id == delivery.id, OutboxRow.state == LEASED, OutboxRow.attempt == delivery.attempt)
    given = {"state": PENDING, "attempt": OutboxRow.attempt - 1, "lease_until": None, "lease_owner": None}
    connection.execute(update(OutboxRow).where(mine).values(**given))


def _record(connection: Connection, delivery: Delivery, result: Try) -> None:
    row = {
        "outbox_id": delivery.id,
        "attempt": delivery.attempt,
        "at": result.at,
        "target": result.target,
        "outcome": result.outcome,
        "http_status": result.http_status,
        "answer": result.answer[:_ANSWER],
        "duration_ms": result.duration_ms,
    }
    fresh = insert_into(connection, AttemptRow).values(**row)
    connection.execute(fresh.on_conflict_do_nothing(index_elements=["outbox_id", "attempt"]))


def _channel(connection: Connection, channel_id: str, values: dict[str, Any]) -> None:
    fresh = insert_into(connection, ChannelRow).values(**({"id": channel_id, "failures": 0} | values))
    connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=values))


def disable(connection: Connection, channel_id: str, why: str, now: datetime) -> None:
    """Switch a channel off (its receiver answered 410): its messages wait."""
    _channel(connection, channel_id, {"disabled_at": now, "disabled_why": why})


def enable(connection: Connection, channel_id: str) -> None:
    """Switch a channel on again."""
    _channel(connection, channel_id, {"disabled_at": None, "disabled_why": None, "failures": 0})


def bundle(connection: Connection, channel_id: str, now: datetime, limit: int = 1000) -> str | None:
    """Make one digest of everything held for a channel; the digest's id, None where nothing was held.

    Its data are the messages' bodies, oldest first, as {"items": [...]}.
    """
    mine = and_(OutboxRow.channel_id == channel_id, OutboxRow.state == HELD)
    wanted = select(OutboxRow.__table__).where(mine).order_by(OutboxRow.seq).limit(limit)
    rows = connection.execute(locked(connection, wanted)).all()
    _channel(connection, channel_id, {"last_digest": now})
    if not rows:
        return None
    items = [json.loads(row.payload) for row in rows]
    body = {"type": "digest", "timestamp": instant(now), "data": {"items": items}}
    made = send(connection, channel_id, "digest", f"{rows[0].id}|{rows[-1].id}", body, now)
    done = {"state": BUNDLED, "bundled_in": made, "settled_at": now}
    connection.execute(update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows])).values(**done))
    return made


def replay(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """Send dead, muted or even delivered messages again, under their old ids, at once; how many."""
    settled = and_(OutboxRow.id.in_(ids), OutboxRow.state.in_((DEAD, MUTED, DELIVERED)))
    # attempts go on counting, so that the fence and the rows of tries stay true
    fresh = {"state": PENDING, "next_try": now, "settled_at": None, "reason": None, "replayed_from": OutboxRow.attempt}
    return connection.execute(update(OutboxRow).where(settled).values(**fresh)).rowcount
