"""The words of a language as data: reads `languages/<lang>.toml`, checks them, and finds them in a sentence.

`docs/add-a-language.md` has the
sections of a language file and what each is for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.recognise import groups
from pipeline.recognise.composing import composed, conjugated, side_by_side
from pipeline.recognise.patterns import Element, Pattern, Table, compile_pattern
from pipeline.recognise.sentences import fold, lower

FAMILIES = frozenset(
    [
        "sign", "ratify", "approve", "submit", "promulgate", "deposit", "exchange", "notify", "accede", "succeed",
        "withdraw", "denounce", "terminate", "suspend", "extend", "amend", "initial", "conclude", "adopt", "open",
        "enter_force", "provisional", "reject", "reserve", "annul", "same_step", "debate",
    ]
)  # fmt: skip
FORMS = frozenset(
    [
        "past", "present", "future", "base", "infinitive", "passive", "participle", "attribute", "converb", "gerund",
        "noun", "plain", "subjunctive", "negative", "ahead", "conditional", "wish",
    ]
)  # fmt: skip
THINGS = frozenset(
    [
        "law",
        "decree",
        "decision",
        "instruments",
        "procedures",
        "exchange_protocol",
        "notice",
        "negotiations",
        "contract",
        "other",
        "person",
        "draft",
        "proposal",
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
    "salience": frozenset({"background", "stance", "thereby", "news", "recap", "count", "pluperfect", "rule"}),
    "nominal": frozenset({"occurred", "planned", "temporal", "at_once"}),
    "foreign": frozenset({"domestic", "commercial", "institutions", "international", "both"}),
    "procedure": frozenset(
        {
            "deciders",
            "recipient",
            "preliminary",
            "final",
            "chamber",
            "executive",
            "presidential",
            "organisation",
            "votes",
            "wish",
            "conference",
        }
    ),
}
GRAMMAR = frozenset(
    [
        "have",
        "be",
        "be_been",
        "subjunctive_aux",
        "granted",
        "of_treaty",
        "purpose",
        "passive_aux",
        "by",
        "to",
        "determiners",
        "generic_nouns",
        "pronouns",
        "generic_determiners",
        "relative",
        *["subordinate", "inverting"],
        "moment",
        "behalf",
        "source",
        "coordinate",
        "prepositions",
        "complement",
        "stop_words",
        "plural_hint",
        "plural_pronouns",
        "distributive",
        "done",
        "dated",
        "quote_verbs",
        "same",
        "all_of",
        "each_other",
        "in_doing",
        "in_force",
        "passing",
        "on_day",
        "agreeing",
        "units",
        "concessive",
        "postposed",
        "infinitive_endings",
        *["oblique", "maybe_oblique", "adjective_endings", "agreeing_endings", "whither", "leaving", "out_of"],
        *["holding", "lasting", "motions", "courts", "bringing", "do", "becoming"],
        "manner",
        "watching",
        "until",
        "wanting",
        "receiving",
        "negation",
        "strict",
        "numbers",
        "other_words",
        "earlier_words",
        "standing_words",
        "mandating",
        "such",
        "wills",
        "visiting",
        "deals",
        "one_more",
        "one_of",
        "roll",
        "roll_call",
        "carrier",
        "cleft",
        "called",
        "including",
        "replacing",
        "amendments",
        "topical",
        "aside",
        "apart",
        "relating",
        "parts",
        "demonstratives",
        "the_one",
        "lacking",
        "likening",
        "together",
        "itself",
        "two",
        "three",
        "four",
        "new_words",
        "indefinite",
        "possessive",
        "clitics",
        "compounds",
        "ambiguous",
        "as_for",
        "beside",
        "complementiser",
        "former",
        "latter",
        "both",
        "all_told",
        "factual",
        "since",
        "with",
        "between",
        "venue",
        "sides",
        "patrons",
        "ends",
        "about",
        "adverb_endings",
        "object_articles",
        "aspect",
        "own_matter",
        "bare_endings",
        "object_endings",
        "accusative_endings",
        "dative_endings",
        "place_endings",
        "ablative_endings",
        "going_out",
        "articles",
        "possessed_endings",
        "laws_on_treaties",
        "no_object",
        "beneficiary",
        "adopting",
        "texts",
        "consent",
        "bargain",
        "duties",
        "through",
        "by_way",
        "direct",
        "informal",
        "naming",
        "intransitive",
        "labile",
        "ever",
        "papers",
        "reflexive",
        "enclitics",
        "relative_articles",
        "means",
        "denial",
        "under",
        "objects",
        "agent_endings",
        "aftermath",
        "alike",
        "follows",
        "both_sides",
        "also_month",
        "unlike",
        "days",
        "depositaries",
        "ordering",
        "today",
        "ahead_of",
        "by_which",
        "copula",
        "season",
    ]
) | {"adversative", "converb_endings", "participle_endings"}  # by which words a sentence turns to something else


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language: its patterns and the few things that are not patterns.

    `present`: what a finite present tells outside headlines ("occurred" or "planned"). `verb_final`: the verb may stand
    behind its object (German, Turkish, Kazakh). `ordinals`: "3." may be "third". `home`: the state whose organs go without a
    name in this language (Ukrainian: UA); `spelled`: (state, letters that only its houses write), which says so, too.
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
    home: str = ""
    spelled: tuple[tuple[str, str], ...] = ()

    def home_of(self, lows: Iterable[str]) -> str:
        """The state whose organs go without a name in a text of these (lower-cased) sentences, as its spelling shows; else `home`."""
        texts = tuple(lows) if self.spelled else ()
        return next((code for code, letters in self.spelled if any(letters in low for low in texts)), self.home)

    def starts(self, name: str, word: str) -> bool:
        """Whether the word begins with one of this list of the grammar section."""
        return word.startswith(tuple(self.grammar.get(name, ())))

    def has(self, name: str, word: str) -> bool:
        """Whether the word is in this word list of the grammar section."""
        return word in self.grammar.get(name, ())


def _patterns(
    section: str, key: str, form: str, values: Iterable[str], where: str, known: dict[str, Element]
) -> Iterator[Pattern]:
    for value in values:
        try:
            yield compile_pattern(value, section, key, form, known=known)
        except ValueError as wrong:
            raise ConfigurationError(where, str(wrong)) from wrong


def _act_patterns(
    family: str,
    table: Mapping[str, Any],
    columns: Sequence[str],
    data: Mapping[str, Any],
    where: str,
    known: dict[str, Element],
) -> Iterator[Pattern]:
    paradigms = data.get("paradigms", {})
    for form, lines in table.items():
        try:
            values = [text for line in lines for text in groups.expand(line, data.get("groups", {}))]
        except ValueError as wrong:
            raise ConfigurationError(f"{where}: acts.{family}.{form}", str(wrong)) from wrong
        if form in FORMS:
            yield from _patterns("acts", family, form, values, f"{where}: acts.{family}.{form}", known)
            continue
        for line in values:
            try:
                if form in paradigms:
                    built = conjugated(line, paradigms[form])
                elif form == "verbs":
                    built = side_by_side(line, columns)
                elif form == "composed":
                    built = composed(line, data.get("light", {}))
                else:
                    raise ValueError(f"expected one of {sorted(FORMS)}")
                for shape, text in built:
                    yield compile_pattern(text, "acts", family, shape, known=known)
            except ValueError as wrong:
                raise ConfigurationError(f"{where}: acts.{family}.{form}", str(wrong)) from wrong


def parse(data: Mapping[str, Any], where: str) -> Lexicon:
    """A language file's content as a Lexicon; ConfigurationError names what is wrong."""
    meta = data.get("language", {})
    tables = (*data.get("paradigms", {}).values(), *data.get("light", {}).values())
    wrong = {form for table in tables for form in table} - FORMS
    if wrong:
        raise ConfigurationError(f"{where}: paradigms, light", f"unknown forms {sorted(wrong)}")
    patterns: list[Pattern] = []
    known: dict[str, Element] = {}
    for section, keys in SECTIONS.items():
        for key, values in data.get(section, {}).items():
            if keys is not None and key not in keys:
                raise ConfigurationError(f"{where}: {section}.{key}", f"expected one of {sorted(keys)}")
            if section == "acts":
                patterns.extend(_act_patterns(key, values, meta.get("columns", ()), data, where, known))
            elif section == "grammar":
                if key not in GRAMMAR:
                    raise ConfigurationError(f"{where}: grammar.{key}", f"expected one of {sorted(GRAMMAR)}")
                patterns.extend(_patterns(section, key, "", values, f"{where}: {section}.{key}", known))
            else:
                patterns.extend(_patterns(section, key, "", values, f"{where}: {section}.{key}", known))
    unknown = set(data) - set(SECTIONS) - {"language", "paradigms", "light", "groups"}
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
        str(meta.get("home", "")),
        tuple((code, letters) for code, _, letters in (s.partition(" ") for s in meta.get("spelled", ()))),
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
