"""Which sender a channel needs. A further kind of channel is a further module and one line here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pipeline.alert.apprise import AppriseSender
from pipeline.alert.email import EmailSender
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Sender
from pipeline.alert.webhook import Post, WebhookSender


def sender_for(channel: ChannelOptions, post: Post, clock: Callable[[], datetime], timeout: float) -> Sender:
    """The sender of a channel; `close` it in the end. Reads the channel's CA file where it names one (OSError, ssl.SSLError)."""
    match channel.kind:
        case "webhook":
            return WebhookSender(channel, post, clock, timeout)
        case "email":
            return EmailSender(channel, timeout)
        case "apprise":
            return AppriseSender(channel, timeout)
