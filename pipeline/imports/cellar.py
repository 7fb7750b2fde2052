"""The EU's CELLAR: results of a SPARQL query as JSON or CSV, one row for each language of a title and each party, put together by CELEX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.door.text import clean_line
from pipeline.imports.cells import day, first, once, parted, slug
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Draft, Row
from pipeline.settings.lists import Problem

_CELEX = ("celex", "celex_id", "celexId", "celex_number", "id_celex")
_LANGUAGE = ("lang", "language", "langCode", "lang_code", "titleLang", "title@lang", "expression_title@lang")
_SIGNED = ("dateSignature", "date_signature", "signature", "signed", "signed_on", "resource_legal_date_signature")
_DATED = ("date", "dateDocument", "date_document", "work_date_document", "dateDoc")
_FORCE = (
    "dateEntryIntoForce",
    "date_entry_into_force",
    "dateForce",
    "entryForce",
    "entry_into_force",
    "in_force",
    "force",
    "eif",
)
_PARTY = ("party", "parties", "country", "countries", "contractingParty", "contracting_party", "partyUri", "party_code")
_SUBJECT = ("subject", "subjects", "eurovoc", "subjectMatter", "directory")
_TITLE_IN = re.compile(r"title[_.@]([A-Za-z]{2,3})\Z")
_AGREEMENT = re.compile(r"2\d{4}A")  # sector 2, type A: the EU concluded it
_PARTS = ";|"
_COUNTRY = "http://publications.europa.eu/resource/authority/country/"


def drafts(rows: Iterable[Row], book: PartyBook) -> Iterator[Draft | Problem]:
    """Each act once, with what all its rows say; `where` is the first of them."""
    acts: dict[str, list[Row]] = {}
    for row in rows:
        celex = first(row.cells, *_CELEX).rpartition("/")[2]
        if celex:
            acts.setdefault(celex, []).append(row)
        else:
            yield Problem(row.where, "celex is missing")
    for celex, told in acts.items():
        yield _draft(celex, told, book)


def _draft(celex: str, told: list[Row], book: PartyBook) -> Draft | Problem:
    where = told[0].where
    titles: dict[str, str] = {}
    for row in told:
        for language, title in _titles(row.cells, book):
            titles.setdefault(language, title)
    if not titles:
        return Problem(where, f"{celex} has no title")
    main = "en" if "en" in titles else next(iter(titles))
    signed, dated, force = (_of(told, names) for names in (_SIGNED, _DATED, _FORCE))
    return Draft(
        where=where,
        id=slug("eu", celex),
        title=titles[main],
        parties=once(_address(party) for row in told for party in _several(row.cells, _PARTY)),
        codes=("EU",) if _AGREEMENT.match(celex) else (),
        titles=tuple((language, title) for language, title in titles.items() if language != main),
        aliases=once(first(row.cells, "title_short", "shortTitle", "short_title") for row in told),
        signed_on=day(signed),
        dated=day(dated),
        subjects=once(subject for row in told for subject in _several(row.cells, _SUBJECT)),
        notes=once(
            (
                f"CELEX {celex}",
                f"dated {day(dated) or dated}" if dated else "",
                f"in force {day(force) or force}" if force else "",
            )
        ),
    )


def _address(party: str) -> str:
    """Three letters are of the table of countries here; elsewhere they may be an organisation's."""
    return f"{_COUNTRY}{party}" if re.fullmatch(r"[A-Z]{3}|1A0", party) else party


def _titles(cells: Mapping[str, Any], book: PartyBook) -> Iterator[tuple[str, str]]:
    """(language, title) pairs of a row: a title with its language beside it, or a column for each language."""
    plain = _official(first(cells, "title", "expression_title", "expressionTitle", "titre"))
    if plain:
        said = first(cells, *_LANGUAGE)
        yield (book.language_of(said) if said else "en") or said.lower()[:8], plain
    for name in cells:
        found = _TITLE_IN.match(name)
        language = book.language_of(found[1]) if found and not name.endswith("@lang") else None
        if language and (title := _official(first(cells, name))):
            yield language, title


def _official(title: str) -> str:
    """The title itself: behind "#" CELLAR writes what comes with it (protocols, declarations)."""
    head = title.partition("#")[0].strip()
    return clean_line(head if len(head) >= 20 else title.replace("#", " "), 20_000)


def _of(told: list[Row], names: tuple[str, ...]) -> str:
    return next((said for row in told if (said := first(row.cells, *names))), "")


def _several(cells: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    said = first(cells, *names)
    for part in parted(said, _PARTS):
        yield from part.split() if part.startswith(("http://", "https://")) else (part,)
