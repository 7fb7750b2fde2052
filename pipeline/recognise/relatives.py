"""Where a relative clause ends that no comma closes: "a protocol that updates the treaty | was ratified", « l'accord qui modifie la
convention | a été signé »."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.recognise.patterns import Hit
from pipeline.recognise.values import Sentence, Token

if TYPE_CHECKING:
    from pipeline.recognise.reading import Clause, Reading

Roles = Mapping[int, Set[str]]  # the keys of the grammar section that every word has, if any
_NONE: Set[str] = frozenset()

LANGUAGES = frozenset(
    {"en", "es", "fr", "pt"}
)  # those that set no comma there, and where an auxiliary stands before its verb
_BARE = frozenset(
    ["be", "been", "being", "having", "sido", "ser", "sea", "sean", "été", "être", "ayant", "avoir", "seja", "sejam", "ter", "tendo", "am"]
)  # fmt: skip
_REACH = 3  # words from an auxiliary to its participle
_YEAR = 4  # digits
_AT_LEAST = 4  # words of a relative clause whose verb is known by its ending only
_ADVERBS = frozenset({"not", "never", "already", "still", "yet", "now", "since"})
_NO_VERB = ("determiners", "pronouns", "prepositions", "coordinate", "numbers", "relative", "subordinate", "to", "with")
_SINCE_DONE = 12  # words of "done at Geneva on 4 April 2014, " before a relative word
_DONE = frozenset({"participle", "passive", "past"})
_CHANGES = frozenset({"present", "base", "past", "participle"})
TELLING = frozenset({"acts", "instruments"})
_EXTENDED = 4  # words from "extends" to the agreement that goes on: what extends a lease is no extension
_ASKED = 6  # words from an asking to the relative word about those who are asked
_CLEFT = 12  # words between "it was" and its "that"
_BY_WHICH = 2  # words before a relative word: "por el que", « par lequel »


def close(
    clauses: list[Clause], of: list[int], sentence: Sentence, hits: Sequence[Hit], roles: Roles, *, english: bool
) -> None:
    """End the relative clauses behind which the clause that they stand in goes on without a comma. `of`: the clause of every word."""
    words = [token.low for token in sentence.tokens]
    names = {i for i, token in enumerate(sentence.tokens) if sentence.text[token.start - sentence.start].isupper()}
    for clause in [c for c in clauses if c.kind in {"relative", "main"} and c.opener >= 0]:
        own = [i for i, number in enumerate(of) if number == clause.number]
        inside = [c for c in clauses if c.parent == clause.number]
        last = min([own[-1], *(c.opener - 1 for c in inside)]) if own else -1
        if last < clause.opener or any(of[i] != clause.number for i in range(own[0], last + 1)):
            continue
        relative = clause.kind == "relative"
        ends = end(clause.opener, words, hits, roles, last, names, english=english, relative=relative)
        if ends < 0:
            continue
        for i in own[own.index(ends) :]:
            of[i] = clause.parent
        for c in inside:
            clauses[c.number] = replace(c, parent=clause.parent)


def end(
    opener: int,
    words: Sequence[str],
    hits: Sequence[Hit],
    roles: Roles,
    last: int,
    names: Set[int],
    *,
    english: bool,
    relative: bool = True,
) -> int:
    """The first word behind a relative clause that begins with word `opener` and goes on to word `last` as far as marks tell, or -1.

    Where a second finite verb follows without a conjunction, it is that of the noun the clause is about. `names`: the words with a
    capital; `relative`: it is no other clause ("that" behind a noun that is no agreement).
    """
    acts = [h for h in hits if h.section == "acts" and h.form != "noun" and opener < h.first <= last]
    things = english and _of_things(opener, words, hits, roles, names)
    asked = _asked(opener, words, hits, roles, last) if english else -1
    if asked > 0:
        return asked
    for i in range(opener + 3, last if things or relative else 0):
        if any(h.section == "instruments" and opener < h.first < i for h in hits) and things:
            return -1
        if things and any(h.first == i and h.key == "enter_force" and h.form in _DONE for h in acts):
            return i
        if not roles.get(i, _NONE) & {"be", "have"} or words[i] in _BARE or "coordinate" in roles.get(i - 1, _NONE):
            continue
        if roles.get(i - 1, _NONE) & {"be", "have", "to"}:  # an auxiliary of the same verb
            continue
        if not any(h.form in _DONE and h.first <= i + _REACH and i <= h.last and h.first >= i for h in acts):
            continue
        if things or _has_verb(opener, i, words, acts, roles, english=english):
            return i - ("negation" in roles.get(i - 1, _NONE) and not english)
    return -1


def _asked(opener: int, words: Sequence[str], hits: Sequence[Hit], roles: Roles, last: int) -> int:
    """ "Urged the states that have not done so | *to* ratify": the word that goes on with what those are asked who did not, or -1."""
    status = [h for h in hits if h.section == "status"]
    asking = any(h.key == "called_for" and opener - _ASKED <= h.first and h.last < opener for h in status)
    lacking = any(
        "negation" in roles.get(i, _NONE) or words[i] == "yet" for i in range(opener + 2, min(opener + 4, last))
    )
    if not (asking and lacking):
        return -1
    led = {i for h in status for i in range(h.first, h.last + 1)}
    acts = {h.first for h in hits if h.section == "acts"}
    return next((i for i in range(opener + 3, last) if words[i] == "to" and i not in led and i + 1 in acts), -1)


def _of_things(opener: int, words: Sequence[str], hits: Sequence[Hit], roles: Roles, names: Set[int]) -> bool:
    """ "A pact on *subsidies that fuel* overfishing | took effect": whether what several things do begins the clause, which are no
    agreements: a verb without an ending, and no other's subject."""
    first = opener + 1
    told = [h for h in hits if h.section in {*TELLING, "things"}]
    noun = any(h.first <= opener - 1 <= h.last for h in told) or "quote_verbs" in roles.get(opener - 1, _NONE)
    several = 0 < opener < len(words) - 1 and words[opener - 1].endswith("s") and not noun
    if not several or not any(h.last < opener and h.section == "instruments" for h in told):
        return False
    plain = not words[first].endswith(("s", "ly")) and words[first] not in _ADVERBS and first not in names
    return plain and not roles.get(first, _NONE) & {*_NO_VERB, "be", "have"}


