"""Who acts where a name's case, a word beside it or the order of words says so: «ратифицирована Россией», „von Togo“, "ratificó Perú"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.recognise.reading import Reading
from pipeline.recognise.rows import ORGANS, ends_name, first_row, group, is_of, last_word, without_places, word_of
from pipeline.recognise.triggers import ACTIVE, FINITE, NOMINAL, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind, PartyMention

_OUT_OF = frozenset({"from", "от", "від", "ад", "de", "del", "da", "do", "von"})
_OBJECTS = frozenset({"es", "ihn"})  # „am 3. März billigte es der Bundesrat“
_HANDED_ON = frozenset({"deposit", "notify", "submit"})
_DONE_TO_PAPERS = frozenset({"sign", "approve", "ratify", "promulgate", "submit"})
_REACH = 14  # words from a passive to its agent
_SHARED = 5  # words from a verb to a participle that shares its auxiliary
_BY = frozenset("获獲经經由")  # Chinese verbs and prepositions before who did it
_BUT = frozenset({"but", "mais", "pero", "mas", "aber", "sondern"})
_WILLED = 6  # words from whose decision it is to the infinitive, at most
_NEAR = 2  # words from "by" to a name, an article among them
_INSTRUMENTAL = ("ей", "ью", "ом", "ем", "ою", "єю", "ею", "ами", "ями", "ой", "яй", "ай", "ёй", "аю")
_INVERTING = frozenset({"es", "pt", "fr", "it", "ca", "gl"})  # a subject may follow its verb at once
_BETWEEN = ("arasında", "арасында")
_GENITIVE = (
    "ның",
    "нің",
    "дың",
    "дің",
    "тың",
    "тің",
    "нын",
    "нин",
    "дын",
    "дин",
    "тын",
    "тин",
    "нун",
    "дун",
    "дүн",
    "нүн",
)
_OF_CASE = frozenset({"ru", "uk", "be"})


def fronted(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """«Указ о выходе из соглашения стран СНГ подписал президент»: where cases tell who acts, the organ right behind the verb, if only a
    body of many states stands before it."""
    if reading.lexicon.language not in _OF_CASE or trigger.family not in _DONE_TO_PAPERS:
        return ()
    before = [
        p
        for p in free
        if last_word(reading, p) < trigger.first and reading.same_clause(word_of(reading, p), trigger.first)
    ]
    if not before or any(p.kind is not PartyKind.ORGANISATION for p in before):
        return ()
    at_once = any(p.kind in ORGANS and 0 < word_of(reading, p) - trigger.last <= _NEAR for p in free)
    return behind(reading, trigger, triggers, free) if at_once else ()


def named(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The state or organisation that is marked as the one who did it, first of its row; () where none is."""
    near = [
        p
        for p in free
        if p.kind in {PartyKind.NAME, PartyKind.ORGANISATION}
        and p.code
        and reading.same_clause(word_of(reading, p), trigger.first)
        and abs(word_of(reading, p) - trigger.first) <= _REACH
    ]
    return tuple(next(([p] for p in near if _marked(reading, trigger, p)), ()))


def _marked(reading: Reading, trigger: Trigger, mention: PartyMention) -> bool:
    first, last = word_of(reading, mention), last_word(reading, mention)
    if reading.lexicon.language in _OF_CASE:
        begin = _row_start(reading, first)
        alone = begin == 0 or not reading.is_a("prepositions", begin - 1)
        return alone and first > trigger.last and reading.tokens[last].low.endswith(_INSTRUMENTAL)
    if not reading.lexicon.verb_final:
        return False
    if reading.lexicon.grammar.get("prepositions"):
        return first < trigger.first and any(reading.is_a("by", i) for i in range(max(0, first - _NEAR), first))
    row = range(last + 1, min(last + 1 + _REACH, trigger.first))
    stop = next((i for i in row if reading.is_a("by", i)), -1)
    return stop > 0 and all(
        reading.is_a("coordinate", i) or any(word_of(reading, p) <= i <= last_word(reading, p) for p in reading.parties)
        for i in range(last + 1, stop)
    )


