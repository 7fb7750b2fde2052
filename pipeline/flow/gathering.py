"""What was kept back and may be told now: each channel's digest, what a daily cap held, what a mute kept.

    due groups ─▶ still muted by another mute? keep ─▶ fold (one word for each event, as it stands now) ─▶ one message for all

In one transaction with what it settles, so that no item is lost or told twice, whoever else gathers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.alert import payload, select
from pipeline.alert.digest import fold
from pipeline.alert.letters import event_from_dict, notice_of
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Mute
from pipeline.flow.telling import mutes_of
from pipeline.model import Agreement
from pipeline.store import desk, kept
from pipeline.store.kept import Group, Kept
from pipeline.store.messages import OutboxState, Outgoing

MUTED = "muted"


def gather(
    connection: Any, channels: Mapping[str, ChannelOptions], agreements: Mapping[str, Agreement], now: datetime
) -> int:
    """Write the messages of what may be told now; how many kept ones were looked at (none: nothing is left to gather)."""
    looked_at = 0
    groups = [group for group in kept.due(connection, now) if group.channel_id in channels]
    mutes = mutes_of(connection, now) if groups else ()
    for group in groups:
        channel = channels[group.channel_id]
        members = kept.rows(connection, group)
        looked_at += len(members)
        if group.state is OutboxState.MUTED:
            members = _unmuted(connection, members, channel, agreements, mutes, now)
        single = [one for one in members if not one.kind.startswith("event.")]
        kept.let_go(connection, single, select.not_before(channel, now))
        together = [one for one in members if one.kind.startswith("event.")]
        if together:
            kept.bundle(connection, digest_of(group, together, channel, now), together, now)
    return looked_at


def _unmuted(
    connection: Any,
    members: Sequence[Kept],
    channel: ChannelOptions,
    agreements: Mapping[str, Agreement],
    mutes: Sequence[Mute],
    now: datetime,
) -> tuple[Kept, ...]:
    """Those that no other mute keeps; the others are kept for that one's sake."""
    free = []
    for one in members:
        mute = _still_muted(one, channel, agreements, mutes, now)
        if mute is None:
            free.append(one)
        else:
            kept.keep(connection, [one], desk.mute_reason(mute.id), mute.until or kept.NEVER)
    return tuple(free)


def _still_muted(
    one: Kept, channel: ChannelOptions, agreements: Mapping[str, Agreement], mutes: Sequence[Mute], now: datetime
) -> Mute | None:
    data = json.loads(one.payload)["data"]
    if one.kind == payload.STALLED:
        return None
    event = event_from_dict(data)
    agreement = agreements.get(event.agreement_id or "")
    return select.held_by(mutes, channel.id, event, set(agreement.parties) if agreement else set(), now)


def digest_of(group: Group, members: Sequence[Kept], channel: ChannelOptions, now: datetime) -> Outgoing | None:
    """One message for all of them; None where they cancel each other out."""
    notices = fold(notice_of(json.loads(one.payload)) for one in members)
    if not notices:
        return None
    reason = MUTED if group.state is OutboxState.MUTED else group.reason
    return Outgoing(
        channel=channel.id,
        kind=payload.DIGEST,
        subject=f"{members[0].id}|{members[-1].id}",
        order=f"{payload.DIGEST}|{channel.id}",
        body=payload.digest_body(notices, now, reason=reason, held_back=len(members)).decode(),
        next_try=select.not_before(channel, now),
    )
