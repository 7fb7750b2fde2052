"""Agreements that a step is on besides its object: "an agreement on tax, another on transit", "signed together with a treaty on …"."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, NOMINAL, Trigger
from pipeline.recognise.values import DateMention, Mention

_REACH = 24  # words from one agreement to another of its kind
_NEAR = 4  # words between "together with" and its noun
_MARKS = frozenset(",;،；，")
_ANOTHER = ("one_more", "one_of")
_GAPPED = frozenset({"latter", "one_of"})
_BESIDE = 16  # characters between the two
_DATED = 3  # words from what stands for an agreement to its day
_COPULA = 9  # words between a participle and "is"
_TIED = 5  # words from "is" to the agreement
_LIGHT = ("prepositions", "determiners", "generic_nouns", "with")


def another(reading: Reading, word: int) -> int:
    """The last word of what begins at a word and stands for one more agreement without its noun ("another on transit", « un autre
    sur … »), or -1."""
    if not word or word + 1 >= len(reading.tokens):
        return -1
    if not _new_item(reading, word):
        return -1
    hits = [h for h in reading.section("grammar") if h.first == word and h.key in _ANOTHER]
    last = max((h.last for h in hits), default=-1)
    while 0 <= last < len(reading.tokens) - 1 and reading.is_a("one_more", last + 1):
        last += 1  # "un autre", "ein weiteres"
    if not 0 <= last < len(reading.tokens) - 2 or reading.before(last + 1).strip(" \u00a0"):
        return -1
    about = reading.is_a("complement", last + 1) and not reading.is_a("determiners", last + 1)
    of_them = not reading.is_any(("topical", "with"), last + 1) and reading.is_any(
        ("pronouns", "determiners"), last + 2
    )  # "one of them", "otro de los acuerdos"
    return last if about and not of_them else -1


def elided(reading: Reading, things: Sequence[Thing], verbs: Sequence[Trigger]) -> list[Thing]:
    """One more agreement of a row without its noun, between those of the row or behind its last."""
    if not things or things[0].what != TREATY or not any(role in reading.roles for role in _ANOTHER):
        return []
    begin, last = things[0].last + 1, max(t.last for t in things)
    stops = [v.first for v in verbs if v.voice != NOMINAL and v.first > last]
    end = min([last + _REACH, len(reading.tokens), *stops])
    taken = {i for t in things for i in range(t.first, t.last + 1)}
    found: list[Thing] = []
    for word in range(begin, end):
        until = another(reading, word)
        if until >= 0 and word not in taken and not (found and word <= found[-1].last):
            found.append(Thing(TREATY, word, until, things[0].kind))
    return [t for t in found if reading.clause_of[t.first] in {reading.clause_of[x.first] for x in things}]


def gapped(
    reading: Reading, verbs: Sequence[Trigger], trigger: Trigger, thing: Thing | None, marked: Sequence[DateMention]
) -> list[Thing]:
    """Agreements that share a verb and have each a day of their own: "the former was signed in March, the latter in May"."""
    if thing is None or thing.what not in {PRONOUN, GENERIC, TREATY} or trigger.voice in {NOMINAL, ATTRIBUTE}:
        return []
    acting = [v.first for v in verbs if v.voice not in {NOMINAL, ATTRIBUTE}]
    found = []
    begin = thing.last if reading.lexicon.verb_final else max(trigger.last, thing.last)
    for h in reading.section("grammar"):
        if h.key not in _GAPPED or h.first <= begin or not _new_item(reading, h.first):
            continue
        days = [reading.token_at(m.start) for m in marked if not m.role]
        day = min((i for i in days if i > h.last), default=-1)
        if not 0 < day - h.last - 1 <= _DATED or any(trigger.last < i <= day + _DATED for i in acting):
            continue
        if all(reading.is_any(_LIGHT, i) for i in range(h.last + 1, day)):
            found.append(Thing(PRONOUN, h.first, h.last))
    return found[:1]


def days(told: Sequence[Mention], marked: Sequence[DateMention], own: Sequence[DateMention]) -> list[DateMention]:
    """A verb's days with those of the agreements that share it (`gapped`)."""
    found, shared = list(own), any(m.pick for m in told[1:])
    for m in [m for m in told if m.generic or m.pick] if own and shared else ():
        behind = [d for d in marked if m.start < d.start <= m.end + _BESIDE and not d.role]
        found += [d for d in behind[:1] if d not in found]
    return found


def _new_item(reading: Reading, word: int) -> bool:
    """Whether a mark or a conjunction stands right before a word, or before its article."""
    begin = word - 1 if reading.is_a("determiners", word - 1) else word
    return bool(_MARKS & set(reading.before(begin))) or reading.is_a("coordinate", begin - 1)


