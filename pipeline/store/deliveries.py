"""Messages as people see them: how many wait, what each try came to, dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.store.messages import OutboxState
from pipeline.store.outbox import Try
from pipeline.store.tables import AttemptRow, ChannelRow, OutboxRow


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A message as people see it."""

    id: str
    channel_id: str
    kind: str
    event_id: str | None
    revision: int | None
    state: str
    attempt: int
    reason: str | None
    created_at: datetime
    next_try: datetime
    settled_at: datetime | None
    payload: str
    tries: tuple[Try, ...] = ()


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many messages are in each state, by (channel, state)."""
    grouped = select(OutboxRow.channel_id, OutboxRow.state, func.count()).group_by(
        OutboxRow.channel_id, OutboxRow.state
    )
    return {(channel, state): number for channel, state, number in connection.execute(grouped)}


def next_due(connection: Connection) -> datetime | None:
    """When the next message is due; None where none waits."""
    return connection.execute(
        select(func.min(OutboxRow.next_try)).where(OutboxRow.state == OutboxState.PENDING.value)
    ).scalar_one()


def deliveries(
    connection: Connection,
    *,
    state: str | None = None,
    channel_id: str | None = None,
    event_id: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[tuple[DeliveryView, ...], int | None]:
    """Messages, newest first, with every try; and the number to go on from (`before`), None at the end."""
    wanted = select(OutboxRow.__table__)
    for column, value in (
        (OutboxRow.state, state),
        (OutboxRow.channel_id, channel_id),
        (OutboxRow.event_id, event_id),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(OutboxRow.seq < before)
    rows = connection.execute(wanted.order_by(OutboxRow.seq.desc()).limit(limit + 1)).all()
    page = rows[:limit]
    tries = _tries(connection, [row.id for row in page])
    more = page[-1].seq if len(rows) > limit else None
    return tuple(_view(row, tries.get(row.id, ())) for row in page), more


def delivery(connection: Connection, identity: str) -> DeliveryView | None:
    """One message with every try; None where there is none."""
    row = connection.execute(select(OutboxRow.__table__).where(OutboxRow.id == identity)).one_or_none()
    return _view(row, _tries(connection, [identity]).get(identity, ())) if row else None


def _tries(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Try, ...]]:
    wanted = select(AttemptRow.__table__).where(AttemptRow.outbox_id.in_(ids)).order_by(AttemptRow.attempt)
    tries: dict[str, tuple[Try, ...]] = {}
    for row in connection.execute(wanted):
        one = Try(row.at, row.target, row.outcome, row.http_status, row.answer, row.duration_ms)
        tries[row.outbox_id] = (*tries.get(row.outbox_id, ()), one)
    return tries


def _view(row: Any, tries: tuple[Try, ...]) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        channel_id=row.channel_id,
        kind=row.kind,
        event_id=row.event_id,
        revision=row.revision,
        state=row.state,
        attempt=row.attempt,
        reason=row.reason,
        created_at=row.created_at,
        next_try=row.next_try,
        settled_at=row.settled_at,
        payload=row.payload,
        tries=tries,
    )


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel fares."""

    id: str
    disabled_at: datetime | None
    disabled_why: str | None
    last_success: datetime | None
    last_digest: datetime | None
    failures: int


def channels(connection: Connection) -> dict[str, ChannelHealth]:
    """Every channel that ever had a message, by id."""
    rows = connection.execute(select(ChannelRow.__table__)).all()
    return {
        row.id: ChannelHealth(
            row.id, row.disabled_at, row.disabled_why, row.last_success, row.last_digest, row.failures
        )
        for row in rows
    }
