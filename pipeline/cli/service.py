"""`serve`, `cycle`, `demo` and `db`: running the service and its house."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path

import click

from pipeline import clock, flow, loop
from pipeline import demo as demonstration
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.flow import Cycle
from pipeline.flow.look_later import look_back_due
from pipeline.schedule import serve as run_service
from pipeline.settings import Settings
from pipeline.store import backup as backups
from pipeline.store import migrate
from pipeline.store.engine import open_database
from pipeline.telemetry import LogOptions, start_logging
from pipeline.web.server import serve_web
from pipeline.wiring import open_history, service_lock, upkeep_options, watching, wire


@click.command()
@config_option
@click.pass_context
def serve(context: click.Context, config: Path | None) -> None:
    """The background service: polls, reads, records, alerts, serves the page and the API, until it is told to stop."""
    settings = settings_of(context, config)
    _something_to_watch(settings)
    loop.run(run_service(settings, context.obj, (serve_web,)))
    gc.freeze()  # the process ends: looking through all it holds for garbage first takes seconds on a busy machine


@click.command()
@config_option
@json_option
@click.pass_context
def cycle(context: click.Context, config: Path | None, as_json: bool) -> None:
    """One pass: poll what is due, process everything queued, deliver what is due, keep house. For cron and for tests."""
    settings = settings_of(context, config)
    _something_to_watch(settings)
    done = loop.run(_cycle(settings, dict(context.obj)))
    row = {"polled": done.polled, "new": done.new, "articles": dict(done.outcomes)}
    row |= {"deliveries": dict(done.deliveries), "failed": done.failed}
    if as_json:
        show.json_lines([row])
    else:
        articles = ", ".join(f"{count} {name}" for name, count in sorted(done.outcomes.items())) or "none"
        told = ", ".join(f"{count} {name}" for name, count in sorted(done.deliveries.items())) or "none"
        click.echo(
            f"{done.polled} feeds polled, {done.new} new items; articles: {articles}; messages: {told};"
            f" unforeseen errors: {done.failed}"
        )
    if done.failed or settings.problems:
        context.exit(1)


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the demonstration's history in this directory.",
)
def demo(keep: Path | None) -> None:
    """The whole way offline: bundled sample agencies on loopback, polled, read and recorded; then what was found."""
    start_logging(LogOptions(level="error"))
    found, done = demonstration.run(keep)
    click.echo(
        f"{done.polled} feeds polled, {sum(done.outcomes.values())} articles read, {len(found)} steps recorded:\n"
    )
    show.events(found)


@click.group()
def db() -> None:
    """The database: its schema (upgrade, current, downgrade) and copies of it (backup, restore). `serve` and `cycle` upgrade by themselves."""


@db.command()
@config_option
@click.pass_context
def upgrade(context: click.Context, config: Path | None) -> None:
    """Bring the schema up to what this version needs."""
    database = open_database(settings_of(context, config).database_url)
    before = migrate.upgrade(database)
    click.echo(f"schema {before or 'empty'} -> {migrate.current(database)}")
    database.close()


@db.command()
@config_option
@click.pass_context
def current(context: click.Context, config: Path | None) -> None:
    """Which schema the database has, and which one this version needs."""
    database = open_database(settings_of(context, config).database_url)
    click.echo(f"schema {migrate.current(database) or 'empty'}; this version needs {migrate.head()}")
    database.close()


@db.command()
@config_option
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask. Going down can lose what the older schema has no room for.")
@click.pass_context
def downgrade(context: click.Context, config: Path | None, revision: str, yes: bool) -> None:
    """Take the schema down to REVISION ("base": no tables at all)."""
    if not yes:
        click.confirm(f"Take the schema down to {revision}? What the older schema has no room for is lost.", abort=True)
    database = open_database(settings_of(context, config).database_url)
    before = migrate.downgrade(database, revision)
    click.echo(f"schema {before} -> {migrate.current(database) or 'empty'}")
    database.close()


@db.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_context
def backup(context: click.Context, config: Path | None, file: Path | None) -> None:
    """A consistent copy of the database into FILE, while the service runs. By default into [schedule] backup_dir."""
    settings = settings_of(context, config)
    url = settings.database_url
    target = file or Path(settings.schedule.backup_dir) / backups.file_name(url, clock.now())
    size = backups.backup(url, target)
    click.echo(f"{target}: {size:,} bytes")


@db.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def restore(context: click.Context, config: Path | None, file: Path, yes: bool) -> None:
    """Put a backup in the database's place; the service has to be stopped. What is there now is kept beside it."""
    settings = settings_of(context, config)
    if not yes:
        click.confirm(f"Put {file} in the place of the database?", abort=True)
    with service_lock(settings):
        backups.restore(settings.database_url, file)
        database = open_history(settings)
        click.echo(f"restored; schema {migrate.current(database)}")
        database.close()


async def _cycle(settings: Settings, environment: dict[str, str]) -> Cycle:
    async with wire(settings, environment=environment) as service:
        done = await flow.cycle(service.parts)
        await look_back_due(service.parts, partial(watching, service))  # what was too long for a request
        await flow.keep_house(service.parts, upkeep_options(settings))
        return done


def _something_to_watch(settings: Settings) -> None:
    """An empty watchlist means silently missed alerts."""
    if not settings.watchlist.agreements and not settings.watchlist.rules and not settings.recognise.discover:
        raise UsageError(
            f"{settings.directory}: nothing to watch for: agreements.toml lists no usable agreement and discovery is off"
        )
