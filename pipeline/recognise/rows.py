"""How names stand in a sentence: behind which preposition, beside which others, with whose organs."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import han
from pipeline.recognise.reading import Reading
from pipeline.recognise.values import PartyKind, PartyMention

ORGANS = frozenset({PartyKind.BODY, PartyKind.LEADER})
_COMPANY = frozenset({PartyKind.ORGANISATION, PartyKind.CAPITAL})  # what a state joins, where it acts
_ROW_GAP = 3  # words between two names of a list
_LOCATIVE = tuple(f"{mark}{ending}" for mark in "'’" for ending in ("da", "de", "ta", "te"))
_WITH_ENDING = tuple(f"{mark}{ending}" for mark in "'’" for ending in ("la ", "le ", "yla ", "yle "))
_LOCATIVE_ENDINGS = (*_LOCATIVE, "да", "де", "та", "те")


def word_of(reading: Reading, mention: PartyMention) -> int:
    """The index of a name's first word in its sentence."""
    return reading.token_at(mention.start)


def last_word(reading: Reading, mention: PartyMention) -> int:
    """The index of a name's last word."""
    return reading.token_at(mention.end - 1)


def ends_name(reading: Reading, word: int) -> bool:
    """Whether a word is the last of a name ("Benin and Togo both acceded")."""
    return any(last_word(reading, p) == word for p in reading.parties)


def of_place(reading: Reading, word: int) -> bool:
    """Whether "in", "at" or the like leads to a name."""
    at = reading.is_a("prepositions", word - 1) and not reading.is_a("by", word - 1)
    return at and not is_of(reading, word - 1) and not _each_of(reading, word)


def _each_of(reading: Reading, word: int) -> bool:
    """Whether a name is the first of "each of A and B" («كل من»)."""
    return word > 1 and reading.tokens[word - 2].low in {"كل", "كلا"}


def is_of(reading: Reading, word: int) -> bool:
    """Whether a word says whose something is ("of", "de", "da")."""
    return reading.tokens[word].low in {"of", "de", "du", "d", "del", "do", "da", "dos", "des"}


def listed(reading: Reading, one: PartyMention, other: PartyMention) -> bool:
    """Whether nothing but a comma parts two names: they stand in a list."""
    return word_of(reading, other) - last_word(reading, one) <= 1 and one.kind == other.kind


def without_places(reading: Reading, mentions: Sequence[PartyMention]) -> list[PartyMention]:
    """Mentions behind a preposition of place or company ("in Tehran", "with Japan") do not act, unless an organ leads them."""
    kept: list[PartyMention] = []
    for p in mentions:
        word = word_of(reading, p)
        behind = (
            word > 0
            and not _article(reading, word - 1)
            and not _each_of(reading, word)
            and not reading.is_a("by", word - 1)
            and not (word > 1 and reading.is_a("by", word - 2))
            and (
                reading.is_a("prepositions", word - 1)
                or (word > 1 and reading.is_a("determiners", word - 1) and reading.is_a("prepositions", word - 2))
            )
        )
        beside = kept and word - last_word(reading, kept[-1]) <= 4 and not (kept[-1].code and p.kind in _COMPANY)
        if (behind and not beside and not _noun_before(reading, word)) or _located(reading, p):
            continue
        kept.append(p)
    return kept or [p for p in mentions if p.kind in ORGANS]


def _located(reading: Reading, mention: PartyMention) -> bool:
    """Whether a capital's ending says that something happens there («Astana'da», «Ташкентте»)."""
    if mention.kind is not PartyKind.CAPITAL or reading.lexicon.grammar.get("prepositions"):
        return False
    after = reading.sentence.low[mention.end - reading.sentence.start :]
    low = reading.sentence.low[mention.start - reading.sentence.start : mention.end - reading.sentence.start]
    return after.startswith(_LOCATIVE) or low.endswith(_LOCATIVE_ENDINGS)


def _article(reading: Reading, word: int) -> bool:
    """Whether a word that may be a preposition is an article ("A Finlândia denunciou", "e a Guiné-Bissau"), or "with" opens a sentence.

    "With Morocco and Sierra Leone two more states have …": those named act.
    """
    if word == 0 and reading.is_a("with", 0):
        return True
    if not (reading.is_a("determiners", word) and reading.is_a("prepositions", word)):
        return False
    if len(reading.tokens[word].low) > 1:  # "do", "na" are both at once
        return False
    return word == 0 or reading.is_a("coordinate", word - 1) or not reading.before(word).isspace()


