"""Which tracked agreement a mention means: by its own words, or carried over from what the article is about (`focus`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import Agreement
from pipeline.recognise import among, doubts, plurals, siblings
from pipeline.recognise.altering import Altering
from pipeline.recognise.among import Around
from pipeline.recognise.carrying import COMPATIBLE
from pipeline.recognise.choice import Choice, Setting
from pipeline.recognise.focus import Focus, Linked
from pipeline.recognise.linking import Index, Rival
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Band, Link, Mention

_ALONE = 0.7  # confidence from which the one agreement that fits is sure
_NAME = "~"  # with which the keys of words that are no concepts begin
_LIKELY = 0.7  # chance from which the likeliest agreement is taken where no rule decides
_BEGINNING = 6  # letters by which two forms of a word are the same
_HEADLINE = 0.8  # confidence from which a headline says what its lead is about
_LIKE_KIND, _SAID, _NEARLY = (
    0.75,
    0.3,
    0.75,
)  # kind, content, and part of the best score, from which the lead may mean the same
_AS_TOLD = 0.82  # confidence of that
_LISTED = 0.97  # confidence of what a list of numbers names
_CHOSEN = 0.8  # and from which it is sure


@dataclass(frozen=True)
class Linker(Altering):
    """Links the mentions of articles in one language."""

    choice: Choice

    @classmethod
    def build(cls, index: Index, agreements: Sequence[Agreement]) -> Linker:
        """Wordings of titles are read when they are first asked for."""
        return cls(index, {a.id: a for a in agreements}, {}, Choice.load())

    def link(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> tuple[Linked, ...]:
        """What a mention means: usually one agreement, several for a plural or a carried-over group, or one with id None."""
        if around.ahead:
            return (Linked(None, Band.NONE, 0.0, ("told_behind",), mention),)
        if mention.meant:
            return (Linked(mention.meant, Band.SURE, _LISTED, ("alias", "listed"), mention),)
        altering = self._altering(mention, language, focus, sentence, around)
        if altering:
            return altering
        before = self._before(mention, language, focus, sentence, around) if around.before or around.standing else ()
        found = before or self._told_apart(
            self._found(mention, language, focus, sentence, around), mention, language, focus, sentence, around
        )
        if len(found) != 1:
            return found
        one = found[0]
        if around.signed:
            one = siblings.signed_then(self.index, one, language, around, focus.sure)
        one = siblings.in_time(self.index, one, language, around, focus.sure, self._keys)
        return (siblings.unless_signed_otherwise(self.index, one, self.agreements, around) if around.signed else one,)

    def _told_apart(
        self,
        found: tuple[Linked, ...],
        mention: Mention,
        language: str,
        focus: Focus,
        sentence: int,
        around: Around,
    ) -> tuple[Linked, ...]:
        """What was found, without what cannot be meant: "another agreement" and "the previous one" are none of those told of, and an
        agreement of two is not meant where one of them is named nowhere, but a third state is."""
        told: frozenset[str] | set[str] = frozenset()
        if (around.another or around.before) and not mention.pick:
            told = {i for i in focus.topics(sentence) if focus.seen.get(i, -1) < sentence}
        wording = self.index.read(mention.text, language) if told else None
        kept = tuple(
            one
            for one in found
            if one.agreement_id is None
            or not (
                doubts.same(self.index, one, wording if one.agreement_id in told else None, around)
                or (one.band is not Band.SURE and doubts.unnamed(self.index, one.agreement_id, mention, around))
            )
        )
        if kept:
            return kept
        before = self._one_before(sorted(told), mention) if around.before else ""
        if before:
            return (Linked(before, Band.SURE, siblings.NEWEST, ("the_one_before",), mention),)
        return (Linked(None, Band.NONE, 0.0, ("another_one",), mention),)

    def _one_before(self, told: Sequence[str], mention: Mention) -> str:
        """The only other agreement of the parties of the one told of that is called alike: "the treaty … The earlier treaty lapsed"; else ""."""
        first = told[0] if len(told) == 1 else ""
        closed = self.index.closed(first) if first else frozenset[str]()
        if not closed or mention.kind == "agreement" or mention.kind not in self._kinds(first):
            return ""
        fits = self.index.fitting("", "en", "", sorted(closed), closed, None)
        theirs = [one.agreement_id for one in fits if self.index.closed(one.agreement_id) == closed]
        alike = [i for i in theirs if i != first and mention.kind in self._kinds(i) and not self._layered(i)]
        years = self.index.read(mention.text, "en").years
        known = self.index.years(alike[0]) if len(alike) == 1 else frozenset[int]()
        return alike[0] if len(alike) == 1 and not (years and known and not years & known) else ""

    def _found(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        if around.pair and not mention.parties:
            around = replace(around, near=around.pair, acting=around.pair, lead=None)
        bare = mention.generic or (
            mention.pick and not self.index.says_subject(self.index.read(mention.text, language))
        )
        apart = self._one_by_one(mention, language, focus, sentence, around, bare=bool(bare))
        if apart:
            return apart
        if bare and around.carried and not among.named(mention):
            found = self._by_subject(mention, language, around) or self._carried(
                mention, language, focus, sentence, around
            )
            if found[0].reasons == ("no_focus",) and mention.kind and not focus.told and focus.foreign < 0:
                first = among.of_lead(self.index, mention, language, around)
                found = (_only(first, mention),) if first is not None else found
            if found[0].agreement_id is not None or not (around.near or around.label):
                return found
        counted = siblings.counted(self.index, mention, language, around)
        if counted:
            return counted
        if mention.plural or (
            len(self.index.condensed(among.named(mention))) > 2 and not self._of_all(mention, language, around)
        ):
            several = plurals.of_parties(self.index, mention, language, around) or self._siblings(
                mention, language, focus, sentence, around
            )
            if several:
                return several
        link = self._decided(mention, language, around)
        return (
            self._adding(mention, link, language)
            or self._adding_described(mention, link)
            or self._later(mention, link, language, around)
            or self._of_the_actor(mention, link, around)
            or self._as_headline(mention, link, focus, sentence, around)
            or self._surely(mention, link, around)
            or self._fitting(mention, link, language, focus, sentence, around)
            or (self._unsure(mention, link, language, focus, sentence, around),)
        )

    def _one_by_one(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around, *, bare: bool
    ) -> tuple[Linked, ...]:
        """Several agreements under one wording: one of each state that acts, of each item of a list, or of each party that "with" ties."""
        if mention.plural and len(around.acting) > 1:
            apart = siblings.of_each(self.index, mention, language, around, focus.sure)
            if apart:
                return apart
        each = self._each(mention, language, focus, sentence, around) if mention.items else ()
        if each or not bare or len(around.tied) < 2:
            return each
        found = among.find_each(self.index, mention, language, around, focus.sure)
        return tuple(_only(one, mention) for one in found)

    def _before(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """The older one of an agreement told of, where the words themselves are not sure of another; what is called the present one only
        beside one to come or one that alters it."""
        told = list(dict.fromkeys([*focus.topics(sentence), *reversed(focus.sure)]))
        if not around.before:
            told = [i for i in told if self._layered(i) or 0 < around.today < min(self.index.years(i), default=0)]
        one = "" if mention.plural else siblings.before(self.index, mention, language, told, self._keys)
        if not one:
            return ()
        link = self._decided(mention, language, around)
        if link.band is Band.SURE and link.agreement_id not in focus.lead:
            return ()
        return (Linked(one, Band.SURE, siblings.ALIKE, (f"the_one_{around.before or 'earlier'}",), mention),)

    def _later(self, mention: Mention, link: Link, language: str, around: Around) -> tuple[Linked, ...]:
        told = around.when and link.band is not Band.NONE
        later = siblings.later(self.index, link, mention, language, around) if told else ""
        return (Linked(later, Band.SURE, siblings.NEWEST, ("newer_of_two", *link.reasons), mention),) if later else ()

    def _of_the_actor(self, mention: Mention, link: Link, around: Around) -> tuple[Linked, ...]:
        theirs = siblings.of_the_actor(self.index, link, mention, around)
        return (Linked(theirs, Band.SURE, siblings.ALIKE, ("of_the_actor", *link.reasons), mention),) if theirs else ()

    def _as_headline(
        self, mention: Mention, link: Link, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """What the headline is sure to tell of, where the lead's words mean it nearly as well as any other ("Fisheries subsidies pact takes
        effect: a deal that bars paying for illegal fishing …")."""
        opens = 0 <= sentence <= 1 and not focus.told and focus.lead_confidence >= _HEADLINE
        one, best = focus.lead[0] if opens and len(focus.lead) == 1 else "", link.best
        if not one or best is None or best.alias or link.agreement_id == one:
            return ()
        if mention.plural or mention.generic or not mention.kind or not around.carried:
            return ()
        theirs = self.index.closed(best.agreement_id)
        near = next((c for c in (best, link.runner_up, *link.ties) if c is not None and c.agreement_id == one), None)
        if (
            near is None
            or doubts.BLOCKING & set(near.reasons)
            or (best is not near and theirs and theirs <= {*around.near})
        ):
            return ()
        if near.kind < _LIKE_KIND or near.content < _SAID or near.score < best.score * _NEARLY:
            return ()
        return (Linked(one, Band.SURE, _AS_TOLD, ("as_the_headline", *near.reasons), mention),)

    def _surely(self, mention: Mention, link: Link, around: Around) -> tuple[Linked, ...]:
        if link.band is not Band.SURE or link.agreement_id is None or self._of_others(mention, link, around):
            return ()
        return (Linked(link.agreement_id, Band.SURE, link.confidence, link.reasons, mention),)

    def _by_subject(self, mention: Mention, language: str, around: Around) -> tuple[Linked, ...]:
        """What a bare noun surely means that says a subject of its own, as compounds do ("Gesundheitsabkommen")."""
        if not mention.kind or not self.index.says_subject(self.index.read(mention.text, language)):
            return ()
        return self._surely(mention, self._decided(mention, language, around), around)

    def _fitting(
        self, mention: Mention, link: Link, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """What is left where the words do not decide: the newest, the one that alone fits, a sibling, what was told of."""
        newest = siblings.newest(self.index, link, mention, language, around)
        if newest:
            return (Linked(newest, Band.SURE, siblings.NEWEST, ("newest_of_these", *link.reasons), mention),)
        worded = "" if mention.plural else siblings.worded(self.index, link, self._said(mention, language), self._words)
        if worded:
            return (Linked(worded, Band.SURE, siblings.ALIKE, ("of_these_words", *link.reasons), mention),)
        exact = siblings.of_these_two(self.index, link, mention, around)
        if exact:
            return (Linked(exact, Band.SURE, siblings.ALIKE, ("of_these_two", *link.reasons), mention),)
        only = among.find(self.index, mention, language, around, focus.sure)
        apart = not around.carried or any(not self._has(i, mention) for ids in focus.candidates(sentence) for i in ids)
        if only is not None and (only.confidence > COMPATIBLE or apart):
            return (_only(only, mention),)
        sibling = self._sibling(mention, language, focus, sentence, around)
        if sibling:
            return (Linked(sibling, Band.SURE, siblings.ALIKE, ("sibling_with_party",), mention),)
        taken = self._compatible(mention, language, focus, sentence, link, around) if around.carried else ()
        if taken:
            return taken
        if only is not None:
            return (_only(only, mention),)
        return ()

    def _unsure(
        self, mention: Mention, link: Link, language: str, focus: Focus, sentence: int, around: Around
    ) -> Linked:
        """What no rule is sure of: for review by its words, a body's charter, what all signs together speak for, or nothing."""
        if (
            link.band is Band.REVIEW
            and link.agreement_id is not None
            and doubts.worth_review(self.index, mention, link, around)
        ):
            return Linked(link.agreement_id, Band.REVIEW, link.confidence, link.reasons, mention)
        found = doubts.charter(mention, link, self._says_more)
        if found is None and not mention.generic and not self._says_nothing(mention, language):
            found = self._chosen(mention, language, focus, sentence, around)
        best = link.best.agreement_id if link.best else None
        return found or Linked(None, Band.NONE, 0.0, link.reasons, mention, best)

    def _chosen(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> Linked | None:
        """What all signs together speak for, where no rule decides."""
        setting, rivals = self.setting(mention, language, focus, sentence, around)
        agreement, chance = self.choice.of(self.index, setting, rivals)
        if (around.before or around.another) and agreement in focus.topics(sentence):
            return None  # «Конвенция заменит соглашение 1998 года»: not itself
        if chance < (_CHOSEN if mention.plural else _LIKELY) or any(
            r.entry.id == agreement and doubts.unlike(self.index, mention, setting.wording, r) for r in rivals
        ):
            return None
        return Linked(agreement, Band.SURE if chance >= _CHOSEN else Band.REVIEW, chance, ("chosen",), mention)

    def _said(self, mention: Mention, language: str) -> frozenset[str]:
        """The beginnings of a mention's longer words, without names of parties and treaty nouns."""
        return _beginnings(self.index.read(mention.text, language))

    def _words(self, agreement_id: str) -> frozenset[str]:
        """The same for all titles of an agreement."""
        return frozenset[str]().union(*(_beginnings(title) for title in self.wording(agreement_id)))

    def _says_more(self, agreement_id: str) -> bool:
        """Whether an agreement's titles say a subject, beside names."""
        return any(not key.startswith(_NAME) for key in self._keys(agreement_id))

    def _says_nothing(self, mention: Mention, language: str) -> bool:
        """Whether a plural says neither whose agreements they are nor what they are on: "seven international agreements"."""
        if not mention.plural or among.named(mention):
            return False
        return not self.index.says_subject(self.index.read(mention.text, language))

    def setting(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Setting, tuple[Rival, ...]]:
        """A mention in its article, and the agreements it may mean."""
        own = among.named(mention) or around.pair or ((around.label,) if around.label else ())
        told = focus.recalled(sentence)
        hand = {*own, *around.near, *around.recent, *around.context, *(around.everyone if own else ())}
        rivals = self.index.rivals(
            mention.text,
            language,
            hand,
            told,
            parties=own,
            near_parties=around.near,
            context_parties=(*around.recent, *around.context),
            kind=mention.kind,
            plural=mention.plural,
            lead=around.lead,
            sentence=around.text,
        )
        wording = self.index.read(mention.text, language)
        return Setting(mention, wording, around, sentence, told, sentence - focus.foreign), rivals

    def _has(self, agreement_id: str, mention: Mention) -> bool:
        """Whether all parties that a mention names are listed for an agreement, or are members of one."""
        return not self.index.parties(agreement_id) or all(
            self.index.listed(code, agreement_id) for code in among.named(mention)
        )

    def _of_others(self, mention: Mention, link: Link, around: Around) -> bool:
        """Whether those who act are strangers to an agreement that the mention neither names nor gives all parties of."""
        best = link.best
        if best is None or best.alias or self.index.open(best.agreement_id):
            return False
        states = {code for code in (*around.near, *around.acting) if len(code) == 2}
        whole = self.index.parties(best.agreement_id) <= {*among.named(mention), *around.pair}
        return not whole and len(states) >= 2 and among.strangers(self.index, best.agreement_id, around.acting)

    def _each(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> tuple[Linked, ...]:
        """The agreements of a list under one noun, where at least two of its items are surely different ones."""
        found: dict[str, Linked] = {}
        around = replace(around, count=0)
        silent = not self.index.says_subject(self.index.read(mention.text, language))
        for item in mention.items:
            own = silent and {p.code for p in item.parties if p.code} - {p.code for p in mention.parties}
            if not own and not self.index.says_subject(self.index.read(item.text, language)):
                continue
            for one in self.link(item, language, focus, sentence, around):
                if one.agreement_id and one.band is Band.SURE:
                    found.setdefault(one.agreement_id, replace(one, mention=mention, reasons=("listed", *one.reasons)))
        return tuple(found.values()) if (len(found) > 1 if mention.plural else len(found) == 1) else ()

    def _of_all(self, mention: Mention, language: str, around: Around) -> bool:
        """Whether one agreement has all the parties that a noun in the singular names: "the treaty between Armenia, Georgia and Iran"."""
        named = among.named(mention)
        near = (*around.near, *around.context)
        ranked = self.index.rank(
            mention.text,
            language,
            parties=named,
            context_parties=near,
            kind=mention.kind,
            sentence=around.text,
            limit=3,
        )
        return any(self.index.parties(one.agreement_id).issuperset(named) for one in ranked)


def _beginnings(wording: Wording) -> frozenset[str]:
    return frozenset(word.low[:_BEGINNING] for word in wording.words if not word.kind and len(word.low) >= _BEGINNING)


def _only(only: among.Only, mention: Mention) -> Linked:
    band = Band.SURE if only.confidence >= _ALONE else Band.REVIEW
    return Linked(only.agreement_id, band, only.confidence, (only.reason,), mention)
