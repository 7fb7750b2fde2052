"""The words a language tells time with: read from `data/<language>.toml`, checked, and turned into lookup tables.

Every word or phrase gets one letter (its part in a date) and a value. A sentence becomes a string of such letters, and the
frames of `frames.py` are patterns over that string, the same ones for all languages. The letters:

    d D   a number up to 31, plain and ordinal      y z   a year from 1900 on, an older one       n  any other number
    F     a date all in figures                     M     a month                                 W w  a weekday, an abbreviated one
    k     a number in words                         u     day, week, month or year                Y  "year" beside a year
    l t x last, this, next                          P Q N T early or late, quarter or half, season, and one that needs no "in"  J  "day" beside a day number
    R V G A  yesterday, last week, this month, last year          S H B  the same day, that month, that year
    E Z   the first or last day of; New Year's Day
    K     the eve                                   X     a word whose number is no year ("Agenda")
    I j p in; on; other words before a date         o r   of; an article                          c q h  and; to; between
    a b   ago, and its kind that stands before      e g   earlier, later                          f  "within", "через"
    m     "from now"
    i v   an instrument (treaty); a measure         0 1   any other word, any other sign          _ , - / < > $  themselves
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pipeline.errors import ConfigurationError

WORD_LETTERS: Mapping[str, str] = {
    "in": "I", "on": "j", "before": "p", "of": "o", "article": "r", "last": "l", "this": "t", "next": "x",
    "part": "P", "share": "Q", "year": "Y", "day": "J", "eve": "K", "ago": "a", "ago_before": "b", "earlier": "e",
    "later": "g", "within": "f", "hence": "m", "and": "c", "between": "h", "to": "q", "measure": "v", "numbered": "X", "ignore": "0",
    "new_year": "Z",
}  # fmt: skip
RELATIVE_LETTERS: Mapping[str, str] = {"day": "R", "week": "V", "month": "G", "year": "A"}
STORY_LETTERS: Mapping[str, str] = {"day": "S", "week": "S", "month": "H", "year": "B"}
ROLES = ("effective", "deadline", "since", "title", "attributive", "prenominal", "quoted", "made", "plain")
_SECTIONS = frozenset({
    "months", "weekdays", "weekdays_short", "numbers", "seasons", "seasons_alone", "edges", "ordinals", "units", "single", "relative", "story", "words", "roles",
    "roles_after", "nouns", "capitals", "proclitics", "month_first", "bare_year", "bare_month", "genitive_year", "eve_blocked",
    "governing", "counted_from", "definite", "lasting", "pointing", "after_event", "before_event", "adverbial_year",
})  # fmt: skip
_QUIET = frozenset("hIjporlxtcqYJukPQvX0i")  # letters that tell no time by themselves
_PLACE = r"(?!\w)[^.;:!?()]{0,40}"  # where an instrument was made, before the day on which it was
_RAW = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
SIGNS: Mapping[str, str] = {"’": "'", "‘": "'", "ʼ": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What a word or phrase is in a date: its letter, its number (month, weekday, offset …) and, for spans, its unit."""

    letter: str
    value: int = 0
    unit: str = ""


