"""The mails shown in the documentation are those that the program writes."""

from __future__ import annotations

from email import message_from_bytes, policy

from pipeline.alert.email import mail
from pipeline.alert.values import Delivery
from tools.render_mails import AT, DESK, FOLDER, files, messages


def test_the_pages_are_what_the_program_writes() -> None:
    """Page and text of each kind; after a change of the templates: python -m tools.render_mails."""
    shown = {
        path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in (".html", ".txt")
    }
    assert shown == dict(files())
    assert {path.stem for path in FOLDER.glob("*.png")} == {name for name, _ in messages()}


def test_each_of_them_arrives_as_it_was_written() -> None:
    """Subject and text in every script come back out of the mail whole; what looks like markup in a title is text."""
    for name, message in messages():
        built = mail(Delivery("msg_1", "event.created", AT, b"", message), DESK).as_bytes()
        back = message_from_bytes(built, policy=policy.default)
        text = back.get_body(("plain",))
        assert str(back["subject"]) == message.subject, name
        assert text is not None
        assert text.get_content().replace("\r\n", "\n") == message.text
        assert "<script" not in message.html
        assert "<img" not in message.html
