"""`treatywatch export` and `import`: everything taken along, from one database to another."""

from __future__ import annotations

import contextlib
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from pipeline.cli.common import config_option, settings_of
from pipeline.errors import UsageError
from pipeline.store import archive
from pipeline.wiring import open_history, service_lock


@click.command("export")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@click.pass_context
def export_all(context: click.Context, config: Path | None, file: Path) -> None:
    """Write everything to FILE (JSON Lines; .gz is packed; "-" is standard output). The service may run meanwhile.

    The file holds texts, addresses of receivers and hashes of tokens: keep it as you keep the database.
    """
    database = open_history(settings_of(context, config))
    try:
        with _written(file) as out:
            count = database.read(_Once(out))
    finally:
        database.close()
    click.echo(f"{count - 2} rows written", err=True)


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.pass_context
def import_all(context: click.Context, config: Path | None, file: Path) -> None:
    """Fill an empty database from FILE, whole or not at all. No service may run on it."""
    settings = settings_of(context, config)
    with service_lock(settings):
        database = open_history(settings)
        try:
            count = database.write(lambda c: _restored(c, file))
        finally:
            database.close()
    click.echo(f"{count} rows read", err=True)


def _restored(connection: Any, file: Path) -> int:
    opened: Any = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8", newline="\n") as lines:
            return archive.restore(connection, lines)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from None


class _Once:
    """Writes the lines, once: a transaction that has to begin again would write them twice."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._begun = False

    def __call__(self, connection: Any) -> int:
        if self._begun:
            raise UsageError("the database went away while it was read: begin the export again")
        self._begun = True
        count = 0
        for line in archive.lines(connection):
            self._out.write(line.encode() + b"\n")
            count += 1
        return count


@contextlib.contextmanager
def _written(file: Path) -> Iterator[IO[bytes]]:
    """The file under a name beside it until it is whole."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    beside = file.with_name(f"{file.name}.part")
    try:
        with beside.open("wb") as plain:
            if file.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield plain
        beside.replace(file)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from None
    finally:
        beside.unlink(missing_ok=True)
