"""Web pages as sources: a list page's links to articles, and the feeds a page says it has."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.door.charset import decode
from pipeline.door.markup import disarm, too_many_elements
from pipeline.door.text import clean_line
from pipeline.door.url import absolute_url, normalise_url, same_host
from pipeline.errors import FeedError, Reason
from pipeline.feeds.values import FoundFeed, RawEntry, RawFeed

FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "application/json"}
)
_FEED_PATH = re.compile(
    r"(?:/(?:rss|feed|atom|feeds)(?:[./?]|\Z)|\.(?:rss|atom)(?:\?|\Z)|/(?:rss|feed|atom)[\w-]*\.(?:xml|json))",
    re.IGNORECASE,
)
_UNREAD = "script, style, noscript"


def read_list_page(
    body: bytes, *, base: str, links: str | None, charset: str | None, content_type: str, limit: int
) -> RawFeed:
    """The articles a list page links to, in its order; the anchor's text is the title.

    `links` is searched in the absolute URL. Without it, links of the same host with a headline's length of text count.
    FeedError: charset_unknown; not_a_feed where no link fits.
    """
    tree = _parse(body, charset, content_type)
    base = _base(tree, base)
    pattern = re.compile(links) if links else None
    titles: dict[str, str] = {}
    order: dict[str, str] = {}
    for anchor in tree.css("a[href]"):
        target = absolute_url(anchor.attributes.get("href") or "", base)
        if target is None:
            continue
        title = clean_line(anchor.text(separator=" "), 1000) or clean_line(anchor.attributes.get("title") or "", 1000)
        if not (pattern.search(target) if pattern else _reads_like_headline(target, title, base)):
            continue
        key = normalise_url(target)
        order.setdefault(key, target)
        if len(title) > len(titles.get(key, "")):
            titles[key] = title
    if not order:
        raise FeedError(Reason.NOT_A_FEED, "no link on the page fits", retry=True)
    entries = [RawEntry(link=target, title=titles.get(key, ""), title_is_html=False) for key, target in order.items()]
    return RawFeed(
        format="page",
        entries=tuple(entries[:limit]),
        title=_title(tree),
        language=_language(tree),
        beyond=max(0, len(entries) - limit),
    )


def discover_feeds(html: bytes | str, base_url: str) -> tuple[FoundFeed, ...]:
    """The feeds a page links to: first those it declares (link rel=alternate), then links that look like feeds."""
    tree = _tree(html) if isinstance(html, str) else _parse(html, None, "")
    base = _base(tree, base_url)
    found: dict[str, FoundFeed] = {}
    for node in tree.css("link[href]"):
        kind = (node.attributes.get("type") or "").split(";")[0].strip().lower()
        relation = (node.attributes.get("rel") or "").lower().split()
        target = absolute_url(node.attributes.get("href") or "", base)
        if target and kind in FEED_TYPES and ("alternate" in relation or "feed" in relation):
            if kind == "application/json" and not _FEED_PATH.search(target):
                continue  # WordPress declares its API so
            title = clean_line(node.attributes.get("title") or "", 200)
            found.setdefault(normalise_url(target), FoundFeed(target, title, kind))
    for anchor in tree.css("a[href]"):
        target = absolute_url(anchor.attributes.get("href") or "", base)
        if target and _FEED_PATH.search(target) and len(found) < 100:
            found.setdefault(normalise_url(target), FoundFeed(target, clean_line(anchor.text(), 200)))
    return tuple(found.values())


def _reads_like_headline(target: str, title: str, base: str) -> bool:
    path = urlsplit(target).path.strip("/")
    return len(title) >= 25 and same_host(target, base) and ("/" in path or any(mark.isdigit() for mark in path))


def _parse(body: bytes, charset: str | None, content_type: str) -> LexborHTMLParser:
    decoded = decode(body, charset=charset, content_type=content_type)
    if decoded is None:
        raise FeedError(Reason.CHARSET_UNKNOWN, "the page names no character set we read")
    return _tree(decoded.text)


def _tree(markup: str) -> LexborHTMLParser:
    if too_many_elements(markup):
        raise FeedError(Reason.TOO_LARGE, "the page has too many elements")
    tree = LexborHTMLParser(disarm(markup))
    for node in tree.css(_UNREAD):
        node.decompose()
    return tree


def _base(tree: LexborHTMLParser, base: str) -> str:
    node = tree.css_first("base[href]")
    written = (node.attributes.get("href") or "") if node else ""
    return absolute_url(written, base) or base


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("title")
    return node.text() if node else ""


def _language(tree: LexborHTMLParser) -> str:
    node: LexborNode | None = tree.css_first("html")
    return (node.attributes.get("lang") or "") if node else ""
