"""Chinese words that look like an act and tell of none: a noun of action as the subject, the name of a law, "by means of"."""

from __future__ import annotations

import re

from pipeline.recognise.reading import Reading
from pipeline.recognise.values import PartyMention

_WINDOW = 48  # ideographs around a word in which the order of words says what it is
_DEED = "(?:正式|顺利|最终|早日|如期|全面)?(?:批准|核准|签署|签订|缔结|生效|实施|施行|落实|执行|履行|延长|续签|加入|修订|升级)"
_SUBJECT_BEFORE = re.compile(f"的(?:{_DEED}[和与及、并]){{0,3}}(?:正式|顺利|最终|早日|如期|全面)?$")
_SUBJECT_BEHIND = re.compile(
    f"(?:[和与及、并]{_DEED}){{0,3}}[,，]?(?:都|均|也)?(?:将|会|必将|有利于|有助于|有望|可以|能够|需要|须|取决|有待)"
)
_SUBJECTS = frozenset({"ratify", "approve", "enter_force", "provisional", "accede", "extend", "amend"})
_ONCE_IN_FORCE = re.compile("(?:之后|以后|后)[,，]?[^,，。;；]{0,12}?(?:将|会|可|有望|即可|能|便|须|不再)")
_MEASURES = re.compile(
    "(?:措施|政策|新规|新政|办法|条例|细则|制裁|禁令|法律|法案|法规|罚则)(?![^,，。;；]*(?:协定|条约|公约|协议|议定书|备忘录|换文|安排))[^,，。;；]{0,14}$"
)
_COMPOUND = re.compile("的?(?:门槛|条件|要件|前提)|所需|法案|条例|细则|办法|议案|草案|立法|方案|计划|情况|措施|进展")
_MEANS = re.compile(
    "[^,，。;；]{2,40}?(?:来|以)(?:推|促|实现|加强|解决|建立|扩大|提高|保障|维护|深化|应对|减|消除|改善|降低|规范|增|确保|结束)"
    "|(?:和平|友好|外交|政治|平等)?(?:谈判|协商|对话|磋商|外交|视频|立法|公投|电话)[^,，。;；]{0,4}(?:方式|途径|渠道|手段|形式|机制|解决|会议)"
)
_TO_TALK = re.compile("就?(?:尽快|尽早|正式)?(?:商谈|商签|启动|开启|开展|开始|推进|加快|重启|继续|恢复|进行)")
_PART = re.compile(
    "了?(?:绝?大部分|部分|绝?大多数|多数|主要|过半|半数|[0-9一二三四五六七八九十两多]+(?:个|项|轮|章|%|成)|第[^,，。;；]{1,4}[轮章次]|首轮|新一轮|阶段性|技术[层面性])"
)
_MOST = re.compile(
    "绝?大部分|大多数|部分章|多数章|[0-9一二三四五六七八九十两]+(?:个|项)?章|首轮|第[一二三四五六七八九十]+轮"
)
_ROUND = re.compile("(?:第[0-9一二三四五六七八九十]+|首|新一|上一|本|又一)轮(?![^,，。;；]*(?:最后|末))[^,，。;；]*$")
_CONSENTS = frozenset({"ratify", "approve", "accede"})
_SENT_FROM = 24  # ideographs before an act in which what leads to it stands
_SENT = re.compile(
    "(?:提请|送交|提交|呈交|递交|呈送|报送|移送|报请|送请|交由|交付|转交|呈请|送)(?:给|至|到)?(?!了)"
    "(?:(?![并后已获且而再经交后]|予以|协定|协议|条约|公约|议定书)[^,，。;；]){1,14}$"
)  # 送交议会批准
_FROM = re.compile("(?:了)?[^,，。;；]{0,12}关于")  # 审议了国务院关于…
_SO_MANY = re.compile("等(?:[0-9]+|[一二三四五六七八九十两]+|多)[个個][^,，。;；]{0,8}[国國][和与與及、]")
_CONSIDERS = re.compile("(?:审议|听取)了?[^,，。;；]{0,12}关于$")
_ON_WHOLE = frozenset({"extend", "amend", "suspend", "terminate", "withdraw", "enter_force"})
_TAKING_ON = frozenset({"ratify", "sign", "accede"})
_TOPIC = re.compile(
    "[^,，。;；]{2,40}?的(?:[^,，。;；]{0,4})(?:文件|草案|问题|谈判|磋商|建议|讨论|计划|方案|提案|声明|请求)"
)
_FORCE = frozenset({"enter_force", "provisional"})