def item(reading: Reading, pronoun: Thing, things: Sequence[Thing]) -> bool:
    """Whether a pronoun is an item of a list under a treaty noun before it: "three accords, one with Mali, one with Togo, were signed"."""
    if another(reading, pronoun.first) < 0:
        return False
    acts = {h.first for h in reading.section("acts") if h.form != "noun"}
    heads = [t for t in things if t.what == TREATY and 0 < pronoun.first - t.last <= _REACH]
    return bool(heads) and acts.isdisjoint(range(heads[-1].last + 1, pronoun.first))


def beside(reading: Reading, thing: Thing) -> bool:
    """Whether an agreement is only told to have gone along with another one: "together with the accord on …"."""
    return _word(reading, thing) >= 0


def together(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], trigger: Trigger, things: Sequence[Thing]
) -> list[Thing]:
    """The agreements that a step is on as well as on its object, because that went along with them."""
    if "together" not in reading.roles or trigger.voice in {NOMINAL, ATTRIBUTE}:
        return []
    acting = [v for v in verbs if v is not trigger and v.voice not in {NOMINAL, ATTRIBUTE}]
    out = []
    for thing in found:
        word = _word(reading, thing) if thing.what == TREATY and thing not in things else -1
        if word < 0:
            continue
        behind = word > trigger.last
        if not behind and not _opens(reading, word):
            continue
        between = range(trigger.last + 1, word) if behind else range(word + 1, trigger.first)
        if not any(v.first in between for v in acting) and not any(
            set(";；") & set(reading.before(i)) for i in between
        ):
            out.append(thing)
    return out


def _opens(reading: Reading, word: int) -> bool:
    """Whether a word, or the one before it, begins the sentence or stands behind a mark: «Вместе с конвенцией денонсируются …»."""
    return any(i <= 0 or _MARKS & set(reading.before(i)) for i in (word, word - 1))


def _word(reading: Reading, thing: Thing) -> int:
    """The word that says that an agreement went along with another, or -1."""
    hits = [h for h in reading.section("grammar") if h.key == "together"]
    for h in hits:
        gap = range(h.last + 1, thing.first)
        if thing.first <= h.last or len(gap) > _NEAR:
            continue
        apart = any(reading.before(i).strip(" \u00a0'’\"«“„") for i in (*gap, thing.first))
        if not apart and not reading.any_is("coordinate", gap) and not reading.any_is("prepositions", gap):
            return h.last
    return -1


def is_one(
    reading: Reading, found: Sequence[Thing], verbs: Sequence[Trigger], trigger: Trigger, thing: Thing | None
) -> Thing | None:
    """The agreement that a text is said to be: "another text approved by the committee is that of the Convention on …"."""
    if thing is None or thing.what != GENERIC or trigger.voice != ATTRIBUTE or thing.last > trigger.first:
        return None
    copula = next(
        (i for i in range(trigger.last + 1, min(trigger.last + _COPULA, len(reading.tokens))) if reading.is_a("be", i)),
        -1,
    )
    if copula < 0 or reading.comma_between(trigger.last, copula):
        return None
    behind = next((t for t in found if t.first > copula and t.what != PRONOUN), None)
    if behind is None or behind.what != TREATY or behind.first - copula > _TIED:
        return None
    told = any(v.first in range(copula, behind.first) or v.first == copula + 1 for v in verbs)
    return None if told or reading.comma_between(copula, behind.first) else behind


def set_in(reading: Reading, verbs: Sequence[Trigger], word: int, gap: range) -> bool:
    """Whether a verb is a participle between commas, behind which a conjunction goes on with the list (", signed in Rabat in May, and …")."""
    passing = any(v.first == word and v.voice == ATTRIBUTE for v in verbs) and "," in reading.before(word)
    return passing and any(i > word and reading.is_a("coordinate", i) and "," in reading.before(i) for i in gap)


def as_were(reading: Reading, trigger: Trigger, other: Thing) -> bool:
    """ "… was ratified, as were treaties on …": the verb is said once for both."""
    between = range(trigger.last + 1, other.first)
    return any(reading.is_a("subordinate", i) and i + 1 < other.first and reading.is_a("be", i + 1) for i in between)


def among(reading: Reading, gap: range) -> bool:
    """Whether what follows is told to be some of what went before: "four documents, among them a treaty on extradition"."""
    return any(reading.is_a("including", i) and set(",،，") & set(reading.before(i)) for i in gap)
