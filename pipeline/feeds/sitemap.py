"""Sitemaps (urlset, with or without news:news) and sitemap indexes. They come in no order: the newest are taken first."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from pipeline.door.when import parse_when
from pipeline.feeds.values import RawEntry, RawFeed

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read_sitemap(root: etree._Element, limit: int, children: int) -> RawFeed | None:
    """The newest `limit` addresses of a sitemap, or of an index its newest `children` maps; None for other documents."""
    match etree.QName(root.tag).localname:
        case "urlset":
            found = sorted((_url(node) for node in _named(root, "url")), key=_newest)
            return RawFeed(format="sitemap", entries=tuple(found[:limit]), beyond=max(0, len(found) - limit))
        case "sitemapindex":
            maps = sorted((_url(node) for node in _named(root, "sitemap")), key=_newest)
            links = tuple(dict.fromkeys(child.link for child in maps if child.link))
            return RawFeed(format="sitemapindex", more=links[:children])
        case _:
            return None


def _newest(entry: RawEntry) -> float:
    """Sort key: newest first, undated last."""
    moment = parse_when(entry.published or entry.updated)
    return -(moment - _LONG_AGO).total_seconds() if moment else 0.0


def _url(node: etree._Element) -> RawEntry:
    """One address. Of a nested news:news its title, date and language are taken, wherever they stand below."""
    fields: dict[str, str] = {}
    for below in node.iter():
        if isinstance(below.tag, str) and below.text and len(below) == 0:
            place = etree.QName(below.tag)
            prefix = "image:" if "image" in (place.namespace or "") or "video" in (place.namespace or "") else ""
            fields.setdefault(f"{prefix}{place.localname}", below.text.strip())
    return RawEntry(
        link=fields.get("loc", ""),
        title=fields.get("title", ""),
        published=fields.get("publication_date", ""),
        updated=fields.get("lastmod", ""),
        language=fields.get("language", ""),
    )


def _named(root: etree._Element, name: str) -> list[etree._Element]:
    return [node for node in root if isinstance(node.tag, str) and etree.QName(node.tag).localname == name]
