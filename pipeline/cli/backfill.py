"""`backfill` and `rescan`: archives, and the articles we have, through the recogniser into the history."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from threading import Event
from types import FrameType
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pipeline import __version__, clock
from pipeline.backfill import Bad, Piece, Recording, Run, Source, Tally, fingerprint
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.cli.differences import Differences
from pipeline.compute import open_compute
from pipeline.errors import UsageError
from pipeline.flow.article_book import RECOGNISER
from pipeline.recognise import Recogniser
from pipeline.settings import Settings
from pipeline.store import desk
from pipeline.store.outbox import nobody
from pipeline.wiring import context_of, open_history, record_options, teller_of, with_additions

_PIECE_TIMEOUT = 60.0  # seconds a piece of an archive may take; a record alone that takes as long is given up
_MOST_LISTED = 20

cluster_option = click.option("--cluster", metavar="tcp://…", help="Run on the Dask cluster with this scheduler.")
workers_option = click.option(
    "--workers", type=click.IntRange(1, 1024), help="Worker processes here. [default: one per core]"
)


@click.command()
@config_option
@cluster_option
@workers_option
@click.option("--alert", is_flag=True, help="Tell channels what is fresh news. Without it everything found is history.")
@click.option(
    "--bad",
    "bad_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write bad records to this file, as JSON Lines.",
)
@click.argument("paths", nargs=-1, required=True)
@json_option
@click.pass_context
def backfill(
    context: click.Context,
    config: Path | None,
    cluster: str | None,
    workers: int | None,
    alert: bool,
    bad_file: Path | None,
    paths: tuple[str, ...],
    as_json: bool,
) -> None:
    """Archives through the recogniser into the history.

    PATHS: files, directories, globs or addresses (s3://, https://, ...) of WARC (.warc.gz), JSON Lines (.jsonl, .jsonl.gz) or
    Parquet, or a list of WARCs (warc.paths.gz). What was interrupted goes on where it stopped; what was read is not read again.
    """
    settings = _with(settings_of(context, config), cluster, workers)
    sources = _sources(paths)
    with _bad_records(bad_file) as bad, _run(settings, bad, alert=alert, total=len(sources)) as run:
        tally = run.archives(sources)
    _conclude(context, tally, bad, as_json=as_json)


@click.command()
@config_option
@cluster_option
@workers_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@json_option
@click.pass_context
def rescan(
    context: click.Context, config: Path | None, cluster: str | None, workers: int | None, dry_run: bool, as_json: bool
) -> None:
    """Every stored article again, after a change of watchlist or version. What is found anew is history, not news.

    Every change is shown, a line each, and made as a revision. With --dry-run nothing is written: each article is weighed
    against the history as it is.
    """
    settings = _with(settings_of(context, config), cluster, workers)
    differences = Differences(as_json=as_json)
    with _bad_records(None) as bad, _run(settings, bad, alert=False, total=1) as run:
        tally = replace(run, differ=differences, dry=dry_run).stored()
    differences.conclude(dry=dry_run)
    _conclude(context, tally, bad, as_json=as_json)


def _sources(paths: Sequence[str]) -> tuple[Source, ...]:
    try:
        import fastwarc  # noqa: F401, PLC0415 - extras, which a service without archives does not need
        import pyarrow  # noqa: F401, PLC0415

        from pipeline.backfill.sources import find_sources  # noqa: PLC0415
    except ImportError:
        raise UsageError("archives need the extra: pip install 'treatywatch[archives]'") from None
    return find_sources(paths)


def _with(settings: Settings, cluster: str | None, workers: int | None) -> Settings:
    process = settings.process
    limits = replace(process, article_timeout=max(process.article_timeout, _PIECE_TIMEOUT))
    return replace(
        settings, process=replace(limits, cluster=cluster or process.cluster, workers=workers or process.workers)
    )


@contextmanager
def _run(settings: Settings, bad: _BadRecords, *, alert: bool, total: int) -> Iterator[Run]:
    """A run of these settings, with its bar on a terminal. Interrupted, it ends after the piece in hand."""
    database = open_history(settings)
    watchlist = with_additions(settings.watchlist, database.read(desk.watched))
    try:
        compute = open_compute(settings.process, Recogniser.build, watchlist, settings.recognise)
        try:
            with _interrupted() as stopping, _bar(total) as bar:
                recording = Recording(
                    reader=fingerprint(__version__, RECOGNISER, watchlist, settings.recognise),
                    now=clock.now(),
                    options=record_options(settings, quiet=not alert),
                    context=context_of(settings, watchlist),
                    recogniser=RECOGNISER,
                    tell=teller_of(settings) if alert else nobody,
                )
                yield Run(database, compute, recording, bar, bad, stopping)
        finally:
            compute.close()
    finally:
        database.close()


class _BadRecords:
    """Bad records: written down as they come, the first few kept for the end."""

    def __init__(self, out: IO[str] | None) -> None:
        self.first: list[Bad] = []
        self._out = out

    def __call__(self, bad: Bad) -> None:
        if len(self.first) < _MOST_LISTED:
            self.first.append(bad)
        if self._out is not None:
            self._out.write(json.dumps(asdict(bad), ensure_ascii=False) + "\n")


@contextmanager
def _bad_records(path: Path | None) -> Iterator[_BadRecords]:
    if path is None:
        yield _BadRecords(None)
        return
    with path.open("a", encoding="utf-8") as out:
        yield _BadRecords(out)


@contextmanager
def _interrupted() -> Iterator[Event]:
    """Ctrl-C and SIGTERM ask the run to stop; a second Ctrl-C stops it at once (nothing is lost: it goes on there)."""
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        if stopping.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Bar:
    """A progress bar on standard error, where that is a terminal: archives, and how far the one in hand is."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total, told="")
        self._whole = 0

    def __call__(self, source: Source | None, piece: Piece | None, tally: Tally) -> None:
        if piece is None:
            self._whole += 1
        inside = piece.after / source.size if piece is not None and source is not None and source.size else 0.0
        told = f"{tally.records:,} records, {tally.new_events:,} new events, {tally.bad:,} bad"
        name = (source.path.rpartition("/")[2] if source else "stored articles")[-40:]
        share = min(1.0, max(0.0, inside)) if source is not None and source.kind == "warc" else 0.0
        self._bar.update(self._task, completed=self._whole + share, description=name, told=told)


@contextmanager
def _bar(total: int) -> Iterator[_Bar]:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield _Bar(bar, total)


def _conclude(context: click.Context, tally: Tally, bad: _BadRecords, *, as_json: bool) -> None:
    row = {
        "done": tally.done,
        "records": tally.records,
        "outcomes": dict(tally.outcomes),
        "new_articles": tally.articles,
        "new_events": tally.new_events,
        "bad": tally.bad,
    }
    if as_json:
        show.json_lines([row])
    else:
        outcomes = (
            ", ".join(f"{count:,} {name}" for name, count in sorted(tally.outcomes.items()) if count) or "nothing new"
        )
        click.echo(
            f"{tally.records:,} records ({outcomes}); {tally.articles:,} articles kept, {tally.new_events:,} new events"
        )
        for one in bad.first:
            click.echo(f"bad: {one.path}, record at {one.place}: {one.reason} {one.detail}".rstrip(), err=True)
        if tally.bad > len(bad.first):
            click.echo(f"… and {tally.bad - len(bad.first):,} more; --bad FILE writes them all down", err=True)
        if not tally.done:
            click.echo("stopped; the same command goes on from here", err=True)
    if tally.bad or not tally.done:
        context.exit(1)
