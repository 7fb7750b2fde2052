"""Articles in rows: lines of JSON and tables in Arrow's format, cut into pieces here and read by workers.

Only the cutting is done here: a worker parses its own lines.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.backfill.values import Bad, Kind, Record, Rows, Source
from pipeline.errors import Reason

COUNT = 500  # rows of a piece
MOST_LINE = 16 * 1024 * 1024  # bytes
COLUMNS = ("id", "title", "text", "html", "published", "url", "lang", "agency")


def pieces(source: Source, first: int) -> Iterator[Rows | Bad]:
    """The rows of an archive from number `first` on, in pieces. Ends with a Bad where the rest cannot be read."""
    at = first
    try:
        for piece in _tables(source, first) if source.kind is Kind.PARQUET else _lines(source, first):
            at = piece.after
            yield piece
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        yield Bad(source.path, at, Reason.BAD_ENCODING, f"not readable to its end: {error}"[:200])


def _lines(source: Source, first: int) -> Iterator[Rows]:
    waiting: list[bytes] = []
    number = first
    broken: Exception | None = None
    with fsspec.open(source.path, "rb").open() as raw:
        file = gzip.GzipFile(fileobj=raw) if source.path.endswith(".gz") else raw
        for _ in range(first):
            file.readline(MOST_LINE)
        while broken is None:
            try:
                line = file.readline(MOST_LINE)
            except (OSError, EOFError, zlib.error) as error:
                line, broken = b"", error
            if line:
                waiting.append(line)
            if len(waiting) == COUNT or (waiting and not line):
                yield Rows(source, number, len(waiting), lines=tuple(waiting))
                number += len(waiting)
                waiting = []
            if not line:
                break
    if broken is not None:
        raise broken


def _tables(source: Source, first: int) -> Iterator[Rows]:
    with fsspec.open(source.path, "rb").open() as raw:
        table = pq.ParquetFile(raw)
        names = [name for name in COLUMNS if name in table.schema_arrow.names]
        groups, passed = list(range(table.num_row_groups)), 0
        while groups and passed + table.metadata.row_group(groups[0]).num_rows <= first:
            passed += table.metadata.row_group(groups.pop(0)).num_rows
        for batch in table.iter_batches(batch_size=COUNT, row_groups=groups, columns=names) if groups else ():
            ahead = max(0, first - passed)
            rows = batch.slice(min(ahead, batch.num_rows))
            passed += batch.num_rows
            if rows.num_rows:
                sink = pa.BufferOutputStream()
                with pa.ipc.new_stream(sink, rows.schema) as out:
                    out.write_batch(rows)
                yield Rows(source, passed - rows.num_rows, rows.num_rows, table=sink.getvalue().to_pybytes())


def records(rows: Rows) -> Iterator[Record | Bad]:
    """The rows of a piece, one by one."""
    if rows.table:
        for number, row in enumerate(pa.ipc.open_stream(rows.table).read_all().to_pylist()):
            plain = {key: _plain(value) for key, value in row.items() if value is not None}
            yield Record(rows.first + number, row=plain)
        return
    for number, line in enumerate(rows.lines, rows.first):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Bad(rows.source.path, number, "not_json", str(error)[:200])
            continue
        if isinstance(row, Mapping):
            yield Record(number, row=dict(row))
        else:
            yield Bad(rows.source.path, number, "not_json", f"should be an object, is {type(row).__name__}")


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value
