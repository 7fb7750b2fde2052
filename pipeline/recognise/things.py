"""What an act is done to: treaties, laws about them, their instruments, and what is no treaty at all."""

from __future__ import annotations

from pipeline.recognise import compounds, han, orders
from pipeline.recognise.immutable import value
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading
from pipeline.recognise.values import PartyKind

TREATY, GENERIC, PRONOUN, NOUN = "treaty", "generic", "pronoun", "noun"
PROPOSAL = "proposal"
_IN_PASSING = frozenset({"notice", "negotiations"})  # "until further notice", "as a basis for negotiations"
_TO_ACT = 3  # words from a proposal to the act that it is for: "a proposal for the ratification"


@value()
class Thing:
    """A noun an act may be done to. Words `first` to `last`. `kind`: the instrument's kind, or a noun act's family.

    `what`: "treaty" (an instrument noun or an alias), "generic" (the document), "pronoun", "noun" (ratification,
    withdrawal …: `kind` is the family), or a key of the lexicon's things section (law, decree, instruments …).
    """

    what: str
    first: int
    last: int
    kind: str = ""
    agreement_id: str = ""


_STRONGER = ("contract", "other", "person", "instruments", "procedures", "exchange_protocol", "notice", "law", "decree")


def _covers(one: Hit, other: Hit) -> bool:
    return one.first <= other.first and one.last >= other.last


def _nouns(reading: Reading, acts: tuple[Hit, ...]) -> list[Thing]:
    own = reading.section("instruments") if reading.lexicon.grammar.get("compounds") else ()
    compound = {h.first for h in own}
    told = (h for h in acts if h.form == "noun" and h.key != "debate")  # a vote is on something, nothing is done to it
    return [Thing(NOUN, h.first, h.last, h.key) for h in told if h.last + 1 not in compound]


def _enclitics(reading: Reading) -> list[Thing]:
    """Pronouns that hang on a verb: Spanish "ratificarlo", Portuguese "aprovou-o"."""
    ends = tuple(reading.lexicon.grammar.get("enclitics", ()))
    if not ends and "clitics" not in reading.lexicon.grammar:
        return []
    verbs = [h for h in reading.section("acts") if h.form != "noun"]
    inside = {h.first for h in verbs if h.form == "infinitive" and reading.tokens[h.first].low.endswith(ends)}
    behind = {
        h.last + 1
        for h in verbs
        if h.last + 1 < len(reading.tokens)
        and reading.before(h.last + 1) in {"-", "‑"}
        and reading.is_a("clitics", h.last + 1)
    }
    return [Thing(PRONOUN, i, i) for i in sorted(inside | behind)]


def _proclitic(reading: Reading, word: int) -> bool:
    """ "La aprobó", "o ratificaram", "le dénoncer": before a verb that can be no noun the article is a pronoun."""
    following = word + 1
    if not reading.is_a("clitics", word) or following >= len(reading.tokens):
        return False
    if reading.before(following).strip(" \u00a0'’"):
        return False
    here = [h for h in reading.section("acts") if h.first == following]
    if any(h.first == following for h in reading.section("procedure")):
        return False  # "la comisión recomendó aprobar": a noun, if a verb's pattern opens with it
    if reading.is_a("prepositions", word) and any(h.form in {"infinitive", "gerund"} for h in here):
        return False  # Portuguese "a ratificar", French "en ratifiant"
    return bool(here) and not any(h.form in {"noun", "participle", "attribute", "present"} for h in here)


def _before_have(reading: Reading, word: int) -> bool:
    """ "O tinham ratificado", "la había aprobado": a pronoun before the auxiliary."""
    following = word + 1
    return (
        following < len(reading.tokens)
        and not reading.before(following).strip(" \u00a0'’")
        and reading.is_a("have", following)
        and any(h.first in {following + 1, following + 2} and h.form == "participle" for h in reading.section("acts"))
    ) or (
        word > 0
        and reading.before(word) in {"-", "‑"}
        and reading.is_a("have", word - 1)
        and any(h.first in {following, following + 1} and h.form == "participle" for h in reading.section("acts"))
    )


_PRONOUNS = frozenset({"clitics", "pronouns", "former", "latter", "both", "all_told"})


def _is_pronoun(reading: Reading, hit: Hit) -> bool:
    """Whether a small word, one of `_PRONOUNS`, stands for an agreement here."""
    if hit.key == "clitics":
        return _proclitic(reading, hit.last) or _before_have(reading, hit.last)
    if hit.key == "pronouns":
        likewise = reading.lexicon.table.arabic and reading.is_a(
            "stop_words", hit.last
        )  # كذلك: "also", not "like that"
        return not likewise and not _determiner(reading, hit.last)
    return _stands_alone(reading, hit.first, hit.last, hit.key)


