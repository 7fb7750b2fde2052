"""Can a page matter at all? Asked of everything visible on it, in any language at once, before the page is extracted.

    words ─▶ which may open an act, a treaty's noun, a name, an organisation? ─▶ near each other? ─▶ the very patterns fit? ─▶ maybe

It says no only where the recogniser could find nothing in any text taken from the page: a step needs an act's words, and within
reach of them a treaty noun, a tracked agreement's name or, for joining and leaving, an organisation. Reach is generous: what
"the document" means was said not long before it, or in the headline. `docs/decisions/screen.md` has what this was tested on.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.recognise.lexicon import Lexicon, Lexicons
from pipeline.recognise.linking import Index
from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import Meaning, compile_pattern
from pipeline.recognise.patterns import BODY_FAMILIES, Element, Pattern, variants
from pipeline.recognise.sentences import fold, lower, words
from pipeline.recognise.values import PartyKind, Token

REACH = 40  # words between an act and the noun or name it is about
BESIDE = 10  # words between joining or leaving and the organisation
_ACT, _NOUN, _BODY = 1, 2, 4
_WHOLE = 3  # bits further up: the word alone is all of a pattern
_NAME, _ORGANISATION, _CAPITAL_ORGANISATION = 1, 2, 4
_SHARED = 3  # bits before the languages' own
_EACH = 6  # bits of a language
_BEFORE = 4  # words before a noun that may make it another thing
_NO_TREATY = frozenset({"contract", "other", "person"})
_WINDOW = 30  # words in which a pattern ends, gaps included
_MEMO = 100_000
_LONGEST_ORGANISATION = 6  # words
_LONGEST_NAME = 60  # words
_LONGEST = 2000  # characters without a blank that are read as words
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_BETWEEN = re.compile("(?<=[\u3040-\u30ff\u3400-\u9fff])(?=.)")
_ARABIC = re.compile("[\u0600-\u06ff]")
_WORD = re.compile(r"[^\W_]+")


class _Memory(dict[str, int]):
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
class _Heads:
    """The first words of all patterns of all languages in one table: word, beginning or end of a word to what it may open."""

    exact: Mapping[str, int]
    stems: Mapping[str, int]
    ends: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, heads: Iterable[tuple[Element, int]]) -> _Heads:
        exact: Counter[str] = Counter()
        stems: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        for element, kinds in heads:
            for table, words_ in ((exact, element.exact), (stems, element.prefixes), (ends, element.suffixes)):
                for word in words_:
                    table[word] |= kinds
        return cls(dict(exact), dict(stems), tuple(ends.items()))

    def of_word(self, word: str) -> int:
        kinds = self.exact.get(word, 0)
        for length in range(1, len(word) + 1):
            kinds |= self.stems.get(word[:length], 0)
        for end, those in self.ends:
            if word.endswith(end):
                kinds |= those
        return kinds


@dataclass(frozen=True)
class Sieve:
    """Build once per worker; asking changes nothing but its memory of words."""

    lexicons: tuple[Lexicon, ...]
    index: Index
    names: Names
    heads: _Heads
    arabic: _Heads
    _words: _Memory = field(init=False, repr=False)
    _parts: _Memory = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_words", _Memory(self._kinds_of_word))
        object.__setattr__(self, "_parts", _Memory(self._kinds_of_part))

    @classmethod
    def build(cls, lexicons: Lexicons, index: Index, names: Names) -> Sieve:
        """From what the recogniser is built of."""
        every = tuple(lexicons.by_language.values())
        latin = [pair for number, one in enumerate(every) if not one.table.arabic for pair in _heads_of(one, number)]
        arabic = [pair for number, one in enumerate(every) if one.table.arabic for pair in _heads_of(one, number)]
        return cls(every, index, names, _Heads.of([*latin, *_organisations(names)]), _Heads.of(arabic))

    def languages(self, text: str, titles: Iterable[str] = ()) -> Iterator[str]:
        """Those in which an article on a page that says `text` could tell a step. `titles` are searched as parts of it."""
        parts = _cut(lower(text))  # letter for letter, so that the words as written stand at the same places
        known = self._parts
        distinct = {part: known[part] for part in set(parts)}
        heads = [_cut(lower(title)) for title in titles]
        total = 0
        for kinds in distinct.values():
            total |= kinds
        page: _Page | None = None
        for number, lexicon in enumerate(self.lexicons):
            mine = total >> (_SHARED + _EACH * number)
            if mine & _ACT and (mine & (_NOUN | _BODY) or total & _NAME):
                page = page or _Page(text, parts, distinct)
                if self._tells(page, lexicon, _SHARED + _EACH * number, heads):
                    yield lexicon.language

    def _tells(self, page: _Page, lexicon: Lexicon, shift: int, titles: Iterable[list[str]]) -> bool:
        act = _Fitting(page, lexicon, shift, _ACT, "acts")
        noun = _Fitting(page, lexicon, shift, _NOUN, "instruments")
        acts = act.places()
        if _meet(noun.places(), acts, REACH, noun, act):
            return True
        if _meet(page.places(_NAME), acts, REACH, lambda place: self._ends_name(page, place), act):
            return True
        body = _Fitting(page, lexicon, shift, _BODY, "acts", BODY_FAMILIES)
        organisations = [
            place
            for place in page.places(_ORGANISATION | _CAPITAL_ORGANISATION)
            if page.kinds[page.parts[place]] & _ORGANISATION or page.is_capital(place)
        ]
        if _meet(body.places(), organisations, BESIDE, body, lambda place: self._is_organisation(page, place, lexicon)):
            return True
        return any(_has_noun(title, page, lexicon, shift) for title in titles) and any(map(act, acts))

    def _ends_name(self, page: _Page, place: int) -> bool:
        if not self.index.name_may_end(page.around(place, 2, 1)):
            return False
        return bool(self.index.aliases_in(page.around(place, _LONGEST_NAME, 1)))

    def _is_organisation(self, page: _Page, place: int, lexicon: Lexicon) -> bool:
        text = page.around(place, _LONGEST_ORGANISATION, _LONGEST_ORGANISATION + 1)
        found = self.names.find(lower(text), text, lexicon.language)
        return any(one.kind is PartyKind.ORGANISATION for one in found)

    def _kinds_of_part(self, part: str) -> int:
        kinds = 0
        for token in words(part[:_LONGEST]):
            kinds |= self._words[token.low]
        for plain in _WORD.findall(part[:_LONGEST]):
            if self.index.may_end_name(plain):
                kinds |= _NAME
        return kinds

    def _kinds_of_word(self, word: str) -> int:
        kinds = self.heads.of_word(word)
        if _ARABIC.search(word):
            for form in variants(word, True):
                kinds |= self.arabic.of_word(form)
        return kinds


def _heads_of(lexicon: Lexicon, number: int) -> Iterator[tuple[Element, int]]:
    for pattern in lexicon.table.patterns:
        kinds = _NOUN if pattern.section == "instruments" else _ACT if pattern.section == "acts" else 0
        if kinds == _ACT and pattern.key in BODY_FAMILIES:
            kinds |= _BODY
        if len(pattern.elements) == 1:
            kinds |= kinds << _WHOLE
        if kinds:
            yield pattern.elements[0], kinds << (_SHARED + _EACH * number)


def _organisations(names: Names) -> Iterator[tuple[Element, int]]:
    for lexis in names.lexes.values():
        for code, patterns in lexis.kinds.get("organisation", {}).items():
            for pattern in patterns:
                entry = compile_pattern(pattern, Meaning(code, PartyKind.ORGANISATION))
                telling = max((entry.first, *entry.rest), key=lambda word: len(word.text))  # not "the"
                one = frozenset([fold(telling.text)])
                kinds = _CAPITAL_ORGANISATION if telling.case else _ORGANISATION
                yield Element(prefixes=tuple(one)) if telling.stem else Element(exact=one), kinds


class _Page:
    """A page's words with what each may open."""

    def __init__(self, text: str, parts: list[str], kinds: Mapping[str, int]) -> None:
        self._text = text
        self.parts = parts
        self.kinds = kinds
        self._tokens: dict[str, tuple[Token, ...]] = {}
        self._places: dict[int, list[int]] = {}
        self._words: frozenset[str] = frozenset()
        self._said: dict[int, bool] = {}  # by the pattern's identity: patterns live as long as their lexicon
        self._marks = [(place, those) for place, part in enumerate(parts) if (those := kinds[part])]

    @cached_property
    def written(self) -> list[str]:
        """The parts as they are written, capitals and all."""
        return _cut(self._text)

    def places(self, mask: int) -> list[int]:
        known = self._places.get(mask)
        if known is None:
            known = self._places[mask] = [place for place, kinds in self._marks if kinds & mask]
        return known

    def is_capital(self, place: int) -> bool:
        """Whether a word is written with a capital, or in a script that has none."""
        written = self.written[place]
        return written != self.parts[place] or written == written.upper()

    def says(self, pattern: Pattern) -> bool:
        """False where a word that the pattern needs stands nowhere on the page."""
        known = self._said.get(id(pattern))
        if known is None:
            known = self._said[id(pattern)] = all(
                element.gap or element.prefixes or element.suffixes or not element.exact.isdisjoint(self.all_words())
                for element in pattern.elements
            )
        return known

    def all_words(self) -> frozenset[str]:
        """The different words of the page."""
        if not self._words:
            self._words = frozenset(
                word
                for part in set(self.parts)
                for word in (_WORD.findall(part) if part.isascii() else [token.low for token in words(part)])
            )
        return self._words

    def tokens(self, begin: int, end: int) -> list[Token]:
        """The words of a stretch of parts. Their offsets are of no use."""
        found: list[Token] = []
        for part in self.parts[max(0, begin) : end]:
            tokens = self._tokens.get(part)
            if tokens is None:
                tokens = self._tokens[part] = words(part[:_LONGEST])
            found += tokens
        return found

    def around(self, place: int, before: int, after: int) -> str:
        return " ".join(self.written[max(0, place - before) : place + after])


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The places on a page where whole patterns of one kind fit."""

    page: _Page
    lexicon: Lexicon
    shift: int
    mask: int
    section: str
    keys: Collection[str] = ()
    known: dict[int, bool] = field(default_factory=dict)
    chances: dict[str, bool] = field(default_factory=dict)

    def places(self) -> list[int]:
        return self.page.places(self.mask << self.shift)

    def __call__(self, place: int) -> bool:
        known = self.known.get(place)
        if known is None:
            known = self.known[place] = self._fits(place)
        return known

    def _fits(self, place: int) -> bool:
        part = self.page.parts[place]
        if self.section == "instruments" and self._is_contract(place):
            return False
        if self.page.kinds[part] & (self.mask << self.shift + _WHOLE):
            return True
        chance = self.chances.get(part)
        if chance is None:
            chance = self.chances[part] = any(self._chance(token.low) for token in self.page.tokens(place, place + 1))
        if not chance:
            return False
        own = self.page.tokens(place, place + 1)
        tokens = self.page.tokens(place, place + _WINDOW)
        begins = self.lexicon.table.begins
        return any(begins(tokens, at, self.section, self.keys) for at in range(len(own)))

    def _chance(self, word: str) -> bool:
        """Whether a pattern of this kind that begins with a word has all its words on the page."""
        return any(
            pattern.section == self.section and (not self.keys or pattern.key in self.keys) and self.page.says(pattern)
            for pattern in self.lexicon.table.starting(word)
        )

    def _is_contract(self, place: int) -> bool:
        """Whether the noun stands in a longer wording that is no treaty: a user agreement, a loan agreement."""
        here = len(self.page.tokens(place - _BEFORE, place))
        tokens = self.page.tokens(place - _BEFORE, place + _BEFORE)
        return any(
            hit.section == "things" and hit.key in _NO_TREATY and hit.first < here <= hit.last
            for hit in self.lexicon.table.find(tokens)
        )


def _has_noun(title: list[str], page: _Page, lexicon: Lexicon, shift: int) -> bool:
    mask = _NOUN << shift
    if not any(page.kinds.get(part, mask) & mask for part in title):
        return False
    tokens = words(" ".join(title))
    return any(lexicon.table.begins(tokens, at, "instruments") for at in range(len(tokens)))


def _meet(
    ones: list[int], others: list[int], reach: int, fits: Callable[[int], bool], other: Callable[[int], bool]
) -> bool:
    """Whether one of each, whose whole patterns fit, stand within reach of each other."""
    return any(
        fits(one) and any(map(other, others[begin:end]))
        for one in ones
        if (begin := bisect_left(others, one - reach)) < (end := bisect_right(others, one + reach))
    )


def _cut(low: str) -> list[str]:
    parts = low.split()
    if not _CJK.search(low):
        return parts
    return [piece for part in parts for piece in (_BETWEEN.split(part) if _CJK.search(part) else (part,))]
