"""`scan` and `explain`: the recogniser alone, without a database and without a network (but for an address to explain)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import click
from rich.text import Text

from pipeline import clock
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of, strict_watchlist
from pipeline.errors import PageError, UsageError
from pipeline.fetch import ACCEPT_PAGE, Fetched, Fetcher
from pipeline.plan import RecordOptions, event_as_dict
from pipeline.recognise import RecogniseOptions, Recogniser
from pipeline.scan import Scanned, events_of
from pipeline.scan import scan as scan_row
from pipeline.settings import Settings

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


@click.command()
@config_option
@click.option(
    "--watchlist", "watchlist_file", type=click.Path(path_type=Path, dir_okay=False), help="Instead of agreements.toml."
)
@click.option("--published", help="Publication date, where the text does not say it.")
@click.option("--language", help="Language of a text file (ISO 639-1).")
@click.argument("source")
@json_option
@click.pass_context
def explain(
    context: click.Context,
    config: Path | None,
    watchlist_file: Path | None,
    published: str | None,
    language: str | None,
    source: str,
    as_json: bool,
) -> None:
    """Why an article gave, or did not give, each event: every step's decision.

    SOURCE is an address, or a file with HTML or plain text (first line: the title).
    """
    settings = settings_of(context, config)
    watchlist = strict_watchlist(watchlist_file) if watchlist_file else settings.watchlist
    row = {**_source(source, settings), "published": published, "lang": language}
    recogniser = Recogniser.build(watchlist, settings.recognise)
    try:
        scanned = scan_row(recogniser, row, clock.now(), trace=True)
    except PageError as error:
        raise UsageError(f"{source}: {error}") from None
    if as_json:
        show.json_lines([_explained(scanned)])
    else:
        _print(scanned)


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


def _source(source: str, settings: Settings) -> dict[str, Any]:
    if source.startswith(("http://", "https://")):
        return {"id": source, "url": source, "html": asyncio.run(_fetched(source, settings))}
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{source}: cannot be read: {error}") from None
    if "<html" in text[:5000].lower() or "<!doctype" in text[:200].lower():
        return {"id": source, "html": text}
    title, _, rest = text.partition("\n")
    return {"id": source, "title": title.strip(), "text": rest}


async def _fetched(url: str, settings: Settings) -> str:
    async with Fetcher(settings.fetch) as fetcher:
        outcome = await fetcher.get(url, accept=ACCEPT_PAGE)
    if not isinstance(outcome, Fetched):
        raise UsageError(f"{url}: {outcome}")
    page = outcome.page
    return page.body.decode(page.charset or "utf-8", "replace")


def _explained(scanned: Scanned) -> dict[str, Any]:
    return {
        "id": scanned.key,
        "title": scanned.article.title,
        "language": scanned.article.language,
        "published": scanned.article.published,
        "published_from": scanned.article.published_from,
        "screened_out": scanned.recognition.screened_out,
        "steps": [
            {
                "stage": step.stage,
                "start": step.start,
                "end": step.end,
                "text": scanned.article.text[step.start : step.end],
                "decision": step.decision,
                "reasons": list(step.reasons),
                **dict(step.detail),
            }
            for step in scanned.recognition.trace
        ],
        "events": [event_as_dict(event) for event in events_of(scanned, RecordOptions())],
    }


def _print(scanned: Scanned) -> None:
    out = show.console()
    article = scanned.article
    out.print(Text(article.title or "(no title)", style="bold"))
    out.print(
        Text(
            f"language {article.language}, published {article.published or 'unknown'} (from {article.published_from})",
            style="dim",
        )
    )
    if scanned.recognition.screened_out:
        out.print("screened out: no word for an agreement near a word for a step; nothing else was looked at")
    for step in scanned.recognition.trace:
        out.print(Text(f"{step.stage:<10} {step.decision}", style="bold"))
        if step.end > step.start:
            out.print(Text(f"           “{article.text[step.start : step.end][:200]}”"))
        if step.reasons:
            out.print(Text(f"           because {', '.join(step.reasons)}", style="dim"))
        for name, value in step.detail:
            out.print(Text(f"           {name}: {value}", style="dim"))
    out.print()
    show.events(events_of(scanned, RecordOptions()), reasons=True)
