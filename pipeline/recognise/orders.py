"""What the order of words says where their forms do not: Chinese verbs as attributes, Arabic nouns that look like verbs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.recognise import han
from pipeline.recognise.patterns import Hit
from pipeline.recognise.reading import Reading

_MARKS = "，,。；;：:、！？"
_FROM_LAW = 60  # ideographs between what a law is about and the law
SUBJECTS_OF_LAWS = frozenset({"ratify", "accede", "withdraw", "denounce", "annul", "terminate", "suspend"})
_OF_BILLS = frozenset({"extend", "amend"})  # subjects of a bill that another act is done to
_CONSTRUCT = frozenset(
    [
        "اعاده",
        "تاريخ",
        "يوم",
        "موعد",
        "عدم",
        "استكمال",
        "مواصله",
        "سرعه",
        "ضروره",
        "بدء",
        "تاجيل",
        "رفض",
        "طلب",
        "اجراءات",
    ]
)  # before another noun
_TURKIC = ("ған", "ген", "қан", "кен", "ган", "гон", "гөн")
_FRAME = 12  # words from a German article to the participle before its noun
_PARTICIPLES: Mapping[str, tuple[str, ...]] = {"kk": _TURKIC, "ky": _TURKIC, "tr": ("mış", "miş", "muş", "müş")}
_LIGHT = frozenset(
    [
        "еді",
        "болатын",
        "екен",
        "жоқ",
        "емес",
        "деп",
        "эле",
        "болчу",
        "экен",
        "жок",
        "деди",
        "деді",
        "мен",
        "және",
        "да",
        "де",
        "бірақ",
        "ve",
        "veya",
        "ama",
        "ancak",
        "fakat",
        "ise",
        "olup",
        "oldu",
        "idi",
        "değil",
        "durumda",
        "bulunuyor",
        "olmasına",
        "olduğunu",
        "olacak",
    ]
)
_DONE = frozenset("后过")
_NO_NOUN = frozenset("是")  # 签署的是…
_ABOUT_IT = re.compile("进行|展开|举行|开展|达成|发表|交换|磋商|谈判|表决|投票|辩论|审议")
_BEFORE_THAT = re.compile(
    "[^,，。;；]{0,30}?(?:(?:之前|以前)[,，]|(?:之前|以前|前)(?:[,，])?(?:[不尚仍还未没须需暂将均都会]|双方|任何|先))"
)


def parted(reading: Reading, left: int, right: int) -> bool:
    """Whether a comma or a stop parts two Chinese words: names in brackets, 刚果(布), do not."""
    return any(mark in reading.before(i) for i in range(left + 1, right + 1) for mark in _MARKS if mark != "、")


_DECIDED = frozenset({"approve", "submit"})
_FINITE = frozenset({"past", "present", "future", "passive", "base", "negative"})
_LABELLED = frozenset({"executive", "chamber"})


def _green(reading: Reading, last: int) -> bool:
    """« Feu vert du Sénat à l'accord … »: an expression of several words for consent that opens a sentence, and whose it is."""
    near = range(last + 1, last + 1 + _AGENT)
    return last > 0 and any(h.key in _LABELLED and h.first in near for h in reading.section("procedure"))


def decided(reading: Reading, first: int, last: int, family: str) -> bool:
    """« I-2. Approbation de la convention … », „Ministerrat: Zustimmung zum Abkommen …“: an item of a communiqué that opens with the noun
    of what was decided and has no verb tells that it was."""
    if family not in _DECIDED or reading.heading or reading.lexicon.table.arabic:
        return False
    label = first > 0 and ":" in reading.before(first)
    label = label and any(h.key in _LABELLED and h.last < first for h in reading.section("procedure"))
    if not label and (first or not (reading.item or _green(reading, last))):
        return False
    if not reading.is_any(("prepositions", "complement", "determiners"), last + 1):
        return False
    end = next((i for i in range(last + 1, len(reading.tokens)) if ";" in reading.before(i)), len(reading.tokens))
    main = [i for i in range(last + 1, end) if reading.same_clause(i, first)]
    told = {h.first for h in reading.section("acts") if h.form in _FINITE}
    return not any(i in told or reading.is_any(("be", "be_been", "have"), i) for i in main)


_ARTICLE_OF = {"o": ("o", "el", "lo"), "a": ("a", "la")}
_ABSOLUTE = frozenset({"es", "pt"})
_AGENT = 6  # words of who does it, between the participle and its noun


