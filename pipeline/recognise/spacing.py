"""How far a date stands from a verb: in words, with what lies between, and in which clause."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.reading import MAIN, RELATIVE, Reading
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, PASSIVE, PAST, PRESENT, Trigger
from pipeline.recognise.values import DateMention

_AND = "و"  # written as one word with the verb it joins
_IN_FRONT = 4  # what it costs a date to stand before its verb
_BEHIND = 12  # what it costs a date to stand behind its verb where verbs stand last
RIGHT_BEHIND = 5  # words from a participle to its date
_LIGHT = ("prepositions", "determiners", "coordinate", "by")
_COMMAS = frozenset(",，،;；")
_PREPOSITION = 2  # words of "as of" and its kind


def word_of(reading: Reading, mention: DateMention) -> int:
    """The index of a date's first word in its sentence."""
    return min(reading.token_at(mention.start), len(reading.tokens) - 1)


def last_of(reading: Reading, mention: DateMention) -> int:
    """The index of its last word."""
    return min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)


def clause_of(reading: Reading, mention: DateMention) -> int:
    """The clause a date stands in; one that "that day" seems to open is none."""
    word = word_of(reading, mention)
    home = reading.clauses[reading.clause_of[word]]
    begins = home.number and 0 <= home.opener <= word
    if begins and (
        (mention.rule.startswith("story_") and home.opener == word)
        or (mention.role in {"effective", "since"} and home.kind != RELATIVE and word - home.opener <= _PREPOSITION)
    ):
        return home.parent  # "that day", "as of today": what seems to open a clause belongs to the date
    return home.number


def distance(reading: Reading, mention: DateMention, trigger: Trigger) -> int:
    """Words between a date and a verb; a conjunction between them counts as ten, a comma as six.

    Where the verb does not stand last, a date in front of it is more often that of the verb before.
    """
    first, last = word_of(reading, mention), last_of(reading, mention)
    if trigger.first < first and last < trigger.last:  # among the words of the verb itself
        over = reading.any_is("coordinate", range(last + 1, trigger.last))
        return (trigger.last - last) // _BEHIND + 10 * over  # "opened in 2020 and ended in agreement on …"
    ahead = first < trigger.first
    low, high = (last, trigger.first) if ahead else (trigger.last, first)
    between = [i for i in reading.roles.get("coordinate", ()) if low < i < high]
    joined = sum(not _joins_names(reading, i) for i in between)
    joined += ahead and reading.lexicon.table.arabic and reading.tokens[trigger.first].low.startswith(_AND)
    commas = sum(not _COMMAS.isdisjoint(reading.before(i)) for i in range(low + 1, high + 1))
    late = (reading.lexicon.verb_final and not _second(reading, trigger)) or bool(reading.lexicon.han)
    wrong_side = _IN_FRONT if ahead and not late else _BEHIND if not ahead and late else 0
    return high - low + 10 * joined + 6 * commas + wrong_side


def _second(reading: Reading, trigger: Trigger) -> bool:
    """Whether a finite verb of a main clause comes second, where those of other clauses stand last (German)."""
    if not reading.lexicon.grammar.get("relative_articles") or reading.clause(trigger.first).kind != MAIN:
        return False
    opens = trigger.first == 0 or not reading.same_clause(
        trigger.first - 1, trigger.first
    )  # "Unterzeichnet wurde er …"
    return opens or (trigger.voice == ACTIVE and trigger.tense in {PAST, PRESENT})


def _joins_names(reading: Reading, word: int) -> bool:
    """Whether a conjunction stands between two names ("Kuchma and Putin"), not between two clauses."""
    if not 0 < word < len(reading.tokens) - 1:
        return False
    if reading.lexicon.han:  # 与美国签署
        return any(p.start == reading.tokens[word + 1].start for p in reading.parties)
    base, text = reading.sentence.start, reading.sentence.text
    left, right = (text[reading.tokens[i].start - base] for i in (word - 1, word + 1))
    return left.isupper() and right.isupper()


def parted(reading: Reading, trigger: Trigger, mention: DateMention) -> bool:
    """Whether a comma stands between a verb and the date behind it."""
    return reading.comma_between(trigger.last, word_of(reading, mention))


def held(reading: Reading, trigger: Trigger, mention: DateMention) -> bool:
    """Whether a date is that of the participle in front of it: nothing but a few words, or names, between.

    A participle before its noun has its date in front: „das 2016 unterzeichnete Abkommen wurde am Montag ratifiziert“.
    """
    first, word = trigger.last + 1, word_of(reading, mention)
    if word < first or parted(reading, trigger, mention):
        return False
    if any(first <= h.first < word for h in reading.section("instruments")):
        return False
    return word - trigger.last <= RIGHT_BEHIND or _names(reading, range(first, word))


def _names(reading: Reading, words: range) -> bool:
    """Whether words are names of states and what joins them ("signed between Portugal and Viet Nam on 2 May")."""
    named = {i for p in reading.parties for i in range(reading.token_at(p.start), reading.token_at(p.end - 1) + 1)}
    return all(i in named or reading.is_any(_LIGHT, i) for i in words)


def of_main_verbs(reading: Reading, marked: Sequence[DateMention], verbs: Sequence[Trigger]) -> Sequence[DateMention]:
    """The dates of a sentence without those of its participles («документ, подписанный 13 марта, …»), and of what its relative clauses
    tell to have been done before ("approved the treaty that was signed on 13 March"): they are not the story's."""
    attributes = [t for t in verbs if t.voice == ATTRIBUTE]
    main = any(reading.clause(t.first).kind == MAIN and t.voice in {ACTIVE, PASSIVE} for t in verbs)
    told = {reading.clause_of[t.first] for t in verbs if reading.clause(t.first).kind == RELATIVE} if main else set()
    kept = [m for m in marked if clause_of(reading, m) not in told]
    return [m for m in kept if not any(held(reading, t, m) for t in attributes)]


def last_hand_first(reading: Reading, found: list[DateMention]) -> list[DateMention]:
    """Of two days joined by "and" the later: "signed in Lomé on 16 July and in Moscow on 30 July" was done then."""
    if len(found) < 2 or any(m.day is None or m.month is None or m.role for m in found):
        return found
    one, two = sorted(found[:2], key=lambda m: m.start)
    left, right = last_of(reading, one), word_of(reading, two)
    joined = reading.any_is("coordinate", range(left + 1, right)) and right - left <= RIGHT_BEHIND
    return [two, one, *found[2:]] if joined and not reading.comma_between(left, right) else found
