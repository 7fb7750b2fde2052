"""A page at a glance: everything it may say, in well under a millisecond, to judge whether it is worth extracting.

One parse gives the words, the titles and the language the page declares. What a reader never sees (scripts, styles) is cut out
before the parse, and only where that is certain not to take a word of text along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.door.markup import MOST_ELEMENTS, disarm, too_many_elements
from pipeline.door.text import clean_text
from pipeline.errors import PageError, Reason
from pipeline.extract.gate import LONGEST_GATE, is_gate
from pipeline.extract.page import page_text
from pipeline.extract.reading import plain_language
from pipeline.model import Page

_DATA_SCRIPT = re.compile(r"json|template|html|text/x-", re.IGNORECASE)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TELLING = (
    "script, style, title, h1, html, input[type=password], "
    "meta[property='og:title'], meta[name='description'], meta[property='og:description']"
)
_PART = "\x1e"  # stands nowhere in clean text
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
    ]
)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_SHORTEST = 12  # characters of a line that may be a sentence
_AFTER_NAME = " \t\n\r\f/>"
_FURNITURE = "nav, footer, button, select, svg, menu"
_PARAGRAPH = 60  # characters
_ARTICLE = 600
_LONGEST_LINK = 300
_LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page may say. `text`: all of it, in order; `main`: the same without menus and links that stand alone.

    `titles`: its title and headings. `declared`: the language its root names ("" for none). `data`: what its data scripts hold. `asks_password`: a login form is on it.
    """

    text: str
    titles: tuple[str, ...]
    declared: str
    asks_password: bool
    data: str
    tree: LexborHTMLParser
    markup: str

    def main(self) -> str:
        """The text again without what extraction never keeps: menus, buttons, and blocks that are nothing but one link.

        Changes the tree; call it once.
        """
        for node in self.tree.css(_FURNITURE):
            node.decompose()
        for link in self.tree.css("a"):
            around, words = link.parent, link.text()
            if around is not None and len(words) <= _LONGEST_LINK and around.text().strip() == words.strip():
                link.decompose()
        return f"{_words_of(self.tree)} {self.data}"

    def paragraphs(self) -> str:
        """The text once more, a line for each block, as extraction would part it; an article in its data, too."""
        marked = LexborHTMLParser(_TAG.sub(_parted, self.markup))
        for node in marked.css(f"script, style, {_FURNITURE}"):
            node.decompose()
        text = marked.root.text(separator="") if marked.root is not None else ""
        lines = (" ".join(line.split()) for line in (*text.split(_PART), *self.data.replace("\\n", '","').split('","')))
        return "\n".join(line for line in lines if len(line) >= _SHORTEST)

    def shows_article(self, promised: str) -> bool:
        """Whether there are paragraphs of an article, and not those of a gate (a login, a cookie wall, an empty shell).

        `promised`: the title under which a feed offered the page, "" where nobody did. In doubt it says no.
        """
        paragraphs = (" ".join(node.text().split()) for node in self.tree.css("p"))
        text = "\n".join(paragraph for paragraph in paragraphs if len(paragraph) >= _PARAGRAPH)
        if len(text) < _ARTICLE or (self.asks_password and len(text) < 2 * _ARTICLE):
            return False
        heading = self.titles[1] if len(self.titles) > 1 else ""
        return not is_gate(text[:LONGEST_GATE], next(iter(self.titles), ""), promised, heading)

    def plain(self) -> str:
        """The text cleaned for storing, on one line."""
        return " ".join(clean_text(self.text[:_LONGEST_TEXT]).split())


def glance(page: Page) -> Glance:
    """Look at a page. PageErrors as `page_text`, and too_large."""
    markup = disarm(without_scripts(page_text(page)))
    if too_many_elements(markup):
        raise PageError(Reason.TOO_LARGE, f"more than {MOST_ELEMENTS:,} elements")
    tree = LexborHTMLParser(markup)
    said: list[str] = []
    data: list[str] = []
    titles: list[str] = []
    declared, asks_password = "", False
    for node in tree.css(_TELLING):
        match node.tag:
            case "script" | "style":
                if node.tag == "script" and _DATA_SCRIPT.search(node.attributes.get("type") or ""):
                    data.append(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), node.text()))
                node.decompose()
            case "meta":
                said.append(node.attributes.get("content") or "")
            case "html":
                declared = plain_language(node.attributes.get("lang") or "") or ""
            case "input":
                asks_password = True
            case _:
                titles.append(" ".join(node.text(separator=" ").split()))
    text = " ".join((_words_of(tree), *said, *data))
    return Glance(text, tuple(filter(None, titles)), declared, asks_password, " ".join(data), tree, markup)


def without_scripts(markup: str) -> str:
    """The markup without scripts and styles that hold no other end tag than their own.

    The first "</" behind "<script" has to be its own, with no other "<script" and no end of a comment before it: so text is never
    lost to a "<script" that stands in a comment or an attribute. Scripts that carry data (JSON-LD, templates) stay.
    """
    for name in ("script", "style"):
        opening, closing = f"<{name}", f"</{name}"
        at = 0
        kept: list[str] = []
        start = markup.find(opening)
        while start >= 0:
            body = markup.find(">", start) + 1
            end = markup.find("</", body) if body else -1
            if end < 0:
                break
            if markup.startswith(closing, end) and _is_whole(markup, opening, start, body, end):
                kept.append(markup[at:start])
                at = end = (markup.find(">", end) + 1) or len(markup)
            start = markup.find(opening, end)
        markup = "".join((*kept, markup[at:])) if kept else markup
    return markup


def _is_whole(markup: str, opening: str, start: int, body: int, end: int) -> bool:
    """Whether what begins at `start` and ends at `end` is one script, standing for itself, and none that carries data."""
    return (
        markup[start + len(opening)] in _AFTER_NAME
        and markup.rfind("<", 0, start) <= markup.rfind(">", 0, start)
        and markup.find(opening, body, end) < 0
        and markup.find("-->", start, end) < 0
        and not _DATA_SCRIPT.search(markup, start, body)
    )


def _parted(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in _INLINE else _PART + found[0]


def _words_of(tree: LexborHTMLParser) -> str:
    root: LexborNode | None = tree.root
    return root.text(separator=" ") if root is not None else ""
