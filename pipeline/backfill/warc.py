"""WARC archives (the layout of CC-NEWS and of most crawls): cut into spans of bytes, read record by record from any of them.

In a .warc.gz every record is a gzip member of its own, so a reader can begin at any member. A span holds the records that *begin*
in it; so spans that lie side by side have every record once, whoever reads them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

import fsspec
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.backfill.values import Bad, Record, Span
from pipeline.errors import Reason

MOST_BYTES = 10 * 1024 * 1024  # of a page, decoded
_LOOK = 256 * 1024
_MEMBER = re.compile(rb"\x1f\x8b\x08")
_PLAIN = re.compile(rb"WARC/1\.[01]\r\n")
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "")
_OK = 200


def records(span: Span) -> Iterator[Record | Bad]:
    """The pages that begin in a span, in order. A stretch that cannot be read is one Bad; what follows it is read."""
    with fsspec.open(span.source.path, "rb").open() as file:
        begin: int | None = _first_record(file, span.begin) if span.begin else 0
        while begin is not None and (span.end is None or begin < span.end):
            last = begin
            try:
                for place, found in _from(file, begin, span.end):
                    last = place
                    if found is not None:
                        yield found
            except (OSError, ValueError, EOFError, zlib.error) as error:
                yield Bad(span.source.path, last, Reason.BAD_ENCODING, f"not readable as WARC: {error}"[:200])
                begin = _first_record(file, last + 1)
            else:
                return


def _from(file: IO[bytes], begin: int, end: int | None) -> Iterator[tuple[int, Record | Bad | None]]:
    file.seek(begin)
    responses = WarcRecordType.response | WarcRecordType.resource
    for record in ArchiveIterator(file, record_types=responses, parse_http=True, auto_decode="all"):
        place = record.stream_pos  # counted from the beginning of the file, wherever reading began
        if end is not None and place >= end:
            return
        yield place, _page(record, place)


def _page(record: WarcRecord, place: int) -> Record | None:
    """The page of a record; None for what is no page: an error, an image, a robots.txt."""
    if record.is_http_parsed and record.http_headers.status_code != _OK:
        return None
    media = (record.http_content_type or "").split(";")[0].strip().lower()
    if media not in _HTML:
        return None
    body = record.reader.read(MOST_BYTES + 1)
    return Record(
        place=place,
        url=record.headers.get("WARC-Target-URI") or "",
        html=body,
        charset=record.http_charset,
        content_type=media,
        seen_at=_when(record),
    )


def _when(record: WarcRecord) -> datetime | None:
    try:
        moment = record.record_date
    except (ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else moment and moment.replace(tzinfo=UTC)


def _first_record(file: IO[bytes], begin: int) -> int | None:
    """Where the first record at or after `begin` begins; None where there is none any more."""
    at, before = begin, b""
    file.seek(begin)
    while chunk := file.read(_LOOK):
        window = before + chunk
        start = at - len(before)
        for found in _MEMBER.finditer(window):
            if _is_member(file, start + found.start()):
                return start + found.start()
        for found in _PLAIN.finditer(window):
            if found.start() == 0 or window[found.start() - 1 : found.start()] == b"\n":
                return start + found.start()
        before = window[-16:]
        at += len(chunk)
        file.seek(at)
    return None


def _is_member(file: IO[bytes], place: int) -> bool:
    """Whether a gzip member that holds a WARC record begins here; the three bytes also occur by chance."""
    file.seek(place)
    head: Any = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        return bool(head.decompress(file.read(4096), 8).startswith(b"WARC/1."))
    except zlib.error:
        return False
