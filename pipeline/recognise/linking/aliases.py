"""Names that mean an agreement as they stand: aliases, acronyms, official titles, and what the press calls well-known treaties.

One table from inflection-free words to agreements; a look-up costs the same whatever the size of the watchlist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from sys import intern

from pipeline.recognise.concepts import HAN
from pipeline.recognise.script import Fold, bare

_TOKEN = re.compile(r"[^\W_]+")
_ACRONYM = re.compile(r"\(([^\W\d_][\w-]{1,11})\)")
# Acronyms that are also words: they mean the agreement only in capitals.
_ORDINARY = frozenset(
    {
        "lost",
        "start",
        "salt",
        "safe",
        "spa",
        "sofa",
        "care",
        "act",
        "mine",
        "open",
        "trips",
        "aid",
        "bit",
        "gas",
        "pace",
        "sent",
        "fair",
    }
)
_MEMO = 40_000
_NUMBER_LAST = re.compile(r"\d{1,3}\Z")
_FURTHER = re.compile(
    r"(?:\s*(?:,|;|&|\b(?:and|et|y|e|und|и|і|та|ve)\b))+\s*((?:[Nn]os?\.?|[Nn]\.?[°º]|№|[Nn]r\.?|núm\.)?\s*(\d{1,3}))\b(?!\s*\w*(?:vot|голос|voix|Stimmen))"
)  # what goes on with a number: ", No. 187", "et n° 190"
_QUOTES = "《》〈〉「」『』“”\"' "  # a Chinese name may be listed as the press prints it, in brackets


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one agreement (by its place on the watchlist). `generic`: says too little to link without the parties."""

    agreement: int
    text: str
    generic: bool = False
    official: bool = False
    acronym: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text. `inside`: it stands inside a longer name, so it may be another agreement's."""

    start: int
    end: int
    name: Name
    inside: bool = False


def acronyms(title: str) -> Iterator[str]:
    """Acronyms that stand in brackets in a title: "… Economic and Trade Agreement (CETA) …"."""
    for match in _ACRONYM.finditer(title):
        text = match.group(1)
        if sum(letter.isupper() for letter in text) >= 2 and not text.isdigit():
            yield text


def is_acronym(text: str) -> bool:
    """A single word with at least two capitals (CETA, AfCFTA, iTA, ДВЗЯИ, TPP-11)."""
    return len(text) <= 12 and " " not in text and sum(letter.isupper() for letter in text) >= 2