def find(reading: Reading, aliases: tuple[tuple[int, int, str], ...] = ()) -> tuple[Thing, ...]:
    """The things of a sentence in order, the longest at each place. `aliases`: (first word, last word, agreement id)."""
    nouns = frozenset(h.first for h in reading.section("instruments"))
    found = [
        Thing(TREATY, a, b, "", agreement)
        for a, b, agreement in aliases
        if not compounds.before_noun(reading, a, nouns)
    ]
    found += [
        Thing("draft" if h.key == PROPOSAL else h.key, h.first, h.last)
        for h in reading.section("things")
        if not (h.key == PROPOSAL and not _to_act(reading, h.last))
        and not (h.key == "draft" and _of_treaty(reading, h.last, nouns))
        and not compounds.modifies(reading, h, nouns)
        and not compounds.of_papers(reading, h, nouns)
        and not _means(reading, h)
        and not (h.key == "law" and han.no_law(reading, h.last))
        and not (h.key in _IN_PASSING and reading.is_a("passing", h.last))
    ]
    treaties = (h for h in reading.section("instruments") if not compounds.goes_on(reading, h))
    found += [Thing(TREATY, h.first, compounds.own_end(reading, h), h.key) for h in treaties]
    found += _nouns(reading, reading.section("acts"))
    found += _enclitics(reading)
    about = {i for h in reading.section("grammar") if h.key == "complement" for i in range(h.first + 1, h.last + 1)}
    for h in reading.section("grammar"):
        if h.key == "generic_nouns" and h.first not in about and not _of_treaty(reading, h.last, nouns):
            law = reading.lexicon.language == "zh" and orders.draft_law(reading, h.first, h.last)
            found.append(Thing("law" if law else GENERIC, h.first, h.last))
        elif h.key in _PRONOUNS and _is_pronoun(reading, h) and not reading.is_a("on_day", h.first):
            found.append(Thing(PRONOUN, h.first, h.last))
    found += _by_nation(reading)
    found += _the_one(reading)
    if reading.lexicon.table.arabic:
        suffixed = _written(reading)
        found = [t for t in found if t.what != NOUN or t.first not in suffixed] + [
            Thing(PRONOUN, i, i) for i in suffixed
        ]
    return _headed(reading, _longest(found)) if reading.lexicon.language == "zh" else _longest(found)


def _by_nation(reading: Reading) -> list[Thing]:
    """«Таджикское подписано в Душанбе»: of several agreements just told of, the one that a nation's adjective tells apart."""
    if not reading.lexicon.object_first:
        return []
    opening = (p for p in reading.parties if p.kind is PartyKind.DEMONYM and reading.token_at(p.start) == 0)
    last = max((reading.token_at(p.end - 1) for p in opening), default=-1)
    alone = 0 <= last < len(reading.tokens) - 1 and ("," in reading.before(last + 1) or _verb_at(reading, last + 1))
    return [Thing(PRONOUN, 0, last)] if alone else []


def _the_one(reading: Reading) -> list[Thing]:
    """ "El de Vietnam", "das mit Kenia": an article that opens a clause and stands for an agreement with a party of its own."""
    articles = reading.roles.get("the_one")
    if articles is None:
        return []
    starts = {reading.token_at(p.start) for p in reading.parties if p.code and p.kind in NAMES}
    found = []
    for i in sorted(articles):
        opens = i == 0 or set(reading.before(i)) & _BREAKS
        near = i + 1 < len(reading.tokens) and not reading.before(i + 1).strip(" \u00a0'’")
        tie = near and reading.is_a("complement", i + 1)
        if opens and tie and i + 2 + reading.is_a("determiners", i + 2) in starts:
            found.append(Thing(PRONOUN, i, i))
    return found


NAMES = frozenset({PartyKind.NAME, PartyKind.CAPITAL, PartyKind.ORGANISATION})
_BREAKS = frozenset(".;:—–")


