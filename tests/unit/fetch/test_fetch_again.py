"""When again, and what the head of an answer says."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from fetch_serving import gzipped
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Reason, Trouble
from pipeline.fetch import FetchOptions, Refused, after_failure
from pipeline.fetch import body as reading
from pipeline.fetch.again import LONGEST

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)


class Middle(Random):
    """Chance that always lands in the middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def wait(refused: Refused, failures: int = 1) -> timedelta:
    return after_failure(refused, failures, NOW, Middle()) - NOW


SERIES = [
    (Refused(Reason.TIMEOUT_TOTAL, retry=True), 1, timedelta(minutes=2)),
    (Refused(Reason.TIMEOUT_TOTAL, retry=True), 4, timedelta(minutes=16)),
    (Refused(Reason.DNS_FAILURE, retry=True), 99, timedelta(days=1)),
    (Refused(Reason.HTTP_STATUS, retry=True, status=503), 1, timedelta(minutes=2)),
    (Refused(Reason.RATE_LIMITED, retry=True, status=429), 1, timedelta(minutes=5)),
    (Refused(Reason.HTTP_STATUS, retry=True, status=403), 1, timedelta(minutes=30)),
    (Refused(Reason.HTTP_STATUS, retry=True, status=404), 1, timedelta(hours=1)),
    (Refused(Reason.HTTP_STATUS, retry=True, status=410), 99, timedelta(days=30)),
    (Refused(Reason.BLOCKED_ADDRESS), 1, timedelta(hours=1)),
    (Refused(Reason.TOO_LARGE), 1, timedelta(hours=1)),
    (Refused(Reason.BAD_ENCODING, retry=True), 1, timedelta(minutes=2)),
    (Refused(Reason.BLOCKED_ROBOTS), 1, timedelta(days=1)),
    (Refused(Reason.BLOCKED_ROBOTS), 99, timedelta(days=30)),
]


@pytest.mark.parametrize(("refused", "failures", "expected"), SERIES)
def test_waits_grow_by_kind(refused: Refused, failures: int, expected: timedelta) -> None:
    """What passes soon is asked again soon; what is missing or forbidden, later; nothing later than in 30 days."""
    assert wait(refused, failures) == expected


def test_retry_after_is_a_floor() -> None:
    """Never before the server's own word, which counts for a day at most."""
    slow = Refused(Reason.HTTP_STATUS, retry=True, status=503, retry_after=7200.0)
    assert wait(slow) == timedelta(hours=2)
    assert wait(Refused(Reason.RATE_LIMITED, retry=True, status=429, retry_after=1e12)) == timedelta(days=1)
    assert wait(Refused(Reason.RATE_LIMITED, retry=True, status=429, retry_after=-5.0)) == timedelta(minutes=5)


def test_our_own_pace_is_no_failure() -> None:
    """A request that was handed back unasked comes again when its turn is, however often that happened."""
    assert wait(Refused(Reason.RATE_LIMITED, retry=True, retry_after=42.0), 50) == timedelta(seconds=42)


@given(
    st.sampled_from(Reason),
    st.booleans(),
    st.none() | st.floats(),
    st.none() | st.integers(100, 999),
    st.integers(-5, 10**9),
    st.integers(),
)
def test_again_is_always_a_time_ahead(
    reason: Reason, retry: bool, after: float | None, status: int | None, failures: int, seed: int
) -> None:
    """Whatever went wrong, however often: the next try lies in the future, and within 30 days."""
    refused = Refused(reason, retry=retry, retry_after=after, status=status)
    at = after_failure(refused, failures, NOW, Random(seed))
    assert NOW <= at <= NOW + LONGEST


RETRY_AFTER = [
    ("120", 120.0),
    (" 0 ", 0.0),
    ("-5", 0.0),
    ("1.5", 1.0),
    ("9" * 400, 86_400.0),
    ("Wed, 14 Jan 2026 12:01:00 GMT", 60.0),
    ("Wed, 14 Jan 2026 14:01:00 +0200", 60.0),
    ("Wed, 14 Jan 2026 12:01:00", 60.0),
    ("Wed, 14 Jan 2015 12:01:00 GMT", 0.0),
    ("Fri, 31 Dec 9999 23:59:59 -1200", 86_400.0),
    ("Wed, 14 Jan 0000 12:01:00 GMT", 0.0),
    ("soon", None),
    ("", None),
    ("٣", None),
    ("1e5", None),
    ("nan", None),
]


