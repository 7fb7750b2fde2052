"""Messages: every event's alert leaves at least once, in order, under one id; late answers cannot spoil it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.model import Event, EventState, EventType, Salience, Status
from pipeline.plan import AlertPlan
from pipeline.store import deliveries, desk, kept, outbox
from pipeline.store.engine import Database
from pipeline.store.kept import Group
from pipeline.store.messages import OutboxState, Outgoing
from pipeline.store.outbox import Delivery, Try
from pipeline.store.tables import EventRow
from tests.store.telling import as_planned, tell
from tests.unit.record.desk import finding

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)
OK = Try(NOW, "https://hook.example/***", "delivered", 204, "", 12)
BAD = Try(NOW, "https://hook.example/***", "try_again", 503, "busy", 30)


def events_of(database: Database, count: int = 2) -> list[Event]:
    """Stored events on one agreement, their own messages put aside."""
    for number in range(count):
        tell(database, number, finding(date=f"2026-01-{number * 4 + 4:02d}"), day=f"2026-01-{number * 4 + 4:02d}")
    database.write(lambda c: c.exec_driver_sql("DELETE FROM outbox"))
    ids = sorted(
        database.read(lambda c: list(c.execute(EventRow.__table__.select().with_only_columns(EventRow.id)).scalars()))
    )
    return [
        Event(
            id=one, agreement_id="ru-by", agreement="A", type=EventType.RATIFIED, status=Status.OCCURRED,
            salience=Salience.NEWS, state=EventState.ALERTED, first_seen=NOW,
        )
        for one in ids
    ]  # fmt: skip


def queue(
    database: Database, *events: Event, channel: str = "hook", kind: str = "event.created", mode: str = "immediate"
) -> int:
    """Write messages about events."""
    plans = [AlertPlan(channel, mode, kind, event) for event in events]
    return database.write(lambda c: outbox.enqueue(c, as_planned(c, plans, NOW), NOW))


def plain(subject: str, **given: Any) -> Outgoing:
    """A message about nothing."""
    return replace(Outgoing("hook", "operator", subject, subject, "{}", NOW), **given)


def claim(
    database: Database, now: datetime = NOW, limit: int = 10, channels: tuple[str, ...] = ("hook",)
) -> tuple[Delivery, ...]:
    """Take messages."""
    return database.write(lambda c: outbox.claim(c, now, "w1", LEASE, dict.fromkeys(channels, limit)))


def test_a_message_keeps_its_id_and_body(database: Database) -> None:
    """Tried, failed and tried again: the same id, the same body, a new attempt; then delivered and never again."""
    [event] = events_of(database, 1)
    assert queue(database, event) == 1
    assert queue(database, event) == 0, "a redo writes nothing"
    [first] = claim(database)
    assert claim(database) == ()
    assert database.write(lambda c: outbox.failed(c, first, BAD, "http_status", NOW + timedelta(hours=1)))
    assert claim(database) == ()
    [second] = claim(database, NOW + timedelta(hours=1))
    assert (second.id, second.payload, second.attempt) == (first.id, first.payload, 2)
    body = json.loads(second.payload)
    assert (body["type"], body["data"]["id"]) == ("event.created", event.id)
    assert database.write(lambda c: outbox.delivered(c, second, OK))
    assert claim(database, NOW + timedelta(days=9)) == ()
    [[view], more] = database.read(deliveries.deliveries)
    assert more is None
    assert [(t.outcome, t.http_status) for t in view.tries] == [("try_again", 503), ("delivered", 204)]
    assert database.read(deliveries.channels)["hook"].failures == 0


def test_a_late_answer_is_believed_only_when_good(database: Database) -> None:
    """A worker whose lease ran out may say "delivered", not "failed"."""
    [event] = events_of(database, 1)
    queue(database, event)
    [old] = claim(database)
    [new] = claim(database, NOW + LEASE)
    assert new.attempt == 2
    assert not database.write(lambda c: outbox.failed(c, old, BAD, "timeout_total", None))
    assert database.write(lambda c: outbox.delivered(c, old, OK))
    assert not database.write(lambda c: outbox.failed(c, new, BAD, "timeout_total", None))
    assert database.read(deliveries.counts) == {("hook", "delivered"): 1}


def test_a_revision_waits_for_the_creation(database: Database) -> None:
    """Nobody hears of a revision before the event; the next event of the agreement waits only for a first try."""
    one, two = events_of(database)
    queue(database, one)
    queue(database, replace(one, revision=2), kind="event.revised")
    queue(database, two)
    [created] = claim(database)
    assert created.kind == "event.created"
    assert claim(database) == (), "in flight: the agreement's next waits"
    database.write(lambda c: outbox.failed(c, created, BAD, "http_status", NOW + timedelta(hours=9)))
    assert database.read(deliveries.counts) == {("hook", "pending"): 3}
    [other] = [d for d in claim(database) if d.event_id == two.id] or [None]
    assert other is None, "a revision that was never tried stands before it"


def test_a_failing_message_silences_its_agreement_for_an_hour_at_most(database: Database) -> None:
    """One event's message keeps failing: the agreement's next waits an hour for its turn, then goes before it."""
    one, two = events_of(database)
    queue(database, one, two)
    [created] = claim(database)
    database.write(lambda c: outbox.failed(c, created, BAD, "http_status", NOW + timedelta(hours=9)))
    assert claim(database, NOW + timedelta(minutes=59)) == ()
    other = [d.event_id for d in claim(database, NOW + timedelta(minutes=60))]
    assert other == [two.id if created.event_id == one.id else one.id]


def test_other_agreements_and_channels_do_not_wait(database: Database) -> None:
    """Order holds within one channel and agreement only."""
    one, two = events_of(database)
    queue(database, one, replace(two, agreement_id="other"))
    queue(database, one, channel="mail")
    assert len(claim(database)) == 2
    assert len(claim(database, channels=("mail",))) == 1


def test_dead_letters_stay_until_sent_again(database: Database) -> None:
    """A message given up is kept; sent again by hand it has its id, and counts its tries anew."""
    [event] = events_of(database, 1)
    queue(database, event)
    [one] = claim(database)
    assert database.write(lambda c: outbox.failed(c, one, BAD, "http_status", None))
    [[dead], _] = database.read(lambda c: deliveries.deliveries(c, state="dead"))
    assert dead.reason == "http_status"
    assert database.write(lambda c: outbox.replay(c, [dead.id], NOW)) == 1
    [again] = claim(database)
    assert (again.id, again.attempt, again.tries) == (one.id, 2, 1)


def test_a_channel_that_was_switched_off_waits(database: Database) -> None:
    """410: nothing is sent until a person switches the channel on again; nothing is lost meanwhile."""
    [event] = events_of(database, 1)
    queue(database, event)
    database.write(lambda c: outbox.disable(c, "hook", "410 Gone", NOW))
    assert claim(database) == ()
    database.write(lambda c: outbox.enable(c, "hook", NOW))
    assert len(claim(database)) == 1


def test_a_digest_bundles_what_was_held(database: Database) -> None:
    """Messages of a digest channel wait until they are due, and leave as one; nothing is bundled twice."""
    one, two = events_of(database)
    queue(database, one, two, mode="digest")
    assert claim(database) == ()
    assert database.read(lambda c: kept.due(c, NOW - timedelta(seconds=1))) == ()
    [group] = database.read(lambda c: kept.due(c, NOW))
    assert group == Group("hook", OutboxState.HELD, "digest")
    members = database.write(lambda c: kept.rows(c, group))
    assert [json.loads(member.payload)["data"]["id"] for member in members] == [one.id, two.id]
    message = plain("first|last", kind="digest")
    database.write(lambda c: kept.bundle(c, message, members, NOW))
    [digest] = claim(database)
    assert digest.id == outbox.delivery_id("hook", "digest", "first|last")
    assert database.read(lambda c: kept.due(c, NOW)) == ()
    assert database.write(lambda c: kept.rows(c, group)) == ()
    assert database.read(lambda c: kept.told(c, [one.id]))["hook", one.id].first == digest.id


def test_what_follows_a_digest_waits_for_it(database: Database) -> None:
    """A message about an agreement does not overtake the digest that told of its event first."""
    one, _ = events_of(database)
    queue(database, one, mode="digest")
    group = Group("hook", OutboxState.HELD, "digest")
    members = database.write(lambda c: kept.rows(c, group))
    database.write(lambda c: kept.bundle(c, plain("s", kind="digest", order="digests"), members, NOW))
    queue(database, replace(one, revision=2), kind="event.revised")
    [digest] = claim(database)
    assert digest.kind == "digest"
    assert claim(database) == ()
    database.write(lambda c: outbox.delivered(c, digest, OK))
    assert [d.kind for d in claim(database)] == ["event.revised"]


def test_muted_messages_are_kept_and_can_be_sent(database: Database) -> None:
    """What is muted is written and not sent; it is due when its mute is lifted, and can be sent by hand before."""
    number = database.write(
        lambda c: desk.mute(
            c, channel_id=None, agreement_id="ru-by", kind=None, party="RU", until=None, who="a", why="b", now=NOW
        )
    )
    [held] = database.read(lambda c: desk.mutes(c, NOW))
    assert (held.id, held.party, held.agreement_id) == (number, "RU", "ru-by")
    reason = desk.mute_reason(number)
    muted = plain("s", state=OutboxState.MUTED, reason=reason, next_try=kept.NEVER)
    other = replace(muted, subject="t", reason="mute 77")
    database.write(lambda c: outbox.enqueue(c, [muted, other], NOW))
    assert (claim(database), database.read(lambda c: kept.due(c, NOW))) == ((), ())
    assert database.write(lambda c: desk.unmute(c, number, NOW))
    assert not database.write(lambda c: desk.unmute(c, number, NOW))
    assert [group.reason for group in database.read(lambda c: kept.due(c, NOW))] == [reason]
    assert database.write(lambda c: kept.release_forgotten(c, NOW)) == 1, "a mute that nobody knows any more"
    [[view, *_], _] = database.read(lambda c: deliveries.deliveries(c, state="muted"))
    assert database.write(lambda c: outbox.replay(c, [view.id], NOW)) == 1
    assert len(claim(database)) == 1


def test_recipients_still_owed_are_remembered(database: Database) -> None:
    """A mail that some have is tried again for the others only."""
    database.write(lambda c: outbox.enqueue(c, [plain("s")], NOW))
    [first] = claim(database)
    assert first.recipients == ()
    database.write(lambda c: outbox.failed(c, first, BAD, "recipients_refused", NOW, ["b@example.org"]))
    [second] = claim(database)
    assert second.recipients == ("b@example.org",)


def test_what_was_taken_back_overtakes_what_is_kept(database: Database) -> None:
    """A retraction that goes out at once leaves nothing behind that would tell of the event afterwards."""
    [one] = events_of(database, 1)
    queue(database, one, mode="digest")
    message = plain("r", event_id=one.id, kind="event.retracted", overtakes=True)
    database.write(lambda c: outbox.enqueue(c, [message], NOW))
    assert database.read(deliveries.counts) == {("hook", "bundled"): 1, ("hook", "pending"): 1}


def test_messages_are_counted_by_day(database: Database) -> None:
    """What a daily cap counts: messages of events since midnight, not digests or tests."""
    one, two = events_of(database)
    queue(database, one, two)
    database.write(lambda c: outbox.enqueue(c, [plain("s")], NOW))
    assert database.read(lambda c: kept.sent_since(c, "hook", NOW)) == 2
    assert database.read(lambda c: kept.sent_since(c, "hook", NOW + timedelta(seconds=1))) == 0
    [[_, second, first], _] = database.read(deliveries.deliveries)
    places = [database.read(lambda c, i=i: kept.place_since(c, i.id, NOW)) for i in (first, second)]  # type: ignore[misc]
    assert places == [1, 2]


def test_two_workers_never_send_one_message(database: Database) -> None:
    """Workers that claim at the same time get disjoint messages."""
    for number in range(40):
        database.write(lambda c, n=number: outbox.enqueue(c, [plain(f"s{n}")], NOW))  # type: ignore[misc]
    held: list[str] = []

    def work() -> None:
        for _ in range(40):
            got = database.write(lambda c: outbox.claim(c, NOW, "w", LEASE, {"hook": 2}))
            held.extend(one.id for one in got)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == len(set(held)) == 40


def test_one_process_leads(database: Database) -> None:
    """A role is held by one owner until its lease runs out or it resigns."""
    assert database.write(lambda c: desk.lead(c, "schedule", "a", LEASE, NOW))
    assert database.write(lambda c: desk.lead(c, "schedule", "a", LEASE, NOW + LEASE / 2))
    assert not database.write(lambda c: desk.lead(c, "schedule", "b", LEASE, NOW + LEASE))
    assert database.write(lambda c: desk.lead(c, "schedule", "b", LEASE, NOW + LEASE * 2))
    database.write(lambda c: desk.resign(c, "schedule", "b", NOW + LEASE * 2))
    assert database.write(lambda c: desk.lead(c, "schedule", "a", LEASE, NOW + LEASE * 2))


def test_tokens_are_stored_by_their_hash(database: Database) -> None:
    """A token is found by the hash of its secret, once per name, and can be ended."""
    secret = "s" * 43
    assert database.write(lambda c: desk.add_token(c, "ci", secret, ["read"], NOW, None))
    assert not database.write(lambda c: desk.add_token(c, "ci", "other", ["read"], NOW, None))
    [(token, hashed)] = database.read(desk.tokens)
    assert (token.name, token.scopes, hashed) == ("ci", ("read",), desk.token_hash(secret))
    database.write(lambda c: desk.token_used(c, token.id, NOW))
    assert database.write(lambda c: desk.revoke_token(c, "ci", NOW))
    assert not database.write(lambda c: desk.revoke_token(c, "ci", NOW))
    assert database.read(desk.tokens)[0][0].revoked_at == NOW


def test_the_watchlist_grows_at_run_time(database: Database) -> None:
    """An agreement added by hand is kept with who added it, can be changed and taken out."""
    database.write(lambda c: desk.watch(c, "am-in", "agreement", {"title": "Treaty"}, "anna", NOW))
    database.write(lambda c: desk.watch(c, "am-in", "agreement", {"title": "Treaty on extradition"}, "anna", NOW))
    [one] = database.read(desk.watched)
    assert one.definition == {"title": "Treaty on extradition"}
    assert database.write(lambda c: desk.unwatch(c, "am-in", NOW))
    assert database.read(desk.watched) == ()
