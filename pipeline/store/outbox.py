"""Messages to channels: written with their events, taken with a lease, settled by what the receiver said.

    pending ──claim (attempt + 1)──▶ leased ──▶ delivered | pending (later) | dead        held, muted: see `kept`

The id of a message and its body never change; a receiver sees the same id on every try. A late "delivered" is believed, a late
"failed" is not. Order: within a channel, messages of one agreement arrive in the order they were written; one that keeps failing
holds back the others of its agreement for an hour, and those of its own event until it is delivered or given up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from pipeline.errors import Reason
from pipeline.plan import AlertPlan
from pipeline.store.messages import OutboxState, Outgoing
from pipeline.store.sql import draw, insert_into, lease_is_over, locked
from pipeline.store.tables import AttemptRow, ChannelRow, OutboxRow
from pipeline.store.types import digest

PATIENCE = timedelta(hours=1)  # how long one event's failing message holds back the others of its agreement
PENDING = OutboxState.PENDING.value
_WAITS = (PENDING, OutboxState.LEASED.value)
_ANSWER = 2000
_CLEARED = {"lease_until": None, "lease_owner": None}

Tell = Callable[[Connection, Sequence[AlertPlan], datetime], Sequence[Outgoing]]
"""Which channels hear of what a plan has to tell, and when: reads what was told before, writes nothing."""


def nobody(connection: Connection, alerts: Sequence[AlertPlan], now: datetime) -> tuple[Outgoing, ...]:  # noqa: ARG001 - a `Tell`
    """Nobody hears of it: history."""
    return ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed message. `attempt` counts every try and fences; `tries` only those since it was last sent by hand.

    `payload` is the body, byte for byte the same every time. `recipients`: those still owed it, () for all of the channel.
    """

    id: str
    channel_id: str
    kind: str
    payload: str
    attempt: int
    tries: int
    event_id: str | None
    created_at: datetime
    recipients: tuple[str, ...] = ()


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


def enqueue(connection: Connection, messages: Sequence[Outgoing], now: datetime) -> int:
    """Write messages, in the transaction of what they tell of. How many are new."""
    if not messages:
        return 0
    numbers = draw(connection, "outbox", len(messages))
    rows = [_columns(message, seq, now) for seq, message in zip(numbers, messages, strict=True)]
    fresh = insert_into(connection, OutboxRow).on_conflict_do_nothing(index_elements=["id"]).returning(OutboxRow.id)
    new = len(connection.execute(fresh, rows).all())
    for row, message in zip(rows, messages, strict=True):
        if message.overtakes:
            _overtake(connection, message, row["id"], now)
    return new


def _columns(message: Outgoing, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "id": delivery_id(message.channel, message.kind, message.subject),
        "seq": seq,
        "channel_id": message.channel,
        "kind": message.kind,
        "event_id": message.event_id,
        "revision": message.revision,
        "ordering_key": digest(message.order),
        "payload": message.body,
        "state": message.state.value,
        "reason": message.reason,
        "attempt": 0,
        "replayed_from": 0,
        "next_try": message.next_try,
        "created_at": now,
    }


def _overtake(connection: Connection, message: Outgoing, identity: str, now: datetime) -> None:
    kept = OutboxRow.state.in_((OutboxState.MUTED.value, OutboxState.HELD.value))
    mine = and_(OutboxRow.channel_id == message.channel, OutboxRow.event_id == message.event_id, kept)
    done = {"state": OutboxState.BUNDLED.value, "bundled_in": identity, "settled_at": now}
    connection.execute(update(OutboxRow).where(mine, OutboxRow.id != identity).values(**done))


def is_due(connection: Connection, now: datetime, lease: timedelta) -> bool:
    """Whether anything waits to be sent or gathered now: a cheap look before a writing transaction."""
    asked = (OutboxState.PENDING.value, OutboxState.HELD.value, OutboxState.MUTED.value)
    waits = select(OutboxRow.id).where(OutboxRow.state.in_(asked), OutboxRow.next_try <= now)
    return any(connection.execute(wanted.limit(1)).first() for wanted in (waits, _lost(now, lease)))


