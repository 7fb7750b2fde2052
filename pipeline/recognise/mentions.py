"""The wording around a treaty noun: what stands before it and behind it that tells which agreement it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.recognise import adjectives
from pipeline.recognise.reading import MAIN, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import NOMINAL, Trigger
from pipeline.recognise.values import DateMention, Mention, PartyKind, PartyMention

_LEFT = 8  # words of modifiers before the noun
_RIGHT = 28  # words of complements behind it
_CJK_LEFT = 36
_CJK_PARTICLES = frozenset({"的", "了", "所", "有", "之"})  # what ends the words before a mention
_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz"})
_HEAD_FIRST = frozenset({"ar"})  # there what stands before a noun is its verb, or that verb's subject
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_NOMINATIVE = {
    "ru": re.compile(r"(?:(?<!о)ия|Украина|Польша|Литва|Латвия|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "uk": re.compile(r"(?:(?<!о)ія|Україна|Польща|Литва|Куба|Корея|Молдова|Ангола|Москва|[Сс]торона)\Z"),
    "be": re.compile(r"(?:(?<!о)ія|Украіна|Польшча|Літва|Куба|Карэя|Малдова|Масква)\Z"),
}  # names of states that show the subject of a clause
_MADE = 2  # words between a noun and its "with": "the accord concluded with Seoul"
_QUOTES_OPEN, _QUOTES_CLOSE = "«“„《「", "»”“》」"


def of(
    reading: Reading,
    thing: Thing,
    things: Sequence[Thing],
    triggers: Sequence[Trigger],
    dates: Sequence[DateMention] = (),
) -> Mention:
    """The mention around a thing, with the parties named inside it."""
    if thing.what == PRONOUN:
        last = max(_with_party(reading, thing.last + 1, 0), adjectives.year_behind(reading, thing.last))
        return _mention(reading, thing, thing.first, max(last, thing.last), generic=last < 0)
    verbs = frozenset(
        i
        for t in triggers
        if t.voice != NOMINAL
        for i in range(t.first, t.last + 1)
        if not t.first <= thing.first <= t.last
    )
    named = thing.agreement_id and reading.lexicon.verb_final  # there the subject stands right before the name
    over = _protocol_to(reading, thing, things)
    if over is not None:
        return of(reading, over, things, triggers, dates)
    first = thing.first if named else _left(reading, thing, verbs, things)
    first = _with_party_before(reading, first) if reading.lexicon.language in _HEAD_LAST else first
    last = _right(reading, thing, verbs, things, dates)
    last = max(last, _with_party(reading, last + 1, _MADE))
    bare = first == thing.first and last == thing.last and not thing.agreement_id
    generic = thing.what == GENERIC or (bare and thing.what == TREATY)
    return _mention(reading, thing, first, last, generic=generic and last == thing.last)


def _protocol_to(reading: Reading, thing: Thing, things: Sequence[Thing]) -> Thing | None:
    """The protocol whose complement a named agreement is ("the Protocol to the Abuja Treaty on free movement"): that is what is meant."""
    for other in things if thing.agreement_id else ():
        gap = range(other.last + 1, thing.first)
        if other.what != TREATY or other.kind != "protocol" or other.agreement_id or not 0 < len(gap) <= _MADE:
            continue
        tied = any(reading.is_a("prepositions", i) or reading.is_a("to", i) for i in gap)
        if tied and not any(reading.before(i).strip(" \u00a0'’") for i in (*gap, thing.first)):
            return other
    return None


def is_body(mention: Mention) -> bool:
    """Whether a mention is no more than a body's name ("NATO"), which may stand for its treaty but is no forerunner of a pronoun."""
    return not mention.kind and any(
        p.kind is PartyKind.ORGANISATION and p.start <= mention.start and mention.end <= p.end for p in mention.parties
    )


def _with_party_before(reading: Reading, first: int) -> int:
    """Where a postposition ties a party to the noun ("Somali ile yapılan muhtıra"), the party's first word, else `first`."""
    for i in range(first - 1, max(-1, first - 3), -1):
        if reading.is_a("with", i):
            starts = [
                reading.token_at(p.start) for p in reading.parties if p.code and reading.token_at(p.end - 1) == i - 1
            ]
            return min(starts, default=first)
    return first


