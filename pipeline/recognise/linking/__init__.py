"""Which agreement is meant: a wording from an article against everything on the watchlist.

    phrase ─▶ Reading ─▶ candidates (names, postings of subject and party) ─▶ compare ─▶ rank ─▶ decide ─▶ Link

Build an `Index` once per worker; ranking never changes it, and what it answers for one agreement does not hang on unrelated ones.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import TypedDict, Unpack

from pipeline.model import Watchlist
from pipeline.recognise.concepts import Lexicon, Word
from pipeline.recognise.linking.aliases import Hit, Name, Names
from pipeline.recognise.linking.decide import FATAL, Facts, decide
from pipeline.recognise.linking.fitting import Fit, fit
from pipeline.recognise.linking.known import Known
from pipeline.recognise.linking.postings import Postings
from pipeline.recognise.linking.rivals import Rival, gather
from pipeline.recognise.linking.score import Named, Query, belongs, compare, kind_fit
from pipeline.recognise.linking.twins import twins
from pipeline.recognise.linking.views import Entry, Preparer, Weights, condensed
from pipeline.recognise.titles import NameFinder, Reader, Reading
from pipeline.recognise.values import Candidate, Link

__all__ = ["About", "Facts", "Fit", "Hit", "Index", "Rival", "decide"]


class About(TypedDict, total=False):
    """What `link` is told of a mention beside its wording; see `Index.rank`."""

    parties: Iterable[str]
    near_parties: Iterable[str]
    context_parties: Iterable[str]
    kind: str
    plural: bool
    lead: Reading | None
    sentence: str


_LIKELY = 16  # candidates among which is decided: a pair may have made a dozen treaties of one name
_ALIKE = 0.12  # agreements that a plural means may be so far apart
_RELATIVE = re.compile(
    r"\b(?:which|that|whose|котор\w+|як(?:ий|а|е|і|ого|ої|ому|им|их)|qui|dont|laquelle|lequel|cuyo|cuya|cujo|cuja)\b",
    re.IGNORECASE,
)
_KIND = 0.6  # under it, it is another instrument
_SUBJECT = 0.6  # weight of subjects that a title lacks
_DESCRIBED = 2.0  # how much more of them a description may say than it shares with the title
_SHARED = 0.45  # and of one that it shares with a wording
_READINGS = 512  # wordings whose readings and names are remembered: an article names the same agreement again and again
_LATELY = 4  # rankings that are remembered: what one mention is asked for
_PHRASE = 600  # characters of a phrase that are read; a longer one is no noun phrase


class Index:
    """A watchlist made ready for ranking. See the module's drawing."""

    def __init__(self, entries: Sequence[Entry], names: Names, reader: Reader, known: Known) -> None:
        self._entries = tuple(entries)
        self._reader = reader
        self._weights = Weights(reader.lexicon.weight, known.kin)
        self._members = known.members
        self._names = names
        self._readings: dict[tuple[str, str], Reading] = {}
        self._called: dict[str, tuple[Hit, ...]] = {}  # the names found in texts read lately
        self._lately: deque[tuple[tuple[str, str, Query], list[Candidate]]] = deque(maxlen=_LATELY)
        self._postings = Postings(self._entries, self._weights, known.members)
        self._place = {entry.id: place for place, entry in enumerate(entries)}
        self._twins = _twins(self._entries, reader)
        self._years = frozenset(year for entry in entries for year in entry.years)
        self.open_ids = frozenset(entry.id for entry in entries if entry.open or entry.joinable)

    @classmethod
    def build(cls, watchlist: Watchlist, names: NameFinder) -> Index:
        """Read every title and alias of a watchlist, once where it stands there twice. Takes about 0.3 ms an agreement."""
        lexicon = Lexicon.load()
        reader, known = Reader(lexicon, names), Known.load(lexicon.fold)
        prepare = Preparer(reader, known)
        entries: list[Entry] = []
        found: list[Name] = []
        again = twins(watchlist.agreements)
        for agreement in watchlist.agreements:
            if agreement.id in again:
                continue
            entry, called = prepare(len(entries), agreement)
            entries.append(entry)
            found.extend(called)
        return cls(entries, Names(lexicon.fold, found), reader, known)

    def read(self, text: str, language: str) -> Reading:
        """A wording taken apart, for `rank(lead=…)`: headline and lead are read once, however many mentions follow."""
        known = self._readings.get((text, language))
        if known is None:
            if len(self._readings) >= _READINGS:
                self._readings.clear()
            known = self._readings[text, language] = self._reader.read(text[:_PHRASE], language)
        return known

    def aliases_in(self, text: str) -> tuple[Hit, ...]:
        """Names of tracked agreements in a text (a sentence, in its original letters), with their places."""
        known = self._called.get(text)
        if known is None:
            if len(self._called) >= _READINGS:
                self._called.clear()
            known = self._called[text] = self._names.find(text)
        return known

    def may_end_name(self, word: str) -> bool:
        """Whether a word can be the last of a tracked agreement's name: where none is, `aliases_in` finds nothing."""
        return self._names.may_end(word)

    def may_hold_name(self, words: Iterable[str]) -> bool:
        """Whether a text of these different words (lower case) may name a tracked agreement: where not, `aliases_in` finds nothing."""
        return self._names.may_hold(words)

    def name_may_end(self, text: str) -> bool:
        """Whether a tracked agreement's name may end where this text does, going by the last three words."""
        return self._names.may_end_with(text)

    def concerns(self, text: str, language: str) -> bool:
        """Whether a text shares a subject, a party or a year with any agreement: where it does not, no mention in it means one."""
        reading = self._reader.read(text, language)
        return bool(reading.years & self._years) or self._postings.touches(reading)

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

        `parties`: codes named with the mention (those in the phrase itself are found anyway); `near_parties`: the other codes of its
        sentence; `context_parties`: codes of headline and lead, weaker still. Empty codes are passed over. `kind`: the mention's noun
        where the caller knows it. `plural`: several agreements, one for each party. `lead`: headline and lead as read by `read`, for
        phrases that say little. `sentence`: where an agreement's `exclude` words are looked for.
        """
        phrase = phrase[:_PHRASE]
        about = About(
            parties=parties,
            near_parties=near_parties,
            context_parties=context_parties,
            kind=kind,
            plural=plural,
            lead=lead,
        )
        query = self._query(phrase, language, about)
        return tuple(self._ranked(phrase, sentence, query, self._named(phrase, language, query))[:limit])

    def _query(self, phrase: str, language: str, about: About) -> Query:
        reading = self.read(phrase, language)
        own = (frozenset(about.get("parties", ())) - reading.places | reading.states | reading.orgs) - {""}
        near = frozenset(about.get("near_parties", ())) - own - {""}
        context = frozenset(about.get("context_parties", ())) - own - near - {""}
        plural = about.get("plural", False) or reading.plural
        return Query(reading, about.get("kind", "") or reading.kind, own, near, context, plural, about.get("lead"))

    def _ranked(self, phrase: str, sentence: str, query: Query, named: Mapping[int, Named]) -> list[Candidate]:
        """All candidates in order. The last answers are remembered: a mention that no rule decides is asked for again for its rivals."""
        asked = (phrase, sentence, query)
        for known, answer in self._lately:
            if known == asked:
                return answer
        answer = self._compared(phrase, sentence, query, named)
        self._lately.append((asked, answer))
        return answer

    def _compared(self, phrase: str, sentence: str, query: Query, named: Mapping[int, Named]) -> list[Candidate]:
        ranked = [
            compare(self._entries[place], query, self._weights, self._members, named.get(place))
            for place in set(named) | self._postings.candidates(query)
            if not self._excluded(place, phrase, sentence)
        ]
        ranked.sort(key=_order)
        return ranked

    def rivals(
        self, phrase: str, language: str, everyone: Iterable[str], told: Iterable[str], **about: Unpack[About]
    ) -> tuple[Rival, ...]:
        """The agreements a phrase may mean, for a choice among them. `everyone`: codes of all parties at hand; `told`: ids of
        agreements the article has told of. Other keywords as in `rank`."""
        phrase = phrase[:_PHRASE]
        query = self._query(phrase, language, about)
        named = self._named(phrase, language, query)
        ranked = self._ranked(phrase, about.get("sentence", ""), query, named)
        said = [query.reading, *([query.lead] if query.lead else [])]
        hand = frozenset(everyone) - {""}
        closed = self._postings.closed(query.parties, hand, said)
        known = [self._place[one] for one in told if one in self._place]
        return gather(
            self._entries, ranked, self._place, closed, known, hand, query, named, self._weights, self._members
        )

    def link(self, phrase: str, language: str, **about: Unpack[About]) -> Link:
        """`rank` and `decide` in one step (keywords as in `rank`)."""
        candidates = self.rank(phrase, language, **about, limit=_LIKELY)
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

    def fitting(
        self, phrase: str, language: str, kind: str, own: Iterable[str], everyone: Iterable[str], lead: Reading | None
    ) -> tuple[Fit, ...]:
        """Agreements of few parties that nothing in a phrase contradicts: `own` are among their parties, the rest in `everyone`."""
        reading = self.read(phrase, language)
        places = self._postings.closed(frozenset(own) - {""}, frozenset(everyone) - {""})
        found = (fit(self._entries[place], reading, kind or reading.kind, lead, self._weights) for place in places)
        return tuple(one for one in found if one is not None)

    def years(self, agreement_id: str) -> frozenset[int]:
        """The years an agreement may be called by: of its titles and of its signature."""
        return self._entries[self._place[agreement_id]].years

    def open(self, agreement_id: str) -> bool:
        """Whether any state may act in an agreement: a multilateral, or one whose parties nobody listed."""
        return self._entries[self._place[agreement_id]].multilateral

    def closed(self, agreement_id: str) -> frozenset[str]:
        """The parties of an agreement that no other state can act in; none where any may."""
        entry = self._entries[self._place[agreement_id]]
        return frozenset() if entry.multilateral else entry.parties

    def parties(self, agreement_id: str) -> frozenset[str]:
        """The parties listed for an agreement, a bloc for its members; none where it is open to all."""
        entry = self._entries[self._place[agreement_id]]
        return frozenset() if entry.open else entry.parties

    def same_parties(self, one: str, other: str) -> bool:
        """Whether two agreements of few are of the same parties, a bloc listed with its members or alone."""
        first, second = self.closed(one), self.closed(other)
        if first == second or not first or not second:
            return bool(first) and first == second
        return all(self.listed(code, other) for code in first) and all(self.listed(code, one) for code in second)

    def party(self, code: str, agreement_id: str) -> bool:
        """Whether a code is a party of an agreement, a member of one, or an organisation its title names; any is of an open one."""
        return self.open(agreement_id) or self.listed(code, agreement_id)

    def listed(self, code: str, agreement_id: str) -> bool:
        """Whether a code is among the parties listed for an agreement, a member of one, or an organisation its title names."""
        return belongs(code, self._entries[self._place[agreement_id]], self._members)

    def bloc(self, code: str) -> bool:
        """Whether a code is a bloc's that concludes agreements, not a body in whose frame they are made ("the UN convention")."""
        return code in self._members

    def condensed(self, codes: Iterable[str]) -> frozenset[str]:
        """Codes without the members of a bloc that are named beside it ("with Mercosur (Argentina, Brazil, Paraguay and Uruguay)")."""
        return condensed(frozenset(codes), self._members)

    def ring(self, code: str, rings: Sequence[frozenset[str]]) -> int:
        """The innermost of several sets of codes that has a party, or a member of it; their number where none has."""
        members = self._members.get(code, frozenset())
        return next((i for i, ring in enumerate(rings) if code in ring or members & ring), len(rings))

    def says_subject(self, reading: Reading) -> bool:
        """Whether a wording says anything beyond its parties and its kind ("the agreement with Kazakhstan" does not)."""
        return bool(reading.layers) or any(key in self._weights or key in reading.proper for key in reading.keys)

    def described(self, agreement_id: str, said: Reading, around: Reading) -> bool:
        """Whether a wording (`said`) may describe an agreement: it is of its kind, says no other subject than the titles, and it or what stands
        `around` it shares one with them; of titles that say none, any subject that only a relative clause tells."""
        views = self._entries[self._place[agreement_id]].views
        if all(kind_fit(said.kind, view.kind) < _KIND for view in views):
            return False
        subjects = {key for view in views for key in view.keys if key in self._weights}
        own = {key for key in said.keys if key in self._weights and key not in said.aside} - subjects
        foreign = fsum(self._weights.foreign(key, False) for key in own if not self._weights.akin(key, subjects))
        alike = fsum(self._weights.shared(key) for key in {*said.keys} & subjects)
        shared = alike + fsum(self._weights.shared(key) for key in {*around.keys} & subjects)
        return foreign < max(_SUBJECT, _DESCRIBED * alike) and (shared >= _SHARED or not subjects)

    def facts(self, candidates: Sequence[Candidate], reading: Reading) -> Facts:
        """What `decide` needs to know of a mention (as read) beside its candidates."""
        if not candidates:
            return Facts(self.open_ids)
        best = self._entries[self._place[candidates[0].agreement_id]]
        alike = (self._entries[place] for place in self._twins.get(self._reader.lexicon.fold(best.title), ()))
        same = frozenset(one.id for one in alike if one is not best and not _another_year(one, best))
        return Facts(self.open_ids, candidates[0].content > 0 or self.says_subject(reading), same)

    def _named(self, phrase: str, language: str, query: Query) -> dict[int, Named]:
        """Names of agreements in the phrase, by place on the watchlist."""
        found: dict[int, Named] = {}
        for hit in self.aliases_in(phrase):
            name = self.read(phrase[hit.start : hit.end], language)
            head = next((word for word in query.reading.words if word.kind == query.kind), None)
            covers = head is None or query.kind == "agreement" or hit.start <= head.start < hit.end
            loose = _relative_between(phrase, query.reading.words, hit)
            weak = hit.name.generic or hit.inside
            codes = name.states | name.orgs | name.places
            found[hit.name.agreement] = Named(
                frozenset(name.keys), name.layers, covers, weak, hit.name.official, loose, codes
            )
        return found

    def _excluded(self, place: int, phrase: str, sentence: str) -> bool:
        exclude = self._entries[place].exclude
        if not exclude:
            return False
        text = self._reader.lexicon.fold(f"{phrase} {sentence}")
        return any(all(word in text for word in words) for words in exclude)


