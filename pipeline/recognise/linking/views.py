"""A tracked agreement made ready for comparison: each of its titles and aliases as a view, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from math import fsum
from sys import intern

from pipeline.model import Agreement
from pipeline.recognise.linking.aliases import Name, acronyms, is_acronym
from pipeline.recognise.linking.known import Known
from pipeline.recognise.script import consonants
from pipeline.recognise.titles import Reader, Reading, language_of

_SAYS_ENOUGH = 0.9  # an alias of an open agreement that says less than this could be many agreements
_ORG_WEIGHT = {"UN": 0.3}
_LONG = 40  # characters of a title that no other has
_TWO = 2  # parties that a treaty has at the least
_CROWD = 12  # parties of an agreement of many, beyond which it says nothing that a state is one of them
_BODIES = frozenset({"UN", "EU"})  # with codes as short as a state's
_PARTNERS, _FREE_TRADE, _TRADE = frozenset({"economic", "partnership"}), ("free", "trade"), "trade"
_STATE = 2  # letters of a state's code; those of bodies are longer


@dataclass(frozen=True, slots=True)
class View:
    """One title or alias as read. `total`: the weight of everything it says."""

    keys: frozenset[str]
    layers: frozenset[str]
    kind: str
    orgs: frozenset[str]
    numbers: frozenset[str]
    total: float
    alias: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A tracked agreement. `open`: a multilateral without a closed list of parties, or with a crowd of them. `years`: those it may be called by. `titled`:
    its main title names parties, so no stranger joins it unsaid. `whose`: the states that the titles name of an agreement whose
    parties nobody listed ("Treaty of Peace with Japan"), or of one on an accession ("on the Accession of Finland").
    `beside`: states that the titles name and that are no parties ("with the French Development Agency")."""

    id: str
    parties: frozenset[str]
    multilateral: bool
    views: tuple[View, ...]
    years: frozenset[int]
    exclude: tuple[tuple[str, ...], ...]
    title: str
    open: bool
    titled: bool = True
    whose: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    @property
    def joinable(self) -> bool:
        """Whether strangers may join: those listed are only the parties that somebody watches."""
        return self.multilateral and not self.titled and len(self.parties) > _TWO

    @property
    def bilateral(self) -> bool:
        """A third party named in a mention contradicts it."""
        return bool(self.parties) and not self.multilateral


class Weights:
    """What a key counts: when both sides say it, and when only the mention does."""

    def __init__(self, concepts: Mapping[str, float], kin: Mapping[str, frozenset[str]]) -> None:
        self._concepts = concepts
        self._kin = kin

    def __contains__(self, key: str) -> bool:
        """Whether the key is a concept."""
        return key in self._concepts

    def shared(self, key: str, proper: bool = False) -> float:
        """The weight of a key in a title; an unlisted word says more when it is a name."""
        known = self._concepts.get(key)
        if known is not None:
            return known
        if len(key) == 3 and key[1] > "\u3000":
            return 0.4
        if key[0] == "%":
            return 1.0 if len(key) > 4 else 0.8
        return 1.1 if proper else 0.8

    def foreign(self, key: str, proper: bool) -> float:
        """The weight of a key in a mention when the title lacks it: an unlisted small word may be the press's adornment."""
        known = self._concepts.get(key)
        if known is not None:
            return known * 0.8
        if key[1] > "\u3000":
            return 0.1
        return 0.7 if proper else 0.3

    def akin(self, key: str, keys: Set[str]) -> bool:
        """Whether a concept is of the same field as one of others, so that it contradicts none."""
        kin = self._kin.get(key)
        return kin is not None and not kin.isdisjoint(keys)

    @staticmethod
    def org(code: str) -> float:
        """The weight of an organisation that is named but no party."""
        return _ORG_WEIGHT.get(code, 0.9)


