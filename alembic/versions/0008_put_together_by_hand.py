"""reports that a person put into one event, or took out of it, stay there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("evidence", sa.Column("from_event", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("evidence", "from_event")
    op.drop_column("evidence", "held")
