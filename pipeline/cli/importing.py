"""`treatywatch agreements import`: lists of agreements kept elsewhere, added to the watchlist, and looked back for at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline import clock
from pipeline.cli import show
from pipeline.cli.common import config_option, settings_of
from pipeline.errors import ConfigurationError, UsageError
from pipeline.flow.lookback import look_back_for
from pipeline.imports import read_list
from pipeline.imports.choosing import Choice, Wanted, choose
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Form, Listed, Reading
from pipeline.imports.writing import append, block
from pipeline.model import Agreement, PartialDate, Watchlist
from pipeline.recognise.loading import readable
from pipeline.settings import AGREEMENTS, Settings
from pipeline.store import desk
from pipeline.store.engine import Database
from pipeline.wiring import context_of, open_history, record_options, with_additions

_MOST_TOLD = 40  # lines on one kind of thing; the rest is counted


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line."""

    wanted: Wanted
    dry_run: bool
    output: Path | None
    look_back: bool


@click.command("import")
@config_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--format", "form", type=click.Choice([one.value for one in Form]), help="Told by the file itself if left out."
)
@click.option(
    "--party", "parties", multiple=True, metavar="CODE", help="Only with this party (RU, EU, a name); again: with all."
)
@click.option("--since", metavar="DATE", help="Only signed, or else dated, on this day or later.")
@click.option(
    "--subject", "subjects", multiple=True, metavar="WORD", help="Only with this in title or subject; again: with any."
)
@click.option("--dry-run", is_flag=True, help="Show what would be added; change nothing.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write the entries to a new file (- is standard output), not to agreements.toml.",
)
@click.option(
    "--look-back/--no-look-back", default=True, help="Search the stored articles for what is new.  [default: look back]"
)
@click.pass_context
def import_files(
    context: click.Context,
    /,
    config: Path | None,
    files: Sequence[Path],
    form: str | None,
    parties: Sequence[str],
    since: str | None,
    subjects: Sequence[str],
    dry_run: bool,
    output: Path | None,
    look_back: bool,
) -> None:
    """Add the agreements of FILES to agreements.toml: TOML, CSV, UK Treaties Online, congress.gov, results from the EU's CELLAR.

    Entries that are wrong are named with their line and left out. docs/importers.md tells of the formats.
    """
    settings = settings_of(context, config)
    book = PartyBook.open()
    wanted = Wanted(tuple(_code(book, name) for name in parties), _since(since), tuple(subjects))
    if output is not None and str(output) != "-" and output.exists():
        raise UsageError(f"{output} is there already; --output writes a new file")
    asked = Asked(wanted, dry_run, output, look_back)
    readings = [read_list(file, book, Form(form) if form else None) for file in files]
    database = open_history(settings)
    try:
        watched = with_additions(settings.watchlist, database.read(desk.watched))
        choice = choose((one for reading in readings for one in reading.listed), watched.agreements, wanted)
        _tell(readings, choice, frozenset(one.id for one in watched.agreements))
        _take(settings, database, watched, choice, asked)
    finally:
        database.close()
    if any(reading.problems for reading in readings):
        context.exit(1)


def look_back_at(
    settings: Settings, database: Database, watched: Watchlist, fresh: Iterable[Agreement]
) -> tuple[int, int]:
    """What stored articles tell of new agreements becomes history: (articles read, events that are new)."""
    new = tuple(fresh)
    together = Watchlist((*watched.agreements, *new), watched.rules)
    ids = frozenset(one.id for one in new)
    quiet = record_options(settings, quiet=True)
    recogniser = readable(together, settings.recognise)
    return look_back_for(database, recogniser, ids, clock.now(), quiet, context_of(settings, together))


def _take(settings: Settings, database: Database, watched: Watchlist, choice: Choice, asked: Asked) -> None:
    """Write down what is new, where it was asked for, and look back."""
    fresh = choice.fresh
    if asked.dry_run:
        _show(fresh)
        click.echo(f"{len(fresh)} would be added; {_rest(choice)}")
        return
    if asked.output is not None:
        _write(asked.output, fresh)
        click.echo(f"{len(fresh)} written to {asked.output}; {_rest(choice)}", err=True)
        return
    if fresh:
        append(settings.directory / AGREEMENTS, map(block, fresh))
    click.echo(f"{len(fresh)} added to {AGREEMENTS}; {_rest(choice)}")
    if fresh and asked.look_back:
        read, made = look_back_at(settings, database, watched, (one.agreement for one in fresh))
        click.echo(f"looked back: {read:,} stored articles read, {made:,} steps recorded as history")


def _rest(choice: Choice) -> str:
    known = f"{len(choice.known)} were there already"
    return f"{known}, {choice.unasked} not asked for" if choice.unasked else known


def _tell(readings: Sequence[Reading], choice: Choice, watched: frozenset[str]) -> None:
    """What is wrong, whom nobody knows and what is there already, on standard error."""
    _lines([str(problem) for reading in readings for problem in reading.problems])
    unknown: dict[str, list[str]] = {}
    for one in choice.fresh:
        for name in one.unknown:
            unknown.setdefault(name, []).append(one.where)
    _lines(
        [
            f"party {name[:80]!r} is not known, the entry is kept without it: {_places(places)}"
            for name, places in unknown.items()
        ]
    )
    _lines([f"{one.where}: {one.agreement.id} {_there(one, there, watched)}" for one, there in choice.known])


def _there(one: Listed, there: str, watched: frozenset[str]) -> str:
    where = "on the watchlist" if there in watched else "in the list"
    return f"is {where} already" + (f" as {there}: same title, same parties" if there != one.agreement.id else "")


def _lines(lines: Sequence[str]) -> None:
    for line in lines[:_MOST_TOLD]:
        click.echo(f"treatywatch: {line}", err=True)
    if len(lines) > _MOST_TOLD:
        click.echo(f"treatywatch: … and {len(lines) - _MOST_TOLD:,} more of this kind", err=True)


def _places(places: Sequence[str]) -> str:
    told = ", ".join((places[0], *(place.rpartition(": ")[2] for place in places[1:3])))
    return told + (f" and {len(places) - 3:,} more" if len(places) > 3 else "")


def _show(fresh: Sequence[Listed]) -> None:
    rows = ((one.agreement.id, " ".join(one.agreement.parties), one.agreement.title, one.note) for one in fresh)
    show.table("", ("id", "parties", "title", "note"), rows)


def _write(output: Path, fresh: Sequence[Listed]) -> None:
    text = "\n".join(map(block, fresh))
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None


def _code(book: PartyBook, name: str) -> str:
    code = book.code_of(name) or book.code_of(name.upper())
    if code is None:
        raise UsageError(f"--party {name!r} is neither a code (RU, EU) nor a name we know")
    return code


def _since(said: str | None) -> PartialDate | None:
    try:
        return PartialDate.parse(said) if said else None
    except ValueError as error:
        raise ConfigurationError("--since", str(error)) from None
