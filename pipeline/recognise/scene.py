"""Who is named in an article, and where: the states and organisations at hand for a mention that names none or one of its parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from pipeline.recognise import actors, organs
from pipeline.recognise.parties import Names
from pipeline.recognise.values import Document, PartyKind, PartyMention, Sentence

_RECENT = 2  # sentences back whose parties may be those of a mention


@dataclass
class Scene:
    """The parties of one article. `context`: the country it is about, "" where none; `states`: codes of headline and lead, in order.

    `withs`: the language's words for "with".
    """

    document: Document
    names: Names
    published: date | None
    home: str = ""
    withs: frozenset[str] = frozenset()
    context: str = ""
    states: tuple[str, ...] = ()
    place: organs.Place = field(default_factory=organs.Place)

    def open(self, opening: list[Sentence]) -> None:
        """Take in headline and lead: what they name stands for the whole article."""
        found = [p for s in opening for p in self.parties(s)]
        own = [p for s in opening for p in organs.principals(self.parties(s), s, self.withs)]
        self.context = actors.focus([p for p in own if len(p.code) == 2])
        if not self.context and self.document.title is not None:
            named = [p.code for p in self.parties(self.document.title) if len(p.code) == 2]
            self.context = named[0] if named else ""
        self.context = self.context or self.home
        named = [p.code for p in own if len(p.code) == 2 and p.kind is not PartyKind.BODY]
        self.place = organs.Place(self.context, tuple(dict.fromkeys(named)))
        self.states = tuple(dict.fromkeys(p.code for p in found if p.code))

    def parties(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        """Parties of a sentence, organs with their countries; offsets in the text."""
        language = self.document.language
        bare = self.names.find(sentence.low, sentence.text, language, on=self.published)
        place, context = self.place, self.context
        headed = _heading(bare, sentence)
        if headed:
            place, context = organs.Place(headed, (headed,)), headed
        found = actors.attach(bare, sentence.low, sentence.text, language, self.names, context=context)
        owned = [
            self.names.owners_of(sentence.low[p.start : p.end], sentence.text[p.start : p.end], language) for p in bare
        ]
        found = place.at_home(bare, found, owned)
        return tuple(replace(p, start=p.start + sentence.start, end=p.end + sentence.start) for p in found)

    def recent(self, sentence: int) -> tuple[str, ...]:
        """Codes of the parties named in the sentences right before."""
        before = range(max(0, sentence - _RECENT), max(0, sentence))
        return tuple(dict.fromkeys(code for i in before for code in self._codes[i]))

    @cached_property
    def _codes(self) -> tuple[tuple[str, ...], ...]:
        """Codes of the parties each sentence names. Asked for only after `open`."""
        return tuple(tuple(dict.fromkeys(p.code for p in self.parties(s) if p.code)) for s in self.document.sentences)

    @cached_property
    def everyone(self) -> tuple[str, ...]:
        """Codes of all parties the article names."""
        return tuple(dict.fromkeys([*self.states, *(code for codes in self._codes for code in codes)]))


def _heading(found: Sequence[PartyMention], sentence: Sentence) -> str:
    """The state that heads an item of a digest: "Peru: the committee on foreign affairs …"."""
    if not found or len(found[0].code) != 2 or found[0].kind is not PartyKind.NAME:
        return ""
    first = found[0]
    before, after = sentence.text[: first.start], sentence.text[first.end : first.end + 2].strip()
    return first.code if not any(c.isalnum() for c in before) and after[:1] in {":", "："} else ""