def _noun_before(reading: Reading, word: int) -> bool:
    """Whether an office or a name stands before the preposition: "the parliament of Colombia", "the Republic of Korea"."""
    base = reading.sentence.start
    for i in (word - 1, word - 2):
        if i > 0 and is_of(reading, i) and reading.sentence.text[reading.tokens[i - 1].start - base].isupper():
            return True
    return any(
        h.key in {"chamber", "executive", "presidential"} and 0 < word - h.last <= 3
        for h in reading.section("procedure")
    )


def group(reading: Reading, mentions: Sequence[PartyMention], *, from_left: bool = False) -> tuple[PartyMention, ...]:
    """The mentions that belong together: an organ with its state, or states in a row."""
    if reading.lexicon.verb_final:
        mentions = [p for p in mentions if not _partner(reading, p)] or mentions
    if not mentions:
        return ()
    organs = [p for p in mentions if p.kind in ORGANS]
    if organs and _theirs(reading, organs[0]):
        owners = [p for p in reading.parties if p.end < organs[0].start and p.kind not in ORGANS and p.code]
        if owners:
            return tuple(owners)
    if organs:
        pivot = organs[0] if from_left else organs[-1]
        near = [p for p in organs if abs(word_of(reading, p) - word_of(reading, pivot)) <= 8]
        states = [p for p in mentions if p.kind not in ORGANS and p.kind is not PartyKind.PAIR and p.code]
        row = [p for p in states if 0 < word_of(reading, p) - last_word(reading, pivot) <= 7]
        together = len({p.code for p in row}) > 1
        codes = row if together else [p for p in states if any(not o.code for o in near)]
        return tuple(sorted([*near, *codes], key=lambda p: p.start))
    pivot = mentions[0] if from_left else mentions[-1]
    row = [pivot]
    ordered = mentions if from_left else tuple(reversed(mentions))
    for p in ordered[1:]:
        close = abs(word_of(reading, p) - word_of(reading, row[-1])) <= 5 or han.counted(reading, p, row[-1])
        if close and _beside(reading, p, row[-1]):
            row.append(p)
        else:
            break
    return tuple(sorted(row, key=lambda p: p.start))


def _partner(reading: Reading, mention: PartyMention) -> bool:
    """Whether "with", or an ending that says so, stands behind a name and no other name behind that: "Letonya, Estonya ile anlaşmayı
    onayladı", "Türkiye, Irak'la boru hattı anlaşmasını feshetti"."""
    behind = last_word(reading, mention) + 1
    ending = reading.sentence.low.startswith(_WITH_ENDING, mention.end - reading.sentence.start)
    if behind >= len(reading.tokens) or not (ending or reading.is_a("with", behind)):
        return False
    return not any(word_of(reading, p) == behind + 1 for p in reading.parties)


def _beside(reading: Reading, one: PartyMention, other: PartyMention) -> bool:
    """Whether a comma, a dash or "and" stands between two names: they may be told of together."""
    left, right = (one, other) if one.start < other.start else (other, one)
    between = range(last_word(reading, left) + 1, word_of(reading, right))
    gap = reading.sentence.low[left.end - reading.sentence.start : right.start - reading.sentence.start]
    joined = any(reading.is_a("coordinate", i) or reading.is_a("alike", i) for i in between)
    return joined or bool(reading.lexicon.han) or any(not mark.isalnum() and not mark.isspace() for mark in gap)


def _theirs(reading: Reading, organ: PartyMention) -> bool:
    """ "their governments": the organs of the states just named."""
    word = word_of(reading, organ)
    return word > 0 and reading.tokens[word - 1].low in {"their", "leurs", "их", "sus", "ihre"}


def first_row(reading: Reading, mentions: Sequence[PartyMention]) -> list[PartyMention]:
    """Mentions up to the comma behind which another subject may stand ("signed by Norway and Sweden on Monday, both parliaments …")."""
    row = list(mentions[:1])
    for p in mentions[1:]:
        left, right = last_word(reading, row[-1]), word_of(reading, p)
        if reading.comma_between(left, right) and right - left > _ROW_GAP:
            break
        row.append(p)
    return row


def first_of(reading: Reading, mentions: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The names of a list, from its first."""
    row = list(mentions[:1])
    for p in mentions[1:]:
        if word_of(reading, p) - last_word(reading, row[-1]) > _ROW_GAP - 1 or p.kind is not row[0].kind:
            break
        row.append(p)
    return tuple(row)
