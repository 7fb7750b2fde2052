"""English names of states and organisations on pages: the same as in messages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pipeline.alert.names import english_names


@cache
def party_names() -> Mapping[str, str]:
    """Code to name."""
    return english_names()


def party_name(code: str) -> str:
    """The name of one; the code itself where it has none."""
    return party_names().get(code, code)
