"""States, organisations, organs and office-holders in sentences of every language served."""

from __future__ import annotations

import itertools
import json
import pickle
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import fold, read_jurisdiction
from pipeline.recognise.sentences import lower
from pipeline.recognise.values import PartyKind, PartyMention

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests" / "cases" / "parties" / "mentions.txt"
TABLES = sorted((ROOT / "pipeline" / "recognise" / "names").glob("*.json"))
NAMES = Names.load()


def cases() -> list[tuple[str, str, str]]:
    rows = [line.split("|") for line in CASES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(language.strip(), text.strip(), expected.strip()) for language, text, expected in rows]


def shown(text: str, mention: PartyMention) -> str:
    words = text[mention.start : mention.end].replace(" ", "_")
    return f"{words}={mention.code or '-'}.{mention.kind}" + (f"={mention.body}" if mention.body else "")


def found(text: str, language: str, on: date | None = None) -> str:
    return " ".join(shown(text, mention) for mention in NAMES.find(lower(text), text, language, on=on))


@pytest.mark.parametrize(("language", "text", "expected"), cases())
def test_mentions(language: str, text: str, expected: str) -> None:
    """Every case of the file is read as written there: collisions, inflections, pairs, places that are no parties."""
    assert found(text, language) == expected


def test_enough_cases() -> None:
    """The case file keeps its breadth."""
    assert len(cases()) >= 300
    assert {language for language, _, _ in cases()} >= {
        "en",
        "ru",
        "uk",
        "be",
        "fr",
        "es",
        "pt",
        "de",
        "zh",
        "ar",
        "tr",
        "kk",
        "ky",
        "mk",
    }


def exact_names() -> list[tuple[str, str, str]]:
    rows = []
    for path in TABLES:
        table = json.loads(path.read_text("utf-8"))
        for kind in ("name", "demonym", "organisation"):
            for code, patterns in table.get(kind, {}).items():
                if code != "-":
                    rows += [(path.stem, code, pattern.rstrip("~")) for pattern in patterns if "~ " not in pattern]
    return rows


def test_every_listed_name_finds_its_own_state() -> None:
    """No pattern of a language's table is hidden by another state's: what is listed for a state gives that state."""
    wrong = []
    for language, code, pattern in exact_names():
        text = f"x {pattern.lstrip('!')} …"
        mentions = NAMES.find(lower(text), text, language)
        if language == "zh" and len(pattern) == 1:
            continue
        if not any(mention.code == code for mention in mentions):
            wrong.append((language, code, pattern, [mention.code for mention in mentions]))
    assert wrong == []


def test_every_state_has_a_name_in_every_language() -> None:
    """All UN members and the five others are known in each language served in full."""
    full = [
        path for path in TABLES if path.stem in {"en", "ru", "uk", "be", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk"}
    ]
    assert len(full) == 12
    for path in full:
        states = {code for code in json.loads(path.read_text("utf-8"))["name"] if len(code) == 2}
        missing = {
            "US",
            "RU",
            "CN",
            "XK",
            "PS",
            "TW",
            "VA",
            "EH",
            "CD",
            "CG",
            "KP",
            "KR",
            "SS",
            "SD",
            "NE",
            "NG",
            "GN",
            "GW",
            "GQ",
            "PG",
            "DM",
            "DO",
            "FM",
            "TV",
        } - states
        assert not missing, path.stem
        assert len(states - {"SU", "YU", "HK", "AB"}) >= 198, path.stem


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("Medvedev", date(2010, 4, 8), "Medvedev=RU.leader=head_of_state"),
        ("Medvedev", date(2015, 1, 1), "Medvedev=RU.leader=head_of_government"),
        ("Medvedev", date(2024, 1, 1), "Medvedev=RU.leader"),
        ("Putin", date(2009, 1, 1), "Putin=RU.leader=head_of_government"),
        ("Putin", date(2026, 1, 1), "Putin=RU.leader=head_of_state"),
        ("Tokayev", date(2005, 1, 1), "Tokayev=KZ.leader=foreign_ministry"),
        ("Trump", date(2018, 1, 1), "Trump=US.leader=head_of_state"),
        ("Biden", date(2022, 1, 1), "Biden=US.leader=head_of_state"),
        ("Erdoğan", date(2012, 1, 1), "Erdoğan=TR.leader=head_of_government"),
        ("Macron", None, "Macron=FR.leader=head_of_state"),
    ],
)
def test_office_on_the_day_of_publication(name: str, day: date | None, expected: str) -> None:
    """An office-holder's stage is that of the office held when the article came out; out of office there is none."""
    assert found(f"Yesterday {name} signed.", "en", day) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from([*sorted(NAMES.languages), "xx", ""]))
def test_any_text(text: str, language: str) -> None:
    """Whatever the text: no error; mentions lie within it, in order and without overlap."""
    low = lower(text)
    end = 0
    for mention in NAMES.find(low, text, language):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


WORDS = st.sampled_from(
    [
        "Russia",
        "Russian",
        "Georgia's",
        "parliament",
        "of",
        "the",
        "in",
        "Minsk",
        ",",
        "-",
        "Senate",
        "US",
        "u.s.",
        "Congo",
        "South",
        "Korea",
        "Sudan",
        "Putin",
        "President",
        "Россия",
        "России",
        "парламент",
        "Молдовы",
        "Того",
        "Госдума",
        "российско",
        "-",
        "белорусский",
        "中",
        "俄",
        "美国",
        "国会",
        "9日",
        "مصر",
        "والرياض",
        "للأردن",
        "Türkiye'nin",
        "TBMM",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=14), st.sampled_from(sorted(NAMES.languages)))
def test_names_in_any_order(words: list[str], language: str) -> None:
    """Names jumbled together are still read without error, in order, and the same way twice."""
    text = " ".join(words)
    mentions = NAMES.find(lower(text), text, language)
    assert mentions == NAMES.find(lower(text), text, language)
    assert list(mentions) == sorted(mentions, key=lambda mention: mention.start)
    assert all(one.end <= two.start for one, two in itertools.pairwise(mentions))


def test_shared_organ() -> None:
    """One name, two organs: the Bundesrat is a chamber in Germany and the government in Switzerland."""
    assert NAMES.owners_of("bundesrat", "Bundesrat", "de") == {
        "AT": "upper_chamber",
        "CH": "government",
        "DE": "upper_chamber",
    }
    assert NAMES.default_of("bundesrat", "Bundesrat", "de") == "DE"
    assert NAMES.default_of("congress", "Congress", "en") == "US"
    assert NAMES.owners_of("nothing", "nothing", "en") == {}


def test_names_can_be_pickled() -> None:
    """A worker process can be handed the loaded names."""
    again = pickle.loads(pickle.dumps(Names.load()))
    assert again.find("russia", "Russia", "en") == (PartyMention(0, 6, "RU", PartyKind.NAME),)


def test_folding() -> None:
    """Accents, ё, Arabic letter forms and the dotless i do not part words that are the same."""
    assert fold("Türkiye") == fold("TURKIYE") == "turkiye"
    assert fold("Соединённые") == fold("соединенные")
    assert fold("الأردن") == fold("الاردن")
    assert fold("") == ""


def test_unknown_table_is_refused() -> None:
    """A jurisdiction file with something else in it is an error that names the place."""
    with pytest.raises(ValueError, match="ZZ: chamber"):
        read_jurisdiction({"code": "ZZ", "chamber": 3})


def test_committed_names_are_what_the_tool_builds() -> None:
    """The built files agree with CLDR and the tables in tools/names."""
    tool = ROOT / "tools" / "build_names.py"
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
