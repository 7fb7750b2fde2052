"""Names put under papers, and talks brought to an end: a treaty signed or agreed on, a law of ratification promulgated."""

from __future__ import annotations

from pipeline.model import EventType
from pipeline.recognise import laws
from pipeline.recognise.cases import ENDING, LAWS, PLAIN, TREATYLIKE, Case, Step, nothing_follows, weight_of
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, PASSIVE, PRESENT, Trigger

E = EventType
TAKEN_ON = frozenset({"ratify", "approve", "accede"})  # what takes an agreement on
INSTRUMENT = "sign_instrument"  # the reason of a ratification by signing its instrument, whoever signs


def sign(case: Case) -> Step | None:
    """A name put under an agreement, an instrument, a notice, or a law about an agreement."""
    trigger, thing, reading = case.trigger, case.thing, case.reading
    if thing is None:
        alone = trigger.voice == ACTIVE and nothing_follows(reading, trigger) and not of_decree(reading, trigger)
        return Step(E.SIGNED, "sign_alone", weight=0.75) if alone else None
    if thing.kind == "protocol" and _of_exchange(reading, thing):
        return Step(E.EXCHANGED, "sign_protocol_of_exchange")
    if thing.what in {"negotiations", NOUN}:
        if _law_between(reading, thing, trigger):
            return Step(E.PROMULGATED, f"sign_law_{thing.kind}", weight=0.95)
        if thing.kind in {"ratify", "accede"} and _head_of_state(reading):
            return Step(E.PROMULGATED, f"sign_{thing.kind}", weight=0.85)
        return conclude(case) if _concluding(reading, trigger) else None
    if (
        thing.what in {GENERIC, "instruments"}
        and laws.on_ratification(reading, thing.first)
        and _head_of_state(reading)
    ):
        return Step(E.PROMULGATED, "sign_paper_on_ratification", weight=0.9)
    package = thing.what in {GENERIC, "draft", "law"} and case.about is None
    if package and _head_of_state(reading) and _carries_law(reading, thing):
        return Step(E.PROMULGATED, "sign_package_of_laws", weight=0.9)
    if thing.what == PRONOUN and laws.told_before(reading, thing):
        return Step(E.PROMULGATED, "sign_law_told_of", weight=0.9)
    if thing.what in TREATYLIKE:
        return Step(E.SIGNED, f"sign_{thing.what}", weight=weight_of(trigger, thing))
    if thing.what == "exchange_protocol":
        return Step(E.EXCHANGED, "sign_exchange_protocol")
    return _sign_paper(case, thing)


def takes_on(case: Case, law: Thing) -> bool:
    """ "Ruled that the law ratifying the air services agreement was void": whether a law is one by which a state takes an agreement on."""
    trigger, reading = case.trigger, case.reading
    if case.about is not None:
        return case.about.family in TAKEN_ON
    if trigger.last == trigger.first:
        return False
    if laws.named_by_treaty(reading, law):
        return True
    inside = range(law.last + 1, trigger.last)
    acts = any(h.key in TAKEN_ON and h.first in inside for h in reading.section("acts"))
    return acts and any(h.first in inside for h in reading.section("instruments"))


_TEXT = 5  # words from "signed" to the text
_UNSURE = frozenset({"planned", "called_for", "negated", "rejected", "conditional"})


def by_signed_text(reading: Reading, trigger: Trigger) -> bool:
    """ "Signed a protocol that prolongs the treaty": whoever signs a text for that does with it what the text is for."""
    opener = reading.clause(trigger.first).opener
    texts = [h for h in reading.section("instruments") if 0 < opener - h.last <= 1]
    if trigger.family != "extend" or not texts:
        return False
    near = range(max(0, texts[0].first - _TEXT), texts[0].first)
    signed = [h for h in reading.section("acts") if h.key == "sign" and h.form in _DONE and h.last in near]
    unsure = any(h.key in _UNSURE and h.first < texts[0].first for h in reading.section("status"))
    return bool(signed) and not unsure


_DONE = frozenset({"past", "participle"})
_EXCHANGE = 10  # words between a protocol and the exchange it is of


def _of_exchange(reading: Reading, protocol: Thing) -> bool:
    """Whether a protocol is that of an exchange of instruments ("signed the protocol on the exchange of …")."""
    return any(
        h.key == "exchange" and -_EXCHANGE <= h.first - protocol.first <= _EXCHANGE for h in reading.section("acts")
    )


def of_decree(reading: Reading, trigger: Trigger) -> bool:
    """«Постановлением, которое премьер подписал сегодня, …»: what is signed in the relative clause is the means by which it is done."""
    clause = reading.clause(trigger.first)
    return clause.kind == RELATIVE and any(
        h.key in {"means", "decree"} and h.last == clause.opener - 1
        for section in ("grammar", "things")
        for h in reading.section(section)
    )


