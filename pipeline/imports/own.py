"""Lists of one's own: agreements.toml as it is, or a spreadsheet with its keys as columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Listed, Row
from pipeline.model import Agreement
from pipeline.settings.lists import Problem, identifier_from, load_watchlist, read_agreement

_CODES = re.compile(r"[A-Z][A-Z0-9-]{1,19}(?:[;,\s]+[A-Z][A-Z0-9-]{1,19})*\Z")
_YES = frozenset({"true", "yes", "1", "x"})


def of_toml(path: Path) -> tuple[tuple[Listed, ...], tuple[Problem, ...]]:
    """The agreements of an agreements.toml; its rules are left where they are."""
    watchlist, problems = load_watchlist(path)
    return tuple(Listed(one, f"{path}: {one.id}", dated=one.signed_on) for one in watchlist.agreements), problems


def of_csv(rows: Iterable[Row], book: PartyBook) -> Iterator[Listed | Problem]:
    """Each row as an agreement or a problem.

    Columns as the keys of agreements.toml: several values parted by ";", titles.<language>; parties as codes or as names. An
    empty id is made from the title.
    """
    seen: set[str] = set()
    for row in rows:
        try:
            agreement, unknown = _agreement(row, book)
            if agreement.id in seen:
                raise ConfigurationError(row.where, f"{agreement.id!r} stands twice; ids are unique")
        except ConfigurationError as error:
            yield Problem(error.where, error.what)
            continue
        seen.add(agreement.id)
        yield Listed(agreement, row.where, dated=agreement.signed_on, unknown=unknown)


def _agreement(row: Row, book: PartyBook) -> tuple[Agreement, tuple[str, ...]]:
    cells = {name.strip(): text.strip() for name, text in row.cells.items() if isinstance(text, str) and text.strip()}
    cells = {re.sub(r"^titles\.", "title.", name): text for name, text in cells.items()}
    entry: dict[str, object] = {name: text for name, text in cells.items() if not name.startswith("title.")}
    for name in ("aliases", "exclude"):
        if name in cells:
            entry[name] = [part.strip() for part in cells[name].split(";") if part.strip()]
    unknown: tuple[str, ...] = ()
    if "parties" in cells:
        entry["parties"], unknown = _parties(cells["parties"], book)
    if "multilateral" in cells:
        entry["multilateral"] = cells["multilateral"].lower() in _YES
    titles = {name.removeprefix("title."): text for name, text in cells.items() if name.startswith("title.")}
    if titles:
        entry["titles"] = titles
    entry.setdefault("id", identifier_from(cells.get("title", "")))
    return read_agreement(entry, row.where), unknown


def _parties(said: str, book: PartyBook) -> tuple[list[str], tuple[str, ...]]:
    if _CODES.match(said):
        return [part for part in re.split(r"[;,\s]+", said) if part], ()
    named = [part.strip() for part in said.split(";") if part.strip()]
    found = [(name, book.code_of(name)) for name in named]
    return [code for _, code in found if code], tuple(name for name, code in found if not code)
