"""`feeds.toml` and `agreements.toml`: the sources and the watchlist, entry by entry, so that one slip spoils only its own entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import ConfigurationError
from pipeline.model import Agreement, EventType, Feed, FeedKind, PartialDate, Rule, Watchlist
from pipeline.settings.reading import check_keys, read_toml, read_value

T = TypeVar("T")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}\Z")
_PARTY = re.compile(r"[A-Z][A-Z0-9-]{1,19}\Z")
MAX_TITLE = 2000
MAX_INTERVAL = 30 * 24 * 3600

_FEED = {
    "id": str,
    "url": str,
    "kind": FeedKind,
    "agency": str,
    "language": str,
    "interval": int,
    "enabled": bool,
    "links": str,
    "note": str,
}
_AGREEMENT: dict[str, Any] = {
    "id": str,
    "title": str,
    "parties": tuple[str, ...],
    "titles": dict,
    "aliases": tuple[str, ...],
    "exclude": tuple[str, ...],
    "multilateral": bool,
    "signed_on": str,
}
_RULE: dict[str, Any] = {
    "id": str,
    "parties": tuple[str, ...],
    "subject": tuple[str, ...],
    "types": tuple[EventType, ...],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry that cannot be used: where it stands and what is wrong with it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def load_feeds(path: Path) -> tuple[tuple[Feed, ...], tuple[Problem, ...]]:
    """The sources of a feeds.toml, and what is wrong with the entries left out."""
    table = read_toml(path)
    check_keys(table, ("feed",), str(path))
    return _entries(table.get("feed", []), f"{path}: [[feed]]", _read_feed)


def load_watchlist(path: Path) -> tuple[Watchlist, tuple[Problem, ...]]:
    """The agreements and rules of an agreements.toml, and what is wrong with the entries left out."""
    table = read_toml(path)
    check_keys(table, ("agreement", "rule"), str(path))
    agreements, wrong = _entries(table.get("agreement", []), f"{path}: [[agreement]]", read_agreement)
    rules, wrong_rules = _entries(table.get("rule", []), f"{path}: [[rule]]", _read_rule)
    return Watchlist(agreements, rules), (*wrong, *wrong_rules)


def read_agreement(entry: Mapping[str, Any], where: str) -> Agreement:
    """One agreement of a TOML table, checked; ConfigurationError names what is wrong."""
    values = _typed(entry, _AGREEMENT, where)
    title = _text(values, "title", where, limit=MAX_TITLE)
    titles = values.get("titles", {})
    for language, wording in titles.items():
        if not isinstance(wording, str) or not wording.strip() or len(wording) > MAX_TITLE:
            raise ConfigurationError(where, f"titles.{language} should be text of at most {MAX_TITLE} characters")
    parties = tuple(dict.fromkeys(values.get("parties", ())))
    for party in parties:
        if not _PARTY.match(party):
            raise ConfigurationError(
                where, f"parties: {party!r} is no ISO 3166-1 alpha-2 code (RU) or organisation code (EU, NATO)"
            )
    return Agreement(
        id=_identifier(values, where),
        title=title,
        parties=parties,
        titles=tuple(sorted((language.lower(), wording.strip()) for language, wording in titles.items())),
        aliases=_words(values, "aliases", where),
        exclude=_words(values, "exclude", where),
        multilateral=values.get("multilateral", False),
        signed_on=_date(values.get("signed_on"), where),
    )


def agreement_as_toml(agreement: Agreement) -> str:
    """The `[[agreement]]` block that reads back as this agreement."""
    lines = ["[[agreement]]", f"id = {_quoted(agreement.id)}", f"title = {_quoted(agreement.title)}"]
    lines += [f"{name} = {_list(values)}" for name, values in _listed(agreement) if values]
    lines += [f"titles.{language} = {_quoted(wording)}" for language, wording in agreement.titles]
    if agreement.multilateral:
        lines.append("multilateral = true")
    if agreement.signed_on:
        lines.append(f"signed_on = {_quoted(str(agreement.signed_on))}")
    return "\n".join(lines) + "\n"


def feed_as_toml(feed: Feed) -> str:
    """The `[[feed]]` block that reads back as this feed."""
    lines = ["[[feed]]", f"id = {_quoted(feed.id)}", f"url = {_quoted(feed.url)}"]
    if feed.kind is not FeedKind.FEED:
        lines.append(f"kind = {_quoted(feed.kind)}")
    lines += [
        f"{name} = {_quoted(text)}" for name in ("agency", "language", "links", "note") if (text := getattr(feed, name))
    ]
    if feed.interval is not None:
        lines.append(f"interval = {feed.interval}")
    if not feed.enabled:
        lines.append("enabled = false")
    return "\n".join(lines) + "\n"


def identifier_from(title: str) -> str:
    """A readable id out of a title: its first words, lower-cased, joined by hyphens ("agreement-on-visas")."""
    words = re.findall(r"[^\W_]+", title.lower())
    joined = "-".join(words[:12])[:80].strip("-")
    ascii_only = re.sub(r"[^a-z0-9-]", lambda found: f"{ord(found.group()):x}", joined)
    return ascii_only[:99] or "agreement"


def _read_feed(entry: Mapping[str, Any], where: str) -> Feed:
    values = _typed(entry, _FEED, where)
    url = _text(values, "url", where, limit=2000)
    if not url.lower().startswith(("http://", "https://")):
        raise ConfigurationError(where, f"url should begin with http:// or https://, is {url[:80]!r}")
    interval = values.get("interval")
    if interval is not None and not 0 <= interval <= MAX_INTERVAL:
        raise ConfigurationError(
            where, f"interval is in seconds, 0 (whenever we look) to {MAX_INTERVAL}, is {interval}"
        )
    if "links" in values:
        try:
            re.compile(values["links"])
        except re.error as error:
            raise ConfigurationError(where, f"links is no regular expression: {error}") from None
    return Feed(**{**values, "id": _identifier(values, where), "url": url})


def _read_rule(entry: Mapping[str, Any], where: str) -> Rule:
    values = _typed(entry, _RULE, where)
    if not values.get("parties") and not values.get("subject"):
        raise ConfigurationError(where, "a rule needs parties, subject words, or both")
    return Rule(**{**values, "id": _identifier(values, where)})


def _entries(
    rows: object, where: str, read: Callable[[Mapping[str, Any], str], T]
) -> tuple[tuple[T, ...], tuple[Problem, ...]]:
    if not isinstance(rows, list):
        return (), (Problem(where, "should be a list of tables: write [[…]] with two brackets"),)
    kept: dict[str, T] = {}
    problems: list[Problem] = []
    for place, row in enumerate(rows, 1):
        name = f"{where} {place}"
        try:
            if not isinstance(row, Mapping):
                raise ConfigurationError(name, "should be a table")
            if isinstance(row.get("id"), str):
                name = f"{name} (id {row['id'][:60]!r})"
            item = read(row, name)
            identifier = str(getattr(item, "id"))  # noqa: B009 - T has no bound that says so
            if identifier in kept:
                raise ConfigurationError(name, "this id stands twice; ids are unique")
            kept[identifier] = item
        except ConfigurationError as error:
            problems.append(Problem(error.where, error.what))
    return tuple(kept.values()), tuple(problems)


def _typed(entry: Mapping[str, Any], known: Mapping[str, Any], where: str) -> dict[str, Any]:
    check_keys(entry, known, where)
    return {key: read_value(known[key], value, f"{where} {key}") for key, value in entry.items()}


def _identifier(values: Mapping[str, Any], where: str) -> str:
    identifier = str(values.get("id", ""))
    if not identifier:
        raise ConfigurationError(where, "id is missing")
    if not _ID.match(identifier):
        raise ConfigurationError(
            where, f"id may hold letters, digits and . _ : - (at most 100), is {identifier[:80]!r}"
        )
    return identifier


def _text(values: Mapping[str, Any], key: str, where: str, *, limit: int) -> str:
    text = str(values.get(key, "")).strip()
    if not text:
        raise ConfigurationError(where, f"{key} is missing")
    if len(text) > limit:
        raise ConfigurationError(where, f"{key} has {len(text):,} characters; at most {limit:,} are taken")
    return text


def _words(values: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word.strip() for word in values.get(key, ())))
    for word in words:
        if not word or len(word) > MAX_TITLE:
            raise ConfigurationError(where, f"{key} holds an empty or over-long wording")
    return words


def _date(value: str | None, where: str) -> PartialDate | None:
    if value is None:
        return None
    try:
        return PartialDate.parse(value)
    except ValueError as error:
        raise ConfigurationError(where, f"signed_on: {error}") from None


def _listed(agreement: Agreement) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "parties", agreement.parties
    yield "aliases", agreement.aliases
    yield "exclude", agreement.exclude


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found.group()):04x}", escaped) + '"'
