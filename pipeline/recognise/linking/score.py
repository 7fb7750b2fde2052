"""One mention against one tracked agreement: content, parties, kind, and what contradicts. Pure arithmetic on readings.

score = content x parties x kind x contradictions          each 0 to 1; the names of the rules that spoke go with it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from pipeline.recognise.immutable import value
from pipeline.recognise.linking.views import Entry, View, Weights
from pipeline.recognise.titles import Reading
from pipeline.recognise.values import Candidate

_MISSING = 0.12  # what a title says and the mention does not: mentions are short
_MISSING_OPEN = (
    0.3  # of an open agreement the press says more, or uses its name: nothing but the subject tells it from others
)
_MISSING_CAP = 5.0
_RICH = 1.4  # so much shared weight is distinctive: two subjects, or one that few treaties have
_CONTEXT = 0.5  # a key that stands only in the headline or lead
_DATED = 0.2  # the same where a year tells the mention ("the 1909 treaty") apart from what they are about
_SUBJECT = 0.6  # foreign weight of a subject
_NAME, _WEAK_NAME = 2.0, 0.9  # a name of the agreement, and one that many agreements could have
_ASIDE, _AKIN = 0.35, 0.5  # parts of a foreign key's weight: said in a relative clause, and of the title's own field
_BOTH = 0.7
_JOINED = 0.72  # how well no party fits an agreement that any state may join
_JOINED_BY = "accede"
_JOINING = 0.9  # how well who joins, and what, fit the agreement on that
_OUTSIDE = 0.05  # what a state of the sentence that is not listed for an agreement of many counts against it
_STATE = 2  # letters of a state's code
_THIN = 0.85  # less shared weight than this is too little to be sure

# (a mention has it and the title has not, the title has it and the mention has not)
_LAYERS = {
    "amend": (0.6, 0.5), "accede": (0.4, 0.45), "extend": (0.45, 0.5), "interim": (0.5, 0.72), "supplement": (0.6, 0.8),
    "terminate": (0.6, 0.6), "implement": (0.7, 0.8),
}  # fmt: skip
_SAID = {
    "accede": 1.0,
    "extend": 0.6,
    "interim": 0.6,
    "amend": 0.3,
    "supplement": 0.3,
    "terminate": 0.3,
    "implement": 0.2,
}
AMENDING = frozenset({"amend", "extend", "supplement"})
_ADDED = 0.95  # how well any two kinds of what amends or adds to another go together
_BROAD = frozenset({"agreement", "treaty"})
_KINDS: Mapping[str, Mapping[str, float]] = {
    "agreement": {
        "convention": 0.9,
        "charter": 0.8,
        "statute": 0.8,
        "protocol": 0.65,
        "memorandum": 0.5,
        "notes": 0.85,
        "declaration": 0.45,
    },
    "treaty": {
        "convention": 0.9,
        "charter": 0.85,
        "statute": 0.85,
        "protocol": 0.6,
        "memorandum": 0.35,
        "notes": 0.6,
        "declaration": 0.35,
    },
    "convention": {"agreement": 0.85, "treaty": 0.85, "protocol": 0.4},
    "protocol": {"agreement": 0.35, "treaty": 0.3, "convention": 0.3},
    "memorandum": {"agreement": 0.4, "treaty": 0.25},
    "charter": {"statute": 0.9, "treaty": 0.6, "agreement": 0.5},
    "statute": {"charter": 0.9, "treaty": 0.6, "agreement": 0.5},
    "notes": {"agreement": 0.9, "treaty": 0.6},
}

_FORERUNNERS: Mapping[str, frozenset[str]] = {
    "SU": frozenset(["RU", "UA", "BY", "KZ", "KG", "TJ", "UZ", "TM", "AM", "AZ", "GE", "MD"]),
    "YU": frozenset(["RS", "ME", "HR", "SI", "BA", "MK"]),
    "CS": frozenset(["CZ", "SK", "RS", "ME"]),
    "DD": frozenset(["DE"]),
}  # states that are no more, under whose names titles of treaties in force still stand, and those that took these over

_BEFORE = {
    state: frozenset(old for old, states in _FORERUNNERS.items() if state in states)
    for state in frozenset[str]().union(*_FORERUNNERS.values())
}
_NOBODY = frozenset[str]()


@value()
class Query:
    """A mention ready to be compared. `parties`: in the mention; `near`: in its sentence; `context`: elsewhere in the article, weaker.

    `lead`: the reading of headline and lead, for mentions that say little.
    """

    reading: Reading
    kind: str
    parties: frozenset[str]
    near: frozenset[str]
    context: frozenset[str]
    plural: bool = False
    lead: Reading | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A name of the agreement stands in the mention. `keys`: what the name itself says, so it is not held against it; nor are the
    states and bodies that the name names (`codes`): the Hong Kong Convention.

    `loose`: a relative clause parts the name from the noun, so the noun is another agreement ("an accord that extends New START").
    """

    keys: frozenset[str]
    layers: frozenset[str]
    head: bool
    generic: bool
    official: bool
    loose: bool = False
    codes: frozenset[str] = frozenset()


