"""Column types that mean the same on SQLite and PostgreSQL: moments, clean text, JSON.

UtcDateTime   aware UTC; PostgreSQL timestamptz, SQLite fixed-width ISO text that sorts as time does
CleanText     text both databases can hold: NUL and lone surrogates replaced one for one, so that offsets stay true
Json          a JSON value as text
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
REPLACEMENT = "\ufffd"


def written(value: datetime) -> str:
    """A moment as SQLite holds it, and PostgreSQL reads it: UTC, and of one width, so that text sorts as time does. ValueError as below."""
    return _in_utc(value).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
    if not EARLIEST <= value < LATEST:
        raise ValueError(f"a moment outside 1970..2200 cannot be stored: {value!r}")
    return value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. ValueError for a naive one, or one no clock can show (outside 1970..2200)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type on this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The value as this database stores it."""
        if value is None:
            return None
        return written(value) if dialect.name == "sqlite" else _in_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The value as Python knows it."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        moment: datetime = value
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text as it stands, but for what a database refuses: NUL and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The value as this database stores it."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON value (str, number, bool, None, list, dict). Never asked about inside the database, so text serves both."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """The value as this database stores it."""
        return None if value is None else storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """The value as Python knows it."""
        if value == "[]":  # most lists are empty, and lists of events read many
            return []
        return None if value is None else json.loads(value)


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, and of the same length."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


def digest(text: str) -> str:
    """SHA-256 in hex: what unique indexes stand on (PostgreSQL's btree refuses texts over 2,704 bytes)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
