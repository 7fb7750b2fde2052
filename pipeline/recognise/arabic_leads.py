"""Arabic sentences that begin with their news as no running text does: with the subject before a verb in the present, or with no verb."""

from __future__ import annotations

import itertools

from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import Trigger

_STATE = frozenset(["دوله", "بلد"])
_NTH = frozenset(["اول", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر", "احدث", "اخر"])
_OF_ROW = (
    "الاول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس", "السابع", "الثامن", "التاسع", "العاشر", "الحادي",
    "العشرين", "الثلاثين", "الاربعين", "الخمسين", "الستين", "السبعين", "الثمانين", "التسعين", "الاخير",
)  # fmt: skip
_WHICH = frozenset(["التي", "الذي"])
_ROW = 6  # words from "the state" over its number to "which"
_WILL = ("سي", "ست", "وسي", "وست", "فسي", "فست")
_HEADLINE = 9  # words of the subject before the verb of an Arabic headline
_NO_HEADLINE = frozenset(
    [
        "ان",
        "قد",
        "سوف",
        "التي",
        "الذي",
        "اللذان",
        "اللتان",
        "كان",
        "كانت",
        "حيث",
        "لكي",
        "لا",
        "لم",
        "لن",
        "كيف",
        "هل",
        "لماذا",
        "ماذا",
    ]
)
_INDEED = frozenset(["قد", "وقد", "فقد", "لقد", "ولقد"])
_PRESENT = ("ي", "ت", "ن", "ا", "لا")  # what a verb in the present begins with
_WERE = frozenset(["يكون", "تكون", "يكونا", "تكونا", "يكونوا"])
_HAVING = 8  # words from "that it were" over the subject to "indeed"
_SOON = frozenset(["غدا", "قريبا"])
_BEHIND = 5  # words behind a verb in which a word of plans is its own
_STOPS = ".؟!"
_PUT_OFF = frozenset({"planned", "called_for", "negated", "conditional"})
_BY_DECREE = frozenset({"ratify", "approve", "accede"})
_DECREES = frozenset({"decree", "law"})
_TITLE = 16  # words of a decree's title before the noun of what it does
_NAMED = 2  # words from the noun to the agreement
_FINITE = frozenset({"past", "present", "future", "passive", "ahead", "negative", "base"})
_LEAD_IN = 8  # words before a colon
_LONGEST = 7  # letters of a verb in the present


def nth_to(reading: Reading, trigger: Trigger) -> bool:
    """„كانت سادس دولة تصادق عليها“, „الدولة الثانية والعشرين التي تصادق“: the sixth state to ratify it did so."""
    if not reading.lexicon.table.arabic or trigger.first < 2 or trigger.family == "enter_force":
        return False
    state, nth = reading.tokens[trigger.first - 1].low, reading.tokens[trigger.first - 2].low
    if state in _STATE and nth.lstrip("ك") in _NTH:
        return True
    before = [reading.tokens[i].low for i in range(max(0, trigger.first - _ROW), trigger.first)]
    numbered = any(low.removeprefix("و").startswith(_OF_ROW) for low in before)
    return state in _WHICH and numbered and any(low.removeprefix("ال") in _STATE for low in before)


def enacted(reading: Reading, trigger: Trigger) -> bool:
    """„مرسوم ملكي رقم (م/38): نوافق على …“, „المادة الأولى: يصدق على …“: the words of a decree or an article are the deed."""
    if not reading.lexicon.table.arabic or trigger.family not in _BY_DECREE:
        return False
    if trigger.first != _behind_colon(reading, trigger.first) or not trigger.first:
        return False
    decree = any(h.key in _DECREES and h.first <= 1 for h in reading.section("things"))
    return decree or reading.is_a("parts", 0)


def titled(reading: Reading, trigger: Trigger) -> bool:
    """„مرسوم رئاسي رقم 23-114 … يتضمن التصديق على …“, „مجلس الوزراء: الموافقة على …“: a decree's title, or what an organ decided, with no
    finite verb before its noun."""
    first = trigger.first
    if trigger.family not in _BY_DECREE or any(h.first < first for h in _finite(reading)):
        return False
    if any(h.key in _PUT_OFF and h.first < first for h in reading.section("status")):
        return False
    if first == _behind_colon(reading, first) and first:
        organs = {"chamber", "executive", "presidential"}
        organ = any(h.key in organs and h.first <= 1 for h in reading.section("procedure"))
        return organ or any(h.key in _DECREES and h.first == 0 for h in reading.section("things"))
    led = reading.tokens[first].low.startswith("ب") or reading.is_a("relating", first - 1)
    decree = any(h.key in _DECREES and h.first == 0 for h in reading.section("things"))
    return led and decree and first <= _TITLE and _near(reading, trigger)


def _finite(reading: Reading) -> list[Hit]:
    return [h for h in reading.section("acts") if h.form in _FINITE]


def _near(reading: Reading, trigger: Trigger) -> bool:
    """Whether the agreement, or an accession to one, is named right behind the noun."""
    named = (h for section in ("instruments", "acts") for h in reading.section(section))
    return any(0 < h.first - trigger.last <= _NAMED for h in named)


def will(reading: Reading, trigger: Trigger) -> bool:
    """„سيطبق مؤقتا“: an Arabic verb with the letter of what is to come before it."""
    return reading.lexicon.table.arabic and reading.tokens[trigger.first].low.startswith(_WILL)


def headline(reading: Reading, trigger: Trigger) -> bool:
    """„البرلمان الكيني يصادق على المعاهدة“: the subject before its verb at the very beginning, where a text would begin with the verb: a
    headline, whose present is news."""
    first = trigger.first
    if not reading.lexicon.table.arabic or reading.sentence.index or first <= 0:
        return False
    begin = _behind_colon(reading, first - 1)
    if not begin < first <= begin + _HEADLINE or will(reading, trigger):
        return False
    if any(reading.tokens[i].low in _NO_HEADLINE for i in range(begin, first)):
        return False
    if any(_puts_off(reading, trigger, h) for h in reading.section("status")):
        return False
    joined = reading.tokens[first].low.startswith("و")
    passing = {"noun", "attribute", "present"} if joined else {"noun", "attribute"}  # „يقر المشروع ويحيله إلى البرلمان“
    if any(h.form not in passing and h.last < first for h in reading.section("acts")):
        return False
    organs = {"chamber", "executive", "presidential"}
    subject = any(begin <= reading.token_at(p.start) <= begin + 1 for p in reading.parties)
    subject = subject or any(h.key in organs and begin <= h.first <= begin + 1 for h in reading.section("procedure"))
    return subject or any(h.first == begin for h in reading.section("instruments")) or _unstopped(reading)


def _behind_colon(reading: Reading, until: int) -> int:
    """The first word behind a colon that leads in a headline, or 0."""
    near = range(1, min(_LEAD_IN, until) + 1)
    return next((i for i in reversed(near) if ":" in reading.before(i)), 0)


def _puts_off(reading: Reading, trigger: Trigger, cue: Hit) -> bool:
    """Whether a word of plans stands before a headline's verb, or behind it in its clause with no verb of its own („وينتظر النواب دورهم“)."""
    if cue.key not in _PUT_OFF:
        return False
    if cue.first < trigger.first:
        return True
    joined = reading.tokens[cue.first].low.startswith("و")
    near = cue.first - trigger.last <= _BEHIND or reading.tokens[cue.first].low in _SOON
    return cue.key != "negated" and near and not joined and reading.same_clause(cue.first, trigger.first)


def _unstopped(reading: Reading) -> bool:
    """Whether no stop ends the sentence, as no headline has one."""
    return not any(mark in reading.before(len(reading.tokens)) for mark in _STOPS)


def verbless(reading: Reading, trigger: Trigger) -> bool:
    """„توقيع اتفاقية … بين البلدين“, „روما: تعليق العمل بالاتفاقية“: a headline that begins with the noun of the act and has no verb."""
    if not reading.lexicon.table.arabic or reading.sentence.index or not _unstopped(reading):
        return False
    if trigger.first != _behind_colon(reading, trigger.first):
        return False
    if any(h.form in _FINITE and h.first != trigger.first for h in reading.section("acts")):
        return False
    if any(h.key in _PUT_OFF for h in reading.section("status")):
        return False
    near = [h for h in reading.section("instruments") if h.first > trigger.last]
    return bool(near) and not any(_verb(reading, i) for i in range(trigger.last + 1, len(reading.tokens)))


def _verb(reading: Reading, word: int) -> bool:
    """Whether a word looks like a verb in the present („يمثل“), and is no name."""
    low = reading.tokens[word].low
    named = any(p.start <= reading.tokens[word].start < p.end for p in reading.parties)
    return low.startswith("ي") and len(low) <= _LONGEST and not named


def has_done(reading: Reading, cue: Hit) -> bool:
    """„وقد صادق البرلمان“: the particle that says "perhaps" before a present says "indeed" before a past."""
    following = cue.last + 1
    if cue.first < cue.last or following >= len(reading.tokens) or not reading.lexicon.table.arabic:
        return False
    if reading.tokens[cue.first].low not in _INDEED:
        return False
    before = [reading.tokens[i].low for i in range(max(0, cue.first - _HAVING), cue.first)]
    if any(pair[0] == "ان" and pair[1] in _WERE for pair in itertools.pairwise(before)):
        return False  # „نفى أن يكون لبنان قد وقع“
    past = any(h.first == following and h.form in {"past", "passive"} for h in reading.section("acts"))
    return past or not reading.tokens[following].low.startswith(_PRESENT)
