"""What to ask the full-text index for, to find the stored articles that may tell of an agreement. Pure.

    the words of a title or an alias, all of them      or      names of both parties      in the languages that are stored

What is asked for is wide rather than exact: the articles found are read by the recogniser, which decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator

from pipeline.door.words import words
from pipeline.model import Agreement
from pipeline.recognise.parties import Names
from pipeline.recognise.party_words import Lexis
from pipeline.store.inverted import Phrase, Wanted

_KINDS = ("name", "demonym", "capital", "organisation", "pair")
_MOST_PARTIES = 4  # of whom any two named together are asked for; what names one of very many says nothing
_MOST_WORDS = 5  # of a title, the longest: they say most
_LEAST_LETTERS = 4
_FALLBACK = "en"


def asked_for(agreement: Agreement, names: Names, languages: Collection[str]) -> tuple[Wanted, ...]:
    """Each of these is a question of its own; an article that answers one of them may tell of the agreement."""
    spoken = {language if language in names.lexes else _FALLBACK for language in languages}
    lexes = [names.lexes[language] for language in sorted(spoken)]
    parties = {code: tuple(sorted(set(_named(code, lexes)))) for code in agreement.parties}
    plain = {token for some in parties.values() for phrase in some for token in phrase}
    plain |= {token for lexis in lexes for noun in lexis.lists["nouns"] for token in words(noun)}
    titles = (agreement.title, *(title for _, title in agreement.titles), *agreement.aliases)
    questions = [_of_title(title, plain) for title in titles]
    if 2 <= len(parties) <= _MOST_PARTIES:
        questions += [(parties[one], parties[other]) for one, other in itertools.combinations(parties, 2)]
    elif len(parties) == 1:
        questions += [(some,) for some in parties.values()]
    return tuple(dict.fromkeys(question for question in questions if question and all(question)))


def _of_title(title: str, plain: Collection[str]) -> Wanted:
    """All words of a title that are neither a party's nor a word for treaties; all there are, where nothing else is left."""
    every = tuple(dict.fromkeys(words(title)))
    telling = [word for word in every if word not in plain and (len(word) >= _LEAST_LETTERS or not word.isascii())]
    longest = sorted(telling or every, key=len, reverse=True)[:_MOST_WORDS]
    return tuple(((word,),) for word in longest)


def _named(code: str, lexes: Iterable[Lexis]) -> Iterator[Phrase]:
    for lexis in lexes:
        for kind in _KINDS:
            for pattern in lexis.kinds.get(kind, {}).get(code, ()):
                yield from _phrases(pattern.lstrip("!*"), lexis.suffixes)


def _phrases(pattern: str, suffixes: Collection[str] | None) -> Iterator[Phrase]:
    """A name as the index may have it. Of several words with endings the longest alone: that finds more, never less."""
    if "~" not in pattern:
        if found := words(pattern):
            yield found
        return
    longest = max(pattern.split(), key=len)
    bare = longest.rstrip("~")
    if not longest.endswith("~"):
        yield from ((word,) for word in words(bare))
    elif suffixes is None or not bare.isalpha():
        yield from (tuple(f"{word}*" for word in words(bare)[-1:]),)
    else:
        yield from {words(bare + ending) for ending in ("", *suffixes)}
