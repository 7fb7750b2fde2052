"""The parts beside the formats: dates, addresses, discovery, OPML, and when to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.door.text import clean_line, text_of_html
from pipeline.door.url import absolute_url, same_host
from pipeline.door.when import EARLIEST, parse_when, within_reason
from pipeline.errors import FeedError, Reason
from pipeline.feeds import PollLimits, clean_text, discover_feeds, next_poll, normalise_url, opml
from pipeline.model import Feed, FeedKind

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Wed, 14 Jan 2026 10:00:00 +0300", "2026-01-14T07:00"),
        ("14 Jan 26 10:00 EST", "2026-01-14T15:00"),
        ("Wed, 14 Jan 2026 10:00:60 GMT", "2026-01-14T10:00"),
        ("Wed, 14 January 2026 10:00 GMT+3", "2026-01-14T07:00"),
        ("Ср, 14 янв 2026 10:00:00 MSK", "2026-01-14T07:00"),
        ("14 января 2026 г., 10:00", "2026-01-14T10:00"),
        ("14 січня 2026", "2026-01-14T00:00"),
        ("January 14, 2026, 5:30 PM", "2026-01-14T17:30"),
        ("Jan 14th, 2026", "2026-01-14T00:00"),
        ("14.01.2026 10:00", "2026-01-14T10:00"),
        ("2026-01-14", "2026-01-14T00:00"),
        ("2026-01-14 10:00:00", "2026-01-14T10:00"),
        ("2026-01-14T10:00:00.123456789+03:00", "2026-01-14T07:00"),
        ("2026-01-14T24:00:00Z", "2026-01-15T00:00"),
        ("2026/1/4 9:05", "2026-01-04T09:05"),
        ("20260114T100000Z", "2026-01-14T10:00"),
        ("1768384800", "2026-01-14T10:00"),
        ("1768384800000", "2026-01-14T10:00"),
        ("Wed, 14 Jan 2026 10:00:00 XYZ", "2026-01-14T10:00"),
        ("", None),
        ("yesterday", None),
        ("2026-02-30", None),
        ("Wed, 14 Jan 0000 10:00:00 GMT", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-01-14T10:00:00+99:00", None),
        ("14 Foo 2026", None),
    ],
)
def test_dates_are_read_as_feeds_write_them(written: str, meant: str | None) -> None:
    """RFC 822, ISO 8601, local wordings and epochs come out in UTC; what is no date is None."""
    found = parse_when(written)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == meant


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    )
)
def test_iso_and_rfc_dates_come_back(moment: datetime) -> None:
    """What a computer writes is read to the second."""
    assert parse_when(moment.isoformat()) == moment
    assert parse_when(moment.strftime("%d %b %Y %H:%M:%S +0000")) == moment


@given(st.text(max_size=120))
def test_no_text_breaks_the_date_reader(text: str) -> None:
    """Any text gives an aware time in UTC or None."""
    found = parse_when(text)
    assert found is None or found.utcoffset() == timedelta()


def test_dates_nobody_can_mean_are_unknown() -> None:
    """Before 1990 and beyond the allowance a date is None, at the bounds it stands."""
    ahead = timedelta(days=2)
    assert within_reason(EARLIEST, NOW, ahead) == EARLIEST
    assert within_reason(EARLIEST - MINUTE, NOW, ahead) is None
    assert within_reason(NOW + ahead, NOW, ahead) == NOW + ahead
    assert within_reason(NOW + ahead + MINUTE, NOW, ahead) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTP://Example.COM:80/a/../b/%7euser?utm_source=x&id=5&fbclid=1#frag", "http://example.com/b/~user?id=5"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com./a?", "https://example.com/a"),
        ("https://пример.рф/новости", "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("https://example.com/story/amp/", "https://example.com/story"),
        ("https://example.com/story.amp.html?amp=1", "https://example.com/story.html"),
        ("https://example.com/a?yclid=1&ysclid=2&gclid=3&_openstat=4", "https://example.com/a"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/?page=amp&amp=5", "https://example.com/?page=amp&amp=5"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://[::1", "http://[::1"),
    ],
)
def test_addresses_have_one_spelling(one: str, other: str) -> None:
    """Case, ports, fragments, tracking, AMP and escapes do not make two articles of one."""
    assert normalise_url(one) == other


_urlish = st.builds(
    "{}://{}{}/{}{}".format,
    st.sampled_from(["http", "HTTPS", "ftp"]),
    st.sampled_from(["Example.com", "пример.рф", "a.b.", "[::1]", "x--y", "münchen.example"]),
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.text(alphabet="aA/.%2eE5~?&=#amp +ж|utm_x", max_size=40),
    st.sampled_from(["", "/amp", ".amp.html", "?amp=1&utm_id=2", "#x"]),
)


@given(st.from_regex(r"https?://[a-z0-9]{1,4}[.-]?[a-z0-9]{1,4}/[A-Za-z0-9._~/-]{0,14}", fullmatch=True))
def test_plain_addresses_are_known_at_a_glance(url: str) -> None:
    """An address that is taken as it stands is what taking it apart would make of it."""
    assert normalise_url(url) == normalise_url(url + "#")


@given(_urlish | st.text(max_size=80))
def test_normalising_twice_changes_nothing(url: str) -> None:
    """The plain spelling of a plain spelling is itself, whatever the text."""
    once = normalise_url(url)
    assert normalise_url(once) == once


@given(st.text(max_size=60), st.sampled_from(["https://a.example/x/", "", "not a url"]))
def test_links_are_http_or_nothing(link: str, base: str) -> None:
    """A link made absolute is http(s) or None; no text raises."""
    target = absolute_url(link, base)
    assert target is None or target.lower().startswith(("http://", "https://"))


def test_a_host_is_the_same_with_www_and_mobile_prefixes() -> None:
    """www., m. and amp. do not make another host; another name does, and so does a host that only ends alike."""
    assert same_host("https://www.example.com/a", "http://amp.example.com/b")
    assert not same_host("https://example.com", "https://example.org")
    assert not same_host("https://evil-example.com", "https://example.com")
    assert not same_host("", "")


@given(st.text())
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    """Clean text can be encoded, holds no control but tab and newline, and cleaning it again changes nothing."""
    clean = clean_text(text)
    clean.encode()
    assert not {letter for letter in clean if letter < " " and letter not in "\t\n"}
    assert not set(clean) & set("\x7f\x85\u2028\u2029\u202e\u2066\ufeff\x9b")
    assert clean_text(clean) == clean


@given(st.text(max_size=50), st.integers(1, 30))
def test_a_line_is_one_line_of_its_length(text: str, limit: int) -> None:
    """clean_line gives at most its limit, on one line, without white space at its ends."""
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert line == " ".join(line.split())


def test_titles_are_text_and_not_markup() -> None:
    """Tags go, references are decoded once, text that only looks like markup stays."""
    assert text_of_html("A &amp;amp; <b>B</b><script>x()</script> 1 < 2 &lt;i&gt;") == "A &amp; B 1 < 2 <i>"


def test_feeds_of_a_page_are_found() -> None:
    """Declared feeds come first, with absolute addresses and titles; then links that look like feeds; APIs are none."""
    page = (
        '<head><base href="/en/"><link rel="alternate" type="application/rss+xml" title="News" href="rss.xml">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1"><link rel="stylesheet" href="a.css"></head>'
        '<a href="/feeds/politics.rss">Politics</a><a href="/about">About</a>'
    )
    found = discover_feeds(page, "https://site.example/x")
    assert [(feed.url, feed.title, feed.type) for feed in found] == [
        ("https://site.example/en/rss.xml", "News", "application/rss+xml"),
        ("https://site.example/feeds/politics.rss", "Politics", ""),
    ]


_feeds = st.lists(
    st.builds(
        Feed,
        id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True),
        url=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9&=]{0,10}", fullmatch=True),
        kind=st.sampled_from(FeedKind),
        agency=st.text(max_size=30).map(lambda text: clean_line(text, 30)),
        language=st.sampled_from([None, "en", "ru"]),
        interval=st.none() | st.integers(60, 86400),
        enabled=st.booleans(),
        links=st.none() | st.sampled_from(["/news/[0-9]+", "a|b"]),
        note=st.text(max_size=20).map(lambda text: clean_line(text, 30)),
    ),
    max_size=5,
    unique_by=(lambda feed: feed.id, lambda feed: feed.url),
)


@given(_feeds)
def test_opml_comes_back_as_it_went(feeds: list[Feed]) -> None:
    """A list of feeds written as OPML is read back the same."""
    assert opml.parse(opml.render(tuple(feeds))) == tuple(feeds)


def test_opml_of_others_is_read() -> None:
    """Folders, old spellings and duplicates are taken; outlines without an http address are not; ids are made and unique."""
    document = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="News">
    <outline text="TASS World" xmlurl="https://tass.example/rss"/><outline title="TASS World" text="x" xmlUrl="https://tass.example/2"/>
    <outline text="dup" xmlUrl="https://tass.example/rss"/><outline text="f" xmlUrl="file:///etc/passwd"/></outline>
    <outline xmlUrl="https://bare.example/feed"/></body></opml>"""
    feeds = opml.parse(document)
    assert [(feed.agency, feed.url) for feed in feeds] == [
        ("TASS World", "https://tass.example/rss"),
        ("TASS World", "https://tass.example/2"),
        ("", "https://bare.example/feed"),
    ]
    assert [feed.id for feed in feeds][::2] == ["tass-world", "bare-example"]
    assert feeds[1].id.startswith("tass-world-")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<rss/>", Reason.NOT_A_FEED),
        (b"<opml><body>", Reason.XML_MALFORMED),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', Reason.XML_FORBIDDEN),
    ],
)
def test_what_is_no_opml_is_refused(document: bytes, reason: Reason) -> None:
    """Other documents raise FeedError with their reason."""
    with pytest.raises(FeedError) as caught:
        opml.parse(document)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("options", "minutes", "reason"),
    [
        ({}, 42, "nothing_new"),
        ({"entries": 20, "new": 1}, 33, "little_new"),
        ({"entries": 10, "new": 1}, 30, "some_new"),
        ({"entries": 10, "new": 2}, 15, "much_new"),
        ({"entries": 10, "new": 9}, 10, "mostly_new"),
        ({"interval": timedelta(hours=6)}, 360, "nothing_new"),
        ({"interval": timedelta(days=9)}, 360, "nothing_new"),
        ({"fixed": 5 * MINUTE}, 5, "fixed"),
        ({"fixed": 5 * MINUTE, "ttl": 60 * MINUTE}, 5, "fixed"),
        ({"ttl": 60 * MINUTE}, 60, "publisher_asks"),
        ({"ttl": 90_000 * MINUTE}, 120, "publisher_asks"),
        ({"cache_max_age": 5 * MINUTE}, 42, "nothing_new"),
        ({"retry_after": 90 * MINUTE}, 90, "retry_after"),
        ({"retry_after": timedelta(days=365 * 30)}, 1440, "retry_after"),
        ({"fixed": 5 * MINUTE, "retry_after": 90 * MINUTE}, 90, "retry_after"),
        ({"failures": 1}, 10, "failed"),
        ({"failures": 3}, 40, "failed"),
        ({"failures": 500}, 1440, "failed"),
        ({"failures": 1, "fixed": 60 * MINUTE}, 60, "failed"),
    ],
)
def test_when_to_look_again(options: dict[str, object], minutes: float, reason: str) -> None:
    """The interval follows how much was new, the publisher's wishes within bounds, and failures."""
    decision = next_poll(now=NOW, roll=0.0, limits=PollLimits(spread=0.0), **options)  # type: ignore[arg-type]
    assert decision.reason == reason
    assert (decision.due - NOW) / MINUTE == pytest.approx(minutes)


_waits = st.none() | st.timedeltas(timedelta(), timedelta(days=20_000))


@given(
    interval=_waits,
    ttl=_waits,
    cache_max_age=_waits,
    retry_after=_waits,
    failures=st.integers(0, 10_000),
    entries=st.integers(0, 100),
    new=st.integers(0, 100),
    roll=st.floats(0, 1, exclude_max=True),
)
def test_no_wish_stops_the_polling(roll: float, retry_after: timedelta | None, **options: object) -> None:
    """Whatever servers ask, the next poll lies between nine minutes and a day and a bit, and never before Retry-After."""
    decision = next_poll(now=NOW, roll=roll, retry_after=retry_after, **options)  # type: ignore[arg-type]
    wait = decision.due - NOW
    assert 9 * MINUTE <= wait <= timedelta(hours=24) * 1.1
    if retry_after is not None:
        assert wait >= min(retry_after, timedelta(hours=24))
    assert timedelta(minutes=10) <= decision.interval <= timedelta(hours=6)
