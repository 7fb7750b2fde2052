"""Statements of the full-text search: an index of stems beside the article versions, in each database's own kind.

SQLite: an FTS5 table without content (rowid = version). PostgreSQL: a table with a tsvector and a GIN index. Both are given the
same stems (`door.words`), so both find the same articles. Every version is found, by its title and by its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, TextClause, and_, bindparam, literal_column, select, table, text, true

from pipeline.door.words import words
from pipeline.store.tables import ArticleRow, ArticleVersionRow

MOST_WORDS = 12  # of a question
_MOST_LETTERS = 400_000  # of a text that are indexed: a tsvector holds a megabyte
_BATCH = 500

CREATE = {
    "sqlite": ("CREATE VIRTUAL TABLE article_search USING fts5(words, content='', detail=none, tokenize='unicode61')",),
    "postgresql": (
        "CREATE TABLE article_search (version_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX article_search_words ON article_search USING gin (words)",
    ),
}
DROP = "DROP TABLE article_search"


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


def stems(question: str) -> tuple[str, ...]:
    """What a question asks for: its distinct stems, at most twelve."""
    return tuple(dict.fromkeys(words(question)))[:MOST_WORDS]


def index(connection: Connection, version_id: int, title: str, body: str | None) -> None:
    """Make a stored article version findable. Call it once for each version."""
    _insert(connection, [(version_id, title, body)])


def catch_up(connection: Connection) -> int:
    """Make every version findable that is not yet (after an import, or a change of schema); how many there were."""
    newest = 0
    done = 0
    while True:
        wanted = select(ArticleVersionRow.id, ArticleVersionRow.title, ArticleVersionRow.text)
        rows = connection.execute(
            wanted.where(ArticleVersionRow.id > newest).order_by(ArticleVersionRow.id).limit(_BATCH)
        ).all()
        if not rows:
            return done
        newest = rows[-1].id
        have = _indexed(connection, rows[0].id, newest)
        missing = [(row.id, row.title, row.text) for row in rows if row.id not in have]
        _insert(connection, missing)
        done += len(missing)


def articles(
    connection: Connection, question: str, limit: int, before: int | None = None
) -> tuple[tuple[Hit, ...], int | None]:
    """Article versions in which all these words stand, the latest stored first; and the number to go on from (`before`)."""
    asked = stems(question)
    if not asked:
        return (), None
    found = _newest(connection, asked, limit + 1, before)
    page = found[:limit]
    rows = connection.execute(
        select(ArticleVersionRow.__table__, ArticleRow.url, ArticleRow.agency)
        .join(ArticleRow, ArticleRow.id == ArticleVersionRow.article_id)
        .where(ArticleVersionRow.id.in_(page))
        .order_by(ArticleVersionRow.id.desc())
    ).all()
    hits = tuple(
        Hit(r.article_id, r.version, r.id, r.url, r.agency, r.title, r.language, r.published, r.fetched_at)
        for r in rows
    )
    return hits, page[-1] if len(found) > limit else None


def matching(connection: Connection, question: str) -> ColumnElement[int]:
    """A subquery of the ids of all versions in which these words stand; of every version where the question has no words."""
    asked = stems(question)
    if not asked:
        return select(ArticleVersionRow.id).where(true()).scalar_subquery()
    if connection.dialect.name == "sqlite":
        clause = text("SELECT rowid FROM article_search WHERE article_search MATCH :asked")
        bound = clause.bindparams(bindparam("asked", _match(asked), unique=True))
    else:
        clause = text("SELECT version_id FROM article_search WHERE words @@ CAST(:asked AS tsquery)")
        bound = clause.bindparams(bindparam("asked", _tsquery(asked), unique=True))
    return _subquery(bound)


def _subquery(clause: TextClause) -> ColumnElement[int]:
    return clause.columns(literal_column("id").label("id")).scalar_subquery()


def _newest(connection: Connection, asked: Sequence[str], limit: int, before: int | None) -> list[int]:
    if connection.dialect.name == "sqlite":
        sql = "SELECT rowid FROM article_search WHERE article_search MATCH :asked {} ORDER BY rowid DESC LIMIT :limit"
        statement = text(sql.format("AND rowid < :before" if before is not None else ""))
        question = _match(asked)
    else:  # without MATERIALIZED the planner walks the newest articles one by one, which takes seconds for a rare word
        sql = (
            "WITH found AS MATERIALIZED (SELECT version_id FROM article_search WHERE words @@ CAST(:asked AS tsquery))"
            " SELECT version_id FROM found {} ORDER BY version_id DESC LIMIT :limit"
        )
        statement = text(sql.format("WHERE version_id < :before" if before is not None else ""))
        question = _tsquery(asked)
    given = {"asked": question, "limit": limit} | ({} if before is None else {"before": before})
    return list(connection.execute(statement, given).scalars())


def _match(asked: Sequence[str]) -> str:
    return " AND ".join(f'"{word}"' for word in asked)  # a stem is letters and digits only


def _tsquery(asked: Sequence[str]) -> str:
    return " & ".join(f"'{word}'" for word in asked)


def _indexed(connection: Connection, first: int, last: int) -> set[int]:
    name = "rowid" if connection.dialect.name == "sqlite" else "version_id"
    column: ColumnElement[int] = literal_column(name)
    inside = and_(column >= first, column <= last)
    return set(connection.execute(select(column).select_from(table("article_search")).where(inside)).scalars())


def _insert(connection: Connection, rows: Sequence[tuple[int, str, str | None]]) -> None:
    if not rows:
        return
    listed = [(identity, set(words(f"{title}\n{(body or '')[:_MOST_LETTERS]}"))) for identity, title, body in rows]
    if connection.dialect.name == "sqlite":
        statement = text("INSERT INTO article_search (rowid, words) VALUES (:id, :words)")
        connection.execute(
            statement, [{"id": identity, "words": " ".join(sorted(found))} for identity, found in listed]
        )
    else:
        statement = text("INSERT INTO article_search (version_id, words) VALUES (:id, array_to_tsvector(:words))")
        connection.execute(statement, [{"id": identity, "words": sorted(found)} for identity, found in listed])
