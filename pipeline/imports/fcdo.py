"""UK Treaties Online (FCDO): its search answers in JSON and the same columns as CSV; one record a treaty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.errors import ConfigurationError
from pipeline.imports.cells import day, first, once, parted, slug
from pipeline.imports.values import Draft, Row
from pipeline.settings.lists import Problem


def drafts(rows: Iterable[Row]) -> Iterator[Draft | Problem]:
    """Each treaty once: the catalogue repeats a treaty (the same uuid) for each of its documents."""
    seen: set[str] = set()
    for row in rows:
        try:
            draft = _draft(row)
        except ConfigurationError as error:
            yield Problem(error.where, error.what)
            continue
        if draft.id not in seen:
            seen.add(draft.id)
            yield draft


def _draft(row: Row) -> Draft:
    cells = row.cells
    number = first(cells, "uuid", "id", "lb_document_id", "treaty id")
    if not number:
        raise ConfigurationError(row.where, "uuid and id are missing")
    kind = first(cells, "field3", "type", "treaty type").upper()
    bilateral = kind.startswith("BI")
    signed = first(cells, "signed_event_date", "signed_date", "signed", "date signed", "signed on")
    force = first(
        cells,
        "definative_eif_event_date",
        "definitive_eif_event_date",
        "definitive_eif_date",
        "in_force",
        "entry into force",
    )
    ended = first(cells, "terminated")
    return Draft(
        where=row.where,
        id=slug("uk", number.removeprefix("uk-")),
        title=first(cells, "title", "treaty title"),
        parties=_parties(row),
        codes=("GB",) if bilateral else (),
        multilateral=False if bilateral else (True if kind.startswith("MU") else None),
        signed_on=day(signed),
        dated=day(force),
        subjects=once((first(cells, "subject"),)),
        notes=once(
            (
                f"UK Treaties Online {number.removeprefix('uk-')}",
                f"signed at {place}"
                if (place := first(cells, "signed_event_location", "signed_place", "place of signature"))
                else "",
                f"signed {signed}, which is no date we read" if signed and day(signed) is None else "",
                f"in force {day(force) or force}" if force else "",
                f"terminated {day(ended) or ended}" if ended else "",
                f"published {where}" if (where := first(cells, "references")) else "",
            )
        ),
    )


def _parties(row: Row) -> tuple[str, ...]:
    listed = row.cells.get("parties")
    if isinstance(listed, list):
        return once(" ".join(str(name).split()) for name in listed)
    return parted(first(row.cells, "country_name", "countries", "parties", "participants"))
