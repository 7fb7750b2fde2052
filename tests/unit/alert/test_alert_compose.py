"""What messages say, whatever the news is called."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alert import payload
from pipeline.alert.compose import Composer, cap_note
from pipeline.alert.digest import fold
from pipeline.alert.email import mail, message_id
from pipeline.alert.links import Links
from pipeline.alert.masks import address, shown, target
from pipeline.alert.plain import clean, isolated, one_line, shorten, web_link
from pipeline.alert.values import About, Expected, Message, Notice, Trouble
from pipeline.alert.words import act, confidence_words, headline, retraction_words, step, value_words
from pipeline.model import Agreement, EventType, PartialDate, Status
from pipeline.plan import Change, event_as_dict
from tests.alert.builders import NOW, OLD_SECRET, SECRET, TITLE, channel, delivery, event, source

NAMES = {"RU": "Russia", "BY": "Belarus"}
COMPOSER = Composer(Links("https://watch.example.org/"), NAMES)
BARE = Composer(Links(), NAMES)
ABOUT = About(
    Agreement("geese", TITLE, ("RU", "BY")),
    ("RU", "BY"),
    (event(id="evt_0", type=EventType.SIGNED, stage="", actor_country="", date=PartialDate(2025, 3)), event()),
    (Expected(EventType.RATIFIED, "upper_chamber", "", "RU", PartialDate(2026, 1, 20), "https://agency.example/next"),),
)
CHANGES = (Change("date", "2026-01", "2026-01-14"), Change("stage", "", "lower_chamber"))

# what breaks mails and pages: line ends of every kind, controls, direction marks, markup, halves of characters
NASTY = st.text(
    st.sampled_from(
        list("\r\n\0\t\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066\u200f\ud800<>&\"'=?:;,\u05d0\u0645\u4e2d\u0301e ")
    )
    | st.characters(),
    max_size=340,
)


class Structure(HTMLParser):
    """The elements of a page and where they point."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "background", "action")]


def every_message(title: str, sentence: str, url: str) -> list[Message]:
    """One of each kind, with the same foreign words wherever a message has any."""
    one = event(
        agreement=title,
        evidence=sentence,
        actor=title,
        wording=title,
        sources=(source(title=title, url=url, agency=title),),
    )
    about = replace(ABOUT, agreement=None, expected=(Expected(EventType.SIGNED, actor=title, url=url),))
    notices = (Notice("created", one), Notice("revised", one, (Change("actor", title, sentence),), "dlv_0"))
    listed = Agreement("geese", title or "x")
    return [
        *(COMPOSER.event(notice, about, channel()) for notice in notices),
        COMPOSER.event(Notice("retracted", one, (), "dlv_0", "corrects"), about, channel()),
        COMPOSER.digest(notices, channel(), NOW),
        COMPOSER.overdue(one, about, channel(), NOW),
        COMPOSER.stalled(listed, one, 90, about, channel()),
        COMPOSER.operator(Trouble(title, sentence, ((title, url),)), channel(role="operator")),
    ]


SKELETON = [Structure(message.html).tags for message in every_message("A", "b", "https://agency.example/")]


@given(NASTY, NASTY, NASTY)
def test_any_words_make_a_mail_with_single_line_headers_and_no_markup_of_theirs(
    title: str, sentence: str, url: str
) -> None:
    """The mail is built, parses back to the same subject, and its page has no element that is not ours."""
    for message, ours in zip(every_message(title, sentence, url), SKELETON, strict=True):
        raw = mail(delivery(message=message), channel()).as_bytes()
        head = raw.split(b"\r\n\r\n", 1)[0]
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
        assert names <= OUR_HEADERS
        back = message_from_bytes(raw, policy=policy.default)
        assert not back.defects
        assert str(back["subject"]) == message.subject
        assert len(message.subject.splitlines()) <= 1
        page = Structure(message.html)
        assert set(page.tags) <= set(ours) | {"a", "bdi", "ul", "li", "strong", "blockquote", "p"}
        assert all(link.startswith(("https://", "http://")) for link in page.targets)


OUR_HEADERS = {
    *(b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"list-id"),
    *(b"list-unsubscribe", b"auto-submitted", b"x-auto-response-suppress", b"mime-version", b"content-type"),
}


