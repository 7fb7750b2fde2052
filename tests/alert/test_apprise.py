"""Apprise against a real receiver, by its own `json://` service."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest

from pipeline import loop
from pipeline.alert.apprise import AppriseSender
from pipeline.alert.values import Delivered, Delivery, GiveUp, Message, Outcome, TryAgain
from pipeline.errors import Reason
from tests.alert.builders import channel, delivery
from tests.alert.servers import http_receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # a module that Apprise's mail service imports


def send(url: str, what: Delivery | None = None) -> Outcome:
    """One attempt."""
    sender = AppriseSender(channel("apprise", url=url), 5.0)
    outcome = loop.run(sender.send(what or delivery()))
    sender.close()
    return outcome


def test_subject_and_text_arrive() -> None:
    """As title and body, cut where services cut."""
    with http_receiver() as receiver:
        url = receiver.url.replace("http://", "json://")
        long = delivery(message=Message("Ratified: гуси <b>", "long " * 1000, ""))
        assert send(url, long) == Delivered(200)
        [got] = receiver.received
    said = json.loads(got.body)
    assert said["title"] == "Ratified: гуси <b>"
    assert said["message"].startswith("long long")
    assert len(said["message"]) <= 1800


def test_a_service_that_says_no_is_tried_again() -> None:
    """It does not say why."""
    with http_receiver((500, {}, b"")) as receiver:
        outcome = send(receiver.url.replace("http://", "json://"))
    assert isinstance(outcome, TryAgain)
    assert outcome.reason is Reason.NOT_ACCEPTED


def test_an_address_that_no_service_knows_is_given_up() -> None:
    """And is not shown: all of it may be a key."""
    outcome = send("nosuchservice://token-token")
    assert isinstance(outcome, GiveUp)
    assert "token-token" not in outcome.detail
    assert isinstance(send("json://localhost/", delivery(message=None)), GiveUp)


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliveries wait for it meanwhile."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "apprise" else real(name, *rest)
    )
    outcome: Any = send("json://localhost/")
    assert outcome.reason is Reason.NOT_INSTALLED
    assert "treatywatch[apprise]" in outcome.detail
