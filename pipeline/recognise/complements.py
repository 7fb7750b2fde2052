"""Where the wording of a mention ends behind its noun: complements, years, quoted titles, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from pipeline.recognise import adjectives, endings, further, han
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, NAMES, TREATY, Thing
from pipeline.recognise.values import DateMention, PartyKind

SMALL = ("complement", "prepositions", "coordinate", "determiners", "relative", "to", "by", "stop_words")
_SET_IN = 16  # words of a participle set in commas
_RIGHT = 28  # words of complements behind it
_FIELD = 8  # words between the end of a title and its "with": "… in the field of nuclear energy with"
_OF_YEAR = frozenset({"عام", "لعام", "سنة", "لسنة"})
_DEFINITE = re.compile("[وفبك]*(?:ال|لل)")
_DASHES = frozenset({"-", "–", "—", "/"})
_QUOTES_OPEN, _QUOTES_CLOSE = frozenset("«“„《「"), frozenset("»”“》」")
_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz"})
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")


def behind(
    reading: Reading, thing: Thing, verbs: frozenset[int], things: Sequence[Thing], dates: Sequence[DateMention]
) -> int:
    """The last word of a mention: to the right over complements, if one begins there, until a verb, a date, or punctuation that ends it."""
    following = thing.last + 1
    if following >= len(reading.tokens) or reading.lexicon.language == "zh":
        return han.edition(reading, thing.last)
    if reading.lexicon.language in _HEAD_LAST and not reading.before(following).strip(" \u00a0"):
        return thing.last  # there a noun stands at the end of its phrase
    quoted = _quoted_title(reading, thing)
    if quoted > thing.last:
        return quoted
    days = {reading.token_at(d.start) for d in dates if d.role != "title"}
    last = max(_called(reading, thing), adjectives.done(reading, thing.last + 1, verbs, dates))
    following = last + 1
    if following >= len(reading.tokens):
        return last
    begins = _begins(reading, following) and (thing.what != GENERIC or reading.is_a("complement", following))
    if begins or adjectives.goes_on(reading, thing, following):
        last = complement(reading, thing, verbs, things, days, following)
        begin = last + 1
        if thing.what == TREATY and _topic_apart(reading, days, begin):
            last = max(last, complement(reading, thing, verbs, things, days, begin))
    else:
        named = thing.what == TREATY or reading.is_any(("latter", "former", "numbers"), thing.first - 1)
        begin = _resumed(reading, verbs, days, following) if named else -1  # «второй документ, о передаче осужденных»
        last = complement(reading, thing, verbs, things, days, begin) if begin >= 0 else last
    last = _without_small(reading, thing, last)
    return _with_parties(reading, thing, verbs, things, days, last) if thing.what == TREATY else last


def _with_parties(
    reading: Reading,
    thing: Thing,
    verbs: frozenset[int],
    things: Sequence[Thing],
    days: AbstractSet[int],
    last: int,
) -> int:
    """The last of the parties that "with" ties to a title that words in between go on with ("on mutual assistance | in criminal matters with
    Peru"), or `last`."""
    nouns = {t.first for t in things if t is not thing and t.what in {TREATY, GENERIC}}
    named = {p.start: p.end for p in reading.parties if p.code and p.kind in NAMES}
    for i in range(last + 1, min(last + _FIELD, len(reading.tokens) - 1)):
        mark = reading.before(i).strip(" \u00a0'’-\"”»“«")
        small = reading.is_any(("have", "be", "together", "relative", "by", "stop_words"), i)
        small = small and not reading.is_a("prepositions", i)
        small = small or (reading.is_a("coordinate", i) and further.another(reading, i + 1) >= 0)  # "and one with Peru"
        if mark or small or i in verbs or i in days or i in nouns or reading.clause_of[i] != reading.clause_of[last]:
            return last
        party = i + 1 + reading.is_a("determiners", i + 1)
        if (
            reading.is_any(("with", "between"), i)
            and party < len(reading.tokens)
            and reading.tokens[party].start in named
        ):
            return max(last, _without_small(reading, thing, complement(reading, thing, verbs, things, days, i)))
    return last


def _without_small(reading: Reading, thing: Thing, last: int) -> int:
    while last > thing.last and reading.is_any(SMALL, last):
        last -= 1
    return last


def _called(reading: Reading, thing: Thing) -> int:
    """The last of the adjectives and years right behind a noun that are part of what it is called."""
    last = adjectives.behind(reading, thing.last) if thing.what == TREATY else thing.last
    return max(last, _term(reading, last + 1))


def _resumed(reading: Reading, verbs: frozenset[int], days: AbstractSet[int], word: int) -> int:
    """Where behind a comma or a dash, or behind a participle set in commas, it is said what the agreement is about («второе соглашение, о
    транзите», "the treaty, signed in May, on the state border"); -1 where it is not."""
    if not _apart(reading, word):
        return -1
    if word in reading.changing or (_year(reading, word) and _set_in(reading, word)):
        return word
    if word in verbs:
        until = min(word + _SET_IN, len(reading.tokens))
        word = next((i for i in range(word + 1, until) if _apart(reading, i)), -1)
    topic = word + 1
    if word < 0 or topic >= len(reading.tokens) or {word, topic} & days:
        return -1
    if reading.is_a("relative", topic):
        return -1  # «соглашение, о котором»
    if not reading.is_a("topical", word):
        return word if _with_whom(reading, word) else -1
    return -1 if reading.is_a("days", topic) or endings.place(reading, word) else word


def _set_in(reading: Reading, word: int) -> bool:
    """Whether a year stands alone between two commas, or with its noun («прежний договор, 2001 года, прекратил действие»)."""
    return any(i < len(reading.tokens) and _apart(reading, i) for i in (word + 1, word + 2))


def _topic_apart(reading: Reading, days: AbstractSet[int], word: int) -> bool:
    """Whether a comma behind "the accord with Oman" sets apart what it is on (", on extradition"), and not a day, a place or an aside
    (", on the margins", ", on condition that")."""
    topic = word + 1
    if topic >= len(reading.tokens) or not _apart(reading, word) or not reading.is_a("topical", word):
        return False
    said = any(h.first in {word, topic} for h in reading.section("status")) or reading.is_a("behalf", word)
    aside = said or reading.is_any(("determiners", "days", "indefinite"), topic) or endings.place(reading, word)
    return not aside and not {word, topic} & days


def _with_whom(reading: Reading, word: int) -> bool:
    """Whether "with" and a state stand behind the mark ("two other such agreements, with Australia and Britain")."""
    if not reading.is_a("with", word):
        return False
    near = {reading.tokens[i].start for i in range(word + 1, min(word + 3, len(reading.tokens)))}
    return any(
        p.code and p.kind in {PartyKind.NAME, PartyKind.ORGANISATION} and p.start in near for p in reading.parties
    )


def _apart(reading: Reading, word: int) -> bool:
    return reading.before(word).strip(' \u00a0»”"') in {",", "—", "–", "،"}


def complement(
    reading: Reading,
    thing: Thing,
    verbs: frozenset[int],
    things: Sequence[Thing],
    days: AbstractSet[int],
    following: int,
) -> int:
    """The last word of a complement that begins at a word."""
    begin, last, n = following, following - 1, len(reading.tokens)
    for i in range(following, min(n, following + 2)):
        if _YEAR.fullmatch(reading.tokens[i].low) and (i == following or _inside_title(reading, i)):
            last, following = i, i + 1  # "the accord of 1972", «اتفاقية 1959»
            break
    until = _quote_end(reading, thing, min(n, following + _RIGHT))
    for i in range(following, until):
        dated = i in days and not _inside_title(reading, i)
        if i in verbs or dated or (i != begin and endings.marked_off(reading, last, i, following)):
            break
        if not endings.inside_party(reading, i) and (
            endings.acts(reading, i, last) or endings.ends(reading, thing, things, i)
        ):
            break
        last = i
    return _trimmed(reading, thing, last)


def _quote_end(reading: Reading, thing: Thing, stop: int) -> int:
    """The word up to `stop` before which a quotation closes that opens before the noun («Закон „О выходе из конвенции“ президент подписал»)."""
    opened = 0
    if reading.lexicon.language == "de":  # »Vertrag«
        return stop
    for i in range(thing.last + 1, stop):
        for mark in reading.before(i):
            opened += int(mark in "«„“") - int(mark in "»”")
        if opened < 0:
            return i
    return stop


def _term(reading: Reading, word: int) -> int:
    """The last word of what a noun is called by: two years (« le protocole 2019-2024 »), or a year with its word («اتفاقية عام 2007»); or -1."""
    until = word + 1
    if until >= len(reading.tokens) or not word or reading.before(word).strip(" \u00a0(") or not _year(reading, until):
        return -1
    ranged = reading.before(until).strip() in _DASHES and _year(reading, word)
    definite = bool(_DEFINITE.match(reading.tokens[word - 1].low))  # «الاتفاقية عام 2013» tells when, not which
    return until if ranged or (reading.tokens[word].low in _OF_YEAR and not definite) else -1


def _year(reading: Reading, word: int) -> bool:
    return bool(_YEAR.fullmatch(reading.tokens[word].low))


def _trimmed(reading: Reading, thing: Thing, last: int) -> int:
    """The last word of a complement where a language writes its nouns with capitals: adverbs and verbs behind them are none of it."""
    if reading.lexicon.language != "de":
        return last
    while last > thing.last and not (endings.capital(reading, last) or reading.tokens[last].low.isdigit()):
        last -= 1
    return last


def _begins(reading: Reading, word: int) -> bool:
    """Whether a complement begins at a word: a preposition, a relative word, a bracket, a name, or a genitive."""
    mark = reading.before(word).strip(" \u00a0")
    if mark and mark not in {"«", "“", '"', "(", "-", "/", "„", "»", "”"}:
        return False
    if mark in {"«", "“", '"', "(", "-", "/"} and not reading.is_a("complement", word):
        return True
    leads = adjectives.participle(reading, word) or word in reading.changing
    if reading.is_a("complement", word) or (not mark and leads):
        return True
    if any(p.start == reading.tokens[word].start for p in reading.parties) and not reading.is_a("prepositions", word):
        return reading.lexicon.language != "en"
    if endings.capital(reading, word) and not reading.is_any(("stop_words", "be", "have"), word):
        return True
    return reading.lexicon.object_first and not reading.is_any(
        ("stop_words", "prepositions", "coordinate", "be", "have", "by", "relative"), word
    )


def _quoted_title(reading: Reading, thing: Thing) -> int:
    """The last word of a title in quotation marks right behind the noun, or the noun itself."""
    following = thing.last + 1
    if following >= len(reading.tokens) or _QUOTES_OPEN.isdisjoint(reading.before(following)):
        return thing.last
    for i in range(following, min(len(reading.tokens), following + 40)):
        behind = reading.before(i + 1) if i + 1 < len(reading.tokens) else reading.sentence.text[-3:]
        if not _QUOTES_CLOSE.isdisjoint(behind):
            return i
    return thing.last


def inside_name(reading: Reading, word: int) -> bool:
    """Whether a preposition stands inside a name in capitals ("the Conventional Forces in Europe pact"), no state before it."""
    compound = bool(reading.lexicon.grammar.get("compounds"))  # where a name may stand before its noun
    if not compound or not 1 < word < len(reading.tokens) - 1 or not reading.is_a("prepositions", word):
        return False
    ends = {p.end for p in reading.parties}
    return (
        endings.capital(reading, word - 1)
        and endings.capital(reading, word + 1)
        and not endings.capital(reading, word)
        and reading.tokens[word - 1].end not in ends
    )


def _inside_title(reading: Reading, word: int) -> bool:
    return word > 0 and reading.tokens[word - 1].low in {
        "of",
        "от",
        "du",
        "vom",
        "von",
        "de",
        "del",
        "do",
        "від",
        "з",
        "ад",
        "عام",
        "لعام",
        "سنة",
        "لسنة",
    }
