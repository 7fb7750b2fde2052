"""The address policy and the URL check."""

from __future__ import annotations

import ipaddress
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Reason
from pipeline.fetch.guard import MAX_URL, ParsedUrl, check_url, follow, host_of, networks, refusal

REFUSED_ADDRESSES = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1
2001::1 2001:1::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
fe80::1%eth0 fec0::1 ff02::1
"""
ALLOWED_ADDRESSES = """
1.1.1.1 8.8.8.8 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.0 192.0.1.1 198.17.0.1 223.255.255.255
2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::1 2003::1 2400:cb00::1 3ffe::1
"""


@pytest.mark.parametrize("text", REFUSED_ADDRESSES.split())
def test_internal_addresses_are_refused(text: str) -> None:
    """Nothing that is not public may be connected to, whatever family it is written in."""
    assert refusal(ipaddress.ip_address(text)) is Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize("text", ALLOWED_ADDRESSES.split())
def test_public_addresses_are_allowed(text: str) -> None:
    """Public addresses just outside the refused networks stay reachable."""
    assert refusal(ipaddress.ip_address(text)) is None


@given(st.ip_addresses())
def test_the_policy_is_never_wider_than_the_standard_library(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Whatever we allow, Python's own table calls global too, and it is neither multicast nor reserved."""
    if refusal(address) is None:
        assert address.is_global
        assert not any((address.is_multicast, address.is_private, address.is_loopback, address.is_link_local))


@given(st.ip_addresses(v=4))
def test_ipv4_differs_from_the_standard_library_only_where_known(address: ipaddress.IPv4Address) -> None:
    """Global IPv4 addresses that we refuse lie in the few networks which the library's table leaves out."""
    if refusal(address) is not None and address.is_global:
        extra = networks(["168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4"])
        assert any(address in network for network in extra)


@given(st.ip_addresses(v=6))
def test_ipv6_outside_global_unicast_is_refused(address: ipaddress.IPv6Address) -> None:
    """Only 2000::/3 can be public."""
    if int(address) >> 125 != 1:
        assert refusal(address) is Reason.BLOCKED_ADDRESS


def test_allowed_networks_open_only_themselves() -> None:
    """An allowed network lets its own addresses through and no neighbour, no mapped twin."""
    allow = networks(["127.0.0.2/32", "fd00::/8"])
    assert refusal(ipaddress.ip_address("127.0.0.2"), allow) is None
    assert refusal(ipaddress.ip_address("fd12::1"), allow) is None
    for text in ("127.0.0.1", "127.0.0.3", "::ffff:127.0.0.2", "10.0.0.1", "fe80::1"):
        assert refusal(ipaddress.ip_address(text), allow) is Reason.BLOCKED_ADDRESS


def test_a_network_that_is_none_is_a_value_error() -> None:
    """The operator's slip is told, not passed over."""
    with pytest.raises(ValueError, match="host bits"):
        networks(["127.0.0.1/8"])


