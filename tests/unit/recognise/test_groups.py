"""Groups of words in patterns: every choice is spelled out, and a group that does not exist is named."""

from __future__ import annotations

import pytest

from pipeline.errors import ConfigurationError
from pipeline.recognise import groups
from pipeline.recognise.lexicon import parse

SHARED = {"gave": ["gave", "lent"], "leave": ["assent", "green light", "go-ahead"]}


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("ratified", ["ratified"]),
        ("@gave ..2 word", ["gave|lent ..2 word"]),
        ("@gave|signed its @leave", ["gave|lent|signed its assent", "gave|lent|signed its green light", "gave|lent|signed its go-ahead"]),
        ("@gave @gave", ["gave|lent gave|lent"]),
    ],
)  # fmt: skip
def test_a_group_stands_for_each_of_its_words(pattern: str, made: list[str]) -> None:
    """Words alone are choices of one pattern, expressions make one each."""
    assert list(groups.expand(pattern, SHARED)) == made


def test_a_group_that_is_not_there_is_named() -> None:
    """Where it is used is said as well."""
    data = {"language": {"code": "xx"}, "acts": {"approve": {"past": ["@gaev ..2 assent"]}}, "groups": SHARED}
    with pytest.raises(ConfigurationError, match=r"acts\.approve\.past.*@gaev"):
        parse(data, "xx.toml")
