"""`treatywatch evaluate`: how good the recogniser is on a labelled set, by language, type and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import click

from pipeline import clock
from pipeline.cli import show
from pipeline.cli.common import json_option, strict_watchlist
from pipeline.cli.scanning import rows_of
from pipeline.errors import PageError, UsageError
from pipeline.model import Finding, Watchlist
from pipeline.recognise import Recogniser
from pipeline.recognise.evaluate import Expected, Report, Tally, score
from pipeline.scan import scan


@click.command()
@click.argument("gold", type=click.File("r", encoding="utf-8", errors="surrogateescape"))
@click.option(
    "--watchlist",
    "watchlist_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The agreements.toml the labels speak of.",
)
@json_option
def evaluate(gold: IO[str], watchlist_file: Path, as_json: bool) -> None:
    """Precision and recall on GOLD, labelled articles as JSON Lines (docs/quality.md): in all, per language, type and status.

    Alerts are what happened and is news; events are everything told; links say whether the agreement was recognised at all.
    """
    report, languages = evaluated(gold, strict_watchlist(watchlist_file))
    if as_json:
        show.json_lines([{**_figures(report), "languages": {name: _figures(one) for name, one in languages.items()}}])
        return
    click.echo(
        f"alerts {_words(report.alerts)}\nevents {_words(report.events)}\nlinks  {_words(report.links)}\n"
        + "   ".join(f"{name} {_share(report.share(name))}" for name in ("date", "country", "evidence"))
        + f"   quiet articles with an alert {report.noisy} of {report.quiet}\n"
    )
    columns = ("", "precision", "recall", "F1", "right", "wrong", "missed")
    show.table("alerts by language", columns, _rows((name, one.alerts) for name, one in sorted(languages.items())))
    show.table("\nevents by type", columns, _rows(sorted(report.types.items())))
    show.table("\nevents by status", columns, _rows(sorted(report.statuses.items())))


def evaluated(gold: IO[str], watchlist: Watchlist) -> tuple[Report, dict[str, Report]]:
    """The figures in all and by language. UsageError names a row that is wrong."""
    recogniser = Recogniser.build(watchlist)
    labels: dict[str, dict[str, list[Expected]]] = {}
    found: dict[str, list[Finding]] = {}
    for number, row in rows_of(gold):
        if isinstance(row, UsageError):
            raise UsageError(f"{gold.name}, line {number}: {row}")
        try:
            expected = [_expected(event) for event in row["events"]]
            scanned = scan(recogniser, row, clock.now())
        except (UsageError, PageError, KeyError, TypeError) as error:
            raise UsageError(f"{gold.name}, line {number}: {error!r}") from None
        labels.setdefault(row.get("lang") or "?", {})[scanned.key] = expected
        found[scanned.key] = list(scanned.recognition.findings)
    every = {key: expected for rows in labels.values() for key, expected in rows.items()}
    return score(every, found), {name: score(rows, found) for name, rows in labels.items()}


def _expected(label: Mapping[str, Any]) -> Expected:
    return Expected(
        agreement_ids=frozenset(label["agreement_ids"]),
        type=label["type"],
        status=label["status"],
        salience=label["salience"],
        country=label.get("actor_country") or "",
        date=label.get("date"),
        evidence=label["evidence"],
        also_ok=frozenset(label.get("also_ok", ())),
    )


def _rows(tallies: Iterable[tuple[str, Tally]]) -> Iterable[tuple[object, ...]]:
    for name, one in tallies:
        yield name, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", one.right, one.wrong, one.missed


def _words(one: Tally) -> str:
    return f"precision {one.precision:.3f}  recall {one.recall:.3f}  F1 {one.f1:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _figures(report: Report) -> dict[str, Any]:
    return {
        **{name: _tally(getattr(report, name)) for name in ("alerts", "events", "links")},
        **{name: report.share(name) for name in ("date", "country", "evidence")},
        "types": {name: _tally(one) for name, one in sorted(report.types.items())},
        "statuses": {name: _tally(one) for name, one in sorted(report.statuses.items())},
        "quiet_articles": report.quiet,
        "quiet_with_alert": report.noisy,
    }


def _tally(one: Tally) -> dict[str, float]:
    return {"precision": round(one.precision, 4), "recall": round(one.recall, 4), "f1": round(one.f1, 4)}
