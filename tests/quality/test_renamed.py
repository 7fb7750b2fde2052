"""The figures do not hang on names: twenty articles keep theirs when their parties and subjects are other ones (renamed.toml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.cli.evaluate import _expected
from pipeline.model import Finding, Watchlist
from pipeline.recognise import Recogniser
from pipeline.recognise.evaluate import Expected, Report, score
from pipeline.recognise.linker import Linker
from pipeline.recognise.linking import Index
from pipeline.recognise.parties import Names
from pipeline.recognise.sieve import Sieve
from pipeline.scan import scan
from pipeline.settings.lists import load_watchlist
from tests.quality.renaming import Renaming, Row, article, in_languages, renamings

HERE = Path(__file__).parent
SETS = HERE / "sets"
RENAMINGS = tuple(renamings(HERE / "renamed.toml"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.slow
LOSS = 0.035  # of any figure, at most: one alert of the thirty is .033


@dataclass(frozen=True)
class Told:
    """An article's labels and what was found in it, by names as they were and by new ones."""

    expected: tuple[list[Expected], list[Expected]]
    found: tuple[list[Finding], list[Finding]]


@lru_cache(maxsize=1)
def first() -> Recogniser:
    """One recogniser, whose languages all others share."""
    return Recogniser.build(Watchlist(()))


@lru_cache(maxsize=4)
def tracked(name: str) -> Watchlist:
    """A set's watchlist."""
    watchlist, problems = load_watchlist(SETS / f"{name}-watchlist.toml")
    assert not problems
    return watchlist


@lru_cache(maxsize=12)
def before(name: str, language: str) -> Recogniser:
    """The reader of a set's articles as they are."""
    return reader_of(in_languages(tracked(name), {"en", language}))


def reader_of(watchlist: Watchlist) -> Recogniser:
    """The recogniser for a watchlist."""
    base = first()
    linker = Linker.build(Index.build(watchlist, base.names), watchlist.agreements)
    sieve = Sieve.build(base.lexicons, linker.index, base.names, discover=True)
    return replace(base, watchlist=watchlist, linker=linker, sieve=sieve)


def found(row: Row, reader: Recogniser) -> list[Finding]:
    """What an article tells."""
    return list(scan(reader, row, NOW).recognition.findings)


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    """All of the articles, read twice."""
    result = {}
    for one in RENAMINGS:
        row = article(SETS / f"{one.set}.jsonl", one.id)
        language, renamed = row["lang"], one.row(row)
        after = reader_of(one.watchlist(tracked(one.set), language))
        result[one.id] = Told(
            ([_expected(e) for e in row["events"]], [_expected(e) for e in renamed["events"]]),
            (found(row, before(one.set, language)), found(renamed, after)),
        )
    return result


def reports(told: dict[str, Told]) -> Iterator[Report]:
    """The figures before and after."""
    for side in (0, 1):
        yield score(
            {key: one.expected[side] for key, one in told.items()}, {key: one.found[side] for key, one in told.items()}
        )


def test_figures_hold_under_other_names(told: dict[str, Told]) -> None:
    """Alerts (precision, recall), events and links are no lower than they were, by more than a little."""
    old, new = reports(told)
    for what, was, now in (
        ("alerts precision", old.alerts.precision, new.alerts.precision),
        ("alerts recall", old.alerts.recall, new.alerts.recall),
        ("events F1", old.events.f1, new.events.f1),
        ("links F1", old.links.f1, new.links.f1),
    ):
        assert now >= was - LOSS, f"{what} {was:.3f} -> {now:.3f}"
    assert new.noisy == 0


def test_the_articles_are_of_many_kinds() -> None:
    """Twenty, in six languages, of four sets."""
    languages = [article(SETS / f"{one.set}.jsonl", one.id)["lang"] for one in RENAMINGS]
    assert len({one.id for one in RENAMINGS}) == 20
    assert languages.count("en") >= 12
    assert languages.count("ru") >= 4
    assert len(set(languages)) >= 6


@pytest.mark.parametrize("one", RENAMINGS, ids=lambda one: one.id)
def test_nothing_of_the_old_parties_is_left(one: Renaming) -> None:
    """No name of an old party is found in a renamed text or in a title of a new party; no new party was tracked before."""
    row, names = article(SETS / f"{one.set}.jsonl", one.id), first().names
    language, renamed = row["lang"], one.row(row)
    for side in (row, renamed):
        assert all(event["evidence"] in side["text"] for event in side["events"])
    watchlist = tracked(one.set)
    assert not {code for a in watchlist.agreements for code in a.parties} & set(one.codes.values())
    texts = [(language, renamed["title"]), (language, renamed["text"])]
    for agreement in one.watchlist(watchlist, language).agreements:
        if set(agreement.parties) & set(one.codes.values()):
            texts += [("en", agreement.title), *agreement.titles]
    assert not list(left(names, texts, set(one.codes)))


def left(names: Names, texts: Iterable[tuple[str, str]], codes: set[str]) -> Iterator[tuple[str, str]]:
    """The old parties' names that are still there."""
    for language, text in texts:
        for mention in names.find(text.lower(), text, language):
            if mention.code in codes:
                yield mention.code, text