def kind_fit(mention: str, title: str) -> float:
    """How well a mention's noun goes with a title's: 1 the same or unsaid, .9 near, under .7 another instrument."""
    if not mention or not title or mention == title:
        return 1.0
    if mention in _BROAD and title in _BROAD:
        return 0.95
    return _KINDS.get(mention, {}).get(title, 0.4)


def suits(kind: str, view: View, layers: frozenset[str]) -> float:
    """As `kind_fit`, where what amends or adds to another goes by many names (protocol, avenant, supplementary agreement).

    `layers`: those the mention says."""
    if kind == _JOINED_BY and _JOINED_BY in layers & view.layers:
        return 1.0  # "Sweden's accession to NATO" is the protocol on it
    fit = kind_fit(kind, view.kind)
    return max(fit, _ADDED) if layers & view.layers & AMENDING else fit


def party_fit(
    entry: Entry, query: Query, members: Mapping[str, frozenset[str]], itself: frozenset[str] = frozenset()
) -> tuple[float, tuple[str, ...]]:
    """How well the parties go together, and the rules that spoke. A third party contradicts a bilateral agreement.

    `itself`: states and bodies that are part of the agreement's own name.
    """
    if entry.open:
        fit, spoke = _open_fit(entry, query, itself, members)
        return fit, ((*spoke, "one_of_several") if query.plural else spoke)  # "agreements of the Council of Europe"
    fits = sorted((_one(code, query, members) for code in entry.parties), reverse=True)
    best = sum(fits[:2]) / 2 if len(fits) > 1 else fits[0]
    strangers = {code for code in query.parties if code not in itself and not belongs(code, entry, members)}
    if entry.multilateral and entry.whose and _of_another(entry, query):
        return best * 0.3, ("named_parties",)
    if entry.multilateral and len(fits) > 2:
        best = max(0.7, min(1.0, fits[0] + 0.1)) if fits[0] else 0.6
        if "accede" in query.reading.layers and query.parties & entry.whose and not strangers:
            return max(best, _JOINING), ("both_parties",)  # "Sweden's accession to NATO"
        outside = sum(len(code) == _STATE and not belongs(code, entry, members) for code in query.near)
        best -= _OUTSIDE * min(2, outside)  # of two of the same subject the one whose parties are named
        return _wide_fit(entry, best, strangers)
    if strangers and not (query.plural and query.parties & entry.parties and _all_here(entry, query, members)):
        return best * 0.2, ("third_party",)
    both = best >= _BOTH and len(fits) > 1  # where the list names one party only, that one says little
    reasons = ["both_parties" if both else "one_party" if best > 0 else "no_party"]
    if query.plural and not query.parties and not entry.parties <= query.near:
        reasons.append("one_of_several")
    if _others_near(entry, query, members):
        best, reasons = best * 0.6, [*reasons, "other_parties_near"]
    return best, tuple(reasons)


def _of_another(entry: Entry, query: Query) -> bool:
    """ "Sweden's accession to NATO" is no protocol on Finland's: the mention names a state, and the title's none of it; or nothing does."""
    states = {code for code in query.parties if len(code) == _STATE and not any(code in v.orgs for v in entry.views)}
    if "accede" in query.reading.layers and states:
        return entry.whose.isdisjoint(states)
    return entry.whose.isdisjoint(query.parties | query.near | query.context)


