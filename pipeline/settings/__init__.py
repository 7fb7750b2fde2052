"""What the operator may set: read once, checked at once, every problem named with its file and key.

Three TOML files in one directory: `treatywatch.toml` (how the service behaves), `feeds.toml` (what it reads) and
`agreements.toml` (what it watches for). Unknown keys are refused. The environment overrides the first:
`TREATYWATCH_DATABASE_URL`, `TREATYWATCH_FETCH_TIMEOUT` …; with `_FILE` behind the name the value is read from that file.

A mistake in `treatywatch.toml` stops the start (ConfigurationError). A mistake in one `[[feed]]` or `[[agreement]]` becomes a
`Problem` beside the entries that are right, so that one slip never empties a watchlist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pipeline.alert.cron import Cron
from pipeline.alert.options import AlertOptions, ChannelOptions
from pipeline.errors import ConfigurationError
from pipeline.model import Feed, Watchlist
from pipeline.options import FetchOptions, ProcessOptions, RecogniseOptions
from pipeline.settings.lists import Problem, load_feeds, load_watchlist
from pipeline.settings.reading import check_keys, from_text, hints_of, read_options, read_toml, read_value
from pipeline.telemetry import LogOptions

MAIN, FEEDS, AGREEMENTS = "treatywatch.toml", "feeds.toml", "agreements.toml"
PREFIX = "TREATYWATCH_"
_OUTSIDE = ("CONFIG", "FAILPOINT")  # environment names that are no settings


@dataclass(frozen=True, slots=True)
class WebOptions:
    """`[web]`: where the page and the API listen, and to whom. Anything but loopback needs tokens."""

    bind: str = "127.0.0.1:8080"  # "" = no page, no API
    public_url: str = ""
    tokens_file: str = ""
    hosts: tuple[str, ...] = ()
    max_body: int = 1_000_000
    requests_per_minute: int = 1200
    proxies: tuple[str, ...] = ()
    user_header: str = ""
    user_scopes: tuple[str, ...] = ("read", "review")

    def __post_init__(self) -> None:
        host, _, port = self.bind.rpartition(":")
        if self.bind and not (host and port.isdecimal() and int(port) < 65536):
            raise ValueError(
                f"bind should be an address and a port like 127.0.0.1:8080 or [::1]:8080, is {self.bind!r}"
            )
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise ValueError(f"public_url should begin with http:// or https://, is {self.public_url!r}")
        for network in self.proxies:
            ip_network(network, strict=False)
        if bool(self.user_header) != bool(self.proxies):
            raise ValueError(
                "user_header and proxies belong together: the header is believed from these addresses only"
            )
        if unknown := set(self.user_scopes) - {"read", "review", "admin"}:
            raise ValueError(f"user_scopes are read, review or admin, not {', '.join(sorted(unknown))}")
        if self.max_body < 1000 or self.requests_per_minute < 1:
            raise ValueError("max_body is in bytes, at least 1000; requests_per_minute is at least 1")


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """`[schedule]`: seconds between looks at what is due (the database says what is), and when to keep house.

    `…_cron` are cron expressions in UTC, "" is never; `…_days` of 0 are for ever.
    """

    poll: float = 5.0
    process: float = 1.0
    deliver: float = 1.0
    expect: float = 3600.0
    recheck: float = 30.0
    watch: float = 600.0
    upkeep_cron: str = "23 3 * * *"
    retention_days: int = 0
    polls_days: int = 30
    backup_cron: str = ""
    backup_dir: str = "backups"
    backup_keep: int = 7

    def __post_init__(self) -> None:
        if min(self.poll, self.process, self.deliver, self.expect, self.recheck, self.watch) < 0.1:
            raise ValueError("poll, process, deliver, expect, recheck and watch are seconds, at least 0.1")
        for schedule in (self.upkeep_cron, self.backup_cron):
            if schedule:
                Cron.parse(schedule)
        if min(self.retention_days, self.polls_days) < 0 or self.backup_keep < 1:
            raise ValueError("retention_days and polls_days are 0 or more, backup_keep is at least 1")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with the problems of single entries."""

    directory: Path
    database_url: str = "sqlite:///treatywatch.db"
    fetch: FetchOptions = field(default_factory=FetchOptions)
    process: ProcessOptions = field(default_factory=ProcessOptions)
    recognise: RecogniseOptions = field(default_factory=RecogniseOptions)
    alert: AlertOptions = field(default_factory=AlertOptions)
    web: WebOptions = field(default_factory=WebOptions)
    schedule: ScheduleOptions = field(default_factory=ScheduleOptions)
    log: LogOptions = field(default_factory=LogOptions)
    channels: tuple[ChannelOptions, ...] = ()
    feeds: tuple[Feed, ...] = ()
    watchlist: Watchlist = field(default_factory=Watchlist)
    problems: tuple[Problem, ...] = ()


