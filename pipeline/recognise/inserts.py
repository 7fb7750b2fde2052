"""What is set in by commas between a subject and its verb says nothing of who or what the verb is about; nor does what
stands between an article and its noun.

"Latvia and Estonia, *according to a statement*, signed …", "the treaty, *ending a long wait*, entered into force"
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import SUBORDINATE, Reading
from pipeline.recognise.things import GENERIC, NOUN, TREATY, Thing

_REACH = 8  # words between the comma and a noun behind it
_OPENING = ("prepositions", "complement", "source", "aftermath", "lacking", "since")
_BY_SIGNING = frozenset({"sign", "initial"})  # "sealed it with the signature of"
_ARTICLE = ("determiners", "indefinite", "possessive")
_NEAR = 3  # words from a verb to its object
_ADVERBS = frozenset(
    [
        "already",
        "previously",
        "originally",
        "initially",
        "recently",
        "never",
        "long",
        "first",
        "jointly",
        "still",
        "provisionally",
        "last",
        "twice",
        "thrice",
        "later",
        "subsequently",
        "repeatedly",
        "since",
        "formally",
    ]
)
_BEFORE_IT = frozenset({"already", "just", "long", "never", "not", "yet", "since", "once", "recently"})
_ARTICLES = frozenset({"the", "a", "an", "its", "their", "this", "that", "these", "those", "no"})
_BESIDE = 4  # words between a cue and the participle it belongs to
_THEN = frozenset(["last", "this", "earlier", "yesterday", "today", "late", "early", "separately", "jointly"])


def noun(reading: Reading, first: int, last: int, verb: int) -> bool:
    """Whether a noun (its words `first` to `last`) stands behind a preposition or a participle in what two commas set in before a verb:
    "the convention, *signed in May with a protocol*, took effect"."""
    if not first or not reading.comma_between(last, verb):
        return False
    opening = next((i for i in range(first, max(0, first - _SET_IN_BEFORE), -1) if "," in reading.before(i)), first)
    done = any(h.first == opening and h.form in _DONE for h in reading.section("acts"))
    governed = any(reading.is_a("prepositions", i) or reading.is_a("with", i) for i in range(opening, first))
    near = first - opening < _REACH and any(reading.is_a(role, opening) for role in _OPENING)
    return opening < first and (near or (done and governed))


def behind(reading: Reading, verb: int, thing: Thing, things: Sequence[Thing]) -> bool:
    """« A dénoncé mardi, *dans un communiqué*, l'accord »: what two commas set in behind a verb is not its object, an agreement behind it is."""
    opening = next((i for i in range(thing.first, max(verb, thing.first - _REACH), -1) if "," in reading.before(i)), 0)
    lacking = reading.is_a("lacking", opening)  # "caducó ayer, sin prórroga a la vista, el protocolo"
    if (thing.what == NOUN and not lacking) or not opening or opening == thing.first or not _leads(reading, opening):
        return False
    closing = next((i for i in range(thing.last + 1, len(reading.tokens)) if "," in reading.before(i)), 0)
    near = range(closing, closing + _NEAR)
    named = any(t.what == TREATY and t.first in near for t in things)
    if not closing or not named or not reading.same_clause(opening - 1, closing):
        return False
    return not any(opening <= h.first < closing and h.form != "noun" for h in reading.section("acts")) and (
        reading.is_any(("determiners", "indefinite"), closing) or bool(reading.lexicon.grammar.get("reflexive"))
    )


_DONE = frozenset({"participle", "attribute", "passive"})
_SET_IN_BEFORE = 16  # words of a participle set in before a verb
_SET_IN_BEHIND = 10  # words from a means to the object behind it


def means(reading: Reading, thing: Thing, things: Sequence[Thing]) -> bool:
    """ "Passou a ser parte, *por adesão*, na convenção", "retocaron *mediante canje de notas* el acuerdo": how it was done, where what it
    was done to stands behind."""
    word = thing.first - 1
    articled = word > 0 and reading.is_any(("determiners", "indefinite"), word) and not reading.is_a("by_way", word)
    word -= articled
    led = word >= 0 and reading.is_a("by_way", word) and not (articled and word and reading.is_a("by", word))
    signing = thing.what == NOUN and thing.kind in _BY_SIGNING and reading.is_a("with", word)
    if thing.what not in {NOUN, TREATY} or not (led or signing):
        return False
    behind = next((t for t in things if t.first > thing.last and t.what in {TREATY, GENERIC}), None)
    if behind is None or behind.first - thing.last > _SET_IN_BEHIND:
        return False
    at = behind.first - 1
    while at > thing.last and not reading.is_a("prepositions", at) and reading.is_any(_ARTICLE, at):
        at -= 1
    return reading.comma_between(thing.last, behind.first) or not reading.is_any(("prepositions", "complement"), at)


