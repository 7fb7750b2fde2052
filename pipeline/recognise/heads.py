"""The words by which the sieve knows what a page may be about: what each may open, for all languages in one table.

A word's kinds are bits of one number: a few shared by all languages (it may end a tracked agreement's name, be the telling word of
an organisation's), then a group for each language (it may open an act, a treaty's noun, joining or leaving, be all of such a
pattern, or its most telling word).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import Meaning, Word, compile_pattern
from pipeline.recognise.patterns import BODY_FAMILIES, Element, key_of
from pipeline.recognise.sentences import fold
from pipeline.recognise.values import PartyKind

ACT, NOUN, BODY = 1, 2, 4
WHOLE = 3  # bits further up: the word alone is all of a pattern
KEY = 6  # bits further up: the word is the most telling one of a pattern, which cannot fit without it
NAME, ORGANISATION, CAPITAL_ORGANISATION = 1, 2, 4
ORGANISATIONS = ORGANISATION | CAPITAL_ORGANISATION
SHARED = 3  # bits before the languages' own
EACH = 9  # bits of a language
_MEMO = 100_000


class Memory(dict[str, int]):
    """What each word may open, looked up once."""

    def __init__(self, look_up: Callable[[str], int]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> int:
        if len(self) >= _MEMO:
            self.clear()
        self[word] = kinds = self._look_up(word)
        return kinds


@dataclass(frozen=True, slots=True)
class Heads:
    """The first words of all patterns of all languages in one table: word, beginning or end of a word to what it may open."""

    exact: Mapping[str, int]
    stems: Mapping[str, int]
    ends: Mapping[str, int]
    stem_lengths: tuple[int, ...]
    end_lengths: tuple[int, ...]

    @classmethod
    def of(cls, heads: Iterable[tuple[Element, int]]) -> Heads:
        """One table of elements with their kinds."""
        exact: Counter[str] = Counter()
        stems: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        for element, kinds in heads:
            for table, words_ in ((exact, element.exact), (stems, element.prefixes), (ends, element.suffixes)):
                for word in words_:
                    table[word] |= kinds
        return cls(dict(exact), dict(stems), dict(ends), _lengths(stems), _lengths(ends))

    def of_word(self, word: str) -> int:
        """What a word may open, by itself, its beginning or its end."""
        kinds = self.exact.get(word, 0)
        for length in self.stem_lengths:
            kinds |= self.stems.get(word[:length], 0)
        for length in self.end_lengths:
            kinds |= self.ends.get(word[-length:], 0)
        return kinds


def _lengths(words_: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted(set(map(len, words_))))


def heads_of(lexicon: Lexicon, number: int) -> Iterator[tuple[Element, int]]:
    """First and most telling words of a language's acts and treaty nouns, with their kinds; `number`: the language's place."""
    for pattern in lexicon.table.patterns:
        kinds = NOUN if pattern.section == "instruments" else ACT if pattern.section == "acts" else 0
        if kinds == ACT and pattern.key in BODY_FAMILIES:
            kinds |= BODY
        if kinds:
            place = SHARED + EACH * number
            yield key_of(pattern), kinds << place + KEY
            yield pattern.elements[0], (kinds | (kinds << WHOLE if len(pattern.elements) == 1 else 0)) << place


def organisations(names: Names) -> Iterator[tuple[Element, int]]:
    """The most telling words of organisations' names."""
    for telling, _ in _organisation_names(names):
        one = frozenset([fold(telling.text)])
        kinds = CAPITAL_ORGANISATION if telling.case else ORGANISATION
        yield Element(prefixes=tuple(one)) if telling.stem else Element(exact=one), kinds


def _organisation_names(names: Names) -> Iterator[tuple[Word, tuple[Word, ...]]]:
    """Every name of an organisation as its most telling word and all its words."""
    for lexis in names.lexes.values():
        for code, patterns in lexis.kinds.get("organisation", {}).items():
            for pattern in patterns:
                entry = compile_pattern(pattern, Meaning(code, PartyKind.ORGANISATION))
                every = (entry.first, *entry.rest)
                yield max(every, key=lambda word: len(word.text)), every  # not "the"


def beside(names: Names) -> Mapping[str, frozenset[tuple[str, ...]]]:
    """For every telling word of organisations' names, what has to stand beside it, going by what is in plain letters."""
    found: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for telling, every in _organisation_names(names):
        found[fold(telling.text)].add(tuple(word.text for word in every if word.text.isascii()))
    return {word: frozenset(those) for word, those in found.items()}