@pytest.mark.parametrize(("value", "seconds"), RETRY_AFTER)
def test_retry_after_is_read(value: str, seconds: float | None) -> None:
    """Seconds or a date; never negative, never more than a day."""
    assert reading.retry_after(value.encode(), NOW) == seconds


@given(st.binary(max_size=60))
def test_any_bytes_in_the_head(value: bytes) -> None:
    """No header value makes a reader raise, and what they give is clean and bounded."""
    seconds = reading.retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 86_400
    age = reading.max_age([value])
    assert age is None or 0 <= age <= 30 * 86_400
    kind, charset = reading.content_type(value)
    assert (kind + (charset or "")).isascii()
    validator = reading.validator(value)
    assert validator is None or reading.sendable(validator) == validator.encode()
    assert reading.coding([value]) in {"identity", "gzip", None}
    assert reading.content_length(value) is None or value.isdigit()


@pytest.mark.parametrize(
    ("values", "age"),
    [
        ([b"public, max-age=300"], 300.0),
        ([b"public", b"max-age=60"], 60.0),
        ([b"MAX-AGE=7"], 7.0),
        ([b"s-maxage=9"], None),
        ([b"max-age=300, no-cache"], 0.0),
        ([b"no-store"], 0.0),
        ([b"max-age=" + b"9" * 300], 30 * 86_400.0),
        ([b"max-age=-1"], None),
        ([], None),
    ],
)
def test_cache_control_is_read(values: list[bytes], age: float | None) -> None:
    """How long the answer stays fresh for us."""
    assert reading.max_age(values) == age


@given(st.binary(max_size=3000), st.integers(1, 50), st.integers(1, 3))
def test_gzip_comes_apart_as_it_went_together(data: bytes, step: int, members: int) -> None:
    """Any data in any pieces and several members comes out whole, with padding after it or not."""
    packed = gzipped(data) * members + b"\x00" * 7
    into = reading.Gzip(len(data) * members)
    for start in range(0, len(packed), step):
        into.add(packed[start : start + step])
    assert into.end() == data * members


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 200))
def test_broken_gzip_is_refused_or_read(data: bytes, rubbish: bytes, cut: int) -> None:
    """Cut short or damaged: Trouble, or (rarely) data; never another exception, never more than the limit."""
    packed = gzipped(data)
    into = reading.Gzip(200)
    reasons = set()
    try:
        into.add(packed[:cut] + rubbish)
        assert len(into.end()) <= 200
    except Trouble as trouble:
        reasons.add(trouble.reason)
    assert reasons <= {Reason.BAD_ENCODING, Reason.TOO_LARGE}


def test_half_a_gzip_is_no_document() -> None:
    """A packed body that was cut short is an error, not a shorter document."""
    whole = gzipped(b"<rss>" + bytes(range(256)) * 40)
    into = reading.Gzip(1_000_000)
    into.add(whole[: len(whole) // 2])
    with pytest.raises(Trouble, match="cut short"):
        into.end()


def test_a_bomb_behind_the_limit_is_not_unpacked() -> None:
    """The limit holds to the byte, whatever one piece would unpack to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(10_000_000)) + packer.flush()
    into = reading.Gzip(1000)
    with pytest.raises(Trouble, match="1000 bytes"):
        into.add(bomb)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": 0},
        {"max_bytes": -1},
        {"host_interval": -1},
        {"max_per_host": 0},
        {"max_redirects": -1},
        {"allow_networks": ("loopback",)},
        {"user_agent": "a\r\nb"},
        {"user_agent": " "},
    ],
)
def test_options_that_cannot_be(wrong: dict[str, object]) -> None:
    """A setting that makes no sense is told at once."""
    with pytest.raises(ValueError, match=r"must|does not appear"):
        FetchOptions(**wrong)  # type: ignore[arg-type]


def test_the_product_is_what_robots_files_call_us() -> None:
    """The user agent up to its version or comment."""
    assert FetchOptions().product == "treatywatch"
    assert FetchOptions(user_agent="My-Desk (+https://desk.example)").product == "my-desk"
