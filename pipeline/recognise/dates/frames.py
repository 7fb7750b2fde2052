"""The frames of dates: patterns over the letters of a sentence, and the mentions that each of them makes.

A frame's parts need no names: the day of a match is the value of its d, the month that of its M, and so on. What stands
before a date is looked at behind the match, so that a mention covers the date and its "last" or "late", no preposition.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pipeline.recognise.dates.lexing import Lexed, Piece
from pipeline.recognise.immutable import value
from pipeline.recognise.values import DateMention

_W = r"(?:[Ww]_?,?[pjI]?[rt]?)?"
_M = r"M(?:/M|<M>)?_?"
_D = r"J?[dD]_?J?-?[or]*"
_YEAR = r"[,or]*Y?r?[yz](?:-?Y)?"
_DAYS = r"(?:(?:,c?|c|-|q)[orpI]?[dD]_?J?(?![v0-9]))+"

_SHARED: tuple[tuple[str, str], ...] = (
    ("numeric", rf"{_W}F"),
    ("full_date", rf"{_W}[ltx]?{_D}{_M}{_YEAR}(?:<?W>?)?"),
    ("full_date", rf"{_W}y-?Y(?:_,?)?[dD]_?-?{_M}(?:[<,]?W>?)?"),
    ("day_month_relative_year", rf"{_W}{_D}{_M}[orIp]*[AB]|[AB][,orIp]*[dD]_?-?o?{_M}"),
    ("day_list", rf"(?:y-?Y_?,?)?{_W}J?[dD]_?J?(?:(?:,c?|c|-|q)[orpI]*[dD]_?J?)+-?[or]*{_M}(?:{_YEAR}|[,or]*[AB])?"),
    ("day_month", rf"{_W}[ltx]?{_D}{_M}[lx]?(?!y)"),
    ("day_of_month", r"W_?,?[r<]?[dD]>?(?=[.;,_1IpjW>-]|\Z)"),
    ("day_of_month", r"[dD]_?J?[or]*[GH]|[GH][,Ip]?r?[dD]J?|[dD]J|[ltx]?J[dD](?!u)"),
    ("edge", rf"E[or]*(?:{_M}{_YEAR}|Y?[or]*yY?|[AB])|(?:y(?:-?Y|-0)?|[AB])E"),
    ("full_date", r"Z[,or]*Y?yY?|y(?:-?Y)?Z"),
    ("day_month_relative_year", r"Z[or]*[AB]|[AB]Z"),
    ("day_month", r"Z"),
    ("month_year", rf"[PQ]?[or-]*{_M}{_YEAR}|y-?Y[PQ]?[or]*M"),
    ("month_relative_year", rf"[PQ]?[or-]*{_M}[orIp]*[AB]|[AB][,orIp]*P?[ro]*M"),
)
_MONTH_FIRST: tuple[tuple[str, str], ...] = (
    ("full_date", rf"{_W}{_M}r?[dD](?:,|o|,?r)?[yz]"),
    ("day_month_relative_year", rf"{_W}{_M}r?[dD],?o?[AB]"),
    ("day_list", rf"{_W}(?<!I){_M}[dD]{_DAYS}(?:,?[yz])?"),
    ("day_month", rf"(?:[Ww],?(?:M_?)|(?<!I){_M})r?[dD](?![v/])"),
    ("day_of_month", r"(?<=jr)D(?=[,_1IpjW>-]|\Z)"),
)
_LATER: tuple[tuple[str, str], ...] = (
    ("month", r"[ltx]M|P[or-]*M|(?<=I)M[lx]?(?![yz])|(?<=[pqj])M[lx]?(?!_?[dDyz])|(?<=[pI][rt])M(?!_?[dDyz])|(?<=Mc)M(?!_?[dDyz])|M[lx]"),
    ("years", r"(?<=h)ycyY?|[PQN]*y[-q][PQN]*yY?"),
    ("share_of_year", r"[PQNT]+_?[or-]*Y?r?yY?|y(?:-?Y|-0)?r?[PQNT]"),
    ("share_of_relative_year", r"[PQNT][or]*[AB]|A[QNT]"),
    ("season", r"[ltx][NT]|(?<=[Ip])N|(?<=[Ip]r)N|[NT][lx]?(?<=[Tlx])"),
    ("year_list", r"(?<=[Ip])y(?:,?c?[Ip]?yY?)+"),
    ("bracketed_year", r"(?<=<)y(?=>)"),
    ("year", r"(?<!i)Yr?yY?|A[or]*yY?|(?<=[Ipq])y(?![v-])Y?"),
    ("year_with_word", r"y-?Y"),
    ("of_year", r"(?<=i)Yy|(?<=o)y(?![v-])|y(?=0{0,3}i)"),
    ("weekday_of_week", r"W[,pIjor]*V|V[,pIjor]*W"),
    ("weekday", r"[ltx]W|W[lx]?"),
    ("relative", r"[RVGA]"),
    ("story", r"[SHB]|f?[kd]?[uYJ][eg]|[eg][kd]?[uYJ]"),
    ("eve", r"K"),
    ("ago", r"[kdDn]?[uYJ]aR?|b[kdn]?[uYJ]"),
    ("within", r"f[kdn]?[uYJ]"),
    ("ahead", r"(?<=I)[kdn][uYJ]|[kdn][uYJ]m"),
    ("counted", r"[kdDn]?[uYJ]"),
)  # fmt: skip
_BARE_YEAR = ("year", r"(?<![-$<iv/oX])(?<!X_)y(?![v-])")
_BARE_MONTH = ("month", r"MY?"), ("year", r"y(?=')")
_BEGINNERS = (
    "JdDFMyzWwABGHRVSKNTPQltxuYkbfngeEZ"  # every frame begins with one of these; most words of a sentence are none
)
_TRIM = "pIjorqc-_,<>"
_RANGE = re.compile(r"_?[-q][rjIpo]?")
_FORWARD = re.compile(r",?c?")
_AND = re.compile(r",?c?[jIp]?r?")
_PREFIX = {"l": ("last_", "past"), "t": ("this_", ""), "x": ("next_", "future")}
_PREFIXED = frozenset({"month", "weekday", "season", "day_month", "day_of_month"})
_STRETCH = re.compile(r"_?[-q][orIpj]*[dD]")
_BY_RULE = frozenset({"counted", "ahead"})  # amounts without a word of their own for before or after
_UNITS, _COUNTED = frozenset("uYJ"), frozenset("abefgm")
_STORY_LETTERS = frozenset("SHB")
_YEARLESS = {"day_month": "full_date", "month": "month_year"}


@value()
class Framed:
    """A mention with its place among the letters of its sentence."""

    mention: DateMention
    first: int
    last: int


@cache
def grammar(*, month_first: bool, bare_year: bool, bare_month: bool) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """All frames as one pattern, and the rule of each of its groups; of frames that begin together the earlier wins."""
    first, *rest = _SHARED
    frames = [first, *(_MONTH_FIRST if month_first else ()), *rest, *_LATER]
    frames += [_BARE_YEAR] if bare_year else []
    frames += _BARE_MONTH if bare_month else ()
    alternatives = "|".join(f"({pattern})" for _, pattern in frames)
    return re.compile(rf"(?=[{_BEGINNERS}])(?:{alternatives})"), tuple(rule for rule, _ in frames)


def read(lexed: Lexed, pattern: re.Pattern[str], rules: tuple[str, ...]) -> tuple[Framed, ...]:
    """Every date in a sentence, in order, ranges cut to their start; offsets count within the sentence."""
    found: list[Framed] = []
    for match in pattern.finditer(lexed.letters):
        rule = rules[(match.lastindex or 1) - 1]
        first, last = match.start(), match.end()
        while last - first > 1 and lexed.letters[first] in _TRIM:
            first += 1
        while last - first > 1 and lexed.letters[last - 1] in _TRIM:
            last -= 1
        found.extend(_mentions(lexed, rule, first, last))
    return tuple(_join(found, lexed.letters))


def _mentions(lexed: Lexed, rule: str, first: int, last: int) -> Iterator[Framed]:
    """What a match tells: mostly one date; a list of days or years tells several, a range of years none."""
    letters = lexed.letters[first:last]
    counts = rule in _BY_RULE or _is_amount(letters)
    if rule == "years" or (counts and not _countable(lexed, first, letters)):
        return
    if rule == "day_list":
        yield from _day_list(lexed, first, last)
    elif rule == "year_list":
        for at in range(first, last):
            if lexed.letters[at] == "y":
                yield _one(lexed, "year", at, at + 1)
    else:
        yield _one(lexed, rule, first, last)


def _day_list(lexed: Lexed, first: int, last: int) -> Iterator[Framed]:
    """Days that share a month: every one of a list, the first of a range."""
    whole = _one(lexed, "full_date", first, last).mention
    rule = "full_date" if whole.year is not None else "day_month_relative_year" if whole.unit else "day_month"
    since = first
    for at in range(first, last):
        if lexed.letters[at] not in "dD":
            continue
        between, since = lexed.letters[since:at], at + 1
        if "-" in between or "q" in between:
            continue
        rest = lexed.letters[at + 1 : last]
        end = lexed.pieces[at].end if any(letter in "dD" for letter in rest) else whole.end
        day, start, role = lexed.pieces[at].value, lexed.pieces[at].start, "start" if _STRETCH.match(rest) else ""
        yield Framed(replace(whole, rule=rule, day=day, weekday=None, start=start, end=end, role=role), at, last)


def _one(lexed: Lexed, rule: str, first: int, last: int) -> Framed:
    """The mention of one match, its parts picked out by their letters."""
    letters = lexed.letters[first:last]
    packed = letters.find("F")
    weekday = _value(lexed, first, letters, "Ww")
    named, unit, offset, direction = _relation(lexed, rule, first, letters)
    if packed >= 0:
        number = lexed.pieces[first + packed].value
        year, month, day = number // 10000, number // 100 % 100, number % 100
        parts: tuple[int | None, int | None, int | None] = (year, month, day)
    elif rule in _BY_RULE or _is_amount(letters):
        parts = (None, None, None)
    elif "Z" in letters:
        parts = (_value(lexed, first, letters, "y"), 1, 1)
    elif rule == "edge":
        parts = _edge(lexed, first, letters)
    else:
        month_letters = "MNT" if rule in {"season", "month"} else "M"
        parts = (
            _value(lexed, first, letters, "yz"),
            _value(lexed, first, letters, month_letters),
            _value(lexed, first, letters, "dD"),
        )
    start, end = lexed.pieces[first].start, lexed.pieces[last - 1].end
    return Framed(DateMention(start, end, named, *parts, weekday, offset, unit, direction), first, last)


def _edge(lexed: Lexed, first: int, letters: str) -> tuple[int | None, int, int]:
    """Year, month and day of the first or last day of a year or month."""
    year, month = _value(lexed, first, letters, "yz"), _value(lexed, first, letters, "M")
    if _value(lexed, first, letters, "E") == 1:
        return year, month or 1, 1
    return year, month or 12, monthrange(year or 1, month or 12)[1]


def _relation(lexed: Lexed, rule: str, first: int, letters: str) -> tuple[str, str, int | None, str]:
    """Rule, unit, offset and direction of a mention that hangs on another day."""
    if rule == "eve":
        return rule, "day", -1, "past"
    if rule in _BY_RULE or _is_amount(letters):
        return _amount(lexed, rule, first, letters)
    for at, letter in enumerate(letters, first):
        if letter in _STORY_LETTERS:
            unit = lexed.pieces[at].unit
            return f"story_{unit if rule == 'story' else rule}", unit, lexed.pieces[at].value, ""
        if letter in "RVGA":
            unit = lexed.pieces[at].unit
            return f"relative_{unit}" if rule == "relative" else rule, unit, lexed.pieces[at].value, ""
        if letter in _PREFIX and rule in _PREFIXED:
            prefix, direction = _PREFIX[letter]
            return prefix + rule, "", None, direction
    return rule, "", None, ""


def _is_amount(letters: str) -> bool:
    """Whether a match counts days, weeks, months or years before or after."""
    return not _UNITS.isdisjoint(letters) and not _COUNTED.isdisjoint(letters)


def _countable(lexed: Lexed, first: int, letters: str) -> bool:
    """Whether so many units can be counted: "days ago" and "2.5 years ago" cannot, «неделю назад» is one week."""
    unit = _unit(lexed, first, letters)
    number = _value(lexed, first, letters, "kdDn")
    return bool(unit.unit) and bool(unit.value if number is None else number)


def _unit(lexed: Lexed, first: int, letters: str) -> Piece:
    """The unit that a match counts in; a piece without unit where its word is none."""
    pieces = (lexed.pieces[at] for at, letter in enumerate(letters, first) if letter in _UNITS)
    return next((piece for piece in pieces if piece.unit), lexed.pieces[first])


def _amount(lexed: Lexed, rule: str, first: int, letters: str) -> tuple[str, str, int | None, str]:
    """The same for a number of days, weeks, months or years before or after."""
    unit = _unit(lexed, first, letters).unit
    number = _value(lexed, first, letters, "kdDn")
    number = 1 if number is None else number
    if rule == "ago":
        return ("ago_today" if "R" in letters else "ago"), unit, -number, "past"
    if rule in {"within", "counted", "ahead"}:
        return rule, unit, number, "" if rule == "counted" else "future"
    return ("story_earlier", unit, -number, "") if "e" in letters else ("story_later", unit, number, "")


def _value(lexed: Lexed, first: int, letters: str, wanted: str) -> int | None:
    return next((lexed.pieces[first + at].value for at, letter in enumerate(letters) if letter in wanted), None)


def _join(found: list[Framed], letters: str) -> Iterator[Framed]:
    """Neighbours in a list lend each other their year; of a range only its start is kept."""
    held: Framed | None = None
    for following in found:
        here = following
        if held is not None:
            between = letters[held.last : here.first]
            if _RANGE.fullmatch(between) and _dated(held) and _dated(here):
                held = _lend(held, here)
                held = Framed(replace(held.mention, role="start"), held.first, here.last)
                continue
            if _AND.fullmatch(between):
                forward = _FORWARD.fullmatch(between) is not None  # "…, on May 5" begins a new thought
                held, here = _lend(held, here), _lend(here, held, forward=True) if forward else here
            yield held
        held = here
    if held is not None:
        yield held


def _dated(framed: Framed) -> bool:
    return framed.mention.month is not None and framed.mention.rule in {"full_date", "day_month", "month_year", "month"}


def _lend(to: Framed, giver: Framed, *, forward: bool = False) -> Framed:
    """`to` with the year of its neighbour, where it has none; forward only to a later day of that year."""
    mine, theirs = to.mention, giver.mention
    if mine.rule not in _YEARLESS or theirs.year is None or theirs.month is None or theirs.rule == "numeric":
        return to
    if forward and (
        (mine.day is None) != (theirs.day is None) or (mine.month or 0, mine.day or 0) < (theirs.month, theirs.day or 0)
    ):
        return to  # «в апреле 2013 года, 18 ноября одобрен»
    return replace(to, mention=replace(mine, year=theirs.year, rule=_YEARLESS[mine.rule]))
