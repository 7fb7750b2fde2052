"""Which agreements are worth comparing with a mention: lists of who says what, rarest word first.

Cost hangs on how rare the mention's words are, hardly on the size of the watchlist: once the rare words cover most of what the
mention says, the common ones (trade, cooperation) only weigh what was found, they bring nothing new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nlargest

from pipeline.recognise.linking.score import Query
from pipeline.recognise.linking.views import Entry, Weights
from pipeline.recognise.titles import Reading

_FEW = 3  # parties of an agreement that is known by them
_LONG = 400  # postings longer than this are first cut to the parties at hand
_EXACT = 32  # so many candidates, the heaviest, are compared in full
_COVERED = 0.65  # agreements that share none of the words that make up so much of a mention are not looked for
_CROWD = 24  # agreements of one pair of parties, beyond which a subject or a year must be said
_SUBJECT = 0.4  # weight from which a word is a subject
_PARTY = 0.6  # what a party at hand weighs against a subject when there are too many candidates

_NOBODY: frozenset[int] = frozenset()


class Postings:
    """Agreements by what their titles say and by their parties; an agreement is its place on the watchlist."""

    def __init__(self, entries: Sequence[Entry], weights: Weights, members: Mapping[str, frozenset[str]]) -> None:
        self._entries = entries
        self._weights = weights
        blocs: dict[str, set[str]] = defaultdict(set)
        for bloc, states in members.items():
            for state in states:
                blocs[state].add(bloc)
        self._blocs = dict(blocs)
        content: dict[str, list[int]] = defaultdict(list)
        party: dict[str, list[int]] = defaultdict(list)
        groups: dict[frozenset[str], list[int]] = defaultdict(list)
        apart: dict[str, list[int]] = defaultdict(list)
        years: dict[int, list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):  # once, so that all lists share the numbers
            for key in {key for view in entry.views for key in _posted(view.keys, view.orgs, view.layers)}:
                content[key].append(place)
            few = 1 < len(entry.parties) <= _FEW
            for code in entry.parties:
                party[code].append(place)
                if not few:
                    apart[code].append(place)
            if few:
                groups[entry.parties].append(place)
                for year in entry.years:
                    years[year].append(place)
        self._content = {key: frozenset(places) for key, places in content.items()}
        self._party = {code: frozenset(places) for code, places in party.items()}
        self._pairs = {group: frozenset(places) for group, places in groups.items()}
        self._years = {year: frozenset(places) for year, places in years.items()}
        self._pairs_of: dict[str, list[frozenset[str]]] = defaultdict(list)
        for group in groups:
            for code in group:
                self._pairs_of[code].append(group)
        self._first = {group: tuple(places[:_EXACT]) for group, places in groups.items()}  # the places are in order
        self._apart = {code: tuple(places) for code, places in apart.items()}  # agreements of one party or of many
        wide = frozenset(place for place, entry in enumerate(entries) if entry.multilateral)
        self._open = {key: row & wide for key, row in self._content.items() if len(row) > _LONG}

    def touches(self, reading: Reading) -> bool:
        """Whether any agreement shares a word of its subject with a wording, or has a party that the wording names."""
        if any(key in self._content for key in _posted(reading.keys, reading.orgs, reading.layers)):
            return True
        named = reading.states | reading.orgs | reading.places
        return any(code in self._party for code in self._with_blocs(named))

    def candidates(self, query: Query) -> set[int]:
        """Places worth comparing: those that share the mention's rarer words; without any, those of the parties."""
        keys = list(_posted(query.reading.keys, query.reading.orgs, query.reading.layers))
        if query.lead is not None and len(keys) < 2:
            keys += [key for key in query.lead.keys if key not in keys]
        weight = self._weigh(keys, query)
        if not weight or not (query.reading.keys or query.reading.layers):
            weight |= dict.fromkeys(self._of_parties(query), 0.0)
        theirs = self._theirs(query)
        if len(weight) <= _EXACT:
            return {*weight, *theirs}
        return {*self._heaviest(weight, query), *theirs}

    def _heaviest(self, weight: Mapping[int, float], query: Query) -> list[int]:
        """The places that weigh most with their parties, of equal ones those that come first."""
        codes = self._with_blocs(query.parties | query.near | query.context)
        entries = self._entries
        here: dict[
            frozenset[str], float
        ] = {}  # what a set of parties weighs; thousands of places share some hundred sets
        weighed: list[float] = []
        for place, shared in weight.items():
            parties = entries[place].parties
            more = here.get(parties)
            if more is None:
                more = here[parties] = _PARTY * len(codes & parties)
            weighed.append(shared + more)
        least = nlargest(_EXACT, weighed)[-1]
        pairs = [(place, total) for place, total in zip(weight, weighed, strict=True) if total >= least]
        above = [place for place, total in pairs if total > least]
        return above + [place for place, total in pairs if total == least][: _EXACT - len(above)]

    def _theirs(self, query: Query) -> list[int]:
        """The agreements of few parties, all at hand and one at least in the mention: whatever else is tracked, they are compared."""
        if not query.parties:
            return []
        found = self.closed(query.parties, query.parties | query.near)
        return found if len(found) <= _CROWD else []

    def _weigh(self, keys: Sequence[str], query: Query) -> dict[int, float]:
        """What each place shares with the mention, for the places that can come near it."""
        rows = sorted(((self._content[key], key) for key in keys if key in self._content), key=lambda row: len(row[0]))
        total = sum(self._weights.shared(key) for _, key in rows)
        covered = 0.0
        weight: dict[int, float] = {}
        for row, key in rows:
            shared = self._weights.shared(key)
            if covered >= _COVERED * total:
                for place in weight:
                    if place in row:
                        weight[place] += shared
            else:
                places = self._near(row, key, query) if len(row) > _LONG else row
                if weight:
                    for place in places:
                        weight[place] = weight.get(place, 0.0) + shared
                else:
                    weight = dict.fromkeys(places, shared)
            covered += shared
        return weight

    def _near(self, row: frozenset[int], key: str, query: Query) -> frozenset[int]:
        """The part of a long list that the parties at hand could be about."""
        codes = self._with_blocs(query.parties or query.near | query.context)
        return self._open[key].union(*(row & self._party.get(code, _NOBODY) for code in codes))

    def _with_blocs(self, codes: Iterable[str]) -> set[str]:
        wanted = set(codes)
        return wanted.union(*(self._blocs[code] for code in wanted if code in self._blocs))

    def closed(self, own: frozenset[str], everyone: frozenset[str], said: Sequence[Reading] = ()) -> list[int]:
        """Agreements of few parties that are all at hand: `own` are parties of it (or blocs' members), the others are in `everyone`.

        `said`: readings (of mention, headline and lead) of whose years and subjects one must be shared where a group has many.
        """
        wanted = self._with_blocs(own | everyone)
        named = [self._with_blocs([code]) for code in own]
        groups = {group for code in (named[0] if named else wanted) for group in self._pairs_of.get(code, ())}
        fitting = [group for group in groups if group <= wanted and all(group & codes for codes in named[1:])]
        places: list[int] = []
        for group in fitting:
            row = self._pairs[group]
            places += row if len(row) <= _CROWD or not said else self._spoken_of(row, said)
        return sorted(places)

    def _spoken_of(self, row: frozenset[int], said: Sequence[Reading]) -> frozenset[int]:
        """Those of a long list that share a year or a subject with one of the readings, the first that has any."""
        for reading in said:
            found = frozenset[int]().union(
                *(row & self._years.get(year, _NOBODY) for year in reading.years),
                *(
                    row & self._content.get(key, _NOBODY)
                    for key in reading.keys
                    if self._weights.shared(key) >= _SUBJECT
                ),
            )
            if found:
                return found
        return _NOBODY

    def _of_parties(self, query: Query) -> list[int]:
        """Agreements whose parties are all at hand."""
        everyone = query.parties | query.near | query.context
        wanted = self._with_blocs(everyone)
        codes = sorted((code for code in query.parties or everyone if code in self._party), key=self._number)[:2]
        groups = {group for code in codes for group in self._pairs_of.get(code, ()) if group <= wanted}
        found = {place for group in groups for place in self._first[group]}
        apart = (place for code in codes for place in self._apart.get(code, ()))
        found.update(place for place in apart if self._entries[place].parties <= wanted)
        return sorted(found)[:_EXACT]

    def _number(self, code: str) -> int:
        """How many agreements list a party."""
        return len(self._party[code])


def _posted(keys: Iterable[str], orgs: Iterable[str], layers: Iterable[str]) -> Iterator[str]:
    """The names of the lists that a wording is filed under, or looked for in."""
    yield from keys
    yield from (f"@{code}" for code in orgs)
    yield from (f"^{layer}" for layer in layers)
