"""What part a date plays in its sentence: start of effect, deadline, date inside a title, the dateline's own.

effective   takes effect on it (from, with effect from, с, ab, à compter du)
deadline    to be done by then (by, until, до, bis, avant le)
since       has been so since then (since, seit, depuis)
title       part of a document's name (the Agreement of 8 April 2010), no date of an act
dateline    the day the report was filed, before the story begins
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.recognise.dates.tables import Table
from pipeline.recognise.values import DateMention

_NAMING = frozenset({"full_date", "numeric", "day_month", "month_year", "year"})  # what names of documents carry
_ASIDE = frozenset({"quoted", "prenominal", "made"})  # looked for by themselves
_LOOK_BACK = 40  # characters: the longest words of a role, with an article
_QUOTE = re.compile(r'[«»“”„"《》「」『』]')
_NUMBERED = re.compile(r"(?<!\d)\d{1,6}(?:[./-]\d{1,6})?,?\s+[^\W\d_]{2,3}\s*\Z")  # a law's number, and "of"
_PLACE = re.compile(r"[^\W\d_]+(?:[\s'-]+[^\W\d_]+){0,3},\s*(?:[^\W\d_]{1,4}\s)?")  # "Helsinki, ", "New York, le "
_NAME_LENGTH = 220  # characters: how far before its date the name of a document may begin


def with_role(mention: DateMention, low: str, table: Table) -> DateMention | None:
    """The mention with its role; None where its year belongs to a noun that is no document ("the 2018 summit")."""
    title = _inside_title(low[: mention.start], table)
    before = low[max(0, mention.start - _NAME_LENGTH) : mention.start]
    if mention.rule == "bracketed_year":  # "the Convention (1980)"
        noun = before.rstrip(" (").rsplit(maxsplit=1)[-1:]
        named = table.instruments is not None and bool(noun) and table.instruments.match(noun[0]) is not None
        return replace(mention, role="title", rule="year") if named else mention
    if mention.rule == "of_year":
        if _names_document(before, table) or _document_follows(low[mention.end : mention.end + 60], table):
            return replace(mention, role="title", rule="year")
        if _NUMBERED.search(before):  # "approved by Decree No. 34 of 2021"
            return replace(mention, rule="year")
        alone = table.adverbial_year is not None and table.adverbial_year.search(before) is not None
        return replace(mention, rule="year") if alone else None
    behind = low[mention.end : mention.end + 1]
    role = (
        ("title" if title or _made(before, table) or _bracketed(before, behind, table) else _role(before, table))
        or _prenominal(before, low[mention.end : mention.end + 60], table)
        or _role_after(low[mention.end : mention.end + _LOOK_BACK], table)
    )
    if mention.role == "start":  # of a stretch of days: its "from" is no start of effect
        role = "title" if role == "title" else ""
    return replace(mention, role="" if role == "title" and mention.rule not in _NAMING else role)


def _made(before: str, table: Table) -> bool:
    """ "The Convention, done at Helsinki on 17 March 1992": where and when an instrument was made is part of its name."""
    words = next((pattern for role, pattern in table.roles if role == "made"), None)
    match = words.search(before) if words else None
    return match is not None and _names_document(before[: match.start()], table)


def _bracketed(before: str, behind: str, table: Table) -> bool:
    """ "The Convention (Helsinki, 17 March 1992)": place and day in brackets behind an instrument are part of its name."""
    opened = before.rfind("(")
    inside = before[opened + 1 :]
    return (
        behind == ")"
        and opened >= 0
        and _PLACE.fullmatch(inside) is not None
        and _names_document(before[:opened], table)
    )


def _role(before: str, table: Table) -> str:
    near = before[-_LOOK_BACK:]
    words = ((pattern.search(near), role) for role, pattern in table.roles if role not in _ASIDE)
    word = min(((match.start(), role) for match, role in words if match), default=(0, ""))[1]  # the longest words win
    if word == "plain":
        return ""
    if word == "title":
        return "" if _nearest_is_other(before, table) else "title"
    if word == "attributive":
        return "title" if _names_document(before, table) else ""
    return word


def _prenominal(before: str, after: str, table: Table) -> str:
    """ "the 14 March 2025 agreement": a name, if not the title itself."""
    articles = next((pattern for role, pattern in table.roles if role == "prenominal"), None)
    return "title" if articles and articles.search(before) and _document_follows(after, table) else ""


def _role_after(after: str, table: Table) -> str:
    return next((role for role, pattern in table.roles_after if pattern.match(after)), "")


def _inside_title(before: str, table: Table) -> bool:
    """Whether the date stands in quotation marks that open with a title ("On ratification of …", «Договор …»)."""
    opened = _open_quote(before)
    if opened < 0 or table.instruments is None:
        return False
    quoted = before[opened + 1 :].lstrip()
    if table.instruments.match(quoted):
        return True
    openers = next((pattern for role, pattern in table.roles if role == "quoted"), None)
    first = quoted.split(maxsplit=1)
    return openers is not None and bool(first) and openers.search(first[0]) is not None


def _open_quote(before: str) -> int:
    """Where the quotation begins that is still open at the end, -1 if none is. “ opens in English and closes „ in German."""
    opened = -1
    for mark in _QUOTE.finditer(before):
        sign, inside = mark.group(), before[opened] if opened >= 0 else ""
        closes = sign in "»”》」』" or (sign == "“" and inside == "„") or (sign == '"' and inside == '"')
        opened = -1 if closes else mark.start()
    return opened


def _last(text: str, table: Table, *, documents: bool) -> int:
    """Where the last noun for an instrument, or for another document or occasion, begins; -1 where there is none."""
    pattern = table.documents if documents else table.instruments
    found = -1
    if pattern is not None:
        for match in pattern.finditer(text):
            found = match.start()
    return found


def _names_document(before: str, table: Table) -> bool:
    """Whether an instrument is the nearest noun of its kind before the date, in the same clause."""
    clause = before[max(before.rfind(mark) for mark in ".;:!?") + 1 :]
    return _last(clause, table, documents=False) > _last(clause, table, documents=True)


def _nearest_is_other(before: str, table: Table) -> bool:
    """Whether a law, decree, meeting … rather than an instrument stands nearest before the date."""
    return _last(before, table, documents=True) > _last(before, table, documents=False)


def _document_follows(after: str, table: Table) -> bool:
    words = after.split()[:4]
    return table.instruments is not None and any(table.instruments.match(word) for word in words)
