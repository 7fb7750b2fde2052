"""Feed documents of every format, and hostile ones, read as the case file says."""

from __future__ import annotations

import io
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FeedError, Reason
from pipeline.feeds import FeedDocument, parse
from pipeline.feeds.loose import read_loosely
from pipeline.model import Feed, FeedKind

NOW = datetime(2026, 1, 20, tzinfo=UTC)
BASE = "https://feeds.example/rss"
CASES = tomllib.loads((Path(__file__).parents[2] / "cases/feeds/documents.toml").read_text(encoding="utf-8"))[
    "document"
]
GOOD = [case for case in CASES if "error" not in case]
BAD = [case for case in CASES if "error" in case]


def read(body: bytes | str, *, kind: str = "feed", links: str | None = None, **options: Any) -> FeedDocument:
    feed = Feed("f", BASE, kind=FeedKind(kind), links=links)
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, feed=feed, base_url=BASE, now=NOW, **options)


def rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


def item(number: int, **fields: str) -> str:
    rows = {"title": f"Title {number}", "link": f"https://feeds.example/{number}", **fields}
    return "<item>" + "".join(f"<{name}>{text}</{name}>" for name, text in rows.items()) + "</item>"


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["name"])
def test_a_document_says_what_the_case_says(case: dict[str, Any]) -> None:
    """Entries, head and skipped items are those the case file lists."""
    body = case["body"].encode(case.get("charset", "utf-8"))
    document = read(body, kind=case.get("kind", "feed"), links=case.get("links"))
    found = [
        [
            e.identity,
            e.url,
            e.title,
            e.published.replace(microsecond=0).isoformat() if e.published else "",
            e.language or "",
        ]
        for e in document.entries
    ]
    assert found == case["entries"]
    assert document.format == case["format"]
    assert document.title == case.get("title", "")
    assert (document.language or "") == case.get("language", "")
    assert document.complete is case.get("complete", True)
    assert [list(pair) for pair in document.skipped] == case.get("skipped", [])
    assert list(document.more) == case.get("more", [])
    assert (document.ttl.total_seconds() / 60 if document.ttl else None) == case.get("ttl_minutes")


@pytest.mark.parametrize("case", BAD, ids=lambda case: case["name"])
def test_a_document_that_is_no_feed_is_refused_with_its_reason(case: dict[str, Any]) -> None:
    """What cannot be read raises FeedError with the word of the closed list."""
    with pytest.raises(FeedError) as caught:
        read(case["body"])
    assert caught.value.reason == Reason(case["error"])
    assert case.get("detail", "") in caught.value.detail


@pytest.mark.parametrize("case", [c for c in GOOD if c.get("judge", True)], ids=lambda case: case["name"])
def test_feedparser_agrees(case: dict[str, Any]) -> None:
    """On well-formed documents our reader finds the entries, links and dates that feedparser finds."""
    body = case["body"].encode(case.get("charset", "utf-8"))
    ours = read(body).entries
    theirs = feedparser.parse(io.BytesIO(body)).entries
    assert [entry.url for entry in ours] == [entry.link for entry in theirs]
    for entry, judge in zip(ours, theirs, strict=True):
        told = judge.get("published_parsed") or judge.get("updated_parsed")
        assert (entry.published.timetuple()[:6] if entry.published else None) == (told[:6] if told else None)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "koi8-r", "gb18030", "shift_jis"])
def test_every_allowed_charset_is_read(charset: str) -> None:
    """A document in any allowed charset, labelled by the transport, comes out as it was written."""
    text = rss(item(1, title="Дума"))
    document = read(text.encode(charset), content_type=f"application/rss+xml; charset={charset.removesuffix('-sig')}")
    assert document.entries[0].title == "Дума"


def test_a_charset_that_is_none_is_refused() -> None:
    """Python's codecs that are no character sets (punycode, rot13) are never called."""
    body = rss(item(1, title="Дума")).encode("cp1251")
    for label in ("punycode", "rot13", "hex", "idna", "unicode_escape"):
        with pytest.raises(FeedError) as caught:
            read(body, charset=label)
        assert caught.value.reason is Reason.CHARSET_UNKNOWN


def test_the_patient_reader_opens_nothing(tmp_path: Path) -> None:
    """Text that is the name of a file, here one with a good feed in it, is text."""
    path = tmp_path / "feed.xml"
    path.write_text("<rss version='2.0'><channel><item><title>Secret</title></item></channel></rss>", encoding="utf-8")
    with pytest.raises(FeedError):
        read_loosely(str(path), 10, complete=True)


