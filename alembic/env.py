"""Runs migrations on the connection it is given, in the transaction that connection is in.

`pipeline.store.migrate` hands the connection over; a developer's `alembic` command opens TREATYWATCH_DATABASE_URL itself.
"""

from __future__ import annotations

import os
from typing import Any

from alembic import context
from sqlalchemy import Connection

from pipeline.store.dialects import WRITE, create
from pipeline.store.tables import Base
from pipeline.store.types import CleanText, Json, UtcDateTime


def render(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Migrations name plain types, so that they stay true when ours change."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return 'sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")'
    if kind == "type" and isinstance(item, CleanText | Json):
        return "sa.Text()"
    return False


def run(connection: Connection) -> None:
    """All pending migrations, in the caller's transaction: old or new, never between."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        transaction_per_migration=False,
        render_item=render,
        render_as_batch=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create(os.environ["TREATYWATCH_DATABASE_URL"]).execution_options(**{WRITE: True})
    with engine.connect() as own, own.begin():
        run(own)