BAD = [
    ("", Reason.URL_INVALID),
    ("agency.example/news", Reason.URL_INVALID),
    ("//agency.example/", Reason.URL_INVALID),
    ("http:agency.example", Reason.URL_INVALID),
    ("http:/agency.example", Reason.URL_INVALID),
    ("http://", Reason.URL_INVALID),
    ("http:///path", Reason.URL_INVALID),
    ("http://:80/", Reason.URL_INVALID),
    ("http://a b/", Reason.URL_INVALID),
    ("http://a\tb/", Reason.URL_INVALID),
    ("http://agency.example/\r\nX: y", Reason.URL_INVALID),
    ("http://agency.example/\x00", Reason.URL_INVALID),
    ("http://user@agency.example/", Reason.URL_INVALID),
    ("http://user:pw@agency.example/", Reason.URL_INVALID),
    ("http://agency.example\\@127.0.0.1/", Reason.URL_INVALID),
    ("http://agency.example%2f@127.0.0.1/", Reason.URL_INVALID),
    ("http://agency.example%00.evil.example/", Reason.URL_INVALID),
    ("http://xn--/", Reason.URL_INVALID),
    ("http://..example/", Reason.URL_INVALID),
    ("http://a..example/", Reason.URL_INVALID),
    ("http://" + "a" * 64 + ".example/", Reason.URL_INVALID),
    ("http://" + "a." * 130 + "example/", Reason.URL_INVALID),
    ("http://ａgency．example＠evil/", Reason.URL_INVALID),
    ("http://\ud800/", Reason.URL_INVALID),
    ("http://agency.example/\ud800", Reason.URL_INVALID),
    ("http://[::1/", Reason.URL_INVALID),
    ("http://[::1]x/", Reason.URL_INVALID),
    ("http://[fe80::1%25eth0]/", Reason.URL_INVALID),
    ("http://[127.0.0.1]/", Reason.URL_INVALID),
    ("http://::1/", Reason.URL_INVALID),
    ("http://1.2.3.4.5/", Reason.URL_INVALID),
    ("http://agency.example:0/", Reason.URL_INVALID),
    ("http://agency.example:65536/", Reason.URL_INVALID),
    ("http://agency.example:8x/", Reason.URL_INVALID),
    ("http://agency.example:-1/", Reason.URL_INVALID),
    ("http://agency.example:８０/", Reason.URL_INVALID),
    ("file:///etc/passwd", Reason.BLOCKED_SCHEME),
    ("FILE:///etc/passwd", Reason.BLOCKED_SCHEME),
    ("gopher://127.0.0.1:25/", Reason.BLOCKED_SCHEME),
    ("ftp://agency.example/", Reason.BLOCKED_SCHEME),
    ("javascript:alert(1)", Reason.BLOCKED_SCHEME),
    ("data:text/html,x", Reason.BLOCKED_SCHEME),
    ("http://2130706433/", Reason.BLOCKED_ADDRESS),
    ("http://0x7f000001/", Reason.BLOCKED_ADDRESS),
    ("http://0x7f.1/", Reason.BLOCKED_ADDRESS),
    ("http://017700000001/", Reason.BLOCKED_ADDRESS),
    ("http://0177.0.0.1/", Reason.BLOCKED_ADDRESS),
    ("http://127.1/", Reason.BLOCKED_ADDRESS),
    ("http://0x7f.0.0.1./", Reason.BLOCKED_ADDRESS),
    ("http://999.1.1.1/", Reason.BLOCKED_ADDRESS),
    ("http://agency.example:22/", Reason.BLOCKED_PORT),
    ("https://agency.example:8443/", Reason.BLOCKED_PORT),
    ("http://agency.example/" + "a" * MAX_URL, Reason.URL_TOO_LONG),
    ("http://agency.example/" + "я" * 1500, Reason.URL_TOO_LONG),
]


@pytest.mark.parametrize(("url", "reason"), BAD, ids=lambda value: str(value)[:40].encode("ascii", "replace").decode())
def test_urls_that_are_refused(url: str, reason: Reason) -> None:
    """Every spelling that hides where it leads is refused by name."""
    assert check_url(url) is reason