def test_a_body_that_names_a_file_or_address_is_not_opened(tmp_path: Path) -> None:
    """feedparser opens paths and fetches URLs given as such; a body that looks like one is only a body that is no feed."""
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item(1)), encoding="utf-8")
    for body in (str(secret), f"file://{secret}", "http://127.0.0.1:9/feed", f"<?xml version='1.0'?>{secret}"):
        with pytest.raises(FeedError) as caught:
            read(body)
        assert caught.value.reason is Reason.NOT_A_FEED


def test_entries_over_the_limit_are_counted_not_read() -> None:
    """The first entries are kept, the rest is named as too_many_entries."""
    document = read(rss("".join(map(item, range(50)))), max_entries=20)
    assert [entry.identity for entry in document.entries] == [f"https://feeds.example/{n}" for n in range(20)]
    assert document.skipped == (("30 beyond the first 20", Reason.TOO_MANY_ENTRIES),)


def test_depth_is_bounded() -> None:
    """Elements nested beyond the bound are refused, in XML and in JSON."""
    with pytest.raises(FeedError) as caught:
        read(rss("<a>" * 400 + "</a>" * 400))
    assert caught.value.reason is Reason.XML_FORBIDDEN
    with pytest.raises(FeedError) as caught:
        read("[" * 100_000)
    assert caught.value.reason is Reason.NOT_A_FEED


def test_thousands_of_attributes_are_refused() -> None:
    """A tag with 50,000 attributes costs parsers 20 s; it does not reach one."""
    with pytest.raises(FeedError) as caught:
        read("<rss " + " ".join(f'a{n}="1"' for n in range(50_000)) + "><channel/></rss>")
    assert caught.value.reason is Reason.XML_FORBIDDEN


def test_fields_are_bounded() -> None:
    """Titles, identities and addresses have a length the database can hold."""
    long = "x" * 10_000
    document = read(rss(item(1, title=long, guid=long) + item(2, link=f"https://feeds.example/{long}")))
    assert len(document.entries[0].title) == 1000
    assert document.entries[0].identity.startswith("sha256:")
    assert document.skipped == (("item 2", Reason.URL_TOO_LONG),)


def test_titles_carry_no_traps() -> None:
    """Line separators, direction controls and NUL leave a title, which mail headers and databases would trip over."""
    document = read(rss(item(1, title="A\u2028B\u202eC\x85D&#13;&#10;Bcc: x")))
    assert document.entries[0].title == "A BC D Bcc: x"


def test_full_text_is_kept_as_markup() -> None:
    """content:encoded is handed on for extraction; the summary is plain text."""
    fields = {"description": "&lt;p&gt;Lead&lt;/p&gt;", "content:encoded": "<![CDATA[<p>Full</p><p>text</p>]]>"}
    body = rss(item(1, **fields)).replace("<rss", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"')
    entry = read(body).entries[0]
    assert (entry.summary, entry.content_html) == ("Lead", "<p>Full</p><p>text</p>")


def test_a_list_page_without_a_pattern_takes_headlines_of_its_own_host() -> None:
    """Long link texts of the same host count; menus, other hosts and the front page do not."""
    page = (
        "<title>N</title><a href='/news/1'>Parliament ratifies the border treaty</a><a href='/news/2'>More</a>"
        "<a href='https://other.example/news/3'>Parliament ratifies the border treaty</a><a href='/'>All our news of the day in one place</a>"
    )
    assert [entry.url for entry in read(page, kind="page").entries] == ["https://feeds.example/news/1"]


@given(st.binary(max_size=400), st.sampled_from(["feed", "sitemap", "page"]))
def test_no_bytes_break_the_reader(noise: bytes, kind: str) -> None:
    """Whatever comes in, the answer is a document or a FeedError."""
    for body in (noise, b"<rss><channel><item>" + noise, b'{"items": [' + noise, b"<html>" + noise):
        with suppress(FeedError):
            assert isinstance(read(body, kind=kind), FeedDocument)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_in_fields_comes_out_clean(title: str, guid: str) -> None:
    """Titles and identities are one line of characters every store accepts."""
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace").decode()
    named = guid.replace("&", "&amp;").replace("<", "&lt;").encode("utf-8", "replace").decode()
    for entry in read(rss(item(1, title=escaped, guid=named))).entries:
        for text in (entry.title, entry.identity):
            assert text == " ".join(text.split())
            text.encode()
            assert "\x00" not in text
        assert entry.identity
