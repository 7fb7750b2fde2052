"""Delivery through Apprise (chat rooms, phones and some hundred other services): an optional dependency, one address a channel.

Apprise makes its own connections; its addresses are the operator's, and nothing of an article goes into them.
"""

from __future__ import annotations

import asyncio
import importlib.util

from pipeline.alert.masks import target
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Outcome, TryAgain
from pipeline.errors import Reason

_LONGEST = 1800  # characters of the text: many services cut or refuse longer ones


class AppriseSender:
    """Sends to one `[[channel]]` of kind "apprise". `timeout`: seconds for one attempt."""

    def __init__(self, channel: ChannelOptions, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt. Services tell little: yes, or not."""
        message = delivery.message
        if message is None:
            return GiveUp(Reason.MESSAGE_INVALID, "the delivery carries no message for people")
        if importlib.util.find_spec("apprise") is None:
            return TryAgain(Reason.NOT_INSTALLED, 'install it: pip install "treatywatch[apprise]"')
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - optional, and slow to import

        services = Apprise()
        if not services.add(self._channel.url):
            return GiveUp(Reason.URL_INVALID, f"Apprise knows no service of the kind {target(self._channel)}")
        body = message.text if len(message.text) <= _LONGEST else message.text[: _LONGEST - 1] + "…"
        notify = services.async_notify(title=message.subject, body=body, body_format=NotifyFormat.TEXT)
        try:
            taken = await asyncio.wait_for(notify, self._timeout)
        except TimeoutError:
            return TryAgain(Reason.TIMEOUT_TOTAL, f"no answer in {self._timeout:g} s")
        return Delivered(200) if taken else TryAgain(Reason.NOT_ACCEPTED, "the service did not take it")

    def close(self) -> None:
        """Nothing is kept open."""
