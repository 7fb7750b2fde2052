"""a party's acts within one agreement, and acts told as a month or a year, by walks of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BOTH = ("agreement_id", "party", "happened", "event_id", "kind", "confidence", "country")
_VAGUE = ("happened", "id", "date_last", "kind", "confidence", "agreement_id", "actor_country")
_VAGUE_THEN = (
    "happened", "event_id", "last", "recorded_at", "until", "kind", "confidence", "agreement_id", "actor_country",
)  # fmt: skip
_LAST = {  # of a month or a year; such dates stand in lists on its first day
    "sqlite": (
        "UPDATE revisions SET last = CASE length(json_extract(snapshot, '$.date')) WHEN 4 THEN"
        " json_extract(snapshot, '$.date') || '-12-31' WHEN 7 THEN"
        " date(json_extract(snapshot, '$.date') || '-01', '+1 month', '-1 day') END WHERE happened LIKE '%-01'"
    ),
    "postgresql": (
        "UPDATE revisions SET last = CASE length(snapshot::json->>'date') WHEN 4 THEN"
        " (snapshot::json->>'date' || '-12-31')::date WHEN 7 THEN"
        " ((snapshot::json->>'date' || '-01')::date + interval '1 month - 1 day')::date END"
        " WHERE extract(day FROM happened) = 1 AND length(snapshot::json->>'date') < 10"
    ),
}


def upgrade() -> None:
    op.add_column("event_parties", sa.Column("agreement_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE event_parties SET agreement_id = (SELECT e.agreement_id FROM events e WHERE e.id = event_parties.event_id)"
    )
    op.create_index("ix_event_parties_both", "event_parties", _BOTH)
    _partial("ix_events_vague", "events", _VAGUE, "date_last > happened")
    op.add_column("revisions", sa.Column("last", sa.Date(), nullable=True))
    op.execute(_LAST[op.get_bind().dialect.name])
    _partial("ix_revisions_vague", "revisions", _VAGUE_THEN, "last IS NOT NULL")


def _partial(name: str, table: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_index("ix_revisions_vague", table_name="revisions")
    op.drop_column("revisions", "last")
    op.drop_index("ix_events_vague", table_name="events")
    op.drop_index("ix_event_parties_both", table_name="event_parties")
    op.drop_column("event_parties", "agreement_id")
