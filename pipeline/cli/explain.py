"""`explain`: why an article gave, or did not give, each event. No database, and no network but for an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from pipeline import clock, loop
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of, strict_watchlist
from pipeline.cli.scanning import rows_of
from pipeline.errors import PageError, UsageError
from pipeline.fetch import ACCEPT_PAGE, Fetched, Fetcher
from pipeline.plan import RecordOptions, event_as_dict
from pipeline.recognise import Recogniser
from pipeline.recognise import explain as explaining
from pipeline.scan import Scanned, events_of, scan
from pipeline.settings import Settings

Row = dict[str, Any]


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
    """Why an article gave, or did not give, each event: every step's decision, the runner-up and the margin.

    SOURCE is an address, or a file with HTML, plain text (first line: the title), or articles as JSON Lines
    ({"title", "text" or "html", "published"?, "lang"?, "id"?}). With --json, one object an article.
    """
    settings = settings_of(context, config)
    watchlist = strict_watchlist(watchlist_file) if watchlist_file else settings.watchlist
    rows = list(_sources(source, settings))
    recogniser = Recogniser.build(watchlist, settings.recognise)
    for at, row in enumerate(rows):
        given = {**row, "published": row.get("published") or published, "lang": row.get("lang") or language}
        try:
            scanned = scan(recogniser, given, clock.now(), trace=True)
        except (PageError, UsageError) as error:
            raise UsageError(f"{row['id']}: {error}") from None
        if as_json:
            show.json_lines([_explained(scanned)])
        else:
            if at:
                click.echo()
            _print(scanned)


def _sources(source: str, settings: Settings) -> Iterator[Row]:
    """The articles of an address or a file. UsageError where it cannot be read."""
    if source.startswith(("http://", "https://")):
        yield {"id": source, "url": source, "html": loop.run(_fetched(source, settings))}
        return
    try:
        text = Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{source}: cannot be read: {error}") from None
    if text.lstrip().startswith("{"):
        for number, row in rows_of(StringIO(text)):
            if isinstance(row, UsageError):
                raise UsageError(f"{source}, line {number}: {row}")
            yield {**row, "id": row.get("id") or f"{source}:{number}"}
    elif "<html" in text[:5000].lower() or "<!doctype" in text[:200].lower():
        yield {"id": source, "html": text}
    else:
        title, _, rest = text.partition("\n")
        yield {"id": source, "title": title.strip(), "text": rest}


async def _fetched(url: str, settings: Settings) -> str:
    async with Fetcher(settings.fetch) as fetcher:
        outcome = await fetcher.get(url, accept=ACCEPT_PAGE)
    if not isinstance(outcome, Fetched):
        raise UsageError(f"{url}: {outcome}")
    page = outcome.page
    return page.body.decode(page.charset or "utf-8", "replace")


def _explained(scanned: Scanned) -> Row:
    article, text = scanned.article, scanned.article.text
    return {
        "id": scanned.key,
        "title": article.title,
        "language": article.language,
        "published": article.published,
        "published_from": article.published_from,
        "screened_out": scanned.recognition.screened_out,
        "steps": [
            {**asdict(step), "text": text[step.start : step.end], "detail": dict(step.detail)}
            for step in scanned.recognition.trace
        ],
        "events": [event_as_dict(event) for event in events_of(scanned, RecordOptions())],
    }


def _print(scanned: Scanned) -> None:
    out = show.console()
    article = scanned.article
    out.print(Text(article.title or "(no title)", style="bold"))
    published = article.published.date() if article.published else "unknown"
    out.print(Text(f"language {article.language}, published {published} (from {article.published_from})", style="dim"))
    for line in explaining.decisions(scanned.recognition, article.text):
        out.print(Text(line, style="bold" if line[:1].isdigit() else ""))
    out.print()
    show.events(events_of(scanned, RecordOptions()), reasons=True)
