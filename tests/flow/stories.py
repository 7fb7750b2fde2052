"""What the agencies of the flow tests publish, and what has to be in the history afterwards. The sentences are ours."""

from __future__ import annotations

from tests.flow.agency import Story

WATCHLIST = """
[[agreement]]
id = "ru-by-unjustified-prosecution"
title = "Agreement between the Russian Federation and the Republic of Belarus on Measures for the Mutual Protection of Citizens from Unjustified Prosecution by Foreign States and International Justice Bodies"
parties = ["RU", "BY"]
titles.ru = "Соглашение между Российской Федерацией и Республикой Беларусь о мерах по взаимной защите граждан от необоснованного преследования со стороны иностранных государств и международных органов юстиции"

[[agreement]]
id = "ru-by-security-guarantees"
title = "Treaty between the Russian Federation and the Republic of Belarus on Security Guarantees within the Framework of the Union State"
parties = ["RU", "BY"]

[[agreement]]
id = "ru-by-visas"
title = "Agreement between the Government of the Republic of Belarus and the Government of the Russian Federation on the Mutual Recognition of Visas"
parties = ["RU", "BY"]
"""

_FILLER = (
    "The two countries have coordinated their work in courts and prosecutors' offices for many years, and officials on both "
    "sides said that the new rules would be explained to citizens in consulates.",
    "Lawyers in both capitals expect that the practice of the first year will show how much the rules can do.",
)

PARLIAMENT = Story(
    "/duma",
    "Russian lower house ratifies pact with Belarus",
    (
        "MOSCOW, January 14. /Wire/. Russia's State Duma, the lower house of parliament, has ratified an agreement between Russia and "
        "Belarus on protecting their citizens from unjustified prosecution by foreign states and international justice bodies.",
        "President Vladimir Putin submitted the agreement for consideration on January 9.",
        "The document, signed last March, rests on the principles of international law.",
        *_FILLER,
        "The document, signed last March, rests on the principles of international law.",
        "<",
    ),
    "Wed, 14 Jan 2026 10:00:00 +0000",
)

SUMMIT = Story(
    "/summit",
    "Presidents meet in Moscow",
    (
        "MOSCOW, 13 March (Wire). The presidents of Belarus and Russia held talks in Moscow.",
        "The presidents of Belarus and Russia have signed the Agreement on Measures for the Mutual Protection of Citizens from "
        "Unjustified Prosecution by Foreign States and International Justice Bodies.",
        *_FILLER,
        "The parties exchanged the instruments of ratification of the Treaty on Security Guarantees within the Framework of the Union "
        "State, and the treaty thus entered into force.",
        *_FILLER,
    ),
    "Thu, 13 Mar 2025 15:00:00 +0000",
)

FOOTBALL = Story(
    "/football",
    "Striker signs",
    (
        "The striker signed a contract with the club until 2029.",
        *_FILLER[1:],
        "Fans welcomed the agreement of both sides on Saturday.",
    ),
    "Sat, 17 Jan 2026 10:00:00 +0000",
)

STORIES = (PARLIAMENT, SUMMIT, FOOTBALL)

PROSECUTION, GUARANTEES = "ru-by-unjustified-prosecution", "ru-by-security-guarantees"
HISTORY = {
    # agreement, type, stage, country, date, salience, number of sources
    (PROSECUTION, "signed", "head_of_state", "", "2025-03-13", "news", 2),
    (GUARANTEES, "exchanged", "", "", "2025-03-13", "news", 1),
    (GUARANTEES, "entered_into_force", "", "", "2025-03-13", "news", 1),
    (PROSECUTION, "submitted", "head_of_state", "RU", "2026-01-09", "background", 1),
    (PROSECUTION, "ratified", "lower_chamber", "RU", "2026-01-14", "news", 1),
}
