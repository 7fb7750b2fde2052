"""The pure middle as one task: a page or a text to an article and what it tells. Runs in a worker.

    page ─▶ glance ─▶ can it matter? ─ no ─▶ dismissed: everything visible is its text, nothing was looked for
                                     └ yes ▶ extract ─▶ recognise

Most news is about something else, and a glance costs a tenth of an extraction. A page is dismissed only where neither it nor
what the feed says of it can tell a step, and only where it shows an article: a login page that stands in its place has to go the
long way, where it is told from an article and tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import PageError
from pipeline.extract import extract
from pipeline.extract.glance import main_words
from pipeline.extract.skim import Skim, skim
from pipeline.model import Article, Entry, Page, PublishedFrom, Recognition
from pipeline.recognise import Recogniser

GLANCED = "glance"  # stands where the recogniser's version would: this text was not extracted, the page is kept


@dataclass(frozen=True, slots=True)
class Reading:
    """What a worker made of a page. `extracted`: False where it was dismissed at a glance and its text is all that is visible."""

    article: Article
    recognition: Recognition
    extracted: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a page beside the page itself."""

    entry: Entry | None
    language: str | None
    agency: str
    now: datetime


def read(recogniser: Recogniser, page: Page, about: About) -> Reading:
    """Read a page of a feed. Raises PageError where it holds no article."""
    seen = _dismissed(recogniser, page, about)
    if seen is not None:
        return Reading(_as_seen(seen, page, about), Recognition(screened_out=True), extracted=False)
    return read_in_full(recogniser, page, about)


def read_in_full(recogniser: Recogniser, page: Page, about: About) -> Reading:
    """Read a page without a glance at it first. Raises PageError where it holds no article."""
    article = extract(page, entry=about.entry, feed_language=about.language, agency=about.agency, now=about.now)
    return Reading(article, recogniser.recognise(article))


def may_matter(recogniser: Recogniser, page: Page) -> bool:
    """Whether an article on this page could tell a step. Raises PageError where the page cannot be read at all."""
    return _tells(recogniser, skim(page))


def _tells(recogniser: Recogniser, seen: Skim) -> bool:
    """Asked twice: of all that is on the page, then, after a parse, of that without menus and lone links. Titles that tell
    by themselves are enough for both: they belong to what is asked either time."""
    if recogniser.may_matter("", seen.titles):
        return True
    if not recogniser.may_matter(seen.text, seen.titles):
        return False
    return recogniser.may_matter(main_words(seen.markup), seen.titles)


def _dismissed(recogniser: Recogniser, page: Page, about: About) -> Skim | None:
    """The page as seen, where it certainly is of no interest."""
    entry = about.entry
    if entry is not None:
        carried = " ".join((entry.title, entry.summary, entry.content_html or ""))
        if recogniser.may_matter(carried, (entry.title,)):
            return None
    try:
        seen = skim(page)
    except PageError:
        return None  # whoever extracts it says why
    if _tells(recogniser, seen) or not seen.shows_article(entry.title if entry else ""):
        return None
    return seen


def _as_seen(seen: Skim, page: Page, about: About) -> Article:
    entry = about.entry
    published = entry.published if entry else None
    return Article(
        url=page.final_url or page.url,
        title=(entry.title if entry else "") or next(iter(seen.titles), ""),
        text=seen.plain(),
        language=(entry.language if entry else None) or about.language or seen.declared() or "und",
        published=published,
        published_from=PublishedFrom.FEED if published else PublishedFrom.UNKNOWN,
        agency=about.agency,
    )
