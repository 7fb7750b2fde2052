"""Steps made with papers: instruments deposited and exchanged, notices given, laws promulgated, treaties left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.model import EventType, Status
from pipeline.recognise import endings, inflected, laws
from pipeline.recognise.cases import ENDING, LAWS, TREATYLIKE, Case, Step, nothing_follows
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.signing import TAKEN_ON
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, PASSIVE, Trigger
from pipeline.recognise.values import PartyKind

E = EventType
_BEHIND = 4  # words from "signed into law" to the bill
_NOTICE = "notify_withdrawal"  # a reason
_REACH = 14  # words from a notice to what it is of
_OBJECT = 3  # words from a verb to the notice it takes back
LEAVING = frozenset({"withdraw", "denounce", "annul"})


def deposit(case: Case) -> Step | None:
    """Handing an instrument over to the depositary."""
    trigger, thing, reading = case.trigger, case.thing, case.reading
    if thing is not None and thing.what == "instruments":
        return Step(E.DEPOSITED, "deposit_instruments")
    if any(h.key == "instruments" and abs(h.first - trigger.first) <= 15 for h in reading.section("things")):
        return Step(E.DEPOSITED, "deposit_near_instruments", weight=0.9)
    if thing is not None and thing.what == "notice":
        return Step(E.WITHDRAWN, "hand_in_notice", weight=0.9)
    if thing is not None and thing.what == GENERIC and reading.is_a("papers", thing.last):
        loose = trigger.first < trigger.last and reading.tokens[thing.last].low.startswith("document")
        taken = any(reading.token_at(p.start) > trigger.last for p in reading.parties)
        return None if loose and not taken else Step(E.DEPOSITED, "deposit_papers", weight=0.85)
    if reading.lexicon.language == "zh" and reading.is_a("papers", trigger.last):
        return Step(E.DEPOSITED, "deposit_papers", weight=0.9)  # 交存加入《公约》的文书
    if thing is not None and thing.what in {"law", "draft"} and case.about is not None:
        return Step(E.SUBMITTED, "lay_law", weight=0.9)
    if thing is not None and thing.what == NOUN and thing.kind == "succeed":
        return Step(E.SUCCEEDED, "deposit_succession")
    if thing is not None and thing.what == NOUN and thing.kind in {"ratify", "accede"}:
        return Step(E.DEPOSITED, "deposit_ratification")
    return None


def exchange(case: Case) -> Step | None:
    """Instruments of ratification changing hands."""
    thing, reading = case.thing, case.reading
    if thing is not None and thing.what == "instruments":
        return Step(E.EXCHANGED, "exchange_instruments")
    if thing is not None and thing.what == NOUN and thing.kind in {"ratify", "notify"}:
        return Step(E.EXCHANGED, "exchange_ratifications", weight=0.9)
    confirmed = thing is not None and (
        thing.what == "procedures" or (thing.what == NOUN and thing.kind == "enter_force")
    )
    if confirmed and case.trigger.last > case.trigger.first:  # "told each other that procedures are complete"
        return Step(E.EXCHANGED, "exchange_confirmations", weight=0.9)
    if any(h.key in {"instruments", "exchange_protocol"} for h in reading.section("things")):
        return Step(E.EXCHANGED, "exchange_near_instruments", weight=0.9)
    to_whom = reading.is_a("each_other", case.trigger.last)
    if thing is None and to_whom and not nothing_follows(reading, case.trigger):
        return None  # "handed each other lists of prisoners"
    if case.trigger.last > case.trigger.first and (thing is None or thing.what in TREATYLIKE):
        return Step(E.EXCHANGED, "exchange_notes", weight=0.85)  # "exchanged diplomatic notes"
    return None


def notify(case: Case) -> Step | None:
    """Telling the other parties: that one leaves, or that procedures are complete."""
    trigger, thing, reading = case.trigger, case.thing, case.reading
    if thing is not None and thing.what == NOUN and thing.kind == "suspend":
        return Step(E.SUSPENDED, "notify_suspension", weight=0.95)
    ends = (thing is not None and thing.what == "notice") or _told_party(reading, trigger)
    ending = {*LEAVING, "terminate"} if ends else LEAVING
    begin = trigger.first - _REACH if reading.lexicon.verb_final else trigger.first
    leaving = [
        h
        for h in reading.section("acts")
        if h.key in ending
        and begin <= h.first <= trigger.last + _REACH
        and h.first != trigger.first
        and not (
            h.first < trigger.first and reading.comma_between(h.last, trigger.first)
        )  # "…, teilte er mit": he said so
    ]  # "kündigte neue Regeln an" announces
    if leaving and (thing is None or thing.what in {NOUN, TREATY, "notice", "decision", PRONOUN, GENERIC}):
        return Step(E.WITHDRAWN, _NOTICE)
    if thing is not None and thing.what == NOUN and thing.kind == "accede" and trigger.last > trigger.first:
        return Step(E.ACCEDED, "completed_accede", weight=0.9)  # «завершил процедуру присоединения»
    done = [
        h
        for h in reading.section("things")
        if h.key in {"instruments", "procedures"}
        and (trigger.first - 2 <= h.first <= trigger.last + 14 or reading.lexicon.verb_final)
    ]
    if thing is not None and thing.what == "exchange_protocol":
        return Step(E.EXCHANGED, "exchange_of_notices", weight=0.85)
    if done and any(reading.is_a("each_other", i) for i in range(len(reading.tokens))):
        return Step(E.EXCHANGED, "notify_each_other", weight=0.85)  # the notes of both sides are the exchange
    if done or (thing is not None and thing.what == NOUN and thing.kind in {"ratify", "notify"}):
        return Step(E.NOTIFIED, "notify_procedures", weight=0.9)
    return None


def announced(made: Step, trigger: Trigger, verbs: Sequence[Trigger]) -> Iterator[Trigger]:
    """The withdrawal that a notice is of: "notified the depositary of its intention to withdraw" is one step."""
    if made.reason == _NOTICE:
        yield from (v for v in verbs if v.family in ENDING and 0 < v.first - trigger.last <= _REACH)


def _told_party(reading: Reading, trigger: Trigger) -> bool:
    """ "Notified Hungary that it was terminating the treaty": the other party is told that an agreement ends."""
    near = {reading.tokens[i].start for i in range(trigger.last + 1, min(trigger.last + 5, len(reading.tokens)))}
    told = any(p.code and not p.body and p.start in near for p in reading.parties)
    return told and any(h.first > trigger.last for h in reading.section("instruments"))


def promulgate(case: Case) -> Step | None:
    """A law on an agreement made law; a law that ends one ends it."""
    trigger, thing, about, reading = case.trigger, case.thing, case.about, case.reading
    if thing is None or thing.what in {"instruments", "notice"}:
        return None
    if thing.what == NOUN:
        return _signed_into_law(thing.kind)
    if trigger.first == trigger.last and reading.is_a("strict", trigger.first) and thing.what not in LAWS:
        return None
    if thing.what in LAWS and about is not None and about.family in ENDING:
        return Step(ENDING[about.family], f"promulgate_law_{about.family}")
    inside = trigger.first < thing.first <= trigger.last
    if (
        thing.what in {"decree", "decision"}
        and not inside
        and (about is None or about.family not in {"ratify", "approve", "accede", "promulgate"})
    ):
        return None
    if thing.what in {"law", "draft"} and about is None and _other_law(reading, trigger, thing):
        return None
    leaving = [h for h in reading.section("acts") if h.form == "noun" and h.key in ENDING]
    if thing.what in LAWS and about is None and leaving:
        return Step(ENDING[leaving[0].key], "promulgate_law_that_ends", weight=0.9)
    weight = 1.0 if about is not None or thing.what == TREATY else 0.8
    return Step(E.PROMULGATED, f"promulgate_{thing.what}", weight=weight)


def _other_law(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "Signed into law the Finance Bill": whether the law, or the bill behind "into law", is on another field."""
    behind = [
        Thing(h.key, h.first, h.last)
        for h in reading.section("things")
        if h.key in {"law", "draft"} and 0 < h.first - trigger.last <= _BEHIND
    ]
    return laws.of_other_subject(reading, thing) or any(laws.of_other_field(reading, one) for one in behind)


