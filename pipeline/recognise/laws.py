"""What a law, a bill or a decree is about: "a bill ratifying …", «закон о ратификации», "Ratifikationsgesetz"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.recognise import ideographs, orders, preverbal
from pipeline.recognise.cases import ENDING, LAWS, Bound
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.things import PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, ATTRIBUTE, GERUND, INFINITIVE, NOMINAL, PASSIVE, PRESENT, Trigger

_REACH = 9  # words between a law and the word that says what it is about
_INSIDE = 18  # and between a law and the treaty named in it
_HEAD = 10  # ideographs between a treaty and the law that is about it
_SUBJECT = 7  # words behind "law on" in which it would say that it is about an agreement
_SMALL = 2  # words from a bill to its "which"
_CALLED = 4  # words from an agreement to the Turkish law on it
_HAN = 60  # ideographs between what a law is about and the law


def subjects(reading: Reading, things: Sequence[Thing], triggers: Sequence[Trigger]) -> dict[Thing, Trigger]:
    """What each law, bill or decree is about: "a bill ratifying …", "закон о ратификации", "Ratifikationsgesetz"."""
    found: dict[Thing, Trigger] = {}
    for thing in things:
        if thing.what not in LAWS and thing.what not in {"notice", "decision"}:
            continue
        inside = [
            h for h in reading.section("acts") if h.form == "noun" and thing.first <= h.first and h.last <= thing.last
        ]
        if inside:
            found[thing] = Trigger(inside[0].key, thing.first, thing.last, NOMINAL, "")
            continue
        about = _about(reading, thing, things, triggers) or _about_before(reading, thing, triggers)
        about = about or _about_attributive(reading, thing, triggers) or ideographs.law_for(reading, thing, triggers)
        if about is not None:
            found[thing] = about
    return found


_PAPER = 3  # words of "paper on ratification"
_AFTER = 3  # words between "after" and a signature
_SEVERAL = frozenset(
    {"presidents", "президентами", "президентов", "главами", "лидерами", "президентів", "презідентамі"}
)
_TAKING_ON = frozenset({"ratify", "approve", "accede"})
_OF_TREATIES = frozenset({"suspend", "enter_force", "provisional", "extend", "amend", "initial", "exchange"})


def stands_for(reading: Reading, law: Thing, subject: Trigger, thing: Thing, trigger: Trigger) -> bool:
    """Whether a law is meant where its treaty is found: a treaty inside "a law ratifying it" stands for the law.

    A relative clause behind the treaty hangs on that: "a law denouncing the treaty, which Russia suspended in 2016".
    """
    between = law.last < subject.first <= thing.first or (law.first <= subject.first <= law.last < thing.first)
    begin = thing.first - reading.is_a("determiners", thing.first - 1)
    anew = reading.is_a("coordinate", begin - 1) and "," in reading.before(begin - 1)  # "…, and the treaty ended"
    apart = law.last < trigger.first < thing.first or (anew and trigger.first > thing.last)
    if reading.lexicon.language == "zh":
        return _heads(reading, law, subject, thing, trigger)
    clause = reading.clause(trigger.first)
    agrees = any(reading.is_a("of_treaty", i) for i in (clause.opener, trigger.first))  # «…, которое подписали …»
    of_treaty = (trigger.family in _OF_TREATIES or agrees) and clause.kind == RELATIVE and clause.opener > thing.last
    return (
        subject is not trigger
        and between
        and not apart
        and not of_treaty
        and not (
            thing.what == PRONOUN and reading.comma_between(law.last, thing.first)
        )  # another's: "…, but the Senate passed it"
        and thing.first - law.last <= _INSIDE
        and reading.within(reading.clause_of[thing.first], reading.clause_of[law.first])
    )


def _heads(reading: Reading, law: Thing, subject: Trigger, thing: Thing, trigger: Trigger) -> bool:
    """Chinese "提交退出《公约》的法案", "通过…协定批准法案": the law stands behind the treaty that it is about."""
    return (
        subject is not trigger
        and trigger.last < thing.first
        and 0 < law.first - thing.last <= _HEAD
        and (subject.first < thing.first or subject.first >= law.first)
        and not reading.comma_between(thing.last, law.first)
    )


def outside(one: Bound, verbs: Sequence[Trigger]) -> list[Trigger]:
    """The verbs without those that only say what its law is about: "passed the law (authorising the) ratifying (of) … in May"."""
    about, law = one.about, one.thing
    if about is None or law is None or about.family == "approve" or not one.trigger.last < law.first <= about.first:
        return list(verbs)
    return [v for v in verbs if not law.first <= v.first <= about.first]


def on_treaty(reading: Reading, thing: Thing) -> bool:
    """ "Der Bundespräsident unterschrieb das Gesetz zum Abkommen": a head of state, and the law named by its agreement."""
    head = any(h.key == "presidential" for h in reading.section("procedure")) or any(
        p.body == "head_of_state" for p in reading.parties
    )
    return head and named_by_treaty(reading, thing)


def named_by_treaty(reading: Reading, thing: Thing) -> bool:
    """Whether a law is called by an agreement: "ley aprobatoria del Convenio", "Zustimmungsgesetz zum Abkommen", "anlaşmaya dair yasa"."""
    near = range(thing.last + 1, thing.last + 5)
    if reading.lexicon.verb_final and thing.first and reading.is_a("about", thing.first - 1):
        near = range(thing.first - _CALLED, thing.first - 1)
    nouns = (h.first for h in reading.section("instruments") if h.first in near)
    return any(not _another_clause(reading, thing.last, noun) for noun in nouns)


def _another_clause(reading: Reading, left: int, right: int) -> bool:
    """«Подписал закон о мобилизации, а договор назвал …»: whether a comma and a conjunction, or a semicolon, part two words."""
    marks = ((i, reading.before(i)) for i in range(left + 1, right + 1))
    return any(";" in mark or ("," in mark and reading.is_a("coordinate", i)) for i, mark in marks)


def decree_on_treaty(reading: Reading, decree: Thing) -> bool:
    """„قرار رئيس الجمهورية رقم 112 لسنة 2025 بشأن اتفاق …“: a head of state's decree on an agreement, which a chamber approves with it."""
    heads = [h.last for h in reading.section("procedure") if h.key == "presidential" and 0 < h.first - decree.last <= 2]
    nouns = [h.first for h in reading.section("instruments") if 0 < h.first - decree.last <= _INSIDE]
    return bool(heads and nouns) and not reading.comma_between(decree.last, nouns[0])