_NAME = 24  # ideographs from a word of a title to the noun that ends it
_NAMED = re.compile("(?:禁止|不扩散|不侵犯|互不侵犯|不歧视|反对)")
_TITLE, _WORDING = 80, 45  # ideographs from a verb to the noun at the end of a title, of a wording
_OPENS = re.compile("[^,，。;；]{0,3}(?:[《〈「『<“]|关于)")


def object_reach(reading: Reading, last: int) -> int:
    """How far behind a Chinese verb its object's noun may stand, which ends the title; 0 for other languages."""
    if reading.lexicon.language != "zh":
        return 0
    return _TITLE if _OPENS.match(_text(reading, last + 1, last + 5)) else _WORDING


_OPENING, _CLOSING = "《〈<", "》〉>"


def title_start(reading: Reading, first: int, last: int) -> int:
    """The first word of a title in brackets that ends on a treaty noun; -1 where the noun ends none."""
    end = reading.tokens[last].end - reading.sentence.start
    tail = reading.sentence.text[end : end + 1]
    if reading.lexicon.language != "zh" or tail not in tuple(_CLOSING):
        return -1
    for i in range(first, max(-1, first - _TITLE), -1):
        before = reading.before(i)
        if any(mark in before for mark in _OPENING):
            return i
        if i < first and any(mark in before for mark in _CLOSING + "。;；"):
            return -1
    return -1


_EDITION = re.compile('[「『“"‘]?(?:升级|修订|更新|增强|加强)版$')


def edition(reading: Reading, last: int) -> int:
    """自贸协定「升级版」: the last word of what an agreement's later form is called, right behind its noun; else the noun's own."""
    return last + 3 if _EDITION.match(_text(reading, last + 1, last + 3)) else last


def _text(reading: Reading, first: int, last: int) -> str:
    """Words and marks from one word to another, as read (simplified)."""
    tokens = reading.tokens
    return "".join(reading.before(i) + tokens[i].low for i in range(max(0, first), min(last + 1, len(tokens))))


def no_act(reading: Reading, first: int, last: int, family: str) -> str:
    """Why a Chinese act's word tells of no step; "" where it may tell of one."""
    if reading.lexicon.language != "zh":
        return ""
    behind = _text(reading, last + 1, last + _WINDOW)
    named = family in _SUBJECTS and _SUBJECT_BEHIND.match(behind)
    if named and _SUBJECT_BEFORE.search(_text(reading, first - _WINDOW, first - 1)):
        return "noun_as_subject"  # 条约的批准和生效,有利于…
    if family in _FORCE and (_COMPOUND.match(behind) or (_ONCE_IN_FORCE.match(behind) and not _dated(reading, first))):
        return "once_in_force"  # 生效门槛, 实施法案; 协定生效后,将…
    if family in _FORCE and _MEASURES.search(_text(reading, first - _WINDOW, first - 1)):
        return "of_something_else"  # 公告的措施今日上路
    if _among_contents(_text(reading, first - _LISTED, first - 1), behind):
        return "what_it_provides"
    own = "".join(reading.tokens[i].low for i in range(first, last + 1))
    about = family in _ON_WHOLE | _TAKING_ON and _text(reading, first - 2, first - 1).endswith(("有关", "关于"))
    if about and _TOPIC.match(behind):
        return "what_it_is_about"  # 转交有关延长条约的文件
    if own == "通过" and _MEANS.match(behind):
        return "by_means_of"
    if own.startswith("续签") and _text(reading, first - 1, first - 1) in {"陆", "持", "连"}:
        return "part_of_words"  # 陆续签署
    if family == "accede" and any(mark in reading.before(i) for i in range(first + 1, last + 1) for mark in ",，;；」"):
        return "part_of_words"  # 成为首个批准该协定的国家,所有成员国…
    return (
        _of_talks(reading, first, last, own, behind) if family == "conclude" else _led_to(reading, first, family, own)
    )


def _of_talks(reading: Reading, first: int, last: int, own: str, behind: str) -> str:
    """就商谈自由贸易协定达成共识, 谈判已完成大部分章节, 结束第三轮谈判: talks begun or come to half way."""
    if _TO_TALK.match(own if own.startswith("就") else behind):
        return "to_begin_talks"
    if _PART.match(behind) or _MOST.search(own) or _ROUND.search(_text(reading, first - _SENT_FROM, last)):
        return "part_of_talks"
    return ""


