"""Events taken along: JSON Lines, CSV, Parquet, Atom, JSON Feed, iCalendar. Pure: events in, bytes out.

lines   JSON Lines, CSV that is safe to open in a spreadsheet, Parquet        syndication   Atom 1.0, JSON Feed 1.1
calendar   iCalendar of the steps that are expected
"""

from pipeline.export.calendar import icalendar
from pipeline.export.lines import CSV_COLUMNS, csv_table, json_lines, parquet
from pipeline.export.syndication import Channel, atom, json_feed

__all__ = ["CSV_COLUMNS", "Channel", "atom", "csv_table", "icalendar", "json_feed", "json_lines", "parquet"]
