"""What no longer belongs to the wording of a mention behind its noun: another clause, a place, a vote, a further agreement."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.recognise import adjectives, further
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.things import NAMES, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.values import PartyKind, PartyMention

_NOMINATIVE = {
    "ru": re.compile(r"(?:(?<!о)ия|Украина|Польша|Литва|Латвия|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "uk": re.compile(r"(?:(?<!о)ія|Україна|Польща|Литва|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "be": re.compile(r"(?:(?<!о)ія|Украіна|Польшча|Літва|Куба|Кар[эе]я|Малдова|Масква)\Z"),
}  # names of states that show the subject of a clause
_FIRST_NAME = re.compile(r"[А-ЯІЇЄЎ][а-яёіїєґў]+[бвгґджзклмнпрстфцчшщ](?<![ое]в)\Z")
_SURNAME = re.compile(r"[А-ЯІЇЄЎ][а-яёіїєґў]+(?:[бвгґджзйклмнпрстфцчшщь]|ко)\Z")
_FINITE = {"ru": re.compile(r"(?:л|ла|ло|ли|[её]т|ют|ут|ит|ат|ят)(?:с[яь])?\Z")}
_OWN_WAW = (
    "وثيق", "وثاي", "وثائ", "وزار", "وزير", "وزرا", "وكال", "وفد", "وفود", "وقف", "وضع", "واشنطن", "وقع", "وسيط", "وساط", "وصول", "وقود",
)  # fmt: skip
_VOTES = ("vote", "voix", "voto", "stimm", "голос", "against", "contra", "contre", "gegen")
_DEEDS = frozenset({"ratify", "accede", "approve", "withdraw", "denounce", "terminate"})
_TO_DEED = 2  # small words between a conjunction and a further deed
_FIELDS = ("مجال", "المجال", "ميدان", "الميدان", "قطاع", "شان")  # what says the field of an agreement


def inside_party(reading: Reading, word: int) -> bool:
    """Whether a word stands inside a party's name, behind its first word ("Bosnia *and* Herzegovina")."""
    start = reading.tokens[word].start
    return any(p.start < start < p.end for p in reading.parties)


def acts(reading: Reading, word: int, last: int) -> bool:
    """Whether a state in the nominative begins the clause's subject, which no noun has in its complement («соглашение 1996 года
    Россия денонсировала»)."""
    if reading.lexicon.language not in _NOMINATIVE or reading.is_a("with", last) or reading.is_a("complement", last):
        return False
    if _person(reading, word):
        return True
    here = next((p for p in reading.parties if p.start == reading.tokens[word].start), None)
    if here is not None and here.kind is PartyKind.CAPITAL and not reading.before(word).strip(" \u00a0"):
        beside = any(p.end == reading.tokens[word - 1].end for p in reading.parties)
        if beside:  # "такий самий документ із Молдовою Брюссель подовжив"
            return True
    dashed = any(mark in reading.before(word) for mark in "-–—")
    return here is not None and not dashed and bool(_NOMINATIVE[reading.lexicon.language].search(_text(reading, here)))


def _person(reading: Reading, word: int) -> bool:
    """Whether a first name and a surname in the nominative stand side by side («соглашение Никол Пашинян подписал»): capitals that end
    as no genitive does, and no name of a state."""
    if word + 1 >= len(reading.tokens) or reading.before(word).strip(" \u00a0") or reading.before(word + 1) != " ":
        return False
    named = any(p.start <= reading.tokens[word].start < p.end and p.kind in NAMES for p in reading.parties)
    written = _FIRST_NAME.match(text_of(reading, word)) and _SURNAME.match(text_of(reading, word + 1))
    return bool(written) and not named


def text_of(reading: Reading, word: int) -> str:
    """A word as it is written."""
    token, base = reading.tokens[word], reading.sentence.start
    return reading.sentence.text[token.start - base : token.end - base]


def _text(reading: Reading, party: PartyMention) -> str:
    base = reading.sentence.start
    return reading.sentence.text[party.start - base : party.end - base]


def marked_off(reading: Reading, last: int, word: int, following: int) -> bool:
    """Whether punctuation before a word ends the mention; brackets do not, nor commas inside a title in capitals."""
    mark = reading.before(word).strip(" \u00a0\"'’“”«»„-/")
    sides = {i for h in reading.section("grammar") if h.key == "sides" for i in (h.first, h.last + 1)}
    if word in sides and mark == ",":
        return False  # "between the Union, of the one part, and Georgia, of the other part, on …"
    if mark in {"),", ")"} and short_form(reading, word - 1):
        mark = mark[1:] or ("" if reading.is_a("complement", word) or reading.is_a("with", word) else mark)
    if not mark or mark == "(":
        return False
    return word == following or not (
        mark in {",", "،"} and (_title_goes_on(reading, last, word) or _parties_go_on(reading, last, word))
    )


def short_form(reading: Reading, word: int) -> bool:
    """Whether a word is a short form set in brackets: "the Tax Agreement (DTA) with Korea", "accords on the region (FIR), extradition and …"."""
    return text_of(reading, word).isupper() and reading.before(word).endswith("(")


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


def ends(reading: Reading, thing: Thing, things: Sequence[Thing], word: int) -> bool:
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
        article = reading.is_a("determiners", word) and reading.is_a("complement", word - 1)  # "sobre *a* Mobilidade"
        within = reading.any_is("relative", range(thing.last + 1, word))  # "the accord that houses in the capital …"
        venue = not within and any(h.key == "venue" and h.first == word for h in reading.section("grammar"))
        if to_whom or venue or (not article and not reading.is_a("complement", word) and place(reading, word)):
            return True
    if reading.is_any(("by", "with", "prepositions"), word) and _votes(reading, word + 1):
        return True
    if joins and (_another(reading, things, word, thing) or further.another(reading, word + 1) >= 0):
        return True
    if joined(reading, word) and any(t.first == word and t.what == TREATY for t in things):
        return True  # «اتفاقية التجارة واتفاقية النقل»
    deeds = {t.first for t in things if t.what == NOUN and t.kind in _DEEDS}
    if joins and not deeds.isdisjoint(range(word + 1, word + 2 + _TO_DEED)):
        return True  # "ratification of the treaty with Peru and (for the) accession to the convention"
    return any(t.first == word and t.what == NOUN and t.kind in {"ratify", "withdraw", "enter_force"} for t in things)


def _votes(reading: Reading, word: int) -> bool:
    """Whether a result of a vote begins at a word: "by *42 votes to 31*", « par *42 voix* »."""
    count = word + 1 < len(reading.tokens) and reading.tokens[word].low.isdigit()
    return count and reading.tokens[word + 1].low.startswith(_VOTES)


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


def capital(reading: Reading, word: int) -> bool:
    """Whether a word begins with a capital."""
    return reading.sentence.text[reading.tokens[word].start - reading.sentence.start].isupper()


def _title_goes_on(reading: Reading, last: int, word: int) -> bool:
    """A comma inside a title in capitals: "the Use, Stockpiling, Production and Transfer of …"."""
    return (
        capital(reading, last)
        and capital(reading, word)
        and not any(p.start == reading.tokens[word].start for p in reading.parties)
    )


def place(reading: Reading, preposition: int) -> bool:
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
