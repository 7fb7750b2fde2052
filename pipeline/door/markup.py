"""HTML made harmless for the parsers: what costs them the square of its length is taken out or told before they see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import AnyStr, Generic

MOST_ELEMENTS = 60_000

# Parsers compare each attribute of a tag with all before it: 100,000 of them took one 11 s, another 32 s.
_LENGTH = 8000
_LONG_TAG = re.compile(rf"<([A-Za-z][A-Za-z0-9]*)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*'){{{_LENGTH},}}+>?")
_MOST_ATTRIBUTES = 500
DATA_SCRIPT = re.compile(
    r"json|template|html|text/x-", re.IGNORECASE
)  # in an opening tag: it holds text, not a program
_MOST_SCRIPTS = 300  # that are cut; a page of nothing but "<script" must not cost the square of its length
_SCRIPT = re.compile(r"<(script|style)(?=[\s/>])([^<>]*+>)[^<]*+(?:<(?!/|!--|script|style)[^<]*+)*+</\1[^>]*+>?")
_SCRIPT_IN_BYTES = re.compile(_SCRIPT.pattern.encode())


def disarm(markup: str) -> str:
    """The markup with the attributes of monstrous tags dropped."""
    if markup.count("=") < _LENGTH and not _has_long_stretch(markup):
        return markup  # no tag can be so long
    return _LONG_TAG.sub(_without_attributes, markup)


def too_many_elements(markup: str) -> bool:
    """Whether there are more opening tags than any page of news has; deep nesting of them is what parsers suffer from."""
    shortest = len("<a>") * MOST_ELEMENTS
    return len(markup) > shortest and markup.count("<") - markup.count("</") > MOST_ELEMENTS


def without_scripts(markup: str, keep: re.Pattern[str] = DATA_SCRIPT) -> str:
    """The markup without scripts and styles that hold no other end tag than their own, nor another opening one.

    One that begins inside a comment or a tag is none: so text is never lost to a "<script" that stands in one. Scripts whose
    opening tag matches `keep` stay.
    """
    return "".join(_beside_scripts(markup, _SCRIPT, keep, _TEXT_MARKS))


def bytes_without_scripts(body: bytes, keep: re.Pattern[bytes]) -> bytes:
    """The same of a document that is not decoded yet, which most of it then need not be. Every charset of a page but those in
    which other letters hold the bytes of tags (ISO-2022-JP, UTF-16: these stay as they are) writes tags as ASCII does."""
    if b"\x1b" in body or b"\x00" in body:
        return body
    return b"".join(_beside_scripts(body, _SCRIPT_IN_BYTES, keep, _BYTE_MARKS))


@dataclass(frozen=True, slots=True)
class _Marks(Generic[AnyStr]):
    opens: AnyStr
    closes: AnyStr
    comment: AnyStr
    comment_ends: AnyStr


_TEXT_MARKS = _Marks("<", ">", "<!--", "-->")
_BYTE_MARKS = _Marks(b"<", b">", b"<!--", b"-->")


def _beside_scripts(
    markup: AnyStr, script: re.Pattern[AnyStr], keep: re.Pattern[AnyStr], marks: _Marks[AnyStr]
) -> Iterator[AnyStr]:
    at = 0
    for found in islice(script.finditer(markup), _MOST_SCRIPTS):
        start = found.start()
        if _in_tag(markup, at, start, marks) or _in_comment(markup, at, start, marks) or keep.search(found[2]):
            continue
        yield markup[at:start]
        at = found.end()
    yield markup[at:]


def _in_tag(markup: AnyStr, since: int, place: int, marks: _Marks[AnyStr]) -> bool:
    return markup.rfind(marks.opens, since, place) > markup.rfind(marks.closes, since, place)


def _in_comment(markup: AnyStr, since: int, place: int, marks: _Marks[AnyStr]) -> bool:
    begun = markup.rfind(marks.comment, since, place)
    return begun >= 0 and markup.find(marks.comment_ends, begun + 2, place) < 0


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
