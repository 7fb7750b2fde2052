"""Where a conjunction begins a clause with a verb of its own: what stands behind it is not done by the verb before it."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import Thing
from pipeline.recognise.triggers import Trigger


def other_sentence(reading: Reading, trigger: Trigger, thing: Thing, verbs: frozenset[int]) -> bool:
    """«Американцы его подписали, но их сенат ратификацию провалил»: behind a comma and "but" another verb has its own object."""
    if not reading.lexicon.object_first:
        return False
    between = range(trigger.last + 1, thing.first)
    if any(
        "," in reading.before(i) and reading.is_a("coordinate", i) and any(verb > i for verb in verbs) for i in between
    ):
        return True
    return begins(reading, between, thing.first)


def begins(reading: Reading, between: range, thing: int) -> bool:
    """Whether a German conjunction among words begins a clause that holds the thing: „genehmigte eine Tranche, und das Abkommen geriet …“
    (no comma stands before "und" in a list), „billigte das Budget und rügte Ungarn unter Hinweis auf die Verträge“."""
    if reading.lexicon.language != "de":
        return False
    for word in between:
        if not reading.is_a("coordinate", word) or word + 1 > thing:
            continue
        if "," in reading.before(word) and word + 2 >= thing and not _act(reading, word + 1):
            return True
        if word + 2 <= thing and _predicate(reading, word + 1):
            return True
    return False


def of_next(reading: Reading, law: int, thing: Thing) -> bool:
    """ "Yeni yasayı kabul etti; yasanın anlaşmayla …": where a noun stands behind what it is about, no law (its last word, or its verb's)
    is about what follows it in another clause, save behind a colon."""
    between = range(law + 1, thing.first + 1)
    if reading.lexicon.language == "en":  # "the resolution was adopted; the envoy called it a breach of the Charter"
        return any(";" in reading.before(i) for i in between)
    if not reading.lexicon.verb_final or reading.lexicon.grammar.get("prepositions"):
        return False
    apart = reading.comma_between(law, thing.first) or any(";" in reading.before(i) for i in between)
    return apart and not any(mark in reading.before(i) for i in between for mark in ":：")


_FINITE = ("te", "ten")
_NOT_SO = frozenset({"heute", "bitte", "weite", "weiten", "letzte", "letzten", "erste", "ersten", "dritte", "dritten"})


def _predicate(reading: Reading, word: int) -> bool:
    """Whether a small-lettered word is a finite verb: it ends so, and an article, a preposition or a name follows it."""
    token = reading.tokens[word]
    small = reading.sentence.text[token.start - reading.sentence.start].islower()
    if not small or not token.low.endswith(_FINITE) or token.low in _NOT_SO or _act(reading, word):
        return False
    following = word + 1
    if following >= len(reading.tokens) or reading.before(following).strip(" \u00a0"):
        return False
    named = any(p.start == reading.tokens[following].start for p in reading.parties)
    return named or reading.is_any(("determiners", "prepositions"), following)


def _act(reading: Reading, word: int) -> bool:
    return any(h.first == word and h.form != "noun" for h in reading.section("acts"))
