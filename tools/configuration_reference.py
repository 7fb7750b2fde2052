"""Writes the tables of docs/configuration.md from the code: every key, its type and its default; the meaning stands here.

python -m tools.configuration_reference          # a test fails when the page and the code differ
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pipeline.alert.options import ChannelFilter, ChannelOptions
from pipeline.settings import SECTIONS
from pipeline.settings.reading import hints_of

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
BEGIN, END = "<!-- tables: written by tools/configuration_reference.py -->", "<!-- end of tables -->"

MEANING: dict[str, dict[str, str]] = {
    "fetch": {
        "user_agent": "how we introduce ourselves; put a way to reach you into it",
        "timeout": "seconds for connecting and for each silence of the other side",
        "total_timeout": "seconds for one request, from the look-up of the name to its last byte",
        "max_bytes": "bytes of a document, decompressed",
        "max_wire_bytes": "bytes of a document as they come in",
        "max_entries": "items of one feed that are read",
        "max_redirects": "redirects that are followed",
        "host_interval": "seconds from one request to a host, and from its answer, to the next request; 0 = no pace",
        "max_crawl_delay": "seconds of Crawl-delay in a robots.txt that are honoured",
        "max_per_host": "requests under way to one host",
        "max_connections": "requests under way in all",
        "patience": "seconds a request waits for its host's turn before it is put off",
        "keep_alive": "seconds an idle connection is kept",
        "robots": "whether robots.txt is obeyed for articles",
        "allow_networks": 'internal networks that may be fetched from, e.g. ["10.1.2.0/24"]; everything else that is not public is refused',
        "allow_ports": 'ports that may be fetched from, or "any"',
    },
    "process": {
        "workers": "worker processes for extraction and recognition; 0 = one a core",
        "article_timeout": "seconds one article may take before its worker is killed",
        "memory_limit": "bytes one article may take beyond what the worker itself needs",
        "cluster": "address of a Dask scheduler (tcp://host:8786)",
    },
    "recognise": {
        "alert_threshold": "confidence from which an event is told to people",
        "review_threshold": "confidence from which an event waits for review; below it is history",
        "fresh_days": "days after which an act is history, not news",
        "discover": "also record events on agreements that nobody has listed",
    },
    "alert": {
        "retry_schedule": "seconds to wait after the first, second … failed try; after the last the message is a dead letter",
        "timeout": "seconds a receiver has for its answer",
        "lease": "seconds after which a delivery in hand is taken to be lost and tried again",
        "concurrency": "deliveries under way at once",
    },
    "web": {
        "bind": "address and port of the page and the API; without tokens only loopback; empty = neither",
        "public_url": "how others reach the page, for links in messages",
        "tokens_file": "file of access tokens (docs/api.md); tokens can also be kept in the database: `treatywatch tokens add`",
        "hosts": "further names under which the service answers; its own address, localhost and public_url's name it knows",
        "max_body": "bytes a request may bring",
        "requests_per_minute": "requests each token may make in a minute",
        "proxies": "networks of proxies whose user_header is believed",
        "user_header": "header in which such a proxy says who is signed in, e.g. X-Remote-User",
        "user_scopes": "what somebody signed in there may do: read, review, admin",
    },
    "schedule": {
        "poll": "seconds between looks for feeds that are due",
        "process": "seconds between looks for articles in the queue",
        "deliver": "seconds between looks for messages in the outbox",
        "expect": "seconds between looks for announced steps that did not come",
        "recheck": "seconds between looks for articles that are to be read again",
        "watch": "seconds between looks for troubles of the service itself",
        "upkeep_cron": "when old rows are deleted and statistics refreshed (cron, UTC); empty = never",
        "retention_days": "days after which pages and texts that prove no event are deleted; 0 = they are kept",
        "polls_days": "days for which single polls are remembered; 0 = for ever",
        "backup_cron": "when a backup is made (cron, UTC); empty = never",
        "backup_dir": "where to",
        "backup_keep": "how many are kept",
    },
    "log": {
        "level": "how much is said",
        "format": "text, json, or auto: text on a terminal, JSON elsewhere",
    },
    "[channel]": {
        "id": "one word; stays the same for ever",
        "kind": "who carries it",
        "role": "reader hears of events, operator of the service's own troubles",
        "enabled": "false switches it off and keeps its settings",
        "mode": "each event at once, or together on schedule",
        "schedule": "cron expression of the digest",
        "timezone": "in which schedule and quiet hours are meant",
        "quiet_hours": '"22:00-07:00": messages wait until they end',
        "daily_cap": "messages a day, then one that says what was held back; 0 = no cap",
        "overdue": "also hear when an announced step did not come",
        "stalled_days": "also hear when a signed agreement has not moved for so many days; 0 = no",
        "filter": "which events, see below",
        "url": "webhook: the receiver; apprise: the service's URL (`url_file` reads it from a file)",
        "secret": "webhook: whsec_…, two while rotating (`secret_file`)",
        "allow_networks": "webhook: internal networks in which the receiver may be",
        "to": "e-mail: recipients",
        "from": "e-mail: sender",
        "host": "e-mail: the mail server",
        "port": "e-mail: its port; 0 = the usual one",
        "tls": "e-mail: how the connection is secured",
        "user": "e-mail: account",
        "ca_file": "e-mail: certificates to trust beside the system's, for a mail server of the house",
        "password": "e-mail: its password (`password_file`)",
    },
    "channel.filter": {
        "agreements": "ids",
        "parties": "codes of parties, or of who acted",
        "types": "types of event",
        "stages": "stages (lower_chamber, upper_chamber, head_of_state …)",
        "statuses": "occurred, planned, called_for, negated, conditional",
        "jurisdictions": "countries whose act it is",
        "languages": "languages of the reports",
        "min_confidence": "0 to 1",
        "discovered": "also agreements that nobody has listed",
    },
}


def tables() -> str:
    """The tables as Markdown; KeyError where the code has a key that MEANING does not explain."""
    parts = [
        "| key | type | default | meaning |\n|---|---|---|---|\n| `database_url` | text | `sqlite:///treatywatch.db` | SQLite file, or `postgresql+psycopg://user@host/name` |\n"
    ]
    sections: dict[str, type] = {**SECTIONS, "[channel]": ChannelOptions, "channel.filter": ChannelFilter}
    for name, cls in sections.items():
        rows = "".join(_rows(name, cls))
        heading = name if name != "channel.filter" else "channel.filter"
        parts.append(f"\n### [{heading}]\n\n| key | type | default | meaning |\n|---|---|---|---|\n{rows}")
    return "".join(parts)


def _rows(section: str, cls: type) -> Iterator[str]:
    hints = hints_of(cls)
    said = dict(MEANING[section])
    for spec in dataclasses.fields(cls):
        key = spec.name.rstrip("_")
        default = spec.default
        if spec.default_factory is not dataclasses.MISSING:
            default = spec.default_factory()
        yield f"| `{key}` | {_type(hints[spec.name])} | {_shown(default)} | {said.pop(key)} |\n"
    if said:
        raise KeyError(f"[{section}] explains keys that are not there: {', '.join(said)}")


def _type(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(part) for part in arguments if part is not type(None))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if dataclasses.is_dataclass(hint):
        return "table"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "words"
    return {str: "text", int: "whole number", float: "number", bool: "true/false"}[hint]


def _shown(value: object) -> str:
    if value is dataclasses.MISSING:
        return "must be set"
    if value is None or value == "" or value == ():
        return ""
    if dataclasses.is_dataclass(value):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{value}`"


def page() -> str:
    """docs/configuration.md with fresh tables."""
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
