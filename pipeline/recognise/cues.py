"""The words of a sentence that say whether an act happened: found once, asked for by `status` and `nominals`."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise import arabic_leads, han, orders, parted
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import SUBORDINATE, Clause, Reading
from pipeline.recognise.triggers import ACTIVE, PASSIVE, PAST, PERFECT, PLUPERFECT, Trigger

REJECTED = "rejected"  # a reason: a refusal, which a chamber's vote makes a step of its own
_ADVERBIAL = frozenset("会在根依按由与同于很")  # 将会, 将根据, 将由: there it is a future
_AHEAD = 4  # words from "before" to an act told by a noun
_CONCEDED = 10  # words from "despite" to a cue
_AUXILIARIES = frozenset(["having", "being", "been", "ever", "ter", "haber", "avoir", "être", "haver", "ser"])
_SAID = 12  # words from "said" to "would"
_INSERT = 6  # words between a comma and a negation in what it sets in
_HARD_NO = frozenset({"не", "ні", "no", "not"})  # before a number they count: "not 18"
_NOT_IT = frozenset("他它中余间实次")  # 其他, 其中, 其实: words of their own
_NO_AFTER = frozenset("随最此其先")  # 随后, 最后: words of their own
_TITLE = 2  # words from the noun of an agreement to "against"
_CUES = ("conditional", "negated", "called_for", "planned", "rejected", "occurred")


def between(reading: Reading, start: int, end: int, clauses: frozenset[int], section: str = "status") -> list[Hit]:
    """The cues between two words in the given clauses, a cue inside a longer one left out."""
    hits = [
        h
        for h in reading.section(section)
        if h.first >= start
        and (h.last < end or _shares(reading, h, end))
        and reading.clause_of[h.first] in clauses
        and h.key in _CUES
    ]
    if not hits:
        return hits
    hits = [h for h in hits if not (_limit(reading, h) or hangs_on(reading, h) or _straddles(reading, h))]
    hits = [h for h in hits if not (han.of_name(reading, h.first, h.last) or _in_title(reading, h))]
    hits = [h for h in hits if not (_of_time(reading, h) or _by_how_much(reading, h) or _un(reading, h, end))]
    hits = [h for h in hits if not arabic_leads.has_done(reading, h)]
    acts = [
        h
        for h in reading.section("acts")
        if not (han.future(reading, h.first, h.last) or han.apart(reading, h.first, h.last, h.key))
    ]
    wider = [*hits, *acts, *reading.section("things"), *reading.section("salience")]
    return [
        h
        for h in hits
        if not _takes_object(reading, h, end) and (_plain_no(reading, h, hits) or not _swallowed(h, wider))
    ]


def _in_title(reading: Reading, hit: Hit) -> bool:
    """«Конвенция ООН *против* коррупции вступила в силу»: a preposition right behind the noun of an agreement is its title's."""
    plain = hit.key == "negated" and hit.first == hit.last and reading.is_a("prepositions", hit.first)
    if not plain or hit.last + 1 >= len(reading.tokens) or reading.tokens[hit.last + 1].low.isdigit():
        return False
    nouns = (h for h in reading.section("instruments") if 0 < hit.first - h.last <= _TITLE)
    return any(
        not any(reading.before(i).strip(" \u00a0") for i in range(h.last + 1, hit.first + 1))
        and not any(h.last < act.first < hit.first for act in reading.section("acts"))
        for h in nouns
    )


def _shares(reading: Reading, hit: Hit, verb: int) -> bool:
    """须经批准: a Chinese cue (须经) whose last letter opens the act (经批准)."""
    return reading.lexicon.language == "zh" and hit.first < verb == hit.last


def denied_inside(reading: Reading, hit: Hit, outer: Hit) -> bool:
    """ "Were *not* enough to ratify", "voted on Monday *not* to ratify": a plain "not" among the words that say that it happened."""
    plain = hit.key == "negated" and hit.first == hit.last and reading.is_a("negation", hit.first)
    return plain and outer.key == "occurred" and outer.first < hit.first <= outer.last


