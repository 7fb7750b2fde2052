"""Every time expression of a sentence, unresolved."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.recognise.dates import chinese
from pipeline.recognise.dates.frames import grammar, read
from pipeline.recognise.dates.heads import is_dateline
from pipeline.recognise.dates.lexing import lex
from pipeline.recognise.dates.roles import with_role
from pipeline.recognise.dates.tables import DateTables, Table, shared_tables
from pipeline.recognise.values import DateMention, Sentence

_WORDS = re.compile(r"[^\W\d_]+")
_SPANS = frozenset({"counted", "within", "ahead"})
_DATE_LETTERS = frozenset("MWw")
_OPENING = range(2)  # sentences: a dateline's stops may cut it off from its story
_WHOSE = re.compile(
    r"(?:его|её|ее|их|його|її|їх|яго|яе)\s+"
)  # «накануне его визита» is no day, «накануне его одобрил» is
_AND = re.compile(r"(?<!\w)و(?=(?:بعد|قبل|في|منذ|خلال|أمس|اليوم)(?!\w))")  # written as one word with what it joins
_FIGURE = re.compile(r"\d(?:(?<!\d\d)\d{3}(?!\d)|[./-]\d|(?:st|nd|rd|th)(?!\w))")


def find(sentence: Sentence, language: str, tables: DateTables | None = None) -> tuple[DateMention, ...]:
    """The dates a sentence tells, in order, with offsets of the article's text; () in nearly all sentences, and quickly.

    `language`: a language tag; of an unknown one only dates in figures are read. `tables`: as loaded once by
    `DateTables.load`; without them this process's own are used.
    """
    found = find_in(sentence.text, sentence.low, language, tables or shared_tables())
    return tuple(_placed(mention, sentence) for mention in found)


def _placed(mention: DateMention, sentence: Sentence) -> DateMention:
    """The mention with offsets of the article, and marked where it is the dateline of an opening sentence."""
    role = "dateline" if sentence.index in _OPENING and is_dateline(mention, sentence.text) else mention.role
    return replace(mention, start=mention.start + sentence.start, end=mention.end + sentence.start, role=role)


def find_in(text: str, low: str, language: str, tables: DateTables) -> tuple[DateMention, ...]:
    """The same for a bare text and its lower-cased form; offsets count within it."""
    if language.startswith("zh"):
        return chinese.find_in(low)
    table = tables.of(language)
    if language.startswith("ar"):
        low = _AND.sub(" ", low)
    if not tells_time(low, table):
        return ()
    lexed = lex(low, text, table, month_first=language.lower() == "en-us")
    pattern, rules = grammar(month_first=table.month_first, bare_year=table.bare_year, bare_month=table.bare_month)
    mentions = (_checked(framed.mention, low, table) for framed in read(lexed, pattern, rules))
    return tuple(mention for mention in mentions if mention is not None)


def tells_time(low: str, table: Table) -> bool:
    """Whether the sentence holds a year's figures or a word of time at all: nothing else need be looked at."""
    return _FIGURE.search(low) is not None or not table.gate.isdisjoint(_WORDS.findall(low))


def _checked(mention: DateMention, low: str, table: Table) -> DateMention | None:
    from_event = _from_event(mention, low, table)
    if from_event is not None or mention.rule == "counted":
        return from_event
    if (mention.rule == "eve" or mention.rule.startswith("story_")) and _is_preposition(mention, low, table):
        return None
    if mention.rule in {"within", "ahead"} and _next_word(mention, low) in table.counted_from:
        return None  # "within 30 days of ratification"
    if mention.rule == "year_with_word":  # «договор 2010 года» against „2010 yılında"
        mention = replace(mention, rule="of_year" if table.genitive_year else "year")
    if _points(mention, low, table):
        mention = replace(mention, rule="story_year", unit="year", offset=0)
    if low[mention.start : mention.end] in table.lasting:
        return replace(mention, role="since")
    return with_role(mention, low, table)


def _points(mention: DateMention, low: str, table: Table) -> bool:
    """ "That December": of the year told before."""
    bare = mention.month is not None and mention.year is None and mention.day is None and not mention.unit
    return bare and low[mention.start : mention.end].partition(" ")[0] in table.pointing


def _from_event(mention: DateMention, low: str, table: Table) -> DateMention | None:
    """A span that a clause counts from ("eight months after it was signed"): how far that clause lies from the rest; else None."""
    if mention.rule not in _SPANS and not mention.rule.startswith("story_"):
        return None
    offset, following = mention.offset or 0, _next_word(mention, low)
    behind = low[mention.end :].lstrip().removeprefix(following).lstrip()
    if following in table.after_event | table.before_event and not behind[:1].isalnum():  # "two days before."
        later = following in table.after_event
        return replace(
            mention, rule="story_later" if later else "story_earlier", offset=abs(offset) if later else -abs(offset)
        )
    if low[: mention.start].rstrip().endswith(" to") or behind[:1].isdigit() or _first(behind, table) in _DATE_LETTERS:
        return None  # "two years to the day after", "thirty days after January 1"
    if following in table.after_event:
        offset = -abs(offset)
    elif following in table.before_event:
        offset = abs(offset)
    elif mention.rule.startswith("story_") and offset and _is_preposition(mention, low, table):
        offset = -offset
    else:
        return None
    return replace(mention, rule="story_event", offset=offset, direction="")


def _first(text: str, table: Table) -> str:
    """The letter of a text's first word; "0" where it is no word of time."""
    word = _WORDS.match(text)
    lexeme = table.words.get(word.group()) if word is not None else None
    return lexeme.letter if lexeme is not None else "0"


def _next_word(mention: DateMention, low: str) -> str:
    found = _WORDS.match(low[mention.end :].lstrip())
    return found.group() if found else ""


def _is_preposition(mention: DateMention, low: str, table: Table) -> bool:
    """«накануне саммита», "the day before the vote" are no days: their last word governs the noun that follows."""
    after = low[mention.end :].lstrip()
    if low[mention.start : mention.end].rsplit(maxsplit=1)[-1] in table.governing and after[:1].isalnum():
        return True
    after = _WHOSE.sub("", after, count=1)
    return table.eve_blocked is not None and table.eve_blocked.match(after) is not None