def _with_party(reading: Reading, word: int, between: int) -> int:
    """The last word of a party that "with" ties to the noun before `word` ("the one with Norway", "the deal struck with Riga"), or -1.

    `between`: words of a participle that may stand in between.
    """
    for i in range(word, min(word + between + 1, len(reading.tokens) - 1)):
        if reading.before(i).strip(" \u00a0"):
            return -1
        if reading.is_a("with", i):
            starts = {reading.tokens[j].start for j in range(i + 1, min(i + 4, len(reading.tokens)))}
            ends = [reading.token_at(p.end - 1) for p in reading.parties if p.start in starts and p.code]
            return min(ends, default=-1)
        made = any(h.first <= i <= h.last and h.key in {"sign", "conclude"} for h in reading.section("acts"))
        if not made and i > word:
            return -1
    return -1


def _mention(reading: Reading, thing: Thing, first: int, last: int, *, generic: bool) -> Mention:
    start, end = reading.tokens[first].start, reading.tokens[last].end
    parties = tuple(p for p in reading.parties if start <= p.start and p.end <= end)
    base = reading.sentence.start
    plural = _plural(reading, thing)
    text, pick = reading.sentence.text[start - base : end - base], _pick(reading, thing)
    unsaid = reading.lexicon.language == "zh"
    return Mention(
        start, end, text, thing.kind, generic, plural or pick in {"both", "all"}, parties, pick, numberless=unsaid
    )


def _pick(reading: Reading, thing: Thing) -> str:
    """Which of the agreements told before is meant: "former", "latter", "both", "all" (of three and more), or ""."""
    for pick in ("former", "latter"):
        if thing.what == PRONOUN and reading.is_a(pick, thing.last):
            return pick
    near = range(max(0, thing.first - 2), thing.last + 1)
    if any(reading.is_a("all_told", i) for i in near):
        return "all"
    return "both" if any(reading.is_a("both", i) for i in near) else ""


def _plural(reading: Reading, thing: Thing) -> bool:
    """Whether the noun is in the plural: an English or Romance -s, or a number before it."""
    word = reading.tokens[thing.last].low
    counted = any(reading.is_a("plural_hint", i) for i in range(max(0, thing.first - 4), thing.first))
    latin = (
        word.isascii() and len(word) > 3 and word.endswith("s") and reading.lexicon.language in {"en", "fr", "es", "pt"}
    )
    pronoun = thing.what == PRONOUN and reading.is_a("plural_pronouns", thing.last)
    return counted or latin or pronoun or reading.is_a("plural_hint", thing.last)


def _left(reading: Reading, thing: Thing, verbs: frozenset[int], things: Sequence[Thing]) -> int:
    """Walk left over modifiers until a determiner, a preposition, a verb or punctuation."""
    first = thing.first
    if reading.lexicon.language in _HEAD_FIRST:
        return first
    if reading.lexicon.language == "zh":
        return _left_zh(reading, thing, verbs)
    organs = (
        {reading.token_at(p.end - 1) for p in reading.parties if p.kind in {PartyKind.BODY, PartyKind.LEADER}}
        if reading.lexicon.language in _HEAD_LAST
        else set()
    )  # a subject may stand right before its object
    limit = _LEFT + 8 if reading.lexicon.verb_final else _LEFT
    compound = not reading.lexicon.object_first
    blocked = {
        i
        for t in things
        if t is not thing
        and t.what != TREATY
        and not (compound and t.what == NOUN and t.kind not in {"ratify", "sign"})
        for i in range(t.first, t.last + 1)
    }
    for i in range(thing.first - 1, max(-1, thing.first - 1 - limit), -1):
        mark = reading.before(i + 1).strip(" \u00a0'’-–/\u201c\u201d\"«»„")
        if mark or i in verbs or i in blocked or i in organs or reading.clause_of[i] != reading.clause_of[thing.first]:
            break
        if any(
            reading.is_a(role, i) for role in ("determiners", "stop_words", "prepositions", "to", "by", "have", "be")
        ):
            break
        if reading.is_a("coordinate", i) and not _joins_names(reading, i) and not _joins_title(reading, things, i):
            break
        if reading.tokens[i].low.isdigit() and len(reading.tokens[i].low) <= 2:  # a day of a month
            break
        first = i
    while first < thing.first and reading.is_a("coordinate", first):
        first += 1
    return first


