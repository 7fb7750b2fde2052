"""The agreements of a list under one noun: "agreements on airspace, defence and extradition" are three, each worded for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.recognise import endings
from pipeline.recognise.reading import ASIDE, RELATIVE, Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.triggers import NOMINAL, Trigger
from pipeline.recognise.values import Mention, PartyKind

_REACH = 48  # words of a list
_TWO = 2  # parties with whom a list may be of different ones
_MOST = 8  # agreements in one list
_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz", "zh"})
_STRONG = frozenset(";.()[]–—；。（）")
_COMMAS = frozenset(",，")
_OPENING = 3  # words in which a sentence takes up what the one before told of
_ENDING = 2  # words that end a verb's words behind its subject
_PARTING = frozenset({",", "،", "，", "—", "–", "-"})
_FORERUN = ("one_of", "pronouns", "plural_pronouns", "generic_nouns", "former", "both", "all_told", "numbers")
_PRO_DROP = frozenset({"es", "pt", "ar", "tr"})
_COLON = frozenset(":：")
_DASH = frozenset("—–")
_NEAR = 8  # words between a colon and the noun that sums up the list before it
_LIGHT = ("determiners", "prepositions", "complement", "coordinate", "numbers", "stop_words")


def itemised(reading: Reading, thing: Thing, mention: Mention, verbs: Sequence[Trigger]) -> Mention:
    """The mention with its `items`, where its noun is a plural and heads a list; else as it is."""
    if thing.what != TREATY or not mention.plural or thing.agreement_id:
        return mention
    stretch = _stretch(reading, thing, verbs)
    for words in (
        stretch,
        _set_in(reading, thing, stretch),
        _behind_comma(reading, thing, verbs),
        _elided(reading, thing, verbs),
        _of_which(reading, thing, verbs),
        _behind_colon(reading, thing, verbs, _COLON),
        _behind_colon(reading, thing, verbs, _DASH),
        _before_colon(reading, thing),
    ):
        parts = list(_parts(reading, words))
        apart = words is not stretch
        if len(parts) == 1 and apart:
            parts = _by_names(reading, *parts[0])
        if 1 < len(parts) <= _MOST:
            break
    else:
        return mention
    noun = _text(reading, thing.first, thing.last)
    if words is not stretch and all(_names(reading, i) or _is_light(reading, i) for i in words):
        noun = f"{noun} {_on_what(reading, words.stop, verbs)}".rstrip()
    topics = [_topic(reading, noun, parts, at) if apart else noun for at in range(len(parts))]
    items = _one_each(reading, noun, mention, parts, words) or tuple(
        _item(reading, topic, mention, first, last) for topic, (first, last) in zip(topics, parts, strict=True)
    )
    return replace(mention, items=_shared(items, mention))


def _shared(items: Sequence[Mention], mention: Mention) -> tuple[Mention, ...]:
    """The items, those that name nobody with the parties of the next one that does ("on extradition and legal assistance with Oman and on
    transfers with Mali"), or of the last, where parties stand before what each agreement is on."""
    own = [
        frozenset(p.code for p in i.parties if p.code) if i.parties != mention.parties else frozenset[str]()
        for i in items
    ]
    if len({o for o in own if o}) < _TWO or all(own):
        return tuple(items)
    ahead = bool(own[0])
    order = range(len(items)) if ahead else range(len(items) - 1, -1, -1)
    shared, whose = list(items), mention.parties
    for at in order:
        if own[at]:
            whose = items[at].parties
        else:
            shared[at] = replace(items[at], parties=whose)
    return tuple(shared)


def _by_names(reading: Reading, first: int, last: int) -> list[tuple[int, int]]:
    """One item for each state that a set-off list of one subject names («— о базах в Мали и Нигере»)."""
    ends = [reading.token_at(p.end - 1) for p in reading.parties if p.kind is PartyKind.NAME]
    ends = [i for i in ends if first <= i <= last]
    begins = [first, *(i + 1 for i in ends[:-1])]
    return [span for a, b in zip(begins, ends, strict=False) for span in _whole(reading, a, b)]


def _topic(reading: Reading, noun: str, parts: Sequence[tuple[int, int]], at: int) -> str:
    """The noun with what the item before says of it, for an item that only names whom it is with («о базах в Мали и в Нигере»)."""
    words = range(parts[at][0], parts[at][1] + 1)
    if not at or reading.lexicon.language in _HEAD_LAST or not all(_names(reading, i) for i in words):
        return noun
    before = range(parts[at - 1][0], parts[at - 1][1] + 1)
    kept = [i for i in before if not _names(reading, i)]
    return f"{noun} {_text(reading, kept[0], kept[-1])}" if kept else noun


def _on_what(reading: Reading, word: int, verbs: Sequence[Trigger]) -> str:
    """The words behind a list of states set in by dashes that say what all its agreements are on ("two treaties – with Mali and Niger – on tax")."""
    if word >= len(reading.tokens) or not reading.is_a("complement", word):
        return ""
    stops = {v.first for v in verbs if v.voice != NOMINAL}
    last = word
    while last + 1 < min(len(reading.tokens), word + _NEAR) and not (
        last + 1 in stops
        or reading.before(last + 1).strip(" \u00a0'’-")
        or reading.is_any(("be", "have", "days", "on_day", "relative"), last + 1)
    ):
        last += 1
    return _text(reading, word, last)


def _is_light(reading: Reading, word: int) -> bool:
    return any(reading.is_a(role, word) for role in _LIGHT)


def _names(reading: Reading, word: int) -> bool:
    """Whether a word belongs to the name of a state."""
    place = reading.tokens[word].start
    return any(p.kind is PartyKind.NAME and p.start <= place < p.end for p in reading.parties)


def _one_each(
    reading: Reading, noun: str, mention: Mention, parts: Sequence[tuple[int, int]], words: range
) -> tuple[Mention, ...]:
    """The items of as many states, one each: "agreements with Mali and Oman on tax and trade respectively"."""
    told = range(words.start, min(len(reading.tokens), words.stop + 2))
    if not any(reading.is_a("distributive", i) for i in told):
        return ()
    with_whom = [p for p in reading.parties if p.code and reading.token_at(p.start) in words]
    behind = max((reading.token_at(p.end - 1) for p in with_whom), default=-1)
    topics = [(max(first, behind + 1), last) for first, last in parts if last > behind]
    topics = [span for first, last in topics for span in _whole(reading, first, last)]
    if len(with_whom) < 2 or len(topics) != len(with_whom):
        return ()
    out = []
    for (first, last), party in zip(topics, with_whom, strict=True):
        item = _item(reading, noun, mention, first, last)
        out.append(replace(item, parties=(party,)))
    return tuple(out)


def holds(head: Mention, mention: Mention) -> bool:
    """Whether a wording is but one of the list that another one heads ("…, one with Mali on tax and one with Togo")."""
    return bool(head.items) and head.items[0].start <= mention.end <= head.items[-1].end


def goes_on(reading: Reading, gap: range) -> bool:
    """Whether a conjunction stands between two agreements that joins them, not the parties of the second: "the protocol to the Mali and Niger
    Tax Convention"."""
    both = [i for i in gap if reading.is_a("coordinate", i)]
    within = len(both) == 1 and endings.joins_names(reading, both[0])
    return bool(both) and not (within and reading.is_a("to", both[0] - 3) and reading.is_a("determiners", both[0] - 2))


def behind(mention: Mention, following: Reading) -> Mention:
    """The mention with `items` from the sentence that follows, where that says what the agreements are about: "They signed three
    agreements. They cover tax, trade and transit"."""
    words = range(len(following.tokens))
    if not words or not _takes_up(following, plural=mention.plural):
        return mention
    parts = list(_parts(following, words))[:_MOST]
    if mention.plural and len(parts) < 2:
        return mention
    return replace(mention, items=tuple(_item(following, mention.text, mention, first, last) for first, last in parts))


def _takes_up(following: Reading, *, plural: bool) -> bool:
    """Whether a sentence begins with what takes up an agreement, and tells no step itself."""
    if following.section("acts"):
        return False
    opening = range(min(_OPENING, len(following.tokens)))
    nouns = {h.first for h in following.section("instruments")}
    if any(i in nouns or any(following.is_a(role, i) for role in _FORERUN) for i in opening):
        return True
    return plural and following.lexicon.language in _PRO_DROP


def _stretch(reading: Reading, thing: Thing, verbs: Sequence[Trigger]) -> range:
    """The words behind the noun (before it, in languages that put it last) up to a verb or another clause."""
    acting = _acting(verbs, thing)
    organs = {reading.token_at(p.end - 1) for p in reading.parties if p.body}
    if reading.lexicon.language in _HEAD_LAST:
        first = thing.first
        while first > max(0, thing.first - _REACH) and not _breaks(reading, thing, first - 1, acting | organs):
            first -= 1
        return range(first, thing.first)
    last = thing.last
    while last + 1 < min(len(reading.tokens), thing.last + _REACH) and not _breaks(reading, thing, last + 1, acting):
        last += 1
    return range(thing.last + 1, last + 1)


def _acting(verbs: Sequence[Trigger], thing: Thing) -> set[int]:
    """The words of verbs; of those around the noun («دخلت الاتفاقيات … حيز التنفيذ») only the first and the last ones."""
    return {
        i
        for v in verbs
        if v.voice != NOMINAL
        for i in range(v.first, v.last + 1)
        if not v.first < thing.first < v.last or i <= thing.last or i > v.last - _ENDING
    }


def _set_in(reading: Reading, thing: Thing, stretch: range) -> range:
    """The words in brackets or between dashes that follow ("three treaties with Oman — on tax, trade and transit — took effect")."""
    first = max(stretch.stop, thing.last + 1)
    if first >= len(reading.tokens):
        return range(0)
    aside = reading.clause(first)
    if aside.kind != ASIDE or reading.clause_of[first - 1] != reading.clause_of[thing.first]:
        return range(0)
    last = first
    while last < len(reading.tokens) and reading.within(reading.clause_of[last], aside.number):
        last += 1
    return range(first, last)


def _elided(reading: Reading, thing: Thing, verbs: Sequence[Trigger]) -> range:
    """The words behind a comma or a dash that tell the agreements one by one ("…, one with Mali on tax and one with Oman on trade")."""
    acting = _acting(verbs, thing)
    for first in range(thing.last + 1, min(len(reading.tokens), thing.last + _REACH)):
        if reading.is_a("one_of", first) and reading.before(first).strip() in _PARTING:
            last = first
            while last < len(reading.tokens) and last not in acting and not _ends_list(reading, first, last):
                last += 1
            return range(first, last)
    return range(0)


def _ends_list(reading: Reading, first: int, word: int) -> bool:
    """Whether a strong mark ends a list; a semicolon parts its items, a dash may stand for a verb («одно — о транзите»)."""
    mark = reading.before(word)
    dash = any(c in mark for c in "–—") and not _STRONG & (set(mark) - set("–—"))
    stands_for = dash and reading.is_a("one_of", word - 1)
    return word > first and _strong(reading, word) and not stands_for and not set(";；") & set(mark)


def _behind_comma(reading: Reading, thing: Thing, verbs: Sequence[Trigger]) -> range:
    """The words behind a comma that follows the noun, where nouns end their phrase (三项协定，涉及引渡、税收和投资)."""
    first = thing.last + 1
    if reading.lexicon.language != "zh" or first >= len(reading.tokens) or not _COMMAS & set(reading.before(first)):
        return range(0)
    acting = _acting(verbs, thing)
    last = first
    while last < len(reading.tokens) and last not in acting and not (last > first and _strong(reading, last)):
        last += 1
    return range(first, last)


def _of_which(reading: Reading, thing: Thing, verbs: Sequence[Trigger]) -> range:
    """The words of a relative clause behind the noun that tells no step ("two conventions, which deal with tax and with transit")."""
    acting = _acting(verbs, thing)
    first = thing.last + 1
    while first < min(len(reading.tokens), thing.last + _NEAR) and reading.clause(first).opener != first:
        if first in acting or _strong(reading, first) or reading.clause_of[first] != reading.clause_of[thing.first]:
            return range(0)
        first += 1
    if first >= len(reading.tokens) or reading.clause(first).opener != first:
        return range(0)
    clause = reading.clause(first)
    if clause.kind != RELATIVE or clause.parent != reading.clause_of[thing.first]:
        return range(0)
    last = first
    while last < len(reading.tokens) and reading.clause_of[last] == clause.number and not _strong(reading, last):
        if last in acting:
            return range(0)
        last += 1
    return range(first + 1, last)


def _behind_colon(reading: Reading, thing: Thing, verbs: Sequence[Trigger], marks: frozenset[str]) -> range:
    """The words behind a colon that follows the noun ("two accords were signed: on trade with Oman and on tax with Mali"), or behind a
    dash and a preposition («два соглашения — о транзите и о выдаче»)."""
    reach = range(thing.last + 1, min(len(reading.tokens), thing.last + _REACH))
    first = next((i for i in reach if marks & set(reading.before(i))), 0)
    if marks is _DASH and not (reading.is_a("complement", first) or reading.is_a("prepositions", first)):
        return range(0)
    acting = _acting(verbs, thing)
    last = first
    while first and last < len(reading.tokens) and last not in acting and not _ends_list(reading, first, last):
        last += 1
    return range(first, last)


def _before_colon(reading: Reading, thing: Thing) -> range:
    """The words before a colon that the noun stands behind ("Extradition, defence and airspace: three accords took effect")."""
    reach = range(max(1, thing.first - _NEAR), thing.first + 1)
    colon = next((i for i in reversed(reach) if _COLON & set(reading.before(i))), 0)
    first = colon
    while first and not (first < colon and _strong(reading, first)):
        first -= 1
    return range(first, colon)


def _strong(reading: Reading, word: int) -> bool:
    mark = reading.before(word)
    return bool(_STRONG & set(mark)) or " - " in mark


def _breaks(reading: Reading, thing: Thing, word: int, verbs: set[int]) -> bool:
    if endings.short_form(reading, word):
        return False
    short = word > 0 and endings.short_form(reading, word - 1)
    strong = _STRONG & set(reading.before(word)) - (set("()") if short else set())
    return bool(
        word in verbs
        or strong
        or reading.is_a("be", word)
        or reading.is_a("have", word)
        or reading.clause_of[word] != reading.clause_of[thing.first]
        or (reading.is_a("relative", word) and not reading.is_a("complement", word))
    )


def _parts(reading: Reading, words: range) -> Iterator[tuple[int, int]]:
    """First and last word of each item: commas and conjunctions part them, but not the names of two states."""
    first = words.start
    for i in words:
        joins = reading.is_a("coordinate", i) and not _between_names(reading, i)
        comma = i > words.start and set(",،、，;；") & set(reading.before(i))
        written = endings.joined(reading, i) and not any(reading.token_at(p.start) == i for p in reading.parties)
        if joins or comma or written:
            yield from _whole(reading, first, i - 1)
            first = i + 1 if joins else i
    yield from _whole(reading, first, words.stop - 1)


def _whole(reading: Reading, first: int, last: int) -> Iterator[tuple[int, int]]:
    names = {reading.token_at(p.start) for p in reading.parties}
    while first <= last and first not in names and any(reading.is_a(role, first) for role in _LIGHT):
        first += 1
    while first <= last and reading.is_a("distributive", last):
        last -= 1
    if first <= last:
        yield first, last


def _between_names(reading: Reading, word: int) -> bool:
    if not 0 < word < len(reading.tokens) - 1:
        return False
    ends = any(p.end == reading.tokens[word - 1].end for p in reading.parties)
    return ends and any(reading.token_at(p.start) in {word + 1, word + 2} for p in reading.parties)


def _item(reading: Reading, noun: str, mention: Mention, first: int, last: int) -> Mention:
    start, end = reading.tokens[first].start, reading.tokens[last].end
    inside = tuple(p for p in reading.parties if start <= p.start and p.end <= end)
    behind = reading.lexicon.language in _HEAD_LAST
    words = _text(reading, first, last)
    text = f"{words} {noun}" if behind else f"{noun} {words}"
    own = inside if any(p.code for p in inside) else mention.parties
    return Mention(start, end, text, mention.kind, False, False, own)


def _text(reading: Reading, first: int, last: int) -> str:
    base = reading.sentence.start
    return reading.sentence.text[reading.tokens[first].start - base : reading.tokens[last].end - base]


_TOO = frozenset(["وكذا", "وكذلك", "وايضا"])


def begun_anew(reading: Reading, gap: range, trigger: Trigger) -> bool:
    """Whether "and" is written to another word behind a comma than to the next agreement («رفضهما …، وتمسكهما باتفاقية …»), and not to the
    preposition that the verb had before („وافق على …، وعلى …“)."""
    if reading.lexicon.language != "ar":
        return False
    led = {reading.tokens[i].low for i in range(trigger.last, gap.start)}
    anew = (reading.tokens[i].low for i in gap if "،" in reading.before(i))
    return any(
        low.startswith("و")
        and low not in _TOO
        and not (low[1:] in led and reading.lexicon.has("prepositions", low[1:]))
        for low in anew
    )
