"""Lists of agreements kept elsewhere: what each becomes, what is wrong in it, and what of it is wanted. The lists are ours, their shape is true."""

from __future__ import annotations

import gzip
import json
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.imports import read_list
from pipeline.imports.cells import day, slug
from pipeline.imports.choosing import Wanted, choose
from pipeline.imports.parties import PartyBook
from pipeline.imports.values import Form, Listed, Reading
from pipeline.imports.writing import append, block
from pipeline.model import Agreement, PartialDate
from pipeline.settings.lists import load_watchlist

LISTS = Path(__file__).parent / "lists"
EXPECTED = tomllib.loads((Path(__file__).parent / "expected.toml").read_text(encoding="utf-8"))


@cache
def opened() -> PartyBook:
    """All names, read once."""
    return PartyBook.open()


@pytest.fixture
def book() -> PartyBook:
    """The names."""
    return opened()


def as_told(one: Listed) -> dict[str, object]:
    """An entry as expected.toml writes it: what is empty is left out."""
    agreement = one.agreement
    told: dict[str, object] = {
        "id": agreement.id,
        "title": agreement.title,
        "parties": list(agreement.parties),
        "titles": dict(agreement.titles),
        "aliases": list(agreement.aliases),
        "multilateral": agreement.multilateral,
        "signed_on": str(agreement.signed_on or ""),
        "dated": str(one.dated or ""),
        "note": one.note,
        "unknown": list(one.unknown),
        "subjects": list(one.subjects),
    }
    return {name: value for name, value in told.items() if value}


def told_wrong(reading: Reading) -> list[str]:
    """The problems, without the folder."""
    return [str(problem).replace(f"{LISTS}/", "") for problem in reading.problems]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_list_becomes_what_it_should(name: str, book: PartyBook) -> None:
    """Every entry with its parties, titles, dates and note; every bad one named with file and line; the kind told by the file itself."""
    expected = EXPECTED[name]
    reading = read_list(LISTS / name, book)
    assert reading.form == expected["form"]
    assert [as_told(one) for one in reading.listed] == expected["entry"]
    assert told_wrong(reading) == expected["problems"]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_written_reads_back(name: str, book: PartyBook, tmp_path: Path) -> None:
    """The blocks of a list, notes and all, are a watchlist of the same agreements."""
    reading = read_list(LISTS / name, book)
    append(tmp_path / "agreements.toml", map(block, reading.listed))
    watchlist, problems = load_watchlist(tmp_path / "agreements.toml")
    assert problems == ()
    assert watchlist.agreements == tuple(one.agreement for one in reading.listed)
    again = choose(reading.listed, watchlist.agreements, Wanted())
    assert again.fresh == ()
    assert [there for _, there in again.known] == [one.id for one in watchlist.agreements]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("MOLDOVA REPUBLIC OF", "MD"),
        ("KOREA REPUBLIC OF", "KR"),
        ("KOREA DEMOCRATIC PEOPLE'S REPUBLIC OF", "KP"),
        ("CONGO, DEMOCRATIC REPUBLIC OF", "CD"),
        ("CONGO, REPUBLIC OF", "CG"),
        ("GERMANY FEDERAL REPUBLIC", "DE"),
        ("NETHERLANDS THE", "NL"),
        ("GUINEA, EQUATORIAL", "GQ"),
        ("MACEDONIA THE FYR OF", "MK"),
        ("North Macedonia, The Republic of", "MK"),
        ("Micronesia, Federated States of", "FM"),
        ("Iran, Islamic Republic of", "IR"),
        ("French Republic", "FR"),
        ("SWISS CONFEDERATION", "CH"),
        ("LAO PEOPLE'S DEMOCRATIC REPUBLIC", "LA"),
        ("UNITED KINGDOM", "GB"),
        ("United Kingdom of Great Britain and Northern Ireland", "GB"),
        ("ROUMANIA", "RO"),
        ("EUROPEAN COMMUNITY", "EU"),
        ("EUROPEAN ATOMIC ENERGY COMMUNITY (EURATOM)", "EURATOM"),
        ("http://publications.europa.eu/resource/authority/country/MDA", "MD"),
        ("http://publications.europa.eu/resource/authority/country/EUR", "EU"),
        ("http://publications.europa.eu/resource/authority/country/1A0", "XK"),
        ("https://publications.europa.eu/resource/authority/corporate-body/EURUN", "EU"),
        (
            "http://publications.europa.eu/resource/authority/corporate-body/COM",
            None,
        ),  # the Commission, not the Comoros
        ("http://publications.europa.eu/resource/authority/country/COM", "KM"),
        ("http://publications.europa.eu/resource/authority/country/CAN", "CA"),
        ("CAN", "CAN"),  # our own word for the Andean Community
        ("EC", "EC"),
        ("MDA", "MD"),
        ("UK", "GB"),
        ("EL", "GR"),
        ("BY", "BY"),
        ("NATO", "NATO"),
        # what holds a known name and is not it
        ("British Honduras", None),
        ("New Guinea", None),
        ("Netherlands Antilles", None),
        ("GERMAN DEMOCRATIC REPUBLIC", None),
        ("VIETNAM, REPUBLIC OF", None),
        ("CHINA REPUBLIC OF", None),
        ("YEMEN, PEOPLE'S DEMOCRATIC REPUBLIC OF", None),
        ("SERBIA AND MONTENEGRO", None),
        ("AUSTRIA-HUNGARY", None),
        ("New South Wales", None),
        ("Portugal, Provinces In West Africa", None),
        ("All Territories under UK Sovereignty", None),
        ("French", None),
        ("Berlin", None),
        ("KOREA", None),
        ("Gibraltar", None),
        ("http://publications.europa.eu/resource/authority/country/ZZZ", None),
        ("", None),
    ],
)
def test_names_as_catalogues_write_them(said: str, code: str | None, book: PartyBook) -> None:
    """A name is known in any order and in capitals; one that only holds a known name is not that party."""
    assert book.code_of(said) == code