class Names:
    """Finds names of tracked agreements in texts. Build once; finding changes nothing that can be seen."""

    def __init__(self, fold: Fold, names: Iterable[Name]) -> None:
        self._fold = fold
        self._bare: dict[str, str] = {}
        self._tails: dict[
            tuple[str, ...], tuple[int, ...]
        ] = {}  # by the last three words of longer names: their lengths
        self._lengths: dict[tuple[int, ...], tuple[int, ...]] = {}  # each of these kept once
        self._han: dict[str, list[tuple[str, Name]]] = {}
        exact: dict[tuple[str, ...], list[Name]] = {}
        for name in names:
            self._add(name, exact)
        self._exact = {words: tuple(called) for words, called in exact.items()}
        self._last = frozenset(words[-1] for words in self._exact if len(words) <= 3)
        self._tail_last = frozenset(tail[-1] for tail in self._tails)
        self._ends = self._last | self._tail_last
        self._alone = frozenset(words[0] for words in self._exact if len(words) == 1)
        self._before: _Before = _before(words for words in self._exact if len(words) > 1)
        self._pieces: dict[str, tuple[str, ...]] = {}  # by word as written: its parts without endings
        self._han_last = frozenset(name[-1] for names in self._han.values() for name, _ in names)

    def _add(self, name: Name, exact: dict[tuple[str, ...], list[Name]]) -> None:
        low = self._fold(name.text)
        if HAN.search(low):
            low = low.strip(_QUOTES)
            self._han.setdefault(low[:2], []).append((low, name))
            return
        words = tuple(intern(self._plain(word)) for word in _TOKEN.findall(low))
        if not words:
            return
        exact.setdefault(words, []).append(name)
        if len(words) > 3:
            tail = words[-3:]
            lengths = tuple(sorted({*self._tails.get(tail, ()), len(words)}))
            self._tails[tail] = self._lengths.setdefault(lengths, lengths)

    def _plain(self, word: str) -> str:
        found = self._bare.get(word)
        if found is None:
            if len(self._bare) >= _MEMO:
                self._bare.clear()
            found = self._bare[word] = bare(word)
        return found

    def find(self, text: str) -> tuple[Hit, ...]:
        """Every name in a text, longest first where two overlap; one hit for each agreement a name may mean."""
        low = self._fold(text)
        hits = list(self._chinese(low)) if self._han and HAN.search(low) else []
        known = self._bare
        words = [known.get(word) or self._plain(word) for word in _TOKEN.findall(low)]
        ends = self._ends.intersection(words)
        runs = (
            [run for last, word in enumerate(words) if word in ends for run in self._runs(words, last)] if ends else []
        )
        if runs:
            places = [match.span() for match in _TOKEN.finditer(low)]
            hits.extend(hit for first, last in runs for hit in self._at(text, places, words, first, last))
        return _longest([*hits, *(more for hit in hits for more in self._further(text, hit))] if hits else hits)

    def _further(self, text: str, hit: Hit) -> Iterator[Hit]:
        """The names that a list of numbers goes on with behind one that ends in a number: "Conventions No. 155, *No. 187* and *No. 190*"."""
        number = _NUMBER_LAST.search(hit.name.text)
        end = hit.end
        while number is not None and (behind := _FURTHER.match(text, end)) is not None:
            called = f"{hit.name.text[: number.start()]}{behind.group(2)}"
            for name in self._exact.get(tuple(self._plain(w) for w in _TOKEN.findall(self._fold(called))), ()):
                yield Hit(behind.start(1), behind.end(), name)
            end = behind.end()

    def _runs(self, words: list[str], last: int) -> Iterator[tuple[int, int]]:
        """The stretches of words that end with a word and are a name: their first and last."""
        if words[last] in self._last:
            for length in (1, 2, 3):
                if length <= last + 1 and tuple(words[last - length + 1 : last + 1]) in self._exact:
                    yield last - length + 1, last
        if words[last] in self._tail_last and last >= 3:
            for length in self._tails.get(tuple(words[last - 2 : last + 1]), ()):
                if length <= last + 1 and tuple(words[last - length + 1 : last + 1]) in self._exact:
                    yield last - length + 1, last

    def may_end(self, word: str) -> bool:
        """Whether a word (in Chinese: an ideograph) can be the last of a name."""
        low = self._fold(word)
        if HAN.search(low):
            return not self._han_last.isdisjoint(low)
        plain = bare(low)
        return plain in self._last or plain in self._tail_last

    def may_hold(self, words: Iterable[str]) -> bool:
        """Whether a text may hold a name, going by its different words (lower case, in any order): a name's last four are among them."""
        known = self._pieces
        there: set[str] = set()
        for word in words:
            there.update(known.get(word) or self._taken_apart(word))
        if self._han and not there.isdisjoint(self._han_last):
            return True
        return any(
            word in self._alone
            or any(
                rest <= there
                for before in self._before.get(word, _NONE).keys() & there
                for rest in self._before[word][before]
            )
            for word in self._ends.intersection(there)
        )

    def _taken_apart(self, word: str) -> tuple[str, ...]:
        low = self._fold(word)
        tokens = tuple(map(self._plain, _TOKEN.findall(low)))
        parts = (*low, *tokens) if HAN.search(low) else tokens  # Chinese runs on behind what is written in letters
        if len(self._pieces) >= _MEMO:
            self._pieces.clear()
        self._pieces[word] = parts
        return parts

    def may_end_with(self, text: str) -> bool:
        """Whether a name can end where a text does, going by its last three words."""
        low = self._fold(text)
        if HAN.search(low):
            return True
        last = tuple(self._plain(word) for word in _TOKEN.findall(low)[-3:])
        return last in self._tails or any(last[-length:] in self._exact for length in range(1, len(last) + 1))

    def _at(self, text: str, places: list[tuple[int, int]], words: list[str], first: int, last: int) -> Iterator[Hit]:
        start, end = places[first][0], places[last][1]
        for name in self._exact[tuple(words[first : last + 1])]:
            if not name.acronym or _as_acronym(text[start:end], name.text):
                yield Hit(start, end, name, _inside(text, places, first))

    def _chinese(self, low: str) -> Iterator[Hit]:
        for place in range(len(low) - 1):
            for name_text, name in self._han.get(low[place : place + 2], ()):
                if low.startswith(name_text, place):
                    yield Hit(place, place + len(name_text), name)


_Before = dict[str, dict[str, tuple[frozenset[str], ...]]]
_NONE: dict[str, tuple[frozenset[str], ...]] = {}


def _before(names: Iterable[tuple[str, ...]]) -> _Before:
    """By a name's last word and the one before: the sets of the one or two words that stand before these."""
    found: dict[str, dict[str, set[frozenset[str]]]] = {}
    for words in names:
        found.setdefault(words[-1], {}).setdefault(words[-2], set()).add(frozenset(words[-4:-2]))
    return {last: {before: tuple(rest) for before, rest in ends.items()} for last, ends in found.items()}


_BLANK = " \u00a0\n"
_OPENERS = frozenset(':.!?—–•"“«„')


def _as_acronym(found: str, wanted: str) -> bool:
    if found == wanted:
        return True
    capitals = sum(letter.isupper() for letter in found)
    if found.lower() in _ORDINARY or len(wanted) <= 3:
        return capitals >= 2 and found.upper() == wanted.upper() and wanted.isupper()
    return capitals >= 1 and found[:1].isupper()


def _inside(text: str, places: list[tuple[int, int]], first: int) -> bool:
    """A capitalised word stands right before, joined by a blank or a hyphen, as in a longer name; not one that opens what is said
    ("A: The Falepili Union.")."""
    if not text[places[first][0]].isupper():
        return False
    if first > 1:
        start, end = places[first - 1]
        if text[:start].rstrip(_BLANK)[-1:] in _OPENERS:
            return False
        if text[start].isupper() and text[end : places[first][0]] in {" ", "-"} and not text[start:end].isupper():
            return True
    return False


def _longest(hits: list[Hit]) -> tuple[Hit, ...]:
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.start, hit.name.agreement))
    kept: list[Hit] = []
    for hit in hits:
        if all(
            hit.end <= other.start or other.end <= hit.start or (hit.start, hit.end) == (other.start, other.end)
            for other in kept
        ):
            kept.append(hit)
    return tuple(sorted(kept, key=lambda hit: (hit.start, hit.name.agreement)))
