"""The one tracked agreement that a short wording can mean, given the parties its article names ("the deal with Mongolia").

Nothing may contradict, and exactly one agreement may be left; how sure that is hangs on what else speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.recognise import anaphora, prominence
from pipeline.recognise.immutable import cached_property, value
from pipeline.recognise.linking import Fit, Index
from pipeline.recognise.linking.fitting import alone
from pipeline.recognise.prominence import Place
from pipeline.recognise.reading import Reading as SentenceRead
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Mention

_SHARED = 0.45  # weight of a subject that mention and title share
_LEAD = 0.8  # the same for headline and lead: the article is about this subject
_SUBJECT = 1.0  # weight from which headline and lead are about a subject
_CERTAIN, _LIKELY, _POSSIBLE, _DOUBTFUL = 0.88, 0.84, 0.72, 0.55
_NARROW = frozenset({"memorandum", "protocol", "declaration", "notes"})  # kinds of which a pair of states has few
_BOTH = 2  # parties of a bilateral agreement
_MANY = 8  # so many states in an article, and a wording without a party of its own can mean anybody's treaty


@value(slots=False)
class Around:
    """What stands around a mention in its sentence, `reading`, as codes of parties: `acting` of those who act (`actors`: named by their
    names, not by an organ whose country is guessed), `near` of its sentence, `context` of headline and lead; `find_recent` finds those of
    the sentences before, `find_everyone` those of the whole article, `find_topic` the state that a few words before made the topic.

    `pair`: whose agreement it is, where the words say so. `lead`: headline and lead, read. `text`: the sentence.
    `signed`: years in which the step took place, where it is a signature; `when`: the year of a step that makes an agreement, 0 where that is
    not known; `fresh`: it is a step that makes or changes an agreement, and ends none;
    `ends`: it is one that ends or suspends one.
    `since`: the first sentence of its paragraph; `count`: how many agreements it says it means, 0 for unsaid;
    `amendment`: the words of an amendment to it that the step is about ("ratified the amendment to the Montreal Protocol"), or "";
    `extended`: the step is about its extension ("ratified the extension of the treaty"), `joining`: about this state's accession to it;
    `today`: the year of the article, 0 where that is not known.

    What else its words say is looked for when it is first asked for.
    """

    reading: SentenceRead
    mention: Mention
    context: tuple[str, ...]
    acting: tuple[str, ...]
    actors: tuple[str, ...]
    near: tuple[str, ...]
    find_recent: Callable[[], tuple[str, ...]]
    find_everyone: Callable[[], tuple[str, ...]]
    find_topic: Callable[[], str]
    pair: tuple[str, ...]
    lead: Wording | None
    text: str
    signed: frozenset[int]
    when: int
    fresh: bool
    ends: bool
    since: int
    count: int
    amendment: str
    extended: bool
    joining: str
    today: int

    @cached_property
    def recent(self) -> tuple[str, ...]:
        """Codes of parties of the sentences before."""
        return self.find_recent()

    @cached_property
    def label(self) -> str:
        """Under which party's name the sentence stands."""
        return anaphora.label(self.reading) or self.find_topic()

    @cached_property
    def before(self) -> str:
        """Whether it is what came before the agreement told of: "earlier" ("the previous protocol"), "replaced" ("it replaces the accord
        of 1996"), or ""."""
        return anaphora.before(self.reading, self.mention)

    @cached_property
    def standing(self) -> bool:
        """Whether it is called the one that holds now ("the present deal")."""
        return anaphora.standing(self.reading, self.mention)

    @cached_property
    def carried(self) -> bool:
        """False where the words set it apart from what was told ("another treaty")."""
        return not anaphora.sets_apart(self.reading, self.mention, self.before)

    @cached_property
    def another(self) -> bool:
        """Whether it is one more beside those told of ("a similar accord with Oman")."""
        return anaphora.another(self.reading, self.mention)

    @cached_property
    def ahead(self) -> bool:
        """Whether it means what follows, not what was told."""
        return anaphora.ahead(self.reading, self.mention)

    @cached_property
    def manner(self) -> tuple[str, ...]:
        """How the words introduce the mention (`anaphora.manner`)."""
        return anaphora.manner(self.reading, self.mention)

    @cached_property
    def reach(self) -> Place:
        """How far off the main line what the mention takes up may lie."""
        return prominence.reach(self.reading, self.mention)

    @cached_property
    def tied(self) -> tuple[str, ...]:
        """Parties that "with" ties to it."""
        return anaphora.tied(self.reading, self.mention)

    @cached_property
    def itself(self) -> bool:
        """Whether it is the agreement itself, not what amends it."""
        return anaphora.itself(self.reading, self.mention)

    @property
    def everyone(self) -> tuple[str, ...]:
        """Codes of all parties of the article, whose every sentence is searched when it is first asked for."""
        return self.find_everyone()

    def all_of(self, own: Iterable[str]) -> set[str]:
        """A mention's own parties, and all others at hand."""
        return {*own, *self.near, *self.recent, *self.context, *self.everyone}


