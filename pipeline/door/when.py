"""Dates as feeds and pages write them, to aware UTC: RFC 822 and its relatives, ISO 8601, and local habits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_MONTH_WORDS = (
    "jan january янв января januar enero janvier gennaio ocak січ січня қаң қаңтар",
    "feb february фев февраля feb. februar febrero février febbraio şubat лют лютого ақп",
    "mar march мар марта märz marzo mars mart бер березня нау",
    "apr april апр апреля abril avril aprile nisan кві квітня сәу",
    "may мая май mai mayo maggio mayıs тра травня мам",
    "jun june июн июня juni junio juin giugno haziran чер червня мау",
    "jul july июл июля juli julio juillet luglio temmuz лип липня шіл",
    "aug august авг августа agosto août ağustos сер серпня там",
    "sep sept september сен сент сентября septiembre septembre settembre eylül вер вересня қыр",
    "oct october окт октября oktober octubre octobre ottobre ekim жов жовтня қаз",
    "nov november ноя нояб ноября noviembre novembre kasım лис листопада қар",
    "dec december дек декабря dezember diciembre décembre dicembre aralık гру грудня жел",
)
_MONTHS = {word: number for number, words in enumerate(_MONTH_WORDS, 1) for word in words.split()}
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "MSD": 240, "TRT": 180, "ALMT": 300, "HKT": 480, "SGT": 480, "JST": 540, "KST": 540,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
_ZONE = r"(?P<zone>Z|(?:(?:GMT|UTC|UT)\s?)?[+\u2212-]\d{1,2}:?(?:\d{2})?|[A-Za-z]{2,5})?"
_TAIL = rf"(?:[\sT,]+(?:at\s+|в\s+)?{_CLOCK}\s*{_ZONE})?[^\w+]*\Z"
_ISO = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TAIL}")
_DAY_FIRST = re.compile(rf"(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>\d{{4}}){_TAIL}")
_WORDS = re.compile(
    rf"(?:[^\W\d_]{{2,12}}\.?,?\s+)?(?P<day>\d{{1,2}})\.?[\s-]+(?P<word>[^\W\d_]{{3,12}})\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}})"
    rf"(?:\s*(?:г\.?|року|года))?{_TAIL}"
)
_MONTH_FIRST = re.compile(
    rf"(?:[^\W\d_]{{2,12}}\.?,?\s+)?(?P<word>[^\W\d_]{{3,12}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TAIL}"
)
_COMPACT = re.compile(r"\d{8}T\d{4,6}(?:Z|[+-]\d{2}:?\d{2})?\Z")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?\Z")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\Z")


def parse_when(text: str) -> datetime | None:
    """A point in time, aware and in UTC; None for what cannot be read. Without a zone UTC is taken; without a clock, midnight.

    Reads "Wed, 14 Jan 2026 10:00:00 +0300", "2026-01-14T10:00:00Z", "14.01.2026 10:00", "14 января 2026", "Jan 14, 2026",
    seconds and milliseconds since 1970.
    """
    text = " ".join(text.split())
    if not text or len(text) > 100:
        return None
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if _COMPACT.match(text):
        return _compact(text)
    for pattern in (_ISO, _WORDS, _MONTH_FIRST, _DAY_FIRST):
        if found := pattern.match(text):
            return _build(found.groupdict())
    return None


def within_reason(moment: datetime | None, now: datetime, ahead: timedelta) -> datetime | None:
    """`moment`, or None where it lies before 1990 or more than `ahead` after `now`: no date is better than a wrong one."""
    if moment is None or moment < EARLIEST or moment > now + ahead:
        return None
    return moment


def _compact(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _build(parts: dict[str, str | None]) -> datetime | None:
    month = _MONTHS.get((parts["word"] or "").lower()) if "word" in parts else int(parts["month"] or 0)
    offset = _offset(parts["zone"])
    if not month or offset is None:
        return None
    written = parts["year"] or ""
    year = int(written)
    if len(written) == 2:
        year += 2000 if year < 70 else 1900
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    second = min(int(parts["second"] or 0), 59)  # a leap second is the last one
    day_on, hour = divmod(hour, 24) if hour == 24 else (0, hour)
    try:
        local = datetime(year, month, int(parts["day"] or 0), hour, int(parts["minute"] or 0), second, tzinfo=UTC)
        return local - offset + timedelta(days=day_on)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta | None:
    """Distance from UTC; None where it is out of the world. An unknown abbreviation counts as UTC: hours off beats no date."""
    if not zone:
        return timedelta()
    plain = zone.upper().replace("\u2212", "-").replace(" ", "")
    found = _OFFSET.search(plain)
    if not found:
        return timedelta(minutes=_ZONES.get(plain, 0))
    digits = found["hours"] + (found["minutes"] or "")
    hours, minutes = (int(digits[:-2] or 0), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    distance = timedelta(hours=hours, minutes=minutes)
    return -distance if found["sign"] == "-" else distance
