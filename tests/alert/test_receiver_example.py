"""The receiver of the documentation does what it says: ours are taken once, all others refused."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline import clock, loop
from pipeline.alert.senders import sender_for
from pipeline.alert.values import Delivered, TryAgain
from pipeline.alert.webhook import WebhookSender
from pipeline.fetch.client import Fetcher
from pipeline.options import FetchOptions
from tests.alert.builders import OLD_SECRET, SECRET, channel, delivery
from tests.alert.servers import serving

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "webhook_receiver.py"
OTHER = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LWtleQ=="


def load() -> ModuleType:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("webhook_receiver", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Running:
    """The example at work."""

    port: int
    inbox: Any
    module: ModuleType
    bell: threading.Event


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The example with the old and the new secret, on a port of its own."""
    module, bell = load(), threading.Event()
    inbox = module.Inbox(str(tmp_path / "inbox.db"))
    server = module.make_server(("127.0.0.1", 0), [OLD_SECRET, SECRET], inbox, bell)
    server.RequestHandlerClass.log_message = lambda *_: None
    with serving(server) as port:
        yield Running(port, inbox, module, bell)


def signed(secret: str, now: float | None = None) -> dict[str, str]:
    """Headers of the delivery, as the sender makes them."""
    sender = WebhookSender(channel("webhook", secret=(secret,)), None, clock.now, 1.0)  # type: ignore[arg-type]
    return sender.headers(delivery(), datetime.fromtimestamp(now or time.time(), UTC))


def post(port: int, headers: Mapping[str, str], body: bytes = delivery().body) -> int:
    """The answer's status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/", body, dict(headers))
    status = connection.getresponse().status
    connection.close()
    return status


def test_ours_are_taken_and_repeats_are_taken_once(running: Running) -> None:
    """The second time is answered 200 too, or it would be sent for three days; the work is done once."""
    one = channel("webhook", url=f"http://127.0.0.1:{running.port}/", secret=(SECRET,), allow_networks=("127.0.0.0/8",))

    async def twice() -> list[Any]:
        async with Fetcher(FetchOptions()) as fetcher:
            sender = sender_for(one, fetcher.post, clock.now, 5.0)
            return [await sender.send(delivery()) for _ in range(2)]

    assert loop.run(twice()) == [Delivered(200, "taken"), Delivered(200, "taken before")]
    assert running.bell.wait(5)
    done: list[tuple[str, Any]] = []
    assert running.module.work_through(running.inbox, lambda name, message: done.append((name, message))) == 1
    assert done == [("dlv_01", json.loads(delivery().body))]
    # a restart forgets nothing
    again = running.module.Inbox(running.inbox._path)
    assert again.next() is None
    assert not again.take("dlv_01", b"", time.time())


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_either_key_opens(running: Running, secret: str) -> None:
    """While the secret is being changed."""
    assert post(running.port, signed(secret)) == 200


def test_others_altered_and_recorded_messages_are_refused(running: Running) -> None:
    """Nothing of them reaches the inbox."""
    good = signed(SECRET)
    now = time.time()
    assert post(running.port, signed(OTHER)) == 401
    assert post(running.port, good, delivery().body + b" ") == 401
    assert post(running.port, {**good, "webhook-id": "dlv_02"}) == 401
    assert post(running.port, {**good, "webhook-timestamp": str(int(now) + 1)}) == 401
    assert post(running.port, signed(SECRET, now - 301)) == 401
    assert post(running.port, signed(SECRET, now + 400)) == 401
    for missing in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert post(running.port, {name: value for name, value in good.items() if name != missing}) == 401
    for odd in ("", "v1,", "v2,abc", "v1,é", good["webhook-signature"].upper()):
        assert post(running.port, {**good, "webhook-signature": odd}) == 401
    assert post(running.port, {**good, "content-length": "99999999"}, b"") == 413
    assert post(running.port, {**good, "content-length": "many"}, b"") == 411
    assert running.inbox.next() is None


def test_a_refusal_is_tried_again_by_the_sender(running: Running) -> None:
    """A receiver with the wrong secret gets every message once it has the right one."""
    one = channel("webhook", url=f"http://127.0.0.1:{running.port}/", secret=(OTHER,), allow_networks=("127.0.0.0/8",))

    async def once() -> Any:
        async with Fetcher(FetchOptions()) as fetcher:
            return await sender_for(one, fetcher.post, clock.now, 5.0).send(delivery())

    assert isinstance(loop.run(once()), TryAgain)


def test_what_was_not_done_is_done_after_a_restart(running: Running) -> None:
    """Work that fails leaves the message where it is."""

    def fails(_: str, __: Any) -> None:
        raise RuntimeError("the archive is away")

    assert post(running.port, signed(SECRET)) == 200
    with pytest.raises(RuntimeError):
        running.module.work_through(running.inbox, fails)
    assert running.module.work_through(running.inbox, running.module.work) == 1