def test_a_mail_says_who_did_what_when_and_how_sure_it_is() -> None:
    """Everything a lawyer needs to decide whether to look at it, in text and in HTML."""
    message = COMPOSER.event(Notice("created", event()), ABOUT, channel())
    assert message.subject == f"Ratified by the lower house, Russia, 14 January 2026: {TITLE}"
    for said in (
        TITLE,
        "The lower house ratified the goose agreement on Wednesday.",
        "Example News, 14 January 2026",
        "https://agency.example/geese",
        "reported as done",
        "very likely (93%)",
        "March 2025: ",
        "20 January 2026: ",
        "ratification by the upper house",
        "https://watch.example.org/events/evt_1",
        "https://watch.example.org/agreements/geese#mute",
    ):
        assert said in message.text
        assert said in html.unescape(re.sub("</?bdi>", "", message.html))
    assert message.thread == "geese"


def test_corrections_say_what_was_and_what_is() -> None:
    """And point back to the delivery that said it first."""
    revised = COMPOSER.event(Notice("revised", event(), CHANGES, "dlv_0"), ABOUT, channel())
    assert revised.subject.startswith("Correction: ")
    assert "date: January 2026 -> 14 January 2026" in revised.text
    assert "stage: not known -> the lower house" in revised.text
    assert revised.replies_to == "dlv_0"
    retracted = COMPOSER.event(Notice("retracted", event(), (), "dlv_0", "corrects"), ABOUT, channel())
    assert retracted.subject.startswith("Taken back: ")
    assert "disregard" in retracted.text
    assert retraction_words("corrects") in retracted.html


def test_without_a_public_address_there_are_no_links_to_it() -> None:
    """The event's id is given instead, for the command line."""
    message = BARE.event(Notice("created", event()), ABOUT, channel())
    assert "Record: evt_1" in message.text
    assert Structure(message.html).targets == ["https://agency.example/geese", "https://agency.example/next"]
    assert message.unsubscribe == ""


def test_an_agreement_that_nobody_listed_is_marked_as_discovered() -> None:
    """So that nobody takes it for one of the watchlist."""
    message = COMPOSER.event(Notice("created", event(agreement_id=None)), About(), channel())
    assert "not on the watchlist" in message.text
    assert "Mute" not in message.text


@pytest.mark.parametrize(
    "title",
    [
        "Договор о защите перелётных гусей",
        "关于保护候鸟的协定",
        "اتفاقية حماية الإوز المهاجر",
        "<script>alert(1)</script>",
        "x" * 300,
    ],
)
def test_titles_of_every_script_arrive_whole(title: str) -> None:
    """In the text whole, in the subject as far as it fits, in the page as words."""
    message = COMPOSER.event(Notice("created", event(agreement=title)), About(), channel())
    assert title in message.text
    assert html.escape(title, quote=False) in message.html.replace("&#39;", "'").replace("&#34;", '"')
    assert len(message.subject) <= 200
    assert title[:60] in message.subject


def test_long_lists_are_cut_with_a_count() -> None:
    """Hundreds of reports of one event make no endless mail."""
    many = event(
        sources=tuple(source(agency=f"Agency {n % 50}", article_id=n) for n in range(60)), flags=("date_conflict",)
    )
    about = replace(ABOUT, timeline=tuple(event(id=f"evt_{n}") for n in range(50)))
    message = COMPOSER.event(Notice("created", many), about, channel())
    assert "and 42 more" in message.text
    assert message.text.count("(and 1 more report)") == 8
    assert "20 earlier" in message.text
    assert "reports give different dates" in message.text
    digest = COMPOSER.digest([Notice("created", event(id=f"evt_{n}")) for n in range(170)], channel(), NOW)
    assert "And 20 more, in the record." in digest.text


def test_a_digest_groups_by_agreement_and_says_why_it_comes() -> None:
    """Counts in the subject; the daily cap and an ended mute say what they held back."""
    notices = [
        Notice("created", event()),
        Notice("created", event(id="evt_2", agreement="Swans", agreement_id="swans")),
    ]
    notices.append(Notice("retracted", event(id="evt_3"), (), "dlv_0", "rejected"))
    plain = COMPOSER.digest(notices, channel(), NOW)
    assert plain.subject == "Treaty digest, 14 January 2026: 2 new, 1 taken back"
    assert plain.text.count("== ") == 2
    capped = COMPOSER.digest(notices, channel(daily_cap=20), NOW, reason="daily_cap")
    assert "daily limit of 20 messages was reached" in capped.text
    assert "A mute has ended" in COMPOSER.digest(notices, channel(), NOW, reason="muted").text


