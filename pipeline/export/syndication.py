"""Events as feeds that any reader can follow: Atom 1.0 (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from pipeline.alert.words import headline
from pipeline.model import Event, Source
from pipeline.plan import instant

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Channel:
    """The feed itself: its own address, the service's page, and when its events were last changed (id to moment)."""

    self_url: str
    home: str
    title: str = "treatywatch"
    changed: Mapping[str, datetime] | None = None


def atom(events: Sequence[Event], channel: Channel) -> bytes:
    """An Atom feed, in the order of the events; text only, no markup of others."""
    entries = "".join(_entry(event, channel) for event in events)
    newest = max((_changed(event, channel) for event in events), default=_EPOCH)
    made = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{_text(channel.self_url)}</id><title>{_text(channel.title)}</title><updated>{instant(newest)}</updated>"
        f'<link rel="self" type="application/atom+xml" href={_attribute(channel.self_url)}/>'
        f'<link rel="alternate" type="text/html" href={_attribute(channel.home)}/>'
        f"<author><name>treatywatch</name></author>{entries}</feed>\n"
    )
    return made.encode("utf-8", "replace")


def _entry(event: Event, channel: Channel) -> str:
    link = f"{channel.home.rstrip('/')}/events/{event.id}"
    via = "".join(
        f'<link rel="via" href={_attribute(source.url)} title={_attribute(source.title or source.agency)}/>'
        for source in event.sources
        if _is_web(source.url)
    )
    return (
        f"<entry><id>urn:treatywatch:event:{_text(event.id)}</id><title>{_text(title_of(event))}</title>"
        f"<updated>{instant(_changed(event, channel))}</updated><published>{instant(event.first_seen or _EPOCH)}</published>"
        f'<link rel="alternate" type="text/html" href={_attribute(link)}/>{via}'
        f'<category term="{event.type.value}"/><category term="{event.status.value}"/>'
        f'<content type="text">{_text(body_of(event))}</content></entry>'
    )


def json_feed(events: Sequence[Event], channel: Channel, next_url: str | None = None) -> bytes:
    """A JSON Feed, in the order of the events."""
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.self_url,
        "items": [_item(event, channel) for event in events],
    }
    if next_url:
        feed["next_url"] = next_url
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")


def _item(event: Event, channel: Channel) -> dict[str, object]:
    item: dict[str, object] = {
        "id": f"urn:treatywatch:event:{event.id}",
        "url": f"{channel.home.rstrip('/')}/events/{event.id}",
        "title": title_of(event),
        "content_text": body_of(event),
        "date_published": instant(event.first_seen or _EPOCH),
        "date_modified": instant(_changed(event, channel)),
        "tags": [event.type.value, event.status.value],
    }
    first = next((source.url for source in event.sources if _is_web(source.url)), None)
    return item | ({"external_url": first} if first else {})


def title_of(event: Event) -> str:
    """The event in one line: agreement, act, actor, date."""
    return " ".join(f"{event.agreement}: {headline(event, {})}".split())


def body_of(event: Event) -> str:
    """The sentences that prove the event, each with its source."""
    told = "\n\n".join(f"“{source.evidence.strip()}”\n{_credit(source)}" for source in event.sources)
    return told or f"“{event.evidence.strip()}”"


def _credit(source: Source) -> str:
    day = source.published.date().isoformat() if source.published else ""
    return ", ".join(part for part in (source.agency, day, source.url) if part)


def _changed(event: Event, channel: Channel) -> datetime:
    return (channel.changed or {}).get(event.id) or event.first_seen or _EPOCH


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
