"""One poll: ask a source what it has, read it, and write all it taught us in one transaction (with what other polls learnt).

claim ─▶ get (with validators) ─▶ 304 │ document ─▶ entries ─▶ settle (entries, validators, when again: together)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from pipeline import clock
from pipeline.errors import Trouble
from pipeline.feeds import FeedDocument, NextPoll, next_poll, parse
from pipeline.fetch import ACCEPT_ANY, ACCEPT_FEED, Fetched, FetchOutcome, NotModified, Refused, after_failure
from pipeline.flow.parts import Parts
from pipeline.flow.poll_book import PollBook
from pipeline.model import Entry, Feed, FeedKind, Page
from pipeline.store import feeds as feed_rows
from pipeline.store.feeds import DueFeed, Poll


@dataclass(frozen=True, slots=True)
class FeedJob:
    """A fetched document and what is known of it, as it travels to a worker."""

    feed: Feed
    page: Page
    now: datetime
    max_entries: int


def read_feed(_: object, job: FeedJob) -> FeedDocument:
    """Parse a document; runs in a worker, for a hostile one may take for ever. Raises FeedError."""
    page = job.page
    return parse(
        page.body,
        feed=job.feed,
        base_url=page.final_url,
        content_type=page.content_type,
        charset=page.charset,
        now=job.now,
        max_entries=job.max_entries,
    )


async def poll_feed(parts: Parts, due: DueFeed, book: PollBook) -> int:
    """Poll one claimed feed; how many entries were new. Whatever the source does is written down, nothing is raised for it."""
    parts.passage("before_fetch")
    now = parts.clock()
    began = clock.monotonic()
    full = due.last_full is None or now - due.last_full >= parts.options.full_every
    outcome = await parts.fetcher.get(
        due.feed.url,
        etag=None if full else due.etag,
        last_modified=None if full else due.last_modified,
        accept=ACCEPT_ANY if due.feed.kind is FeedKind.PAGE else ACCEPT_FEED,
        robots=False,  # a feed is offered to be read by machines; articles are asked for with manners
    )
    parts.passage("feed_fetched")
    if isinstance(outcome, Refused) and outcome.own_pace:  # nobody was asked, nothing failed
        later = after_failure(outcome, 1, parts.clock(), parts.dice)
        await parts.write(lambda c: feed_rows.put_off(c, due.feed.id, due.attempt, later))
        return 0
    poll, fresh = await _learn(parts, due, outcome, full, book)
    took = clock.monotonic() - began
    poll = replace(poll, duration_ms=int(took * 1000))
    new = await book.settle(poll, fresh)
    parts.passage("entries_after_commit")
    parts.metrics.seconds.labels("poll").observe(took)
    parts.metrics.polls.labels(poll.error or poll.outcome).inc()
    parts.metrics.entries.inc(new)
    say = parts.log.warning if poll.error else parts.log.info if new else parts.log.debug
    say(
        "polled", feed=due.feed.id, outcome=poll.outcome, new=new, detail=poll.error_detail, next_due=str(poll.next_due)
    )
    return new


async def _learn(
    parts: Parts, due: DueFeed, outcome: FetchOutcome, full: bool, book: PollBook
) -> tuple[Poll, frozenset[str]]:
    """The poll, and the identities of what it is the first to show."""
    match outcome:
        case Refused():
            return _refused(parts, due, outcome), frozenset()
        case NotModified():
            when = _next(parts, due, outcome)
            pace = int(when.interval.total_seconds())
            return Poll(due.feed.id, due.attempt, "not_modified", when.due, full=full, pace=pace), frozenset()
        case Fetched():
            return await _read(parts, due, outcome, full, book)


async def _read(parts: Parts, due: DueFeed, answer: Fetched, full: bool, book: PollBook) -> tuple[Poll, frozenset[str]]:
    digest = sha256(answer.page.body).hexdigest()
    poll = Poll(
        due.feed.id,
        due.attempt,
        "fetched",
        parts.clock(),
        full=full,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=digest,
        http_status=200,
        moved_to=answer.permanent_to,
        size=answer.wire_bytes,
    )
    if digest == due.body_hash:  # the server lied, or has no validators: the same bytes teach nothing new
        return _again(parts, due, replace(poll, outcome="unchanged"), answer), frozenset()
    try:
        document = await parts.work(read_feed, FeedJob(due.feed, answer.page, parts.clock(), parts.options.max_entries))
        entries, whole = await _with_children(parts, due, document)
    except Trouble as trouble:
        failed = next_poll(
            now=parts.clock(), roll=parts.dice.random(), failures=due.failures + 1, fixed=_seconds(due.feed.interval)
        )
        word, detail = trouble.reason, trouble.detail
        poll = replace(poll, outcome=word, error=word, error_detail=detail, next_due=failed.due, complete=False)
        return poll, frozenset()
    poll = replace(
        poll, entries=entries, complete=whole, error_detail=None if whole else "broken off: what is whole was taken"
    )
    fresh = await book.unseen(due.feed.id, (entry.identity for entry in entries))
    return _again(parts, due, poll, answer, new=len(fresh), ttl=document.ttl), fresh


async def _with_children(parts: Parts, due: DueFeed, document: FeedDocument) -> tuple[tuple[Entry, ...], bool]:
    """The entries of a document, with those of the sitemaps it names. A child that fails is asked again with the next poll."""
    entries, whole = list(document.entries), document.complete
    for url in document.more:
        answer = await parts.fetcher.get(url, accept=ACCEPT_FEED, robots=False)
        if not isinstance(answer, Fetched):
            whole = False
            continue
        try:
            child = await parts.work(
                read_feed, FeedJob(due.feed, answer.page, parts.clock(), parts.options.max_entries)
            )
        except Trouble:
            whole = False
            continue
        entries += child.entries
        whole = whole and child.complete
    return tuple(entries), whole


def _again(
    parts: Parts, due: DueFeed, poll: Poll, answer: Fetched | NotModified, *, new: int = 0, ttl: timedelta | None = None
) -> Poll:
    when = _next(parts, due, answer, entries=len(poll.entries), new=new, ttl=ttl)
    return replace(poll, next_due=when.due, pace=int(when.interval.total_seconds()))


def _next(
    parts: Parts,
    due: DueFeed,
    answer: Fetched | NotModified,
    *,
    entries: int = 0,
    new: int = 0,
    ttl: timedelta | None = None,
) -> NextPoll:
    return next_poll(
        now=parts.clock(),
        roll=parts.dice.random(),
        interval=_seconds(due.pace),
        entries=entries,
        new=new,
        fixed=_seconds(due.feed.interval),
        ttl=ttl,
        cache_max_age=_seconds(answer.cache_max_age),
        retry_after=_seconds(answer.retry_after),
    )


def _refused(parts: Parts, due: DueFeed, refused: Refused) -> Poll:
    when = after_failure(refused, due.failures + 1, parts.clock(), parts.dice)
    return Poll(
        due.feed.id,
        due.attempt,
        refused.reason,
        when,
        complete=False,
        error=refused.reason,
        error_detail=refused.detail,
        http_status=refused.status,
        pace=due.pace,
    )


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)
