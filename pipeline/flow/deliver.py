"""From the outbox to the receivers: gather what may be told, claim, send, settle.

    gather ─▶ claim (attempt + 1, lease) ─▶ send ─▶ settle: delivered │ again at … │ dead letter, and the operator is told

Nothing is sent from memory, nothing is marked before the receiver took it. Each channel has its own hands, so that one that is dead
or slow holds up no other. What many sendings came to is settled in one transaction.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline import clock
from pipeline.alert import payload, retry, select
from pipeline.alert.apprise import AppriseSender
from pipeline.alert.email import EmailSender
from pipeline.alert.masks import target
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Outcome, TryAgain
from pipeline.errors import Reason, StoreUnavailable
from pipeline.flow.drain import Drained, Errand, drain
from pipeline.flow.gathering import gather
from pipeline.flow.notices import notices_of
from pipeline.flow.parts import Parts
from pipeline.flow.together import Together
from pipeline.flow.writing import written
from pipeline.store import kept, outbox
from pipeline.store.outbox import Delivery as Claimed
from pipeline.store.outbox import Try

_HANDS = {"email": EmailSender.THREADS, "apprise": AppriseSender.THREADS}
_THREADS = 3  # claiming, settling, and reading what a mail needs
_SOON = 0.04  # seconds until a hand that came free has its next message, however many others hang
_GATHER = 2.0  # seconds between looks for what may be told together, in a pass that a dead channel makes long
_SETTLE_AGAIN = 1.0  # seconds between tries to write down what was sent, while the database is away


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one sending came to, as it is written down. `outcome` is the decision: a last `TryAgain` has become a `GiveUp`."""

    claimed: Claimed
    outcome: Outcome
    result: Try
    next_try: datetime | None = None


async def deliver_due(parts: Parts) -> Drained[str]:
    """Send everything that is due; what became of each."""
    now = parts.clock()
    # with threads of its own a message does not wait behind the transactions of a hundred articles
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="deliver")
    own = replace(parts, threads=threads)
    try:
        if not await own.read(lambda c: outbox.is_due(c, now, parts.alert.lease_time)):
            return Drained([])
        await _gather(own)
        return await Deliverer(own).drain()
    finally:
        threads.shutdown(wait=False)


async def _gather(parts: Parts) -> None:
    known = (parts.channels, parts.context.agreements)
    while await parts.read(lambda c: kept.due(c, parts.clock())):
        if not await parts.write(lambda c: gather(c, *known, parts.clock())):
            return  # what is left belongs to channels that are not configured, or to another worker


