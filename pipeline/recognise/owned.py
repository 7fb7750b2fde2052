"""An English verb's own object, which is no agreement, though one stands behind it: "approved *the sale* of helicopters to an ally covered by
the treaty", "extended *condolences* to the people and reaffirmed commitment to the deal"."""

from __future__ import annotations

from pipeline.recognise import endings, ideographs
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, Trigger

_ENDS = ("prepositions", "coordinate", "relative", "be", "have", "to", "stop_words", "subordinate")
_ON = frozenset({"to", "for", "on", "of"})  # words that lead to what consent is given to


def apart(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether the verb has an object of its own, and the agreement behind it hangs on that or on another verb."""
    if reading.lexicon.language == "zh":
        return ideographs.not_its(reading, trigger, thing)
    if thing is None or thing.what != TREATY or trigger.voice != ACTIVE:
        return False
    if reading.lexicon.language != "en" or thing.first <= trigger.last + 1:
        return False
    begin = trigger.last + 1
    if any(h.first in range(begin, thing.first) for h in reading.section("acts") if h.form != "noun"):
        return False
    if any(_next_clause(reading, i) or _doing(reading, i, thing.first) for i in range(begin, thing.first)):
        return True
    start = _start(reading, begin, thing.first)
    before = start - 1
    if before < begin or reading.before(start).strip(" \u00a0'’‘“\""):
        return False
    if (
        _of_another_verb(reading, before)
        or _placed(reading, trigger, before)
        or _from_elsewhere(reading, trigger, before)
    ):
        return True
    if trigger.family in _IN_PART and not reading.comma_between(trigger.last, before):
        return False
    return _leads(reading, before) and _has_object(reading, begin, before)


def _doing(reading: Reading, word: int, thing: int) -> bool:
    """ "Adopted a new code, saying nothing *of* the treaty": what is done besides, and leads to it."""
    low = reading.tokens[word].low
    if len(low) < _VERB or not low.endswith("ing") or "," not in reading.before(word):
        return False
    cue = any(h.first <= word <= h.last for name in ("status", "nominal", "acts") for h in reading.section(name))
    return not cue and not reading.is_a("prepositions", word) and not reading.comma_between(word, thing)


def _placed(reading: Reading, trigger: Trigger, before: int) -> bool:
    """ "*Put flowers before parliament* over the treaty": something else was put there."""
    if trigger.family != "submit" or not _leads(reading, before) or reading.tokens[before].low == "of":
        return False
    if not any(h.key == "chamber" and h.last == trigger.last for h in reading.section("procedure")):
        return False
    named = {i for name in ("instruments", "things") for h in reading.section(name) for i in range(h.first, h.last + 1)}
    inner = (i for i in range(trigger.first + 1, trigger.last) if i not in named)
    return any(not reading.is_any((*_LEADING, "stop_words", "on_day", "to"), i) for i in inner)


_PARTED = frozenset({"sign", "accede", "withdraw"})
_ITS_OWN = ("duties", "generic_nouns", "numbers")


def _from_elsewhere(reading: Reading, trigger: Trigger, before: int) -> bool:
    """ "Walked out of the chamber during a debate *on* the pact", "signed up for lessons *about* the treaty": the verb's own words lead to
    something else, but for a role in the agreement or duties under it."""
    leading = trigger.first < trigger.last and reading.is_a("prepositions", trigger.last)
    if trigger.family not in _PARTED or not leading or not reading.is_a("prepositions", before):
        return False
    inner = range(trigger.last + 1, before)
    if not inner or reading.tokens[before].low in _ON - {"on"} or any(reading.is_any(_ITS_OWN, i) for i in inner):
        return False
    marked = any(reading.before(i).strip() for i in (*inner, before))
    return not marked and not endings.capital(reading, before - 1)


_IN_PART = frozenset(
    {"suspend", "amend", "terminate", "withdraw"}
)  # "suspends its role in the treaty", "ends an annex to it"


_LEADING = ("prepositions", "determiners", "possessive")


def _next_clause(reading: Reading, word: int) -> bool:
    """ "… a loan, *but* members asked", "ratified new canons and *prayed for* peace": another clause, or another verb, begins there."""
    low, between = reading.tokens[word].low, reading.before(word)
    if ";" in between or (low == "but" and "," in between):
        return True
    verb = len(low) >= _VERB and low.endswith("ed") and reading.is_a("coordinate", word - 1)
    act = any(h.first == word for h in reading.section("acts"))
    return verb and not act and word + 1 < len(reading.tokens) and reading.is_any(_LEADING, word + 1)


def _start(reading: Reading, begin: int, noun: int) -> int:
    """The first word of the noun phrase that ends on `noun`."""
    start = noun
    while start > begin and not reading.before(start).strip(" \u00a0-'’‘“\""):
        if reading.is_a("determiners", start) and not reading.is_a("numbers", start):
            break
        if reading.is_any(_ENDS, start - 1):
            break
        start -= 1
    return start


def _leads(reading: Reading, word: int) -> bool:
    return reading.is_any(("prepositions", "to"), word)


def _of_another_verb(reading: Reading, word: int) -> bool:
    """ "…, citing the convention", "… and defended the pact": a verb that tells of no step stands right before the agreement."""
    low = reading.tokens[word].low
    between = reading.before(word)
    if reading.is_any(("prepositions", "determiners", "stop_words"), word) or len(low) < _VERB:
        return False
    if low.endswith("ing"):
        return "," in between
    led = word > 0 and (
        reading.is_any(("coordinate", "relative"), word - 1) or reading.tokens[word - 1].low.endswith("ly")
    )
    return low.endswith("ed") and led


_VERB = 5  # letters


def _has_object(reading: Reading, begin: int, leading: int) -> bool:
    """Whether a noun phrase stands right behind the verb, and the agreement hangs on another noun, by another word than "of"."""
    if begin + 1 >= leading or reading.before(begin).strip(" \u00a0"):
        return False
    if reading.tokens[begin].low in _ON:
        begin += 1
    article = reading.is_any(("determiners", "possessive"), begin) and not reading.is_a("on_day", begin)
    plural = reading.tokens[begin].low.endswith("s") and reading.is_a("prepositions", begin + 1)
    plural = plural and not reading.is_any(("prepositions", "stop_words", "on_day", "coordinate"), begin)
    if not (article or plural):
        return False
    inner = range(begin, leading + 1)
    if any(reading.is_a("duties", i) or reading.is_a("generic_nouns", i) for i in inner):
        return False
    led = [i for i in inner if _leads(reading, i)]
    return len(led) > 1 or reading.tokens[leading].low != "of"
