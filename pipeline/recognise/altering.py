"""What amends, extends or adds to an agreement: another one, found by the agreement that its wording names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.recognise import among, siblings
from pipeline.recognise.among import Around
from pipeline.recognise.carrying import Carrying
from pipeline.recognise.focus import Focus, Linked
from pipeline.recognise.linking.score import AMENDING
from pipeline.recognise.siblings import alike
from pipeline.recognise.values import Band, Link, Mention

_AMENDING = 8  # agreements among which an amendment to the one named is looked for
_SAID = 0.6  # part of what the amended one's titles say that its titles say, too
_DESCRIBED = 0.6  # content from which a wording describes the agreement that another one changes
_EXTENDING = frozenset({"extend"})


@dataclass(frozen=True)
class Altering(Carrying):
    """Links what is said of one agreement's change to the agreement on that change."""

    def _altering(
        self, mention: Mention, language: str, focus: Focus, sentence: int, around: Around
    ) -> tuple[Linked, ...]:
        """What changes the agreement that a mention names, where the step is about that change: its amendment, or none where that is not
        tracked; its extension, where it is."""
        if not (around.amendment or around.extended or around.joining):
            return ()
        best = None if mention.generic else self._decided(mention, language, around).best
        base = best.agreement_id if best is not None else None
        if mention.generic:  # "the amendments to the treaty"
            base = self._carried(mention, language, focus, sentence, around)[0].agreement_id
        if around.joining:
            added = self._accession(base, around.joining) if base else ""
            return (Linked(added, Band.SURE, siblings.ALIKE, ("accession",), mention),) if added else ()
        if around.extended:
            added = self._added_to(base, _EXTENDING, only=True) if base else ""
            return (Linked(added, Band.SURE, siblings.ALIKE, ("extension",), mention),) if added else ()
        one = self._amendment(base, mention, language, around) if base else ""
        if one:
            return (Linked(one, Band.SURE, siblings.ALIKE, ("amendment",), mention),)
        return () if mention.generic else (Linked(None, Band.NONE, 0.0, ("amendment",), mention),)

    def _amendment(self, base: str, mention: Mention, language: str, around: Around) -> str:
        """The amendment to an agreement, which is another one: "the amendment to the Montreal Protocol"; "" where that is not tracked."""
        said = [frozenset(title.keys) for title in self.wording(base) if title.keys]
        parties = self.index.closed(base)
        ranked = self.index.rank(
            f"Amendment to the {self.agreements[base].title}",
            "en",
            parties=sorted(parties),
            limit=_AMENDING,
        )
        added = [
            c.agreement_id
            for c in ranked
            if any("amend" in title.layers for title in self.wording(c.agreement_id))
            and self.index.closed(c.agreement_id) == parties
            and any(len(keys & self._keys(c.agreement_id)) >= _SAID * len(keys) for keys in said)
        ]
        if len(added) > 1:
            words = self._own(replace(mention, text=around.amendment, kind=""), among.named(mention), language, around)
            added = [one for one in added if one == words.agreement_id]
        return added[0] if added else ""

    def _accession(self, base: str, joining: str) -> str:
        """The agreement on a state's accession to another: its title names both; "" where it is not tracked."""
        title = self.agreements[base].title
        ranked = self.index.rank(f"Protocol on the Accession to the {title}", "en", parties=[joining], limit=_AMENDING)
        keys = frozenset[str]().union(*(title.keys for title in self.wording(base)))
        for one in (c.agreement_id for c in ranked if c.agreement_id != base):
            titles = [title for title in self.wording(one) if "accede" in title.layers and joining in title.states]
            if any(keys & {*title.keys} for title in titles) or any(
                title.orgs & self.index.parties(base) for title in titles
            ):
                return one
        return ""

    def _adding(self, mention: Mention, link: Link, language: str) -> tuple[Linked, ...]:
        """What amends or adds to the agreement that the wording names, unless the words speak surely for another one."""
        base, layers = self._base(mention, language)
        if not base or (link.band is Band.SURE and link.agreement_id != base):
            return ()
        added = self._added_to(base, layers)
        if added:
            return (Linked(added, Band.SURE, siblings.ALIKE, ("added_to_the_named",), mention),)
        return (Linked(None, Band.NONE, 0.0, ("adds_to_the_named",), mention),) if self.index.closed(base) else ()

    def _adding_described(self, mention: Mention, link: Link) -> tuple[Linked, ...]:
        """What amends or adds to the agreement that the wording describes ("the accord supplementary to the border treaty"), where that one's
        titles do not say that they do."""
        best = link.best
        if best is None or mention.plural or best.content < _DESCRIBED or link.band is Band.SURE:
            return ()
        layers = frozenset(layer for layer in AMENDING if f"not_{layer}" in best.reasons)
        added = self._added_to(best.agreement_id, layers, only=True) if layers else ""
        return (Linked(added, Band.SURE, siblings.ALIKE, ("added_to_the_described",), mention),) if added else ()

    def _base(self, mention: Mention, language: str) -> tuple[str, frozenset[str]]:
        """The agreement to whose name a noun before it ties another one ("the additional protocol to the Safe Third Country Agreement"),
        and how that one changes it as far as the words say; "" where none is so named."""
        names = [hit for hit in self.index.aliases_in(mention.text) if not (hit.name.generic or hit.inside)]
        if not names or not names[0].start:
            return "", frozenset()
        noun = self.index.read(mention.text[: names[0].start], language)
        base = self.index.agreement_id(names[0])
        adds = mention.kind == "protocol" or (noun.kind and noun.layers & AMENDING)
        return (base, noun.layers & AMENDING) if adds and not self._layered(base) else ("", frozenset())

    def _added_to(self, base: str, layers: frozenset[str], *, only: bool = False) -> str:
        """What amends or adds to an agreement: the one of the same parties whose title says most of what that one's says; "" where
        it is not tracked. `only`: its title says how it changes that one, too."""
        parties = self.index.closed(base)
        if not parties:
            return ""
        fits = self.index.fitting("", "en", "", sorted(parties), parties, None)
        layered = [i for one in fits if self.index.parties(i := one.agreement_id) == parties and self._layered(i)]
        said = [i for i in layered if any(w.layers & layers for w in self.wording(i))]
        return alike(self._keys(base), {i: self._keys(i) for i in said or ([] if only else layered)})

    def _decided(self, mention: Mention, language: str, around: Around) -> Link:
        """The link by the mention's words; where they do not decide, with those who act, then with the sentence's states, as parties."""
        own = among.named(mention) or around.pair or ((around.label,) if around.label else ())
        link = self._own(mention, own, language, around)
        for more in (around.acting, around.near):
            parties = tuple(dict.fromkeys([*own, *more]))
            if link.band is Band.SURE or not 2 <= len(parties) <= 4 or set(parties) == set(own):
                continue
            again = self._own(mention, parties, language, around)
            if again.band is Band.SURE or (again.band is Band.REVIEW and again.confidence > link.confidence):
                link = again
        return link

    def _own(self, mention: Mention, parties: Sequence[str], language: str, around: Around) -> Link:
        return self.index.link(
            mention.text,
            language,
            parties=parties,
            near_parties=around.near,
            context_parties=around.context if mention.generic else (*around.recent, *around.context),
            kind=mention.kind,
            plural=mention.plural,
            lead=around.lead,
            sentence=around.text,
        )
