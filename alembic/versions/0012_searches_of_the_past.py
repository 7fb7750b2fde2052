"""searches of the past: what an event was before, and how far it lay ahead, in the index; lists of the past by party and country"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COUNTRY = ("actor_country", "happened", "event_id", "recorded_at", "until", "kind", "confidence")
_MOVED = (  # the days by which its day was another one, where it was
    "UPDATE event_parties SET moved = coalesce((SELECT MAX(ABS(DAYS)) FROM revisions r WHERE r.event_id = event_parties.event_id), 0)"
    " WHERE event_id IN (SELECT event_id FROM revisions WHERE revision > 1)"
)
_DAYS = {
    "sqlite": "CAST(julianday(r.happened) - julianday(event_parties.happened) AS INTEGER)",
    "postgresql": "r.happened - event_parties.happened",
}


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("event_parties", sa.Column("moved", number, server_default="0", nullable=False))
    op.execute(_MOVED.replace("DAYS", _DAYS[op.get_bind().dialect.name]))
    where = sa.text("moved > 0")
    op.create_index(
        "ix_event_parties_moved",
        "event_parties",
        ("party", "happened", "event_id", "moved"),
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("ix_revisions_walk_country", "revisions", _COUNTRY)
    _written_again(op.get_bind().dialect.name)


def _written_again(dialect: str) -> None:
    """What was revised or lay ahead has more to say now: the index forgets it, and is filled when the schema is the newest."""
    theirs = "event_id IN (SELECT event_id FROM revisions WHERE revision > 1 OR lead > 0)"
    if dialect == "postgresql":
        op.execute(f"DELETE FROM event_search WHERE id IN (SELECT place FROM event_search_places WHERE {theirs})")  # noqa: S608 - names of ours
    op.execute(f"UPDATE event_search_places SET event_id = NULL WHERE {theirs}")  # noqa: S608


def downgrade() -> None:
    op.drop_index("ix_revisions_walk_country", table_name="revisions")
    op.drop_index("ix_event_parties_moved", table_name="event_parties")
    op.drop_column("event_parties", "moved")
