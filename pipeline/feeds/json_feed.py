"""JSON Feed 1 and 1.1."""

from __future__ import annotations

import json
from typing import Any

from pipeline.errors import FeedError, Reason
from pipeline.feeds.values import RawEntry, RawFeed

MAX_DEPTH = 256


def read_json(text: str, limit: int) -> RawFeed:
    """The feed in a JSON text, at most `limit` entries of it. FeedError (not_a_feed) for JSON that is none or is broken."""
    try:
        document = json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as error:  # a JSONDecodeError is a ValueError
        raise FeedError(Reason.NOT_A_FEED, f"no whole JSON document: {str(error)[:100]}", retry=True) from None
    if not isinstance(document, dict):
        raise FeedError(Reason.NOT_A_FEED, "JSON, but no feed")
    items = document.get("items")
    if not isinstance(items, list) or not ("jsonfeed" in _string(document.get("version")) or _looks_right(items)):
        raise FeedError(Reason.NOT_A_FEED, "JSON, but no JSON Feed")
    return RawFeed(
        format="json",
        entries=tuple(_item(item if isinstance(item, dict) else {}) for item in items[:limit]),
        title=_string(document.get("title")),
        language=_string(document.get("language")),
        beyond=max(0, len(items) - limit),
    )


def _item(item: dict[str, Any]) -> RawEntry:
    html = _string(item.get("content_html"))
    text = _string(item.get("content_text"))
    return RawEntry(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_string(item.get("title")),
        title_is_html=False,
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        language=_string(item.get("language")),
        summary=_string(item.get("summary")) or text[:5000],
        content_html=html or _as_html(text),
    )


def _as_html(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"<p>{line}</p>" for line in escaped.splitlines() if line.strip())


def _string(value: object) -> str:
    """A string, or a number as one (version 1 allowed numbers as ids); anything else is nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _number(digits: str) -> int | str:
    """Python refuses to turn thousands of digits into a number; then they stay digits."""
    return int(digits) if len(digits) < 100 else digits[:100]


def _looks_right(items: list[Any]) -> bool:
    return any(isinstance(item, dict) and "url" in item and ("id" in item or "title" in item) for item in items[:5])
