"""A page's bytes to a tree that is safe to work on, and the cheap views of a page that need no extraction."""

from __future__ import annotations

import re

from lxml import etree, html
from lxml.html import HtmlElement
from selectolax.lexbor import LexborHTMLParser

from pipeline.door.charset import decode
from pipeline.door.markup import MOST_ELEMENTS, disarm
from pipeline.door.text import clean_text
from pipeline.door.url import absolute_url, normalise_url, same_host
from pipeline.errors import PageError, Reason
from pipeline.model import Page

_HTML_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/xml",
    "text/xml",
    "application/octet-stream",
    "",
)
_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"RIFF",
    b"ID3",
    b"{\\rtf",
)
_NOT_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,500}?-->\s*)?(?:<rss\b|<feed\b|<rdf:|<urlset\b|<sitemapindex\b|[\[{])",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|p|div|article|title|meta|h1|br)\b", re.IGNORECASE)
_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


def page_text(page: Page) -> str:
    """The page's markup as text. PageError: article_not_html for other media, charset_unknown."""
    media = page.content_type.split(";")[0].strip().lower()
    head = page.body[:1024]
    if media not in _HTML_TYPES or head.lstrip().startswith(_BINARY):
        raise PageError(Reason.ARTICLE_NOT_HTML, f"the document is {media or 'binary'}"[:100])
    decoded = decode(page.body, charset=page.charset, content_type=page.content_type)
    if decoded is None:
        raise PageError(Reason.CHARSET_UNKNOWN, "the page names no character set we read")
    text = decoded.text
    if not text.strip():
        raise PageError(Reason.ARTICLE_NO_TEXT, "the page is empty", retry=True)
    start = text[:2000]
    marked = bool(_MARKUP.search(text[:20_000]))
    if start.count("\x00") + start.count("\ufffd") > len(start) // 10 or (_NOT_HTML.match(start) and not marked):
        raise PageError(Reason.ARTICLE_NOT_HTML, "the document is no HTML")
    return text


def page_tree(text: str) -> HtmlElement:
    """The parsed page without comments. PageError: article_no_text (nothing in it), too_large (over 60,000 elements)."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False, no_network=True)
    try:
        tree = html.document_fromstring(clean_text(disarm(text)).encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError:  # a ParserError: nothing to make a tree of
        raise PageError(Reason.ARTICLE_NO_TEXT, "the page is empty", retry=True) from None
    count = tree.xpath("count(//*)")
    if isinstance(count, float) and count > MOST_ELEMENTS:
        raise PageError(Reason.TOO_LARGE, f"{count:,.0f} elements")
    return tree


def drop_hidden(tree: HtmlElement) -> None:
    """Take out what the page hides from its readers, unless that is most of it (shown later by a script)."""
    # by their attributes, which takes half the time of asking every element for them
    marks = tree.xpath("//body/descendant::*/@hidden | //body/descendant::*/@style")
    hidden = list(
        dict.fromkeys(mark.getparent() for mark in marks if mark.attrname == "hidden" or _HIDING.search(mark))
    )
    if not hidden:
        return
    total = len(str(tree.text_content()))
    unseen = sum(len(str(node.text_content())) for node in hidden)
    if unseen * 2 > total:
        return
    for node in hidden:
        if node.getparent() is not None:
            node.drop_tree()


def canonical_url(page: Page) -> str | None:
    """The address the page calls its own (rel=canonical, else og:url), normalised; None where it names none.

    A page speaks for its own host only: an address elsewhere is not believed. Nor is a home page.
    """
    tree = LexborHTMLParser(disarm(page_text(page)[:200_000]))
    base = page.final_url or page.url
    candidates = [node.attributes.get("href") for node in tree.css("link[rel~=canonical]")]
    candidates += [node.attributes.get("content") for node in tree.css('meta[property="og:url"]')]
    for written in candidates:
        target = absolute_url(written or "", base)
        if target and same_host(target, base) and normalise_url(target).split("/", 3)[-1]:
            return normalise_url(target)
    return None