def _lost(now: datetime, lease: timedelta) -> Select[Any]:
    """Messages whose worker never came back."""
    over = and_(OutboxRow.state == OutboxState.LEASED.value, lease_is_over(OutboxRow.lease_until, now, lease))
    return select(OutboxRow.id).where(over)


def claim(
    connection: Connection, now: datetime, owner: str, lease: timedelta, rooms: Mapping[str, int]
) -> tuple[Delivery, ...]:
    """Take messages that are due: for each channel (its id) at most as many as `rooms` says. Writes attempt + 1 first."""
    lost = connection.execute(locked(connection, _lost(now, lease))).scalars().all()
    if lost:
        back = {"state": OutboxState.PENDING.value, **_CLEARED}
        connection.execute(update(OutboxRow).where(OutboxRow.id.in_(lost)).values(**back))
    off = set(connection.execute(select(ChannelRow.id).where(ChannelRow.disabled_at.is_not(None))).scalars())
    taken: list[Any] = []
    for channel, room in sorted(rooms.items()):
        if room > 0 and channel not in off:
            asked = {"channel": channel, "now": now, "young": now - PATIENCE, "room": room}
            taken += connection.execute(locked(connection, _due()), asked).all()
    return _take(connection, taken, now, owner, lease)


def claim_one(
    connection: Connection, identity: str, now: datetime, owner: str, lease: timedelta
) -> tuple[Delivery, ...]:
    """Take this message, if nobody else has it in hand and it still waits."""
    mine = and_(OutboxRow.id == identity, OutboxRow.state == OutboxState.PENDING.value)
    rows = connection.execute(locked(connection, select(OutboxRow.__table__).where(mine))).all()
    return _take(connection, rows, now, owner, lease)


def _take(
    connection: Connection, rows: Sequence[Any], now: datetime, owner: str, lease: timedelta
) -> tuple[Delivery, ...]:
    if rows:
        held = {"state": OutboxState.LEASED.value, "lease_until": now + lease, "lease_owner": owner}
        mine = update(OutboxRow).where(OutboxRow.id.in_([row.id for row in rows]))
        connection.execute(mine.values(**held, attempt=OutboxRow.attempt + 1))
    return tuple(_delivery(row) for row in rows)


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
        recipients=tuple(row.recipients or ()),
    )


@cache
def _due() -> Select[Any]:
    """The first `room` messages of a `channel` that are due `now`. Built once: it is asked many times a second."""
    mine = and_(OutboxRow.channel_id == bindparam("channel"), OutboxRow.state == PENDING)
    wanted = select(OutboxRow.__table__).where(mine, OutboxRow.next_try <= bindparam("now"), ~_held_back())
    return wanted.order_by(OutboxRow.next_try, OutboxRow.seq).limit(bindparam("room"))


def _held_back() -> ColumnElement[bool]:
    """An earlier message of the agreement has to go first, or the digest that it was told in."""
    first, bundle = aliased(OutboxRow), aliased(OutboxRow)
    same_event = first.event_id == OutboxRow.event_id

    def goes_first(row: Any) -> ColumnElement[bool]:
        young = or_(row.state == OutboxState.LEASED.value, row.attempt == 0, row.created_at > bindparam("young"))
        return and_(row.state.in_(_WAITS), or_(same_event, young))

    told_in_another = and_(bundle.id == first.bundled_in, bundle.id != OutboxRow.id)
    bundled = exists().where(told_in_another, goes_first(bundle)).correlate(OutboxRow, first)
    return exists().where(
        first.channel_id == OutboxRow.channel_id,
        first.ordering_key == OutboxRow.ordering_key,
        first.seq < OutboxRow.seq,
        first.state.in_((*_WAITS, OutboxState.BUNDLED.value)),
        or_(goes_first(first), and_(first.state == OutboxState.BUNDLED.value, bundled)),
    )


def delivered(connection: Connection, delivery: Delivery, result: Try) -> bool:
    """The receiver took it. Believed from a late worker too. False where it was delivered already."""
    return delivered_all(connection, [(delivery, result)]) == 1