def test_the_last_message_before_the_cap_says_so() -> None:
    """And no other does."""
    one = channel(daily_cap=20, timezone="Europe/Brussels")
    assert "20 of at most 20" in cap_note(one, 20)
    assert "Europe/Brussels" in cap_note(one, 20)
    assert cap_note(one, 19) == cap_note(one, 21) == cap_note(channel(), 0) == ""
    assert cap_note(one, 20) in COMPOSER.event(Notice("created", event()), ABOUT, one, note=cap_note(one, 20)).text


def test_notices_say_what_to_do() -> None:
    """Overdue steps, quiet agreements, troubles and tests are told apart in the subject."""
    due = event(type=EventType.EXCHANGED, status=Status.PLANNED, stage="", actor_country="", date=PartialDate(2026, 1))
    overdue = COMPOSER.overdue(due, ABOUT, channel(), NOW + timedelta(days=20))
    assert overdue.subject == f"Was due January 2026: exchange of instruments: {TITLE}"
    assert "was expected in January 2026. 3 days later no source has reported it." in overdue.text
    stalled = COMPOSER.stalled(Agreement("geese", TITLE), None, 90, About(), channel())
    assert stalled.subject == f"Nothing new for 90 days: {TITLE}"
    assert "https://watch.example.org/agreements/geese" in stalled.text
    trouble = Trouble(
        "The channel desk was switched off", "Repair the receiver.", (("answer", "410"),), "receiver_gone"
    )
    operator = COMPOSER.operator(trouble, channel(role="operator"))
    assert operator.subject == "treatywatch needs you: The channel desk was switched off"
    assert "answer: 410" in operator.text
    assert "news reports" not in operator.text
    assert COMPOSER.test(channel(), NOW).subject == "Test of the channel desk"


def test_every_act_and_status_has_words() -> None:
    """No closed list has a word that messages cannot say."""
    phrases = {act(kind, "lower_chamber", status) for kind in EventType for status in Status}
    assert len(phrases) == len(EventType) * len(Status)
    assert not any("_" in phrase for phrase in phrases)
    assert all(step(kind) for kind in EventType)
    assert act(EventType.RATIFIED, "lower_chamber", Status.PLANNED) == "expected to be ratified by the lower house"
    assert act(EventType.ENTERED_INTO_FORCE, "government") == "entered into force"
    assert act(EventType.APPROVED, "grand_council") == "approved by grand council"
    assert headline(event(actor_country="XX", date=None), NAMES) == "Ratified by the lower house, XX"
    assert confidence_words(0.999) == "almost certain (99%)"
    assert confidence_words(0.1) == "doubtful (10%)"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("type", "ratified", "ratified"),
        ("status", "planned", "announced, not yet done"),
        ("actor_country", "BY", "Belarus"),
        ("effective_date", "2026-02", "February 2026"),
        ("flags", "date_conflict, odd_one", "reports give different dates; odd one"),
        ("actor", "the Senate", "the Senate"),
        ("date", "", "not known"),
    ],
)
def test_values_of_corrections_are_worded(name: str, value: str, words: str) -> None:
    """As people read them, not as they are stored."""
    assert value_words(name, value, NAMES) == words


def test_what_happened_to_one_event_meanwhile_is_told_once() -> None:
    """Created and retracted is nothing; revisions add up; a field that came back to what it was did not change."""
    one, later = event(), event(revision=2, stage="upper_chamber")
    there, back = Change("stage", "a", "b"), Change("stage", "b", "a")
    other = Notice("created", event(id="evt_2"))
    assert fold([Notice("created", one), other, Notice("revised", later)]) == (Notice("created", later), other)
    assert fold([Notice("created", one), Notice("retracted", one)]) == ()
    twice = [Notice("revised", one, (there,), "d1"), Notice("revised", later, (back, CHANGES[0]), None)]
    assert fold(twice) == (Notice("revised", later, (CHANGES[0],), "d1"),)
    taken_back = [Notice("revised", one, (there,), "d1"), Notice("retracted", one, (), None, "corrects")]
    assert fold(taken_back) == (Notice("retracted", one, (), "d1", "corrects"),)


