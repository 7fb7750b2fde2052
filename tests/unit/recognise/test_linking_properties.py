"""What must hold of linking for any input: it never raises, strangers change nothing sure, aliases are found where they stand."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.model import Agreement, Watchlist
from pipeline.recognise.linking import Index
from pipeline.recognise.linking.views import Shared
from pipeline.recognise.parties import Names
from pipeline.recognise.screen import different_words
from pipeline.recognise.sentences import lower
from pipeline.recognise.values import Band

NAMES = Names.load()
FOLDER = Path(__file__).parents[2] / "cases" / "linking"
ROWS = tomllib.loads((FOLDER / "watchlist.toml").read_text(encoding="utf-8"))["agreement"]
CASES = tomllib.loads((FOLDER / "cases.toml").read_text(encoding="utf-8"))["case"]
TRACKED = tuple(
    Agreement(row["id"], row["title"], tuple(row.get("parties", ())), aliases=tuple(row.get("aliases", ())), multilateral=row.get("multilateral", False))
    for row in ROWS
)  # fmt: skip
INDEX, OTHER = Index.build(Watchlist(TRACKED), NAMES), Index.build(Watchlist(TRACKED), NAMES)
LANGUAGES = st.sampled_from(("en", "ru", "uk", "be", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk", "ky", "mk", "xx"))
CODES = st.lists(st.sampled_from(("RU", "IR", "EU", "JP", "PH", "", "CN", "EAEU", "ZZ")), max_size=4)
SUBJECTS = st.sampled_from(
    (
        "Whaling",
        "Lighthouses",
        "the Postal Union of Parcels",
        "Olive Oil",
        "Cinema Coproduction",
        "Tropical Timber",
        "Sugar",
    )
)
FAR = st.sampled_from((("IS", "FO"), ("FJ", "TO"), ("BT", "MV"), ("LS", "SZ"), ("BZ", "HN")))


@given(st.text(max_size=120), LANGUAGES, CODES, CODES, st.booleans())
def test_never_raises(phrase: str, language: str, near: list[str], context: list[str], plural: bool) -> None:
    """Any wording can be ranked and decided; scores lie between 0 and 1."""
    ranked = INDEX.rank(phrase, language, near_parties=near, context_parties=context, plural=plural)
    assert all(0 <= c.score <= 1 and 0 <= c.content <= 1 and 0 <= c.party <= 1 for c in ranked)
    assert list(ranked) == sorted(
        ranked, key=lambda c: (not c.alias and bool({"third_party", "named_parties"} & set(c.reasons)), -c.score)
    )
    link = INDEX.link(phrase, language, near_parties=near, context_parties=context, plural=plural)
    assert (link.agreement_id is None) == (link.band is Band.NONE)
    assert 0 <= link.confidence <= 1
    assert INDEX.link_all(phrase, language, near_parties=near, context_parties=context, plural=plural)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(SUBJECTS, FAR), min_size=1, max_size=6))
def test_strangers_change_nothing(extra: list[tuple[str, tuple[str, str]]]) -> None:
    """Unrelated agreements on the watchlist change no sure link, nor its confidence's band."""
    more = tuple(
        Agreement(f"far-{number}", f"Agreement on {subject}", parties)
        for number, (subject, parties) in enumerate(extra)
    )
    wide = Index.build(Watchlist(TRACKED[::3] + more), NAMES)
    alone = Index.build(Watchlist(TRACKED[::3]), NAMES)
    for case in CASES:
        about = {"near_parties": case.get("near", ()), "context_parties": case.get("context", ())}
        before = alone.link(case["mention"], case["language"], **about)
        if before.band is Band.SURE:
            after = wide.link(case["mention"], case["language"], **about)
            assert (after.agreement_id, after.band) == (before.agreement_id, before.band), case["mention"]


def test_aliases_in() -> None:
    """Names are found where they stand, with inflection, in the original letters, acronyms in capitals only."""
    text = "Литва вышла из Оттавской конвенции; the CUFTA was signed, LOST was not. What is lost is lost."
    found = {(text[hit.start : hit.end], INDEX.agreement_id(hit)) for hit in INDEX.aliases_in(text)}
    assert found == {("Оттавской конвенции", "ottawa"), ("CUFTA", "ca-ua-fta"), ("LOST", "unclos")}


def test_alias_in_longer_name() -> None:
    """A name that continues a longer one is marked."""
    (hit,) = INDEX.aliases_in("They praised the Old Norse Union Treaty of Kalmar.")
    assert hit.inside


def test_chinese_alias_in_brackets() -> None:
    """A Chinese name listed in its brackets is found by its words, with or without them."""
    index = Index.build(Watchlist((Agreement("seas", "公海公约协定", (), (), ("《远海条约》",)),)), NAMES)
    for text in ("批准《远海条约》。", "批准远海条约"):
        (hit,) = index.aliases_in(text)
        assert text[hit.start : hit.end] == "远海条约"


