"""full-text search over articles, corrections that stay, and a quick way to what changed since a moment"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEARCH = {
    "sqlite": ("CREATE VIRTUAL TABLE article_search USING fts5(words, content='', detail=none, tokenize='unicode61')",),
    "postgresql": (
        "CREATE TABLE article_search (version_id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX article_search_words ON article_search USING gin (words)",
    ),
}


def upgrade() -> None:
    op.add_column("events", sa.Column("pinned", sa.Text(), nullable=False, server_default="[]"))
    op.create_index(op.f("ix_events_updated_at"), "events", ["updated_at"], unique=False)
    for statement in _SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)  # 0007 makes it anew, and fills it


def downgrade() -> None:
    op.execute("DROP TABLE article_search")
    op.drop_index(op.f("ix_events_updated_at"), table_name="events")
    op.drop_column("events", "pinned")
