"""articles that prove events are looked at again; feeds told apart by their hosts, so that none fills the hand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rechecks",
        sa.Column("article_id", number, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("began", moment, nullable=False),
        sa.Column("step", number, nullable=False),
        sa.Column("due", moment, nullable=True),
        sa.Column("tries", number, nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("checked_at", moment, nullable=True),
        sa.Column("attempt", number, nullable=False),
        sa.Column("lease_until", moment, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_rechecks_article_id_articles")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_rechecks")),
    )
    op.add_column("feeds", sa.Column("host", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_rechecks_due"), "rechecks", ["due"], unique=False)


def downgrade() -> None:
    op.drop_column("feeds", "host")
    op.drop_index(op.f("ix_rechecks_due"), table_name="rechecks")
    op.drop_table("rechecks")
