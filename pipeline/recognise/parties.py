"""Finds states, organisations, their organs and office-holders in a sentence, in every language served.

    names = Names.load()
    names.find(sentence.low, sentence.text, "en")  ->  (PartyMention(0, 6, "RU", NAME), PartyMention(9, 19, "RU", BODY, "lower_chamber"))

One dictionary look-up a word: patterns are filed under their first word (or stem), the longest that fits wins. Words once looked
up are remembered, so a sentence costs little more than cutting it into words. The words themselves are data: `names/`, `jurisdictions/`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources

from pipeline.recognise.party_words import (
    NOTHING,
    WORD,
    Entry,
    Jurisdiction,
    Lexis,
    Meaning,
    Word,
    endings,
    entries,
    fold,
    is_han,
    read_jurisdiction,
    read_lexis,
)
from pipeline.recognise.values import PartyKind, PartyMention

_FALLBACK = "en"
_REMEMBERED = 60_000  # words kept per language before the memory is emptied
_STATES = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL, PartyKind.ORGANISATION, PartyKind.PAIR})
_OWNERS = _STATES | {PartyKind.BODY}
_LATIN_IN_HAN = re.compile(r"[a-z][a-z0-9.]*[a-z0-9]")
_HYPHENS = "-‐‑–"
_LOOSE = frozenset(" \u00a0\u202f.'’ʼ-‐‑–\u200c\n")  # what may stand between the words of one name
_DATELINE = re.compile(r"\s*[,.(/—–-]+\s*(?:\d|[^\W\d]+\.?\s+\d|/|\()")
_ORGAN_GAP = re.compile(r"(?:['’]s?|s['’])?[ \u00a0-]+(?:[^\W\d_]+[ \u00a0]+)?\Z")
_ADJECTIVE_ONLY = frozenset(
    {"ru", "uk", "be", "bg", "mk", "sr", "pl", "cs"}
)  # a name before an organ is never its owner here
_DEMONYM_AFTER = frozenset({"fr", "es", "pt", "ar", "it", "ro"})

Span = tuple[int, int]
Found = tuple[int, int, Meaning]


@dataclass(slots=True)
class _Index:
    """One language, ready to match. `memory` holds words already looked up."""

    language: str
    lists: dict[str, frozenset[str]]
    ends: Callable[[str], bool]
    exact: dict[str, list[Entry]] = field(default_factory=dict)
    stems: dict[str, list[Entry]] = field(default_factory=dict)
    shortest: int = 99
    han: dict[str, list[tuple[str, Meaning]]] = field(default_factory=dict)
    starts: re.Pattern[str] | None = None
    memory: dict[str, tuple[Entry, ...]] = field(default_factory=dict)

    def candidates(self, low: str) -> tuple[Entry, ...]:
        """The patterns that can begin with this word, the ones to try first in front."""
        known = self.memory.get(low)
        if known is None:
            if len(self.memory) > _REMEMBERED:
                self.memory.clear()
            known = self.memory[low] = self._look_up(fold(low))
        return known

    def _look_up(self, word: str) -> tuple[Entry, ...]:
        heads = (word, *_bare(word)) if self.language == "ar" else (word,)
        hits: list[Entry] = []
        for head in heads:
            hits += self.exact.get(head, ())
            for cut in range(len(head), self.shortest - 1, -1):
                stem = self.stems.get(head[:cut])
                if stem and self.ends(head[cut:]):
                    hits += stem
        return tuple(sorted(hits, key=lambda entry: entry.rank))


def _bare(word: str) -> Iterable[str]:
    """An Arabic word without the particles written onto it (and, for, in, like, the)."""
    rest = word[1:] if word[:1] in "وف" else word
    if rest is not word:
        yield rest
    if rest[:2] == "لل":
        yield "ال" + rest[2:]
        yield rest[2:]
    if rest[:1] in "بلك":
        rest = rest[1:]
        yield rest
    if rest[:2] == "ال":
        yield rest[2:]


def _fits(pattern: Word, low: str, original: str, ends: Callable[[str], bool]) -> bool:
    word = fold(low)
    if pattern.stem:
        if not word.startswith(pattern.text) or not ends(word[len(pattern.text) :]):
            return False
    elif word != pattern.text:
        return False
    return _cased(pattern.case, original)


def _cased(case: int, original: str) -> bool:
    if not case:
        return True
    if case == 2:
        return original.isupper() or (original[:2].isupper() and not original.isalpha())
    return original[:1].isupper()


def _match(index: _Index, low: str, text: str, spans: Sequence[Span], at: int) -> Found | None:
    """The best pattern that begins at word `at`, as (start, end, meaning)."""
    start, end = spans[at]
    for entry in index.candidates(low[start:end]):
        if entry.first.case and not _cased(entry.first.case, text[start:end]):
            continue
        if entry.inside and at == 0:
            continue
        last = _rest_fits(index, entry, low, text, spans, at)
        if last < 0 or (entry.hyphen and text[spans[last][1] : spans[last][1] + 1] not in _HYPHENS):
            continue
        if entry.hyphen and spans[last][1] >= len(text):
            continue
        return start, spans[last][1], entry.meaning
    return None


def _rest_fits(index: _Index, entry: Entry, low: str, text: str, spans: Sequence[Span], at: int) -> int:
    """The last word of the pattern where it fits, else -1."""
    for word in entry.rest:
        at += 1
        if at >= len(spans):
            return -1
        gap = low[spans[at - 1][1] : spans[at][0]]
        if len(gap) > 3 or not _LOOSE.issuperset(gap):
            return -1
        start, end = spans[at]
        beginning = low[start:end]
        if not _fits(word, beginning, text[start:end], index.ends) and not (
            index.language == "ar" and any(bare == word.text for bare in _bare(fold(beginning)))
        ):
            return -1
    return at


def _scan_words(index: _Index, low: str, text: str) -> list[Found]:
    spans = [found.span() for found in (_LATIN_IN_HAN if index.han else WORD).finditer(low)]
    memory, at = index.memory, 0
    found: list[Found] = []
    while at < len(spans):
        start, end = spans[at]
        known = memory.get(low[start:end])
        if known is None or known:
            hit = _match(index, low, text, spans, at)
            if hit:
                if _stands(index, hit, low, text, spans, at, found):
                    found.append(hit)
                while at < len(spans) and spans[at][0] < hit[1]:
                    at += 1
                continue
        at += 1
    return found


def _stands(index: _Index, hit: Found, low: str, text: str, spans: Sequence[Span], at: int, found: list[Found]) -> bool:
    """False for a capital that is only a place: in a dateline, after "in", in the title of a treaty or a newspaper."""
    start, end, meaning = hit
    if meaning.code == NOTHING:
        return False
    if meaning.kind is not PartyKind.CAPITAL:
        return True
    if at == 0 and (_DATELINE.match(text, end) or (text[start:end].isupper() and text[end : end + 1] in ",.")):
        return False
    after = next((low[s:e] for s, e in spans[at : at + 6] if s >= end), "")
    if fold(after) in index.lists["nouns"] and text[end : end + 1] not in "'’,":
        return False
    before = [fold(low[s:e]) for s, e in spans[max(0, at - 3) : at]]
    if not before:
        return True
    if before[-1] in index.lists["of"] and index.lists["nouns"].intersection(before[-3:]):
        return False
    if before[-1] in index.lists["in"]:
        return bool(found) and found[-1][2].kind is PartyKind.BODY and found[-1][1] == spans[at - 2][1]
    return True


def _scan_han(index: _Index, low: str) -> list[Found]:
    found, at = [], 0
    while index.starts is not None and (hit := index.starts.search(low, at)):
        start = hit.start()
        at = start + 1
        for pattern, meaning in index.han[low[start]]:
            if low.startswith(pattern, start):
                at = start + len(pattern)
                if meaning.code != NOTHING:
                    found.append((start, at, meaning))
                break
    return found


@dataclass(slots=True)
class Names:
    """All names of all languages. Build it once a process (`load`); a language is made ready when it is first met."""

    lexes: dict[str, Lexis]
    jurisdictions: dict[str, Jurisdiction]
    _indexes: dict[str, _Index] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls) -> Names:
        """The names the program ships with."""
        root = resources.files("pipeline.recognise")
        lexes = [
            read_lexis(entry.read_text("utf-8")) for entry in (root / "names").iterdir() if entry.name.endswith(".json")
        ]
        jurisdictions = [
            read_jurisdiction(tomllib.loads(entry.read_text("utf-8")))
            for entry in (root / "jurisdictions").iterdir()
            if entry.name.endswith(".toml")
        ]
        jurisdictions.sort(key=lambda one: one.code)
        return cls({one.language: one for one in lexes}, {one.code: one for one in jurisdictions})

    @property
    def languages(self) -> frozenset[str]:
        """The languages with words of their own; others are read with the English ones."""
        return frozenset(self.lexes)

    @property
    def codes(self) -> frozenset[str]:
        """Every state and organisation that has a name in some language."""
        return frozenset(code for lexis in self.lexes.values() for names in lexis.kinds.values() for code in names)

    def find(self, low: str, original: str, language: str, *, on: date | None = None) -> tuple[PartyMention, ...]:
        """Every state, organisation, organ and office-holder named in a sentence, in order, none overlapping.

        `low` is `original` lower-cased letter for letter; offsets are those of both. `on`: the day the text was published, for
        office-holders (LEADER's `body` is "" for one out of office that day). An organ whose country the words beside it do
        not say has code "" (`actors.attach` gives it one from the context).
        """
        index = self._index(language)
        found = _scan_words(index, low, original)
        if index.han:
            found = _without_overlap(found + _scan_han(index, low))
        if not found:
            return ()
        mentions = [_mention(hit, on) for hit in found]
        _pair(mentions, original)
        return tuple(self._bind(mentions, found, low, index))

    def owners_of(self, low: str, original: str, language: str) -> dict[str, str]:
        """Who has an organ of this name ("Bundesrat"), and at which stage: {"DE": "upper_chamber", "CH": "government"}."""
        meaning = self._meaning(low, original, language)
        return dict(meaning.owners) if meaning else {}

    def default_of(self, low: str, original: str, language: str) -> str:
        """The country meant by an organ's bare name where the article does not say ("Congress": US); "" for none."""
        meaning = self._meaning(low, original, language)
        return meaning.default if meaning else ""

    def _meaning(self, low: str, original: str, language: str) -> Meaning | None:
        index = self._index(language)
        found = _scan_words(index, low, original) + (_scan_han(index, low) if index.han else [])
        return found[0][2] if found else None

    def _index(self, language: str) -> _Index:
        if language not in self.lexes:
            language = language.partition("-")[0].lower()
        if language not in self.lexes:
            language = _FALLBACK
        index = self._indexes.get(language)
        if index is None:
            index = self._indexes[language] = self._build(language)
        return index

    def _build(self, language: str) -> _Index:
        lexis = self.lexes[language]
        foreign = self.lexes[_FALLBACK] if language != _FALLBACK else None
        index = _Index(language, dict(lexis.lists), endings(lexis.suffixes))
        for entry in entries(lexis, foreign, self.jurisdictions):
            if language == "zh" and is_han(entry.first.text):
                index.han.setdefault(entry.first.text[0], []).append((entry.first.text, entry.meaning))
            elif entry.first.stem:
                index.stems.setdefault(entry.first.text, []).append(entry)
                index.shortest = min(index.shortest, len(entry.first.text))
            else:
                index.exact.setdefault(entry.first.text, []).append(entry)
        for patterns in index.han.values():
            patterns.sort(key=lambda pair: -len(pair[0]))
        if index.han:
            index.starts = re.compile("[" + "".join(sorted(index.han)) + "]")
        return index

    def _bind(self, mentions: list[PartyMention], found: list[Found], low: str, index: _Index) -> list[PartyMention]:
        """Gives organs the country that the words beside them say: "Georgia's parliament", "парламент Молдовы"."""
        bound = mentions
        for at, mention in enumerate(mentions):
            if mention.kind is not PartyKind.BODY or mention.code:
                continue
            code = _beside(mentions, at, low, index)
            if code:
                stage = dict(found[at][2].owners).get(code, mention.body)
                bound[at] = replace(mention, code=code, body=stage)
        return bound


def _beside(mentions: Sequence[PartyMention], at: int, low: str, index: _Index) -> str:
    body = mentions[at]
    before = mentions[at - 1] if at else None
    after = mentions[at + 1] if at + 1 < len(mentions) else None
    if before and before.code and before.kind in _OWNERS and _next_to(before, body, low, index):
        return before.code
    if after and after.kind is PartyKind.LEADER and low[body.end : after.start].strip() in {"", "·"}:
        return after.code
    if after and after.code and after.kind in _OWNERS:
        gap = WORD.findall(low[body.end : after.start])
        allowed = index.lists["of"] | (index.lists["in"] if after.kind is PartyKind.CAPITAL else frozenset())
        close = len(gap) <= 3 and all(fold(word) in allowed for word in gap) and "," not in low[body.end : after.start]
        if close and (gap or after.kind is not PartyKind.DEMONYM or index.language in _DEMONYM_AFTER):
            return after.code
    return ""


def _next_to(before: PartyMention, body: PartyMention, low: str, index: _Index) -> bool:
    gap = low[before.end : body.start]
    if index.han:
        return gap in {"", "的"}
    if index.language in _ADJECTIVE_ONLY and before.kind not in {PartyKind.DEMONYM, PartyKind.PAIR}:
        return False
    if index.language in _DEMONYM_AFTER and before.kind is not PartyKind.ORGANISATION:
        return gap in {"-", "‑"}
    if not gap.strip("'’s- \u00a0"):
        return True
    if not _ORGAN_GAP.match(gap):
        return False
    words = WORD.findall(gap)
    return before.kind is not PartyKind.NAME and fold(words[-1]) in index.lists["between"]


def _mention(hit: Found, on: date | None) -> PartyMention:
    start, end, meaning = hit
    body, code = meaning.body, meaning.code
    if meaning.leaders:
        held = [(leader.code, leader.stage_on(on)) for leader in meaning.leaders]
        code, body = next((pair for pair in held if pair[1]), held[-1])
    return PartyMention(start, end, code, meaning.kind, body)


def _pair(mentions: list[PartyMention], text: str) -> None:
    """Two demonyms with a hyphen between them are a pair."""
    for at in range(len(mentions) - 1):
        one, two = mentions[at], mentions[at + 1]
        joined = two.start - one.end == 1 and text[one.end] in _HYPHENS
        if joined and one.kind in _STATES and two.kind in _STATES and two.kind is not PartyKind.ORGANISATION:
            mentions[at], mentions[at + 1] = replace(one, kind=PartyKind.PAIR), replace(two, kind=PartyKind.PAIR)


def _without_overlap(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for hit in sorted(found, key=lambda one: (one[0], -one[1])):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept
