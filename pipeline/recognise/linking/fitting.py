"""Which tracked agreements nothing in a mention speaks against: for wordings too short to be recognised by what they say.

"The agreement with Mongolia", "the 2012 accord", "that treaty" in a sentence on two states: among all that is tracked, and among the
parties the article names, one agreement may be left. The caller decides what that is worth; here only contradictions count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.recognise.linking.score import AMENDING, suits
from pipeline.recognise.linking.views import Entry, View, Weights
from pipeline.recognise.titles import Reading

_KIND = 0.6  # a protocol may be called an agreement where it is the only one; a memorandum may not
_FOREIGN = 0.75  # one subject of its own that a title lacks is too much
_WORD = 0.1  # any word of its own at all
_AKIN = 0.3  # part of a key's weight that another of the same field is worth
_PART = 0.15  # of what a title says; a word it only touches on ("… of the Union State") ties nothing to it
_APART = 0.4  # shared weight by which one agreement must be ahead of the next


@dataclass(frozen=True, slots=True)
class Fit:
    """An agreement that a mention may mean. `year`: they share one; `shared`: weight of what both say; `lead`: the same for headline
    and lead, `elsewhere`: weight of what these say and its title does not; `plain`: the title says nothing of amending, extending or
    the like that the mention leaves out."""

    agreement_id: str
    year: bool
    shared: float
    lead: float
    plain: bool
    kind: float
    elsewhere: float = 0.0


def fit(entry: Entry, reading: Reading, kind: str, lead: Reading | None, weights: Weights) -> Fit | None:
    """How a mention goes with an agreement whose parties are at hand; None where year, number, kind, layer or subject contradict."""
    year = bool(reading.years & entry.years)
    if reading.own_years and entry.years and not year:
        return None
    found = [one for view in entry.views if (one := _view(view, entry, reading, kind, lead, weights)) is not None]
    if not found:
        return None
    best = max(found, key=lambda one: (one.shared, one.plain, one.kind))
    return replace(best, year=year, lead=max(one.lead for one in found))


def _view(view: View, entry: Entry, reading: Reading, kind: str, lead: Reading | None, weights: Weights) -> Fit | None:
    kindred = suits(kind, view, reading.layers)
    numbered = reading.numbers and view.numbers and not reading.numbers & view.numbers
    said = reading.layers
    if said & AMENDING and view.layers & AMENDING:  # an additional protocol may be one that amends
        said = said - AMENDING | view.layers & AMENDING
    if kindred < _KIND or numbered or said - view.layers:
        return None
    shared = sum(weights.shared(key) for key in reading.keys if key in view.keys)
    shared += 0.6 * len(said & view.layers)
    if shared < _PART * view.total:
        shared = 0.0
    lacking = [key for key in reading.keys if key not in view.keys and key not in reading.aside]
    akin = [key for key in lacking if weights.akin(key, view.keys)]
    foreign = [key for key in lacking if key not in akin]
    shared += _AKIN * sum(weights.shared(key) for key in akin)
    weight = sum(weights.foreign(key, key in reading.proper) for key in foreign)
    says = any(key in weights or key in reading.proper for key in foreign)
    if weight > max(_FOREIGN, shared) or (says and shared < _WORD):
        return None
    gained = lost = 0.0
    for key in lead.keys if lead else ():
        if key in view.keys:
            gained += weights.shared(key)
        elif weights.akin(key, view.keys):
            gained += _AKIN * weights.shared(key)
        else:
            lost += weights.foreign(key, False)
    return Fit(entry.id, False, shared, gained, not view.layers - said, kindred, lost)


def alone(fits: Sequence[Fit], linked: Iterable[str] = ()) -> Fit | None:
    """The one that is meant, where one stands out: by its year, its subject, by being the full agreement, or by having been told of.

    `linked`: agreements that the article surely means elsewhere.
    """
    rest = [one for one in fits if one.year] or list(fits)
    if not rest:
        return None
    top = max(one.shared for one in rest)
    rest = [one for one in rest if one.shared > top - _APART]
    known = frozenset(linked)
    for narrower in (
        [one for one in rest if one.agreement_id in known],
        [one for one in rest if one.plain],
        [one for one in rest if one.kind >= max(other.kind for other in rest)],
    ):
        if len(rest) > 1 and narrower:
            rest = narrower
    return rest[0] if len(rest) == 1 else None
