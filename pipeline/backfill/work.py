"""What a worker does with a piece of an archive: every record through the same pure middle as live pages. Pure but for reading it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pipeline.backfill.values import Again, Bad, Done, Hit, Piece, Record, Rows, Span, Stored
from pipeline.door.url import normalise_url
from pipeline.errors import PageError, Reason, UsageError
from pipeline.model import Article, Finding, Page
from pipeline.reading import About, may_matter, read_in_full
from pipeline.recognise import Recogniser
from pipeline.scan import read_article
from pipeline.store import articles
from pipeline.store.articles import Raw

_NO_ARTICLE = (Reason.ARTICLE_NOT_HTML, Reason.ARTICLE_NO_TEXT, Reason.ARTICLE_GATE)  # a page, but none of news
_MOST_BYTES = 10 * 1024 * 1024


def work(recogniser: Recogniser, piece: Piece, now: datetime) -> Done:
    """Read a piece. `now`: dates after it are nobody's."""
    if isinstance(piece, Again):
        return _read_again(recogniser, piece, now)
    return _done(recogniser, piece.source.path, _records(piece), now)


def work_one(recogniser: Recogniser, path: str, record: Record, now: datetime) -> Done:
    """Read a single record, where its piece killed the worker that had it."""
    return _done(recogniser, path, (record,), now)


def records_of(piece: Span | Rows) -> Iterable[Record | Bad]:
    """The records of a piece, read here and not yet understood."""
    return _records(piece)


def _records(piece: Span | Rows) -> Iterable[Record | Bad]:
    if isinstance(piece, Span):
        from pipeline.backfill import warc  # noqa: PLC0415 - an extra of its own: fastwarc

        return warc.records(piece)
    from pipeline.backfill import rows  # noqa: PLC0415 - pyarrow

    return rows.records(piece)


def _done(recogniser: Recogniser, path: str, records: Iterable[Record | Bad], now: datetime) -> Done:
    hits: list[Hit] = []
    bad: list[Bad] = []
    outcomes: Counter[str] = Counter()
    for record in records:
        if isinstance(record, Bad):
            bad.append(record)
            continue
        try:
            hit = _hit(recogniser, path, record, now)
        except PageError as error:
            outcomes[error.reason] += 1
            if error.reason not in _NO_ARTICLE:
                bad.append(Bad(path, record.place, error.reason, error.detail))
            continue
        except UsageError as error:  # a row without what a row needs
            bad.append(Bad(path, record.place, "row_invalid", str(error)[:200]))
            continue
        outcomes["screened_out" if hit is None else "told" if hit.findings else "read"] += 1
        if hit is not None and hit.findings:
            hits.append(hit)
    outcomes["bad"] = len(bad)
    return Done(tuple(hits), tuple(bad), dict(outcomes))


def _hit(recogniser: Recogniser, path: str, record: Record, now: datetime) -> Hit | None:
    """What a record tells; None where it cannot tell anything."""
    if record.row is not None:
        return _hit_of_row(recogniser, path, record, now)
    html = record.html or b""
    if len(html) > _MOST_BYTES:
        raise PageError(Reason.TOO_LARGE, f"more than {_MOST_BYTES:,} bytes")
    page = Page(record.url, record.url, html, record.content_type, record.charset, record.seen_at)
    if not may_matter(recogniser, page):
        return None
    # dates after the day it was fetched are nobody's
    reading = read_in_full(recogniser, page, About(None, None, "", record.seen_at or now))
    findings = reading.recognition.findings
    return _told(normalise_url(record.url), reading.article, findings, record.seen_at, Raw(html, record.charset))


def _hit_of_row(recogniser: Recogniser, path: str, record: Record, now: datetime) -> Hit | None:
    row = record.row or {}
    named = {**row, "id": row.get("id") or row.get("url")}
    title, text, html = (str(row.get(key) or "") for key in ("title", "text", "html"))
    if named["id"] and not _row_may_matter(recogniser, title, text, html):
        return None
    key, article, _, _ = read_article(named, now)
    url = article.url or f"{path}#{key}"
    article = replace(article, url=url, agency=str(row.get("agency") or ""))
    return _told(normalise_url(url), article, recogniser.recognise(article).findings, article.published)


def _told(
    identity: str, article: Article, findings: tuple[Finding, ...], seen_at: datetime | None, raw: Raw | None = None
) -> Hit:
    """With all that writing it takes, for one process writes what many read; nothing, where it tells nothing."""
    return Hit(identity, article, findings, articles.drafted(article, raw) if findings else None, seen_at)


def _row_may_matter(recogniser: Recogniser, title: str, text: str, html: str) -> bool:
    if html and not text:
        return may_matter(recogniser, Page("", "", html.encode("utf-8", "replace"), "text/html", "utf-8"))
    return recogniser.may_matter(f"{title} {text}", (title,))


def _read_again(recogniser: Recogniser, piece: Again, now: datetime) -> Done:
    hits: list[Hit] = []
    outcomes: Counter[str] = Counter()
    for one in piece.articles:
        hit = _again(recogniser, one, now)
        outcomes["screened_out" if hit is None else "told" if hit.findings else "read"] += 1
        if hit is not None and hit.findings:
            hits.append(hit)
    return Done(tuple(hits), (), dict(outcomes))


def _again(recogniser: Recogniser, one: Stored, now: datetime) -> Hit | None:
    """A stored article as it would be read now. One that was only glanced at is extracted where it may matter by now."""
    if one.html is None:
        found = recogniser.recognise(one.article)
        return None if found.screened_out else Hit("", one.article, found.findings, None, stored=one.facts)
    page = Page(one.article.url, one.article.url, one.html, "", one.charset)
    try:
        if not may_matter(recogniser, page):
            return None
        reading = read_in_full(recogniser, page, About(None, one.article.language, one.article.agency, now))
    except PageError:
        return None  # no article after all: there is nothing to read again
    article = reading.article
    if one.article.published:
        article = replace(article, published=one.article.published, published_from=one.article.published_from)
    return Hit("", article, reading.recognition.findings, articles.drafted(article), stored=one.facts)