Phrases = Mapping[tuple[str, str], tuple[tuple[tuple[str, ...], Lexeme], ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """One language's words for time, and how it tells it.

    `phrases` are keyed by their first two pieces, the longest first; `openers` are the first. `month_first`: "May 5" is a
    date. `bare_year`: a year needs no preposition. `bare_month`: nor does a month. `genitive_year`: a year with its word but
    no preposition belongs to a noun. `eve_blocked`: words that, after an expression that counts from the story, make a
    preposition of it; after one that ends in a word of `governing`, any word does. `counted_from`: words after "within 30
    days" that say it is not counted from today. `definite`: how an instrument begins that no year of its own follows ("*": none has
    one). `lasting`: what means "since the day told before". `pointing`: what makes a month one of the year told before ("that December"). `adverbial_year`: endings of words
    that no year belongs to, where others may own one that follows («ратифікувала 2004 року», «саміт 2004 року»). `after_event`, `before_event`: words behind a span that a clause
    is counted from ("two days after the Senate had voted").
    """

    language: str
    words: Mapping[str, Lexeme]
    phrases: Phrases
    openers: frozenset[str]
    gate: frozenset[str]
    capitals: frozenset[str]
    month_first: bool
    bare_year: bool
    genitive_year: bool
    bare_month: bool
    roles: tuple[tuple[str, re.Pattern[str]], ...]
    roles_after: tuple[tuple[str, re.Pattern[str]], ...]
    instruments: re.Pattern[str] | None
    documents: re.Pattern[str] | None
    eve_blocked: re.Pattern[str] | None
    governing: frozenset[str]
    after_event: frozenset[str]
    before_event: frozenset[str]
    counted_from: frozenset[str]
    definite: str = ""
    lasting: frozenset[str] = frozenset()
    pointing: frozenset[str] = frozenset()
    adverbial_year: re.Pattern[str] | None = None

    def sets_apart(self, word: str) -> bool:
        """Whether an instrument's form says that no year of its own follows („الاتفاقية عام 2012": signed in 2012)."""
        return self.definite == "*" or (bool(self.definite) and word.startswith(self.definite))


@dataclass(frozen=True, slots=True)
class DateTables:
    """The tables of all languages. Build once with `load`."""

    by_language: Mapping[str, Table]
    fallback: Table

    @classmethod
    def load(cls) -> DateTables:
        """Read every language's table; ConfigurationError where one is malformed."""
        folder = files("pipeline.recognise.dates") / "data"
        found = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
        tables = {item.name.removesuffix(".toml"): read_table(item) for item in found}
        return cls(tables, build("und", {}))

    def of(self, language: str) -> Table:
        """The table of a language tag ("en", "pt-BR"); for one we do not know, a table that reads figures only."""
        return self.by_language.get(language.partition("-")[0].lower(), self.fallback)


@cache
def shared_tables() -> DateTables:
    """The tables, read once in a process, on first use."""
    return DateTables.load()


def spell(phrase: str) -> tuple[str, ...]:
    """A phrase of a table cut as sentences are cut: words, figures and single signs, lower-cased."""
    return tuple(SIGNS.get(piece, piece) for piece in _RAW.findall(phrase.lower()))


def read_table(item: Traversable) -> Table:
    """One language's table from its file; ConfigurationError with the file's name where it is malformed."""
    where = f"dates/data/{item.name}"
    try:
        raw = tomllib.loads(item.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(where, str(error)) from error
    try:
        return build(item.name.removesuffix(".toml"), raw)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(where, f"not a table of dates: {error}") from error


def build(language: str, raw: Mapping[str, object]) -> Table:
    """A language's table from its TOML; ValueError for unknown sections and for a word given two meanings."""
    if unknown := raw.keys() - _SECTIONS:
        raise ValueError(f"unknown sections: {', '.join(sorted(unknown))}")
    words: dict[str, Lexeme] = {}
    phrases: dict[tuple[str, str], list[tuple[tuple[str, ...], Lexeme]]] = {}
    for text, lexeme in _entries(raw):
        spelled = spell(text)
        if len(spelled) > 1:
            phrases.setdefault((spelled[0], spelled[1]), []).append((spelled, lexeme))
            continue
        words[spelled[0]] = _merged(text, words.get(spelled[0]), lexeme)
    for proclitic in _strings(raw.get("proclitics", ())):
        words = {**{proclitic + word: lexeme for word, lexeme in words.items()}, **words}
    nouns = _mapping(raw.get("nouns", {}))
    return Table(
        language=language,
        words=words,
        phrases={key: tuple(sorted(group, key=lambda item: -len(item[0]))) for key, group in phrases.items()},
        openers=frozenset(first for first, _ in phrases),
        gate=_gate(words, phrases),
        capitals=frozenset(_strings(raw.get("capitals", ()))),
        month_first=bool(raw.get("month_first", False)),
        bare_year=bool(raw.get("bare_year", False)),
        genitive_year=bool(raw.get("genitive_year", False)),
        bare_month=bool(raw.get("bare_month", False)),
        roles=tuple(_role_patterns(_mapping(raw.get("roles", {})), words)),
        roles_after=tuple(
            (role, re.compile(rf"[^.,;:!?]{{0,16}}?(?<!\w)(?:{_words_pattern(texts)})(?!\w)"))
            for role, texts in _mapping(raw.get("roles_after", {})).items()
        ),
        instruments=_stems(nouns.get("instruments", ())),
        documents=_stems(nouns.get("documents", ())),
        eve_blocked=_stems(raw.get("eve_blocked", ())),
        counted_from=frozenset(_strings(raw.get("counted_from", ()))),
        governing=frozenset(_strings(raw.get("governing", ()))),
        after_event=frozenset(_strings(raw.get("after_event", ()))),
        before_event=frozenset(_strings(raw.get("before_event", ()))),
        definite=str(raw.get("definite", "")),
        lasting=frozenset(_strings(raw.get("lasting", ()))),
        pointing=frozenset(_strings(raw.get("pointing", ()))),
        adverbial_year=_endings(raw.get("adverbial_year", ())),
    )


def _merged(text: str, known: Lexeme | None, given: Lexeme) -> Lexeme:
    """A word's meaning where it is told twice: «год» is a unit of time and the word beside a year, nothing else may be two."""
    if known is not None and known.letter == "u" and given.letter in "YJ":
        return replace(given, unit=known.unit, value=known.value)
    if known is not None and known.letter == "N" and given.letter == "T":
        return given
    if known is not None and known != given:
        raise ValueError(f"{text!r} is {known} and {given}")
    return given


def _entries(raw: Mapping[str, object]) -> Iterator[tuple[str, Lexeme]]:
    """Every word and phrase of a table with its meaning."""
    valued = {
        "months": "M",
        "weekdays": "W",
        "weekdays_short": "w",
        "numbers": "k",
        "seasons": "N",
        "seasons_alone": "T",
        "edges": "E",  # 1 the first day of, -1 the last
        "ordinals": "D",
    }
    for section, letter in valued.items():
        for value, texts in _mapping(raw.get(section, {})).items():
            yield from ((text, Lexeme(letter, int(value))) for text in _strings(texts))
    single = frozenset(_strings(raw.get("single", ())))  # units that need no number: «неделю назад»
    for unit, texts in _mapping(raw.get("units", {})).items():
        yield from ((text, Lexeme("u", int(text in single), unit)) for text in _strings(texts))
    for section, letters in (("relative", RELATIVE_LETTERS), ("story", STORY_LETTERS)):
        for unit, offsets in _mapping(raw.get(section, {})).items():
            for value, texts in _mapping(offsets).items():
                yield from ((text, Lexeme(letters[unit], int(value), unit)) for text in _strings(texts))
    yield from ((text, Lexeme("S", 0, "day")) for text in _strings(raw.get("lasting", ())))
    for name, texts in _mapping(raw.get("words", {})).items():
        yield from ((text, Lexeme(WORD_LETTERS[name])) for text in _strings(texts))


def _gate(
    words: Mapping[str, Lexeme], phrases: Mapping[tuple[str, str], list[tuple[tuple[str, ...], Lexeme]]]
) -> frozenset[str]:
    """Words without one of which (and without a year) a sentence tells no time: of a phrase, its unit or longest word."""
    gate = {word for word, lexeme in words.items() if lexeme.letter not in _QUIET}
    units = {word for word, lexeme in words.items() if lexeme.unit and lexeme.letter in "uYJ"}
    for spelled, lexeme in (item for group in phrases.values() for item in group):
        if lexeme.letter not in _QUIET:
            gate.add(next((word for word in spelled if word in units), max(spelled, key=len)))
    return frozenset(gate | units)


def _role_patterns(roles: Mapping[str, object], words: Mapping[str, Lexeme]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """For each role, a pattern for the words right before a date, articles between allowed."""
    articles = "|".join(re.escape(word) for word, lexeme in words.items() if lexeme.letter in "rYJj")
    for role, texts in roles.items():
        if role not in ROLES:
            raise ValueError(f"unknown role: {role}")
        between = _PLACE if role == "made" else rf"(?:\s+(?:{articles or '(?!)'}))*\s*"
        yield role, re.compile(rf"(?<!\w)(?:{_words_pattern(texts)}){between}\Z")


def _words_pattern(texts: object) -> str:
    """Words and phrases as alternatives, the longest first; any signs or spaces between the words of a phrase."""
    spelled = ([piece for piece in spell(text) if piece.isalpha()] for text in _strings(texts))
    return "|".join(sorted({r"\W*".join(pieces) for pieces in spelled}, key=len, reverse=True))


def _stems(texts: object) -> re.Pattern[str] | None:
    """A pattern for words that begin with one of the stems; "stem$" is a whole word, "~stem" may end a compound."""
    stems = [
        (r"\w*" if text.startswith("~") else "")
        + re.escape(text.removeprefix("~").removesuffix("$"))
        + (r"(?!\w)" if text.endswith("$") else "")
        for text in _strings(texts)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(stems)})") if stems else None


def _endings(texts: object) -> re.Pattern[str] | None:
    """A pattern for a text that ends in a word with one of the endings, or in nothing but a mark."""
    endings = "|".join(re.escape(text) for text in _strings(texts))
    return re.compile(rf"(?:(?:{endings})|[,:–—]|\A)\s*\Z") if endings else None


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"expected a table, got {value!r}")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"expected a list of words, got {value!r}")
    return tuple(value)
