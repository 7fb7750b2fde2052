"""Article text without what is not the article: repeated paragraphs, stray marks, invisible letters, furniture.

Cleaning only drops, or replaces a few characters in place, and keeps account of it: every stretch of the clean text can be
found again in the text as it came, so that evidence can be quoted exactly as it stands there.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.extract.furniture import Furniture

_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_ODD = re.compile(
    rf"(?P<invisible>[{_INVISIBLE}]+)"
    r"|(?P<tag></?(?:p|br|div|span|b|i|u|em|strong|a|h[1-6]|li|ul|ol|td|tr|table|figure|img)(?:\s[^<>]{0,500})?/?>)"
    r"|(?P<reference>&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,12}[0-9]{0,2});)"
    r"|(?P<blank>[^\S ]| (?=\s)|\s{2,})"
    r"|(?P<marked>[^\W\d_][\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u0655\u3099\u309a]+)",
)
# One pass over the text tells most paragraphs to hold nothing odd at all.
_SUSPECT = re.compile(
    rf"[<&{_INVISIBLE}\t\n\x0b\x0c\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u0300-\u036f\u0483-\u0487\u0591-\u05bd"
    r"\u064b-\u0655\u3099\u309a]|  "
)
# Line ends of every kind; in a text of hard-wrapped lines only empty lines part paragraphs.
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_EMPTY_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)\s*")
_BREAK_TAG = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\s*/?>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:;。！？؟।:»”\")\]]\s*\Z")
_STRAY_HEAD = re.compile(
    r"[\s<>|*•-]*(?:date|published|posted)[\s:]{1,3}\d{4}-\d\d-\d\d(?:T[\d:.Z+-]+)?[\s|>]+", re.IGNORECASE
)
_WORDLESS = re.compile(r"[\W_]*\Z")
_SHORTEST_REPEAT = 12  # letters; shorter lines ("Yes, he said") may stand twice with reason
_SHORTEST_HEADING = 20  # letters of a title that a page's name may follow
_FURNITURE_ABOVE = 12  # paragraphs: menus, weather, sections before a heading
_TELLS = re.compile(r"\w[.!?…。！？][»”\")\]]*\s*\Z")  # a sentence, no item of a menu
_LONGEST_ITEM = 90  # letters of an item of a menu


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean text, paragraphs parted by "\\n", and where each stretch of it came from.

    `offsets`: (start in `text`, start in the original, end in the original), ascending; stretches are as long in both, but
    for a replaced character reference or composed letter.
    """

    text: str
    offsets: tuple[tuple[int, int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that `text[start:end]` was made of."""
        if not self.offsets or start >= end:
            return (0, 0)
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        """Start and end, in the original, of the character at `at`."""
        index = max(0, bisect_right(self.offsets, at, key=lambda stretch: stretch[0]) - 1)
        start, began, ended = self.offsets[index]
        length = (self.offsets[index + 1][0] if index + 1 < len(self.offsets) else len(self.text)) - start
        if ended - began != length:
            return began, ended
        return began + at - start, began + at - start + 1


Piece = tuple[str, int, int]  # what the clean text says, and from where to where the original says it


def clean_article_text(text: str, *, title: str = "") -> Cleaned:
    """Drop from an article what is repeated, stray, invisible or furniture; a first line that says `title` again, and menus above one, too.

    Takes any text, of pages, feeds, archives and `scan`. Nothing is ever moved or invented.
    """
    seen: set[str] = set()
    title_key = _key(title)
    furniture = Furniture()
    parts: list[str] = []
    offsets: list[tuple[int, int, int]] = []
    length = 0
    for start, end in _paragraphs(text):
        pieces = _strip(_pieces(text, start, end))
        paragraph = "".join(piece[0] for piece in pieces)
        if _WORDLESS.match(paragraph):
            continue
        key = _key(paragraph)
        if not parts and key == title_key:
            continue
        if parts and _is_heading(key, title_key) and _only_items(parts):
            parts, offsets, length = [], [], 0
        if len(key) >= _SHORTEST_REPEAT:
            if key in seen:
                continue
            seen.add(key)
        if furniture.holds(paragraph):
            continue
        if parts:
            offsets.append(
                (length, pieces[0][1], pieces[0][1])
            )  # the line end between, of no length where it came from
            parts.append("\n")
            length += 1
        for piece, began, ended in pieces:
            offsets.append((length, began, ended))
            parts.append(piece)
            length += len(piece)
    return Cleaned("".join(parts), tuple(offsets))


def _is_heading(key: str, title_key: str) -> bool:
    """Whether a paragraph says the title again, or all of it but the name of the house behind it."""
    if key == title_key:
        return bool(key)
    house = title_key[len(key) : len(key) + 1]
    return len(key) >= _SHORTEST_HEADING and house in {*"|-–—/·•«"} and title_key.startswith(key)


def _only_items(parts: list[str]) -> bool:
    """Whether nothing has been told yet: no paragraph that is a sentence, or long."""
    above = "".join(parts).split("\n")
    return len(above) <= _FURNITURE_ABOVE and not any(_TELLS.search(x) or len(x) > _LONGEST_ITEM for x in above)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    head = _STRAY_HEAD.match(text)
    start = head.end() if head else 0
    for found in _separator(text).finditer(text, start):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def _separator(text: str) -> re.Pattern[str]:
    """What parts paragraphs here: every line end, or, in a text of lines wrapped at a column, empty lines only."""
    if _BREAK_TAG.search(text):
        return re.compile(f"{_LINE_END.pattern}|{_BREAK_TAG.pattern}", re.IGNORECASE)
    if not _EMPTY_LINE.search(text):
        return _LINE_END
    blocks = [block.splitlines() for block in _EMPTY_LINE.split(text[:20_000])]
    inner = [line for block in blocks for line in block[:-1]]
    open_ended = sum(not _SENTENCE_END.search(line) for line in inner)
    wrapped = len(inner) >= 3 and max(map(len, inner)) <= 120 and open_ended * 5 > len(inner) * 3
    return _EMPTY_LINE if wrapped else _LINE_END


def _pieces(text: str, start: int, end: int) -> list[Piece]:
    if not _SUSPECT.search(text, start, end):
        return [(text[start:end], start, end)]
    pieces: list[Piece] = []
    at = start
    for found in _ODD.finditer(text, start, end):
        if found.start() > at:
            pieces.append((text[at : found.start()], at, found.start()))
        plain = _plain(found)
        if plain:
            pieces.append((plain, found.start(), found.end()))
        at = found.end()
    if at < end:
        pieces.append((text[at:end], at, end))
    return pieces


def _plain(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "reference":
            letters = html.unescape(found.group())
            return " " if letters.isspace() else re.sub(f"[{_INVISIBLE}]", "", letters)
        case "blank":
            return " "
        case "marked":
            return unicodedata.normalize("NFC", found.group())
        case _:
            return ""


def _strip(pieces: list[Piece]) -> list[Piece]:
    """The pieces without white space at their two ends, and with one blank where two of them met."""
    tidy: list[Piece] = []
    for piece, began, ended in pieces:
        same_length = len(piece) == ended - began
        if (not tidy or tidy[-1][0].endswith(" ")) and piece.startswith(" "):
            lead = len(piece) - len(piece.lstrip(" "))
            piece, began = piece[lead:], began + lead if same_length else began  # noqa: PLW2901
        if piece:
            tidy.append((piece, began, ended))
    while tidy:
        piece, began, ended = tidy[-1]
        shorter = piece.rstrip(" ")
        if shorter == piece:
            break
        tidy[-1:] = [(shorter, began, ended - (len(piece) - len(shorter)))] if shorter else []
    return tidy


def _key(paragraph: str) -> str:
    """What two paragraphs that say the same have in common: their letters, whatever blanks and final marks."""
    return "".join(paragraph.casefold().split()).rstrip(".…!?:;,")
