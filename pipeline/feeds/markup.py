"""XML from strangers, parsed without trust: no DTD, no entities, no network, bounded depth; broken markup mended if it can be.

bytes ─decode─▶ text ─strip DTD─▶ strict parse ─┬▶ tree
                                                └▶ mend references, drop control characters ─▶ strict parse ─┬▶ tree
                                                      cut behind the last whole item, close ─▶ strict parse ─┴▶ …
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from lxml import etree

from pipeline.door.charset import decode
from pipeline.door.text import clean_line, text_of_html
from pipeline.errors import FeedError, Reason

MAX_DEPTH = 256  # libxml2's own bound while huge_tree is off
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}\?>")
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_WARNING = re.compile(r"<(?:br|b|font|pre)\b", re.IGNORECASE)
_FEED_START = re.compile(r"<\?xml\b|<rss\b|<feed\b|<rdf:RDF\b|<urlset\b|<sitemapindex\b|<opml\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY|%[A-Za-z_]", re.IGNORECASE)
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|title|script|div|p|h1)\b", re.IGNORECASE)
_HTML_TITLE = re.compile(r"<title\b[^>]{0,500}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"&(?:#([0-9]{1,9});?|#[xX]([0-9A-Fa-f]{1,8});?|([A-Za-z][A-Za-z0-9]{0,31});)?")
_XML_NAMES = frozenset({"lt", "gt", "amp", "quot", "apos"})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEM_END = re.compile(r"</((?:[A-Za-z][\w.-]{0,20}:)?(?:item|entry|url|sitemap))\s*>")
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{20000,}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a document: its root where XML came of it, the mended text for a more patient reader, and whether the
    document reached its end."""

    root: etree._Element | None
    text: str
    complete: bool


def read_xml(body: bytes, *, charset: str | None, content_type: str) -> Parsed:
    """Parse a feed's bytes. FeedError: charset_unknown, not_a_feed (empty, HTML), xml_forbidden (entities, depth)."""
    decoded = decode(body, charset=charset, content_type=content_type)
    if decoded is None:
        raise FeedError(Reason.CHARSET_UNKNOWN, "the document names no character set we read")
    text = _without_doctype(_DECLARATION.sub("", _from_start(decoded.text), count=1).lstrip())
    if not text:
        raise FeedError(Reason.NOT_A_FEED, "the document is empty", retry=True)
    refuse_html(text)
    if not text.startswith("<"):
        raise FeedError(Reason.NOT_A_FEED, "neither XML nor JSON")
    if any(tag.group().count("=") > 2000 for tag in _LONG_TAG.finditer(text)):
        raise FeedError(Reason.XML_FORBIDDEN, "an element with thousands of attributes")
    root = parse_strictly(text)
    if root is not None:
        return Parsed(root, text, complete=True)
    mended = _NOT_XML.sub("", _REFERENCE.sub(_mend, text))
    root = parse_strictly(mended)
    if root is not None:
        return Parsed(root, mended, complete=True)
    whole = _ends(mended)
    if not whole:
        mended = _cut(mended)
        root = parse_strictly(mended)
    return Parsed(root, mended, complete=whole)


def _from_start(text: str) -> str:
    """The document without what a server's own warnings put before it."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("<") and not _WARNING.match(text):
        return text
    found = _FEED_START.search(text[:10_000])
    return text[found.start() :] if found else text


def refuse_html(text: str) -> None:
    """FeedError (not_a_feed) for a web page where a feed should be, with the page's title: mostly an error or a gate."""
    start = text[_prolog_end(text) :][:200]
    if not _HTML_START.match(start):
        return
    found = _HTML_TITLE.search(text[:50_000])
    title = clean_line(text_of_html(found[1]), 120) if found else ""
    raise FeedError(Reason.NOT_A_FEED, f"a web page: {title}" if title else "a web page", retry=True)


def parse_strictly(text: str) -> etree._Element | None:
    """The root of well-formed XML, None for other text. FeedError (xml_forbidden) where it is nested too deeply."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        if "depth" in (error.msg or ""):
            raise FeedError(Reason.XML_FORBIDDEN, f"nested deeper than {MAX_DEPTH} elements") from None
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        raise FeedError(Reason.XML_FORBIDDEN, "a document type where none can be")
    return root


def _prolog_end(text: str) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0


def _without_doctype(text: str) -> str:
    """The text without its document type (RSS 0.91 has one); FeedError (xml_forbidden) where that declares entities."""
    start = _prolog_end(text)
    if text[start : start + 9].upper() != "<!DOCTYPE" or text[start + 9 : start + 20].strip().lower().startswith(
        "html"
    ):
        return text
    opening = re.compile(r"[^\[<>]{0,2000}").match(text, start + 9)
    end = opening.end() if opening else start
    if text[end : end + 1] == "[":
        close = re.compile(r"\]\s*>").search(text, end)
        subset = text[end : close.start() if close else len(text)]
        if close is None or _ENTITY.search(subset):
            raise FeedError(Reason.XML_FORBIDDEN, "the document declares entities")
        return text[close.end() :].lstrip()
    if text[end : end + 1] != ">":
        raise FeedError(Reason.XML_FORBIDDEN, "a document type that does not end")
    return text[end + 1 :].lstrip()


def _mend(found: re.Match[str]) -> str:
    """A reference XML can read: HTML's names as letters, numbers of no character dropped, a bare ampersand escaped."""
    decimal, hexadecimal, name = found.groups()
    if name:
        if name in _XML_NAMES:
            return found.group()
        letters = html.unescape(f"&{name};")
        return letters if not letters.startswith("&") and letters not in "<>'\"" else f"&amp;{name};"
    if decimal or hexadecimal:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        readable = number < 0x110000 and not _NOT_XML.match(chr(number))
        return f"&#{number};" if readable else ""
    return "&amp;"


def _ends(text: str) -> bool:
    """Whether the document reaches the end tag of its root."""
    found = re.compile(r"<([A-Za-z][\w.:-]{0,60})").search(text, _prolog_end(text))
    return bool(found) and f"</{found[1]}" in text[-200:] if found else False


def _cut(text: str) -> str:
    """A document that broke off, cut behind its last whole item and closed."""
    ends = [found.end() for found in _ITEM_END.finditer(text)]
    if not ends:
        return text
    kept = text[: ends[-1]]
    # what is still open there: the root, and around the items of RSS its channel
    found = re.compile(r"<([A-Za-z][\w.:-]{0,60})").search(kept, _prolog_end(kept))
    root = found[1] if found else "rss"
    channel = "</channel>" if kept.count("<channel") > kept.count("</channel") else ""
    return f"{kept}{channel}</{root}>"