def _leads(reading: Reading, word: int) -> bool:
    """Whether a word opens what commas set in: a preposition, a word of time, "without"."""
    timed = any(h.key == "temporal" and h.first == word for h in reading.section("nominal"))
    return timed or reading.is_any(_OPENING, word)


def verb(reading: Reading, word: int, finite: int) -> bool:
    """Whether a gerund or an infinitive stands in what two commas set in before a finite verb: "…, due to expire in May, was extended"."""
    near = range(word, max(0, word - _NEAR), -1)
    return any("," in reading.before(i) for i in near) and reading.comma_between(word, finite)


def ends_before(reading: Reading, first: int, last: int, things: Sequence[Thing]) -> bool:
    """Whether a comma before a verb's form ends what is set in, and its object stands behind: "…, according to a statement, signed a treaty".

    An act's noun there ("accession, notified …") may be what the form is of.
    """
    following = last + 1
    if any(t.last == first - 1 and t.what == NOUN for t in things):
        return False
    if "," not in reading.before(first) or following >= len(reading.tokens) or reading.is_a("prepositions", following):
        return False
    return _object(things, following)


def participle(reading: Reading, first: int, last: int, things: Sequence[Thing]) -> bool:
    """ "The treaty with Hungary, signed in 2010, …": a comma before the participle, a treaty or a law before that, and no object behind."""
    following = last + 1
    while first > 1 and "," not in reading.before(first) and reading.tokens[first - 1].low in _ADVERBS:
        first -= 1
    if "," not in reading.before(first) or following >= len(reading.tokens):
        return False
    named = any(t.what in {TREATY, "law"} and t.last < first and reading.same_clause(t.last, first) for t in things)
    low = reading.tokens[following].low
    closed = reading.lexicon.language == "en" and "," in reading.before(following)
    free = closed or reading.is_a("prepositions", following) or low in _THEN or any(c.isdigit() for c in low)
    free = free or any(
        c.isdigit() for i in range(following, min(following + 3, len(reading.tokens))) for c in reading.tokens[i].low
    )
    return named and free and not _object(things, following)


def predicated(reading: Reading, first: int, last: int) -> bool:
    """ "Another text approved by the Senate is the treaty with Chile": the participle tells the step, the predicate what was done to;
    so it does where the predicate says what the text is for («принятый Думой закон ратифицирует договор»)."""
    if first == 0 and any(":" in reading.before(i) for i in range(last + 1, min(last + _REACH, len(reading.tokens)))):
        return True  # "Initialled in Hanoi: a treaty on …"
    others = [h for h in reading.section("acts") if h.form != "noun" and not first <= h.first <= last]
    laws = {h.first for h in reading.section("things") if h.key in {"law", "draft"}}
    if others:
        return any(0 < i - last <= _NEAR for i in laws) and _for_which(reading, last, others)
    nouns = {h.first for h in reading.section("instruments")} | laws
    texts = nouns | set(reading.roles.get("generic_nouns", ()))
    if not any(0 < first - i <= _NEAR or 0 < i - last <= _REACH for i in texts):
        return False
    verb = _link(reading, first, last)
    end = len(reading.tokens) if reading.lexicon.verb_final else verb + _NEAR + 2
    near = range(verb + 1, min(end, len(reading.tokens)))
    return verb > 0 and any(i in nouns for i in near) and any(i <= verb for i in texts)


def predicate(reading: Reading, first: int, last: int, text: Thing | None, things: Sequence[Thing]) -> Thing | None:
    """«Одним из принятых документов стал закон о …»: what the predicate names, for a mere "document" that the participle stands with."""
    if text is None or text.what != GENERIC or not predicated(reading, first, last):
        return text
    link = _link(reading, first, last)
    return next((t for t in things if t.first > link and t.what in {TREATY, "law", "draft"}), text)


