"""The values of telling people: what is sent, how an attempt can end, and what a message may speak of.

    Event ──wants──▶ Decision ──when──▶ Timing ──compose──▶ Message | body ──send──▶ Delivered | TryAgain | GiveUp

A delivery keeps one id over all its tries. Durations are seconds, moments are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.errors import Reason
from pipeline.model import Agreement, Direction, Event, EventType, PartialDate
from pipeline.plan import Change


@dataclass(frozen=True, slots=True)
class Message:
    """What people read. `subject` is one clean line; `html` stands alone, without anything to load.

    `thread`: what the mails of one agreement share. `replies_to`: the id of the delivery that this one corrects.
    `unsubscribe`: the page where the reader changes what the channel tells, "" without one.
    """

    subject: str
    text: str
    html: str
    thread: str = ""
    replies_to: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel. `id` and `created` are those of the outbox row: the same on every try.

    `kind`: "event.created", "digest" … `body`: the JSON for a webhook. `message`: for people. `to`: the recipients still
    owed, () for all of the channel.
    """

    id: str
    kind: str
    created: datetime
    body: bytes = b""
    message: Message | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it. `answer_head`: what it said. `refused`: recipients (masked) who will never get it, and why."""

    status: int
    answer_head: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not delivered, or not surely. `after`: wait at least so long. `pause`: let the whole channel rest that long.

    `to`: the recipients still owed, where others of the same message have it; () for all.
    """

    reason: Reason
    detail: str = ""
    after: float | None = None
    pause: bool = False
    status: int | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not be delivered by trying again: a dead letter until somebody replays it. `disable`: nor will any other."""

    reason: Reason
    detail: str = ""
    disable: bool = False
    status: int | None = None


Outcome = Delivered | TryAgain | GiveUp


class Sender(Protocol):
    """Delivers to one channel. Never raises for anything the other side can do."""

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt."""
        ...

    def close(self) -> None:
        """Give up what is under way and let go of threads and connections."""
        ...


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence on an agreement, a party, a type of act, or what fits all that are given; on one channel or on all.

    `until` None: until it is lifted. What is held meanwhile is told together when the mute ends.
    """

    id: str
    agreement_id: str | None = None
    party: str | None = None
    type: EventType | None = None
    until: datetime | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news for one channel. `first_delivery`: the delivery that told of the event before, where there is one."""

    kind: Direction
    event: Event
    changes: tuple[Change, ...] = ()
    first_delivery: str | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """A step that was announced. `due` is as told; `url` a report that said so."""

    type: EventType
    stage: str = ""
    actor: str = ""
    actor_country: str = ""
    due: PartialDate | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a message may say beside the event: the agreement, its history (oldest first) and what is expected next."""

    agreement: Agreement | None = None
    parties: tuple[str, ...] = ()
    timeline: tuple[Event, ...] = ()
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the operator has to know. `what` is one sentence, `do` the remedy, `facts` (name, value) pairs."""

    what: str
    do: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reason: str = ""
