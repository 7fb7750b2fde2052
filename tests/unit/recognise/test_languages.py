"""Language files: they load, say what they must, and a mistake in one is named."""

from __future__ import annotations

import pytest

from pipeline.errors import ConfigurationError
from pipeline.recognise.lexicon import Lexicons, parse
from pipeline.recognise.patterns import Table, compile_pattern
from pipeline.recognise.sentences import words

SERVED = ["en", "ru", "uk", "be", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk", "ky", "mk"]
ESSENTIAL = {"sign", "ratify", "approve", "enter_force", "withdraw"}


@pytest.fixture(scope="module")
def lexicons() -> Lexicons:
    """All languages, loaded once."""
    return Lexicons.load()


@pytest.mark.parametrize("language", SERVED)
def test_a_language_has_the_essential_acts(lexicons: Lexicons, language: str) -> None:
    """Whoever adds a language must tell at least how it signs, ratifies, approves, leaves and enters into force."""
    lexicon = lexicons.get(language)
    assert lexicon is not None
    assert {p.key for p in lexicon.table.patterns if p.section == "acts"} >= ESSENTIAL
    assert any(p.section == "instruments" for p in lexicon.table.patterns)


def test_a_related_language_serves(lexicons: Lexicons) -> None:
    """Bulgarian is read with Macedonian; a tag's region does not matter; an unknown language has no lexicon."""
    assert lexicons.get("bg") is lexicons.get("mk")
    assert lexicons.get("pt-BR") is lexicons.get("pt")
    assert lexicons.get("tlh") is None


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("ratified", "has ratified it", True),
        ("ratified", "unratified", False),
        ("ратифицир*", "парламент ратифицировал", True),
        ("*abkommen", "das handelsabkommen", True),
        ("tritt .. in kraft", "tritt am montag in kraft", True),
        ("tritt .. in kraft", "tritt am montag dem dritten mai in kraft", False),
        ("has|have yet to", "have yet to sign", True),
        ("批准书", "互换批准书", True),
        ("l'accord", "de l’accord", True),
    ],
)
def test_patterns(pattern: str, text: str, found: bool) -> None:
    """Words, stems, ends, choices and gaps."""
    table = Table((compile_pattern(pattern, "acts", "sign"),))
    assert bool(table.find(words(text))) is found


def test_arabic_clitics() -> None:
    """A word is found behind "and", "for" and the article."""
    table = Table((compile_pattern("اتفاقية", "instruments", "agreement"),), arabic=True)
    assert table.find(words("وللاتفاقية"))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"language": {"code": "xx"}, "acts": {"sing": {"past": ["x"]}}}, "acts.sing"),
        ({"language": {"code": "xx"}, "acts": {"sign": {"yesterday": ["x"]}}}, "acts.sign.yesterday"),
        ({"language": {"code": "xx"}, "status": {"perhaps": ["x"]}}, "status.perhaps"),
        ({"language": {"code": "xx"}, "colour": {}}, "colour"),
        ({"language": {"code": "xx"}, "grammar": {"verbs": ["x"]}}, "grammar.verbs"),
        ({"language": {"code": "xx"}, "status": {"planned": [".. will"]}}, "status.planned"),
    ],
)
def test_mistakes_are_named(data: dict[str, object], named: str) -> None:
    """A wrong key or pattern is a configuration error that says where."""
    with pytest.raises(ConfigurationError, match=named.replace(".", r"\.")):
        parse(data, "xx.toml")
