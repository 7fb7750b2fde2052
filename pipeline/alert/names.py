"""English names of states and organisations by code, for messages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources


def english_names() -> Mapping[str, str]:
    """Code to name, as the program ships them (names.toml)."""
    return tomllib.loads(resources.files("pipeline.alert").joinpath("names.toml").read_text("utf-8"))
