"""The words of the outbox: a message as it is written, and where it stands on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where a message stands on its way to a channel."""

    PENDING = "pending"  # goes at `next_try`
    LEASED = "leased"  # a worker has it in hand
    DELIVERED = "delivered"  # the receiver said so
    DEAD = "dead"  # given up; kept until a person sends it again
    MUTED = "muted"  # kept by a mute; told together when it ends
    HELD = "held"  # kept for a digest, or by the daily cap
    BUNDLED = "bundled"  # told as part of another message, or overtaken by it


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is written to the outbox. `body` is what a webhook gets, byte for byte.

    `subject`: what it is about; the same is queued once for a channel and kind. `order`: messages of one order leave in turn.
    `overtakes`: what is still kept back for the channel about the same event is not told any more.
    """

    channel: str
    kind: str
    subject: str
    order: str
    body: str
    next_try: datetime
    state: OutboxState = OutboxState.PENDING
    reason: str | None = None
    event_id: str | None = None
    revision: int | None = None
    overtakes: bool = False
