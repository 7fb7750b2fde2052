"""Moods and tenses of clauses that hang on another. A subjunctive tells what the word that asks for it says of the act ("piden que sea
ratificado", « sans qu'il l'ait signé »)."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import cues, turning
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading
from pipeline.recognise.triggers import ACTIVE, INFINITIVE, PASSIVE, PAST, PERFECT, PLUPERFECT, PRESENT, Trigger

Verdict = tuple[Status | None, tuple[str, ...]]
_AUXILIARY = 4  # words from a subjunctive auxiliary to its participle
_CLAUSE = 24  # words from the word that opens the clause to its verb
_ASKING = 4  # words from what asks to the word that opens the clause
_DENYING = 7
_UNSURE = frozenset({"planned", "called_for", "negated", "conditional", cues.REJECTED})


def asked(reading: Reading, trigger: Trigger) -> Verdict | None:
    """The status of a verb in the subjunctive by the word before its clause; None where that is another mood, or tells a fact."""
    opens = reading.clause(trigger.first).opener
    if opens >= 0 and reading.is_a("purpose", opens):
        return _by_asking(reading, opens) or (Status.PLANNED, ("purpose",))
    if _bare_subjunctive(reading, trigger, opens):
        return _by_asking(reading, opens) or (Status.CALLED_FOR, ("subjunctive",))
    if "subjunctive_aux" not in reading.roles:
        return None
    near = range(max(0, trigger.first - _AUXILIARY), trigger.first)
    auxiliary = next(
        (i for i in reversed(near) if reading.is_a("subjunctive_aux", i) and reading.same_clause(i, trigger.first)), -1
    )
    if auxiliary < 0:
        return None
    before = range(auxiliary - 1, max(-1, auxiliary - _CLAUSE), -1)
    opener = next((i for i in before if reading.is_a("complementiser", i)), -1)
    if opener < 0:
        return None
    asking = _by_asking(reading, opener)
    if asking is not None:
        return asking
    if _fact(reading, opener) or trigger.voice != PASSIVE or reading.is_a("have", auxiliary):
        return None  # "celebró que lo haya ratificado", « bien que l'accord soit signé »
    return Status.PLANNED, ("subjunctive",)


def _bare_subjunctive(reading: Reading, trigger: Trigger, opener: int) -> bool:
    """ "Recommending that the Senate *ratify* the treaty": behind "that" and one subject, an English verb without its ending tells a wish."""
    subject = trigger.first - 1
    if reading.lexicon.language != "en" or trigger.tense != PRESENT or trigger.voice != ACTIVE:
        return False
    if opener <= 0 or not reading.is_a("complementiser", opener) or reading.tokens[trigger.first].low.endswith("s"):
        return False
    joined = any(reading.is_a("coordinate", i) for i in range(opener, trigger.first))
    body = any(p.code and reading.token_at(p.end - 1) == subject for p in reading.parties)
    lone = reading.tokens[subject].low in {"it", "he", "she"} or (body and not reading.is_a("plural_hint", subject))
    organ = any(h.last == subject for h in reading.section("procedure")) and not _plural(reading, subject)
    return subject > opener and not joined and (lone or organ)


def _plural(reading: Reading, word: int) -> bool:
    return reading.tokens[word].low.endswith("s") and not reading.tokens[word].low.endswith("ss")


def _by_asking(reading: Reading, opener: int) -> Verdict | None:
    """What the word before a clause says of what the clause tells."""
    asking = [h for h in reading.section("status") if h.key in _UNSURE and _asks(reading, h.first, h.last, opener)]
    if not asking:
        return None
    word = max(asking, key=lambda h: (h.last, -h.first))
    return (Status.NEGATED if word.key == cues.REJECTED else Status(word.key)), (f"{word.key}_that",)


def _asks(reading: Reading, first: int, last: int, opener: int) -> bool:
    reach = _DENYING if reading.is_a("denial", last) else _ASKING
    return first <= opener <= last or (0 < opener - last <= reach and not reading.comma_between(last, opener - 1))


def _fact(reading: Reading, opener: int) -> bool:
    """ "Aunque", « bien que », "se félicite que": what is granted or felt about has happened."""
    return any(reading.is_a("granted", i) for i in range(max(0, opener - _ASKING), opener + 1))


_AHEAD = frozenset({"planned", "called_for", "conditional"})
_TOLD_IN_PERFECT = frozenset({"fr", "de"})


def told(reading: Reading, opener: int, verb: int) -> bool:
    """« La coopération a changé de visage mardi, lorsque les deux pays ont signé … »: where the perfect is the tense of telling, a clause
    of time that has its day, or hangs on a verb of the past, tells what happened; a rule or a plan has none of these."""
    if reading.lexicon.language not in _TOLD_IN_PERFECT:
        return False
    clause = reading.clause(verb)
    main = clause.parent
    own = {clause.number, main}
    ahead = any(
        h.key in _AHEAD and reading.clause_of[h.first] in own and not h.first <= opener <= h.last
        for h in reading.section("status")
    )
    future = any(
        h.form == "future" or (h.form == "present" and h.key == "enter_force")
        for h in reading.section("acts")
        if reading.clause_of[h.first] == main
    )
    if ahead or future:
        return False
    dated = any(reading.is_a(role, i) for role in ("on_day", "today") for i in reading.words_of(clause.number))
    return dated or any(reading.is_a("have", i) for i in reading.words_of(main))


def without(reading: Reading, opener: int) -> bool:
    """„Ohne dass der Senat ihn gebilligt hätte“: a negation of several words that opens the clause."""
    return any(h.key == "negated" and h.first < opener == h.last for h in reading.section("status"))


_REPORTED = frozenset(["hätten", "wären"])


def reported(reading: Reading, trigger: Trigger, hit: Hit) -> bool:
    """„Er teilte mit, dass beide Länder den Vertrag unterzeichnet hätten“: a plural of reported speech is no condition."""
    if hit.first != hit.last or reading.tokens[hit.first].low not in _REPORTED:
        return False
    return any(
        reading.is_a("quote_verbs", i) for i in range(len(reading.tokens)) if not reading.same_clause(i, trigger.first)
    )


def purpose(reading: Reading, opener: int) -> bool:
    """ "They are urged to do more so that they ratify it": what is told is to come about."""
    behind = reading.tokens[opener + 1].low if opener + 1 < len(reading.tokens) else ""
    return reading.lexicon.language == "en" and reading.tokens[opener].low == "so" and behind == "that"


_LET = frozenset({"que", "qu"})
_OPENED_BY_QUE = frozenset({"es", "fr", "pt"})
_LET_NEAR = 8  # words from an opening "que" to its verb


def let_it(reading: Reading, trigger: Trigger) -> Verdict | None:
    """ "Que o Congresso ratifique de vez o Estatuto", « Que l'Inde se retire au plus vite … »: "que" opens what is wished for."""
    opens = reading.tokens[0].low in _LET and reading.lexicon.language in _OPENED_BY_QUE
    if not opens or trigger.voice != ACTIVE or not 0 < trigger.first <= _LET_NEAR:
        return None
    behind = range(trigger.last + 1, len(reading.tokens) - 1)  # "…, clama a Ordem": who wishes it
    cried = reading.sentence.text.rstrip(' »”"').endswith("!")
    cried = cried or any("," in reading.before(i) and reading.is_a("determiners", i + 1) for i in behind)
    return (Status.CALLED_FOR, ("let_it",)) if cried and trigger.tense in {PRESENT, INFINITIVE} else None


