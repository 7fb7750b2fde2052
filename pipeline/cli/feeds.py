"""`treatywatch feeds`: sources and how they fare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from pipeline import clock, query
from pipeline.cli import feed_check, show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import FeedError, Reason, UsageError
from pipeline.feeds import normalise_url, opml
from pipeline.imports.writing import append
from pipeline.model import Feed
from pipeline.settings import FEEDS
from pipeline.settings.lists import feed_as_toml
from pipeline.store import desk, entries
from pipeline.store import feeds as feed_rows
from pipeline.wiring import open_history


@click.group()
def feeds() -> None:
    """Sources and their health."""


feeds.add_command(feed_check.check)


@feeds.command("list")
@config_option
@json_option
@click.pass_context
def list_feeds(context: click.Context, config: Path | None, as_json: bool) -> None:
    """Every source: when it was polled, when it is due, what went wrong last."""
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        database.write(lambda c: feed_rows.sync(c, settings.feeds, clock.now()))
        found = query.feed_health(database)
    finally:
        database.close()
    if as_json:
        show.json_lines(
            {
                "id": one.feed.id,
                "url": one.feed.url,
                "agency": one.feed.agency,
                "kind": one.feed.kind,
                "enabled": one.feed.enabled and one.configured,
                "last_polled": one.last_polled,
                "last_success": one.last_success,
                "next_due": one.next_due,
                "items": one.items,
                "failures": one.failures,
                "error": one.error,
                "detail": one.error_detail,
                "http_status": one.http_status,
                "moved_to": one.moved_to,
            }
            for one in found
        )
        return
    show.table(
        "",
        ("feed", "agency", "polled", "due", "items", "trouble"),
        (
            (
                one.feed.id,
                one.feed.agency,
                show.moment(one.last_polled),
                show.moment(one.next_due) if one.feed.enabled and one.configured else "off",
                one.items,
                f"{one.error} ({one.failures} in a row) {one.error_detail or ''}" if one.error else one.error_detail,
            )
            for one in found
        ),
    )


@feeds.command("import-opml")
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Show what would be added; change nothing.")
@click.pass_context
def import_opml(context: click.Context, config: Path | None, file: Path, dry_run: bool) -> None:
    """Add the feeds of an OPML file to feeds.toml; those whose address is there already are left out."""
    settings = settings_of(context, config)
    try:
        listed = opml.parse(file.read_bytes())
    except FeedError as error:
        raise UsageError(f"{file}: {error}") from None
    added, known = _new_feeds(listed, settings.feeds)
    for feed in known:
        click.echo(f"treatywatch: {feed.url} is there already", err=True)
    if dry_run:
        show.table("", ("feed", "agency", "address"), ((feed.id, feed.agency, feed.url) for feed in added))
        click.echo(f"{len(added)} feeds would be added, {len(known)} were there already")
        return
    if added:
        append(settings.directory / FEEDS, map(feed_as_toml, added))
    click.echo(f"{len(added)} feeds added, {len(known)} were there already")


def _new_feeds(listed: Iterable[Feed], configured: Iterable[Feed]) -> tuple[list[Feed], list[Feed]]:
    """Feeds at addresses that are not read yet, under ids that are free; and those that are read."""
    before = tuple(configured)
    urls = {normalise_url(feed.url) for feed in before}
    taken = {feed.id for feed in before}
    added: list[Feed] = []
    known: list[Feed] = []
    for feed in listed:
        address = normalise_url(feed.url)
        if address in urls:
            known.append(feed)
            continue
        free = feed.id if feed.id not in taken else f"{feed.id[:80]}-{sha256(feed.url.encode()).hexdigest()[:8]}"
        added.append(replace(feed, id=free))
        urls.add(address)
        taken.add(free)
    return added, known


@feeds.command("export-opml")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_context
def export_opml(context: click.Context, config: Path | None, file: Path | None) -> None:
    """Write the feeds as OPML to FILE, or to standard output."""
    document = opml.render(settings_of(context, config).feeds)
    if file:
        file.write_bytes(document)
    else:
        click.echo(document.decode("utf-8"))


@feeds.command()
@config_option
@click.option("--feed", help="Only pages of this source.")
@click.option(
    "--reason", type=click.Choice([word.value for word in Reason]), help="Only pages set aside for this reason."
)
@click.pass_context
def retry(context: click.Context, config: Path | None, feed: str | None, reason: str | None) -> None:
    """Try pages again that were set aside: walls, crashes, whatever used up its tries."""
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        count = database.write(lambda c: _again(c, feed, reason))
    finally:
        database.close()
    click.echo(f"{count} pages wait to be tried again")


def _again(connection: Any, feed: str | None, reason: str | None) -> int:
    now = clock.now()
    count = entries.again(connection, entries.set_aside(connection, feed, reason), now)
    desk.audit(connection, "command line", "feeds.retry", feed or "all", {"reason": reason, "pages": count}, now)
    return count
