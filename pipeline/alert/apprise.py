"""Delivery through Apprise (chat rooms, phones and some hundred other services): an optional dependency, one address a channel.

Apprise makes its own connections; its addresses are the operator's, and nothing of an article goes into them.
"""

from __future__ import annotations

import asyncio
import importlib.util
from concurrent.futures import ThreadPoolExecutor

from pipeline.alert.masks import target
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Message, Outcome, TryAgain
from pipeline.errors import Reason

_LONGEST = 1800  # characters of the text: many services cut or refuse longer ones


class AppriseSender:
    """Sends to one `[[channel]]` of kind "apprise". `timeout`: seconds for one attempt."""

    THREADS = 2

    def __init__(self, channel: ChannelOptions, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout
        # threads of its own: Apprise would take the event loop's, and a dead service would hold them from everybody
        self._threads = ThreadPoolExecutor(self.THREADS, thread_name_prefix=f"apprise-{channel.id}")

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt."""
        if delivery.message is None:
            return GiveUp(Reason.MESSAGE_INVALID, "the delivery carries no message for people")
        if importlib.util.find_spec("apprise") is None:
            return TryAgain(Reason.NOT_INSTALLED, 'install it: pip install "treatywatch[apprise]"')
        attempt = asyncio.get_running_loop().run_in_executor(self._threads, _notify, self._channel, delivery.message)
        try:
            async with asyncio.timeout(self._timeout):
                return await attempt
        except TimeoutError:
            return TryAgain(Reason.TIMEOUT_TOTAL, f"no answer in {self._timeout:g} s")

    def close(self) -> None:
        """Start nothing further; a request under way ends by Apprise's own time-out."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _notify(channel: ChannelOptions, message: Message) -> Outcome:
    """In a thread: importing Apprise's services takes long, sending blocks. Services tell little: yes, or not."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - optional, and slow to import

    services = Apprise()
    if not services.add(channel.url):
        return GiveUp(Reason.URL_INVALID, f"Apprise knows no service of the kind {target(channel)}")
    body = message.text if len(message.text) <= _LONGEST else message.text[: _LONGEST - 1] + "…"
    if services.notify(title=message.subject, body=body, body_format=NotifyFormat.TEXT):
        return Delivered(200)
    return TryAgain(Reason.NOT_ACCEPTED, "the service did not take it")
