"""Where a Slavonic sentence turns to something else, so that an agreement behind is none of what the verb before was done to."""

from __future__ import annotations

from pipeline.recognise.reading import RELATIVE, SUBORDINATE, Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, INTRANSITIVE, PASSIVE, Trigger

_BESIDE = 2  # words from a comma to the converb behind it: «, не чіпаючи»
_BY_NOTE = frozenset({"exchange", "notify", "deposit"})
_GROUND = 2  # words from "according to" to a text


def lists_turns(reading: Reading) -> bool:
    """Whether the language's file says by which words its sentences turn."""
    return bool(reading.lexicon.grammar.get("adversative"))


def other_sentence(reading: Reading, trigger: Trigger, thing: Thing, verbs: frozenset[int]) -> bool:
    """«Американцы его подписали, но их сенат ратификацию провалил»: behind a comma and "but" another verb has its own object."""
    if turned(reading, trigger.last, thing.first) or (thing.what == TREATY and stopped(reading, trigger, thing.first)):
        return True
    return reading.lexicon.object_first and any(
        "," in reading.before(i) and reading.is_a("coordinate", i) and any(verb > i for verb in verbs)
        for i in range(trigger.last + 1, thing.first)
    )


def turned(reading: Reading, verb: int, end: int) -> bool:
    """Whether between a verb and the word `end` another matter begins: «продовжив карантин, *а* угода лишилася таємною», «ухвалив
    резолюцію, *згадавши* конвенцію»; not where the one is denied for the other («підписали не договір, а меморандум»)."""
    if not lists_turns(reading):
        return False
    commas = [i for i in range(verb + 1, end + 1) if "," in reading.before(i)]
    return (
        any(told_on(reading, i) for i in range(verb + 1, end))
        or any(_adversative(reading, verb, i) for i in commas)
        or _converb(reading, commas, end)
        or (bool(commas) and not _by_note(reading, verb) and _participle(reading, commas[-1], end))
    )


def told_on(reading: Reading, word: int) -> bool:
    """«Заяву підписали 34 міністри: *вони* закликали …»: behind a colon a pronoun opens another sentence."""
    opens = ":" in reading.before(word) and reading.is_a("pronouns", word) and lists_turns(reading)
    return opens and not reading.is_any(("roll_call", "demonstratives"), word)


def away(reading: Reading, trigger: Trigger, anchor: int, thing: Thing) -> bool:
    """Whether an agreement told behind a verb's own object belongs to what the sentence has turned to, or is but the ground of what was done
    («прийняла рішення відповідно до статті 45 Договору»)."""
    if not lists_turns(reading):
        return False
    grounds = range(anchor + 1, thing.first)
    if any(reading.is_a("under", i) and not reading.is_a("relative", i + 1) for i in grounds):
        return True
    return (
        turned(reading, trigger.last, thing.first)
        or stopped(reading, trigger, thing.first)
        or _in_passing(reading, anchor, thing)
    )


