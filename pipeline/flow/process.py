"""One entry: from its address to the history, written at once.

claim ─▶ known already? ─▶ get ─▶ extract, recognise (in a worker) ─▶ decide ─▶ apply, entry done: together

One commit may hold several entries (article_book.py): each of them is in it whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import Reason, Trouble
from pipeline.extract import extract_entry
from pipeline.fetch import ACCEPT_PAGE, Fetched, NotModified, Refused, after_failure
from pipeline.flow.article_book import ArticleBook, Read
from pipeline.flow.parts import Parts
from pipeline.model import Entry, Feed, Page
from pipeline.plan import Plan
from pipeline.reading import About, Reading, read, read_in_full
from pipeline.recognise import Recogniser
from pipeline.store import articles, entries
from pipeline.store.articles import Raw
from pipeline.store.entries import EntryWork


@dataclass(frozen=True, slots=True)
class PageJob:
    """A page (None: it cannot be had, only what the feed carries) and its entry, as they travel to a worker."""

    page: Page | None
    entry: Entry
    language: str | None
    agency: str
    now: datetime
    in_full: bool = False  # extract it even where a glance would do


def read_page(recogniser: Recogniser, job: PageJob) -> Read | None:
    """Extract and recognise; runs in a worker. Raises PageError where the page holds no article.

    None where there is no page and the feed carries no text that could stand for it.
    """
    if job.page is not None:
        about = About(job.entry, job.language, job.agency, job.now)
        reading = (read_in_full if job.in_full else read)(recogniser, job.page, about)
        return Read(reading, articles.drafted(reading.article, Raw(job.page.body, job.page.charset)))
    article = extract_entry(job.entry, feed_language=job.language, agency=job.agency, now=job.now)
    return Read(Reading(article, recogniser.recognise(article)), articles.drafted(article)) if article else None


async def process_entry(parts: Parts, work: EntryWork, feed: Feed | None, book: ArticleBook) -> str:
    """Process one claimed entry; what became of it in a word. Whatever the page does is written down."""
    if work.article_id is not None:  # another feed brought it already: articles are fetched once
        known = {work.id: work.article_id}
        await book.settle(lambda c: entries.done(c, known, parts.clock()))
        return _count(parts, "repeated")
    parts.passage("article_fetching")
    with parts.metrics.seconds.labels("fetch").time():
        outcome = await parts.fetcher.get(work.entry.url, accept=ACCEPT_PAGE)
    parts.passage("article_fetched")
    match outcome:
        case Fetched():
            return await _read(parts, work, feed, outcome, book)
        case NotModified():  # nobody asked conditionally; a server that says so anyway has given us nothing
            refused = Refused(Reason.PROTOCOL_ERROR, "answered 304 to a request without validators", retry=True)
            return await _put_off(parts, work, feed, refused, book)
        case Refused():
            return await _put_off(parts, work, feed, outcome, book)


async def _read(parts: Parts, work: EntryWork, feed: Feed | None, answer: Fetched | None, book: ArticleBook) -> str:
    page = answer.page if answer else None
    job = PageJob(page, work.entry, feed.language if feed else None, feed.agency if feed else "", parts.clock())
    parts.passage("extract_running")
    try:
        with parts.metrics.seconds.labels("read").time():
            made = await parts.work(read_page, job)
    except Trouble as trouble:
        return await _set_aside(parts, work, trouble, book)
    if made is None:
        return "unread"
    parts.passage("recognised")
    with parts.metrics.seconds.labels("record").time():
        plan = await book.record(work, made, answer)
    parts.passage("event_after_commit")
    tell(parts, work.entry.url, plan)
    return _count(parts, "screened_out" if made.reading.recognition.screened_out else "read")


async def _put_off(parts: Parts, work: EntryWork, feed: Feed | None, refused: Refused, book: ArticleBook) -> str:
    """Not to be had now: later, until the tries are used up; then what the feed itself says of it has to do."""
    now = parts.clock()
    when: datetime | None = after_failure(refused, work.tries, now, parts.dice)
    if refused.own_pace:  # nobody was asked, nothing failed
        await book.settle(lambda c: entries.put_off(c, work, when or now))
        return _count(parts, "waiting")
    if work.tries >= parts.options.max_tries:
        if await _read(parts, work, feed, None, book) != "unread":
            return "read"
        when = None
    await book.settle(lambda c: entries.fail(c, work, refused.reason, refused.detail, now, when))
    say = parts.log.debug if when else parts.log.warning
    say(
        "article put off",
        url=work.entry.url,
        reason=refused.reason,
        detail=refused.detail,
        next_try=str(when or "never"),
    )
    return _count(parts, refused.reason)


async def _set_aside(parts: Parts, work: EntryWork, trouble: Trouble, book: ArticleBook) -> str:
    """The page holds no article, or reading it had to be stopped: kept with its reason, for a person to replay."""
    state = entries.GATE if trouble.reason is Reason.ARTICLE_GATE else entries.FAILED
    now = parts.clock()
    again = trouble.reason in (Reason.ARTICLE_GATE, Reason.ARTICLE_NO_TEXT, Reason.EXTRACT_CRASH) and work.tries < 3
    refused = Refused(trouble.reason, trouble.detail, retry=True)
    when = after_failure(refused, work.tries, now, parts.dice) if again else None
    await book.settle(lambda c: entries.fail(c, work, trouble.reason, trouble.detail, now, when, state=state))
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
