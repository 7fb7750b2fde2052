"""Channels over HTTP: how they fare, switching on again, a test for the service to send, what a filter would have sent."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline import clock
from pipeline.store import outbox
from pipeline.store.engine import open_database
from pipeline.store.messages import Outgoing
from pipeline.store.outbox import Try
from tests.alert.builders import SECRET
from tests.conftest import MakeUrl
from tests.web.serving import client, filled

WITH_CHANNEL = f"""
[[channel]]
id = "hook"
kind = "webhook"
url = "https://hooks.example.org/very/secret/path"
secret = "{SECRET}"
[channel.filter]
types = ["ratified"]
"""


def gone(url: str) -> str:
    """The channel answered a message with "gone" and is off; the message's id."""
    database, now = open_database(url), clock.now()
    database.write(lambda c: outbox.enqueue(c, [Outgoing("hook", "event.created", "1", "a", '{"a":1}', now)], now))
    [taken] = database.write(lambda c: outbox.claim(c, now, "me:1:1", timedelta(minutes=5), {"hook": 1}))
    result = Try(now, "https://hooks.example.org/…", "give_up", 410, "gone")
    database.write(lambda c: outbox.failed(c, taken, result, "receiver_gone", None))
    database.write(lambda c: outbox.disable(c, "hook", "receiver_gone", now))
    database.close()
    return taken.id


def test_a_channel_is_switched_on_again_and_what_it_missed_is_sent(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """Listed as off, without what opens it; after the press it is on, its message waits again, and the audit knows who did it."""
    url = filled(make_url_of(True))
    missed = gone(url)
    with client(tmp_path, url, WITH_CHANNEL) as api:
        one = api.get("/api/v1/channels").json()["items"][0]
        assert (one["id"], one["kind"], one["disabled_why"]) == ("hook", "webhook", "receiver_gone")
        assert one["messages"] == {"dead": 1}
        assert one["target"] == "https://hooks.example.org/…"
        message = api.get(f"/api/v1/deliveries/{missed}").json()
        assert message["body"] == '{"a":1}'
        assert [one["http_status"] for one in message["tries"]] == [410]
        assert api.post("/api/v1/channels/hook/test").status_code == 409
        assert api.post("/api/v1/channels/hook/enable").status_code == 204
        one = api.get("/api/v1/channels").json()["items"][0]
        assert one["disabled_at"] is None
        assert one["messages"] == {"pending": 1}
        assert api.get("/api/v1/audit").json()["items"][0]["action"] == "channel.enabled"
        assert api.post("/api/v1/channels/none/enable").status_code == 404


def test_a_test_is_left_for_the_service_to_send(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """It waits in the outbox like any message, under the address that the answer names."""
    with client(tmp_path, filled(make_url_of(True)), WITH_CHANNEL) as api:
        made = api.post("/api/v1/channels/hook/test")
        assert made.status_code == 202
        found = api.get(made.headers["location"]).json()
        assert (found["kind"], found["state"], found["id"]) == ("test", "pending", made.json()["id"])
        assert api.post("/api/v1/channels/none/test").status_code == 404
        assert api.get("/api/v1/deliveries/none").status_code == 404


def test_a_filter_is_tried_on_the_history(make_url_of: MakeUrl, tmp_path: Path) -> None:
    """The channel's own filter, the same with a part replaced, and one without a channel; a misspelt part is refused."""
    with client(tmp_path, filled(make_url_of(True)), WITH_CHANNEL) as api:

        def tried(**asked: object) -> tuple[list[str], dict[str, int]]:
            found = api.get("/api/v1/filter-trial", params={"days": 3650, **asked}).json()  # type: ignore[dict-item]
            assert len(found["events"]) + sum(found["left_out"].values()) == found["looked_at"]
            return [one["type"] for one in found["events"]], found["left_out"]

        assert tried(channel="hook")[0] == ["ratified"]
        assert tried(channel="hook", type="submitted")[0] == ["submitted"]
        assert set(tried(type=["ratified", "submitted"])[0]) == {"ratified", "submitted"}
        nothing, why = tried(party="DE")
        assert nothing == []
        assert why["party"] > 0
        assert api.get("/api/v1/filter-trial", params={"partys": "DE"}).status_code == 422
        assert api.get("/api/v1/filter-trial", params={"language": "false"}).status_code == 422
        assert api.get("/api/v1/filter-trial", params={"channel": "none"}).status_code == 404
