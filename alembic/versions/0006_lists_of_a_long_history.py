"""lists of a long history: kinds of events, the past by validity"""

from __future__ import annotations

import json
from bisect import bisect_right
from datetime import UTC, date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_GRADE = (  # as kinds.GRADES was then
    "CASE WHEN confidence < 0.35 THEN 0 WHEN confidence < 0.5 THEN 1 WHEN confidence < 0.7 THEN 2 WHEN confidence < 0.8 THEN 3"
    " WHEN confidence < 0.9 THEN 4 WHEN confidence < 0.95 THEN 5 WHEN confidence < 0.99 THEN 6 ELSE 7 END"
)
_NEW_KINDS = (
    "INSERT INTO event_kinds (type, status, state, salience, stage, tracked, grade) SELECT DISTINCT type, status, state,"
    " salience, stage, agreement_id IS NOT NULL, GRADE FROM events ORDER BY 1, 2, 3, 4, 5, 6, 7"
)
_KIND_OF_EACH = (
    "UPDATE events SET kind = (SELECT k.id FROM event_kinds k WHERE k.type = events.type AND k.status = events.status"
    " AND k.state = events.state AND k.salience = events.salience AND k.stage = events.stage"
    " AND k.tracked = (agreement_id IS NOT NULL) AND k.grade = GRADE)"
)
_EVENT_INDEXES = {
    "ix_events_walk": ("happened", "id", "kind", "confidence"),
    "ix_events_walk_agreement": ("agreement_id", "happened", "id", "kind", "confidence", "actor_country"),
    "ix_events_walk_both": ("agreement_id", "actor_country", "happened", "id", "kind", "confidence"),
    "ix_events_walk_country": ("actor_country", "happened", "id", "kind", "confidence"),
    "ix_events_few": ("kind", "happened", "id", "confidence"),
    "ix_events_few_agreement": ("agreement_id", "kind", "happened", "id", "confidence", "actor_country"),
    "ix_events_few_country": ("actor_country", "kind", "happened", "id", "confidence"),
}
_PARTY_INDEXES = {
    "ix_event_parties_walk": ("party", "happened", "event_id", "kind", "confidence", "country"),
    "ix_event_parties_few": ("party", "kind", "happened", "event_id", "confidence", "country"),
}
_SPAN = ("recorded_at", "until")
_REVISION_INDEXES = {
    "ix_revisions_walk": ("happened", "event_id", *_SPAN, "kind", "confidence", "actor_country"),
    "ix_revisions_walk_agreement": (
        "agreement_id", "happened", "event_id", *_SPAN, "kind", "confidence", "actor_country",
    ),
    "ix_revisions_few": ("kind", "happened", "event_id", *_SPAN, "confidence", "actor_country"),
    "ix_revisions_lead": (
        "lead", "recorded_at", "happened", "event_id", "until", "kind", "confidence", "actor_country",
    ),
}  # fmt: skip
_OLD_INDEXES = {
    "ix_events_happened_id": ("happened", "id"),
    "ix_events_agreement_id_happened_id": ("agreement_id", "happened", "id"),
    "ix_events_agreement_id_actor_country_happened_id": ("agreement_id", "actor_country", "happened", "id"),
    "ix_events_actor_country_happened_id": ("actor_country", "happened", "id"),
    "ix_events_type_happened_id": ("type", "happened", "id"),
    "ix_events_status_happened_id": ("status", "happened", "id"),
    "ix_events_state_happened_id": ("state", "happened", "id"),
}


def upgrade() -> None:
    _kinds()
    _parties()
    _spans()