def head_signs(reading: Reading, trigger: Trigger) -> bool:
    """«После подписания (закона) главой государства»: a signature of a head of state, right behind it, and under no treaty."""
    near = range(trigger.last + 1, min(trigger.last + 5, len(reading.tokens)))
    if any(h.first in near for h in reading.section("instruments")):
        return False
    papers = [h for h in reading.section("things") if h.key == "instruments" and h.first in near]
    if papers and any(p.body == "head_of_state" for p in reading.parties):
        return on_ratification(reading, papers[0].first)
    if any(h.key == "law" and h.first in near for h in reading.section("things")):
        return True
    if not any(h.key == "temporal" and 0 < trigger.first - h.last <= _AFTER for h in reading.section("nominal")):
        return False  # "Signature by the presidents is expected": that is the treaty's
    heads = [h.first for h in reading.section("procedure") if h.key == "presidential" and h.first in near]
    heads += [i for p in reading.parties if p.body == "head_of_state" and (i := reading.token_at(p.start)) in near]
    return bool(heads) and not any(reading.tokens[i].low in _SEVERAL for i in heads)


def on_ratification(reading: Reading, paper: int) -> bool:
    """«Документ про ратифікацію», "the paper on ratification": no instrument but the law, where a head of state signs it."""
    near = range(paper, paper + _PAPER)
    nouns = (h for h in reading.section("acts") if h.form == "noun" and h.key in _TAKING_ON)
    return reading.is_a("generic_nouns", paper) and any(h.first in near for h in nouns)


def told_before(reading: Reading, pronoun: Thing) -> bool:
    """ "Parliament passed the law on ratification on 19 March, the president signed it the next day": "it" is the law."""
    head = any(h.key == "presidential" for h in reading.section("procedure")) or any(
        p.body == "head_of_state" for p in reading.parties
    )
    about = any(h.key in _TAKING_ON and h.last < pronoun.first for h in reading.section("acts"))
    return head and about and any(h.key == "law" and h.last < pronoun.first for h in reading.section("things"))


def wishes(reading: Reading, thing: Thing | None, about: Trigger) -> bool:
    """Whether a resolution only calls for what it is about: "a non-binding motion urging the cabinet to denounce …"."""
    if thing is None:
        return False
    low, high = min(thing.first - 3, about.first), max(thing.last, about.last + 3)
    return any(h.key == "wish" and low <= h.first and h.last <= high for h in reading.section("procedure"))


