"""The state whose domain a page's address has: where nothing else says whose deputies, ministers or committees are meant."""

from __future__ import annotations

from collections.abc import Container

_STATE = 2  # letters of a national domain
_OTHERWISE = {"uk": "GB", "su": "RU"}
# National domains that the whole world uses for what their letters look like.
_EVERYBODYS = frozenset(
    {"ac", "ai", "am", "cc", "cd", "co", "fm", "gg", "io", "is", "la", "ly", "me", "nu", "sh", "st", "to", "tv", "ws"}
)
_BELOW = frozenset(
    {"com", "gob", "gov", "org", "edu", "net", "parliament"}
)  # what makes even those a state's: "gov.co"


def state_of(url: str, states: Container[str]) -> str:
    """The code of a state, "" where the address tells none. `states`: those there are."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    *below, domain = host.split(".")
    if len(domain) != _STATE or not below or not domain.isalpha():
        return ""
    if domain in _EVERYBODYS and below[-1] not in _BELOW:
        return ""
    code = _OTHERWISE.get(domain, domain.upper())
    return code if code in states else ""
