"""Time expressions: where a sentence tells of a day, and which day it is ("last Tuesday" is a date with its precision).

    Sentence ──find──▶ DateMention ──resolve (publication day, dateline, past or planned)──▶ Dated

`dateline` reads the day a report was filed. All of it is pure; nothing here raises on any text.
"""

from pipeline.recognise.dates.datelines import dateline
from pipeline.recognise.dates.finding import find
from pipeline.recognise.dates.resolving import resolve
from pipeline.recognise.dates.tables import DateTables

__all__ = ["DateTables", "dateline", "find", "resolve"]
