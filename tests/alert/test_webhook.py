"""Webhooks against a real receiver, through the program's own client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from standardwebhooks import Webhook

from pipeline import clock, loop
from pipeline.alert.options import ChannelOptions
from pipeline.alert.retry import PAUSE
from pipeline.alert.senders import sender_for
from pipeline.alert.values import Delivered, Delivery, GiveUp, Outcome, TryAgain
from pipeline.alert.webhook import WebhookSender
from pipeline.errors import Reason
from pipeline.fetch.client import Fetcher
from pipeline.options import FetchOptions
from tests.alert.builders import NOW, OLD_SECRET, SECRET, channel, delivery
from tests.alert.servers import http_receiver

LOOPBACK = ("127.0.0.0/8",)


def send(one: ChannelOptions, *deliveries: Delivery, now: datetime | None = None) -> list[Outcome]:
    """Send each with the real client."""

    async def go() -> list[Outcome]:
        async with Fetcher(FetchOptions()) as fetcher:
            sender = sender_for(one, fetcher.post, lambda: now or clock.now(), 5.0)
            outcomes = [await sender.send(each) for each in deliveries or (delivery(),)]
            sender.close()
            return outcomes

    return loop.run(go())


def test_the_reference_verifier_accepts_us_with_either_key() -> None:
    """Both keys sign while they are being changed, so that the receiver may change when it likes."""
    with http_receiver((200, {}, b"thanks")) as receiver:
        one = channel("webhook", url=receiver.url, secret=(SECRET, OLD_SECRET), allow_networks=LOOPBACK)
        assert send(one) == [Delivered(200, "thanks")]
        [got] = receiver.received
        for secret in (SECRET, OLD_SECRET):
            assert Webhook(secret).verify(got.body, got.headers) == json.loads(delivery().body)
        assert got.headers["webhook-id"] == "dlv_01"
        assert got.headers["content-type"] == "application/json"


def test_every_try_has_the_same_id_and_body_and_a_time_of_its_own() -> None:
    """What Standard Webhooks asks: the id tells repeats, the time tells recordings."""
    with http_receiver((500, {}, b"")) as receiver:
        one = channel("webhook", url=receiver.url, allow_networks=LOOPBACK)
        send(one, now=NOW)
        send(one, now=NOW.replace(minute=40))
        first, second = receiver.received
        assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
        assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 600
        assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Delivered(200)),
        (204, {}, Delivered(204)),
        (302, {"location": "http://127.0.0.1:1/elsewhere"}, TryAgain(Reason.HTTP_STATUS, "302", status=302)),
        (400, {}, TryAgain(Reason.HTTP_STATUS, "400", status=400)),
        (401, {}, TryAgain(Reason.HTTP_STATUS, "401", status=401)),
        (404, {}, TryAgain(Reason.HTTP_STATUS, "404", status=404)),
        (410, {}, GiveUp(Reason.RECEIVER_GONE, disable=True, status=410)),
        (429, {"retry-after": "120"}, TryAgain(Reason.RATE_LIMITED, "429", 120.0, True, 429)),
        (502, {}, TryAgain(Reason.RATE_LIMITED, "502", PAUSE, True, 502)),
        (503, {"retry-after": "30"}, TryAgain(Reason.HTTP_STATUS, "503", 30.0, status=503)),
        (504, {}, TryAgain(Reason.RATE_LIMITED, "504", PAUSE, True, 504)),
    ],
)
def test_what_an_answer_means(status: int, headers: dict[str, str], outcome: Outcome) -> None:
    """2xx counts; 410 ends the channel; overload lets it rest; everything else is tried again."""
    with http_receiver((status, headers, b"")) as receiver:
        one = channel("webhook", url=receiver.url, allow_networks=LOOPBACK)
        assert send(one) == [outcome]
        assert len(receiver.received) == 1


def test_a_receiver_inside_the_house_must_be_allowed_by_its_channel() -> None:
    """The guard refuses it otherwise; the refusal is tried again, for a name may point elsewhere tomorrow."""
    with http_receiver() as receiver:
        [outcome] = send(channel("webhook", url=receiver.url))
        assert isinstance(outcome, TryAgain)
        assert outcome.reason is Reason.BLOCKED_ADDRESS
        assert receiver.received == []


def test_a_receiver_that_is_away_is_tried_again() -> None:
    """Nothing listens there."""
    [outcome] = send(channel("webhook", url="http://127.0.0.1:1/hook", allow_networks=LOOPBACK))
    assert isinstance(outcome, TryAgain)


def test_what_a_receiver_says_back_is_kept_without_our_secrets() -> None:
    """An answer that echoes the request gives nothing away in logs and pages."""
    with http_receiver((500, {}, f"oops {SECRET}\r\n/hook/very-long-token".encode())) as receiver:
        one = channel("webhook", url=receiver.url + "/very-long-token", allow_networks=LOOPBACK)
        [outcome] = send(one)
        assert isinstance(outcome, TryAgain)
        assert outcome.detail.startswith("500 oops")
        assert "very-long-token" not in outcome.detail
        assert SECRET[6:] not in outcome.detail


@dataclass(frozen=True)
class Nothing:
    """A request that got no answer."""

    reason: Reason
    detail: str = ""
    retry_after: float | None = None


@pytest.mark.parametrize(
    "reason", [Reason.BLOCKED_SCHEME, Reason.BLOCKED_PORT, Reason.URL_INVALID, Reason.URL_TOO_LONG]
)
def test_an_address_that_only_the_operator_can_repair_is_given_up(reason: Reason) -> None:
    """It becomes a dead letter at once, visible, and can be replayed."""

    async def post(
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float,  # noqa: ASYNC109 - as the protocol says
        allow_networks: Sequence[str],
    ) -> Nothing:
        return Nothing(reason, f"see {url}")

    sender = WebhookSender(channel("webhook"), post, clock.now, 15.0)
    outcome = loop.run(sender.send(delivery()))
    assert outcome == GiveUp(reason, "see •••")
