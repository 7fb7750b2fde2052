"""Events as rows: JSON Lines, CSV that is safe to open in a spreadsheet, Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Event
from pipeline.plan import event_as_dict

CSV_COLUMNS = (
    "id", "agreement_id", "agreement", "type", "stage", "status", "salience", "actor", "actor_country", "date",
    "effective_date", "confidence", "state", "evidence", "sources", "first_seen", "revision", "flags",
    "state_why",
)  # fmt: skip
_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff]*[=+\-@＝＋－＠|%]|[\t\r\n]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def json_lines(events: Iterable[Event]) -> bytes:
    """One event a line, as in the API."""
    rows = (json.dumps(event_as_dict(event), ensure_ascii=False) + "\n" for event in events)
    return "".join(rows).encode("utf-8", "replace")


def csv_table(events: Iterable[Event]) -> bytes:
    """Events for a spreadsheet: UTF-8 with a byte order mark and a header. What would be computed begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for event in events:
        row = event_as_dict(event)
        row |= {"sources": " ".join(source.url for source in event.sources), "flags": " ".join(row["flags"])}
        writer.writerow([cell(row[name]) for name in CSV_COLUMNS])
    return out.getvalue().encode("utf-8-sig", "replace")


def cell(value: object) -> object:
    """A value as it may stand in a spreadsheet: no formula, no control character; None is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    text = _CONTROLS.sub("\ufffd", value)
    return f"'{text}" if _FORMULA.match(text) else text


def parquet(events: Iterable[Event]) -> bytes:
    """A Parquet file, one row an event, sources as a list. UsageError where pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415  (an optional dependency, large)
        from pyarrow import parquet as pq  # noqa: PLC0415
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'treatywatch[archives]'") from None
    report = [("article_id", pa.int64())]
    report += [(name, pa.string()) for name in ("url", "agency", "title", "published", "language", "evidence")]
    report += [("start", pa.int64()), ("end", pa.int64()), ("sha256", pa.string())]
    source = pa.struct([*report, ("reports", pa.list_(pa.struct(report)))])
    kinds: dict[str, Any] = {"confidence": pa.float64(), "start": pa.int64(), "end": pa.int64(), "revision": pa.int64()}
    kinds |= {"reasons": pa.list_(pa.string()), "flags": pa.list_(pa.string()), "sources": pa.list_(source)}
    names = (
        "id", "agreement_id", "agreement", "type", "stage", "wording", "status", "salience", "actor", "actor_country", "date",
        "effective_date", "confidence", "reasons", "evidence", "start", "end", "sources", "first_seen", "revision", "state",
        "flags", "state_why",
    )  # fmt: skip
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    table = pa.Table.from_pylist([event_as_dict(event) for event in events], schema=schema)
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
