"""A new agreement looks back along the full-text index, and finds what reading every stored article would find."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipeline import loop, query
from pipeline.cli import main
from pipeline.flow import look_later
from pipeline.flow.lookback import candidates, look_back_for, of_agreements, stored_articles
from pipeline.flow.parts import Parts
from pipeline.model import Agreement, Article, EventState, Watchlist
from pipeline.plan import Context, RecordOptions
from pipeline.recognise import Recogniser
from pipeline.store import articles
from pipeline.store.engine import Database, open_database
from pipeline.store.tables import OutboxRow

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GEESE = Agreement(
    "geese", "Agreement between the Russian Federation and the Republic of Belarus on the protection of migrating geese",
    ("RU", "BY"), (("ru", "Соглашение между Россией и Белоруссией об охране перелётных гусей"),),
)  # fmt: skip
OPEN = Agreement(
    "seabed", "Convention on the Protection of Seabed Lanterns", multilateral=True, aliases=("Lantern Convention",)
)
RULED = (
    ("en", "Russia's State Duma on Wednesday ratified an agreement with Belarus on the protection of migrating geese."),
    ("en", "Belarusian lawmakers ratified the agreement with Moscow on protection of migrating geese on Tuesday."),
    ("ru", "Госдума ратифицировала соглашение между Россией и Белоруссией об охране перелётных гусей."),
    ("de", "Das russische Parlament hat das Abkommen mit Belarus zum Schutz wandernder Gänse ratifiziert."),
    ("tr", "Rusya parlamentosu Belarus'la göçmen kazların korunması anlaşmasını onayladı."),
    ("zh", "俄罗斯国家杜马批准了俄罗斯与白俄罗斯关于保护候鸟大雁的协定。"),
    ("en", "Norway has ratified the Convention on the Protection of Seabed Lanterns, its government said."),
    ("en", "Kenya ratified the Lantern Convention on Friday."),
    ("en", "France won the match against Brazil on Friday; the coach was delighted."),
    ("en", "Chile ratified a tax treaty with Peru."),
)  # fmt: skip


def _filled(database: Database) -> list[int]:
    made = []
    for number, (language, said) in enumerate(RULED):
        url = f"https://agency.example/{number}"
        article = Article(url, f"Report {number}", said, language, NOW, agency="Agency")
        made.append(database.write(lambda c, a=article: articles.save(c, a, a.url, NOW)).facts.version_id)  # type: ignore[misc]
    return made


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """Knows the two agreements."""
    return Recogniser.build(Watchlist((GEESE, OPEN)))


@pytest.mark.parametrize("agreement", [GEESE, OPEN])
def test_the_index_finds_what_reading_all_finds(
    database: Database, recogniser: Recogniser, agreement: Agreement
) -> None:
    """Whatever tells of the agreement is among the candidates, in six languages; what has nothing to do with it is not read."""
    every = _filled(database)
    found = database.read(lambda c: candidates(c, recogniser, agreement.id))
    telling = {
        one.facts.version_id
        for one in stored_articles(database, every)
        if of_agreements(recogniser, one, (agreement.id,))
    }
    assert telling
    assert telling <= set(found)
    assert found == sorted(found, reverse=True)
    assert not {every[8], every[9]} & set(found)
    assert set(every[:6] if agreement is GEESE else every[6:8]) <= set(found)


def test_candidates_are_bounded_and_go_on(database: Database, recogniser: Recogniser) -> None:
    """A few at a time, the newest first, each once."""
    _filled(database)
    every = database.read(lambda c: candidates(c, recogniser, GEESE.id))
    first = database.read(lambda c: candidates(c, recogniser, GEESE.id, 2))
    rest = database.read(lambda c: candidates(c, recogniser, GEESE.id, before=first[-1]))
    assert first + rest == every


def test_looking_back_twice_records_once(database: Database, recogniser: Recogniser) -> None:
    """What was recorded is history, and the same articles read again change nothing."""
    _filled(database)
    context = Context({GEESE.id: GEESE, OPEN.id: OPEN})
    ask = (database, recogniser, {GEESE.id, OPEN.id}, NOW, RecordOptions(quiet=True), context)
    read, made = look_back_for(*ask)
    assert made >= 2
    assert look_back_for(*ask) == (read, 0)


def test_a_long_look_back_is_a_job_that_goes_on(database: Database, recogniser: Recogniser) -> None:
    """Begun in one service and done by the next: every candidate is read, what they tell is history, and how far it is can be asked."""
    every = _filled(database)
    ids = database.read(lambda c: candidates(c, recogniser, GEESE.id))
    database.write(lambda c: look_later.begin(c, GEESE.id, len(ids), every[-1] + 1, NOW))
    parts = _parts(database)
    stopping = asyncio.Event()
    stopping.set()
    stopped = replace(parts, stopping=stopping)
    assert loop.run(look_later.look_back_due(stopped, lambda: recogniser)) == 0
    assert loop.run(look_later.look_back_due(parts, lambda: recogniser)) == len(ids)
    how_far = database.read(lambda c: look_later.progress(c, GEESE.id))
    assert how_far is not None
    assert (how_far.total, how_far.read, how_far.before) == (len(ids), len(ids), None)
    assert how_far.made >= 1
    states = {event.state for event in query.timeline(database, GEESE.id)}
    assert states == {EventState.HISTORY}
    assert loop.run(look_later.look_back_due(parts, lambda: recogniser)) == 0


def _parts(database: Database) -> Parts:
    """What a look back uses of a service: it fetches nothing and computes here."""
    context = Context({GEESE.id: GEESE, OPEN.id: OPEN})
    absent: Any = None
    return Parts(database, absent, absent, lambda: NOW, absent, absent, "tests", context)


def test_one_cycle_does_the_look_back_that_waits(tmp_path: Path, sqlite_template: Path) -> None:
    """`treatywatch cycle` reads what an addition left to be read later, as the running service would, and alerts nobody."""
    url = f"sqlite:///{tmp_path / 'history.db'}"
    shutil.copy(sqlite_template, tmp_path / "history.db")
    (tmp_path / "treatywatch.toml").write_text(f'database_url = "{url}"\n', encoding="utf-8")
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    listed = f'[[agreement]]\nid = "{GEESE.id}"\ntitle = "{GEESE.title}"\nparties = ["RU", "BY"]\n'
    (tmp_path / "agreements.toml").write_text(listed, encoding="utf-8")
    database = open_database(url)
    every = _filled(database)
    database.write(lambda c: look_later.begin(c, GEESE.id, len(every), every[-1] + 1, NOW))
    with pytest.raises(SystemExit) as done:
        main(["cycle", "--config", str(tmp_path)])
    assert done.value.code in (0, None)
    how_far = database.read(lambda c: look_later.progress(c, GEESE.id))
    assert how_far is not None
    assert how_far.before is None
    assert how_far.made >= 1
    assert {event.state for event in query.timeline(database, GEESE.id)} == {EventState.HISTORY}
    assert database.read(lambda c: c.execute(select(OutboxRow.id)).all()) == []
    database.close()
