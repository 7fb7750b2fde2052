"""Configuration: what is read, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.model import Agreement, PartialDate
from pipeline.settings import load_settings
from pipeline.settings.lists import agreement_as_toml, identifier_from, load_feeds, load_watchlist

SHIPPED = Path(__file__).parents[3] / "config"


def write(directory: Path, **files: str) -> Path:
    """Write `name="text"` as name.toml."""
    for name, text in files.items():
        (directory / f"{name}.toml").write_text(text, encoding="utf-8")
    return directory


def test_the_shipped_configuration_is_right() -> None:
    """The shipped config/ loads without a problem, with its forty agreements and its feeds."""
    settings = load_settings(SHIPPED, {})
    assert settings.problems == ()
    assert len(settings.watchlist.agreements) == 40
    assert len(settings.feeds) >= 50


def test_an_empty_directory_is_all_defaults(tmp_path: Path) -> None:
    """Nothing has to be configured but the place."""
    settings = load_settings(tmp_path, {})
    assert settings.database_url.startswith("sqlite")
    assert settings.fetch.host_interval == 5.0


WRONG = [
    ("databse_url = 'x'", ["treatywatch.toml", "unknown key 'databse_url'", "did you mean 'database_url'"]),
    ("[fetch]\ntimout = 3", ["treatywatch.toml: [fetch]", "unknown key 'timout'", "did you mean 'timeout'"]),
    ("[fetch]\ntimeout = 'long'", ["[fetch] timeout", "should be a number, is text ('long')"]),
    ("fetch = 3", ["fetch", "[fetch]"]),
    ("[process]\nworkers = true", ["[process] workers", "whole number"]),
    ("[process]\nmemory_limit = 5", ["[process]", "256 MiB"]),
    ("[log]\nlevel = 'loud'", ["[log] level", "debug, info, warning, error"]),
    ("[[channel]]\nid = 'x'\nkind = 'webhook'", ["[[channel]] 1 (id 'x')", "url, secret"]),
    ("[[channel]]\nid = 'x'\nkind = 'pigeon'", ["[[channel]] 1", "kind", "webhook, email, apprise"]),
    (
        "[[channel]]\nid = 'x'\nkind = 'apprise'\nurl = 'json://h'\nfilter = {type = ['signed']}",
        ["filter", "'type'", "'types'"],
    ),
    ("a = [1 2]", ["treatywatch.toml", "not valid TOML", "line 1"]),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[text[:30] for text, _ in WRONG])
def test_a_wrong_key_is_refused_with_its_place(tmp_path: Path, text: str, said: list[str]) -> None:
    """Every mistake in treatywatch.toml stops the start and names file, key and remedy."""
    with pytest.raises(ConfigurationError) as error:
        load_settings(write(tmp_path, treatywatch=text), {})
    for part in said:
        assert part in str(error.value)


def test_the_directory_has_to_be_there(tmp_path: Path) -> None:
    """A mistyped --config does not start a service that watches nothing."""
    with pytest.raises(ConfigurationError, match="no such configuration directory"):
        load_settings(tmp_path / "nowhere", {})


def test_the_environment_overrides(tmp_path: Path) -> None:
    """Environment over file, numbers and lists read as such, secrets out of files."""
    secret = tmp_path / "url"
    secret.write_text("postgresql+psycopg://me:pw@db/tw\n", encoding="utf-8")
    settings = load_settings(
        write(tmp_path, treatywatch="database_url = 'sqlite:///a.db'\n[fetch]\ntimeout = 3\ntotal_timeout = 9"),
        {
            "TREATYWATCH_DATABASE_URL_FILE": str(secret),
            "TREATYWATCH_FETCH_TIMEOUT": "4",
            "TREATYWATCH_FETCH_ALLOW_NETWORKS": "127.0.0.1/32",
            "TREATYWATCH_FETCH_USER_AGENT": "desk/1",
            "HOME": "/",
        },
    )
    assert settings.database_url == "postgresql+psycopg://me:pw@db/tw"
    assert (settings.fetch.timeout, settings.fetch.total_timeout) == (4.0, 9.0)
    assert [str(network) for network in settings.fetch.allow_networks] == ["127.0.0.1/32"]
    assert settings.fetch.user_agent == "desk/1"


def test_an_unknown_environment_name_is_refused(tmp_path: Path) -> None:
    """A mistyped variable is told, not ignored."""
    with pytest.raises(ConfigurationError, match="TREATYWATCH_FETCH_TIMEUOT"):
        load_settings(tmp_path, {"TREATYWATCH_FETCH_TIMEUOT": "4"})


AGREEMENTS = """
[[agreement]]
id = "good"
title = "Treaty on Something"
parties = ["RU", "BY"]
titles.ru = "Договор о чем-то"
signed_on = "2025-03"

