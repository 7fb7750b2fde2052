"""Patterns of words, and how a sentence is searched for all of a language's at once.

A pattern is words parted by spaces: `word` stands for itself, `stem*` for every word that begins so, `*end` for every word
that ends so, `a|b` for either, `..` for up to three words between (`..6`: up to six). Chinese patterns need no spaces.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from pipeline.recognise.sentences import fold, lower, plain_words
from pipeline.recognise.values import Token

_CJK = re.compile("[\u3400-\u9fff]")
_MAX_MEMO = 50_000
_JOINTS = {ord(mark): " " for mark in "’'-"}
_TELLING = attrgetter("telling")
ACT, TREATY_NOUN, BODY_ACT = 1, 2, 4  # what the first word of a pattern may open: see `Table.classify`
BODY_FAMILIES = frozenset({"withdraw", "accede", "denounce", "enter_force"})


class Hit(NamedTuple):
    """A pattern found in a sentence: tokens `first` to `last`, both included, under the label "section:key[:form]"."""

    first: int
    last: int
    section: str
    key: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a pattern, or a gap. `telling`: the length of its shortest choice; the longer, the more it tells."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    gap: int = 0
    telling: int = 0

    def matches(self, word: str) -> bool:
        """Whether this word may stand here."""
        return word in self.exact or word.startswith(self.prefixes) or word.endswith(self.suffixes)


Label = tuple[str, str, str]  # section, key, form


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern with its label."""

    elements: tuple[Element, ...]
    section: str
    key: str
    form: str = ""

    @property
    def label(self) -> Label:
        """What its hits are filed under."""
        return self.section, self.key, self.form


def _split_cjk(text: str) -> str:
    return "".join(f" {c} " if _CJK.match(c) else c for c in text)


def _element(part: str) -> Element:
    """One part of a pattern, lower-cased; ValueError for a star inside a word."""
    if part.startswith(".."):
        return Element(gap=int(part[2:] or 3))
    choices = [fold(c) for c in part.split("|")]
    exact = frozenset(c for c in choices if "*" not in c)
    prefixes = tuple(c[:-1] for c in choices if c.endswith("*"))
    suffixes = tuple(c[1:] for c in choices if c.startswith("*"))
    if not all((*prefixes, *suffixes, *exact)) or any("*" in c.strip("*") for c in choices):
        raise ValueError("a star stands at one end of a word")
    return Element(exact, prefixes, suffixes, 0, min(map(len, (*exact, *prefixes, *suffixes))))


def compile_pattern(
    text: str, section: str, key: str, form: str = "", *, known: dict[str, Element] | None = None
) -> Pattern:
    """Compile one pattern; ValueError where it is not one. `known`: parts met before, which patterns of one language share."""
    known = {} if known is None else known
    elements: list[Element] = []
    han = not text.isascii() and _CJK.search(text)
    for part in lower(_split_cjk(text) if han else text.translate(_JOINTS)).split():
        element = known.get(part)
        if element is None:
            try:
                element = known[part] = _element(part)
            except ValueError as wrong:
                raise ValueError(f"{wrong}: {text!r}") from wrong
        elements.append(element)
    if not elements or elements[0].gap or elements[-1].gap:
        raise ValueError(f"a pattern begins and ends with a word: {text!r}")
    return Pattern(tuple(elements), section, key, form)


def variants(word: str, arabic: bool) -> tuple[str, ...]:
    """The word and, in Arabic, the word without its clitics."""
    if not arabic:
        return (word,)
    out = [word]
    out += [word[1:] for clitic in ("و", "ف") if word.startswith(clitic) and len(word) > 2]
    for clitic in ("لل", "ال", "بال", "كال", "ل", "ب", "ك", "س"):
        out += [f[len(clitic) :] for f in out[:2] if f.startswith(clitic) and len(f) - len(clitic) >= 2]
    return tuple(dict.fromkeys(out))


_OBJECTS = ("هما", "ها", "هم", "ه")  # Arabic pronouns written to the end of a verb: "وقعتها", signed it


