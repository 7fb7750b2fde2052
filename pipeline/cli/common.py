"""What every command takes: where the configuration is, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.errors import UsageError
from pipeline.model import Watchlist
from pipeline.settings import Settings, load_settings
from pipeline.settings.lists import load_watchlist
from pipeline.telemetry import start_logging

F = TypeVar("F", bound=Callable[..., Any])

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=None,
    help="Directory with treatywatch.toml, feeds.toml and agreements.toml.  [default: $TREATYWATCH_CONFIG or ./config]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")


def settings_of(context: click.Context, config: Path | None) -> Settings:
    """The settings of `--config`, with logging started and every bad entry told."""
    environment: Mapping[str, str] = context.obj or {}
    settings = load_settings(config or Path(environment.get("TREATYWATCH_CONFIG", "config")), environment)
    start_logging(settings.log)
    for problem in settings.problems:
        click.echo(f"treatywatch: {problem}", err=True)
    return settings


def strict_watchlist(path: Path) -> Watchlist:
    """The watchlist of a file in which every entry is right; UsageError names all that are not."""
    watchlist, problems = load_watchlist(path)
    if problems:
        raise UsageError("; ".join(map(str, problems)))
    return watchlist
