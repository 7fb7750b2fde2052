"""What a verb is done to where verbs stand last and nouns have cases (Turkish, Kazakh): the noun right before it, by its ending."""

from __future__ import annotations

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import PRONOUN, Thing
from pipeline.recognise.triggers import ATTRIBUTE, NOMINAL, PASSIVE, Trigger

_ADVERBS = 7  # words between an object and its verb: day, votes, manner
_PARTICIPLES = ("an", "en", "ған", "ген", "қан", "кен", "тын", "тін")
_GIVEN_TO = frozenset({"sign", "initial", "accede"})  # "bildiriye imza attı", «коммюникеге қол қойды»


def not_this(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether cases show that a verb is not done to the agreement beside it."""
    return own_object(reading, trigger, thing) or elsewhere(reading, trigger, thing)


def own_object(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """ "Yeni tarifeyi onayladı, ticaret anlaşmasının avantajı eridi", «тарифті бекітті, келісім …»: a verb has its object before it, and
    what stands behind the verb belongs to the next clause, unless a colon leads to it."""
    if "accusative_endings" not in reading.lexicon.grammar or trigger.voice == NOMINAL:
        return False
    if thing is not None and (thing.first <= trigger.last or thing.what == PRONOUN):
        return False
    if thing is not None and any(":" in reading.before(i) for i in range(trigger.last + 1, thing.first + 1)):
        return False
    if trigger.voice == PASSIVE:
        apart = thing is not None and reading.comma_between(trigger.last, thing.first)
        return apart and trigger.first > 0 and _noun(reading, trigger.first - 1)
    beside = thing is not None and thing.first == trigger.last + 1 and not reading.before(thing.first).strip(" \u00a0")
    if beside and trigger.voice != ATTRIBUTE:
        return False
    word = _before(reading, trigger.first)
    return word >= 0 and _acted_on(reading, word, trigger.family)


def _before(reading: Reading, verb: int) -> int:
    """The last word before a verb that is neither a number, a count of votes, a day nor an adverb; -1 if there is none near."""
    votes = {i for h in reading.section("procedure") if h.key == "votes" for i in range(h.first, h.last + 1)}
    for word in range(verb - 1, max(-1, verb - 1 - _ADVERBS), -1):
        if "," in reading.before(word + 1) or not reading.same_clause(word, verb):
            return -1
        small = reading.is_any(("passing", "today", "on_day", "numbers"), word)
        if not (small or word in votes or reading.tokens[word].low[0].isdigit()):
            return word
    return -1


def _known(reading: Reading, word: int) -> bool:
    """Whether a word is told of otherwise: an act, an agreement, a law, an organ, somebody's name (or the ending written to one)."""
    if word and any(mark in reading.before(word) for mark in "'’"):
        word -= 1
    hits = (h for s in ("acts", "instruments", "things", "procedure") for h in reading.section(s))
    if any(h.first <= word <= h.last for h in hits) or reading.is_any(("generic_nouns", "no_object", "on_day"), word):
        return True
    token = reading.tokens[word]
    return any(p.start <= token.start < p.end and p.end >= token.end for p in reading.parties)


def _noun(reading: Reading, word: int) -> bool:
    """Whether what stands before a passive may be its subject: no adverb, no place."""
    return not _known(reading, word) and not reading.tokens[word].low.endswith(
        tuple(reading.lexicon.grammar.get("place_endings", ()))
    )


def _acted_on(reading: Reading, word: int, family: str) -> bool:
    """Whether a word has the ending of what is acted on, and is nothing a treaty's verb is done to."""
    if _known(reading, word):
        return False
    kinds = ("accusative_endings", "dative_endings") if family in _GIVEN_TO else ("accusative_endings",)
    endings = tuple(e for kind in kinds for e in reading.lexicon.grammar.get(kind, ()))
    low = reading.tokens[word].low
    if any(mark in reading.before(word) for mark in "'’"):  # "Paketi'ni"
        return low in endings
    return low.endswith(tuple(e for e in endings if len(e) > 1))


def of_other_field(reading: Reading, first: int, last: int) -> bool:
    """ "İklim Kanunu teklifi", «бюджет туралы заң»: where a noun stands behind what it is about, the word before a law (words `first` to
    `last`) says so, if it is no act and no agreement."""
    word = first - 1
    if word < 0 or reading.before(first).strip(" \u00a0"):
        return False
    if reading.is_a("about", word):
        return word > 0 and not _known(reading, word - 1)
    low = reading.tokens[last].low
    token = reading.tokens[first]
    titled = reading.sentence.text[token.start - reading.sentence.start].isupper()
    own = low.endswith(tuple(reading.lexicon.grammar.get("possessed_endings", ())))
    compound = titled or own or any(h.key == "law" and h.first == last + 1 for h in reading.section("things"))
    small = reading.is_any(("passing", "today", "on_day", "numbers", "determiners", "generic_determiners"), word)
    small = small or reading.tokens[word].low.endswith(_PARTICIPLES)  # "katılmayı öngören kanun"
    return compound and not (small or _known(reading, word) or reading.tokens[word].low[0].isdigit())


def elsewhere(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """ "Kürsüye çıkan bakan anlaşmayı …", «келісімнің тұстарын санамалап шықты»: what is left is said in the ablative; a verb of going out
    without it goes elsewhere. And «шарттың 3-бабын бұзды» breaks an article, but ends no treaty."""
    if "ablative_endings" not in reading.lexicon.grammar or thing is None or thing.what == PRONOUN:
        return False
    if trigger.family == "terminate" and trigger.first:
        return thing.last < trigger.first and reading.is_a("articles", trigger.first - 1)
    if trigger.family != "withdraw" or not reading.is_a("going_out", trigger.first):
        return False
    ends = tuple(reading.lexicon.grammar["ablative_endings"])
    if thing.last < trigger.first:
        return not any(reading.tokens[i].low.endswith(ends) for i in range(thing.last, trigger.first))
    if trigger.voice != ATTRIBUTE or not trigger.first:
        return False
    before = reading.tokens[trigger.first - 1].low
    cases = (*ends, *reading.lexicon.grammar.get("dative_endings", ()))
    return not _known(reading, trigger.first - 1) and before.endswith(tuple(e for e in cases if len(e) > 1))