def _about(reading: Reading, thing: Thing, things: Sequence[Thing], triggers: Sequence[Trigger]) -> Trigger | None:
    other = of_other_subject(reading, thing) and not of_other_field(reading, thing)
    for trigger in triggers:
        distance = trigger.first - thing.last
        if distance <= 0:
            continue
        if other and _parted(reading, thing.last, trigger.first):
            return None  # «закон о медиа, а ратификацию договора отложили»
        if _says(reading, thing, trigger):
            return trigger
        if distance > _REACH or any(t.what == TREATY and thing.last < t.first < trigger.first for t in things):
            return None
        if trigger.family == "approve" and trigger.tense == GERUND and _next_noun(trigger, triggers) is not None:
            return _next_noun(trigger, triggers)
        if trigger.tense == INFINITIVE and _to_be_done(reading, thing, trigger):
            return None
        if trigger.voice == NOMINAL or (trigger.voice == ACTIVE and trigger.tense in {GERUND, INFINITIVE}):
            return trigger
        if trigger.voice == ATTRIBUTE and distance <= 3 and trigger.family in {"ratify", *ENDING, "extend", "amend"}:
            return trigger
        return None
    return None


def _to_be_done(reading: Reading, law: Thing, trigger: Trigger) -> bool:
    """«Закон еще должен подписать президент»: a verb that another governs is what is done with the law, not what it is for."""
    between = range(law.last + 1, trigger.first)
    return reading.lexicon.object_first and any(h.first in between for h in reading.section("status"))


_TO_LAWS = frozenset({"submit", "promulgate"})
_BY_WHICH = frozenset({"بموجبه", "بموجبها"})  # „مشروع قانون يوافق بموجبه على الاتفاق“


def _says(reading: Reading, law: Thing, trigger: Trigger) -> bool:
    """Whether a verb is that of a law's relative clause: "the bill that ratifies …", "por la cual se aprueba", „mit dem … ratifiziert wird",
    «закон, которым ратифицировано»: by a word for "by which" the tense says nothing."""
    clause = reading.clause(trigger.first)
    present = trigger.voice == PASSIVE and (trigger.tense == PRESENT or reading.is_a("by_which", clause.opener))
    near = reading.lexicon.table.arabic and trigger.first - law.last <= 2 and trigger.last + 1 < len(reading.tokens)
    if near and reading.tokens[trigger.last + 1].low in _BY_WHICH:
        return True
    if near and trigger.first == law.last + 1 and trigger.tense == PRESENT and not _definite(reading, law):
        return True  # „مشروع قانون يصدق الاتفاقية“: what a noun without its article does is its relative clause
    told = trigger.family in _TO_LAWS  # "the bills that the minister submitted": done to the law
    near_by = clause.kind == RELATIVE and 0 <= clause.opener - law.last <= 3
    return near_by and not told and (trigger.voice == ACTIVE or present)


def _definite(reading: Reading, law: Thing) -> bool:
    return any(reading.tokens[i].low.startswith("ال") for i in range(law.first, law.last + 1))


def says_what(reading: Reading, trigger: Trigger, opener: int) -> bool:
    """ "The bill that ratifies the treaty", "the treaty under which it joins the union": what a text is for, no step of its own."""
    if trigger.family not in _TAKING_ON or trigger.voice != ACTIVE:
        return False
    led = opener - 2 if opener > 1 and reading.is_a("determiners", opener - 1) else opener - 1  # "por el cual"
    if led > 0 and any(reading.is_a(role, led) for role in ("prepositions", "by", "under")):
        return any(h.last == led - 1 for h in reading.section("instruments"))
    texts = {h.last for h in reading.section("things") if h.key in LAWS}
    texts |= set(reading.roles.get("generic_nouns", ()))
    return any(0 < opener - i <= _SMALL for i in texts)


def _about_before(reading: Reading, thing: Thing, triggers: Sequence[Trigger]) -> Trigger | None:
    """Where verbs stand last, what a law is about stands before it: «ратификациялау туралы заң»."""
    if not reading.lexicon.verb_final or not reading.lexicon.object_first:
        return None
    noun = next((t for t in triggers if t.voice == NOMINAL and 0 < thing.first - t.last <= 4), None)
    return noun or next((t for t in triggers if _does(reading, t, thing)), None)