def _has_verb(
    opener: int, word: int, words: Sequence[str], acts: Collection[Hit], roles: Roles, *, english: bool
) -> bool:
    """Whether a relative clause has a verb of its own before a word: an act, an auxiliary, or what ends as English verbs do. It has
    none where what stands there is a name ("que Argel | no ha denunciado el tratado" would be cut from its "no")."""
    if any(h.last < word - 1 and h.first > opener for h in acts):
        return True
    first = opener + 1
    if any(roles.get(i, _NONE) & {"be", "have"} for i in range(first, word - _REACH)):
        return True
    ends = words[first].endswith(("s", "ed")) and word - first >= _AT_LEAST and words[word - 1] not in _ADVERBS
    return english and ends and not roles.get(first, _NONE) & {*_NO_VERB}


def changing(reading: Reading) -> frozenset[int]:
    """The words that lead to what only says which agreement another one changes: "a protocol that updates the tax treaty", "por el que se
    modifica …", «соглашение, продлевающее …». It goes on like "a protocol updating the tax treaty"."""
    nouns = reading.section("instruments")
    named = {hit.last + 1 for hit in nouns}
    verbs = [
        hit
        for hit in reading.section("acts")
        if hit.key == "amend" or (hit.key == "extend" and any(0 < n.first - hit.last <= _EXTENDED for n in nouns))
    ]
    does = {hit.first for hit in verbs if hit.form in _CHANGES}
    does |= {i - 1 for i in does if reading.is_a("reflexive", i - 1)}
    openers = [i for i in reading.roles.get("relative", ()) if i + 1 in does]
    found: set[int] = set()
    if openers:
        done = [i for i in named if reading.is_a("done", i)]
        told = {hit.first for hit in reading.hits if hit.section in TELLING}
        found.update(i for i in openers if i in named or _goes_on(i, done, told))
        found.update(i for opener in openers for i in _by_which(reading, opener, named))
    attributes = (hit.first for hit in verbs if hit.form == "attribute" and hit.first in named)
    return frozenset(found.union(i for i in attributes if reading.before(i).strip(" \u00a0") == ","))


def cleft(reading: Reading, opener: int) -> bool:
    """« C'est à l'unanimité que les députés ont voté … », "It was on Friday that …": what follows is what the sentence tells."""
    named = {hit.first for section in (*TELLING, "things") for hit in reading.section(section)}
    begins = [
        hit.last
        for hit in reading.section("grammar")
        if hit.key == "cleft" and (hit.first == 0 or reading.before(hit.first).strip(" \u00a0"))
    ]
    if any(last < opener <= last + _CLEFT and named.isdisjoint(range(last + 1, opener)) for last in begins):
        return True
    return _who_it_was(reading, opener, named)


def _who_it_was(reading: Reading, opener: int, named: Set[int]) -> bool:
    """ "The trigger was Mauritania, which deposited its instrument on 9 May": a state that a short subject and a copula bring in, and whose
    relative clause tells what it did."""
    before = [p for p in reading.parties if p.code and not p.body and reading.token_at(p.end - 1) == opener - 1]
    if not before or not named.isdisjoint(range(opener)):
        return False
    word = reading.token_at(before[-1].start) - 1
    word -= word > 0 and reading.is_a("determiners", word)
    return 0 < word <= _SUBJECT and reading.is_a("be", word) and "," in reading.before(opener)


_SUBJECT = 8  # words of "the latest to join"


def _by_which(reading: Reading, opener: int, named: Collection[int]) -> Iterator[int]:
    """The words of "by which" right behind a noun, up to its relative word."""
    first = next((i for i in range(opener - 1, opener - 1 - _BY_WHICH, -1) if i in named), opener)
    if all(reading.is_any(("prepositions", "determiners"), i) for i in range(first, opener)):
        yield from range(first, opener + (first < opener) * (1 + reading.is_a("reflexive", opener + 1)))


def _goes_on(opener: int, done: Collection[int], told: Set[int]) -> bool:
    """Whether a relative word goes on about what was done somewhere some day: "the protocol done at Geneva on 4 April 2014, which amends".

    `done`: the words that say so; `told`: those of acts and agreements, of which none stands between.
    """
    return any(i < opener <= i + _SINCE_DONE and told.isdisjoint(range(i, opener)) for i in done)


def ends_with(inner: int, outer: int, word: int, gaps: Sequence[str], roles: Roles) -> bool:
    """ "The treaty, which dates from 2007 when it was signed, *has* gone …": whether the comma before a word ends a relative clause, too,
    and not only the clause in it. `inner`, `outer`: the words that open the two."""
    ends = inner - outer > 1 and "," not in gaps[inner]
    return ends and bool(roles.get(word, _NONE) & {"have", "be"})


def before_date(tokens: Sequence[Token], word: int, *, since: bool) -> bool:
    """ "Since 1 March 2020", "until 2031": a word that opens clauses stands before a date as a preposition."""
    following = [token.low for token in tokens[word + 1 : word + (3 if since else 2)]]
    return any(low[0].isdigit() and (since or len(low) == _YEAR) for low in following)
