"""What an answer's head and body mean: coding, type, validators, times; decompression that cannot be made to explode.

Pure. Every reader takes whatever a server may send and gives a clean value or None.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from pipeline.errors import Reason, Trouble

DAY = 86_400.0
MAX_RETRY_AFTER = DAY
MAX_AGE = 30 * DAY

_MAX_MEMBERS = 64
_GZIP_MARK = b"\x1f\x8b"
_VALIDATOR = re.compile(r"[\x20-\x7e]{1,256}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?'?([A-Za-z0-9._:+-]{1,40})", re.IGNORECASE)
_SECONDS = re.compile(r"([+-]?)([0-9]{1,4000})(?:\.[0-9]*)?")
_AGE = re.compile(r"(?:\A|[\s,])max-age\s*=\s*\"?([0-9]{1,4000})", re.IGNORECASE)
_STALE = re.compile(r"(?:\A|[\s,])(?:no-cache|no-store)(?:\Z|[\s,=])", re.IGNORECASE)


def coding(values: Iterable[bytes]) -> Literal["identity", "gzip"] | None:
    """How the body is packed, from its Content-Encoding headers; None for anything but plain or gzip once."""
    words = [word.strip().lower() for value in values for word in value.split(b",")]
    packed = [word for word in words if word not in {b"", b"identity"}]
    if not packed:
        return "identity"
    return "gzip" if packed in ([b"gzip"], [b"x-gzip"]) else None


class Plain:
    """A body as it comes, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> None:
        """Take the next piece; Trouble(too_large) beyond the limit."""
        self._size += len(data)
        if self._size > self._limit:
            raise Trouble(Reason.TOO_LARGE, f"more than {self._limit} bytes")
        self._parts.append(data)

    def end(self) -> bytes:
        """The whole body."""
        return b"".join(self._parts)


class Gzip:
    """A gzip body, unpacked no further than a limit. It must be whole; several members in a row are one body (RFC 1952)."""

    def __init__(self, limit: int) -> None:
        self._plain = Plain(limit)
        self._left = limit
        self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._members = 1
        self._after_end = b""  # the first two bytes behind the last member's end

    def add(self, data: bytes) -> None:
        """Take the next piece; Trouble(too_large) beyond the limit, Trouble(bad_encoding) for what is not gzip."""
        try:
            while data:
                if self._member.eof:
                    data = self._after_end + data
                    if not self._another_begins(data):
                        return
                out = self._member.decompress(data, self._left + 1)
                self._plain.add(out)
                self._left -= len(out)
                data = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise Trouble(Reason.BAD_ENCODING, "not gzip, though it says so", retry=True) from error

    def _another_begins(self, data: bytes) -> bool:
        """Padding and rubbish after the end are no part of the body; another member is, even if its mark comes in two parts."""
        self._after_end = data[:2]
        if self._after_end != _GZIP_MARK:
            return False
        self._after_end = b""
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise Trouble(Reason.BAD_ENCODING, "too many gzip members")
        self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return True

    def end(self) -> bytes:
        """The whole body; Trouble(bad_encoding) where it was cut short."""
        if not self._member.eof:
            raise Trouble(Reason.BAD_ENCODING, "gzip cut short", retry=True)
        return self._plain.end()


def text(value: bytes | None) -> str:
    """A header value as text, whatever its bytes: UTF-8 where it is, else letter for byte."""
    if value is None:
        return ""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def content_type(value: bytes | None) -> tuple[str, str | None]:
    """Media type ("" where there is none or it is odd) and charset, both lower-case."""
    words = text(value)
    kind = words.split(";", 1)[0].strip().lower()
    charset = _CHARSET.search(words)
    return kind if _MEDIA_TYPE.fullmatch(kind) else "", charset[1].lower() if charset else None


def content_length(value: bytes | None) -> int | None:
    """The announced length (h11 has checked that it is a number)."""
    return int(value) if value and value.isdigit() and len(value) <= 20 else None


def validator(value: bytes | None) -> str | None:
    """An ETag or Last-Modified fit to be stored and sent back: printable ASCII of a sane length."""
    words = text(value).strip()
    return words if _VALIDATOR.fullmatch(words) else None


def sendable(value: str | None) -> bytes | None:
    """A stored validator as a header, None where it is not one."""
    return value.encode("ascii") if value and _VALIDATOR.fullmatch(value) else None


def max_age(values: Iterable[bytes]) -> float | None:
    """Seconds an answer stays fresh by its Cache-Control headers, at most 30 days; 0 for no-cache; None where unsaid."""
    words = ",".join(text(value) for value in values)
    if _STALE.search(words):
        return 0.0
    found = _AGE.search(words)
    return min(float(found[1]), MAX_AGE) if found else None


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header (a number or an HTTP date), between 0 and one day; None where unreadable."""
    words = text(value).strip()
    if not words:
        return None
    found = _SECONDS.fullmatch(words)
    if found:
        return 0.0 if found[1] == "-" else _clamp(float(found[2]))
    try:
        when = parsedate_to_datetime(words)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return _clamp((when - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):  # measured: the parser raises all of these
        return None


def _clamp(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)
