"""Finds states, organisations, their organs and office-holders in a sentence, in every language served.

    names = Names.load()
    names.find(sentence.low, sentence.text, "en")  ->  (PartyMention(0, 6, "RU", NAME), PartyMention(9, 19, "RU", BODY, "lower_chamber"))

One dictionary look-up a word: patterns are filed under their first word (or stem), the longest that fits wins. Words once looked
up are remembered, so a sentence costs little more than cutting it into words. The words themselves are data: `names/`, `jurisdictions/`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources

from pipeline.recognise.party_index import (
    HYPHENS,
    Found,
    Index,
    build_index,
    opening,
    scan_han,
    scan_pairs,
    scan_words,
    without_overlap,
)
from pipeline.recognise.party_words import (
    WORD,
    Jurisdiction,
    Lexis,
    Meaning,
    fold,
    read_jurisdiction,
    read_lexis,
)
from pipeline.recognise.values import PartyKind, PartyMention

_DOUBLED = "م\u0651"  # of „عمّان“, Amman, which is otherwise written as Oman is
_FALLBACK = "en"
_STATES = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL, PartyKind.ORGANISATION, PartyKind.PAIR})
_OWNERS = _STATES | {PartyKind.BODY}
_ORGAN_GAP = re.compile(r"(?:['’]s?|s['’])?[ \u00a0-]+(?:[^\W\d_]+[ \u00a0]+)?\Z")
_POSSESSIVE = ("'", "’")
MEMBER = "member"  # the body of an organisation named to say that a state belongs to it
_MEMBER_REACH = 30  # characters
_RESIDENT = frozenset(
    {"parliament", "lower_chamber", "upper_chamber", "government", "committee"}
)  # what stays in its state
_TURKISH_IN = re.compile(r"['’]?[dt][ae]ki ")  # "Ankara'daki parlamento"
_ADJECTIVE_ONLY = frozenset(
    {"ru", "uk", "be", "bg", "mk", "sr", "pl", "cs"}
)  # a name before an organ is never its owner here
_BARE_GENITIVE = frozenset({"ru", "uk", "be", "pl", "cs", "sr", "ar", "de", "ro", "nl"})  # парламент Молдовы
_NO_STOP = frozenset(" \u00a0'’-\u0301")
_HEADS = frozenset(":：|")  # behind a name: the heading of an item
_STATIONED = "驻"  # before the state that a Chinese envoy is sent to
_DASHES = frozenset("–—-")  # behind a place: a dateline
_DEMONYM_AFTER = frozenset({"fr", "es", "pt", "ar", "it", "ro"})


@dataclass(slots=True)
class Names:
    """All names of all languages. Build it once a process (`load`); a language is made ready when it is first met."""

    lexes: dict[str, Lexis]
    jurisdictions: dict[str, Jurisdiction]
    _indexes: dict[str, Index] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls) -> Names:
        """The names the program ships with."""
        root = resources.files("pipeline.recognise")
        lexes = [
            read_lexis(entry.read_text("utf-8")) for entry in (root / "names").iterdir() if entry.name.endswith(".json")
        ]
        backers = tomllib.loads((root / "backers.toml").read_text("utf-8"))
        lexes = [replace(one, lists={**one.lists, **_folded(backers.get(one.language, {}))}) for one in lexes]
        jurisdictions = [
            read_jurisdiction(tomllib.loads(entry.read_text("utf-8")))
            for entry in (root / "jurisdictions").iterdir()
            if entry.name.endswith(".toml")
        ]
        jurisdictions.sort(key=lambda one: one.code)
        return cls({one.language: one for one in lexes}, {one.code: one for one in jurisdictions})

    @property
    def languages(self) -> frozenset[str]:
        """The languages with words of their own; others are read with the English ones."""
        return frozenset(self.lexes)

    @property
    def codes(self) -> frozenset[str]:
        """Every state and organisation that has a name in some language."""
        return frozenset(code for lexis in self.lexes.values() for names in lexis.kinds.values() for code in names)

    @property
    def states(self) -> Container[str]:
        """The codes of the states there are."""
        return self.lexes["en"].kinds["name"].keys()

    def find(self, low: str, original: str, language: str, *, on: date | None = None) -> tuple[PartyMention, ...]:
        """Every state, organisation, organ and office-holder named in a sentence, in order, none overlapping.

        `low` is `original` lower-cased letter for letter; offsets are those of both. `on`: the day the text was published, for
        office-holders (LEADER's `body` is "" for one out of office that day). An organ whose country the words beside it do
        not say has code "" (`actors.attach` gives it one from the context).
        """
        index = self._index(language)
        found = scan_words(index, low, original)
        if index.han:
            found = without_overlap(found + scan_han(index, low) + scan_pairs(index, low))
        if not found:
            return ()
        mentions = [_mention(hit, on) for hit in found]
        _pair(mentions, original)
        codes = {mention.code for mention in mentions}
        if "BE" in codes:
            _brussels(mentions)
        if "CD" in codes:
            _congo(mentions)
        if "OM" in codes:
            _amman(mentions, original)
        _sides(mentions, low, index)
        _members(mentions, low, index)
        if index.han:
            _owned(mentions)
        return tuple(self._bind(mentions, found, low, index))

    def owners_of(self, low: str, original: str, language: str) -> dict[str, str]:
        """Who has an organ of this name ("Bundesrat"), and at which stage: {"DE": "upper_chamber", "CH": "government"}."""
        meaning = self._meaning(low, original, language)
        return dict(meaning.owners) if meaning else {}

    def default_of(self, low: str, original: str, language: str) -> str:
        """The country meant by an organ's bare name where the article does not say ("Congress": US); "" for none."""
        meaning = self._meaning(low, original, language)
        return meaning.default if meaning else ""

    def places(self, language: str) -> frozenset[str]:
        """The language's words for "in"."""
        return self._index(language).lists["in"]

    def there(self, language: str) -> frozenset[str]:
        """The language's words for "there"."""
        return self._index(language).lists.get("there", frozenset())

    def country(self, language: str) -> frozenset[str]:
        """The language's words for "the country"."""
        return self._index(language).lists.get("country", frozenset())

    def filed_in(self, low: str, original: str, language: str) -> str:
        """The state whose capital a text opens with, as datelines do ("JAKARTA, 22 November –"); "" for none."""
        hit = self._opening(low, original, language)
        return hit[2].code if hit and hit[2].kind is PartyKind.CAPITAL else ""

    def land(self, low: str, original: str, language: str) -> str:
        """The state that words open with, by its name or its capital's (Brussels: the Union); "" for none."""
        hit = self._opening(low, original, language)
        if hit is None or hit[2].kind not in {PartyKind.NAME, PartyKind.CAPITAL}:
            return ""
        return "EU" if hit[2].code == "BE" and hit[2].kind is PartyKind.CAPITAL else hit[2].code

    def seat(self, low: str, original: str, language: str) -> str:
        """The state in whose capital a sentence says that it plays ("In Manila the Senate …"); "" for none."""
        first = WORD.match(low)
        if first is None or fold(first.group()) not in self._index(language).lists["in"]:
            return ""
        start = first.end() + 1
        return self.filed_in(low[start:], original[start:], language)

    def heading(self, low: str, original: str, language: str) -> str:
        """The state that heads an item of a digest: "Peru: the committee …", "Moldova." alone, "NIAMEY – …"; "" for none."""
        hit = self._opening(low, original, language)
        if hit is None or len(hit[2].code) != 2:
            return ""
        after = original[hit[1] :].strip()
        if hit[2].kind is PartyKind.CAPITAL and after[:1] in _DASHES:
            return "EU" if hit[2].code == "BE" else hit[2].code
        if hit[2].kind is not PartyKind.NAME:
            return ""
        return hit[2].code if after[:1] in _HEADS or not any(char.isalnum() for char in after) else ""

    def _opening(self, low: str, original: str, language: str) -> Found | None:
        hit = opening(self._index(language), low, original)
        if hit is not None and hit[2].code == "OM" and _DOUBLED in original[hit[0] : hit[1]]:
            return hit[0], hit[1], replace(hit[2], code="JO", kind=PartyKind.CAPITAL)
        return hit

    def _meaning(self, low: str, original: str, language: str) -> Meaning | None:
        index = self._index(language)
        found = scan_words(index, low, original) + (scan_han(index, low) if index.han else [])
        return found[0][2] if found else None

    def _index(self, language: str) -> Index:
        if language not in self.lexes:
            language = language.partition("-")[0].lower()
        if language not in self.lexes:
            language = _FALLBACK
        index = self._indexes.get(language)
        if index is None:
            foreign = self.lexes[_FALLBACK] if language != _FALLBACK else None
            index = self._indexes[language] = build_index(self.lexes[language], foreign, self.jurisdictions)
        return index

    def _bind(self, mentions: list[PartyMention], found: list[Found], low: str, index: Index) -> list[PartyMention]:
        """Gives organs the country that the words beside them say: "Georgia's parliament", "парламент Молдовы"."""
        bound = mentions
        for at in (
            *range(len(mentions)),
            *reversed(range(len(mentions) - 1)),
        ):  # back: "the lower house of the Tajik parliament"
            mention = mentions[at]
            if mention.kind is not PartyKind.BODY or mention.code:
                continue
            code = _beside(mentions, at, low, index)
            if code:
                stage = dict(found[at][2].owners).get(code, mention.body)
                bound[at] = replace(mention, code=code, body=stage)
        return bound


def _folded(lists: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(map(fold, words.split())) for name, words in lists.items()}


def _beside(mentions: Sequence[PartyMention], at: int, low: str, index: Index) -> str:
    body = mentions[at]
    before = mentions[at - 1] if at else None
    if index.han and before and low[: before.start].endswith(_STATIONED):  # 中国驻荷兰大使
        sender = mentions[at - 2] if at > 1 else None
        return sender.code if sender and sender.end == before.start - len(_STATIONED) else ""
    after = mentions[at + 1] if at + 1 < len(mentions) else None
    if before and before.code and before.kind in _OWNERS and _next_to(before, body, low, index):
        return before.code
    if after and after.kind is PartyKind.LEADER and low[body.end : after.start].strip() in {"", "·"}:
        return after.code
    behind = mentions[at + 2] if at + 2 < len(mentions) else None
    chained = after is not None and behind is not None and behind.kind is PartyKind.BODY and behind.code == after.code
    if not after or not after.code or after.kind not in _OWNERS:
        return ""
    return _owner_after(body, after, low, index, chained=chained)


def _owner_after(body: PartyMention, after: PartyMention, low: str, index: Index, *, chained: bool = False) -> str:
    """The country of what follows the organ, where the words between say that it is the owner: "of", "in" a capital, a genitive."""
    between = low[body.end : after.start]
    if not _NO_STOP.issuperset(char for char in between if not char.isalnum()):
        return ""
    gap = WORD.findall(between)
    if not gap:
        if chained:
            return after.code
        owns = index.language in (_DEMONYM_AFTER if after.kind is PartyKind.DEMONYM else _BARE_GENITIVE)
        return after.code if owns else ""
    adjective = after.kind is PartyKind.DEMONYM and index.language in _DEMONYM_AFTER and len(gap) == 1
    if adjective and fold(gap[0]) in index.lists["between"]:
        return after.code  # "le Parlement fédéral belge"
    seated = after.kind is PartyKind.CAPITAL or (after.kind is PartyKind.NAME and body.body in _RESIDENT)
    allowed = index.lists["of"] | (index.lists["in"] if seated else frozenset())
    return after.code if len(gap) <= 3 and all(fold(word) in allowed for word in gap) else ""


def _next_to(before: PartyMention, body: PartyMention, low: str, index: Index) -> bool:
    gap = low[before.end : body.start]
    if index.han:
        return gap in {"", "的"}
    if index.language in _ADJECTIVE_ONLY and before.kind not in {PartyKind.DEMONYM, PartyKind.PAIR}:
        return False
    if index.language in _DEMONYM_AFTER and before.kind is not PartyKind.ORGANISATION:
        return gap in {"-", "‑"}
    if not gap.strip("'’s- \u00a0") or (index.language == "tr" and _TURKISH_IN.fullmatch(gap)):
        return True
    if not _ORGAN_GAP.match(gap):
        return False
    words = WORD.findall(gap)
    if before.kind is PartyKind.NAME:
        return gap.startswith(_POSSESSIVE)  # "Australia's treaties committee"
    return fold(words[-1]) in index.lists["between"]


def _mention(hit: Found, on: date | None) -> PartyMention:
    start, end, meaning = hit
    body, code = meaning.body, meaning.code
    if meaning.leaders:
        held = [(leader.code, leader.stage_on(on)) for leader in meaning.leaders]
        code, body = next((pair for pair in held if pair[1]), held[-1])
    return PartyMention(start, end, code, meaning.kind, body)


def _pair(mentions: list[PartyMention], text: str) -> None:
    """Two demonyms with a hyphen between them are a pair."""
    for at in range(len(mentions) - 1):
        one, two = mentions[at], mentions[at + 1]
        joined = two.start - one.end == 1 and text[one.end] in HYPHENS
        if joined and one.kind in _STATES and two.kind in _STATES and two.kind is not PartyKind.ORGANISATION:
            mentions[at], mentions[at + 1] = replace(one, kind=PartyKind.PAIR), replace(two, kind=PartyKind.PAIR)


def _brussels(mentions: list[PartyMention]) -> None:
    """Brussels means the Union, unless the sentence speaks of Belgium too."""
    belgian = [at for at, mention in enumerate(mentions) if mention.code == "BE"]
    if belgian and all(mentions[at].kind is PartyKind.CAPITAL for at in belgian):
        for at in belgian:
            mentions[at] = replace(mentions[at], code="EU")


def _congo(mentions: list[PartyMention]) -> None:
    """The adjective that both Congos share means the one that the sentence names."""
    codes = {mention.code for mention in mentions if mention.kind is not PartyKind.DEMONYM}
    if "CG" in codes and "CD" not in codes:
        for at, mention in enumerate(mentions):
            if mention.code == "CD":
                mentions[at] = replace(mention, code="CG")


def _amman(mentions: list[PartyMention], text: str) -> None:
    """The capital whose doubled letter is marked is no neighbouring state."""
    for at, mention in enumerate(mentions):
        if mention.code == "OM" and _DOUBLED in text[mention.start : mention.end]:
            mentions[at] = replace(mention, code="JO", kind=PartyKind.CAPITAL)


def _owned(mentions: list[PartyMention]) -> None:
    """Chinese 美国联邦参议院: an organ is of the state whose name it is written to, whatever its own name says."""
    for at in range(1, len(mentions)):
        before, organ = mentions[at - 1], mentions[at]
        named = before.kind is PartyKind.NAME and len(before.code) == 2 and before.end == organ.start
        if named and organ.kind is PartyKind.BODY and organ.code not in {"", before.code}:
            mentions[at] = replace(organ, code=before.code)


def _members(mentions: list[PartyMention], low: str, index: Index) -> None:
    """ "An EU member", «член ЕС»: one of its states is meant, not the organisation."""
    words = index.lists.get("members", frozenset())
    for at, mention in enumerate(mentions if words else ()):
        if mention.kind is PartyKind.ORGANISATION:
            after = WORD.search(low, mention.end)
            before = [
                fold(word) for word in WORD.findall(low[max(0, mention.start - _MEMBER_REACH) : mention.start])[-2:]
            ]
            follows = after is not None and after.start() - mention.end <= 1 and fold(after.group()) in words
            follows = follows or (bool(index.han) and low.startswith(tuple(words), mention.end))  # 东盟成员国
            leads = bool(before) and (before[-1] in words or (before[0] in words and before[-1] in index.lists["of"]))
            if follows or leads:
                mentions[at] = replace(mention, body=MEMBER)


def _sides(mentions: list[PartyMention], low: str, index: Index) -> None:
    """ "The Armenian side", «армянской стороной»: who acts for a state, as an organ does."""
    words = index.lists.get("side", frozenset())
    for at, mention in enumerate(mentions if words else ()):
        if mention.kind is PartyKind.DEMONYM:
            after = WORD.search(low, mention.end)
            if after and after.start() - mention.end <= 1 and fold(after.group()) in words:
                mentions[at] = replace(mention, kind=PartyKind.BODY, body="")
