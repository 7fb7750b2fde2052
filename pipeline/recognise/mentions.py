"""The wording around a treaty noun: what stands before it and behind it that tells which agreement it is."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import adjectives, complements, endings, han, number, topics
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, NAMES, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ATTRIBUTE, GERUND, NOMINAL, Trigger
from pipeline.recognise.values import DateMention, Mention, PartyKind, PartyMention

_LEFT = 8  # words of modifiers before the noun
_CJK_LEFT = 36
_CJK_PARTICLES = frozenset({"的", "了", "所", "有", "之"})  # what ends the words before a mention
_HEAD_LAST = frozenset({"tr", "kk", "ky", "az", "uz"})
_HEAD_FIRST = frozenset({"ar"})  # there what stands before a noun is its verb, or that verb's subject
_TO_NAME = 4  # words between a protocol and the name of what it adds to: « le protocole additionnel à la Convention »
_CHANGING = frozenset({"amend", "extend"})  # what a protocol does to its agreement
_MADE = 2  # words between a noun and its "with": "the accord concluded with Seoul"
_NUMBERED, _SHORT = 2, 3  # words of "No. 187", and their letters
_ENDING = 2  # words that end a verb's words behind its subject
_REGIONS = frozenset({"HK", "MO"})


def of(
    reading: Reading,
    thing: Thing,
    things: Sequence[Thing],
    triggers: Sequence[Trigger],
    dates: Sequence[DateMention] = (),
) -> Mention:
    """The mention around a thing, with the parties named inside it."""
    if thing.what == PRONOUN:
        one = reading.is_a("the_one", thing.last)
        party = _with_party(
            reading, thing.last + 1, _MADE if one else 0, roles=("with", "complement") if one else ("with",)
        )
        last = max(_list_of(reading, thing, party), adjectives.year_behind(reading, thing.last))
        own = any(reading.token_at(p.start) == thing.first for p in reading.parties)  # «Таджикское подписано …»
        return _mention(reading, thing, thing.first, max(last, thing.last), generic=last < 0 and not own)
    ending = _ENDING if reading.lexicon.table.arabic else int(reading.lexicon.object_first)
    verbs = frozenset(
        i
        for t in triggers
        if t.voice != NOMINAL and not _of_title(reading, thing, t)
        for i in range(t.first, t.last + 1)
        if not t.first <= thing.first <= t.last or i > max(thing.last, t.last - ending) or i == t.first < thing.first
    )  # «دخلت الاتفاقية بين … حيز التنفيذ», «подписи под конвенцией поставили …»: not what ends the verb's words, either
    named = thing.agreement_id and reading.lexicon.verb_final  # there the subject stands right before the name
    over = _protocol_to(reading, thing, things)
    if over is not None:
        return of(reading, over, things, triggers, dates)
    first = thing.first if named else _left(reading, thing, verbs, things)
    if reading.lexicon.language in _HEAD_LAST:
        changed = _changed(thing, first, triggers, things)
        first = _left(reading, changed, verbs, things) if changed is not None else first
        first = _with_party_before(reading, first)
    laws = frozenset(t.first for t in things if t.what == "law" and t.first > thing.last)  # "… with A and a bill on …"
    last = complements.behind(reading, thing, verbs | laws, things, dates)
    last = max(last, _with_party(reading, last + 1, _MADE))
    bare = first == thing.first and last == thing.last and not thing.agreement_id
    picked = reading.lexicon.language == "zh" and any(
        reading.is_a(pick, thing.last) for pick in ("former", "latter")
    )  # 前一协定
    generic = thing.what == GENERIC or (bare and thing.what == TREATY) or picked
    mention = _mention(reading, thing, first, last, generic=generic and last == thing.last)
    return topics.told_behind(reading, thing, mention, things, dates)


def _of_title(reading: Reading, thing: Thing, trigger: Trigger) -> bool:
    """Whether a verb with a capital goes on with a title right behind its noun ("the Convention Abolishing the Requirement of …")."""
    behind = trigger.tense == GERUND and trigger.first == thing.last + 1 and not reading.before(trigger.first).strip()
    return behind and endings.capital(reading, thing.last) and endings.capital(reading, trigger.first)


def _protocol_to(reading: Reading, thing: Thing, things: Sequence[Thing]) -> Thing | None:
    """The protocol whose complement a named agreement is ("the Protocol to the Abuja Treaty on free movement"): that is what is meant."""
    for other in things if thing.agreement_id else ():
        gap = range(other.last + 1, thing.first)
        if other.what != TREATY or other.kind != "protocol" or other.agreement_id or not 0 < len(gap) <= _TO_NAME:
            continue
        tied = any(reading.is_a("prepositions", i) or reading.is_a("to", i) for i in gap)
        apart = reading.any_is("coordinate", gap)  # «протокола к нему и устава»
        if tied and not apart and not any(reading.before(i).strip(" \u00a0'’") for i in (*gap, thing.first)):
            return other
    return None


def is_body(mention: Mention) -> bool:
    """Whether a mention is no more than a body's name ("NATO"), which may stand for its treaty but is no forerunner of a pronoun."""
    return not mention.kind and any(
        p.kind is PartyKind.ORGANISATION and p.start <= mention.start and mention.end <= p.end for p in mention.parties
    )