class Shared:
    """Equal values kept once: most agreements have the same empty sets, and many the same parties. Six sets each would
    be more than half of what a long watchlist takes."""

    def __init__(self) -> None:
        self._texts: dict[frozenset[str], frozenset[str]] = {}
        self._years: dict[frozenset[int], frozenset[int]] = {}

    def words(self, given: frozenset[str]) -> frozenset[str]:
        """The first set that was equal to this one."""
        return self._texts.setdefault(given, given)

    def years(self, given: frozenset[int]) -> frozenset[int]:
        """The same for years."""
        return self._years.setdefault(given, given)


def view_of(
    reading: Reading, parties: frozenset[str], weights: Weights, shared: Shared, *, alias: bool = False
) -> View:
    """The view of a title as read, for an agreement of these parties."""
    orgs = reading.orgs - parties
    total = sum(weights.shared(key) for key in reading.keys) + fsum(weights.org(code) for code in orgs)
    keys = frozenset(reading.keys) | _consonant_keys(reading)
    return View(
        shared.words(frozenset(map(intern, keys))),
        shared.words(reading.layers),
        reading.kind,
        shared.words(orgs),
        shared.words(reading.numbers),
        total,
        alias,
    )


def _consonant_keys(reading: Reading) -> frozenset[str]:
    """Keys by which a name is found in Arabic letters."""
    found = (consonants(word.low) for word in reading.words if not word.known and word.proper)
    return frozenset(f"%{kept}" for kept in found if kept)


class Preparer:
    """Makes tracked agreements ready for comparison; every title and alias is read once."""

    def __init__(self, reader: Reader, known: Known) -> None:
        self._reader = reader
        self._known = known
        self._weights = Weights(reader.lexicon.weight, known.kin)
        self._shared = Shared()

    def __call__(self, place: int, agreement: Agreement) -> tuple[Entry, list[Name]]:
        """The entry for an agreement and every name it goes by (`place`: its place on the watchlist)."""
        titles = list(self._titles(agreement))
        listed = condensed(frozenset(agreement.parties), self._known.members)
        parties = self._shared.words(listed if agreement.multilateral else concluding(listed, (r for _, r in titles)))
        official = [title for title, _ in titles]
        given = [*agreement.aliases, *(text for title in official for text in self._acronyms(title))]
        nicknames = self._known.names(
            official, agreement.aliases, not frame_only(parties) and not agreement.multilateral
        )
        called = {alias: self._reader.read(alias, language_of(alias)) for alias in given}
        names = [Name(place, t, False, True) for t, r in dict(titles).items() if _telling(t, r)]
        names += [
            Name(place, t, self._is_generic(t, r, agreement), False)
            for t, r in dict(titles).items()
            if not _telling(t, r) and (r.keys or r.orgs or r.places)
        ]
        names += [
            Name(place, alias, self._is_generic(alias, reading, agreement), False, is_acronym(alias))
            for alias, reading in called.items()
            if alias not in official
        ]
        names += [Name(place, nick, False, False, is_acronym(nick)) for nick in nicknames if nick not in called]
        return self._entry(agreement, parties, [reading for _, reading in titles], called), names

    def _titles(self, agreement: Agreement) -> Iterator[tuple[str, Reading]]:
        """Every title as read, and what stands before a semicolon in it: the short title of what the rest only adds to."""
        for language, title in titles_of(agreement):
            yield title, self._reader.read(title, language)
            short, _, rest = title.partition(";")
            head = self._reader.read(short, language) if rest else None
            if head is not None and head.kind and head.keys:
                yield short.strip(), head

    def _acronyms(self, title: str) -> Iterator[str]:
        """The acronyms in a title's brackets, without a body's that the title goes on from: "the Parties to … (NATO) regarding …"."""
        for text in acronyms(title):
            if title.endswith(f"({text})") or not self._reader.read(text, language_of(title)).orgs:
                yield text

    def _entry(
        self, agreement: Agreement, parties: frozenset[str], titles: list[Reading], called: Mapping[str, Reading]
    ) -> Entry:
        partners = [one for one in titles if {*one.keys} >= _PARTNERS]
        readings = [*titles, *map(_as_free_trade, partners), *map(_as_trade, partners)]
        views = [view_of(reading, parties, self._weights, self._shared) for reading in readings]
        aliases = (
            view_of(called[alias], parties, self._weights, self._shared, alias=True) for alias in agreement.aliases
        )
        kind = titles[0].kind  # an alias that says none ("CECPA") is of its title's
        views += [view if view.kind else replace(view, kind=kind) for view in aliases if view.keys]
        years = {year for reading in titles for year in reading.years}
        if agreement.signed_on:
            years.add(agreement.signed_on.year)
        exclude = tuple(tuple(self._reader.lexicon.fold(words).split()) for words in agreement.exclude)
        wide = agreement.multilateral or frame_only(parties)
        titled = any(
            reading.states - reading.seats or reading.orgs & (parties | self._known.members.keys())
            for reading in titles
        )
        return Entry(
            agreement.id,
            parties,
            wide,
            tuple(dict.fromkeys(views)),
            self._shared.years(frozenset(years)),
            exclude,
            agreement.title,
            frame_only(parties) or (wide and not titled and len(parties) > _CROWD),
            titled,
            self._shared.words(
                frozenset().union(*(reading.states - reading.seats for reading in titles))  # "(Minsk, 1993)"
                if frame_only(parties) or (wide and any("accede" in reading.layers for reading in titles))
                else frozenset()
            ),
            self._shared.words(frozenset().union(*(reading.states - reading.seats for reading in titles)) - parties),
        )

    def _is_generic(self, alias: str, reading: Reading, agreement: Agreement) -> bool:
        """True where many agreements could be called so: "peace treaty", "the Union Treaty", "SPA"."""
        closed = not frame_only(agreement.parties) and not agreement.multilateral
        if is_acronym(alias):
            return len(alias) <= (3 if closed else 2)
        if any(key.startswith("~") for key in reading.proper):
            return False
        if not closed and reading.kind and reading.states and reading.states.isdisjoint(agreement.parties):
            return False  # "the Samoa Agreement" of others: called by where it was signed
        said = sum(self._weights.shared(key) for key in reading.keys) + sum(map(self._weights.org, reading.orgs))
        return closed or said < _SAYS_ENOUGH


