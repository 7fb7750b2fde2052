"""The meanings treaty subjects are made of, with their words in every language, and how a text is read as such meanings.

    "the agreement on the protection of investments"  ─▶  Reading(keys={"invest", "protect"}, kinds=["agreement"], …)
    «соглашение о защите капиталовложений»             ─▶  the same

A key is one of: a concept ("trade"), an unknown word's skeleton in Latin letters ("~baikon"), an acronym ("~raa").
The words are data (`concepts/*.toml`); weights do not hang on the watchlist, so that three tracked agreements behave as ten thousand do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from pipeline.recognise.immutable import value
from pipeline.recognise.script import Fold, arabic_forms, consonants, skeleton, stem
from pipeline.recognise.sentences import one_spelling

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+"
)  # "1998年的协定": a number, then a text
_HYPHEN = re.compile(r"[-'’]")
_LATIN = frozenset({"en", "fr", "es", "pt", "de", "tr", "it", "pl", "ro", "az", "uz"})
_FALLBACK = {"be": ("ru", "uk"), "uk": ("ru",), "ky": ("kk", "ru"), "kk": ("ru",), "mk": ("ru", "uk"), "bg": ("ru", "uk"), "sr": ("ru", "uk"),
             "tg": ("ru",), "ru": ("uk",), "pt": ("es",), "it": ("es", "fr", "pt"), "ro": ("fr", "es"), "az": ("tr",), "uz": ("tr",)}  # fmt: skip
_TIERS = (
    0.15,
    0.45,
    1.0,
    1.4,
)  # how much a meaning says: hardly anything, a little, a subject, a subject few treaties share
_ARTICLES = "empty_article"  # the entry of the tables that lists them
_MEMO = 40_000
_COMPOUND = 7  # letters of a word that may be a compound
_BEGINNING = 4  # and of its beginning


@value()
class Word:
    """A word of a text: where it stands, its folded form, and the keys it stands for (none: it says nothing of the subject)."""

    start: int
    end: int
    low: str
    keys: tuple[str, ...]
    kind: str = ""
    known: bool = True
    proper: bool = False


@dataclass(frozen=True, slots=True)
class _Tongue:
    """One language's words, ready for look-up by prefix."""

    whole: Mapping[str, tuple[str, ...]]
    prefix: Mapping[str, tuple[str, ...]]
    inside: tuple[tuple[str, tuple[str, ...]], ...]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    longest: int


