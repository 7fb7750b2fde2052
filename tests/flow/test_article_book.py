"""Articles that share a commit: each is weighed as if it had been written alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pipeline import loop
from pipeline.flow.article_book import ArticleBook, Read
from pipeline.model import Article, Entry
from pipeline.reading import Reading
from pipeline.recognise import Recogniser
from pipeline.settings import load_settings
from pipeline.store import articles
from pipeline.store.entries import EntryWork
from pipeline.wiring import wire
from tests.conftest import MakeUrl
from tests.flow.test_cycle import configure, history

TOLD = (
    "Russia's State Duma on January 14, 2026 ratified an agreement between Russia and Belarus on protecting their citizens from "
    "unjustified prosecution by foreign states and international justice bodies."
)


def test_two_versions_of_one_article_in_one_commit(tmp_path: Path, make_url_of: MakeUrl) -> None:
    """An article that says something, and in its next version no longer says it, flags its event though both share a commit."""
    settings = load_settings(configure(tmp_path, {}), {"TREATYWATCH_DATABASE_URL": make_url_of(True)})
    recogniser = Recogniser.build(settings.watchlist)

    def one(number: int, url: str, says: str) -> tuple[EntryWork, Read, None]:
        article = Article(url, "The State Duma and its week", says, "en", None)
        made = Read(Reading(article, recogniser.recognise(article)), articles.drafted(article))
        return EntryWork(number, Entry("wire", str(number), url), 1, "wire.example"), made, None

    rows = [
        one(
            1, "https://wire.example/other", "A cat sat on a mat for a whole day."
        ),  # under way while the others gather
        one(2, "https://wire.example/duma", TOLD),
        one(3, "https://wire.example/duma", "The State Duma discussed the weather at length."),
    ]
    assert rows[1][1].reading.recognition.findings
    assert not rows[2][1].reading.recognition.findings

    async def run() -> None:
        async with wire(settings, workers=False) as service:
            book = ArticleBook(service.parts)
            await asyncio.gather(*(book.record(*row) for row in rows))

    loop.run(run())
    (event,) = history(settings.database_url)
    assert (event.type, event.flags) == ("ratified", ("source_changed",))
