"""The second look at a page, after a skim: its words without what extraction never keeps, for the price of a cheap parse."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.door.markup import disarm
from pipeline.extract.skim import LINKED_DATA, escapes_read

_FURNITURE = "nav, footer, button, select, svg, menu"
_LONGEST_LINK = 300
_SAID_IN_HEAD = "meta[property*=title], meta[name*=title], meta[property*=description], meta[name*=description]"


def main_words(markup: str) -> str:
    """What is left of a page without menus, buttons, scripts, and blocks that are nothing but one link."""
    # a template's words are hidden from a browser's text, and not from extraction
    tree = LexborHTMLParser(disarm(markup).replace("<template", "<div").replace("</template", "</div"))
    data: list[str] = []
    for node in tree.css("script, style"):
        if node.tag == "script" and LINKED_DATA.search(node.attributes.get("type") or ""):
            data.append(escapes_read(node.text()))
        node.decompose()
    data += [node.attributes.get("content") or "" for node in tree.css(_SAID_IN_HEAD)]
    for node in tree.css(_FURNITURE):
        node.decompose()
    for link in tree.css("a"):
        around, words = link.parent, link.text()
        if around is not None and len(words) <= _LONGEST_LINK and around.text().strip() == words.strip():
            link.decompose()
    root: LexborNode | None = tree.root
    return " ".join((root.text(separator=" ") if root is not None else "", *data))
