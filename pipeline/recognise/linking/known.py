"""What the press of the world calls treaties everybody knows, who belongs to the blocs that conclude treaties, and which
subjects are of one field.

The user names an agreement by its title or one alias; its nicknames in a dozen languages come from `concepts/known/treaties.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pipeline.recognise.script import Fold

_WORD = re.compile(r"[^\W_]+")
_KEY = 5  # letters of the longest word of a phrase by which treaties are filed


@dataclass(frozen=True, slots=True)
class _Treaty:
    match: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    names: tuple[str, ...]
    folded: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Family:
    """Treaties called by numbers: how a title tells the number, and the names made of it."""

    match: tuple[re.Pattern[str], ...]
    names: tuple[str, ...]

    def of(self, folded: str) -> Iterator[str]:
        """The names of the treaty that a folded title is the title of, if it is one of the family."""
        found = next((match for one in self.match if (match := one.search(folded))), None)
        if found is not None:
            yield from (name.format(n=found.group(1)) for name in self.names)


class Known:
    """Nicknames of well-known treaties, the members of blocs (`members["EU"]` = {"AT", …}), and by concept those of its field (`kin`)."""

    def __init__(
        self,
        treaties: Mapping[str, Mapping[str, object]],
        blocs: Mapping[str, object],
        fields: Mapping[str, object],
        numbered: Mapping[str, Mapping[str, Sequence[str]]],
        fold: Fold,
    ) -> None:
        self._fold = fold
        self._families = tuple(
            _Family(tuple(re.compile(one) for one in entry["match"]), tuple(entry["names"]))
            for entry in numbered.values()
        )
        self._treaties = tuple(_treaty(entry, fold) for entry in treaties.values())
        self._by_word: dict[str, set[int]] = {}
        self._by_name: dict[str, set[int]] = {}
        for place, treaty in enumerate(self._treaties):
            for phrases in treaty.match:
                word = max(_WORD.findall(phrases[0]) or [phrases[0]], key=len)
                self._by_word.setdefault(word[:_KEY], set()).add(place)
            for name in treaty.folded:
                self._by_name.setdefault(name, set()).add(place)
        self.members: dict[str, frozenset[str]] = {
            code: frozenset(str(listed).split()) for code, listed in blocs.items()
        }
        kin: dict[str, set[str]] = {}
        for listed in fields.values():
            concepts = str(listed).split()
            for concept in concepts:
                kin.setdefault(concept, set()).update(concepts)
        self.kin: dict[str, frozenset[str]] = {concept: frozenset(others) for concept, others in kin.items()}

    @classmethod
    def load(cls, fold: Fold) -> Known:
        """Read the shipped tables."""
        folder = files("pipeline.recognise").joinpath("concepts").joinpath("known")
        treaties, blocs, fields, numbered = (
            tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
            for name in ("treaties", "blocs", "fields", "numbered")
        )
        return cls(treaties, blocs, fields, numbered, fold)

    def names(self, titles: Sequence[str], aliases: Sequence[str], bilateral: bool) -> Iterator[str]:
        """The nicknames of the well-known treaty that one of the titles or aliases names, if any."""
        folded = [self._fold(title) for title in titles]
        if not bilateral:
            called = (*folded, *map(self._fold, aliases))
            yield from dict.fromkeys(name for family in self._families for one in called for name in family.of(one))
        likely: set[int] = set()
        for title in folded:
            for word in set(_WORD.findall(title)):
                likely.update(self._by_word.get(word[:_KEY], ()))
        if not bilateral:
            likely.update(place for alias in aliases for place in self._by_name.get(self._fold(alias), ()))
        for place in sorted(likely):
            treaty = self._treaties[place]
            given = not bilateral and any(self._fold(alias) in treaty.folded for alias in aliases)
            if given or any(treaty_matches(treaty, title) for title in folded):
                yield from treaty.names


def treaty_matches(treaty: _Treaty, title: str) -> bool:
    """All phrases of one alternative stand in the folded title, and none of the phrases that mark another agreement."""
    if any(word in title for word in treaty.without):
        return False
    return any(all(phrase in title for phrase in phrases) for phrases in treaty.match)


def _treaty(entry: Mapping[str, object], fold: Fold) -> _Treaty:
    match = tuple(tuple(fold(part).strip() for part in line.split("+")) for line in str(entry["match"]).split("|"))
    without = tuple(fold(part).strip() for part in str(entry.get("without", "")).split("|") if part.strip())
    names = tuple(part.strip() for part in str(entry["names"]).replace("\n", " ").split(",") if part.strip())
    return _Treaty(match, without, names, frozenset(fold(name) for name in names))
