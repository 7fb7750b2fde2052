"""Mail against real SMTP servers in every mood."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from pipeline import loop
from pipeline.alert.compose import Composer
from pipeline.alert.email import EmailSender
from pipeline.alert.links import Links
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import About, Delivered, Delivery, GiveUp, Notice, Outcome, TryAgain
from pipeline.errors import Reason
from tests.alert.builders import channel, delivery, event
from tests.alert.servers import Mailbox, smtp_receiver

TWO = ("desk@example.org", "second@example.org")


def send(one: ChannelOptions, what: Delivery | None = None, **timing: Any) -> Outcome:
    """One attempt."""

    async def go() -> Outcome:
        sender = EmailSender(one, timing.pop("timeout", 5.0), **timing)
        try:
            return await sender.send(what or delivery())
        finally:
            sender.close()

    return loop.run(go())


def test_a_mail_arrives_whole() -> None:
    """Text and HTML, in any script, with the delivery's id."""
    message = Composer(Links(), {}).event(
        Notice("created", event(agreement="Договор о гусях 关于鸟")), About(), channel()
    )
    with smtp_receiver(Mailbox()) as box:
        outcome = send(channel(port=box.port, to=TWO), delivery(message=message))
        assert outcome == Delivered(250, "250 taken")
        [(recipients, raw)] = box.taken
    assert recipients == list(TWO)
    got = message_from_bytes(raw, policy=policy.default)
    assert got["subject"] == message.subject
    assert got["message-id"] == "<dlv_01@example.org>"
    assert got["from"] == "Watch <watch@example.org>"
    text, page = got.get_body(("plain",)), got.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines() == message.text.splitlines()
    assert page.get_content().splitlines() == message.html.splitlines()
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))


def test_a_recipient_who_is_put_off_is_tried_again_alone() -> None:
    """The others have it; a second try must not reach them again."""
    with smtp_receiver(Mailbox(rcpt={TWO[1]: "451 later, second@example.org"})) as box:
        outcome = send(channel(port=box.port, to=TWO))
        assert outcome == TryAgain(Reason.RECIPIENTS_REFUSED, "s…@example.org: 451 later, s…@example.org", to=(TWO[1],))
        box.rcpt.clear()
        assert isinstance(send(channel(port=box.port, to=TWO), delivery(to=(TWO[1],))), Delivered)
        assert [recipients for recipients, _ in box.taken] == [[TWO[0]], [TWO[1]]]
        first, second = (message_from_bytes(raw)["message-id"] for _, raw in box.taken)
        assert first == second


def test_a_recipient_who_does_not_exist_is_named_and_the_others_are_served() -> None:
    """Where nobody is left, it is given up."""
    with smtp_receiver(Mailbox(rcpt={TWO[1]: "550 no such user"})) as box:
        assert send(channel(port=box.port, to=TWO)) == Delivered(
            250, "250 taken", ("s…@example.org: 550 no such user",)
        )
        assert send(channel(port=box.port, to=TWO[1:])) == GiveUp(
            Reason.RECIPIENTS_REFUSED, "s…@example.org: 550 no such user"
        )


@pytest.mark.parametrize(
    ("mood", "reason", "after"),
    [
        ({"rcpt": {"desk@example.org": "450 greylisted"}}, Reason.RECIPIENTS_REFUSED, None),
        ({"rcpt": {"desk@example.org": "421 closing"}}, Reason.RECIPIENTS_REFUSED, None),
        ({"sender": "550 not from you"}, Reason.MAIL_REFUSED, None),
        ({"verdict": "452 full"}, Reason.MAIL_REFUSED, None),
        ({"verdict": "554 looks like spam"}, Reason.MAIL_REFUSED, None),
        ({"hang_up_at_data": True}, Reason.PROTOCOL_ERROR, 600.0),
    ],
)
def test_what_a_server_says_no_to_is_tried_again(mood: dict[str, Any], reason: Reason, after: float | None) -> None:
    """And where it may have taken the mail after all, not before its ten minutes are over."""
    with smtp_receiver(Mailbox(**mood)) as box:
        outcome = send(channel(port=box.port))
    assert isinstance(outcome, TryAgain)
    assert (outcome.reason, outcome.after, outcome.to) == (reason, after, ())


def test_a_server_that_hangs_holds_nobody_up_for_ever() -> None:
    """The deadline of the whole conversation ends it, and its thread."""
    with smtp_receiver(Mailbox(delay=30)) as box:
        started = time.monotonic()
        outcome = send(channel(port=box.port), deadline=0.3)
        assert time.monotonic() - started < 5
    assert outcome == TryAgain(Reason.TIMEOUT_TOTAL, "the conversation took too long", 600.0)


def test_a_server_that_is_silent_from_the_start_times_out() -> None:
    """A step of the conversation has its own, shorter time."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        outcome = send(channel(port=silent.getsockname()[1]), timeout=0.2)
    assert isinstance(outcome, TryAgain)
    assert (outcome.reason, outcome.after) == (Reason.TIMEOUT_TOTAL, None)


def test_a_server_that_is_away_or_unknown() -> None:
    """Named as what it is."""
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        port = closed.getsockname()[1]
    away, unknown = send(channel(port=port)), send(channel(host="no-such-host.invalid"))
    assert isinstance(away, TryAgain)
    assert away.reason is Reason.TIMEOUT_CONNECT
    assert isinstance(unknown, TryAgain)
    assert unknown.reason is Reason.DNS_FAILURE


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the test server's advice, and right
def test_a_password_is_checked_and_never_shown() -> None:
    """A wrong one is tried again: it is often put right before the third day."""
    with smtp_receiver(Mailbox(), password="geheim!") as box:
        assert isinstance(send(channel(port=box.port, user="watch", password="geheim!")), Delivered)
        outcome = send(channel(port=box.port, user="watch", password="falsch!"))
    assert isinstance(outcome, TryAgain)
    assert outcome.reason is Reason.AUTH_FAILED
    assert "falsch" not in outcome.detail


def test_a_delivery_without_a_message_is_given_up() -> None:
    """It cannot become one by waiting."""
    assert isinstance(send(channel(), delivery(message=None)), GiveUp)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """A certificate for localhost, made now: its file, and a server's context with it."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return str(cert), context


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_encryption_with_a_certificate_that_fits(way: Any, authority: tuple[str, ssl.SSLContext]) -> None:
    """From the first byte or by STARTTLS; the authority of an in-house server is named by the channel."""
    ca_file, context = authority
    with smtp_receiver(Mailbox(), **{way: context}) as box:
        secure = channel(host="localhost", port=box.port, tls=way)
        assert isinstance(send(channel(host="localhost", port=box.port, tls=way, ca_file=ca_file)), Delivered)
        outcome = send(secure)
        assert isinstance(outcome, TryAgain)
        assert outcome.reason is Reason.TLS_ERROR
        assert len(box.taken) == 1


def test_no_encryption_where_it_was_asked_for_is_a_failure() -> None:
    """A server that offers no STARTTLS gets neither the mail nor the password."""
    with smtp_receiver(Mailbox()) as box:
        outcome = send(channel(port=box.port, tls="starttls", user="watch", password="geheim!"))
        assert isinstance(outcome, TryAgain)
        assert outcome.reason is Reason.TLS_ERROR
        assert box.taken == []


def test_the_service_reads_its_authority_at_the_start(tmp_path: Path) -> None:
    """A file that is not there stops the start, not the first alert."""
    with pytest.raises(OSError):
        EmailSender(channel(ca_file=str(tmp_path / "none.pem")), 5.0)
