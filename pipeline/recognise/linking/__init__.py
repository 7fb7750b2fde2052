"""Which agreement is meant: a wording from an article against everything on the watchlist.

    phrase ─▶ Reading ─▶ candidates (names, postings of subject and party) ─▶ compare ─▶ rank ─▶ decide ─▶ Link

Build an `Index` once per worker; ranking never changes it, and what it answers for one agreement does not hang on unrelated ones.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from typing import TypedDict, Unpack

from pipeline.model import Watchlist
from pipeline.recognise.concepts import Lexicon, Word
from pipeline.recognise.linking.aliases import Hit, Names
from pipeline.recognise.linking.decide import FATAL, Facts, decide
from pipeline.recognise.linking.known import Known
from pipeline.recognise.linking.score import Named, Query, compare
from pipeline.recognise.linking.views import Entry, Weights, entry_of, names_of
from pipeline.recognise.titles import NameFinder, Reader, Reading
from pipeline.recognise.values import Candidate, Link

__all__ = ["About", "Facts", "Hit", "Index", "decide"]


class About(TypedDict, total=False):
    """What `link` is told of a mention beside its wording; see `Index.rank`."""

    parties: Iterable[str]
    near_parties: Iterable[str]
    context_parties: Iterable[str]
    kind: str
    plural: bool
    lead: Reading | None
    sentence: str


_RELATIVE = re.compile(
    r"\b(?:which|that|whose|котор\w+|як(?:ий|а|е|і|ого|ої|ому|им|их)|qui|dont|laquelle|lequel|cuyo|cuya|cujo|cuja)\b",
    re.IGNORECASE,
)
_LONG = 400  # postings longer than this are first cut to the parties at hand
_ALIKE = 0.12  # agreements a plural means may be so far apart
_EXACT = 160  # so many candidates, the heaviest, are compared in full
_PHRASE = 600  # characters of a phrase that are read; a longer one is no noun phrase


class Index:
    """A watchlist made ready for ranking. See the module's drawing."""

    def __init__(self, entries: Sequence[Entry], reader: Reader, weights: Weights, known: Known, names: Names) -> None:
        self._entries = tuple(entries)
        self._reader = reader
        self._weights = weights
        self._members = known.members
        self._names = names
        self._content: dict[str, array[int]] = {}
        self._party: dict[str, array[int]] = {}
        self._open = array("I")
        self._titles: dict[str, list[str]] = defaultdict(list)
        self.open_ids = frozenset(entry.id for entry in entries if entry.open)
        self._post()

    @classmethod
    def build(cls, watchlist: Watchlist, names: NameFinder) -> Index:
        """Read every title and alias of a watchlist. Takes about 0.1 ms per agreement."""
        lexicon = Lexicon.load()
        reader, weights, known = Reader(lexicon, names), Weights(lexicon.weight), Known.load(lexicon.fold)
        entries = [entry_of(agreement, reader, weights) for agreement in watchlist.agreements]
        found = Names(
            lexicon.fold,
            (n for place, a in enumerate(watchlist.agreements) for n in names_of(place, a, reader, weights, known)),
        )
        return cls(entries, reader, weights, known, found)

    def _post(self) -> None:
        content: dict[str, list[int]] = defaultdict(list)
        party: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(self._entries):
            for key in {key for view in entry.views for key in _posted(view.keys, view.orgs, view.layers)}:
                content[key].append(place)
            for code in entry.parties:
                party[code].append(place)
            if entry.open or entry.multilateral:
                self._open.append(place)
            self._titles[self._reader.lexicon.fold(entry.title)].append(entry.id)
        self._content = {key: array("I", places) for key, places in content.items()}
        self._party = {code: array("I", places) for code, places in party.items()}

    def read(self, text: str, language: str) -> Reading:
        """A wording taken apart; pass the result instead of the text where it is ranked more than once (headline and lead)."""
        return self._reader.read(text[:_PHRASE], language)

    def aliases_in(self, text: str) -> tuple[Hit, ...]:
        """Names of tracked agreements in a text (a sentence, in its original letters), with their places."""
        return self._names.find(text)

    def agreement_id(self, hit: Hit) -> str:
        """The id of the agreement a name means."""
        return self._entries[hit.name.agreement].id

    def rank(
        self,
        phrase: str,
        language: str,
        *,
        parties: Iterable[str] = (),
        near_parties: Iterable[str] = (),
        context_parties: Iterable[str] = (),
        kind: str = "",
        plural: bool = False,
        lead: Reading | None = None,
        sentence: str = "",
        limit: int = 5,
    ) -> tuple[Candidate, ...]:
        """The tracked agreements a phrase may mean, best first.

        `parties`: codes named with the mention (those in the phrase itself are found anyway); `near_parties`: the other codes of its sentence;
        `context_parties`: codes of headline and lead, weaker still. Empty codes are passed over. `kind`: the mention's noun where the caller knows it. `plural`: several agreements, one for each party.
        `lead`: headline and lead as read by `read`, for phrases that say little. `sentence`: where an agreement's `exclude` words are looked for.
        """
        phrase = phrase[:_PHRASE]
        reading = self.read(phrase, language)
        own = frozenset(parties) - self._naming(phrase, language, reading) | reading.states | reading.orgs
        near = frozenset(near_parties) - own
        query = Query(
            reading,
            kind or reading.kind,
            own - {""},
            near - {""},
            frozenset(context_parties) - own - near - {""},
            plural or reading.plural,
            lead,
        )
        named = self._named(phrase, language, query)
        places = set(named) | self._candidates(query)
        text = self._reader.lexicon.fold(f"{phrase} {sentence}") if places else ""
        ranked = [
            compare(self._entries[place], query, self._weights, self._members, named.get(place))
            for place in places
            if not _excluded(self._entries[place], text)
        ]
        ranked.sort(key=_order)
        return tuple(ranked[:limit])

    def link(self, phrase: str, language: str, **about: Unpack[About]) -> Link:
        """`rank` and `decide` in one step (keywords as in `rank`)."""
        candidates = self.rank(phrase, language, **about)
        return decide(candidates, self.facts(candidates, self.read(phrase, language)))

    def link_all(self, phrase: str, language: str, **about: Unpack[About]) -> tuple[Link, ...]:
        """Every agreement a plural wording means ("extradition treaties with Iran and Afghanistan"), best first; at least one link."""
        candidates = self.rank(phrase, language, **about)
        reading = self.read(phrase, language)
        facts = self.facts(candidates, reading)
        if not (about.get("plural") or reading.plural) or not candidates:
            return (decide(candidates, facts),)
        alike = [c for c in candidates if "both_parties" in c.reasons and c.score >= candidates[0].score - _ALIKE]
        rest = [c for c in candidates if c not in alike]
        return tuple(decide([c, *rest], facts) for c in alike) or (decide(candidates, facts),)

    def says_subject(self, reading: Reading) -> bool:
        """Whether a wording says anything of a subject, beyond its parties and its kind ("the agreement with Kazakhstan" does not)."""
        return bool(reading.layers) or any(
            key in self._weights or key in reading.proper for key in reading.keys
        )

    def facts(self, candidates: Sequence[Candidate], reading: Reading) -> Facts:
        """What `decide` needs to know of a mention (as read) beside its candidates."""
        if not candidates:
            return Facts(self.open_ids)
        best = next(entry for entry in self._entries if entry.id == candidates[0].agreement_id)
        same = frozenset(self._titles[self._reader.lexicon.fold(best.title)]) - {best.id}
        return Facts(self.open_ids, candidates[0].content > 0 or self.says_subject(reading), same)

    def _naming(self, phrase: str, language: str, reading: Reading) -> frozenset[str]:
        """Codes of capitals that only name the agreement (the Rome Statute)."""
        found = (
            {mention.code for mention in self._reader.names.find(phrase.lower(), phrase, language)}
            if len(phrase.lower()) == len(phrase)
            else set()
        )
        return frozenset(found - reading.states - reading.orgs)

    def _named(self, phrase: str, language: str, query: Query) -> dict[int, Named]:
        """Names of agreements in the phrase, by place on the watchlist."""
        found: dict[int, Named] = {}
        for hit in self._names.find(phrase):
            name = self._reader.read(phrase[hit.start : hit.end], language)
            covers = [word for word in query.reading.words if word.kind and hit.start <= word.start < hit.end]
            heads = [word for word in query.reading.words if word.kind == query.kind]
            head = not heads or heads[0] in covers or query.kind == "agreement"
            found[hit.name.agreement] = Named(
                frozenset(name.keys),
                name.layers,
                head,
                hit.name.generic or hit.inside,
                hit.name.official,
                _relative_between(phrase, query.reading.words, hit),
            )
        return found

    def _candidates(self, query: Query) -> set[int]:
        """Places worth comparing: those that share subject words, heaviest first; without any, those of the parties."""
        keys = list(_posted(query.reading.keys, query.reading.orgs, query.reading.layers))
        if query.lead is not None and len(keys) < 2:
            keys += [key for key in query.lead.keys if key not in keys]
        rows = sorted(((self._content[key], key) for key in keys if key in self._content), key=lambda row: len(row[0]))
        near: frozenset[int] | None = None
        weight: dict[int, float] = defaultdict(float)
        for row, key in rows:
            places: Iterable[int] = row
            if len(row) > _LONG:
                near = self._near(query) if near is None else near
                places = near.intersection(row)
            shared = self._weights.shared(key)
            for place in places:
                weight[place] += shared
        if not query.reading.keys and not query.reading.layers:
            weight |= dict.fromkeys(self._of_parties(query), 0.0)
        if len(weight) <= _EXACT:
            return set(weight)
        codes = self._with_blocs(query.parties | query.near | query.context)
        return set(
            nlargest(_EXACT, weight, key=lambda place: weight[place] + 0.6 * len(codes & self._entries[place].parties))
        )

    def _near(self, query: Query) -> frozenset[int]:
        """Places that the parties at hand, or any party at all, could be about."""
        codes = query.parties or query.near | query.context
        rows = [self._party[code] for code in self._with_blocs(codes) if code in self._party]
        return frozenset(self._open).union(*rows)

    def _with_blocs(self, codes: Iterable[str]) -> set[str]:
        wanted = set(codes)
        return wanted | {bloc for bloc, members in self._members.items() if members & wanted}

    def _of_parties(self, query: Query) -> list[int]:
        """Agreements whose parties are all at hand."""
        everyone = query.parties | query.near | query.context
        wanted = self._with_blocs(everyone)
        rows = sorted((self._party[code] for code in query.parties or everyone if code in self._party), key=len)
        return [place for row in rows[:2] for place in row if self._entries[place].parties <= wanted][:_EXACT]


def _posted(keys: Iterable[str], orgs: Iterable[str], layers: Iterable[str]) -> Iterator[str]:
    """The names of the postings that a wording is filed under, or looked for in."""
    yield from keys
    yield from (f"@{code}" for code in orgs)
    yield from (f"^{layer}" for layer in layers)


def _order(candidate: Candidate) -> tuple[bool, float, float, str]:
    contradicted = not candidate.alias and not FATAL.isdisjoint(candidate.reasons)
    return contradicted, -candidate.score, -candidate.party, candidate.agreement_id


def _relative_between(phrase: str, words: Sequence[Word], hit: Hit) -> bool:
    """A relative pronoun stands between the head noun and the name."""
    head = next((word for word in words if word.kind), None)
    return head is not None and head.end <= hit.start and bool(_RELATIVE.search(phrase, head.end, hit.start))


def _excluded(entry: Entry, text: str) -> bool:
    return any(all(word in text for word in words) for words in entry.exclude)
