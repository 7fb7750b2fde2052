"""What Chinese words beside a verb, a law or an agreement say of what belongs to what, where no form does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.model import Status
from pipeline.recognise import han, orders
from pipeline.recognise.cases import ENDING, LAWS
from pipeline.recognise.reading import Reading
from pipeline.recognise.things import GENERIC, TREATY, Thing
from pipeline.recognise.triggers import ACTIVE, NOMINAL, Trigger

_FAR = 40  # ideographs before a word in which what governs it stands
_PART = 60  # signs behind a law that are read
_BEFORE_ACT = 4  # ideographs between a law and the verb that says what it is for
_CLOSE = 24  # ideographs between a verb of many uses and the agreement that it is done to

_TAKES = "按照|依照|依据|根据|遵照|参照|参考了?|援引|引用|动用|违反了?|违背了?|触犯了?|符合|落实|履行|遵守|围绕|针对|对照|对标"
_KEPT = ("履行", "遵守", "落实")  # 暂停履行《条约》
_TAKEN = re.compile(f"(?:{_TAKES}|[按依])[^,，。;；、]*$")
_NOT_IN_NAME = re.compile("[《〈「『“]|关于|有关|避免|防止|禁止|保护")
_GOVERNED = re.compile(f"(?:{_TAKES}|[按依据])[^,，。;；、》]{{0,30}}$")
_OF_IT = re.compile(
    "[》」』”]?的?[^,，。;；、]{0,6}(?:矛盾|争端|争议|争论|辩论|讨论|摩擦|冲突|听证|研讨|展区|展馆|展台|论坛|座谈|框架[下内])"
)
_ENDS = re.compile(
    "[》」』”)）]{0,2}(?:$|[,，。;；:：！!？?、.]|的(?:决定|计划|打算|念头|做法|举动|呼声|主张|提议|立场|可能|法案|议案|决议|动议|声明|通知)"
    "|[了后并但而即将也之前时吧呢以就和与及第]|(?:修正|修订|补充)?[案书]|草案|文本)"
)
_BEFALLS = re.compile("(?:[被遭获]|得到)[^,，。;；]{0,12}$")  # 协定遭总统抛弃
_APART = re.compile("[后时着来]|之前|以前|期间")


def _before(reading: Reading, first: int) -> str:
    """The signs before a word, in its own part of the sentence."""
    text = reading.sentence.text[: reading.tokens[first].start - reading.sentence.start]
    return re.split("[,，。;；]", text[-_FAR:])[-1]


def _behind(reading: Reading, last: int) -> str:
    return reading.sentence.text[reading.tokens[last].end - reading.sentence.start :][:_PART]


def _between(reading: Reading, left: int, right: int) -> str:
    """The signs between two words."""
    base = reading.sentence.start
    return reading.sentence.text[reading.tokens[left].end - base : reading.tokens[right].start - base]


def not_its(reading: Reading, trigger: Trigger, thing: Thing | None) -> bool:
    """拒绝按《规约》逮捕他, 修改时参考了《公约》, 援引《议定书》实施制裁, 协定矛盾升级: whether another word stands to an agreement as the verb
    seems to; 离开…, whether a verb of many uses has no agreement for its very object."""
    if reading.lexicon.language != "zh":
        return False
    direct = any(
        h.key == "direct" and (h.first, h.last) == (trigger.first, trigger.last) for h in reading.section("grammar")
    )
    if direct and (thing is None or thing.last < trigger.first):
        return not _BEFALLS.search(_before(reading, trigger.first))
    if thing is None or thing.what not in {TREATY, GENERIC}:
        return False
    if trigger.last < thing.first:
        between = _between(reading, trigger.last, thing.first)
        taken = _TAKEN.search(_NOT_IN_NAME.split(between)[0])
        if taken and not (trigger.family in ENDING and taken.group().startswith(_KEPT)):
            return True
        return direct and not _very_object(reading, trigger, thing, between)
    if thing.last >= trigger.first or trigger.voice != ACTIVE:
        return False
    if _OF_IT.match(_between(reading, thing.last, trigger.first)):
        return True
    return bool(_GOVERNED.search(_NOT_IN_NAME.split(_before(reading, thing.first))[0])) and _same_part(
        reading, thing.last, trigger.first
    )


def _same_part(reading: Reading, left: int, right: int) -> bool:
    return not orders.parted(reading, left, right)


def _very_object(reading: Reading, trigger: Trigger, thing: Thing, between: str) -> bool:
    """放弃《公约》, 离开该条约: nothing but what names the agreement stands between, and nothing of its own behind."""
    if len(between) > _CLOSE or not _ENDS.match(_behind(reading, thing.last)):
        return False
    own = _NOT_IN_NAME.split(between)[0]
    title = reading.tokens[trigger.last].end + len(own)
    acts = (h for h in reading.section("acts") if trigger.last < h.first and h.last < thing.first)
    return not _APART.search(own) and not any(reading.tokens[h.first].start < title for h in acts)


_HEADS = frozenset({"sign", "promulgate"})
_MAKES = frozenset({"approve", "ratify"}) | _HEADS
_LEADS = re.compile("[》」』”]?[,，](?:授权|正式|决定|宣布|同意|据此|从而|以|对)?")


def law_for(reading: Reading, law: Thing, triggers: Sequence[Trigger]) -> Trigger | None:
    """总统签署法令,批准《公约》; 议会通过法案,(授权)批准…: what a law is for, told behind a comma."""
    start = law.last + 1
    if reading.lexicon.language != "zh" or law.what not in LAWS or start >= len(reading.tokens):
        return None
    if not any(mark in reading.before(start) for mark in ",，"):
        return None
    done = [t for t in triggers if t.first < law.first and t.last <= law.last and t.family in _MAKES]
    done = [t for t in done if _same_part(reading, t.first, law.last)]
    if not done or reading.tokens[law.first - 1].low == "的":
        return None
    taken_on = {"ratify", "approve", *ENDING} | ({"accede"} if done[-1].family in _HEADS else set())
    near = (t for t in triggers if start <= t.first <= start + _BEFORE_ACT and t.family in taken_on)
    found = next((t for t in near if t.voice == ACTIVE), None)
    return found if found is not None and _LEADS.fullmatch(_between(reading, law.last, found.first)) else None


_PLAIN = frozenset("该此这项一本个了过的由以将把其两三二四五六新份部条等对号并与和及就，。")
_SAYS = frozenset("的了后并但而即将也之前时吧以就和与及由经在于已获被遭通为是不未")


def of_other_field(reading: Reading, law: Thing) -> bool:
    """核工业法案, 《铁路国有法案》, 通过决议谴责…: a law of which its own words say that it is on something else."""
    if reading.lexicon.language != "zh" or law.what not in LAWS:
        return False
    if any(law.first <= h.first and h.last <= law.last for h in reading.section("acts")):
        return False  # 批准法案
    treaties = [
        h for h in reading.section("instruments") if _same_part(reading, min(h.last, law.last), max(h.first, law.first))
    ]
    if treaties:
        return False
    before, behind = _before(reading, law.first), _behind(reading, law.last)
    if not before or before[-1] in "《〈":
        return False
    if before[-1] not in _PLAIN and not before[-1].isdigit():
        return not before.endswith(("通过", "批准", "核准", "签署", "提交", "审议", "表决", "否决"))
    acts = (h for h in reading.section("acts") if h.first > law.last and _same_part(reading, law.last, h.first))
    says = behind[:1] and behind[0] not in _SAYS and "\u4e00" <= behind[0] <= "\u9fff"
    return bool(says) and next(acts, None) is None


def another_part(reading: Reading, trigger: Trigger, thing: Thing | None, anchor: int, word: int) -> bool:
    """通过法案,…《公约》…: whether an agreement in another part of the sentence is none that a law is about."""
    if reading.lexicon.language != "zh" or thing is None or thing.what not in LAWS:
        return False
    if trigger.family not in _MAKES | {"reject"}:
        return False
    return not _same_part(reading, anchor, word)


_GOES_ON = re.compile("[》」』”)）]{0,2}(?:$|[,，。;；、.]|[和与及暨]|以及|等|《)")
_JOINS = re.compile("[、《]|^[》」』”]?(?:[和与及暨]|以及|还有)|[,，](?:和|与|及|以及|还有|一[项份个])")


def own_clause(reading: Reading, left: int, other: Thing) -> bool:
    """签署《备忘录》,并决定在《协定》框架内…; 批准了条约,与俄罗斯的协议则…: behind a comma an agreement of which something else is said is
    no further one of a list."""
    if reading.lexicon.language != "zh" or not orders.parted(reading, left, other.first):
        return False
    between = _between(reading, left, other.first)
    if _JOINS.search(between) and _GOES_ON.match(_behind(reading, other.last)):
        return False
    return not _GOES_ON.match(_behind(reading, other.last)) or bool(
        re.search("[,，].*[并就在对按依将让把使称说]", between)
    )


def by_order(reading: Reading, trigger: Trigger) -> tuple[Status | None, tuple[str, ...]] | None:
    """What the order of Chinese words says of an act's status; None where it says nothing."""
    if reading.lexicon.language != "zh":
        return None
    if orders.not_yet(reading, trigger.first, trigger.last) or han.ahead(reading, trigger.first, trigger.last):
        return Status.PLANNED, ("before_that",)
    none = han.no_act(reading, trigger.first, trigger.last, trigger.family)
    if none:
        return None, (none,)
    if trigger.voice != NOMINAL and han.on_condition(reading, trigger.first):
        return Status.CONDITIONAL, ("condition_before",)
    return None