def opens(reading: Reading, first: int, last: int) -> bool:
    """ "Aprovado pelo Senado *o* projeto …", «Aprobada *la* ratificación …»: a participle that opens a sentence, its noun behind it with no
    comma between, tells what was done; "Aprovado em 2015, o acordo …" only says which agreement it is."""
    if reading.lexicon.language == "en":
        return _turned(reading, first, last)
    if reading.lexicon.language not in _ABSOLUTE or (
        first and reading.before(first).strip() not in {"—", "–", "-", ":"}
    ):
        return False
    ends = reading.tokens[first].low[-2:].rstrip("s")[-1:]  # its gender: "o", "a"
    for i in range(
        first + 1, min(last + 1 + _AGENT, len(reading.tokens))
    ):  # "efectuado el depósito": the noun may be the act's own
        if reading.before(i).strip(" \u00a0.º°"):  # "pelo Decreto nº 12.345"
            return False
        low = reading.tokens[i].low.rstrip("s")
        if low in _ARTICLE_OF.get(ends, ()) and not reading.is_any(("prepositions", "complement"), i - 1):
            return True
    return False


_LABEL = 3  # words of what an item is headed
_LONGEST = 22  # words between a participle that opens a sentence and its verb


def _turned(reading: Reading, first: int, last: int) -> bool:
    """ "Sent to the Senate on Monday was the treaty …", "Air traffic: Referred to the committee – the agreement …": what was done stands behind."""
    if first and not (first <= _LABEL and ":" in reading.before(first)):
        return False
    for i in range(last + 1, min(last + _LONGEST, len(reading.tokens))):
        if any(h.first <= i <= h.last for h in reading.section("instruments")):
            return False
        marked = any(mark in reading.before(i) for mark in (":", "–", "—", " - "))
        if marked or reading.is_a("be", i):
            word = i if marked else i + 1
            named = any(word <= h.first <= word + _AGENT for h in reading.section("instruments"))
            return named and reading.is_a("determiners", min(word, len(reading.tokens) - 1))
    return False


def titled(reading: Reading) -> frozenset[int]:
    """The words of Chinese titles of agreements, 《1957年废除强迫劳动公约》: what they tell of befell no one."""
    if "《" not in reading.sentence.text:
        return frozenset()
    ends = {h.last for h in reading.section("instruments")}
    inside: set[int] = set()
    opened = -1
    tail = reading.sentence.text[reading.tokens[-1].end - reading.sentence.start :]
    for i in range(len(reading.tokens) + 1):
        before = reading.before(i) if i < len(reading.tokens) else tail
        if "》" in before and opened >= 0:
            if i - 1 in ends:
                inside.update(range(opened, i))
            opened = -1
        if "《" in before:
            opened = i
    return frozenset(inside)


def attributive(reading: Reading, last: int) -> bool:
    """Chinese "两国签署的协定": a verb before 的 and a noun only says which agreement is meant; 是…签的 at an end tells."""
    after = last + 1 < len(reading.tokens) and reading.tokens[last + 1].low in _DONE  # 修订后的协定
    particle, noun = last + 1 + after, last + 2 + after
    if reading.lexicon.language != "zh" or noun >= len(reading.tokens) or reading.tokens[particle].low != "的":
        return False
    between = reading.before(particle) + reading.before(noun)
    if any(mark in between for mark in _MARKS) or reading.tokens[noun].low in _NO_NOUN:
        return False
    heads = [h.first for h in reading.section("instruments")]
    heads += [h.first for h in reading.section("grammar") if h.key == "generic_nouns"]
    head = min(
        (i for i in heads if noun <= i <= noun + _FROM_LAW), default=-1
    )  # "最早批准的国家": a state is what it says
    return head >= 0 and not any(mark in reading.before(i) for i in range(noun + 1, head + 1) for mark in "，,")


def voice_of_plain(reading: Reading, first: int, last: int, family: str) -> str:
    """The voice of a verb without forms (Chinese): an attribute, the subject of a law, or a deed."""
    if attributive(reading, last) or (family == "submit" and han.leads_in(reading, first, last)):
        return "attribute"
    alone = not any(h.first == first and h.key != family and h.last < last for h in reading.section("acts"))
    return "noun" if alone and of_law(reading, last, family) else "active"  # 通过批准…的法案 is the vote


def of_law(reading: Reading, last: int, family: str) -> bool:
    """Chinese "批准《公约》的法案": what stands before 的 and a law says what that is about, and is no deed of its own."""
    if reading.lexicon.language != "zh" or family not in SUBJECTS_OF_LAWS | _OF_BILLS:
        return False
    laws = (h.first for h in _laws(reading) if last < h.first - 1 <= last + _FROM_LAW)
    law = next((i for i in laws if reading.tokens[i - 1].low == "的"), -1)
    if law < 0 or any(mark in reading.before(i) for i in range(last + 1, law) for mark in "，,"):
        return False
    inside = (h for h in reading.section("acts") if h.form != "noun" and last < h.first and h.last < law)
    nested = _acted_on(reading, last)  # 提交批准延长《条约》的法案: what the bill is for
    if family in _OF_BILLS and not nested:
        return False
    return all(attributive(reading, h.last) or (nested and h.key in _OF_BILLS) for h in inside)


_OF_BILL = re.compile(
    "(?:通过|同意|批准|核准|讨论|审议)了?(?:关于|有关)?(?:提请|批准|核准|加入|退出|废除|终止|中止|延长)[^,，。;；]{0,60}的$"
)


