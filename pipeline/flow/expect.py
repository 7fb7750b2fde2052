"""What was announced and did not come: "was due", and signed agreements that stall. Each is told once.

An announced step is overdue when its last day is over everywhere on earth. It counts when it was announced before that day, and
surely enough to be told; plans found afterwards in old articles are history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.alert import payload, select
from pipeline.alert.options import ChannelOptions
from pipeline.alert.select import Because
from pipeline.alert.values import Mute
from pipeline.flow.parts import Parts
from pipeline.flow.telling import mutes_of
from pipeline.model import Agreement
from pipeline.plan import agreement_key_of
from pipeline.store import desk, kept, outbox, standing
from pipeline.store.messages import OutboxState, Outgoing
from pipeline.store.standing import Passed, Quiet

EVERYWHERE = timedelta(hours=12)  # how long after midnight UTC a day still lasts somewhere
_LOOKED = "stalled_looked"
_AT_ONCE = 200


async def expect_due(parts: Parts) -> int:
    """Tell what is overdue now, and once a day what has stalled; the number of new messages."""
    noticed, made = _AT_ONCE, 0
    while noticed == _AT_ONCE:
        noticed, written = await parts.write(lambda c: _overdue(c, parts, parts.clock()))
        made += written
    made += await _stalled(parts)
    made += await parts.write(lambda c: kept.release_forgotten(c, parts.clock()))
    if made:
        parts.nudge.set()
    return made


def _overdue(connection: Any, parts: Parts, now: datetime) -> tuple[int, int]:
    """(steps noticed, messages written), in one transaction."""
    found = standing.passed(connection, (now - EVERYWHERE).date(), _AT_ONCE)
    mutes = mutes_of(connection, now)
    messages = [
        message
        for one in found
        if one.event.confidence >= parts.record.alert_threshold and _was_ahead(one)
        for channel in parts.channels.values()
        if (message := overdue(one, channel, mutes, now))
    ]
    standing.note(connection, [one.event.id for one in found])
    return len(found), outbox.enqueue(connection, messages, now)


def _was_ahead(one: Passed) -> bool:
    return one.event.first_seen is not None and one.event.first_seen.date() <= one.due_last


def overdue(one: Passed, channel: ChannelOptions, mutes: Sequence[Mute], now: datetime) -> Outgoing | None:
    """The word that a step was due, for a channel that asked for it."""
    decision = select.wants_overdue(channel, one.event, one.parties, now=now, mutes=mutes)
    if not decision.send and decision.reason is not Because.MUTED:
        return None
    return _message(
        channel,
        payload.OVERDUE,
        f"{one.event.id}|{one.due_last}",
        agreement_key_of(one.event),
        payload.overdue_body(one.event, now),
        now,
        muted=next((mute for mute in mutes if mute.id == decision.mute), None),
        event_id=one.event.id,
    )


async def _stalled(parts: Parts) -> int:
    now = parts.clock()
    asked = [channel for channel in parts.channels.values() if channel.stalled_days]
    today = now.date().isoformat()
    if not asked or await parts.read(lambda c: desk.fact(c, _LOOKED)) == today:
        return 0
    before = now.date() - timedelta(days=min(channel.stalled_days for channel in asked) - 1)
    found = await parts.read(lambda c: standing.quiet(c, parts.context.agreements, before))

    def write(connection: Any) -> int:
        mutes = mutes_of(connection, now)
        agreements = parts.context.agreements
        messages = [
            message for one in found for channel in asked if (message := stalled(one, agreements, channel, mutes, now))
        ]
        desk.put(connection, _LOOKED, today, now)
        return outbox.enqueue(connection, messages, now)

    return await parts.write(write)


def stalled(
    one: Quiet, agreements: Mapping[str, Agreement], channel: ChannelOptions, mutes: Sequence[Mute], now: datetime
) -> Outgoing | None:
    """The word that nothing new was heard of a signed agreement, for a channel that asked for it."""
    agreement = agreements[one.agreement_id]
    days = (now.date() - one.since).days
    decision = select.wants_stalled(channel, agreement.id, agreement.parties, days, now=now, mutes=mutes)
    if not decision.send and decision.reason is not Because.MUTED:
        return None
    return _message(
        channel,
        payload.STALLED,
        f"{agreement.id}|{one.since}",
        agreement.id,
        payload.stalled_body(agreement, one.last, days, now),
        now,
        muted=next((mute for mute in mutes if mute.id == decision.mute), None),
    )


def _message(
    channel: ChannelOptions,
    kind: str,
    subject: str,
    order: str,
    body: bytes,
    now: datetime,
    *,
    muted: Mute | None,
    event_id: str | None = None,
) -> Outgoing:
    """At the channel's next hour to speak (a digest's, too); what a mute keeps goes by itself when that ends."""
    at = select.when(channel, now).at
    message = Outgoing(channel.id, kind, subject, order, body.decode(), at, event_id=event_id)
    if muted is None:
        return message
    until = muted.until or kept.NEVER
    return replace(message, next_try=until, state=OutboxState.MUTED, reason=desk.mute_reason(muted.id))
