"""The command line: `treatywatch`. Exit 0 done, 1 it ran and something failed, 2 wrong use or configuration.

A command's module is imported when the command is asked for: `--help` and short questions wait for nobody's libraries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

import click

from pipeline import __version__
from pipeline.errors import StoreUnavailable, UsageError, WorkersUnavailable


@dataclass(frozen=True, slots=True)
class _Command:
    """Where a command is, and what it does in a line (the first sentence of its own help)."""

    module: str
    attribute: str
    does: str


COMMANDS: Mapping[str, _Command] = MappingProxyType(
    {
        "agreements": _Command("agreements", "agreements", "The watchlist."),
        "alerts": _Command("alerts", "alerts", "Messages to channels, and every try of each; mutes; tests."),
        "backfill": _Command("backfill", "backfill", "Archives through the recogniser into the history."),
        "check": _Command(
            "checks", "check", "What would go wrong: configuration, database, recogniser, in one line each."
        ),
        "cycle": _Command(
            "service",
            "cycle",
            "One pass: poll what is due, process everything queued, deliver what is due, keep house.",
        ),
        "db": _Command(
            "service",
            "db",
            "The database: its schema (upgrade, current, downgrade) and copies of it (backup, restore).",
        ),
        "demo": _Command(
            "service",
            "demo",
            "The whole way offline: bundled sample agencies on loopback, polled, read and recorded; then what was found.",
        ),
        "evaluate": _Command(
            "evaluate",
            "evaluate",
            "Precision and recall on GOLD, labelled articles as JSON Lines (docs/quality.md): in all, per language, type and status.",
        ),
        "events": _Command("events", "events", "Query the history, the latest act first."),
        "explain": _Command(
            "explain",
            "explain",
            "Why an article gave, or did not give, each event: every step's decision, the runner-up and the margin.",
        ),
        "export": _Command(
            "archive", "export_all", "Write everything to FILE (JSON Lines; .gz is packed; '-' is standard output)."
        ),
        "feeds": _Command("feeds", "feeds", "Sources and their health."),
        "import": _Command("archive", "import_all", "Fill an empty database from FILE, whole or not at all."),
        "rescan": _Command("backfill", "rescan", "Every stored article again, after a change of watchlist or version."),
        "review": _Command("review", "review", "Findings under the alert threshold, and planned steps now overdue."),
        "scan": _Command(
            "scanning", "scan", "Articles as JSON Lines in (FILE or standard input), their events as JSON Lines out."
        ),
        "serve": _Command(
            "service",
            "serve",
            "The background service: polls, reads, records, alerts, serves the page and the API, until it is told to stop.",
        ),
        "tokens": _Command("tokens", "tokens", "Tokens for the page and the API."),
    }
)


class _Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name."""
        known = COMMANDS.get(cmd_name)
        if known is None:
            return None
        command: click.Command = getattr(import_module(f"pipeline.cli.{known.module}"), known.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """What each does, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.does) for name, command in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="treatywatch")
def treatywatch() -> None:
    """Watches news agencies for what happens to international agreements, and keeps the evidence."""


def main(arguments: list[str] | None = None, environment: Mapping[str, str] | None = None) -> None:
    """Run a command; always ends in SystemExit."""
    try:
        code = treatywatch.main(
            arguments, prog_name="treatywatch", standalone_mode=False, obj=environment or os.environ
        )
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UsageError as error:
        click.echo(f"treatywatch: {error}", err=True)
        sys.exit(2)
    except StoreUnavailable as error:
        click.echo(f"treatywatch: the database: {error}", err=True)
        sys.exit(1)
    except WorkersUnavailable as error:
        click.echo(f"treatywatch: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output has seen enough (`| head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
