"""The state for which a news agency writes: whose parliament and ministers are meant where its report gives them no state's name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_SHORT = 4  # letters of a sign that stands in a dateline only: "WIEN (APA) –"


def state_of(text: str) -> str:
    """The code of the state whose agency a report's beginning is signed with, "" for none, and where it names those of several."""
    signed, short = _patterns()
    found = {_states()[match.group()] for match in signed.finditer(text)}
    found |= {_states()[match.group(1)] for match in short.finditer(text)}
    return found.pop() if len(found) == 1 else ""


@cache
def _states() -> Mapping[str, str]:
    data = tomllib.loads((files("pipeline.recognise") / "agencies.toml").read_text(encoding="utf-8"))
    return {sign: code for code, signs in data.items() for sign in signs}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For signs that nothing else is called by, and for those that are hardly more than initials."""
    signs = sorted(map(re.escape, _states()), key=len, reverse=True)
    long = "|".join(one for one in signs if len(one) > _SHORT)
    short = "|".join(one for one in signs if len(one) <= _SHORT)
    return re.compile(rf"(?<!\w)(?:{long})(?!\w)"), re.compile(rf"\(({short})\)\s?[–—-]")
