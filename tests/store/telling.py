"""Articles told to a real database: stored, decided about, applied."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from pipeline.model import Article, Finding
from pipeline.plan import AlertPlan, Applied, ArticleFacts, Plan, RecordOptions, Stale, agreement_key_of, event_as_dict
from pipeline.record import decide, scope
from pipeline.store import articles, known
from pipeline.store.apply import apply
from pipeline.store.engine import Database
from pipeline.store.messages import OutboxState, Outgoing
from tests.unit.record.desk import CONTEXT

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)


def as_planned(connection: object, alerts: Sequence[AlertPlan], now: datetime) -> tuple[Outgoing, ...]:
    """Everybody hears of everything, at once or in a digest."""
    return tuple(
        Outgoing(
            alert.subscription,
            alert.kind,
            f"{alert.event.id}|{alert.event.revision}",
            agreement_key_of(alert.event),
            json.dumps({"type": alert.kind, "data": event_as_dict(alert.event)}),
            now,
            OutboxState.HELD if alert.mode == "digest" else OutboxState.PENDING,
            "digest" if alert.mode == "digest" else None,
            alert.event.id,
            alert.event.revision,
        )
        for alert in alerts
        if not alert.offer
    )


def store(database: Database, number: int, day: str | None = "2026-01-14", text: str = "") -> ArticleFacts:
    """An article of its own, published at noon of a day."""
    published = datetime.fromisoformat(f"{day}T12:00:00+00:00") if day else None
    url = f"https://agency{number}.example/{number}"
    article = Article(url, f"Article {number}", text or f"Text {number}", "en", published, agency=f"Agency {number}")
    seen = (published or NOW) + timedelta(hours=1)
    return database.write(lambda c: articles.save(c, article, url, seen)).facts


def plan_for(
    database: Database, facts: ArticleFacts, *findings: Finding, now: datetime = NOW, quiet: bool = False
) -> Plan:
    """Decide on what the database knows now."""
    stored = database.read(lambda c: known.load(c, scope(findings), facts.article_id))
    return decide(facts, findings, stored, now, RecordOptions(quiet=quiet), CONTEXT)


def record(
    database: Database, facts: ArticleFacts, *findings: Finding, now: datetime = NOW, quiet: bool = False
) -> Applied:
    """Decide and apply, again while another worker is in the way."""
    for _ in range(50):
        plan = plan_for(database, facts, *findings, now=now, quiet=quiet)
        done = database.write(lambda c, p=plan: apply(c, p, as_planned))  # type: ignore[misc]
        if isinstance(done, Applied):
            return done
        assert isinstance(done, Stale)
    raise AssertionError("always stale")


def tell(database: Database, number: int, *findings: Finding, day: str | None = "2026-01-14") -> Applied:
    """Store an article and record its findings."""
    return record(database, store(database, number, day), *findings)


def rows(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