_TAKEN_BACK = (
    frozenset({"ratify", "sign", "accede"}),
    frozenset({"ratify", "accede"}),
)  # "the signing was cancelled": never was


def leave(case: Case) -> Step | None:
    """Withdrawal, denunciation, and ratification taken back."""
    trigger, thing, reading = case.trigger, case.thing, case.reading
    if reading.is_a("ambiguous", trigger.first) and _other_object(reading, trigger, thing):
        return None
    if thing is not None and thing.what == "notice":
        taken_back = trigger.family == "annul" or _taken_back(reading, trigger, thing)
        status = Status.NEGATED if taken_back else None  # "revoked its notice of withdrawal"
        return Step(E.WITHDRAWN, f"{trigger.family}_notice", status, weight=0.95)
    if thing is None and _own_act(reading, trigger):
        return Step(E.WITHDRAWN, f"{trigger.family}_own_act", weight=0.85)
    if thing is None:
        away = inflected.elsewhere(reading, trigger)
        body = (not away or inflected.out_of(reading, trigger)) and _body_behind(reading, trigger)
        free = nothing_follows(reading, trigger) and not away
        strict = not body and (reading.is_a("strict", trigger.first) or not free)
        return (
            None
            if strict
            else Step(E.WITHDRAWN, "leave_body" if body else "withdraw_alone", weight=1.0 if body else 0.7)
        )
    behind = thing.last < trigger.first and reading.clause(trigger.first).kind != RELATIVE
    if behind and trigger.voice == ACTIVE and reading.is_a("strict", trigger.first) and not reading.lexicon.verb_final:
        return None
    if thing.what in TREATYLIKE or thing.what == "organisation":
        if _as_what(reading, trigger, thing):
            return None
        loose = trigger.family == "annul" or thing.what == PRONOUN or reading.is_a("ambiguous", trigger.first)
        return Step(E.WITHDRAWN, f"{trigger.family}_{thing.what}", weight=0.8 if loose else 1.0)
    if trigger.family == "annul" and thing.what == NOUN and thing.kind in _TAKEN_BACK[trigger.voice == PASSIVE]:
        return Step(E.WITHDRAWN, f"annul_{thing.kind}")
    if trigger.family == "annul" and thing.what == "law" and case.about is not None and case.about.family in TAKEN_ON:
        return Step(E.WITHDRAWN, "annul_law", weight=0.9)
    return None


