"""A sentence as the rules see it: its words, what the lexicon found among them, and its clauses.

A clause is known by its opening: the main clause, or a relative, a subordinate or a parenthetical one inside another.
Commas end relative and subordinate clauses and leave the main one whole, so that an apposition does not part a subject
from its verb.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from operator import attrgetter

from pipeline.recognise import homographs, parted, relatives
from pipeline.recognise.immutable import cached_property, value
from pipeline.recognise.lexicon import Lexicon
from pipeline.recognise.patterns import Hit
from pipeline.recognise.relatives import Roles
from pipeline.recognise.values import PartyMention, Sentence, Token

MAIN, RELATIVE, SUBORDINATE, ASIDE = "main", "relative", "subordinate", "aside"

_STRONG = frozenset(";:—–；：…")
_CLOSING = frozenset(")]）】")
_OPENING = frozenset("([（【")
_NONE: frozenset[str] = frozenset()
_LIGHT = frozenset({"prepositions", "pronouns", "stop_words", "determiners", "clitics"})  # words that are no noun
_COMMAS = frozenset(",，،")
_JOINTS = frozenset("—–－·")
_JOINING = frozenset({"-", "‑"})
_FINITE = frozenset({"present", "base", "subjunctive"})
_PLAIN = frozenset({" ", "", "-", "'", "’", "\u00a0"})  # between most words: no mark at all
_LABEL = 9  # words within which the heading of an item ends


@value()
class Clause:
    """A stretch of a sentence with one opening. `opener`: index of the word that opened it, -1 for none."""

    number: int
    parent: int
    kind: str
    opener: int


@value(slots=False, eq=False)
class Reading:
    """A sentence read with a lexicon. `heading`: it is a headline; `item`: it opens an item of a list. What few sentences are asked for is found when it first is."""

    sentence: Sentence
    lexicon: Lexicon
    hits: tuple[Hit, ...]
    find_parties: Callable[[], tuple[PartyMention, ...]] = tuple
    heading: bool = False
    item: bool = False

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The words."""
        return self.sentence.tokens

    @cached_property
    def _cut(self) -> tuple[list[Clause], list[int]]:
        commas = bool(self.lexicon.grammar.get("relative_articles"))
        clauses, of = _clauses(self.tokens, self._gaps, self.hits, self.roles_of, self.changing, commas=commas)
        if self.lexicon.language in relatives.LANGUAGES and any(c.opener > 0 for c in clauses):
            relatives.close(clauses, of, self.sentence, self.hits, self.roles_of, english=self.lexicon.language == "en")
        return clauses, of

    @cached_property
    def changing(self) -> frozenset[int]:
        """The words that lead to what only says which agreement another one changes (`relatives.changing`); they open no clause."""
        return relatives.changing(self)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, by their numbers."""
        return tuple(self._cut[0])

    @cached_property
    def clause_of(self) -> tuple[int, ...]:
        """The number of every word's clause."""
        return tuple(self._cut[1])

    @cached_property
    def _gaps(self) -> list[str]:
        """What stands before every word, and behind the one before it."""
        low, base, last = self.sentence.low, self.sentence.start, 0
        gaps = []
        for start, end, _ in self.tokens:
            gap = low[last : start - base]
            gaps.append("-" if gap == "–" else gap)  # "the India–Mauritius convention"
            last = end - base
        if self.lexicon.language == "zh":  # 中国—秘鲁 is one pair; what parts clauses is "——"
            gaps = ["-" if gap in _JOINTS else gap for gap in gaps]
        return gaps

    @cached_property
    def _ends(self) -> list[int]:
        return [token.end for token in self.tokens]

    @cached_property
    def label_end(self) -> int:
        """The word behind a colon among the first ones ("Mexico and Jamaica: …"), 0 where there is none."""
        gaps = self._gaps
        return next((i for i in range(1, min(_LABEL, len(gaps))) if ":" in gaps[i] or "：" in gaps[i]), 0)

    @cached_property
    def parties(self) -> tuple[PartyMention, ...]:
        """States and organs named in the sentence, looked for when first asked."""
        return self.find_parties()

    @cached_property
    def by_section(self) -> dict[str, tuple[Hit, ...]]:
        """The hits of every section, in the order of the text."""
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.section, []).append(hit)
        return {section: tuple(hits) for section, hits in found.items()}

    def section(self, name: str) -> tuple[Hit, ...]:
        """The hits of one section."""
        return self.by_section.get(name, ())

    @cached_property
    def roles(self) -> dict[str, frozenset[int]]:
        """For every key of the grammar section, the words that have this role."""
        found: dict[str, set[int]] = {}
        for hit in self.section("grammar"):
            found.setdefault(hit.key, set()).update(range(hit.first, hit.last + 1))
        return {key: frozenset(words) for key, words in found.items()}

    @cached_property
    def roles_of(self) -> Roles:
        """For every word that has any, its keys of the grammar section."""
        found: dict[int, set[str]] = {}
        for hit in self.section("grammar"):
            for i in range(hit.first, hit.last + 1):
                found.setdefault(i, set()).add(hit.key)
        return found

    def is_a(self, role: str, word: int) -> bool:
        """Whether a word has a role of the grammar section ("have", "be", "by", "determiners" …)."""
        return word in self.roles.get(role, ())

    def any_is(self, role: str, words: Iterable[int]) -> bool:
        """Whether any of the words has a role."""
        those = self.roles.get(role)
        return those is not None and not those.isdisjoint(words)

    def is_any(self, roles: Iterable[str], word: int) -> bool:
        """Whether a word has any of the roles."""
        own = self.roles_of.get(word)
        return own is not None and not own.isdisjoint(roles)

    def gap(self, left: int, right: int) -> str:
        """The text between two words."""
        base = self.sentence.start
        return self.sentence.low[self.tokens[left].end - base : self.tokens[right].start - base]

    def before(self, word: int) -> str:
        """The text between a word and the one before it, or the sentence's start; behind the last word, what the sentence ends on."""
        if word == len(self.tokens):
            return self.sentence.low[self.tokens[-1].end - self.sentence.start :] if self.tokens else self.sentence.low
        return self._gaps[word]

    def comma_between(self, left: int, right: int) -> bool:
        """Whether a comma or a stronger mark stands anywhere between two words."""
        return any(gap not in _PLAIN and _marks(gap) for gap in self._gaps[left + 1 : right + 1])

    def token_at(self, offset: int) -> int:
        """Index of the first word that ends behind a character offset of the text; len(tokens) where none does."""
        return bisect_right(self._ends, offset)

    def same_clause(self, one: int, other: int) -> bool:
        """Whether two words stand in the same clause."""
        of = self.clause_of
        return of[one] == of[other]

    def clause(self, word: int) -> Clause:
        """The clause of a word."""
        return self.clauses[self.clause_of[word]]

    def within(self, number: int, ancestor: int) -> bool:
        """Whether a clause is another one or lies inside it."""
        while number != ancestor:
            if number == 0:
                return False
            number = self.clauses[number].parent
        return True

    def words_of(self, number: int) -> Iterator[int]:
        """The words of a clause, without those of the clauses inside it."""
        return (i for i, c in enumerate(self.clause_of) if c == number)