def _plain_no(reading: Reading, hit: Hit, hits: Sequence[Hit]) -> bool:
    """ "Voted on Monday *not* to ratify": a plain "not" inside what says that something happened still denies it."""
    outer = [o for o in hits if o.first < hit.first <= o.last and o.last > hit.last]
    return bool(outer) and all(denied_inside(reading, hit, o) for o in outer)


def _swallowed(hit: Hit, others: Sequence[Hit]) -> bool:
    return any(o.first <= hit.first and o.last >= hit.last and o.last - o.first > hit.last - hit.first for o in others)


def _limit(reading: Reading, hit: Hit) -> bool:
    """ "Extended until 2031", "2031'e kadar uzatıldı": a day up to which is no condition."""
    if hit.key != "conditional" or hit.last > hit.first or not reading.is_a("until", hit.first):
        return False
    near = (
        range(max(0, hit.first - 3), hit.first)
        if reading.lexicon.language == "tr"
        else range(hit.last + 1, hit.last + 4)
    )
    return any(any(c.isdigit() for c in reading.tokens[i].low) for i in near if i < len(reading.tokens))


def _of_time(reading: Reading, hit: Hit) -> bool:
    """„vor vier Tagen“, „vor der Abstimmung“: a preposition of time with no act behind it says when, not that it is to come."""
    if hit.key != "planned" or hit.last > hit.first or reading.clause(hit.first).opener == hit.first:
        return False
    if not (reading.is_a("ahead_of", hit.first) and reading.is_a("prepositions", hit.first)):
        return False
    return not any(0 < h.first - hit.first <= _AHEAD and h.form == "noun" for h in reading.section("acts"))


def hangs_on(reading: Reading, hit: Hit) -> bool:
    """ "Tornou-se", "não se ratificou": a pronoun beside its verb is no "if"."""
    if hit.key != "conditional" or not hit.first:
        return False
    clitic = reading.is_a("reflexive", hit.first) and hit.first == hit.last and reading.is_a("negation", hit.first - 1)
    return clitic or reading.before(hit.first) in {"-", "‑"}


def _by_how_much(reading: Reading, hit: Hit) -> bool:
    """German "um fünf Jahre": before a number it is no "in order to"."""
    following = hit.last + 1
    if (
        hit.key != "planned"
        or hit.first < hit.last
        or reading.tokens[hit.first].low != "um"
        or following >= len(reading.tokens)
    ):
        return False
    return (
        reading.is_a("numbers", following)
        or reading.tokens[following].low[:1].isdigit()
        or reading.is_a("about", following)
    )


def _un(reading: Reading, hit: Hit, verb: int) -> bool:
    """„المذكرة غير المشروعة المبرمة“: an Arabic "un-" belongs to the word right behind it."""
    return reading.lexicon.table.arabic and reading.tokens[hit.last].low == "غير" and verb - hit.last > 1


def _straddles(reading: Reading, hit: Hit) -> bool:
    """Chinese 协定于3月生效: a cue (定于, "is set for") that begins inside a treaty noun is none."""
    return reading.lexicon.language == "zh" and any(
        h.first < hit.first <= h.last < hit.last for h in reading.section("instruments")
    )


def _takes_object(reading: Reading, hit: Hit, verb: int) -> bool:
    """Chinese 将 before an object is no future: "国务院将《…公约》提请审议", "将协定延长五年"."""
    following = hit.last + 1
    if reading.tokens[hit.first].low != "将" or hit.last > hit.first or following >= verb:
        return False
    if reading.tokens[following].low in _ADVERBIAL and not _of_noun(reading, following):
        return False
    if reading.tokens[following].low == "其" and reading.tokens[following + 1].low not in _NOT_IT:
        return not reading.comma_between(hit.last, verb)  # 将其延长五年, 将其提请审议
    ends = [h.last for h in reading.section("instruments") if hit.last < h.first and h.last < verb]
    acts = {
        h.first
        for h in reading.section("acts")
        if h.form != "noun" and hit.last < h.first < verb and not orders.of_law(reading, h.last, h.key)
    }
    return bool(ends) and not reading.comma_between(hit.last, verb) and not any(act < min(ends) for act in acts)


