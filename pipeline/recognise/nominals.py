"""Whether an act told by a noun happened: "the ratification of the treaty was completed" needs a verb that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import arabic_leads, cues, items, parted
from pipeline.recognise.cases import ENDING
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import Trigger

_OWN_DATE = 12  # words behind a noun in which a year is its own
_ENDING_WITH = 4  # words between "with" and the noun
_OWN_DAY = 20  # words behind a noun in which a day is its own
_POSTPOSED = 5  # words behind a noun in which "after" says that it came first
_YEAR = 4  # digits
_ABOUT = 2  # words from a bill to what it is on
_LED = 2  # words from "after" to a noun act
_BESIDE = 3  # words between a noun act and its "today"
_BY_CONDITION = frozenset({"enter_force", "provisional"})
_DONE_TODAY = frozenset({"enter_force", "provisional", "sign", "exchange", "deposit", "initial"})

Verdict = tuple[Status | None, tuple[str, ...]]


def decide(reading: Reading, trigger: Trigger) -> Verdict:
    """The status of an act told by a noun, with the rules that spoke; None where nothing says that it happened or will."""
    named = _names_a_treaty(reading, trigger) or _names_a_paper(reading, trigger)
    if named:
        return None, (named,)
    status, why = _by_its_words(reading, trigger)
    if why == ("light_verb",) and _of_a_bill(reading, trigger):
        return None, ("of_a_bill",)
    asked = status in {Status.PLANNED, Status.CALLED_FOR} and _for_which(reading, trigger)
    return (Status.CONDITIONAL, ("for_which",)) if asked else (status, why)


def _of_a_bill(reading: Reading, trigger: Trigger) -> bool:
    """«Проект о денонсации соглашения получил поддержку депутатов в первом чтении»: what the verb says is said of the bill."""
    papers = (h for h in reading.section("things") if h.key in {"law", "draft"})
    first = any(h.key == "preliminary" for h in reading.section("procedure"))
    return (
        (first or trigger.family in ENDING)
        and not reading.lexicon.verb_final
        and any(h.first <= trigger.first <= h.last or 0 < trigger.first - h.last <= _ABOUT for h in papers)
    )


def _for_which(reading: Reading, trigger: Trigger) -> bool:
    """«Для вступления в силу нужны пять грамот»: what takes effect depends on what is asked for."""
    near = range(max(0, trigger.first - _LED), trigger.first)
    return trigger.family in _BY_CONDITION and any(reading.is_a("beneficiary", i) for i in near)


def _by_its_words(reading: Reading, trigger: Trigger) -> Verdict:
    """The status of a noun that tells of the act itself: what the verbs and the cues around it say."""
    clause = cues.own(reading, trigger)
    reach = 30 if reading.lexicon.language == "zh" else 8  # words before the noun; Chinese counts ideographs
    light = [
        h
        for h in reading.section("nominal")
        if h.key == "occurred"
        and reading.clause_of[h.first] in clause
        and (0 < trigger.first - h.last <= reach or 0 < h.first - trigger.last <= 18)
    ]
    before = [h for h in cues.between(reading, 0, trigger.first, clause) if trigger.first - h.last <= 10]
    if any(
        h.first > trigger.last for h in light
    ):  # "Long delayed, the signing took place": what leads in does not govern
        before = [h for h in before if not reading.comma_between(h.last, trigger.first)]
    behind = cues.between(reading, trigger.last + 1, len(reading.tokens), clause, "after")
    forward = cues.between(reading, trigger.last + 1, len(reading.tokens), clause) if light else []
    light = [h for h in light if not _of_talks(reading, h, trigger)]
    timed = _timed(reading, trigger, light, before)
    if timed is not None:
        return timed
    nearest_cue = max((h.last for h in before if h.key != "occurred"), default=-99)
    if light and min(abs(h.first - trigger.first) for h in light) <= trigger.first - nearest_cue:
        verb = min(light, key=lambda h: abs(h.first - trigger.first))
        low, high = min(verb.last, trigger.first), max(verb.first, trigger.first)
        if any(h.key == "planned" and low < h.first < high for h in reading.section("nominal")):
            return Status.PLANNED, ("procedure_for",)
        governs = [h for h in [*before, *forward, *behind] if -1 <= verb.first - h.last <= 4 and h.key != "occurred"]
        governs = governs or [h for h in behind if h.key == "planned" and reading.comma_between(h.last, verb.first)]
        if governs:
            key = governs[-1].key
            return Status.NEGATED if key == cues.REJECTED else Status(key), (key,)
        return Status.OCCURRED, ("light_verb",)
    if _of_today(reading, trigger) and not any(h.key != "occurred" for h in before):
        return Status.OCCURRED, ("noun_of_today",)
    if behind:
        first = min(behind, key=lambda h: h.first)
        return Status(first.key), (f"{first.key}_behind",)
    found = [h for h in before if h.key != "occurred"]
    if found:
        return _by_cue(reading, trigger, found)
    if trigger.family in _DONE_TODAY and _of_today(reading, trigger):
        return Status.OCCURRED, ("noun_of_today",)
    if any(
        h.key == "planned"
        and 0 < abs(trigger.first - h.first) <= 10
        and (reading.clause_of[h.first] in clause or parted.dashed(reading, h, trigger))
        for h in reading.section("nominal")
    ):
        return Status.PLANNED, ("nominal_planned",)
    return _alone(reading, trigger)


def _alone(reading: Reading, trigger: Trigger) -> Verdict:
    """A noun that no verb says anything of tells of nothing, unless it opens an item of a list of decisions."""
    if _of_that_day(reading, trigger):
        return Status.OCCURRED, ("dated_noun",)
    if _to_come(reading, trigger):
        return Status.PLANNED, ("dated_noun",)
    if _verbless(reading, trigger) or arabic_leads.verbless(reading, trigger):
        return Status.OCCURRED, ("verbless",)
    return (Status.OCCURRED, (items.DECIDED,)) if _item(reading, trigger) else (None, ("noun_alone",))


_VERBLESS = frozenset({"es", "fr", "pt"})
_WHERE = frozenset({"à", "en", "em"})
_OF_NOTE = 4  # words from such a noun to where, when, for how long or by whom
_TELLING = frozenset({"past", "present", "future", "passive", "ahead", "negative", "base"})


def _verbless(reading: Reading, trigger: Trigger) -> bool:
    """« Dépôt à New York, mardi, de l'instrument … », "Prórroga hasta diciembre del protocolo …": a lead without a verb, of an act with its
    place, its day, its term or who did it right behind the noun."""
    if reading.lexicon.language not in _VERBLESS or trigger.first or reading.heading or reading.sentence.index > 1:
        return False
    end = next((i for i in range(1, len(reading.tokens)) if ":" in reading.before(i)), len(reading.tokens))
    told = any(h.form in _TELLING and 0 < h.first < end for h in reading.section("acts"))
    told = told or any(reading.is_any(("be", "have"), i) for i in range(1, end))
    cues_ = (h for h in reading.section("status") if h.first < end and not reading.is_a("beneficiary", h.first))
    if told or any(h.key != "occurred" for h in cues_):  # « pour six mois » is a term
        return False
    to_house = trigger.family == "submit" and trigger.last > trigger.first  # « Dépôt au Sénat du texte … »
    return _is_object(reading, trigger.last + 1, end) and (to_house or _circumstance(reading, trigger.last + 1, end))


_OF = frozenset({"de", "du", "d", "del", "do", "da", "des", "dos", "das"})
_ITS_OBJECT = 3  # words from "of" to the agreement


def _is_object(reading: Reading, begin: int, end: int) -> bool:
    """Whether the first "of" that is of no day leads to an agreement (« du traité »), a text or an instrument, not to « une violation du traité »."""
    opened = next((i for i in range(begin, end) if reading.tokens[i].low in _OF and not reading.is_a("on_day", i)), -1)
    near = range(opened + 1, opened + 1 + _ITS_OBJECT)
    papers = (h for h in reading.section("things") if h.key in {"instruments", "law", "draft"})
    heads = {h.first for h in (*reading.section("instruments"), *papers)} | set(reading.roles.get("generic_nouns", ()))
    return opened >= 0 and any(i in near for i in heads)


def _circumstance(reading: Reading, word: int, end: int) -> bool:
    """Whether a comma with a preposition or a day, or a place, a term or an agent, stands at a word."""
    if word >= end:
        return False
    set_in = "," in reading.before(word) and any("," in reading.before(i) for i in range(word + 1, min(word + 9, end)))
    led = reading.is_any(("prepositions", "on_day", "until"), word)
    if set_in and led:
        return True
    near = range(word + 1, min(word + _OF_NOTE, end))
    named = any(reading.token_at(p.start) in near for p in reading.parties)
    timed = any(reading.is_any(("numbers", "units", "on_day"), i) or reading.tokens[i].low.isdigit() for i in near)
    if reading.is_a("until", word):
        return True
    if reading.is_any(("by", "by_way"), word):
        return named or timed or any(h.first in near for h in reading.section("instruments"))
    return _placed(reading, word) or (reading.is_a("beneficiary", word) and timed)


def _placed(reading: Reading, word: int) -> bool:
    """« à Oslo », "en Lisboa": a preposition of place and a name."""
    if reading.tokens[word].low not in _WHERE or word + 1 >= len(reading.tokens):
        return False
    return reading.sentence.text[reading.tokens[word + 1].start - reading.sentence.start].isupper()


_ITEM = re.compile(r"\s*(?:[-–—•*ـ]|\d{1,2}\s*[-.)])\s*$")


def _item(reading: Reading, trigger: Trigger) -> bool:
    """„- الموافقة على مذكرة تفاهم …“: an Arabic list of what was decided, each item opening with its noun."""
    opens = trigger.first == 0 and trigger.family == "approve" and reading.lexicon.table.arabic
    return (
        opens
        and _ITEM.match(reading.before(0)) is not None
        and not any(h.form not in {"noun", "attribute"} for h in reading.section("acts"))
    )


_OPENS = 4  # words before the noun in a decree's title
_BY_DECREE = frozenset({"ratify", "approve", "accede"})


_ON, _NUMBERED = frozenset({"hakkında", "dair", "ilişkin"}), ("karar", "sayısı")


def _numbered_decision(reading: Reading, trigger: Trigger) -> bool:
    """Turkish "… Anlaşması'nın onaylanması hakkında Karar (Karar Sayısı: 9611)": in a gazette's contents the decision is the deed."""
    low = [token.low for token in reading.tokens]
    behind = low[trigger.last + 1 : trigger.last + 3]
    numbered = any(tuple(low[i : i + 2]) == _NUMBERED for i in range(trigger.last, len(low)))
    return len(behind) > 1 and behind[0] in _ON and behind[1] == _NUMBERED[0] and numbered


