"""Pages to articles: text, title, date and language; gates and other documents refused; hostile pages survived."""

from __future__ import annotations

import pickle
import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PageError, Reason
from pipeline.extract import canonical_url, extract, extract_entry
from pipeline.model import Article, Entry, Page, PublishedFrom

NOW = datetime(2026, 2, 2, tzinfo=UTC)
URL = "https://news.example/a/1"
CASES = Path(__file__).parents[2] / "cases/pages"
ARTICLES = tomllib.loads((CASES / "articles.toml").read_text(encoding="utf-8"))["page"]
GATES = tomllib.loads((CASES / "gates.toml").read_text(encoding="utf-8"))["page"]
LEAD = "The parliament ratified the treaty on the shared use of the river on Wednesday, with ninety votes in favour."
FULL = "<p>" + "</p><p>".join(f"{LEAD} This is paragraph {n} of the report." for n in range(4)) + "</p>"


def page(html: str | bytes, *, url: str = URL, content_type: str = "text/html", charset: str | None = None) -> Page:
    body = html.encode() if isinstance(html, str) else html
    return Page(url, url, body, content_type, charset)


def read(document: Page, entry: Entry | None = None, **options: Any) -> Article:
    return extract(document, entry=entry, **{"feed_language": None, "agency": "", "now": NOW, **options})


def refusal(document: Page, entry: Entry | None = None) -> Reason:
    with pytest.raises(PageError) as caught:
        read(document, entry)
    return caught.value.reason


def entry(**fields: Any) -> Entry:
    return Entry(feed_id="f", identity="1", url=URL, **{"title": "Parliament ratifies river treaty", **fields})


def html(body: str, head: str = "<title>Parliament ratifies river treaty</title>") -> str:
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case["name"])
def test_a_page_becomes_the_article_it_holds(case: dict[str, Any]) -> None:
    """Text without repetition and furniture, the headline, the date with its witness, the language."""
    body = case["html"].encode(case.get("charset", "utf-8"))
    article = read(page(body, url=case["url"]))
    assert article.text.split("\n") == case["lines"]
    assert article.title == case["title"]
    assert article.language == case["language"]
    assert (article.published.isoformat() if article.published else None) == case.get("published")
    assert article.published_from == case["published_from"]
    assert not article.from_feed
    assert pickle.loads(pickle.dumps(article)) == article


@pytest.mark.parametrize("case", GATES, ids=lambda case: case["name"])
def test_gates_are_told_from_articles(case: dict[str, Any]) -> None:
    """What stands in an article's place is refused; an article that uses the same words is not."""
    if case["expect"] != "article":
        assert refusal(page(case["html"])) == case["expect"]
        return
    article = read(page(case["html"]))
    assert case["contains"] in article.text
    assert case.get("lacks", "\x00") not in article.text


@pytest.mark.parametrize("case", [c for c in GATES if c["expect"] == "article_gate"], ids=lambda case: case["name"])
def test_a_gate_gives_way_to_the_full_text_of_the_feed(case: dict[str, Any]) -> None:
    """Where the feed carries the article, a gate on the page costs nothing, and the article says where it is from."""
    article = read(
        page(case["html"]), entry(content_html=FULL, language="en", published=datetime(2026, 1, 14, tzinfo=UTC))
    )
    assert article.from_feed
    assert article.text.startswith(LEAD)
    assert (article.title, article.language) == ("Parliament ratifies river treaty", "en")
    assert article.published_from is PublishedFrom.FEED


def test_a_teaser_does_not_replace_a_gated_page() -> None:
    """A feed's first lines are no full text: the page stays gated and may be asked for again; the flow may take them at last."""
    teaser = entry(content_html=f"<p>{LEAD}</p>", summary=LEAD)
    gate = page(
        html("<h1>Sign in</h1><p>Please log in to continue.</p><input type=password>", "<title>Sign in</title>")
    )
    assert refusal(gate, teaser) is Reason.ARTICLE_GATE
    last = extract_entry(teaser, feed_language="en", agency="A", now=NOW)
    assert last is not None
    assert (last.text, last.agency, last.from_feed) == (LEAD, "A", True)
    assert extract_entry(entry(summary="Too short."), feed_language=None, agency="", now=NOW) is None


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", Reason.ARTICLE_NOT_HTML),
        (b"%PDF-1.7", "text/html", Reason.ARTICLE_NOT_HTML),
        (b"\x89PNG\r\n\x1a\n", "", Reason.ARTICLE_NOT_HTML),
        (b"<p>x</p>", "video/mp4", Reason.ARTICLE_NOT_HTML),
        (b'{"a": 1}', "text/html", Reason.ARTICLE_NOT_HTML),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "application/xml", Reason.ARTICLE_NOT_HTML),
        (b"\x00" * 500, "text/html", Reason.ARTICLE_NOT_HTML),
        (b"", "text/html", Reason.ARTICLE_NO_TEXT),
        (b"  \n ", "text/html", Reason.ARTICLE_NO_TEXT),
        (b"<html><body></body></html>", "text/html", Reason.ARTICLE_NO_TEXT),
        (b"<p>\xc4\xf3\xec\xe0</p>", "text/html; charset=punycode", Reason.CHARSET_UNKNOWN),
    ],
)
def test_other_documents_are_refused_by_name(body: bytes, content_type: str, reason: Reason) -> None:
    """PDF, images, data, feeds, nothing and unknown charsets each have their word."""
    assert refusal(page(body, content_type=content_type)) is reason