def _of_noun(reading: Reading, word: int) -> bool:
    """将与爱沙尼亚的协定提请…: "with Estonia" belongs to the noun, with 的 right before it."""
    if not reading.is_a("with", word):
        return False
    first = next((h.first for h in reading.section("instruments") if h.first > word), len(reading.tokens))
    return any(reading.tokens[i].low == "的" for i in range(word + 1, first))


def told_in(reading: Reading, clause: Clause, trigger: Trigger) -> bool:
    """ "Once each side has told the other *that* approval is complete, …": what is said in a condition hangs on it."""
    said = clause.opener > 0 and reading.is_a("complementiser", clause.opener)
    condition = reading.clauses[clause.parent].kind == SUBORDINATE
    return said and condition and not reading.comma_between(clause.opener, trigger.first)


def before_another(reading: Reading, trigger: Trigger) -> bool:
    """Chinese "批准书交存后三十日生效", Kazakh «алмасқаннан кейін күшіне енеді»: an act that tells after what another one comes."""
    if reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions"):
        return any(h.key == "temporal" and h.first == trigger.last + 1 for h in reading.section("nominal"))
    if reading.lexicon.language != "zh":
        return False
    behind = [
        i for i in range(trigger.last + 1, min(trigger.last + 9, len(reading.tokens))) if reading.tokens[i].low == "后"
    ]
    if not behind or behind[0] + 1 >= len(reading.tokens) or reading.comma_between(trigger.last, behind[0]):
        return False
    between = range(trigger.last + 1, behind[0])
    return (
        not any(h.first in between for h in reading.section("acts"))
        and reading.tokens[behind[0] - 1].low not in _NO_AFTER
    )


def own(reading: Reading, trigger: Trigger) -> frozenset[int]:
    """The clause of a verb, as the clauses its cues are looked for in."""
    return frozenset({reading.clause_of[trigger.first]})


def question(reading: Reading) -> bool:
    """Whether the sentence asks."""
    return reading.sentence.text.rstrip("\"'»”’ )").endswith(("?", "？", "؟"))


def reported_future(reading: Reading, hit: Hit) -> bool:
    """ "Said that it would ratify": where somebody tells what is to come, with no "if" beside, a "would" is a will."""
    if hit.key != "conditional":
        return False
    status = reading.section("status")
    also_will = any(h.key == "planned" and (h.first, h.last) == (hit.first, hit.last) for h in status)
    hangs = any(h.key == "conditional" and (h.first, h.last) != (hit.first, hit.last) for h in status)
    return also_will and not hangs and reading.any_is("quote_verbs", range(max(0, hit.first - _SAID), hit.first))


