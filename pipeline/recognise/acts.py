"""Which step a verb and its object make together: the object decides.

sign + treaty = signed            sign + law on ratification = promulgated     sign + decree, contract, statement = nothing
approve + signature = approved    pass + bill on withdrawal = withdrawn        submit + bill on termination = terminated, planned
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import EventType, Status
from pipeline.recognise import (
    contracts,
    cues,
    describing,
    fronting,
    han,
    laws,
    owned,
    papers,
    parted,
    signing,
    voting,
)
from pipeline.recognise.cases import (
    ENDING,
    LAWS,
    PLAIN,
    TREATYLIKE,
    Case,
    Special,
    Step,
    nothing_follows,
    other_object,
    preposition,
    weight_of,
)
from pipeline.recognise.reading import RELATIVE, Reading
from pipeline.recognise.rows import of_place
from pipeline.recognise.things import GENERIC, NOUN, PRONOUN, TREATY, Thing
from pipeline.recognise.triggers import (
    ACTIVE,
    FUTURE,
    INFINITIVE,
    NOMINAL,
    PRESENT,
    Trigger,
)

E = EventType
_WHO_HAVE = 4  # words of "who have not yet"
_FOLLOWER = 2  # words between "followed" and who did
BY_DECREE = "ratify_by_decree"  # a reason: whoever decrees ratification ratifies, a cabinet too
_NOTHING = frozenset({"contract", "other", "person"})


def step(trigger: Trigger, thing: Thing | None, about: Trigger | None, reading: Reading) -> Step | None:
    """The step of one verb with its object, or None where they make none. `about`: what a law in the object's place is about."""
    if thing is not None and thing.what in _NOTHING:
        return None
    if trigger.voice == NOMINAL and trigger.family != voting.DEBATE:
        law = trigger.family == "sign" and laws.head_signs(reading, trigger)
        return Step(E.PROMULGATED, "signature_under_law", weight=0.85) if law else _of_noun(trigger, thing)
    own = han.own_object(reading, (trigger.first, trigger.last), trigger.family, thing.last if thing else -1)
    if own or other_object(reading, trigger, thing) or owned.apart(reading, trigger, thing):
        return None
    if describing.descriptive(trigger, reading) or _to_do_something(trigger, thing, reading):
        return None
    if thing is not None and _indirect(reading, trigger, thing):
        return None
    if thing is not None and thing.what == NOUN and thing.kind == "amend" and trigger.family in _TO_TEXTS:
        if trigger.family in {"approve", "adopt"} and voting.conference(reading, trigger):
            return Step(E.AMENDED, "adopt_amendment", weight=0.9)
        aside = trigger.family == "reject" and voting.on_motion(reading, trigger, thing)
        return None if aside else Step(PLAIN[trigger.family], f"{trigger.family}_amendment", weight=0.9)
    handler = _SPECIAL.get(trigger.family, _plain)
    return handler(Case(trigger, thing, about, reading))


def _proposed(reading: Reading, trigger: Trigger) -> bool:
    """«Предложила подписать договор»: a verb of wishing that governs another act approves nothing."""
    wish = any(
        h.key in {"planned", "called_for"} and h.first <= trigger.first <= h.last for h in reading.section("status")
    )
    behind = trigger.last + 1
    while behind < len(reading.tokens) and any(reading.is_a(role, behind) for role in parted.PASSING):
        behind += 1
    return wish and any(
        h.first == behind and h.form == "infinitive" and h.key != "ratify" for h in reading.section("acts")
    )


def _to_do_something(trigger: Trigger, thing: Thing | None, reading: Reading) -> bool:
    """ "Agreed to begin work on an accord", «договорились начать работу»: what was agreed on is something else."""
    alone = trigger.voice == ACTIVE and trigger.first == trigger.last
    if trigger.family == "approve" and alone and _proposed(reading, trigger):
        return True
    agreed = trigger.family == "conclude" and alone
    behind = thing is not None and thing.first > trigger.last and agreed and reading.is_a("agreeing", trigger.first)
    return behind and thing is not None and cues.for_another(reading, trigger.last, thing.first, thing.last)


_TO_TEXTS = frozenset(
    {
        "sign",
        "initial",
        "submit",
        "ratify",
        "approve",
        "adopt",
        "enter_force",
        "provisional",
        "reject",
        "accede",
        "open",
    }
)  # what befalls an amendment as it does a treaty