@pytest.mark.parametrize(
    ("title", "parties"),
    [
        ("Treaty between the United States of America and the Republic of Korea on Kites", ("US", "KR")),
        ("AGREEMENT BETWEEN THE GOVERNMENT OF THE FRENCH REPUBLIC AND THE GOVERNMENT OF JAPAN CONCERNING KITES", ()),
        ("Agreement between Japan, Kenya and the European Union relating to trade with China", ("JP", "KE", "EU")),
        ("Convention with Hungary on Thermal Baths", ("HU",)),
        ("Convention between friends", ()),
        ("Convention on Kites", ()),
    ],
)
def test_a_title_names_its_parties(title: str, parties: tuple[str, ...], book: PartyBook) -> None:
    """Only between "between" and the matter, and only by name; half a pair is none."""
    assert book.named_in_title(title) == parties


@given(st.text(max_size=60))
def test_any_name_is_a_code_or_nothing(said: str) -> None:
    """Whatever stands in a cell, what comes out is a code of ours or nothing."""
    book = opened()
    code = book.code_of(said)
    assert code is None or code in book.codes | {*book.foreign.values(), *book.alpha3.values(), *book.told.values()}


@pytest.mark.parametrize(
    ("said", "month_first", "meant"),
    [
        ("2016-12-09", False, "2016-12-09"),
        ("2016-12-09T00:00:00Z", False, "2016-12-09"),
        ("2016-12-09+01:00", False, "2016-12-09"),
        ("09/12/2016", False, "2016-12-09"),
        ("12/09/2016", True, "2016-12-09"),
        ("9.12.2016", False, "2016-12-09"),
        ("December 9, 2016", False, "2016-12-09"),
        ("9 Dec 2016", False, "2016-12-09"),
        ("2016-12", False, "2016-12"),
        ("2016", False, "2016"),
        ("31/02/1954", False, None),
        ("Smarch 9, 2016", False, None),
        ("soon", False, None),
        ("", False, None),
    ],
)
def test_dates_as_catalogues_write_them(said: str, month_first: bool, meant: str | None) -> None:
    """British days first, American months first; no day of the calendar is no date."""
    assert day(said, month_first=month_first) == (PartialDate.parse(meant) if meant else None)


@given(st.text(max_size=40), st.booleans())
def test_no_text_breaks_the_reading_of_dates(said: str, month_first: bool) -> None:
    """A date or nothing."""
    assert day(said, month_first=month_first) is None or any(char.isdigit() for char in said)


def test_ids_come_from_numbers() -> None:
    """Letters, digits and hyphens only."""
    assert slug("eu", "22014A0830(02)") == "eu-22014a0830-02"


def test_columns_of_the_union_s_lists_may_be_called_as_others_call_theirs(book: PartyBook, tmp_path: Path) -> None:
    """A CELEX makes it a list of CELLAR; three letters there are countries."""
    path = tmp_path / "x.csv"
    path.write_text(
        "celex,title,signed,in_force,parties\n22099A0001(01),Agreement on Canoes,2024-01-02,2025-01-01,CAN|NOR\n",
        encoding="utf-8",
    )
    reading = read_list(path, book)
    assert reading.form is Form.CELLAR
    (one,) = reading.listed
    assert one.agreement.parties == ("EU", "CA", "NO")
    assert str(one.agreement.signed_on) == "2024-01-02"


def test_filters_compose(book: PartyBook) -> None:
    """All parties, a day, any word: in the title, the subject or a short title; what has no date is not since anything."""
    listed = tuple(one for name in EXPECTED for one in read_list(LISTS / name, book).listed)

    def ids(wanted: Wanted) -> list[str]:
        return [one.agreement.id for one in choose(listed, (), wanted).fresh]

    assert ids(Wanted(("EU", "UA"))) == ["eu-22098a0101-01"]
    assert ids(Wanted(since=PartialDate(2026))) == ["us-treaty-119-8a"]
    assert ids(Wanted(subject=("KITES", "thermal"))) == ["us-treaty-119-11", "us-treaty-119-12b"]
    assert ids(Wanted(subject=("weather",))) == ["uk-0f1e2d3c-0001-4a4a-9b9b-000000000002"]
    assert ids(Wanted(("US",), PartialDate(2025), ("maritime", "taxation"))) == ["us-treaty-119-11"]


