"""`scan`: the recogniser alone, without a database and without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import click

from pipeline import clock
from pipeline.cli import show
from pipeline.cli.common import strict_watchlist
from pipeline.errors import PageError, UsageError
from pipeline.plan import RecordOptions, event_as_dict
from pipeline.recognise import RecogniseOptions, Recogniser
from pipeline.scan import events_of
from pipeline.scan import scan as scan_row

_NO_TEXT = re.compile("[\ud800-\udfff]")  # bytes that are no UTF-8, as Python keeps them


@click.command()
@click.option(
    "--watchlist",
    "watchlist_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="An agreements.toml.",
)
@click.argument("file", type=click.File("r", encoding="utf-8", errors="surrogateescape"), default="-")
@click.pass_context
def scan(context: click.Context, watchlist_file: Path, file: IO[str]) -> None:
    """Articles as JSON Lines in (FILE or standard input), their events as JSON Lines out. No database, no network.

    In: {"id", "title", "text" or "html", "published", "url"?, "lang"?}. Out: {"id", "events": [...]}.
    """
    recogniser = Recogniser.build(strict_watchlist(watchlist_file), RecogniseOptions())
    failed = False
    for number, row in rows_of(file):
        try:
            if isinstance(row, UsageError):
                raise row
            scanned = scan_row(recogniser, row, clock.now())
        except (UsageError, PageError) as error:
            click.echo(f"treatywatch: {file.name}, line {number}: {error}", err=True)
            failed = True
            if not isinstance(row, UsageError) and "id" in row:
                show.json_lines([{"id": row["id"], "events": [], "error": str(error)}])
            continue
        show.json_lines([{"id": row["id"], "events": [event_as_dict(e) for e in events_of(scanned, RecordOptions())]}])
    if failed:
        context.exit(1)


def rows_of(file: IO[str]) -> Iterator[tuple[int, Mapping[str, Any] | UsageError]]:
    """The lines of a JSON Lines file (opened with errors="surrogateescape") with their numbers: objects, or what is wrong."""
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, _row(line)


def _row(line: str) -> Mapping[str, Any] | UsageError:
    if _NO_TEXT.search(line):
        return UsageError("not UTF-8")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return UsageError(f"not JSON: {error}")
    return row if isinstance(row, dict) else UsageError(f"should be an object, is {type(row).__name__}")