def _wide_fit(entry: Entry, best: float, strangers: set[str]) -> tuple[float, tuple[str, ...]]:
    """A stranger may join an agreement of many whose title does not say whose it is, and a body be its frame ("the UN convention")."""
    states = {code for code in strangers if len(code) == _STATE}
    if entry.joinable and len(states - {"UN"}) <= 1:
        return (min(best, 0.6), ("with_a_party",)) if states - {"UN"} else (max(best, _JOINED), ())
    return (best * 0.4, ("third_party",)) if strangers else (best, ())


def _open_fit(
    entry: Entry, query: Query, itself: frozenset[str], members: Mapping[str, frozenset[str]]
) -> tuple[float, tuple[str, ...]]:
    """The state that acts contradicts no open agreement; two that are named with it make it theirs alone, and where its title says
    whose it is, one of these is told of. A body that concludes no treaties is a frame ("the African Union protocol"), unless the title names
    another."""
    if entry.whose.isdisjoint(query.parties | query.near | query.context) and entry.whose - itself:
        return 0.3, ("named_parties",)
    bodies = frozenset[str]().union(*(view.orgs for view in entry.views))
    named = query.parties - itself - bodies
    if not bodies - {"UN"}:
        named = frozenset(code for code in named if code in members or (len(code) == _STATE and code != "UN"))
    others = named - entry.whose - entry.parties
    if others and len(named) >= 2 and not query.plural:
        return 0.3, ("named_parties",)
    return (0.5, ("with_a_party",)) if others else (0.8, ())


def _all_here(entry: Entry, query: Query, members: Mapping[str, frozenset[str]]) -> bool:
    """Every party, or a member of it, is named in the sentence."""
    named = query.parties | query.near
    return all(code in named or members.get(code, frozenset()) & named for code in entry.parties)


def _others_near(entry: Entry, query: Query, members: Mapping[str, frozenset[str]]) -> bool:
    """The sentence tells of another pair: it names one party with a stranger, or strangers only, and the mention names none or one."""
    if _all_here(entry, query, members):
        return False
    if query.parties & entry.parties:
        others = query.near - query.parties  # "the EAEU … the agreement with Mongolia" is none of Japan's
        return bool(others) and not any(belongs(code, entry, members) for code in others)
    strangers = sum(not belongs(code, entry, members) for code in query.near)
    return strangers >= 2 or (strangers == 1 and bool(query.near & entry.parties))


def _one(code: str, query: Query, members: Mapping[str, frozenset[str]]) -> float:
    own = members.get(code, _NOBODY) | _BEFORE.get(code, _NOBODY)
    for codes, itself, member in ((query.parties, 1.0, 0.85), (query.near, 0.85, 0.75), (query.context, 0.75, 0.65)):
        if code in codes:
            return itself
        if own and not own.isdisjoint(codes):
            return member
    return 0.0


def belongs(code: str, entry: Entry, members: Mapping[str, frozenset[str]]) -> bool:
    """Whether a code contradicts no agreement of closed parties: a party, its member or forerunner, or what else the title names."""
    if code in entry.parties or code in entry.beside or any(code in view.orgs for view in entry.views):
        return True
    if code in _FORERUNNERS:
        return not entry.parties.isdisjoint(_FORERUNNERS[code])
    return any(code in members.get(party, ()) for party in entry.parties)


def content_fit(view: View, query: Query, entry: Entry, weights: Weights, named: Named | None) -> tuple[float, float]:
    """(content, shared weight): what mention and title both say, against what only one of them says."""
    reading = query.reading
    shared = foreign = 0.0
    another = False  # the mention says a subject that the title lacks: no headline makes up for it
    for key in reading.keys:
        if key in view.keys or (named and key in named.keys):
            shared += weights.shared(key, key in reading.proper)
        else:
            against = _held(key, view, reading, weights) * weights.foreign(key, key in reading.proper)
            foreign += against
            another = another or (key in weights and against >= _SUBJECT)
    if reading.layers:
        shared += fsum(_SAID[layer] for layer in reading.layers & view.layers if not named or layer not in named.layers)
    for code in sorted((query.near | query.context) & view.orgs - reading.orgs) if view.orgs else ():
        shared += (0.8 if code in query.near else _CONTEXT) * weights.org(code)
    for code in sorted(reading.orgs - entry.parties) if reading.orgs else ():
        if code in view.orgs:
            shared += weights.org(code)
        else:
            foreign += 0.5 * weights.org(code)
    if query.lead is not None and shared + foreign < 1.0 and (shared or not another):
        part = _CONTEXT if not reading.years or reading.years & entry.years else _DATED
        shared += sum(
            part * weights.shared(key) for key in query.lead.keys if key in view.keys and key not in reading.keys
        )
    if named:
        shared += _NAME if not named.generic else _WEAK_NAME
    if shared <= 0:
        return 0.0, 0.0
    missing = 0.0 if named else min(_MISSING_CAP, max(0.0, view.total - shared))
    missing *= _MISSING_OPEN if entry.open else _MISSING
    return shared / (shared + foreign + missing), shared


