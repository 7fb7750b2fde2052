"""Delivery by e-mail: the message as a mail, and one SMTP conversation for each try, in threads of the channel's own.

Message-ID comes from the delivery's id, the mails of one agreement are a thread, and a try leaves the same bytes as the one
before. Encryption that was asked for and cannot be had is a failure, never a reason to go on without.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from threading import Lock
from typing import Any

from pipeline.alert.masks import address, shown
from pipeline.alert.options import ChannelOptions
from pipeline.alert.values import Delivered, Delivery, GiveUp, Message, Outcome, TryAgain
from pipeline.errors import Reason

_POLICY = SMTP.clone(cte_type="7bit")  # not every server takes 8-bit lines; quoted-printable and base64 pass everywhere
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ATOM = re.compile(r"[A-Za-z0-9._-]{1,120}\Z")
_THREADS = 4
_VERDICT = 120.0  # seconds for the answer to the last dot, on which a server may scan the mail; less than a lease
_UNSURE = 600.0  # it may have been taken: RFC 5321 4.5.3.2.6 gives the server ten minutes to answer


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
    """Sends to one `[[channel]]` of kind "email". `timeout`: seconds for each step of the conversation."""

    def __init__(self, channel: ChannelOptions, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"mail-{channel.id}")
        self._lock = Lock()
        self._open: set[smtplib.SMTP] = set()
        self._tls = ssl.create_default_context(cafile=channel.ca_file or None)

    async def send(self, delivery: Delivery) -> Outcome:
        """One attempt. A hanging server holds up this channel's threads only."""
        try:
            built = mail(delivery, self._channel)
            recipients = [parseaddr(one)[1] for one in delivery.to or self._channel.to]
        except (ValueError, UnicodeError) as error:
            return GiveUp(Reason.MESSAGE_INVALID, shown(str(error), self._channel))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._attempt, built, recipients)

    def close(self) -> None:
        """Break off conversations under way (their deliveries are tried again) and let the threads end."""
        with self._lock:
            for session in self._open:
                if session.sock:
                    session.sock.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _attempt(self, built: EmailMessage, recipients: list[str]) -> Outcome:
        session = _Session(self._timeout) if self._channel.tls != "tls" else _SecureSession(self._timeout, self._tls)
        with self._lock:
            self._open.add(session)
        try:
            self._greet(session)
            refused = session.send_message(built, _plain(self._channel.from_), recipients)
        except (smtplib.SMTPException, OSError, UnicodeError, ValueError) as error:
            return failed(error, self._channel, unsure=session.unsure, recipients=recipients)
        else:
            return accepted(refused, session.verdict, self._channel)
        finally:
            with self._lock:
                self._open.discard(session)
            session.leave()

    def _greet(self, session: smtplib.SMTP) -> None:
        channel = self._channel
        code, said = session.connect(channel.host, channel.port or _PORTS[channel.tls])
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        session.ehlo_or_helo_if_needed()
        if channel.tls == "starttls":
            session.starttls(context=self._tls)
            session.ehlo_or_helo_if_needed()
        if channel.user:
            session.login(channel.user, channel.password)


class _Session(smtplib.SMTP):
    """An SMTP conversation that knows whether the server may have taken the mail already. Connects when told to."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.unsure = False
        self.verdict = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.unsure = True
        if self.sock:
            self.sock.settimeout(max(self.timeout, _VERDICT))
        code, said = super().data(msg)
        self.unsure = False
        self.verdict = f"{code} {said.decode('utf-8', 'replace')}"
        return code, said

    def leave(self) -> None:
        """Say goodbye, but wait for nobody: what the mail's fate is, is known."""
        try:
            if self.sock:
                self.sock.settimeout(2.0)
                self.quit()
        except (smtplib.SMTPException, OSError):
            pass
        finally:
            self.close()


class _SecureSession(smtplib.SMTP_SSL, _Session):
    """The same, encrypted from the first byte."""

    def __init__(self, timeout: float, context: ssl.SSLContext) -> None:
        smtplib.SMTP_SSL.__init__(self, timeout=timeout, context=context)
        self.unsure = False
        self.verdict = ""


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
            return TryAgain(Reason.TLS_ERROR if channel.tls == "starttls" else Reason.AUTH_FAILED, detail)
        case ssl.SSLError():
            return TryAgain(Reason.TLS_ERROR, detail)
        case UnicodeError() | ValueError():
            return GiveUp(Reason.MESSAGE_INVALID, detail)
    reason = _network_reason(error)
    return TryAgain(reason, detail, _UNSURE if unsure else None)


def _network_reason(error: Exception) -> Reason:
    match error:
        case TimeoutError():
            return Reason.TIMEOUT_TOTAL
        case OSError() if type(error).__name__ == "gaierror":
            return Reason.DNS_FAILURE
        case ConnectionRefusedError() | smtplib.SMTPConnectError():
            return Reason.TIMEOUT_CONNECT
    return Reason.PROTOCOL_ERROR


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
