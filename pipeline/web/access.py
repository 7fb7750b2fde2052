"""Who asks, and what he may: bearer tokens, the page's sessions, a header of a trusted proxy; without tokens, this machine alone.

    no tokens at all ─▶ loopback only, everybody there may do everything
    tokens           ─▶ each request shows one (or a session that was begun with one); scopes: read ⊂ review ⊂ admin

A token is 32 random bytes; its SHA-256 is what is kept, in the database or in `tokens_file`, and hashes are compared in constant
time. A session is a signed cookie that names its token, so it ends with it. Forms carry a signed value that differs each time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from pipeline.errors import ConfigurationError, UsageError
from pipeline.settings import WebOptions
from pipeline.store import desk
from pipeline.store.engine import Database

SCOPES = ("read", "review", "admin")  # each can do what those before it can
SESSION_COOKIE = "tw_session"
SESSION_LIFE = timedelta(hours=12)
_KEY = "web:key"
_PREFIX = "twk_"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever asks: a name for the audit, what he may, and what his forms are signed with."""

    name: str
    scopes: frozenset[str]
    session: str = ""

    def may(self, scope: str) -> bool:
        """True where a scope as high as this one was given."""
        return any(SCOPES.index(had) >= SCOPES.index(scope) for had in self.scopes)


LOCAL = Principal("local", frozenset(SCOPES), "local")
NOBODY = Principal("nobody", frozenset())


@dataclass(frozen=True, slots=True)
class Known:
    """One token as it is compared: its hash, and who it stands for."""

    name: str
    token_hash: str
    scopes: frozenset[str]
    token_id: int | None = None
    last_used: datetime | None = None


def new_secret() -> str:
    """A fresh token: 32 random bytes, with a beginning that scanners for leaked secrets can tell."""
    return _PREFIX + secrets.token_urlsafe(32)


def checked_scopes(scopes: Sequence[str]) -> tuple[str, ...]:
    """Scopes as they are kept. UsageError for a word that is none; "write" is an old name of review."""
    named = tuple(dict.fromkeys("review" if scope == "write" else scope for scope in scopes))
    wrong = [scope for scope in named if scope not in SCOPES]
    if wrong or not named:
        raise UsageError(f"a token's scopes are some of {', '.join(SCOPES)}; not {', '.join(wrong) or 'none'}")
    return named


def read_tokens_file(path: str) -> tuple[Known, ...]:
    """The tokens of a file: a line each, `NAME SCOPE[,SCOPE] sha256:HEX`; `#` begins a comment. ConfigurationError says which line is wrong."""
    if not path:
        return ()
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("[web] tokens_file", f"cannot read {path}: {error}") from None
    return tuple(
        _read_token(line.split(), f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    )


def _read_token(parts: list[str], where: str) -> Known:
    digest = parts[2].removeprefix("sha256:") if len(parts) == 3 else ""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ConfigurationError(
            where, "should be NAME SCOPE[,SCOPE] sha256:HEX (treatywatch tokens add --file prints one)"
        )
    try:
        scopes = checked_scopes(parts[1].split(","))
    except UsageError as error:
        raise ConfigurationError(where, str(error)) from None
    return Known(parts[0], digest, frozenset(scopes))


def tokens(database: Database, now: datetime) -> tuple[tuple[Known, ...], bool]:
    """The database's tokens that work now, and whether it ever had any: with the last one revoked, the door is shut, not open."""
    stored = database.glance(desk.tokens)
    live = tuple(
        Known(token.name, hashed, frozenset(token.scopes), token.id, token.last_used)
        for token, hashed in stored
        if token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
    )
    return live, bool(stored)


def token_of(secret: str, known: Sequence[Known]) -> Known | None:
    """The token this secret is; None where it is none. Every hash is compared, each in constant time."""
    given = desk.token_hash(secret)
    found: Known | None = None
    for one in known:
        if hmac.compare_digest(one.token_hash, given):
            found = one
    return found


def note_use(database: Database, token: Known, now: datetime) -> None:
    """Remember that a token of the database is in use, to the hour."""
    if token.token_id is None or (token.last_used is not None and now - token.last_used < timedelta(hours=1)):
        return
    identity = token.token_id
    database.write(lambda c: desk.token_used(c, identity, now))


def principal_of(token: Known, session: str = "") -> Principal:
    """Whoever holds a token."""
    return Principal(token.name, token.scopes, session or token.token_hash[:16])


def by_proxy(peer: str, user: str | None, options: WebOptions) -> Principal | None:
    """Whoever a trusted proxy says asks; None where the peer is not trusted or names nobody."""
    if not user or not options.user_header or not is_within(peer, options.proxies):
        return None
    name = "".join(letter for letter in user if letter.isprintable())[:100]
    return Principal(name, frozenset(options.user_scopes), f"proxy:{name}") if name else None


def is_within(peer: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of these networks."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(network, strict=False) for network in networks)


def signing_key(database: Database, now: datetime) -> bytes:
    """The key of cookies and forms, made once and kept with the history, so that every replica has the same."""
    fresh = secrets.token_hex(32)
    return bytes.fromhex(database.write(lambda c: desk.once(c, _KEY, fresh, now)))


def begin_session(key: bytes, token: Known, now: datetime) -> str:
    """The cookie of a session that was begun with this token; it ends by itself, or with the token."""
    ends = int((now + SESSION_LIFE).timestamp())
    said = f"{token.token_hash[:32]}.{ends}.{secrets.token_hex(8)}"
    return f"{said}.{_signed(key, 'session', said)}"


def session_of(key: bytes, cookie: str, known: Sequence[Known], now: datetime) -> Principal | None:
    """Whoever holds this session; None where it is not ours, has ended, or its token has."""
    said, _, signature = cookie.rpartition(".")
    if not _equal(signature, _signed(key, "session", said)):
        return None
    started, ends, nonce = said.split(".")
    if int(ends) <= now.timestamp():
        return None
    token = next((one for one in known if hmac.compare_digest(one.token_hash[:32], started)), None)
    return principal_of(token, nonce) if token else None


def form_token(key: bytes, principal: Principal) -> str:
    """What a form of this person carries; another one each time, so that compression tells nothing of it."""
    nonce = secrets.token_hex(8)
    return f"{nonce}.{_signed(key, 'form', f'{principal.session}.{nonce}')}"


def form_is_ours(key: bytes, principal: Principal, given: str) -> bool:
    """Whether a form was made for this person."""
    nonce, _, signature = given.partition(".")
    return _equal(signature, _signed(key, "form", f"{principal.session}.{nonce}"))


def _signed(key: bytes, purpose: str, said: str) -> str:
    return hmac.new(key, f"{purpose}|{said}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
