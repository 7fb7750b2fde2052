"""Text from outside, cleaned once: no character that a database, a mail header, a terminal or a reader's eye trips over."""

from __future__ import annotations

import html
import re

# Line ends of every kind become "\n". VT and FF part lines for Python and for nobody else.
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Dropped: C0 and C1 but tab and newline; lone surrogates; controls of writing direction (they reorder what the eye sees),
# which ZWJ and ZWNJ are not: Persian and Indic words need those; tag characters and non-characters (invisible payloads).
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f\U0001fffe\U0001ffff\U0010fffe\U0010ffff]"
)
_BLANK = re.compile(r"[^\S\n]+")
_BREAKING_TAG = re.compile(
    r"</?(?:p|br|div|li|ul|ol|tr|table|h[1-6]|blockquote|section)\b[^<>]{0,2000}>", re.IGNORECASE
)
_UNSEEN_PART = re.compile(r"<!--.*?-->|<(script|style|template)\b[^<>]{0,2000}>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,5000}>")


_ORDINARY = bytes([0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)])
_ASCII = bytes(range(0x80))
_LONG = 500  # characters from which looking first is cheaper than replacing


def clean_text(text: str) -> str:
    """The text with "\\n" for every kind of line end and without control, direction, surrogate and tag characters."""
    if len(text) > _LONG and not _has_unwanted(text):
        return text
    return _UNWANTED.sub("", _LINE_END.sub("\n", text))


def _has_unwanted(text: str) -> bool:
    """Whether anything is to be replaced: most bytes are told by a table, only letters beyond ASCII by the expressions."""
    raw = text.encode("utf-8", "surrogatepass")
    if raw.translate(None, _ORDINARY):
        return True
    others = raw.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return bool(_UNWANTED.search(others) or _LINE_END.search(others))


def clean_line(text: str, limit: int) -> str:
    """The text on one line: white space runs become one space; at most `limit` characters, cut with an ellipsis."""
    line = " ".join(clean_text(text).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + "…"


def clean_block(text: str, limit: int) -> str:
    """The text with its line breaks: blanks within lines collapsed, empty lines left out, at most `limit` characters."""
    lines = (_BLANK.sub(" ", line).strip() for line in clean_text(text).split("\n"))
    return "\n".join(line for line in lines if line)[:limit]


def text_of_html(markup: str) -> str:
    """A fragment of HTML as text: tags out, block tags as line breaks, character references decoded once.

    Meant for titles and summaries; "x < y" and other text that only looks like markup survives.
    """
    if "<" in markup:
        markup = _UNSEEN_PART.sub("", markup)
        markup = _TAG.sub("", _BREAKING_TAG.sub("\n", markup))
    return html.unescape(markup) if "&" in markup else markup
