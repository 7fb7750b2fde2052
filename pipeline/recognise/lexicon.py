"""The words of a language as data: reads `languages/<lang>.toml`, checks them, and finds them in a sentence.

A pattern is words parted by spaces: `word` stands for itself, `stem*` for every word that begins so, `*end` for every word that ends so, `a|b` for either,
`..` for up to three words between (`..6`: up to six). Chinese patterns need no spaces. `docs/add-a-language.md` has the
sections of a language file and what each is for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.recognise.sentences import fold, lower
from pipeline.recognise.values import Token

FAMILIES = frozenset(
    [
        "sign",
        "ratify",
        "approve",
        "submit",
        "promulgate",
        "deposit",
        "exchange",
        "notify",
        "accede",
        "succeed",
        "withdraw",
        "denounce",
        "terminate",
        "suspend",
        "extend",
        "amend",
        "initial",
        "conclude",
        "adopt",
        "open",
        "enter_force",
        "provisional",
        "reject",
        "reserve",
        "annul",
        "same_step",
    ]
)
FORMS = frozenset(
    [
        "past",
        "present",
        "future",
        "base",
        "infinitive",
        "passive",
        "participle",
        "attribute",
        "converb",
        "gerund",
        "noun",
        "plain",
        "subjunctive",
    ]
)
THINGS = frozenset(
    [
        "law",
        "decree",
        "decision",
        "instruments",
        "exchange_protocol",
        "notice",
        "negotiations",
        "contract",
        "other",
        "person",
        "draft",
    ]
)
STATUSES = frozenset(["planned", "called_for", "negated", "conditional", "occurred", "rejected"])
SECTIONS = {
    "acts": FAMILIES,
    "instruments": None,
    "things": THINGS,
    "status": STATUSES,
    "after": STATUSES,
    "grammar": None,
    "salience": frozenset({"background", "news", "recap", "count"}),
    "nominal": frozenset({"occurred", "planned", "temporal"}),
    "foreign": frozenset({"domestic", "commercial", "international", "both"}),
    "procedure": frozenset(
        {"recipient", "preliminary", "final", "chamber", "executive", "presidential", "organisation", "votes"}
    ),
}
GRAMMAR = frozenset(
    [
        "have",
        "be",
        "be_future",
        "be_been",
        "passive_aux",
        "by",
        "to",
        "determiners",
        "generic_nouns",
        "pronouns",
        "generic_determiners",
        "relative",
        "subordinate",
        "coordinate",
        "prepositions",
        "complement",
        "stop_words",
        "plural_hint",
        "distributive",
        "quote_verbs",
        "same",
        "all_of",
        "each_other",
        "negation",
        "strict",
        "numbers",
        "other_words",
        "indefinite",
        "possessive",
        "clitics",
        "compounds",
    ]
)
_CJK = re.compile("[\u3400-\u9fff]")
_MAX_MEMO = 50_000
ACT, TREATY_NOUN, BODY_ACT = 1, 2, 4  # what the first word of a pattern may open: see `Table.classify`
_BODY_FAMILIES = frozenset({"withdraw", "accede", "denounce", "enter_force"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern found in a sentence: tokens `first` to `last`, both included, under the label "section:key[:form]"."""

    first: int
    last: int
    section: str
    key: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a pattern, or a gap."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    gap: int = 0

    def matches(self, word: str) -> bool:
        """Whether this word may stand here."""
        return (
            word in self.exact
            or (bool(self.prefixes) and word.startswith(self.prefixes))
            or (bool(self.suffixes) and word.endswith(self.suffixes))
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern with its label."""

    elements: tuple[Element, ...]
    section: str
    key: str
    form: str = ""


def _split_cjk(text: str) -> str:
    return "".join(f" {c} " if _CJK.match(c) else c for c in text)


def compile_pattern(text: str, section: str, key: str, form: str = "") -> Pattern:
    """Compile one pattern; ValueError where it is not one."""
    elements: list[Element] = []
    spaced = _split_cjk(text) if _CJK.search(text) else re.sub(r"[’'\-]", " ", text)
    for part in lower(spaced).split():
        if part.startswith(".."):
            elements.append(Element(gap=int(part[2:] or 3)))
            continue
        choices = [fold(c) for c in part.split("|")]
        exact = frozenset(c for c in choices if "*" not in c)
        prefixes = tuple(c[:-1] for c in choices if c.endswith("*"))
        suffixes = tuple(c[1:] for c in choices if c.startswith("*"))
        if not all((*prefixes, *suffixes, *exact)) or any("*" in c for c in (*prefixes, *suffixes)):
            raise ValueError(f"a star stands at one end of a word: {text!r}")
        elements.append(Element(exact, prefixes, suffixes))
    if not elements or elements[0].gap or elements[-1].gap:
        raise ValueError(f"a pattern begins and ends with a word: {text!r}")
    return Pattern(tuple(elements), section, key, form)


def _variants(word: str, arabic: bool) -> tuple[str, ...]:
    """The word and, in Arabic, the word without its clitics."""
    if not arabic:
        return (word,)
    out = [word]
    out += [word[1:] for clitic in ("و", "ف") if word.startswith(clitic) and len(word) > 3]
    for clitic in ("لل", "ال", "بال", "كال", "ل", "ب", "ك", "س"):
        out += [f[len(clitic) :] for f in out[:2] if f.startswith(clitic) and len(f) - len(clitic) >= 2]
    return tuple(dict.fromkeys(out))


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
    _kinds: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for pattern in self.patterns:
            head = pattern.elements[0]
            for word in head.exact:
                self._exact.setdefault(word, []).append(pattern)
            for stem in head.prefixes:
                self._prefix.setdefault(stem, []).append(pattern)
            self._suffix.extend((end, pattern) for end in head.suffixes)
        self._lengths = tuple(sorted({len(stem) for stem in self._prefix}))

    def starting(self, word: str) -> tuple[Pattern, ...]:
        """The patterns that may begin with this word."""
        known = self._memo.get(word)
        if known is not None:
            return known
        found: list[Pattern] = []
        for form in _variants(word, self.arabic):
            found.extend(self._exact.get(form, ()))
            for length in self._lengths:
                if length > len(form):
                    break
                found.extend(self._prefix.get(form[:length], ()))
            found.extend(pattern for end, pattern in self._suffix if form.endswith(end))
        result = tuple(dict.fromkeys(found))
        if len(self._memo) < _MAX_MEMO:
            self._memo[word] = result
        return result

    def classify(self, raw: str) -> int:
        """What a lower-cased word as it stands in the text may open: ACT, TREATY_NOUN, BODY_ACT, added up; 0 for nothing."""
        known = self._kinds.get(raw)
        if known is not None:
            return known
        kinds = 0
        for pattern in self.starting(fold(raw)):
            if pattern.section == "acts":
                kinds |= ACT | (BODY_ACT if pattern.key in _BODY_FAMILIES else 0)
            elif pattern.section == "instruments":
                kinds |= TREATY_NOUN
        if len(self._kinds) < _MAX_MEMO:
            self._kinds[raw] = kinds
        return kinds

    def acts(self, tokens: Sequence[Token]) -> bool:
        """Whether any word of a sentence may open an act."""
        return any(self.classify(token.low) & ACT for token in tokens)

    def find(self, tokens: Sequence[Token]) -> list[Hit]:
        """All hits, the longest at a place for each section and key, in the order of the text."""
        hits: dict[tuple[int, str, str, str], int] = {}
        for i, token in enumerate(tokens):
            for pattern in self.starting(token.low):
                last = self._match(pattern.elements, tokens, i)
                if last >= 0:
                    place = (i, pattern.section, pattern.key, pattern.form)
                    hits[place] = max(last, hits.get(place, -1))
        return [Hit(i, last, section, key, form) for (i, section, key, form), last in hits.items()]

    def _match(self, elements: tuple[Element, ...], tokens: Sequence[Token], at: int) -> int:
        """Index of the last token matched, or -1. The first element is known to match at `at`."""
        here, n = at + 1, 1
        while n < len(elements):
            element = elements[n]
            reach = element.gap
            if reach:
                n += 1
                element = elements[n]
            for i in range(here, min(here + reach + 1, len(tokens))):
                if any(element.matches(v) for v in _variants(tokens[i].low, self.arabic)):
                    here = i + 1
                    break
            else:
                return -1
            n += 1
        return here - 1


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: its patterns and the few things that are not patterns.

    `present`: what a finite present tells outside headlines ("occurred" or "planned"). `verb_final`: the verb may stand
    behind its object (German, Turkish, Kazakh). `ordinals`: "3." may be "third".
    """

    language: str
    table: Table
    abbreviations: frozenset[str]
    present: str = "occurred"
    ordinals: bool = False
    verb_final: bool = False
    object_first: bool = False
    grammar: Mapping[str, frozenset[str]] = field(default_factory=dict)
    han: tuple[str, ...] = ()

    def has(self, name: str, word: str) -> bool:
        """Whether the word is in this word list of the grammar section."""
        return word in self.grammar.get(name, ())


def _patterns(section: str, key: str, form: str, values: Iterable[str], where: str) -> Iterator[Pattern]:
    for value in values:
        try:
            yield compile_pattern(value, section, key, form)
        except ValueError as wrong:
            raise ConfigurationError(where, str(wrong)) from wrong


def _act_patterns(family: str, table: Mapping[str, Any], columns: Sequence[str], where: str) -> Iterator[Pattern]:
    for form, values in table.items():
        if form == "verbs":
            for line in values:
                heads, _, rest = line.partition("/")
                for column, head in zip(columns, heads.split(), strict=True):
                    yield compile_pattern(f"{head} {rest}".strip(), "acts", family, column)
        elif form in FORMS:
            yield from _patterns("acts", family, form, values, f"{where}: acts.{family}.{form}")
        else:
            raise ConfigurationError(f"{where}: acts.{family}.{form}", f"expected one of {sorted(FORMS)}")


def parse(data: Mapping[str, Any], where: str) -> Lexicon:
    """A language file's content as a Lexicon; ConfigurationError names what is wrong."""
    meta = data.get("language", {})
    patterns: list[Pattern] = []
    for section, keys in SECTIONS.items():
        for key, values in data.get(section, {}).items():
            if keys is not None and key not in keys:
                raise ConfigurationError(f"{where}: {section}.{key}", f"expected one of {sorted(keys)}")
            if section == "acts":
                patterns.extend(_act_patterns(key, values, meta.get("columns", ()), where))
            elif section == "grammar":
                if key not in GRAMMAR:
                    raise ConfigurationError(f"{where}: grammar.{key}", f"expected one of {sorted(GRAMMAR)}")
                patterns.extend(_patterns(section, key, "", values, f"{where}: {section}.{key}"))
            else:
                patterns.extend(_patterns(section, key, "", values, f"{where}: {section}.{key}"))
    unknown = set(data) - set(SECTIONS) - {"language"}
    if unknown:
        raise ConfigurationError(where, f"unknown sections {sorted(unknown)}")
    code = str(meta["code"])
    grammar = {
        key: frozenset(fold(lower(v)) for v in values if " " not in v and not v.endswith("*"))
        for key, values in data.get("grammar", {}).items()
    }
    return Lexicon(
        code,
        Table(tuple(patterns), arabic=code == "ar"),
        frozenset(meta.get("abbreviations", ())),
        meta.get("present", "occurred"),
        bool(meta.get("ordinals", False)),
        bool(meta.get("verb_final", False)),
        bool(meta.get("object_first", False)),
        grammar,
        tuple(v for values in data.get("instruments", {}).values() for v in values) if code == "zh" else (),
    )


@dataclass(frozen=True, slots=True)
class Lexicons:
    """All languages. `get` gives the lexicon to read an article with, or None."""

    by_language: Mapping[str, Lexicon]
    instead: Mapping[str, str]

    @classmethod
    def load(cls) -> Lexicons:
        """Read every file in `languages/`. Call once per process and keep the value."""
        found: dict[str, Lexicon] = {}
        instead: dict[str, str] = {}
        for path in sorted(files("pipeline.recognise").joinpath("languages").iterdir(), key=lambda p: p.name):
            if path.name.endswith(".toml"):
                data = tomllib.loads(path.read_text(encoding="utf-8"))
                lexicon = parse(data, path.name)
                found[lexicon.language] = lexicon
                instead |= dict.fromkeys(data["language"].get("serves", ()), lexicon.language)
        return cls(found, instead)

    def get(self, language: str) -> Lexicon | None:
        """By code ("en", "pt-BR"); a related language serves where there is no own file (see `serves`)."""
        code = language.split("-", maxsplit=1)[0].lower()
        return self.by_language.get(code) or self.by_language.get(self.instead.get(code, ""))