def says_nothing(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """Whether a negation before a finite verb is not the verb's: "without debate", "not without resistance", «57 голосами против 18», or
    one inside what is set in by commas ("parliament, with nobody opposed, ratified …")."""
    verb = trigger.first
    if hit.last >= verb:
        return False
    if (
        reading.lexicon.language == "zh"
        and han.denies_before(reading, hit.first, hit.last, verb)
        and hit.key == "negated"
    ):
        return True
    if _conceded(reading, hit, verb):
        return True
    if trigger.tense == PAST and _of_first(reading, hit, verb):
        return True
    if hit.key not in {"negated", REJECTED}:
        told = trigger.tense in {PAST, PERFECT, PLUPERFECT} and trigger.voice == ACTIVE
        aside = reading.comma_between(hit.last, verb) and _set_in(reading, hit)
        compound = hit.first > 0 and reading.before(hit.first) == "-"  # "the long-pending treaty took effect"
        return told and hit.key in {"called_for", "planned"} and (aside or compound)
    if trigger.tense == PAST and trigger.voice == ACTIVE and reading.is_a("do", hit.first - 1):
        return True  # "did not hesitate and ratified": "did" wants a verb without an ending
    if reading.comma_between(hit.last, verb) and (_set_in(reading, hit) or _other_verb(reading, hit, trigger)):
        return True
    if hit.key == REJECTED:
        return False
    if reading.is_a("lacking", hit.last) or reading.is_a("lacking", hit.last + 1):
        return not _lacks(reading, hit, trigger)
    if (
        reading.lexicon.object_first
        and hit.first
        and any(h.key == "votes" and h.last == hit.first - 1 for h in reading.section("procedure"))
    ):
        return True  # «при трёх голосах против»
    counted = reading.tokens[hit.last + 1].low.isdigit()
    return counted and hit.first > 0 and reading.tokens[hit.first - 1].low not in _HARD_NO


def _of_first(reading: Reading, hit: Hit, verb: int) -> bool:
    """«Комиссия *предложила*, а Совет одобрил», «Минск *не* подписал, но Рига подписала»: what stands before "but" is not said of the next
    verb, which has a subject of its own."""
    begins = (i for i in range(hit.last + 1, verb) if turns(reading, i))
    return any(reading.token_at(p.start) in range(i, verb) for i in begins for p in reading.parties)


def turns(reading: Reading, word: int) -> bool:
    """Whether a comma and a "but" stand at a word."""
    return "," in reading.before(word) and reading.is_a("adversative", word) and not reading.is_a("alike", word)


def _other_verb(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """„اتفاق أول لم يبرم قط في مجلس النواب، وقع لبنان …“: an Arabic negation before a comma denies the verb of its own clause."""
    told = trigger.tense == PAST and trigger.voice in {ACTIVE, PASSIVE}
    return reading.lexicon.table.arabic and told and not reading.is_a("denial", hit.last)


def _lacks(reading: Reading, hit: Hit, trigger: Trigger) -> bool:
    """ "Without having ratified it", "ohne es ratifiziert zu haben": what is lacking is the act itself."""
    behind = trigger.last + 1
    if reading.lexicon.verb_final and behind < len(reading.tokens) and reading.tokens[behind].low == "zu":
        return True
    word = hit.last + 1
    while word < trigger.first and (
        reading.tokens[word].low in _AUXILIARIES or any(reading.is_a(r, word) for r in ("have", "be"))
    ):
        word += 1
    return hit.last + 1 < word == trigger.first


def _conceded(reading: Reading, hit: Hit, verb: int) -> bool:
    """ "Despite calls to postpone it, parliament ratified …", "çağrılarına rağmen": what an act happened in spite of."""
    if reading.lexicon.verb_final and not reading.lexicon.grammar.get("prepositions"):
        near = range(hit.last + 1, min(hit.last + _CONCEDED, verb))
        return any(reading.is_a("concessive", i) for i in near)
    if hit.last + 1 == verb and hit.first == hit.last and reading.lexicon.object_first:
        return False  # «вопреки прогнозам палата не отвергла договор»: the verb's own
    for word in range(hit.first - 1, max(-1, hit.first - _CONCEDED), -1):
        if reading.comma_between(word, hit.first):
            return False
        if reading.is_a("concessive", word):
            return True
    return False


def _set_in(reading: Reading, hit: Hit) -> bool:
    """Whether a comma stands shortly before a cue, with no auxiliary and nobody named in between ("did not, however, ratify")."""
    word = hit.first
    named = {p.start for p in reading.parties}
    while word > 0 and hit.first - word <= _INSERT:
        if any(reading.is_a(role, word) for role in ("be", "have")) or reading.tokens[word].start in named:
            return False
        if "," in reading.before(word):
            return not any(h.first <= word <= h.last for h in reading.section("grammar") if h.key == "complementiser")
        word -= 1
    return False


def denies_subject(reading: Reading, hit: Hit) -> bool:
    """ "None of them has ratified": a negation that is the subject, however far the verb."""
    return (
        hit.key == "negated"
        and reading.tokens[hit.first].low
        in {"none", "neither", "nobody", "ни", "никто", "aucun", "keine", "ninguno", "ningún", "nenhum"}
        and hit.first <= 12
    ) or (
        hit.key == "negated" and hit.first == 0 < hit.last and reading.tokens[0].low == "not"
    )  # "Not a single state has …"


def of_none(reading: Reading, trigger: Trigger) -> bool:
    """ "Baghdad has signed no pipeline treaty": English denies an act by its object."""
    no = trigger.last + 1
    if reading.lexicon.language != "en" or trigger.voice != ACTIVE or no >= len(reading.tokens):
        return False
    if reading.tokens[no].low != "no" or reading.before(no).strip(" \u00a0"):
        return False
    return any(0 < h.first - no <= _ITS_NOUN for h in reading.section("instruments"))


_NO = frozenset(
    ["no", "kein", "keine", "keinen", "aucun", "aucune", "ningún", "ninguna", "nenhum", "nenhuma", "жоден", "жодна", "жодного", "ніводная", "ніводнае", "hiçbir", "ешбір"]
)  # fmt: skip
_ITS_NOUN = 6  # words from "no" to the noun it belongs to


def denies_object(reading: Reading, hit: Hit, verb: int) -> bool:
    """ "No defence agreement with Ankara has been initialled": a "no" that belongs to the agreement, however far the verb (a word)."""
    if hit.key != "negated" or hit.first != hit.last or reading.tokens[hit.first].low not in _NO:
        return False
    near = (h.first for h in reading.section("instruments") if 0 < h.first - hit.last <= _ITS_NOUN)
    noun = next(near, verb)
    led = any(
        reading.is_any(("prepositions", "to"), i) for i in range(hit.last + 1, noun)
    )  # "finds no obstacle to the treaty"
    return (
        noun < verb and not led and reading.same_clause(hit.first, verb) and not reading.comma_between(hit.first, verb)
    )


_LEADING = frozenset({"de", "d", "a", "à"})  # before an infinitive


def for_another(reading: Reading, refusal: int, first: int, last: int) -> bool:
    """ "Refused to put the ratification on its agenda", «отказался включить»: the noun act (words `first` to `last`) behind a
    refusal (whose last word is `refusal`) is the object of another infinitive."""
    endings = tuple(reading.lexicon.grammar.get("infinitive_endings", ()))
    acts = {h.first for h in reading.section("acts")}
    if reading.lexicon.language == "de":
        behind = range(last + 1, len(reading.tokens) - 1)
        return any(reading.tokens[i].low == "zu" and i + 1 not in acts and i not in acts for i in behind)
    begin = refusal if reading.is_a("to", refusal) or reading.tokens[refusal].low in _LEADING else refusal + 1
    between = [i for i in range(begin, first) if not any(reading.is_a(role, i) for role in parted.PASSING)]
    if not endings:
        opens = (i for i in between[:1] if reading.is_a("to", i) and i + 1 < first)
        return any(i + 1 not in acts and not reading.is_a("determiners", i + 1) for i in opens)
    led = bool(between) and reading.tokens[between[0]].low in _LEADING
    return any(reading.tokens[i].low.endswith(endings) and i not in acts for i in between[led : led + 1])


def negated_within(reading: Reading, inside: range) -> bool:
    """Whether a negation stands among an act's words, save one of votes: « donné, sans une voix contre, son accord »."""
    votes = {h.first - i for h in reading.section("procedure") if h.key == "votes" for i in (1, 2, 3)}
    votes |= {
        i
        for h in reading.section("status")
        if h.key == "occurred" and h.last > h.first
        for i in range(h.first, h.last + reading.is_a("negation", h.last))
    }  # "keinen Einspruch", "raised no objection", "90 to none", but not "the only one yet to"
    return any(
        h.key == "negated" and h.first in inside and h.last in inside and h.last not in votes
        for h in reading.section("status")
    )
