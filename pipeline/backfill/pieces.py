"""An archive cut into pieces of a second's work, from where an earlier run stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.backfill.values import Bad, Kind, Piece, Source, Span

SPAN = 2 * 1024 * 1024  # bytes of a WARC as stored


@dataclass(frozen=True, slots=True)
class Start:
    """Where an archive is taken up: at this offset, row or version id. `now`: when its first run began."""

    after: int
    now: datetime
    finished: bool = False


def pieces_of(source: Source, start: Start) -> Iterator[Piece | Bad]:
    """The rest of an archive, in order."""
    if source.kind is Kind.WARC:
        yield from _spans(source, start.after)
        return
    from pipeline.backfill import rows  # noqa: PLC0415 - an extra: pyarrow

    yield from rows.pieces(source, start.after)


def _spans(source: Source, begin: int) -> Iterator[Span]:
    size = source.size or _size(source.path)  # a list of addresses does not say how long they are
    if size is None:
        yield Span(source, begin, None)
        return
    for at in range(begin, size, SPAN):
        yield Span(source, at, min(at + SPAN, size))


def _size(path: str) -> int | None:
    import fsspec  # noqa: PLC0415 - an extra

    files, name = fsspec.core.url_to_fs(path)
    found = files.info(name).get("size")
    return int(found) if found else None
