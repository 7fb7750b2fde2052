"""The agreements among which one mention's is looked for: what its words rank, what its parties leave, and what was told before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice

from pipeline.recognise.linking.decide import FATAL
from pipeline.recognise.linking.fitting import Fit, fit
from pipeline.recognise.linking.score import Named, Query, compare
from pipeline.recognise.linking.views import Entry, Weights
from pipeline.recognise.values import Candidate

_RANKED = 5  # by words
_FITTING = 5  # by parties: what nothing contradicts


@dataclass(frozen=True, slots=True)
class Rival:
    """One agreement a mention may mean: compared by words, and what contradicts or speaks for it (`fit` None: something does)."""

    entry: Entry
    candidate: Candidate
    fit: Fit | None


def gather(
    entries: Sequence[Entry],
    ranked: Sequence[Candidate],
    place: Mapping[str, int],
    closed: Iterable[int],
    told: Iterable[int],
    hand: frozenset[str],
    query: Query,
    named: Mapping[int, Named],
    weights: Weights,
    members: Mapping[str, frozenset[str]],
) -> tuple[Rival, ...]:
    """The best by words, the best of those whose parties are at hand, and those told of, each once; in no order that matters.

    What a mention's parties contradict is a rival only where all its own are at hand: they may be what the mention leaves out."""
    likely = (
        c for c in ranked if c.alias or FATAL.isdisjoint(c.reasons) or entries[place[c.agreement_id]].parties <= hand
    )
    compared = {place[c.agreement_id]: c for c in islice(likely, _RANKED)}
    reading, kind, lead = query.reading, query.kind, query.lead
    fits = {at: one for at in closed if (one := fit(entries[at], reading, kind, lead, weights)) is not None}
    best = nlargest(_FITTING, fits, key=lambda at: _order(fits[at]))
    out = []
    for at in dict.fromkeys([*compared, *best, *told]):
        entry = entries[at]
        candidate = compared.get(at) or compare(entry, query, weights, members, named.get(at))
        suits = fits[at] if at in fits else fit(entry, reading, kind, lead, weights)
        out.append(Rival(entry, candidate, suits))
    return tuple(out)


def _order(one: Fit) -> tuple[bool, float, float, bool, float, str]:
    return one.year, one.shared, one.lead, one.plain, one.kind, one.agreement_id
