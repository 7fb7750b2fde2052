"""What the operator has to know about deliveries: a channel switched off, a dead letter, recipients who will never get it.

At most one notice a day for each channel and trouble: a receiver that is gone must not bury the desk in notices.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pipeline.alert import payload, select
from pipeline.alert.masks import target
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, GiveUp, Outcome, Trouble
from pipeline.flow.watchdog import AlarmKind
from pipeline.store.messages import Outgoing
from pipeline.store.outbox import Delivery


def notices_of(
    claimed: Delivery, outcome: Outcome, channels: Mapping[str, ChannelOptions], now: datetime
) -> tuple[Outgoing, ...]:
    """The notices that follow from what one sending came to, for every operator channel but the troubled one itself."""
    trouble = _trouble(claimed, outcome, channels[claimed.channel_id])
    if trouble is None or claimed.kind == payload.TEST:
        return ()
    about = f"{claimed.channel_id}|{trouble.reason}"
    if (
        isinstance(outcome, GiveUp) and not outcome.disable
    ):  # under the watchdog's name for it: whoever comes second adds nothing
        about = f"{AlarmKind.DEAD_LETTERS}|{claimed.channel_id}"
    return operator_messages(trouble, f"{about}|{now:%Y-%m-%d}", channels, now, claimed.channel_id)


def operator_messages(
    trouble: Trouble, subject: str, channels: Mapping[str, ChannelOptions], now: datetime, but: str = ""
) -> tuple[Outgoing, ...]:
    """A trouble as a message to every operator channel. The same `subject` is told once."""
    return tuple(
        Outgoing(
            channel=channel.id,
            kind=payload.OPERATOR,
            subject=subject,
            order=f"{payload.OPERATOR}|{subject}",
            body=payload.operator_body(trouble, now).decode(),
            next_try=select.not_before(channel, now),
        )
        for channel in channels.values()
        if select.wants_operator(channel).send and channel.id != but
    )


def _trouble(claimed: Delivery, outcome: Outcome, channel: ChannelOptions) -> Trouble | None:
    facts = (("Channel", channel.id), ("Target", target(channel)), ("Message", claimed.id))
    replay = f"Once it is repaired: treatywatch alerts replay --channel {channel.id}"
    match outcome:
        case GiveUp(disable=True):
            what = f"The channel {channel.id} is switched off: its receiver says that it is gone for good"
            do = f"Repair or remove it; then: treatywatch alerts enable {channel.id}"
            return Trouble(what, do, (*facts, ("Answer", outcome.detail)), str(outcome.reason))
        case GiveUp():
            what = f"A message for the channel {channel.id} could not be delivered and is a dead letter"
            return Trouble(what, replay, (*facts, ("Why", f"{outcome.reason} {outcome.detail}")), str(outcome.reason))
        case Delivered(refused=refused) if refused:
            what = f"Recipients of the channel {channel.id} are refused by its mail server"
            return Trouble(
                what, "Take them out of `to`.", (*facts, ("Refused", "; ".join(refused))), "recipients_refused"
            )
    return None