def nothing_told(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """Whether a verb that names no agreement (or a mere decision) tells nothing of the only one of the sentence, as that stands where the
    sentence has turned to something else, or is but the ground."""
    if not lists_turns(reading) or not (thing is None or thing.what == "decision"):
        return False
    nouns = [h.first for h in reading.section("instruments")]
    if not nouns or min(nouns) < trigger.first:
        return False
    grounds = range(trigger.last + 1, min(nouns))
    return turned(reading, trigger.last, min(nouns)) or any(reading.is_a("under", i) for i in grounds)


def stopped(reading: Reading, trigger: Trigger, end: int) -> bool:
    """«Контракт подписан на два года; договор …», «отверг *упреки* Минска: соглашение исполняется»: behind a semicolon another sentence
    begins, and so it does behind a colon where the verb has an object of its own before it. `end`: the word behind it."""
    if not lists_turns(reading):
        return False
    between = range(trigger.last + 1, end + 1)
    mark = next((i for i in between if set(":;") & set(reading.before(i))), -1)
    if mark < 0 or _papers(reading, range(trigger.first, mark)):
        return False  # «Рига вручила ноту о денонсации; соглашение утратит силу»: of what the note is about
    if ";" in reading.before(mark):
        return True
    return trigger.voice == ACTIVE and _has_object(reading, trigger.last + 1, mark)


def _papers(reading: Reading, words: range) -> bool:
    papers = (h for h in reading.section("things") if h.key in {"notice", "exchange_protocol", "instruments"})
    noted = (h for h in reading.section("acts") if h.key in _BY_NOTE)
    return any(h.first in words for h in (*papers, *noted))


def _has_object(reading: Reading, word: int, end: int) -> bool:
    """Whether a plain word that is neither when nor where nor how many nor a text stands right behind a verb."""
    if word >= end or reading.is_any(_NO_OBJECT, word) or reading.before(word).strip(" \u00a0"):
        return False
    token = reading.tokens[word]
    small = reading.sentence.text[token.start - reading.sentence.start].islower()
    texts = any(reading.is_any(("generic_nouns", "plural_hint"), i) for i in range(word, end))
    things = any(word <= h.first < end for h in (*reading.section("things"), *reading.section("instruments")))
    return small and not texts and not things and not token.low.isdigit()


_NO_OBJECT = (
    "prepositions", "on_day", "today", "season", "stop_words", "passing", "determiners", "numbers", "pronouns", "coordinate",
    "subordinate", "new_words", "one_more", "other_words",
)  # fmt: skip


def _in_passing(reading: Reading, anchor: int, thing: Thing) -> bool:
    """«Принял резолюцию, *в которой* упомянуто соглашение», «вручил грамоты и рассказал, *как* применяется конвенция»: behind what a law or
    a paper is, a clause that tells no step and does not say what that is about only mentions an agreement."""
    clause = reading.clause_of[thing.first]
    if not lists_turns(reading) or clause == reading.clause_of[anchor]:
        return False
    opener = reading.clauses[clause].opener
    if opener <= anchor or reading.clauses[clause].kind not in {RELATIVE, SUBORDINATE}:
        return False
    led = opener > 0 and reading.is_a("prepositions", opener - 1) and not reading.is_a("lacking", opener - 1)
    if reading.clauses[clause].kind == RELATIVE and not led:
        return False  # «закон, которым утверждается», «ноты, которые составят договор», «нота, без которой он не действует»
    words = frozenset(reading.words_of(clause))
    telling = (h.first for key in ("acts", "things") for h in reading.section(key))
    return not any(i in words for i in telling) and not any(reading.is_a("carrier", i) for i in words)


def _adversative(reading: Reading, verb: int, word: int) -> bool:
    if not reading.is_a("adversative", word) or reading.is_any(("alike", "including"), word):
        return False
    denied = (h for h in reading.section("status") if h.key == "negated" or (h.key == "occurred" and h.last > h.first))
    return not any(verb - 1 <= h.first < word for h in denied)


def _converb(reading: Reading, commas: list[int], end: int) -> bool:
    """Whether the last comma opens what is done beside, as no further one closes it before the word `end`."""
    endings = tuple(reading.lexicon.grammar.get("converb_endings", ()))
    if not commas or not endings:
        return False
    near = range(commas[-1], min(commas[-1] + _BESIDE, end))
    return any(reading.tokens[i].low.endswith(endings) for i in near)


def _by_note(reading: Reading, verb: int) -> bool:
    """«Обменялись нотами, *подтверждающими* договоренность»: what notes and instruments say is what they are for."""
    return any(h.last == verb and h.key in _BY_NOTE for h in reading.section("acts"))


def _participle(reading: Reading, word: int, end: int) -> bool:
    """Whether a comma before a word opens what a participle says of the noun before it («принял кодекс, *развивающий* положения конвенции»), unless
    that tells a step itself («закон, ратифицирующий …»)."""
    endings = tuple(reading.lexicon.grammar.get("participle_endings", ()))
    if not endings or word >= end or not reading.tokens[word].low.endswith(endings):
        return False
    return not any(h.first <= word <= h.last for h in reading.section("acts"))


def off_ground(reading: Reading, trigger: Trigger, things: list[Thing]) -> list[Thing]:
    """«*Згідно з указом* № 287 дію угоди зупинено»: a decree, a law or a deed that a step is grounded on is not what it befalls."""
    befalls = trigger.voice == PASSIVE or trigger.family in INTRANSITIVE
    if not befalls or not lists_turns(reading):
        return things
    return [t for t in things if t.what == TREATY or not _on_ground(reading, t)]


def _on_ground(reading: Reading, thing: Thing) -> bool:
    return any(
        reading.is_any(("under", "source"), i) and not reading.before(i + 1).strip(' \u00a0«“"')
        for i in range(max(0, thing.first - _GROUND), thing.first)
    )
