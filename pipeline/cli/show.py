"""How results are shown: tables for people on a terminal, one JSON object a line for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.model import Event
from pipeline.plan import event_as_dict

_STATUS_MARK = {"occurred": "✓", "planned": "…", "called_for": "!", "negated": "✗", "conditional": "?"}


def console() -> Console:
    """Where tables go: standard output, plain and wide enough when it is no terminal."""
    out = Console(highlight=False, soft_wrap=False)
    return out if out.is_terminal else Console(highlight=False, width=160)


def json_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False, default=_plain))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; every cell is text, so that brackets in a title are no markup."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console().print(made)


def events(found: Sequence[Event], *, reasons: bool = False) -> None:
    """Events for people: when, what, who, on which agreement, the sentence that proves it; `reasons`: the rules that spoke."""
    out = console()
    for event in found:
        who = event.actor or ("the parties together" if event.status == "occurred" else "")
        because = f" ({event.state_why})" if event.state_why else ""
        line = Text()
        line.append(f"{event.date or 'no date'!s:<10} ", style="cyan")
        line.append(f"{_STATUS_MARK[event.status]} {event.type}", style="bold")
        if event.status != "occurred":
            line.append(f" ({event.status})")
        if event.stage:
            line.append(f" [{event.stage}]")
        line.append(f"  {who}")
        if event.actor_country:
            line.append(f" ({event.actor_country})")
        line.append(f"  {event.state}{because}, {event.salience}, confidence {event.confidence:.2f}", style="dim")
        out.print(line)
        out.print(Text(f"           {event.agreement_id or 'not on the watchlist'}: {event.agreement}", style="green"))
        for source in event.sources or ():
            out.print(Text(f"           “{source.evidence.strip()}”"))
            out.print(Text(f"           {source.agency or 'source'}: {source.url}", style="dim"))
        if not event.sources and event.evidence:
            out.print(Text(f"           “{event.evidence.strip()}”"))
        if reasons:
            out.print(Text(f"           because {', '.join(event.reasons)}", style="dim"))
        if event.flags:
            out.print(Text(f"           flags: {', '.join(event.flags)}", style="yellow"))
    if not found:
        out.print("no events")


def events_json(found: Iterable[Event]) -> None:
    """Events for programs, as in the API."""
    json_lines(event_as_dict(event) for event in found)


def moment(value: datetime | None) -> str:
    """A time for a table."""
    return value.strftime("%Y-%m-%d %H:%M") if value else ""


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
