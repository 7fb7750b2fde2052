"""The words for states, organisations, organs and office-holders as data: reading the files, compiling one language's index.

A pattern is what the data files write: words parted by spaces, matched word by word.
    Россия      a capital letter: the text must have one too       российск    no capital: either will do
    NATO        capitals only: the text must have capitals only     Росси~      a stem: endings of the language may follow
    !Того       never as the first word of a sentence               franco-     only before a hyphen
    *Duma       of an organ: this jurisdiction is meant where nothing else is said
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from pipeline.recognise.sentences import one_spelling
from pipeline.recognise.values import PartyKind

WORD = re.compile(r"[\w\u0301\u064b-\u0655\u0670]+")  # with stress marks and vowel points
NOTHING = "-"  # the code of patterns that only take text out of play ("Washington Post")

_KINDS = {
    "name": PartyKind.NAME,
    "demonym": PartyKind.DEMONYM,
    "capital": PartyKind.CAPITAL,
    "organisation": PartyKind.ORGANISATION,
    "pair": PartyKind.PAIR,
}
_OPEN_SUFFIX = re.compile(r"[^\W\d_]{0,7}\Z")
_SPECIAL = str.maketrans(
    {"ı": "i", "ё": "е", "ł": "l", "ø": "o", "đ": "d", "ـ": None, "ى": "ي", "ة": "ه", "’": "'", "ʼ": "'"}
)


@dataclass(frozen=True, slots=True)
class Term:
    """One office an office-holder held. `until` None: still."""

    stage: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Leader:
    """A head of state or government or a minister, with the offices held and the patterns of the name."""

    code: str
    terms: tuple[Term, ...]
    patterns: tuple[str, ...]

    def stage_on(self, day: date | None) -> str:
        """The office held on that day; without a day the most recent one; "" for a day out of office."""
        if day is None:
            return max(self.terms, key=lambda term: term.since).stage
        for term in self.terms:
            if term.since <= day and (term.until is None or day <= term.until):
                return term.stage
        return ""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A state's (or organisation's) organs. `acts`: (stage, type as worded) -> (type it is, stage it is)."""

    code: str
    organs: tuple[tuple[str, str, tuple[str, ...]], ...]  # (stage, language, patterns)
    acts: Mapping[tuple[str, str], tuple[str, str]]
    order: tuple[str, ...]
    leaders: tuple[Leader, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pattern. `case`: 0 any, 1 a capital first, 2 capitals only."""

    text: str
    stem: bool
    case: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a pattern stands for. `owners`: of an organ's name that several share, who calls which stage so."""

    code: str
    kind: PartyKind
    body: str = ""
    owners: tuple[tuple[str, str], ...] = ()
    default: str = ""
    leaders: tuple[Leader, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A compiled pattern: its first word, the others, and what it means."""

    first: Word
    rest: tuple[Word, ...]
    meaning: Meaning
    inside: bool  # never at the start of a sentence
    hyphen: bool  # only before a hyphen

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """Sorting key: longer patterns first, then exact words, then longer stems, then those that ask for capitals."""
        return (-len(self.rest), self.first.stem, -len(self.first.text), -self.first.case)


@dataclass(frozen=True, slots=True)
class Lexis:
    """One language's words, from `names/<language>.json`."""

    language: str
    kinds: Mapping[str, Mapping[str, tuple[str, ...]]]  # "name" -> code -> patterns
    organs: Mapping[str, tuple[str, ...]]  # stage -> generic words
    suffixes: frozenset[str] | None  # None: any ending of up to seven letters
    lists: Mapping[str, frozenset[str]]  # locatives, genitives, treaty nouns


def fold(word: str) -> str:
    """A word as it is compared: lower case, no accents on Latin and Arabic letters, ё as е."""
    low = word.lower().translate(_SPECIAL)
    if low.isascii():
        return low
    if "а" <= low[:1] <= "ԯ":
        return one_spelling(low)
    parts = unicodedata.normalize("NFD", low)
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(_SPECIAL)


def read_lexis(source: str) -> Lexis:
    """The words of one language from its JSON text. KeyError, ValueError for a file that is not one."""
    data = json.loads(source)
    kinds = {kind: {code: tuple(words) for code, words in data[kind].items()} for kind in _KINDS if kind in data}
    suffixes = None if data["suffixes"] is None else frozenset(data["suffixes"])
    lists = {name: frozenset(map(fold, words)) for name, words in data["lists"].items()}
    organs = {stage: tuple(words) for stage, words in data["organ"].items()}
    return Lexis(data["language"], kinds, organs, suffixes, lists)


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _term(text: str) -> Term:
    stage, since, *until = text.split()
    return Term(stage, date.fromisoformat(since), date.fromisoformat(until[0]) if until else None)


def read_jurisdiction(data: Mapping[str, object]) -> Jurisdiction:
    """A jurisdiction from its parsed TOML; ValueError names what is not as docs/add-a-jurisdiction.md has it."""
    code, organs, leaders = str(data["code"]), [], []
    acts: dict[tuple[str, str], tuple[str, str]] = {}
    order: tuple[str, ...] = ()
    for key, value in data.items():
        match key, value:
            case "code", str():
                pass
            case "order", list():
                order = tuple(map(str, value))
            case "acts", dict():
                for stage, row in value.items():
                    acts |= {(stage, said): _normal(str(meant), stage) for said, meant in row.items()}
            case "leader", list():
                leaders += [
                    Leader(code, tuple(_term(t) for t in row["terms"]), _patterns(row["names"])) for row in value
                ]
            case stage, dict():
                organs += [(stage, one, _patterns(words)) for tags, words in value.items() for one in tags.split("-")]
            case _:
                raise ValueError(f"{code}: {key} is neither an organ nor acts, order or leader")
    return Jurisdiction(code, tuple(organs), acts, order, tuple(leaders))


def _normal(meant: str, stage: str) -> tuple[str, str]:
    kind, _, other = meant.partition(" as ")
    return kind, other or stage


def endings(language_suffixes: frozenset[str] | None) -> Callable[[str], bool]:
    """Says whether an ending may follow a stem."""
    if language_suffixes is None:
        return lambda rest: _OPEN_SUFFIX.match(rest) is not None
    return partial(frozenset.__contains__, language_suffixes)


def _word(text: str) -> Word:
    stem = text.endswith("~")
    bare = text.rstrip("~")
    capitals = len(bare) > 1 and bare.isupper()
    return Word(fold(bare), stem, 2 if capitals else int(bare[:1].isupper()))


def compile_pattern(pattern: str, meaning: Meaning) -> Entry:
    """A pattern as data files write it, made ready. ValueError for one without words."""
    text = pattern.lstrip("!*")
    if is_han(text):
        return Entry(Word(text.rstrip("~"), text.endswith("~"), 0), (), meaning, False, False)
    words = tuple(_word(part) for part in re.findall(r"[\w\u064b-\u0655]+~?", text))
    if not words:
        raise ValueError(f"a pattern without words: {pattern!r}")
    return Entry(words[0], words[1:], meaning, pattern.startswith("!"), text.endswith("-"))


def _shared(pattern: str) -> str:
    return pattern.lstrip("!*")


def _organ_entries(lexis: Lexis, jurisdictions: Mapping[str, Jurisdiction]) -> Iterator[Entry]:
    generic = {_shared(word): stage for stage, words in lexis.organs.items() for word in words}
    owners: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}
    for code, jurisdiction in jurisdictions.items():
        for stage, language, patterns in jurisdiction.organs:
            if language == lexis.language or (language == "any" and lexis.language != "zh"):
                for pattern in patterns:
                    owners.setdefault(_shared(pattern), {})[code] = stage
                    if pattern.startswith("*"):
                        defaults[_shared(pattern)] = code
    for pattern, stage in generic.items():
        if pattern not in owners:
            yield compile_pattern(pattern, Meaning("", PartyKind.BODY, stage))
    for pattern, by_code in owners.items():
        stage = generic.get(pattern) or next(iter(by_code.values()))
        if len(by_code) == 1 and pattern not in generic:
            yield compile_pattern(pattern, Meaning(next(iter(by_code)), PartyKind.BODY, stage))
        else:
            owned = tuple(by_code.items())
            yield compile_pattern(pattern, Meaning("", PartyKind.BODY, stage, owned, defaults.get(pattern, "")))


def _leader_entries(jurisdictions: Mapping[str, Jurisdiction], keep: Callable[[str], bool]) -> Iterator[Entry]:
    named: dict[str, list[Leader]] = {}
    for jurisdiction in jurisdictions.values():
        for leader in jurisdiction.leaders:
            for pattern in filter(keep, leader.patterns):
                named.setdefault(pattern, []).append(leader)
    for pattern, leaders in named.items():
        yield compile_pattern(pattern, Meaning(leaders[0].code, PartyKind.LEADER, leaders=tuple(leaders)))


def is_han(text: str) -> bool:
    """True where the first letter is an ideograph."""
    return "\u3400" <= text[:1] <= "\u9fff"


def entries(lexis: Lexis, foreign: Lexis | None, jurisdictions: Mapping[str, Jurisdiction]) -> Iterator[Entry]:
    """Everything that can be met in a text of this language; from `foreign` (English) only acronyms of three letters up."""
    for kind, table in lexis.kinds.items():
        for code, patterns in table.items():
            meaning = Meaning(code, _KINDS[kind])
            yield from (compile_pattern(pattern, meaning) for pattern in patterns)
    if foreign is not None:
        for kind, table in foreign.kinds.items():
            for code, patterns in table.items():
                for pattern in patterns:
                    if pattern.isalpha() and pattern.isupper() and len(pattern) > 2:
                        yield compile_pattern(pattern, Meaning(code, _KINDS[kind]))
    yield from _organ_entries(lexis, jurisdictions)
    yield from _leader_entries(jurisdictions, lambda pattern: is_han(pattern) == (lexis.language == "zh"))
