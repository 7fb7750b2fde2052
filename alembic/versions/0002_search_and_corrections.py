"""full-text search over articles, corrections that stay, and a quick way to what changed since a moment"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pipeline.store import search

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("pinned", sa.Text(), nullable=False, server_default="[]"))
    op.create_index(op.f("ix_events_updated_at"), "events", ["updated_at"], unique=False)
    connection = op.get_bind()
    for statement in search.CREATE[connection.dialect.name]:
        op.execute(statement)
    search.catch_up(connection)


def downgrade() -> None:
    op.execute(search.DROP)
    op.drop_index(op.f("ix_events_updated_at"), table_name="events")
    op.drop_column("events", "pinned")
