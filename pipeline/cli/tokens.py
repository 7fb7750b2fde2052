"""`treatywatch tokens`: who may come in over HTTP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline import clock
from pipeline.cli import show
from pipeline.cli.common import config_option, json_option, settings_of
from pipeline.errors import UsageError
from pipeline.store import desk
from pipeline.web import access
from pipeline.wiring import open_history

_WHO = "command line"


@click.group()
def tokens() -> None:
    """Tokens for the page and the API. With the first one, everybody needs one; also on this machine."""


@tokens.command()
@config_option
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(access.SCOPES), default=["read"], show_default=True)
@click.option("--days", type=click.IntRange(1, 36_500), help="Days after which it ends by itself; never if left out.")
@click.option(
    "--file", "for_file", is_flag=True, help="Do not store it; print the line for [web] tokens_file beside it."
)
@json_option
@click.pass_context
def add(
    context: click.Context,
    config: Path | None,
    name: str,
    scopes: tuple[str, ...],
    days: int | None,
    for_file: bool,
    as_json: bool,
) -> None:
    """Make a token called NAME and print it, once: only its hash is kept. review can also decide, admin can also configure."""
    if not name.isprintable() or len(name) > 100 or any(letter.isspace() for letter in name):
        raise UsageError("a token's name is one word of at most 100 letters")
    settings = settings_of(context, config)
    secret, kept = access.new_secret(), access.checked_scopes(scopes)
    said = {"name": name, "scopes": list(kept), "token": secret}
    if for_file and as_json:
        show.json_lines([said | {"line": f"{name} {','.join(kept)} sha256:{desk.token_hash(secret)}"}])
        return
    if for_file:
        click.echo(f"{name} {','.join(kept)} sha256:{desk.token_hash(secret)}", err=True)
        click.echo(secret)
        return
    now = clock.now()
    ends = now + timedelta(days=days) if days else None

    def work(connection: Any) -> bool:
        made = desk.add_token(connection, name, secret, kept, now, ends)
        if made:
            desk.audit(connection, _WHO, "token.added", name, {"scopes": list(kept)}, now)
        return made

    database = open_history(settings)
    try:
        if not database.write(work):
            raise UsageError(
                f"there is, or was, a token {name!r}: names are not used twice, so that the audit stays clear"
            )
    finally:
        database.close()
    if as_json:
        show.json_lines([said])
        return
    click.echo(secret)


@tokens.command("list")
@config_option
@json_option
@click.pass_context
def list_tokens(context: click.Context, config: Path | None, as_json: bool) -> None:
    """Every token of the database and of the tokens file; never the secrets."""
    settings = settings_of(context, config)
    database = open_history(settings)
    try:
        stored = database.read(desk.tokens)
    finally:
        database.close()
    rows = [
        {
            "name": one.name,
            "scopes": list(one.scopes),
            "made": one.created_at,
            "last_used": one.last_used,
            "ends": one.expires_at,
            "revoked": one.revoked_at,
            "kept": "database",
        }
        for one, _ in stored
    ]
    empty: dict[str, Any] = dict.fromkeys(("made", "last_used", "ends", "revoked"))
    rows += [
        {"name": one.name, "scopes": sorted(one.scopes), **empty, "kept": "file"}
        for one in access.read_tokens_file(settings.web.tokens_file)
    ]
    if as_json:
        show.json_lines(rows)
        return
    columns = ("name", "scopes", "made", "last_used", "ends", "revoked", "kept")
    cells = ((" ".join(v) if isinstance(v, list) else _cell(v) for v in row.values()) for row in rows)
    show.table("", columns, (tuple(row) for row in cells))


@tokens.command()
@config_option
@click.argument("name")
@json_option
@click.pass_context
def revoke(context: click.Context, config: Path | None, name: str, as_json: bool) -> None:
    """End the token NAME, at once, and every session begun with it."""
    database, now = open_history(settings_of(context, config)), clock.now()

    def work(connection: Any) -> bool:
        done = desk.revoke_token(connection, name, now)
        if done:
            desk.audit(connection, _WHO, "token.revoked", name, {}, now)
        return done

    try:
        if not database.write(work):
            raise UsageError(f"there is no token {name!r} in the database that works")
    finally:
        database.close()
    if as_json:
        show.json_lines([{"name": name, "revoked": now}])
        return
    click.echo(f"{name} revoked")


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else show.moment(value)
