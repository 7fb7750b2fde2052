"""A marked test of one channel, sent at once and once, with its row and its answer like any other message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pipeline import clock
from pipeline.alert import payload
from pipeline.alert.compose import Composer
from pipeline.alert.letters import letter
from pipeline.alert.masks import target
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, Outcome, Sender
from pipeline.store import outbox
from pipeline.store.engine import Database
from pipeline.store.messages import Outgoing
from pipeline.store.outbox import Delivery as Claimed
from pipeline.store.outbox import Try

_LEASE = timedelta(minutes=5)


async def send_test(
    database: Database, channel: ChannelOptions, sender: Sender, composer: Composer, owner: str, now: datetime
) -> Outcome:
    """Send it; what became of it."""
    body = payload.test_body(channel.id, now).decode()
    message = Outgoing(channel.id, payload.TEST, now.isoformat(), payload.TEST, body, now)

    def take(connection: Any) -> tuple[Claimed, ...]:
        outbox.enqueue(connection, [message], now)
        identity = outbox.delivery_id(channel.id, payload.TEST, now.isoformat())
        return outbox.claim_one(connection, identity, now, owner, _LEASE)

    [claimed] = database.write(take)
    began = clock.monotonic()
    written = None if channel.kind == "webhook" else letter(composer, body, channel, now)
    outcome = await sender.send(Delivery(claimed.id, claimed.kind, now, body.encode(), written))
    took = round((clock.monotonic() - began) * 1000)
    arrived = isinstance(outcome, Delivered)
    said = outcome.answer_head if isinstance(outcome, Delivered) else f"{outcome.reason} {outcome.detail}".strip()
    result = Try(now, target(channel), "delivered" if arrived else "give_up", outcome.status, said, took)
    if isinstance(outcome, Delivered):
        database.write(lambda c: outbox.delivered(c, claimed, result))
    else:
        database.write(lambda c: outbox.failed(c, claimed, result, outcome.reason, None))
    return outcome
