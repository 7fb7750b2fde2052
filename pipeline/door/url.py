"""One spelling per address: what two links to the same article have in common, and links made absolute."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna

from pipeline.door.text import clean_text

MAX_URL = 4096

# Parameters that say where a reader came from and never what is shown.
_TRACKING = re.compile(
    r"(?:utm_[a-z0-9_]*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|yclid|ysclid|msclkid|twclid|ttclid|igshid|igsh|mc_[ce]id"
    r"|_ga|_gl|_openstat|openstat|at_(?:medium|campaign|custom[0-9]|link_[a-z]+|format|ptr_name|bbc_team)|ns_(?:mchannel"
    r"|source|campaign|linkname|fee)|cmpid|cmp|ito|ocid|smid|sr_share|rss|ref_src|ref_url|traffic_source|spm|from_rss"
    r"|wt_mc|wtmc|xtor|echobox|partner_source|mkt_tok|vero_id|guccounter|guce_[a-z_]+|feedtype|feedname|amp|outputtype)\Z",
    re.IGNORECASE,
)
_PAGE_SHAPING = {"amp": {"", "1", "true"}, "outputtype": {"amp"}, "cmp": None, "rss": {"", "1", "true"}}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&'()*+,;=~%|[]"
_QUERY_SAFE = _PATH_SAFE + "?"
_DEFAULT_PORT = {"http": 80, "https": 443}
_AMP_END = re.compile(r"(?:/amp/?|\.amp)\Z", re.IGNORECASE)
_AMP_FILE = re.compile(r"\.amp(?=\.s?html?\Z)", re.IGNORECASE)
_SPACE = re.compile(r"[\s\x00-\x20]+")
_PLAIN = re.compile(
    r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?:/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)+/?\Z"
)  # most links


def normalise_url(url: str) -> str:
    """The plain spelling of an http(s) URL: what identity is judged by. Idempotent; never raises.

    Lower-case scheme and ASCII host, no default port, fragment, dot segments, tracking parameters or AMP suffix; escapes
    upper-case, and undone where nothing needs them. Text that is no http(s) URL comes back cleaned and otherwise as it is.
    """
    if _PLAIN.match(url) and "amp" not in url.lower():
        return url
    text = _SPACE.sub(" ", clean_text(url)).strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    name = _ascii_host(host)
    if scheme not in _DEFAULT_PORT or not name or "@" in parts.netloc or "%" in host:
        return text
    netloc = f"[{name}]" if ":" in name else name
    if port is not None and port != _DEFAULT_PORT[scheme]:
        netloc = f"{netloc}:{port}"
    return urlunsplit((scheme, netloc, _plain_path(parts.path), _plain_query(parts.query), ""))


def absolute_url(link: str, base: str) -> str | None:
    """`link` as an absolute http(s) URL, relative ones joined to `base`; None for anything else (javascript:, mailto: …)."""
    text = "".join(clean_text(link).split("\n")).replace("\t", "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(urljoin(base, text))
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in _DEFAULT_PORT or not host:
        return None
    return urlunsplit(parts).replace(" ", "%20")


def host_of(url: str) -> str:
    """The lower-case ASCII host of a URL without a leading "www."; empty where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return _ascii_host(host).removeprefix("www.")


def same_host(one: str, other: str) -> bool:
    """Whether two URLs are of one host ("www." aside, and the "amp." or "m." that a mobile edition puts before it)."""
    hosts = [re.sub(r"\A(?:amp|m|mobile)\.", "", host_of(url)) for url in (one, other)]
    return bool(hosts[0]) and hosts[0] == hosts[1]


def _ascii_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii").lower().rstrip(".")
    except (ValueError, IndexError):  # IDNAError is a UnicodeError
        return ""


def _plain_path(path: str) -> str:
    path = _without_dots(_plain_escapes(path, _PATH_SAFE))
    while True:
        shorter = _AMP_FILE.sub("", _AMP_END.sub("", path))
        if shorter == path:
            return path or "/"
        path = shorter or "/"


def _plain_query(query: str) -> str:
    kept = [pair for pair in _plain_escapes(query, _QUERY_SAFE).split("&") if pair and not _tracks(pair)]
    return "&".join(kept)


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if not _TRACKING.match(name):
        return False
    values = _PAGE_SHAPING.get(name.lower())
    return values is None or value.lower() in values


def _plain_escapes(text: str, safe: str) -> str:
    def plain(found: re.Match[str]) -> str:
        letter = chr(int(found[1], 16))
        return letter if letter in _UNRESERVED else f"%{found[1].upper()}"

    quoted = quote(text, safe=safe, errors="replace")
    return _ESCAPE.sub(plain, quoted)


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4, on whole segments."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ends_open = segments[-1] in (".", "..")
    return "/" + "/".join([*kept, ""] if ends_open and kept else kept)