def _as_free_trade(title: Reading) -> Reading:
    """What the press calls an economic partnership agreement: one on free trade. The other way about nobody speaks."""
    return replace(title, keys=(*_FREE_TRADE, *(key for key in title.keys if key not in _PARTNERS)))


def _as_trade(title: Reading) -> Reading:
    """What "EPA" is read as: an economic partnership, on trade."""
    return replace(title, keys=tuple(dict.fromkeys((*title.keys, _TRADE))))


def _telling(title: str, reading: Reading) -> bool:
    """Whether a title means its agreement wherever it stands; a shorter one is worth as much as an alias ("Charter of ASEAN")."""
    return len(reading.keys) >= _TWO or len(title) > _LONG


def frame_only(parties: Collection[str]) -> bool:
    """Whether parties say no more than the body in whose frame a treaty was made ("UN"), or nothing: it is open to any state."""
    return not parties or (len(parties) == 1 and all(len(code) > _STATE or code in _BODIES for code in parties))


def condensed(parties: frozenset[str], members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Parties without the members of a bloc listed beside it and a stranger: {EFTA, NO, CH, IN} is an agreement of EFTA with India.

    A bloc with members only is its charter, or the accession of one.
    """
    inside = [members[code] & parties for code in parties if code in members]
    rest = parties - frozenset[str]().union(*(listed for listed in inside if len(listed) >= _TWO))
    return rest if len(rest) >= _TWO else parties


def concluding(parties: frozenset[str], titles: Iterable[Reading]) -> frozenset[str]:
    """The two that concluded an agreement, where its titles name two of its parties and a catalogue adds those it was extended to."""
    if len(parties) <= _TWO:
        return parties
    named = parties & frozenset().union(*(title.states | title.orgs for title in titles))
    return named if len(named) == _TWO else parties


def titles_of(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """(language, title) pairs, the main title first."""
    yield language_of(agreement.title), agreement.title
    yield from agreement.titles
