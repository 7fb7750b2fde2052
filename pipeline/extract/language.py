"""Which language an article is in: by script and letters where those decide, else by a model, with what was declared."""

from __future__ import annotations

import re

import py3langid

SAMPLE = 1500  # characters
ENOUGH = 120  # letters from which the model is trusted over a declaration

_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("hy", re.compile(r"[\u0531-\u058f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff\u1c90-\u1cbf]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Letters that only some languages of a script have, the telling ones first. Shares are of all letters of the script.
_CYRILLIC_LETTERS = (
    ("kk", re.compile("[әұӘҰ]"), 0.005),
    ("tg", re.compile("[ӣӯҷӢӮҶ]"), 0.005),
    ("uz", re.compile("[ҳқғҲҚҒ]"), 0.005),
    ("ky", re.compile("[ңөүҢӨҮ]"), 0.005),
    ("be", re.compile("[ўЎ]"), 0.003),
    ("uk", re.compile("[їєґЇЄҐ]"), 0.004),
    ("sr", re.compile("[јљњћђџЈЉЊЋЂЏ]"), 0.005),
    ("mk", re.compile("[ѓќѕЃЌЅ]"), 0.005),
)
_ARABIC_LETTERS = (
    ("ur", re.compile("[ٹڈڑںےھہ]"), 0.01),
    ("fa", re.compile("[پچژگکی]"), 0.01),
)
_LATIN_LANGUAGES = frozenset((
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sk", "hu", "ro", "sv", "da", "no", "nb", "nn", "fi", "et", "lv",
    "lt", "hr", "bs", "sl", "sq", "tr", "az", "uz", "vi", "id", "ms", "ca", "eu", "gl", "ga", "cy", "is", "mt", "sw", "tl",
))  # fmt: skip
# of no other language that is told from English by a model
_ENGLISH = ("the", "of", "and", "to", "that", "with", "for", "from", "by", "which", "has", "have", "was", "were", "are")
_SURE_WORDS = 60
_SERBIAN_ONLY = re.compile("[ћђЋЂ]")
_RUSSIAN_ONLY = re.compile("[ыэё]", re.IGNORECASE)


def detect_language(text: str, *declared: str | None) -> str:
    """The ISO 639-1 code of `text`. `declared` codes (the page's, the entry's, the feed's) decide where the text is short or
    the model unsure; "und" where nothing is known."""
    claims = [claim for claim in declared if claim]
    sample = text[:SAMPLE]
    latin = len(_LATIN.findall(sample))
    cyrillic = len(_CYRILLIC.findall(sample))
    arabic = len(_ARABIC.findall(sample))
    for language, letters in _SCRIPTS:
        if len(letters.findall(sample)) * 3 > latin + cyrillic + arabic + 10:
            return language
    if cyrillic > max(latin, arabic):
        return _cyrillic(sample, cyrillic, claims)
    if arabic > latin:
        return _by_letters(sample, arabic, _ARABIC_LETTERS) or _claimed(claims, {"ar", "fa", "ur", "ps"}) or "ar"
    if latin < ENOUGH and (claimed := _claimed(claims, _LATIN_LANGUAGES)):
        return claimed
    if latin < 20:
        return claims[0] if claims else "und"
    return _latin(sample, claims)


def _cyrillic(sample: str, letters: int, claims: list[str]) -> str:
    if found := _by_letters(sample, letters, _CYRILLIC_LETTERS):
        if found == "sr" and not _SERBIAN_ONLY.search(sample):
            return "mk" if py3langid.classify(sample)[0] == "mk" else "sr"
        return "kk" if found == "ky" and "kk" in claims else found
    if "і" in sample.lower() and not _RUSSIAN_ONLY.search(sample):
        return "uk"
    # No telling letter: Russian, Bulgarian, Macedonian, or a text too short to hold one
    if letters >= (ENOUGH if claims else 25):
        if _RUSSIAN_ONLY.search(sample) and "bg" not in claims:
            return "ru"
        model = str(py3langid.classify(sample)[0])
        return model if model in {"ru", "bg", "mk", "uk", "be", "sr", "mn"} else "ru"
    return _claimed(claims, {"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "uz", "mn"}) or "ru"


def _latin(sample: str, claims: list[str]) -> str:
    if _is_english(sample):  # most articles are, and the model takes its time
        return "en"
    model = str(py3langid.classify(sample)[0])
    if model in _LATIN_LANGUAGES:
        return {"nb": "no", "nn": "no"}.get(model, model)
    return _claimed(claims, _LATIN_LANGUAGES) or "en"


def _is_english(sample: str) -> bool:
    """Whether a text speaks English beyond doubt: one in seven of its words is one every English text is made of."""
    said = sample.lower().split()
    count = sum(map(said.count, _ENGLISH))
    return len(said) >= _SURE_WORDS and "the" in said and count * 7 >= len(said)


def _by_letters(sample: str, total: int, table: tuple[tuple[str, re.Pattern[str], float], ...]) -> str | None:
    for language, letters, share in table:
        if len(letters.findall(sample)) > total * share:
            return language
    return None


def _claimed(claims: list[str], possible: set[str] | frozenset[str]) -> str | None:
    return next((claim for claim in claims if claim in possible), None)
