"""From the outbox to real receivers: sent, settled, tried again, given up; nothing is marked that no receiver saw."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from typing import Any

import pytest
from standardwebhooks import Webhook

from pipeline import flow, loop
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Outcome, TryAgain
from pipeline.errors import Reason
from pipeline.flow.deliver import Deliverer
from pipeline.store import deliveries, outbox
from pipeline.store.engine import Database
from tests.alert.builders import SECRET, channel
from tests.alert.servers import Mailbox, http_receiver, smtp_receiver
from tests.flow.desk import AGREEMENTS, QUICK, Clock, Noted, desk, hook, messages, tell
from tests.unit.record.desk import finding

DAYS = [f"2026-01-{day:02d}" for day in range(3, 16)]


def mail(port: int, **given: Any) -> ChannelOptions:
    """A mail channel to the sink."""
    return channel("email", id="mail", port=port, to=("a@example.org", "b@example.org"), **given)


def test_one_event_reaches_every_channel_once(database: Database) -> None:
    """A webhook and a mail arrive, signed and readable, under the ids of their rows; nothing is sent a second time."""

    async def run() -> None:
        with http_receiver() as http, smtp_receiver(Mailbox()) as box:
            async with desk(database, hook(url=http.url), mail(box.port)) as parts:
                tell(parts, 1, finding(stage="lower_chamber", date="2026-01-15"))
                done = await flow.deliver_due(parts)
                again = await flow.deliver_due(parts)
                assert (done.results, done.failed, again.results) == (["delivered"] * 2, 0, [])
                [posted], [(recipients, raw)] = http.received, box.taken
                rows = {one.channel_id: one for one in messages(parts)}
        Webhook(SECRET).verify(posted.body, posted.headers)
        assert posted.headers["webhook-id"] == rows["hook"].id
        assert posted.body.decode() == rows["hook"].payload
        assert json.loads(posted.body)["data"]["agreement_id"] == "ru-by"
        assert recipients == ["a@example.org", "b@example.org"]
        read = email.message_from_bytes(raw, policy=default)
        assert read["Message-ID"].startswith(f"<{rows['mail'].id}@")
        assert "atified" in str(read["Subject"])
        for one in rows.values():
            assert (one.state, len(one.tries), one.tries[0].outcome) == ("delivered", 1, "delivered")
            assert one.tries[0].duration_ms >= 0

    loop.run(run())


def test_a_failure_is_tried_again_under_the_same_id(database: Database) -> None:
    """Twice 500, then 200: three rows of tries with status and answer, one id, one body; each stamped and signed anew."""

    async def run() -> None:
        trouble = (500, {}, b"database is down")
        with http_receiver(trouble, trouble, (204, {}, b"")) as http:
            async with desk(database, hook(url=http.url)) as parts:
                tell(parts, 1, finding(date="2026-01-15"))
                await flow.deliver_due(parts)
                [row] = messages(parts)
        assert [one.http_status for one in row.tries] == [500, 500, 204]
        assert "database is down" in row.tries[0].answer
        assert "hook" not in row.tries[0].target.removeprefix("http://127.0.0.1"), "the path is not shown"
        assert len({one.headers["webhook-id"] for one in http.received}) == 1
        assert len({one.body for one in http.received}) == 1
        for one in http.received:
            Webhook(SECRET).verify(one.body, one.headers)

    loop.run(run())


def test_the_last_try_makes_a_dead_letter_that_the_operator_hears_of(database: Database) -> None:
    """Tries run out: dead, told to the operator once a day, sent again by hand under its old id with new tries."""

    async def run() -> None:
        clock, gone, operator = (
            Clock(),
            Noted(answer=lambda _: TryAgain(Reason.HTTP_STATUS, "500", status=500)),
            Noted(),
        )
        options = AlertOptions(retry_schedule=(60.0, 60.0), timeout=1.0)
        channels = (hook(), hook("ops", role="operator"))
        async with desk(
            database, *channels, clock=clock, senders={"hook": gone, "ops": operator}, options=options
        ) as parts:
            for number, day in enumerate(DAYS[-4:]):
                tell(parts, number, finding(date=day), day=day)
            for _ in range(40):
                await flow.deliver_due(parts)
                clock.on(minutes=2)
            dead = [one for one in messages(parts, "hook") if one.state == "dead"]
            assert dead
            assert {len(one.tries) for one in dead} == {3}
            assert {one.reason for one in dead} == {"tries_exhausted"}
            await flow.look_around(parts)
            await flow.deliver_due(parts)
            told = [body["data"]["reason"] for body in operator.bodies if "hook" in body["data"]["what"]]
            assert told == ["tries_exhausted"], "one message, whoever notices"
            gone.answer = lambda _: Delivered(200)
            database.write(lambda c: outbox.replay(c, [one.id for one in dead], clock()))
            await flow.deliver_due(parts)
            assert {one.state for one in messages(parts, "hook")} == {"delivered"}
            assert [one["data"]["id"] for one in gone.bodies] == [one.event_id for one in messages(parts, "hook")]

    loop.run(run())


def test_410_switches_a_channel_off(database: Database) -> None:
    """The receiver is gone: nothing more is sent there, the operator is told, and what waits is kept."""

    async def run() -> None:
        with http_receiver((410, {}, b"gone")) as http:
            operator = Noted()
            channels = (hook(url=http.url), hook("ops", role="operator"))
            async with desk(database, *channels, senders={"ops": operator}) as parts:
                tell(parts, 1, finding(date="2026-01-10"), day="2026-01-10")
                await flow.deliver_due(parts)
                tell(parts, 2, finding(date="2026-01-15"))
                await flow.deliver_due(parts)
                assert len(http.received) == 1
                assert [one.state for one in messages(parts, "hook")] == ["dead", "pending"]
                assert database.read(deliveries.channels)["hook"].disabled_why == "receiver_gone"
                await flow.look_around(parts)
                await flow.deliver_due(parts)
                [body] = operator.bodies
                assert body["type"] == "operator.notice"
                assert body["data"]["reason"] == "receiver_gone"

    loop.run(run())


def test_recipients_that_are_put_off_are_tried_alone(database: Database) -> None:
    """One mailbox is full: the other has the mail once, the full one gets it when there is room."""

    async def run() -> None:
        box, clock = Mailbox(rcpt={"b@example.org": "452 full"}), Clock()
        slow = replace(QUICK, retry_schedule=(3600.0,))
        with smtp_receiver(box):
            async with desk(database, mail(box.port), clock=clock, options=slow) as parts:
                tell(parts, 1, finding(date="2026-01-15"))
                await flow.deliver_due(parts)
                box.rcpt.clear()
                clock.on(hours=2)
                await flow.deliver_due(parts)
                [row] = messages(parts)
        assert [taken for taken, _ in box.taken] == [["a@example.org"], ["b@example.org"]]
        assert len({raw for _, raw in box.taken}) == 1, "the same mail, byte for byte"
        assert (row.state, len(row.tries)) == ("delivered", 2)

    loop.run(run())


def test_recipients_refused_for_good_are_told_to_the_operator(database: Database) -> None:
    """A mail that some will never get is delivered, with a notice that says who."""

    async def run() -> None:
        refused, operator = Noted(answer=lambda _: Delivered(250, "ok", ("b…@example.org: 550 no such user",))), Noted()
        channels = (hook(), hook("ops", role="operator"))
        async with desk(database, *channels, senders={"hook": refused, "ops": operator}) as parts:
            tell(parts, 1, finding(date="2026-01-15"))
            await flow.deliver_due(parts)
            [row] = messages(parts, "hook")
            assert (row.state, "no such user" in row.tries[0].answer) == ("delivered", True)
            await flow.deliver_due(parts)
        assert operator.bodies[0]["data"]["reason"] == "recipients_refused"

    loop.run(run())


@contextmanager
def silent_receiver() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_dead_channels_slow_no_other(database: Database) -> None:
    """Beside receivers that never answer, forty messages reach another one within a time-out; so do what is written meanwhile and a digest."""

    async def run() -> None:
        clock, noted = Clock(), Noted()
        with silent_receiver() as silent, http_receiver() as http:
            options = replace(QUICK, timeout=4.0, lease=20.0)
            dead = [hook(f"dead{n}", silent) for n in range(5)]
            gathered = hook("digest", mode="digest", schedule="0 13 * * *")
            others = (hook("well", http.url), gathered)
            async with desk(database, *dead, *others, clock=clock, options=options, senders={"digest": noted}) as parts:
                for number, name in enumerate(sorted(AGREEMENTS)[:40]):
                    tell(parts, number, finding(agreement=AGREEMENTS[name], date="2026-01-15"))
                began = time.monotonic()
                task = asyncio.create_task(flow.deliver_due(parts))
                await until(lambda: len(http.received) >= 40, 4)
                took = time.monotonic() - began
                tell(parts, 40, finding(kind="deposited", date="2026-01-15"))
                clock.on(hours=2)
                written = time.monotonic()
                parts.nudge.set()
                await until(lambda: len(http.received) >= 41, 4)
                later = time.monotonic() - written
                await until(lambda: noted.bodies, 4)
                task.cancel()
                await asyncio.wait([task])
        assert len({one.headers["webhook-id"] for one in http.received}) == 41
        assert took < 4
        assert later < 0.5
        assert [body["type"] for body in noted.bodies] == ["digest"]

    loop.run(run())


async def until(holds: Callable[[], object], seconds: float) -> None:
    """Wait for something to become true, so long at most."""
    began = time.monotonic()
    while not holds() and time.monotonic() - began < seconds:  # noqa: ASYNC110 - other threads do not ring
        await asyncio.sleep(0.01)


def test_an_overloaded_channel_rests(database: Database) -> None:
    """429 with a time to wait: nothing goes to that channel before it is over, although more is due."""

    async def run() -> None:
        clock, busy = Clock(), Noted(answer=lambda _: TryAgain(Reason.RATE_LIMITED, "429", 120.0, True, 429))
        options = replace(QUICK, concurrency=1)
        async with desk(database, hook(), clock=clock, senders={"hook": busy}, options=options) as parts:
            tell(parts, 1, finding(date="2026-01-05"), day="2026-01-05")
            tell(parts, 2, finding(agreement=AGREEMENTS["pact-1"], date="2026-01-15"))
            await flow.deliver_due(parts)
            clock.on(seconds=100)
            await flow.deliver_due(parts)
            assert len(busy.sent) == 1
            busy.answer = lambda _: Delivered(200)
            clock.on(seconds=30)
            await flow.deliver_due(parts)
            assert len(busy.bodies) == 2

    loop.run(run())


def test_messages_of_an_agreement_arrive_in_order(database: Database) -> None:
    """However often each is refused, what was written first arrives first."""

    async def run() -> None:
        dice = [500, 500, 200, 500, 200] * 20
        moody = Noted(
            answer=lambda _: Delivered(200) if dice.pop() == 200 else TryAgain(Reason.HTTP_STATUS, status=500)
        )
        async with desk(database, hook(), senders={"hook": moody}) as parts:
            for number, day in enumerate(DAYS):
                tell(parts, number, finding(country="RU" if number % 2 else "BY", date=day), day=day)
            await flow.deliver_due(parts)
            expected = [one.id for one in messages(parts)]
            accepted = [one["data"]["id"] for one in moody.bodies]
            assert accepted == [one.event_id for one in messages(parts)]
            assert len(expected) > 3

    loop.run(run())


def test_a_stopped_service_leaves_nothing_in_hand(database: Database) -> None:
    """A try under way when the service stops is written down as failed, and the message is due again at once."""

    async def run() -> None:
        async with desk(database, hook()) as parts:
            tell(parts, 1, finding(date="2026-01-15"))
            [claimed] = database.write(
                lambda c: outbox.claim(c, parts.clock(), parts.owner, parts.alert.lease_time, {"hook": 1})
            )
            await Deliverer(parts)._interrupted(claimed)
            [row] = messages(parts)
            assert (row.state, row.reason, row.tries[0].outcome) == ("pending", "interrupted", "try_again")
            assert row.next_try <= parts.clock()

    loop.run(run())


def test_a_lease_that_ran_out_is_taken_over(database: Database) -> None:
    """A worker that died with a message in hand: another sends it when the lease is over, not before."""

    async def run() -> None:
        clock, noted = Clock(), Noted()
        async with desk(database, hook(), clock=clock, senders={"hook": noted}) as parts:
            tell(parts, 1, finding(date="2026-01-15"))
            database.write(lambda c: outbox.claim(c, clock(), "gone:1:1", parts.alert.lease_time, {"hook": 1}))
            await flow.deliver_due(parts)
            assert not noted.sent
            clock.on(seconds=5)
            await flow.deliver_due(parts)
            assert [one.kind for one in noted.sent] == ["event.created"]
            assert messages(parts)[0].attempt == 2

    loop.run(run())


def test_a_body_nobody_can_read_is_a_dead_letter(database: Database) -> None:
    """A row of another version of the program is set aside with its reason; it stops nothing."""

    async def run() -> None:
        from sqlalchemy import text

        noted = Noted()
        mails = channel("email", id="mail")
        async with desk(database, mails, senders={"mail": noted}) as parts:
            tell(parts, 1, finding(date="2026-01-15"))
            database.write(lambda c: c.execute(text("UPDATE outbox SET payload = '{}'")))
            done = await flow.deliver_due(parts)
            [row] = messages(parts)
            assert (done.results, done.failed) == (["give_up"], 0)
            assert (row.state, row.reason) == ("dead", "message_invalid")

    loop.run(run())


@pytest.mark.parametrize(
    ("outcome", "point"),
    [
        (Delivered(200), ["lease_taken", "sent", "marked"]),
        (TryAgain(Reason.TIMEOUT_TOTAL), ["lease_taken", "sent_no_answer", "put_off"]),
        (TryAgain(Reason.HTTP_STATUS, status=500), ["lease_taken", "put_off"]),
        (GiveUp(Reason.URL_INVALID), ["lease_taken", "exhausted"]),
    ],
)
def test_the_points_at_which_a_crash_is_tested(database: Database, outcome: Outcome, point: list[str]) -> None:
    """Every try passes the named points in their order."""

    async def run() -> None:
        passed: list[str] = []
        answers: list[Outcome] = [outcome, Delivered(200)]

        def answer(_: Delivery) -> Outcome:
            return answers.pop(0)

        async with desk(database, hook(), senders={"hook": Noted(answer=answer)}) as parts:
            tell(parts, 1, finding(date="2026-01-15"))
            await flow.deliver_due(replace(parts, passage=passed.append))
        assert passed[: len(point)] == point

    loop.run(run())