WORDINGS = [text for one in TRACKED for text in (one.title, *one.aliases)]


@given(
    st.lists(st.one_of(st.sampled_from(WORDINGS), st.text(max_size=12)), max_size=5),
    st.sampled_from((" ", "-", ", ", "\n", " (", "’", "/", "_", "†", "")),
    st.booleans(),
)
@example([WORDINGS[0], "㐀"], "†", False)
def test_what_may_hold_no_name_names_nothing(pieces: list[str], joint: str, capitals: bool) -> None:
    """The look at a text's different words loses no name that stands in it, however it is written."""
    text = joint.join(pieces)
    text = text.upper() if capitals else text
    if INDEX.aliases_in(text):
        assert INDEX.may_hold_name(different_words(lower(text)))


def test_words_far_apart_are_no_name() -> None:
    """A text without the words right before a name's last one is not searched for it."""
    assert INDEX.may_hold_name({"they", "left", "the", "ottawa", "convention"})
    assert not INDEX.may_hold_name({"rain", "in", "the", "north", "a", "convention"})


@given(st.text(max_size=200))
def test_aliases_within_text(text: str) -> None:
    """Hits lie within the text and do not cross."""
    hits = INDEX.aliases_in(text)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    spans = sorted({(hit.start, hit.end) for hit in hits})
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_empty_watchlist() -> None:
    """Nothing tracked: nothing meant."""
    link = Index.build(Watchlist(), NAMES).link("the Paris Agreement", "en")
    assert (link.agreement_id, link.band) == (None, Band.NONE)


def test_lead_helps_short_mentions() -> None:
    """What headline and lead say counts, less, for a mention that says little."""
    lead = INDEX.read("Lower house backs investment protection deal with Tokyo", "en")
    without = INDEX.rank("the agreement with Japan", "en", near_parties=["PH"])
    ranked = INDEX.rank("the agreement with Japan", "en", near_parties=["PH"], lead=lead)
    assert {c.agreement_id for c in without[:2]} == {"jp-ph-invest", "jp-ph-social"}
    assert ranked[0].agreement_id == "jp-ph-invest"
    assert ranked[0].score > ranked[1].score


@pytest.mark.parametrize(("year", "reason"), [("1998", "other_year"), ("2014", None)])
def test_year_tells_apart(year: str, reason: str | None) -> None:
    """A year beside the noun that is not the agreement's own speaks against it."""
    index = Index.build(Watchlist((Agreement("a", "Treaty on Friendship of 29 May 2014", ("KZ", "CN")),)), NAMES)
    (best,) = index.rank(f"the {year} treaty on friendship", "en", near_parties=["KZ", "CN"])
    assert ("other_year" in best.reasons) == (reason is not None)


def test_same_title_twice() -> None:
    """A treaty listed twice under one title is no ambiguity."""
    twice = (TRACKED[0], Agreement("again", TRACKED[0].title, TRACKED[0].parties))
    link = Index.build(Watchlist(twice), NAMES).link(
        "the strategic partnership treaty with Iran", "en", near_parties=["RU"]
    )
    assert link.band is Band.SURE


@given(st.lists(st.sampled_from(sorted({c for a in TRACKED for c in a.parties})), min_size=1, max_size=2, unique=True))
def test_a_bare_noun_is_compared_with_all_agreements_of_its_parties(codes: list[str]) -> None:
    """A wording that says nothing but its parties may mean whatever all of whose parties are among them."""
    ranked = INDEX.rank("the agreement", "en", parties=codes, limit=len(TRACKED))
    theirs = {one.id for one in TRACKED if one.parties and INDEX.parties(one.id) and INDEX.parties(one.id) <= {*codes}}
    assert theirs <= {candidate.agreement_id for candidate in ranked}


@given(st.lists(st.sampled_from(CASES), min_size=1, max_size=8))
def test_what_is_asked_again_is_answered_alike(asked: list[dict[str, str]]) -> None:
    """A ranking that is remembered is the one that would be made, whatever was asked in between."""
    first = [OTHER.rank(case["mention"], case["language"], near_parties=case.get("near", ())) for case in asked]
    for case, answer in reversed([*zip(asked, first, strict=True)]):
        for index in (OTHER, INDEX):
            assert index.rank(case["mention"], case["language"], near_parties=case.get("near", ())) == answer


def test_equal_sets_are_kept_once() -> None:
    """A long watchlist holds its parties, and the much that its titles do not say, once."""
    shared = Shared()
    assert shared.words(frozenset(["NO", "SE"])) is shared.words(frozenset(["SE", "NO"]))
    assert shared.years(frozenset()) is shared.years(frozenset())
