"""What was announced and did not come is told once, to those who asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipeline import flow, loop
from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.flow.parts import Parts
from pipeline.model import Finding, Status
from pipeline.store import desk as desk_rows
from pipeline.store.engine import Database
from tests.flow.desk import AGREEMENTS, Clock, Noted, desk, hook, tell
from tests.flow.test_deliver_wishes import Story
from tests.unit.record.desk import finding

ASKS = hook(overdue=True, stalled_days=30)


def play(database: Database, story: Story, channel: ChannelOptions = ASKS) -> None:
    """Run a story on a desk with one channel that asks for it, and one that does not."""
    noted, deaf, clock = Noted(), Noted(), Clock()

    async def run() -> None:
        other = hook("deaf")
        senders: Any = {channel.id: noted, "deaf": deaf}
        async with desk(database, channel, other, clock=clock, senders=senders) as parts:
            await story(parts, clock, noted)

    loop.run(run())
    assert not [body for body in deaf.bodies if not body["type"].startswith("event.")]


async def beat(parts: Parts) -> None:
    """What the service does every hour, and then at once."""
    await flow.expect_due(parts)
    await flow.deliver_due(parts)


def planned(**given: Any) -> Finding:
    """A ratification announced for the 20th."""
    return finding(**({"status": Status.PLANNED, "date": "2026-01-20"} | given))


def test_was_due_is_told_once(database: Database) -> None:
    """The day passes without a report: told when it is over everywhere on earth, and never again."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, planned())
        clock.now = datetime(2026, 1, 21, 11, 59, tzinfo=UTC)
        await beat(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 1, 21, 12, 0, tzinfo=UTC)
        for _ in range(3):
            await beat(parts)
            clock.on(days=1)
        [body] = noted.bodies
        assert (body["type"], body["data"]["date"]) == ("expectation.overdue", "2026-01-20")
        assert body["data"]["sources"]

    play(database, story)


def test_a_new_day_is_waited_for_anew(database: Database) -> None:
    """Put off to the 28th after it was overdue: told again when that day has passed."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, planned())
        clock.now = datetime(2026, 1, 22, tzinfo=UTC)
        await beat(parts)
        tell(parts, 2, planned(date="2026-01-28"), day="2026-01-22")
        await beat(parts)
        assert len(noted.bodies) == 1
        clock.now = datetime(2026, 1, 30, tzinfo=UTC)
        await beat(parts)
        assert [body["data"]["date"] for body in noted.bodies] == ["2026-01-20", "2026-01-28"]

    play(database, story)


def test_what_has_happened_was_not_due(database: Database) -> None:
    """The step is reported in time: nothing but the report is told."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, planned())
        clock.now = datetime(2026, 1, 20, 18, tzinfo=UTC)
        tell(parts, 2, finding(date="2026-01-20"), day="2026-01-20")
        clock.on(days=9)
        await beat(parts)
        assert [body["type"] for body in noted.bodies] == ["event.created"]

    play(database, story)


def test_plans_found_afterwards_and_unsure_ones_are_not_told(database: Database) -> None:
    """An old article's plan, one that was hardly told, one outside the filter: silence."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        clock.now = datetime(2026, 3, 1, tzinfo=UTC)
        tell(parts, 1, planned(agreement=AGREEMENTS["pact-1"]), day="2026-02-27", quiet=True)
        clock.now = datetime(2026, 1, 16, tzinfo=UTC)
        tell(parts, 2, planned(agreement=AGREEMENTS["pact-2"], confidence=0.5))
        tell(parts, 3, planned(agreement=AGREEMENTS["pact-3"]))
        clock.now = datetime(2026, 3, 2, tzinfo=UTC)
        await beat(parts)
        assert noted.bodies == []

    play(database, story, hook(overdue=True, filter=ChannelFilter(agreements=("pact-1", "pact-2"))))


def test_a_muted_reminder_comes_when_the_mute_ends(database: Database) -> None:
    """ "Was due" while the agreement is muted: kept, and told by itself afterwards."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, planned())
        parts.database.write(
            lambda c: desk_rows.mute(
                c, channel_id=None, agreement_id="ru-by", kind=None, until=datetime(2026, 2, 1, tzinfo=UTC),
                who="a", why="", now=clock(),
            )
        )  # fmt: skip
        clock.now = datetime(2026, 1, 25, tzinfo=UTC)
        await beat(parts)
        assert noted.bodies == []
        clock.now = datetime(2026, 2, 1, tzinfo=UTC)
        await beat(parts)
        assert [body["type"] for body in noted.bodies] == ["expectation.overdue"]

    play(database, story)


def test_a_signed_agreement_that_stalls_is_told_once(database: Database) -> None:
    """Signed, then nothing for thirty days: told once; a further step begins a new count; in force ends it."""

    async def story(parts: Parts, clock: Clock, noted: Noted) -> None:
        tell(parts, 1, finding(kind="signed", country="", date="2026-01-15"))
        for _ in range(40):
            clock.on(days=1)
            await beat(parts)
        [_, stalled] = noted.bodies
        assert (stalled["type"], stalled["data"]["days"]) == ("agreement.stalled", 30)
        assert stalled["data"]["last_event"]["type"] == "signed"
        tell(parts, 2, finding(stage="lower_chamber", date="2026-02-25"), day="2026-02-25")
        for _ in range(40):
            clock.on(days=1)
            await beat(parts)
        kinds = [body["type"] for body in noted.bodies]
        assert kinds == ["event.created", "agreement.stalled", "event.created", "agreement.stalled"]
        tell(parts, 3, finding(kind="entered_into_force", country="", date="2026-04-06"), day="2026-04-06")
        for _ in range(40):
            clock.on(days=1)
            await beat(parts)
        assert [body["type"] for body in noted.bodies][4:] == ["event.created"]

    play(database, story)