def test_webhook_bodies_are_the_event_and_the_same_on_every_try() -> None:
    """`{"type", "timestamp", "data"}`; corrections say beside it what they correct."""
    body = payload.event_body(Notice("created", event()), NOW)
    assert body == payload.event_body(Notice("created", event()), NOW)
    read = json.loads(body)
    assert read == {"type": "event.created", "timestamp": "2026-01-14T10:30:00Z", "data": event_as_dict(event())}
    revised = json.loads(payload.event_body(Notice("revised", event(), CHANGES, "dlv_0", "sharpens"), NOW))
    assert revised["first_delivery"] == "dlv_0"
    assert revised["changes"][0] == {"field": "date", "before": "2026-01", "after": "2026-01-14"}
    digest = json.loads(payload.digest_body([Notice("created", event())], NOW, reason="daily_cap", held_back=1))
    assert digest["data"]["items"][0]["data"]["id"] == "evt_1"
    others = (
        payload.overdue_body(event(), NOW),
        payload.stalled_body(Agreement("geese", TITLE), event(), 90, NOW),
        payload.operator_body(Trouble("x"), NOW),
        payload.test_body("desk", NOW),
    )
    kinds = [json.loads(other)["type"] for other in others]
    assert kinds == ["expectation.overdue", "agreement.stalled", "operator.notice", "test"]


@given(NASTY)
def test_a_body_is_json_in_utf_8_whatever_is_in_it(text: str) -> None:
    """Halves of characters, which no encoding has, do not stop a delivery."""
    assert json.loads(payload.event_body(Notice("created", event(agreement=text)), NOW).decode())


@given(NASTY, st.integers(0, 50))
def test_foreign_text_becomes_one_visible_line(text: str, limit: int) -> None:
    """No line ends, no controls, no direction marks; not longer than asked; cleaning twice changes nothing."""
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert not limit or len(line) <= limit
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)
    assert one_line(line) == line
    assert clean(clean(text)) == clean(text)


def test_cutting_and_isolating() -> None:
    """Cuts fall between words and not before an accent; right-to-left words are set apart in plain text."""
    assert shorten("one two three", 9) == "one two…"
    assert shorten("cafe\u0301s of the world", 5) == "caf…"
    assert shorten("short", 0) == "short"
    assert isolated("اتفاقية") == "\u2068اتفاقية\u2069"
    assert isolated("agreement") == "agreement"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://agency.example/a?b=1#c", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://user:word@agency.example/", False),
        ("https://agency.example/a b", False),
        ('https://agency.example/"onclick', False),
        ("http://[::1", False),
        ("https:///nohost", False),
        ("https://agency.example/" + "x" * 3000, False),
    ],
)
def test_only_plain_web_addresses_are_clickable(url: str, safe: bool) -> None:
    """Everything else is shown as words, if at all."""
    assert web_link(url) == (url if safe else "")


def test_mails_of_an_agreement_are_a_thread_and_carry_the_deliverys_id() -> None:
    """Message-ID from the id, References to what the agreement's mails share and to the mail that is corrected."""
    first = mail(delivery(id="dlv_0"), channel())
    message = COMPOSER.event(Notice("revised", event(), CHANGES, "dlv_0"), ABOUT, channel())
    second = mail(delivery(id="dlv_1", message=message), channel())
    assert first["Message-ID"] == "<dlv_0@example.org>"
    assert first["References"] in second["References"]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["List-Unsubscribe"].startswith("<https://watch.example.org/channels/desk>")
    assert first["List-Unsubscribe"] == "<mailto:watch@example.org?subject=unsubscribe>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_second_try_sends_the_same_bytes() -> None:
    """Date, boundary and ids come from the delivery, not from the moment."""
    assert mail(delivery(), channel()).as_bytes() == mail(delivery(), channel()).as_bytes()


@given(st.text(max_size=200))
def test_any_delivery_id_makes_one_message_id(name: str) -> None:
    """An id that no header could carry is hashed; two ids stay two."""
    made = message_id(name, "example.org")
    assert re.fullmatch(r"<[A-Za-z0-9._-]+@example\.org>", made)
    assert made != message_id(name + "x", "example.org")


def test_nothing_that_opens_a_channel_is_ever_shown() -> None:
    """Not in targets, and not when a receiver says it back."""
    hook, post = channel("webhook", secret=(SECRET, OLD_SECRET)), channel(user="watch", password="geheim!")
    assert target(hook) == "https://hooks.example.org/…"
    assert target(channel("apprise")) == "json://…"
    assert target(post) == "d…@example.org"
    assert address("<jane@example.org>") == "j…@example.org"
    echo = shown(f"no {hook.url} and {SECRET[6:]}\r\nand {OLD_SECRET} secret-path".encode(), hook)
    assert not any(word in echo for word in ("secret-path", SECRET[6:], OLD_SECRET[6:]))
    assert "geheim" not in shown("535 bad: AHdhdGNoAGdlaGVpbSE= geheim!", post)
    assert "AHdhdGNoAGdlaGVpbSE=" not in shown("535 bad: AHdhdGNoAGdlaGVpbSE=", post)
    assert len(shown("x" * 100_000, hook)) == 500
