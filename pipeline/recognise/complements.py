"""Where the wording of a mention ends behind its noun: complements, years, quoted titles, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from pipeline.recognise import adjectives, further, han
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.values import DateMention, PartyKind, PartyMention

SMALL = ("complement", "prepositions", "coordinate", "determiners", "relative", "to", "by", "stop_words")
_SET_IN = 16  # words of a participle set in commas
_RIGHT = 28  # words of complements behind it
_NOMINATIVE = {
    "ru": re.compile(r"(?:(?<!о)ия|Украина|Польша|Литва|Латвия|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "uk": re.compile(r"(?:(?<!о)ія|Україна|Польща|Литва|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "be": re.compile(r"(?:(?<!о)ія|Украіна|Польшча|Літва|Куба|Кар[эе]я|Малдова|Масква)\Z"),
}  # names of states that show the subject of a clause
_FINITE = {"ru": re.compile(r"(?:л|ла|ло|ли|[её]т|ют|ут|ит|ат|ят)(?:с[яь])?\Z")}
_OF_YEAR = frozenset({"عام", "لعام", "سنة", "لسنة"})
_DEFINITE = re.compile("[وفبك]*(?:ال|لل)")
_DASHES = frozenset({"-", "–", "—", "/"})
_QUOTES_OPEN, _QUOTES_CLOSE = frozenset("«“„《「"), frozenset("»”“》」")
_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz"})
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_OWN_WAW = (
    "وثيق", "وثاي", "وثائ", "وزار", "وزير", "وزرا", "وكال", "وفد", "وفود", "وقف", "وضع", "واشنطن", "وقع", "وسيط", "وساط", "وصول", "وقود",
)  # fmt: skip


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
        begin = _resumed(reading, verbs, days, following) if thing.what == TREATY else -1
        last = complement(reading, thing, verbs, things, days, begin) if begin >= 0 else last
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
    if word in reading.changing:
        return word
    if word in verbs:
        until = min(word + _SET_IN, len(reading.tokens))
        word = next((i for i in range(word + 1, until) if _apart(reading, i)), -1)
    topic = word + 1
    if word < 0 or topic >= len(reading.tokens) or {word, topic} & days:
        return -1
    if not reading.is_a("topical", word):
        return word if _with_whom(reading, word) else -1
    return -1 if reading.is_a("days", topic) or _place(reading, word) else word


def _topic_apart(reading: Reading, days: AbstractSet[int], word: int) -> bool:
    """Whether a comma behind "the accord with Oman" sets apart what it is on (", on extradition"), and not a day, a place or an aside
    (", on the margins", ", on condition that")."""
    topic = word + 1
    if topic >= len(reading.tokens) or not _apart(reading, word) or not reading.is_a("topical", word):
        return False
    said = any(h.first in {word, topic} for h in reading.section("status")) or reading.is_a("behalf", word)
    aside = said or reading.is_any(("determiners", "days", "indefinite"), topic) or _place(reading, word)
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
        if i in verbs or dated or (i != begin and _marked_off(reading, last, i, following)):
            break
        if not _inside_name(reading, i) and (_acts(reading, i, last) or _ends(reading, thing, things, i)):
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


def _inside_name(reading: Reading, word: int) -> bool:
    """Whether a word stands inside a party's name, behind its first word ("Bosnia *and* Herzegovina")."""
    start = reading.tokens[word].start
    return any(p.start < start < p.end for p in reading.parties)


def _acts(reading: Reading, word: int, last: int) -> bool:
    """Whether a state in the nominative begins the clause's subject, which no noun has in its complement («соглашение 1996 года
    Россия денонсировала»)."""
    if reading.lexicon.language not in _NOMINATIVE or reading.is_a("with", last) or reading.is_a("complement", last):
        return False
    here = next((p for p in reading.parties if p.start == reading.tokens[word].start), None)
    if here is not None and here.kind is PartyKind.CAPITAL and not reading.before(word).strip(" \u00a0"):
        beside = any(p.end == reading.tokens[word - 1].end for p in reading.parties)
        if beside:  # "такий самий документ із Молдовою Брюссель подовжив"
            return True
    dashed = any(mark in reading.before(word) for mark in "-–—")
    return here is not None and not dashed and bool(_NOMINATIVE[reading.lexicon.language].search(_text(reading, here)))


