"""Treaty documents of the US Senate: answers of the congress.gov API (v3, /treaty/…) and the CSV a search there downloads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.imports.cells import day, first, once, parted, slug
from pipeline.imports.values import Draft, Row
from pipeline.settings.lists import Problem

_NUMBER = re.compile(
    r"(?:Treaty\s*(?:Doc(?:ument)?|Number)?\.?\s*)?(\d{1,3})\s*-\s*(\d{1,3})\s*([A-Z])?\Z", re.IGNORECASE
)
_ADDRESS = re.compile(r"treaty-document/(\d{1,3})\w*-congress/(\d{1,3})(?:/([A-Z]))?(?![A-Za-z])")
_SIGNED = re.compile(
    r",?\s*(?:which (?:was|were) )?(?:signed|done)\b(?: [Aa]t ([^,;()]{2,60}(?:, [A-Z][^,;()]{1,40})?),?)? on ([A-Z][a-z]+ \d{1,2}, \d{4})(.*)\Z"
)
_OWN_NUMBER = re.compile(r"(?:TD)?\d{1,3}-\d{1,3}[A-Z]?\Z")
_MULTILATERAL = "multilateral"


def drafts(rows: Iterable[Row]) -> Iterator[Draft | Problem]:
    """Each treaty document, parts of a partitioned one each for itself. Lists of the API carry no titles: such entries are named."""
    for row in rows:
        try:
            yield _draft(row)
        except ConfigurationError as error:
            yield Problem(error.where, error.what)


def _draft(row: Row) -> Draft:
    cells = row.cells
    congress, number, suffix = _numbered(row)
    formal, short = _titles(cells)
    named = f"Treaty Doc. {congress}-{number}{suffix}"
    if not formal:
        raise ConfigurationError(
            row.where, f"{named} has no title: lists of the API carry none, ask it for /treaty/{congress}/{number}"
        )
    title, place, signed = _signature(formal)
    countries = _countries(cells)
    sent = first(cells, "transmittedDate", "date received from president", "date transmitted")
    received = day(sent, month_first=True)
    force = first(cells, "inForceDate", "in force date")
    wide = any(_MULTILATERAL in name.lower() for name in countries)
    return Draft(
        where=row.where,
        id=slug("us-treaty", congress, f"{number}{suffix}"),
        title=title,
        parties=tuple(name for name in countries if _MULTILATERAL not in name.lower()),
        codes=("US",),
        aliases=(short,) if short and short.casefold() not in (title.casefold(), formal.casefold()) else (),
        multilateral=True if wide else None,
        signed_on=day(signed),
        dated=received,
        subjects=once((first(cells, "topic", "treatySubject", "treaty topic"), *_terms(cells))),
        notes=once(
            (
                named,
                f"signed at {place}" if place else "",
                f"sent to the Senate {received or sent}" if sent else "",
                "resolution of advice and consent on record" if first(cells, "resolutionText") else "",
                _last_action(cells),
                f"in force {day(force, month_first=True) or force}" if force else "",
            )
        ),
    )


def _numbered(row: Row) -> tuple[str, str, str]:
    cells = row.cells
    congress = first(cells, "congressReceived", "congress")
    number = first(cells, "number", "treatyNum", "treaty number", "treaty document number", "legislation number")
    suffix = first(cells, "suffix", "treatySuffix")
    if congress.isdecimal() and number.isdecimal():
        return congress, number, suffix.upper()
    found = _NUMBER.match(number) or _ADDRESS.search(first(cells, "url"))
    if not found:
        raise ConfigurationError(row.where, "neither a number (117-3) nor an address of a treaty document")
    return found[1], found[2], (found[3] or "").upper()


def _titles(cells: Mapping[str, Any]) -> tuple[str, str]:
    """The formal title and the short one, "" for what there is not."""
    listed = cells.get("titles")
    if not isinstance(listed, list):
        return first(cells, "title").rstrip("."), ""
    said = [
        (first(one, "titleType").lower(), first(one, "title").rstrip(".")) for one in listed if isinstance(one, Mapping)
    ]
    formal = next((title for kind, title in said if "formal" in kind), "")
    short = next((title for kind, title in said if "short" in kind), "")
    other = next((title for _, title in said if title), "")
    return formal or short or other, short


def _signature(formal: str) -> tuple[str, str, str]:
    """A formal title without the words of its signature at the end, and these: where and when."""
    found = _SIGNED.search(formal)
    if not found or day(found[2]) is None or len(formal[: found.start()].split()) < 3:
        return formal, "", ""
    rest = found[3].strip(" ,;.()")
    return (formal[: found.start()].rstrip(" ,(") if not rest else formal), found[1] or "", found[2]


def _countries(cells: Mapping[str, Any]) -> tuple[str, ...]:
    return _names(cells.get("countriesParties")) or parted(
        first(cells, "countries", "country", "countries/parties", "parties")
    )


def _names(listed: object) -> tuple[str, ...]:
    if not isinstance(listed, list):
        return ()
    return once(first(one, "name") for one in listed if isinstance(one, Mapping))


def _last_action(cells: Mapping[str, Any]) -> str:
    if isinstance(listed := cells.get("actions"), list):
        acts = [(first(one, "actionDate"), first(one, "text")) for one in listed if isinstance(one, Mapping)]
        when, what = max(acts, default=("", ""))
    else:
        said = first(cells, "latest action date")
        when, what = str(day(said, month_first=True) or said), first(cells, "latest action")
    return f"latest action {when}: {what}".replace(" :", ":") if what else ""


def _terms(cells: Mapping[str, Any]) -> tuple[str, ...]:
    """The index terms that are words; others repeat the document's number."""
    return tuple(term for term in _names(cells.get("indexTerms")) if not _OWN_NUMBER.match(term))