def _sign_paper(case: Case, thing: Thing) -> Step | None:
    """A name put under what is no agreement: an instrument, a notice, a law."""
    trigger, reading = case.trigger, case.reading
    if thing.what == "instruments":
        of_consent = any(h.form == "noun" and thing.first <= h.first <= thing.last for h in reading.section("acts"))
        acceded = [h for h in reading.section("acts") if h.key == "accede" and thing.first <= h.first <= thing.last]
        if acceded and not _head_of_state(reading):
            return Step(E.ACCEDED, "sign_accession", weight=0.9)  # "signed instruments of accession"
        if trigger.voice == PASSIVE and not of_consent and not reading.is_a("by", trigger.last + 1):
            return Step(E.SIGNED, "sign_instruments", weight=0.85)  # "the two instruments were signed at Bintan"
        return Step(E.RATIFIED, INSTRUMENT, weight=0.9)
    if thing.what == "notice":
        return Step(E.WITHDRAWN, "sign_notice", weight=0.9)
    decided = thing.what == "decision" and _head_of_state(reading)  # "tasdik eden kararı imzaladı"
    return _sign_law(case, thing, case.about) if thing.what in LAWS or decided else None


def _carries_law(reading: Reading, package: Thing) -> bool:
    """ "Signed the spending package that carries the … Treaty Act": a law in what a package is said to hold."""
    behind = (h for h in reading.section("things") if h.key == "law" and 0 < h.first - package.last <= _PACKAGE)
    law = next(behind, None)
    if law is None or not any(reading.is_a("holding", i) for i in range(package.last + 1, law.first)):
        return False
    return any(package.last < h.first <= law.last for h in reading.section("instruments"))


_PACKAGE = 16  # words from a package to the law in it


def _law_between(reading: Reading, thing: Thing, trigger: Trigger) -> bool:
    """ "… onaylanmasına ilişkin kanunu imzaladı": where heads stand last, the law comes behind what it is about."""
    return thing.kind in TAKEN_ON and any(
        h.key == "law" and thing.last < h.first < trigger.first for h in reading.section("things")
    )


def _sign_law(case: Case, thing: Thing, about: Trigger | None) -> Step | None:
    """A head of state's name under a law: what the law is about."""
    if about is not None:
        if about.family in ENDING:
            return Step(ENDING[about.family], f"sign_{thing.what}_{about.family}")
        if thing.what == "decree" and about.family in {"ratify", "approve"}:
            return Step(E.PROMULGATED if about.family == "ratify" else E.APPROVED, f"sign_decree_{about.family}")
        if about.family in {"ratify", "accede", "approve", "extend"} and thing.what != "draft":
            return Step(E.PROMULGATED, f"sign_law_{about.family}")
    if thing.what == "law" and about is None and laws.on_treaty(case.reading, thing):
        return Step(E.PROMULGATED, "sign_law_on_treaty", weight=0.85)
    return None


def _head_of_state(reading: Reading) -> bool:
    presidential = any(h.key == "presidential" for h in reading.section("procedure"))
    return presidential or any(p.body == "head_of_state" for p in reading.parties)


def _concluding(reading: Reading, trigger: Trigger) -> bool:
    """Whether the same word also means to conclude: "abgeschlossen", "conclu"."""
    return any(h.key == "conclude" and h.first == trigger.first for h in reading.section("acts"))


def conclude(case: Case) -> Step | None:
    """Talks, procedures, or what talks were about, brought to an end."""
    trigger, thing = case.trigger, case.thing
    if thing is None:
        return None
    if thing.what == "procedures":
        return Step(E.NOTIFIED, "complete_procedures", weight=0.9)
    if thing.what == "negotiations":
        return Step(E.NEGOTIATIONS_CONCLUDED, "conclude_negotiations")
    if thing.what == NOUN and thing.kind in {"extend", "amend", "terminate", "suspend"}:
        return Step(PLAIN[thing.kind], f"agree_on_{thing.kind}", weight=0.9)
    if thing.what == NOUN and thing.kind in {"ratify", "accede"} and _completed(case.reading, trigger):
        return Step(PLAIN[thing.kind], f"completed_{thing.kind}", weight=0.9)
    if thing.what == TREATY:
        loose = trigger.voice == PASSIVE and trigger.tense == PRESENT
        return Step(E.NEGOTIATIONS_CONCLUDED, "conclude_treaty", weight=0.75 if loose else 0.85)
    if thing.what in {GENERIC, PRONOUN}:
        return Step(E.NEGOTIATIONS_CONCLUDED, "conclude_generic", weight=0.7)
    return None


def _completed(reading: Reading, trigger: Trigger) -> bool:
    """Whether the verb is one that says of a noun that it happened: "the accession was completed"."""
    return any(
        h.key == "occurred" and h.first <= trigger.last and trigger.first <= h.last for h in reading.section("nominal")
    )