def _taken_back(reading: Reading, trigger: Trigger, notice: Thing) -> bool:
    """ "Withdrew its notice", « retire la notification »: the notice is the verb's own object, no preposition before it."""
    if trigger.family != "withdraw" or trigger.voice != ACTIVE or not 0 < notice.first - trigger.last <= _OBJECT:
        return False
    return not any(reading.is_any(("prepositions", "by"), i) for i in range(trigger.last + 1, notice.first))


def _own_act(reading: Reading, trigger: Trigger) -> bool:
    """ "Withdrew its signature", "retiró su firma": the verb takes the state's own act with it."""
    return any(
        h.form == "noun" and h.key in {"sign", "ratify", "accede"} and trigger.first < h.first <= trigger.last
        for h in reading.section("acts")
    )


def _other_object(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """ "Denounced «a manoeuvre»", "denunció una campaña": an object of its own, quoted or indefinite, that is no agreement."""
    following = trigger.last + 1
    if trigger.voice != ACTIVE or following >= len(reading.tokens):
        return False
    if thing is None and not reading.before(following).strip(" \u00a0"):
        return True
    quoted = any(c in '«“„"‘「『' for c in reading.before(following))
    if thing is not None and thing.first > trigger.last and _judged(reading, thing):
        return True
    if not quoted and not reading.is_a("indefinite", following):
        return False
    return thing is None or thing.what in {PRONOUN, GENERIC} or thing.last < trigger.first


def _judged(reading: Reading, thing: Thing) -> bool:
    """« Ont dénoncé un accord "bradé" »: an agreement that nobody knows yet, with a quoted word of what it is like."""
    following = thing.last + 1
    quoted = following < len(reading.tokens) and any(c in '«“„"‘' for c in reading.before(following))
    return quoted and thing.first > 0 and reading.is_a("indefinite", thing.first - 1)


def _as_what(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """ "Denounced the treaty as a tool of the West": that is criticism; "the Convention for the Protection of …" is a title."""
    if not reading.is_a("ambiguous", trigger.first):
        return False
    behind = range(trigger.last + 1, min(trigger.last + 14, len(reading.tokens)))
    the = any(word.low == "the" for word in reading.tokens[thing.last + 2 : thing.last + 3])
    titled = thing.last + 1 if the and endings.capital(reading, thing.first) else -1
    return any(reading.tokens[i].low in {"as", "for", "comme", "como"} and i != titled for i in behind)


def _signed_into_law(family: str) -> Step | None:
    """ "The withdrawal was signed into law"."""
    if family in ENDING:
        return Step(ENDING[family], f"promulgate_{family}", weight=0.95)
    return Step(E.PROMULGATED, f"promulgate_{family}", weight=0.95) if family in {"ratify", "accede"} else None


def _body_behind(reading: Reading, trigger: Trigger) -> bool:
    """ "Left ECOWAS", "split from the regional bloc ECOWAS": an organisation is what is left."""
    return any(
        p.kind is PartyKind.ORGANISATION and 0 < reading.token_at(p.start) - trigger.last <= 5 for p in reading.parties
    )


def is_means(reading: Reading, thing: Thing) -> bool:
    """Arabic „صادق بمرسوم سلطاني على الاتفاقية“: the decree is how it is done."""
    return thing.what == "decree" and reading.tokens[thing.first].low.startswith("ب")


def by_decree(reading: Reading, thing: Thing) -> bool:
    """Turkish "… Cumhurbaşkanı kararıyla feshedildi": the decree is the means, what was ended stands before it."""
    if thing.what != "decree" or not reading.lexicon.verb_final or thing.last + 1 >= len(reading.tokens):
        return False
    following = reading.tokens[thing.last + 1].low
    return following in {"yla", "yle", "ile"} or reading.tokens[thing.last].low.endswith(("ıyla", "iyle", "yla", "yle"))


def ahead_of(thing: Thing) -> bool:
    """ "It will not be in force without ratification": what stands behind the verb is its condition, unless it is an end."""
    return thing.what == NOUN and thing.kind not in ENDING