def _led_to(reading: Reading, first: int, family: str, own: str) -> str:
    """送交议会批准, 通过提请议会批准…的议案: what an agreement is sent for; 批准《公约》,成为第150个缔约方: what comes of an act told before."""
    sent = family in _CONSENTS and not any(
        mark in reading.before(first) for mark in ",，。;；"
    )  # 递交加入书,加入《公约》
    if sent and _SENT.search(_text(reading, first - _SENT_FROM, first - 1)):
        return "what_it_is_sent_for"
    if family == "accede" and own.startswith("成为") and _joined_before(reading, first):
        return "what_comes_of_it"
    return ""


_PARTS = ",，。;；:：!！?？"
_TELLS_ON = frozenset(
    {"notify", "exchange", "withdraw", "conclude"}
)  # 照会对方,告知国内程序已完成: told in two parts of a sentence


def apart(reading: Reading, first: int, last: int, family: str) -> bool:
    """报》社论:别犹豫了,批准: whether the words of an act stand in different parts of a sentence, or are about another act (放弃签署…公约),
    and so make none together."""
    if reading.lexicon.language != "zh":
        return False
    within = (h for h in reading.section("acts") if first < h.first and h.last < last and h.form != "noun")
    if family == "withdraw" and any(h.key != family and not _titled(reading, h.first) for h in within):
        return True
    if family in _TELLS_ON:
        return False
    return any(mark in reading.before(i) for i in range(first + 1, last + 1) for mark in _PARTS)


_LISTED = 80  # ideographs from "provides for" to a word of what is provided for
_PROVIDES = re.compile("(?:涉及|规定|载有|载明|列明|内容(?:主要)?(?:包括|涵盖)|条款(?:包括|涵盖))了?(.*)", re.DOTALL)
_LIST = re.compile(
    "、|(?:生效|修订|修改|终止|批准|签署|解释|适用)(?:和|与|及|以及|或)(?:生效|修订|修改|终止|批准|签署|解释|适用|退出)"
)
_ACT_HERE = "生效"  # stands for the act itself, between what is listed before it and behind it
_CLAUSE = 200  # signs that a clause has at most
_LAYS_DOWN = re.compile("[^，,。;；]{0,24}(?:作出|作了|做出|做了)了?(?:明确|具体|详细|相应)?规定")


def _among_contents(before: str, behind: str) -> bool:
    """涉及拒绝引渡的理由、条约的生效和终止; 对条约的批准、生效作出规定: what an agreement has articles on has not befallen it."""
    clause = re.split("[，,。;；]", before[-_CLAUSE:])[-1]
    provided = _PROVIDES.search(clause)
    rest = re.split("[，,。;；]", behind[:_CLAUSE])[0]
    if provided:
        return bool(_LIST.search(f"{provided[1]}{_ACT_HERE}{rest}"))
    return bool(re.search("[对對就]", clause) and _LAYS_DOWN.match(behind))


_OWN = frozenset({"reject", "accede", "amend"})  # verbs of many uses, whose own object stands right behind them
_NO_OBJECT = frozenset(
    "的了过着后前时之以而并且和与及或将于在至到为因由为仍均都也已有该中内外后者来，,。；;、：:！!？?”」》)）"
)


_TOWARDS = re.compile(
    "[^,，。;；]{0,40}?(?:目标|奠定|铺平|扫清|迈出|迈进|打下|铺路|创造[^,，。;；]{0,6}条件|做[好]?[^,，。;；]{0,4}准备)"
)
_SET_FOR = re.compile(
    "(?:仪式|典礼|工作|程序|手续|事宜|一事|表决)?(?:[拟擬定订訂]于|将于|将在|预定于?|料将|安排在|推迟到|推迟至|改期)(?![^,，。;；]*的[^,，。;；]*(?:协定|条约|公约|议定书))"
    "|(?:仪式|典礼|工作|程序|手续|事宜|一事|表决)(?:预计|有望|可望|计划|尚待|有待)"
    "|[^,，。;；]{0,40}(?:相威胁|相要挟|为要挟|作要挟|为筹码)"
)
_INSIDE = re.compile("尽早|尽快|尽速|早日|力争|争取|有望|可望|即将|将于|将在")
_ONCE = re.compile(
    "(?:[待俟]|须等)[^,，。;；]{2,24}[,，](?:即|便|就|再|方|才)[^,，。;；了已]{0,4}$"
)  # 待院会通过,即函请审议
_AFTER_THAT = re.compile("(?:之后|以后|后)[,，](再(?![次度]))?[^,，。;；年月日]{0,16}$")
_MEANT = re.compile("[拟擬]|预计|计划|准备|打算")
_VERB = 2  # characters of a verb: 提交


