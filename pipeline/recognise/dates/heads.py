"""Where a report's dateline ends and its story begins: nothing but places before the date, a closing sign behind it."""

from __future__ import annotations

import re

from pipeline.recognise.values import DateMention

_RULES = frozenset({"full_date", "day_month", "numeric", "day_of_month"})
_PLACES = 90  # characters: "MOSCOW, KREMLIN (Reuters) " and the like
_JUNK = re.compile(r"\s*date\s+\d\S*\s+")  # left by extraction before the text proper
_SOURCE = re.compile(r"\([^()]{1,30}\)|/[^/]{1,30}/")
_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = frozenset({
    "de", "del", "la", "le", "las", "los", "el", "of", "on", "am", "und", "du", "do", "da", "al", "a", "der",
    "den", "the", "upon", "на", "над", "и", "em", "en", "في",
})  # fmt: skip
_NO_PLACE = frozenset({
    "on", "in", "at", "by", "since", "from", "until", "till", "before", "after", "as", "im", "ab", "bis", "seit",
    "vor", "am", "zum", "dès", "depuis", "avant", "desde", "hasta", "antes", "até", "с", "со", "в", "во", "к",
    "до", "от", "за", "после", "з", "із", "у", "від", "да", "ад", "од", "през", "منذ", "حتى", "قبل",
    "بعد", "قانون",
})  # fmt: skip
_CLOSING = re.compile(
    r"\s*(?:(?:г|р|года|года|року|year|ж)(?!\w)\.?)?\s*(?:[./:(\[–—]|-\s|--|,\s*[A-Z]{2,9}\s*[:–—-]|\Z)"
)
_CLOSING_SIGN = re.compile(r"\s*[/:(\[–—-]")
_FEW = 3  # words, "القاهرة في" among them
_PLACE_BEHIND = re.compile(r",\s*([^\W\d_][\w. -]{1,30}?)\s*[(/:–—]")
_CHINESE = re.compile(r"[^\d。,，]{0,20}(?:(?:\d{4}年)?\d{1,2}月)?\d{1,2}日\s?(?:电|電|讯|訊|消息)")


def is_dateline(mention: DateMention, text: str) -> bool:
    """Whether this date, with offsets in the text it was found in, is the dateline that the text opens with."""
    if mention.rule not in _RULES or mention.day is None or mention.start > _PLACES:
        return False
    chinese = _CHINESE.match(text)
    if chinese is not None and mention.end <= chinese.end():
        return True
    before = _JUNK.sub("", text[: mention.start], count=1)
    if not _WORD.search(before):
        return _opens_alone(text[mention.end : mention.end + 60])
    if before.lower() == before.upper():  # a script without capitals: a full stop might end any short sentence
        return _CLOSING_SIGN.match(text, mention.end) is not None and len(_WORD.findall(before)) <= _FEW
    return _CLOSING.match(text, mention.end) is not None and _only_places(_SOURCE.sub(" ", before))


def _opens_alone(after: str) -> bool:
    """A date before its place ("13 March, Minsk /Corr. BelTA/"), or with none ("March 21: today …", "Nov. 5 (UPI) --")."""
    if re.match(r"\s*(?::|\([A-Z]{2,9}\)\s*[–—-])", after):
        return True
    behind = _PLACE_BEHIND.match(after)
    return behind is not None and behind[1][0].isupper() and len(behind[1].split()) <= 3


def _only_places(before: str) -> bool:
    """Words as places have them: capitals, with at most "de", "on" … between."""
    if any(mark.isdigit() or mark in ';:!?"«»' for mark in before):
        return False
    words = _WORD.findall(before)
    while words and words[-1].lower() in _INSIDE and not words[-1].isupper():
        words.pop()
    if not 0 < len(words) <= 8 or words[0].lower() in _NO_PLACE:
        return False
    return all(word[0].isupper() or word in _INSIDE for word in words)
