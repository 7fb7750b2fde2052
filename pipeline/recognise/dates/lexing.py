"""A sentence as the string of letters that the frames of dates are patterns of (`tables` says which letters there are)."""

from __future__ import annotations

import re

from pipeline.recognise.dates.tables import SIGNS, Lexeme, Table
from pipeline.recognise.immutable import value

FIRST_YEAR, LAST_YEAR = 1900, 2100
OLDEST_YEAR = 1600  # only beside a month: "Feb. 17, 1815" is a date, "1815" may be a number of anything

_SUFFIX = r"(?:st|nd|rd|th|er|re|º|ª|°)|-?(?:го|му|ми|м|е|й|х|ого|ому|ом|га|м|і|ы|та|ті|ші|шы|чи|чы|ти|ма)"
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+)"  # the most of them first
    r"|(?P<sign>[^\w\s]|_)"
    r"|(?P<iso>\d{4}-\d{1,2}-\d{1,2}(?!\d))"
    r"|(?P<figures>\d{1,2}(?P<by>[./-])\d{1,2}(?P=by)\d{4}(?!\d))"
    r"|(?P<amount>\d{1,3}(?:[ ,.   '’]\d{3})+(?![\d])|\d+[.,]\d{1,3}(?![\d.]\d?)|\d+(?:\.\d+){2,}|\d+/\d+)"
    rf"|(?P<ordinal>\d+(?:{_SUFFIX})(?!\w))"
    r"|(?P<number>\d+)"
)
_SIGN_LETTERS = {
    ".": "_", ",": ",", "،": ",", "-": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "/": "/", "'": "'", "’": "'", "(": "<",
    ")": ">", "$": "$", "€": "$", "£": "$", "№": "$", "#": "$", "%": "v",
}  # fmt: skip
_YEAR = re.compile(r"\d(?<!\d\d)\d{3}(?!\d)")
_LONGEST_FIGURE = 12  # characters: no part of a date is longer, and endless figures are costly to read
_DIGITS = re.compile(r"\d+")


@value()
class Piece:
    """A word, phrase or figure that may belong to a date: its place in the sentence, its number and its unit."""

    start: int
    end: int
    value: int
    unit: str


_NOTHING = Piece(0, 0, 0, "")  # words and signs that no date begins or ends with; most of a sentence


@value()
class Lexed:
    """One letter for each word, phrase, figure or sign, and what each of them is."""

    letters: str
    pieces: tuple[Piece, ...]


def lex(low: str, text: str, table: Table, *, month_first: bool = False) -> Lexed:
    """Cut a lower-cased sentence; `text` is the same in its own case, `month_first` reads 01/14/2026."""
    found = list(_TOKEN.finditer(low))
    letters: list[str] = []
    pieces: list[Piece] = []
    instruments = table.instruments if _YEAR.search(low) else None
    at = 0
    while at < len(found):
        match = found[at]
        kind, word = match.lastgroup, match.group()
        letter, piece, taken = "0", _NOTHING, 1
        if kind == "word":
            lexeme = table.words.get(word)
            if word in table.openers and (longer := _phrase(found, at, table)):
                lexeme, taken = longer
            elif lexeme is not None and word in table.capitals and not text[match.start()].isupper():
                lexeme = None
            if lexeme is not None:
                letter = lexeme.letter
                piece = Piece(match.start(), found[at + taken - 1].end(), lexeme.value, lexeme.unit)
            elif instruments is not None and instruments.match(word) and not table.sets_apart(word):
                letter = "i"
        elif kind == "sign":
            letter = _SIGN_LETTERS.get(word, "1")
        else:
            letter, value = _figures(kind or "", word, month_first=month_first)
            piece = Piece(match.start(), match.end(), value, "")
        letters.append(letter)
        pieces.append(piece)
        at += taken
    return Lexed("".join(letters), tuple(pieces))


def _phrase(found: list[re.Match[str]], at: int, table: Table) -> tuple[Lexeme, int] | None:
    """The longest phrase that begins here, and of how many pieces it is made."""
    if at + 1 >= len(found):
        return None
    second = found[at + 1].group()
    for spelled, lexeme in table.phrases.get((found[at].group(), SIGNS.get(second, second)), ()):
        here = (match.group() for match in found[at : at + len(spelled)])
        if tuple(SIGNS.get(piece, piece) for piece in here) == spelled:
            return lexeme, len(spelled)
    return None


def _figures(kind: str, piece: str, *, month_first: bool) -> tuple[str, int]:
    """The letter and value of a piece of figures; a date all in figures is packed as yyyymmdd."""
    if kind == "amount" or len(piece) > _LONGEST_FIGURE:
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
