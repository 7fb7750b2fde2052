"""Things of a sentence that no verb acts on, though they stand near it: by what it is done, on what ground, after what.

«Тем же распоряжением одобрено соглашение»: the order is the means. "Under the convention the cabinet approved a plan": the
convention is the ground. «После ратификации соглашение вступит в силу»: what enters into force is the agreement.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import endings, further, orders
from pipeline.recognise.cases import LAWS, nothing_follows
from pipeline.recognise.reading import RELATIVE, SUBORDINATE, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, FINITE, GERUND, INTRANSITIVE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import DateMention

_BY_NOTE = frozenset({"exchange", "notify", "deposit"})  # "exchanged notes under the agreement"
_CLAUSE = 10  # words between an agreement and its relative clause
_REACH = 4  # words between "in accordance with" and its noun
_REACH_HAN = 30  # the same where every ideograph is a word
_WORKING = frozenset({"terminate", "suspend", "extend", "amend", "withdraw"})  # what agreements do to other things, too
_LEAVING = frozenset({"withdraw", "denounce", "terminate", "notify"})
_CASES = frozenset({"be", "kk", "ky", "mk", "ru", "uk"})  # there a subject may follow its verb as well as an object


def objects(reading: Reading, things: Sequence[Thing], trigger: Trigger) -> Sequence[Thing]:
    """The things of a sentence that may be what `trigger` is done to."""
    if trigger.voice == NOMINAL:
        return things
    if trigger.voice == ATTRIBUTE and _before_means(reading, trigger):
        return ()  # «принятым законом ратифицируется»
    kept = [
        t
        for t in things
        if not _means(reading, t)
        and not (
            trigger.family not in _BY_NOTE
            and trigger.voice != ATTRIBUTE
            and not reading.is_a("under", trigger.last)
            and _ground(reading, t)
            and not _retold(reading, trigger, t)
        )
        and not _earlier(reading, t)
        and not (t.what == PRONOUN and further.item(reading, t, things))
        and not (t.what == TREATY and further.beside(reading, t) and not _told_on(reading, trigger, t))
        and not _end(reading, trigger, t)
    ]
    return kept if len(kept) < len(things) else things


def _before_means(reading: Reading, trigger: Trigger) -> bool:
    return trigger.last + 1 < len(reading.tokens) and reading.is_a("means", trigger.last + 1)


def _means(reading: Reading, thing: Thing) -> bool:
    """Whether a law or decree is what something is done by: an instrumental without a preposition."""
    if thing.what not in LAWS and thing.what != "decision":
        return False
    if not reading.is_a("means", thing.last):
        return False
    return thing.first == 0 or not reading.is_a("prepositions", thing.first - 1)


def _retold(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether an act is told in the relative clause of an agreement: "will be banned under the treaty that parliament ratified"."""
    clause = reading.clause(trigger.first)
    return (
        clause.kind == RELATIVE
        and 0 < clause.opener - thing.last <= _CLAUSE
        and reading.clause_of[thing.first] == clause.parent
    )