_DONE_TO = re.compile(
    "(?:[ıiuü][ln]|[ae]n)[ae]n$|[лн](?:ған|ген)$"
)  # "onaylanan", «мақұлданған»: done to the law itself
_OBJECT = ("ді", "ды", "ті", "ты", "ні", "ны", "н")  # Kazakh endings of what is acted on


def _does(reading: Reading, trigger: Trigger, law: Thing) -> bool:
    """Turkish "anlaşmayı onaylayan yasa", Kazakh «келісімді мақұлдаған заң»: a participle right before the law says what the law does."""
    taking = trigger.family in _TAKING_ON or trigger.family in ENDING
    if trigger.voice != ATTRIBUTE or trigger.last + 1 != law.first or not taking:
        return False
    done_to = _DONE_TO.search(reading.tokens[trigger.last].low) is not None
    if reading.lexicon.language == "kk":  # «Мәжіліс мақұлдаған заң» is the law that it approved
        done_to = done_to or not reading.tokens[max(0, trigger.first - 1)].low.endswith(_OBJECT)
    return reading.tokens[trigger.last].low.endswith(("an", "en", "ған", "ген")) and not done_to


def attributive(reading: Reading, trigger: Trigger, about: Mapping[Thing, Trigger]) -> bool:
    """Whether a verb only says what a law is about: no step of its own (批准…的法案, "and the bill that ratifies …")."""
    clause = reading.clause(trigger.first)
    by_it = clause.kind == RELATIVE and reading.is_a("by_which", clause.opener)
    taken_on = (trigger.family in _TAKING_ON and trigger.tense == PRESENT) or (trigger.voice == PASSIVE and by_it)
    for law, subject in about.items():
        if (
            subject is trigger
            and law.first > trigger.last
            and (reading.lexicon.language == "zh" or _does(reading, trigger, law))
        ):
            return True
        if subject is trigger and taken_on and law.what == "law" and _says(reading, law, trigger):
            return True
    return False


def _about_attributive(reading: Reading, thing: Thing, triggers: Sequence[Trigger]) -> Trigger | None:
    """Chinese "批准《公约》的法案": the verb, its object, 的, the law."""
    if reading.lexicon.language != "zh" or thing.first < 1 or reading.tokens[thing.first - 1].low != "的":
        return None
    near = [t for t in triggers if t.voice == NOMINAL and 0 < thing.first - t.last <= _HAN]
    return next((t for t in reversed(near) if orders.of_law(reading, t.last, t.family)), None)


_ABOUT = frozenset({"о", "об", "обо", "про", "аб"})
_THIS = frozenset({"этом", "том", "це", "те", "гэтым", "тым"})


_OF = frozenset(
    {"about", "concerning", "de", "del", "do", "da", "for", "on", "over", "sobre", "sur", "to", "zum", "zur", "über"}
)  # what a law is about, where nouns have no cases


def of_other_subject(reading: Reading, law: Thing) -> bool:
    """«Закон о рынке дронов», "Ley de Cine", "the Finance Bill": where no act is what a law is about, its own words say that it
    is about something else."""
    following = law.last + 1
    if of_other_field(reading, law) or ideographs.of_other_field(reading, law):
        return True
    return (
        following + 1 < len(reading.tokens)
        and reading.tokens[following].low in _ABOUT
        and not reading.before(following).strip(' \u00a0«“"„')
        and not any(reading.is_a(role, following + 1) for role in ("pronouns", "generic_determiners"))
        and reading.tokens[following + 1].low not in _THIS
        and not any(h.first == following + 1 and h.form == "noun" for h in reading.section("acts"))
        and not reading.any_is("generic_nouns", range(following + 1, following + 4))  # «о международных документах»
        and not any(
            h.first <= following + 3 and h.last > following and not _parted(reading, following, h.first)
            for h in reading.section("instruments")
        )
    )


def _parted(reading: Reading, left: int, right: int) -> bool:
    """Whether a comma or a semicolon stands between two words."""
    return any(not {",", ";"}.isdisjoint(reading.before(i)) for i in range(left + 1, right + 1))


