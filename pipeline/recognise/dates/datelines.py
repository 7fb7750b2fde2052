"""The dateline of a report: the day it was filed, told before the story begins ("MOSCOW, January 14. /TASS/.")."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.recognise.dates.finding import find_in
from pipeline.recognise.dates.resolving import resolve
from pipeline.recognise.dates.tables import DateTables, shared_tables
from pipeline.recognise.values import DateMention

_HEAD = 140  # characters: a dateline ends within them
_OLD = timedelta(days=31)  # a yearless dateline further back than this is not to be trusted with a year
_RULES = frozenset({"full_date", "day_month", "numeric", "day_of_month"})

_PLACE = r"[^\W\d_a-z][^\s,.:/()]*"
_LITTLE = r"(?:de|del|la|le|las|los|el|of|on|am|und|du|do|da|al|aan|der|den|the|upon|на|над|и)"
_BEFORE = re.compile(
    rf"[\s(\[«\"“]*(?:date\s+\S+\s+)?(?:{_PLACE}(?:[ -](?:{_LITTLE}[ -])*{_PLACE}){{0,4}}"
    rf"(?:[,.]\s*{_PLACE}(?:\s{_PLACE}){{0,3}}){{0,2}}\s*(?:\([^()]{{1,30}}\)\s*)?[,./)\]–—-]*\s*(?:le|den|el|em|في|,)?\s*)?\Z"
)
_AFTER = re.compile(r"\s*(?:(?:г|года|года\.|year)\.?)?\s*(?:[./:(\[–—]|--|-\s|,\s*[^\W\d_a-z][\w. ]{0,30}[(/:–—-]|\Z)")
_CHINESE = re.compile(r"[^\d。,，]{0,20}(?:(?:\d{4}年)?\d{1,2}月)?\d{1,2}日\s?(?:电|電|讯|訊|消息)")


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
    low = head.lower()
    if len(low) != len(head):
        return None
    mentions = find_in(head, low, language, tables)
    if language.startswith("zh"):
        line = _CHINESE.match(head)
        return next((m for m in mentions if line and m.end <= line.end() and m.day is not None), None)
    for mention in mentions:
        if mention.rule in _RULES and mention.day is not None and _opens(head, mention):
            return mention
    return None


def _opens(head: str, mention: DateMention) -> bool:
    """Whether nothing but places stands before the date, and a sign that ends a dateline after it."""
    return _BEFORE.fullmatch(head, 0, mention.start) is not None and _AFTER.match(head, mention.end) is not None