def _headed(reading: Reading, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Chinese 自贸协定升级议定书, 国际公约第二任择议定书: of treaty nouns that run on to one another the last says what it is."""
    kept: list[Thing] = []
    inner = _inner(reading)
    for thing in things:
        if thing.what == TREATY and thing.last in inner and _in_title(reading, thing, things, inner):
            continue
        last = kept[-1] if kept else None
        joined = last is not None and _runs_on(reading, last.last + 1, thing.first)
        if last is not None and joined and last.what == thing.what == TREATY:
            kept[-1] = Thing(TREATY, last.first, thing.last, thing.kind, thing.agreement_id)
        else:
            kept.append(thing)
    return tuple(kept)


def _in_title(reading: Reading, inner: Thing, things: tuple[Thing, ...], words: frozenset[int]) -> bool:
    """Whether a title within a title is part of an agreement's, not of a law's (《关于批准〈…协定〉的法律》)."""
    for thing in things:
        if thing.what == TREATY and thing.first > inner.last and thing.last not in words:
            return not any("》" in reading.before(i) for i in range(inner.last + 1, thing.first + 1))
    return False


_GAP = 6  # ideographs between an agreement and its protocol
_NUMBERING = frozenset("第一二三四五六七八九十任择附加补充修订正升级更新改的")  # what they may be


def _runs_on(reading: Reading, start: int, end: int) -> bool:
    """Whether nothing but a number or a word like "optional" stands between two nouns, and no mark."""
    words = range(start, end)
    marks = any(reading.before(i).strip() for i in (*words, end))
    return len(words) <= _GAP and not marks and all(reading.tokens[i].low in _NUMBERING for i in words)


def _inner(reading: Reading) -> frozenset[int]:
    """The words of titles within titles: 《〈联合国海洋法公约〉下…协定》 is what it ends on."""
    if "〈" not in reading.sentence.text:
        return frozenset()
    inside, deep = set(), False
    for i in range(len(reading.tokens)):
        between = reading.before(i)
        if "〈" in between or "〉" in between:
            deep = between.rfind("〈") > between.rfind("〉")
        if deep:
            inside.add(i)
    return frozenset(inside)


def _written(reading: Reading) -> list[int]:
    """Arabic verbs with their object written to their end: "أقرته", passed it."""
    table = reading.lexicon.table
    verbs = dict.fromkeys(h.last for h in reading.section("acts") if h.form != "noun" or h.key in _ON_TEXTS)
    return [i for i in verbs if table.has_object(reading.tokens[i].low) and not reading.tokens[i].low.startswith(_BY)]


_BY = "ب"  # "برفضها": by its refusal, a noun
_ON_TEXTS = frozenset(
    {"sign", "ratify", "approve", "submit", "deposit", "extend", "amend"}
)  # "its signing" is the treaty's


def _means(reading: Reading, hit: Hit) -> bool:
    """ "Ratified it by decree", « par décret », "mediante decreto", "kararıyla": how something was done, not what it was done to."""
    if hit.key not in {"decree", "decision"}:
        return False
    if reading.lexicon.verb_final and reading.is_a("through", hit.last + 1):
        return True
    bare = hit.first > 0 and not reading.before(hit.first).strip(" \u00a0")
    return bare and (reading.is_a("through", hit.first - 1) or reading.is_a("by", hit.first - 1))


def _to_act(reading: Reading, word: int) -> bool:
    """ "A proposal to ratify", "предложение о присоединении": what a proposal is for is an act of treaty-making, and it stands right behind."""
    acts = {h.first for h in reading.section("acts") if h.form in _ACTS}
    roles = ("to", "prepositions", "complement")
    for i in range(word + 1, min(word + 2 + _TO_ACT, len(reading.tokens))):
        if reading.before(i).strip(" \u00a0"):
            return False
        led = reading.lexicon.object_first or any(reading.is_a(r, j) for r in roles for j in range(word + 1, i))
        if i in acts and i > word + 1 and led:
            return True
    return False


_ACTS = frozenset({"base", "infinitive", "gerund", "noun"})


def _of_treaty(reading: Reading, word: int, nouns: frozenset[int]) -> bool:
    """Whether a noun only introduces a treaty noun: "the draft treaty", "the text of the agreement", «проект договора»."""
    compound = 0  # «проект российско-абхазского соглашения»
    for i in range(word + 1, min(word + 5, len(reading.tokens))):
        compound += reading.lexicon.object_first and i > word + 1 and reading.before(i) == "-"
        if reading.before(i).strip(" \u00a0'’«\"“-" if compound else " \u00a0'’«\"“"):
            return False
        if i in nouns:
            return True
        linking = reading.tokens[i].low in {"of", "de", "du", "d", "des", "del", "do", "da", "der", "о", "об"}
        if (
            not linking
            and not reading.is_a("determiners", i)
            and not (reading.lexicon.object_first and i <= word + 2 + compound)
        ):
            return False
        if reading.is_a("stop_words", i) or reading.is_a("be", i):
            return False
    return False


def _determiner(reading: Reading, word: int) -> bool:
    """Whether a pronoun stands before a noun of its own ("this agreement") or opens a clause ("that Russia signed")."""
    if reading.is_a("relative", word) and word and reading.clause(word).opener == word:
        return not reading.is_a("with", word + 1)  # "that with Kyrgyzstan"
    if not reading.is_a("determiners", word) and not reading.is_a("generic_determiners", word):
        return False
    if _proclitic(reading, word):
        return False
    if any(h.last == word - 1 and h.form != "noun" for h in reading.section("acts")) and reading.lexicon.object_first:
        return False
    following = word + 1
    if reading.lexicon.object_first and reading.is_a("clitics", word) and _verb_at(reading, following):
        return False
    if reading.lexicon.han and word and reading.tokens[word - 1].low in _PUTS_FIRST and _verb_at(reading, following):
        return False  # 将其延长五年
    if reading.is_a("days", following):
        return True  # "firmaron este lunes"
    if following >= len(reading.tokens) or reading.before(following).strip(" \u00a0'’"):
        return False
    return not reading.is_any(("be", "have", "stop_words", "prepositions", "coordinate", "to", "by"), following)


_PUTS_FIRST = frozenset("将把让使令对")  # words that put an object before its Chinese verb


def _verb_at(reading: Reading, word: int) -> bool:
    """Whether a verb of treaty-making begins at a word: «его подписали»."""
    return any(h.first == word and h.form not in {"noun", "attribute"} for h in reading.section("acts"))


def _stands_alone(reading: Reading, first: int, last: int, key: str) -> bool:
    """Whether "the former", «последнее», «оба» has no noun of its own: a verb, a mark or "of them" follows.

    "Former" and "latter" must open their clause besides, since both are adjectives too.
    """
    following = last + 1
    counted = key in {"both", "all_told"}
    if reading.tokens[last].low.endswith("者") and not counted:
        return True  # 前者, 后者: no adjectives
    if counted and any(h.last == first - 1 and h.form != "noun" for h in reading.section("acts")):
        return following >= len(reading.tokens) or bool(
            reading.is_a("prepositions", following) or reading.before(following).strip(" \u00a0")
        )  # "signed both in May"
    if following + 1 < len(reading.tokens) and reading.is_a("prepositions", following):
        return reading.is_a("pronouns", following + 1) and not reading.before(following).strip(" \u00a0")
    opens = first <= 1 or bool(reading.before(first).strip(" \u00a0") or reading.before(first - 1).strip(" \u00a0'’"))
    opens = opens or reading.is_a("subordinate", first - 2) or reading.is_a("coordinate", first - 2)
    opens = opens or key == "both"
    if not opens or following >= len(reading.tokens):
        return opens and following >= len(reading.tokens)
    if reading.before(following).strip(" \u00a0"):
        return not counted
    if not counted and (reading.is_a("days", following) or _inside_act(reading, first, last)):
        return True  # 前者周二生效, «دخلت الأولى حيز التنفيذ»
    if reading.lexicon.table.arabic and any(h.last == first - 1 and h.form != "noun" for h in reading.section("acts")):
        return reading.tokens[following].low.startswith(_BY) or reading.is_a(
            "prepositions", following
        )  # „وُقعت الأولى بالرباط“
    roles = ("be", "have") if counted else ("be", "have", "stop_words", "lasting")
    return _verb_at(reading, following) or reading.is_any(roles, following)


def _inside_act(reading: Reading, first: int, last: int) -> bool:
    """Whether the words stand alone between the first and the last words of a verb."""
    return any(h.first == first - 1 and h.last > last for h in reading.section("acts"))


def _longest(things: list[Thing]) -> tuple[Thing, ...]:
    """Non-overlapping things: the longer wins, then what names its agreement, then what is no treaty."""

    def rank(thing: Thing) -> tuple[int, int, int]:
        order = 0 if thing.agreement_id else 1 if thing.what in _STRONGER else 2
        return (-(thing.last - thing.first), order, thing.first)

    taken: set[int] = set()
    kept: list[Thing] = []
    for thing in sorted(things, key=rank):
        span = set(range(thing.first, thing.last + 1))
        if not span & taken:
            taken |= span
            kept.append(thing)
    return tuple(sorted(kept, key=lambda t: t.first))


def may_name_body(reading: Reading) -> bool:
    """Whether an act of the sentence may have a body, or nothing at all, as its object."""
    organ = any(h.key == "chamber" for h in reading.section("procedure"))  # "the Senate consented on 22 June"
    silent = {"conclude", "extend", "amend"} if organ else {"approve", "submit", "conclude", "extend", "amend"}
    return any(h.form == "noun" or h.key not in silent for h in reading.section("acts"))
