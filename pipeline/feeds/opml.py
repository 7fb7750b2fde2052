"""Lists of feeds as OPML 2.0, in and out. What OPML has no word for travels in attributes of our own namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from lxml import etree

from pipeline.door.text import clean_line
from pipeline.door.url import absolute_url, host_of
from pipeline.errors import FeedError, Reason
from pipeline.feeds.entries import language_tag
from pipeline.feeds.markup import read_xml
from pipeline.model import Feed, FeedKind

_OURS = "urn:treatywatch:feeds"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}\Z")


def parse(document: bytes) -> tuple[Feed, ...]:
    """The feeds of an OPML document, nested folders included, each address once, ids unique.

    FeedError: not_a_feed where it is no OPML, xml_malformed, xml_forbidden, charset_unknown. Outlines without an http(s)
    address are left out.
    """
    parsed = read_xml(document, charset=None, content_type="")
    if parsed.root is None:
        raise FeedError(Reason.XML_MALFORMED, "the document is no well-formed XML")
    if etree.QName(parsed.root.tag).localname.lower() != "opml":
        raise FeedError(Reason.NOT_A_FEED, "the document is no OPML")
    feeds: dict[str, Feed] = {}
    urls: set[str] = set()
    for outline in parsed.root.iter("{*}outline"):
        feed = _feed(outline, feeds)
        if feed is not None and feed.url not in urls:
            feeds[feed.id] = feed
            urls.add(feed.url)
    return tuple(feeds.values())


def render(feeds: tuple[Feed, ...]) -> bytes:
    """An OPML 2.0 document that `parse` reads back as the same feeds."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"tw": _OURS})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "treatywatch feeds"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        name = clean_line(feed.agency or feed.id, 500)
        outline = etree.SubElement(body, "outline", {"type": "rss", "text": name, "xmlUrl": feed.url})
        for key, value in _attributes(feed):
            outline.set(key, value)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _attributes(feed: Feed) -> Iterator[tuple[str, str]]:
    if feed.language:
        yield "language", feed.language
    yield f"{{{_OURS}}}id", feed.id
    if feed.agency:
        yield f"{{{_OURS}}}agency", clean_line(feed.agency, 500)
    if feed.kind is not FeedKind.FEED:
        yield f"{{{_OURS}}}kind", feed.kind
    if feed.interval is not None:
        yield f"{{{_OURS}}}interval", str(feed.interval)
    if not feed.enabled:
        yield f"{{{_OURS}}}enabled", "false"
    if feed.links is not None:
        yield f"{{{_OURS}}}links", feed.links
    if feed.note:
        yield f"{{{_OURS}}}note", clean_line(feed.note, 1000)


def _feed(outline: etree._Element, taken: dict[str, Feed]) -> Feed | None:
    # xmlUrl is written in every case there is
    plain = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
    ours = {
        name.removeprefix(f"{{{_OURS}}}"): value for name, value in plain.items() if name.startswith(f"{{{_OURS}}}")
    }
    url = absolute_url(plain.get("xmlurl", ""), "")
    if url is None:
        return None
    title = clean_line(ours.get("agency") or ("" if ours else plain.get("title") or plain.get("text") or ""), 500)
    interval = ours.get("interval", "")
    kind = ours.get("kind", "")
    return Feed(
        id=_identifier(ours.get("id", ""), title, url, taken),
        url=url,
        kind=FeedKind(kind) if kind in set(FeedKind) else FeedKind.FEED,
        agency=title,
        language=language_tag(plain.get("language", "")),
        interval=int(interval) if re.fullmatch(r"\d{1,7}", interval) else None,
        enabled=ours.get("enabled", "true") != "false",
        links=_pattern(ours.get("links")),
        note=clean_line(ours.get("note", ""), 1000),
    )


def _pattern(written: str | None) -> str | None:
    """The pattern, or None where it is none or too long to be one a person wrote."""
    if written is None or len(written) > 500:
        return None
    try:
        re.compile(written)
    except re.error:
        return None
    return written


def _identifier(written: str, title: str, url: str, taken: dict[str, Feed]) -> str:
    if _ID.match(written) and written not in taken:
        return written
    words = re.findall(r"[a-z0-9]+", title.lower()) or re.findall(r"[a-z0-9]+", host_of(url))
    plain = "-".join(words)[:60].strip("-") or "feed"
    return plain if plain not in taken else f"{plain}-{sha256(url.encode()).hexdigest()[:8]}"