def _joins_names(reading: Reading, word: int) -> bool:
    """Whether a conjunction joins two parties ("the Armenian and Azerbaijani treaty")."""
    before = any(p.end == reading.tokens[word - 1].end for p in reading.parties) if word else False
    after = (
        any(p.start == reading.tokens[word + 1].start for p in reading.parties)
        if word + 1 < len(reading.tokens)
        else False
    )
    return before and after


def _joins_title(reading: Reading, things: Sequence[Thing], word: int) -> bool:
    """Whether a conjunction stands inside a title in capitals ("the Partnership and Cooperation Agreement")."""
    if not 0 < word < len(reading.tokens) - 1 or any(t.last == word - 1 for t in things if t.what == TREATY):
        return False
    names = any(p.start == reading.tokens[word + 1].start for p in reading.parties)
    return not names and _capital(reading, word - 1) and _capital(reading, word + 1) and not _capital(reading, word)


def _left_zh(reading: Reading, thing: Thing, verbs: frozenset[int]) -> int:
    first = thing.first
    for i in range(thing.first - 1, max(-1, thing.first - 1 - _CJK_LEFT), -1):
        mark = reading.before(i + 1).strip()
        if any(c in "，。；：、,;:" for c in mark) or i in verbs or reading.is_a("stop_words", i):
            break
        first = i
        if "《" in mark:
            return i + 1
    while first < thing.first and reading.tokens[first].low in _CJK_PARTICLES:
        first += 1
    return first


def _right(
    reading: Reading, thing: Thing, verbs: frozenset[int], things: Sequence[Thing], dates: Sequence[DateMention]
) -> int:
    """Walk right over complements, if one begins there, until a verb, a date, or punctuation that ends it."""
    lexicon = reading.lexicon
    n = len(reading.tokens)
    following = thing.last + 1
    if following >= n or lexicon.language == "zh":
        return thing.last
    if lexicon.language in _HEAD_LAST and not reading.before(following).strip(
        " \u00a0"
    ):  # there a noun stands at the end of its phrase
        return thing.last
    quoted = _quoted_title(reading, thing)
    if quoted > thing.last:
        return quoted
    last = adjectives.behind(reading, thing.last) if thing.what == TREATY else thing.last
    following = last + 1
    if following >= n:
        return last
    if not _begins(reading, following) or (thing.what == GENERIC and not reading.is_a("complement", following)):
        return last
    days = {reading.token_at(d.start) for d in dates if d.role != "title"}
    for i in range(following, min(n, following + 2)):
        if _YEAR.fullmatch(reading.tokens[i].low) and (i == following or _inside_title(reading, i)):
            last, following = i, i + 1  # "the accord of 1972", «اتفاقية 1959»
            break
    for i in range(following, min(n, following + _RIGHT)):
        dated = i in days and not _inside_title(reading, i)
        if i in verbs or dated or _marked_off(reading, last, i, following):
            break
        if not _inside_name(reading, i) and (_acts(reading, i, last) or _ends(reading, thing, things, i)):
            break
        last = i
    last = _trimmed(reading, thing, last)
    while last > thing.last and any(
        reading.is_a(role, last)
        for role in ("complement", "prepositions", "coordinate", "determiners", "relative", "to", "by", "stop_words")
    ):
        last -= 1
    return last


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
    dashed = any(mark in reading.before(word) for mark in "-–—")
    return here is not None and not dashed and bool(_NOMINATIVE[reading.lexicon.language].search(_text(reading, here)))


def _text(reading: Reading, party: PartyMention) -> str:
    base = reading.sentence.start
    return reading.sentence.text[party.start - base : party.end - base]


def _trimmed(reading: Reading, thing: Thing, last: int) -> int:
    """The last word of a complement where a language writes its nouns with capitals: adverbs and verbs behind them are none of it."""
    if reading.lexicon.language != "de":
        return last
    while last > thing.last and not (_capital(reading, last) or reading.tokens[last].low.isdigit()):
        last -= 1
    return last


