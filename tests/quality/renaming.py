"""Labelled articles and watchlists with other parties and subjects: what the rules know must not hang on the names they were developed with."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.model import Watchlist

Row = dict[str, Any]
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Renaming:
    """What an article's parties and words become. `words`: by language."""

    set: str
    id: str
    codes: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def text(self, text: str, language: str) -> str:
        """A text with its words replaced, the longest first, all at once; capitals as they were."""
        forms = _forms(self.words.get(language, {}))
        if not forms:
            return text
        pattern = "|".join(_whole(word) for word in sorted(forms, key=len, reverse=True))
        return re.sub(pattern, lambda found: forms[found.group()], text)

    def code(self, code: str | None) -> str | None:
        """A party's new code."""
        return self.codes.get(code, code) if code else code

    def row(self, row: Row) -> Row:
        """A labelled article."""
        language = row["lang"]
        return {
            **row,
            "title": self.text(row["title"], language),
            "text": self.text(row["text"], language),
            "events": [self._event(event, language) for event in row["events"]],
        }

    def _event(self, event: Row, language: str) -> Row:
        said = {key: self.text(event[key], language) for key in ("agreement", "actor", "evidence") if event.get(key)}
        return {**event, **said, "actor_country": self.code(event["actor_country"])}

    def watchlist(self, watchlist: Watchlist, language: str) -> Watchlist:
        """All of a set's agreements: those of the article and those beside them."""
        return Watchlist(
            tuple(
                replace(
                    one,
                    title=self.text(one.title, "en"),
                    parties=tuple(self.codes.get(code, code) for code in one.parties),
                    titles=tuple((key, self.text(title, key)) for key, title in one.titles),
                    aliases=tuple(self.text(self.text(alias, "en"), language) for alias in one.aliases),
                    exclude=tuple(self.text(self.text(words, "en"), language) for words in one.exclude),
                )
                for one in in_languages(watchlist, {"en", language}).agreements
            )
        )


def in_languages(watchlist: Watchlist, languages: set[str]) -> Watchlist:
    """A watchlist without the titles in languages that are not renamed."""
    return Watchlist(
        tuple(
            replace(one, titles=tuple((key, title) for key, title in one.titles if key in languages))
            for one in watchlist.agreements
        )
    )


def renamings(path: Path) -> Iterator[Renaming]:
    """What renamed.toml asks for."""
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["article"]:
        words = {key: value for key, value in row.items() if isinstance(value, dict) and key != "codes"}
        yield Renaming(row["set"], row["id"], row["codes"], words)


def article(gold: Path, key: str) -> Row:
    """One labelled article of a set."""
    with gold.open(encoding="utf-8") as lines:
        return next(row for row in map(json.loads, lines) if row["id"] == key)


def _forms(words: Mapping[str, str]) -> dict[str, str]:
    """As written, with a capital, and in capitals."""
    forms: dict[str, str] = {}
    for old, new in words.items():
        forms.setdefault(old.upper(), new.upper())
        forms.setdefault(old[0].upper() + old[1:], new[0].upper() + new[1:])
        forms.setdefault(old.title(), new.title())
    return {**forms, **words}


def _whole(word: str) -> str:
    if _HAN.match(word):
        return re.escape(word)
    begin = r"\b" if word[0].isalnum() else ""
    return begin + re.escape(word) + (r"\b" if word[-1].isalnum() else "")
