"""Whose organ acts, and what its act is."""

from __future__ import annotations

import pytest

from pipeline.model import EventType
from pipeline.recognise import actors
from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import Jurisdiction
from pipeline.recognise.sentences import lower
from pipeline.recognise.values import PartyMention

NAMES = Names.load()
NONE: dict[str, Jurisdiction] = {}


def attached(text: str, language: str, context: str = "") -> tuple[PartyMention, ...]:
    low = lower(text)
    return actors.attach(NAMES.find(low, text, language), low, text, language, NAMES, context=context)


@pytest.mark.parametrize(
    ("language", "text", "context", "expected"),
    [
        ("en", "The parliament ratified it.", "KG", [("KG", "parliament")]),
        ("en", "The Senate concurred.", "PH", [("PH", "upper_chamber")]),
        ("en", "The Senate concurred.", "", [("US", "upper_chamber")]),
        ("en", "The Senate concurred.", "KG", [("US", "upper_chamber")]),
        ("en", "The Senate concurred.", "HT", [("HT", "upper_chamber")]),
        ("en", "The Senate ratified the treaty with Kazakhstan.", "", [("US", "upper_chamber")]),
        ("en", "The Senate ratified the treaty with Kazakhstan.", "UZ", [("UZ", "upper_chamber")]),
        ("en", "The treaty with Kazakhstan was ratified by the Senate.", "UZ", [("UZ", "upper_chamber")]),
        ("en", "The parliament ratified the treaty with China.", "", [("", "parliament")]),
        ("en", "Georgia hailed it, and the parliament ratified it.", "", [("GE", "parliament")]),
        ("en", "Congress ratified it.", "CO", [("CO", "parliament")]),
        ("en", "Congress ratified it.", "", [("US", "parliament")]),
        ("ru", "Перуанский конгресс ратифицировал договор.", "", [("PE", "parliament")]),
        ("ru", "Конгресс ратифицировал договор.", "", [("US", "parliament")]),
        ("fr", "Le Congrès chilien l'a ratifié.", "", [("CL", "parliament")]),
        ("de", "Der kolumbianische Kongress stimmte zu.", "", [("CO", "parliament")]),
        ("tr", "Kolombiya Kongresi onayladı.", "", [("CO", "parliament")]),
        ("en", "The Council adopted the decision.", "EU", [("EU", "council")]),
        ("en", "The Commission has left it open.", "EU", [("EU", "commission")]),
        ("en", "Kazakhstan's Mazhilis sent it to the Senate.", "", [("KZ", "lower_chamber"), ("KZ", "upper_chamber")]),
        ("en", "The president signed the law.", "UA", [("UA", "head_of_state")]),
        ("en", "The president signed the law.", "", [("", "head_of_state")]),
        ("en", "The House of Commons did not object.", "", [("GB", "lower_chamber")]),
        ("en", "The House of Commons did not object.", "CA", [("CA", "lower_chamber")]),
        ("en", "The House of Representatives voted.", "BY", [("BY", "lower_chamber")]),
        ("en", "The National Assembly ratified it.", "FR", [("FR", "lower_chamber")]),
        ("en", "The National Assembly ratified it.", "KR", [("KR", "parliament")]),
        ("de", "Der Bundesrat billigte das Abkommen.", "", [("DE", "upper_chamber")]),
        ("de", "Der Bundesrat billigte das Abkommen.", "CH", [("CH", "government")]),
        ("de", "Der Bundesrat billigte das Abkommen.", "AT", [("AT", "upper_chamber")]),
        ("de", "Der Nationalrat stimmte zu.", "CH", [("CH", "lower_chamber")]),
        ("de", "Der Nationalrat stimmte zu.", "SK", [("SK", "lower_chamber")]),
        ("fr", "L'Assemblée nationale a voté.", "", [("FR", "lower_chamber")]),
        ("fr", "L'Assemblée nationale a voté.", "ML", [("ML", "parliament")]),
        ("fr", "Le Sénat a voté.", "", [("FR", "upper_chamber")]),
        ("fr", "Le Conseil fédéral a approuvé.", "", [("CH", "government")]),
        ("es", "Diputados convirtió en ley la ratificación.", "AR", [("AR", "lower_chamber")]),
        ("es", "El Senado aprobó el tratado.", "MX", [("MX", "upper_chamber")]),
        ("pt", "O Senado aprovou o acordo.", "BR", [("BR", "upper_chamber")]),
        ("pt", "O Congresso Nacional promulga o decreto.", "", [("BR", "parliament")]),
        ("ru", "Депутаты ратифицировали соглашение.", "BY", [("BY", "parliament")]),
        ("ru", "Палата представителей приняла закон.", "BY", [("BY", "lower_chamber")]),
        ("ru", "Сенат одобрил закон.", "UZ", [("UZ", "upper_chamber")]),
        ("ru", "Сенат одобрил закон.", "KZ", [("KZ", "upper_chamber")]),
        ("ru", "Сенат не ратифицировал договор.", "", [("US", "upper_chamber")]),
        ("ru", "Сейм одобрил выход из конвенции.", "LV", [("LV", "parliament")]),
        ("zh", "国会批准协定。", "KR", [("KR", "parliament")]),
        ("ar", "مجلس النواب وافق على الاتفاقية.", "EG", [("EG", "lower_chamber")]),
        ("tr", "Meclis anlaşmayı onayladı.", "TR", [("TR", "parliament")]),
    ],
)
def test_organs_get_their_country(language: str, text: str, context: str, expected: list[tuple[str, str]]) -> None:
    """A bare organ belongs to the state that has one so called, else to the article's country, else to the best known one."""
    assert [(m.code, m.body) for m in attached(text, language, context) if m.body] == expected


