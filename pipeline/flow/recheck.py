"""Articles over time: one that proves an event is looked at again after an hour, six hours and a day.

claim ─▶ get (with validators) ─▶ 304, same text: nothing │ another text ─▶ extract, recognise ─▶ next version, decide, apply

What an article no longer says, or says otherwise now, is decided by `record` as for any report; both versions are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pipeline.door.url import normalise_url
from pipeline.errors import Trouble
from pipeline.fetch import ACCEPT_PAGE, Fetched, NotModified, Refused, after_failure
from pipeline.flow.again import next_look
from pipeline.flow.article_book import Read, record_reading
from pipeline.flow.drain import Drained, Errand, drain
from pipeline.flow.parts import Parts
from pipeline.flow.process import PageJob, read_page, tell
from pipeline.plan import Plan
from pipeline.store import rechecks
from pipeline.store.articles import Saved
from pipeline.store.rechecks import Looked, Recheck

_TRIES = 4  # looks of one step that may meet a passing trouble
_WIDTH = 8


async def recheck_due(parts: Parts) -> Drained[str]:
    """Look again at every article whose time has come; what each look came to."""
    options = parts.options

    async def claim(free: int, _: Sequence[Recheck]) -> Sequence[Recheck]:
        return await parts.write(lambda c: rechecks.claim(c, parts.clock(), parts.owner, options.article_lease, free))

    async def release(work: Recheck) -> None:
        await parts.write(lambda c: rechecks.put_off(c, work))

    errand = Errand(claim, partial(look_again, parts), lambda work: work.entry.url, release)
    return await drain(errand, _WIDTH, parts.log, parts.stopping)


async def look_again(parts: Parts, work: Recheck) -> str:
    """Look at one claimed article again; what it came to in a word. Whatever the page does is written down."""
    outcome = await parts.fetcher.get(
        work.entry.url, etag=work.etag, last_modified=work.last_modified, accept=ACCEPT_PAGE
    )
    match outcome:
        case Refused() if outcome.own_pace:
            later = after_failure(outcome, work.tries, parts.clock(), parts.dice)
            await parts.write(lambda c: rechecks.put_off(c, work, later))
            return "waiting"
        case Refused():
            return await _missed(parts, work, outcome)
        case NotModified():
            return await _settled(parts, work, "unchanged")
        case Fetched():
            return await _read(parts, work, outcome)


async def _read(parts: Parts, work: Recheck, answer: Fetched) -> str:
    feed = parts.feeds.get(work.entry.feed_id)
    about = (work.entry, feed.language if feed else None, feed.agency if feed else "", parts.clock())
    job = PageJob(answer.page, *about, in_full=True)  # it proves something: a glance is not enough
    try:
        made = await parts.work(read_page, job)
    except Trouble as trouble:  # a consent wall of today says nothing about the text of yesterday
        return await _missed(parts, work, Refused(trouble.reason, trouble.detail, retry=True))
    if made is None or made.reading.article.from_feed:
        return await _settled(parts, work, "unchanged")
    saved, plan = await parts.write(partial(_record, parts=parts, work=work, answer=answer, made=made))
    if not saved.is_new:
        return _counted(parts, "unchanged")
    parts.log.info("article changed", url=work.entry.url, version=saved.facts.version)
    tell(parts, work.entry.url, plan)
    return _counted(parts, "changed")


def _record(connection: Any, parts: Parts, work: Recheck, answer: Fetched, made: Read) -> tuple[Saved, Plan]:
    """A new text with all it changes, and the next look, in one transaction."""
    now = parts.clock()
    saved, plan = record_reading(connection, parts, normalise_url(work.entry.url), made)
    step, due = next_look(work.began, work.step, now)
    outcome = "changed" if saved.is_new else "unchanged"
    looked = Looked(outcome, step, due, validators=(answer.etag, answer.last_modified))
    rechecks.settle(connection, work, looked, now)
    return saved, plan


async def _settled(parts: Parts, work: Recheck, outcome: str) -> str:
    now = parts.clock()
    step, due = next_look(work.began, work.step, now)
    await parts.write(lambda c: rechecks.settle(c, work, Looked(outcome, step, due), now))
    return _counted(parts, outcome)


async def _missed(parts: Parts, work: Recheck, refused: Refused) -> str:
    """Not to be had: a passing trouble is tried again; else the next step has to do. What we have stays as it is."""
    now = parts.clock()
    if not refused.retry or work.tries >= _TRIES:
        return await _settled(parts, work, refused.reason)
    due = after_failure(refused, work.tries, now, parts.dice)
    looked = Looked(refused.reason, work.step, due, again=True)
    await parts.write(lambda c: rechecks.settle(c, work, looked, now))
    return _counted(parts, refused.reason)


def _counted(parts: Parts, outcome: str) -> str:
    parts.metrics.rechecks.labels(outcome).inc()
    return outcome
