"""A page to an article.

bytes ─▶ text ─▶ tree ─┬▶ metadata: titles, dates, language
                       └▶ main text ─▶ clean ─▶ gate? ─▶ Article      else the feed's own full text
"""

from __future__ import annotations

import re
from datetime import datetime

from pipeline.door.markup import without_scripts
from pipeline.door.text import clean_line, text_of_html
from pipeline.errors import PageError, Reason
from pipeline.extract.body import SHORT, main_text
from pipeline.extract.clean import clean_article_text
from pipeline.extract.gate import is_gate
from pipeline.extract.language import detect_language
from pipeline.extract.metadata import Metadata, choose_date, choose_title, read_metadata
from pipeline.extract.page import page_text, page_tree
from pipeline.model import Article, Entry, Page

SHORTEST = 40  # letters: less is no sentence of news
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LONGEST = 500_000


def extract(page: Page, *, entry: Entry | None, feed_language: str | None, agency: str, now: datetime) -> Article:
    """The article on a page, or the one the feed carried in full where the page gives none (`from_feed` is then set).

    `entry` is the feed item that led here, None for a page of an archive. Raises PageError: article_not_html,
    article_no_text, article_gate, charset_unknown, too_large.
    """
    try:
        return _from_page(page, entry, feed_language, agency, now)
    except PageError:
        if entry is None or not entry.content_html:
            raise
        carried = extract_entry(entry, feed_language=feed_language, agency=agency, now=now, full_only=True)
        if carried is None:
            raise
        return carried


def extract_entry(
    entry: Entry, *, feed_language: str | None, agency: str, now: datetime, full_only: bool = False
) -> Article | None:
    """The article as the feed carries it: its full text, else (unless `full_only`) its summary. None where it has neither.

    For pages that stay out of reach: a lead paragraph mostly holds the event.
    """
    markup = entry.content_html or ""
    text = clean_article_text(text_of_html(markup), title=entry.title).text
    if not full_only and _extent(text) < SHORT:
        text = max(text, clean_article_text(entry.summary, title=entry.title).text, key=len)
    if _extent(text) < (SHORT if full_only else SHORTEST) or is_gate(text, "", entry.title):
        return None
    published, witness = choose_date(Metadata(), entry.url, entry.published, now)
    return Article(
        url=entry.url,
        title=entry.title,
        text=text[:LONGEST],
        language=detect_language(f"{entry.title}\n{text}", entry.language, feed_language),
        published=published,
        published_from=witness,
        agency=agency,
        from_feed=True,
    )


def _from_page(page: Page, entry: Entry | None, feed_language: str | None, agency: str, now: datetime) -> Article:
    markup = without_scripts(page_text(page))
    tree = page_tree(markup)
    metadata = read_metadata(tree)
    promised = entry.title if entry else ""
    title = choose_title(metadata, promised, agency)
    form = bool(tree.xpath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']"))
    body = main_text(tree, markup, metadata)
    text = clean_article_text(body, title=title).text[:LONGEST]
    _refuse_gate(text or body, metadata, title, promised, asks_password=form)
    if _extent(text) < SHORTEST:
        raise PageError(Reason.ARTICLE_NO_TEXT, f"{len(text)} characters of text", retry=True)
    url = page.final_url or page.url
    published, witness = choose_date(metadata, url, entry.published if entry else None, now)
    declared = (plain_language(metadata.language), entry.language if entry else None, feed_language)
    return Article(
        url=url,
        title=title,
        text=text,
        language=detect_language(f"{title}\n{text}", *declared),
        published=published,
        published_from=witness,
        agency=agency,
    )


def _refuse_gate(text: str, metadata: Metadata, title: str, promised: str, *, asks_password: bool) -> None:
    shown = metadata.page_title or title
    heading = "log in" if asks_password and len(text) < SHORT else next(iter(metadata.headings), "")
    if is_gate(text, shown, promised, heading):
        raise PageError(Reason.ARTICLE_GATE, clean_line(shown or text, 120), retry=True)


def _extent(text: str) -> int:
    """Length in letters of an alphabet; an ideograph or a syllable counts for three."""
    return len(text) + 2 * len(_IDEOGRAPH.findall(text))


def plain_language(written: str) -> str | None:
    """The language code of a page's statement (\"en_GB\" gives \"en\"); None for what is none."""
    code = written.strip().replace("_", "-").partition("-")[0].lower()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else None
