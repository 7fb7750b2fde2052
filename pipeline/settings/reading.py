"""TOML values against typed options: one reader for every table, with messages that name the file, the key and the remedy."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from pipeline.errors import ConfigurationError

T = TypeVar("T")
_MAX_FILE = 64 * 1024 * 1024


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; ConfigurationError names the file and, for a syntax error, line and column."""
    try:
        if path.stat().st_size > _MAX_FILE:
            raise ConfigurationError(str(path), "is larger than 64 MiB; this is no configuration file")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(str(path), "there is no such file") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(path), f"is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(path), f"is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(str(path), "is nested too deeply") from None


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse a key nobody knows, with the nearest one that somebody does."""
    names = sorted(known)
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known keys: {', '.join(names)}"
            raise ConfigurationError(where, f"unknown key {key!r}{hint}")


def read_options(cls: type[T], table: object, where: str, **given: Any) -> T:
    """An instance of the frozen dataclass `cls` from a TOML table; what the table leaves out keeps its default."""
    if not isinstance(table, Mapping):
        raise ConfigurationError(where, f"should be a table, is {_called(table)}")
    hints = hints_of(cls)  # type: ignore[arg-type]  # a class is hashable, whatever mypy thinks of type[T]
    check_keys(table, set(hints) - set(given), where)
    values = {key: read_value(hints[key], value, f"{where} {key}") for key, value in table.items()}
    missing = [
        spec.name
        for spec in dataclasses.fields(cls)  # type: ignore[arg-type]
        if spec.default is dataclasses.MISSING
        and spec.default_factory is dataclasses.MISSING
        and spec.name not in values
        and spec.name not in given
    ]
    if missing:
        raise ConfigurationError(where, f"{', '.join(missing)} is missing")
    try:
        return cls(**values, **given)
    except ValueError as error:
        raise ConfigurationError(where, str(error)) from None


def from_text(hint: Any, text: str) -> Any:
    """A TOML value out of an environment variable: TOML where it reads as TOML of the right kind, else the text itself."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return [part.strip() for part in text.split(",")] if _takes_list(hint) and "," in text else text
    return text if _is_text(hint) else value


def read_value(hint: Any, value: object, where: str) -> Any:
    """`value` as the type `hint` says, or ConfigurationError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _read_union(arguments, value, where)
    if origin is Literal:
        if value in arguments:
            return value
        raise ConfigurationError(where, f"should be one of {', '.join(map(str, arguments))}, is {value!r}")
    if origin is tuple:
        return _read_list(arguments, value, where)
    if origin in (dict, Mapping) or hint is dict:
        if isinstance(value, Mapping):
            return dict(value)
        raise ConfigurationError(where, f"should be a table, is {_called(value)}")
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_options(hint, value, where)
    return _read_plain(hint, value, where)


@cache
def hints_of(cls: type) -> dict[str, Any]:
    """The types of a dataclass's fields, resolved."""
    hints = typing.get_type_hints(cls)
    return {spec.name: hints[spec.name] for spec in dataclasses.fields(cls)}


def _read_union(arguments: tuple[Any, ...], value: object, where: str) -> Any:
    options = [argument for argument in arguments if argument is not type(None)]
    problem = ConfigurationError(where, f"has no meaning: {value!r}")
    for option in options:
        try:
            return read_value(option, value, where)
        except ConfigurationError as error:
            problem = error
    raise problem


def _read_list(arguments: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        value = [value]  # one item may stand without its brackets
    if not isinstance(value, list | tuple):
        raise ConfigurationError(where, f"should be a list, is {_called(value)}")
    return tuple(read_value(arguments[0], item, f"{where} (item {place})") for place, item in enumerate(value, 1))


def _read_plain(hint: Any, value: object, where: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        try:
            return hint(str(value))
        except ValueError:
            raise ConfigurationError(where, f"should be one of {', '.join(hint)}, is {value!r}") from None
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise ConfigurationError(where, f"should be {_NAMES.get(hint, hint)}, is {_called(value)}")


_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def _called(value: object) -> str:
    shown = repr(value)
    return f"{_NAMES.get(type(value), type(value).__name__)} ({shown if len(shown) <= 60 else shown[:57] + '...'})"


def _is_text(hint: Any) -> bool:
    return hint is str or str in typing.get_args(hint)


def _takes_list(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple or any(typing.get_origin(part) is tuple for part in typing.get_args(hint))
