"""The dateline of a report: the day it was filed, told before the story begins ("MOSCOW, January 14. /TASS/.")."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.recognise.dates.finding import find_in
from pipeline.recognise.dates.heads import is_dateline
from pipeline.recognise.dates.resolving import resolve
from pipeline.recognise.dates.tables import DateTables, shared_tables
from pipeline.recognise.sentences import lower
from pipeline.recognise.values import DateMention

_HEAD = 140  # characters: a dateline ends within them
_OLD = timedelta(days=31)  # a yearless dateline further back than this is not to be trusted with a year


def dateline(text: str, language: str, published: date | None, tables: DateTables | None = None) -> date | None:
    """The day in the dateline that the first sentence (or the article's whole text) opens with, else None.

    A day without a year gets the publication's, and none at all where the publication day is unknown or over a month away.
    """
    tables = tables or shared_tables()
    found = in_head(text[:_HEAD], language, tables)
    if found is None:
        return None
    dated = resolve(found, published=published, dateline=None, past=True)
    if dated is None or dated.date.day is None:
        return None
    day = dated.date.first
    if found.year is None and (published is None or published - day > _OLD):
        return None
    return day


def in_head(head: str, language: str, tables: DateTables) -> DateMention | None:
    """The date of the dateline a text opens with; offsets count within it."""
    low = lower(head)
    return next((m for m in find_in(head, low, language, tables) if is_dateline(m, head)), None)
