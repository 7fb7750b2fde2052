"""`treatywatch agreements`: the watchlist, and what became of each agreement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from pipeline import query
from pipeline.cli import importing, show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import ConfigurationError, UsageError
from pipeline.flow.lookback import candidates, stored_articles
from pipeline.imports import read_list
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Listed
from pipeline.imports.writing import append, block
from pipeline.model import Agreement, Event, Watchlist
from pipeline.plan import event_as_dict
from pipeline.query import EventFilter
from pipeline.recognise import Recogniser
from pipeline.scan import events_in
from pipeline.settings import AGREEMENTS, Settings
from pipeline.settings.lists import identifier_from, read_agreement
from pipeline.store import desk
from pipeline.wiring import open_history, record_options, with_additions


@click.group()
def agreements() -> None:
    """The watchlist."""


agreements.add_command(importing.import_files)


@agreements.command("list")
@config_option
@json_option
@click.pass_context
def list_agreements(context: click.Context, config: Path | None, as_json: bool) -> None:
    """Every agreement that is watched, with the latest step on record."""
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        latest = {
            agreement.id: next(
                iter(
                    query.events(database, EventFilter(agreement=(agreement.id,), status=("occurred",), limit=1)).items
                ),
                None,
            )
            for agreement in settings.watchlist.agreements
        }
    finally:
        database.close()
    if as_json:
        show.json_lines(
            {**_as_dict(agreement), "latest": event_as_dict(event) if (event := latest[agreement.id]) else None}
            for agreement in settings.watchlist.agreements
        )
        return
    show.table(
        "",
        ("id", "parties", "title", "latest step"),
        (
            (agreement.id, " ".join(agreement.parties), agreement.title, _line(latest[agreement.id]))
            for agreement in settings.watchlist.agreements
        ),
    )


@agreements.command("show")
@config_option
@click.argument("identifier")
@json_option
@click.pass_context
def show_agreement(context: click.Context, config: Path | None, identifier: str, as_json: bool) -> None:
    """One agreement: its names, and its timeline party by party with the sentences that prove it."""
    settings = settings_of(context, config)
    agreement = next((one for one in settings.watchlist.agreements if one.id == identifier), None)
    database = open_history(settings)
    try:
        timeline = query.timeline(database, identifier)
    finally:
        database.close()
    if agreement is None and not timeline:
        raise UsageError(
            f"{identifier!r} is neither on the watchlist nor in the history; `treatywatch agreements list` shows what is"
        )
    if as_json:
        show.json_lines(
            [
                {
                    **(_as_dict(agreement) if agreement else {"id": identifier}),
                    "timeline": [event_as_dict(e) for e in timeline],
                }
            ]
        )
        return
    out = show.console()
    if agreement:
        out.print(Text(agreement.title, style="bold"))
        for language, wording in agreement.titles:
            out.print(Text(f"  {language}: {wording}", style="dim"))
        if agreement.aliases:
            out.print(Text(f"  also: {', '.join(agreement.aliases)}", style="dim"))
    for heading, steps in _by_party(timeline, agreement):
        out.print()
        out.print(Text(heading, style="bold underline"))
        show.events(steps)
    if not timeline:
        out.print("\nnothing on record yet")


@agreements.command()
@config_option
@click.option("--id", "identifier", help="Short name; made from the title if left out.")
@click.option("--title", required=True, help="Official title.")
@click.option("--party", "parties", multiple=True, metavar="CODE", help="RU, EU ...; may be given again.")
@click.option("--alias", "aliases", multiple=True, help="A name the press uses; may be given again.")
@click.option("--exclude", multiple=True, help="A wording that must not be taken for it; may be given again.")
@click.option(
    "--title-in",
    "titles",
    multiple=True,
    metavar="LANG=TITLE",
    help="The title in another language; may be given again.",
)
@click.option("--multilateral", is_flag=True, help="States act one by one.")
@click.option("--signed-on", metavar="DATE")
@click.pass_context
def add(
    context: click.Context,
    /,
    config: Path | None,
    identifier: str | None,
    title: str,
    titles: tuple[str, ...],
    **listed: Any,
) -> None:
    """Add an agreement to agreements.toml, and look back: what the stored articles tell of it becomes history, nobody is alerted.

    A running service takes it up by itself.
    """
    settings = settings_of(context, config)
    entry: dict[str, Any] = {
        key: list(value) if isinstance(value, tuple) else value for key, value in listed.items() if value
    }
    entry |= {"id": identifier or identifier_from(title), "title": title}
    wrong = [pair for pair in titles if "=" not in pair]
    if wrong:
        raise UsageError(f"--title-in should be LANG=TITLE, is {wrong[0]!r}")
    if titles:
        entry["titles"] = dict(pair.split("=", 1) for pair in titles)
    agreement = read_agreement(entry, f"agreement {entry['id']!r}")
    database = open_history(settings)
    try:
        watched = with_additions(settings.watchlist, database.read(desk.watched))
        if any(one.id == agreement.id for one in watched.agreements):
            raise ConfigurationError(
                str(settings.directory / AGREEMENTS), f"{agreement.id!r} is on the watchlist already"
            )
        append(settings.directory / AGREEMENTS, [block(Listed(agreement, "here"))])
        click.echo(f"added {agreement.id}")
        read, made = importing.look_back_at(settings, database, watched, [agreement])
        click.echo(f"looked back: {read:,} stored articles read, {made:,} steps recorded as history")
    finally:
        database.close()


@agreements.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_context
def test(context: click.Context, config: Path | None, file: Path, as_json: bool) -> None:
    """What the entries of FILE (any list `import` reads) would have matched in the stored articles. Nothing is changed.

    The watchlist as it is stays in force beside them: what one of its agreements takes away is told, with its name.
    """
    settings = settings_of(context, config)
    reading = read_list(file, PartyBook.open())
    if reading.problems:
        raise UsageError("; ".join(map(str, reading.problems)))
    fresh = [one.agreement for one in reading.listed]
    found, taken, read = _matches(settings, fresh)
    if as_json:
        rows = [{**event_as_dict(event), "taken_by": None} for event in found]
        show.json_lines([*rows, *({**event_as_dict(event), "taken_by": by} for event, by in taken)])
        return
    show.events(found)
    ids = ", ".join(sorted(agreement.id for agreement in fresh))
    click.echo(
        f"{read} stored articles that may tell of it read, {len(found)} steps would have been recorded for {ids}"
    )
    for by in sorted({by for _, by in taken}):
        lost = [event for event, other in taken if other == by]
        click.echo(f"{len(lost)} steps that it would have had alone go to {by}, which is on the watchlist:")
        show.events(lost)


def _matches(settings: Settings, fresh: Sequence[Agreement]) -> tuple[list[Event], list[tuple[Event, str]], int]:
    """What new agreements match beside the watchlist; what they would match alone, with the listed one that takes it; articles read."""
    ids = {agreement.id for agreement in fresh}
    others = tuple(agreement for agreement in settings.watchlist.agreements if agreement.id not in ids)
    together = Recogniser.build(Watchlist((*others, *fresh), settings.watchlist.rules), settings.recognise)
    alone = Recogniser.build(Watchlist(tuple(fresh)), settings.recognise)
    options, read = record_options(settings), 0
    found: list[Event] = []
    taken: list[tuple[Event, str]] = []
    database = open_history(settings)
    try:
        versions = {one for key in ids for one in database.read(lambda c: candidates(c, together, key))}  # noqa: B023 - run at once
        for stored in stored_articles(database, sorted(versions, reverse=True)):
            read += 1
            mine = [e for e in events_in(alone, stored.article, options) if e.agreement_id in ids]
            events = events_in(together, stored.article, options)
            found += [e for e in events if e.agreement_id in ids]
            listed = {(e.type, e.start): e.agreement_id for e in events if e.agreement_id not in {None, *ids}}
            taken += [(e, by) for e in mine if (by := listed.get((e.type, e.start)))]
    finally:
        database.close()
    return found, taken, read


def _by_party(timeline: Iterable[Event], agreement: Agreement | None) -> list[tuple[str, list[Event]]]:
    """Steps of the parties together first, then party by party in the order of the agreement."""
    groups: dict[str, list[Event]] = {}
    for event in timeline:
        groups.setdefault(event.actor_country, []).append(event)
    order = ["", *(agreement.parties if agreement else ())]
    names = [*(name for name in order if name in groups), *sorted(set(groups) - set(order))]
    return [(name or "together, or not told by whom", groups[name]) for name in names]


def _as_dict(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "title": agreement.title,
        "parties": list(agreement.parties),
        "titles": dict(agreement.titles),
        "aliases": list(agreement.aliases),
        "exclude": list(agreement.exclude),
        "multilateral": agreement.multilateral,
        "signed_on": str(agreement.signed_on) if agreement.signed_on else None,
    }


def _line(event: Event | None) -> str:
    return f"{event.date or 'undated'} {event.type} {event.actor_country}".strip() if event else ""
