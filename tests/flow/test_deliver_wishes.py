"""What a channel wishes for is what it hears: filters, digests, quiet hours, caps, mutes, corrections; each thing once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from pipeline import flow, loop
from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.alert.values import Delivered, Outcome, TryAgain
from pipeline.errors import Reason
from pipeline.flow.gathering import gather
from pipeline.flow.parts import Parts
from pipeline.model import EventState, EventType, Status
from pipeline.record import judge
from pipeline.store import desk as desk_rows
from pipeline.store import review
from pipeline.store.engine import Database
from tests.flow.desk import AGREEMENTS, NOON, Clock, Noted, desk, hook, messages, tell
from tests.unit.record.desk import finding

Story = Callable[[Parts, Clock, Noted], Awaitable[None]]


def play(database: Database, channel: ChannelOptions, story: Story, at: datetime = NOON) -> Noted:
    """Run a story on a desk with one channel; what the channel heard."""
    noted, clock = Noted(), Clock(at)

    async def run() -> None:
        async with desk(database, channel, clock=clock, senders={channel.id: noted}) as parts:
            await story(parts, clock, noted)

    loop.run(run())
    return noted


def pact(number: int, **given: Any) -> Any:
    """A finding on an agreement of its own."""
    return finding(agreement=AGREEMENTS[f"pact-{number}"], **({"date": "2026-01-15"} | given))


def test_a_correction_names_what_it_corrects(database: Database) -> None:
    """A sharper date: those who were told hear what changed, and which message told them first."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(date="2026-01"))
        await flow.deliver_due(parts)
        tell(parts, 2, finding(date="2026-01-15"))
        await flow.deliver_due(parts)
        first, second = noted.bodies
        assert (first["type"], second["type"]) == ("event.created", "event.revised")
        assert second["first_delivery"] == messages(parts)[0].id
        assert {"field": "date", "before": "2026-01", "after": "2026-01-15"} in second["changes"]
        assert len(second["data"]["sources"]) == 2

    play(database, hook(), story)


def test_a_correction_goes_past_the_filter_to_those_who_were_told(database: Database) -> None:
    """The channel asked for the lower house; that it was the upper one concerns it all the same. Another hears nothing."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(stage="", date="2026-01-15"))
        await flow.deliver_due(parts)
        narrowed = replace(hook(), filter=ChannelFilter(parties=("FR",)))
        later = replace(parts, channels={"hook": narrowed})
        tell(later, 2, finding(stage="upper_chamber", date="2026-01-15"))
        await flow.deliver_due(later)
        assert [kind for kind, _ in noted.told] == ["event.created", "event.revised"]

    play(database, hook(), story)


def test_a_second_language_is_news_to_a_channel_that_reads_only_it(database: Database) -> None:
    """The first report is English; a channel for Russian hears of the event with the first Russian one, once."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(date="2026-01-15"))
        await flow.deliver_due(parts)
        assert noted.told == []
        await _russian(parts, 2)
        await _russian(parts, 3)
        assert [kind for kind, _ in noted.told] == ["event.created"]

    async def _russian(parts: Parts, number: int) -> None:
        from pipeline.model import Article
        from pipeline.store import articles
        from tests.flow.desk import apply_plan

        url = f"https://agency{number}.example/{number}"
        article = Article(url, "Статья", "Текст", "ru", NOON, agency=f"Agency {number}")
        saved = parts.database.write(lambda c: articles.save(c, article, url, NOON))
        apply_plan(parts, saved.facts, [finding(date="2026-01-15")])
        await flow.deliver_due(parts)

    play(database, hook(filter=ChannelFilter(languages=("ru",))), story)


def test_surer_news_reaches_those_who_want_it_sure(database: Database) -> None:
    """A channel that asks for 0.95 hears when a second report is that sure, not before."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(date="2026-01-15", confidence=0.8))
        assert messages(parts) == []
        tell(parts, 2, finding(date="2026-01-15", confidence=0.97))
        await flow.deliver_due(parts)
        assert [kind for kind, _ in noted.told] == ["event.created"]

    play(database, hook(filter=ChannelFilter(min_confidence=0.95)), story)


def test_history_alerts_nobody(database: Database) -> None:
    """Rescans, backfills and old acts are recorded and told to nobody; nor is what later reports add to them."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(date="2026-01-15"), quiet=True)
        tell(parts, 2, finding(kind="signed", country="", date="2025-03-13"), day="2025-03-14")
        tell(parts, 3, finding(kind="signed", country="", date="2025-03-13"), day="2025-03-15")
        await flow.deliver_due(parts)
        assert messages(parts) == []

    play(database, hook(), story)


