"""`treatywatch review`: what waits for a person, and a person's word on it."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline import clock, query
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.flow.deciding import Decision, Unwritten, Word, decide_by_hand
from pipeline.flow.hands import CANNOT, Cannot, Grasp, do_by_hand
from pipeline.model import Event
from pipeline.plan import event_as_dict
from pipeline.store import desk
from pipeline.store.engine import Database
from pipeline.wiring import context_of, open_history, teller_of

_UNWRITTEN: Mapping[Unwritten, str] = {
    Unwritten.MISSING: "there is no such event; `treatywatch review list` shows what waits",
    Unwritten.CHANGED: "it was changed meanwhile; look again",
    Unwritten.UNCHANGED: "it says so already",
}


@click.group()
def review() -> None:
    """Findings under the alert threshold, and planned steps now overdue."""


@review.command("list")
@config_option
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
@click.pass_context
def list_waiting(context: click.Context, config: Path | None, limit: int, as_json: bool) -> None:
    """What waits for a person: events not sure enough for an alert, and announced steps that nobody reported done."""
    database = open_history(settings_of(context, config))
    try:
        waiting = list(query.review(database, limit).items)
        late = _overdue(database, clock.now(), limit)
    finally:
        database.close()
    if as_json:
        show.json_lines({"waits_for": "review", **event_as_dict(event)} for event in waiting)
        show.json_lines({"waits_for": "report", "due": due, **event_as_dict(event)} for event, due in late)
        return
    for event in waiting:
        click.echo(event.id)
        show.events([event], reasons=True)
    for event, due in late:
        click.echo(f"{event.id}  was due {due}, nobody has reported it")
        show.events([event])
    click.echo(f"{len(waiting)} events wait for review, {len(late)} announced steps are overdue")


@review.command()
@config_option
@click.argument("event_id")
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
@click.pass_context
def accept(context: click.Context, config: Path | None, event_id: str, note: str, as_json: bool) -> None:
    """EVENT_ID is right: it counts as told, and whoever asked for such events hears of it."""
    _decide(context, config, event_id, "accept", note, as_json=as_json)


@review.command()
@config_option
@click.argument("event_id")
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
@click.pass_context
def reject(context: click.Context, config: Path | None, event_id: str, note: str, as_json: bool) -> None:
    """EVENT_ID is wrong: it is taken back for good, and whoever was told of it hears that."""
    _decide(context, config, event_id, "reject", note, as_json=as_json)


@review.command()
@config_option
@click.argument("event_id")
@click.argument("into")
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
@click.pass_context
def merge(context: click.Context, config: Path | None, event_id: str, into: str, note: str, as_json: bool) -> None:
    """EVENT_ID is the same act as INTO: its sources speak for that one from now on. Nobody gets a new alert."""
    _by_hand(context, config, event_id, Grasp("merge", _who(), note, into), as_json)


@review.command()
@config_option
@click.argument("event_id")
@click.argument("articles", nargs=-1, required=True, type=click.IntRange(1))
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
@click.pass_context
def split(
    context: click.Context, config: Path | None, event_id: str, articles: tuple[int, ...], note: str, as_json: bool
) -> None:
    """What ARTICLES (their ids, as in the event's sources) tell is another event than EVENT_ID. Merging it back undoes it."""
    _by_hand(context, config, event_id, Grasp("split", _who(), note, articles=frozenset(articles)), as_json)


@review.command()
@config_option
@click.argument("event_id")
@click.option("--note", default="", help="Why; kept with the decision.")
@json_option
@click.pass_context
def undo(context: click.Context, config: Path | None, event_id: str, note: str, as_json: bool) -> None:
    """EVENT_ID was merged away by hand: it stands for itself again, with its own sources."""
    _by_hand(context, config, event_id, Grasp("undo", _who(), note), as_json)


def _by_hand(context: click.Context, config: Path | None, event_id: str, grasp: Grasp, as_json: bool) -> None:
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        done = do_by_hand(database, event_id, grasp, clock.now(), context_of(settings), teller_of(settings))
        found = None if isinstance(done, Unwritten | Cannot) else query.event(database, done)
    finally:
        database.close()
    if isinstance(done, Unwritten):
        raise UsageError(f"{event_id}: {_UNWRITTEN[done]}")
    if isinstance(done, Cannot):
        raise UsageError(f"{event_id}: {CANNOT[done]}")
    if as_json:
        show.json_lines([event_as_dict(found)] if found else [])
        return
    click.echo(f"{event_id}: {grasp.action} done; see {done}")


def _who() -> str:
    return f"{getpass.getuser()} (command line)"


def _decide(
    context: click.Context, config: Path | None, event_id: str, decision: Decision, note: str, *, as_json: bool
) -> None:
    settings = settings_of(context, config)
    database = open_history(settings)
    word = Word(decision, _who(), note)
    try:
        outcome = decide_by_hand(database, event_id, word, clock.now(), context_of(settings), teller_of(settings))
    finally:
        database.close()
    if isinstance(outcome, Unwritten):
        raise UsageError(f"{event_id}: {_UNWRITTEN[outcome]}")
    if as_json:
        show.json_lines([event_as_dict(outcome)])
        return
    click.echo(f"{event_id}: {outcome.state}")


def _overdue(database: Database, now: datetime, limit: int) -> list[tuple[Event, str]]:
    def work(connection: Any) -> tuple[desk.Expectation, ...]:
        return desk.overdue(connection, now.date(), limit)

    found = [(query.event(database, one.event_id), str(one.due_last)) for one in database.read(work)]
    return [(event, due) for event, due in found if event is not None]
