"""An agreement that the opening only describes and the sentences behind it name: "A pact that lets islanders settle in Australia took
effect … The Falepili Union was signed in 2023"."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.recognise import anaphora, mentions, prominence
from pipeline.recognise.linking import Index
from pipeline.recognise.prominence import Place
from pipeline.recognise.reading import Reading
from pipeline.recognise.readings import Read
from pipeline.recognise.things import TREATY
from pipeline.recognise.titles import Reading as Wording
from pipeline.recognise.values import Mention

BEHIND = 4  # sentences behind the opening in which the name may stand
_STATE = 2  # letters of its code


def describes(reading: Reading, mention: Mention) -> bool:
    """Whether a mention of the opening brings up one agreement without its name: "a treaty that …", "a global agreement on …"."""
    one = bool(mention.kind) and not (mention.plural or mention.generic or mention.items)
    return one and anaphora.new(reading, mention, first=True)


def named(reads: Iterable[Read]) -> str:
    """The first tracked agreement that sentences name as what they are about; "" where one is named by the way before."""
    for read in reads:
        reading, found = read.reading, read.things
        for thing in found:
            if thing.what != TREATY or not thing.agreement_id:
                continue
            mention = mentions.of(reading, thing, found, ())
            other = anaphora.another(reading, mention) or anaphora.before(reading, mention)
            by_the_way = prominence.place(reading, mention, found, topic=True) is not Place.MAIN
            return "" if other or by_the_way else thing.agreement_id
    return ""


def goes_with(
    index: Index,
    agreement_id: str,
    mention: Mention,
    said: Wording,
    around: Wording,
    near: Iterable[str],
    acting: Iterable[str],
) -> bool:
    """Whether an agreement named behind may be what the opening describes: of its parties, all who act among them, and about what it says.

    `said`: the mention, `around`: headline and lead, read; `near`: codes of the sentence's parties; `acting`: of those who act.
    """
    closed = index.closed(agreement_id)
    own = [*(p.code for p in mention.parties if p.code), *(code for code in acting if len(code) == _STATE)]
    if closed and not (all(index.listed(code, agreement_id) for code in own) and any(c in closed for c in near)):
        return False
    return index.described(agreement_id, said, around)
