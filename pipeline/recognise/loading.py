"""The recogniser's data, read with the name of what cannot be read: for those that start a service, and for `check`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.model import Watchlist
from pipeline.options import RecogniseOptions
from pipeline.recognise import Recogniser
from pipeline.recognise.parties import Names

_WRONG = (OSError, ValueError, LookupError, TypeError, AttributeError)


def readable(watchlist: Watchlist, options: RecogniseOptions | None = None) -> Recogniser:
    """`Recogniser.build`; ConfigurationError that names the file where its data cannot be read.

    Built once before there are workers: in one of them the same error could only be told by dying of it, again and again.
    """
    try:
        return Recogniser.build(watchlist, options)
    except _WRONG as error:
        where = next(_unreadable(_data()), "the recogniser's data")
        raise ConfigurationError(where, f"{type(error).__name__}: {error}") from error


def party_codes() -> frozenset[str]:
    """Every state and organisation that has a name, at a fifth of the price of `readable`. ConfigurationError where a data file
    cannot be parsed."""
    broken = next(_unreadable(_data()), None)
    if broken is not None:
        raise ConfigurationError(broken, "cannot be parsed")
    return Names.load().codes


def _data() -> Path:
    return Path(str(resources.files("pipeline.recognise")))


def _unreadable(folder: Path) -> Iterator[str]:
    """The recogniser's data files that cannot be parsed."""
    for path in sorted(folder.rglob("*")):
        read = {".toml": tomllib.loads, ".json": json.loads}.get(path.suffix)
        try:
            if read:
                read(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            yield str(path)
