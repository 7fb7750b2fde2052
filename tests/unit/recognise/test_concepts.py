"""Words become meanings: every language says the same thing with its own words, and short prefixes swallow no stranger."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognise.concepts import Lexicon
from pipeline.recognise.linking.known import Known
from pipeline.recognise.script import Fold, bare, consonants, skeleton, stem
from pipeline.recognise.titles import NoNames, Reader, language_of

LEXICON = Lexicon.load()
ROWS = tomllib.loads((Path(__file__).parents[2] / "cases" / "linking" / "concepts.toml").read_text(encoding="utf-8"))
SUBJECTS = tomllib.loads(
    (Path(__file__).parents[2] / "cases" / "linking" / "subjects.toml").read_text(encoding="utf-8")
)
KIN = Known.load(LEXICON.fold).kin
CONCEPTS = Path(__file__).parents[3] / "pipeline" / "recognise" / "concepts"
FORMAL = {"kinds", "empty", "small", "ordinals"}  # words that are no subject
SERVED = ("ar", "be", "de", "en", "es", "fr", "kk", "pt", "ru", "tr", "uk", "zh")


def keys(text: str, language: str) -> set[str]:
    """The concepts of a text."""
    return {key for word in LEXICON.words(text, language) for key in word.keys}


@pytest.mark.parametrize("row", ROWS["same"], ids=lambda row: row["concept"])
def test_same_meaning(row: dict[str, str]) -> None:
    """The words of every language listed give the concept."""
    for language, text in row.items():
        if language != "concept":
            assert row["concept"] in keys(text, language), (language, text, keys(text, language))


def test_every_subject_is_worded_in_every_language() -> None:
    """A subject without words in a language links no article of it to a title in another; two are one country's own expressions."""
    own = {"package_deal", "nature_of_union"}
    tables = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in CONCEPTS.glob("*.toml") if path.stem not in FORMAL
    ]
    entries = {
        name: entry for table in tables for name, entry in table.items() if isinstance(entry, dict) and "en" in entry
    }
    lacking = {name: sorted({*SERVED} - {*entry}) for name, entry in entries.items() if not {*SERVED} <= {*entry}}
    assert set(lacking) == own, lacking
    assert len(entries) > 300


@pytest.mark.parametrize("row", SUBJECTS.values(), ids=SUBJECTS)
def test_subject(row: dict[str, str]) -> None:
    """The press's wording of a subject meets the official title in every language, in its words or another of its field."""
    title = {key for key in keys(row["title"], "en") if LEXICON.weight.get(key, 0) >= 1}
    for language, text in row.items():
        said = {key for key in keys(text, language) if LEXICON.weight.get(key, 0) >= 1}
        assert language == "title" or any(key in title or KIN.get(key, frozenset()) & title for key in said), text


def test_fields() -> None:
    """Every concept of a field is one."""
    assert not {key for key in KIN if key not in LEXICON.weight}


@pytest.mark.parametrize("row", ROWS["collision"], ids=lambda row: f"{row['language']}: {row['text']}")
def test_collision(row: dict[str, str]) -> None:
    """A word that begins like another one's prefix does not get its meaning."""
    assert row["never"] not in keys(row["text"], row["language"])


def test_size() -> None:
    """There are at least 350 subjects, and each has words in English and Russian or is marked as local."""
    subjects = [name for name in LEXICON.weight if not name.startswith(("kind_", "layer_", "empty"))]
    assert len(subjects) >= 350
    assert set(SERVED) <= set(LEXICON.languages)


@pytest.mark.parametrize("language", SERVED)
def test_vocabulary(language: str) -> None:
    """A language served has words for most subjects, itself or by the language it falls back to."""
    named = {name for _, names in LEXICON.vocabulary(language) for name in names}
    floor = {"be": 120, "kk": 220, "uk": 200}.get(language, 240)
    assert len(named) >= floor, len(named)


def test_prefixes_are_long_enough() -> None:
    """A prefix of an alphabetic script has at least three letters (shorter words are whole tokens)."""
    short = {
        (language, word)
        for language in SERVED
        if language != "zh"
        for word, _ in LEXICON.vocabulary(language)
        if not word.endswith("$") and len(word) < 3
    }
    assert not short


def test_entry_refused() -> None:
    """A concept named twice, or of an unknown tier, is refused."""
    with pytest.raises(ValueError, match="named twice"):
        Lexicon([{"trade": {"en": "trade"}}, {"trade": {"en": "commerce"}}])
    with pytest.raises(ValueError, match="tier"):
        Lexicon([{"trade": {"t": 9, "en": "trade"}}])


@given(st.text(max_size=80), st.sampled_from((*SERVED, "xx", "ky", "mk")))
def test_words_never_raise(text: str, language: str) -> None:
    """Any text in any language can be read; words lie within it, in order."""
    words = LEXICON.words(text, language)
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)


@given(st.text(max_size=80))
def test_fold_keeps_length(text: str) -> None:
    """Folding changes no offset: letter for letter, except in letters whose lower case is longer, which stay."""
    assert len(Fold()(text)) == len(text)


@given(st.text(max_size=30))
def test_script_never_raises(text: str) -> None:
    """Stems, skeletons and consonants exist for any folded word."""
    low = Fold()(text)
    for word in low.split():
        bare(word)
        stem(word)
        skeleton(word)
        consonants(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Байконур", "Baikonur"), ("Baïkonour", "Baikonur"), ("Ташкент", "Tashkent"), ("Кемпирабад", "Kempirabad"), ("Липтако", "Liptako"), ("Escazú", "Escazu"), ("Хоргос", "Khorgos"), ("Чернобыль", "Chernobyl")],
)  # fmt: skip
def test_skeleton(one: str, other: str) -> None:
    """One name in two scripts or spellings has one stem."""
    fold = Fold()
    assert stem(fold(one)) == stem(fold(other))


@pytest.mark.parametrize(("arabic", "latin"), [("تيران", "tiran"), ("صنافير", "sanafir"), ("تينكاري", "tinkare")])
def test_consonants(arabic: str, latin: str) -> None:
    """A name in Arabic letters keeps the consonants of its Latin spelling."""
    assert consonants(Fold()(arabic)) == consonants(latin)


@pytest.mark.parametrize("row", ROWS["title"], ids=lambda row: row["text"][:50])
def test_title(row: dict[str, object]) -> None:
    """A title gives its language, kind, layers, numbers and years."""
    text = str(row["text"])
    language = language_of(text)
    reading = Reader(LEXICON, NoNames()).read(text, language)
    assert language == row["language"]
    assert reading.kind == row.get("kind", "")
    assert set(reading.layers) == set(row.get("layers", ()))  # type: ignore[call-overload]
    assert set(reading.numbers) == set(row.get("numbers", ()))  # type: ignore[call-overload]
    assert set(reading.years) == set(row.get("years", ()))  # type: ignore[call-overload]


@pytest.mark.parametrize("row", ROWS["known"], ids=lambda row: row["title"][:50])
def test_known(row: dict[str, str]) -> None:
    """The title of a treaty everybody knows brings its nicknames; a protocol to it does not."""
    names = set(Known.load(LEXICON.fold).names([row["title"]], [], False))
    if "has" in row:
        assert row["has"] in names
    if "lacks" in row:
        assert row["lacks"] not in names