def _row_start(reading: Reading, word: int) -> int:
    """The first word of the row of names that a name ends («между ЕАЭС и Эмиратами»)."""
    named = {i for p in reading.parties for i in range(word_of(reading, p), last_word(reading, p) + 1)}
    while word > 0 and (word - 1 in named or reading.is_a("coordinate", word - 1)):
        word -= 1
    return word


def inverted(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The subject right behind its verb, no preposition between ("ratificó Perú el convenio", « que vient de signer la France »)."""
    if reading.lexicon.language not in _INVERTING:
        return ()
    behind = [p for p in free if word_of(reading, p) > trigger.last and p.code]
    if not behind or word_of(reading, behind[0]) - trigger.last > _NEAR:
        return ()
    between = range(trigger.last + 1, word_of(reading, behind[0]))
    bare = all(reading.is_a("determiners", i) and not reading.is_a("prepositions", i) for i in between)
    return (behind[0],) if bare and not reading.comma_between(trigger.last, word_of(reading, behind[0])) else ()


def behind(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The subject behind the verb, where the language allows it («подписали Россия и Иран»)."""
    if not reading.lexicon.object_first:
        return ()
    clause = reading.clause_of[trigger.first]
    nexts = [
        t.first
        for t in triggers
        if t.first > trigger.last and reading.same_clause(t.first, trigger.first) and t.voice != NOMINAL
    ]
    stop = min(nexts, default=len(reading.tokens))
    found = [
        p
        for p in free
        if trigger.last < word_of(reading, p) < stop and reading.clause_of[word_of(reading, p)] == clause
    ]
    return group(reading, without_places(reading, first_row(reading, found)), from_left=True)


def of_next_act(
    reading: Reading, trigger: Trigger, triggers: Sequence[Trigger], free: Sequence[PartyMention]
) -> tuple[PartyMention, ...]:
    """The organ right behind a verb that a comma parts from what was said before («…, 24 февраля его одобрил Сенат», "…, lo ratificó
    el Senado"); of papers that are handed over it may be who receives them."""
    if trigger.voice != ACTIVE or trigger.family in _HANDED_ON:
        return ()
    found = behind(reading, trigger, triggers, free) or inverted(reading, trigger, free)
    if not any(p.kind in ORGANS for p in found):
        return ()
    between = range(trigger.last + 1, word_of(reading, found[0]))
    if not all(reading.is_a("determiners", i) or reading.tokens[i].low in _OBJECTS for i in between):
        return ()
    home = reading.clause_of[trigger.first]
    before = [
        p for p in free if last_word(reading, p) < trigger.first and reading.clause_of[word_of(reading, p)] == home
    ]
    return found if before and reading.comma_between(last_word(reading, before[-1]), trigger.first) else ()


def of_light_verb(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Who is named behind the verb that makes a noun an event, in languages of free order («о выходе объявили Литва и Латвия»)."""
    if not reading.lexicon.object_first:
        return ()
    verbs = [
        h.last
        for h in reading.section("nominal")
        if h.key in {"occurred", "planned"} and h.first > trigger.last and reading.same_clause(h.first, trigger.first)
    ]
    found = [
        p
        for p in free
        if verbs and word_of(reading, p) > verbs[0] and reading.same_clause(word_of(reading, p), trigger.first)
    ]
    named = [p for p in found if p.kind is PartyKind.NAME or p.kind in ORGANS]
    return group(reading, without_places(reading, first_row(reading, named)), from_left=True)


def opens(reading: Reading, mention: PartyMention) -> bool:
    """Whether a state opens a clause whose verb stands last, in no case but the subject's («Қазақстан мен Өзбекстан … ратификациялады»)."""
    first, last = word_of(reading, mention), last_word(reading, mention)
    row = [i for p in reading.parties for i in range(word_of(reading, p), last_word(reading, p) + 1)]
    start = min((i for i, c in enumerate(reading.clause_of) if c == reading.clause_of[first]), default=0)
    if mention.kind is not PartyKind.NAME or any(
        i not in row and not reading.is_a("coordinate", i) for i in range(start, first)
    ):
        return False
    stop = next(
        (i for i in range(last + 1, len(reading.tokens)) if i not in row and not reading.is_a("coordinate", i)), -1
    )
    if stop < 0 or reading.tokens[stop].low.startswith(_BETWEEN):
        return False
    after = reading.sentence.text[mention.end - reading.sentence.start :][:1]
    return after not in {"'", "’", "-", "–"} and not reading.tokens[last].low.endswith(_GENITIVE)


def opening(reading: Reading, trigger: Trigger, named: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """The state that opens a clause without another subject, where the object stands between («Узбекистан договор не ратифицировал»)."""
    if not reading.lexicon.object_first or trigger.tense not in {"past", "perfect"}:
        return ()
    words = reading.words_of(reading.clause_of[trigger.first])
    first = next(iter(sorted(words)), -1)
    return tuple(p for p in named if p.kind is PartyKind.NAME and p.code and word_of(reading, p) == first)[:1]


def deciding(reading: Reading, trigger: Trigger, found: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """Whose decision it is, in front of an infinitive: "welcomed the decision of Peru to ratify", "regretted Peru's intention to leave",
    «приветствовал решение Перу присоединиться»."""
    last = found[-1]
    gap = trigger.first - last_word(reading, last)
    if trigger.tense != "infinitive" or gap <= 0 or last.kind not in {PartyKind.NAME, PartyKind.DEMONYM}:
        return ()
    if _possessive(reading, last) or last.kind is PartyKind.DEMONYM:
        willed = reading.is_a("to", trigger.first - 1) and 1 < gap <= _WILLED
        behind = range(last_word(reading, last) + 1, trigger.first - 1)
        plain = not any(reading.is_any(("to", "with", "coordinate", "have", "be"), i) for i in behind)
        return (last,) if willed and plain and not reading.comma_between(behind.start, trigger.first) else ()
    before = word_of(reading, last) - 1
    of = before > 0 and (
        is_of(reading, before) or (before > 1 and reading.is_a("determiners", before) and is_of(reading, before - 1))
    )
    return (last,) if gap <= _NEAR and (of or reading.is_a("wills", before)) else ()


def speaking(reading: Reading, trigger: Trigger, outer: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """ "Iceland told Norway that it would leave", «Минск уведомил Белград, что выходит»: who speaks, not who is told, where a clause without a
    name of its own tells what is done."""
    opener = reading.clause(trigger.first).opener
    if opener <= 0 or not reading.is_a("complementiser", opener):
        return ()
    told = [i for i in range(opener) if reading.is_a("quote_verbs", i)][-1:]
    before = [p for p in outer if told and last_word(reading, p) < told[0]]
    behind = [p for p in outer if told and word_of(reading, p) > told[0]]
    return group(reading, without_places(reading, before)) if before and behind else ()


def possessor_of(reading: Reading, mention: PartyMention, word: str) -> bool:
    """Whether a name is whose something is ("on Russia's behalf")."""
    last = last_word(reading, mention)
    return any(token.low == word for token in reading.tokens[last + 1 : last + 3])


def announcing(reading: Reading, trigger: Trigger, free: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """ "India announced that the treaty would be suspended": who says so does so."""
    opener = reading.clause(trigger.first).opener
    if opener <= 0 or not reading.is_a("complementiser", opener):
        return ()
    said = next((i for i in range(max(0, opener - 4), opener) if reading.is_a("quote_verbs", i)), -1)
    if said < 0:  # "New Delhi's announcement that …"
        whose = [p for p in free if 0 < opener - word_of(reading, p) <= _REACH and _possessive(reading, p)]
        return tuple(whose[-1:])
    return group(reading, without_places(reading, [p for p in free if said - 6 <= word_of(reading, p) < said]))


def _possessive(reading: Reading, mention: PartyMention) -> bool:
    after = reading.sentence.low[mention.end - reading.sentence.start :]
    return after.startswith(("'s", "’s"))


def joined(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> bool:
    """Whether a participle shares the auxiliary of the verb before it (« l'a signé mais pas encore ratifié »)."""
    before = [t for t in triggers if t.last < trigger.first and reading.same_clause(t.first, trigger.first)][-1:]
    return any(
        t.voice == ACTIVE and t.tense in {"perfect", "pluperfect"} and trigger.first - t.last <= _SHARED
        and any(reading.is_a("coordinate", i) or reading.tokens[i].low in _BUT for i in range(t.last + 1, trigger.first))
        for t in before
    )  # fmt: skip


def by_chamber(reading: Reading, trigger: Trigger, named: Sequence[PartyMention]) -> tuple[PartyMention, ...]:
    """协定13日获全国人大常委会批准, 经国会批准: an organ among the words of a Chinese verb that says by whom it was done."""
    if reading.lexicon.language != "zh" or reading.tokens[trigger.first].low not in _BY:
        return ()
    inside = [p for p in named if p.kind in ORGANS and trigger.first < word_of(reading, p) <= trigger.last]
    return tuple(inside[:1])


def touches(reading: Reading, trigger: Trigger, mention: PartyMention) -> bool:
    """«Договор Армения подписала …», «закон о режиме мажилис принял»: in front of a verb stands its subject, whatever the words before it
    seem to say."""
    first, last = word_of(reading, mention), last_word(reading, mention)
    if not (reading.lexicon.object_first and trigger.voice == ACTIVE and trigger.tense in FINITE):
        return False
    if not 1 <= trigger.first - last <= 2 + _denied(reading, trigger) or reading.comma_between(last, trigger.first):
        return False
    if first > 0 and reading.is_a("coordinate", first - 1):
        return False
    if mention.kind in ORGANS:
        return first > 0 and not reading.is_a("prepositions", first - 1)
    return mention.kind in {PartyKind.NAME, PartyKind.CAPITAL} and (
        ends_name(reading, first - 1)  # «документ із Молдовою Брюссель подовжив»
        or not any(reading.is_a("prepositions", i) for i in range(max(0, first - 2), first))
    )


def _denied(reading: Reading, trigger: Trigger) -> bool:
    """Whether "never" or the like stands right before a verb."""
    return any(h.key == "negated" and 0 <= trigger.first - h.last <= 2 for h in reading.section("status"))


def sender(reading: Reading, trigger: Trigger) -> tuple[PartyMention, ...]:
    """Whose paper was received: "received Honduras' notice", "has received the instrument from Malta"; the depositary does not act."""
    whose = (p for p in reading.parties if p.code and trigger.first < word_of(reading, p) <= trigger.last)
    given = (p for p in reading.parties if word_of(reading, p) > trigger.last and _from(reading, p))
    return tuple(whose) or tuple(given)


def _from(reading: Reading, mention: PartyMention) -> bool:
    word = word_of(reading, mention)
    return any(reading.tokens[i].low in _OUT_OF for i in range(max(0, word - 2), word))


def beside_decrees(reading: Reading, trigger: Trigger, mentions: Sequence[PartyMention]) -> list[PartyMention]:
    """„أقر مجلس النواب قرار رئيس الجمهورية“, «одобрила указ президента»: whose a decree is has not done what is done with it.

    Where a chamber is named by its mere noun („أقر المجلس قرار رئيس الجمهورية“), it is that of the same state.
    """
    owners = [p for p in mentions if _of_decree(reading, trigger, p)]
    others = [p for p in mentions if p not in owners]
    near = range(trigger.first + 1, trigger.first + 1 + _NEAR)
    chamber = next((h for h in reading.section("procedure") if h.key in _HOUSES and h.first in near), None)
    if not owners or chamber is None or any(p.kind in ORGANS for p in others):
        return others
    start, end = reading.tokens[chamber.first].start, reading.tokens[chamber.last].end
    return [*others, replace(owners[0], start=start, end=end, body="parliament")]


def _of_decree(reading: Reading, trigger: Trigger, mention: PartyMention) -> bool:
    arabic = reading.lexicon.table.arabic
    if trigger.voice != ACTIVE and not (arabic and trigger.voice == PASSIVE):
        return False
    word = word_of(reading, mention) - 1
    decrees = (h for h in reading.section("things") if h.key == "decree" and trigger.first < h.first and h.last == word)
    return any(not (arabic and reading.tokens[h.first].low.startswith(_BY_IT)) for h in decrees)


_HOUSES = frozenset({"chamber", "recipient"})
_BY_IT = "ب"  # „بقرار رئيس الجمهورية“: by his decree