def test_the_feed_is_the_first_witness_of_the_date() -> None:
    """The entry's time wins over the page's, unless it lies in the future."""
    document = page(html(FULL, '<meta property="article:published_time" content="2026-01-10T08:00:00Z">'))
    told = datetime(2026, 1, 14, 9, tzinfo=UTC)
    assert read(document, entry(published=told)).published == told
    late = read(document, entry(published=datetime(2026, 2, 4, tzinfo=UTC)))
    assert (late.published, late.published_from) == (datetime(2026, 1, 10, 8, tzinfo=UTC), PublishedFrom.PAGE)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Duma ratifies pact | Wire</title>", "<h1>Duma ratifies pact</h1>", "Duma ratifies pact"),
        ("<title>Duma ratifies pact - Wire News</title>", "", "Duma ratifies pact"),
        (
            '<meta property="og:title" content="Duma ratifies pact — Wire"><meta property="og:site_name" content="Wire">',
            "",
            "Duma ratifies pact",
        ),
        ("<title>Wire</title>", "<h1>Wire</h1>", "Parliament ratifies river treaty"),
        (
            "<title>Budget 2026 - what the Duma decided on treaties</title>",
            "",
            "Budget 2026 - what the Duma decided on treaties",
        ),
        ("", "<h1>Duma ratifies pact with Minsk</h1>", "Duma ratifies pact with Minsk"),
        ("<title>A &amp; B sign\u2028treaty &lt;b&gt;</title>", "", "A & B sign treaty <b>"),
    ],
)
def test_the_headline_is_chosen_well(head: str, body: str, title: str) -> None:
    """The heading where the page's own title agrees, without the site's name; the feed's title where the page has none."""
    document = page(html(body + FULL, head))
    promised = entry() if title == "Parliament ratifies river treaty" else None
    assert read(document, promised, agency="Wire").title == title


def test_the_headline_is_not_repeated_as_text() -> None:
    """A first paragraph that is the headline again is dropped."""
    document = page(
        html(
            f"<article><h1>Parliament ratifies river treaty</h1><p>Parliament ratifies river treaty.</p>{FULL}</article>"
        )
    )
    assert read(document).text.startswith(LEAD)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('<link rel="canonical" href="/b?utm_source=x">', "https://news.example/b"),
        ('<link rel="amphtml canonical" href="https://www.news.example/b/amp/">', "https://www.news.example/b"),
        ('<meta property="og:url" content="https://news.example/c">', "https://news.example/c"),
        ('<link rel="canonical" href="https://evil.example/b">', None),
        ('<link rel="canonical" href="https://news.example/">', None),
        ('<link rel="canonical" href="javascript:x">', None),
        ("", None),
    ],
)
def test_a_page_speaks_for_its_own_host(link: str, found: str | None) -> None:
    """rel=canonical and og:url are believed on the same host, never elsewhere, never a home page."""
    assert canonical_url(page(html(FULL, link))) == found


HOSTILE = {
    "attributes": "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</div>",
    "attributes without values": "<div " + " ".join(f"a{n}" for n in range(100_000)) + ">x</div>",
    "paragraphs": "<p>ab cd</p>" * 300_000,
    "depth": "<div>" * 100_000,
    "open tags": "<" * 300_000,
    "open quotes": "<a href='" * 100_000,
    "references": "<p>" + "&amp;lt;" * 100_000,
    "linked data": "<script type='application/ld+json'>" + "[" * 300_000 + "</script>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_bombs_are_refused_soon(kind: str) -> None:
    """Pages made to keep a parser busy for a minute are answered with a PageError (a killed worker is the second wall)."""
    document = page(html(HOSTILE[kind]))
    assert refusal(document) in {Reason.TOO_LARGE, Reason.ARTICLE_NO_TEXT, Reason.ARTICLE_GATE}


@settings(max_examples=40)
@given(st.binary(max_size=300), st.sampled_from(["", "text/html", "text/html; charset=gbk"]))
def test_no_bytes_break_extraction(noise: bytes, content_type: str) -> None:
    """Any bytes give an article or a PageError."""
    for body in (noise, b"<html><body><article><h1>" + noise + FULL.encode() + noise):
        for reader in (read, canonical_url):
            with suppress(PageError):
                reader(page(body, content_type=content_type))  # type: ignore[operator]


def test_extraction_is_repeatable() -> None:
    """The same page gives the same article, time and again."""
    document = page(ARTICLES[0]["html"])
    first = read(document)
    assert read(document) == first
    assert read(replace(document, charset="utf-8")) == first
