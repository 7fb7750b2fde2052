"""Agreements that stand twice on a watchlist, as they do where a list of a ministry's is added to one of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.model import Agreement
from pipeline.recognise.linking.views import frame_only

_REMARK = re.compile(r"\[[^\]]*\]")  # "[ETS No. 30]", "[with Protocol of Signature]": a catalogue's, not the title's
_ANNEXED = re.compile(
    r",?\s+(?:together\s+)?with\s+(?:\w+\s+)?(?:annex|appendi|schedule|protocol|final act|exchange of)\w*\b.*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")


def twins(agreements: Iterable[Agreement]) -> dict[str, str]:
    """The id of every later entry for an agreement that stands on the list already, with the id of the first.

    The same is what has the same title, and the same parties or is open to any state both times; no year may tell the two apart.
    What is told of the agreement belongs to the first: two entries would take it from each other by the parties they happen to list.
    """
    first: dict[int, list[Agreement]] = {}  # by hashes: a copy of every title would be as large as the list itself
    found: dict[str, str] = {}
    for one in agreements:
        words = tuple(_WORD.findall(_ANNEXED.sub("", _REMARK.sub(" ", one.title)).casefold()))
        known = first.setdefault(hash(words), [])
        same = next((other for other in known if words and _same(one, other)), None)
        if same is None:
            known.append(one)
        else:
            found[one.id] = same.id
    return found


def _same(one: Agreement, other: Agreement) -> bool:
    years, others = _years(one), _years(other)
    if years and others and years.isdisjoint(others):
        return False
    return (_open(one) and _open(other)) or set(one.parties) == set(other.parties)


def _open(agreement: Agreement) -> bool:
    return agreement.multilateral or frame_only(agreement.parties)


def _years(agreement: Agreement) -> set[str]:
    signed = {str(agreement.signed_on.year)} if agreement.signed_on else set()
    return signed | set(_YEAR.findall(agreement.title))
