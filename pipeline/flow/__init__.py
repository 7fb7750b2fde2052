"""The order of the stages, and nothing else: the whole program on a page.

    poll      feeds that are due ─▶ entries              (poll.py)
    process   entries ─▶ articles ─▶ events, messages    (process.py; telling.py says to whom)
    expect    what was announced and did not come        (expect.py)
    deliver   messages ─▶ receivers                      (gathering.py, deliver.py)
    recheck   articles that prove something, once more   (again.py, recheck.py)
    watch     troubles ─▶ log, metrics, the operator     (watchdog.py decides, watch.py tells)
    upkeep    retention, statistics, backups             (upkeep.py)
    cycle     one pass of everything

Item by item, in `drain.py`, is the one place that catches everything: one item's failure never stops another's work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from pipeline.flow.article_book import ArticleBook
from pipeline.flow.deliver import deliver_due
from pipeline.flow.drain import Drained, Errand, drain
from pipeline.flow.expect import expect_due
from pipeline.flow.parts import FlowOptions, Parts
from pipeline.flow.poll import poll_feed
from pipeline.flow.poll_book import PollBook
from pipeline.flow.process import process_entry
from pipeline.flow.recheck import recheck_due
from pipeline.flow.together import Together
from pipeline.flow.upkeep import keep_house
from pipeline.flow.watch import count_queues, look_around
from pipeline.store import entries
from pipeline.store import feeds as feed_rows
from pipeline.store.entries import EntryWork
from pipeline.store.feeds import DueFeed

__all__ = [
    "Cycle",
    "FlowOptions",
    "Parts",
    "count_queues",
    "cycle",
    "deliver_due",
    "expect_due",
    "keep_house",
    "look_around",
    "poll_due",
    "process_due",
    "recheck_due",
]

_LONG_PASS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one pass did. `outcomes`: articles by what became of them; `deliveries`: tries by their outcome; `failed`: items that met an unforeseen error."""

    polled: int = 0
    new: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    failed: int = 0


async def poll_due(parts: Parts) -> Drained[int]:
    """Poll every feed whose time has come by now, each once; the numbers of new entries."""
    options = parts.options
    began = parts.clock()

    async def claim(free: int, hands: Sequence[DueFeed]) -> Sequence[DueFeed]:
        at_host = Counter(due.host for due in hands)
        busy = [host for host, count in at_host.items() if count >= options.per_host]
        now = parts.clock()
        # a feed without a pace is due as soon as it was polled: once a pass, and a busy service's pass may never end
        since = max(began, now - _LONG_PASS)
        told = {"since": since, "per_host": options.per_host, "busy": busy}
        return await parts.write(
            lambda c: feed_rows.claim_due(c, now, parts.owner, options.poll_lease, free, **told)  # type: ignore[arg-type]
        )

    async def release(taken: Sequence[DueFeed]) -> None:
        await parts.write(lambda c: feed_rows.release(c, taken))

    book = PollBook(parts)
    errand = Errand(
        claim, lambda due: poll_feed(parts, due, book), lambda due: f"feed {due.feed.id}", Together(release)
    )
    return await drain(errand, options.polls, parts.log, parts.stopping)


async def process_due(parts: Parts) -> Drained[str]:
    """Process every entry that waits; what became of each."""
    options = parts.options

    async def claim(free: int, hands: Sequence[EntryWork]) -> Sequence[EntryWork]:
        at_host = Counter(work.host for work in hands)
        busy = [host for host, count in at_host.items() if count >= options.per_host]
        return await parts.write(
            lambda c: entries.claim(
                c,
                parts.clock(),
                parts.owner,
                options.article_lease,
                free,
                max_tries=options.max_tries,
                per_host=options.per_host,
                busy=busy,
            )
        )

    async def release(taken: Sequence[EntryWork]) -> None:
        await parts.write(lambda c: entries.release(c, taken))

    book = ArticleBook(parts)

    async def process(work: EntryWork) -> str:
        return await process_entry(parts, work, parts.feeds.get(work.entry.feed_id), book)

    errand = Errand(claim, process, lambda work: work.entry.url, Together(release))
    return await drain(errand, options.batch, parts.log, parts.stopping)


async def cycle(parts: Parts) -> Cycle:
    """One pass: poll what is due, process everything queued, look again, tell what is overdue, deliver what is due."""
    polled = await poll_due(parts)
    processed = await process_due(parts)
    looked = await recheck_due(parts)
    await expect_due(parts)
    delivered = await deliver_due(parts)
    return Cycle(
        polled=len(polled.results) + polled.failed,
        new=sum(polled.results),
        outcomes=Counter(processed.results),
        deliveries=Counter(delivered.results),
        failed=polled.failed + processed.failed + looked.failed + delivered.failed,
    )
