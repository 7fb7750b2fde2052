"""Text as the words a search goes by: lower-cased, without diacritics, cut down to stems of English and Russian.

One way for both databases, so that a question finds the same articles in either. A stem is what is left when the longest known
ending goes and enough letters stay; that is coarser than grammar and errs on the side of finding.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

MOST_LETTERS = 40  # of one word; what is longer is no word
_WORD = re.compile(r"[^\W_]+")
_LATIN = re.compile(r"[a-z]+\Z")
_CYRILLIC = re.compile(r"[а-я]+\Z")
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_KEEP_LATIN, _KEEP_CYRILLIC = 4, 3
_ENGLISH = (
    "ications ication ifications ification ations ation ators ator ating ated ates ate ities ity ments ment "
    "ions ion ings ing iers ier ies ied ying ers er ed es s y e al als ally ly"
)
_VERBS = (  # of -ировать, alone and after -иц-
    "ировать ировал ировала ировали ировало ирует ируют ирован ирована ировано ированы ировав "
    "ированный ированная ированное ированные ированного ированной ированную ированных ированным "
    "ирование ирования ированию ированием ировании"
)
_NOUNS = "ация ации ацию ацией аций ациям ациями ациях"  # alone and after -ик-
_RUSSIAN = (
    "ениями ениях ениям ением ению ении ения ение ений аниями аниях аниям анием анию ании ания ание аний "
    "ившими ившего ивших ившей ивший ивши авшего авших авший авшая "
    "ия ию ией иям иями иях ии ыми ими ого его ому ему ая яя ое ее ые ие ый ий ой ей ую юю ых их ым им ом ем "
    "ами ями ах ях ам ям ов ев а я о е ы и у ю ь й "
    "ала али ало ал ать ять ить ила или ило ил ется ются ится ятся ает яет ают яют ит ят ет ут ют ешь "
    "ен ена ено ены ан ана ано аны ость остью ости остей остям"
)


def _endings(*lists: str) -> tuple[str, ...]:
    """Longest first, written as texts are folded."""
    return tuple(sorted({_folded(end) for some in lists for end in some.split()}, key=lambda end: (-len(end), end)))


def words(text: str) -> tuple[str, ...]:
    """The stems of a text, in order, repeats included; every ideograph and kana is a word."""
    parts = _WORD.findall(_folded(text))
    if not text.isascii():
        parts = [word for part in parts for word in _split(part)]
    return tuple([stem(word) for word in parts if len(word) <= MOST_LETTERS])


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one lower-cased word; words of other scripts and languages stay as they are, but for chance endings."""
    if _LATIN.match(word):
        endings, keep = _by_script()[0], _KEEP_LATIN
    elif _CYRILLIC.match(word):
        endings, keep = _by_script()[1], _KEEP_CYRILLIC
    else:
        return word
    return next((word[: -len(end)] for end in endings if word.endswith(end) and len(word) - len(end) >= keep), word)


@cache
def _by_script() -> tuple[tuple[str, ...], tuple[str, ...]]:
    after = (f"иц{end}" for end in _VERBS.split()), (f"ик{end}" for end in _NOUNS.split())
    return _endings(_ENGLISH), _endings(_RUSSIAN, _VERBS, _NOUNS, *(" ".join(some) for some in after))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    plain = (letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter))
    return "".join(plain)  # й becomes и and ё becomes е, in texts and questions alike


def _split(part: str) -> list[str]:
    if not _IDEOGRAPH.search(part):
        return [part]
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\u3040-\u30ff\u3400-\u9fff]+", part)
