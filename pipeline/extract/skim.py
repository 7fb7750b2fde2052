"""A page skimmed: everything it may say, without a parse, in a third of a millisecond. The first look at every page.

What stands between tags is text; scripts and styles are cut out before, but those that carry an article (JSON-LD). Where
markup is odd, more is taken for text than a parser would, never less.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from pipeline.door.markup import MOST_ELEMENTS, bytes_without_scripts, too_many_elements
from pipeline.door.text import clean_text
from pipeline.errors import PageError, Reason
from pipeline.extract.gate import LONGEST_GATE, is_gate
from pipeline.extract.page import page_text
from pipeline.extract.reading import plain_language
from pipeline.model import Page

LINKED_DATA = re.compile(r"ld(?:\+|&|%2b)", re.IGNORECASE)  # in an opening tag: a script that may hold an article
_LINKED_DATA_IN_BYTES = re.compile(LINKED_DATA.pattern.encode(), re.IGNORECASE)
_TEXT = re.compile(r">([^<]+)")
_LONE = re.compile(r"<(?=[^a-zA-Z/!?])")  # no tag begins there
# where a title, a heading or a statement of the page may begin, or no tag does: all in one pass, and one set of letters is the quickest
_TELLING = re.compile(r"<[^a-gi-ln-su-zA-GI-LN-SU-Z/!?]")
_BEGINS_TAG = frozenset("tThHmM")
_META = re.compile(r"<meta\s[^>]*", re.IGNORECASE)
_CONTENT = re.compile(r"\scontent\s*=\s*(?:\"([^\"]*)|'([^']*)|([^\s\"'>]+))", re.IGNORECASE)
_SAYS = re.compile(r"title|description", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1|TITLE|H1)(?=[\s>])[^>]*+>([^<]*+(?:<(?!/\1)[^<]*+)*+)")
_PARAGRAPH_BEGINS = re.compile(r"<[pP](?=[\s>])[^>]*+>")
_PARAGRAPH_ENDS = re.compile(r"</?(?:p|div|li|ul|ol|section|article|main|table|h[1-6]|footer|aside)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_LANGUAGE = re.compile(r"<html\b[^>]*?\slang\s*=\s*[\"']?([a-zA-Z_-]{2,20})", re.IGNORECASE)
_PASSWORD = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[a-z\"/])")
_PARAGRAPH = 60  # characters
_ARTICLE = 600
_LONGEST_TEXT = 100_000
_HEAD = 20_000  # characters in which the root element stands


@dataclass(frozen=True, slots=True)
class Skim:
    """What a page may say. `text`: all of it, in order. `titles`: its titles and headings. `markup`: without scripts."""

    text: str
    titles: tuple[str, ...]
    markup: str

    def declared(self) -> str:
        """The language the page's root names, "" for none."""
        found = _LANGUAGE.search(self.markup, 0, _HEAD)
        return (plain_language(found[1]) or "") if found else ""

    def shows_article(self, promised: str) -> bool:
        """Whether there are paragraphs of an article, and not those of a gate (a login, a cookie wall, an empty shell).

        `promised`: the title under which a feed offered the page, "" where nobody did. In doubt it says no.
        """
        length = 0
        paragraphs: list[str] = []
        for begins in _PARAGRAPH_BEGINS.finditer(self.markup):
            ends = _PARAGRAPH_ENDS.search(self.markup, begins.end())
            inside = self.markup[begins.end() : ends.start() if ends else len(self.markup)]
            words = " ".join(_unescaped(_TAG.sub("", inside)).split())
            if len(words) >= _PARAGRAPH:
                paragraphs.append(words)
                length += len(words) + 1
            if length > LONGEST_GATE:
                return True
        if length < _ARTICLE or (length < 2 * _ARTICLE and _PASSWORD.search(self.markup)):
            return False
        heading = self.titles[1] if len(self.titles) > 1 else ""
        return not is_gate("\n".join(paragraphs), next(iter(self.titles), ""), promised, heading)

    def plain(self) -> str:
        """The text cleaned for storing, on one line."""
        return " ".join(clean_text(self.text[:_LONGEST_TEXT]).split())


def skim(page: Page) -> Skim:
    """Look at a page. PageErrors as `page_text`, and too_large."""
    # scripts are most of a page: what need not be read is cut out before it is decoded
    markup = page_text(replace(page, body=bytes_without_scripts(page.body, _LINKED_DATA_IN_BYTES)))
    if too_many_elements(markup):
        raise PageError(Reason.TOO_LARGE, f"more than {MOST_ELEMENTS:,} elements")
    places = [found.start() for found in _TELLING.finditer(markup)]
    if any(markup[place + 1] not in _BEGINS_TAG for place in places):
        markup = _LONE.sub("&lt;", markup)
        places = [found.start() for found in _TELLING.finditer(markup)]
    titles, contents = _said_of_itself(markup, places)
    titles = [" ".join(_unescaped(_TAG.sub(" ", title)).split()) for title in titles]
    said = _unescaped(" ".join((*_TEXT.findall(markup), *contents)))
    return Skim(escapes_read(said), tuple(filter(None, titles)), markup)


def escapes_read(text: str) -> str:
    """The text with the escapes of JSON as the letters they stand for, line breaks as blanks."""
    return _ESCAPED.sub(_letter, text) if "\\" in text else text


def _said_of_itself(markup: str, places: list[int]) -> tuple[list[str], list[str]]:
    """Titles and headings, and what a page states of itself: its titles and descriptions. `places`: where one of them may begin."""
    titles: list[str] = []
    contents: list[str] = []
    after_title = after_meta = 0  # what stands in one of them is read with it
    for place in places:
        if place >= after_title and (title := _TITLE.match(markup, place)):
            titles.append(title[2])
            after_title = title.end()
        elif place >= after_meta and (meta := _META.match(markup, place)):
            after_meta = meta.end()
            if _SAYS.search(meta.group()) and (content := _CONTENT.search(meta.group())):
                contents.append(content[1] or content[2] or content[3] or "")
    return titles, contents


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else " "
