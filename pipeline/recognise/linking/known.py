"""What the press of the world calls treaties everybody knows, and who belongs to the blocs that conclude treaties.

The user names an agreement by its title or one alias; its nicknames in a dozen languages come from `concepts/known/treaties.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pipeline.recognise.script import Fold


@dataclass(frozen=True, slots=True)
class _Treaty:
    match: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    names: tuple[str, ...]
    folded: frozenset[str]


class Known:
    """Nicknames of well-known treaties, and the members of blocs (`members["EU"]` = {"AT", …})."""

    def __init__(self, treaties: Mapping[str, Mapping[str, object]], blocs: Mapping[str, object], fold: Fold) -> None:
        self._fold = fold
        self._treaties = tuple(_treaty(entry, fold) for entry in treaties.values())
        self.members: dict[str, frozenset[str]] = {
            code: frozenset(str(listed).split()) for code, listed in blocs.items()
        }

    @classmethod
    def load(cls, fold: Fold) -> Known:
        """Read the shipped tables."""
        folder = files("pipeline.recognise").joinpath("concepts").joinpath("known")
        treaties, blocs = (
            tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")) for name in ("treaties.toml", "blocs.toml")
        )
        return cls(treaties, blocs, fold)

    def names(self, titles: Sequence[str], aliases: Sequence[str], bilateral: bool) -> Iterator[str]:
        """The nicknames of the well-known treaty that one of the titles or aliases names, if any."""
        folded = [self._fold(title) for title in titles]
        given = {self._fold(alias) for alias in aliases}
        for treaty in self._treaties:
            if (given & treaty.folded and not bilateral) or any(treaty_matches(treaty, title) for title in folded):
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
