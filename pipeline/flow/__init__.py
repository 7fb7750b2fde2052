"""The order of the stages, and nothing else: the whole program on a page.

    poll      feeds that are due ─▶ entries              (poll.py)
    process   entries ─▶ articles ─▶ events, messages    (process.py)
    cycle     one pass of everything

Item by item, in `drain.py`, is the one place that catches everything: one item's failure never stops another's work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.flow.drain import Drained, Errand, drain
from pipeline.flow.parts import FlowOptions, Parts
from pipeline.flow.poll import poll_feed
from pipeline.flow.process import process_entry
from pipeline.store import entries
from pipeline.store import feeds as feed_rows
from pipeline.store.entries import EntryWork
from pipeline.store.feeds import DueFeed

__all__ = ["Cycle", "FlowOptions", "Parts", "cycle", "poll_due", "process_due"]


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one pass did. `outcomes`: articles by what became of them; `failed`: items that met an unforeseen error."""

    polled: int = 0
    new: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failed: int = 0


async def poll_due(parts: Parts) -> Drained[int]:
    """Poll every feed whose time has come by now, each once; the numbers of new entries."""
    options = parts.options
    began = parts.clock()  # a feed without a pace is due again as soon as it was polled: next time

    async def claim(free: int, _: Sequence[DueFeed]) -> Sequence[DueFeed]:
        return await parts.write(
            lambda c: feed_rows.claim_due(c, parts.clock(), parts.owner, options.poll_lease, free, due_by=began)
        )

    async def release(due: DueFeed) -> None:
        await parts.write(lambda c: feed_rows.release(c, due.feed.id, due.attempt))

    errand = Errand(claim, lambda due: poll_feed(parts, due), lambda due: f"feed {due.feed.id}", release)
    return await drain(errand, options.batch, parts.log, parts.stopping)


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

    async def release(work: EntryWork) -> None:
        await parts.write(lambda c: entries.release(c, [work]))

    async def process(work: EntryWork) -> str:
        return await process_entry(parts, work, parts.feeds.get(work.entry.feed_id))

    errand = Errand(claim, process, lambda work: work.entry.url, release)
    return await drain(errand, options.batch, parts.log, parts.stopping)


async def cycle(parts: Parts) -> Cycle:
    """One pass: poll what is due, process everything queued."""
    polled = await poll_due(parts)
    processed = await process_due(parts)
    return Cycle(
        polled=len(polled.results) + polled.failed,
        new=sum(polled.results),
        outcomes=Counter(processed.results),
        failed=polled.failed + processed.failed,
    )
