"""Dates in Chinese, which writes no spaces: simplified and traditional, in Arabic and Chinese figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.recognise.dates.lexing import LAST_YEAR, OLDEST_YEAR
from pipeline.recognise.values import DateMention

_FIGURES = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
_YEARS = {
    "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "来年": 1, "來年": 1, "后年": 2, "後年": 2,
}  # fmt: skip
_STORY_YEARS = {
    "同年": 0,
    "当年": 0,
    "當年": 0,
    "该年": 0,
    "該年": 0,
    "那一年": 0,
    "次年": 1,
    "翌年": 1,
    "前一年": -1,
    "上一年": -1,
}
_MONTHS = {
    "上个月": -1, "上個月": -1, "上月": -1, "本月": 0, "这个月": 0, "這個月": 0, "下个月": 1, "下個月": 1, "下月": 1, "上一个月": -1,
    "上一個月": -1,
}  # fmt: skip
_STORY_MONTHS = {"同月": 0, "当月": 0, "當月": 0, "次月": 1, "翌月": 1, "前一个月": -1, "前一個月": -1}
_DAYS = {
    "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晨": 0, "今早": 0, "今晚": 0, "明天": 1, "明日": 1, "后天": 2,
    "後天": 2,
}  # fmt: skip
_STORY_DAYS = {
    "前一天": -1, "前一日": -1, "当天": 0, "當天": 0, "当晚": 0, "當晚": 0, "当日": 0, "當日": 0, "同日": 0, "同一天": 0, "同天": 0, "此前一天": -1, "隔天": 1, "隔日": 1, "次日": 1, "翌日": 1, "第二天": 1,
    "第二日": 1,
}  # fmt: skip
_WEEKS = {"上": -1, "本": 0, "这": 0, "這": 0, "下": 1}
_WEEKDAYS = {mark: value for value, mark in enumerate("一二三四五六日")} | {"天": 6}
_EDGES = {
    "元旦": (1, 1),
    "第一天": (1, 1),
    "首日": (1, 1),
    "最后一天": (12, 31),
    "最後一天": (12, 31),
    "最后一日": (12, 31),
}
_QUARTERS = {
    "一": 3,
    "1": 3,
    "二": 6,
    "2": 6,
    "上": 6,
    "三": 9,
    "3": 9,
    "四": 12,
    "4": 12,
    "下": 12,
}  # their last month
_UNITS = {"天": "day", "日": "day", "周": "week", "週": "week", "星期": "week", "月": "month", "年": "year"}
_INSTRUMENT = r"条约|條約|协定|協定|协议|協議|公约|公約|议定书|議定書|备忘录|備忘錄|宪章|憲章"


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_N = r"(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = re.compile(
    rf"(?:(?P<year>(?<!\d)\d{{4}}|[一二][〇○零一二三四五六七八九]{{3}})\s?年(?:的(?={_N}\s?月))?|(?P<near_year>{_any(_YEARS)})|(?P<story_year>{_any(_STORY_YEARS)}))?"
    rf"\s?(?:(?<![\d.])(?P<month>{_N})\s?月份?(?!\d)|(?<![\d.])(?P<month2>{_N})\s?月|(?P<near_month>{_any(_MONTHS)})|(?P<story_month>{_any(_STORY_MONTHS)}))?"
    rf"\s?(?:(?<![\d.前第一二三四五六七八九十])(?P<day>{_N})\s?[日号號](?![内內间間元])(?:\s?[(（]?(?:星期|周|週)[一二三四五六日天][)）]?)?|(?P<share>年?[底末初]|年中|上半年|下半年|[上中下]旬|第?[一二三四1-4]季度|[春夏秋冬][天季])|的?(?P<edge>{_any(_EDGES)}))?"
)
_START = re.compile(
    rf"[0-9０-９一二三四五六七八九十]|{_any(_YEARS)}|{_any(_STORY_YEARS)}|{_any(_MONTHS)}|{_any(_STORY_MONTHS)}|元旦"
)
_OTHER = re.compile(
    rf"(?P<near_day>{_any(_DAYS)})|(?P<story_day>{_any(_STORY_DAYS)})"
    rf"|(?:(?P<week>[上本这這下])(?:个|個)?)?(?:周|週|星期|礼拜|禮拜)(?P<weekday>[一二三四五六日天])(?![个個年])"
    rf"|(?P<whole_week>[上本这這下])(?:个|個)?(?:周|週|星期)(?!年)"
    rf"|(?P<count>{_N}|[两兩])(?:个|個)?(?P<unit>天|日|周|週|星期|月|年)(?:之|以)?(?P<side>前|[后後])(?!夕)"
    rf"|(?P<quarter>第?[一二三四1-4]季度|[上下]半年)"
    rf"|(?P<year_end>(?<![\d今明去前同当])(?:年底|年末|年初|年内|年內|年中))|(?P<month_end>月底|月末|月初)"
)
_NUMERIC = re.compile(r"(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?!\d)")
_TO = re.compile(r"[\d年月日号號][至到~～–—-]\Z")
_GATE = re.compile(r"\d|[年月日号號天周週季]|星期|礼拜|禮拜|今晚|今晨|今早|昨晚|当晚|當晚|元旦")


def find_in(low: str) -> tuple[DateMention, ...]:
    """Every date of a Chinese text, in order; offsets count within it."""
    if _GATE.search(low) is None:
        return ()
    found: list[DateMention] = []
    for mention in sorted([*_figures(low), *_mentions(low)], key=lambda mention: mention.start):
        if not found or found[-1].end <= mention.start:
            found.append(mention)
    return tuple(found)


def _figures(low: str) -> Iterator[DateMention]:
    for match in _NUMERIC.finditer(low):
        first, second, third = (int(run) for run in match.group().replace("/", "-").replace(".", "-").split("-"))
        year, month, day = (first, second, third) if first > 31 else (third, second, first)
        yield DateMention(*match.span(), "numeric", year, month, day, role=_role(low, *match.span(), "numeric"))


def _mentions(low: str) -> Iterator[DateMention]:
    taken = 0
    free: list[tuple[int, int]] = []
    for start in _START.finditer(low):
        if start.start() < taken:
            continue
        match = _DATE.match(low, start.start())
        mention = _date(match, low) if match else None
        if mention is not None:
            if not _TO.search(low[max(0, mention.start - 2) : mention.start]):  # of a stretch, its start only
                yield mention
            free.append((taken, mention.start))
            taken = mention.end
    free.append((taken, len(low)))
    for begin, end in free:
        yield from (_other(match) for match in _OTHER.finditer(low, begin, end))


def number(text: str) -> int:
    """The value of Arabic or Chinese figures up to 99; a year's figures one by one."""
    if text[:1].isdecimal():
        return int(text)
    if len(text) == 4:
        return int("".join(str(_FIGURES[mark]) for mark in text))
    tens, ten, ones = text.rpartition("十")
    return (_FIGURES.get(tens, 1) * 10 if ten else 0) + _FIGURES.get(ones, 0)


