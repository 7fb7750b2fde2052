"""The values of reading feeds: a parsed document, a discovered feed, a decision when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.errors import Reason
from pipeline.model import Entry


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a feed is taken: characters per field, entries per document, nesting of its markup."""

    entries: int = 2000
    title: int = 1000
    summary: int = 5000
    content: int = 500_000
    identity: int = 500
    children: int = 20  # sitemaps followed from one index


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An item as the format's reader found it: untrusted strings, not yet cleaned, checked or named."""

    guid: str = ""
    link: str = ""
    title: str = ""
    title_is_html: bool = True
    published: str = ""
    updated: str = ""
    language: str = ""
    summary: str = ""
    content_html: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A document as the format's reader found it. `ttl` is how long it asks to be left alone."""

    format: str
    entries: tuple[RawEntry, ...] = ()
    title: str = ""
    language: str = ""
    ttl: timedelta | None = None
    complete: bool = True
    beyond: int = 0  # entries over the limit, not read
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed, sitemap or list page as read.

    `skipped` names what was left out and why (an item's identity or place, a reason). `complete` is False where the document
    broke off or had to be repaired so that items may be missing: then its validators must not be stored. `more` are the
    child sitemaps of a sitemap index, newest first. `format` is "rss", "rdf", "atom", "json", "sitemap", "sitemapindex",
    "page", or what feedparser calls it.
    """

    entries: tuple[Entry, ...]
    title: str = ""
    skipped: tuple[tuple[str, Reason], ...] = ()
    ttl: timedelta | None = None
    language: str | None = None
    format: str = ""
    complete: bool = True
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page links to: its absolute URL, the title given to it, and its media type ("" where only guessed)."""

    url: str
    title: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When to look again. `interval` is what the feed's habits suggest (keep it for the next decision); `due` is the moment,
    with jitter and the server's wishes counted in; `reason` is the one rule that decided."""

    interval: timedelta
    due: datetime
    reason: str
