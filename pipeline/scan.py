"""Articles straight to events, without a store: what `scan` and `explain` and the quality tests run.

The text is cleaned as a page's would be, read, and every span translated back, so that evidence stands in the text as it came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from pipeline.errors import UsageError
from pipeline.extract import Cleaned, clean_article_text, detect_language, extract
from pipeline.model import (
    Article,
    Event,
    EventState,
    Finding,
    Page,
    PublishedFrom,
    Recognition,
    Salience,
    Source,
    Status,
)
from pipeline.plan import RecordOptions, StateWhy
from pipeline.recognise import Recogniser


@dataclass(frozen=True, slots=True)
class Scanned:
    """An article as read: what came in, what it was cleaned to (None: it came as a page), and what was found."""

    key: str
    article: Article
    cleaned: Cleaned | None
    original: str
    recognition: Recognition


def read_article(row: Mapping[str, Any], now: datetime) -> tuple[str, Article, Cleaned | None, str]:
    """`{"id", "title", "text" or "html", "published", "url"?, "lang"?}`: id, article, cleaning, the text as it came.

    UsageError names the key that is missing or wrong; PageError where the HTML holds no article.
    """
    key = row.get("id")
    if not isinstance(key, str | int) or key == "":
        raise UsageError("id is missing")
    texts = {name: row.get(name) or "" for name in ("title", "text", "html", "url", "lang")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise UsageError(f"{name} should be text, is {type(value).__name__}")
    published = _published(row.get("published"))
    if texts["html"] and not texts["text"]:
        page = Page(texts["url"], texts["url"], texts["html"].encode("utf-8", "replace"), "text/html", "utf-8", now)
        article = extract(page, entry=None, feed_language=texts["lang"] or None, agency="", now=now)
        if published:
            article = _dated(article, published)
        return str(key), article, None, article.text
    cleaned = clean_article_text(texts["text"], title=texts["title"])
    article = Article(
        url=texts["url"],
        title=texts["title"],
        text=cleaned.text,
        language=texts["lang"] or detect_language(f"{texts['title']}\n{cleaned.text}"),
        published=published,
        published_from=PublishedFrom.INPUT if published else PublishedFrom.UNKNOWN,
    )
    return str(key), article, cleaned, texts["text"]


def scan(recogniser: Recogniser, row: Mapping[str, Any], now: datetime, *, trace: bool = False) -> Scanned:
    """Read one article of JSON Lines. Raises as `read_article`."""
    key, article, cleaned, original = read_article(row, now)
    return Scanned(key, article, cleaned, original, recogniser.recognise(article, trace=trace))


def events_of(scanned: Scanned, options: RecordOptions) -> tuple[Event, ...]:
    """The findings as events, as the interface writes them; ids are the same for the same article and finding."""
    return tuple(_event(scanned, finding, options) for finding in scanned.recognition.findings)


def events_in(recogniser: Recogniser, article: Article, options: RecordOptions) -> tuple[Event, ...]:
    """What the recogniser finds in a stored article."""
    return events_of(Scanned(article.url, article, None, article.text, recogniser.recognise(article)), options)


def _event(scanned: Scanned, finding: Finding, options: RecordOptions) -> Event:
    start, end = finding.start, finding.end
    if scanned.cleaned is not None:
        start, end = scanned.cleaned.original(start, end)
    evidence = scanned.original[start:end]
    article = scanned.article
    named = f"{scanned.key}|{finding.agreement_id}|{finding.type}|{finding.status}|{finding.actor_country}|{start}"
    source = Source(
        article_id=0,
        url=article.url,
        agency=article.agency,
        title=article.title,
        published=article.published,
        language=article.language,
        evidence=evidence,
        start=start,
        end=end,
        sha256=hashlib.sha256(scanned.original.encode("utf-8", "replace")).hexdigest(),
    )
    state, why = _state(finding, options)
    return Event(
        id="scan_" + hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:24],
        agreement_id=finding.agreement_id,
        agreement=finding.agreement,
        type=finding.type,
        status=finding.status,
        salience=finding.salience,
        stage=finding.stage,
        wording=finding.wording,
        actor=finding.actor,
        actor_country=finding.actor_country,
        date=finding.date,
        effective_date=finding.effective_date,
        confidence=finding.confidence,
        reasons=finding.reasons,
        evidence=evidence,
        start=start,
        end=end,
        sources=(source,),
        state=state,
        state_why=why.value,
    )


def _state(finding: Finding, options: RecordOptions) -> tuple[EventState, StateWhy]:
    """What would become of it if it were fresh, and why."""
    if finding.salience is Salience.BACKGROUND:
        return EventState.HISTORY, StateWhy.BACKGROUND
    if finding.status is not Status.OCCURRED:
        return EventState.HISTORY, StateWhy.NOT_OCCURRED
    if finding.confidence >= options.alert_threshold:
        return EventState.ALERTED, StateWhy.NEWS
    if finding.confidence >= options.review_threshold:
        return EventState.REVIEW, StateWhy.UNSURE
    return EventState.HISTORY, StateWhy.WEAK


def _published(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and len(value) == len("2026-01-14"):
            return datetime.combine(date.fromisoformat(value), time(12), UTC)
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"published should be a date or time like 2026-01-14, is {value!r}") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _dated(article: Article, published: datetime) -> Article:
    return Article(
        article.url, article.title, article.text, article.language, published, PublishedFrom.INPUT, article.agency
    )
