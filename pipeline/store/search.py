"""Full-text search over articles: an index of stems beside the article versions, the latest stored first.

Both databases are given the same stems (`door.words`), so both find the same articles. Every version is found, by its title and
by its text; words in quotation marks are found one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, join, select

from pipeline.door.words import words
from pipeline.store.inverted import Index, Phrase, Span, find, held, put
from pipeline.store.sql import among, among_given, given_list
from pipeline.store.tables import ArticleRow, ArticleVersionRow

MOST_WORDS = 12  # of a question
ARTICLES = Index("article_search", 11)
_MOST_LETTERS = 400_000  # of a text that are indexed: a tsvector holds a megabyte
_MOST_STEMS = 40_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """An article version that was found."""

    article_id: int
    version: int
    version_id: int
    url: str
    agency: str
    title: str
    language: str
    published: datetime | None
    fetched_at: datetime


def phrases(question: str) -> tuple[Phrase, ...]:
    """What a question asks for: distinct stems, and what stands in quotation marks as a phrase of stems; at most twelve words."""
    plain = question.translate({ord(mark): '"' for mark in "“”„«»‟＂"})
    found: dict[Phrase, None] = {}
    left = MOST_WORDS
    for place, part in enumerate(plain.split('"')):
        stems = words(part)[:left]
        left -= len(stems)
        listed = [stems] if place % 2 and stems else [(stem,) for stem in stems]
        found |= dict.fromkeys(listed)
    return tuple(found)


def index(connection: Connection, versions: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Make stored article versions (their ids) findable by their `tokens`. Call it once for each version."""
    put(connection, ARTICLES, versions)


def tokens(title: str, body: str | None) -> tuple[str, ...]:
    """The stems of an article, in order."""
    return words(f"{title}\n{(body or '')[:_MOST_LETTERS]}")[:_MOST_STEMS]


def catch_up(connection: Connection) -> int:
    """Make every version findable that is not yet (after an import, or a change of schema); how many there were."""
    newest, done = 0, 0
    next_ = select(ArticleVersionRow.id).order_by(ArticleVersionRow.id).limit(_BATCH)
    while ids := list(connection.execute(next_.where(ArticleVersionRow.id > newest)).scalars()):
        newest = ids[-1]
        have = held(connection, ARTICLES, ids[0], newest)
        if left := [one for one in ids if one not in have]:
            wanted = select(ArticleVersionRow.id, ArticleVersionRow.title, ArticleVersionRow.text)
            rows = connection.execute(wanted.where(among(connection, ArticleVersionRow.id, left))).all()
            put(connection, ARTICLES, [(row.id, tokens(row.title, row.text)) for row in rows])
            done += len(rows)
    return done


def articles(
    connection: Connection, question: str, limit: int, before: int | None = None
) -> tuple[tuple[Hit, ...], int | None]:
    """Article versions in which all these words stand, the latest stored first; and the number to go on from (`before`)."""
    found = matching(connection, question, limit + 1, before)
    page = found[:limit]
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(_hits(sqlite), {"page": given_list(sqlite, page)}).all()
    return tuple(Hit(*row) for row in rows), page[-1] if len(found) > limit else None


@lru_cache(2)
def _hits(sqlite: bool) -> Select[Any]:
    version, article = ArticleVersionRow.__table__.c, ArticleRow.__table__.c
    shown = (
        version.article_id, version.version, version.id, article.url, article.agency, version.title, version.language,
        version.published, version.fetched_at,
    )  # fmt: skip
    both = join(ArticleVersionRow.__table__, ArticleRow.__table__, article.id == version.article_id)
    mine = among_given(sqlite, version.id, "page")
    return select(*shown).select_from(both).where(mine).order_by(version.id.desc())


def matching(connection: Connection, question: str, limit: int, before: int | None = None) -> list[int]:
    """Ids of the latest versions below `before` in which these words stand, the highest first."""
    asked = tuple((phrase,) for phrase in phrases(question))
    return find(connection, ARTICLES, asked, Span(high=before), limit)
