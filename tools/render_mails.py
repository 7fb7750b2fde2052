"""Renders one mail of each kind, as readers get it, into docs/mails: HTML, text and, where chromium is installed, a picture.

python -m tools.render_mails          # a test fails when the pages and the code differ
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.alert.compose import Composer, cap_note
from pipeline.alert.links import Links
from pipeline.alert.names import english_names
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import About, Expected, Message, Notice, Trouble
from pipeline.model import Agreement, Event, EventState, EventType, PartialDate, Salience, Source, Status
from pipeline.plan import Change

FOLDER = Path(__file__).parents[1] / "docs" / "mails"
AT = datetime(2026, 1, 14, 10, 40, tzinfo=UTC)
WIDTH = 760
DESK = ChannelOptions(
    id="desk", kind="email", to=("desk@example.org",), from_="watch@example.org", host="mail.example.org"
)
TITLE = "Agreement between the Russian Federation and the Republic of Belarus on the Protection of Citizens against Unjustified Prosecution"
RUSSIAN = "Государственная дума ратифицировала соглашение между Россией и Белоруссией о защите граждан от необоснованного преследования."
CHINESE = "全国人民代表大会常务委员会周三批准了中国与哈萨克斯坦关于移管被判刑人的条约。"
ARABIC = "صادق مجلس النواب يوم الأربعاء على اتفاقية التعاون القضائي بين مصر والمغرب."
HOSTILE = '<script>alert("1")</script> <b>Pact</b> & "Treaty" <img src=x onerror=alert(2)>'
PACT = Agreement("ru-by-prosecution", TITLE, ("RU", "BY"))


def source(agency: str, title: str, evidence: str, language: str = "en", minute: int = 0) -> Source:
    """A report."""
    at, page = AT.replace(minute=minute), f"https://{agency.split(maxsplit=1)[0].lower()}.example/2026/01/14/{minute}"
    return Source(minute, page, agency, title, at, language, evidence, 0, len(evidence), "ab" * 32)


def event(**given: object) -> Event:
    """The ratification by the lower house, as two agencies reported it, one of them twice."""
    said = "The State Duma on Wednesday ratified an agreement with Belarus on protecting citizens against unjustified prosecution."
    reports = (
        source("Northern Wire", "State Duma ratifies agreement with Belarus", said),
        source("Северное агентство", "Госдума ратифицировала соглашение с Белоруссией", RUSSIAN, "ru", 5),
        source("Northern Wire", "Duma backs pact on prosecutions", said, minute=25),
    )
    plain = Event(
        "evt_5f2c", PACT.id, TITLE, EventType.RATIFIED, Status.OCCURRED, Salience.NEWS, "lower_chamber", "ratified",
        "State Duma", "RU", PartialDate(2026, 1, 14), None, 0.97, (), said, 0, len(said), reports, AT, 1, EventState.ALERTED,
    )  # fmt: skip
    return replace(plain, **given)  # type: ignore[arg-type]


SIGNING = "Russia and Belarus on Thursday signed an agreement on protecting citizens against unjustified prosecution in Minsk."
SIGNED = event(
    id="evt_0a11", type=EventType.SIGNED, stage="", actor="", actor_country="", date=PartialDate(2025, 3, 13), wording="signed",
    evidence=SIGNING, sources=(source("Northern Wire", "Russia and Belarus sign agreement on prosecutions", SIGNING),),
)  # fmt: skip
NEXT = Expected(EventType.RATIFIED, "upper_chamber", "Federation Council", "RU", PartialDate(2026, 1, 28))
ABOUT = About(PACT, PACT.parties, (SIGNED, event()), (NEXT,))
ANNOUNCED = "The Federation Council will vote on ratifying the agreement on 28 January, its speaker said."
PLANNED = event(
    id="evt_77aa", status=Status.PLANNED, stage="upper_chamber", actor="Federation Council", date=PartialDate(2026, 1, 28),
    wording="will vote on ratifying", evidence=ANNOUNCED,
    sources=(source("Northern Wire", "Upper house to vote on agreement with Belarus", ANNOUNCED, minute=30),),
)  # fmt: skip
MOVED = "The senate of Kazakhstan approved a treaty with China on the transfer of sentenced persons, its press service said."


def foreign(title: str, said: str, language: str, agency: str, country: str, actor: str) -> tuple[Event, About]:
    """An event of which only one agency told, in its own language and script."""
    told = source(agency, said, said, language)
    one = event(
        agreement_id=None, agreement=title, evidence=said, sources=(told,), actor=actor, actor_country=country, stage=""
    )
    return one, About(parties=(country,))


def messages() -> Iterator[tuple[str, Message]]:
    """Every kind of mail, by the name of its page."""
    made = Composer(Links("https://treaties.example.org"), english_names())
    change = (Change("date", "2026-01", "2026-01-14"), Change("actor_country", "BY", "RU"))
    yield "alert", made.event(Notice("created", event()), ABOUT, DESK)
    yield "planned", made.event(Notice("created", PLANNED), replace(ABOUT, expected=()), DESK)
    yield "correction", made.event(Notice("revised", event(), change, "msg_1", "sharpens"), ABOUT, DESK)
    yield "taken-back", made.event(Notice("retracted", event(), (), "msg_1", "corrects"), ABOUT, DESK)
    capped = replace(DESK, daily_cap=20)
    yield "last-of-the-day", made.event(Notice("created", event()), ABOUT, capped, note=cap_note(capped, 20))
    other = event(
        id="evt_2", agreement_id="kz-cn", agreement="Treaty between Kazakhstan and China on the Transfer of Sentenced Persons",
        type=EventType.APPROVED, stage="upper_chamber", wording="approved", actor="senate", actor_country="KZ", confidence=0.88,
        evidence=MOVED, sources=(source("Steppe Press", "Senate approves treaty with China", MOVED, minute=12),),
    )  # fmt: skip
    later = (Change("date", "2026-01-21", "2026-01-28"),)
    pair = (Notice("created", event()), Notice("revised", PLANNED, later, "msg_2"), Notice("created", other))
    yield "digest", made.digest(pair, DESK, AT, abouts={PACT.id: ABOUT})
    yield "after-a-mute", made.digest(pair[:1], DESK, AT, reason="muted", abouts={PACT.id: ABOUT})
    yield "overdue", made.overdue(PLANNED, ABOUT, DESK, datetime(2026, 1, 31, tzinfo=UTC))
    yield "stalled", made.stalled(PACT, SIGNED, 180, ABOUT, DESK)
    facts = (("Channel", "press"), ("Target", "https://hooks.example.org/…"), ("Message", "msg_91c0"))
    trouble = Trouble(
        "A message for the channel press could not be delivered and is a dead letter",
        "Once it is repaired: treatywatch alerts replay --channel press",
        (*facts, ("Why", "tries_exhausted 10 tries; the last: http_status (500)")),
    )
    yield "operator", made.operator(trouble, replace(DESK, id="operations", role="operator"))
    yield "test", made.test(DESK, AT)
    yield from scripts(made)


def scripts(made: Composer) -> Iterator[tuple[str, Message]]:
    """Other scripts, a title without end, and a title that would like to be markup."""
    russian = (
        "Соглашение о мерах по взаимной защите граждан",
        RUSSIAN,
        "ru",
        "Северное агентство",
        "RU",
        "Государственная дума",
    )
    chinese = (
        "中华人民共和国和哈萨克斯坦共和国关于移管被判刑人的条约",
        CHINESE,
        "zh",
        "东方通讯社",
        "CN",
        "全国人大常委会",
    )
    arabic = (
        "اتفاقية التعاون القضائي بين جمهورية مصر العربية والمملكة المغربية",
        ARABIC,
        "ar",
        "وكالة الجنوب",
        "EG",
        "مجلس النواب",
    )
    hostile = (
        HOSTILE,
        f"The parliament ratified the {HOSTILE} on Wednesday.",
        "en",
        "<i>Wire</i>",
        "BY",
        "<u>parliament</u>",
    )
    for name, told in (("russian", russian), ("chinese", chinese), ("arabic", arabic), ("markup", hostile)):
        one, about = foreign(*told)
        yield name, made.event(Notice("created", one), about, DESK)
    endless = " ".join(("Protocol amending the", TITLE, "as amended by the", TITLE))[:300]
    yield (
        "long-title",
        made.event(
            Notice("created", event(agreement=endless)), replace(ABOUT, agreement=replace(PACT, title=endless)), DESK
        ),
    )


def files() -> Iterator[tuple[str, str]]:
    """The text files of the folder, by name."""
    for name, message in messages():
        yield f"{name}.html", message.html
        yield f"{name}.txt", f"Subject: {message.subject}\n\n{message.text}"


def picture(page: Path, browser: str) -> None:
    """A picture of a page beside it, as high as the page is."""
    with tempfile.TemporaryDirectory() as profile:
        common = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={profile}",
        ]
        probe = Path(profile) / "probe.html"
        script = "<script>document.title=document.documentElement.scrollHeight</script>"
        probe.write_text(page.read_text(encoding="utf-8") + script, encoding="utf-8")
        sized = [*common, f"--window-size={WIDTH},200"]
        dumped = subprocess.run(
            [*sized, "--dump-dom", probe.as_uri()], capture_output=True, text=True, check=True
        ).stdout
        height = int(dumped.partition("<title>")[2].partition("</title>")[0])
        shot = [
            *common,
            f"--window-size={WIDTH},{height + 8}",
            f"--screenshot={page.with_suffix('.png')}",
            page.as_uri(),
        ]
        subprocess.run(shot, capture_output=True, check=True)


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("chromium is not installed: no pictures\n")
    for name, text in files():
        path = FOLDER / name
        path.write_text(text, encoding="utf-8")
        if browser and path.suffix == ".html":
            picture(path, browser)


if __name__ == "__main__":
    main()
