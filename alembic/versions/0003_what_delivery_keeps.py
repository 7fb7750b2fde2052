"""recipients still owed a message, mutes of a party, overdue steps that were noticed, a quick way to what is due for a channel"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("recipients", sa.Text(), nullable=True))
    op.add_column("mutes", sa.Column("party", sa.Text(), nullable=True))
    op.add_column("expectations", sa.Column("noted_for", sa.Date(), nullable=True))
    columns = ["channel_id", "state", "next_try", "seq"]
    op.create_index(op.f("ix_outbox_channel_id_state_next_try_seq"), "outbox", columns, unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_channel_id_state_next_try_seq"), table_name="outbox")
    op.drop_column("expectations", "noted_for")
    op.drop_column("mutes", "party")
    op.drop_column("outbox", "recipients")