[[agreement]]
id = "untitled"
parties = ["RU"]

[[agreement]]
id = "typo"
title = "Treaty"
alias = ["x"]

[[agreement]]
id = "good"
title = "Treaty on Something Else"

[[agreement]]
id = "badparty"
title = "Treaty"
parties = ["Russia"]

[[rule]]
id = "empty"
"""


def test_one_bad_entry_spoils_only_itself(tmp_path: Path) -> None:
    """A watchlist entry without a title is named with file, number and id; the others are watched."""
    watchlist, problems = load_watchlist(write(tmp_path, agreements=AGREEMENTS) / "agreements.toml")
    assert [agreement.id for agreement in watchlist.agreements] == ["good"]
    assert watchlist.agreements[0].signed_on == PartialDate(2025, 3)
    said = [str(problem) for problem in problems]
    assert len(said) == 5
    assert "[[agreement]] 2 (id 'untitled'): title is missing" in said[0]
    assert "did you mean 'aliases'" in said[1]
    assert "stands twice" in said[2]
    assert "'Russia'" in said[3]
    assert "needs parties, subject words" in said[4]


def test_a_title_of_ten_megabytes_is_named_not_loaded(tmp_path: Path) -> None:
    """A monstrous title is a problem with its size, shown short."""
    text = f'[[agreement]]\nid = "huge"\ntitle = "{"x" * 10_000_000}"\n'
    watchlist, problems = load_watchlist(write(tmp_path, agreements=text) / "agreements.toml")
    assert watchlist.agreements == ()
    assert "10,000,000 characters" in str(problems[0])
    assert len(str(problems[0])) < 300


def test_feeds_have_addresses(tmp_path: Path) -> None:
    """A feed without http is refused; the interval has bounds; links has to be a pattern."""
    text = """
[[feed]]
id = "a"
url = "https://example.org/rss"
[[feed]]
id = "b"
url = "file:///etc/passwd"
[[feed]]
id = "c"
url = "https://example.org/"
interval = -1
[[feed]]
id = "d"
url = "https://example.org/list"
kind = "page"
links = "("
"""
    feeds, problems = load_feeds(write(tmp_path, feeds=text) / "feeds.toml")
    assert [feed.id for feed in feeds] == ["a"]
    assert [problem.where.split("(id ")[1] for problem in problems] == ["'b')", "'c')", "'d')"]


_WORDS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=40).map(str.strip).filter(bool)


@given(title=_WORDS, aliases=st.lists(_WORDS, max_size=3, unique=True), ru=_WORDS)
def test_an_agreement_written_reads_back(title: str, aliases: list[str], ru: str) -> None:
    """`agreements add` appends a block that means the same when it is read."""
    import tomllib

    from pipeline.settings.lists import read_agreement

    agreement = Agreement("an-id", title, ("RU", "EU"), (("ru", ru),), tuple(aliases), (), True, PartialDate(2025, 3))
    (entry,) = tomllib.loads(agreement_as_toml(agreement))["agreement"]
    assert read_agreement(entry, "here") == agreement


@given(st.text(max_size=300))
def test_an_id_made_from_a_title_is_a_right_id(title: str) -> None:
    """Whatever the title's script, the id made from it can be typed."""
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,98}", identifier_from(title))
