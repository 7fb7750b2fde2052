"""Foreign text made fit for a message: single lines, no invisible steering, no links but http(s).

Titles and sentences come from anywhere. A line break in a subject would make a header of what follows it (or keep the mail
from being built at all); a bidirectional override turns a name around.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

_STEERING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)))
_JOINERS = "\u200c\u200d"  # Persian and Indic words are spelt with them
_ISOLATE, _POP = "\u2068", "\u2069"
_MAX_URL = 2000


def clean(text: str) -> str:
    """The same text without control characters, lone surrogates, noncharacters and bidirectional controls. Newlines stay."""
    return "".join(mark for mark in text if mark == "\n" or _visible(mark))


def one_line(text: str, limit: int = 0) -> str:
    """The text as one line with single spaces; cut at a word, with an ellipsis, where it is longer than `limit` (0: never)."""
    # every separator that Unicode, or a mail or HTTP library, may take for the end of a line counts as a space here
    spaced = "".join(" " if _breaks(mark) else mark for mark in text)
    return shorten(" ".join(clean(spaced).split()), limit)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters (0: any number), cut at a word where there is one near."""
    if not limit or len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rfind(" ")
    if at_word > limit // 2:
        head = head[:at_word]
    while head and unicodedata.combining(text[len(head)]):  # not between a letter and its accent
        head = head[:-1]
    return head.rstrip(" ,;:–-") + "…"


def isolated(text: str) -> str:
    """For plain text: right-to-left words do not turn around what stands beside them."""
    right_to_left = any(unicodedata.bidirectional(mark) in ("R", "AL") for mark in text)
    return f"{_ISOLATE}{text}{_POP}" if right_to_left else text


def web_link(url: str) -> str:
    """The address where it is a plain http(s) one, "" otherwise: for links that people click."""
    if len(url) > _MAX_URL or any(mark.isspace() or not mark.isprintable() or mark in '<>"\\' for mark in url):
        return ""
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host and user is None else ""


def _breaks(mark: str) -> bool:
    return mark.isspace() or mark in "\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


def _visible(mark: str) -> bool:
    if mark in _STEERING:
        return False
    category = unicodedata.category(mark)
    if category == "Cf":
        return mark in _JOINERS
    return category not in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")
