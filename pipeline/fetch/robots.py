"""What a site's robots.txt allows us (RFC 9309), read without letting it cost more than it is worth.

Pure; fetching and remembering it is `manners.py`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from protego import Protego

MAX_ROBOTS = 512_000  # bytes that are looked at; RFC 9309 asks for 500 KiB at least

_AGENT = re.compile(r"\s*user[-\s]*agent\s*[:\s]\s*(?P<name>.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us. Without a file everything is allowed."""

    product: str = "*"
    delay: float | None = None
    size: int = 0  # bytes of text behind it
    parsed: Protego | None = field(default=None, compare=False, repr=False)

    def allows(self, url: str) -> bool:
        """Whether we may ask for this URL."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, self.product))


def read(body: bytes, product: str) -> Rules:
    """Read a robots.txt for the robot called `product` (lower-case)."""
    body = body[:MAX_ROBOTS]
    lines = body.decode("utf-8-sig", "replace").splitlines()
    parsed = Protego.parse("\n".join(_plain(line, product) for line in lines))
    return Rules(product, parsed.crawl_delay(product), len(body), parsed)


def _plain(line: str, product: str) -> str:
    """The line, with every robot that is neither us nor everybody under one name.

    The parser keeps a copy of each rule for each robot of its group: thousands of names over thousands of rules, half a
    megabyte of text, would be hundreds of millions of copies.
    """
    found = _AGENT.match(line.split("#", 1)[0])
    if not found:
        return line
    name = found["name"].split("/", 1)[0].strip().lower()
    return f"User-agent: {name if name in {'*', product} else 'somebody-else'}"
