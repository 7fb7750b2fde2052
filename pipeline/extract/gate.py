"""Pages that stand where the article should: logins, captchas, cookie walls, "enable JavaScript", parked domains, soft 404s.

A real article may quote any of these words, so they count only where they are most of what the page says. A page that
shares the title the feed promised is never a gate.
"""

from __future__ import annotations

import re

LONGEST_GATE = 4000  # characters; a cookie wall with its list of purposes is the longest kind

_TITLES = re.compile(
    r"\W*(?:just a moment|attention required|access (?:to this page has been )?denied|403\b|401\b|404\b|410\b|429\b|5\d\d\b|error \d{3}"
    r"|(?:page|article|document) (?:is )?(?:not found|unavailable|missing)|not found|forbidden|service unavailable|bad gateway"
    r"|are you (?:a )?(?:human|robot)|security check|ddos[- ]guard|checking your browser|verif(?:y|ying) (?:you are human|your browser)"
    r"|human verification|robot check|captcha|before you continue|log ?in|sign ?in|subscribe to (?:read|continue)|please wait|one moment"
    r"|under (?:construction|maintenance)|site (?:is )?(?:under )?maintenance|domain (?:is )?(?:for sale|parked|expired)|this domain"
    r"|(?:buy|get) this domain|welcome to nginx|apache2? .{0,20}default page|index of /|account suspended"
    r"|страница не найдена|страницы? не существует|ошибка \d{3}|доступ (?:запрещ[её]н|ограничен)|проверка браузера|вы (?:не )?робот"
    r"|войти|вход(?: на сайт)?|авторизация|сайт на (?:техническом обслуживании|реконструкции)|домен (?:прода[её]тся|припаркован|не прилинкован)"
    r"|сторінку не знайдено|доступ заборонено|бет табылмады|старонка не знойдзена|seite nicht gefunden|page introuvable|página no encontrada"
    r"|pagina non trovata|页面不存在|页面未找到|找不到(?:该)?页面|访问被拒绝|安全验证|ページが見つかりません)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"enable (?:java ?script|cookies)|java ?script (?:is )?(?:disabled|required|must be enabled|to (?:run|view|continue))|turn on javascript"
    r"|(?:browser|device) (?:is )?(?:out of date|not supported)|unsupported browser|captcha|you are (?:a )?(?:human|not a robot)|are you a robot"
    r"|unusual traffic|automated (?:access|requests|queries)|checking (?:your browser|if the site connection)|security (?:service|check|check to access)"
    r"|ray id|ddos|cloudflare|access denied|permission to (?:access|view)|has been blocked|your ip(?: address)?|request(?:ed)? (?:was )?blocked"
    r"|(?:log|sign) ?in (?:to|with|or|using)|(?:forgot|reset) (?:your )?password|password|create (?:an |your )?(?:free )?account|already (?:have an account|a subscriber|a member|registered)"
    r"|subscri(?:be|bers?|ption)|free trial|register (?:to|for|now)|continue reading|unlimited (?:digital )?access|cancel any ?time|this content is for"
    r"|cookies?|consent|privacy (?:policy|settings|choices)|(?:our|\d+) (?:partners|vendors)|personali[sz]ed (?:ads|content|advertising)|manage (?:options|preferences|choices)"
    r"|accept all|reject all|legitimate interest|page (?:you(?:'re| are| were)? (?:looking|requested)|not found|does ?n[o']t exist|(?:has been|was) (?:moved|removed|deleted))"
    r"|could not be found|couldn[’']t find|no longer (?:exists|available)|(?:return|go back|back) to (?:the )?(?:home|main)|may have been (?:moved|removed|deleted)"
    r"|domain (?:name )?(?:is |may be |has )?(?:for sale|parked|expired|available)|buy this domain|domain owner|this domain|related (?:searches|links)|parking|web hosting|inquire"
    r"|under (?:construction|maintenance)|come back (?:soon|later)|try again later|temporarily unavailable"
    r"|включите javascript|javascript (?:отключ[её]н|должен быть включ[её]н)|не робот|робот[аы]?|капч[аиу]|подозрительн\w+ (?:трафик|запрос)|доступ (?:к \w+ )?(?:запрещ[её]н|ограничен|заблокирован)"
    r"|проверк[аи] (?:браузера|безопасности)|войдите|войти|авториз\w+|зарегистрир\w+|регистрац\w+|забыли пароль|парол[ья]|подписк[аиуе]|оформите подписку|подписчик\w*"
    r"|файл\w* cookie|куки|согласие на обработку|политик\w+ конфиденциальности|страниц\w+ (?:не (?:найдена|существует)|удалена|перемещена)|вернуться на главную"
    r"|на главную|домен (?:прода[её]тся|свободен)|купить (?:этот )?домен|хостинг\w*|технически\w+ работ\w*|попробуйте позже"
    r"|увімкніть javascript|сторінк\w+ не (?:знайдено|існує)|підписк\w+|увійдіть|启用 ?javascript|验证码|登录|注册|订阅|页面不存在|域名出售|ログイン|有料会員",
    re.IGNORECASE,
)
_TITLE_END = re.compile(r"\W*(?:\Z|[|·–—-]\s)")
# A gate asks something of its reader; a report of data protection law does not.
_ADDRESS = re.compile(
    r"\b(?:you|your|yours|we|our|us|please|click|вы|вас|вам|ваш\w*|мы|наш\w*|пожалуйста|\w+(?:йте|ите)(?:сь)?|ви|вам|ваш\w*)\b|请|您|你",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_WORD = re.compile(r"\w{4,}")


def is_gate(text: str, title: str, promised: str, heading: str = "") -> bool:
    """Whether `text`, under `title`, is a gate and not the article that the feed called `promised` ("" where unknown).

    `heading` counts for less than the page's title: it may be that of a login box which is on every page of a site.
    """
    if len(text) > LONGEST_GATE or _keeps_promise(text, title, promised):
        return False
    if len(text) < 1500 and _nothing_but_gate(title):
        return True
    titled = _TITLES.match(title) or _TITLES.match(heading)
    share = 0.2 if titled else 0.5 if len(text) < 1200 else 0.7
    return _mostly_telling([found.group().strip() for found in _SENTENCE.finditer(text)], share)


def _mostly_telling(sentences: list[str], share: float) -> bool:
    """Whether the sentences of a gate make up so much of the text. Stops where the rest could not change it."""
    total = rest = sum(map(len, sentences))
    telling = 0
    for sentence in sentences:
        if telling + rest < total * share:
            return False
        rest -= len(sentence)
        telling += len(sentence) if _tells(sentence) else 0
    return telling >= total * share > 0


def _nothing_but_gate(title: str) -> bool:
    """Whether a title says "Page not found" and nothing else but, perhaps, a site's name behind a bar or dash."""
    rest = title
    while found := _TITLES.match(rest):
        rest = rest[found.end() :]
        if _TITLE_END.match(rest):
            return True
    return False


def _tells(sentence: str) -> bool:
    """Whether a sentence is one of a gate: it has the words, and it is brief or speaks to its reader."""
    return (len(sentence) < 70 or bool(_ADDRESS.search(sentence))) and bool(_TELLS.search(sentence))


def _keeps_promise(text: str, title: str, promised: str) -> bool:
    """Whether most of the longer words of the promised title are on the page."""
    wanted = {word[:6] for word in _WORD.findall(promised.casefold())}
    if len(wanted) < 3:
        return False
    there = {word[:6] for word in _WORD.findall(text.casefold())}
    shown = {word[:6] for word in _WORD.findall(title.casefold())}
    # the title alone may stand above a login form too: the text has to bear it out
    return len(wanted & there) * 2 >= len(wanted) or (wanted <= shown and len(wanted & there) * 3 >= len(wanted))
