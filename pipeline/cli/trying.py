"""`treatywatch alerts test-filter`: what a channel's filter would have sent, before it is saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from pipeline import clock
from pipeline.alert.options import ChannelFilter
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.flow.trial import try_filter
from pipeline.model import Event, EventType, Status
from pipeline.plan import event_as_dict
from pipeline.settings import Settings
from pipeline.wiring import open_history


@click.command("test-filter")
@config_option
@click.argument("channel", required=False)
@click.option("--agreement", "agreements", multiple=True, metavar="ID")
@click.option("--party", "parties", multiple=True, metavar="CODE")
@click.option("--type", "types", multiple=True, type=click.Choice([kind.value for kind in EventType]))
@click.option("--stage", "stages", multiple=True)
@click.option("--status", "statuses", multiple=True, type=click.Choice([status.value for status in Status]))
@click.option("--jurisdiction", "jurisdictions", multiple=True, metavar="CODE")
@click.option("--language", "languages", multiple=True, metavar="CODE")
@click.option("--min-confidence", type=click.FloatRange(0, 1))
@click.option("--discovered/--no-discovered", default=None, help="Also agreements that nobody has listed.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True)
@json_option
@click.pass_context
def test_filter(
    context: click.Context,
    /,
    config: Path | None,
    channel: str | None,
    days: int,
    as_json: bool,
    **given: object,
) -> None:
    """What CHANNEL would have been sent in the last 90 days. Options replace parts of its filter; without CHANNEL, they are it."""
    settings = settings_of(context, config)
    wanted = _filter(settings, channel, given)
    database = open_history(settings)
    try:
        tried = database.read(lambda c: try_filter(c, wanted, clock.now() - timedelta(days=days)))
    finally:
        database.close()
    if as_json:
        show.json_lines(map(event_as_dict, tried.sent))
        return
    show.table("", ("first seen", "agreement", "act", "status", "by", "date", "confidence"), map(_row, tried.sent))
    reasons = ", ".join(f"{name}: {count}" for name, count in tried.left_out)
    click.echo(
        f"{len(tried.sent)} of {tried.looked_at} events of the last {days} days would have been sent"
        + (f"; left out by {reasons}" if reasons else "")
    )


def _filter(settings: Settings, channel: str | None, given: dict[str, object]) -> ChannelFilter:
    saved = {one.id: one.filter for one in settings.channels}
    if channel is not None and channel not in saved:
        raise UsageError(
            f"there is no channel {channel!r} in {settings.directory}; known: {', '.join(saved) or 'none is configured'}"
        )
    changes = {name: value for name, value in given.items() if value not in ((), None)}
    read = {"types": EventType, "statuses": Status}
    plain = {
        name: tuple(map(read[name], value)) if name in read and isinstance(value, tuple) else value
        for name, value in changes.items()
    }
    return replace(saved[channel] if channel else ChannelFilter(), **plain)  # type: ignore[arg-type]


def _row(event: Event) -> tuple[object, ...]:
    act = f"{event.type} {event.stage}".strip()
    who = event.actor_country or event.actor
    return (
        show.moment(event.first_seen), event.agreement_id or event.agreement, act, event.status, who, event.date or "",
        f"{event.confidence:.2f}",
    )  # fmt: skip
