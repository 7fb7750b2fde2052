"""A sentence as the string of letters that the frames of dates are patterns of (`tables` says which letters there are)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.recognise.dates.tables import SIGNS, Lexeme, Table

FIRST_YEAR, LAST_YEAR = 1900, 2100
OLDEST_YEAR = 1600  # only beside a month: "Feb. 17, 1815" is a date, "1815" may be a number of anything

_SUFFIX = r"(?:st|nd|rd|th|er|re|º|ª|°)|-?(?:го|му|ми|м|е|й|х|ого|ому|ом|га|м|і|ы|та|ті|ші|шы|чи|чы|ти|ма)"
_TOKEN = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2}(?!\d))"
    r"|(?P<figures>\d{1,2}(?P<by>[./-])\d{1,2}(?P=by)\d{4}(?!\d))"
    r"|(?P<amount>\d{1,3}(?:[ ,.   '’]\d{3})+(?![\d])|\d+[.,]\d{1,3}(?![\d.]\d?)|\d+(?:\.\d+){2,}|\d+/\d+)"
    rf"|(?P<ordinal>\d+(?:{_SUFFIX})(?!\w))"
    r"|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<sign>[^\w\s]|_)"
)
_SIGN_LETTERS = {".": "_", ",": ",", "-": "-", "/": "/", "'": "'", "(": "<", ")": ">", "$": "$", "€": "$", "£": "$", "№": "$", "#": "$", "%": "v"}  # fmt: skip
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Lexed:
    """One letter for each word or phrase, with its place in the sentence, its number and its unit."""

    letters: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    values: tuple[int, ...]
    units: tuple[str, ...]


def lex(low: str, text: str, table: Table, *, month_first: bool = False) -> Lexed:
    """Cut a lower-cased sentence; `text` is the same in its own case, `month_first` reads 01/14/2026."""
    raw = [(m.lastgroup, m.start(), m.end()) for m in _TOKEN.finditer(low)]
    words = [SIGNS.get(piece, piece) for piece in (low[start:end] for _, start, end in raw)]
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    values: list[int] = []
    units: list[str] = []
    at = 0
    while at < len(raw):
        kind, start, end = raw[at]
        word = words[at]
        taken = 1
        if kind in {"word", "sign"}:
            lexeme, taken = _look_up(words, at, table, capital=text[start : start + 1].isupper())
            end = raw[at + taken - 1][2]
            letter = lexeme.letter if lexeme else _other(kind, word, table)
            value, unit = (lexeme.value, lexeme.unit) if lexeme else (0, "")
        else:
            letter, value = _figures(kind or "", word, month_first=month_first)
            unit = ""
        letters.append(letter)
        starts.append(start)
        ends.append(end)
        values.append(value)
        units.append(unit)
        at += taken
    return Lexed("".join(letters), tuple(starts), tuple(ends), tuple(values), tuple(units))


def _look_up(words: list[str], at: int, table: Table, *, capital: bool) -> tuple[Lexeme | None, int]:
    """The phrase or word that begins here, and of how many pieces it is made."""
    word = words[at]
    for spelled, lexeme in table.phrases.get(word, ()):
        if tuple(words[at : at + len(spelled)]) == spelled:
            return lexeme, len(spelled)
    found = table.words.get(word)
    if found is not None and not capital and word in table.capitals:
        return None, 1
    return found, 1


def _other(kind: str | None, word: str, table: Table) -> str:
    if kind == "sign":
        return _SIGN_LETTERS.get(word, "1")
    return "i" if table.instruments is not None and table.instruments.match(word) else "0"


def _figures(kind: str, piece: str, *, month_first: bool) -> tuple[str, int]:
    """The letter and value of a piece of figures; a date all in figures is packed as yyyymmdd."""
    if kind == "amount":
        return "n", 0
    numbers = [int(run) for run in _DIGITS.findall(piece)]
    if kind == "iso":
        year, month, day = numbers
        return "F", year * 10000 + month * 100 + day
    if kind == "figures":
        first, second, year = numbers
        swap = first <= 12 and (second > 12 or month_first)
        day, month = (second, first) if swap else (first, second)
        return "F", year * 10000 + month * 100 + day
    number = numbers[0]
    if 1 <= number <= 31 and len(piece) <= 6:
        return ("D" if kind == "ordinal" else "d"), number
    if len(_DIGITS.match(piece)[0]) == 4 and OLDEST_YEAR <= number <= LAST_YEAR:  # type: ignore[index]
        return ("y" if number >= FIRST_YEAR else "z"), number
    return "n", min(number, 10_000)