def without_object(word: str) -> tuple[str, ...]:
    """An Arabic word without the pronoun at its end, where it may have one."""
    return tuple(word[: -len(end)] for end in _OBJECTS if word.endswith(end) and len(word) - len(end) >= 3)


_ARTICLES = ("ال", "وال", "فال", "بال", "كال", "لل", "ولل")
_FINITE = frozenset({"past", "present", "future", "passive", "negative"})


def _finite(pattern: Pattern) -> bool:
    """Whether a pattern begins with a finite verb, which has no article: العدل, justice, is no عدل, amended."""
    written = any(word.startswith("ال") for word in pattern.elements[0].exact)
    return pattern.section == "acts" and pattern.form in _FINITE and len(pattern.elements) == 1 and not written


def _opens(pattern: Pattern) -> int:
    if pattern.section == "acts":
        return ACT | (BODY_ACT if pattern.key in BODY_FAMILIES else 0)
    return TREATY_NOUN if pattern.section == "instruments" else 0


def key_of(pattern: Pattern) -> Element:
    """A pattern's most telling word: where it is missing, the pattern cannot match."""
    return max((e for e in pattern.elements if not e.gap), key=_TELLING)


@dataclass(frozen=True, slots=True)
class _Starting:
    """The patterns that may begin with one word, each with its rank among them: those of that word alone, those that want a
    certain word next, and the others by the words of which one at least has to stand in the sentence (where any will do, by the word
    itself, which always does). `needed`: all the words of these; `more`: and the certain words.
    """

    alone: tuple[tuple[int, Pattern], ...]
    by_next: Mapping[str, tuple[tuple[int, Pattern], ...]]
    by_needed: Mapping[str, tuple[tuple[int, Pattern], ...]]
    needed: frozenset[str]
    more: frozenset[str]
    labels: tuple[Label, ...]  # of those of that word alone
    nothing: bool


def _rank(found: tuple[int, int, Pattern]) -> int:
    return found[0]


def _needed(pattern: Pattern) -> frozenset[str]:
    """The words of a pattern's most telling later element that has no stems, of which one has to be said; empty where all have."""
    exact = [e for e in pattern.elements[1:] if not (e.gap or e.prefixes or e.suffixes)]
    return max(exact, key=_TELLING).exact if exact else frozenset()


