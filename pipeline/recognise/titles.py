"""What a wording says of the agreement it names: its kind, its parties, its subject, and whether it is an agreement on an agreement.

Official titles and the press's short forms are read the same way, so that they can be compared (`linking`). Pure; any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from pipeline.recognise.concepts import HAN, Lexicon, Word
from pipeline.recognise.immutable import value
from pipeline.recognise.values import PartyKind, PartyMention

_YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
_NUMBER = re.compile(r"[n№s第](?:(?:(?<=\bn)[orº°]|(?<=№)|(?<=\bs)ets? no)\.?\s*(\d{1,4})\b|(?<=第)\s*(\d{1,4})\s*号)")
_VERSION = re.compile(r"(\d\.0)(?<![\d.,]\d\.0)(?![\d.,])")  # ACFTA 3.0
_DIGIT, _ROMAN_DIGITS = re.compile(r"\d"), re.compile("[IVX][IVX]")  # where there are none, nothing need be looked for
_ROMAN = re.compile(r"\b(?=[IVX]{2,})(?:X{0,2}(?:IX|IV|V?I{0,3}))\b")
_ADDING = frozenset({"layer_amend", "layer_supplement"})
_ORDINAL = "ordinal_"  # the keys of "second", "deuxième", «второй» are this and a Roman number
_TO_NOUN, _OF_YEAR = 12, 30  # letters from a year to the noun behind it, and from a noun to "of 9 September 1966"
_APART = frozenset(",;()（，、")
_NUMBERED = 3  # words between an ordinal and its protocol: "the Second Optional Protocol"
_PAIR = 2  # nouns, of the protocol and of what it is one to
_TO = re.compile(r"\bto\b")  # in English years stand before their noun: "a protocol to their 1982 treaty"
_PLURAL_S = frozenset({"en", "fr", "es", "pt"})
_HEAD_LAST = frozenset({"zh", "tr", "az", "kk", "ky", "uz"})
_GUESS = {
    "de": frozenset(["der", "die", "das", "und", "zwischen", "über", "vom", "zur", "des", "den", "dem"]),
    "fr": frozenset(
        ["le", "la", "les", "et", "entre", "du", "des", "sur", "relatif", "relative", "portant", "d", "l", "au", "aux"]
    ),
    "es": frozenset(["el", "los", "las", "y", "entre", "del", "sobre", "la", "con", "para"]),
    "pt": frozenset(["o", "os", "as", "e", "entre", "do", "da", "dos", "das", "sobre", "para", "em", "ao"]),
    "tr": frozenset(["ile", "ve", "arasinda", "arasindaki", "iliskin", "hakkinda", "dair"]),
    "en": frozenset(["the", "of", "and", "between", "on", "for", "to", "concerning", "in"]),
}


_RELATIVE = re.compile(
    r"\b(?:which|that|whose|who|where|котор\w+|як(?:ий|а|е|і|ого|ої|ому|им|их|ая|ое|ія)|qui|que|dont|laquelle|lequel"
    r"|cuyo|cuya|cujo|cuja|الذي|التي|welche\w*)\b",
    re.IGNORECASE,
)


class NameFinder(Protocol):
    """Finds parties in a text (`parties.Names`)."""

    def find(self, low: str, original: str, language: str) -> tuple[PartyMention, ...]:
        """Parties in `original`; `low` is the same text lower-cased, letter for letter."""
        ...


class NoNames:
    """Finds no party: for tests, and where only the codes on the watchlist are known."""

    def find(self, low: str, original: str, language: str) -> tuple[PartyMention, ...]:  # noqa: ARG002 - the protocol's
        """Nothing, ever."""
        return ()


@value()
class Reading:
    """A wording taken apart. `keys`: what it says of the subject, in order, each once (see `concepts`).

    `layers`: what makes it an agreement on an agreement, or not the full one: "amend", "accede", "extend", "interim" …
    `proper`: the keys written with a capital letter. `states` and `orgs`: parties found in the words, by code; `seats`: of these states, those named by their capital only;
    `aside`: keys that only a relative clause behind the noun says: it describes the agreement in the writer's words.
    `places`: capitals that only say where it was signed (the Rome Statute).
    `changed_years`: of the years, those of the agreement that a protocol is one to ("a protocol to their 1982 treaty").
    `plural`: the noun is one, where the language shows it. `kind`: the noun at the head ("treaty", "protocol" …, "" where there is none); `kinds`: all of them.
    """

    keys: tuple[str, ...] = ()
    proper: frozenset[str] = frozenset()
    layers: frozenset[str] = frozenset()
    kind: str = ""
    kinds: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    seats: frozenset[str] = frozenset()
    orgs: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    words: tuple[Word, ...] = ()
    plural: bool = False
    aside: frozenset[str] = frozenset()
    changed_years: frozenset[int] = frozenset()

    @property
    def own_years(self) -> frozenset[int]:
        """The years that are not only those of an agreement that this one changes."""
        return self.years - self.changed_years


def lower(text: str) -> str:
    """Lower-cased letter for letter: the result is as long as the text."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def language_of(text: str) -> str:
    """The language of a title, by its letters and its small words; English where nothing tells."""
    letters = set(lower(text))
    if HAN.search(text):
        return "zh"
    if any("\u0600" <= letter <= "\u06ff" for letter in letters):
        return "ar"
    if any("\u0400" <= letter <= "\u04ff" for letter in letters):
        return _cyrillic(letters)
    words = set(re.findall(r"[^\W\d_]+", lower(text).replace("ı", "i")))
    return max(
        _GUESS,
        key=lambda language: (len(words & _GUESS[language]) - (language != "en" and "the" in words), language == "en"),
    )


