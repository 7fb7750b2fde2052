"""What an agreement is on, said behind the words of its signing: "the accord signed by Brazil and Italy in 2023 on classified
information", « l'accord qu'ont signé Oslo et Lima en 2021 sur la pêche »."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.recognise import complements, endings, relatives
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import TREATY, Thing
from pipeline.recognise.values import DateMention, Mention, PartyMention

_MAKING = frozenset({"sign", "conclude", "initial", "adopt"})
_REACH = 16  # words from an agreement to what it is on
_ASIDE = 12  # words of an aside
_CLAUSE = 4  # words of a relative clause that says something
_BARE_RELATIVES = frozenset(
    {"en", "fr", "es", "pt"}
)  # languages that set no comma before one that tells which is meant
_MARKS = frozenset(",;:.()–—")


def told_behind(
    reading: Reading, thing: Thing, mention: Mention, things: Sequence[Thing], dates: Sequence[DateMention]
) -> Mention:
    """The mention with the words behind its signing that say what it is on, if any; its place in the text stays that of its own words."""
    if thing.what != TREATY or thing.agreement_id:
        return mention
    last = reading.token_at(mention.end - 1)
    begin = _behind_aside(reading, last + 1, things)
    made = next((h for h in reading.section("acts") if h.first == last + 1 and h.key in _MAKING), None)
    if made is not None and made.form != "noun" and not set(reading.before(made.first)) & _MARKS:
        begin = _topic(reading, made.last + 1, last + _REACH, things)
    if begin < 0 and mention.generic:
        begin = _behind_day(reading, last + 1, dates)
        return _with(reading, mention, begin, _clause_end(reading, begin)) if begin >= 0 else mention
    if begin < 0:
        return _described(reading, thing, mention)
    days = {reading.token_at(d.start) for d in dates if d.role != "title"}
    verbs = frozenset(h.first for h in reading.section("acts") if h.first > begin + 1 and h.form != "noun")
    end = complements.complement(reading, thing, verbs, things, days, begin)
    while end > begin and reading.is_any(complements.SMALL, end):
        end -= 1
    return _with(reading, mention, begin, end) if end > begin else mention


def _with(reading: Reading, mention: Mention, begin: int, end: int) -> Mention:
    """The mention with the words from `begin` to `end`."""
    base, sentence = reading.sentence.start, reading.sentence.text
    said = sentence[reading.tokens[begin].start - base : reading.tokens[end].end - base]
    inside = [p for p in reading.parties if mention.end <= p.start and p.end <= reading.tokens[end].end]
    named = tuple(p for p in inside if reading.same_clause(reading.token_at(p.start), begin))
    return replace(mention, text=f"{mention.text} {said}", generic=False, parties=(*mention.parties, *named))


def _behind_day(reading: Reading, word: int, dates: Sequence[DateMention]) -> int:
    """The word that opens what an agreement does, behind where and when it was made: "signed a pact in Lima on Friday *that* lifts visas",
    "… *under* which visas are lifted"; or -1."""
    if reading.lexicon.language not in relatives.LANGUAGES:
        return -1
    spans = [(d.start, d.end) for d in dates]
    day = False
    for i in range(word, min(word + _ASIDE, len(reading.tokens) - 1)):
        if set(reading.before(i)) & _MARKS:
            return -1
        led = reading.is_a("prepositions", i)
        if day and reading.is_a("relative", i + led) and not (led and reading.is_a("determiners", i + 1)):
            return i  # "in that case" opens nothing
        inside = any(start <= reading.tokens[i].start < end for start, end in spans)
        day = day or inside
        small = reading.is_any(("on_day", "days", "prepositions", "passing"), i)
        if not (inside or small or endings.capital(reading, i)):
            return -1
    return -1


def _clause_end(reading: Reading, begin: int) -> int:
    """The last word before a mark."""
    until = min(begin + _REACH, len(reading.tokens))
    return next((i - 1 for i in range(begin + 1, until) if set(reading.before(i)) & _MARKS), until - 1)


def _described(reading: Reading, thing: Thing, mention: Mention) -> Mention:
    """The mention with what a relative clause tells of it: behind its parties the words ("agreements with Oman and Mali *that will simplify
    visits*"), behind a preposition whom it binds ("the pact *under which* Fiji will take in people from *Palau*")."""
    word = reading.token_at(mention.end - 1) + 1
    governed = next((i for i in (thing.last + 1, word) if _governed(reading, i)), 0)
    if governed:
        inside = _parties_between(reading, mention, governed, _until(reading, governed))
        return replace(mention, parties=(*mention.parties, *inside), generic=False)
    if reading.lexicon.language not in _BARE_RELATIVES or not mention.parties or word + 2 >= len(reading.tokens):
        return mention
    marked = reading.before(word).strip(" \u00a0") or max(p.end for p in mention.parties) < mention.end
    if marked or not (reading.is_a("relative", word) and reading.is_a("complement", word)):
        return mention
    end = _until(reading, word)
    if end - word < _CLAUSE:
        return mention
    base = reading.sentence.start
    said = reading.sentence.text[reading.tokens[word].start - base : reading.tokens[end - 1].end - base]
    return replace(mention, text=f"{mention.text} {said}", generic=False)


def _governed(reading: Reading, word: int) -> bool:
    """Whether a preposition and a relative word begin at a word, no mark before them ("under which", « par lequel »)."""
    inside = word + 1 < len(reading.tokens) and not reading.before(word).strip(" \u00a0")
    return inside and reading.is_any(("prepositions", "by"), word) and reading.is_a("relative", word + 1)


def _until(reading: Reading, word: int) -> int:
    """The word behind a clause that begins at one: a mark or a verb of treaty-making ends it."""
    acts = {h.first for h in reading.section("acts") if h.form != "noun"}
    end = word + 1
    while end < min(len(reading.tokens), word + _REACH) and end not in acts and not set(reading.before(end)) & _MARKS:
        end += 1
    return end


def _parties_between(reading: Reading, mention: Mention, word: int, end: int) -> tuple[PartyMention, ...]:
    first, last = reading.tokens[word].start, reading.tokens[end - 1].end
    return tuple(
        p for p in reading.parties if p.code and first <= p.start and p.end <= last and p not in mention.parties
    )


def _behind_aside(reading: Reading, word: int, things: Sequence[Thing]) -> int:
    """The word that leads to what it is on behind an aside in commas: "the accord with Chad, signed in 2018, on grazing"; or -1."""
    if word >= len(reading.tokens) or reading.before(word).strip() != ",":
        return -1
    others = {t.first for t in things}
    for i in range(word, min(word + _ASIDE, len(reading.tokens) - 1)):
        if i > word and reading.before(i).strip(" \u00a0-’'"):
            comma = reading.before(i).strip() == "," and reading.is_a("topical", i)
            return i if comma and not reading.is_a("days", i + 1) and not reading.tokens[i + 1].low[0].isdigit() else -1
        if i in others or reading.is_any(("be", "have", "relative", "coordinate"), i):
            return -1
    return -1


def _topic(reading: Reading, first: int, until: int, things: Sequence[Thing]) -> int:
    """The word that leads to what the agreement is on, past who signed it, where and when; -1 where a mark, a verb or another agreement
    stands before it."""
    others = {t.first for t in things}
    acts = {h.first for h in reading.section("acts")}
    for i in range(first, min(until, len(reading.tokens) - 1)):
        if set(reading.before(i)) & _MARKS or i in others or i in acts or reading.is_any(("be", "have", "relative"), i):
            return -1
        if reading.is_any(("topical", "beneficiary"), i):
            fits = not reading.is_a("days", i + 1) and not endings.capital(reading, i + 1)
            return i if fits and not reading.tokens[i + 1].low[0].isdigit() else -1
    return -1
