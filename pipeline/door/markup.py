"""HTML made harmless for the parsers: what costs them the square of its length is taken out or told before they see it."""

from __future__ import annotations

import re

MOST_ELEMENTS = 60_000

# Parsers compare each attribute of a tag with all before it: 100,000 of them took one 11 s, another 32 s.
_LENGTH = 8000
_LONG_TAG = re.compile(rf"<([A-Za-z][A-Za-z0-9]*)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*'){{{_LENGTH},}}+>?")
_MOST_ATTRIBUTES = 500
DATA_SCRIPT = re.compile(
    r"json|template|html|text/x-", re.IGNORECASE
)  # in an opening tag: it holds text, not a program
_MOST_SCRIPTS = 300  # that are cut; a page of nothing but "<script" must not cost the square of its length
_AFTER_NAME = " \t\n\r\f/>"


def disarm(markup: str) -> str:
    """The markup with the attributes of monstrous tags dropped."""
    if markup.count("=") < _LENGTH and not _has_long_stretch(markup):
        return markup  # no tag can be so long
    return _LONG_TAG.sub(_without_attributes, markup)


def too_many_elements(markup: str) -> bool:
    """Whether there are more opening tags than any page of news has; deep nesting of them is what parsers suffer from."""
    shortest = len("<a>") * MOST_ELEMENTS
    return len(markup) > shortest and markup.count("<") - markup.count("</") > MOST_ELEMENTS


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
        for _ in range(_MOST_SCRIPTS):
            if start < 0:
                break
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
        and not DATA_SCRIPT.search(markup, start, body)
    )


def _has_long_stretch(markup: str) -> bool:
    """Whether as many characters as the longest tag has follow each other without a "<"."""
    at = 0
    while at + _LENGTH < len(markup):
        last = markup.rfind("<", at, at + _LENGTH)
        if last < 0:
            return True
        at = last + 1
    return False


def _without_attributes(found: re.Match[str]) -> str:
    tag = found.group()
    many = tag.count("=") > _MOST_ATTRIBUTES or len(tag.split()) > 4 * _MOST_ATTRIBUTES
    return f"<{found[1]}>" if many else tag