def delivered_all(connection: Connection, settled: Sequence[tuple[Delivery, Try]]) -> int:
    """The same of many in few statements; how many are news."""
    if not settled:
        return 0
    _record(connection, settled)
    at = max(result.at for _, result in settled)
    mine = OutboxRow.id.in_([delivery.id for delivery, _ in settled])
    done = {"state": OutboxState.DELIVERED.value, "settled_at": at, "reason": None, "recipients": None, **_CLEARED}
    fresh = update(OutboxRow).where(mine, OutboxRow.state != OutboxState.DELIVERED.value).values(**done)
    changed = connection.execute(fresh).rowcount
    for channel_id in sorted({delivery.channel_id for delivery, _ in settled}):
        _channel(connection, channel_id, {"last_success": at, "failures": 0})
    return changed


def failed(
    connection: Connection,
    delivery: Delivery,
    result: Try,
    reason: str,
    next_try: datetime | None,
    recipients: Sequence[str] = (),
) -> bool:
    """The try failed: again at `next_try`, or dead (kept until a person replays it). False where a later try has begun.

    `recipients`: the only ones who are still owed it.
    """
    _record(connection, [(delivery, result)])
    leased = OutboxRow.state == OutboxState.LEASED.value
    mine = and_(OutboxRow.id == delivery.id, leased, OutboxRow.attempt == delivery.attempt)
    values: dict[str, Any] = {"reason": reason, **_CLEARED}
    if recipients:
        values["recipients"] = list(recipients)
    if next_try is None:
        values |= {"state": OutboxState.DEAD.value, "settled_at": result.at}
    else:
        values |= {"state": OutboxState.PENDING.value, "next_try": next_try}
    changed = connection.execute(update(OutboxRow).where(mine).values(**values)).rowcount == 1
    fresh = insert_into(connection, ChannelRow).values(id=delivery.channel_id, failures=1)
    more = {"failures": ChannelRow.failures + 1}
    connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=more))
    return changed


def _record(connection: Connection, settled: Sequence[tuple[Delivery, Try]]) -> None:
    rows = [
        {
            "outbox_id": delivery.id,
            "attempt": delivery.attempt,
            "at": result.at,
            "target": result.target,
            "outcome": result.outcome,
            "http_status": result.http_status,
            "answer": result.answer[:_ANSWER],
            "duration_ms": result.duration_ms,
        }
        for delivery, result in settled
    ]
    fresh = insert_into(connection, AttemptRow).on_conflict_do_nothing(index_elements=["outbox_id", "attempt"])
    connection.execute(fresh, rows)


def _channel(connection: Connection, channel_id: str, values: dict[str, Any]) -> None:
    fresh = insert_into(connection, ChannelRow).values(**({"id": channel_id, "failures": 0} | values))
    connection.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=values))


def disable(connection: Connection, channel_id: str, why: str, now: datetime) -> None:
    """Switch a channel off (its receiver answered 410): its messages wait."""
    _channel(connection, channel_id, {"disabled_at": now, "disabled_why": why})


def enable(connection: Connection, channel_id: str, now: datetime) -> None:
    """Switch a channel on again; what its receiver had answered with "gone" is sent again, before what waited behind it."""
    _channel(connection, channel_id, {"disabled_at": None, "disabled_why": None, "failures": 0})
    gone = and_(OutboxRow.channel_id == channel_id, OutboxRow.reason == str(Reason.RECEIVER_GONE))
    dead = select(OutboxRow.id).where(gone, OutboxRow.state == OutboxState.DEAD.value)
    replay(connection, connection.execute(dead).scalars().all(), now)


def replay(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """Send dead, muted or even delivered messages again, under their old ids, at once; how many."""
    again = [state.value for state in (OutboxState.DEAD, OutboxState.MUTED, OutboxState.DELIVERED)]
    settled = and_(OutboxRow.id.in_(ids), OutboxRow.state.in_(again))
    # attempts go on counting, so that the fence and the rows of tries stay true
    fresh = {"state": OutboxState.PENDING.value, "next_try": now, "settled_at": None, "reason": None}
    made = update(OutboxRow).where(settled).values(**fresh, replayed_from=OutboxRow.attempt)
    return connection.execute(made).rowcount