def _link(reading: Reading, first: int, last: int) -> int:
    """The word behind a participle that says, itself or by the dash behind it, that a predicate follows; -1 without one."""
    behind = (i for i in range(last + 1, len(reading.tokens) - 1) if reading.same_clause(i, first))
    copula = (i for i in behind if reading.is_any(("be", "copula"), i) or _dashed(reading, i))
    return next(copula, -1)


def of_bill(reading: Reading, bill: Thing, participle: int, text: Thing) -> bool:
    """«Законопроект о ратификации подписанного в мае договора»: a participle behind a bill says which treaty that is about."""
    led = reading.lexicon.object_first and bill.what in {"law", "draft"} and text.what == TREATY
    return led and not reading.comma_between(participle, text.first)


_FOR = frozenset({"ratify", "approve", "accede", "denounce", "suspend", "terminate"})  # what laws are made for


def _for_which(reading: Reading, last: int, others: Sequence[Hit]) -> bool:
    """Whether all other verbs of a sentence stand behind, in the present, and say what a law just named is for."""
    forms = {"present", "infinitive"} if reading.lexicon.verb_final else {"present"}  # «onaylanmasını uygun buluyor»
    present = any(h.form == "present" for h in others)
    return present and all(h.form in forms and h.key in _FOR and h.first > last for h in others)


def _dashed(reading: Reading, word: int) -> bool:
    """«Другой одобренный документ - соглашение»: a dash stands for "is" where the language leaves it out."""
    return reading.lexicon.object_first and reading.before(word + 1) in {" - ", " – ", " — ", ", - ", ", – ", ", — "}


def _object(things: Sequence[Thing], following: int) -> bool:
    return any(following <= t.first <= following + _NEAR for t in things)


_OPENER = 2  # words between a comma and the noun behind it


def done_by(reading: Reading, first: int, last: int, noun: int) -> bool:
    """Whether "by" stands behind a participle, so that a noun behind is no object; but "Approved by the Senate in May, *the treaty* …"."""
    behind = range(max(last + 1, noun - _OPENER), noun + 1)
    opens = first == 0 and any("," in reading.before(i) for i in behind)
    return reading.is_a("by", last + 1) and not opens


_MEANS = 6  # words from "by" to the object behind it


def by_means(reading: Reading, verb: int, by: int, things: Sequence[Thing]) -> bool:
    """ "The ministers signed by video link *the treaty*", "signed, by proxy, a treaty": what "by" tells is how, as the object stands behind it."""
    near = (t for t in things if t.what == TREATY and by < t.first <= by + _MEANS + _NEAR)
    behind = next((t for t in near if not means(reading, t, things)), None)  # "ended by common *accord* the treaty"
    subject = any(t.last < verb and t.what in {TREATY, GENERIC} and reading.same_clause(t.first, verb) for t in things)
    if behind is None or subject or verb == 0:
        return False
    article = next((i for i in range(by + 2, behind.first + 1) if reading.is_a("determiners", i)), -1)
    led = reading.is_any(("prepositions", "coordinate", "to", "relative"), article - 1)
    return 0 < article <= by + _MEANS and not led


def in_noun_phrase(reading: Reading, first: int) -> bool:
    """ "Ratified *a newly signed* treaty", "the already signed accord": only adverbs stand between an article and the participle."""
    start = first - 1
    while start > 0 and (reading.tokens[start].low.endswith("ly") or reading.tokens[start].low in _BEFORE_IT):
        start -= 1
    article = reading.is_a("determiners", start) and reading.tokens[start].low in _ARTICLES
    return article and start < first - 1 and not reading.before(first).strip(" \u00a0")


def before_noun(reading: Reading, cue: int, first: int, last: int) -> bool:
    """ "The *already* signed treaty", „dem schon 2018 vereinbarten Abkommen“, "an *already* shaky pact": a cue before a participle that its
    noun follows, or between an article and its noun, is theirs, not that of the verb of words `first` to `last`."""
    nouns = {h.first for h in reading.section("instruments")}
    if cue and reading.is_any(_ARTICLE, cue - 1) and not reading.heading:
        within = range(cue + 1, min(cue + 1 + _BESIDE, len(reading.tokens)))
        noun = next((i for i in within if i in nouns), -1)
        if noun > cue + 1 and not reading.comma_between(cue, noun) and not first <= noun <= last:
            return True
    forms = {"participle", "attribute", "past"} if reading.lexicon.language == "de" else {"participle", "attribute"}
    return any(
        act.form in forms and act.last + 1 in nouns and 0 < act.first - cue <= _BESIDE
        for act in reading.section("acts")
        if act.first > last or act.last < first
    )