def _cyrillic(letters: set[str]) -> str:
    if letters & set("әғқңұһ"):
        return "kk"
    if letters & set("үө"):
        return "ky"
    if "ў" in letters:
        return "be"
    return "uk" if letters & set("їєґі") else "ru"


class Reader:
    """Reads wordings: the lexicon for their words, the names for their parties."""

    def __init__(self, lexicon: Lexicon, names: NameFinder) -> None:
        self.lexicon = lexicon
        self.names = names

    def read(self, text: str, language: str) -> Reading:
        """Take a wording in a language (ISO 639-1) apart. Never raises; an empty text gives an empty reading."""
        words = self.lexicon.words(text, language)
        parties, places = self._parties(text, language, words)
        kept = words
        if parties:  # "the status of the Rwandan forces"
            kept = self.lexicon.together([word for word in words if not _covered(word, parties)], language)
        keys: dict[str, bool] = {}
        layers: set[str] = set()
        kinds: list[str] = []
        numbers = _numbers(text)
        for place, word in enumerate(kept):
            if word.kind:
                kinds.append(word.kind)
            for key in word.keys:
                if key.startswith("layer_"):
                    layers.add(key[6:])
                elif key.startswith(_ORDINAL):
                    numbers |= {key.removeprefix(_ORDINAL)} if _beside_protocol(kept, place) else set()
                else:
                    keys[key] = keys.get(key, False) or word.proper
        head = (kinds[-1] if language in _HEAD_LAST else kinds[0]) if kinds else ""
        found = parties + places
        return Reading(
            keys=tuple(keys),
            proper=frozenset(key for key, proper in keys.items() if proper),
            layers=frozenset(layers),
            kind=head,
            kinds=frozenset(kinds),
            states=frozenset(m.code for m in parties if m.code and m.kind is not PartyKind.ORGANISATION),
            seats=frozenset(m.code for m in parties if m.kind is PartyKind.CAPITAL)
            - {m.code for m in parties if m.kind is not PartyKind.CAPITAL},
            orgs=frozenset(m.code for m in found if m.code and m.kind is PartyKind.ORGANISATION),
            places=frozenset(m.code for m in places) - {m.code for m in parties},
            years=_years(
                text, kept, head, layered=bool(layers) or head == "protocol", head_last=language in _HEAD_LAST
            ),
            numbers=numbers,
            words=tuple(kept),
            plural=language in _PLURAL_S and any(word.kind == head and word.low.endswith("s") for word in kept),
            aside=_aside(text, kept, language),
            changed_years=_changed_years(text, kept, language) if head == "protocol" else frozenset(),
        )

    def _parties(self, text: str, language: str, words: list[Word]) -> tuple[list[PartyMention], list[PartyMention]]:
        """(parties, places that only name the agreement: the Istanbul Convention, the Statute of Rome)."""
        parties: list[PartyMention] = []
        places: list[PartyMention] = []
        for mention in self.names.find(lower(text), text, language):
            (places if _names_it(mention, words) else parties).append(mention)
        return parties, places