def _compound_law(reading: Reading, word: int) -> bool:
    """„Klimagesetz“, „CO2-Gesetz“: a German compound says what its law is on; a resolution is a law only where it says of what."""
    low = reading.tokens[word].low
    if low.startswith(_RESOLUTION):
        return True
    if not low.endswith(_GERMAN_LAW):
        return False
    first = word - 1 if word and reading.before(word) in {"-", "‑"} else word
    return not reading.lexicon.starts("laws_on_treaties", reading.tokens[first].low)


_RESOLUTION = "resolution"
_GERMAN_LAW = ("gesetz", "gesetzes", "gesetze", "gesetzen")


def of_other_field(reading: Reading, law: Thing) -> bool:
    """The same where a preposition or a compound tells it."""
    following = law.last + 1
    if "accusative_endings" in reading.lexicon.grammar and preverbal.of_other_field(reading, law.first, law.last):
        return True
    if following < len(reading.tokens) and reading.tokens[following].low in _OF:
        return _elsewhere(reading, following)
    if reading.lexicon.language == "en" and following < len(reading.tokens) and _does_else(reading, following):
        return True
    if reading.lexicon.table.arabic and following < len(reading.tokens):  # „مشروع قانون العلاوة الدورية“
        genitive = not _definite(reading, law) and reading.tokens[following].low.startswith("ال")
        return genitive and not reading.before(following).strip() and _elsewhere(reading, law.last)
    if "laws_on_treaties" in reading.lexicon.grammar and _compound_law(reading, law.last):
        return True
    return bool(reading.lexicon.grammar.get("compounds")) and _titled(reading, law)


def _does_else(reading: Reading, word: int) -> bool:
    """ "A resolution condemning the coup", "the bill that raises the fee": what it does is no act, and names no agreement."""
    low = reading.tokens[word].low
    if reading.before(word).strip(" \u00a0") or not (
        low in {"that", "which"} or (low.endswith("ing") and low != "during")
    ):
        return False
    end = next((i for i in range(word + 1, len(reading.tokens)) if set(reading.before(i)) & set(",;:")), -1)
    near = range(word, len(reading.tokens) if end < 0 else end)
    said = {h.first for h in (*reading.section("instruments"), *reading.section("acts"), *reading.section("status"))}
    vague = any(reading.is_any(("generic_nouns", "pronouns"), i) for i in near[1:])
    return not vague and not said & set(near) and not any(h.first in near for h in reading.section("things"))


def _elsewhere(reading: Reading, preposition: int) -> bool:
    """Whether no act and no agreement follows the preposition behind a law."""
    near = range(preposition + 1, min(preposition + _SUBJECT, len(reading.tokens)))
    if reading.lexicon.language == "en":  # "Law No. 7 on arbitration, in keeping with the convention"
        near = range(preposition + 1, next((i for i in near if "," in reading.before(i)), near.stop))
    if preposition + 1 >= len(reading.tokens) or reading.before(preposition + 1).strip(" \u00a0"):
        return False
    if (
        reading.is_any(("days", "on_day", "months"), preposition + 1)
        or reading.tokens[preposition + 1].low[0].isdigit()
    ):
        return False  # "passed three bills on Tuesday"
    said = {h.first for h in (*reading.section("instruments"), *reading.section("acts"))}
    said |= {h.first for h in reading.section("things")} | {h.first for h in reading.section("procedure")}
    said |= {reading.token_at(p.start) for p in reading.parties}  # "la ley del Congreso"
    vague = (reading.is_a(role, preposition + 1) for role in ("pronouns", "generic_determiners", "quote_verbs"))
    return not said & set(near) and not any(vague)


def _titled(reading: Reading, law: Thing) -> bool:
    """ "The Finance Bill": a noun in capitals before it says what a law is about, if it is no act and no agreement."""
    word = law.first - 1
    if (
        word < 1
        or reading.before(law.first) != " "
        or any(h.first <= word <= h.last for h in reading.section("instruments"))
    ):
        return False
    letters = [reading.sentence.text[reading.tokens[i].start - reading.sentence.start] for i in (word, law.first)]
    act = any(h.first <= word <= h.last for h in reading.section("acts"))
    named = any(p.start <= reading.tokens[word].start < p.end for p in reading.parties)
    return all(letter.isupper() for letter in letters) and not act and not named


def _next_noun(trigger: Trigger, triggers: Sequence[Trigger]) -> Trigger | None:
    """ "A bill authorising ratification": what it is about is the ratification."""
    return next((t for t in triggers if t.voice == NOMINAL and 0 < t.first - trigger.last <= 3), None)
