"""What a search index is, and what is asked of it: words, phrases, a span of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

Phrase = tuple[str, ...]  # tokens that stand one after the other; the last may end in * for all that begin so
Wanted = tuple[tuple[Phrase, ...], ...]  # all of: any of: a phrase
Between = Callable[[int, int], int]  # how many documents lie from one number to another


@dataclass(frozen=True, slots=True)
class Index:
    """One index. `shift`: how many binary digits of a number lie within a stretch."""

    name: str
    shift: int

    def create(self, dialect: str) -> tuple[str, ...]:
        """The statements that make it."""
        if dialect == "sqlite":
            return (f"CREATE VIRTUAL TABLE {self.name} USING fts5(words, content='', tokenize='unicode61')",)
        return (
            f"CREATE TABLE {self.name} (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
            f"CREATE INDEX {self.name}_words ON {self.name} USING gin (words) WITH (fastupdate = off)",
            f"CREATE INDEX {self.name}_stems ON {self.name} USING gin (search_stems(words)) WITH (fastupdate = off)",
        )


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` on and below `high`; None: no bound. `rising`: the lowest first."""

    low: int | None = None
    high: int | None = None
    rising: bool = False

    def holds(self, number: int) -> bool:
        """Whether a number lies in it."""
        return (self.low is None or number >= self.low) and (self.high is None or number < self.high)

    def within(self, first: int, last: int) -> Span:
        """What of it lies from one number to another."""
        low = first if self.low is None else max(self.low, first)
        high = last + 1 if self.high is None else min(self.high, last + 1)
        return replace(self, low=low, high=high)


def lying(key: str, span: Span) -> str:
    """The condition that a number lies in a span."""
    low = f" AND {key} >= :low" if span.low is not None else ""
    return low + (f" AND {key} < :high" if span.high is not None else "")


def edges_of(span: Span) -> dict[str, object]:
    """The values of such a condition."""
    return {name: value for name, value in (("low", span.low), ("high", span.high)) if value is not None}
