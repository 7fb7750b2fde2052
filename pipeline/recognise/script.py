"""Letters: folding to a comparable form, other scripts in Latin letters, and the stems of words nobody listed.

Everything here keeps to one rule: what two languages write for the same name (Байконур, Baikonur, Baïkonour) becomes one skeleton.
"""

from __future__ import annotations

import unicodedata

_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєўґқғңәөұүһјљњћђџѓќѕ",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sh",
            "",
            "i",
            "",
            "e",
            "u",
            "ia",
            "i",
            "i",
            "e",
            "u",
            "g",
            "k",
            "g",
            "n",
            "a",
            "o",
            "u",
            "u",
            "h",
            "i",
            "l",
            "n",
            "ch",
            "d",
            "dz",
            "g",
            "k",
            "dz",
        ],
        strict=True,
    )
)
_ENDINGS = tuple(
    sorted(
        [
            "иями",
            "ями",
            "ами",
            "ией",
            "ием",
            "иям",
            "иях",
            "ого",
            "его",
            "ому",
            "ему",
            "ыми",
            "ими",
            "ости",
            "ная",
            "ное",
            "ные",
            "ный",
            "ная",
            "ния",
            "нию",
            "ние",
            "ний",
            "ия",
            "ию",
            "ии",
            "ие",
            "ий",
            "ая",
            "яя",
            "ое",
            "ее",
            "ые",
            "ый",
            "ой",
            "ей",
            "ую",
            "юю",
            "ом",
            "ем",
            "ах",
            "ях",
            "ам",
            "ям",
            "ов",
            "ев",
            "ів",
            "ою",
            "ею",
            "ью",
            "ий",
            "ої",
            "ій",
            "их",
            "ых",
            "им",
            "ым",
            "а",
            "я",
            "о",
            "е",
            "у",
            "ю",
            "ы",
            "и",
            "ь",
            "й",
            "і",
            "ї",
            "є",
        ],
        key=len,
        reverse=True,
    )
)
_DIGRAPHS = (
    ("tsch", "ch"), ("sch", "sh"), ("tch", "ch"), ("zsch", "ch"), ("shch", "sh"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"),
    ("ts", "c"), ("tz", "c"), ("cz", "ch"), ("dzh", "j"), ("dj", "j"), ("dsch", "j"), ("ou", "u"), ("oo", "u"), ("ck", "k"), ("qu", "k"),
    ("zh", "z"), ("yo", "e"), ("ya", "a"), ("ia", "a"), ("yu", "u"), ("iu", "u"), ("ye", "e"), ("x", "ks"),
)  # fmt: skip
_ARABIC = str.maketrans("بپتثجچحخدذرزسشصضطظعغفقكگلمنهويا", "bpttg  kddrzsssdtz gfkkglmn    ".replace(" ", "h"))
_CLITICS = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "فال", "كال", "لل", "ولل", "وبال")
_LETTERS = str.maketrans({"y": "i", "j": "i", "w": "v", "q": "k", "c": "k", "h": ""})


class Fold:
    """Lower-cases a text and takes its accents away, letter for letter: the result is as long as the text."""

    def __init__(self) -> None:
        table: dict[int, str] = {
            ord("ß"): "s",
            ord("ı"): "i",
            ord("İ"): "i",
            ord("ё"): "е",
            ord("Ё"): "е",
            ord("’"): "'",
            ord("ø"): "o",
        }
        table |= {
            ord("ł"): "l",
            ord("Ł"): "l",
            ord("Ø"): "o",
            ord("đ"): "d",
            ord("Đ"): "d",
            ord("æ"): "a",
            ord("œ"): "o",
        }
        table |= {
            ord("أ"): "ا",
            ord("إ"): "ا",
            ord("آ"): "ا",
            ord("ة"): "ه",
            ord("ى"): "ي",
            ord("ئ"): "ي",
            ord("ؤ"): "و",
        }
        for code in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00)):
            if code not in table:
                low = chr(code).lower()
                bare = unicodedata.normalize("NFD", low)[0] if code < 0x250 or code >= 0x1E00 else low
                table[code] = bare if len(bare) == 1 else chr(code)
        self._table = table

    def __call__(self, text: str) -> str:
        """The folded text, of the same length."""
        return text.lower() if text.isascii() else text.translate(self._table)


def latin(word: str) -> str:
    """A folded word in Latin letters (Cyrillic is transliterated, other scripts stay)."""
    return word if word.isascii() else "".join(_CYRILLIC.get(letter, letter) for letter in word)


def skeleton(word: str) -> str:
    """A folded word reduced to what transliterations of one name have in common."""
    text = latin(word)
    for pair, one in _DIGRAPHS:
        text = text.replace(pair, one)
    text = text.translate(_LETTERS)
    return "".join(letter for place, letter in enumerate(text) if place == 0 or letter != text[place - 1])


_NOUNS = (
    "хаттама", "келісім", "келишим", "макулдашуу", "статут", "sozlesme", "antlasma", "anlasma", "protokolu",
)  # treaty nouns of languages that put several endings on a noun: "хаттамасының", "sözleşmesine"  # fmt: skip


def bare(word: str) -> str:
    """A folded word without its inflection: good enough to find an alias in another case or number."""
    if word.startswith(_NOUNS):
        return next(noun for noun in _NOUNS if word.startswith(noun))
    if word.isascii():
        for end in ("'s", "ies", "es", "s"):
            if word.endswith(end) and len(word) - len(end) >= 4:
                return word[: -len(end)]
        return word
    for end in ("ага", "аму", "ай"):  # Belarusian adjectives; Russian has names that end so ("Шанхай")
        if word.endswith(("ск" + end, "цк" + end)):
            return word[: -len(end)]
    for end in (
        "ынан",
        "ының",
        "ында",
        "ымен",
        "ына",
        "ын",
    ):  # Kazakh and Kyrgyz: "конвенциясынан", from the convention
        if word.endswith("яс" + end):
            return word[: -len(end)]
    for end in _ENDINGS:
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def stem(word: str) -> str:
    """The skeleton of a word nobody listed, cut to the letters that inflection leaves alone."""
    found = skeleton(bare(word))
    return (found[:-1] if found.endswith("s") and len(found) > 4 else found)[:6] or word


def consonants(word: str) -> str:
    """What an unvocalised script keeps of a folded name: "tiran" and «تيران» both give "trn". Empty when too little is left."""
    letters = word.translate(_ARABIC) if "\u0600" <= word[0] <= "\u06ff" else skeleton(word)
    kept = "".join(letter for letter in letters if letter in "bdfgklmnprstz")
    return kept if len(kept) >= 3 else ""


def arabic_forms(word: str) -> tuple[str, ...]:
    """An Arabic word as it stands and with its clitics (and, in, to, like, the) taken off, longest off last."""
    off = (word[len(clitic) :] for clitic in _CLITICS if word.startswith(clitic) and len(word) - len(clitic) >= 3)
    return (word, *sorted(off, key=len, reverse=True))
