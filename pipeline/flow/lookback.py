"""New agreements look back: stored articles that may tell of them are read, and what they tell is recorded as history.

The full-text index says which (`wanting`): by the words of a title, or the names of both parties, the newest first. Only findings of these agreements are recorded; nobody is alerted. Reading the same articles again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from pipeline.flow.wanting import asked_for
from pipeline.model import Finding
from pipeline.plan import Applied, Context, Plan, RecordOptions, Stale
from pipeline.recognise import Recogniser
from pipeline.record import decide, scope
from pipeline.store import apply as plans
from pipeline.store import articles, known, search
from pipeline.store.articles import StoredArticle
from pipeline.store.engine import Database
from pipeline.store.inverted import Span, find
from pipeline.store.outbox import nobody

MOST = 20_000  # candidates of one agreement that are read, the newest
_BATCH = 100


def candidates(
    connection: Any, recogniser: Recogniser, agreement_id: str, most: int = MOST, before: int | None = None
) -> list[int]:
    """The newest stored versions below `before` that may tell of an agreement of the recogniser's watchlist, at most `most`."""
    agreement = next((one for one in recogniser.watchlist.agreements if one.id == agreement_id), None)
    if agreement is None:
        return []
    questions = asked_for(agreement, recogniser.names, articles.languages(connection))
    found: set[int] = set()
    for question in questions:
        found.update(find(connection, search.ARTICLES, question, Span(high=before), most))
    return sorted(found, reverse=True)[:most]


def stored_articles(
    database: Database, version_ids: Sequence[int], goes_on: Callable[[], bool] = lambda: True
) -> Iterator[StoredArticle]:
    """The articles of these versions that still stand so, batch by batch, while `goes_on`."""
    for start in range(0, len(version_ids), _BATCH):
        if not goes_on():
            return
        some = version_ids[start : start + _BATCH]
        yield from database.read(lambda c: articles.newest_of(c, some))  # noqa: B023 - run at once


def look_back_for(
    database: Database,
    recogniser: Recogniser,
    agreement_ids: Collection[str],
    now: datetime,
    options: RecordOptions,
    context: Context,
    goes_on: Callable[[], bool] = lambda: True,
) -> tuple[int, int]:
    """Record what stored articles tell of some agreements: (articles read, events that are new). `options` should be quiet."""
    ids: set[int] = set()
    for identity in sorted(agreement_ids):
        ids.update(database.read(lambda c: candidates(c, recogniser, identity)))  # noqa: B023 - run at once
    listed = sorted(ids, reverse=True)
    return read_for(database, recogniser, agreement_ids, listed, now, options, context, goes_on)


def read_for(
    database: Database,
    recogniser: Recogniser,
    agreement_ids: Collection[str],
    version_ids: Sequence[int],
    now: datetime,
    options: RecordOptions,
    context: Context,
    goes_on: Callable[[], bool] = lambda: True,
) -> tuple[int, int]:
    """As `look_back_for`, of these stored versions alone: every article is read once, however many the agreements are."""
    read = made = 0
    for stored in stored_articles(database, version_ids, goes_on):
        read += 1
        findings = of_agreements(recogniser, stored, agreement_ids)
        if findings:
            done = database.write(lambda c: _record(c, stored, findings, now, options, context))  # noqa: B023 - run at once
            made += done.created
    return read, made


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