SECTIONS: Mapping[str, type] = {
    "fetch": FetchOptions,
    "process": ProcessOptions,
    "recognise": RecogniseOptions,
    "alert": AlertOptions,
    "web": WebOptions,
    "schedule": ScheduleOptions,
    "log": LogOptions,
}


def load_settings(directory: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of a configuration directory; ConfigurationError names file, key and remedy.

    A missing file is an empty one, but the directory has to be there: a mistyped `--config` must not start a service
    that watches nothing.
    """
    if not directory.is_dir():
        raise ConfigurationError(str(directory), "there is no such configuration directory")
    main = directory / MAIN
    table = read_toml(main) if main.exists() else {}
    check_keys(table, ("database_url", "channel", *SECTIONS), str(main))
    overrides = _from_environment(environment)
    options: dict[str, Any] = {
        name: read_options(cls, {**_section(table, name, main), **overrides.get(name, {})}, f"{main}: [{name}]")
        for name, cls in SECTIONS.items()
    }
    url = read_value(
        str, table.get("database_url", Settings.__dataclass_fields__["database_url"].default), f"{main}: database_url"
    )
    feeds, feed_problems = load_feeds(directory / FEEDS) if (directory / FEEDS).exists() else ((), ())
    agreements = directory / AGREEMENTS
    watchlist, problems = load_watchlist(agreements) if agreements.exists() else (Watchlist(), ())
    return Settings(
        directory=directory,
        database_url=overrides.get("", {}).get("database_url", url),
        channels=_channels(table.get("channel", []), main),
        feeds=feeds,
        watchlist=watchlist,
        problems=(*feed_problems, *problems),
        **options,
    )


def _section(table: Mapping[str, Any], name: str, main: Path) -> Mapping[str, Any]:
    section = table.get(name, {})
    if not isinstance(section, Mapping):
        raise ConfigurationError(f"{main}: {name}", f"should be a table: write [{name}] on a line of its own")
    return section


def _channels(rows: object, main: Path) -> tuple[ChannelOptions, ...]:
    if not isinstance(rows, list):
        raise ConfigurationError(f"{main}: channel", "should be a list of tables: write [[channel]]")
    channels: dict[str, ChannelOptions] = {}
    for place, row in enumerate(rows, 1):
        named = f" (id {row['id']!r})" if isinstance(row, Mapping) and "id" in row else ""
        where = f"{main}: [[channel]] {place}{named}"
        channel = read_options(ChannelOptions, _secrets(row, where), where)
        if channel.id in channels:
            raise ConfigurationError(where, "this id stands twice; ids are unique")
        channels[channel.id] = channel
    return tuple(channels.values())


def _secrets(row: object, where: str) -> object:
    """`secret_file` and `password_file` in place of the secret itself; `from` is a word Python keeps for itself."""
    if not isinstance(row, Mapping):
        return row
    values = {"from_" if key == "from" else key: value for key, value in row.items()}
    for name in ("secret", "password", "url"):
        if f"{name}_file" in values:
            values[name] = _file_text(str(values.pop(f"{name}_file")), f"{where} {name}_file")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Section (or "" for the top) to key to value, from TREATYWATCH_… names."""
    found: dict[str, dict[str, Any]] = {}
    for name, text in sorted(environment.items()):
        rest = name.removeprefix(PREFIX)
        if rest == name or rest in _OUTSIDE:
            continue
        section, key, in_file = _place(name, rest)
        value = _file_text(text, name) if in_file else text
        hint = str if section == "" else hints_of(SECTIONS[section])[key]
        found.setdefault(section, {})[key] = read_value(hint, from_text(hint, value), f"environment {name}")
    return found


def _place(name: str, rest: str) -> tuple[str, str, bool]:
    for in_file in (False, True):
        key = (rest.removesuffix("_FILE") if in_file else rest).lower()
        if key == "database_url":
            return "", key, in_file
        section, _, option = key.partition("_")
        if section in SECTIONS and option in {spec.name for spec in fields(SECTIONS[section])}:
            return section, option, in_file
    raise ConfigurationError(f"environment {name}", "names no setting; see docs/configuration.md for those there are")


def _file_text(path: str, where: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(where, f"cannot read {path}: {error}") from None