def future(reading: Reading, first: int, last: int) -> bool:
    """协定将提交议会, 将于秋季送交议会: whether an act begins with a 将 that tells what is to come, and not 将协定提交议会, where it puts
    an object first."""
    if reading.tokens[first].low != "将":
        return False
    behind = reading.tokens[first + 1].low
    if last - first == _VERB:
        return True
    led = any(reading.tokens[i].low == "把" for i in range(first, last))  # 将于周五把协定送交议会
    return behind in _FUTURE_BEFORE and (led or not _objects(reading, first, last))


_FUTURE_BEFORE = frozenset(
    "会在根依按由于很尽再先首"
)  # 将会, 将根据, 将由, 将尽快: no object stands behind 将, it tells a future
_OBJECTS = ("instruments", "things")


def _objects(reading: Reading, first: int, last: int) -> bool:
    """Whether an agreement, a law or a paper stands between two words."""
    hits = (h for section in _OBJECTS for h in reading.section(section))
    return any(first < h.first and h.last < last for h in hits) or reading.any_is("generic_nouns", range(first, last))


def ahead(reading: Reading, first: int, last: int) -> bool:
    """向签署协定的目标迈出一步: an act that somebody only goes towards; 拟提出报告,经会议通过后,函送审议, 沟通后,再将文本送交审议: one that
    comes after what is itself still meant to come."""
    if reading.lexicon.language != "zh":
        return False
    if future(reading, first, last) or _SET_FOR.match(_text(reading, last + 1, last + _WINDOW)):
        return True
    if last - first > _VERB and _INSIDE.search(_text(reading, first, last)):
        return True  # 谈判尽早收官
    before = _text(reading, 0, first - 1)
    if _ONCE.search(before):
        return True
    if before.endswith(("向", "为", "朝", "朝着")) and _TOWARDS.match(_text(reading, last + 1, last + _WINDOW)):
        return True
    after = _AFTER_THAT.search(before)
    if after is None or re.search("已|曾|了", after.group()):
        return False
    return bool(after[1]) or bool(_MEANT.search(before, 0, after.start()))


def own_object(reading: Reading, act: tuple[int, int], family: str, thing: int) -> bool:
    """涉及拒绝引渡的理由, 文本加入了数据条款: what stands right behind a verb of many uses is its object, and is no agreement; 协定…,
    关税将取消: what such a verb is done to stands behind the comma. `act`: its first and last word; `thing`: the last word of the
    agreement that it may be done to, or -1."""
    if reading.lexicon.language != "zh":
        return False
    first, last = act
    if 0 <= thing < first and reading.is_a("ambiguous", last):
        return any(mark in _text(reading, thing + 1, first) for mark in ",，;；")
    if family not in _OWN or thing > last:
        return False
    behind = reading.tokens[last + 1 : last + 3]
    if len(behind) < 2 or any(reading.before(i).strip() for i in (last + 1, last + 2)):
        return False
    return not any(mark in _NO_OBJECT or mark.isdigit() for mark in behind[0].low)


_JOINING = frozenset({"ratify", "accede", "deposit", "sign", "notify"})


def _joined_before(reading: Reading, first: int) -> bool:
    """批准《公约》,成为第150个缔约方: a party it became by the act told of before."""
    return any(h.key in _JOINING and h.last < first for h in reading.section("acts"))


_NO_LAW = ("效力", "约束", "程序", "手续", "依据", "文书", "文件", "框架", "责任", "司")


def no_law(reading: Reading, last: int) -> bool:
    """发生法律效力, 条约法律司: a word for law that says only of what kind something is."""
    return reading.lexicon.language == "zh" and _text(reading, last + 1, last + 2).startswith(_NO_LAW)


def applies_to(reading: Reading, last: int, day: int) -> bool:
    """协定生效,适用于明年1月1日起的所得: a day from which what it is on counts is not the verb's, which ends on word `last`."""
    return reading.lexicon.language == "zh" and 0 < last < day and "适用于" in _text(reading, last + 1, day - 1)


def _dated(reading: Reading, word: int) -> bool:
    """Whether a day or "already" stands before a verb: then it happened."""
    return any(reading.tokens[i].low in {"年", "月", "日", "已"} for i in range(max(0, word - 12), word))


def leads_in(reading: Reading, first: int, last: int) -> bool:
    """在提请审议批准《条约》的议案中, 对提请…的议案作说明: a sending that says which bill is meant."""
    if reading.lexicon.language != "zh":
        return False
    before = _text(reading, first - 18, first - 1)
    if not before.endswith(("在", "对", "关于")) or _CONSIDERS.search(before):
        return False
    laws = (h.first for h in reading.section("things") if h.key == "law" and last < h.first <= last + _WINDOW)
    law = next(laws, -1)
    return (
        law > 0
        and "的" in _text(reading, law - 3, law - 1)
        and not re.search("[,，。;；]", _text(reading, last + 1, law))
    )