def test_a_digest_gathers_and_folds(database: Database) -> None:
    """Created and revised is one item as it stands now; what was taken back meanwhile is not told; tomorrow's is another."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(date="2026-01"))
        tell(parts, 2, finding(date="2026-01-15"))
        tell(parts, 3, pact(3))
        _take_back(parts, "pact-3")
        tell(parts, 4, pact(4))
        await flow.deliver_due(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 1, 17, 6, tzinfo=UTC)  # 07:00 in Brussels
        await flow.deliver_due(parts)
        await flow.deliver_due(parts)
        [body] = noted.bodies
        assert (body["type"], body["data"]["reason"]) == ("digest", "digest")
        items = body["data"]["items"]
        assert [(one["type"], one["data"]["agreement_id"]) for one in items] == [
            ("event.created", "ru-by"), ("event.created", "pact-4"),
        ]  # fmt: skip
        assert items[0]["data"]["date"] == "2026-01-15"
        _take_back(parts, "pact-4")
        clock.on(days=1)
        await flow.deliver_due(parts)
        correction = noted.bodies[1]["data"]["items"][0]
        assert correction["type"] == "event.retracted"
        digest = next(one for one in messages(parts) if one.kind == "digest")
        assert correction["first_delivery"] == digest.id

    play(database, hook(mode="digest", schedule="0 7 * * *", timezone="Europe/Brussels"), story)


def test_a_digest_loses_nothing_when_gathering_dies_or_is_done_twice(database: Database) -> None:
    """One gathering ends in the middle, four go on at once, the receiver refuses the first try: every item is told once."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        for number in range(12):
            tell(parts, number, pact(number))
        clock.now = datetime(2026, 1, 17, 8, tzinfo=UTC)
        known = (parts.channels, parts.context.agreements)

        def dies(connection: Any) -> None:
            assert gather(connection, *known, clock()) == 12
            raise KeyError("the machine is gone")

        with pytest.raises(KeyError):
            parts.database.write(dies)
        assert {one.state for one in messages(parts)} == {"held"}
        with ThreadPoolExecutor(4) as workers:
            found = workers.map(lambda _: parts.database.write(lambda c: gather(c, *known, clock())), range(4))
            assert sum(found) == 12
        answers: list[Outcome] = [Delivered(200), TryAgain(Reason.HTTP_STATUS, "500", status=500)]
        noted.answer = lambda _: answers.pop()
        await flow.deliver_due(parts)
        assert len({one.id for one in noted.sent}) == 1, "the second try has the first one's id"
        assert sorted(event for _, event in noted.told) == sorted({one.event_id for one in messages(parts)} - {None})

    play(database, hook(mode="digest", schedule="0 7 * * *"), story)


def _take_back(parts: Parts, agreement: str) -> None:
    """A person says that it is wrong."""

    def work(connection: Any) -> None:
        from sqlalchemy import text

        wanted = text("SELECT id FROM events WHERE agreement_id = :a AND state <> 'retracted'")
        identity = connection.execute(wanted, {"a": agreement}).scalar_one()
        found = review.load(connection, identity)
        assert found
        judgement = judge.reject(found.event, found.parties, "anna", parts.clock(), parts.context)
        assert review.write(connection, judgement, parts.tell)

    parts.database.write(work)


def test_quiet_hours_hold_until_morning(database: Database) -> None:
    """At night nothing is sent; at seven, in the channel's own time, everything is, one by one and in order."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, pact(1))
        tell(parts, 2, pact(2))
        await flow.deliver_due(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 1, 17, 5, 59, tzinfo=UTC)
        await flow.deliver_due(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 1, 17, 6, 0, tzinfo=UTC)
        await flow.deliver_due(parts)
        assert [one["data"]["agreement_id"] for one in noted.bodies] == ["pact-1", "pact-2"]

    night = datetime(2026, 1, 16, 22, 30, tzinfo=UTC)
    play(database, hook(quiet_hours="22:00-07:00", timezone="Europe/Brussels"), story, night)


def test_a_daily_cap_says_what_it_held_back(database: Database) -> None:
    """Two messages a day: the rest comes as one after midnight, and the new day's count begins after it."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        for number in range(5):
            tell(parts, number, pact(number))
            await flow.deliver_due(parts)
        assert [body["type"] for body in noted.bodies] == ["event.created"] * 2
        clock.now = datetime(2026, 1, 17, 0, 0, tzinfo=UTC)
        tell(parts, 9, pact(9))  # before anybody gathered what is held: it must not overtake it
        await flow.deliver_due(parts)
        body = noted.bodies[2]
        assert (body["data"]["reason"], body["data"]["held_back"]) == ("daily_cap", 3 + 1)
        tell(parts, 10, pact(10))
        await flow.deliver_due(parts)
        assert noted.bodies[3]["type"] == "event.created"

    play(database, hook(daily_cap=2), story)


def mute(parts: Parts, **given: Any) -> int:
    """Silence something from now on."""
    plain = {"channel_id": None, "agreement_id": None, "kind": None, "until": None, "who": "anna", "why": "leave"}
    return parts.database.write(lambda c: desk_rows.mute(c, **(plain | given), now=parts.clock()))