def _marks(text: str) -> bool:
    return any(c in _COMMAS or c in _STRONG or c in _OPENING or c in _CLOSING for c in text)


def _dash(text: str) -> bool:
    return (
        any(c in _STRONG for c in text if c not in "–—")
        or " – " in text
        or "—" in text
        or " -- " in text
        or " - " in text
    )


_ADVERBIAL = frozenset({"have", "called"})  # "has since applied it", "an accord known as Open Skies"


def _opening(
    i: int,
    tokens: Sequence[Token],
    roles: Roles,
    nouns: frozenset[int],
    covered: frozenset[int],
    negating: frozenset[int],
    *,
    marked: bool,
    commas: bool = False,
) -> str:
    """Which clause a word opens, if any. "that" behind a noun is relative, before a noun it is a determiner."""
    keys = roles.get(i)
    if not keys or i in covered:
        return ""
    if "relative_articles" in keys and marked and _LIGHT & roles.get(i + 1, _NONE):
        return RELATIVE  # German: ", das der Bundestag …", ", die am Montag …"
    if "relative" in keys:
        if "determiners" in keys or "generic_determiners" in keys:
            if i + 1 in nouns:
                return ""
            return RELATIVE if i - 1 in nouns or {"have", "be"} & roles.get(i + 1, _NONE) else MAIN
        return RELATIVE
    if "subordinate" in keys:
        before = roles.get(i - 1, _NONE)
        modal = "inverting" in keys and "be" in roles.get(i + 1, _NONE)  # "the treaty, they say, should be revised"
        adverb = modal or ("reflexive" in keys and "negation" in before) or not _ADVERBIAL.isdisjoint(before)
        loose = (commas or "inverting" in keys) and not marked and "coordinate" not in before
        if (i in negating and not marked) or adverb or loose or relatives.before_date(tokens, i, since="since" in keys):
            return ""
        return SUBORDINATE
    return ""


