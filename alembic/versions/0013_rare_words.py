"""rare words on PostgreSQL: beside the words of each stretch of numbers the words alone, so that few documents are one look-up"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_WORDS_ALONE = (  # a document's words stand as "stretch.word"
    "CREATE FUNCTION search_stems(tsvector) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS"
    " $$SELECT array_to_tsvector(ARRAY(SELECT substr(one, strpos(one, '.') + 1) FROM unnest(tsvector_to_array($1)) AS one))$$"
)
_INDEXES = ("article_search", "event_search")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite's index is one of words alone
    op.execute(_WORDS_ALONE)
    for name in _INDEXES:
        op.execute(f"CREATE INDEX {name}_stems ON {name} USING gin (search_stems(words)) WITH (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}_stems")
    op.execute("DROP FUNCTION search_stems(tsvector)")
