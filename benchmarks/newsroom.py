"""Invented news for the benchmarks: pages with all the ballast real ones carry, a few of them on treaties, and watchlists of any size.

Everything follows from a seed, so two runs measure the same. The ballast is that of real news pages: about a quarter of a
megabyte and 2,500 elements around three thousand characters of text, most of it scripts, styles and other articles' headlines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import combinations

from pipeline.model import Agreement, Watchlist

STATES = {
    "RU": "Russia", "BY": "Belarus", "KZ": "Kazakhstan", "UZ": "Uzbekistan", "AM": "Armenia", "GE": "Georgia", "MD": "Moldova",
    "UA": "Ukraine", "PL": "Poland", "DE": "Germany", "FR": "France", "IT": "Italy", "ES": "Spain", "PT": "Portugal", "GR": "Greece",
    "TR": "Turkey", "IN": "India", "CN": "China", "JP": "Japan", "VN": "Vietnam", "TH": "Thailand", "ID": "Indonesia",
    "AU": "Australia", "NZ": "New Zealand", "CA": "Canada", "MX": "Mexico", "BR": "Brazil", "AR": "Argentina", "CL": "Chile",
    "PE": "Peru", "EG": "Egypt", "MA": "Morocco", "KE": "Kenya", "NG": "Nigeria", "ZA": "South Africa", "NO": "Norway", "SE": "Sweden",
    "FI": "Finland", "DK": "Denmark", "HU": "Hungary", "RO": "Romania", "BG": "Bulgaria", "RS": "Serbia", "HR": "Croatia",
}  # fmt: skip
SUBJECTS = (
    "Visa Facilitation", "Double Taxation", "Extradition", "Air Services", "Fisheries", "Cultural Cooperation", "Mutual Legal Assistance",
    "Nuclear Safety", "Customs Matters", "Maritime Boundaries", "Social Security", "Investment Protection", "Scientific Cooperation",
    "Road Transport", "Plant Quarantine", "Veterinary Control", "Readmission of Persons", "Exchange of Classified Information",
    "Transfer of Sentenced Persons", "Peaceful Uses of Outer Space", "Cross-Border Rivers", "Rail Freight", "Tourism", "Film Production",
    "Postal Services", "Energy Transit", "Grain Trade", "Pension Rights", "Youth Exchanges", "Disaster Relief", "Anti-Drug Cooperation",
    "Recognition of Diplomas", "Military Transit", "Search and Rescue", "Border Crossings", "Forest Fires", "Copyright",
)  # fmt: skip
_PEOPLE = [
    "Anna Berg",
    "Luis Ortega",
    "Mary Quill",
    "Tom Harrow",
    "Irina Lund",
    "Peter Voss",
    "Sara Klein",
    "Omar Haddad",
    "Jun Tanaka",
    "Eva Moreau",
]
_PLACES = [
    "the harbour",
    "the old town",
    "the airport",
    "the main square",
    "the northern suburbs",
    "the university",
    "the market hall",
    "the river bank",
]
_THINGS = [
    "bridge",
    "school",
    "stadium",
    "tram line",
    "library",
    "hospital wing",
    "power station",
    "concert hall",
    "orchard",
    "ferry",
    "bakery",
    "museum",
]
_DEEDS = [
    "opened",
    "closed",
    "repaired",
    "painted",
    "rented out",
    "moved",
    "shown to visitors",
    "flooded",
    "searched",
    "praised",
    "searched twice",
    "insured",
]
_GENERAL = (
    "The {thing} near {place} was {deed} on {day}, said {person}, who has worked there for {n} years.",
    "Prices rose by {n} percent in the last quarter, more than economists polled by the bank had expected.",
    "The home side won {n} matches in a row before {person} was hurt in training on {day}.",
    "“We did not think that so many people would come to {place},” {person} told reporters.",
    "Rain and strong wind are forecast for the weekend; drivers should expect delays around {place}.",
    "The company plans to hire {n} people and to build a second {thing} next year.",
    "Police are looking for witnesses of a theft at {place}, where a {thing} key was taken on {day}.",
    "{person} said the show would tour {n} cities, and that tickets go on sale on {day}.",
    "Doctors advise drinking enough water, resting at noon and keeping windows shut during the heat.",
    "The council will discuss the budget of the {thing} on {day}; {n} residents have asked to speak.",
)
_MARKETS = (
    "The club reached a deal with the striker, who signed until 2029, {person} said.",
    "Staff and managers came to an agreement on pay after {n} days of talks at {place}.",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_SECTIONS = [
    "Home",
    "World",
    "Politics",
    "Business",
    "Sport",
    "Culture",
    "Weather",
    "Science",
    "Travel",
    "Opinion",
    "Video",
    "Podcasts",
    "Newsletters",
    "Sign in",
    "Subscribe",
]
FIRST_DAY = datetime(2016, 1, 4, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """An invented article."""

    number: int
    url: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    on_topic: bool


def watchlist(size: int) -> Watchlist:
    """So many agreements: every pair of states on every subject, then with a year in the title."""
    found: list[Agreement] = []
    for year in (0, *range(1990, 2026)):
        for subject in SUBJECTS:
            for one, other in combinations(STATES, 2):
                if len(found) == size:
                    return Watchlist(tuple(found))
                found.append(_agreement(one, other, subject, year))
    return Watchlist(tuple(found))


def _agreement(one: str, other: str, subject: str, year: int) -> Agreement:
    tail = f" of {year}" if year else ""
    title = (
        f"Agreement between the Government of {STATES[one]} and the Government of {STATES[other]} on {subject}{tail}"
    )
    return Agreement(f"{one}-{other}-{subject}-{year}".lower().replace(" ", "-"), title, (one, other))


def stories(count: int, share: float, seed: int = 1) -> Iterator[Story]:
    """Invented articles, `share` of them on treaties; the same seed gives the same ones."""
    dice = random.Random(seed)
    for number in range(count):
        yield story(number, dice, on_topic=dice.random() < share)


def story(number: int, dice: random.Random, *, on_topic: bool) -> Story:
    """One article of about 3,000 characters."""
    published = FIRST_DAY + timedelta(hours=number % 80_000)
    body = [_filled(dice, dice.choice(_GENERAL)) for _ in range(26)]
    if dice.random() < 0.02:
        body.insert(3, _filled(dice, dice.choice(_MARKETS)))
    title = _filled(dice, "{person} on the {thing} of {place}")
    if on_topic:
        one, other = dice.sample(sorted(STATES), 2)
        title, lead = _treaty(dice, STATES[one], STATES[other], dice.choice(SUBJECTS), published)
        body[:4] = lead
    paragraphs = tuple(" ".join(body[place : place + 3]) for place in range(0, len(body), 3))
    return Story(
        number, f"https://wire{number % 50}.example/{published:%Y/%m}/{number}", title, paragraphs, published, on_topic
    )


def _treaty(dice: random.Random, one: str, other: str, subject: str, day: datetime) -> tuple[str, list[str]]:
    act, words = dice.choice(
        (("signs", "signed"), ("ratifies", "ratified"), ("approves", "approved"), ("terminates", "terminated"))
    )
    lead = f"{one.upper()}, {day:%B} {day.day} (Wire). {one} has {words} the Agreement with {other} on {subject}, the government said."
    return f"{one} {act} {subject.lower()} agreement with {other}", [
        lead,
        f"The document had been discussed by the two countries for {dice.randint(2, 9)} years.",
        _filled(dice, "{person} spoke to reporters at {place} afterwards."),
        f"{other} has not commented so far.",
    ]


def _filled(dice: random.Random, pattern: str) -> str:
    return pattern.format(
        thing=dice.choice(_THINGS), place=dice.choice(_PLACES), deed=dice.choice(_DEEDS), day=dice.choice(_DAYS),
        person=dice.choice(_PEOPLE), n=dice.randint(2, 900),
    )  # fmt: skip


def page(told: Story, kilobytes: int = 240) -> bytes:
    """The article as a web page of about that size."""
    dice = random.Random(told.number)
    text = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in told.paragraphs)
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.title,
        "datePublished": told.published.isoformat(),
    }
    menu = "".join(
        f'<li class="nav__item"><a class="nav__link" href="/{name.lower()}">{name}</a></li>' for name in _SECTIONS * 3
    )
    cards = "".join(_card(dice, place) for place in range(45))
    body = (
        f'<header class="site"><nav><ul>{menu}</ul></nav></header><main><article class="story"><header><h1>{escape(told.title)}</h1>'
        f'<div class="byline">By <a href="/staff">{dice.choice(_PEOPLE)}</a> <time datetime="{told.published.isoformat()}">'
        f'{told.published:%d %B %Y}</time></div></header><div class="story__body">{text}</div></article></main>'
        f'<aside><section class="more"><h2>More stories</h2>{cards}</section></aside><footer><ul>{menu}</ul>'
        f"<p>© Wire. Use of this site constitutes acceptance of our terms.</p></footer>"
    )
    head = (
        f'<meta charset="utf-8"><title>{escape(told.title)} | Wire</title><meta property="og:title" content="{escape(told.title)}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script><style>{_styles(dice, kilobytes // 8)}</style>'
    )
    ballast = max(0, kilobytes * 1024 - len(head) - len(body)) // 12
    scripts = "".join(f"<script>{_script(dice, ballast)}</script>" for _ in range(12))
    return f'<!doctype html><html lang="en"><head>{head}{scripts[: len(scripts)]}</head><body>{body}</body></html>'.encode()


def _card(dice: random.Random, place: int) -> str:
    title = escape(_filled(dice, "{person}: how the {thing} was {deed} near {place}"))
    sizes = "".join(
        f'<source media="(min-width:{w}px)" srcset="/i/{place}-{w}.webp {w}w">' for w in (320, 480, 640, 960)
    )
    icons = "".join(
        f'<li class="share__item"><button type="button" class="share__button" aria-label="{name}"><svg viewBox="0 0 24 24"><g>'
        f'<path d="M{place} 2h8v{place}z"/><path d="M4 4l6 6z"/></g></svg><span class="visually-hidden"></span></button></li>'
        for name in ("a", "b", "c", "d")
    )
    return (
        f'<div class="grid__cell"><div class="card card--{place % 4}" data-id="{dice.getrandbits(40):x}"><div class="card__inner">'
        f'<a class="card__link" href="/s/{place}"><div class="card__media"><picture>{sizes}<img alt="" src="/i/{place}.jpg"></picture></div>'
        f'<div class="card__body"><h3 class="card__title"><span>{title}</span></h3></div></a><div class="card__meta"><ul class="card__tags">'
        f'<li><a href="/t/a"><span>City</span></a></li><li><a href="/t/b"><span>People</span></a></li></ul><time>1 h</time></div>'
        f'<ul class="share">{icons}</ul></div></div></div>'
    )


def _styles(dice: random.Random, kilobytes: int) -> str:
    rule = ".card--{n}{{margin:{a}px {b}px;color:#{c:06x};display:flex;border-radius:{a}px}}"
    line = "".join(rule.format(n=n, a=n % 40, b=n % 17, c=dice.getrandbits(24)) for n in range(40))
    return line * max(1, kilobytes * 1024 // len(line))


def _script(dice: random.Random, size: int) -> str:
    line = "".join(
        f'window.q=window.q||[];q.push(["t{n}",{{id:{dice.getrandbits(30)},v:a[{n}]<b?c:d,u:"/x/{n}"}}]);function f{n}(a,b){{return a<b&&a>{n}}}'
        for n in range(30)
    )
    return (line * (size // len(line) + 1))[:size]
