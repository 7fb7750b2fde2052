"""English names of states and organisations for people, one for each code, out of the names the recogniser knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import MappingProxyType

from pipeline.recognise.party_words import read_lexis

# where a state is known by several names, the one that treaty collections use
_CHOSEN: Mapping[str, str] = MappingProxyType(
    {
        "AE": "United Arab Emirates",
        "AG": "Antigua and Barbuda",
        "BA": "Bosnia and Herzegovina",
        "CD": "DR Congo",
        "CF": "Central African Republic",
        "CG": "Congo",
        "CI": "Côte d'Ivoire",
        "CZ": "Czechia",
        "DE": "Germany",
        "EH": "Western Sahara",
        "EU": "European Union",
        "FM": "Micronesia",
        "GB": "United Kingdom",
        "KG": "Kyrgyzstan",
        "KP": "North Korea",
        "KR": "South Korea",
        "LA": "Laos",
        "MD": "Moldova",
        "MK": "North Macedonia",
        "MM": "Myanmar",
        "NCY": "Northern Cyprus",
        "NL": "Netherlands",
        "RU": "Russia",
        "SA": "Saudi Arabia",
        "SK": "Slovakia",
        "ST": "São Tomé and Príncipe",
        "SU": "Soviet Union",
        "TL": "Timor-Leste",
        "TR": "Türkiye",
        "TT": "Trinidad and Tobago",
        "TW": "Taiwan",
        "UN": "United Nations",
        "US": "United States",
        "VA": "Holy See",
        "VC": "Saint Vincent and the Grenadines",
        "VN": "Viet Nam",
        "MERCOSUR": "Mercosur",
        "EAEU": "Eurasian Economic Union",
        "AFU": "African Union",
        "LAS": "Arab League",
        "UNION_STATE": "Union State",
    }
)


@cache
def party_names() -> Mapping[str, str]:
    """Code to name. An organisation best known by its letters keeps them ("NATO")."""
    lexis = read_lexis(resources.files("pipeline.recognise").joinpath("names", "en.json").read_text("utf-8"))
    named = {code: _best(code, words) for kind in ("organisation", "name") for code, words in lexis.kinds[kind].items()}
    return MappingProxyType(named | dict(_CHOSEN))


def party_name(code: str) -> str:
    """The name of one; the code itself where it has none."""
    return party_names().get(code, code)


def _best(code: str, words: Sequence[str]) -> str:
    whole = [word for word in words if not word.endswith("~")]
    if code in whole or not whole:
        return code
    return next((word for word in whole if len(word) > 3 and not word.isupper()), whole[0])