def with_zu(reading: Reading, first: int) -> bool:
    """German "zu unterbreiten": the form is that of the present, too."""
    return reading.lexicon.language == "de" and first > 0 and reading.tokens[first - 1].low == "zu"


def ends_clause(reading: Reading, first: int, last: int) -> bool:
    """German "bevor der Senat das Abkommen ratifiziert": what ends such a clause without an auxiliary is its verb in the present."""
    clause = reading.clause(first)
    if reading.lexicon.language != "de" or clause.kind != SUBORDINATE:
        return False
    following = last + 1
    return following == len(reading.tokens) or (
        reading.comma_between(last, following) and not reading.same_clause(last, following)
    )


def subject_behind(reading: Reading, verb: int, thing: Thing | None, family: str) -> Thing | None:
    """„Der Gipfel endete, ohne dass das Abkommen …“: what an intransitive verb befalls stands in no clause behind its own."""
    sent = family == "submit" and reading.is_a(
        "intransitive", verb
    )  # "*the minister* went before parliament over the treaty"
    if thing is not None and (sent or family in _BEFALLING) and _has_subject(reading, verb):
        near = range(verb + 1, thing.first)  # "Time ran out *for* the treaty", "is bound *by* it"
        return thing if any(reading.is_any(("beneficiary", "by"), i) for i in near) else None
    away = thing is not None and not reading.same_clause(thing.first, verb)
    alone = reading.is_a("intransitive", verb)
    return None if thing is not None and alone and away and reading.clause(thing.first).kind == SUBORDINATE else thing


_BEFALLING = frozenset({"enter_force", "terminate"})  # "took effect", "lapsed"
_WHEN = ("on_day", "today", "season", "prepositions", "coordinate", "subordinate", "be", "stop_words", "relative")


def _has_subject(reading: Reading, verb: int) -> bool:
    """ "*The ruling* took effect and obliges Poland to apply the convention": in English who or what a clause is about opens it, behind no
    more than a day or an adverb, so that nothing behind the verb is its subject."""
    if reading.lexicon.language != "en":
        return False
    clause = reading.clause_of[verb]
    before = [i for i in range(verb) if reading.clause_of[i] == clause]
    return any(
        not reading.is_any(_WHEN, i)
        and not reading.tokens[i].low.endswith("ly")
        and not reading.tokens[i].low.isdigit()
        for i in before
    )


_SET_IN = 10  # words between an auxiliary and its participle


def auxiliary(reading: Reading, first: int) -> tuple[str, int]:
    """ "Has, on Monday in Rabat, signed", « ont, mardi à Rabat, signé »: the auxiliary before what commas set in, or ("", -1)."""
    if reading.is_a("coordinate", first - 1) and reading.lexicon.language in _SAID_ONCE:
        return _said_once(reading, first)
    if reading.lexicon.verb_final or reading.before(first).strip() != ",":
        return "", -1
    begin = next((i for i in range(first - 1, max(0, first - _SET_IN), -1) if reading.before(i).strip() == ","), 0)
    acts = any(begin <= h.first < first for h in reading.section("acts"))
    for role, aux in (("be_been", "been"), ("have", "have"), ("be", "be")):
        if begin and not acts and reading.is_a(role, begin - 1) and reading.same_clause(begin - 1, first):
            return aux, begin - 1
    return "", -1


_SAID_ONCE = frozenset({"es", "fr", "pt"})
_FAR_BACK = 25  # words from an auxiliary to a second participle


def _said_once(reading: Reading, first: int) -> tuple[str, int]:
    """« La junte a retiré son consentement et dénoncé l'accord »: an auxiliary said once for both participles, each with its object."""
    behind = min(first + 1, len(reading.tokens) - 1)
    if not reading.is_a("determiners", behind):
        return "", -1
    for i in range(first - 2, max(-1, first - _FAR_BACK), -1):
        if not reading.same_clause(i, first) or reading.is_any(("be", "be_been"), i):
            break
        if reading.is_a("have", i):
            return "have", i
    return "", -1


def brought(reading: Reading, word: int, thing: Thing | None) -> bool:
    """ "*Bringing* into force the treaty": unlike what comes into force, that has an object behind it."""
    return reading.is_a("bringing", word) and thing is not None and thing.what == TREATY
