"""`treatywatch events`: ask the history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline import query
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.model import Event, EventType, PartialDate, Status
from pipeline.query import EventFilter
from pipeline.store.engine import Database
from pipeline.wiring import open_history


@click.command()
@config_option
@click.option("--agreement", multiple=True, metavar="ID", help="Only this agreement; may be given again.")
@click.option("--party", metavar="CODE", help="Only agreements of this party, or acts of it (RU, EU).")
@click.option("--type", "types", multiple=True, type=click.Choice(list(EventType)), help="Only this kind of step.")
@click.option("--status", "statuses", multiple=True, type=click.Choice(list(Status)), help="Only this status.")
@click.option("--since", metavar="DATE", help="Acts from this day, month or year on.")
@click.option("--until", metavar="DATE", help="Acts up to this day, month or year.")
@click.option("--as-of", metavar="TIME", help="The history as it stood then (2026-01-14 or 2026-01-14T10:00).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@json_option
@click.pass_context
def events(
    context: click.Context,
    config: Path | None,
    agreement: tuple[str, ...],
    party: str | None,
    types: tuple[str, ...],
    statuses: tuple[str, ...],
    since: str | None,
    until: str | None,
    as_of: str | None,
    limit: int,
    form: str,
    as_json: bool,
) -> None:
    """Query the history, the latest act first."""
    wanted = EventFilter(
        agreement=agreement,
        party=party,
        type=types,
        status=statuses,
        since=_date(since, "--since").first if since else None,
        until=_date(until, "--until").last if until else None,
        as_of=_moment(as_of) if as_of else None,
    )
    database = open_history(settings_of(context, config))
    try:
        found = _some(database, wanted, limit)
    finally:
        database.close()
    if as_json or form == "json":
        show.events_json(found)
    elif form == "table":
        show.events(found)
    else:
        show.events_csv(found)


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
