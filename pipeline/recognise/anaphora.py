"""Words before a mention that tie it to what was told, set it apart, or say whose agreement it is."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.recognise.reading import Reading
from pipeline.recognise.values import Mention, PartyKind, PartyMention

_LEAD = 2  # sentences: there an indefinite article introduces what the article is about
_ATTRIBUTES = 6  # words between a verb of replacing and what it replaces: "löst das seit 2010 geltende Abkommen ab"
_ADJECTIVE_LAST = frozenset({"ar", "es", "fr", "pt"})
_JOINED = 7  # words from an accession to what is joined
_OWNER = 2  # words from who joins to the accession: "Peru's accession"
_TIED = 4  # words between an amendment and the agreement that it amends
_HEAD_LAST = frozenset({"kk", "ky", "tr", "zh"})
_TALKS = 8  # words from a verb to whom the talks that it is about were held with
_STATES = frozenset({PartyKind.NAME, PartyKind.CAPITAL})
_COLONS = (":", "：")  # what ends a sentence whose pronoun means what follows
_COUNTS = ("two", "three", "four")


def pair(reading: Reading, mention: Mention) -> tuple[str, ...]:
    """The two states whose agreement it is, where the words say so: "Mexico and Jamaica: …", "… their treaty"."""
    headed = _headed(reading)
    if len(headed) == 2:
        return headed
    at = reading.token_at(mention.start)
    states = tuple(dict.fromkeys(p.code for p in reading.parties if len(p.code) == 2))
    return states if at > 0 and reading.is_a("possessive", at - 1) and len(states) == 2 else ()


def label(reading: Reading) -> str:
    """The one party under whose name an item of a digest stands ("Mexico: …"), or "". A capital is a dateline."""
    headed = _headed(reading)
    kinds = {p.kind for p in reading.parties if p.code in headed}
    return headed[0] if len(headed) == 1 and kinds & {PartyKind.NAME, PartyKind.ORGANISATION} else ""


def tied(reading: Reading, mention: Mention) -> tuple[str, ...]:
    """The parties that "with" ties to what is told of a mention that names none: at the opening of its clause ("Mit Bangkok waren die
    Verhandlungen …"), inside it or right behind; where no noun stands for it, anywhere before the verb ("the partnership with Kenya has been
    in force"), and behind talks."""
    if any(p.code for p in mention.parties):
        return ()
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    silent = mention.numberless and not mention.kind
    found: dict[str, None] = {}
    for p in reading.parties:
        word, end = _with(reading, p)
        at = reading.token_at(p.start)
        body = p.kind is PartyKind.ORGANISATION and silent and at < first  # behind a verb it may be the depositary
        if word < 0 or not (body or p.kind in _STATES):
            continue
        opens = word == 0 or (reading.before(word).strip(" \u00a0") != "" and reading.same_clause(word, first))
        behind = last + (_TALKS if silent and _of_talks(reading, first, word) else 2)
        of_subject = silent and end < first and (reading.same_clause(end, first) or end == first - 1)
        if (
            (opens and at <= first)
            or first <= at <= behind
            or of_subject
            or (found and _with_again(reading, last, word))
        ):
            found[p.code] = None
    return tuple(found)


def _with(reading: Reading, party: PartyMention) -> tuple[int, int]:
    """The "with" that ties a party to a noun, before it or (Turkish) behind it, and the last word of both; (-1, -1) for none."""
    at, end = reading.token_at(party.start), reading.token_at(party.end - 1)
    if not party.code:
        return -1, -1
    if reading.lexicon.language in _HEAD_LAST - {"zh"}:
        return (at, end + 1) if end + 1 < len(reading.tokens) and reading.is_a("with", end + 1) else (-1, -1)
    for word in (at - 1, at - 2):
        if word >= 0 and reading.is_a("with", word):
            return (word, end) if word == at - 1 or reading.is_a("determiners", at - 1) else (-1, -1)
    return -1, -1


def _with_again(reading: Reading, last: int, word: int) -> bool:
    """Whether another item with a "with" of its own, and no verb, is told of the same act ("… with Oman in May, with Peru in June")."""
    begins = reading.comma_between(word - 1, word) or reading.is_a("coordinate", word - 1)
    return begins and word > last and not any(h.form != "noun" and h.first > last for h in reading.section("acts"))


def _of_talks(reading: Reading, first: int, word: int) -> bool:
    """Whether talks are told of between a verb and "with": "concluded negotiations on free trade with Hanoi"."""
    return any(h.key == "negotiations" and first <= h.last < word for h in reading.section("things"))


def itself(reading: Reading, mention: Mention) -> bool:
    """Whether the words say that it is the agreement itself: not what amends it."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    return reading.any_is("itself", range(max(0, first - 1), last + 2))


def count(reading: Reading, mention: Mention) -> int:
    """How many agreements a plural says it means ("three agreements"), 0 where it does not."""
    if not mention.plural:
        return 0
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    near = range(max(0, first - 3), min(first + 4, last + 1))
    return next((n for n, role in enumerate(_COUNTS, 2) if any(reading.is_a(role, i) for i in near)), 0)


def _headed(reading: Reading) -> tuple[str, ...]:
    end = reading.label_end
    if not end:
        return ()
    return tuple(dict.fromkeys(p.code for p in reading.parties if p.code and reading.token_at(p.start) < end))


def sets_apart(reading: Reading, mention: Mention, came_before: str) -> bool:
    """Whether the words set a mention apart from what was told: "another", "an earlier", a bare plural, "a" behind the lead.
    `came_before`: what `before` says of it."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    if mention.plural and not mention.parties and mention.kind and _bare(reading, first):
        return True
    if mention.pick:
        return False
    others = (i for i in _said_of(reading, first, last) if reading.is_a("other_words", i))
    if came_before or any(not reading.is_a("each_other", i) for i in others):  # "notified each other" tells of no other
        return True
    return first > 0 and reading.is_a("indefinite", first - 1) and reading.sentence.index > _LEAD


def ahead(reading: Reading, mention: Mention) -> bool:
    """Whether a pronoun means what follows: it ends its sentence before a colon (وأصدر المجلس قرارات، منها:)."""
    ends = reading.token_at(mention.end - 1) + 1 >= len(reading.tokens)
    return mention.generic and not mention.kind and ends and reading.sentence.text.rstrip().endswith(_COLONS)


def another(reading: Reading, mention: Mention) -> bool:
    """Whether a mention is one more beside those told of ("another agreement", "three further treaties", "a similar accord")."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    light = first > 1 and reading.is_any(("numbers", "indefinite", "determiners"), first - 1)
    near = range(max(0, first - (2 if light else 1)), min(first + 1, last) + 1)
    behind = last + 1  # "un accord semblable"
    follows = reading.lexicon.language in _ADJECTIVE_LAST and behind < len(reading.tokens)
    words = [*near, *([behind] if follows and not reading.before(behind).strip(" \u00a0") else [])]
    more = [i for i in words if reading.is_a("one_more", i)] if "one_more" in reading.roles else ()
    return not mention.pick and not all(reading.is_a("each_other", i) for i in more)


def new(reading: Reading, mention: Mention, *, first: bool) -> bool:
    """Whether the words bring up something new: a number or "a" before the noun, no "the" or "this" before that. `first`: the article
    told of no agreement yet, which is what counts where a language has no articles."""
    begin = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    counted = count(reading, mention) > 0 or any(reading.is_a("numbers", i) for i in (begin - 1, begin) if i >= 0)
    if not reading.lexicon.grammar.get("indefinite"):
        pointed = reading.any_is("demonstratives", range(max(0, begin - 2), last + 1))
        return not pointed and (counted if mention.plural else first)
    if begin > 0 and reading.is_a("indefinite", begin - 1):
        return True
    ahead = [i for i in (begin - 1, begin - 2) if i >= 0]
    defined = [i for i in ahead if reading.is_a("determiners", i) and not reading.is_a("numbers", i)]
    return counted and not defined


def before(reading: Reading, mention: Mention) -> str:
    """Whether a mention is what came before the agreement told of: "earlier" ("the previous protocol"), "replaced" ("it replaces the
    accord of 1996"), or ""."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    if _replaced(reading, first, last):
        return "replaced"
    return "earlier" if reading.any_is("earlier_words", _said_of(reading, first, last)) else ""


def standing(reading: Reading, mention: Mention) -> bool:
    """Whether a mention is called the agreement that holds now ("the present deal expires next year"), beside a newer one."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    words = [i for i in _said_of(reading, first, last) if reading.is_a("standing_words", i)]
    marks = (reading.before(i) for word in words for i in range(word + 1, first + 1))
    return bool(words) and not any(mark.strip(" \u00a0") for mark in marks)


def amendment(reading: Reading, mention: Mention) -> str:
    """The words of an amendment to the agreement that a mention names ("the amendment to the Montreal Protocol"), or ""."""
    nouns = reading.roles.get("amendments")
    if nouns is None:
        return ""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    if reading.any_is("amendments", range(first, last + 1)):
        return ""
    begin, end = _tied_before(reading, first, nouns), _tied_behind(reading, last, nouns)
    if begin < 0 and end < 0:
        return ""
    begin, end = (begin if begin >= 0 else first), max(end, last)
    base = reading.sentence.start
    return reading.sentence.text[reading.tokens[begin].start - base : reading.tokens[end].end - base]


def extended(reading: Reading, mention: Mention) -> bool:
    """Whether the words are about the extension of the agreement that a mention names ("the extension of the fishery treaty")."""
    nouns = {i for h in reading.section("acts") if h.key == "extend" and h.form == "noun" for i in (h.first, h.last)}
    if not nouns:
        return False
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    ahead, behind = _tied_before(reading, first, nouns), _tied_behind(reading, last, nouns)
    return nouns.isdisjoint(range(first, last + 1)) and max(ahead, behind) >= 0


def joining(reading: Reading, mention: Mention) -> str:
    """The state whose accession to the agreement that a mention names is told of ("ratified Peru's accession to the pact"), or ""."""
    first = reading.token_at(mention.start)
    nouns = [
        h for h in reading.section("acts") if h.key == "accede" and h.form == "noun" and 0 <= first - h.last <= _JOINED
    ]
    if not nouns:
        return ""
    noun = nouns[-1]
    codes = {
        reading.token_at(p.end - 1): p.code
        for p in reading.parties
        if len(p.code) == 2 and p.kind is not PartyKind.BODY
    }
    between = [i for i in range(noun.first, first) if i in codes]
    small = ("prepositions", "determiners", "complement", "to")
    inside = {i for p in reading.parties for i in range(reading.token_at(p.start), reading.token_at(p.end - 1) + 1)}
    plain = all(i in inside or reading.is_any(small, i) for i in range(noun.last + 1, first))
    before = [i for i in range(max(0, noun.first - _OWNER), noun.first) if i in codes]
    return codes[(between or before)[-1]] if plain and (between or before) else ""


def _tied_before(reading: Reading, first: int, nouns: Collection[int]) -> int:
    """Which of some nouns stands before a mention with small words only between, or -1."""
    for i in range(first - 1, max(-1, first - 1 - _TIED), -1):
        if reading.before(i + 1).strip(" \u00a0'’«“„\"《"):
            return -1
        if i in nouns and i - 1 not in reading.changing:
            return i
        if not reading.is_any(("prepositions", "determiners", "complement", "to"), i):
            return -1
    return -1


def _tied_behind(reading: Reading, last: int, nouns: Collection[int]) -> int:
    """Which of some nouns stands as the head of a phrase behind what belongs to it: "Protokolü'ne yapılan değişiklik", 议定书修正案; or -1."""
    language = reading.lexicon.language
    if language not in _HEAD_LAST:
        return -1
    for i in range(last + 1, min(last + (2 if language == "zh" else _TIED), len(reading.tokens))):
        if reading.before(i).strip(" \u00a0'’»”“\"》"):
            return -1
        if i in nouns:
            return i
    return -1


def _said_of(reading: Reading, first: int, last: int) -> range:
    """The words that may say which one a mention is: two before it, its own, and an adjective right behind it ("el acuerdo anterior")."""
    follows = last + 1 < len(reading.tokens) and reading.lexicon.language in _ADJECTIVE_LAST
    touches = follows and not reading.before(last + 1).strip(" \u00a0")
    return range(max(0, first - 2), last + (2 if touches else 1))


def _replaced(reading: Reading, first: int, last: int) -> bool:
    """Whether a verb of replacing has a mention as its object: right before it, with attributes between, or right behind it."""
    if "replacing" not in reading.roles:
        return False
    for i in range(first - 1, max(-1, first - 1 - _ATTRIBUTES), -1):
        if reading.is_a("replacing", i):
            return True
        if reading.before(i + 1).strip(" \u00a0'’«“„\"《") or reading.is_any(("by", "coordinate"), i):
            break
    behind = last + 1
    if not reading.lexicon.verb_final or behind >= len(reading.tokens) or reading.before(behind).strip(" \u00a0»”“"):
        return False
    return reading.is_a("replacing", behind) and not reading.any_is("by", range(max(0, first - 2), first))


def manner(reading: Reading, mention: Mention) -> tuple[str, ...]:
    """How the words introduce a mention: its determiner, and whether they call it new, or another one."""
    first = reading.token_at(mention.start)
    last = min(reading.token_at(mention.end - 1), len(reading.tokens) - 1)
    out = [word for word in ("indefinite", "possessive") if first > 0 and reading.is_a(word, first - 1)]
    if not out:
        out = ["determined"] if first > 0 and reading.is_a("determiners", first - 1) else ["undetermined"]
    here = range(max(0, first - 2), min(first + 3, last + 1))
    out += [
        name
        for name, role in (("other", "other_words"), ("new", "new_words"))
        if any(reading.is_a(role, i) for i in here)
    ]
    if mention.plural and not mention.parties and mention.kind and _bare(reading, first):
        out.append("kind_of")
    return tuple(out)


def _bare(reading: Reading, first: int) -> bool:
    """A plural without an article, in a language that has one ("extradition treaties"): treaties of that kind, not these."""
    if not reading.lexicon.grammar.get("indefinite") or reading.is_a("pronouns", first):
        return False
    if first == 0:
        return True
    return not reading.is_a("determiners", first - 1) and reading.tokens[first - 1].low not in {
        "of",
        "de",
        "des",
        "both",
    }
