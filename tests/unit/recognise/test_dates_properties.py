"""Dates under any text and any calendar: nothing raises, the past stays past, and every written date is read back."""

import pickle
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.model import PartialDate
from pipeline.recognise.dates import DateTables, dateline, find, resolve
from pipeline.recognise.dates.tables import build, read_table, shared_tables
from pipeline.recognise.sentences import sentence
from pipeline.recognise.values import DateMention

LANGUAGES = ["en", "ru", "uk", "be", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk", "ky", "mk", "bg"]
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
RECENT = st.dates(min_value=date(1995, 1, 1), max_value=date(2035, 12, 31))


def vocabulary(language: str) -> list[str]:
    """The words a language tells time with, some figures and some signs: what texts of dates are made of."""
    if language == "zh":
        return list("年月日号天周一二三十上下本今明昨去前后底0123456789《》第季度 半")
    table = shared_tables().of(language)
    phrases = [" ".join(spelled) for group in table.phrases.values() for spelled, _ in group]
    figures = [
        "1",
        "14",
        "31",
        "2025",
        "1999",
        "1815",
        "2.5",
        "14.01.2026",
        "2026-02-30",
        "31/12/2025",
        "99999999999",
        "14th",
        "٣",
    ]
    return sorted({*table.words, *phrases, *figures, ",", ".", "-", "(", ")", "«", "»", "\n", "'", "/", "№"})


def texts(language: str) -> st.SearchStrategy[str]:
    """Random texts, and random heaps of the language's own words for time."""
    heap = st.lists(st.sampled_from(vocabulary(language)), max_size=12)
    return st.one_of(st.text(max_size=80), heap.map("".join if language == "zh" else " ".join))


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
@settings(max_examples=40, deadline=None)
@given(
    data=st.data(), published=st.none() | RECENT, filed=st.none() | RECENT, past=st.sampled_from([True, False, None])
)
def test_no_text_raises_and_the_past_stays_past(
    language: str, data: st.DataObject, published: date | None, filed: date | None, past: bool | None
) -> None:
    """Mentions lie in the text, in order; an act of the past is never later than the day after publication."""
    text = data.draw(texts(language))
    previous = data.draw(st.none() | DAYS.map(PartialDate.of))
    read = sentence(text, start=7)
    end = 0
    for mention in find(read, language):
        assert end <= mention.start - 7 < mention.end - 7 <= len(text)
        end = mention.end - 7
        dated = resolve(mention, published=published, dateline=filed, past=past, previous=previous)
        if dated is None:
            continue
        assert 1600 <= dated.date.year <= 2100
        if past and mention.year is None and published is not None:
            assert dated.date.first <= published + timedelta(days=1)
    day = dateline(text, language, published)
    assert (
        day is None
        or published is None
        or day <= published + timedelta(days=1)
        or str(day.year) in repr(text)
        or day.year
    )


@pytest.mark.parametrize("style", ["long", "full"])
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=40, deadline=None)
@given(day=DAYS)
def test_a_written_date_is_read_back(language: str, style: str, day: date) -> None:
    """CLDR's long and full forms of any day, in every language, give that day."""
    text = f"— {format_date(day, style, locale=language)} —"
    found = [resolve(mention, published=None, dateline=None, past=None) for mention in find(sentence(text), language)]
    assert [str(dated.date) for dated in found if dated] == [day.isoformat()], text


@pytest.mark.parametrize("language", LANGUAGES)
@given(day=DAYS)
@settings(max_examples=20, deadline=None)
def test_figures_are_read_in_every_language(language: str, day: date) -> None:
    """ISO dates mean the same everywhere; with stops, the day comes first."""
    text = f"({day.isoformat()}; {day.day:02d}.{day.month:02d}.{day.year})"
    found = find(sentence(text), language)
    assert [(m.year, m.month, m.day) for m in found] == [(day.year, day.month, day.day)] * 2


