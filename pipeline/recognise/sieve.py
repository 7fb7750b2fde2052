"""Can a page matter at all? Asked of everything visible on it, in any language at once, before the page is extracted.

    words ─▶ the telling ones of an act and of a treaty's noun, a name or an organisation? ─▶ do the very patterns fit? ─▶ near each other? ─▶ maybe

It says no only where the recogniser could find nothing in any text taken from the page: a step needs an act's words, and within
reach of them a treaty noun, a tracked agreement's name or, for joining and leaving, an organisation. What "the document" means may
have been said anywhere: so an act counts wherever it stands if the page names a tracked agreement, or speaks of a treaty in words
that could mean one. `docs/decisions/screen.md` has what this was tested on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_

from pipeline.recognise.heads import (
    ACT,
    BODY,
    EACH,
    KEY,
    NAME,
    NOUN,
    ORGANISATION,
    ORGANISATIONS,
    SHARED,
    WHOLE,
    Heads,
    Memory,
    beside,
    heads_of,
    organisations,
)  # fmt: skip
from pipeline.recognise.lexicon import Lexicon, Lexicons
from pipeline.recognise.linking import Index
from pipeline.recognise.parties import Names
from pipeline.recognise.patterns import BODY_FAMILIES, Pattern, key_of, variants
from pipeline.recognise.sentences import lower, words
from pipeline.recognise.values import PartyKind, Token

REACH = 40  # words between an act and the noun or name it is about
BESIDE = 10  # words between joining or leaving and the organisation
AROUND = 60  # words around a noun that may tell of whom its sentence speaks
_CAPITALS = 2  # words in a name
_WORLDWIDE = frozenset({("foreign", "international"), ("foreign", "both"), ("salience", "count")})
_BEFORE = 4  # words before a noun that may make it another thing
_NO_TREATY = frozenset({"contract", "other", "person"})
_WINDOW = 30  # words in which a pattern ends, gaps included
_LONGEST_ORGANISATION = 6  # words
_LONGEST_NAME = 60  # words
_LONGEST = 2000  # characters without a blank that are read as words
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_BETWEEN = re.compile("(?<=[\u3040-\u30ff\u3400-\u9fff])(?=.)")
_ARABIC = re.compile("[\u0600-\u06ff]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Sieve:
    """Build once per worker; asking changes nothing but its memory of words."""

    lexicons: tuple[Lexicon, ...]
    index: Index
    names: Names
    heads: Heads
    arabic: Heads
    needs: Mapping[str, frozenset[tuple[str, ...]]]  # what stands beside the telling words of organisations
    discover: bool = True
    _words: Memory = field(init=False, repr=False)
    _parts: Memory = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_words", Memory(self._kinds_of_word))
        object.__setattr__(self, "_parts", Memory(self._kinds_of_part))

    @classmethod
    def build(cls, lexicons: Lexicons, index: Index, names: Names, *, discover: bool = True) -> Sieve:
        """From what the recogniser is built of. `discover`: agreements that nobody tracks are looked for, too."""
        every = tuple(lexicons.by_language.values())
        latin = [pair for number, one in enumerate(every) if not one.table.arabic for pair in heads_of(one, number)]
        arabic = [pair for number, one in enumerate(every) if one.table.arabic for pair in heads_of(one, number)]
        return cls(
            every, index, names, Heads.of([*latin, *organisations(names)]), Heads.of(arabic), beside(names), discover
        )

    def languages(self, text: str, titles: Iterable[str] = ()) -> Iterator[str]:
        """Those in which an article on a page that says `text`, under `titles`, could tell a step."""
        head = " ".join(titles)
        text = f"{text} {head}"
        low = lower(text)  # letter for letter, so that the words as written stand at the same places
        parts, different = _cut(low)
        known = self._parts
        kinds = {part: those for part in different if (those := known[part])}
        if next(self._has_words(kinds), None) is None:
            return
        self._drop_organisations(kinds, text, low, parts)
        page: _Page | None = None
        for number in self._has_words(kinds):
            page = page or _Page(text, head, parts, kinds)
            if self._tells(page, self.lexicons[number], SHARED + EACH * number):
                yield self.lexicons[number].language

    def _has_words(self, kinds: Mapping[str, int]) -> Iterator[int]:
        """The numbers of the languages that have the words of an act and of what it may be about among these."""
        total = reduce(or_, kinds.values(), 0)
        for number in range(len(self.lexicons)):
            mine = total >> (SHARED + EACH * number + KEY)
            if mine & ACT and (mine & NOUN or total & NAME or (mine & BODY and total & ORGANISATIONS)):
                yield number

    def may_name_organisation(self, words_: Iterable[str], text: str, low: str) -> bool:
        """Whether a text, of which these are the different words, may name an organisation. `low`: it in lower case."""
        kinds = ((word, self._parts[word]) for word in words_)
        return any(those & ORGANISATIONS and not _is_small(word, those, text, low) for word, those in kinds)

    def _tells(self, page: _Page, lexicon: Lexicon, shift: int) -> bool:
        act = _Fitting(page, lexicon, shift, ACT, "acts")
        noun = _Fitting(page, lexicon, shift, NOUN, "instruments")
        nouns = list(filter(noun, page.places(NOUN << shift)))
        if self.discover and any(
            any(map(act, page.near(place, ACT << shift, REACH))) and self._abroad(page, place, lexicon)
            for place in nouns
        ):
            return True
        tracked = any(self._ends_name(page, place) for place in page.places(NAME)) or any(
            self.index.concerns(page.beside(place), lexicon.language) for place in nouns
        )
        return (tracked and any(map(act, page.places(ACT << shift)))) or self._joins(page, lexicon, shift)

    def _abroad(self, page: _Page, place: int, lexicon: Lexicon) -> bool:
        """Whether the agreement of a noun may be one between states: somebody is named near it, or it has a name of its own, or
        words say so. Without any of these the recogniser discovers nothing, nor does it find one that is tracked."""
        text = page.beside(place)
        if page.is_named(place, lexicon.language) or self.names.find(lower(text), text, lexicon.language):
            return True
        said = lexicon.table.find(page.tokens(place - AROUND, place + AROUND))
        worldwide = any((hit.section, hit.key) in _WORLDWIDE for hit in said)
        return worldwide or self.index.concerns(text, lexicon.language)

    def _joins(self, page: _Page, lexicon: Lexicon, shift: int) -> bool:
        """Whether somebody joins or leaves an organisation."""
        body = _Fitting(page, lexicon, shift, BODY, "acts", BODY_FAMILIES)
        return any(
            any(map(body, page.near(place, BODY << shift, BESIDE))) and self._is_organisation(page, place, lexicon)
            for place in page.places(ORGANISATIONS)
        )

    def _drop_organisations(self, kinds: dict[str, int], text: str, low: str, parts: list[str]) -> None:
        """Take no word for an organisation's that needs a capital and nowhere has one ("the council"), or stands without the rest."""
        for part, those in kinds.items():
            if those & ORGANISATIONS and (_is_small(part, those, text, low) or not self._may_name(part, parts)):
                kinds[part] = those & ~ORGANISATIONS

    def _may_name(self, part: str, parts: list[str]) -> bool:
        """Whether all words of an organisation's name stand somewhere beside its telling one, be it as parts of other words."""
        known = [self.needs.get(token.low) for token in words(part[:_LONGEST])]
        if not any(known):
            return True  # it only begins as one
        wanted = [those for needs in known if needs for those in needs]
        for place in _places(parts, part):
            around = " ".join(parts[max(0, place - _LONGEST_ORGANISATION) : place + _LONGEST_ORGANISATION + 1])
            if any(all(word in around for word in those) for those in wanted):
                return True
        return False

    def _ends_name(self, page: _Page, place: int) -> bool:
        known = page.named.get(place)
        if known is None:
            known = page.named[place] = self.index.name_may_end(page.around(place, 2, 1)) and bool(
                self.index.aliases_in(page.around(place, _LONGEST_NAME, 1))
            )
        return known

    def _is_organisation(self, page: _Page, place: int, lexicon: Lexicon) -> bool:
        if not page.kinds[page.parts[place]] & ORGANISATION and not page.is_capital(place):
            return False
        text = page.around(place, _LONGEST_ORGANISATION, _LONGEST_ORGANISATION + 1)
        found = self.names.find(lower(text), text, lexicon.language)
        return any(one.kind is PartyKind.ORGANISATION for one in found)

    def _kinds_of_part(self, part: str) -> int:
        kinds = 0
        for token in words(part[:_LONGEST]):
            kinds |= self._words[token.low]
        for plain in _WORD.findall(part[:_LONGEST]):
            if self.index.may_end_name(plain):
                kinds |= NAME
        return kinds

    def _kinds_of_word(self, word: str) -> int:
        kinds = self.heads.of_word(word)
        if _ARABIC.search(word):
            for form in variants(word, True):
                kinds |= self.arabic.of_word(form)
        return kinds


