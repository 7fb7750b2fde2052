"""The values that pass between reading a list of agreements, choosing from it and writing it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.model import Agreement, PartialDate
from pipeline.settings.lists import Problem


class Form(StrEnum):
    """The lists that can be read."""

    TOML = "toml"  # agreements.toml
    CSV = "csv"  # a spreadsheet with our column names
    FCDO = "fcdo"  # UK Treaties Online
    CONGRESS = "congress"  # treaty documents of congress.gov
    CELLAR = "cellar"  # results of a SPARQL query to the EU's CELLAR


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as it stands in a file. `where` names the file and the line (of JSON documents: the record)."""

    where: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """An agreement as a list tells it, its parties still as they are written there.

    `codes`: parties the kind of list implies. `dated`: the day `--since` looks at where there is no signature.
    """

    where: str
    id: str
    title: str
    parties: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()
    multilateral: bool | None = None  # None: by the number of parties
    signed_on: PartialDate | None = None
    dated: PartialDate | None = None
    subjects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement ready for the watchlist.

    `note`: what the watchlist has no key for, on one line. `unknown`: parties whose names nobody knows; the entry stands without.
    """

    agreement: Agreement
    where: str
    note: str = ""
    dated: PartialDate | None = None
    subjects: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds, and what is wrong with the entries left out."""

    form: Form
    listed: tuple[Listed, ...] = ()
    problems: tuple[Problem, ...] = ()
