"""The recogniser as a whole: pure, never raising, sound in its screen, the same wherever it runs."""

from __future__ import annotations

import json
import pickle
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Agreement, Article, EventType, Finding, PartialDate, Salience, Status, Watchlist
from pipeline.recognise import RecogniseOptions, Recogniser, evaluate, explain, screen

CASES = Path(__file__).parents[2] / "cases" / "recognise"
TEXTS = [c["text"] for c in tomllib.loads((CASES / "sentences.toml").read_text(encoding="utf-8"))["case"]]
LANGUAGES = ["en", "ru", "uk", "fr", "es", "pt", "de", "zh", "ar", "tr", "kk"]
RAIL = Agreement(
    "rail", "Treaty between the Kingdom of Norway and the Kingdom of Sweden on Railway Transport", ("NO", "SE")
)
RIVERS = Agreement(
    "rivers", "Agreement between the Republic of Kenya and the Republic of Uganda on Shared Rivers", ("KE", "UG")
)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """Two agreements, discovery on."""
    return Recogniser.build(Watchlist((RAIL, RIVERS)))


def article(text: str, title: str = "", day: str | None = None, language: str = "en") -> Article:
    """An article for a test."""
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    return Article("https://example.org/1", title, text, language, published)


def test_lead_history_and_dates(recogniser: Recogniser) -> None:
    """The lead is news with the dateline's day; the stock second sentence is history with its own."""
    text = (
        "OSLO, March 3. Norway's parliament has ratified the treaty with Sweden on railway transport.\n"
        "The treaty was signed in Stockholm on 12 May 2024."
    )
    ratified, signed = recogniser.recognise(article(text, day="2025-03-03")).findings
    assert (ratified.type, ratified.salience, str(ratified.date)) == (EventType.RATIFIED, Salience.NEWS, "2025-03-03")
    assert (signed.type, signed.salience, str(signed.date)) == (EventType.SIGNED, Salience.BACKGROUND, "2024-05-12")
    assert ratified.actor_country == "NO"


def test_the_headline_lends_its_agreement(recogniser: Recogniser) -> None:
    """A body that says only "the document" is about what the headline names."""
    found = recogniser.recognise(
        article("Deputies ratified the document on Monday.", "Kenya ratifies agreement on shared rivers with Uganda")
    ).findings
    assert [(f.agreement_id, f.type) for f in found] == [("rivers", EventType.RATIFIED)]


def test_discovery_gives_one_key_for_two_reports(recogniser: Recogniser) -> None:
    """An agreement that nobody tracks is found, and two wordings of the same one meet under one key."""
    one = recogniser.recognise(article("Chile and Peru signed an extradition treaty on Monday.")).findings
    other = recogniser.recognise(article("An extradition treaty was signed by Peru and Chile.")).findings
    assert one[0].discovered is not None
    assert other[0].discovered is not None
    assert one[0].agreement_id is None
    assert one[0].discovered.key == other[0].discovered.key


@pytest.mark.parametrize(
    "text",
    [
        "The government and the rebels signed a peace treaty in the capital of Sudan.",
        "Two parties in Norway signed a coalition agreement.",
        "An airline from Chile signed a deal with a manufacturer in Brazil to buy aircraft.",
        "Players in Sweden ratified a new collective bargaining agreement.",
        "Norway signs a trade agreement to buy timber from Sweden.",
    ],
)
def test_what_is_no_international_agreement(recogniser: Recogniser, text: str) -> None:
    """Pacts at home, contracts and truces are not discovered."""
    assert recogniser.recognise(article(text)).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "Voters in Chile decided to ratify the Escazú treaty.",
        "The twelve leading tin-mining countries signed a charter on exports.",
        "A memorandum was signed by Chile, Peru and Brazil, although neither the opposition nor the ruling party was told.",
        "The Norwegian Fisheries Minister and the Swedish Minister of Energy sign an intergovernmental agreement creating a joint venture.",
        "Norway and Sweden announced a tentative agreement for the first phase of a trade deal, with Norway agreeing to buy timber.",
        "Sweden's king meets the president of Chile in Santiago. The guest and his host later signed a new cultural accord.",
        "Chile signs the cultural agreement with Peru prior to the elections on 11 May 2031.",
    ],
)
def test_what_is_an_international_agreement(recogniser: Recogniser, text: str) -> None:
    """A treaty with a name in small letters, a charter of so many countries, a clause on politics at home beside one on states, what
    ministers sign though a company comes of it, and who signs is told by the sentence before."""
    found = recogniser.recognise(article(text)).findings
    assert [(f.discovered is not None, f.status) for f in found] == [(True, Status.OCCURRED)]


def test_below_the_review_threshold_nothing_is_returned(recogniser: Recogniser) -> None:
    """The threshold is the operator's."""
    strict = Recogniser.build(recogniser.watchlist, RecogniseOptions(review_threshold=1.0))
    assert strict.recognise(article("Norway and Sweden ratified the treaty on railway transport.")).findings == ()


def test_a_recogniser_can_be_pickled(recogniser: Recogniser) -> None:
    """Worker processes get one over."""
    copy = pickle.loads(pickle.dumps(recogniser))
    text = article("Norway and Sweden signed the treaty on railway transport.")
    assert copy.recognise(text) == recogniser.recognise(text)


