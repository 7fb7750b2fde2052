"""What a wording that says little takes over from what its article told before: pronouns, bare nouns, wordings that fit the topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Agreement
from pipeline.recognise import among, plurals
from pipeline.recognise.among import Around
from pipeline.recognise.focus import CARRIED, NEAR, NEAR_KIND, Focus, Linked, picked
from pipeline.recognise.linking import Index
from pipeline.recognise.linking.score import AMENDING, kind_fit
from pipeline.recognise.siblings import ALIKE, alike
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Band, Link, Mention, PartyKind

COMPATIBLE = 0.8
_LIKE_IT = 8  # agreements among which that of another party is looked for
_NEAR = 0.85  # how well such a noun goes with a title's
_AMENDING = 8  # agreements among which what one amends is looked for
_SAID = 0.6  # part of what its titles say that the other's say, too
_FOREIGN = 2  # topic words foreign to an agreement that keep a mention from being carried over to it


@dataclass(frozen=True)
class Carrying:
    """The tracked agreements, and what their titles say (read when first asked for)."""

    index: Index
    agreements: dict[str, Agreement]
    wordings: dict[str, tuple[Wording, ...]]

    def _carried(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        if focus.strange and sentence - focus.foreign <= NEAR:
            return (Linked(None, Band.NONE, 0.0, ("carried_untracked",), mention),)
        if mention.pick:
            return picked(mention, focus, sentence)
        order = focus.candidates(sentence, around.reach, around.since, several=mention.plural)
        silent = mention.numberless and not mention.kind
        if silent and focus.lead and focus.at < around.since and not {*focus.lead} & {*focus.latest}:
            order = (focus.lead, *order)
        if not silent:
            order = self._marked(self.index.read(mention.text, language), order, focus)
        if (around.itself or around.ends) and mention.kind:
            order = self._unamended(order, focus)
        for reasons in (("carried",), ("carried", NEAR_KIND)):
            for ids in order:
                alike = self._of_kind(ids, mention.kind, near=NEAR_KIND in reasons)
                fitting = tuple(i for i in alike if not self._elsewhere(i, around))
                if fitting:
                    taken = fitting if mention.plural or mention.numberless else fitting[-1:]
                    confidence = focus.weight(ids) * CARRIED
                    return tuple(Linked(i, Band.SURE, confidence, reasons, mention) for i in taken)
        return (Linked(None, Band.NONE, 0.0, ("no_focus",), mention),)

    def _marked(
        self, wording: Wording, order: tuple[tuple[str, ...], ...], focus: Focus
    ) -> tuple[tuple[str, ...], ...]:
        """What a bare noun may take up, where it says a year ("the 2019 text") or what only some agreements say ("the CEPA")."""
        told = list(dict.fromkeys([*reversed(focus.sure), *focus.lead]))
        if wording.years:
            named = [(i,) for i in told if self.index.years(i) & wording.years]
            rest = [ids for ids in order if not any(self._other_year(i, wording) for i in ids)]
            return (*named[:1], *rest)
        marks = {*wording.keys, *wording.layers}
        if not marks or not order or any(marks & self._keys(i) for i in order[0]):
            return order
        alike = [(i,) for i in told if marks & self._keys(i)]
        return (*alike[:1], *order)

    def _unamended(self, order: tuple[tuple[str, ...], ...], focus: Focus) -> tuple[tuple[str, ...], ...]:
        """The agreement itself, where what comes to mind is what amends it: told of before, or the likest one of the same parties."""
        first = order[0][-1] if order else ""
        if not first or not self._layered(first):
            return order
        parties = self.index.parties(first)
        told = [i for i in (*reversed(focus.sure), *focus.lead) if not self._layered(i)]
        if self.index.closed(first):
            told = [i for i in told if self.index.parties(i) == parties]
            fits = self.index.fitting("", "en", "", sorted(parties), parties, None)
            theirs = [one.agreement_id for one in fits if self.index.parties(one.agreement_id) == parties]
            rest = [i for i in theirs if not self._layered(i)]
            base = alike(self._keys(first), {i: self._keys(i) for i in rest})
            told += [base] if base else []
        elif not told:
            told = self._amended(first)
        return ((told[0],), *order) if told else order

    def _amended(self, agreement_id: str) -> list[str]:
        """The agreement that one without a closed list of parties amends, where it is tracked: its title says nothing that the other's does not."""
        title = self.agreements[agreement_id].title
        ranked = self.index.rank(title, "en", parties=sorted(self.index.parties(agreement_id)), limit=_AMENDING)
        keys = self._keys(agreement_id)
        return [
            c.agreement_id
            for c in ranked
            if not self._layered(c.agreement_id)
            and self.index.parties(c.agreement_id) == self.index.parties(agreement_id)
            and len(self._keys(c.agreement_id) & keys) >= _SAID * len(self._keys(c.agreement_id))
        ][:1]

    def _layered(self, agreement_id: str) -> bool:
        """Whether an agreement amends or adds to another: a protocol, an amendment, a second text."""
        titles = self.wording(agreement_id)
        return any(title.layers or title.kind == "protocol" for title in titles)

    def _keys(self, agreement_id: str) -> frozenset[str]:
        return frozenset(key for title in self.wording(agreement_id) for key in (*title.keys, *title.layers))

    def _elsewhere(self, agreement_id: str, around: Around) -> bool:
        """Whether a sentence speaks of other states: those who act, or all that are named, are strangers to an agreement of few
        parties, or (where the sentence names whose agreement it is) they are not its parties."""
        closed = self.index.closed(agreement_id)
        states = {code for code in around.near if len(code) == 2}
        if around.pair and closed:
            return not closed <= set(around.near)
        if around.label and closed and not self.index.party(around.label, agreement_id):
            return True
        parties = self.index.parties(agreement_id)
        if around.tied and parties and not any(self.index.listed(code, agreement_id) for code in around.tied):
            return True
        who = around.acting if len(states) >= 2 else around.actors
        if closed and among.strangers(self.index, agreement_id, who):
            return True
        return bool(closed) and len(states) >= 2 and not states & closed

    def _of_kind(self, ids: tuple[str, ...], kind: str, *, near: bool) -> tuple[str, ...]:
        """Those of a group whose title's kind the noun can mean; `near`: also a kind that is often called so ("el convenio", of an agreement)."""
        if kind in {"", "agreement", "treaty"}:
            fitting = tuple(i for i in ids if kind == "" or not {"memorandum"} & {w.kind for w in self.wording(i)})
            return fitting or ids
        if kind in {"statute", "charter"} and len(ids) == 1:
            return ids
        if near:
            return tuple(i for i in ids if any(kind_fit(kind, one) >= _NEAR for one in self._kinds(i) if one))
        return tuple(i for i in ids if kind in self._kinds(i) or kind == "declaration")

    def _kinds(self, agreement_id: str) -> frozenset[str]:
        """What an agreement may be called; what amends or adds to another is always a protocol, too."""
        titles = self.wording(agreement_id)
        added = {"protocol"} if any(title.layers & AMENDING for title in titles) else set()
        return frozenset(kind for title in titles for kind in (title.kind, *title.kinds)) | added

    def wording(self, agreement_id: str) -> tuple[Wording, ...]:
        """The titles of an agreement, read."""
        known = self.wordings.get(agreement_id)
        if known is None:
            agreement = self.agreements[agreement_id]
            pairs = [("en", agreement.title), *agreement.titles, *(("en", alias) for alias in agreement.aliases)]
            known = tuple(self.index.read(title, language) for language, title in pairs)
            self.wordings[agreement_id] = known
        return known

    def _compatible(
        self, mention: Mention, language: str, focus: Focus, sentence: int, link: Link, around: Around
    ) -> tuple[Linked, ...]:
        """The focus agreement, where the mention says nothing that is foreign to it."""
        wording = self.index.read(mention.text, language)
        for ids in focus.candidates(sentence, around.reach, around.since):
            for agreement_id in ids:
                if self._other_year(agreement_id, wording) or self._elsewhere(agreement_id, around):
                    continue
                if self._fits(wording, mention, agreement_id, frozenset(around.near), focus.at == sentence) and (
                    link.agreement_id in {None, agreement_id}
                    or "near_tie" in link.reasons
                    or (link.best is not None and link.best.content < 0.45)
                ):
                    same = link.agreement_id == agreement_id or (
                        link.best is not None and link.best.agreement_id == agreement_id
                    )
                    confidence = focus.weight(ids) * (CARRIED if same else COMPATIBLE)
                    return (Linked(agreement_id, Band.SURE, confidence, ("compatible_with_focus",), mention),)
        return ()

    def _other_year(self, agreement_id: str, wording: Wording) -> bool:
        """Whether a wording is called by a year, and the agreement by others."""
        years = self.index.years(agreement_id)
        return bool(wording.own_years and years) and not wording.years & years

    def _fits(self, wording: Wording, mention: Mention, agreement_id: str, near: frozenset[str], beside: bool) -> bool:
        """`beside`: the agreement was named in this very sentence, so that other words may describe it once more."""
        titles = self.wording(agreement_id)
        known = {key for title in titles for key in title.keys}
        foreign = [key for key in wording.keys if key not in known and not (beside and key in wording.aside)]
        closed = self.index.closed(agreement_id)
        numbers = frozenset[str]().union(*(title.numbers for title in titles))
        if wording.numbers and numbers and not wording.numbers & numbers:
            return False
        codes = {p.code for p in mention.parties if p.code}
        if closed and codes - closed:
            return False
        theirs = (
            {code for code in codes if len(code) == 2} if mention.plural and self.index.parties(agreement_id) else ()
        )
        if theirs and not any(self.index.listed(code, agreement_id) for code in theirs):
            return False  # "the agreements with Kosovo and Thailand", where one with India was told of
        blocs = {p.code for p in mention.parties if p.code and p.kind is PartyKind.ORGANISATION}
        strange = all(self.index.bloc(b) and not self.index.listed(b, agreement_id) for b in blocs)
        if blocs and strange and self.index.parties(agreement_id):
            return False  # "the agreement with the European Union", where that of EFTA was told of
        states = {code for code in near if len(code) == 2}
        if closed and len(states) >= 2 and not closed <= near | {code for code in closed if len(code) > 2}:
            return False
        narrow = {"protocol", "convention", "memorandum", "declaration", "charter", "statute"}
        if mention.kind in narrow and mention.kind not in self._kinds(agreement_id):
            return False
        layers = frozenset[str]().union(*(title.layers for title in titles))
        if wording.layers - layers:
            return False
        shared = [key for key in wording.keys if key in known]
        limit = _FOREIGN + 2 if beside else _FOREIGN
        return len(foreign) < limit and (bool(shared) or not foreign or bool(codes) or beside)

    def _sibling(self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around) -> str:
        """What "the one with Kazakhstan" means behind an agreement with Uzbekistan: another party's on the same subject."""
        own = list(among.named(mention)) or ([around.label] if around.label else [])
        if len(own) != 1 or self.index.says_subject(self.index.read(mention.text, language)):
            return ""
        return self._of_party(own[0], mention.text, mention, language, focus.candidates(sentence), around)

    def _of_party(
        self,
        party: str,
        text: str,
        mention: Mention,
        language: str,
        models: Sequence[tuple[str, ...]],
        around: Around,
    ) -> str:
        """The agreement of another party that is most like one told of, `models`; "" for none."""
        for ids in models:
            model = ids[-1]
            parties = self.index.parties(model)
            if not parties or self.index.listed(party, model):
                continue
            fits = self.index.fitting(text, language, mention.kind, [party], parties | {party}, around.lead)
            theirs = [one.agreement_id for one in fits] or self._with_same(party, model)
            keys = {i: self._keys(i) for i in theirs}
            said = self._keys(model)
            found = alike(said, keys) or (theirs[0] if len(theirs) == 1 and keys[theirs[0]] & said else "")
            if found and not among.strangers(self.index, found, around.acting):
                return found
        return ""

    def _with_same(self, party: str, model: str) -> list[str]:
        """Agreements of a bloc's members with another party than a model's ("the EFTA States and …"), the likest first."""
        ours = self.index.parties(model)
        ranked = self.index.rank(self.agreements[model].title, "en", parties=[party], limit=_LIKE_IT)
        theirs = {one.agreement_id: self.index.parties(one.agreement_id) for one in ranked}
        return [
            i for i, parties in theirs.items() if party in parties and len(parties) > 2 and parties - {party} < ours
        ]

    def _siblings(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """The same for a plural and each of its parties: "the agreements with Kosovo and Thailand" behind one with India."""
        own = among.named(mention)
        if not mention.plural or len(own) < 2 or self.index.says_subject(self.index.read(mention.text, language)):
            return ()
        models = focus.candidates(sentence)
        texts = {code: plurals.of_one(mention, code) for code in own}
        found = [self._of_party(code, text, mention, language, models, around) for code, text in texts.items()]
        apart = all(found) and len(set(found)) == len(found)
        return tuple(Linked(i, Band.SURE, ALIKE, ("sibling_with_party",), mention) for i in found) if apart else ()