def test_a_mute_keeps_and_catches_up(database: Database) -> None:
    """What a party's mute keeps comes as one message when it ends; what was taken back meanwhile does not come."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        mute(parts, party="RU", until=datetime(2026, 1, 18, 9, tzinfo=UTC))
        for number in (1, 2, 3):
            tell(parts, number, pact(number))
        _take_back(parts, "pact-2")
        clock.on(days=1)
        await flow.deliver_due(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 1, 18, 9, tzinfo=UTC)
        await flow.deliver_due(parts)
        [body] = noted.bodies
        assert body["data"]["reason"] == "muted"
        assert [item["data"]["agreement_id"] for item in body["data"]["items"]] == ["pact-1", "pact-3"]

    play(database, hook(), story)


def test_what_another_mute_keeps_stays_kept(database: Database) -> None:
    """Two mutes cover an event: when the first is lifted by hand, the second keeps it still."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        number = mute(parts, agreement_id="pact-1")
        other = mute(parts, kind="ratified", until=datetime(2026, 1, 18, tzinfo=UTC))
        tell(parts, 1, pact(1))
        assert parts.database.write(lambda c: desk_rows.unmute(c, number, clock()))
        await flow.deliver_due(parts)
        assert (noted.bodies, [one.reason for one in messages(parts)]) == ([], [f"mute {other}"])
        clock.on(days=2)
        await flow.deliver_due(parts)
        assert noted.told == [("event.created", messages(parts)[0].event_id)]

    play(database, hook(), story)


def test_a_retraction_passes_a_mute(database: Database) -> None:
    """Nobody keeps believing what was taken back; what the mute kept of the event does not come afterwards."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, pact(1, date="2026-01"))
        await flow.deliver_due(parts)
        number = mute(parts, agreement_id="pact-1")
        tell(parts, 2, pact(1))
        _take_back(parts, "pact-1")
        await flow.deliver_due(parts)
        parts.database.write(lambda c: desk_rows.unmute(c, number, clock()))
        await flow.deliver_due(parts)
        assert [kind for kind, _ in noted.told] == ["event.created", "event.retracted"]

    play(database, hook(), story)


def test_nothing_is_taken_back_from_those_who_never_heard(database: Database) -> None:
    """A channel with another filter hears neither the event nor that it is taken back."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, pact(1))
        _take_back(parts, "pact-1")
        await flow.deliver_due(parts)
        assert messages(parts) == []

    play(database, hook(filter=ChannelFilter(types=(EventType.SIGNED,))), story)


@pytest.mark.parametrize("mode", ["immediate", "digest"])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_what_readers_believe_is_true_in_the_end(database: Database, mode: Any, seed: int) -> None:
    """Whatever is told, corrected, taken back, muted, capped and refused in whatever order: in the end each reader's picture is ours."""
    dice = Random(seed)
    believed: dict[str, str] = {}

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        held: list[int] = []
        for number in range(30):
            _something_happens(parts, clock, dice, held, number)
            await flow.deliver_due(parts)
        for one in held:
            parts.database.write(lambda c, one=one: desk_rows.unmute(c, one, clock()))  # type: ignore[misc]
        for _ in range(4):
            clock.on(days=1)
            await flow.expect_due(parts)
            await flow.deliver_due(parts)
        assert {one.state for one in messages(parts)} <= {"delivered", "bundled"}
        for body in noted.bodies:
            for item in body["data"]["items"] if body["type"] == "digest" else [body]:
                data = item["data"]
                believed[data["id"]] = "" if item["type"] == "event.retracted" else str(data["date"])
        assert {key: date for key, date in believed.items() if date} == _stands(parts)

    play(database, hook(mode=mode, daily_cap=3 if mode == "immediate" else 0), story)


def _something_happens(parts: Parts, clock: Clock, dice: Random, held: list[int], number: int) -> None:
    clock.on(hours=dice.choice((0, 1, 5)))
    name = f"pact-{dice.randrange(4)}"
    match dice.randrange(6):
        case 0 if any(agreement == name for _, agreement in _standing(parts)):
            _take_back(parts, name)
        case 1:
            held.append(mute(parts, agreement_id=name))
        case 2 if held:
            lifted = held.pop(dice.randrange(len(held)))
            parts.database.write(lambda c: desk_rows.unmute(c, lifted, clock()))
        case _:
            date = dice.choice(("2026-01", "2026-01-15"))
            tell(parts, number, finding(agreement=AGREEMENTS[name], date=date))


def _standing(parts: Parts) -> list[tuple[str, str]]:
    from sqlalchemy import text

    told = text("SELECT id, agreement_id FROM events WHERE state = 'alerted'")
    return [(row.id, row.agreement_id) for row in parts.database.read(lambda c: c.execute(told).all())]


def _stands(parts: Parts) -> dict[str, str]:
    """What is true: every event that was told, by its date."""
    found = {}
    for identity, _ in _standing(parts):
        judged = parts.database.read(lambda c, i=identity: review.load(c, i))  # type: ignore[misc]
        assert judged
        assert judged.event.state is EventState.ALERTED
        assert judged.event.status is Status.OCCURRED
        found[identity] = str(judged.event.date)
    return found
