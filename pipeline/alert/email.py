"""Delivery by e-mail: the message as a mail, and one SMTP conversation for each try, in threads of the channel's own.

Message-ID comes from the delivery's id, the mails of one agreement are a thread, and a try leaves the same bytes as the one
before. Encryption that was asked for and cannot be had is a failure, never a reason to go on without.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

from pipeline.alert.masks import address, shown
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Message, Outcome, TryAgain
from pipeline.errors import Reason

_MAX_LINE = 76
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_NO_NAME = "[127.0.0.1]"  # for a machine without a name of its own (RFC 5321 4.1.4)
_ATOM = re.compile(r"[A-Za-z0-9._-]{1,120}\Z")
_VERDICT = 120.0  # seconds for the answer to the last dot, on which a server may scan the mail; less than a lease
_UNSURE = 600.0  # it may have been taken: RFC 5321 4.5.3.2.6 gives the server ten minutes to answer


class _Policy(EmailPolicy):
    """Folds a subject in any script as one run of encoded words: the library's own way drops spaces between words and cuts letters."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() != "subject":
            return str(super().fold(name, value))
        text = str(value)
        charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
        encoded = Header(text, charset, maxlinelen=_MAX_LINE, header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


# not every server takes 8-bit lines; quoted-printable and base64 pass everywhere
_POLICY = _Policy(raise_on_defect=False, linesep="\r\n", cte_type="7bit")


def mail(delivery: Delivery, channel: ChannelOptions) -> EmailMessage:
    """The delivery as a mail; ValueError where no mail can be made of it.

    To all of the channel, whoever is still owed it: the recipients are in the envelope.
    """
    message = delivery.message
    if message is None:
        raise ValueError("the delivery carries no message for people")
    built = EmailMessage(policy=_POLICY)
    domain = _domain(channel)
    built["From"] = _mailbox(channel.from_)
    built["To"] = [_mailbox(one) for one in channel.to]
    built["Subject"] = message.subject
    built["Date"] = format_datetime(delivery.created)
    for name, value in _headers(delivery.id, message, channel, domain).items():
        built[name] = value
    built.set_content(message.text, cte=_encoding(message.text))
    built.add_alternative(message.html, subtype="html", cte=_encoding(message.html))
    built.set_boundary("=_" + hashlib.sha256(delivery.id.encode()).hexdigest()[:32])
    return built


def message_id(delivery_id: str, domain: str) -> str:
    """The Message-ID of a delivery: the id itself, or a hash of one that no header could carry."""
    plain = _ATOM.match(delivery_id) and ".." not in delivery_id and delivery_id.strip(".") == delivery_id
    local = delivery_id if plain else hashlib.sha256(delivery_id.encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{local}@{domain}>"


def _headers(delivery_id: str, message: Message, channel: ChannelOptions, domain: str) -> Mapping[str, str]:
    found = {"Message-ID": message_id(delivery_id, domain)}
    references = []
    if message.thread:
        # a message that was never sent: every mail on the agreement answers it, so that readers' programs keep them together
        references.append(f"<agreement.{hashlib.sha256(message.thread.encode()).hexdigest()[:24]}@{domain}>")
    if message.replies_to:
        references.append(message_id(message.replies_to, domain))
    if references:
        found["In-Reply-To"] = references[-1]
        found["References"] = " ".join(references)
    sender = parseaddr(channel.from_)[1]
    page = f"<{message.unsubscribe}>, " if message.unsubscribe.isascii() and message.unsubscribe else ""
    found["List-Id"] = f"<{re.sub(r'[^A-Za-z0-9-]', '-', channel.id)}.treatywatch.{domain}>"
    found["List-Unsubscribe"] = f"{page}<mailto:{sender}?subject=unsubscribe>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "All"
    return found


class EmailSender:
    """Sends to one `[[channel]]` of kind "email". `timeout`: seconds for each step of the conversation.

    At most `THREADS` conversations go on at once; further ones wait for a thread, which counts against their time.
    """

    THREADS = 4

    def __init__(self, channel: ChannelOptions, timeout: float, *, deadline: float = 240.0) -> None:
        self._channel = channel
        self._timeout = timeout
        self._deadline = deadline
        self._threads = ThreadPoolExecutor(self.THREADS, thread_name_prefix=f"mail-{channel.id}")
        self._open: set[_Session] = set()
        self._tls = ssl.create_default_context(cafile=channel.ca_file or None)

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt. A hanging server holds up this channel's threads only, and none for longer than the deadline."""
        channel = self._channel
        try:
            built = mail(delivery, channel)
            recipients = [_plain(one) for one in delivery.to or channel.to]
        except (ValueError, UnicodeError) as error:
            return GiveUp(Reason.MESSAGE_INVALID, shown(str(error), channel))
        session = self._session()
        self._open.add(session)
        attempt = asyncio.get_running_loop().run_in_executor(
            self._threads, _converse, session, channel, self._tls, built, recipients
        )
        try:
            async with asyncio.timeout(self._deadline):
                return await attempt
        except TimeoutError:
            return TryAgain(Reason.TIMEOUT_TOTAL, "the conversation took too long", _UNSURE if session.unsure else None)
        finally:
            session.break_off()
            self._open.discard(session)

    def close(self) -> None:
        """Break off conversations under way (their deliveries are tried again) and let the threads end."""
        for session in self._open:
            session.break_off()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _session(self) -> _Session:
        if self._channel.tls == "tls":
            return _SecureSession(self._channel.host, self._timeout, self._tls)
        return _Session(self._channel.host, self._timeout)


class _Session(smtplib.SMTP):
    """An SMTP conversation that knows whether the server may have taken the mail already. Connects when told to."""

    def __init__(self, host: str, timeout: float) -> None:
        super().__init__(timeout=timeout, local_hostname=_NO_NAME)
        self._prepare(host)

    def _prepare(self, host: str) -> None:
        self._host = host  # the name the server's certificate must bear
        self.unsure = False
        self.broken_off = False
        self.verdict = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.unsure = True
        if self.sock:
            self.sock.settimeout(max(self.timeout, _VERDICT))
        code, said = super().data(msg)
        self.unsure = False
        self.verdict = f"{code} {said.decode('utf-8', 'replace')}"
        return code, said

    def break_off(self) -> None:
        """From another thread: end the conversation now, whatever it waits for."""
        self.broken_off = True
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Say goodbye without waiting long: the mail's fate is known."""
        with suppress(smtplib.SMTPException, OSError, ValueError):
            if self.sock and not self.broken_off:
                self.sock.settimeout(2.0)
                self.quit()
        self.close()


class _SecureSession(smtplib.SMTP_SSL, _Session):
    """The same, encrypted from the first byte."""

    def __init__(self, host: str, timeout: float, context: ssl.SSLContext) -> None:
        smtplib.SMTP_SSL.__init__(self, timeout=timeout, context=context, local_hostname=_NO_NAME)
        self._prepare(host)


def _converse(
    session: _Session, channel: ChannelOptions, tls: ssl.SSLContext, built: EmailMessage, recipients: list[str]
) -> Outcome:
    """The whole conversation, in a thread."""
    try:
        _greet(session, channel, tls)
        refused = session.send_message(built, _plain(channel.from_), recipients)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        if session.broken_off:
            return TryAgain(Reason.TIMEOUT_TOTAL, "broken off", _UNSURE if session.unsure else None)
        return failed(error, channel, unsure=session.unsure, recipients=recipients)
    else:
        return accepted(refused, session.verdict, channel)
    finally:
        session.leave()


def _greet(session: _Session, channel: ChannelOptions, tls: ssl.SSLContext) -> None:
    session.local_hostname = _own_name()
    code, said = session.connect(channel.host, channel.port or _PORTS[channel.tls])
    if session.broken_off:
        raise smtplib.SMTPServerDisconnected("broken off while connecting")
    if code != 220:
        raise smtplib.SMTPConnectError(code, said)
    session.ehlo_or_helo_if_needed()
    if channel.tls == "starttls":
        session.starttls(context=tls)
        session.ehlo_or_helo_if_needed()
    if channel.user:
        session.login(channel.user, channel.password)


@cache
def _own_name() -> str:
    """What EHLO says; asked once, for the DNS may be slow."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else _NO_NAME


def accepted(refused: Mapping[str, tuple[int, bytes]], verdict: str, channel: ChannelOptions) -> Outcome:
    """The server took the mail for somebody. Those it put off are tried again alone, those it refused for good are named."""
    later = tuple(one for one, (code, _) in refused.items() if code < 500)
    if later:
        said = "; ".join(_refusal(one, refused[one], channel) for one in later)
        return TryAgain(Reason.RECIPIENTS_REFUSED, said, to=later)
    never = tuple(_refusal(one, answer, channel) for one, answer in refused.items())
    return Delivered(250, shown(verdict, channel), never)


def failed(
    error: Exception, channel: ChannelOptions, *, unsure: bool = False, recipients: list[str] | None = None
) -> TryAgain | GiveUp:
    """What an error of the conversation means. `unsure`: it broke off when the mail was already on its way."""
    detail = shown(_said(error), channel)
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib hides a time-out behind its own word
    match error:
        case smtplib.SMTPRecipientsRefused():
            answers = error.recipients
            said = "; ".join(_refusal(one, answer, channel) for one, answer in answers.items())
            # a 421 in the middle leaves recipients unasked
            if set(answers) >= set(recipients or answers) and all(code >= 500 for code, _ in answers.values()):
                return GiveUp(Reason.RECIPIENTS_REFUSED, said)
            return TryAgain(Reason.RECIPIENTS_REFUSED, said)
        case smtplib.SMTPAuthenticationError():
            return TryAgain(Reason.AUTH_FAILED, detail, status=error.smtp_code)
        case smtplib.SMTPResponseException():
            # a 5xx too is tried again: quotas, block lists and wrong senders are put right within days
            return TryAgain(Reason.MAIL_REFUSED, detail, status=error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return TryAgain(Reason.TLS_ERROR if "STARTTLS" in str(error) else Reason.MAIL_REFUSED, detail)
        case ssl.SSLError():
            return TryAgain(Reason.TLS_ERROR, detail)
        case UnicodeError() | ValueError():
            return GiveUp(Reason.MESSAGE_INVALID, detail)
        case socket.gaierror():
            reason = Reason.DNS_FAILURE
        case ConnectionRefusedError():
            reason = Reason.TIMEOUT_CONNECT
        case TimeoutError():
            reason = Reason.TIMEOUT_TOTAL
        case _:
            reason = Reason.PROTOCOL_ERROR
    return TryAgain(reason, detail, _UNSURE if unsure else None)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__


def _refusal(recipient: str, answer: tuple[int, bytes], channel: ChannelOptions) -> str:
    code, said = answer
    text = said.decode("utf-8", "replace").replace(recipient, address(recipient))
    return f"{address(recipient)}: {code} {shown(text, channel)}"


def _mailbox(text: str) -> Address:
    name, plain = parseaddr(text)
    local, _, domain = plain.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _plain(text: str) -> str:
    return parseaddr(text)[1]


def _domain(channel: ChannelOptions) -> str:
    return _plain(channel.from_).rpartition("@")[2].encode("idna").decode("ascii")


def _encoding(text: str) -> str:
    foreign = sum(not mark.isascii() for mark in text)
    return "base64" if foreign * 4 > len(text) else "quoted-printable"
