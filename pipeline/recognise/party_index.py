"""One language's names, filed for one look-up a word, and the scan of a sentence for them.

Patterns are filed under their first word (or stem); the longest that fits wins. Words once looked up are remembered.
Chinese has no spaces: there a pattern may begin at any ideograph, and single ideographs side by side are states (中俄).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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
)
from pipeline.recognise.sentences import fold as simplified
from pipeline.recognise.values import PartyKind

_REMEMBERED = 60_000  # words kept per language before the memory is emptied
_PLAIN_WORD = re.compile(r"\w+")
_LATIN_IN_HAN = re.compile(r"[a-z][a-z0-9.]*[a-z0-9]")
HYPHENS = "-‐‑–"
_LOOSE = frozenset(" \u00a0\u202f.'’ʼ-‐‑–\u200c\n")  # what may stand between the words of one name
_AREAS = frozenset(
    {"中亚", "中亞", "欧亚", "歐亞", "亚欧", "亞歐", "中东", "中東", "巴黎", "加沙"}
)  # no pairs of states
_SEVERAL = frozenset("巴加瑞新亞亚伊波塞吉")  # letters of several states: 巴 of Pakistan, Brazil, Panama, Paraguay
_DATELINE = re.compile(r"\s*[,.(/—–-]+\s*(?:\d|[^\W\d]+\.?\s+\d|/|\()")

Span = tuple[int, int]
Found = tuple[int, int, Meaning]


@dataclass(slots=True)
class Index:
    """One language, ready to match. `memory` holds words already looked up."""

    language: str
    lists: dict[str, frozenset[str]]
    ends: Callable[[str], bool]
    exact: dict[str, list[Entry]] = field(default_factory=dict)
    stems: dict[str, list[Entry]] = field(default_factory=dict)
    shortest: int = 99
    pairs: dict[str, tuple[str, bool]] = field(default_factory=dict)  # 中 -> (CN, needs a word of relations after it)
    paired: re.Pattern[str] | None = None
    han: dict[str, list[tuple[str, Meaning]]] = field(default_factory=dict)
    starts: re.Pattern[str] | None = None
    memory: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    nexts: dict[str, frozenset[str] | None] = field(default_factory=dict)  # see `may_begin`
    word: re.Pattern[str] = _PLAIN_WORD

    def candidates(self, low: str) -> tuple[Entry, ...]:
        """The patterns that can begin with this word, the ones to try first in front."""
        known = self.memory.get(low)
        if known is None:
            if len(self.memory) > _REMEMBERED:
                self.memory.clear()
                self.nexts.clear()
            known = self.memory[low] = self._look_up(fold(low))
            self.nexts[low] = self._wanted(known)
        return known

    def may_begin(self, low: str, following: str) -> bool:
        """Whether a pattern may begin with a word that another follows: most that begin with "the" want a certain one."""
        if not self.candidates(low):
            return False
        wanted = self.nexts[low]
        return wanted is None or following in wanted or (not following.isascii() and fold(following) in wanted)

    def _wanted(self, patterns: Sequence[Entry]) -> frozenset[str] | None:
        """The words of which one has to follow for any of the patterns to fit; None where others may, or none need."""
        if self.language == "ar" or not all(entry.rest and not entry.rest[0].stem for entry in patterns):
            return None
        return frozenset(entry.rest[0].text for entry in patterns)

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
    word = low if low.isascii() else fold(low)
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


def _match(index: Index, low: str, text: str, spans: Sequence[Span], at: int) -> Found | None:
    """The best pattern that begins at word `at`, as (start, end, meaning)."""
    start, end = spans[at]
    for entry in index.candidates(low[start:end]):
        if entry.first.case and not _cased(entry.first.case, text[start:end]):
            continue
        if entry.inside and at == 0:
            continue
        last = _rest_fits(index, entry, low, text, spans, at) if entry.rest else at
        if last < 0 or (entry.hyphen and text[spans[last][1] : spans[last][1] + 1] not in HYPHENS):
            continue
        if entry.hyphen and spans[last][1] >= len(text):
            continue
        return start, spans[last][1], entry.meaning
    return None


def _rest_fits(index: Index, entry: Entry, low: str, text: str, spans: Sequence[Span], at: int) -> int:
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


def scan_words(index: Index, low: str, text: str) -> list[Found]:
    """What the words of a sentence name, in order: (start, end, meaning). In Chinese: the Latin words in it."""
    cut = _LATIN_IN_HAN if index.han else index.word
    words = cut.findall(low)
    remembered, may_begin = index.memory.get, index.may_begin
    words.append("")
    chances = [
        at
        for at, word in enumerate(words[:-1])
        if ((known := remembered(word)) is None or known) and may_begin(word, words[at + 1])
    ]
    found: list[Found] = []
    if not chances:
        return found
    spans = [match.span() for match in cut.finditer(low)]
    free = 0
    for at in chances:
        if spans[at][0] < free:
            continue
        hit = _match(index, low, text, spans, at)
        if hit:
            free = hit[1]
            if _stands(index, hit, low, text, spans, at, found):
                found.append(hit)
    return found


def opening(index: Index, low: str, text: str) -> Found | None:
    """What the first words of a text name, be it only the place of a dateline."""
    if index.han:
        return next((found for found in scan_han(index, low[:6]) if found[0] == 0), None)
    first = index.word.search(low)
    second = first and index.word.search(low, first.end())
    if first is None or not index.may_begin(first.group(), second.group() if second else ""):
        return None
    spans = [match.span() for _, match in zip(range(6), index.word.finditer(low), strict=False)]
    return _match(index, low, text, spans, 0)


def _stands(index: Index, hit: Found, low: str, text: str, spans: Sequence[Span], at: int, found: list[Found]) -> bool:
    """False for a capital that is only a place: in a dateline, after "in", in the title of a treaty or a newspaper."""
    start, end, meaning = hit
    if meaning.code == NOTHING or _only_helps(index, end, low, spans, at):
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


def _only_helps(index: Index, end: int, low: str, spans: Sequence[Span], at: int) -> bool:
    """Whether a name only says by whom another is upheld, or through whom a deal came about: "the UN-backed government", «признанное ООН»."""
    helped = index.lists.get("helped")
    if not helped:
        return False
    if end < len(low) and low[end] in HYPHENS:
        begin = end + 1
        word = next((low[s:e] for s, e in spans[at : at + 6] if s == begin), "")
        return fold(word) in helped
    by = index.lists.get("by")
    before = [fold(low[s:e]) for s, e in spans[max(0, at - 3) : at]]
    if by is None or not before:
        return False
    if not by:
        return before[-1] in helped
    near = next((i for i in range(len(before) - 1, 0, -1) if before[i] in by), 0)
    return near > 0 and before[near - 1] in helped


def scan_han(index: Index, low: str) -> list[Found]:
    """What Chinese text names, the longest name first at every place; traditional letters are read as simplified ones."""
    found, at, low = [], 0, simplified(low)
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


def scan_pairs(index: Index, low: str) -> list[Found]:
    """States named by one ideograph each, side by side: 中俄, 中日韩."""
    found: list[Found] = []
    if index.paired is None:
        return found
    for run in index.paired.finditer(low):
        start, end = run.span()
        states = [index.pairs[letter] for letter in run.group()]
        before, after = low[start - 1 : start], low[end : end + 1]
        if run.group()[:2] in _AREAS or run.group()[-2:] in _AREAS:
            continue
        if before in index.lists["in"] or before.isdecimal() or after in index.lists["of"]:
            continue
        if len({code for code, _ in states}) < len(states):
            continue
        beside = {after, low[end : end + 2]}
        plain = _SEVERAL.isdisjoint(run.group()) and beside & index.lists.get(
            "afterwards", frozenset()
        )  # 格葡社会保障协定, and not 法新社
        if any(weak for _, weak in states) and not (plain or after in index.lists["between"]):
            continue
        found += [(start + at, start + at + 1, Meaning(code, PartyKind.PAIR)) for at, (code, _) in enumerate(states)]
    return found


def build_index(lexis: Lexis, foreign: Lexis | None, jurisdictions: Mapping[str, Jurisdiction]) -> Index:
    """Everything one language's texts can name, ready to match; `foreign` (English) lends its acronyms."""
    language = lexis.language
    index = Index(language, dict(lexis.lists), endings(lexis.suffixes))
    for entry in entries(lexis, foreign, jurisdictions):
        if language == "zh" and entry.meaning.kind is PartyKind.PAIR:
            index.pairs[entry.first.text] = (entry.meaning.code, entry.first.stem)
        elif language == "zh" and is_han(entry.first.text):
            name = simplified(entry.first.text)
            index.han.setdefault(name[0], []).append((name, entry.meaning))
        elif entry.first.stem:
            index.stems.setdefault(entry.first.text, []).append(entry)
            index.shortest = min(index.shortest, len(entry.first.text))
        else:
            index.exact.setdefault(entry.first.text, []).append(entry)
    for patterns in index.han.values():
        patterns.sort(key=lambda pair: -len(pair[0]))
    if language == "ar":
        index.word = WORD
    if index.han:
        index.starts = re.compile("[" + "".join(sorted(index.han)) + "]")
        index.paired = re.compile("(?<![0-9一二三四五六七八九十])[" + "".join(sorted(index.pairs)) + "]{2,4}")
    return index


def without_overlap(found: list[Found]) -> list[Found]:
    """The mentions in order; of two that overlap the earlier, of two that begin together the longer."""
    kept: list[Found] = []
    for hit in sorted(found, key=lambda one: (one[0], -one[1])):
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept
