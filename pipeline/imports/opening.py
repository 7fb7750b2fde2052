"""A file as rows: CSV, TOML, JSON documents and JSON Lines, and which list it is. What cannot be read is named with its line."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.imports.values import Form, Row
from pipeline.settings.lists import Problem

MAX_FILE = 256 * 1024 * 1024  # bytes, unpacked
_GZIP = b"\x1f\x8b"
_PREAMBLE = 25  # lines that may stand before a header: congress.gov writes what was searched for
_KNOWN = {  # columns that say which list it is, the surest first
    Form.CELLAR: frozenset({"celex", "celex_id", "celexid", "celex_number"}),
    Form.CONGRESS: frozenset({"date received from president", "treaty topic", "treaty number", "treaty document number", "congressreceived"}),
    Form.FCDO: frozenset({"signed_event_date", "definative_eif_event_date", "definitive_eif_event_date", "country_name", "signed", "in_force"}),
    Form.CSV: frozenset({"parties", "aliases", "exclude", "multilateral", "signed_on"}),
}  # fmt: skip


def read_text(path: Path) -> str:
    """A file's text: UTF-8 with or without a mark, or UTF-16 with one, packed by gzip or not. ConfigurationError names what is wrong."""
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigurationError(str(path), f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > MAX_FILE:
        raise ConfigurationError(str(path), f"is larger than {MAX_FILE // 1024 // 1024} MiB; import it in parts")
    coding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(coding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}: line {line}", f"is not {coding.removesuffix('-sig').upper()} text") from None


def rows_of(path: Path, text: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The entries of a CSV or JSON file, in order, and the lines that are none. ConfigurationError where it is neither."""
    if text.lstrip()[:1] in ("{", "["):
        return _of_json(path, text)
    return _of_csv(path, text)


def form_of(path: Path, rows: Sequence[Row]) -> Form:
    """Which list these rows are of, by their columns. ConfigurationError where that cannot be told."""
    columns = {str(name).lower() for row in rows[:50] for name in row.cells}
    for form, known in _KNOWN.items():
        if known & columns:
            return form
    if "titles" in columns and {"topic", "number"} & columns:
        return Form.CONGRESS
    if "topic" in columns or "treatynum" in columns:
        return Form.CONGRESS
    if "title" in columns:
        return Form.CSV
    raise ConfigurationError(
        str(path),
        f"is no list we know (columns: {', '.join(sorted(columns)[:12]) or 'none'}); --format says which it is",
    )


def _of_csv(path: Path, text: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    skipped, mark = _header(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    head: list[str] = []
    rows: list[Row] = []
    problems: list[Problem] = []
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(f"{path}: line {before + 1}", str(error)))
            continue
        if reader.line_num <= skipped or not any(cell.strip() for cell in cells):
            continue
        if not head:
            head = [cell.strip() for cell in cells]
            continue
        where = f"{path}: line {before + 1}"
        if len(cells) > len(head):
            problems.append(
                Problem(where, f"has {len(cells)} cells, the header {len(head)}; a mark within quotes is missing")
            )
            continue
        rows.append(Row(where, {name: cell.strip() for name, cell in zip(head, cells, strict=False) if name}))
    return tuple(rows), tuple(problems)


def _header(text: str) -> tuple[int, str]:
    """How many lines stand before the header, and what parts its columns: spreadsheets write what their language uses."""
    known = frozenset().union(*_KNOWN.values()) | {"title", "id", "url"}
    best = (0, 0, ",")
    for place, line in enumerate(text.splitlines()[:_PREAMBLE]):
        mark = max(",;\t", key=line.count)
        names = {cell.strip().strip('"').lower() for cell in line.split(mark)}
        if len(names & known) > best[0]:
            best = (len(names & known), place, mark)
    return best[1], best[2]


def _of_json(path: Path, text: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise ConfigurationError(str(path), "is nested too deeply") from None
    except ValueError as error:
        lines = _lines(path, text)
        if lines is None:
            raise ConfigurationError(str(path), f"is no JSON: {error}") from None
        return lines
    rows: list[Row] = []
    problems: list[Problem] = []
    for place, item in enumerate(_items(document), 1):
        where = f"{path}: record {place}"
        if isinstance(item, Mapping):
            rows.append(Row(where, _plain(item)))
        else:
            problems.append(Problem(where, "should be an object"))
    return tuple(rows), tuple(problems)


def _lines(path: Path, text: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]] | None:
    """JSON Lines, where the first line is an object of its own; else None."""
    rows: list[Row] = []
    problems: list[Problem] = []
    for place, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}: line {place}"
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            if not rows:
                return None
            problems.append(Problem(where, f"is no JSON: {error}"))
            continue
        for one in _items(item):
            if isinstance(one, Mapping):
                rows.append(Row(where, _plain(one)))
            else:
                problems.append(Problem(where, "should be an object"))
    return tuple(rows), tuple(problems)


def _items(document: Any) -> Iterator[Any]:
    """The entries within the wrappings of each source, in order; a list of answers is each answer's entries."""
    if isinstance(document, list):
        for item in document:
            yield from _items(item) if isinstance(item, Mapping) else (item,)
        return
    if not isinstance(document, Mapping):
        yield document
        return
    for path in (
        ("csw:GetRecordsResponse", "csw:SearchResults", "iStoreRecord"),
        ("results", "bindings"),
        ("treaties",),
        ("treaty",),
    ):
        inside: Any = document
        for name in path:
            inside = inside.get(name) if isinstance(inside, Mapping) else None
        if inside is not None:
            yield from inside if isinstance(inside, list) else (inside,)
            return
    if not {"csw:GetRecordsResponse", "results"} & document.keys():  # answers without an entry
        yield document


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """A SPARQL binding's values without their wrapping; the language of a literal as `<name>@lang`."""
    cells: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, Mapping) and "value" in value and "type" in value:
            cells[name] = value["value"]
            if "xml:lang" in value:
                cells[f"{name}@lang"] = value["xml:lang"]
        else:
            cells[name] = value
    return cells
