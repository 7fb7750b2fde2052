"""Names of parties as catalogues write them ("MOLDOVA REPUBLIC OF", "Micronesia, Federated States of", …/country/MDA) as our codes."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources

from pipeline.recognise.parties import Names
from pipeline.recognise.values import PartyKind

_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,19}\Z")
_AUTHORITY = re.compile(r"https?://publications\.europa\.eu/resource/authority/(country|corporate-body)/([\w-]+)\Z")
_WORD = re.compile(r"[\w'’.]+")
_ENGLISH = "en"
_ADJECTIVES_BEFORE = frozenset(
    {"republic", "confederation", "federation", "kingdom"}
)  # French Republic, Swiss Confederation
_BETWEEN = re.compile(r"\b(?:between|with)\s+", re.IGNORECASE)
_MATTER = re.compile(
    r"\b(?:on|concerning|relating|related|regarding|respecting|relative|for|in|to|amending|extending|with\s+regard|with\s+respect)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PartyBook:
    """Everything known of names and codes. Build it once (`open`); asked again, a name costs a look-up."""

    names: Names
    codes: frozenset[str]
    told: Mapping[str, str]
    foreign: Mapping[str, str]
    alpha3: Mapping[str, str]
    languages: Mapping[str, str]
    forms: frozenset[str]
    _asked: dict[str, str | None] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls) -> PartyBook:
        """The names of the recogniser and the codes of catalogues."""
        table = tomllib.loads((resources.files(__package__) / "codes.toml").read_text("utf-8"))
        names = Names.load()
        codes = frozenset(code for code in names.codes if _CODE.match(code))
        return cls(
            names,
            codes,
            table["names"],
            table["codes"],
            table["alpha3"],
            table["languages"],
            frozenset(table["forms"]["words"]),
        )

    def code_of(self, said: str) -> str | None:
        """The code of the party that is called so, in full; None for a name nobody knows or one that only holds a known one."""
        said = " ".join(said.split())
        if said not in self._asked:
            self._asked[said] = self._find(said)
        return self._asked[said]

    def language_of(self, said: str) -> str | None:
        """The two letters of a language written as two or three letters or as an address of the EU's table; None for neither."""
        tail = said.rpartition("/")[2].strip()
        if re.fullmatch(r"[A-Za-z]{2}(?:-[A-Za-z]{2,4})?", tail):
            return tail[:2].lower()
        return self.languages.get(tail.upper())

    def named_in_title(self, title: str) -> tuple[str, ...]:
        """The parties that an English title names: "… between A and B on …", "… with B for …". Empty where it does not say."""
        opening = _BETWEEN.search(title)
        if opening is None:
            return ()
        between = opening.group().lower().startswith("between")
        rest = title[opening.end() :]
        end = _MATTER.search(rest)
        part = _natural(rest[: end.start()] if end else rest)
        found = self.names.find(part.lower(), part, _ENGLISH) if len(part.lower()) == len(part) else ()
        named = tuple(
            dict.fromkeys(
                one.code
                for one in found
                if one.kind in (PartyKind.NAME, PartyKind.ORGANISATION) and one.code in self.codes
            )
        )
        return named if len(named) >= (2 if between else 1) else ()

    def _find(self, said: str) -> str | None:
        if address := _AUTHORITY.match(said):
            kind, token = address.group(1), address.group(2).upper()
            code = self.foreign.get(token) or (self.alpha3.get(token) if kind == "country" else None)
            return code or (token if token in self.codes and len(token) > 2 else None)
        if said in self.codes and said.lower() not in self.told:
            return said
        if said in self.foreign or said in self.alpha3:
            return self.foreign.get(said) or self.alpha3[said]
        for form in dict.fromkeys(_arrangements(said, self.forms)):
            told = self.told.get(form.lower().replace("’", "'"))
            if told is not None:
                return told or None
            if code := self._whole(form):
                return code
        return None

    def _whole(self, said: str) -> str | None:
        """The one party a text names, where every other word only says what kind of state it is."""
        low = said.lower()
        if len(low) != len(said):
            return None
        mentions = self.names.find(low, said, _ENGLISH)
        codes = {one.code for one in mentions}
        if len(codes) != 1 or not codes <= self.codes:
            return None
        rest = low
        for one in reversed(mentions):
            rest = rest[: one.start] + " " + rest[one.end :]
        left = _WORD.findall(rest.replace("’", "'"))
        if not self.forms.issuperset(left):
            return None
        kinds = {one.kind for one in mentions}
        if kinds <= {PartyKind.NAME, PartyKind.ORGANISATION}:
            return codes.pop()
        return codes.pop() if kinds == {PartyKind.DEMONYM} and left and left[-1] in _ADJECTIVES_BEFORE else None


def _arrangements(said: str, forms: frozenset[str]) -> Iterator[str]:
    """The name in the order people speak it, then as it stands: "Korea, Republic of" is the Republic of Korea."""
    head, comma, tail = said.partition(",")
    if comma and tail.strip():
        yield _natural(f"{tail.strip()} {head.strip()}")
    words = said.replace(",", " ").split()
    cut = len(words)
    while cut > 1 and words[cut - 1].lower().replace("’", "'") in forms:
        cut -= 1
    if cut < len(words):
        form = " ".join(words[cut:])
        joint = "" if form.lower().endswith((" of", "the")) else " of"
        yield _natural(f"{form}{joint} {' '.join(words[:cut])}")
    yield said
    yield _natural(said)


def _natural(said: str) -> str:
    """Words in capitals as names are written; small words stay small."""
    if not said.isupper():
        return said
    written = string.capwords(said)
    return re.sub(r"(?<=\s)(Of|And|The)(?=\s)", lambda found: found.group().lower(), written)
