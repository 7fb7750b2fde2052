"""What all tables share: names of constraints, and which column type stands for which Python type."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase

from pipeline.store.types import CleanText, Json, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only when the type is INTEGER


class Base(DeclarativeBase):
    """The metadata that migrations are compared with."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: CleanText, datetime: UtcDateTime, date: Date, int: _BIG, bytes: LargeBinary, Any: Json}
