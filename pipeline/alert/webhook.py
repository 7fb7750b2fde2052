"""Delivery to a program, by Standard Webhooks 1.0.0: signed with every key of the channel, one id over all tries.

2xx is success. 410 switches the channel off. 429, 502 and 504 let the channel rest. Everything else, redirects and the other
4xx included, is tried again: a receiver that is misconfigured today is repaired tomorrow, and a lost alert costs more than
ten requests. The request itself goes through the program's guarded client, which is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from standardwebhooks import Webhook

from pipeline.alert.masks import shown
from pipeline.alert.options import ChannelOptions
from pipeline.alert.retry import PAUSE
from pipeline.alert.values import Delivered, Delivery, GiveUp, Outcome, TryAgain
from pipeline.errors import Reason

_GONE = 410
_OVERLOADED = frozenset({429, 502, 504})
# only another configuration can help; a name's addresses (blocked_address) may be others tomorrow
_HOPELESS = frozenset({Reason.BLOCKED_SCHEME, Reason.BLOCKED_PORT, Reason.URL_INVALID, Reason.URL_TOO_LONG})


@runtime_checkable
class Answer(Protocol):
    """The receiver's answer: its status, what it asks for, and the first of its body, as it came."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, where the receiver says so."""
        ...

    @property
    def body_head(self) -> bytes:
        """The first of the body, as it came."""
        ...


class NoAnswer(Protocol):
    """No answer was had, and why."""

    @property
    def reason(self) -> Reason:
        """What went wrong, by its name."""
        ...

    @property
    def detail(self) -> str:
        """More of it, for people."""
        ...

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, where somebody says so."""
        ...


class Post(Protocol):
    """The guarded client's `post`: never raises for anything a remote can do, follows no redirect."""

    async def __call__(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float,  # noqa: ASYNC109 - the receiver's whole time, as the operator knows it
        allow_networks: Sequence[str],
    ) -> Answer | NoAnswer:
        """One request within `timeout` seconds."""
        ...


class WebhookSender:
    """Sends to one `[[channel]]` of kind "webhook". `timeout`: seconds for the whole exchange."""

    def __init__(self, channel: ChannelOptions, post: Post, clock: Callable[[], datetime], timeout: float) -> None:
        self._channel = channel
        self._post = post
        self._clock = clock
        self._timeout = timeout
        self._keys = tuple(Webhook(secret) for secret in channel.secret)

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt, stamped and signed anew."""
        answer = await self._post(
            self._channel.url,
            delivery.body,
            self.headers(delivery, self._clock()),
            timeout=self._timeout,
            allow_networks=self._channel.allow_networks,
        )
        if isinstance(answer, Answer):
            return judged(answer, self._channel)
        detail = shown(answer.detail, self._channel)
        if answer.reason in _HOPELESS:
            return GiveUp(answer.reason, detail)
        return TryAgain(answer.reason, detail, answer.retry_after)

    def headers(self, delivery: Delivery, now: datetime) -> dict[str, str]:
        """The headers of an attempt made at `now` (aware, UTC). One signature for each key: a receiver needs one that fits."""
        text = delivery.body.decode()
        return {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(key.sign(delivery.id, now, text) for key in self._keys),
        }

    def close(self) -> None:
        """The client is its owner's."""


def judged(answer: Answer, channel: ChannelOptions) -> Outcome:
    """What an answer means for the delivery."""
    status, head = answer.status, shown(answer.body_head, channel)
    if 200 <= status < 300:
        return Delivered(status, head)
    if status == _GONE:
        return GiveUp(Reason.RECEIVER_GONE, head, disable=True, status=status)
    if status in _OVERLOADED:
        asked = answer.retry_after if answer.retry_after is not None else PAUSE
        return TryAgain(Reason.RATE_LIMITED, f"{status} {head}".strip(), asked, pause=True, status=status)
    return TryAgain(Reason.HTTP_STATUS, f"{status} {head}".strip(), answer.retry_after, status=status)