def _held(key: str, view: View, reading: Reading, weights: Weights) -> float:
    """How much of a key that a title lacks is held against it: little where it only describes, less where its field is the title's."""
    if key in reading.aside:
        return _ASIDE
    return _AKIN if weights.akin(key, view.keys) else 1.0


def layer_fit(view: View, reading: Reading, kind: str, named: Named | None) -> tuple[float, tuple[str, ...]]:
    """The factor for "amending", "interim", "accession" … said on one side only."""
    if not view.layers and not reading.layers:
        return 1.0, ()
    factor, reasons = 1.0, []
    said = reading.layers - named.layers if named else reading.layers
    if named and named.head and not named.generic:  # "the amended Tuna Treaty"
        said = frozenset()
    for layer in said - view.layers:
        factor *= _LAYERS[layer][0]
        reasons.append(f"not_{layer}")
    for layer in view.layers - reading.layers:
        if named or (layer in {"amend", "supplement"} and kind == "protocol" == view.kind):
            continue
        factor *= _LAYERS[layer][1]
        reasons.append(f"no_{layer}_said")
    return factor, tuple(sorted(reasons))


def mark_fit(view: View, entry: Entry, reading: Reading) -> tuple[float, tuple[str, ...]]:
    """The factor for numbers and years: "Convention No. 190", "Protocol II", "the 2010 treaty"."""
    if not (view.numbers or reading.numbers or reading.years):
        return 1.0, ()
    factor, reasons = 1.0, []
    if reading.numbers and view.numbers and not reading.numbers & view.numbers:
        factor, reasons = 0.3, ["other_number"]
    elif reading.numbers != view.numbers and not (reading.numbers & view.numbers) and view.numbers:
        factor = 0.85
    elif view.kind == "protocol" and any(number.isalpha() for number in reading.numbers - view.numbers):
        factor = 0.55  # "the Second Optional Protocol" is hardly the one that goes without a number
    if reading.own_years and entry.years and not reading.years & entry.years:
        factor *= 0.6
        reasons.append("other_year")
    return factor, tuple(reasons)


def compare(
    entry: Entry, query: Query, weights: Weights, members: Mapping[str, frozenset[str]], named: Named | None
) -> Candidate:
    """The candidate for an agreement: its best view."""
    party, party_reasons = party_fit(entry, query, members, named.codes if named else frozenset())
    if named and not named.generic:  # "the Abraham Accords": a plural that is one agreement's name
        party_reasons = tuple(reason for reason in party_reasons if reason != "one_of_several")
    best: Candidate | None = None
    for view in entry.views:
        content, shared = content_fit(view, query, entry, weights, named)
        kind = 1.0 if named and named.head else suits(query.kind, view, query.reading.layers)
        layer, layer_reasons = layer_fit(view, query.reading, query.kind, named)
        mark, mark_reasons = mark_fit(view, entry, query.reading)
        if entry.open and not named and shared < _RICH:
            content *= 0.75
        score = content * (0.4 + 0.6 * party) * (0.4 + 0.6 * kind) * layer * mark
        if best is None or score > best.score:
            thin = ("thin",) if shared < _THIN else ()
            rich = ("distinctive",) if shared >= _RICH else ()
            said = ("official_title",) if named and named.official else ("alias",) if named else ()
            weak = ("generic_alias",) if named and named.generic else ()
            loose = ("loose_alias",) if named and named.loose else ()
            reasons = (*said, *weak, *loose, *party_reasons, *rich, *thin, *layer_reasons, *mark_reasons)
            best = Candidate(
                entry.id,
                round(content, 4),
                round(party, 4),
                round(kind, 4),
                round(score, 4),
                named is not None,
                reasons,
            )
    return best or Candidate(entry.id, 0.0, party, 0.0, 0.0, named is not None, party_reasons)
