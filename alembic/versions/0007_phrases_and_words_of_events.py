"""search that knows phrases, and one over events; both are filled when the schema is the newest (`store.migrate`)

Texts that retention has deleted are found by their titles alone from here on.
"""

from __future__ import annotations

from alembic import op

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
_INDEX = {
    "sqlite": ("CREATE VIRTUAL TABLE NAME USING fts5(words, content='', tokenize='unicode61')",),
    "postgresql": (
        "CREATE TABLE NAME (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX NAME_words ON NAME USING gin (words) WITH (fastupdate = off)",
    ),
}
_PLACES = (
    "CREATE TABLE event_search_places (place BIGINT PRIMARY KEY, event_id TEXT)",
    "CREATE INDEX event_search_places_event_id ON event_search_places (event_id)",
)


def upgrade() -> None:
    op.execute("DROP TABLE article_search")
    made = [
        one.replace("NAME", name)
        for name in ("article_search", "event_search")
        for one in _INDEX[op.get_bind().dialect.name]
    ]
    for statement in (*made, *_PLACES):
        op.execute(statement)


def downgrade() -> None:
    """The old index is made, and stays empty: the program that used it never looks back."""
    for name in ("event_search_places", "event_search", "article_search"):
        op.execute(f"DROP TABLE {name}")
    for statement in _BEFORE[op.get_bind().dialect.name]:
        op.execute(statement)