def _date(match: re.Match[str], low: str) -> DateMention | None:
    """The mention of a match with a year, month or day in it; None for a bare number."""
    part = match.groupdict()
    year = number(part["year"]) if part["year"] else None
    month_text = part["month"] or part["month2"]
    month = number(month_text) if month_text else None
    day = number(part["day"]) if part["day"] else None
    unit, offset, story = _relation(part)
    if part["edge"]:
        if month is not None or (year is None and not unit and part["edge"] != "元旦"):
            return None
        month, day = _EDGES[part["edge"]]
    if year is None and month is None and day is None and not unit:
        return None
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    if year is not None and not OLDEST_YEAR <= year <= LAST_YEAR:
        return None
    start, end = match.span()
    end = start + len(match.group().rstrip())
    rule = ("story_" if story else "") + _rule(year, month, day, unit)
    return DateMention(start, end, rule, year, month, day, None, offset, unit, "", _role(low, start, end, rule))


def _relation(part: dict[str, str | None]) -> tuple[str, int | None, bool]:
    """Unit, offset and whether it counts from the story's last date rather than from the day of publication."""
    tables = (
        ("near_year", "year", _YEARS, False), ("story_year", "year", _STORY_YEARS, True),
        ("near_month", "month", _MONTHS, False), ("story_month", "month", _STORY_MONTHS, True),
    )  # fmt: skip
    for name, unit, table, story in tables:
        word = part[name]
        if word:
            return unit, table[word], story
    return "", None, False