def test_explanations_name_every_decision(recogniser: Recogniser) -> None:
    """Each finding has a line with its rules, each dropped verb one with the reason."""
    text = "Norway and Sweden signed the treaty on railway transport. The president signed a decree on schools."
    lines = list(explain.lines(recogniser.recognise(article(text), trace=True), text))
    assert any("signed (occurred, news)" in line for line in lines)
    assert any("no_step" in line for line in lines)
    assert list(explain.lines(recogniser.recognise(article("It rained all day.")), "")) == [
        "screened out: no word of an act beside a treaty noun, a tracked name, or a body to leave or join"
    ]


def test_a_trace_tells_of_each_act_what_was_decided_and_what_came_second(recogniser: Recogniser) -> None:
    """Verb and object, agreement with its runner-up and the margin, status, actor, date, news and weight, in this order."""
    text = "OSLO, March 3. Norway's parliament has ratified the treaty with Sweden on railway transport."
    trace = recogniser.recognise(article(text, "Norway ratifies"), trace=True).trace
    told = [step for step in trace if dict(step.detail).get("where") != "headline"]
    assert [step.stage for step in told] == ["act", "link", "status", "who", "when", "news", "weighed"]
    act, link, *_, weighed = (dict(step.detail) for step in told)
    assert act["verb"].startswith("ratified (ratify")
    assert act["object"] == "treaty (treaty)"
    assert {"mention", "best", "margin"} <= set(link)
    assert {"news", "right"} <= set(weighed)
    assert all(text[step.start : step.end] for step in told)


def test_a_trace_changes_nothing(recogniser: Recogniser) -> None:
    """What is found is the same whether it is explained or not; where nobody asked there is none."""
    for text in TEXTS:
        for one in (article(text), article(text, day="2025-03-03")):
            explained, plain = recogniser.recognise(one, trace=True), recogniser.recognise(one)
            assert explained.findings == plain.findings
            assert plain.trace == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4), st.sampled_from(LANGUAGES), st.text(max_size=60))
def test_never_raises_and_evidence_holds(recogniser: Recogniser, parts: list[str], language: str, noise: str) -> None:
    """Any mixture of texts and languages gives findings whose evidence is the text between their offsets."""
    text = noise.join(parts)
    for f in recogniser.recognise(article(text, noise, "2025-03-03", language)).findings:
        assert f.evidence == text[f.start : f.end]
        assert 0.25 <= f.confidence <= 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_never_raises_on_any_text(recogniser: Recogniser, text: str, language: str) -> None:
    """Random characters are read like any text."""
    recogniser.recognise(article(text, text[:50], None, language))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.integers(min_value=0),
    st.sampled_from(["", " (ABC).", " («", ")", " —", ","]),
    st.sampled_from(LANGUAGES),
)
def test_never_raises_on_what_is_cut_off(recogniser: Recogniser, text: str, at: int, end: str, language: str) -> None:
    """A sentence cut off anywhere, with any end, is read as far as it goes."""
    recogniser.recognise(article(text[: at % (len(text) + 1)] + end, "", None, language))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), st.sampled_from(LANGUAGES))
def test_the_screen_loses_nothing(recogniser: Recogniser, parts: list[str], language: str) -> None:
    """What is screened out would have told nothing: without the screen the rules find nothing either."""
    text = "\n".join(parts)
    lexicon = recogniser.lexicons.get(language)
    assert lexicon is not None
    if not screen.may_matter("", text, lexicon, recogniser.linker.index, recogniser.sieve):
        # a treaty noun far away opens the screen and, being in a sentence of its own, adds no step
        opened = recogniser.recognise(article(f"{text}\n\nconvention протокол 条约 اتفاقية", "", None, language))
        assert [f for f in opened.findings if f.start < len(text)] == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=3), st.text(max_size=60))
def test_a_title_that_tells_speaks_for_its_page(
    recogniser: Recogniser, title: str, parts: list[str], noise: str
) -> None:
    """Whatever else a page says, it may matter where its title alone may: so titles can be asked first."""
    if recogniser.may_matter("", (title,)):
        assert recogniser.may_matter(noise.join(parts), (title,))


def test_scores_agree_with_hand_counts() -> None:
    """One right, one wrong, one missed: a half each way; a label told twice is asked for once."""
    finding = Finding(
        "a", "A", EventType.SIGNED, Status.OCCURRED, Salience.NEWS, "It was signed.", 0, 14, date=PartialDate(2025, 3)
    )
    wrong = Finding("b", "B", EventType.SIGNED, Status.OCCURRED, Salience.NEWS, "x", 0, 1)
    labels = [
        evaluate.Expected(frozenset({"a"}), "signed", date="2025-03-13", evidence="It was signed."),
        evaluate.Expected(frozenset({"a"}), "signed", evidence="It was signed."),
        evaluate.Expected(frozenset({"c"}), "ratified", evidence="y"),
    ]
    report = evaluate.score({"1": labels, "2": []}, {"1": [finding, wrong]})
    assert (report.alerts.precision, report.alerts.recall, report.alerts.f1) == (0.5, 0.5, 0.5)
    assert report.share("date") == 1
    assert report.share("country") is None
    assert (report.quiet, report.noisy) == (1, 0)
    assert json.dumps({"f1": report.links.f1})