@pytest.mark.parametrize(
    ("language", "words", "context", "country", "stage"),
    [
        ("en", "Russia's State Duma, the lower house of parliament,", "RU", "RU", "lower_chamber"),
        ("en", "President Vladimir Putin", "", "RU", "head_of_state"),
        ("en", "Lawmakers", "LT", "LT", "parliament"),
        ("en", "Russia and Belarus", "RU", "", ""),
        ("en", "The foreign ministers of Armenia and Azerbaijan", "AM", "", "foreign_ministry"),
        ("en", "Both houses of the Russian parliament", "", "RU", "parliament"),
        ("en", "The two sides", "RU", "", ""),
        ("ru", "Госдума и Совет Федерации", "", "RU", "parliament"),
        ("ru", "Обе палаты российского парламента", "", "RU", "parliament"),
        ("ru", "Президент Киргизии Садыр Жапаров", "", "KG", "head_of_state"),
        ("ru", "сенаторы", "KZ", "KZ", "upper_chamber"),
        ("en", "Switzerland's Federal Council", "", "CH", "government"),
        ("en", "Moscow", "", "RU", ""),
    ],
)
def test_actor(language: str, words: str, context: str, country: str, stage: str) -> None:
    """The words at the subject's place give one country with its organ, or a joint act without a country."""
    actor = actors.resolve(attached(words, language, context), words, context=context)
    assert (actor.country, actor.stage) == (country, stage)


def test_one_actor_each() -> None:
    """A shared organ word serves every state before it."""
    text = "The Belarusian and Kazakh parliaments"
    assert [(one.country, one.stage) for one in actors.each(attached(text, "en"), text)] == [
        ("BY", "parliament"),
        ("KZ", "parliament"),
    ]


def test_focus() -> None:
    """An article's country is the one whose organs act; two equally near ones leave it open."""
    acting = attached("Georgia's parliament ratified the agreement with China.", "en")
    assert actors.focus(acting) == "GE"
    assert actors.focus(attached("Russia and Belarus signed an agreement.", "en")) == ""
    assert actors.focus(acting, parties={"CN"}) == "CN"
    assert actors.focus(()) == ""


R, A, P, S = EventType.RATIFIED, EventType.APPROVED, EventType.PROMULGATED, EventType.SIGNED


@pytest.mark.parametrize(
    ("act", "country", "stage", "law", "expected"),
    [
        (R, "RU", "lower_chamber", False, (R, "lower_chamber", "")),
        (A, "RU", "upper_chamber", True, (R, "upper_chamber", "")),
        (A, "BY", "upper_chamber", True, (R, "upper_chamber", "")),
        (A, "BY", "upper_chamber", False, (A, "upper_chamber", "")),
        (R, "RU", "head_of_state", False, (P, "head_of_state", "ru_head_of_state")),
        (S, "KZ", "head_of_state", True, (P, "head_of_state", "signs_ratification_law")),
        (S, "US", "head_of_state", True, (P, "head_of_state", "signs_ratification_law")),
        (S, "UA", "head_of_state", False, (S, "head_of_state", "")),
        (R, "DZ", "head_of_state", False, (R, "head_of_state", "")),
        (R, "PH", "head_of_state", False, (R, "head_of_state", "")),
        (R, "US", "upper_chamber", False, (R, "consent", "us_upper_chamber")),
        (A, "EU", "parliament", False, (A, "consent", "eu_parliament")),
        (R, "EU", "council", False, (A, "council", "eu_council")),
        (R, "UA", "committee", False, (A, "committee", "not_a_chamber")),
        (R, "CN", "parliament", False, (R, "parliament", "")),
        (R, "CN", "government", False, (A, "government", "cn_government")),
        (R, "", "", False, (R, "", "")),
        (S, "RU", "", False, (S, "", "")),
    ],
)
def test_what_the_act_is(
    act: EventType, country: str, stage: str, law: bool, expected: tuple[EventType, str, str]
) -> None:
    """Loose words become the step they are at that organ, with the rule's name; other words stay as they are."""
    assert actors.normalise(act, country, stage, NAMES.jurisdictions, law=law) == expected


def test_tables_name_known_types() -> None:
    """Every act in a jurisdiction file is of a known type, so that no table can fail at run time."""
    for jurisdiction in NAMES.jurisdictions.values():
        for (_, said), (meant, stage) in jurisdiction.acts.items():
            assert EventType(said)
            assert EventType(meant)
            assert stage


def test_normalise_without_tables() -> None:
    """Without jurisdictions the general rules still hold."""
    assert actors.normalise(R, "ZZ", "commission", NONE) == (A, "commission", "not_a_chamber")


@pytest.mark.parametrize(
    ("text", "language", "stage"),
    [
        ("Мажилис Парламента Казахстана", "ru", "lower_chamber"),
        ("Сенат Парламента Казахстана", "ru", "upper_chamber"),
        ("Совет Республики Национального собрания Беларуси", "ru", "upper_chamber"),
    ],
)
def test_the_chamber_of_a_parliament_is_that_chamber(text: str, language: str, stage: str) -> None:
    """ "The Senate of the Parliament" is the Senate, not the parliament."""
    assert actors.resolve(Names.load().find(text.lower(), text, language), text).stage == stage
