"""Lists of agreements kept elsewhere, made entries of the watchlist: one's own files, UK Treaties Online, congress.gov, the EU's CELLAR.

    text ──opening──▶ Row ──fcdo | congress | cellar──▶ Draft ──settle──▶ Listed ──choosing──▶ what is new ──writing──▶ agreements.toml

A bad entry is named with its file and line, and the others go on; a party that nobody knows is named and left out of its entry.
The formats: docs/importers.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pipeline.door.text import clean_line
from pipeline.errors import ConfigurationError
from pipeline.imports import cellar, congress, fcdo, own
from pipeline.imports.opening import form_of, read_text, rows_of
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Draft, Form, Listed, Reading, Row
from pipeline.settings.lists import Problem, read_agreement

_MANY = 2  # more parties than this: each acts for itself


def read_list(path: Path, book: PartyBook, form: Form | None = None) -> Reading:
    """The agreements of a file, in its order. `form` None: told by the file itself. ConfigurationError for a file that is no list."""
    if form is Form.TOML or (form is None and path.suffix.lower() == ".toml"):
        listed, problems = own.of_toml(path)
        return Reading(Form.TOML, listed, problems)
    rows, wrong = rows_of(path, read_text(path))
    form = form or form_of(path, rows)
    if form is Form.CSV:
        read = list(own.of_csv(rows, book))
    else:
        read = [_settled(one, book) for one in _drafts(form, rows, book)]
    return Reading(
        form,
        tuple(one for one in read if isinstance(one, Listed)),
        (*wrong, *(one for one in read if isinstance(one, Problem))),
    )


def _drafts(form: Form, rows: tuple[Row, ...], book: PartyBook) -> Iterable[Draft | Problem]:
    match form:
        case Form.FCDO:
            return fcdo.drafts(rows)
        case Form.CONGRESS:
            return congress.drafts(rows)
        case _:
            return cellar.drafts(rows, book)


def _settled(draft: Draft | Problem, book: PartyBook) -> Listed | Problem:
    """The agreement a draft stands for; a Problem where it cannot be one."""
    if isinstance(draft, Problem):
        return draft
    found = [(name, book.code_of(name)) for name in draft.parties]
    named = [code for _, code in found if code]
    if not draft.parties and draft.multilateral is not True:
        named = list(book.named_in_title(draft.title))
    parties = tuple(dict.fromkeys((*draft.codes, *named)))
    entry = {
        "id": draft.id,
        "title": draft.title,
        "parties": parties,
        "titles": dict(draft.titles),
        "aliases": draft.aliases,
        "multilateral": len(parties) > _MANY if draft.multilateral is None else draft.multilateral,
    }
    try:
        agreement = replace(read_agreement(entry, draft.where), signed_on=draft.signed_on)
    except ConfigurationError as error:
        return Problem(error.where, error.what)
    note = clean_line("; ".join((*draft.notes, *_subject(draft))), 500)
    unknown = tuple(name for name, code in found if not code)
    return Listed(agreement, draft.where, note, draft.signed_on or draft.dated, draft.subjects, unknown)


def _subject(draft: Draft) -> tuple[str, ...]:
    return (f"subject: {', '.join(draft.subjects[:3])}",) if draft.subjects else ()