def _decreed(reading: Reading, trigger: Trigger) -> bool:
    """Arabic „مرسوم سلطاني بالتصديق على اتفاقية …“: a decree's title, or what follows its number, is the deed; no verb stands there."""
    if reading.lexicon.language == "tr":
        return trigger.family in _BY_DECREE and _numbered_decision(reading, trigger)
    if not reading.lexicon.table.arabic or trigger.family not in _BY_DECREE:
        return False
    if arabic_leads.titled(reading, trigger):
        return True
    if trigger.first > _OPENS:
        return False
    if not reading.tokens[trigger.first].low.startswith("ب") or any(h.form != "noun" for h in reading.section("acts")):
        return False
    named = any(h.key == "decree" and h.first == 0 for h in reading.section("things"))
    return (named or trigger.first == 0) and any(h.first - trigger.last <= 2 for h in reading.section("instruments"))


def _by_cue(reading: Reading, trigger: Trigger, found: Sequence[Hit]) -> Verdict:
    """The nearest of the cues before the noun says it."""
    if any(h.key == cues.REJECTED and cues.for_another(reading, h.last, trigger.first, trigger.last) for h in found):
        return None, ("for_another",)
    nearest = max(found, key=lambda h: h.last)
    if nearest.key == cues.REJECTED:
        return Status.NEGATED, (cues.REJECTED,)
    return Status(nearest.key), (nearest.key,)


