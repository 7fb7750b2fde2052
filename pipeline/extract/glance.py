"""A page at a glance: everything it may say, in well under a millisecond, to judge whether it is worth extracting.

One parse gives the words, the titles and the language the page declares. What a reader never sees (scripts, styles) is cut out
before the parse, and only where that is certain not to take a word of text along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.door.markup import DATA_SCRIPT, MOST_ELEMENTS, disarm, too_many_elements, without_scripts
from pipeline.door.text import clean_text
from pipeline.errors import PageError, Reason
from pipeline.extract.gate import LONGEST_GATE, is_gate
from pipeline.extract.page import page_text
from pipeline.extract.reading import plain_language
from pipeline.model import Page

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TELLING = (
    "script, style, title, h1, html, input[type=password], "
    "meta[property='og:title'], meta[name='description'], meta[property='og:description']"
)
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
                if node.tag == "script" and DATA_SCRIPT.search(node.attributes.get("type") or ""):
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
    return Glance(text, tuple(filter(None, titles)), declared, asks_password, " ".join(data), tree)


def _words_of(tree: LexborHTMLParser) -> str:
    root: LexborNode | None = tree.root
    return root.text(separator=" ") if root is not None else ""
