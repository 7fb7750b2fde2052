"""`treatywatch alerts`: what was sent and what was answered, dead letters, mutes, tests of channels and of filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import clock, loop
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Outcome
from pipeline.cli import show, trying
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.fetch import Fetcher
from pipeline.flow.trial import send_test
from pipeline.model import EventType
from pipeline.settings import Settings
from pipeline.store import deliveries, desk, outbox, owners
from pipeline.store.deliveries import DeliveryView
from pipeline.store.engine import Database
from pipeline.store.messages import OutboxState
from pipeline.wiring import composer_of, open_history, sender_of

_PAGE = 200


@click.group()
def alerts() -> None:
    """Messages to channels, and every try of each; mutes; tests."""


@alerts.command("list")
@config_option
@click.option(
    "--state",
    type=click.Choice([state.value for state in OutboxState]),
    help="Only messages in this state; dead = given up.",
)
@click.option("--channel", metavar="ID", help="Only this channel.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@click.pass_context
def list_messages(
    context: click.Context, config: Path | None, state: str | None, channel: str | None, limit: int, as_json: bool
) -> None:
    """Messages, newest first, with what the last try came to."""
    with _database(context, config) as (_, database):
        found = list(_messages(database, state, channel, limit))
        off = {one.id: one for one in database.read(deliveries.channels).values() if one.disabled_at}
    if as_json:
        show.json_lines(map(_as_dict, found))
        return
    show.table("", ("made", "channel", "kind", "state", "tries", "answered", "id"), map(_row, found))
    for one in off.values():
        click.echo(
            f"channel {one.id} is switched off since {show.moment(one.disabled_at)} ({one.disabled_why});"
            f" repair it, then: treatywatch alerts enable {one.id}"
        )


@alerts.command("show")
@config_option
@click.argument("identity", metavar="ID")
@json_option
@click.pass_context
def show_message(context: click.Context, config: Path | None, identity: str, as_json: bool) -> None:
    """One message: every try with its answer, and the body."""
    with _database(context, config) as (_, database):
        found = database.read(lambda c: deliveries.delivery(c, identity))
    if found is None:
        raise UsageError(f"there is no message {identity!r}; see: treatywatch alerts list")
    if as_json:
        show.json_lines([_as_dict(found) | {"body": found.payload}])
        return
    due = f", next try {show.moment(found.next_try)} UTC" if found.state == OutboxState.PENDING else ""
    click.echo(f"{found.kind} to {found.channel_id}: {found.state}{due}{f' ({found.reason})' if found.reason else ''}")
    rows = (
        (show.moment(one.at), one.target, one.outcome, one.http_status, f"{one.duration_ms} ms", one.answer)
        for one in found.tries
    )
    show.table("", ("tried", "where", "outcome", "status", "took", "answer"), rows)
    click.echo(found.payload)


@alerts.command()
@config_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--channel", metavar="ID", help="All dead letters of this channel.")
@click.option("--dead", is_flag=True, help="All dead letters.")
@click.pass_context
def replay(context: click.Context, config: Path | None, ids: tuple[str, ...], channel: str | None, dead: bool) -> None:
    """Send messages again, under their old ids: those named, or dead letters."""
    if not (ids or channel or dead):
        raise UsageError("name messages, a --channel or --dead")
    now = clock.now()
    with _database(context, config) as (_, database):
        chosen = list(ids)
        if channel or dead:
            chosen += [one.id for one in _messages(database, OutboxState.DEAD, channel, None)]
        done = database.write(lambda c: _replay(c, chosen, _who(context), now))
    click.echo(f"{done} of {len(chosen)} messages will be sent again")
    if done < len(ids):
        context.exit(1)


@alerts.command()
@config_option
@click.option("--agreement", metavar="ID", help="Silence this agreement.")
@click.option("--party", metavar="CODE", help="Silence what concerns this party (RU, EU).")
@click.option("--type", "kind", type=click.Choice([kind.value for kind in EventType]), help="Silence this kind of act.")
@click.option("--channel", metavar="ID", help="On this channel only.")
@click.option("--until", metavar="TIME", help="2026-02-01 or 2026-02-01T09:00 (UTC); without it, until it is lifted.")
@click.option("--why", default="", help="A word for those who wonder later.")
@click.pass_context
def mute(
    context: click.Context,
    config: Path | None,
    agreement: str | None,
    party: str | None,
    kind: str | None,
    channel: str | None,
    until: str | None,
    why: str,
) -> None:
    """Silence an agreement, a party, a kind of act, or what fits all that are given. What it keeps is told when it ends."""
    if not (agreement or party or kind):
        raise UsageError("name what to silence: --agreement, --party or --type")
    now, end = clock.now(), _moment(until) if until else None
    if end and end <= now:
        raise UsageError(f"--until: {until} is over already")
    with _database(context, config) as (settings, database):
        if channel:
            _channel(settings, channel)
        if agreement and agreement not in {one.id for one in settings.watchlist.agreements}:
            raise UsageError(f"no agreement {agreement!r} is watched; see: treatywatch agreements list")
        about = {"agreement_id": agreement, "party": party.upper() if party else None, "kind": kind}

        def work(connection: Any) -> int:
            who = _who(context)
            made = desk.mute(connection, channel_id=channel, until=end, who=who, why=why, now=now, **about)
            desk.audit(connection, who, "mute.added", str(made), {"why": why}, now)
            return made

        number = database.write(work)
    click.echo(f"mute {number}; lift it with: treatywatch alerts unmute {number}")


@alerts.command()
@config_option
@click.argument("number", type=int)
@click.pass_context
def unmute(context: click.Context, config: Path | None, number: int) -> None:
    """Lift a mute; what it kept is told as one message."""
    now = clock.now()

    def work(connection: Any) -> bool:
        done = desk.unmute(connection, number, now)
        if done:
            desk.audit(connection, _who(context), "mute.ended", str(number), {}, now)
        return done

    with _database(context, config) as (_, database):
        if not database.write(work):
            raise UsageError(f"there is no mute {number} to lift; see: treatywatch alerts mutes")
    click.echo(f"mute {number} is lifted")


@alerts.command()
@config_option
@json_option
@click.pass_context
def mutes(context: click.Context, config: Path | None, as_json: bool) -> None:
    """The mutes in force."""
    with _database(context, config) as (_, database):
        held = database.read(lambda c: desk.mutes(c, clock.now()))
    names = ("id", "channel_id", "agreement_id", "party", "type", "until", "who", "why")
    if as_json:
        show.json_lines({name: getattr(one, name) for name in names} for one in held)
        return
    rows = ([show.moment(one.until) if name == "until" else getattr(one, name) for name in names] for one in held)
    show.table("", ("mute", "channel", "agreement", "party", "type", "until", "by", "why"), rows)


@alerts.command()
@config_option
@click.argument("channel")
@click.pass_context
def enable(context: click.Context, config: Path | None, channel: str) -> None:
    """Switch a channel on again whose receiver had said that it is gone (410); what waited is sent."""
    with _database(context, config) as (settings, database):
        _channel(settings, channel)
        who, now = _who(context), clock.now()

        def work(connection: Any) -> None:
            outbox.enable(connection, channel, now)
            desk.audit(connection, who, "channel.enabled", channel, {}, now)

        database.write(work)
    click.echo(f"channel {channel} is on")


@alerts.command()
@config_option
@click.argument("channel")
@click.pass_context
def test(context: click.Context, config: Path | None, channel: str) -> None:
    """Send a marked test to a channel now, once; say what it answered."""
    with _database(context, config) as (settings, database):
        chosen = _channel(settings, channel)
        outcome = loop.run(_test(settings, database, chosen))
    if isinstance(outcome, Delivered):
        refused = f"; refused: {'; '.join(outcome.refused)}" if outcome.refused else ""
        click.echo(f"ok    {channel}: accepted ({outcome.status}) {outcome.answer_head}{refused}")
        return
    click.echo(f"FAIL  {channel}: {outcome.reason} {outcome.detail}")
    context.exit(1)


alerts.add_command(trying.test_filter)


async def _test(settings: Settings, database: Database, channel: ChannelOptions) -> Outcome:
    async with Fetcher(settings.fetch) as fetcher:
        sender = sender_of(channel, settings, fetcher, clock.now)
        try:
            return await send_test(database, channel, sender, composer_of(settings), owners.own_name(), clock.now())
        finally:
            sender.close()


@contextmanager
def _database(context: click.Context, config: Path | None) -> Iterator[tuple[Settings, Database]]:
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        yield settings, database
    finally:
        database.close()


def _channel(settings: Settings, identity: str) -> ChannelOptions:
    for channel in settings.channels:
        if channel.id == identity:
            return channel
    known = ", ".join(channel.id for channel in settings.channels) or "none is configured"
    raise UsageError(f"there is no channel {identity!r} in {settings.directory}; known: {known}")


def _messages(database: Database, state: str | None, channel: str | None, limit: int | None) -> Iterator[DeliveryView]:
    """Messages, newest first, page by page; all of them without a limit."""
    before: int | None = None
    left = limit
    while left is None or left > 0:
        most = _PAGE if left is None else min(left, _PAGE)
        page, before = database.read(
            lambda c: deliveries.deliveries(c, state=state, channel_id=channel, before=before, limit=most)  # noqa: B023 - run at once
        )
        yield from page
        if before is None:
            return
        left = None if left is None else left - len(page)


def _replay(connection: Any, ids: list[str], who: str, now: datetime) -> int:
    done = sum(outbox.replay(connection, ids[start : start + _PAGE], now) for start in range(0, len(ids), _PAGE))
    for one in ids:
        desk.audit(connection, who, "delivery.replayed", one, {}, now)
    return done


def _row(one: DeliveryView) -> tuple[object, ...]:
    last = one.tries[-1] if one.tries else None
    answered = f"{last.http_status or ''} {last.answer}".strip()[:60] if last else one.reason
    return (show.moment(one.created_at), one.channel_id, one.kind, one.state, one.attempt, answered, one.id)


def _as_dict(one: DeliveryView) -> dict[str, Any]:
    plain = ("id", "channel_id", "kind", "event_id", "revision", "state", "attempt", "reason", "created_at")
    tries = [
        {
            "at": t.at.isoformat(),
            "target": t.target,
            "outcome": t.outcome,
            "http_status": t.http_status,
            "answer": t.answer,
            "duration_ms": t.duration_ms,
        }
        for t in one.tries
    ]
    row = {name: getattr(one, name) for name in (*plain, "next_try", "settled_at")}
    return row | {"tries": tries}


def _who(context: click.Context) -> str:
    environment = context.obj or {}
    return f"cli:{environment.get('USER') or environment.get('USERNAME') or 'operator'}"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until: not a time like 2026-02-01 or 2026-02-01T09:00: {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