def _clauses(
    tokens: Sequence[Token], gaps: Sequence[str], hits: Sequence[Hit], roles: Roles, closed: Set[int], *, commas: bool
) -> tuple[list[Clause], list[int]]:
    """The clauses, and the clause of every word. `gaps`: what stands before each word; `roles`: of each word; `closed`: words that open
    none; `commas`: a comma stands before every subordinate clause (German)."""
    nouns: set[int] = set()
    covered: set[int] = set()
    ends: set[int] = set()  # "attend que": the cue's last word opens a clause all the same
    for hit in hits:
        if hit.section == "grammar":
            if hit.key == "generic_nouns":
                nouns.add(hit.last)
        elif hit.section in {"instruments", "things"}:
            nouns.update(range(hit.first, hit.last + 1))
        joins = hit.section == "grammar" and hit.key in {"coordinate", "passing"}  # "as well as", "as a basis for"
        if (joins or hit.section in {"things", "status", "acts"}) and hit.last > hit.first:
            covered.update(range(hit.first + (hit.section != "acts" and not joins), hit.last + 1))
            if hit.section == "status":
                ends.add(hit.last)
    negating = frozenset(h.first for h in hits if h.section == "status" and h.key == "negated" and h.last > h.first)
    clauses = [Clause(0, 0, MAIN, -1)]
    of: list[int] = []
    current = 0
    marked = True
    covered.update(closed)
    covered -= ends  # below: "so-called", "realizou-se a troca"
    covered.update(j for i, gap in enumerate(gaps) if gap in _JOINING for j in (i - 1, i))
    frozen_nouns, frozen_covered = frozenset(nouns), frozenset(covered)
    dashes = _set_in(
        gaps, frozenset(i for hit in hits if hit.section in relatives.TELLING for i in range(hit.first, hit.last + 1))
    )
    for i, between in enumerate(gaps):
        if i and between not in _PLAIN:
            inner = clauses[current]
            current = _after_marks(between, current, clauses, dashes.get(i, ""))
            if not commas and inner.kind == SUBORDINATE and clauses[current].kind == RELATIVE:
                both = relatives.ends_with(inner.opener, clauses[current].opener, i, gaps, roles)
                current = clauses[current].parent if both else current
        before = marked
        leading = {"prepositions", "lacking"} & roles.get(i - 1, _NONE)  # „, ohne dass …“
        marked = not i or "," in between or (commas and before and bool(leading))
        kind = _opening(i, tokens, roles, frozen_nouns, frozen_covered, negating, marked=marked, commas=commas)
        if kind and (i or kind == SUBORDINATE):
            again = clauses[current]
            if kind != SUBORDINATE and again.kind == RELATIVE and "coordinate" in roles.get(i - 1, _NONE):
                kind, current = RELATIVE, again.parent  # "one that A initialled and that B signed"
            clauses.append(Clause(len(clauses), current, kind, i))
            current = len(clauses) - 1
        of.append(current)
    return clauses, of


def _set_in(gaps: Sequence[str], telling: frozenset[int]) -> dict[int, str]:
    """By word, the bracket that the dash before it stands for, where two dashes set something in: "three treaties — on tax, trade and
    transit — took effect". `telling`: words of acts and agreements; the dash of a dateline has none before it."""
    at = [i for i, gap in enumerate(gaps) if i and gap not in _PLAIN and _dash(gap)]
    if len(at) < 2:
        return {}
    while at and not any(i in telling for i in range(at[0])):
        del at[0]
    if len(at) != 2 or any(_strong(gaps[i]) for i in at):
        return {}
    return {at[0]: "(", at[1]: ")"}


def _strong(text: str) -> bool:
    return any(c in _STRONG for c in text if c not in "–—")


def _after_marks(between: str, current: int, clauses: list[Clause], bracket: str = "") -> int:
    """The clause that goes on behind punctuation; a strong mark begins a new one. `bracket`: what a dash stands for."""
    for c in between + bracket:
        if c in _CLOSING:
            while current and clauses[current].kind != ASIDE:
                current = clauses[current].parent
            current = clauses[current].parent
        elif c in _COMMAS and clauses[current].kind in {RELATIVE, SUBORDINATE}:
            current = clauses[current].parent
        elif c in _OPENING:
            clauses.append(Clause(len(clauses), current, ASIDE, -1))
            current = len(clauses) - 1
    if not bracket and _dash(between):
        clauses.append(Clause(len(clauses), current, MAIN, -1))
        current = len(clauses) - 1
    return current


def read(
    sentence: Sentence,
    lexicon: Lexicon,
    find_parties: Callable[[], tuple[PartyMention, ...]] = tuple,
    *,
    heading: bool = False,
    item: bool = False,
) -> Reading:
    """Read one sentence."""
    hits = tuple(lexicon.table.find(sentence.tokens))
    hits = parted.whole(lexicon.table, sentence, hits) if lexicon.language == "zh" else hits
    if not parted.PASSING.isdisjoint([h.key for h in hits]):
        hits = tuple(sorted((*hits, *parted.across(lexicon.table, sentence.tokens, hits)), key=attrgetter("first")))
    hits = tuple(h for h in hits if h.key != "negated" or not homographs.of_number(sentence, h))
    months = {
        h.first for h in hits if h.key == "also_month" and homographs.is_month(sentence, h.first, heading=heading)
    }
    parts = {h.first for h in hits if h.form in _FINITE and homographs.in_compound(sentence, h.first)}
    if months or parts:
        hits = tuple(h for h in hits if h.first not in months and not (h.first in parts and h.form in _FINITE))
    return Reading(sentence, lexicon, hits, find_parties, heading, item)