@dataclass(slots=True)
class Table:
    """Finds all patterns of a language in one walk over the words of a sentence."""

    patterns: tuple[Pattern, ...]
    arabic: bool = False
    _exact: dict[str, list[Pattern]] = field(default_factory=dict)
    _prefix: dict[str, list[Pattern]] = field(default_factory=dict)
    _suffix: list[tuple[str, Pattern]] = field(default_factory=list)
    _lengths: tuple[int, ...] = ()
    _memo: dict[str, tuple[Pattern, ...]] = field(default_factory=dict)
    _grouped: dict[str, _Starting] = field(default_factory=dict)
    _act_grouped: dict[str, _Starting] = field(default_factory=dict)  # the same, of acts alone
    _shut: set[str] = field(default_factory=set)  # words met that begin no act
    _kinds: dict[str, int] = field(default_factory=dict)
    _keys: dict[str, int] = field(default_factory=dict)  # telling words of acts and treaty nouns -> what they open
    _key_stems: dict[str, int] = field(default_factory=dict)
    _key_ends: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for pattern in self.patterns:
            head = pattern.elements[0]
            for word in head.exact:
                self._exact.setdefault(word, []).append(pattern)
            for stem in head.prefixes:
                self._prefix.setdefault(stem, []).append(pattern)
            self._suffix.extend((end, pattern) for end in head.suffixes)
            self._file(pattern)
        self._lengths = tuple(sorted({len(stem) for stem in self._prefix}))

    def _file(self, pattern: Pattern) -> None:
        """Note an act's or a treaty noun's most telling word: where it is missing, the pattern cannot match."""
        kinds = _opens(pattern)
        if not kinds:
            return
        key = key_of(pattern)
        for words, table in ((key.exact, self._keys), (key.prefixes, self._key_stems), (key.suffixes, self._key_ends)):
            for word in words:
                table[word] = table.get(word, 0) | kinds

    def starting(self, word: str) -> tuple[Pattern, ...]:
        """The patterns that may begin with this word."""
        known = self._memo.get(word)
        if known is not None:
            return known
        found: list[Pattern] = []
        for form in variants(word, self.arabic):
            found.extend(self._exact.get(form, ()))
            for length in self._lengths:
                if length > len(form):
                    break
                found.extend(self._prefix.get(form[:length], ()))
            found.extend(pattern for end, pattern in self._suffix if form.endswith(end))
        if self.arabic and not any(p.section == "acts" for p in found):
            found.extend(self._with_object(word))
        if self.arabic and word.startswith(_ARTICLES):
            found = [p for p in found if not _finite(p)]
        result = tuple(dict.fromkeys(found))
        if len(self._memo) < _MAX_MEMO:
            self._memo[word] = result
        return result

    def _with_object(self, word: str) -> list[Pattern]:
        """The acts a word may be that has its object written to its end."""
        forms = (form for short in without_object(word) for form in variants(short, True))
        return [p for form in forms for p in self._exact.get(form, ()) if p.section == "acts" and len(p.elements) == 1]

    def has_object(self, word: str) -> bool:
        """Whether a word is an act with its object written to its end ("أقرته", passed it)."""
        if not self.arabic:
            return False
        own = (p for form in variants(word, True) for p in self._exact.get(form, ()))
        return not any(p.section == "acts" for p in own) and bool(self._with_object(word))

    def classify(self, raw: str) -> int:
        """What a lower-cased word as it stands in the text may open: ACT, TREATY_NOUN, BODY_ACT, added up; 0 for nothing."""
        known = self._kinds.get(raw)
        if known is not None:
            return known
        kinds = 0
        words = (fold(raw), *without_object(fold(raw))) if self.arabic else (fold(raw),)
        for form in (form for word in words for form in variants(word, self.arabic)):
            kinds |= self._keys.get(form, 0)
            for length in range(1, len(form) + 1):
                kinds |= self._key_stems.get(form[:length], 0)
            for end, opens in self._key_ends.items():
                if form.endswith(end):
                    kinds |= opens
        if len(self._kinds) < _MAX_MEMO:
            self._kinds[raw] = kinds
        return kinds

    def may_act(self, low: str) -> bool:
        """Whether any word of a lower-cased sentence may open an act: to be asked before it is cut into words."""
        return any(self.classify(fold(word)) & ACT for word in plain_words(low))

    def acts(self, low: str) -> bool:
        """Whether an act is found in a lower-cased sentence: what `find` would say of its words, in less time."""
        words = plain_words(low) if low.isascii() else list(map(fold, plain_words(low)))
        said = frozenset(words)
        openers: dict[str, _Starting] = {}
        for word in said - self._shut:
            starting = self._act_grouped.get(word) or self._act_group(word)
            if starting.alone:
                return True
            if not starting.more.isdisjoint(said):
                openers[word] = starting
        at = [i for i, word in enumerate(words) if word in openers] if openers else ()
        return any(self._longer(openers[words[i]], words, said, i) for i in at)

    def _act_group(self, word: str) -> _Starting:
        """The acts that may begin with a word; remembered, and so is that there are none."""
        if len(self._act_grouped) + len(self._shut) >= _MAX_MEMO:
            self._act_grouped.clear()
            self._shut.clear()
        starting = self._group(word, [p for p in self.starting(word) if p.section == "acts"])
        if starting.nothing:
            self._shut.add(word)
        else:
            self._act_grouped[word] = starting
        return starting

    def names_treaty(self, low: str) -> bool:
        """Whether any word of a lower-cased sentence may be a treaty noun."""
        return any(self.classify(word) & TREATY_NOUN for word in plain_words(low))

    def find(self, tokens: Sequence[Token], *, ends: int | None = None) -> list[Hit]:
        """All hits, the longest at a place for each section and key, in the order of the text; those that begin before word `ends`."""
        words = [token.low for token in tokens]
        said = frozenset(words)
        grouped = self._grouped
        found: list[Hit] = []
        for i, (word, following) in enumerate(zip(words[:ends], [*words[1:], ""], strict=False)):
            starting = grouped.get(word)
            if starting is None:
                starting = self._group(word, self.starting(word))
                if len(grouped) < _MAX_MEMO:
                    grouped[word] = starting
            if starting.nothing:
                continue
            goes_on = following in starting.by_next or not starting.needed.isdisjoint(said)
            longer = self._longer(starting, words, said, i) if goes_on else None
            if not longer:
                found += [
                    tuple.__new__(Hit, (i, i, *label)) for label in starting.labels
                ]  # one call less than `Hit(…)`
                continue
            longer += [(rank, i, pattern) for rank, pattern in starting.alone]
            longer.sort(key=_rank)
            last_at: dict[Label, int] = {}
            for _, last, pattern in longer:
                last_at[pattern.label] = max(last, last_at.get(pattern.label, -1))
            found += [Hit(i, last, *label) for label, last in last_at.items()]
        return found

    def _longer(
        self, starting: _Starting, words: Sequence[str], said: frozenset[str], at: int
    ) -> list[tuple[int, int, Pattern]]:
        """The patterns of several words that are found at `at`, each with its rank and its last word, some of them twice."""
        if at + 1 >= len(words):
            return []
        found: list[tuple[int, int, Pattern]] = []
        for rank, pattern in starting.by_next.get(words[at + 1], ()):
            last = self._rest(pattern.elements, words, 2, at + 2)
            if last >= 0:
                found.append((rank, last, pattern))
        for word in starting.needed & said:
            for rank, pattern in starting.by_needed[word]:
                last = self._rest(pattern.elements, words, 1, at + 1)
                if last >= 0:
                    found.append((rank, last, pattern))
        return found

    def _group(self, word: str, starting: Iterable[Pattern]) -> _Starting:
        """The patterns that may begin with a word, by what has to follow it."""
        alone: list[tuple[int, Pattern]] = []
        by_next: dict[str, list[tuple[int, Pattern]]] = {}
        by_needed: dict[str, list[tuple[int, Pattern]]] = {}
        for rank, pattern in enumerate(starting):
            if len(pattern.elements) == 1:
                alone.append((rank, pattern))
                continue
            following = pattern.elements[1]
            if self.arabic or following.gap or following.prefixes or following.suffixes:
                for needed in (not self.arabic and _needed(pattern)) or (word,):
                    by_needed.setdefault(needed, []).append((rank, pattern))
                continue
            for exact in following.exact:
                by_next.setdefault(exact, []).append((rank, pattern))
        return _Starting(
            tuple(alone),
            {word: tuple(those) for word, those in by_next.items()},
            {word: tuple(those) for word, those in by_needed.items()},
            frozenset(by_needed),
            frozenset([*by_needed, *by_next]),
            tuple(dict.fromkeys(pattern.label for _, pattern in alone)),
            not (alone or by_next or by_needed),
        )

    def begins(self, tokens: Sequence[Token], at: int, section: str, keys: Collection[str] = ()) -> bool:
        """Whether a pattern of this section (and of these keys, where any are given) is found that begins at word `at`."""
        wanted = [
            pattern
            for pattern in self.starting(tokens[at].low)
            if pattern.section == section and (not keys or pattern.key in keys)
        ]
        if not wanted:
            return False
        words = [token.low for token in tokens]
        return any(self._rest(pattern.elements, words, 1, at + 1) >= 0 for pattern in wanted)

    def _rest(self, elements: tuple[Element, ...], words: Sequence[str], n: int, here: int) -> int:
        """Index of the last word matched by the elements from `n` on, from word `here` on, or -1; a gap ends where the rest fits."""
        while n < len(elements):
            element = elements[n]
            if element.gap:
                ends = range(here, min(here + element.gap + 1, len(words)))
                return next((last for i in ends if (last := self._rest(elements, words, n + 1, i)) >= 0), -1)
            if here >= len(words) or not (
                element.matches(words[here]) or (self.arabic and self._fits(element, words[here]))
            ):
                return -1
            n, here = n + 1, here + 1
        return here - 1

    @staticmethod
    def _fits(element: Element, word: str) -> bool:
        """Whether an Arabic word may stand here without its clitics."""
        return any(element.matches(form) for form in variants(word, True))
