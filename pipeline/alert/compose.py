"""What a message for people says: an event, a correction, a digest, an overdue step, a quiet agreement, a trouble, a test.

Values are worded and cleaned here; the templates only place them. HTML is escaped by Jinja's autoescape, never by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.alert import words
from pipeline.alert.links import Links
from pipeline.alert.options import ChannelOptions
from pipeline.alert.plain import clean, isolated, one_line, shorten, web_link
from pipeline.alert.values import About, Expected, Message, Notice, Trouble
from pipeline.model import Agreement, Event, PartialDate, Source
from pipeline.plan import by_agency

View = dict[str, Any]

_SUBJECT = 200
_TITLE_IN_SUBJECT = 110
_EVIDENCE = 2000
_SOURCES, _TIMELINE, _EXPECTED, _ITEMS = 8, 30, 8, 150
_PREFIX = {"created": "", "revised": "Correction: ", "retracted": "Taken back: "}
_COUNTED = (("created", "new"), ("revised", "corrected"), ("retracted", "taken back"))
_GAP = re.compile(r"\n{3,}")
_NOTHING = About()


class Composer:
    """Builds messages. `names`: English names of states and organisations by code; a code without one stands for itself."""

    def __init__(self, links: Links, names: Mapping[str, str]) -> None:
        self._links = links
        self._names = names
        self._templates = Environment(
            loader=PackageLoader("pipeline.alert", "templates"),
            autoescape=select_autoescape(("html.j2",), default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["iso"] = isolated

    def event(self, notice: Notice, about: About, channel: ChannelOptions, *, note: str = "") -> Message:
        """One event, or the correction of one. `note`: a line about the channel, e.g. `cap_note`."""
        view = self._event(notice, about)
        head = words.headline(notice.event, self._names)
        title = shorten(view["agreement"], _TITLE_IN_SUBJECT)
        return self._message(
            "event",
            f"{_PREFIX[notice.kind]}{head}: {title}",
            channel,
            {
                "item": view,
                "timeline": self._timeline(about.timeline, notice.event),
                "earlier": max(0, len(about.timeline) - _TIMELINE),
                "expected": [self._expected(one) for one in about.expected[:_EXPECTED]],
                "mute": self._links.mute(notice.event.agreement_id),
                "note": note,
            },
            thread=_thread(notice.event.agreement_id, notice.event.agreement),
            replies_to=notice.first_delivery or "",
        )

    def digest(
        self,
        notices: Sequence[Notice],
        channel: ChannelOptions,
        at: datetime,
        *,
        reason: str = "digest",
        abouts: Mapping[str, About] | None = None,
    ) -> Message:
        """Several events by agreement. `reason`: "digest", "daily_cap" or "muted". `abouts`: by agreement id."""
        known = abouts or {}
        groups: dict[str, list[View]] = {}
        for notice in notices[:_ITEMS]:
            view = self._event(notice, known.get(notice.event.agreement_id or "", _NOTHING))
            groups.setdefault(view["agreement"], []).append(view)
        local = at.astimezone(channel.zone)
        counts = _counts(notices)
        return self._message(
            "digest",
            f"{_DIGESTS.get(reason, _DIGESTS['digest'])}, {words.day_words(local)}: {counts}",
            channel,
            {
                "heading": _DIGESTS.get(reason, _DIGESTS["digest"]),
                "why": _held_back(reason, channel),
                "counts": counts,
                "groups": groups,
                "more": max(0, len(notices) - _ITEMS),
            },
        )

    def overdue(self, expected: Event, about: About, channel: ChannelOptions, now: datetime) -> Message:
        """An announced step whose day has passed without a report that it happened."""
        view = self._event(Notice("created", expected), about)
        due = words.date_words(expected.date)
        step = words.step(expected.type, expected.stage)
        who = self._names.get(expected.actor_country, expected.actor_country)
        days = (now.date() - expected.date.last).days if expected.date else 0
        title = shorten(view["agreement"], _TITLE_IN_SUBJECT)
        return self._notice(
            f"Was due {due}: {step}{f', {who}' if who else ''}: {title}",
            channel,
            heading="No report that it happened",
            lines=[
                f"The {step} was expected {_on(expected.date)}{f' ({who})' if who else ''}."
                f" {days} day{'' if days == 1 else 's'} later no source has reported it.",
                "It may have been put off, or have happened unreported: please check.",
            ],
            item=view,
            links=_links(("Mute this agreement", self._links.mute(expected.agreement_id))),
            thread=_thread(expected.agreement_id, expected.agreement),
        )

    def stalled(
        self, agreement: Agreement, last: Event | None, quiet_days: int, about: About, channel: ChannelOptions
    ) -> Message:
        """Nothing was reported of an agreement for long. `last`: the last event known."""
        title = one_line(agreement.title)
        return self._notice(
            f"Nothing new for {quiet_days} days: {shorten(title, _TITLE_IN_SUBJECT)}",
            channel,
            heading=f"Nothing new for {quiet_days} days",
            lines=["The last step that was reported:"]
            if last
            else [title, "No step of it has been reported since it is on the list."],
            item=self._event(Notice("created", last), about) if last else None,
            links=_links(
                ("Timeline", self._links.agreement(agreement.id)),
                ("Mute this agreement", self._links.mute(agreement.id)),
            ),
            thread=_thread(agreement.id, title),
        )

    def operator(self, trouble: Trouble, channel: ChannelOptions) -> Message:
        """A trouble of the service itself."""
        what = one_line(trouble.what)
        return self._notice(
            f"treatywatch needs you: {what}",
            channel,
            heading=what,
            lines=[one_line(trouble.do)] if trouble.do else [],
            facts=[(one_line(name), one_line(value, 500)) for name, value in trouble.facts],
        )

    def test(self, channel: ChannelOptions, at: datetime) -> Message:
        """A marked test of a channel."""
        return self._notice(
            f"Test of the channel {one_line(channel.id)}",
            channel,
            heading="This is a test",
            lines=["Nothing has happened to any agreement. If you can read this, alerts will reach you here."],
            facts=[("Channel", channel.id), ("Sent", f"{at:%Y-%m-%d %H:%M:%S} UTC")],
        )

    def _notice(
        self,
        subject: str,
        channel: ChannelOptions,
        *,
        heading: str,
        lines: Sequence[str],
        item: View | None = None,
        facts: Sequence[tuple[str, str]] = (),
        links: Sequence[tuple[str, str]] = (),
        thread: str = "",
    ) -> Message:
        view = {"heading": heading, "lines": lines, "item": item, "facts": facts, "links": links}
        return self._message("notice", subject, channel, view, thread=thread)

    def _message(
        self,
        template: str,
        subject: str,
        channel: ChannelOptions,
        view: View,
        *,
        thread: str = "",
        replies_to: str = "",
    ) -> Message:
        line = one_line(subject, _SUBJECT)
        unsubscribe = self._links.channel(channel.id)
        page = {
            **view,
            "subject": line,
            "channel": one_line(channel.id),
            "settings": unsubscribe,
            "news": channel.role == "reader",
        }
        text = self._templates.get_template(f"{template}.txt.j2").render(page)
        html = self._templates.get_template(f"{template}.html.j2").render(page)
        return Message(line, _GAP.sub("\n\n", text).strip() + "\n", html, thread, replies_to, unsubscribe)

    def _event(self, notice: Notice, about: About) -> View:
        event, agencies = notice.event, by_agency(notice.event.sources)
        retracted = notice.kind == "retracted"
        return {
            "kind": notice.kind,
            "head": words.headline(event, self._names),
            "agreement": one_line(about.agreement.title if about.agreement else event.agreement),
            "listed": event.agreement_id is not None,
            "rows": list(self._rows(event)),
            "evidence": shorten(clean(event.evidence).replace("\n", " "), _EVIDENCE),
            "sources": [_source(*reports) for reports in agencies[:_SOURCES]],
            "more_sources": max(0, len(agencies) - _SOURCES),
            "changes": [self._change(one.field, one.before, one.after) for one in notice.changes],
            "because": words.retraction_words(notice.because) if retracted else "",
            "flags": [words.flag_words(flag) for flag in event.flags],
            "record": self._links.event(event.id),
            "id": one_line(event.id),
        }

    def _rows(self, event: Event) -> Iterable[tuple[str, str]]:
        wording = one_line(event.wording, 120)
        yield "Act", words.act(event.type, event.stage, event.status) + (f" (“{wording}”)" if wording else "")
        yield "By", words.actor_words(one_line(event.actor, 200), event.actor_country, self._names)
        yield "Date", words.date_words(event.date) or "not given in the report"
        if event.effective_date:
            yield "Takes effect", words.date_words(event.effective_date)
        yield "Status", words.status_words(event.status)
        yield "Confidence", words.confidence_words(event.confidence)

    def _change(self, field: str, before: str, after: str) -> View:
        return {
            "field": words.field_words(field),
            "before": one_line(words.value_words(field, before, self._names), 300),
            "after": one_line(words.value_words(field, after, self._names), 300),
        }

    def _timeline(self, events: Sequence[Event], current: Event) -> list[View]:
        return [
            {
                "date": words.date_words(event.date) or "undated",
                "what": words.act(event.type, event.stage, event.status),
                "who": self._names.get(event.actor_country, event.actor_country),
                "url": self._links.event(event.id),
                "current": event.id == current.id,
            }
            for event in events[-_TIMELINE:]
        ]

    def _expected(self, expected: Expected) -> View:
        actor = words.actor_words(one_line(expected.actor, 200), expected.actor_country, self._names)
        return {
            "what": words.step(expected.type, expected.stage),
            "who": actor if expected.actor or expected.actor_country else "",
            "due": words.date_words(expected.due) or "no date given",
            "url": web_link(expected.url),
        }


def cap_note(channel: ChannelOptions, sent_today: int) -> str:
    """What the last message before the daily cap says, "" for any other. `sent_today`: this message included."""
    if not channel.daily_cap or sent_today != channel.daily_cap:
        return ""
    return (
        f"This is message {sent_today} of at most {channel.daily_cap} today. What follows is held until midnight"
        f" ({channel.timezone}) and then comes as one message; the record shows it at once."
    )


_DIGESTS = {
    "digest": "Treaty digest",
    "daily_cap": "Held back by the daily limit",
    "muted": "What was muted",
}


def _held_back(reason: str, channel: ChannelOptions) -> str:
    if reason == "daily_cap":
        return f"The daily limit of {channel.daily_cap} messages was reached. This is what was held back:"
    if reason == "muted":
        return "A mute has ended. This is what it held back:"
    return ""


def _counts(notices: Sequence[Notice]) -> str:
    counts = ((sum(notice.kind == kind for notice in notices), word) for kind, word in _COUNTED)
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing new"


def _source(source: Source, *further: Source) -> View:
    return {
        "further": len(further),
        "agency": one_line(source.agency, 100) or "unnamed source",
        "title": one_line(source.title, 300),
        "published": words.day_words(source.published) or "undated",
        "url": web_link(source.url),
    }


def _on(date: PartialDate | None) -> str:
    preposition = "on" if date and date.day else "in"
    return f"{preposition} {words.date_words(date)}" if date else "at a date not given"


def _links(*links: tuple[str, str]) -> list[tuple[str, str]]:
    return [(name, url) for name, url in links if url]


def _thread(agreement_id: str | None, title: str) -> str:
    return agreement_id or f"~{' '.join(title.lower().split())}"