GOOD = [
    ("http://agency.example", "http://agency.example/"),
    ("  HTTPS://Agency.Example:443/A?b#c \n", "https://agency.example/A?b"),
    ("http://agency.example.:80?q=1", "http://agency.example/?q=1"),
    ("http://agency.example/новости/1 2", "http://agency.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1%202"),
    ("http://agency.example/a%20b?x=%d0%bd&y=[1]", "http://agency.example/a%20b?x=%d0%bd&y=[1]"),
    ("http://мид.рф/", "http://xn--d1ahl.xn--p1ai/"),
    ("http://bücher。example/", "http://xn--bcher-kva.example/"),
    ("http://[2606:4700::0001]:80/", "http://[2606:4700::1]/"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    ("http://１２７.０.０.１/", "http://127.0.0.1/"),
    ("http://my_agency.example/\\x", "http://my_agency.example/%5Cx"),
    ("http://agency.example:/", "http://agency.example/"),
]


@pytest.mark.parametrize(("url", "plain"), GOOD)
def test_urls_that_are_taken(url: str, plain: str) -> None:
    """An honest URL comes out in one plain spelling: ASCII, lower-case host, no fragment."""
    parsed = check_url(url)
    assert isinstance(parsed, ParsedUrl)
    assert parsed.url == plain


def test_ports_can_be_opened() -> None:
    """The operator may allow more ports, or any."""
    assert isinstance(check_url("http://agency.example:8080/", (8080,)), ParsedUrl)
    assert isinstance(check_url("http://agency.example:22/", "any"), ParsedUrl)
    assert check_url("http://agency.example/", (8080,)) is Reason.BLOCKED_PORT


@given(st.text() | st.text(alphabet="htps:/@[].%\\#?0x17a-😀。 \t").map(lambda tail: "http://" + tail))
def test_any_text_is_a_url_or_a_reason(text: str) -> None:
    """The check never raises, and what it takes is fit for the wire and stays the same when checked again."""
    answer = check_url(text, "any")
    if isinstance(answer, Reason):
        return
    assert all("\x21" <= letter <= "\x7e" for letter in answer.url)
    assert check_url(answer.url, "any") == answer
    assert not set(answer.host) & set("@/\\%? []#")


@given(st.text(alphabet=string.printable + "é\ud800"), st.text(alphabet=string.printable))
def test_a_redirect_leads_to_a_checked_url_or_nowhere(location: str, path: str) -> None:
    """Whatever Location says, what comes out has passed the same check."""
    base = check_url("http://agency.example/" + path)
    if not isinstance(base, ParsedUrl):
        return
    answer = follow(base, location)
    if isinstance(answer, ParsedUrl):
        assert check_url(answer.url) == answer


REDIRECTS = [
    ("/b?c", "http://agency.example/b?c"),
    ("c", "http://agency.example/a/c"),
    ("../x", "http://agency.example/x"),
    ("?page=2", "http://agency.example/a/b?page=2"),
    ("//other.example/y", "http://other.example/y"),
    ("https://other.example/y#z", "https://other.example/y"),
    ("/новости", "http://agency.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
    ("", Reason.REDIRECT_INVALID),
    ("http://user:pw@other.example/", Reason.REDIRECT_INVALID),
    ("\\\\evil.example/", Reason.REDIRECT_INVALID),
    ("/\\evil.example/", Reason.REDIRECT_INVALID),
    ("http://", Reason.REDIRECT_INVALID),
    ("http://[::1", Reason.REDIRECT_INVALID),
    ("//[::1", Reason.REDIRECT_INVALID),
    ("/" + "a" * MAX_URL, Reason.REDIRECT_INVALID),
    ("file:///etc/passwd", Reason.BLOCKED_SCHEME),
    ("javascript:alert(1)", Reason.BLOCKED_SCHEME),
    ("http://2130706433/", Reason.BLOCKED_ADDRESS),
    ("http://other.example:25/", Reason.BLOCKED_PORT),
]


@pytest.mark.parametrize(("location", "expected"), REDIRECTS, ids=lambda value: str(value)[:30])
def test_redirect_targets(location: str, expected: str | Reason) -> None:
    """Relative targets are joined; forbidden ones say what forbids them; the rest is no redirect."""
    base = check_url("http://agency.example/a/b")
    assert isinstance(base, ParsedUrl)
    answer = follow(base, location)
    assert (answer.url if isinstance(answer, ParsedUrl) else answer) == expected


def test_only_the_host_of_a_url_is_shown() -> None:
    """Keys in paths and queries do not reach logs."""
    assert host_of("https://agency.example/feed?key=secret") == "agency.example"
    assert host_of("secret") == ""
