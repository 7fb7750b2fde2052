"""which languages articles are stored in, without a walk over them all: what a new agreement is looked for in"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_article_versions_language"), "article_versions", ["language"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_article_versions_language"), table_name="article_versions")
