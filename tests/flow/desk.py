"""A treaty desk for delivery tests: a database, channels to real receivers, a clock that a test sets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pipeline import clock as real_clock
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.alert.senders import sender_for
from pipeline.alert.values import Delivered, Delivery, Outcome, Sender
from pipeline.compute import Here
from pipeline.fetch import Fetcher, FetchOptions
from pipeline.flow.parts import Parts
from pipeline.model import Agreement, Finding
from pipeline.plan import Applied, ArticleFacts, Context, Plan, RecordOptions, Subscription
from pipeline.record import decide, scope
from pipeline.store import known
from pipeline.store.apply import apply
from pipeline.store.deliveries import DeliveryView, deliveries
from pipeline.store.engine import Database
from pipeline.telemetry import Metrics, logger
from tests.alert.builders import SECRET
from tests.store.telling import store
from tests.unit.record.desk import BILATERAL

NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)
AGREEMENTS = {
    one.id: one for one in (BILATERAL, *(Agreement(f"pact-{n}", f"Pact number {n}", ("RU", "BY")) for n in range(40)))
}
QUICK = AlertOptions(retry_schedule=(0.0,) * 60, timeout=2.0, lease=5.0)


@dataclass
class Noted:
    """A sender that takes everything and remembers it, or answers as it is told."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    answer: Callable[[Delivery], Outcome] = lambda _: Delivered(200)

    async def send(self, delivery: Delivery) -> Outcome:
        outcome = self.answer(delivery)
        self.sent.append(delivery)
        if isinstance(outcome, Delivered):
            self.bodies.append(json.loads(delivery.body))
        return outcome

    def close(self) -> None:
        """Nothing to let go."""

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was told, in order: (kind, event id); of digests each item."""
        found = []
        for body in self.bodies:
            items = body["data"]["items"] if body["type"] == "digest" else [body]
            found += [(item["type"], item["data"].get("id", "")) for item in items]
        return found


@dataclass
class Clock:
    """The time as a test sets it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> None:
        """Go on by so much."""
        self.now += timedelta(**span)


def hook(identity: str = "hook", url: str = "http://127.0.0.1:9/", **given: Any) -> ChannelOptions:
    """A webhook channel whose receiver stands on this machine."""
    plain: dict[str, Any] = {"secret": (SECRET,), "allow_networks": ("127.0.0.0/8",)}
    return ChannelOptions(id=identity, kind="webhook", url=url, **(plain | given))


def subscription(channel: ChannelOptions) -> Subscription:
    """The coarse wish that decisions know of."""
    wanted = channel.filter
    return Subscription(
        channel.id,
        channel.mode,
        wanted.agreements,
        wanted.parties,
        tuple(kind.value for kind in wanted.types),
        tuple(status.value for status in wanted.statuses),
        wanted.stages,
        wanted.min_confidence,
    )


@asynccontextmanager
async def desk(
    database: Database,
    *channels: ChannelOptions,
    clock: Clock | None = None,
    senders: dict[str, Sender] | None = None,
    options: AlertOptions = QUICK,
) -> AsyncIterator[Parts]:
    """The parts of a service that delivers. `senders`: in place of the real ones."""
    now = clock or Clock()
    async with Fetcher(FetchOptions()) as fetcher:
        made = {
            one.id: (senders or {}).get(one.id) or sender_for(one, fetcher.post, real_clock.now, options.timeout)
            for one in channels
        }
        readers = tuple(subscription(one) for one in channels if one.role == "reader")
        yield Parts(
            database=database,
            fetcher=fetcher,
            compute=Here(lambda: None),
            clock=now,
            log=logger(),
            metrics=Metrics(),
            owner="test:1:1",
            context=Context(AGREEMENTS, readers),
            record=RecordOptions(),
            channels={one.id: one for one in channels},
            senders=made,
            alert=options,
            dice=Random(7),
        )
        for sender in made.values():
            sender.close()


def tell(
    parts: Parts, number: int, *findings: Finding, day: str = "2026-01-15", language: str = "en", quiet: bool = False
) -> Plan:
    """An article is read: its findings are decided about and applied, with their messages."""
    facts = store(parts.database, number, day)
    return apply_plan(parts, _in(facts, language), findings, quiet=quiet)


def _in(facts: ArticleFacts, language: str) -> ArticleFacts:
    from dataclasses import replace

    return replace(facts, language=language)


def apply_plan(parts: Parts, facts: ArticleFacts, findings: Sequence[Finding], *, quiet: bool = False) -> Plan:
    """Decide about findings as the database knows things now, and apply."""
    stored = parts.database.read(lambda c: known.load(c, scope(findings), facts.article_id))
    options = RecordOptions(quiet=quiet)
    plan = decide(facts, list(findings), stored, parts.clock(), options, parts.context)
    assert isinstance(parts.database.write(lambda c: apply(c, plan, parts.tell)), Applied)
    return plan


def messages(parts: Parts, channel: str | None = None) -> list[DeliveryView]:
    """Every message, oldest first."""
    found, _ = parts.database.read(lambda c: deliveries(c, channel_id=channel, limit=10_000))
    return list(reversed(found))