_INVERTED = frozenset({"had", "were", "should"})
_INVERSION = 12  # words from such a word to its verb


def inverted(reading: Reading, trigger: Trigger) -> Verdict | None:
    """ "Had the Senate ratified the treaty, …", "Were the pact to be terminated, …": English says "if" by the order of words."""
    opens = reading.lexicon.language == "en" and reading.tokens[0].low in _INVERTED
    if not opens or not 0 < trigger.first <= _INVERSION or "," in reading.before(1):
        return None
    asked = reading.sentence.text.rstrip(' ”"').endswith("?")
    within = not any("," in reading.before(i) for i in range(1, trigger.first + 1))
    return (Status.CONDITIONAL, ("inverted",)) if within and not asked else None


def finite(reading: Reading, trigger: Trigger) -> bool:
    """Whether a past form is no participle: in Ukrainian and Belarusian, which have no perfect, an active one never is."""
    return trigger.voice == ACTIVE and turning.lists_turns(reading)


def forms(reading: Reading, trigger: Trigger) -> frozenset[str]:
    """The forms that a verb's own words may be."""
    own = (trigger.first, trigger.last)
    return frozenset(h.form for h in reading.section("acts") if (h.first, h.last) == own)


def by_ending(reading: Reading, trigger: Trigger) -> Verdict | None:
    """Turkish "onaylanırsa", Kazakh «бекітсін»: the ending of a verb says by itself that it is a condition or a wish."""
    own = forms(reading, trigger)
    if "conditional" in own:
        return Status.CONDITIONAL, ("conditional_ending",)
    return (Status.CALLED_FOR, ("wish_ending",)) if "wish" in own else None


