"""A tracked agreement made ready for comparison: each of its titles and aliases as a view, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.model import Agreement
from pipeline.recognise.linking.aliases import Name, acronyms, is_acronym
from pipeline.recognise.linking.known import Known
from pipeline.recognise.script import consonants
from pipeline.recognise.titles import Reader, Reading, language_of

_ORG_WEIGHT = {"UN": 0.3}


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
    """A tracked agreement. `open`: a multilateral without a closed list of parties. `years`: those it may be called by."""

    id: str
    parties: frozenset[str]
    multilateral: bool
    views: tuple[View, ...]
    years: frozenset[int]
    exclude: tuple[tuple[str, ...], ...]
    title: str

    @property
    def open(self) -> bool:
        """No closed list of parties: any state may act."""
        return not self.parties

    @property
    def bilateral(self) -> bool:
        """A third party named in a mention contradicts it."""
        return bool(self.parties) and not self.multilateral


class Weights:
    """What a key counts: when both sides say it, and when only the mention does."""

    def __init__(self, concepts: Mapping[str, float]) -> None:
        self._concepts = concepts

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
        return 1.1 if proper else 0.8

    def foreign(self, key: str, proper: bool) -> float:
        """The weight of a key in a mention when the title lacks it: an unlisted small word may be the press's adornment."""
        known = self._concepts.get(key)
        if known is not None:
            return known * 0.8
        if key[1] > "\u3000":
            return 0.1
        return 0.7 if proper else 0.3

    @staticmethod
    def org(code: str) -> float:
        """The weight of an organisation that is named but no party."""
        return _ORG_WEIGHT.get(code, 0.9)


def view_of(reading: Reading, parties: frozenset[str], weights: Weights, *, alias: bool = False) -> View:
    """The view of a title as read, for an agreement of these parties."""
    orgs = reading.orgs - parties
    total = sum(weights.shared(key) for key in reading.keys) + sum(weights.org(code) for code in orgs)
    return View(
        frozenset(reading.keys) | _consonant_keys(reading),
        reading.layers,
        reading.kind,
        orgs,
        reading.numbers,
        total,
        alias,
    )


def _consonant_keys(reading: Reading) -> frozenset[str]:
    """Keys by which a name is found in Arabic letters."""
    found = (consonants(word.low) for word in reading.words if not word.known and word.proper)
    return frozenset(f"%{kept}" for kept in found if kept)


def entry_of(agreement: Agreement, reader: Reader, weights: Weights) -> Entry:
    """A tracked agreement with its views: the title, its translations, its aliases."""
    parties = frozenset(agreement.parties)
    views: list[View] = []
    years: set[int] = {agreement.signed_on.year} if agreement.signed_on else set()
    for language, title in titles_of(agreement):
        reading = reader.read(title, language)
        years |= reading.years
        views.append(view_of(reading, parties, weights))
    for alias in agreement.aliases:
        view = view_of(reader.read(alias, language_of(alias)), parties, weights, alias=True)
        if view.keys:
            views.append(view)
    exclude = tuple(tuple(reader.lexicon.fold(words).split()) for words in agreement.exclude)
    return Entry(
        agreement.id,
        parties,
        agreement.multilateral or not parties,
        tuple(dict.fromkeys(views)),
        frozenset(years),
        exclude,
        agreement.title,
    )


def titles_of(agreement: Agreement) -> Iterator[tuple[str, str]]:
    """(language, title) pairs, the main title first."""
    yield language_of(agreement.title), agreement.title
    yield from agreement.titles


def names_of(place: int, agreement: Agreement, reader: Reader, weights: Weights, known: Known) -> Iterator[Name]:
    """Every name an agreement goes by. Official titles link by themselves; aliases that say little need the parties."""
    seen: set[str] = set()
    official = [title for _, title in titles_of(agreement)]
    for title in official:
        reading = reader.read(title, language_of(title))
        if title not in seen and (len(reading.keys) >= 2 or len(title) > 40):
            seen.add(title)
            yield Name(place, title, False, True)
    given = [*agreement.aliases, *(text for title in official for text in acronyms(title))]
    for alias in (
        *given,
        *known.names(official, agreement.aliases, bool(agreement.parties) and not agreement.multilateral),
    ):
        if alias not in seen:
            seen.add(alias)
            yield Name(place, alias, is_generic(alias, agreement, reader, weights), False, is_acronym(alias))


def is_generic(alias: str, agreement: Agreement, reader: Reader, weights: Weights) -> bool:
    """True where many agreements could be called so: "peace treaty", "the Union Treaty", "SPA"."""
    if is_acronym(alias):
        return len(alias) <= (3 if agreement.parties and not agreement.multilateral else 2)
    reading = reader.read(alias, language_of(alias))
    if any(key.startswith("~") for key in reading.proper):
        return False
    if not agreement.multilateral and agreement.parties:
        return True
    return sum(weights.shared(key) for key in reading.keys) + sum(weights.org(code) for code in reading.orgs) < 0.9
