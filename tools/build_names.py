#!/usr/bin/env python3
"""Builds pipeline/recognise/names/<language>.json from CLDR (through babel) and the tables in tools/names/.

    python tools/build_names.py           writes the files
    python tools/build_names.py --check   exit 1 where a committed file is not what would be written

From CLDR: the names of states, the adjectives that stand in the names of their currencies ("peso argentin", "аргентинское песо") and the
capitals that name a time zone. From tools/names/<language>.toml: everything else, and what CLDR says that newspapers do not.
Each language is built in a process of its own: babel's Locale.parse fills in aliases that leak from one locale to the next.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from babel import Locale
from babel.core import get_global

ROOT = Path(__file__).resolve().parent
TARGET = ROOT.parent / "pipeline" / "recognise" / "names"
LOCALES = {"zh": ("zh_Hans", "zh_Hant"), "sr": ("sr_Cyrl", "sr_Latn"), "uz": ("uz_Latn", "uz_Cyrl")}
LATIN = frozenset({"en", "fr", "es", "pt", "de", "tr", "it", "nl", "pl", "ro", "az", "cs"})
KINDS = ("name", "demonym", "capital", "organisation", "pair")
STATES = [
    "AD", "AE", "AF", "AG", "AL", "AM", "AO", "AR", "AT", "AU", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH",
    "BI", "BJ", "BM", "BN", "BO", "BR", "BS", "BT", "BW", "BY", "BZ", "CA", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM",
    "CN", "CO", "CR", "CU", "CV", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER",
    "ES", "ET", "FI", "FJ", "FM", "FR", "GA", "GB", "GD", "GE", "GG", "GH", "GM", "GN", "GQ", "GR", "GT", "GW", "GY",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IQ", "IR", "IS", "IT", "JM", "JO", "JP", "KE", "KG", "KH",
    "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY",
    "MA", "MC", "MD", "ME", "MG", "MH", "MK", "ML", "MM", "MN", "MR", "MT", "MU", "MV", "MW", "MX", "MY", "MZ",
    "NA", "NE", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PG", "PH", "PK", "PL", "PS", "PT",
    "PW", "PY", "QA", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SI", "SK", "SL", "SM", "SN",
    "SO", "SR", "SS", "ST", "SV", "SY", "SZ", "TD", "TG", "TH", "TJ", "TL", "TM", "TN", "TO", "TR", "TT", "TV",
    "TW", "TZ", "UA", "UG", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VN", "VU", "WS", "XK", "YE", "ZA", "ZM", "ZW",
]  # fmt: skip
ZONES = {
    "RU": "Europe/Moscow", "BY": "Europe/Minsk", "UA": "Europe/Kiev", "MD": "Europe/Chisinau", "AM": "Asia/Yerevan", "AZ": "Asia/Baku",
    "GE": "Asia/Tbilisi", "UZ": "Asia/Tashkent", "KG": "Asia/Bishkek", "TJ": "Asia/Dushanbe", "TM": "Asia/Ashgabat", "GB": "Europe/London",
    "FR": "Europe/Paris", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "IT": "Europe/Rome", "PL": "Europe/Warsaw", "CZ": "Europe/Prague",
    "AT": "Europe/Vienna", "HU": "Europe/Budapest", "RO": "Europe/Bucharest", "BG": "Europe/Sofia", "RS": "Europe/Belgrade",
    "HR": "Europe/Zagreb", "SI": "Europe/Ljubljana", "BA": "Europe/Sarajevo", "MK": "Europe/Skopje", "ME": "Europe/Podgorica",
    "AL": "Europe/Tirane", "GR": "Europe/Athens", "PT": "Europe/Lisbon", "IE": "Europe/Dublin", "BE": "Europe/Brussels",
    "DK": "Europe/Copenhagen", "SE": "Europe/Stockholm", "NO": "Europe/Oslo", "FI": "Europe/Helsinki", "EE": "Europe/Tallinn",
    "LV": "Europe/Riga", "LT": "Europe/Vilnius", "SK": "Europe/Bratislava", "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "KP": "Asia/Pyongyang",
    "ID": "Asia/Jakarta", "PH": "Asia/Manila", "TH": "Asia/Bangkok", "MY": "Asia/Kuala_Lumpur", "KH": "Asia/Phnom_Penh",
    "LA": "Asia/Vientiane", "BD": "Asia/Dhaka", "NP": "Asia/Katmandu", "BT": "Asia/Thimphu", "AF": "Asia/Kabul", "IR": "Asia/Tehran",
    "IQ": "Asia/Baghdad", "SY": "Asia/Damascus", "LB": "Asia/Beirut", "SA": "Asia/Riyadh", "CY": "Asia/Nicosia", "TW": "Asia/Taipei",
    "EG": "Africa/Cairo", "LY": "Africa/Tripoli", "TN": "Africa/Tunis", "DZ": "Africa/Algiers", "SD": "Africa/Khartoum",
    "SS": "Africa/Juba", "KE": "Africa/Nairobi", "ET": "Africa/Addis_Ababa", "SO": "Africa/Mogadishu", "UG": "Africa/Kampala",
    "RW": "Africa/Kigali", "GH": "Africa/Accra", "SN": "Africa/Dakar", "ML": "Africa/Bamako", "NE": "Africa/Niamey",
    "BF": "Africa/Ouagadougou", "TD": "Africa/Ndjamena", "CD": "Africa/Kinshasa", "CG": "Africa/Brazzaville", "AO": "Africa/Luanda",
    "ZM": "Africa/Lusaka", "ZW": "Africa/Harare", "MZ": "Africa/Maputo", "GN": "Africa/Conakry", "MR": "Africa/Nouakchott",
    "LR": "Africa/Monrovia", "SL": "Africa/Freetown", "TG": "Africa/Lome", "GA": "Africa/Libreville", "CF": "Africa/Bangui",
    "CU": "America/Havana", "CO": "America/Bogota", "PE": "America/Lima", "VE": "America/Caracas", "AR": "America/Buenos_Aires",
    "UY": "America/Montevideo", "PY": "America/Asuncion", "NI": "America/Managua", "HN": "America/Tegucigalpa", "IS": "Atlantic/Reykjavik",
}  # fmt: skip
# Adjectives that CLDR's currencies give to more than one state, and whose they are in a newspaper.
PREFERRED = ("SD", "GN", "CD", "DO", "KR", "CZ")
NEVER = {"SS", "GW", "PG", "GQ", "KP", "ST", "TL", "SL", "CV"}

Table = dict[str, dict[str, list[str]]]


def folded(word: str) -> str:
    """Lower case without accents, for comparing words of one language."""
    parts = unicodedata.normalize("NFD", word.lower())
    bare = "".join(char for char in parts if not unicodedata.combining(char)).replace("ı", "i")
    return bare.removeprefix("ال")


def words(text: str) -> list[str]:
    """The words of a name, without what stands in brackets."""
    return re.findall(r"\w+", re.sub(r"[（(].*?[）)]", " ", text))


def slavic(word: str, last: bool) -> str:
    """A Slavic word of a name as a stem: Россия -> Росси~, Южная -> Южн~."""
    if not last and (cut := re.match(r"(.{2,}?)(?:ая|яя|ое|ее|ый|ий|ые|ие|а|е|і|ыя|ія)$", word)) and len(word) > 4:
        return cut[1] + "~"
    if re.search(r"(?:[оуиеэыіє]|оа)$", word) or len(word) < 4:  # Самоа: «само соглашение» names no state
        return word
    return re.sub(r"(?:[аяйьї])$", "", word) + "~" if re.search(r"[аяйьї]$", word) else word + "~"


def stemmed(language: str, name: str) -> str:
    """A name of CLDR as a pattern of this language."""
    parts = words(name)
    if language in {"ru", "uk", "be", "mk", "bg", "sr"}:
        return " ".join(slavic(part, at == len(parts) - 1) for at, part in enumerate(parts))
    if language in {"kk", "ky", "az", "tr", "uz"} and len(parts[-1]) > 3:
        return " ".join([*parts[:-1], parts[-1] + "~"])
    if language in {"de", "sv"} and len(parts[-1]) > 3:
        return " ".join([*parts[:-1], parts[-1] + "~"])
    return " ".join(parts)


def _romance(word: str) -> str:
    low = word.lower()
    for ending, cut in (
        ("enne", 2),
        ("aise", 1),
        ("oise", 1),
        ("aine", 1),
        ("ole", 1),
        ("ande", 1),
        ("esa", 1),
        ("ês", 0),
        ("és", 0),
    ):
        if low.endswith(ending):
            return (low[: len(low) - cut] if cut else low) + "~"
    return (low[:-1] if low[-1] in "oae" else low) + "~"


def adjective(language: str, word: str) -> str | None:
    """A word of a currency's name as the stem of an adjective; None where it is no adjective."""
    if language in {"ru", "uk", "be"}:
        cut = re.match(r"(.+(?:ск|цк|ськ|цьк|зьк))(?:ий|ая|ое|ие|а|е|і|ае)$", word.lower())
        return cut[1] + "~" if cut else None
    if language == "de":
        cut = re.match(r"(.+isch)(?:e|er|es|en)$", word.lower())
        return cut[1] + "~" if cut else None
    if language in {"fr", "es", "pt"}:
        return _romance(word) if len(word) > 4 else None
    if language == "ar":
        return re.sub("(?:ة|ه)$", "", word.removeprefix("ال")) + "~" if re.search("(?:ي|ية)$", word) else None
    return None


