"""The values of a backfill: pieces of archives on their way to workers, and what comes back. All can be pickled, all are small.

Source ─▶ Piece ─(worker)─▶ Done(hits, bad records, counts) ─▶ history
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.model import Article, Finding
from pipeline.plan import ArticleFacts
from pipeline.store.articles import Draft


class Kind(StrEnum):
    """How an archive holds its records."""

    WARC = "warc"
    LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """An archive: a local path or an fsspec address. `stamp` changes when its content does."""

    path: str
    kind: Kind
    size: int | None = None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The records of a WARC that begin in these bytes (of the file as stored); `end` None: to its end."""

    source: Source
    begin: int
    end: int | None

    @property
    def after(self) -> int:
        """Where the next piece begins."""
        return self.end if self.end is not None else -1


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as they stood in the archive, still to be read: lines of JSON, or a table in Arrow's format. `first` counts from 0."""

    source: Source
    first: int
    count: int
    lines: tuple[bytes, ...] = ()
    table: bytes = b""

    @property
    def after(self) -> int:
        """Where the next piece begins."""
        return self.first + self.count


@dataclass(frozen=True, slots=True)
class Stored:
    """An article of the history, to be read again. `html`: the page, where the text was never extracted from it."""

    facts: ArticleFacts
    article: Article
    html: bytes | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Stored articles, in order of their version ids."""

    articles: tuple[Stored, ...]

    @property
    def after(self) -> int:
        """The last version id."""
        return self.articles[-1].facts.version_id


Piece = Span | Rows | Again


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it came: a page, or the row of an article. `place`: its offset or number in the archive.

    `seen_at`: when it was fetched, as the archive says.
    """

    place: int
    url: str = ""
    html: bytes | None = None
    charset: str | None = None
    content_type: str = ""
    row: Mapping[str, object] | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that could not be read, with its reason in words of `errors.Reason` or of the row's keys."""

    path: str
    place: int
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that tells something, and what is to be stored of it, made by the worker that read it.

    `stored`: the version in the history that it was read from, for a rescan; its `draft` is None where that is its text, too.
    """

    identity: str
    article: Article
    findings: tuple[Finding, ...]
    draft: Draft | None
    seen_at: datetime | None = None
    stored: ArticleFacts | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker made of a piece. `outcomes`: records by what became of them."""

    hits: tuple[Hit, ...] = ()
    bad: tuple[Bad, ...] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)