class Lexicon:
    """All concepts, kinds and empty words. Build it once (`Lexicon.load()`); reading texts does not change what it answers."""

    def __init__(self, tables: Iterable[Mapping[str, Mapping[str, object]]]) -> None:
        self.fold = Fold()
        self.weight: dict[str, float] = {}
        self._memo: dict[tuple[str, str], tuple[tuple[str, ...], str, bool]] = {}
        self._articles: dict[str, frozenset[str]] = {}
        words: dict[str, list[tuple[str, str]]] = {}
        for table in tables:
            for name, entry in table.items():
                self._take(name, entry, words)
        self._tongues = {language: self._compile(pairs) for language, pairs in words.items()}

    @classmethod
    def load(cls) -> Lexicon:
        """Read the shipped tables."""
        folder = files("pipeline.recognise").joinpath("concepts")
        sources = sorted(
            (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name
        )
        return cls(tomllib.loads(entry.read_text(encoding="utf-8")) for entry in sources)

    def _take(self, name: str, entry: Mapping[str, object], words: dict[str, list[tuple[str, str]]]) -> None:
        tier = entry.get("t", 2)
        if name in self.weight or not isinstance(tier, int) or not 0 <= tier < len(_TIERS):
            raise ValueError(f"concept {name!r}: named twice, or its tier is not 0 to 3")
        self.weight[name] = _TIERS[tier]
        for language, listed in entry.items():
            if isinstance(listed, str):
                given = [word.strip() for word in listed.split(",") if word.strip()]
                words.setdefault(language, []).extend((word, name) for word in given)
                if name == _ARTICLES:
                    self._articles[language] = frozenset(word.rstrip("$") for word in given)

    def _compile(self, pairs: list[tuple[str, str]]) -> _Tongue:
        whole: dict[str, list[str]] = {}
        prefix: dict[str, list[str]] = {}
        inside: dict[str, list[str]] = {}
        together: dict[tuple[str, ...], list[str]] = {}
        for word, name in pairs:
            text = one_spelling(self.fold(word.lstrip("~")))
            text = text.rstrip("$") if HAN.match(text) else text
            parts = tuple(_HYPHEN.sub(" ", text).split())
            if len(parts) > 1:
                together.setdefault(parts, []).append(name)
            elif parts[0].endswith("$"):
                whole.setdefault(parts[0][:-1], []).append(name)
            else:
                prefix.setdefault(parts[0], []).append(name)
                if word.startswith("~"):
                    inside.setdefault(parts[0], []).append(name)
        phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for parts, names in together.items():
            phrases.setdefault(parts[0].rstrip("$")[:3], []).append((parts, tuple(names)))
        return _Tongue(
            {word: tuple(names) for word, names in whole.items()},
            {word: tuple(names) for word, names in prefix.items()},
            tuple(sorted(((word, tuple(names)) for word, names in inside.items()), key=lambda row: -len(row[0]))),
            {start: tuple(sorted(rows, key=lambda row: -len(row[0]))) for start, rows in phrases.items()},
            max((len(word) for word in (*whole, *prefix)), default=0),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have words, sorted."""
        return tuple(sorted(self._tongues))

    def vocabulary(self, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every single word of a language with its concepts, `$` after whole ones (for tests and the documentation)."""
        tongue = self._tongues[language]
        yield from ((f"{word}$", names) for word, names in tongue.whole.items())
        yield from tongue.prefix.items()

    def words(self, text: str, language: str) -> list[Word]:
        """Read a text of one language (ISO 639-1) word by word; a text in Chinese letters is cut by the longest known words."""
        low = self.fold(text)
        found: list[Word] = []
        plain = low.isascii()
        for match in _WORD.finditer(low):
            start, end = match.span()
            if not plain and HAN.match(low, start):
                found.extend(self._chinese(low, start, end))
            else:
                found.append(self._word(text, one_spelling(low[start:end]), start, end, language))
        return self.together(found, language)

    def _word(self, text: str, token: str, start: int, end: int, language: str) -> Word:
        memo = self._memo.get((language, token))
        if memo is None:
            memo = self._look(token, language)
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[language, token] = memo
        keys, kind, known = memo
        original = text[start:end]
        proper = original[:1].isupper() and language != "de"
        acronym = not known and len(token) < 12 and sum(map(str.isupper, original)) >= 2
        if acronym and (letters := skeleton(token)):
            return Word(start, end, token, (f"~{letters}",), "", False, True)
        if not known and len(token) < 4:
            return Word(start, end, token, (), "", True, False)
        return Word(start, end, token, keys, kind, known, proper)

    def _look(self, token: str, language: str) -> tuple[tuple[str, ...], str, bool]:
        """(keys, kind, known) of a folded token."""
        names: tuple[str, ...] = ()
        for tongue_name in self._chain(token, language):
            tongue = self._tongues.get(tongue_name)
            names = self._match(tongue, token, tongue_name) if tongue else ()
            if names:
                break
        if not names:
            key = "" if token.isdigit() else _unlisted(token, language)
            return ((key,), "", False) if len(key) > 1 else ((), "", True)
        kinds = [name[5:] for name in names if name.startswith("kind_")]
        keys = tuple(name for name in names if not name.startswith(("kind_", "empty")))
        return keys, kinds[0] if kinds else "", True

    @staticmethod
    def _chain(token: str, language: str) -> tuple[str, ...]:
        if token[0] < "\u0250":
            return (language, *_FALLBACK.get(language, ()), "en") if language in _LATIN else ("en",)
        if language in _LATIN or language in {"zh", "ar"}:
            language = "ar" if "\u0600" <= token[0] <= "\u06ff" else "ru"
        return (language, *_FALLBACK.get(language, ()))

    @staticmethod
    def _match(tongue: _Tongue, token: str, language: str) -> tuple[str, ...]:
        forms = arabic_forms(token) if language == "ar" else (token,)
        for form in forms:
            if form in tongue.whole:
                return tongue.whole[form]
        for form in forms:
            for length in range(min(len(form), tongue.longest), 1, -1):
                names = tongue.prefix.get(form[:length])
                if names:
                    rest = form[length:]
                    return names + _inner(tongue, rest, names) if len(rest) > 3 else names
        return _compound(tongue, token) if len(token) > _COMPOUND else ()

    def _chinese(self, low: str, start: int, end: int) -> Iterator[Word]:
        tongue = self._tongues.get("zh")
        place, loose = start, start
        while place < end:
            names: tuple[str, ...] = ()
            length = min(end - place, tongue.longest) if tongue else 0
            while length > 0 and tongue and not (names := tongue.prefix.get(low[place : place + length], ())):
                length -= 1
            if names:
                yield from _bigrams(low, loose, place)
                kinds = [name[5:] for name in names if name.startswith("kind_")]
                keys = tuple(name for name in names if not name.startswith(("kind_", "empty")))
                yield Word(place, place + length, low[place : place + length], keys, kinds[0] if kinds else "")
                loose = place + length
            place += length or 1
        yield from _bigrams(low, loose, end)

    def together(self, words: list[Word], language: str) -> list[Word]:
        """Give words that stand together as a known phrase, an article between them or not, the phrase's keys in place of their own."""
        tongue = self._tongues.get(language)
        if tongue is None or not tongue.phrases:
            return words
        out: list[Word] = []
        place = 0
        phrases, arabic = tongue.phrases, language == "ar"
        articles = self._articles.get(language, frozenset())
        while place < len(words):
            word = words[place]
            rows = _beginning(tongue, word.low, language) if arabic else phrases.get(word.low[:3], ())
            for parts, names in rows:
                count = _spells(parts, words, place, language, articles)
                if count:
                    out.append(_joined(words[place : place + count], names))
                    place += count
                    break
            else:
                out.append(word)
                place += 1
        return out


def _unlisted(token: str, language: str) -> str:
    """The key of a word no table has."""
    if language == "ar" and "\u0600" <= token[0] <= "\u06ff":
        plain = arabic_forms(token)[-1]
        kept = consonants(plain)
        return f"%{kept}" if kept else f"~{plain}"
    return f"~{stem(token)}"


def _beginning(tongue: _Tongue, low: str, language: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for form in arabic_forms(low) if language == "ar" else (low,):
        yield from tongue.phrases.get(form[:3], ())


def _joined(words: list[Word], names: tuple[str, ...]) -> Word:
    kinds = [name[5:] for name in names if name.startswith("kind_")]
    keys = tuple(name for name in names if not name.startswith(("kind_", "empty")))
    return Word(words[0].start, words[-1].end, " ".join(word.low for word in words), keys, kinds[0] if kinds else "")


def _spells(parts: tuple[str, ...], words: list[Word], place: int, language: str, articles: frozenset[str]) -> int:
    """How many words from a place on spell a phrase, 0 where they do not; an article may stand before any but the first ("status of the forces")."""
    arabic = language == "ar"
    at = place
    for part in parts:
        if at > place and at < len(words) and words[at].low in articles and not _is(part, words[at].low):
            at += 1
        if at >= len(words):
            return 0
        low = words[at].low
        if not (any(_is(part, form) for form in arabic_forms(low)) if arabic else _is(part, low)):
            return 0
        at += 1
    return at - place


def _is(part: str, word: str) -> bool:
    """Whether a word begins as a part of a phrase does, or is the part where that stands for a whole word."""
    return word == part[:-1] if part.endswith("$") else word.startswith(part)


def _compound(tongue: _Tongue, token: str) -> tuple[str, ...]:
    """Meanings of a compound of which no table has the beginning; where it only names an instrument, the beginning is a word of its own."""
    names = _inner(tongue, token, ())
    if not names or not all(name.startswith("kind_") for name in names):
        return names
    start = min(
        token.find(word) for word, kinds in tongue.inside if kinds and set(kinds) <= set(names) and word in token
    )
    rest = token[:start].removesuffix("s")
    return (*names, f"~{stem(rest)}") if len(rest) >= _BEGINNING else names


def _inner(tongue: _Tongue, rest: str, have: tuple[str, ...]) -> tuple[str, ...]:
    """Meanings inside a compound (Doppelbesteuerungsabkommen): only words flagged with `~`."""
    found: list[str] = []
    for word, names in tongue.inside:  # longest first, so that Klimaübereinkommen holds no Einkommen
        if word in rest:
            rest = rest.replace(word, " ")
            found.extend(name for name in names if name not in have and name not in found)
    return tuple(found)


def _bigrams(low: str, start: int, end: int) -> Iterator[Word]:
    if end - start == 1:
        yield Word(start, end, low[start:end], (), known=True)
    for place in range(start, end - 1):
        yield Word(place, place + 2, low[place : place + 2], (f"~{low[place : place + 2]}",), known=False)
