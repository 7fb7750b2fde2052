"""New agreements look back: the stored articles are read for them at once, and what they tell is recorded as history.

Only findings of these agreements are recorded; nobody is alerted. Reading the same articles again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

from pipeline.model import Finding
from pipeline.plan import Applied, Context, Plan, RecordOptions, Stale
from pipeline.recognise import Recogniser
from pipeline.record import decide, scope
from pipeline.store import apply as plans
from pipeline.store import articles, known
from pipeline.store.articles import StoredArticle
from pipeline.store.engine import Database
from pipeline.store.outbox import nobody

_BATCH = 200


def stored_articles(database: Database, goes_on: Callable[[], bool] = lambda: True) -> Iterator[StoredArticle]:
    """The newest version of every stored article, batch by batch, while `goes_on`."""
    after = 0
    while goes_on():
        batch = database.read(lambda c: list(articles.newest_after(c, after, _BATCH)))  # noqa: B023 - run at once
        if not batch:
            return
        after = batch[-1].facts.version_id
        yield from batch


def look_back(
    database: Database,
    recogniser: Recogniser,
    agreement_id: str,
    now: datetime,
    options: RecordOptions,
    context: Context,
    goes_on: Callable[[], bool] = lambda: True,
) -> tuple[int, int]:
    """Record what stored articles tell of one agreement: (articles read, events that are new). `options` should be quiet."""
    return look_back_for(database, recogniser, frozenset({agreement_id}), now, options, context, goes_on)


def look_back_for(
    database: Database,
    recogniser: Recogniser,
    agreement_ids: Collection[str],
    now: datetime,
    options: RecordOptions,
    context: Context,
    goes_on: Callable[[], bool] = lambda: True,
) -> tuple[int, int]:
    """As `look_back`, for several agreements: every article is read once, however many they are."""
    read = made = 0
    for stored in stored_articles(database, goes_on):
        read += 1
        findings = of_agreements(recogniser, stored, agreement_ids)
        if findings:
            done = database.write(lambda c: _record(c, stored, findings, now, options, context))  # noqa: B023 - run at once
            made += done.created
    return read, made


def of_agreement(recogniser: Recogniser, stored: StoredArticle, agreement_id: str) -> tuple[Finding, ...]:
    """What an article tells of one agreement."""
    return of_agreements(recogniser, stored, (agreement_id,))


def of_agreements(recogniser: Recogniser, stored: StoredArticle, agreement_ids: Collection[str]) -> tuple[Finding, ...]:
    """What an article tells of these agreements."""
    return tuple(f for f in recogniser.recognise(stored.article).findings if f.agreement_id in agreement_ids)


def _record(
    connection: Any,
    stored: StoredArticle,
    findings: tuple[Finding, ...],
    now: datetime,
    options: RecordOptions,
    context: Context,
) -> Applied:
    while True:
        facts = known.load(connection, scope(findings), stored.facts.article_id)
        plan: Plan = decide(stored.facts, findings, facts, now, options, context)
        match plans.apply(connection, plan, nobody):
            case Applied() as done:
                return done
            case Stale():  # another worker was faster: what it wrote is read and weighed too
                continue
