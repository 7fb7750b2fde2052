"""What may be shown of a channel: where it goes without what opens it, and answers without our secrets in them."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

from pipeline.alert.options import ChannelOptions
from pipeline.alert.plain import one_line

_SHOWN = 500
_LEAST = 6  # shorter words would blot out half the text, and are no secrets
_BLOT = "•••"


def target(channel: ChannelOptions) -> str:
    """Where a channel delivers, fit for logs and pages: "https://hooks.example.org/…", "d…@example.org", "ntfy://…".

    The path and query of a webhook often are its key; so is everything in an Apprise address.
    """
    if channel.kind == "email":
        return ", ".join(address(one) for one in channel.to)
    scheme, host = _place(channel.url)
    if channel.kind == "apprise":
        return f"{scheme}://…"
    return f"{scheme}://{host}/…"


def address(mail: str) -> str:
    """A mail address, fit for logs: "d…@example.org"."""
    local, _, domain = mail.strip("<> ").rpartition("@")
    return f"{local[:1]}…@{domain}"


def shown(text: str | bytes, channel: ChannelOptions) -> str:
    """What a receiver said: one line, at most 500 characters, with the channel's secrets blotted out."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = one_line(plain[:20_000])
    for secret in _secrets(channel):
        plain = plain.replace(secret, _BLOT)
    return one_line(plain, _SHOWN)


def _secrets(channel: ChannelOptions) -> list[str]:
    """Everything that opens a channel, in the spellings it is sent in; the longest first, so that no rest is left standing."""
    found = {*channel.secret, *(secret.removeprefix("whsec_") for secret in channel.secret), channel.password}
    if channel.kind != "email":
        found |= {channel.url, *_address_parts(channel)}
    if channel.password:
        login = f"\0{channel.user}\0{channel.password}"
        found |= {base64.b64encode(one.encode()).decode() for one in (channel.password, login)}
    return sorted((secret for secret in found if len(secret) >= _LEAST), key=len, reverse=True)


def _address_parts(channel: ChannelOptions) -> set[str]:
    try:
        parts = urlsplit(channel.url)
    except ValueError:
        return set()
    pieces = {parts.query, *re.split("[&=]", parts.query), parts.path, *parts.path.split("/")}
    pieces |= {parts.password or "", parts.username or ""}
    return pieces | ({parts.netloc} if channel.kind == "apprise" else set())


def _place(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    try:
        return scheme[:20], urlsplit(url).hostname or ""
    except ValueError:
        return scheme[:20], rest.split("/")[0].rpartition("@")[2]