def currency_adjectives(
    language: str, names: dict[str, str], currencies: dict[str, str], used: dict[str, list[str]]
) -> dict[str, list[str]]:
    """State -> adjective stems: the words in its currencies' names that begin as its own name does."""
    claims: dict[str, set[str]] = {}
    for state, codes in used.items():
        own = [folded(word) for word in words(names[state])]
        for word in (word for code in codes for word in words(currencies.get(code, ""))):
            low = folded(word)
            alike = len(low) > 3 and low not in own and any(low[:3] == part[:3] for part in own)
            stem = adjective(language, word) if alike and state not in NEVER else None
            if stem:
                claims.setdefault(stem, set()).add(state)
    result: dict[str, list[str]] = {}
    for stem, states in claims.items():
        owner = next((code for code in PREFERRED if code in states), None) if len(states) > 1 else next(iter(states))
        if owner:
            result.setdefault(owner, []).append(stem)
    return result


def from_cldr(language: str) -> Table:
    """What CLDR knows: names, adjectives and capitals, by kind and state."""
    table: Table = {kind: {} for kind in KINDS}
    money = get_global("territory_currencies")
    for tag in LOCALES.get(language, (language,)):
        locale = Locale.parse(tag)
        names = {state: locale.territories[state] for state in STATES if state in locale.territories}
        for state, name in names.items():
            pattern = stemmed(language, name) if language != "zh" else "".join(words(name))
            table["name"].setdefault(state, []).append(pattern)
        used = {state: [entry[0] for entry in money.get(state, [])] for state in names}
        for state, stems in currency_adjectives(language, names, dict(locale.currencies), used).items():
            table["demonym"].setdefault(state, []).extend(stems)
        for state, zone in ZONES.items():
            city = locale.time_zones.get(zone, {}).get("city") or _zone_city(language, zone)
            if city:
                table["capital"].setdefault(state, []).append(stemmed(language, city) if language != "zh" else city)
    return table