def _rule(year: int | None, month: int | None, day: int | None, unit: str) -> str:
    told = ("day_" if day else "") + ("month_" if month else "")
    if year is not None:
        return "full_date" if day else "month_year" if month else "year"
    if unit:
        return f"{told or 'day_of_' * bool(day)}relative_{unit}"
    return {"day_": "day_of_month", "month_": "month", "day_month_": "day_month"}[told]


def _other(match: re.Match[str]) -> DateMention:
    part = match.groupdict()
    start, end = match.span()
    if part["quarter"]:
        return DateMention(start, end, "season", month=_QUARTERS[part["quarter"].removeprefix("第")[0]])
    weekday = _WEEKDAYS.get(part["weekday"] or "")
    rule, offset, unit, direction = _other_relation(part, weekday)
    tail = match.string[end : end + 2]
    role = "deadline" if part["year_end"] and tail.startswith(("前", "之前", "以前")) else ""
    return DateMention(start, end, rule, None, None, None, weekday, offset, unit, direction, role)


def _other_relation(part: dict[str, str | None], weekday: int | None) -> tuple[str, int | None, str, str]:
    """Rule, offset, unit and direction of an expression without month or year."""
    if part["near_day"]:
        return "relative_day", _DAYS[part["near_day"]], "day", ""
    if part["story_day"]:
        return "story_day", _STORY_DAYS[part["story_day"]], "day", ""
    week = part["week"] or part["whole_week"]
    if week:
        return ("relative_week" if weekday is None else "weekday_of_week"), _WEEKS[week], "week", ""
    if weekday is not None:
        return "weekday", None, "", ""
    if part["count"] and part["unit"]:
        amount = 2 if part["count"] in "两兩" else number(part["count"])
        before = part["side"] == "前"
        rule, direction = ("ago", "past") if before else ("within", "future")
        return rule, -amount if before else amount, _UNITS[part["unit"]], direction
    unit = "year" if part["year_end"] else "month"
    return f"relative_{unit}", 0, unit, ""


_EFFECTIVE = re.compile(r"\s?(?:起|开始(?:生效|实施|施行|适用)|開始(?:生效|實施))")
_DEADLINE = re.compile(r"\s?(?:之前|以前|前(?![夕往后後])|为止|為止)")
_VERBS = "了签簽批通加入交换換退废廢续續核即正于於在把将將起施"  # between a year and an instrument they say that it is no name's
_NAMED = re.compile(rf"的?《|的?[^\W\d_{_VERBS}]{{0,6}}(?:{_INSTRUMENT})")
_MADE = re.compile(r"(?:在[^\W\d_]{1,12})?[订訂](?:于|於|立)")  # 1992年3月17日订于赫尔辛基的《公约》


def _role(low: str, start: int, end: int, rule: str) -> str:
    if low.rfind("《", 0, start) > low.rfind("》", 0, start) or _MADE.match(low, end):
        return "title"
    if _EFFECTIVE.match(low, end) or low[max(0, start - 1) : start] == "自":
        return "effective"
    if _DEADLINE.match(low, end):
        return "deadline"
    return "title" if rule == "year" and _NAMED.match(low, end) and low[end : end + 1] != "签" else ""
