"""Where the service may go: which addresses, and which URLs are written so plainly that one can tell.

Pure. The address policy is asked where the socket connects (`wire.py`), after name resolution and for every hop; the URL
check only sorts out what no resolution can make right. Both err on the side of refusing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal
from urllib.parse import quote, urljoin

import idna

from pipeline.errors import Reason
from pipeline.options import Ports

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MAX_URL = 4096

# What the IANA special-purpose registries keep from the public Internet, and what clouds put beside it. `is_global` is not
# asked: its table changes with the Python release and calls 192.0.0.192 and 224/4 global.
_REFUSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; holds one cloud's metadata address
        "127.0.0.0/8",
        "168.63.129.16/32",  # one cloud's host agent, answers only from inside
        "169.254.0.0/16",  # link local; the usual metadata address
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; another cloud's metadata address
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, with the broadcast address
    )
)
# Everything outside 2000::/3 is refused without a list: mapped, compatible and translated IPv4, unique local, site local …
_PUBLIC_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
    )
)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read `allow_networks`; ValueError names what is not a network."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def refusal(address: Address, allow: Sequence[Network] = ()) -> Reason | None:
    """None for an address that may be connected to: a public one, or one inside `allow`."""
    if any(address in network for network in allow):
        return None
    if isinstance(address, IPv4Address):
        return Reason.BLOCKED_ADDRESS if any(address in network for network in _REFUSED_V4) else None
    if address in _PUBLIC_V6 and not any(address in network for network in _REFUSED_V6):
        return None
    return Reason.BLOCKED_ADDRESS


@dataclass(frozen=True, slots=True)
class ParsedUrl:
    """A URL taken apart once; the same parts are checked, connected to and asked for, so no second parser can differ.

    `host` is lower-case ASCII without brackets or final dot; `target` is path and query as they go on the wire.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str

    @property
    def netloc(self) -> str:
        """Host and port as the Host header and a URL write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what validators and connections belong to."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The URL in its plain spelling, without fragment."""
        return f"{self.scheme}://{self.netloc}{self.target}"


_DEFAULT_PORT = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PORT = re.compile(r"[0-9]{1,5}")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PATH = re.compile(r"[/?]")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_TARGET_SAFE = "/?:@!$&'()*+,;=-._~%[]|"


def check_url(url: str, allow_ports: Ports = (80, 443)) -> ParsedUrl | Reason:
    """Take `url` apart, or say why it may not be asked for. Never raises, whatever the text."""
    if len(url) > MAX_URL:
        return Reason.URL_TOO_LONG
    url = url.strip(" \t\r\n\f")
    if _CONTROL.search(url):
        return Reason.URL_INVALID
    found = _SCHEME.match(url)
    if not found:
        return Reason.URL_INVALID
    scheme = found[1].lower()
    if scheme not in _DEFAULT_PORT:
        return Reason.BLOCKED_SCHEME
    rest = url[found.end() :]
    if not rest.startswith("//"):
        return Reason.URL_INVALID
    authority, target = _split(rest[2:])
    place = _place(authority)
    if isinstance(place, Reason):
        return place
    host, port = place
    sent = _sendable(target)
    if sent is None:
        return Reason.URL_INVALID
    parsed = ParsedUrl("https" if scheme == "https" else "http", host, port or _DEFAULT_PORT[scheme], sent)
    if len(parsed.url) > MAX_URL:
        return Reason.URL_TOO_LONG
    if allow_ports != "any" and parsed.port not in allow_ports:
        return Reason.BLOCKED_PORT
    return parsed


def follow(base: ParsedUrl, location: str, allow_ports: Ports = (80, 443)) -> ParsedUrl | Reason:
    """Where a redirect leads. A target that is no URL at all is `redirect_invalid`; a forbidden one says what forbids it."""
    location = location.strip(" \t\r\n\f")
    if not location or len(location) > MAX_URL or _CONTROL.search(location):
        return Reason.REDIRECT_INVALID
    if not _SCHEME.match(location):
        # Relative; a leading backslash would be a slash to a browser and part of a path to others.
        if location.startswith(("\\", "/\\")):
            return Reason.REDIRECT_INVALID
        try:
            location = urljoin(base.url, location)
        except ValueError:
            return Reason.REDIRECT_INVALID
    answer = check_url(location, allow_ports)
    return Reason.REDIRECT_INVALID if answer in {Reason.URL_INVALID, Reason.URL_TOO_LONG} else answer


def host_of(url: str) -> str:
    """The host of a URL for logs and details: never its path or query, which may hold a key. Empty where there is none."""
    answer = check_url(url, "any")
    return "" if isinstance(answer, Reason) else answer.netloc


def _split(rest: str) -> tuple[str, str]:
    """Authority, and path with query. The fragment stays here: it is not sent."""
    rest = rest.split("#", 1)[0]
    cut = _PATH.search(rest)
    if not cut:
        return rest, "/"
    target = rest[cut.start() :]
    return rest[: cut.start()], target if target.startswith("/") else f"/{target}"


@lru_cache(maxsize=4096)
def _place(authority: str) -> tuple[str, int | None] | Reason:
    """Host and port of an authority; a port of None is the scheme's own."""
    if "@" in authority or "\\" in authority or "%" in authority or " " in authority:
        return Reason.URL_INVALID
    if authority.startswith("["):
        text, bracket, tail = authority[1:].partition("]")
        if not bracket or (tail and not tail.startswith(":")):
            return Reason.URL_INVALID
        host = _ipv6(text)
        port = tail[1:]
    else:
        name, _, port = authority.partition(":")
        host = _host(name)
    if isinstance(host, Reason):
        return host
    if not port:
        return host, None
    if not _PORT.fullmatch(port) or not 0 < int(port) < 65536:
        return Reason.URL_INVALID
    return host, int(port)


def _ipv6(text: str) -> str | Reason:
    try:
        return str(IPv6Address(text))
    except ValueError:
        return Reason.URL_INVALID


def _host(name: str) -> str | Reason:
    """A DNS name in its ASCII form or a dotted IPv4 address; numbers in other spellings are refused as disguised addresses."""
    if len(name) > 255:
        return Reason.URL_INVALID
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (ValueError, IndexError):  # IDNAError is a UnicodeError; odd scripts have raised IndexError
            return Reason.URL_INVALID
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return Reason.URL_INVALID
    if not _NUMBER.fullmatch(labels[-1]):
        return name
    try:
        return str(IPv4Address(name))
    except ValueError:
        # 2130706433, 0x7f.1, 0177.0.0.1: what a C library reads as an address and a reader does not.
        numeric = len(labels) <= 4 and all(_NUMBER.fullmatch(label) for label in labels)
        return Reason.BLOCKED_ADDRESS if numeric else Reason.URL_INVALID


def _sendable(target: str) -> str | None:
    """Path and query in visible ASCII: spaces and other letters percent-encoded as UTF-8, existing escapes left alone."""
    try:
        return quote(target, safe=_TARGET_SAFE)
    except UnicodeEncodeError:  # a lone surrogate
        return None