def _marked_off(reading: Reading, last: int, word: int, following: int) -> bool:
    """Whether punctuation before a word ends the mention; brackets do not, nor commas inside a title in capitals."""
    mark = reading.before(word).strip(" \u00a0\"'’“”«»„-/")
    if not mark or mark == "(":
        return False
    return word == following or not (mark in {",", "،"} and _title_goes_on(reading, last, word))


def _ends(reading: Reading, thing: Thing, things: Sequence[Thing], word: int) -> bool:
    """Whether a word behind the noun belongs to it no longer."""
    clause = reading.clause(word)
    if clause.number != reading.clause_of[thing.first] and clause.kind == MAIN:
        return True
    if reading.is_a("have", word) or reading.is_a("be", word):
        return True
    if reading.is_a("coordinate", word) and _joins_names(reading, word):
        return False
    if reading.is_a("stop_words", word) and word > thing.last + 2:
        return True
    if reading.is_a("prepositions", word):
        to_whom = any(h.key == "recipient" and h.first == word + 1 for h in reading.section("procedure"))
        if to_whom or (not reading.is_a("complement", word) and _place(reading, word)):
            return True
    if reading.is_a("coordinate", word) and _another(reading, things, word, thing):
        return True
    return any(t.first == word and t.what == NOUN and t.kind in {"ratify", "withdraw", "enter_force"} for t in things)


def _another(reading: Reading, things: Sequence[Thing], conjunction: int, thing: Thing) -> bool:
    """Whether a conjunction leads to a further agreement with a determiner or a number of its own."""
    following = conjunction + 1
    if following >= len(reading.tokens):
        return False
    if any(t.first == following and adjectives.year_behind(reading, t.last) >= 0 for t in things if t.what == PRONOUN):
        return True  # « la convention de 1972 et celle de 1965 »
    fresh = reading.is_a("determiners", following) or reading.is_a("numbers", following) or reading.lexicon.object_first
    return fresh and any(t is not thing and t.what == TREATY and 0 < t.first - conjunction <= 6 for t in things)


def _begins(reading: Reading, word: int) -> bool:
    """Whether a complement begins at a word: a preposition, a relative word, a bracket, a name, or a genitive."""
    mark = reading.before(word).strip(" \u00a0")
    if mark and mark not in {"«", "“", '"', "(", "-", "/", "„", "»", "”"}:
        return False
    if mark in {"«", "“", '"', "(", "-", "/"} and not reading.is_a("complement", word):
        return True
    if reading.is_a("complement", word) or (not mark and adjectives.participle(reading, word)):
        return True
    if any(p.start == reading.tokens[word].start for p in reading.parties) and not reading.is_a("prepositions", word):
        return reading.lexicon.language != "en"
    if _capital(reading, word) and not any(reading.is_a(r, word) for r in ("stop_words", "be", "have")):
        return True
    return reading.lexicon.object_first and not any(
        reading.is_a(role, word)
        for role in ("stop_words", "prepositions", "coordinate", "be", "have", "by", "relative")
    )


def _quoted_title(reading: Reading, thing: Thing) -> int:
    """The last word of a title in quotation marks right behind the noun, or the noun itself."""
    following = thing.last + 1
    if following >= len(reading.tokens) or not any(q in reading.before(following) for q in _QUOTES_OPEN):
        return thing.last
    for i in range(following, min(len(reading.tokens), following + 40)):
        behind = reading.before(i + 1) if i + 1 < len(reading.tokens) else reading.sentence.text[-3:]
        if any(q in behind for q in _QUOTES_CLOSE):
            return i
    return thing.last


def _capital(reading: Reading, word: int) -> bool:
    return reading.sentence.text[reading.tokens[word].start - reading.sentence.start].isupper()


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
        _capital(reading, last)
        and _capital(reading, word)
        and not any(p.start == reading.tokens[word].start for p in reading.parties)
    )


def _place(reading: Reading, preposition: int) -> bool:
    """Whether a preposition leads to a place: the agreement was signed there, it is not about it."""
    following = preposition + 1
    if following >= len(reading.tokens):
        return True
    start = reading.tokens[following].start
    return any(p.start == start and p.kind is PartyKind.CAPITAL for p in reading.parties) or (
        not any(p.start == start for p in reading.parties) and _capital(reading, following)
    )
