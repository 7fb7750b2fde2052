"""Messages that are kept back: for a digest, by the daily cap, by a mute. Found by the moment they are due; told together.

    held, muted ──due, rows──▶ (folded into one message elsewhere) ──bundle──▶ bundled        or let_go ──▶ pending

Two that gather at once never take the same row, and a digest is written in the transaction that settles what it tells: no item
is lost or told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from pipeline.store import desk
from pipeline.store.messages import OutboxState, Outgoing
from pipeline.store.outbox import delivery_id, enqueue
from pipeline.store.sql import locked
from pipeline.store.tables import OutboxRow

NEVER = datetime(2199, 12, 31, tzinfo=UTC)  # when a mute without an end is over
_KEPT = (OutboxState.HELD.value, OutboxState.MUTED.value)
_TOLD = (OutboxState.PENDING.value, OutboxState.LEASED.value, OutboxState.DELIVERED.value, OutboxState.BUNDLED.value)
_SENT = (OutboxState.PENDING.value, OutboxState.LEASED.value, OutboxState.DELIVERED.value, OutboxState.DEAD.value)
_EVENTS = "event.%"


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel knows of an event. `first`: the message that told of it first, None where none did or will by itself.

    `kept`: the state, reason and moment of its latest message, where that is kept back; what follows stays with it.
    """

    first: str | None = None
    kept: tuple[OutboxState, str | None, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What is told together: everything kept back for a channel for one reason ("digest", "daily_cap", "mute 3")."""

    channel_id: str
    state: OutboxState
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One message that is kept back."""

    id: str
    kind: str
    payload: str


def told(connection: Connection, event_ids: Collection[str]) -> dict[tuple[str, str], Told]:
    """What every channel knows of these events, by (channel, event)."""
    mine = and_(OutboxRow.event_id.in_(event_ids), OutboxRow.kind.like(_EVENTS))
    found: dict[tuple[str, str], Told] = {}
    for row in connection.execute(select(OutboxRow.__table__).where(mine).order_by(OutboxRow.seq)):
        key = (row.channel_id, row.event_id)
        heard = row.bundled_in if row.state == OutboxState.BUNDLED.value else row.id
        first = found.get(key, Told()).first or (heard if row.state in _TOLD else None)
        kept = (OutboxState(row.state), row.reason, row.next_try) if row.state in _KEPT else None
        found[key] = Told(first, kept)
    return found


def sent_since(connection: Connection, channel_id: str, since: datetime) -> int:
    """How many messages about events a channel has got, or will get, one by one, that were written since a moment."""
    mine = and_(OutboxRow.channel_id == channel_id, OutboxRow.created_at >= since, OutboxRow.kind.like(_EVENTS))
    counted = select(func.count()).where(mine, OutboxRow.state.in_(_SENT))
    return int(connection.execute(counted).scalar_one())


def place_since(connection: Connection, identity: str, since: datetime) -> int:
    """Which of its channel's messages since a moment this one is, counted from 1."""
    own = select(OutboxRow.channel_id, OutboxRow.seq).where(OutboxRow.id == identity).subquery()
    mine = and_(OutboxRow.channel_id == own.c.channel_id, OutboxRow.seq <= own.c.seq, OutboxRow.created_at >= since)
    counted = select(func.count()).where(mine, OutboxRow.kind.like(_EVENTS), OutboxRow.state.in_(_SENT))
    return int(connection.execute(counted).scalar_one())


def holds(connection: Connection, channel_id: str, reason: str) -> bool:
    """Whether anything is held for a channel for this reason."""
    mine = and_(OutboxRow.channel_id == channel_id, OutboxRow.state == OutboxState.HELD.value)
    return connection.execute(select(OutboxRow.id).where(mine, OutboxRow.reason == reason).limit(1)).first() is not None


def due(connection: Connection, now: datetime) -> tuple[Group, ...]:
    """What may be told now."""
    wanted = (
        select(OutboxRow.channel_id, OutboxRow.state, OutboxRow.reason)
        .where(OutboxRow.state.in_(_KEPT), OutboxRow.next_try <= now)
        .distinct()
        .order_by(OutboxRow.channel_id, OutboxRow.state, OutboxRow.reason)
    )
    return tuple(Group(row.channel_id, OutboxState(row.state), row.reason or "") for row in connection.execute(wanted))


def rows(connection: Connection, group: Group, limit: int = 500) -> tuple[Kept, ...]:
    """Everything of a group, oldest first, also what came after the first of it fell due; locked to the commit."""
    mine = and_(
        OutboxRow.channel_id == group.channel_id,
        OutboxRow.state == group.state.value,
        OutboxRow.reason == group.reason,
    )
    wanted = select(OutboxRow.__table__).where(mine).order_by(OutboxRow.seq).limit(limit)
    found = connection.execute(locked(connection, wanted)).all()
    return tuple(Kept(row.id, row.kind, row.payload) for row in found)


def bundle(connection: Connection, told_in: Outgoing | None, members: Sequence[Kept], now: datetime) -> None:
    """Settle what a message tells together, and write that message. None: they cancel each other out, there is nothing to tell."""
    identity = None
    if told_in is not None:
        identity = delivery_id(told_in.channel, told_in.kind, told_in.subject)
        enqueue(connection, [told_in], now)
    done = {"state": OutboxState.BUNDLED.value, "bundled_in": identity, "settled_at": now}
    _change(connection, members, done)


def let_go(connection: Connection, members: Sequence[Kept], at: datetime) -> None:
    """Send these one by one."""
    _change(connection, members, {"state": OutboxState.PENDING.value, "next_try": at, "reason": None})


def keep(connection: Connection, members: Sequence[Kept], reason: str, until: datetime) -> None:
    """Keep these longer, for another reason."""
    _change(connection, members, {"reason": reason, "next_try": until})


def release_forgotten(connection: Connection, now: datetime) -> int:
    """What a mute keeps that was lifted while the message was being written is due now; how many."""
    held = {desk.mute_reason(mute.id) for mute in desk.mutes(connection, now)}
    later = and_(OutboxRow.state == OutboxState.MUTED.value, OutboxRow.next_try > now)
    reasons = set(connection.execute(select(OutboxRow.reason).where(later).distinct()).scalars())
    return sum(desk.release_muted(connection, one, now) for one in sorted(filter(None, reasons - held)))


def _change(connection: Connection, members: Sequence[Kept], values: dict[str, Any]) -> None:
    if members:
        ids = [one.id for one in members]
        connection.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(**values))
