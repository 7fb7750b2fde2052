"""The main text of a page: trafilatura's choice, with what it is known to lose put back and what it lets in taken out.

It flattens tables that only lay a page out, may leave out a lead that stands outside the body, and falls back to a page's
whole text, menus included, where nothing looks like an article.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from pipeline.door.text import clean_line, clean_text, text_of_html
from pipeline.extract.metadata import Metadata
from pipeline.extract.page import drop_hidden, page_tree

SHORT = 300  # characters: below it the page is read again, more willingly
SHORTEST_BLOCK = 60  # characters of a lead or a loose paragraph
MOST_LEADS = 3
MOST_BEHIND = 60  # elements behind the heading among which a lead is looked for
_BLOCKS = ("p", "div", "h2", "h3", "h4", "section", "span", "strong", "b", "em", "blockquote")
_FINAL = (".", "!", "?", "…", "»", "”", '"', "。")
_CELLS = ("table", "tbody", "thead", "tr", "td", "th")
# What trafilatura drops first, wherever it looks: without these it has half of many a page to walk through.
_ASIDES = ("aside", "footer")
_WORDLESS = ("svg", "picture", "source", "img", "input", "link", "style")


def main_text(tree: HtmlElement, markup: str, metadata: Metadata) -> str:
    """The text of the article, paragraphs parted by newlines, not yet cleaned; "" where there is none. Changes the tree."""
    _prepare(tree)
    links = _link_texts(tree)
    leads = _leads(tree)
    _lighten(tree)
    found = _without_links(_by_trafilatura(tree), links)
    if len(metadata.body) >= SHORT and (len(found) < SHORT or _squeezed(found) in _squeezed(metadata.body)):
        return text_of_html(metadata.body)  # it may have been read there, and lost its paragraphs
    if len(found) < SHORT:
        again = page_tree(markup)
        _prepare(again)
        willing = _without_links(_by_trafilatura(again, willing=True), links)
        found = willing if len(willing) > 2 * len(found) else found or willing or _loose_paragraphs(page_tree(markup))
    return _with_leads(found, leads)


def _prepare(tree: HtmlElement) -> None:
    """Take out what is hidden, and make blocks of the tables that hold paragraphs: they lay out, they do not tabulate."""
    drop_hidden(tree)
    for table in list(tree.iter("table")):
        if len(table.findall(".//p")) >= 2 or table.find(".//h1") is not None:
            for cell in table.iter(*_CELLS):
                cell.tag = "div"


def _lighten(tree: HtmlElement) -> None:
    """Take out what trafilatura would not read; asides stay where no paragraph stands outside of them, for then it may."""
    if any(next(node.iterancestors(*_ASIDES), None) is None for node in tree.iter("p")):
        etree.strip_elements(tree, *_ASIDES, with_tail=False)
    etree.strip_elements(tree, *_WORDLESS, with_tail=False)


def _by_trafilatura(tree: HtmlElement, *, willing: bool = False) -> str:
    """What trafilatura takes for the main text. It changes the tree."""
    try:
        found = trafilatura.extract(tree, fast=True, include_comments=False, favor_recall=willing)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return ""  # its heuristics trip over some trees; another reader may not
    return clean_text(found or "")


def _link_texts(tree: HtmlElement) -> frozenset[str]:
    """What the page's links say. A line that says no more than a link is a menu's or another article's headline."""
    texts = (_squeezed(str(node.text_content()) if len(node) else node.text or "") for node in tree.iter("a"))
    return frozenset(text for text in texts if 0 < len(text) <= SHORT)


def _without_links(text: str, links: frozenset[str]) -> str:
    kept = [line for line in text.split("\n") if _squeezed(line.removeprefix("- ")) not in links]
    return "\n".join(kept)


def _leads(tree: HtmlElement) -> list[str]:
    """Blocks with a sentence's length and end between the heading and the first paragraph of the page: its lead."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return []
    leads: list[str] = []
    for node in islice(_behind(heading), MOST_BEHIND):
        if node.tag == "p" and not leads and node.getparent().tag not in ("header", "hgroup"):
            break  # an ordinary body begins: trafilatura finds that
        if node.tag not in _BLOCKS or node.find(".//p") is not None or node.find("div") is not None:
            continue
        text = clean_line(str(node.text_content()), 2000)
        linked = sum(len(str(link.text_content())) for link in node.iter("a"))
        if len(text) >= SHORTEST_BLOCK and text.endswith(_FINAL) and linked * 3 < len(text):
            if not any(text in lead for lead in leads):
                leads.append(text)
            if len(leads) == MOST_LEADS:
                break
    return leads


def _behind(node: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that begin behind the end of one, in their order."""
    for inner in (node, *node.iterancestors()):
        for beside in inner.itersiblings("*"):
            yield from beside.iter("*")


def _with_leads(text: str, leads: list[str]) -> str:
    """The text with the leads before it that it has lost; only where it kept none of what stands beside them."""
    there = _squeezed(text)
    lost = []
    for lead in leads:
        if _squeezed(lead) in there:
            break  # from here on the text has it all
        lost.append(lead)
    return "\n".join([*lost, text]) if text else text


def _loose_paragraphs(tree: HtmlElement) -> str:
    """The paragraphs of a page no reader wanted: those with a sentence's length."""
    paragraphs = (clean_line(str(node.text_content()), 10_000) for node in tree.iter("p", "h1", "h2"))
    return "\n".join(paragraph for paragraph in paragraphs if len(paragraph) >= SHORTEST_BLOCK)


def _squeezed(text: str) -> str:
    return "".join(text.split())
