"""Tried before it counts: a marked test of one channel, and what a filter would have sent.

A test is sent once, with its row and its answer like any other message: at once (`send_test`), or by the running service (`queue_test`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline import clock
from pipeline.alert import payload, select
from pipeline.alert.compose import Composer
from pipeline.alert.letters import letter
from pipeline.alert.masks import target
from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.alert.values import Delivered, Delivery, Outcome, Sender
from pipeline.model import Event
from pipeline.store import outbox, standing
from pipeline.store.engine import Database
from pipeline.store.messages import Outgoing
from pipeline.store.outbox import Delivery as Claimed
from pipeline.store.outbox import Try

_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a filter would have sent, oldest first, of how many events, and why not the others: (the part that did not fit, how often)."""

    sent: tuple[Event, ...]
    looked_at: int
    left_out: tuple[tuple[str, int], ...]


def try_filter(connection: Any, wanted: ChannelFilter, since: datetime) -> Tried:
    """Try a filter on the events first seen since a moment that were told to anybody."""
    known = standing.told_since(connection, since)
    why = [(one.event, select.misfit(wanted, one.event, set(one.parties))) for one in known]
    left = Counter(because.value for _, because in why if because is not None)
    return Tried(tuple(event for event, because in why if because is None), len(known), tuple(left.most_common()))


def queue_test(connection: Any, channel: ChannelOptions, now: datetime) -> str:
    """Write a test for the running service to send; its id."""
    outbox.enqueue(connection, [_test(channel, now)], now)
    return outbox.delivery_id(channel.id, payload.TEST, now.isoformat())


def _test(channel: ChannelOptions, now: datetime) -> Outgoing:
    body = payload.test_body(channel.id, now).decode()
    return Outgoing(channel.id, payload.TEST, now.isoformat(), payload.TEST, body, now)


async def send_test(
    database: Database, channel: ChannelOptions, sender: Sender, composer: Composer, owner: str, now: datetime
) -> Outcome:
    """Send it; what became of it."""

    def take(connection: Any) -> tuple[Claimed, ...]:
        return outbox.claim_one(connection, queue_test(connection, channel, now), now, owner, _LEASE)

    [claimed] = database.write(take)
    began = clock.monotonic()
    written = None if channel.kind == "webhook" else letter(composer, claimed.payload, channel, now)
    outcome = await sender.send(Delivery(claimed.id, claimed.kind, now, claimed.payload.encode(), written))
    took = round((clock.monotonic() - began) * 1000)
    arrived = isinstance(outcome, Delivered)
    said = outcome.answer_head if isinstance(outcome, Delivered) else f"{outcome.reason} {outcome.detail}".strip()
    result = Try(now, target(channel), "delivered" if arrived else "give_up", outcome.status, said, took)
    if isinstance(outcome, Delivered):
        database.write(lambda c: outbox.delivered(c, claimed, result))
    else:
        database.write(lambda c: outbox.failed(c, claimed, result, outcome.reason, None))
    return outcome