class _Page:
    """A page's words with what each may open."""

    def __init__(self, text: str, head: str, parts: list[str], kinds: Mapping[str, int]) -> None:
        self._text = text
        self._head = head
        self.parts = parts
        self.kinds = kinds
        self._tokens: dict[str, tuple[Token, ...]] = {}
        self._places: dict[int, list[int]] = {}
        get = kinds.get
        self._marks = [(place, those) for place, part in enumerate(parts) if (those := get(part))]
        self._said: dict[int, bool] = {}  # by the pattern's identity: patterns live as long as their lexicon
        self.named: dict[int, bool] = {}  # whether a tracked agreement's name ends at a place

    @cached_property
    def written(self) -> list[str]:
        """The parts as they are written, capitals and all."""
        return _cut(self._text)[0]

    def places(self, mask: int) -> list[int]:
        known = self._places.get(mask)
        if known is None:
            known = self._places[mask] = [place for place, kinds in self._marks if kinds & mask]
        return known

    def near(self, place: int, mask: int, reach: int) -> Iterator[int]:
        """The places of a kind within reach of one."""
        for other in range(max(0, place - reach), min(place + reach + 1, len(self.parts))):
            if self.kinds.get(self.parts[other], 0) & mask:
                yield other

    def is_capital(self, place: int) -> bool:
        """Whether a word is written with a capital, or in a script that has none."""
        written = self.written[place]
        return written != self.parts[place] or written == written.upper()

    def says(self, pattern: Pattern, *, arabic: bool) -> bool:
        """False where a pattern's most telling word stands nowhere on the page."""
        known = self._said.get(id(pattern))
        if known is None:
            key = key_of(pattern)
            there = self.arabic_words if arabic else self.telling_words
            known = self._said[id(pattern)] = not key.exact.isdisjoint(there) or (
                bool(key.prefixes or key.suffixes) and any(map(key.matches, there))
            )
        return known

    @cached_property
    def telling_words(self) -> frozenset[str]:
        """The different words of the page that may open something."""
        return frozenset(token.low for part in self.kinds for token in self.words_of(part))

    @cached_property
    def arabic_words(self) -> frozenset[str]:
        """The same with and without Arabic clitics."""
        return frozenset(form for word in self.telling_words for form in variants(word, True))

    def tokens(self, begin: int, end: int) -> list[Token]:
        """The words of a stretch of parts. Their offsets are of no use."""
        return [token for part in self.parts[max(0, begin) : end] for token in self.words_of(part)]

    def following(self, place: int, count: int) -> list[Token]:
        """So many words or a few more, from a place on."""
        found: list[Token] = []
        for part in self.parts[place : place + _WINDOW]:
            if len(found) >= count:
                break
            found += self.words_of(part)
        return found

    def words_of(self, part: str) -> tuple[Token, ...]:
        """The words of a part."""
        tokens = self._tokens.get(part)
        if tokens is None:
            tokens = self._tokens[part] = words(part[:_LONGEST])
        return tokens

    def beside(self, place: int) -> str:
        """The titles, and what stands around a place."""
        return f"{self._head} {self.around(place, AROUND, AROUND)}"

    def is_named(self, place: int, language: str) -> bool:
        """Whether the noun there may have capitals of a name: itself in English, words beside it elsewhere."""
        if language == "en":
            return self.is_capital(place)
        beside = range(max(0, place - BESIDE), min(place + BESIDE, len(self.parts)))
        return sum(map(self.is_capital, beside)) >= _CAPITALS

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
    chances: dict[str, int] = field(default_factory=dict)

    def __call__(self, place: int) -> bool:
        known = self.known.get(place)
        if known is None:
            known = self.known[place] = self._fits(place)
        return known

    def _fits(self, place: int) -> bool:
        part = self.page.parts[place]
        whole = bool(self.page.kinds[part] & (self.mask << self.shift + WHOLE))
        if not whole:
            if part not in self.chances:
                self.chances[part] = max((self._chance(token.low) for token in self.page.words_of(part)), default=0)
            if not self.chances[part]:
                return False
        if self.section == "instruments" and self._is_contract(place):
            return False
        if whole:
            return True
        own = self.page.words_of(part)
        tokens = self.page.following(place, len(own) + self.chances[part])
        begins = self.lexicon.table.begins
        return any(begins(tokens, at, self.section, self.keys) for at in range(len(own)))

    def _chance(self, word: str) -> int:
        """How many words the longest pattern takes that begins with a word and has its most telling word on the page."""
        table = self.lexicon.table
        return max(
            (
                sum(element.gap or 1 for element in pattern.elements)
                for pattern in table.starting(word)
                if pattern.section == self.section
                and (not self.keys or pattern.key in self.keys)
                and self.page.says(pattern, arabic=table.arabic)
            ),
            default=0,
        )

    def _is_contract(self, place: int) -> bool:
        """Whether the noun stands in a longer wording that is no treaty: a user agreement, a loan agreement."""
        here = len(self.page.tokens(place - _BEFORE, place))
        tokens = self.page.tokens(place - _BEFORE, place + _BEFORE)
        return any(
            hit.section == "things" and hit.key in _NO_TREATY and hit.first < here <= hit.last
            for hit in self.lexicon.table.find(tokens)
        )


def _is_small(part: str, kinds: int, text: str, low: str) -> bool:
    """Whether a word means an organisation with a capital only, and nowhere in a text has one."""
    needs_capital = not kinds & ORGANISATION and part != part.upper()
    return needs_capital and text.count(part) == low.count(part)


def _places(parts: list[str], part: str) -> Iterator[int]:
    place = -1
    for _ in range(parts.count(part)):
        place = parts.index(part, place + 1)
        yield place


def _cut(low: str) -> tuple[list[str], set[str]]:
    """The parts of a text that blanks set apart, every ideograph and kana its own; and the different ones."""
    parts = low.split()
    different = set(parts)
    if low.isascii() or not any(_CJK.search(part) for part in different if not part.isascii()):
        return parts, different
    parts = [piece for part in parts for piece in (_BETWEEN.split(part) if _CJK.search(part) else (part,))]
    return parts, set(parts)