def draft_law(reading: Reading, first: int, last: int) -> bool:
    """提请议会核准该国加入《公约》的草案: a draft that is a law's, not 协定的草案."""
    if reading.tokens[last].low != "案" or first < 2 or reading.tokens[first - 1].low != "的":
        return False
    text = reading.sentence.text
    return bool(_OF_BILL.search(text[: reading.tokens[first].start - reading.sentence.start]))


def _laws(reading: Reading) -> list[Hit]:
    drafts = (h for h in reading.section("grammar") if h.key == "generic_nouns" and draft_law(reading, h.first, h.last))
    return sorted([*(h for h in reading.section("things") if h.key == "law"), *drafts])


def _acted_on(reading: Reading, last: int) -> bool:
    """Whether an act that is done to laws stands before a word, in the same part of the sentence."""
    return any(
        h.key in {"submit", "approve", "promulgate", "sign", "reject"}
        and h.last < last
        and not any(mark in reading.before(i) for i in range(h.last + 1, last + 1) for mark in "，,")
        for h in reading.section("acts")
    )


def changes_head(reading: Reading, trigger_last: int) -> bool:
    """Chinese "修订…协定的议定书": a verb of changing whose object stands before 的 and another agreement says what that one is for."""
    if reading.lexicon.language != "zh":
        return False
    found = sorted((h.first, h.last) for h in reading.section("instruments") if h.first > trigger_last)
    pairs = ((one, other) for one in found for other in found if one[1] + 1 < other[0])
    return any(
        reading.tokens[head - 1].low == "的"
        and not any(mark in reading.before(i) for i in range(trigger_last + 1, head) for mark in "，,、；")
        for _, (head, _) in pairs
    )


def noun_of_action(reading: Reading, first: int) -> bool:
    """Arabic "بعد تبادل الوثائق", "إعادة عرض الاتفاقية": behind a preposition, or a noun that takes another, a word that may be a
    verb is the noun of its action."""
    return (
        reading.lexicon.table.arabic
        and first > 0
        and not reading.before(first).strip(" \u00a0")
        and (
            reading.is_a("aftermath", first - 1)
            or reading.is_a("prepositions", first - 1)
            or reading.tokens[first - 1].low.removeprefix("ب").removeprefix("ل") in _CONSTRUCT
        )
    )


def _framed(reading: Reading, word: int) -> bool:
    """German „das im Mai in Bonn unterzeichnete Abkommen“: an article, what belongs to the participle, the participle, a treaty noun."""
    if not any(h.first == word + 1 for h in reading.section("instruments")):
        return False
    for i in range(word - 2, max(-1, word - _FRAME), -1):
        if reading.before(i + 1).strip(" \u00a0.-"):
            return False
        if reading.is_a("determiners", i):
            following = reading.sentence.text[reading.tokens[i + 1].start - reading.sentence.start]
            return not following.isupper() and not reading.is_a("prepositions", i - 1)
    return False


def before_noun(reading: Reading, first: int, last: int) -> bool:
    """Kazakh «қол қойылған шарт», Turkish "güncellenmiş anlaşma": the past form is a participle in front of a noun, a verb at the
    end or before a light word; German "der revidierte Vertrag": it is one between an article and a noun."""
    following = last + 1
    if following >= len(reading.tokens) or reading.before(following).strip(' \u00a0«"'):
        return False
    word = reading.tokens[following]
    language = reading.lexicon.language
    if language == "de":
        capital = reading.sentence.text[word.start - reading.sentence.start].isupper()
        return (
            first == last
            and first > 0
            and capital
            and (reading.is_a("determiners", first - 1) or _framed(reading, first))
        )
    endings = _PARTICIPLES.get(language, ())
    return reading.tokens[last].low.endswith(endings) and word.low not in _LIGHT if endings else False


def not_yet(reading: Reading, first: int, last: int) -> bool:
    """在甲国批准…之前, 就批准…进行表决: a Chinese act that something comes before, or that something is about."""
    text, behind = reading.sentence.text, reading.tokens[last].end - reading.sentence.start
    about = first and reading.tokens[first - 1].low == "就" and "," not in reading.before(first)
    if about and _ABOUT_IT.search(text, behind):  # 就予以批准 is "at once"
        return True
    return _BEFORE_THAT.match(text, behind) is not None


def consented_to(reading: Reading, first: int, last: int) -> bool:
    """«Ратификациялауға келісім берді»: an infinitive is what the consent right behind it is to, where verbs stand last."""
    if not (reading.lexicon.verb_final and reading.lexicon.object_first):
        return False
    acts = reading.section("acts")
    consent = any(h.key == "approve" and h.first == last + 1 and h.form in _OF_VERBS for h in acts)
    return consent and any(h.form == "noun" and h.first == first for h in acts)


_OF_VERBS = frozenset({"past", "negative", "present", "future"})
