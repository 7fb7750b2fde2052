"""`treatywatch events`: ask the history."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import export, query
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.export import Channel
from pipeline.model import Event, EventState, EventType, PartialDate, Status
from pipeline.query import EventFilter
from pipeline.settings import Settings
from pipeline.store import desk, migrate
from pipeline.store.engine import Database

FORMATS = ("table", "json", "csv", "parquet", "atom", "ics")


@click.command()
@config_option
@click.option("--agreement", multiple=True, metavar="ID", help="Only this agreement; may be given again.")
@click.option("--party", type=str.upper, metavar="CODE", help="Only agreements of this party, or acts of it (RU, EU).")
@click.option(
    "--type",
    "types",
    multiple=True,
    type=click.Choice([one.value for one in EventType]),
    help="Only this kind of step.",
)
@click.option(
    "--status", "statuses", multiple=True, type=click.Choice([one.value for one in Status]), help="Only this status."
)
@click.option(
    "--state", "states", multiple=True, type=click.Choice([one.value for one in EventState]), help="Only in this state."
)
@click.option("--country", type=str.upper, metavar="CODE", help="Only acts of this party.")
@click.option("--stage", metavar="WORD", help="Only acts of this stage (lower_chamber, head_of_state ...).")
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.0, help="Only events at least as sure.")
@click.option("--text", metavar="WORDS", help="Only events of articles in which these words stand.")
@click.option("--retracted", is_flag=True, help="What was taken back, too.")
@click.option("--since", metavar="DATE", help="Acts from this day, month or year on.")
@click.option("--until", metavar="DATE", help="Acts up to this day, month or year.")
@click.option("--as-of", metavar="TIME", help="The history as it stood then (2026-01-14 or 2026-01-14T10:00).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@json_option
@click.pass_context
def events(
    context: click.Context,
    /,
    config: Path | None,
    agreement: tuple[str, ...],
    types: tuple[str, ...],
    statuses: tuple[str, ...],
    states: tuple[str, ...],
    since: str | None,
    until: str | None,
    as_of: str | None,
    text: str | None,
    limit: int,
    form: str,
    output: Path | None,
    as_json: bool,
    **plain: Any,
) -> None:
    """Query the history, the latest act first."""
    wanted = EventFilter(
        agreement=agreement,
        type=types,
        status=statuses,
        state=states,
        since=_date(since, "--since").first if since else None,
        until=_date(until, "--until").last if until else None,
        as_of=_moment(as_of) if as_of else None,
        text=text,
        **plain,
    )
    settings = settings_of(context, config)
    database = migrate.opened(settings.database_url)
    try:
        refuse_unknown(database, settings, agreement)
        found = _some(database, wanted, limit)
        changed = query.recorded(database, [event.id for event in found]) if form in ("atom", "ics") else {}
    finally:
        database.close()
    if as_json or form == "json":
        _write(output, export.json_lines(found))
    elif form == "table":
        show.events(found)
    else:
        home = f"{settings.web.public_url or f'http://{settings.web.bind}'}/"
        _write(output, _file(form, found, Channel(f"{home}events.atom", home, changed=changed)))


def refuse_unknown(database: Database, settings: Settings, agreements: Sequence[str]) -> None:
    """UsageError for an agreement that is neither watched nor in the history, with the names most like it."""
    watched = {one.id for one in settings.watchlist.agreements} | {one.id for one in database.read(desk.watched)}
    for identity in set(agreements) - watched:
        if not query.events(database, EventFilter(agreement=(identity,), retracted=True, limit=1)).items:
            near = difflib.get_close_matches(identity, sorted(watched), 3, 0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else "; `treatywatch agreements list` shows what is"
            raise UsageError(f"--agreement: {identity!r} is neither on the watchlist nor in the history{hint}")


def _file(form: str, found: list[Event], channel: Channel) -> bytes:
    match form:
        case "atom":
            return export.atom(found, channel)
        case "ics":
            return export.icalendar(found, channel.home, channel.changed)
        case "parquet":
            return export.parquet(found)
    return export.csv_table(found)


def _write(output: Path | None, made: bytes) -> None:
    if output is not None:
        try:
            output.write_bytes(made)
        except OSError as error:
            raise UsageError(f"{output}: cannot be written: {error.strerror}") from None
        return
    if made[:4] == b"PAR1" and sys.stdout.isatty():
        raise UsageError("Parquet is no text: give --output FILE")
    click.echo(made, nl=False)


def _some(database: Database, wanted: EventFilter, limit: int) -> list[Event]:
    """Up to `limit` events, page by page."""
    found: list[Event] = []
    cursor: str | None = None
    while len(found) < limit:
        page = query.events(database, replace(wanted, limit=min(limit - len(found), query.MOST), cursor=cursor))
        found += page.items
        cursor = page.next
        if cursor is None:
            break
    return found


def _date(text: str, option: str) -> PartialDate:
    try:
        return PartialDate.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of: not a time like 2026-01-14 or 2026-01-14T10:00: {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
