"""Feeds that are no XML and cannot be mended into it, read by feedparser, which reads nearly everything.

feedparser opens what looks like a path and fetches what looks like a URL, so it is given a file object and nothing else.
"""

from __future__ import annotations

import io
import re
from typing import Any

import feedparser

from pipeline.errors import FeedError, Reason
from pipeline.feeds.values import RawEntry, RawFeed


def read_loosely(text: str, limit: int, *, complete: bool) -> RawFeed:
    """What feedparser makes of a broken document. FeedError (xml_malformed) where it finds no entries in it."""
    # Its strict parser has already failed on this text in our hands. The charset is settled: the bytes are ours.
    body = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise FeedError(Reason.XML_MALFORMED, f"broken beyond repair ({type(error).__name__})", retry=True) from None
    entries = parsed.get("entries", [])
    if not entries:
        raise FeedError(Reason.XML_MALFORMED, "broken, and no item of it could be read", retry=True)
    head = parsed.get("feed", {})
    return RawFeed(
        format=re.sub(r"\d+\Z", "", parsed.get("version", "")) or "broken",
        entries=tuple(_entry(entry) for entry in entries[:limit]),
        title=_string(head, "title"),
        language=_string(head, "language"),
        complete=complete,
        beyond=max(0, len(entries) - limit),
    )


def _entry(entry: Any) -> RawEntry:
    contents = entry.get("content") or [{}]
    return RawEntry(
        guid=_string(entry, "id"),
        link=_string(entry, "feedburner_origlink") or _string(entry, "link"),
        title=_string(entry, "title"),
        published=_string(entry, "published"),
        updated=_string(entry, "updated"),
        language=_string(entry, "language"),
        summary=_string(entry, "summary"),
        content_html=_string(contents[0], "value"),
    )


def _string(table: Any, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""