def _text(reading: Reading, party: PartyMention) -> str:
    base = reading.sentence.start
    return reading.sentence.text[party.start - base : party.end - base]


def _trimmed(reading: Reading, thing: Thing, last: int) -> int:
    """The last word of a complement where a language writes its nouns with capitals: adverbs and verbs behind them are none of it."""
    if reading.lexicon.language != "de":
        return last
    while last > thing.last and not (capital(reading, last) or reading.tokens[last].low.isdigit()):
        last -= 1
    return last


def _marked_off(reading: Reading, last: int, word: int, following: int) -> bool:
    """Whether punctuation before a word ends the mention; brackets do not, nor commas inside a title in capitals."""
    mark = reading.before(word).strip(" \u00a0\"'’“”«»„-/")
    if not mark or mark == "(":
        return False
    return word == following or not (
        mark in {",", "،"} and (_title_goes_on(reading, last, word) or _parties_go_on(reading, last, word))
    )


def _parties_go_on(reading: Reading, last: int, word: int) -> bool:
    """A comma in a list of parties, which has a conjunction before its last one: "the treaty between Armenia, Georgia and Iran on …"."""
    ends = {p.end for p in reading.parties}
    behind = {
        p.start: p.end for p in sorted(reading.parties, key=lambda p: p.end)
    }  # the longest name of those that begin there
    if reading.tokens[last].end not in ends:
        return False
    count = len(reading.tokens)
    while word < count:
        word += reading.is_a("determiners", word)
        if word >= count or reading.tokens[word].start not in behind:
            return False
        word = reading.token_at(behind[reading.tokens[word].start] - 1) + 1
        if word < count and reading.is_a("coordinate", word):
            word += 1
            word += word < count and reading.is_a("determiners", word)
            return word < count and reading.tokens[word].start in behind
        if word < count and reading.before(word).strip() not in {",", "،"}:
            return False
    return False


def _ends(reading: Reading, thing: Thing, things: Sequence[Thing], word: int) -> bool:
    """Whether a word behind the noun belongs to it no longer."""
    clause = reading.clause(word)
    if clause.number != reading.clause_of[thing.first] and clause.kind == MAIN:
        return True
    if reading.is_any(("have", "be", "together"), word):
        return True
    joins = reading.is_a("coordinate", word)
    if joins and joins_names(reading, word):
        return False
    if joins and _finite(reading, word + 1):
        return True
    counted = reading.tokens[word].low == "في" and reading.is_a(
        "plural_hint", thing.last
    )  # then the field is that of all
    between = not counted and _between_nouns(reading, word)
    if reading.is_a("stop_words", word) and word > thing.last + 2 and not between:
        return word not in reading.changing
    if reading.is_a("prepositions", word):
        to_whom = any(h.key == "recipient" and h.first == word + 1 for h in reading.section("procedure"))
        if to_whom or (not reading.is_a("complement", word) and _place(reading, word)):
            return True
    if joins and (_another(reading, things, word, thing) or further.another(reading, word + 1) >= 0):
        return True
    if joined(reading, word) and any(t.first == word and t.what == TREATY for t in things):
        return True  # «اتفاقية التجارة واتفاقية النقل»
    return any(t.first == word and t.what == NOUN and t.kind in {"ratify", "withdraw", "enter_force"} for t in things)


_FIELDS = ("مجال", "المجال", "ميدان", "الميدان", "قطاع", "شان")  # what says the field of an agreement