def _indirect(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether a verb of many uses has something else for its object: "closed the border under the agreement"."""
    if trigger.voice != ACTIVE or not reading.is_a("direct", trigger.first) or trigger.first < trigger.last:
        return False
    if (
        reading.lexicon.table.arabic
        and thing.first - trigger.last > 1
        and reading.tokens[thing.first].low.startswith("ب")
    ):
        return True  # „جدد التمسك بالاتفاقية“
    if reading.is_a("intransitive", trigger.first):
        return False
    if thing.last < trigger.first:
        return not reading.lexicon.verb_final and not (
            nothing_follows(reading, trigger) or reading.is_a("clitics", thing.first)
        )
    days = [i for role in parted.PASSING for i in reading.roles.get(role, ())]
    between = [i for i in range(trigger.last + 1, thing.first) if i not in days]
    if any(reading.is_a("generic_nouns", i) for i in between):
        return False  # "closed the text of the agreement"
    if reading.lexicon.object_first and any(reading.token_at(p.start) in between for p in reading.parties):
        return False  # "am Montag beschloss das kenianische Parlament die Ratifikation": the subject stands there
    if fronting.acts_behind(reading, between):
        return False  # "despachó el martes la Comisión el proyecto"
    return len(between) > 8 or any(
        preposition(reading, i) or (n and reading.is_a("determiners", i)) for n, i in enumerate(between)
    )


def _comes_after(reading: Reading, trigger: Trigger) -> bool:
    """ "A vote followed", "followed the talks": who follows another's example is a state right beside the verb, which has no object."""
    if not any(reading.is_a("follows", i) for i in range(trigger.first, trigger.last + 1)):
        return False
    if any(
        ":" in reading.before(i)
        for i in range(trigger.last + 1, min(trigger.last + 2 * _FOLLOWER, len(reading.tokens)))
    ):
        return True  # "Sweden followed: the Riksdag voted to leave": the sentence says itself what it did
    before = any(
        0 < trigger.first - reading.token_at(p.end - 1) <= _FOLLOWER
        and not of_place(reading, reading.token_at(p.start))
        for p in reading.parties
    )
    behind = any(0 < reading.token_at(p.start) - trigger.last <= _FOLLOWER for p in reading.parties)
    timed = trigger.last > trigger.first and reading.lexicon.language == "en"
    return not (behind or (before and (timed or nothing_follows(reading, trigger))))


def _who_has_not(reading: Reading, trigger: Trigger) -> bool:
    """ "States that have not done so": who is meant, and no step of theirs."""
    opener = reading.clause(trigger.first).opener
    if opener < 0 or not reading.is_a("relative", opener) or trigger.first - opener > _WHO_HAVE:
        return False
    return not any(opener - _FOLLOWER < reading.token_at(p.end - 1) < trigger.first for p in reading.parties)


def _plain(case: Case) -> Step | None:
    trigger, thing, reading = case.trigger, case.thing, case.reading
    family = trigger.family
    if family == "same_step":
        told = reading.is_a("coordinate", trigger.last + 1)  # "followed suit and suspended the treaty": what it did
        told = told and any(h.first > trigger.last and h.form != "noun" for h in reading.section("acts"))
        told = told or _who_has_not(reading, trigger)
        return None if told or _comes_after(reading, trigger) else Step(E.RATIFIED, "same_step", weight=0.85)
    if thing is None:
        wish = family == "accede" and trigger.tense == INFINITIVE
        alone = (family in _ALONE or wish) and nothing_follows(reading, trigger)
        return Step(PLAIN[family], "no_object", weight=0.6) if alone else None
    if family == "accede" and thing.what == PRONOUN and reading.is_a("plural_pronouns", thing.last):
        return None  # "joined them in Ankara": people
    if family == "terminate" and thing.what == "negotiations":
        return Step(E.NEGOTIATIONS_CONCLUDED, "talks_ended", weight=0.8) if _fruitful(reading) else None
    if family == "terminate" and thing.what == TREATY and _talks_before(reading, trigger):
        return Step(E.NEGOTIATIONS_CONCLUDED, "talks_ended", weight=0.8) if _fruitful(reading) else None
    if family == "terminate" and thing.what in LAWS and _voided(case, thing):
        return Step(E.REJECTED, "void_law", weight=0.9)
    if family == "enter_force" and thing.what == NOUN and thing.kind in ENDING:
        return Step(ENDING[thing.kind], "effect_of_ending", weight=0.9)
    ended = _ended_before(case) if family == "enter_force" else ""
    if ended:
        return Step(ENDING[ended], "effect_of_ending", weight=0.85)
    if family == "initial" and thing.what == "draft":
        return Step(E.INITIALLED, "initial_draft", weight=0.9)
    if thing.what in TREATYLIKE:
        return Step(PLAIN[family], f"{family}_{thing.what}", weight=weight_of(trigger, thing))
    return None


def _ended_before(case: Case) -> str:
    """ "Gave notice of its withdrawal from the pact, which takes effect in May": what is yet to take effect is the withdrawal.

    In the past it may as well be the agreement ("left the pact, which took effect in 1999").
    """
    trigger, reading = case.trigger, case.reading
    clause = reading.clause(trigger.first)
    if clause.kind != RELATIVE or trigger.tense not in {PRESENT, FUTURE}:
        return ""
    before = (h for h in reading.section("acts") if h.key in ENDING and h.last < clause.opener)
    told = [h for h in before if not reading.within(reading.clause_of[h.first], clause.number)]
    return told[-1].key if told else ""


def _voided(case: Case, thing: Thing) -> bool:
    """ "Declared the law ratifying it void": what befalls the law by which a state takes an agreement on."""
    inside = case.trigger.first < thing.first <= case.trigger.last
    between = range(case.trigger.last + 1, thing.first)
    if any(h.key == "preliminary" and h.last in between for h in case.reading.section("procedure")):
        return False  # "ended the first reading of the bill"
    return inside or (case.about is not None and case.about.family in signing.TAKEN_ON)


def _talks_before(reading: Reading, trigger: Trigger) -> bool:
    """ "Talks on a treaty ended without agreement": what ends stands before the verb, a preposition behind it."""
    following = trigger.last + 1
    if trigger.voice != ACTIVE or trigger.last > trigger.first or following >= len(reading.tokens):
        return False
    if reading.is_a("on_day", following):
        return False
    talks = [h for h in reading.section("things") if h.key == "negotiations" and h.last < trigger.first]
    without = any(h.key == "negated" and h.first == following for h in reading.section("status"))
    led = without or reading.is_a("prepositions", following)
    return led and bool(talks) and reading.same_clause(talks[0].first, trigger.first)


def _fruitful(reading: Reading) -> bool:
    """Whether nothing says that talks ended in vain ("without an agreement", "failed") or in a contract of business or sport."""
    business = any(h.key == "contract" for h in reading.section("things"))
    return not business and not any(h.key == "negated" for h in (*reading.section("status"), *reading.section("after")))


_ALONE = frozenset({"ratify", "withdraw", "provisional", "denounce", "initial"})


def _ratify(case: Case) -> Step | None:
    trigger, thing, about, reading = case.trigger, case.thing, case.about, case.reading
    loose = "deposit" in trigger.others or reading.tokens[trigger.first].low.startswith("accept")
    if thing is None:
        alone = nothing_follows(reading, trigger) and "under" not in reading.roles
        return Step(E.RATIFIED, "ratify_alone", weight=0.8) if alone and not loose else None
    if thing.what in {"law", "draft"} and about is not None and about.family in ENDING:
        return Step(ENDING[about.family], "ratify_law_ending", chamber=True)
    if thing.what in {"law", "draft", "decree"}:
        on_treaty = about is not None or laws.named_by_treaty(reading, thing)
        return Step(E.RATIFIED, "ratify_law", weight=0.6) if on_treaty else None
    if thing.what == "instruments" and trigger.others:
        return papers.exchange(case) if "exchange" in trigger.others else papers.deposit(case)
    if thing.what == NOUN:
        if thing.kind in ENDING:
            return Step(ENDING[thing.kind], f"ratify_{thing.kind}", weight=0.9)
        return Step(E.RATIFIED, f"ratify_{thing.kind}", weight=0.9)
    if thing.what == "decision":
        return Step(E.WITHDRAWN, "ratify_decision", weight=0.5)
    if thing.what in TREATYLIKE:
        decreed = any(h.key == "decree" for h in reading.section("things"))
        reason = BY_DECREE if decreed and trigger.voice == ACTIVE else f"ratify_{thing.what}"
        return Step(E.RATIFIED, reason, weight=weight_of(trigger, thing) * (0.6 if loose else 1))
    return None


def _submit(case: Case) -> Step | None:
    trigger, thing, about, reading = case.trigger, case.thing, case.about, case.reading
    if thing is not None and thing.what == "notice":
        return Step(E.WITHDRAWN, "send_notice", weight=0.9)
    if "withdraw" in trigger.others:
        return Step(E.WITHDRAWN, "hand_in_notice", weight=0.9)  # "reichte die Kündigung des Abkommens ein"
    if thing is None or thing.what == "decision" or _returned(reading, thing) or voting.to_court(reading, trigger):
        return None
    if thing.what in LAWS and about is not None and about.family in ENDING:
        return Step(ENDING[about.family], f"submit_law_{about.family}", Status.PLANNED)
    if thing.what == "instruments":
        return Step(E.DEPOSITED, "submit_instruments")
    to_whom = _recipient(reading, trigger, thing)
    if thing.what in LAWS and about is not None:
        return None if about.family == "reject" else Step(E.SUBMITTED, f"submit_law_{about.family}")
    if thing.what in {"law", "draft"}:
        told = to_whom or (thing.what == "law" and laws.named_by_treaty(reading, thing))
        return Step(E.SUBMITTED, "submit_law", weight=0.8) if told else None
    if thing.what in {GENERIC, PRONOUN, TREATY} and to_whom:
        return Step(E.SUBMITTED, f"submit_{thing.what}", weight=weight_of(trigger, thing))
    if thing.what == NOUN and thing.kind in ENDING:
        return Step(ENDING[thing.kind], f"submit_{thing.kind}", Status.PLANNED)
    taken_on = thing.what == NOUN and thing.kind in {
        "ratify",
        "approve",
    }  # "dem Parlament zur Genehmigung unterbreitet"
    return Step(E.SUBMITTED, "submit_ratification") if taken_on and (thing.kind == "ratify" or to_whom) else None


def _returned(reading: Reading, thing: Thing) -> bool:
    """ "The president sent the law back"."""
    return thing.last + 1 < len(reading.tokens) and reading.tokens[thing.last + 1].low == "back"


def _recipient(reading: Reading, trigger: Trigger, thing: Thing) -> bool:
    """Whether a parliament, or ratification, is where the papers go; no word of what is sent ("the Carlton *House* Accord") is meant."""
    clause = reading.clause_of[trigger.first]
    near = [
        h
        for h in reading.section("procedure")
        if h.key == "recipient"
        and reading.clause_of[h.first] == clause
        and abs(h.first - trigger.first) <= 25
        and not thing.first <= h.first <= thing.last
    ]
    noun = [h for h in reading.section("acts") if h.form == "noun" and h.key in {"ratify", "approve"}]
    return bool(near or any(reading.clause_of[h.first] == clause for h in noun)) or any(
        p.body in {"parliament", "lower_chamber", "upper_chamber"} for p in reading.parties
    )


def _reject(case: Case) -> Step | None:
    thing = case.thing
    if contracts.of_citizens(case.reading, case.trigger, thing) or voting.both_ways(case.reading, case.trigger):
        return None
    if thing is None or thing.what in {"notice", "negotiations", "instruments", "decree"}:
        return None
    if thing.what == NOUN and (
        thing.kind not in {"ratify", "approve", "accede", "conclude"}
        or cues.for_another(case.reading, case.trigger.last, thing.first, thing.last)
    ):
        return None
    if (thing.what in LAWS and not signing.takes_on(case, thing)) or voting.on_motion(
        case.reading, case.trigger, thing
    ):
        return None
    return Step(E.REJECTED, f"reject_{thing.what}", weight=0.85 if thing.what in {PRONOUN, GENERIC} else 0.95)


def _extend(case: Case) -> Step | None:
    trigger, thing = case.trigger, case.thing
    if thing is None or thing.what not in {TREATY, GENERIC, PRONOUN}:
        return None
    return Step(PLAIN[trigger.family], f"{trigger.family}_{thing.what}", weight=weight_of(trigger, thing))


def _of_noun(trigger: Trigger, thing: Thing | None) -> Step | None:
    """A noun for the act itself ("ratification of the treaty"); it is an event only with a verb that says so (status)."""
    if trigger.family in {"approve", "submit", "notify", "conclude", "reject", "extend", "amend"}:
        if trigger.family == "conclude" and thing is not None and thing.what == "negotiations":
            return Step(E.NEGOTIATIONS_CONCLUDED, "conclude_negotiations", weight=0.85)
        if thing is None or thing.what not in {TREATY, NOUN}:
            return None
        if trigger.family == "approve" and thing.what == NOUN:
            return None
    if thing is not None and thing.what in LAWS | {"decision", "notice"}:
        return Step(PLAIN[trigger.family], f"{trigger.family}_noun", weight=0.6)
    return Step(PLAIN[trigger.family], f"{trigger.family}_noun", weight=0.85 if thing is not None else 0.7)


_SPECIAL: Mapping[str, Special] = {
    "sign": signing.sign, "approve": voting.approve, "ratify": _ratify, "submit": _submit, "deposit": papers.deposit,
    "exchange": papers.exchange, "notify": papers.notify, "conclude": signing.conclude, "promulgate": papers.promulgate,
    "withdraw": papers.leave, "denounce": papers.leave, "annul": papers.leave, "reject": _reject, "extend": _extend, "amend": _extend,
    voting.DEBATE: voting.debate,
}  # fmt: skip
