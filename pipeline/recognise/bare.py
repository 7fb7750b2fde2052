"""Verbs in their base form: orders ("ratify the ban, say doctors"), what a headline foretells ("Lima to sign"), and words that are no verbs
("a swap agreement")."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from pipeline.recognise.reading import Reading
from pipeline.recognise.values import PartyKind

if TYPE_CHECKING:
    from pipeline.recognise.triggers import Trigger

_OBJECT = 6  # words from an order to what is to be done
_SPOKEN = frozenset(':“"‘«')  # marks behind which somebody speaks
_INSIDE = " \u00a0-'’‘“\""  # marks within a noun phrase
_SUBJECT = 2  # words before the infinitive of a headline, at least
_VERBAL = ("be", "have", "do", "quote_verbs")


def orders(reading: Reading, word: int) -> bool:
    """ "Ratify the ban, say doctors", "Traders to Lima: sign the pact": it opens what is said, its object right behind."""
    opens = word == 0 or bool(set(reading.before(word)) & _SPOKEN)
    if not opens or reading.lexicon.language != "en" or (word and reading.is_a("to", word - 1)):
        return False
    nouns = {h.first for h in reading.section("instruments")}
    verbs = {h.first for h in reading.section("acts")}
    for i in range(word + 1, min(word + 1 + _OBJECT, len(reading.tokens))):
        if i == word + 2 and i in verbs and reading.is_a("coordinate", i - 1):
            return True  # "sign and ratify the treaty"
        if reading.before(i).strip(_INSIDE) or reading.is_any(("prepositions", "be", "have"), i):
            return False
        if i in nouns:
            return True
    return False


def foretells(reading: Reading, word: int) -> bool:
    """ "Lima, Oslo to sign fisheries accord": a line without a stop whose infinitive stands for its verb, behind a subject."""
    if reading.lexicon.language != "en" or word < _SUBJECT or not reading.is_a("to", word - 1):
        return False
    line = reading.sentence.text.rstrip()[-1:].isalnum()
    if not line and not _named_alone(reading, word - 1):
        return False
    begin = next((i for i in range(word - 1, 0, -1) if set(reading.before(i)) & _SPOKEN), 0)
    before = range(begin, word - 1)
    verbs = {h.first for h in reading.section("acts") if h.form != "noun"}
    return bool(before) and not any(i in verbs or reading.is_any(_VERBAL, i) for i in before)


_DECREED = frozenset({"approve", "ratify", "accede", "denounce", "terminate", "suspend"})
_TITLE = 9  # words from a decree's infinitive to the agreement it is of
_UNSURE = frozenset({"planned", "called_for", "conditional", "negated", "rejected"})


def decrees(reading: Reading, word: int, family: str) -> bool:
    """«Утвердить прилагаемый проект Соглашения …», «1. Ратифицировать Договор …»: an item of a decree or a law, which says by an infinitive
    what it does to an agreement, called with a capital letter; no other verb and no cue stands beside it."""
    opens = word == 0 or (word == 1 and reading.tokens[0].low.isdigit())
    if not opens or family not in _DECREED or not reading.lexicon.object_first or reading.heading:
        return False
    if "infinitive_endings" not in reading.lexicon.grammar or reading.sentence.text.rstrip(' »”"')[-1:] in "!?":
        return False
    if any(h.key in _UNSURE for h in reading.section("status")):
        return False
    if any(h.form in _TELLING and h.first > word for h in reading.section("acts")):
        return False
    return any(0 < h.first - word <= _TITLE and _capital(reading, h.first) for h in reading.section("instruments"))


_TELLING = frozenset({"past", "passive", "present", "future", "ahead", "negative"})


def _capital(reading: Reading, word: int) -> bool:
    return reading.sentence.text[reading.tokens[word].start - reading.sentence.start].isupper()


def _named_alone(reading: Reading, to: int) -> bool:
    """ "Doha and Muscat to extend …": nothing but names of states, or one organ, stands before the "to" that opens a brief."""
    named = {i for p in reading.parties for i in range(reading.token_at(p.start), reading.token_at(p.end - 1) + 1)}
    named |= {i for h in reading.section("procedure") for i in range(h.first, h.last + 1)}
    words = [i for i in range(to) if not reading.is_any(("coordinate", "possessive", "determiners"), i)]
    words = [i for i in words if reading.tokens[i].low != "s"]
    return bool(words) and len(words) <= _BRIEF and all(i in named for i in words)


_BRIEF = 5  # words that name who is to act
_ABSOLUTE = 6  # words of the subject of an absolute participle
_NO_SUBJECT = ("prepositions", "be", "have", "to", "coordinate", "relative", "subordinate", "stop_words")


def absolute(reading: Reading, word: int) -> bool:
    """ "The feud is over, *their leaders signing* the document in Doha": a participle with a subject of its own, both behind a comma."""
    if reading.lexicon.language != "en":
        return False
    cues = {i for h in reading.section("status") for i in range(h.first, h.last + 1)}
    for i in range(word, max(0, word - _ABSOLUTE), -1):
        if i < word and (i in cues or reading.is_any(_NO_SUBJECT, i)):
            return False
        if "," in reading.before(i):
            return i < word and (reading.is_any(("determiners", "possessive"), i))
    return False


_PARTICIPLE, _PAST = "attribute", "past"
_PARTICIPLES = frozenset({"en", "es", "fr", "pt"})  # languages whose participles agree with their noun, or with nothing
_SHARED = 10  # words from a participle to one that goes on from it
_PARTING = ("have", "be", "relative", "subordinate", "quote_verbs")


def apart(reading: Reading, one: Trigger, other: Trigger) -> bool:
    """ "The accord, *initialled in March and signed* in July", « l'accord, paraphé en mars et signé en juillet »: whether the first of two
    participles stands behind a comma and the second goes on with it."""
    if one.voice != _PARTICIPLE or one.tense != _PAST or "," not in reading.before(one.first):
        return False
    english = reading.lexicon.language == "en"
    forms = {_PAST} if english else {_PAST, "perfect"}  # « ont approuvé l'accord, … »: the auxiliary is not its
    if other.voice not in {_PARTICIPLE, "active"} or other.tense not in forms:
        return False
    if reading.comma_between(one.last, other.first):
        return False
    return goes_on(reading, one.last, other.first, other.last, _PARTICIPLES)


def leader(trigger: Trigger, triggers: Sequence[Trigger]) -> Trigger:
    """The participle that another goes on with ("…, *initialled* in March and signed in July"): what it befell befell that, too."""
    before = (
        [t for t in triggers if t.voice == _PARTICIPLE and t.first < trigger.first] if trigger.with_previous else []
    )
    return before[-1] if before and trigger.voice == _PARTICIPLE else trigger


def goes_on(reading: Reading, last: int, first: int, end: int, languages: frozenset[str] = frozenset({"en"})) -> bool:
    """ "Will be initialled in June *and inked* in September", "signed by Peru and ratified by Chile": behind "and" a participle that has
    no object shares subject and auxiliary with the one before it (up to word `last`), whatever says when, where and by whom."""
    joint = first - 1 - reading.tokens[first - 1].low.endswith("ly")
    if reading.lexicon.language not in languages or first < end or not 0 < joint - last <= _SHARED:
        return False
    if not reading.is_a("coordinate", joint):
        return False
    if reading.is_a("intransitive", first) or not reading.is_any(("prepositions", "by", "on_day"), last + 1):
        return False
    if any(reading.is_any(_PARTING, i) or reading.before(i).strip(_INSIDE) for i in range(last + 1, joint)):
        return False
    behind = end + 1
    if reading.lexicon.language != "en":
        return True
    return (
        behind >= len(reading.tokens)
        or bool(reading.before(behind).strip(" \u00a0"))
        or reading.is_any(("prepositions", "by", "on_day", "until"), behind)
    )


_TRAIT = 5  # words from an article to the noun of what it opens


def trait(reading: Reading, first: int, last: int) -> bool:
    """ "The EU–Chile modernised agreement", "the twin advanced framework agreement": a participle between an article and a noun without one
    is no verb, save in a headline."""
    if reading.lexicon.language != "en" or reading.heading or first != last or first < 2:
        return False
    behind = last + 1 + (reading.is_a("naming", first) and reading.is_a("naming", last + 1))
    noun = any(h.first == behind for h in reading.section("instruments"))
    if not noun or any(reading.before(i).strip(_INSIDE) for i in range(last + 1, behind + 1)):
        return False
    for i in range(first, max(first - _TRAIT, 0), -1):
        if reading.before(i).strip(_INSIDE + "–—/") or reading.is_any(("prepositions", "be", "have"), i - 1):
            return False
        if reading.is_any(("determiners", "possessive"), i - 1):
            return True
    return False


def names(reading: Reading, word: int) -> bool:
    """ "A gas swap agreement", "any cultural exchange treaty": right before its noun the word says what kind of agreement it is."""
    following = word + 1
    if (
        not reading.is_a("naming", word)
        or following >= len(reading.tokens)
        or reading.before(following).strip(" \u00a0-")
    ):
        return False
    return any(h.first <= word + 1 <= h.last for h in reading.section("instruments"))


_NAME = 6  # words from one in the name of an agreement to its noun
_LOWER, _LONG = 2, 4  # words without a capital in a line that is no headline, and their letters
_SMALL = frozenset({"of", "on", "and", "for", "the", "in", "to"})  # words of a name without a capital


def in_name(reading: Reading, first: int, last: int) -> bool:
    """ "Of the Land Boundary Agreement", "the wider Advanced Framework Agreement": with a capital of its own, and words with capitals up to
    the noun, a word belongs to a name, save in a headline."""
    if reading.lexicon.language != "en" or reading.heading or first == 0 or reading.before(first).strip(" \u00a0-'’"):
        return False
    nouns = {h.first for h in reading.section("instruments")}
    noun = next((i for i in range(first + 1, min(last + _NAME, len(reading.tokens))) if i in nouns), -1)
    words = range(first, noun + 1)
    if noun < 0 or not (_capital(reading, first + 1) and _capital(reading, noun)):
        return False
    if any(not (_capital(reading, i) or reading.tokens[i].low in _SMALL) for i in words):
        return False
    if any(reading.before(i).strip(" \u00a0-'’") for i in words):
        return False
    others = (i for i in range(1, len(reading.tokens)) if len(reading.tokens[i].low) >= _LONG)
    return sum(not _capital(reading, i) and reading.tokens[i].low.isalpha() for i in others) >= _LOWER


def no_verb(reading: Reading, word: int) -> bool:
    """Whether a word is a noun here: behind a determiner, or where it only names a treaty."""
    if names(reading, word):
        return True
    if word and reading.lexicon.table.arabic and not reading.lexicon.has("determiners", reading.tokens[word - 1].low):
        return False  # "وبذلك تدخل": with that it enters
    return (
        word > 0
        and not reading.before(word).strip(" \u00a0")
        and reading.is_a("determiners", word - 1)
        and (word == 1 or not reading.is_a("pronouns", word - 1))
    )


_OWNER = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.ORGANISATION})


def owned(reading: Reading, first: int, last: int, forms: Collection[str]) -> bool:
    """ "The United States' exit from the pact", "the US exit from the pact became official": whose it is stands before a noun that could be a
    verb, with the mark of a plural or as one name, which a verb's base form cannot follow."""
    if reading.lexicon.language != "en":
        return False
    if reading.before(first).strip(" \u00a0") in {"'", "’"}:
        return reading.tokens[first - 1].low.endswith("s")
    if "base" not in forms or reading.heading or reading.before(first).strip(" \u00a0"):
        return False
    owner = next((p for p in reading.parties if p.code and reading.token_at(p.end - 1) == first - 1), None)
    if owner is None or owner.kind not in _OWNER or not reading.is_a("prepositions", last + 1):
        return False
    begin = reading.token_at(owner.start)
    joined = begin > 0 and reading.is_any(("coordinate", "have"), begin - 1)
    return not joined and any(h.key == "occurred" and h.first > last for h in reading.section("nominal"))


_WORKING = frozenset({"terminate", "suspend", "extend", "amend", "withdraw"})  # what agreements do to other things, too
_TIMES = ("units", "days", "today", "same", "on_day")


def has_object(reading: Reading, last: int) -> bool:
    """ "The accord ended *their war*": behind a verb's form an article or a possessive, and no time ("signed the same day"), opens its
    object: it is no participle."""
    following = last + 1
    if reading.lexicon.language != "en" or following + 1 >= len(reading.tokens) or reading.before(following).strip():
        return False
    if not any(h.last == last and h.key in _WORKING for h in reading.section("acts")):
        return False
    if not reading.is_any(("determiners", "possessive"), following) or reading.tokens[following].low in _POINTING:
        return False
    return not any(
        reading.is_any(_TIMES, i) or reading.tokens[i].low.isdigit()
        for i in range(following + 1, min(following + 4, len(reading.tokens)))
    )


_POINTING = frozenset({"this", "that", "these", "those", "both", "all", "each"})
