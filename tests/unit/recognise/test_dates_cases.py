"""Dates as data: every sentence of tests/cases/dates, with the dates it tells and what they mean."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.model import PartialDate
from pipeline.recognise.dates import dateline, find, resolve
from pipeline.recognise.sentences import sentence

FOLDER = Path(__file__).parents[2] / "cases" / "dates"
DATELINES = FOLDER / "datelines.toml"
PAST = {"past": True, "planned": False, "open": None}


def cases() -> Iterator[object]:
    """Each case with its language; in light.toml the language is the case's first word."""
    for file in sorted(set(FOLDER.glob("*.toml")) - {DATELINES}):
        for number, (text, *rest) in enumerate(tomllib.loads(file.read_text("utf-8"))["cases"], 1):
            language, words = text.split(" ", 1) if file.stem == "light" else (file.stem, text)
            yield pytest.param(language, words, *rest[:2], tuple(rest[2:]), id=f"{file.stem}-{number}")


@pytest.mark.parametrize(("language", "text", "published", "past", "expected"), list(cases()))
def test_dates_of_a_sentence(language: str, text: str, published: str, past: str, expected: tuple[str, ...]) -> None:
    """Exactly the dates of the case are found, at the right words, with the right role and meaning."""
    told = date.fromisoformat(published) if published else None
    seen = []
    for mention in find(sentence(text, start=100), language):
        dated = resolve(mention, published=told, dateline=None, past=PAST[past])
        role = f"@{mention.role}" if mention.role else ""
        seen.append(f"{text[mention.start - 100 : mention.end - 100]}={dated.date if dated else '-'}{role}")
    assert tuple(seen) == expected


@pytest.mark.parametrize(
    ("language", "least"),
    [("en", 25), ("ru", 25), *((lang, 10) for lang in ["uk", "be", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk"])],
)
def test_every_language_has_its_cases(language: str, least: int) -> None:
    """No language loses its cases unnoticed."""
    assert len(tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["cases"]) >= least


@pytest.mark.parametrize(
    ("language", "text", "published", "expected"), tomllib.loads(DATELINES.read_text("utf-8"))["datelines"]
)
def test_dateline(language: str, text: str, published: str, expected: str) -> None:
    """The day a report was filed is read from its opening, and from nothing that only looks like one."""
    found = dateline(text, language, date.fromisoformat(published) if published else None)
    assert (found.isoformat() if found else "-") == expected


def test_the_dateline_among_a_sentences_dates_is_marked() -> None:
    """A dateline's day is no day of an act; only opening sentences have one."""
    text = "WASHINGTON, April 26 -- On July 1 the deal will enter into force."
    assert [mention.role for mention in find(sentence(text), "en")] == ["dateline", ""]
    assert [mention.role for mention in find(sentence(text, index=5), "en")] == ["", ""]


def phrases() -> Iterator[object]:
    """Each phrase of times.toml with its language, its frame and what it means."""
    told = tomllib.loads((FOLDER.parent / "recognise" / "times.toml").read_text("utf-8"))
    for language, table in told.items():
        for meaning, texts in table.items():
            if meaning != "frame":
                yield from (
                    pytest.param(language, table["frame"], text, meaning, id=f"{language}: {text}") for text in texts
                )


@pytest.mark.parametrize(("language", "frame", "phrase", "meaning"), list(phrases()))
def test_a_phrase_of_time(language: str, frame: str, phrase: str, meaning: str) -> None:
    """Every way of saying when means its day, after a sentence that told of 14 May 2024."""
    dated = [
        resolve(m, published=date(2026, 3, 18), dateline=None, past=True, previous=PartialDate(2024, 5, 14))
        for m in find(sentence(frame.format(phrase), index=5), language)
        if m.role != "title"
    ]
    assert {str(d.date) for d in dated if d is not None} == {meaning}
