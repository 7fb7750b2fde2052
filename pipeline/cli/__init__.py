"""The command line: `treatywatch`. Exit 0 done, 1 it ran and something failed, 2 wrong use or configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import click

from pipeline import __version__
from pipeline.cli import (
    agreements,
    alerts,
    archive,
    backfill,
    evaluate,
    events,
    feeds,
    review,
    scanning,
    service,
    tokens,
)
from pipeline.errors import StoreUnavailable, UsageError, WorkersUnavailable


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="treatywatch")
def treatywatch() -> None:
    """Watches news agencies for what happens to international agreements, and keeps the evidence."""


for command in (
    service.serve,
    service.cycle,
    service.demo,
    service.check,
    service.db,
    scanning.scan,
    scanning.explain,
    evaluate.evaluate,
    events.events,
    agreements.agreements,
    feeds.feeds,
    alerts.alerts,
    tokens.tokens,
    archive.export_all,
    archive.import_all,
    backfill.backfill,
    backfill.rescan,
    review.review,
):
    treatywatch.add_command(command)


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
