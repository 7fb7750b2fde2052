"""One entry: from its address to the history, in one transaction.

claim ─▶ known already? ─▶ get ─▶ extract, recognise (in a worker) ─▶ decide ─▶ apply, entry done: together
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pipeline.door.url import normalise_url
from pipeline.errors import Reason, Trouble
from pipeline.extract import extract_entry
from pipeline.fetch import ACCEPT_PAGE, Fetched, NotModified, Refused, after_failure
from pipeline.flow.again import first_look
from pipeline.flow.parts import Parts
from pipeline.model import Entry, Feed, Page
from pipeline.plan import Applied, Plan, Stale
from pipeline.reading import GLANCED, About, Reading, read, read_in_full
from pipeline.recognise import Recogniser
from pipeline.record import decide, scope
from pipeline.store import apply as plans
from pipeline.store import articles, entries, known, rechecks
from pipeline.store.articles import Raw, Saved
from pipeline.store.entries import EntryWork

RECOGNISER = "1"  # raised when stored texts should be read again


@dataclass(frozen=True, slots=True)
class PageJob:
    """A page (None: it cannot be had, only what the feed carries) and its entry, as they travel to a worker."""

    page: Page | None
    entry: Entry
    language: str | None
    agency: str
    now: datetime
    in_full: bool = False  # extract it even where a glance would do


def read_page(recogniser: Recogniser, job: PageJob) -> Reading | None:
    """Extract and recognise; runs in a worker. Raises PageError where the page holds no article.

    None where there is no page and the feed carries no text that could stand for it.
    """
    if job.page is not None:
        about = About(job.entry, job.language, job.agency, job.now)
        return (read_in_full if job.in_full else read)(recogniser, job.page, about)
    article = extract_entry(job.entry, feed_language=job.language, agency=job.agency, now=job.now)
    return Reading(article, recogniser.recognise(article)) if article else None


async def process_entry(parts: Parts, work: EntryWork, feed: Feed | None) -> str:
    """Process one claimed entry; what became of it in a word. Whatever the page does is written down."""
    identity = normalise_url(work.entry.url)
    stored = await parts.read(lambda c: articles.find(c, identity))
    if stored is not None:  # another feed brought it already: articles are fetched once
        await parts.write(lambda c: entries.done(c, work.id, stored, parts.clock()))
        return _count(parts, "repeated")
    parts.passage("article_fetching")
    with parts.metrics.seconds.labels("fetch").time():
        outcome = await parts.fetcher.get(work.entry.url, accept=ACCEPT_PAGE)
    parts.passage("article_fetched")
    match outcome:
        case Fetched():
            return await _read(parts, work, feed, outcome)
        case NotModified():  # nobody asked conditionally; a server that says so anyway has given us nothing
            refused = Refused(Reason.PROTOCOL_ERROR, "answered 304 to a request without validators", retry=True)
            return await _put_off(parts, work, feed, refused)
        case Refused():
            return await _put_off(parts, work, feed, outcome)


async def _read(parts: Parts, work: EntryWork, feed: Feed | None, answer: Fetched | None) -> str:
    page = answer.page if answer else None
    job = PageJob(page, work.entry, feed.language if feed else None, feed.agency if feed else "", parts.clock())
    parts.passage("extract_running")
    try:
        with parts.metrics.seconds.labels("read").time():
            reading = await parts.work(read_page, job)
    except Trouble as trouble:
        return await _set_aside(parts, work, trouble)
    if reading is None:
        return "unread"
    parts.passage("recognised")
    with parts.metrics.seconds.labels("record").time():
        plan = await parts.write(partial(_record, parts=parts, work=work, reading=reading, answer=answer))
    parts.passage("event_after_commit")
    tell(parts, work.entry.url, plan)
    return _count(parts, "screened_out" if reading.recognition.screened_out else "read")


def _record(connection: Any, parts: Parts, work: EntryWork, reading: Reading, answer: Fetched | None) -> Plan:
    """Everything one article changes, in the one transaction that also settles its entry."""
    now = parts.clock()
    identity = normalise_url(work.entry.url)
    if reading.article.from_feed:  # what one feed says an article says must not stand for the article itself
        identity = f"{work.entry.feed_id} {identity}"
    raw = Raw(answer.page.body, answer.page.charset) if answer else None
    saved, plan = record_reading(connection, parts, identity, reading, raw)
    article_id = saved.facts.article_id
    parts.passage("event_inserted")
    if plan.decided and answer and not reading.article.from_feed:  # it proves something: see whether it stays
        validators = (answer.etag, answer.last_modified)
        rechecks.plan(connection, article_id, work.entry.url, now, first_look(now), validators)
    entries.done(connection, work.id, article_id, now)
    parts.passage("event_before_commit")
    return plan


def record_reading(
    connection: Any, parts: Parts, identity: str, reading: Reading, raw: Raw | None
) -> tuple[Saved, Plan]:
    """Store an article's version and everything its findings change, in the caller's transaction."""
    now = parts.clock()
    read_by = RECOGNISER if reading.extracted else GLANCED
    saved = articles.save(connection, reading.article, identity, now, raw=raw, recogniser=read_by)
    findings = reading.recognition.findings
    while True:
        facts = known.load(connection, scope(findings), saved.facts.article_id)
        plan = decide(saved.facts, findings, facts, now, parts.record, parts.context)
        match plans.apply(connection, plan, parts.tell):
            case Applied():
                return saved, plan
            case Stale():  # another worker was faster: what it wrote is read and weighed too
                continue


async def _put_off(parts: Parts, work: EntryWork, feed: Feed | None, refused: Refused) -> str:
    """Not to be had now: later, until the tries are used up; then what the feed itself says of it has to do."""
    now = parts.clock()
    when: datetime | None = after_failure(refused, work.tries, now, parts.dice)
    if refused.own_pace:  # nobody was asked, nothing failed
        await parts.write(lambda c: entries.put_off(c, work, when or now))
        return _count(parts, "waiting")
    if work.tries >= parts.options.max_tries:
        if await _read(parts, work, feed, None) != "unread":
            return "read"
        when = None
    await parts.write(lambda c: entries.fail(c, work, refused.reason, refused.detail, now, when))
    say = parts.log.debug if when else parts.log.warning
    say(
        "article put off",
        url=work.entry.url,
        reason=refused.reason,
        detail=refused.detail,
        next_try=str(when or "never"),
    )
    return _count(parts, refused.reason)


async def _set_aside(parts: Parts, work: EntryWork, trouble: Trouble) -> str:
    """The page holds no article, or reading it had to be stopped: kept with its reason, for a person to replay."""
    state = entries.GATE if trouble.reason is Reason.ARTICLE_GATE else entries.FAILED
    now = parts.clock()
    again = trouble.reason in (Reason.ARTICLE_GATE, Reason.ARTICLE_NO_TEXT, Reason.EXTRACT_CRASH) and work.tries < 3
    refused = Refused(trouble.reason, trouble.detail, retry=True)
    when = after_failure(refused, work.tries, now, parts.dice) if again else None
    await parts.write(lambda c: entries.fail(c, work, trouble.reason, trouble.detail, now, when, state=state))
    parts.log.warning(
        "article set aside",
        url=work.entry.url,
        reason=trouble.reason,
        detail=trouble.detail,
        next_try=str(when or "never"),
    )
    return _count(parts, trouble.reason)


def tell(parts: Parts, url: str, plan: Plan) -> None:
    """Say in the log and the metrics what was decided about an article's findings, and send what there is to send."""
    if plan.alerts or plan.offers:
        parts.nudge.set()
    for decided in plan.decided:
        parts.metrics.findings.labels(decided.why).inc()
        found = decided.finding
        parts.log.info(
            "finding",
            decision=decided.why,
            recorded_as=decided.event_id,
            agreement=found.agreement_id or found.agreement,
            type=found.type,
            status=found.status,
            salience=found.salience,
            date=str(found.date or ""),
            confidence=round(found.confidence, 2),
            url=url,
        )


def _count(parts: Parts, outcome: str) -> str:
    parts.metrics.articles.labels(outcome).inc()
    return outcome