def _aside(text: str, words: Sequence[Word], language: str) -> frozenset[str]:
    """Keys that stand behind a relative pronoun only."""
    head = next((word for word in words if word.kind), None)
    relative = _RELATIVE.search(text, head.end) if head is not None and language not in _HEAD_LAST else None
    if relative is None:
        return frozenset()
    inside = {key for word in words if word.start >= relative.end() for key in word.keys}
    return frozenset(inside.difference(*(word.keys for word in words if word.start < relative.start())))


def _changed_years(text: str, words: Sequence[Word], language: str) -> frozenset[int]:
    """The years of the agreement that a protocol is one to: those behind its noun, or between "to" and that."""
    kinds = [] if language in _HEAD_LAST else [word for word in words if word.kind]
    if len(kinds) < _PAIR:
        return frozenset()
    first, second = kinds[0], kinds[1]
    years = [year for year in _YEAR.finditer(text) if year.start() > first.end]
    return frozenset(
        int(y.group()) for y in years if y.start() > second.start or _TO.search(text, first.end, y.start())
    )


def _beside_protocol(words: Sequence[Word], place: int) -> bool:
    """Whether a word stands shortly before or behind the noun "protocol", or a word for an amendment (« deuxième avenant »)."""
    near = words[max(0, place - _NUMBERED) : place + _NUMBERED + 1]
    return any(word.kind == "protocol" or not _ADDING.isdisjoint(word.keys) for word in near)


def _covered(word: Word, parties: Iterable[PartyMention]) -> bool:
    return any(mention.start < word.end and word.start < mention.end for mention in parties)


def _names_it(mention: PartyMention, words: list[Word]) -> bool:
    """A capital beside the treaty noun is the place of signature, not the state."""
    if mention.kind is not PartyKind.CAPITAL:
        return False
    for word in words:
        gap = word.start - mention.end if word.start >= mention.end else mention.start - word.end
        if word.kind and 0 <= gap <= 4:
            return True
    return False


def _years(text: str, words: Sequence[Word], head: str, *, layered: bool, head_last: bool) -> frozenset[int]:
    """The years that an agreement is called by, without that of another one which it changes ("the protocol amending the 1966
    convention", «договор о продлении соглашения от 8 апреля 2010 года»)."""
    found = list(_YEAR.finditer(text))
    nouns = [word for word in words if word.kind] if found and layered else []
    if len(nouns) > 1:
        own = next(word for word in (reversed(nouns) if head_last else nouns) if word.kind == head)
        found = [year for year in found if _called(year, nouns, text, head_last=head_last) in {None, own}]
    return frozenset(int(year.group()) for year in found)


def _called(year: re.Match[str], nouns: Sequence[Word], text: str, *, head_last: bool) -> Word | None:
    """The noun that a year belongs to: right before it, or a few words behind it in the same part of the sentence."""
    gap = _TO_NOUN if head_last else 1
    behind = next((word for word in nouns if 0 <= word.start - year.end() <= gap), None)
    if behind is not None:
        return behind
    before = next((word for word in reversed(nouns) if word.end <= year.start()), None)
    near = before is not None and year.start() - before.end <= _OF_YEAR
    return before if before is not None and near and _APART.isdisjoint(text[before.end : year.start()]) else None


def _numbers(text: str) -> frozenset[str]:
    found = {roman.lower() for roman in _ROMAN.findall(text)} if _ROMAN_DIGITS.search(text) else set()
    if _DIGIT.search(text):
        found |= {one or two for one, two in _NUMBER.findall(text.lower())}
        found.update(_VERSION.findall(text))
    return frozenset(found)