def _changed(thing: Thing, first: int, triggers: Sequence[Trigger], things: Sequence[Thing]) -> Thing | None:
    """The agreement that a participle before the noun says this one changes ("Sosyal Güvenlik Anlaşması'nı değiştiren protokol")."""
    by = next((t for t in triggers if t.last == first - 1 and t.voice == ATTRIBUTE and t.family in _CHANGING), None)
    if by is None or thing.what != TREATY:
        return None
    before = [t for t in things if t.what == TREATY and 0 < by.first - t.last <= _TO_NAME]
    return before[-1] if before else None


def _with_party_before(reading: Reading, first: int) -> int:
    """Where a postposition ties a party to the noun ("Somali ile yapılan muhtıra"), the party's first word, else `first`."""
    for i in range(first - 1, max(-1, first - 3), -1):
        if reading.is_a("with", i):
            starts = [
                reading.token_at(p.start) for p in reading.parties if p.code and reading.token_at(p.end - 1) == i - 1
            ]
            return min(starts, default=first)
    return first


def _with_party(reading: Reading, word: int, between: int, *, roles: tuple[str, ...] = ("with",)) -> int:
    """The last word of a party that "with" ties to the noun before `word` ("the one with Norway", "the deal struck with Riga"), or -1.

    `between`: words of a participle that may stand in between; `roles`: what may tie it ("that of Kenya").
    """
    if reading.lexicon.language == "zh":  # 与葡萄牙的协定和与越南的条约
        return -1
    for i in range(word, min(word + between + 1, len(reading.tokens) - 1)):
        if reading.before(i).strip(" \u00a0"):
            return -1
        if reading.is_a("with", i) or (i == word and reading.is_any(roles, i)):
            starts = {reading.tokens[j].start for j in range(i + 1, min(i + 4, len(reading.tokens)))}
            states = reading.is_a("with", i)
            ends = [
                reading.token_at(p.end - 1)
                for p in reading.parties
                if p.start in starts and p.code and (states or p.kind in NAMES)
            ]
            return min(ends, default=-1)
        if i > word and not any(
            h.first <= i <= h.last and h.key in {"sign", "conclude"} for h in reading.section("acts")
        ):
            return -1
    return -1


def _list_of(reading: Reading, pronoun: Thing, last: int) -> int:
    """The last word of a list of parties ("those with Peru and Chile"), of whose first that is given; -1 where none is."""
    ends = {
        reading.token_at(p.start): reading.token_at(p.end - 1) for p in reading.parties if p.code and p.kind in NAMES
    }
    following = last + 1
    while 0 < following < len(reading.tokens) - 1 and reading.is_a("plural_pronouns", pronoun.last):
        begin = following + (2 if reading.is_a("determiners", following + 1) else 1)
        if begin not in ends or not reading.is_a("coordinate", following) or reading.before(following).strip(" \u00a0"):
            break
        last, following = ends[begin], ends[begin] + 1
    return last