def _zone_city(language: str, zone: str) -> str | None:
    """The city in the zone's own name, which is what a locale without another word for it means (Latin letters only)."""
    return zone.rpartition("/")[2].replace("_", " ") if language in LATIN else None


def listed(text: str) -> list[str]:
    """ "a, b" as a list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def merged(cldr: Table, own: dict[str, dict[str, str]], drop: Iterable[str]) -> Table:
    """CLDR's words and our own; a pattern keeps to the first state and kind that claims it, ours first."""
    dropped, seen = set(drop), set[str]()
    result: Table = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for code, text in own.get(kind, {}).items():
            result[kind].setdefault(code, []).extend(listed(text))
    for table in result.values():
        seen.update(pattern for patterns in table.values() for pattern in patterns)
    for kind in KINDS:
        for code, patterns in cldr[kind].items():
            fresh = [pattern for pattern in dict.fromkeys(patterns) if pattern and pattern not in seen | dropped]
            seen.update(fresh)
            result[kind].setdefault(code, []).extend(fresh)
    return {kind: {code: sorted(set(p)) for code, p in sorted(table.items()) if p} for kind, table in result.items()}


def build(language: str) -> str:
    """The JSON text of one language."""
    own = tomllib.loads((ROOT / "names" / f"{language}.toml").read_text("utf-8"))
    suffixes = own.get("suffixes", "")
    table = merged(from_cldr(language), own, listed(own.get("drop", "")))
    table["name"]["-"] = listed(own.get("none", ""))
    data: dict[str, object] = {
        "language": language,
        "source": "Unicode CLDR (Unicode License v3) and tools/names",
        "suffixes": None if suffixes == "open" else ["", *suffixes.split()],
        "lists": {
            name: listed(own.get("lists", {}).get(name, ""))
            for name in ("in", "of", "nouns", "between", "there", "side", "country", "members", "afterwards")
            if name != "afterwards" or name in own.get("lists", {})  # Chinese alone
        },
        "organ": {stage: listed(text) for stage, text in own.get("organ", {}).items()},
        **{kind: table[kind] for kind in KINDS if table[kind]},
    }
    return lines(data)


def lines(data: dict[str, object]) -> str:
    """JSON with one state a line, so that a change reads well."""

    def inner(value: object) -> str:
        if isinstance(value, dict):
            rows = (f"  {json.dumps(key)}: {json.dumps(row, ensure_ascii=False)}" for key, row in value.items())
            return "{\n" + ",\n".join(rows) + "\n }"
        return json.dumps(value, ensure_ascii=False)

    return "{\n" + ",\n".join(f" {json.dumps(key)}: {inner(value)}" for key, value in data.items()) + "\n}\n"


def main(write: Callable[[Path, str], object] = lambda path, text: path.write_text(text, "utf-8")) -> int:
    """Builds or checks every language that has a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; say which files would change")
    check = parser.parse_args().check
    languages = sorted(path.stem for path in (ROOT / "names").glob("*.toml"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, max_tasks_per_child=1) as pool:
        texts = dict(zip(languages, pool.map(build, languages), strict=True))
    stale = [name for name, text in texts.items() if not _same(TARGET / f"{name}.json", text)]
    if check:
        sys.stderr.writelines(f"stale: {name}.json\n" for name in stale)
        return int(bool(stale))
    TARGET.mkdir(exist_ok=True)
    for name in stale:
        write(TARGET / f"{name}.json", texts[name])
    return 0


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main())