@dataclass(frozen=True, slots=True)
class Only:
    """The agreement that alone fits, how sure that is (0 to 1), and the rule that says so."""

    agreement_id: str
    confidence: float
    reason: str


def named(mention: Mention) -> tuple[str, ...]:
    """Codes of the parties inside a mention, each once."""
    return tuple(dict.fromkeys(p.code for p in mention.parties if p.code))


def strangers(index: Index, agreement_id: str, acting: Iterable[str]) -> bool:
    """Whether those who act are states, and none of them has a part in the agreement."""
    codes = [code for code in acting if code]
    return bool(codes) and all(len(code) == 2 and not index.party(code, agreement_id) for code in codes)


def find(index: Index, mention: Mention, language: str, around: Around, linked: Sequence[str]) -> Only | None:
    """The agreement that alone fits a mention. `linked`: those the article surely means elsewhere, the latest last."""
    tied = around.tied[:1] if len(around.tied) == 1 else ()
    own = named(mention) or around.pair or ((around.label,) if around.label else tied)
    if own:
        return _of(index, mention, language, own, around.all_of(own), around, linked)
    found = _dated(index, mention, language, around, linked)
    if found is not None:
        return found
    acting = [code for code in dict.fromkeys([*around.acting, *around.near]) if len(code) == 2]
    if len(acting) == 2:
        return _of(index, mention, language, acting, set(acting), around, linked)
    others = [code for code in acting if linked and not any(index.party(code, one) for one in linked)]
    if (
        len(others) == 1 == len(acting)
    ):  # "with Argentina there is a similar convention", behind one with the United States
        return _of(index, mention, language, others, around.all_of(()), around, linked)
    return None


def find_each(index: Index, mention: Mention, language: str, around: Around, linked: Sequence[str]) -> tuple[Only, ...]:
    """The agreements that one verb tells of with several parties ("with Oman it signed in May, with Peru in June"), where one fits each."""
    found = [_of(index, mention, language, (code,), around.all_of(()), around, linked) for code in around.tied]
    kept = {one.agreement_id: one for one in found if one is not None}
    return tuple(kept.values()) if len(kept) == len(found) > 1 else ()


def _of(
    index: Index,
    mention: Mention,
    language: str,
    own: Sequence[str],
    everyone: set[str],
    around: Around,
    linked: Sequence[str],
) -> Only | None:
    fits = index.fitting(mention.text, language, mention.kind, own, everyone, around.lead)
    states = [code for code in around.acting if len(code) == 2]
    fits = tuple(one for one in fits if not states or not strangers(index, one.agreement_id, states))
    if (
        len({*named(mention)}) == _BOTH and not mention.plural
    ):  # "the trade accord of Mercosur with EFTA" is none of Mercosur with others
        fits = tuple(one for one in fits if all(index.listed(code, one.agreement_id) for code in named(mention)))
    theirs = len({*own}) > 1 and any(index.parties(one.agreement_id) == {*own} for one in fits)
    ours = [one for one in fits if any(index.party(code, one.agreement_id) for code in {*states} - {*own})]
    fits = fits if theirs else tuple(ours) or fits  # all its parties are said, whoever else was there
    if not around.carried:  # "a new convention with Hungary", behind the one in force
        fits = tuple(one for one in fits if one.agreement_id not in linked) or fits
    best = alone(fits, linked)
    if best is None:
        return None
    if mention.plural and best.shared < _SHARED and best.agreement_id not in linked:
        return None
    if not around.carried and not best.year and best.shared < _SHARED and best.lead < _LEAD:
        given = len({*own}) > 1 and mention.kind and best.kind == 1.0 and not mention.plural
        return Only(best.agreement_id, _POSSIBLE, "alone_of_these_parties") if given else None
    sure = max(_confidence(best, linked), _LIKELY if {around.label, *around.tied} & {*own} else 0.0)
    if not mention.kind or (
        mention.kind in _NARROW and best.kind == 1.0
    ):  # "the one with Norway", "the memorandum with Norway"
        sure = max(sure, _POSSIBLE)
    if not sure and not mention.plural and around.carried and _plain(index.read(mention.text, language)):
        sure = _DOUBTFUL  # "the agreement with Angola", and the article's subject is another
    return Only(best.agreement_id, sure, "alone_of_these_parties") if sure else None