def _mention(reading: Reading, thing: Thing, first: int, last: int, *, generic: bool) -> Mention:
    start, end = reading.tokens[first].start, reading.tokens[last].end
    parties = tuple(p for p in reading.parties if start <= p.start and p.end <= end and not _whose(reading, p))
    base = reading.sentence.start
    plural = number.plural(reading, thing)
    text, pick = reading.sentence.text[start - base : end - base], _pick(reading, thing)
    unsaid = reading.lexicon.language == "zh"
    many, meant = plural or pick in {"both", "all"}, _by_number(reading, thing)
    return Mention(start, end, text, thing.kind, generic, many, parties, pick, numberless=unsaid, meant=meant)


def _by_number(reading: Reading, thing: Thing) -> str:
    """The agreement that a number alone means ("No. 187" behind "Conventions No. 155"), or ""."""
    words = range(thing.first, thing.last + 1) if thing.agreement_id else range(0)
    alone = bool(words) and reading.tokens[thing.last].low.isdigit() and len(words) <= _NUMBERED
    return thing.agreement_id if alone and all(len(reading.tokens[i].low) <= _SHORT for i in words) else ""


def _whose(reading: Reading, party: PartyMention) -> bool:
    """Whether a state is only said behind a region of its own that makes treaties itself: "Hong Kong, China"."""
    return party.code == "CN" and any(
        p.code in _REGIONS and 0 < party.start - p.end <= len(", ") and p.end < party.start for p in reading.parties
    )


def _pick(reading: Reading, thing: Thing) -> str:
    """Which of the agreements told before is meant: "former", "latter", "both", "all" (of three and more), or ""."""
    for pick in ("former", "latter"):
        if (thing.what == PRONOUN or reading.lexicon.language == "zh") and reading.is_a(pick, thing.last):
            return pick
        if thing.what == GENERIC and thing.first and reading.is_a(pick, thing.first - 1):
            return pick  # «первый документ подписан в марте»
    near = range(max(0, thing.first - 2), thing.last + 1)
    if (
        thing.what == PRONOUN
        and thing.first
        and not reading.is_any((*complements.SMALL, "both", "all_told"), thing.first - 1)
    ):
        near = range(thing.first, thing.last + 1)  # « les deux voisins l'avaient signé »
    if reading.any_is("other_words", range(near.start, thing.first)):
        return ""  # « deux autres conventions »
    if reading.any_is("all_told", near):
        return "all"
    return "both" if reading.any_is("both", near) else ""


def _left(reading: Reading, thing: Thing, verbs: frozenset[int], things: Sequence[Thing]) -> int:
    """Walk left over modifiers until a determiner, a preposition, a verb or punctuation."""
    first = thing.first
    if reading.lexicon.language in _HEAD_FIRST:
        return first
    if reading.lexicon.language == "zh":
        return _left_zh(reading, thing, verbs, things)
    organs = (
        {reading.token_at(p.end - 1) for p in reading.parties if p.kind in {PartyKind.BODY, PartyKind.LEADER}}
        if reading.lexicon.language in _HEAD_LAST or reading.lexicon.object_first
        else {reading.token_at(p.end - 1) for p in reading.parties if p.kind is PartyKind.LEADER}
    )  # a subject may stand right before its object, and so may those in whose presence it was done
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
    if not reading.lexicon.verb_final:  # «Первый касается | договора с …»
        blocked |= {i for h in reading.section("grammar") if h.key == "carrier" for i in (h.first, h.last)}
    for i in range(thing.first - 1, max(-1, thing.first - 1 - limit), -1):
        mark = reading.before(i + 1).strip(" \u00a0'’-–/\u201c\u201d\"«»„")
        short = _short_form(reading, i)
        if (mark and not short and not _short_form(reading, i + 1)) or i in verbs or i in blocked or i in organs:
            break
        if reading.clause_of[i] != reading.clause_of[thing.first] and not short:
            break
        small = ("determiners", "stop_words", "prepositions", "to", "by", "have", "be")
        counted = reading.is_a("latter", i) and reading.is_a("determiners", i - 1)  # "o segundo protocolo"
        if reading.is_any(small, i) and not (counted or _about(reading, i) or complements.inside_name(reading, i)):
            break
        if (
            reading.is_a("coordinate", i)
            and not endings.joins_names(reading, i)
            and not _joins_title(reading, things, i)
            and not _joins_subjects(reading, things, verbs, i)
        ):
            break
        if reading.tokens[i].low.isdigit() and (len(reading.tokens[i].low) <= 2 or reading.is_a("since", i - 1)):
            break  # a day of a month; "das seit 1999 geltende Abkommen"
        first = i
    while first < thing.first and reading.is_any(("coordinate", "itself"), first):
        first += 1
    return first


