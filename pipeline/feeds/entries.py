"""From an item as written to an `Entry`: cleaned, its link made absolute, its date believed or not, its identity settled.

Identity is the guid, scoped to the feed by `feed_id`; else the normalised link; else a hash of what the item says. A guid
that several items of one document share names none of them (some writers put their home page there): those go by link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pipeline.door.text import clean_block, clean_line, clean_text, text_of_html
from pipeline.door.url import MAX_URL, absolute_url, normalise_url
from pipeline.door.when import parse_when, within_reason
from pipeline.errors import Reason
from pipeline.feeds.values import Limits, RawEntry, RawFeed
from pipeline.model import Entry, Feed

AHEAD = timedelta(days=2)  # clocks and time zones of publishers are off by so much, not by more
_SCHEME = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]{1,20})?\Z")
_LANGUAGE_NAMES = {
    "english": "en", "russian": "ru", "eng": "en", "rus": "ru", "kaz": "kk", "ukr": "uk", "ua": "uk", "by": "be", "kz": "kk",
    "cn": "zh", "jp": "ja", "zho": "zh", "bel": "be",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Linked:
    raw: RawEntry
    url: str
    key: str
    guid: str


def language_tag(written: str) -> str | None:
    """The ISO 639 code of a language tag ("ru-RU" is "ru"); None for what is none."""
    written = written.strip()
    plain = _LANGUAGE_NAMES.get(written.lower(), written)
    found = _LANGUAGE.match(plain)
    return _LANGUAGE_NAMES.get(found[1].lower(), found[1].lower()) if found else None


def build_entries(
    raw: RawFeed, *, feed: Feed, base_url: str, now: datetime, limits: Limits
) -> tuple[tuple[Entry, ...], tuple[tuple[str, Reason], ...]]:
    """The document's entries in its order, none twice, and what was skipped: (where, reason)."""
    linked: list[_Linked] = []
    skipped: list[tuple[str, Reason]] = []
    for place, item in enumerate(raw.entries, 1):
        url = _link(item, base_url)
        guid = clean_line(item.guid, 5000)
        if isinstance(url, Reason):
            skipped.append((guid[:200] or f"item {place}", url))
        else:
            linked.append(_Linked(item, url, normalise_url(url), guid))
    shared = _shared_guids(linked)
    language = language_tag(raw.language) or feed.language
    entries: dict[str, Entry] = {}
    for item_ in linked:
        guid = "" if item_.guid in shared else item_.guid
        identity = _bounded(guid or item_.key, limits.identity)
        if identity not in entries:
            entries[identity] = _entry(item_, identity, feed, language, now, limits)
    return tuple(entries.values()), tuple(skipped)


def _link(item: RawEntry, base_url: str) -> str | Reason:
    """The item's absolute URL, or why it has none we follow."""
    base = absolute_url(item.base, base_url) if item.base else base_url
    url = absolute_url(item.link, base or base_url)
    if url is None:
        written = clean_text(item.link)
        foreign = _SCHEME.match(written) and not written.strip().lower().startswith(("http:", "https:"))
        return Reason.BLOCKED_SCHEME if foreign else Reason.ENTRY_INVALID if not written.strip() else Reason.URL_INVALID
    return url if len(url) <= MAX_URL else Reason.URL_TOO_LONG


def _shared_guids(linked: Iterable[_Linked]) -> frozenset[str]:
    links: dict[str, set[str]] = {}
    for item in linked:
        links.setdefault(item.guid, set()).add(item.key)
    return frozenset(guid for guid, keys in links.items() if len(keys) > 1)


def _bounded(identity: str, limit: int) -> str:
    return identity if len(identity) <= limit else f"sha256:{sha256(identity.encode()).hexdigest()}"


def _entry(item: _Linked, identity: str, feed: Feed, language: str | None, now: datetime, limits: Limits) -> Entry:
    raw = item.raw
    published = within_reason(parse_when(clean_text(raw.published)), now, AHEAD)
    title = text_of_html(raw.title) if raw.title_is_html else raw.title
    return Entry(
        feed_id=feed.id,
        identity=identity,
        url=item.url,
        title=clean_line(title, limits.title),
        published=published or within_reason(parse_when(clean_text(raw.updated)), now, AHEAD),
        language=language_tag(raw.language) or language,
        summary=clean_block(text_of_html(raw.summary[: limits.content]), limits.summary),
        content_html=clean_text(raw.content_html[: limits.content]) or None,
    )
