"""What the case of a treaty noun says where nouns are inflected: an agreement in the instrumental is nobody's object and no subject."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind

_DIRECT = frozenset(
    {
        "sign",
        "initial",
        "ratify",
        "approve",
        "submit",
        "promulgate",
        "suspend",
        "extend",
        "terminate",
        "denounce",
        "annul",
        "withdraw",
        "amend",
        "reject",
        "conclude",
        "enter_force",
    }
)  # verbs whose object stands in the accusative, or, in the passive, is the subject
_OWN = 4  # words from what is a state's own under an agreement to the noun
_FROM = 6  # words from "from" to the noun of what is left
_ADJECTIVES = 3  # words before a noun that agree with it


def no_object(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """«Утвердил закупку ракет, не запрещённых договором»: whether an agreement's case keeps it from being what a verb is done to."""
    if thing.what not in {TREATY, GENERIC} or trigger.voice not in {ACTIVE, PASSIVE} or trigger.family not in _DIRECT:
        return False
    plain = trigger.first == trigger.last and not reading.is_a("agreeing", trigger.first)
    between = range(min(trigger.last, thing.last) + 1, max(trigger.first, thing.first))
    if reading.any_is("amendments", between) or reading.any_is("duties", range(thing.first - _OWN, thing.first)):
        return False  # «подписана поправка к договору», «заморозила участие в договоре»
    if any(":" in reading.before(i) for i in between):
        return False  # «с договором 2001 года его не путать: тот продлён»
    if trigger.family == "withdraw":  # «вышла из Европейской конвенции»
        return plain and (_always(reading, thing) or _not_left(reading, trigger, thing))
    return (plain or trigger.family == "enter_force") and oblique(reading, thing)


def oblique(reading: Reading, thing: Thing) -> bool:
    """Whether a treaty noun stands in a case that is neither nominative, accusative nor a bare genitive."""
    noun = _noun(reading, thing)
    maybe = noun >= 0 and reading.lexicon.has("maybe_oblique", reading.tokens[noun].low)
    return _always(reading, thing) or (maybe and _led(reading, noun))


def _always(reading: Reading, thing: Thing) -> bool:
    """Whether a treaty noun has a form of no other case."""
    noun = _noun(reading, thing)
    return noun >= 0 and reading.lexicon.has("oblique", reading.tokens[noun].low)


def _noun(reading: Reading, thing: Thing) -> int:
    """The noun that heads an agreement's wording, or -1, where the language's nouns have no cases, too."""
    if not reading.lexicon.grammar.get("oblique"):
        return -1
    if thing.what == GENERIC:
        return thing.last
    return next((h.first for h in reading.section("instruments") if thing.first <= h.first <= thing.last), -1)


def _led(reading: Reading, noun: int) -> bool:
    """Whether a preposition stands before a noun with what agrees with it: «по Европейской конвенции»."""
    endings = tuple(reading.lexicon.grammar.get("adjective_endings", ()))
    names = {p.start for p in reading.parties if p.kind in {PartyKind.NAME, PartyKind.CAPITAL}}
    word = noun - 1
    while word > max(0, noun - 1 - _ADJECTIVES) and not reading.is_a("prepositions", word):
        if reading.tokens[word].start in names or not reading.tokens[word].low.endswith(endings):
            return False
        if reading.before(word + 1).strip(' \u00a0«“"„-'):
            return False
        word -= 1
    return word >= 0 and reading.is_a("prepositions", word)


def in_row(reading: Reading, thing: Thing, other: Thing, gap: range) -> bool:
    """Whether an agreement may stand in one row with another before it, `gap` between them: «ратифицировал соглашение, аналогичное
    договору» and «подписал меморандум, взяв за образец соглашение» are no rows."""
    return (not oblique(reading, other) or oblique(reading, thing)) and _opens_item(reading, other, gap)


def _opens_item(reading: Reading, other: Thing, gap: range) -> bool:
    """Whether the word behind the last comma before a treaty noun agrees with that, or may stand before any noun."""
    noun = _noun(reading, other)
    word = next((i for i in reversed(gap) if "," in reading.before(i)), -1)
    if noun < 0 or word < 0 or any(reading.is_a("coordinate", i) for i in range(word, noun)):
        return True
    low = reading.tokens[word].low
    if low[0].isdigit() or reading.is_any(("determiners", "stop_words", "prepositions", "numbers", "including"), word):
        return True
    if any(p.start <= reading.tokens[word].start < p.end for p in reading.parties):
        return True
    return _agrees(reading, noun, low)


def _agrees(reading: Reading, noun: int, low: str) -> bool:
    """Whether an adjective or a participle may go with a noun, by their endings."""
    kinds = (line.split("/") for line in reading.lexicon.grammar.get("agreeing_endings", ()))
    own = next((tuple(ends) for ending, *ends in kinds if reading.tokens[noun].low.endswith(ending)), ())
    return not own or low.endswith(own)


def head_of(reading: Reading, participle: int, before: Sequence[Thing]) -> Thing:
    """«Закон о ратификации соглашения, *подписанный* президентом»: of the things before a participle the last, or the law that is about an
    agreement which the participle does not agree with."""
    last = before[-1]
    noun = _noun(reading, last)
    laws = [t for t in before if t.what == "law"]
    apart = last.what != TREATY or noun < 0 or _agrees(reading, noun, reading.tokens[participle].low)
    return last if apart or not laws else laws[-1]


def _not_left(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """«Вышел в отставку дипломат, который писал Пакт стабильности»: behind or before a verb of leaving, no "from" leads to the agreement."""
    lexicon = reading.lexicon
    if not lexicon.has("leaving", reading.tokens[trigger.first].low):
        return False
    begin = trigger.last + 1 if thing.first > trigger.last else 0
    near = range(max(begin, thing.first - _FROM), thing.first)
    at = next((i for i in reversed(near) if lexicon.has("out_of", reading.tokens[i].low)), -1)
    return at < 0 or reading.comma_between(at, thing.first)


def out_of(reading: Reading, trigger: Trigger) -> bool:
    """Whether "from" stands right behind a verb of leaving."""
    following = trigger.last + 1
    return following < len(reading.tokens) and reading.lexicon.has("out_of", reading.tokens[following].low)


def elsewhere(reading: Reading, trigger: Trigger) -> bool:
    """«Экономика вышла из рецессии», «армия вышла к границе»: behind a verb of leaving, what is left or come to, and no day."""
    following = trigger.last + 1
    if following + 1 >= len(reading.tokens) or not reading.lexicon.has("whither", reading.tokens[following].low):
        return False
    timed = any(reading.is_any(("on_day", "units"), i) for i in (following, following + 1))
    return not timed and not reading.tokens[following + 1].low[:1].isdigit()