def test_treaties_of_one_name_are_kept_apart_by_their_day() -> None:
    """Same title and parties: the same one, unless both tell the day of signature and it is another; unknown parties count by name."""

    def listed(identity: str, signed: str | None, *unknown: str) -> Listed:
        day = PartialDate.parse(signed) if signed else None
        return Listed(Agreement(identity, "Exchange of Notes", ("GB",), signed_on=day), "here", unknown=unknown)

    watched = [Agreement("mine", "EXCHANGE of notes.", ("GB",), signed_on=PartialDate(1950))]
    rows = [
        listed("same-year", "1950-03-01"),
        listed("other", "1951-03-01"),
        listed("undated", None),
        listed("hesse", "1951-03-01", "HESSE"),
        listed("baden", "1951-03-01", "BADEN"),
        listed("other", "1999"),
    ]
    choice = choose(rows, watched, Wanted())
    assert [one.agreement.id for one in choice.fresh] == ["other", "hesse", "baden"]
    assert [(one.agreement.id, there) for one, there in choice.known] == [
        ("same-year", "mine"),
        ("undated", "mine"),
        ("other", "other"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.json", b"{", "is no JSON"),
        ("x.json", b"[" * 200_000, "no JSON|nested too deeply"),
        ("x.csv", b"a,b\n1,2\n", "is no list we know"),
        ("x.csv", b"title\n\xff\xff", "line 2: is not UTF-8"),
        ("x.csv", b"", "is no list we know"),
        ("x.toml", b"[[agreement]\n", "not valid TOML"),
        ("x.csv.gz", gzip.compress(b"title,parties\n", mtime=0)[:-9], "cannot be read: Compressed file ended"),
        ("x.csv.gz", b"\x1f\x8bnothing", "cannot be read"),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    name: str, content: bytes, said: str, book: PartyBook, tmp_path: Path
) -> None:
    """With a sentence that says what it is not."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        read_list(tmp_path / name, book)


def test_a_packed_list_is_read(book: PartyBook, tmp_path: Path) -> None:
    """As catalogues are passed on."""
    path = tmp_path / "list.jsonl.gz"
    record = {"id": "1", "title": "Treaty on Lighthouses", "country_name": "JAPAN", "field3": "BI"}
    path.write_bytes(gzip.compress(json.dumps(record).encode()))
    assert [one.agreement.title for one in read_list(path, book, Form.FCDO).listed] == ["Treaty on Lighthouses"]


def test_lines_that_cannot_be_read_are_named(book: PartyBook, tmp_path: Path) -> None:
    """Too many cells, a monstrous cell, a line that is no JSON: the others go on."""
    path = tmp_path / "x.csv"
    path.write_text(f"title,parties\nOne,RU\nTwo,RU,KZ\n{'x' * 200_000},RU\nFour,KZ\n", encoding="utf-16")
    reading = read_list(path, book)
    assert [one.agreement.title for one in reading.listed] == ["One", "Four"]
    assert [problem.where.rpartition(": ")[2] for problem in reading.problems] == ["line 3", "line 4"]
    path = tmp_path / "x.jsonl"
    record = {"id": "1", "title": "Treaty of\x00 \u202eLines", "country_name": "JAPAN", "field3": "BI"}
    path.write_text(json.dumps(record) + "\n{oops\n[1]\n", encoding="utf-8")
    reading = read_list(path, book, Form.FCDO)
    assert [(one.agreement.title, one.agreement.parties) for one in reading.listed] == [
        ("Treaty of Lines", ("GB", "JP"))
    ]
    assert [problem.where.rpartition(": ")[2] for problem in reading.problems] == ["line 2", "line 3"]


def test_a_person_s_file_is_not_disturbed(tmp_path: Path) -> None:
    """What stands there stays byte for byte, its rights too; a link stays a link; a file the entries do not fit in is left alone."""
    path, link = tmp_path / "real.toml", tmp_path / "agreements.toml"
    mine = b'# mine\r\n[[agreement]] # do not touch\r\nid = "a"\r\ntitle = "A"  # no line end here'
    path.write_bytes(mine)
    path.chmod(0o640)
    link.symlink_to(path)
    append(link, [block(Listed(Agreement("b", 'B "quoted"'), "here", "a note"))])
    assert path.read_bytes().startswith(mine + b"\n# a note\n[[agreement]]\n")
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.id for one in load_watchlist(link)[0].agreements] == ["a", "b"]
    path.write_bytes(b"agreement = []\n")
    with pytest.raises(ConfigurationError, match="left as it was"):
        append(link, [block(Listed(Agreement("b", "B"), "here"))])
    assert path.read_bytes() == b"agreement = []\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["agreements.toml", "real.toml"]