_VERB_FIRST = 2  # words before a verb that opens its sentence: a quotation mark's, "Wien:"
_MAIN = 28  # words from a German condition to the verb of its main clause


def verb_first(reading: Reading, trigger: Trigger) -> Verdict | None:
    """„Lehnt der Senat das Protokoll ab, beginnt alles von vorn“, „Träte Island dem Pakt bei, müsste es …“: a German verb that opens the
    sentence is a condition where another verb follows the comma, and a call with "Sie" behind it („Ratifizieren Sie das Abkommen!“)."""
    if reading.lexicon.language != "de" or trigger.voice != ACTIVE or trigger.tense not in {PRESENT, INFINITIVE, PAST}:
        return None
    if not _opens(reading, trigger.first) or trigger.first + 1 >= len(reading.tokens):
        return None
    following = reading.tokens[trigger.first + 1]
    text = reading.sentence.text[following.start - reading.sentence.start :]
    if following.low == "sie" and text[:1] == "S":
        return Status.CALLED_FOR, ("verb_first",)
    comma = next((i for i in range(trigger.first + 1, len(reading.tokens)) if "," in reading.before(i)), -1)
    if trigger.tense == PAST and not reading.tokens[trigger.first].low.startswith("träte"):
        return None
    then = reading.tokens[comma].low if trigger.first < comma <= trigger.first + _MAIN else ""
    finite = then in _THEN or (
        then.endswith(("t", "te", "ten")) and not reading.is_any(("prepositions", "determiners"), comma)
    )
    return (Status.CONDITIONAL, ("verb_first",)) if finite else None


_THEN = frozenset(["so", "dann", "ist", "sind", "wäre", "wären", "hätte", "hätten", "würde", "würden", "wird", "werden", "müsste", "müsse", "muss", "kann", "könnte", "soll", "drohen", "bleiben", "gehen", "verlöre"])  # fmt: skip


def _opens(reading: Reading, word: int) -> bool:
    """Whether a word opens the sentence, or what a colon or a quotation mark opens in it."""
    return word == 0 or any(mark in reading.before(word) for mark in ':"„“»«')


def once(reading: Reading, trigger: Trigger, triggers: Sequence[Trigger]) -> bool:
    """« Entrera en vigueur une fois ratifiée par les deux parlements »: a condition right before a participle, where no other verb tells what
    happened ("una vez ratificado, entró en vigor")."""
    told = any(
        t.tense in {PAST, PERFECT, PLUPERFECT} and t.voice in {ACTIVE, PASSIVE} for t in triggers if t is not trigger
    )
    return not told and any(
        h.key == "conditional" and h.last in {trigger.first - 1, trigger.first} for h in reading.section("status")
    )


def postponed(reading: Reading, trigger: Trigger) -> list[Hit]:
    """«Подписан он так и не был», «подписан не был», «ратифицировали пока не все»: a negation right behind the verb."""
    if not reading.lexicon.object_first:
        return []
    return [
        h
        for h in reading.section("status")
        if h.key == "negated"
        and (h.last > h.first or (h.first - trigger.last == 1 and trigger.voice == PASSIVE))
        and 0 < h.first - trigger.last <= 2
        and not reading.comma_between(trigger.last, h.first)
        and h.last + 1 < len(reading.tokens)
        and (reading.is_a("be", h.last + 1) or reading.is_a("all_of", h.last + 1))
    ]