def _twins(entries: Sequence[Entry], reader: Reader) -> dict[str, tuple[int, ...]]:
    """The places of agreements under one title, by that title; hardly any title is borne by two."""
    fold = reader.lexicon.fold
    seen: set[int] = set()
    again: set[int] = set()
    for entry in entries:  # by their hashes first: a copy of every title would be as large as the list itself
        title = hash(fold(entry.title))
        (again if title in seen else seen).add(title)
    found: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        if hash(fold(entry.title)) in again:
            found[fold(entry.title)].append(place)
    return {title: tuple(same) for title, same in found.items() if len(same) > 1}


def _order(candidate: Candidate) -> tuple[bool, float, float, str]:
    contradicted = not candidate.alias and not FATAL.isdisjoint(candidate.reasons)
    return contradicted, -candidate.score, -candidate.party, candidate.agreement_id


def _another_year(one: Entry, other: Entry) -> bool:
    """Whether two agreements under one title were made in different years."""
    return bool(one.years and other.years) and not one.years & other.years


def _relative_between(phrase: str, words: Sequence[Word], hit: Hit) -> bool:
    """A relative pronoun stands between the head noun and the name."""
    head = next((word for word in words if word.kind), None)
    return head is not None and head.end <= hit.start and bool(_RELATIVE.search(phrase, head.end, hit.start))