def _told_on(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether an act stands in a relative clause about an agreement, or in a participle behind it."""
    if trigger.first < thing.last:
        return False
    clause = reading.clause(trigger.first)
    return trigger.voice == ATTRIBUTE or (
        clause.kind == RELATIVE and clause.opener > thing.last and reading.clause_of[thing.first] == clause.parent
    )


def _ground(reading: Reading, thing: Thing) -> bool:
    """Whether an agreement is only what a deed rests on: "in accordance with", «на основании», 根据, «сәйкес» behind it."""
    if thing.what not in {TREATY, "other"} or "under" not in reading.roles:
        return False
    if not reading.lexicon.grammar.get("prepositions"):  # postpositions: Kazakh
        return thing.last + 1 < len(reading.tokens) and reading.is_a("under", thing.last + 1)
    if any(reading.is_a("objects", i) for i in range(thing.first, thing.last + 1)):
        return False  # «ратифицировал в соответствии с конституцией соглашение»: no case that the ground would stand in
    reach = _REACH_HAN if reading.lexicon.language == "zh" else _REACH
    acts = {h.last for h in reading.section("acts")}
    for word in range(thing.first - 1, max(-1, thing.first - 1 - reach), -1):
        if reading.before(word + 1).strip(" \u00a0'’«\"“《") or not reading.same_clause(word, thing.first):
            return False
        if reading.is_a("under", word):
            return not reading.is_a("duties", word - 1)  # "froze its obligations under the treaty"
        attribute = word in acts and reading.tokens[word + 1].low == "的"
        if (word in acts and not attribute) or (
            reading.is_a("prepositions", word)
            and reading.lexicon.language != "zh"
            and not (word and reading.is_a("under", word - 1))  # « en vertu du traité »
        ):
            return False
    return False


def _earlier(reading: Reading, thing: Thing) -> bool:
    """Whether an act told by a noun is only what the verb's deed comes after or before: «после подписания», «до ратификации»."""
    if thing.what != NOUN or "aftermath" not in reading.roles:
        return False
    before = thing.first - 1
    return any(
        reading.is_a("aftermath", i) for i in range(max(0, before - 1), before + 1)
    ) and not reading.comma_between(max(0, before - 1), thing.first)


def _end(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """«Одобрен и внесен на ратификацию договор»: where nouns have cases, one behind a preposition is no subject of a passive,
    nor of what takes effect («с обменом грамотами он вступил в силу»)."""
    return (
        (trigger.voice == PASSIVE or trigger.family in INTRANSITIVE)
        and thing.what == NOUN
        and reading.lexicon.object_first
        and "means" in reading.lexicon.grammar
        and thing.first > 0
        and reading.is_a("prepositions", thing.first - 1)
    )


def _unless(reading: Reading, trigger: Trigger) -> bool:
    """ "Is renewed for five years unless a party gives notice", «если одна из сторон не уведомит другую о выходе»: how an agreement runs on."""
    clause = reading.clause(trigger.first)
    if trigger.family not in _LEAVING or clause.kind != SUBORDINATE:
        return False
    if not any(h.key == "extend" and reading.clause_of[h.first] != clause.number for h in reading.section("acts")):
        return False
    inside = [h for h in reading.section("status") if clause.opener <= h.first <= trigger.last]
    return any(h.key == "conditional" and h.first == clause.opener for h in inside) and any(
        h.key == "negated" for h in inside
    )


def does(reading: Reading, trigger: Trigger, thing: Thing | None, marked: Sequence[DateMention]) -> bool:
    """Whether an agreement is what does something to another thing: "the accord ends tariffs on wool", "leaves nothing to the others".

    `marked`: the sentence's time expressions, which are no object.
    """
    if _unless(reading, trigger):
        return True
    if thing is None or thing.what not in {TREATY, GENERIC, PRONOUN} or trigger.family not in _WORKING:
        return False
    if trigger.voice == PASSIVE:
        return trigger.family == "amend" and _other_amended(reading, trigger, thing)
    if trigger.voice != ACTIVE or thing.last >= trigger.first:
        return False
    dated = _words(reading, marked)
    if trigger.tense == GERUND and "," in reading.before(trigger.first):
        return _counted(reading, trigger) or _object_behind(
            reading, trigger, dated
        )  # "…, ending two years of haggling"
    return (
        trigger.tense in FINITE and _is_subject(reading, trigger, thing) and _has_object(reading, trigger, thing, dated)
    )


def _is_subject(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether an agreement in front of a finite verb may be its subject."""
    if reading.is_a("clitics", thing.last) or reading.is_a("intransitive", trigger.first):
        return False
    if reading.lexicon.language in _CASES or (thing.first and _has(reading, "object_articles", thing.first - 1)):
        return False  # "den Vertrag kündigte die neue Führung"
    return not _other_subject(reading, trigger, thing)


def _has_object(reading: Reading, trigger: Trigger, thing: Thing, dated: frozenset[int]) -> bool:
    """Whether a verb behind an agreement has another thing for its object."""
    if reading.lexicon.grammar.get("object_endings"):
        return (
            _uninflected(reading, thing) and trigger.first - 1 not in dated and _inflected(reading, trigger.first - 1)
        )
    if reading.lexicon.language == "zh":
        return _han_object(reading, trigger)
    if _object_before(reading, trigger, thing):
        return True
    inside = range(trigger.first + 1, trigger.last)
    if trigger.last > trigger.first and _has(reading, "ends", trigger.last):
        return True
    if any(reading.is_a("determiners", i) for i in inside) and not _actor(reading, inside):
        return True
    return _object_behind(reading, trigger, dated)


def _object_before(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """„Ein Abkommen, das *die Zölle* aufhebt“: a German relative clause with an object before its verb, and nobody who could act."""
    opener = reading.clause(trigger.first).opener
    if opener <= thing.last or not reading.is_a("relative_articles", opener) or trigger.first - opener <= 1:
        return False
    between = range(opener + 1, trigger.first)
    nominative = reading.tokens[opener + 1].low == "der" or reading.tokens[opener].low in {"den", "dem", "deren"}
    return not nominative and endings.capital(reading, between[-1]) and not _actor(reading, between)


def _words(reading: Reading, marked: Sequence[DateMention]) -> frozenset[int]:
    """The words of time expressions."""
    return frozenset(i for m in marked for i in range(reading.token_at(m.start), reading.token_at(m.end - 1) + 1))


def _other_amended(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "This page has been updated to add the new convention": where the subject comes first, what stands behind was not amended."""
    purpose = any(reading.is_a("to", i) for i in range(trigger.last + 1, min(trigger.last + 3, len(reading.tokens))))
    return purpose and thing.first > trigger.last and not reading.lexicon.object_first


def of_date(reading: Reading, trigger: Trigger, marked: Sequence[DateMention]) -> bool:
    """Whether a verb's last word belongs to a date: "agreed on Thursday to …" is no agreeing on something."""
    if trigger.family != "conclude" or trigger.last == trigger.first or not reading.is_a("prepositions", trigger.last):
        return False
    begins = {reading.token_at(m.start) for m in marked}
    return trigger.last in begins or trigger.last + 1 in begins


def _other_subject(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether a state stands between the agreement and the verb and is no part of its name: "the accord which Minsk suspended"."""
    places = (reading.token_at(p.start) for p in reading.parties)
    return any(
        thing.last < i < trigger.first
        and not any(reading.is_a(role, j) for j in range(i - 2, i) for role in ("prepositions", "coordinate", "with"))
        for i in places
    )


def _actor(reading: Reading, words: range) -> bool:
    """Whether a state or one of its organs is named among words."""
    organs = any(
        h.key in {"executive", "presidential", "chamber"} and h.first in words for h in reading.section("procedure")
    )
    return organs or any(reading.token_at(p.start) in words for p in reading.parties)


def _object_behind(reading: Reading, trigger: Trigger, dated: frozenset[int]) -> bool:
    following = trigger.last + 1
    if following + 1 < len(reading.tokens) and _has(reading, "about", following):
        following += 1  # "nearly two years of haggling"
    elif following >= len(reading.tokens) or following in dated or nothing_follows(reading, trigger):
        return False
    low = reading.tokens[following].low
    counted = reading.is_a("numbers", following) and trigger.tense != GERUND  # "ended two years ago"
    adverb = _ends(reading, "adverb_endings", following) or counted or reading.is_a("stop_words", following)
    near = range(following, min(following + 3, len(reading.tokens)))
    day = low.isdigit() and trigger.tense != GERUND  # "expires 31 May", but "ending 19 rounds of talks"
    return not adverb and not day and not _actor(reading, near) and not dated & set(near[:2])


def _counted(reading: Reading, trigger: Trigger) -> bool:
    """ "…, ending 19 rounds of talks": a number and what is counted, which is no month, behind the verb."""
    number = trigger.last + 1
    if number + 1 >= len(reading.tokens) or not reading.tokens[number].low.isdigit():
        return False
    counted = reading.tokens[number + 1].start - reading.sentence.start
    near = not reading.before(number).strip(" \u00a0") and not reading.before(number + 1).strip(" \u00a0")
    return near and reading.sentence.text[counted].islower()


def _han_object(reading: Reading, trigger: Trigger) -> bool:
    following = trigger.last + 1
    while following < len(reading.tokens) and _has(reading, "aspect", following):
        following += 1
    if following + 1 >= len(reading.tokens) or any(
        orders.parted(reading, i - 1, i) for i in (following, following + 1)
    ):
        return False
    low = reading.tokens[following].low
    return (
        not _has(reading, "own_matter", following)
        and not low.isdigit()
        and not _actor(reading, range(following, following + 4))
    )


def _uninflected(reading: Reading, thing: Thing) -> bool:
    """Turkish "anlaşma … sona erdirdi": what is ended has a case ending, what ends something has none."""
    following = thing.last + 1
    written = following < len(reading.tokens) and any(mark in reading.before(following) for mark in "'’")
    return thing.what == TREATY and _ends(reading, "bare_endings", thing.last) and not written


def _inflected(reading: Reading, word: int) -> bool:
    """Whether a Turkish word right before a verb has the ending of an object."""
    return _ends(reading, "object_endings", word)


def _has(reading: Reading, name: str, word: int) -> bool:
    """Whether a word is in one of the language's word lists."""
    return reading.lexicon.has(name, reading.tokens[word].low)


def _ends(reading: Reading, name: str, word: int) -> bool:
    """Whether a word has one of the endings that the language lists."""
    return reading.tokens[word].low.endswith(tuple(reading.lexicon.grammar.get(name, ())))