def _kinds() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    told = ("type", "status", "state", "salience", "stage")
    op.create_table(
        "event_kinds",
        sa.Column("id", number, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in told),
        sa.Column("tracked", sa.Boolean(), nullable=False),
        sa.Column("grade", number, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_kinds")),
        sa.UniqueConstraint(
            *told, "tracked", "grade", name=op.f("uq_event_kinds_type_status_state_salience_stage_tracked_grade")
        ),
    )
    op.add_column("events", sa.Column("kind", number, nullable=False, server_default="0"))
    op.execute(_NEW_KINDS.replace("GRADE", _GRADE))
    op.execute(_KIND_OF_EACH.replace("GRADE", _GRADE))
    for name in _OLD_INDEXES:
        op.drop_index(op.f(name), table_name="events")
    for name, indexed in _EVENT_INDEXES.items():
        op.create_index(name, "events", indexed)


def _parties() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.execute("CREATE TABLE event_parties_before AS SELECT party, event_id FROM event_parties")
    op.drop_table("event_parties")
    op.create_table(
        "event_parties",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("happened", sa.Date(), nullable=False),
        sa.Column("kind", number, nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_parties_event_id_events")),
        sa.PrimaryKeyConstraint("event_id", "party", name=op.f("pk_event_parties")),
    )
    op.execute(
        "INSERT INTO event_parties (event_id, party, happened, kind, confidence, country)"
        " SELECT DISTINCT p.event_id, p.party, e.happened, e.kind, e.confidence, e.actor_country"
        " FROM event_parties_before p JOIN events e ON e.id = p.event_id"
    )
    op.drop_table("event_parties_before")
    for name, indexed in _PARTY_INDEXES.items():
        op.create_index(name, "event_parties", indexed)


def _spans() -> None:
    """The columns are made here and filled from what stands in the snapshots, a few hundred at a time."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
    op.add_column("revisions", sa.Column("until", moment, nullable=True))
    op.add_column("revisions", sa.Column("agreement_id", sa.Text(), nullable=True))
    op.add_column("revisions", sa.Column("actor_country", sa.Text(), nullable=False, server_default=""))
    op.add_column("revisions", sa.Column("happened", sa.Date(), nullable=False, server_default="1970-01-01"))
    op.add_column("revisions", sa.Column("kind", number, nullable=False, server_default="0"))
    op.add_column("revisions", sa.Column("confidence", sa.Double(), nullable=False, server_default="0"))
    op.add_column("revisions", sa.Column("lead", number, nullable=False, server_default="0"))
    op.execute(
        "UPDATE revisions SET until = (SELECT MIN(later.recorded_at) FROM revisions later"
        " WHERE later.event_id = revisions.event_id AND later.revision > revisions.revision)"
    )
    _fill_spans(op.get_bind())
    for name, indexed in _REVISION_INDEXES.items():
        op.create_index(name, "revisions", indexed)


def _fill_spans(connection: sa.Connection) -> None:
    """As snapshots, kinds and leads were then: nothing of the program, which goes on."""
    some = sa.text(
        "SELECT r.event_id, r.revision, r.snapshot, r.recorded_at, e.first_seen"
        " FROM revisions r JOIN events e ON e.id = r.event_id"
        " WHERE (r.event_id, r.revision) > (:event_id, :revision) ORDER BY r.event_id, r.revision LIMIT 1000"
    )
    filled = sa.text(
        "UPDATE revisions SET agreement_id = :agreement_id, actor_country = :actor_country, happened = :happened,"
        " kind = :kind, confidence = :confidence, lead = :lead WHERE event_id = :event_id AND revision = :revision"
    ).bindparams(sa.bindparam("happened", type_=sa.Date()))
    known: dict[tuple[Any, ...], int] = {}
    after = {"event_id": "", "revision": 0}
    while rows := connection.execute(some, after).all():
        for row in rows:
            told = json.loads(row.snapshot)
            happened = date.fromisoformat(f"{told['date']}-01-01"[:10]) if told["date"] else _day(row.first_seen)
            given = {name: told[name] for name in ("agreement_id", "actor_country", "confidence")}
            given |= {"happened": happened, "kind": _kind(connection, known, told)}
            given["lead"] = max(0, (happened - _day(row.recorded_at)).days).bit_length()
            after = {"event_id": row.event_id, "revision": row.revision}
            connection.execute(filled, given | after)


def _day(moment: Any) -> date:
    """SQLite keeps moments as text."""
    return date.fromisoformat(moment[:10]) if isinstance(moment, str) else moment.astimezone(UTC).date()


def _kind(connection: sa.Connection, known: dict[tuple[Any, ...], int], told: dict[str, Any]) -> int:
    """The number of what a snapshot is like; a new one where there was none like it."""
    grade = bisect_right((0.35, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99), told["confidence"])
    made = {name: told[name] for name in ("type", "status", "state", "salience", "stage")}
    made |= {"tracked": told["agreement_id"] is not None, "grade": grade}
    if (key := tuple(made.values())) not in known:
        table = sa.table("event_kinds", sa.column("id"), *(sa.column(name) for name in made))
        same = sa.select(table.c.id).where(*(table.c[name] == value for name, value in made.items()))
        if connection.execute(same).first() is None:
            connection.execute(sa.insert(table).values(made))
        known[key] = connection.execute(same).scalar_one()
    return known[key]


def downgrade() -> None:
    for name in _REVISION_INDEXES:
        op.drop_index(name, table_name="revisions")
    for name in ("lead", "confidence", "kind", "happened", "actor_country", "agreement_id", "until"):
        op.drop_column("revisions", name)
    op.execute("CREATE TABLE event_parties_before AS SELECT party, happened, event_id FROM event_parties")
    op.drop_table("event_parties")
    op.create_table(
        "event_parties",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("happened", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_parties_event_id_events")),
        sa.PrimaryKeyConstraint("party", "happened", "event_id", name=op.f("pk_event_parties")),
    )
    op.execute(
        "INSERT INTO event_parties (party, happened, event_id) SELECT party, happened, event_id FROM event_parties_before"
    )
    op.drop_table("event_parties_before")
    op.create_index(op.f("ix_event_parties_event_id"), "event_parties", ["event_id"])
    for name in _EVENT_INDEXES:
        op.drop_index(name, table_name="events")
    for name, indexed in _OLD_INDEXES.items():
        op.create_index(op.f(name), "events", indexed)
    op.drop_column("events", "kind")
    op.drop_table("event_kinds")
