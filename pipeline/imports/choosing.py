"""What of a list is wanted, and what of that is there already (pure).

There already is what has the same id, or the same title between the same parties; where both tell the day of signature, it is the same
day: states sign treaties of one name again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.imports.values import Listed
from pipeline.model import Agreement, PartialDate


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to take: all of `parties`; signed (else dated) on `since` or later; any of `subject` in title, subject or alias."""

    parties: tuple[str, ...] = ()
    since: PartialDate | None = None
    subject: tuple[str, ...] = ()

    def takes(self, one: Listed) -> bool:
        """Whether this entry is wanted. What has no date is not "since" anything."""
        if not set(self.parties) <= set(one.agreement.parties):
            return False
        if self.since is not None and (one.dated is None or one.dated.last < self.since.first):
            return False
        told = "\n".join(
            (one.agreement.title, *one.agreement.aliases, *(title for _, title in one.agreement.titles), *one.subjects)
        ).casefold()
        return not self.subject or any(word.casefold() in told for word in self.subject)


@dataclass(frozen=True, slots=True)
class Choice:
    """What to add, what is there already (with the id it is there under), how many were not asked for."""

    fresh: tuple[Listed, ...]
    known: tuple[tuple[Listed, str], ...]
    unasked: int


def choose(listed: Iterable[Listed], watched: Iterable[Agreement], wanted: Wanted) -> Choice:
    """Sort a list, in its order. An entry that stands twice in it is added once."""
    seen = _Seen()
    for agreement in watched:
        seen.add(agreement)
    fresh: list[Listed] = []
    known: list[tuple[Listed, str]] = []
    unasked = 0
    for one in listed:
        if not wanted.takes(one):
            unasked += 1
        elif (there := seen.there(one.agreement, one.unknown)) is not None:
            known.append((one, there))
        else:
            fresh.append(one)
            seen.add(one.agreement, one.unknown)
    return Choice(tuple(fresh), tuple(known), unasked)


class _Seen:
    """Agreements by id, and by title and parties (those without a code by their names)."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._alike: dict[tuple[str, frozenset[str]], list[Agreement]] = {}

    def add(self, agreement: Agreement, unknown: tuple[str, ...] = ()) -> None:
        self._ids.add(agreement.id)
        self._alike.setdefault(_key(agreement, unknown), []).append(agreement)

    def there(self, agreement: Agreement, unknown: tuple[str, ...]) -> str | None:
        if agreement.id in self._ids:
            return agreement.id
        day = agreement.signed_on
        for other in self._alike.get(_key(agreement, unknown), ()):
            if day is None or other.signed_on is None or day.agrees(other.signed_on):
                return other.id
        return None


def _key(agreement: Agreement, unknown: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    words = re.findall(r"\w+", agreement.title.casefold())
    return " ".join(words), frozenset((*agreement.parties, *(name.casefold() for name in unknown)))
