"""A document of any kind of source to its entries: find the format, read it, check and name every item.

bytes ──▶ list page? ──▶ JSON? ──▶ XML ─┬▶ RSS, RDF, Atom ─┐
                                        ├▶ sitemap, index ─┼▶ RawFeed ──▶ entry by entry: clean, resolve, name ──▶ FeedDocument
                                        └▶ feedparser ─────┘
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.door.charset import decode
from pipeline.door.text import clean_line, text_of_html
from pipeline.door.url import absolute_url, same_host
from pipeline.errors import FeedError, Reason
from pipeline.feeds.entries import build_entries, language_tag
from pipeline.feeds.json_feed import read_json
from pipeline.feeds.loose import read_loosely
from pipeline.feeds.markup import read_xml
from pipeline.feeds.pages import read_list_page
from pipeline.feeds.sitemap import read_sitemap
from pipeline.feeds.syndication import read_syndication
from pipeline.feeds.values import FeedDocument, Limits, RawFeed
from pipeline.model import Feed, FeedKind

_JSON_START = (b"{", b"[", b"\xef\xbb\xbf{")


def parse(
    body: bytes,
    *,
    feed: Feed,
    base_url: str,
    content_type: str = "",
    charset: str | None = None,
    now: datetime,
    max_entries: int = 2000,
) -> FeedDocument:
    """Read a feed, news sitemap or list page.

    `base_url` is where the document came from (after redirects); `now` bounds the dates that are believed. Raises FeedError:
    not_a_feed, xml_forbidden, xml_malformed, charset_unknown. One bad item is skipped and named, never the whole feed.
    """
    limits = Limits(entries=max_entries)
    raw = _read(body, feed, base_url, content_type, charset, limits)
    entries, skipped = build_entries(raw, feed=feed, base_url=base_url, now=now, limits=limits)
    if raw.beyond:
        skipped = (*skipped, (f"{raw.beyond} beyond the first {max_entries}", Reason.TOO_MANY_ENTRIES))
    children = (absolute_url(link, base_url) for link in raw.more)
    return FeedDocument(
        entries=entries,
        title=clean_line(text_of_html(raw.title), limits.title),
        skipped=skipped,
        ttl=raw.ttl,
        language=language_tag(raw.language) or feed.language,
        format=raw.format,
        complete=raw.complete,
        # an index speaks for its own site only
        more=tuple(link for link in children if link and same_host(link, base_url)),
    )


def _read(body: bytes, feed: Feed, base_url: str, content_type: str, charset: str | None, limits: Limits) -> RawFeed:
    if feed.kind is FeedKind.PAGE:
        return read_list_page(
            body, base=base_url, links=feed.links, charset=charset, content_type=content_type, limit=limits.entries
        )
    if body[:4096].lstrip().startswith(_JSON_START):
        decoded = decode(body)
        if decoded is None:
            raise FeedError(Reason.CHARSET_UNKNOWN, "JSON that is no UTF-8")
        return read_json(decoded.text, limits.entries)
    parsed = read_xml(body, charset=charset, content_type=content_type)
    if parsed.root is None:
        return read_loosely(parsed.text, limits.entries, complete=parsed.complete)
    found = read_syndication(parsed.root, limits.entries) or read_sitemap(parsed.root, limits.entries, limits.children)
    if found is None:
        raise FeedError(Reason.NOT_A_FEED, f"XML with the root element {str(parsed.root.tag)[:80]!r}")
    if parsed.complete:
        return found
    return replace(found, complete=False)