def _timed(reading: Reading, trigger: Trigger, light: Sequence[Hit], before: Sequence[Hit]) -> Verdict | None:
    """What a word of time makes of a noun beside it ("after the signing of"): no step, save with a day; None where there is none."""
    if _decreed(reading, trigger):
        return Status.OCCURRED, ("decreed",)
    if _with_day(reading, trigger):
        return Status.OCCURRED, ("dated_noun",)
    if postposed(reading, trigger.last):
        return None, ("temporal_noun",)
    if any(_tells_when(reading, h, trigger) for h in reading.section("nominal")):
        if _ending_with(reading, trigger, light) and not any(h.key != "occurred" for h in before):
            return Status.OCCURRED, ("ended_with",)
        told = _dated(reading, trigger) or _of_today(reading, trigger) or _of_that_day(reading, trigger)
        if not told and (_to_come(reading, trigger) or parted.counts_down(reading, trigger)):
            return Status.PLANNED, ("dated_noun",)
        return (Status.OCCURRED, ("dated_noun",)) if told else (None, ("temporal_noun",))
    return None


def tells_when(reading: Reading, first: int, last: int) -> bool:
    """ "After the exchange of the instruments", "teatisinden sonra": a noun act (words `first` to `last`) that only says when."""
    led = any(h.key == "temporal" and 0 < first - h.last <= _LED for h in reading.section("nominal"))
    return led or postposed(reading, last)


