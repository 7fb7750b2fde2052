"""Lines that stand around an article and are not of it: "Read also", calls to subscribe and share, credits.

Only whole lines, only short ones, and only by their first words: a line wrongly kept costs a glance, a sentence wrongly
dropped may be the ratification.
"""

from __future__ import annotations

import re

LONGEST = 220

# A label with something behind it: the whole line goes, as what follows is another article's headline.
_LEADS = re.compile(
    r"(?:(?:read|see|watch) (?:also|more|next|on)|also read|also see|related(?: (?:news|stories|articles?|topics))?|more on this"
    r"|recommended|more news|don[’']t miss|photo|photos|image|picture|file photo|photo by|image credits?|tags?|topics|keywords"
    r"|source link|share(?: this)?|follow us|subscribe|sign up|advertisement"
    r"|читайте (?:также|ещ[её]|больше|нас)|смотрите также|по теме|материалы? по теме|ещ[её] по теме|рекомендуем|фото|фотография"
    r"|теги|метки|реклама|подпис(?:ывайтесь|аться|ка)|поделиться|наш (?:telegram|телеграм)-?канал"
    r"|читайте також|дивіться також|фото|чытайце таксама|оқи отырыңыз|сондай-ақ оқыңыз|тағы оқыңыз"
    r"|lesen sie auch|lire aussi|à lire aussi|lea también|lea además|leia também|leggi anche|czytaj także|ayrıca okuyun"
    r"|相关阅读|延伸阅读|责任编辑|关键词|関連記事|اقرأ أيضا|بیشتر بخوانید)\s*[:：|»›–—-]",
    re.IGNORECASE,
)
# Whole lines that say nothing else.
_WHOLE = re.compile(
    r"(?:(?:read|see) (?:also|more)|also read|related (?:news|stories|articles|topics)|more (?:news|stories|on this(?: topic)?)"
    r"|most (?:read|popular|viewed)|latest news|top stories|advertisement|adverti[sz]ement - scroll to continue|share(?: this)?"
    r"|share (?:this )?(?:article|story|on (?:facebook|twitter|x|telegram|whatsapp))|tweet|print(?: this)?|e-?mail|copy link|comments?"
    r"|leave a (?:comment|reply)|back to top|all rights reserved|skip to (?:main )?content|loading\W*|next article|previous article"
    r"|читайте (?:также|ещ[её])|смотрите также|по теме|материалы? по теме|ещ[её] по теме|новости по теме|самое читаемое|популярное"
    r"|главные новости|последние новости|реклама|поделиться(?: в .{3,30})?|распечатать|комментарии|оставить комментарий|наверх"
    r"|все права защищены|читати також|читайте також|до теми|реклама|поділитися|相关新闻|分享到|打印|返回顶部)[\s.…:!>»]*\Z",
    re.IGNORECASE,
)
# Calls to the reader, told by what they ask for.
# Calls to the reader, told by what they ask for. "Copyright" alone also begins "Copyright treaty enters into force".
_CALLS = re.compile(
    r"(?:follow (?:us|our)|subscribe to (?:our|the (?:newsletter|channel|feed))|sign up (?:for|to) (?:our|the (?:newsletter|daily|weekly))"
    r"|join (?:us on|our (?:telegram|whatsapp|channel))|download (?:our|the) (?:app|mobile)|get (?:the latest news|our newsletter)|click here"
    r"|to share this|copy the link|©|(?:copyright )?\(c\)\s*\d{4}|copyright (?:©|\d{4}|by\b)|all rights reserved"
    r"|reproduction (?:of (?:this|these|any) \w+ )?(?:in whole|is prohibited|without)|reporting by .{3,80}[;,] ?(?:editing|writing) by"
    r"|read the original|this (?:article|story) (?:was )?(?:first |originally )?(?:published|appeared) (?:in|on|by|at)"
    r"|if you (?:have )?(?:notice|noticed|find|found) (?:an? )?(?:error|mistake|typo)|found a (?:mistake|typo)|(?:please )?(?:log|sign) in to"
    r"|подпи(?:сывайтесь|шитесь|сывайся) на|следите за (?:нами|новостями)|наш(?:и)? (?:telegram|телеграм|канал)"
    r"|присоединяйтесь к (?:нам|нашему|каналу)|читайте нас в|скачайте приложение|нажмите (?:здесь|сюда)"
    r"|если вы (?:нашли|заметили|обнаружили) (?:ошибку|опечатку)|нашли (?:ошибку|опечатку)|выделите (?:ее|её|ошибку|текст)"
    r"|при (?:полном |частичном |любом )?(?:или частичном )?(?:использовании|перепечатке|копировании|цитировании) (?:материал|информац|текст|ссылка|гиперссылка)"
    r"|перепечатка (?:материал|запрещ|без)|все права защищены|сетевое издание .{0,120}(?:зарегистрирован|свидетельств|учредител)"
    r"|підписуйтесь на|якщо ви (?:знайшли|помітили) помилку|telegram-каналымызға)",
    re.IGNORECASE,
)
_HEADINGS = re.compile(
    r"(?:read (?:also|more)|also read|related (?:news|stories|articles|topics)|more (?:news|stories|on this(?: topic)?)|most (?:read|popular)"
    r"|recommended(?: for you)?|top stories|latest(?: news)?|читайте также|смотрите также|по теме|материалы? по теме|новости по теме|ещ[её] по теме"
    r"|самое читаемое|популярное|последние новости|читайте також|相关阅读|相关新闻|关联阅读)[\s.…:>»]*\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？»”\"]\s*\Z")
_MOST_HEADLINES = 8


class Furniture:
    """Tells furniture line by line. It remembers whether a heading ("Read also") has just gone by: the headlines below it,
    short and without a full stop, belong to it."""

    def __init__(self) -> None:
        self._headlines = 0

    def holds(self, line: str) -> bool:
        """Whether this line, which comes after those asked about before, is furniture."""
        if len(line) > LONGEST:
            self._headlines = 0
            return False
        if _HEADINGS.match(line):
            self._headlines = _MOST_HEADLINES
            return True
        if _WHOLE.match(line) or _LEADS.match(line) or _CALLS.match(line):
            return True
        if self._headlines and not _SENTENCE_END.search(line):
            self._headlines -= 1
            return True
        self._headlines = 0
        return False
