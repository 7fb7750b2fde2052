"""search that knows phrases, and one over events; the index of articles is made anew

Texts that retention has deleted are found by their titles alone from here on.
"""

from __future__ import annotations

from alembic import op

from pipeline.store import event_search, search

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = {
    "sqlite": ("CREATE VIRTUAL TABLE article_search USING fts5(words, content='', detail=none, tokenize='unicode61')",),
    "postgresql": (
        "CREATE TABLE article_search (version_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX article_search_words ON article_search USING gin (words)",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    op.execute("DROP TABLE article_search")
    made = (search.ARTICLES, event_search.EVENTS)
    for statement in (*(one for index in made for one in index.create(connection.dialect.name)), *event_search.PLACES):
        op.execute(statement)
    search.catch_up(connection)
    event_search.catch_up(connection)


def downgrade() -> None:
    """The old index is made, and stays empty: the program that used it never looks back."""
    for name in ("event_search_places", "event_search", "article_search"):
        op.execute(f"DROP TABLE {name}")
    for statement in _BEFORE[op.get_bind().dialect.name]:
        op.execute(statement)