def several(index: Index, mention: Mention, language: str, texts: Mapping[str, str], around: Around) -> dict[str, Fit]:
    """One agreement for each of the parties that a plural names ("the treaties with Iran and Kuwait"), as far as one alone fits.

    `texts`: by party, the mention's words without the others of the list.
    """
    everyone = {*named(mention), *around.near, *around.recent, *around.context}
    found: dict[str, Fit] = {}
    for code, text in texts.items():
        fits = index.fitting(text, language, mention.kind, [code], everyone, around.lead)
        states = [one for one in around.acting if len(one) == 2]
        ours = [one for one in fits if not states or not strangers(index, one.agreement_id, states)]
        best = alone(ours, ())
        if best is not None:
            found.setdefault(best.agreement_id, best)
    return found


def of_lead(index: Index, mention: Mention, language: str, around: Around) -> Only | None:
    """What a bare noun means before any agreement was named: the one that headline and lead tell of by parties and subject ("the
    asylum partnership with Rwanda is dead")."""
    hand = {*around.context, *around.near, *around.recent}
    if around.lead is None or mention.plural or not 1 < len(hand) <= _MANY:
        return None
    fits = index.fitting(mention.text, language, mention.kind, (), hand, around.lead)
    ranked = sorted(fits, key=lambda one: (-one.lead, one.agreement_id))
    if not ranked or ranked[0].lead < _SUBJECT or ranked[0].elsewhere > ranked[0].lead:
        return None
    if len(ranked) > 1 and ranked[0].lead - ranked[1].lead < _SHARED:
        return None
    return Only(ranked[0].agreement_id, _POSSIBLE, "what_the_lead_tells_of")


def _plain(wording: Wording) -> bool:
    """Whether a wording is the bare noun and its parties: nothing before the noun, no subject behind it."""
    return bool(wording.words) and bool(wording.words[0].kind) and not wording.keys


def _dated(index: Index, mention: Mention, language: str, around: Around, linked: Sequence[str]) -> Only | None:
    """An agreement called by its year ("the accord of 1972"): one of the parties at hand, one at least in the sentence if any is there."""
    years = index.read(mention.text, language).years
    if not years:
        return None
    everyone = around.all_of(())
    if len(everyone) > 2 * _MANY:
        return None
    fits = [
        one
        for one in index.fitting(mention.text, language, mention.kind, (), everyone, around.lead)
        if one.year
        and not strangers(index, one.agreement_id, around.acting)
        and not strangers(index, one.agreement_id, around.near)
    ]
    best = alone(fits, linked)
    return Only(best.agreement_id, _CERTAIN, "alone_of_this_year") if best is not None else None


def _confidence(best: Fit, linked: Sequence[str]) -> float:
    """How sure it is, 0 where the article is about something else and nothing ties the mention to the agreement."""
    if best.year or best.shared >= _SHARED or best.agreement_id in linked:
        return _CERTAIN
    if best.lead >= _LEAD:
        return _LIKELY
    return _POSSIBLE if best.lead >= _SHARED or best.elsewhere < _SUBJECT else 0.0