def counted(reading: Reading, one: PartyMention, other: PartyMention) -> bool:
    """文莱、越南等6个东盟成员国和中国: whether only how many states they are stands between two names of a list."""
    if reading.lexicon.language != "zh":
        return False
    left, right = (one, other) if one.start < other.start else (other, one)
    return bool(
        _SO_MANY.fullmatch(
            reading.sentence.text[left.end - reading.sentence.start : right.start - reading.sentence.start]
        )
    )


def in_party(reading: Reading, word: int) -> bool:
    """Whether an ideograph is part of a party's name: 日 in 日本."""
    start = reading.tokens[word].start
    return any(p.start <= start < p.end for p in reading.parties)


def of_name(reading: Reading, first: int, last: int) -> bool:
    """《禁止核武器条约》, 不扩散核武器条约, 关于…的公约: a word that seems to deny is part of what an agreement is called."""
    if reading.lexicon.language != "zh":
        return False
    nouns = [h.first for h in reading.section("instruments") if last < h.first <= last + _NAME]
    if not nouns:
        return False
    behind = _text(reading, first, nouns[0])
    if any(mark in behind[1:] for mark in "》〉,，。;；"):
        return False
    acts = any(last < h.first < nouns[0] for h in reading.section("acts"))  # 禁止签署该条约
    return _titled(reading, first) or (not acts and bool(_NAMED.match(behind.lstrip("《〈"))))


def _titled(reading: Reading, word: int) -> bool:
    """Whether a title in brackets is open at a word."""
    before = reading.sentence.text[: reading.tokens[word].start - reading.sentence.start]
    return before.rfind("《") > before.rfind("》")


def of_list(reading: Reading, count: int, trigger: int) -> bool:
    """文莱、越南等6个成员国已交存批准书, 成为第150个缔约方: a number of states that ends a list of their names, or stands behind another
    stop than the verb, or says which one it is; no tally. `count`: the first word of "states"."""
    if reading.lexicon.language != "zh":
        return False
    named = re.search(
        "等[0-9一二三四五六七八九十两多]+个[^,，。;；]{0,6}$|第[0-9一二三四五六七八九十百]+[个個]?$",
        _text(reading, count - 12, count - 1),
    )
    return bool(named) or any(mark in reading.before(i) for i in range(count + 1, trigger + 1) for mark in ";；")


_BARE = frozenset(["不", "未", "没", "没有", "尚未", "并未", "从未", "无需", "不必", "毋须", "无须", "不需", "不会", "不能", "不愿", "不肯", "无法", "无一", "毫无", "并无", "没能", "未能", "不得", "不敢"])  # fmt: skip


_IF = re.compile(
    "(?:若(?!干)|如果|倘|假如|要是|一旦|只要|除非|(?:^|[,，。;；:：“「])如(?![期此今同何火下上意愿数实常约]))[^。;；]{1,40}[,，]"
    "[^,，。;；]{0,24}(?:就|便|则|方|将|会|也|可|只能|才)[^,，。;；已了]{0,16}$"
)


def on_condition(reading: Reading, first: int) -> bool:
    """若不开放口岸,就暂停履行协议: whether the part of the sentence before says on what an act hangs."""
    return reading.lexicon.language == "zh" and _IF.search(_text(reading, 0, first - 1)) is not None


def denies_before(reading: Reading, first: int, last: int, verb: int) -> bool:
    """不必再等,昨日批准了《公约》; 以不合宪为由拒绝: a negation in another part of the sentence, or in a reason, denies what stands there."""
    if "".join(reading.tokens[i].low for i in range(first, last + 1)) not in _BARE:
        return False
    between = _text(reading, last + 1, verb)
    if re.search("[,，][^,，。;；]{0,24}[就便则才]", between):  # 制裁不撤,批准就无从谈起
        return False
    return bool(re.search("[,，；;]|为由|为名|地(?!方|区|位|域|面|图|理|雷)", between))


def considered(reading: Reading, first: int, last: int, trigger: int) -> bool:
    """审议国务院关于提请审议批准《条约》的议案, 审议一份议案,国务院在其中提请批准: that a chamber considers what it was sent makes no plan of
    the sending, nor does what it is sent for (提请常委会审议). `first`, `last`: the words of "considers"; `trigger`: the first word of
    the sending."""
    if reading.lexicon.language != "zh" or not _text(reading, first, last).endswith("审议"):
        return False
    between = _text(reading, last + 1, trigger - 1)
    return first >= trigger or bool(_FROM.fullmatch(between)) or any(mark in between for mark in ",，")
