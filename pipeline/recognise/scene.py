"""Who is named in an article, and where: the states and organisations at hand for a mention that names none or one of its parties."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from pipeline.recognise import actors, organs
from pipeline.recognise.parties import Names
from pipeline.recognise.values import Document, PartyKind, PartyMention, Sentence

_RECENT = 2  # sentences back whose parties may be those of a mention


@dataclass
class Scene:
    """The parties of one article. `context`: the country it is about, "" where none; `states`: codes of headline and lead, in order."""

    document: Document
    names: Names
    published: date | None
    home: str = ""
    context: str = ""
    states: tuple[str, ...] = ()
    place: organs.Place = field(default_factory=organs.Place)

    def open(self, opening: list[Sentence]) -> None:
        """Take in headline and lead: what they name stands for the whole article."""
        found = [p for s in opening for p in self.parties(s)]
        self.context = actors.focus([p for p in found if len(p.code) == 2])
        if not self.context and self.document.title is not None:
            named = [p.code for p in self.parties(self.document.title) if len(p.code) == 2]
            self.context = named[0] if named else ""
        self.context = self.context or self.home
        named = [p.code for p in found if len(p.code) == 2 and p.kind is not PartyKind.BODY]
        self.place = organs.Place(self.context, tuple(dict.fromkeys(named)))
        self.states = tuple(dict.fromkeys(p.code for p in found if p.code))

    def parties(self, sentence: Sentence) -> tuple[PartyMention, ...]:
        """Parties of a sentence, organs with their countries; offsets in the text."""
        language = self.document.language
        bare = self.names.find(sentence.low, sentence.text, language, on=self.published)
        found = actors.attach(bare, sentence.low, sentence.text, language, self.names, context=self.context)
        found = self.place.at_home(bare, found)
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