@given(published=RECENT, back=st.integers(min_value=0, max_value=360))
def test_a_day_without_a_year_is_the_latest_or_the_earliest(published: date, back: int) -> None:
    """Told of the past, a day and month mean the last such day; of a plan within ten months, the next."""
    then = published - timedelta(days=back)
    mention = DateMention(0, 1, "day_month", None, then.month, then.day)
    found = resolve(mention, published=published, dateline=None, past=True)
    if (then.month, then.day) != (2, 29):
        assert found is not None
        tomorrow = published + timedelta(days=1)
        again = (tomorrow.month, tomorrow.day) == (then.month, then.day)
        assert found.date == PartialDate.of(tomorrow if again else then)
    ahead = published + timedelta(days=min(back, 299))
    planned = DateMention(0, 1, "day_month", None, ahead.month, ahead.day)
    soon = resolve(planned, published=published, dateline=None, past=False)
    assert soon is not None
    assert soon.date == PartialDate.of(ahead)


def test_the_dateline_counts_before_the_publication() -> None:
    """ "Today" is the dateline's day, unless that is no day on which the article could have been published."""
    today = DateMention(0, 1, "relative_day", offset=0, unit="day")
    told = date(2026, 1, 15)
    for filed, meant in ((date(2026, 1, 14), date(2026, 1, 14)), (date(2025, 1, 14), told), (date(2026, 3, 1), told)):
        found = resolve(today, published=told, dateline=filed, past=True)
        assert found is not None
        assert found.date == PartialDate.of(meant)


@pytest.mark.parametrize(
    ("text", "language", "previous", "expected"),
    [
        ("The same day it was submitted.", "en", "2006-04-29", "2006-04-29"),
        ("A day earlier it was approved.", "en", "2026-01-14", "2026-01-13"),
        ("Two days later it was published.", "en", "2026-01-14", "2026-01-16"),
        ("It was approved on February 28.", "en", "2019-02-22", "2019-02-28"),
        ("It was approved on February 20.", "en", "2019-02-22", None),
        ("It followed in September.", "en", "2018-03", "2018-09"),
        ("Тогда же подписана декларация.", "ru", "2025-08-08", "2025-08-08"),
        ("Сенат одобрил его в ноябре следующего года.", "ru", "2022", "2023-11"),
        ("Закон подписан 30-го числа того же месяца.", "ru", "2023-11", "2023-11-30"),
        ("В том же году закон подписан.", "ru", "2023-11-30", "2023"),
        ("Le lendemain, le texte a été signé.", "fr", "2026-01-14", "2026-01-15"),
        ("Am selben Tag wurde es unterzeichnet.", "de", "2026-01-14", "2026-01-14"),
        ("次日签署协定。", "zh", "2026-01-14", "2026-01-15"),
    ],
)
def test_what_hangs_on_the_date_told_before(text: str, language: str, previous: str, expected: str | None) -> None:
    """With the story's last date such words have a meaning, without it none."""
    (mention,) = find(sentence(text), language)
    nothing = resolve(mention, published=None, dateline=None, past=True)
    found = resolve(mention, published=None, dateline=None, past=True, previous=PartialDate.parse(previous))
    assert nothing is None
    assert (str(found.date) if found else None) == expected


def test_leap_day_without_a_year() -> None:
    """29 February is looked for in leap years only; of a plan too."""
    mention = DateMention(0, 1, "day_month", None, 2, 29)
    past = resolve(mention, published=date(2026, 1, 14), dateline=None, past=True)
    assert past is not None
    assert str(past.date) == "2024-02-29"


def test_tables_can_be_sent_to_a_worker_and_refuse_what_is_wrong() -> None:
    """The tables are plain values; a word with two meanings or an unknown section is named."""
    assert pickle.loads(pickle.dumps(DateTables.load())) == DateTables.load()
    with pytest.raises(ValueError, match="unknown sections"):
        build("en", {"monhts": {}})
    with pytest.raises(ValueError, match="is Lexeme"):
        build("en", {"months": {"1": ["may"], "5": ["may"]}})


@pytest.mark.parametrize("text", ["months = 3", "[months", '[relative.decade]\n1 = ["soon"]', '[roles]\nx = ["by"]'])
def test_a_malformed_table_names_its_file(text: str, tmp_path: Path) -> None:
    """What is wrong in a language's file is said with the file's name, not as a stack trace."""
    (tmp_path / "en.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=r"dates/data/en\.toml"):
        read_table(tmp_path / "en.toml")
