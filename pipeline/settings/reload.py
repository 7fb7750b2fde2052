"""A changed configuration: has it changed, may it take the place of the running one, and what of it has to wait for a restart. Pure
but for reading the files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from pipeline.settings import AGREEMENTS, FEEDS, MAIN, Settings

_AT_START = ("database_url", "web", "log")  # what the running process cannot change under itself


def fingerprint(directory: Path) -> str:
    """Stands for what the three files say now; a missing file says nothing."""
    digest = hashlib.sha256()
    for name in (MAIN, FEEDS, AGREEMENTS):
        try:
            said = (directory / name).read_bytes()
        except OSError:
            said = b""
        digest.update(len(said).to_bytes(8, "big") + said)
    return digest.hexdigest()


def refusal(running: Settings, changed: Settings) -> str:
    """Why the changed configuration must not take the running one's place; "" where it may.

    An entry with a slip is left out at a start, and told. Here leaving it out would take something away that is being watched.
    """
    if len(changed.problems) > len(running.problems):
        return "; ".join(str(problem) for problem in changed.problems[:3])
    before, after = running.watchlist, changed.watchlist
    if (before.agreements or before.rules) and not (after.agreements or after.rules):
        return f"{AGREEMENTS}: an empty watchlist does not replace one with {len(before.agreements)} agreements; restart if it is meant"
    if any(feed.enabled for feed in running.feeds) and not any(feed.enabled for feed in changed.feeds):
        return f"{FEEDS}: no source is left; restart if it is meant"
    return ""


def waits_for_restart(running: Settings, changed: Settings) -> tuple[str, ...]:
    """The parts that changed and take effect at the next start only."""
    return tuple(name for name in _AT_START if getattr(running, name) != getattr(changed, name))


def effective(running: Settings, changed: Settings) -> Settings:
    """The changed settings as far as they can take effect now."""
    return replace(changed, **{name: getattr(running, name) for name in _AT_START})