class Deliverer:
    """One pass over what is due."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ledger = Ledger(parts)
        self._gathered = clock.monotonic()

    async def drain(self) -> Drained[str]:
        """Work off all channels side by side."""
        parts = self._parts
        width = sum(self._most(channel_id) for channel_id in parts.senders)
        errand = Errand(
            self._claim, self.deliver, lambda claimed: f"message {claimed.id}", self._interrupted, _SOON, parts.nudge
        )
        return await drain(errand, width, parts.log, parts.stopping)

    async def _claim(self, _: int, hands: Sequence[Claimed]) -> Sequence[Claimed]:
        """As many as each channel has hands free; together that is never more than the pass is wide."""
        parts, now = self._parts, self._parts.clock()
        if clock.monotonic() - self._gathered > _GATHER:
            await _gather(parts)
            self._gathered = clock.monotonic()
        busy = Counter(claimed.channel_id for claimed in hands)
        rooms = {
            channel_id: room
            for channel_id in parts.senders
            if (room := parts.pace.hands(channel_id, self._most(channel_id), now) - busy[channel_id]) > 0
        }
        if not rooms:
            return ()
        return await parts.write(lambda c: outbox.claim(c, now, parts.owner, parts.alert.lease_time, rooms))

    def _most(self, channel_id: str) -> int:
        most = self._parts.alert.concurrency
        return min(most, _HANDS.get(self._parts.channels[channel_id].kind, most))

    async def deliver(self, claimed: Claimed) -> str:
        """One try of one claimed message; what it came to in a word."""
        parts = self._parts
        parts.passage("lease_taken")
        channel = parts.channels[claimed.channel_id]
        began = clock.monotonic()
        outcome = await self._sent(claimed, channel)
        took = round((clock.monotonic() - began) * 1000)
        parts.pace.learn(channel.id, outcome, parts.clock())
        settlement = self._settlement(claimed, channel, outcome, took)
        await self._ledger.settle(settlement)
        parts.passage(_PASSED[type(settlement.outcome)])
        return _tell(parts, settlement)

    async def _sent(self, claimed: Claimed, channel: ChannelOptions) -> Outcome:
        """Written for people where it goes to people, and sent."""
        parts = self._parts
        try:
            message = None if channel.kind == "webhook" else await parts.read(lambda c: written(c, parts, claimed))
        except (ValueError, KeyError) as error:  # a body of another version of the program
            return GiveUp(Reason.MESSAGE_INVALID, f"{type(error).__name__}: {error}")
        delivery = Delivery(
            claimed.id, claimed.kind, claimed.created_at, claimed.payload.encode(), message, claimed.recipients
        )
        outcome = await parts.senders[channel.id].send(delivery)
        match outcome:
            case Delivered():
                parts.passage("sent")
            case TryAgain(status=None):
                parts.passage("sent_no_answer")
        return outcome

    def _settlement(self, claimed: Claimed, channel: ChannelOptions, outcome: Outcome, took: int) -> Settlement:
        parts, now = self._parts, self._parts.clock()
        decided, next_try = outcome, None
        if isinstance(outcome, TryAgain):
            if claimed.kind == payload.TEST:  # a person waits for the answer
                decided = GiveUp(outcome.reason, outcome.detail, status=outcome.status)
            else:
                again = retry.after(claimed.tries, outcome, now, parts.alert.retry_schedule, parts.dice.random())
                decided, next_try = (again, None) if isinstance(again, GiveUp) else (outcome, again)
        if next_try is not None:
            next_try = select.not_before(channel, next_try)
        return Settlement(claimed, decided, _try_of(channel, outcome, now, took), next_try)

    async def _interrupted(self, claimed: Claimed) -> None:
        """The service stops in the middle of a try: whether it arrived is not known, so it counts as failed and is due at once."""
        parts, now = self._parts, self._parts.clock()
        result = Try(now, target(parts.channels[claimed.channel_id]), "try_again", answer="the service stopped")
        await parts.write(lambda c: outbox.failed(c, claimed, result, Reason.INTERRUPTED, now))


_PASSED = {Delivered: "marked", TryAgain: "put_off", GiveUp: "exhausted"}


class Ledger:
    """Writes down what sendings came to: all that wait, in one transaction."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._together = Together(self._write)

    async def settle(self, settlement: Settlement) -> None:
        """Return when it is committed. While the database is away it is tried again: what was sent has to be known as sent."""
        while True:
            try:
                return await self._together(settlement)
            except StoreUnavailable:
                if self._parts.stopping and self._parts.stopping.is_set():
                    raise
            await asyncio.sleep(_SETTLE_AGAIN)

    async def _write(self, batch: Sequence[Settlement]) -> None:
        await self._parts.write(lambda c: _write_all(c, self._parts, batch))


def _write_all(connection: Any, parts: Parts, batch: Sequence[Settlement]) -> None:
    """Settlements, with the operator's notices that follow from them."""
    arrived = [(one.claimed, one.result) for one in batch if isinstance(one.outcome, Delivered)]
    outbox.delivered_all(connection, arrived)
    for one in batch:
        match one.outcome:
            case TryAgain() as again:
                outbox.failed(connection, one.claimed, one.result, again.reason, one.next_try, again.to)
            case GiveUp() as given_up:
                outbox.failed(connection, one.claimed, one.result, given_up.reason, None)
                if given_up.disable:
                    outbox.disable(connection, one.claimed.channel_id, str(given_up.reason), one.result.at)
        outbox.enqueue(connection, notices_of(one.claimed, one.outcome, parts.channels, one.result.at), one.result.at)


def _try_of(channel: ChannelOptions, outcome: Outcome, now: datetime, took: int) -> Try:
    match outcome:
        case Delivered():
            said = "; ".join((outcome.answer_head, *outcome.refused)).strip("; ")
            return Try(now, target(channel), "delivered", outcome.status, said, took)
        case TryAgain():
            return Try(now, target(channel), "try_again", outcome.status, _said(outcome), took)
        case GiveUp():
            return Try(now, target(channel), "give_up", outcome.status, _said(outcome), took)


def _said(outcome: TryAgain | GiveUp) -> str:
    return f"{outcome.reason}: {outcome.detail}" if outcome.detail else str(outcome.reason)


def _tell(parts: Parts, one: Settlement) -> str:
    word = one.result.outcome if isinstance(one.outcome, Delivered | TryAgain) else "give_up"
    parts.metrics.alerts.labels(word).inc()
    say = parts.log.info if isinstance(one.outcome, Delivered) else parts.log.warning
    say(
        "message",
        outcome=word,
        id=one.claimed.id,
        kind=one.claimed.kind,
        channel=one.claimed.channel_id,
        attempt=one.claimed.attempt,
        target=one.result.target,
        answer=one.result.answer,
        milliseconds=one.result.duration_ms,
        next_try=str(one.next_try or ""),
    )
    return word