def _between_nouns(reading: Reading, word: int) -> bool:
    """Whether an Arabic "from" stands inside what an agreement is about («الإعفاء من التأشيرات»), a noun with its article on either
    side, or an "in" leads to its field."""
    if not reading.lexicon.table.arabic or not 0 < word < len(reading.tokens) - 1:
        return False
    if reading.tokens[word].low == "في":  # „مذكرة تفاهم بين حكومة … وحكومة … في مجال الربط الكهربائي“
        return reading.tokens[word + 1].low.startswith(_FIELDS)
    if reading.tokens[word].low != "من":
        return False
    return all(reading.tokens[i].low.startswith("ال") for i in (word - 1, word + 1)) and not reading.is_a(
        "days", word - 1
    )


def joined(reading: Reading, word: int) -> bool:
    """Whether "and" is written to a word («واتفاقية»)."""
    low = reading.tokens[word].low
    return reading.lexicon.table.arabic and low.startswith("و") and not low.startswith(_OWN_WAW)


def _finite(reading: Reading, word: int) -> bool:
    """Whether a word has the ending of a finite verb, so that a conjunction before it goes on about who acted («… о транзите и отметил»)."""
    finite = _FINITE.get(reading.lexicon.language)
    return finite is not None and word < len(reading.tokens) and bool(finite.search(reading.tokens[word].low))


def _another(reading: Reading, things: Sequence[Thing], conjunction: int, thing: Thing) -> bool:
    """Whether a conjunction leads to a further agreement with a determiner or a number of its own."""
    following = conjunction + 1
    if following >= len(reading.tokens):
        return False
    if any(t.first == following and adjectives.year_behind(reading, t.last) >= 0 for t in things if t.what == PRONOUN):
        return True  # « la convention de 1972 et celle de 1965 »
    fresh = reading.is_a("determiners", following) or reading.is_a("numbers", following) or reading.lexicon.object_first
    reach = 6 if fresh else 3 if reading.is_a("prepositions", following) else 0  # « et de l'accord », "y del tratado"
    return any(t is not thing and t.what == TREATY and 0 < t.first - conjunction <= reach for t in things)


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
    if capital(reading, word) and not reading.is_any(("stop_words", "be", "have"), word):
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


def capital(reading: Reading, word: int) -> bool:
    """Whether a word begins with a capital."""
    return reading.sentence.text[reading.tokens[word].start - reading.sentence.start].isupper()


def inside_name(reading: Reading, word: int) -> bool:
    """Whether a preposition stands inside a name in capitals ("the Conventional Forces in Europe pact"), no state before it."""
    compound = bool(reading.lexicon.grammar.get("compounds"))  # where a name may stand before its noun
    if not compound or not 1 < word < len(reading.tokens) - 1 or not reading.is_a("prepositions", word):
        return False
    ends = {p.end for p in reading.parties}
    return (
        capital(reading, word - 1)
        and capital(reading, word + 1)
        and not capital(reading, word)
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


def _title_goes_on(reading: Reading, last: int, word: int) -> bool:
    """A comma inside a title in capitals: "the Use, Stockpiling, Production and Transfer of …"."""
    return (
        capital(reading, last)
        and capital(reading, word)
        and not any(p.start == reading.tokens[word].start for p in reading.parties)
    )


def _place(reading: Reading, preposition: int) -> bool:
    """Whether a preposition leads to a place: the agreement was signed there, it is not about it."""
    following = preposition + 1
    if following >= len(reading.tokens):
        return True
    start = reading.tokens[following].start
    return any(p.start == start and p.kind is PartyKind.CAPITAL for p in reading.parties) or (
        not any(p.start == start for p in reading.parties) and capital(reading, following)
    )


def joins_names(reading: Reading, word: int) -> bool:
    """Whether a conjunction joins two parties ("the Armenian and Azerbaijani treaty")."""
    if not 0 < word < len(reading.tokens) - 1:
        return False
    left, right = reading.tokens[word - 1].end, reading.tokens[word + 1].start
    return any(p.end == left for p in reading.parties) and any(p.start == right for p in reading.parties)