def since(reading: Reading, verb: Trigger, first: int, last: int) -> bool:
    """«Условились применять временно, со дня подписания, соглашение …»: a noun act that only says since when."""
    return verb.family == "provisional" and tells_when(reading, first, last)


def _tells_when(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """Whether a word of time stands before the noun, and is no part of a verb ("decided *upon* the suspension of")."""
    if hit.key != "temporal" or not 0 < trigger.first - hit.last <= _TIMING:
        return False
    return not any(
        h.key == "occurred" and h.first < hit.first and h.last == hit.last for h in reading.section("nominal")
    )


_TIMING = 3  # words from "after" to the noun


def postposed(reading: Reading, word: int) -> bool:
    """Turkish "imzalanmasından altı yıl sonra", Kazakh «қол қойылғаннан кейін»: a noun act that only says after or before what."""
    if not reading.lexicon.verb_final or reading.lexicon.grammar.get("prepositions"):
        return False
    return any(
        reading.is_a("postposed", i) and reading.same_clause(i, word) and not reading.comma_between(word, i)
        for i in range(word, min(word + _POSTPOSED, len(reading.tokens)))
    )


def _of_talks(reading: Reading, verb: Hit, trigger: Trigger) -> bool:
    """ "Completed talks on the conclusion of a treaty": what was completed are the talks."""
    return any(
        h.key in {"negotiations", "procedures"} and verb.last <= h.first and h.last < trigger.first
        for h in reading.section("things")
    )


def _ending_with(reading: Reading, trigger: Trigger, light: Sequence[Hit]) -> bool:
    """ "The visit ended (on Monday) with the signing of …": a verb that says it happened stands right before "with"."""
    near = (i for i in range(max(0, trigger.first - _ENDING_WITH), trigger.first) if reading.is_a("with", i))
    with_word = next(near, -1)
    between = range(with_word)
    return with_word > 0 and any(
        h.last >= with_word or all(_passing(reading, i) for i in between if i > h.last)
        for h in light
        if h.first < with_word
    )


def _passing(reading: Reading, word: int) -> bool:
    return any(reading.is_a(role, word) for role in parted.PASSING)


def _with_day(reading: Reading, trigger: Trigger) -> bool:
    """ "With the entry into force of the accord on Monday, Chile …": an act that opens a clause and has its day before the comma."""
    if trigger.family not in _DONE_TODAY:
        return False
    opening = trigger.first - 1
    while opening > 0 and not reading.is_a("with", opening) and trigger.first - opening < _ENDING_WITH:
        opening -= 1
    if not reading.is_a("with", opening) or (opening and "," not in reading.before(opening)):
        return False
    for i in range(trigger.last + 1, min(trigger.last + _OWN_DAY, len(reading.tokens))):
        if "," in reading.before(i) or not reading.same_clause(i, trigger.first):
            return False
        if reading.is_a("on_day", i) and any(trigger.last < h.first < i for h in reading.section("instruments")):
            return not any(h.key in {"planned", "conditional"} for h in reading.section("status"))
    return False


def _of_today(reading: Reading, trigger: Trigger) -> bool:
    """ "With today's entry into force of …", « l'entrée en vigueur ce lundi de … »: an act of the day that nothing puts off."""
    if trigger.family not in _DONE_TODAY or "today" not in reading.roles:
        return False
    near = range(max(0, trigger.first - _BESIDE), min(trigger.last + _BESIDE + 1, len(reading.tokens)))
    if not any(reading.is_a("today", i) and reading.same_clause(i, trigger.first) for i in near):
        return False
    around = range(max(0, trigger.first - 2 * _BESIDE), min(trigger.last + _BESIDE, len(reading.tokens)))
    put_off = any(0 <= h.first - trigger.last <= _BESIDE and h.key != "occurred" for h in reading.section("after"))
    return not put_off and not any(reading.is_a("ahead_of", i) for i in around)


def _of_that_day(reading: Reading, trigger: Trigger) -> bool:
    """ "Tuesday's ratification of the treaty": a day owns the act, and nothing says that it is still to come."""
    owned = (
        trigger.first > 1 and reading.tokens[trigger.first - 1].low == "s" and reading.is_a("on_day", trigger.first - 2)
    )
    ahead = any(h.key in {"planned", "conditional", "called_for"} for h in reading.section("status"))
    return (
        owned
        and not ahead
        and trigger.last + 1 < len(reading.tokens)
        and reading.is_a("prepositions", trigger.last + 1)
    )


def _to_come(reading: Reading, trigger: Trigger) -> bool:
    """ "Fees will fall upon its entry into force on 1 July": with a day of its own, beside what is to come."""
    if trigger.family != "enter_force" or not any(h.key == "planned" for h in reading.section("status")):
        return False
    behind = range(trigger.last + 1, min(trigger.last + _OWN_DAY, len(reading.tokens)))
    day = next((i for i in behind if reading.is_a("on_day", i) and reading.same_clause(i, trigger.first)), -1)
    return day > 0 and not any(trigger.last < h.first < day for h in reading.section("acts"))


def _dated(reading: Reading, trigger: Trigger) -> bool:
    """ "Since its signature in May 2009": a noun with a year of its own, not that of a name ("after the 2010 treaty's signature")."""
    for i in range(trigger.last + 1, min(trigger.last + _OWN_DATE, len(reading.tokens))):
        if not reading.same_clause(i, trigger.first):
            return False
        low = reading.tokens[i].low
        if low.isdigit() and len(low) == _YEAR and low[:2] in {"19", "20"}:
            return not reading.is_a("determiners", i - 1)
    return False


def _names_a_treaty(reading: Reading, trigger: Trigger) -> str:
    """Turkish "katılım protokolünü", "accession treaty": the noun says which treaty; what is done with that is the step."""
    to = reading.is_a("prepositions", trigger.last)  # "الانضمام إلى اتفاقية": accession to an agreement
    behind = trigger.last + 1
    behind += reading.lexicon.verb_final and reading.is_a("about", behind)  # "Katılımına İlişkin Protokol"
    before = any(h.first == behind for h in reading.section("instruments"))
    return "names_a_treaty" if trigger.family == "accede" and not to and before else ""


def _handing(act: Hit, papers: Sequence[Hit]) -> bool:
    """ "El depósito del instrumento de ratificación": the papers are right behind the noun, or before it."""
    return any(-_BESIDE <= act.first - p.first <= 0 < p.first - act.last <= _BESIDE for p in papers)


def _names_a_paper(reading: Reading, trigger: Trigger) -> str:
    """ "exchange the instruments of ratification": they are a thing here; what is done with them is the step."""
    if trigger.family == "exchange":
        return ""  # «грамоталармен алмасу рәсімі өтті»
    papers = [h for h in reading.section("things") if h.key == "instruments" and h.first <= trigger.first <= h.last]
    acts = (
        h
        for h in reading.section("acts")
        if h.key == "exchange" or (h.key == "deposit" and (h.form != "noun" or _handing(h, papers)))
    )
    beside = papers and any(reading.same_clause(h.first, trigger.first) for h in acts)
    return "names_a_paper" if beside else ""
