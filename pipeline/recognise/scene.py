"""Who is named in an article, and where: the states and organisations at hand for a mention that names none or one of its parties."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from pipeline.recognise import actors, organs
from pipeline.recognise.immutable import cached_property
from pipeline.recognise.parties import Names
from pipeline.recognise.sentences import fold
from pipeline.recognise.values import Document, PartyKind, PartyMention, Sentence

_ORGANS = frozenset({PartyKind.BODY, PartyKind.LEADER})
_PARTNERS = frozenset({PartyKind.NAME, PartyKind.DEMONYM, PartyKind.CAPITAL})
_DEALT_WITH = _PARTNERS | {PartyKind.ORGANISATION, PartyKind.PAIR}
_OWNER = 2  # words between an organ and the name of whose it is
_WITH = 3  # words from "with" to a name
_ENDING = 3  # letters of "with" where it may be written to the end of a name
_SMALL = 3  # letters of the small words between two names of a list
_RECENT = 2  # sentences back whose parties may be those of a mention


_OPENING = 6  # sentences in which an article names in full what it calls in short behind them
_STATE = 2  # letters of a state's code
_FEW = 4  # words that say no more than what comes next is about


@dataclass
class Scene:
    """The parties of one article. `context`: the country it is about, "" where none; `states`: codes of headline and lead, in order.

    `site`: the state of the page's address; `withs`, `between`: the language's words for "with" and "between"; `visits`: beginnings of
    those for a visit; `deals`: those that the other party stands before ("the Indonesia deal").
    """

    document: Document
    names: Names
    published: date | None
    home: str = ""
    withs: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    site: str = ""
    visits: tuple[str, ...] = ()
    deals: frozenset[str] = frozenset()
    context: str = ""
    states: tuple[str, ...] = ()
    place: organs.Place = field(default_factory=organs.Place)
    _heads: dict[int, str] = field(default_factory=dict)  # by a sentence's index: the state that heads it
    _names: dict[int, tuple[PartyMention, ...]] = field(
        default_factory=dict
    )  # the same: what its words name by themselves
    _found: dict[int, tuple[PartyMention, ...]] = field(
        default_factory=dict
    )  # the same: its parties, once `open` is done

    def open(self, opening: list[Sentence]) -> None:
        """Take in headline and lead: what they name stands for the whole article. Where they name nobody (a communiqué's headings), the
        first sentence behind them that does is of the opening."""
        if not any(p.code for s in opening for p in self._bare(s)):
            behind = self.document.sentences[len(opening) : _OPENING]
            opening = [*opening, *[s for s in behind if any(p.code for p in self._bare(s))][:1]]
        told = self._hosts(opening, self._bare)
        self.place = organs.Place("", _codes(p for p in told if p.kind is not PartyKind.BODY))
        found = [p for s in opening for p in self.parties(s)]
        own = self._hosts(opening, self.parties)
        shown = {p.code for p in told}
        filed = self._of_dateline(opening)
        self.context = (
            filed
            or self._agreed(told)
            or actors.focus([p for p in own if p.code in shown])
            or (self.site if self.site in shown else "")
            or self._of_title(shown)
            or self._filed(shown)
            or ((self.site or self.home) if self.home else "")
            or actors.focus(own)
            or self.site
        )
        seated = "" if told else self._seated()
        self.context = seated or self.context
        self.place = organs.Place(
            self.context,
            _codes(p for p in own if p.kind is not PartyKind.BODY),
            self.names.there(self.document.language),
            self.names.country(self.document.language),
            within=self.names.places(self.document.language),
            seat=partial(self.names.land, language=self.document.language),
            sure=bool(filed or seated) or any(p.code == self.context for p in told if p.kind is PartyKind.BODY),
        )
        self.states = _codes(found)
        self._found.clear()  # what was found so far did not know whom the article is about

    def _hosts(
        self, opening: Sequence[Sentence], parties: Callable[[Sentence], tuple[PartyMention, ...]]
    ) -> list[PartyMention]:
        """The parties of headline and lead without those they are dealt with: behind "with", and, where others are left, before a noun ("the
        Indonesia deal") or on a visit."""
        kept = [(p, s) for s in opening for p in _principals(parties(s), s, self.withs) if _may_be_home(p.code)]
        plain = [p for p, s in kept if not (_visiting(p, s, self.visits) or _of_deal(p, s, self.deals))]
        return plain or [p for p, _ in kept]

    def _agreed(self, told: Sequence[PartyMention]) -> str:
        """The state whose agency files from its own capital, where the opening names it and no other state's organ acts."""
        code = self._filed(())
        others = (p for p in told if p.kind in _ORGANS and p.body != "foreign_ministry" and p.code != code)
        known = code == self.home and any(p.code == code for p in told)
        return code if code and known and not any(others) else ""

    def _of_title(self, shown: Collection[str]) -> str:
        """The state that the headline names first, among those that the article is about."""
        if self.document.title is None:
            return ""
        return next((p.code for p in self._bare(self.document.title) if p.code in shown), "")

    def _seated(self) -> str:
        """The state in whose capital the headline says that it plays (« quatre conventions votées à Dakar »), where it acts by an organ
        and headline and lead name no state."""
        title = self.document.title
        if title is None:
            return ""
        starts = (t.start - title.start for t in title.tokens)
        seats = {self.names.seat(title.low[at:], title.text[at:], self.document.language) for at in starts} - {""}
        return seats.pop() if len(seats) == 1 and "BE" not in seats else ""

    def _of_dateline(self, opening: Sequence[Sentence]) -> str:
        """The state in whose capital the report was filed, where an organ acts that it has and every state is only dealt with."""
        code = self._filed(())
        if not code:
            return ""
        acting = False
        for s in opening:
            body = -1  # where the last organ of that state ends
            for p in _principals(self._bare(s), s, self.withs | self.between, lists=True):
                low, text = (t[p.start - s.start : p.end - s.start] for t in (s.low, s.text))
                bare = p.kind is PartyKind.BODY and not p.code
                owners = self.names.owners_of(low, text, self.document.language) if bare else {}
                acting = acting or code in owners
                if code in owners:
                    body = p.end
                elif body >= 0 and len(_words(s, body, p.start)) > _OWNER and p.kind in _DEALT_WITH:
                    continue  # what an organ acts on: "the Senate approved the law on the accord of A and B"
                state = not bare and p.kind is not PartyKind.CAPITAL and _may_be_home(p.code)  # EFTA files from nowhere
                if state or (owners and code not in owners):
                    return ""
        return code if acting else ""

    def _filed(self, shown: Collection[str]) -> str:
        """The state in whose capital the report was filed, where it is about no other."""
        first = self.document.sentences[0] if self.document.sentences else None
        code = self.names.filed_in(first.low, first.text, self.document.language) if first is not None else ""
        return code if not shown or code in shown else ""

    def _bare(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        """What a sentence names by itself; offsets in the text."""
        return _placed(self._named(sentence), sentence.start)

    def _named(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        """The same, with offsets in the sentence. Headline and lead are asked for more than once."""
        known = self._names.get(sentence.index)
        if known is None:
            known = self.names.find(sentence.low, sentence.text, self.document.language, on=self.published)
            known = self._names[sentence.index] = self._in_short(sentence, known)
        return known

    def _in_short(self, sentence: Sentence, named: tuple[PartyMention, ...]) -> tuple[PartyMention, ...]:
        """Chinese 中塞 in an article about 塞内加尔: one ideograph means the state that the article names in full and that begins with it."""
        if self.document.language != "zh" or all(p.kind is not PartyKind.PAIR for p in named):
            return named
        out = []
        for p in named:
            meant = self._begun.get(fold(sentence.text[p.start]), set()) if p.kind is PartyKind.PAIR else set()
            out.append(replace(p, code=next(iter(meant))) if len(meant) == 1 else p)
        return tuple(out)

    @cached_property
    def _begun(self) -> dict[str, set[str]]:
        """The codes of states that headline and opening name in full, by the first ideograph of the name."""
        found: dict[str, set[str]] = {}
        for sentence in self.document.sentences[:_OPENING]:
            for p in self.names.find(sentence.low, sentence.text, "zh", on=self.published):
                if p.kind is PartyKind.NAME and len(p.code) == _STATE:
                    found.setdefault(fold(sentence.text[p.start]), set()).add(p.code)
        return found

    def said(self, sentence: Sentence) -> frozenset[str]:
        """The codes that a sentence's own words give, with no look at the rest of the article."""
        return frozenset([p.code for p in self._named(sentence)])

    def parties(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        """Parties of a sentence, organs with their countries; offsets in the text."""
        known = self._found.get(sentence.index)
        if known is None:
            known = self._found[sentence.index] = self._parties(sentence)
        return known

    def _parties(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        language = self.document.language
        bare = self._named(sentence)
        if not bare:
            return ()
        place, context = self.place, self.context
        headed = self._headed(sentence)
        if headed:
            place, context = organs.Place(headed, (headed, *place.named)), headed
        found = actors.attach(
            bare,
            sentence.low,
            sentence.text,
            language,
            self.names,
            context=context,
            named=place.named,
            withs=self.withs,
            sure=place.sure,
            native=self.home,
            seat=self.names.seat(sentence.low, sentence.text, language),
        )
        owned = [
            self.names.owners_of(sentence.low[p.start : p.end], sentence.text[p.start : p.end], language)
            if p.kind is PartyKind.BODY
            and not p.code
            and not sentence.text[p.start].islower()  # "deputies" sit anywhere
            else {}
            for p in bare
        ]
        return _placed(place.at_home(bare, found, owned), sentence.start)

    def _headed(self, sentence: Sentence) -> str:
        """The state whose item of a digest a sentence belongs to: "Peru: the committee …", or the heading of its paragraph."""
        waiting: list[int] = []
        while (code := self._heads.get(sentence.index)) is None:
            waiting.append(sentence.index)
            code = self.names.heading(sentence.low, sentence.text, self.document.language)
            at = sentence.index
            if code or at <= 0 or self.document.sentences[at - 1].paragraph != sentence.paragraph:
                break
            sentence = self.document.sentences[at - 1]
        self._heads.update(dict.fromkeys(waiting, code))
        return code

    def topic(self, sentence: int) -> str:
        """The one state that a few words before a sentence make its topic: "Croatia.", "And Nauru?" in its paragraph or as the one before."""
        sentences = self.document.sentences
        paragraph = sentences[sentence].paragraph if 0 <= sentence < len(sentences) else -1
        for at in range(sentence - 1, 0, -1):
            alone = sentences[at].paragraph != sentences[at - 1].paragraph != sentences[at + 1].paragraph
            if sentences[at].paragraph != paragraph and not (alone and sentences[at + 1].paragraph == paragraph):
                return ""
            if len(sentences[at].tokens) <= _FEW:
                named = {
                    p.code for p in self._bare(sentences[at]) if p.kind is PartyKind.NAME and len(p.code) == _STATE
                }
                if len(named) == 1:
                    return named.pop()
            if sentences[at].paragraph != paragraph:
                return ""
        return ""

    def recent(self, sentence: int) -> tuple[str, ...]:
        """Codes of the parties named in the sentences right before."""
        before = range(max(0, sentence - _RECENT), max(0, sentence))
        return _codes(p for i in before for p in self.parties(self.document.sentences[i]))

    @cached_property
    def everyone(self) -> tuple[str, ...]:
        """Codes of all parties the article names. Asked for only after `open`."""
        told = (p.code for s in self.document.sentences for p in self.parties(s) if p.code)
        return tuple(dict.fromkeys([*self.states, *told]))


def _principals(
    found: Sequence[PartyMention], sentence: Sentence, withs: frozenset[str], *, lists: bool = False
) -> list[PartyMention]:
    """The parties of a sentence without those it is dealt with: "the Senate rejected the agreement with Canada", «Кубамен келісімді».

    `lists`: nor those named with them ("with Canada and Mexico").
    """
    kept: list[PartyMention] = []
    words = sentence.tokens
    written_on = tuple(w for w in withs if len(w) >= _ENDING)
    end = -1  # of the last that is dealt with: the next name of its list is, too
    for p in found:
        at = next((i for i, t in enumerate(words) if t.end > p.start), 0)
        near = [words[i].low for i in range(max(0, at - _WITH), at)]
        gap = sentence.low[end - sentence.start : p.start - sentence.start].split() if end >= 0 else []
        joined = lists and bool(gap) and all(len(word) <= _SMALL and word.isalpha() for word in gap)
        kinds = _PARTNERS | {PartyKind.ORGANISATION} if lists else _PARTNERS
        ended = bool(words) and bool(written_on) and words[at].low.endswith(written_on)
        if p.kind in kinds and (withs.intersection(near) or joined or ended):
            end = p.end
            continue
        end = -1
        kept.append(p)
    return kept


def _visiting(party: PartyMention, sentence: Sentence, visits: tuple[str, ...]) -> bool:
    """«Во время госвизита Владимира Путина»: a leader who only comes to see another state."""
    before = _words(sentence, sentence.start, party.start)[-_WITH:] if visits and party.kind is PartyKind.LEADER else []
    return any(word.startswith(visits) for word in before)


def _of_deal(party: PartyMention, sentence: Sentence, deals: frozenset[str]) -> bool:
    """ "Voters accept Indonesia deal": behind a verb the name says whom the agreement is with."""
    if party.kind not in {PartyKind.NAME, PartyKind.ORGANISATION} or party.start == sentence.start:
        return False
    following = next((t for t in sentence.tokens if t.start >= party.end), None)
    near = following is not None and sentence.text[party.end - sentence.start : following.start - sentence.start] == " "
    return near and following is not None and following.low in deals


def _words(sentence: Sentence, begin: int, end: int) -> list[str]:
    """The words of a sentence between two places of the text."""
    return [w.low for w in sentence.tokens if begin <= w.start and w.end <= end]


def _placed(found: Iterable[PartyMention], start: int) -> tuple[PartyMention, ...]:
    """Mentions with offsets in the text, for those of a sentence that begins at `start`."""
    return tuple([PartyMention(p.start + start, p.end + start, p.code, p.kind, p.body) for p in found])


def _may_be_home(code: str) -> bool:
    """Whether an article can be about it as a state: one of two letters, the Union among them, not the UN."""
    return len(code) == 2 and code != "UN"


def _codes(mentions: Iterable[PartyMention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.code for p in mentions if p.code))
