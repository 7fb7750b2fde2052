"""The bundled demonstration goes the whole way from feed to article, and the shipped lists of sources can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract import extract
from pipeline.feeds import parse
from pipeline.model import Feed, Page
from pipeline.settings.lists import load_feeds, load_watchlist

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "pipeline/demo"
BASE = "http://127.0.0.1:9"
NOW = datetime(2026, 2, 2, tzinfo=UTC)
FURNITURE = (
    "Read also",
    "Читайте",
    "Подписывайтесь",
    "neighbour",
    "cookie",
    "Demonstration",
    "Subscribe",
    "Share",
    "<",
    "Теги",
)


def demo_feeds(folder: Path) -> tuple[Feed, ...]:
    """The demonstration's sources, with the server's address filled in."""
    filled = folder / "feeds.toml"
    filled.write_text((DEMO / "feeds.toml").read_text(encoding="utf-8").replace("{base}", BASE), encoding="utf-8")
    feeds, problems = load_feeds(filled)
    assert not problems
    return feeds


def test_the_demonstration_is_well_formed(tmp_path: Path) -> None:
    """Three feeds and six agreements, with nothing wrong in them."""
    watchlist, wrong = load_watchlist(DEMO / "agreements.toml")
    assert not wrong
    assert len(watchlist.agreements) == 6
    assert [feed.id for feed in demo_feeds(tmp_path)] == ["northern-wire", "steppe-herald", "continent-courier"]


@pytest.mark.parametrize(
    ("name", "language", "count"),
    [("northern-wire.xml", "en", 6), ("steppe-herald.xml", "ru", 5), ("continent-courier.json", "en", 5)],
)
def test_every_report_of_the_demonstration_is_read(tmp_path: Path, name: str, language: str, count: int) -> None:
    """Each entry leads to its page; text, headline and language come out, and nothing that stands around them."""
    url = f"{BASE}/feeds/{name}"
    body = (DEMO / "feeds" / name).read_bytes().replace(b"{base}", BASE.encode())
    feed = next(feed for feed in demo_feeds(tmp_path) if feed.url == url)
    document = parse(body, feed=feed, base_url=url, now=NOW)
    assert (len(document.entries), document.skipped, document.complete) == (count, (), True)
    for entry in document.entries:
        path = DEMO / entry.url.split("?")[0].removeprefix(f"{BASE}/")
        page = Page(entry.url, entry.url, path.read_bytes(), "text/html; charset=utf-8")
        article = extract(page, entry=entry, feed_language=feed.language, agency=feed.agency, now=NOW)
        assert (article.title, article.language) == (entry.title, language)
        assert article.published == entry.published
        assert 2 <= len(article.text.split("\n")) <= 4
        assert not [word for word in FURNITURE if word in article.text]


def test_the_shipped_sources_can_be_read() -> None:
    """Every entry of config/feeds.toml is valid, and most are enabled."""
    feeds, problems = load_feeds(ROOT / "config/feeds.toml")
    assert not problems
    assert len(feeds) >= 60
    assert sum(feed.enabled for feed in feeds) >= 50