def _about(reading: Reading, word: int) -> bool:
    """Whether what the noun is about ends before a small word ("enerji alanında *da bir* anlaşma"), or with it («… тууралуу келишим»)."""
    if reading.lexicon.language not in _HEAD_LAST:
        return False
    while word > 0 and reading.is_any(("determiners", "stop_words"), word) and not reading.is_a("topical", word):
        if reading.before(word).strip(" \u00a0"):
            return False
        word -= 1
    return reading.is_a("topical", word)


def _joins_title(reading: Reading, things: Sequence[Thing], word: int) -> bool:
    """Whether a conjunction stands inside a title in capitals ("the Partnership and Cooperation Agreement")."""
    if not 0 < word < len(reading.tokens) - 1 or any(t.last == word - 1 for t in things if t.what == TREATY):
        return False
    names = any(p.start == reading.tokens[word + 1].start for p in reading.parties)
    return (
        not names
        and endings.capital(reading, word - 1)
        and endings.capital(reading, word + 1)
        and not endings.capital(reading, word)
    )


def _joins_subjects(reading: Reading, things: Sequence[Thing], verbs: frozenset[int], word: int) -> bool:
    """Whether "and" stands between two words that say what the noun is about ("güvenlik ve savunma işbirliği anlaşması")."""
    if (
        reading.lexicon.language not in _HEAD_LAST
        or not 0 < word < len(reading.tokens) - 1
        or (reading.is_a("with", word) and reading.lexicon.language != "kk")  # «қорғау мен пайдалану туралы конвенция»
    ):
        return False
    if reading.before(word).strip() or reading.before(word + 1).strip():
        return False
    last = word - 2 if word > 1 and reading.before(word - 1).strip() in {"'", "’"} else word - 1  # "Zaptı'nın ve …"
    before = reading.tokens[word - 1]
    taken = any(t.first <= last <= t.last for t in things) or any(
        p.start <= reading.tokens[last].start < p.end for p in reading.parties
    )
    small = any(reading.is_a(role, word - 1) for role in ("stop_words", "determiners", "with", "pronouns"))
    return not (taken or small or word - 1 in verbs or before.low.isdigit())


def _short_form(reading: Reading, word: int) -> bool:
    """Whether a word is a short form set in brackets: "the Conventional Forces in Europe (CFE) pact"."""
    if not reading.before(word).endswith("("):
        return False
    token, text, base = reading.tokens[word], reading.sentence.text, reading.sentence.start
    return text.startswith(")", token.end - base) and text[token.start - base : token.end - base].isupper()


def _left_zh(reading: Reading, thing: Thing, verbs: frozenset[int], things: Sequence[Thing]) -> int:
    first = han.title_start(reading, thing.first, thing.last)
    if first >= 0:
        return first
    first = thing.first
    others = {t.last for t in things if t.what == TREATY}
    for i in range(thing.first - 1, max(-1, thing.first - 1 - _CJK_LEFT), -1):
        mark = reading.before(i + 1).strip()
        about = reading.tokens[i].low == "于" and i > 0 and reading.tokens[i - 1].low == "关"  # 两国关于引渡的条约
        stop = reading.is_a("stop_words", i) and not about and not han.in_party(reading, i)  # 日本
        if any(c in "，。；：、,;:" for c in mark) or i in verbs or stop:
            break
        if (reading.is_a("coordinate", i) and i - 1 in others) or reading.is_a("quote_verbs", i):
            break  # 引渡条约和互免签证协定 are two; 媒体称议定书
        first = i
        if "《" in mark:
            return i + 1
    while first < thing.first and reading.tokens[first].low in _CJK_PARTICLES:
        first += 1
    return first
