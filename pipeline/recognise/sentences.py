"""Text into paragraphs, sentences and words; the first step of the recogniser.

Offsets count characters of the text given. `low` keeps the length of the text, so one offset serves both.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.recognise.values import Document, Sentence, Token

LONGEST = 1500  # characters: a text without stops is cut here, so that no later step meets a monster
_LONGEST_HAN = 500  # the same of ideographs, each of which is a word; real lists of treaties come to three hundred
_PAUSES = " ，、,"

_MARKS = "\u0300-\u036f\u0640\u064b-\u065f\u0670"
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_]|[{_MARKS}])+")
_SPACED_WORD = re.compile(r"[^\W_]+")  # the same where neither ideographs nor marks are
_LATIN_WORD = re.compile(r"[^\W_]+", re.ASCII)  # and where all letters are ASCII
_NOT_SPACED = re.compile(f"[{_CJK}{_MARKS}]")
_STOP = re.compile(  # a set of characters first: that is what the search for a place to begin at looks for
    r"[.!?…;。！？；؟](?:(?<=[.!?…])[.!?…]*[\"'»”’)\]]*(?=\s)|(?<=;)(?=\s+[-–—•*▪●]\s)|(?<=[。！？；])[。！？；]*[”’」』）]*|(?<=؟)[\"»”)]*)"
)
_UNICASE = re.compile("[\u0600-\u06ff\u3400-\u9fff]")
_OPENING = "\"'«“„‘([—–- \u00a0"
_SPACES = " \t\u00a0\u200b\ufeff"
_WORDS_TOO = frozenset(
    {"mar", "no", "sat", "sun"}
)  # abbreviations beside a number, words elsewhere: «el Derecho del Mar.»
_FOLD = str.maketrans(
    {"ё": "е", "ў": "у", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "İ": "i"}
    | dict.fromkeys(map(chr, [*range(0x300, 0x370), 0x640, *range(0x64B, 0x660), 0x670]))
)
_HARD = re.compile("(?<=[бвгдзжклмнпрстфхцчш])э")
_SOFT = re.compile("(?<=н)ь(?=н)|(?<=с)ь(?=[цвпнлс])|(?<=з)ь(?=[нвлдзм])|(?<=ц)ь(?=[вцс])|(?<=л)ь(?=л)")
_TRADITIONAL = str.maketrans(
    "準簽署協約條議書換國總會員長關於東區爭貿備經濟貿軍擴進實無歐個與為從將應須討論決審務領導棄組織聯戰兩際權過發備韓門開處後對設獨財產盟產當還認難這術險達結議訂談認證參與類憲頒規則護廢執機構體絕報導聲電訊"
    "訪問電沒終暫時啟動辦臺灣資稅雙遞繳獲銷續滿凍擱駁贊數據環內閣統選屆屬舊業農勞漁氣變鐵橋礦華爾羅亞們來說見親愛島馬烏蘭紐蘇現連轉讓運輸隨鑒監劃臨適圍損賠買賣單優遺訴註佈週強請僅雖誼競災鄰養醫藥衛計針項間"
    "響該預題願飛駐驗魚麗龍齊嚴歸歷毀沖漸潛爲獎畢異癥盡盤碼確禮種稱穩窮筆範簡籌級紅納純紛紙細給綠維網緊線緬縣縮繼罷習職脫臘艱莊葉補裝複覽觀視覺訓記許診評詢話詳誤課調諾謀謝識譯豐貝負責貨貫費賀賓質賴贏趕跡踐"
    "車軌載較輛輪辭邊違遠遲鄭釋銀鋼錄鎖鏈闊隊陽陸階隱離頭頓顧風騰鬆黨點傳億價儀儘兒冊創劍勝勢匯卻吳呂喬嚇圓團場塊壓壞壟奪孫學宮寧寬專尋層崗帶幣幫庫廣張彈復態慶憂戲擔擁擇擊擬攜敗敘斷昇極標樓樣殘殺毆"
    "萊裏裡撾賽幾倫溫聖蓋瑪薩湯圖盧岡訥邁遜瓊魯奧傑錫鐸澤嶼獅剛熱麥倉彙羣戶滅債勵叢噸堅夠夥夾婦嶺徵恆惡懲懷掛採揮搶敵晉曆楊樞歡歲減測滲漢潔濱營牆狀療眾禦積穀糧絲綜綱編緩緯練縱繫罰羈聽舉艦藝藍虛號蟲詞試語諒講購貪賬遊郵鄉鈾"
    "鎮鑑閉陣陳雜雲靜順頻額顯館馮鮮鯨鹽麼僑儲啓喪壽奮嬰屍幹廈廳彥憑擾攔攝曉檢檔櫃汙淨淪渾湧溝漿澀濕灘煉煙牽犧猶瑣畫碩磯祕禍筍節籲糾紮絡綁繪罵脅腦膽興舖萬蔣衆觸託誌誘諸譴貢貸賄躍輯轄迴遷鄧釐鉅鋁錢鍵鐘閒闡陝陰頂餘驅驟鬱鳥鴨"
    "齒龐檻"
    "慮拋義亂懸締虧讀趙佔並係償劇勸厲壇寶徑掃揚撥撫暢樂獄築紀紹緒衝製謠譽賈軟輔輝遙遼鈞錯鏡霧靈飾駛騎黃齡",
    "准签署协约条议书换国总会员长关于东区争贸备经济贸军扩进实无欧个与为从将应须讨论决审务领导弃组织联战两际权过发备韩门开处后对设独财产盟产当还认难这术险达结议订谈认证参与类宪颁规则护废执机构体绝报导声电讯"
    "访问电没终暂时启动办台湾资税双递缴获销续满冻搁驳赞数据环内阁统选届属旧业农劳渔气变铁桥矿华尔罗亚们来说见亲爱岛马乌兰纽苏现连转让运输随鉴监划临适围损赔买卖单优遗诉注布周强请仅虽谊竞灾邻养医药卫计针项间"
    "响该预题愿飞驻验鱼丽龙齐严归历毁冲渐潜为奖毕异症尽盘码确礼种称稳穷笔范简筹级红纳纯纷纸细给绿维网紧线缅县缩继罢习职脱腊艰庄叶补装复览观视觉训记许诊评询话详误课调诺谋谢识译丰贝负责货贯费贺宾质赖赢赶迹践"
    "车轨载较辆轮辞边违远迟郑释银钢录锁链阔队阳陆阶隐离头顿顾风腾松党点传亿价仪尽儿册创剑胜势汇却吴吕乔吓圆团场块压坏垄夺孙学宫宁宽专寻层岗带币帮库广张弹复态庆忧戏担拥择击拟携败叙断升极标楼样残杀殴"
    "莱里里挝赛几伦温圣盖玛萨汤图卢冈讷迈逊琼鲁奥杰锡铎泽屿狮刚热麦仓汇群户灭债励丛吨坚够伙夹妇岭征恒恶惩怀挂采挥抢敌晋历杨枢欢岁减测渗汉洁滨营墙状疗众御积谷粮丝综纲编缓纬练纵系罚羁听举舰艺蓝虚号虫词试语谅讲购贪账游邮乡铀"
    "镇鉴闭阵陈杂云静顺频额显馆冯鲜鲸盐么侨储启丧寿奋婴尸干厦厅彦凭扰拦摄晓检档柜污净沦浑涌沟浆涩湿滩炼烟牵牺犹琐画硕矶秘祸笋节吁纠扎络绑绘骂胁脑胆兴铺万蒋众触托志诱诸谴贡贷贿跃辑辖回迁邓厘巨铝钱键钟闲阐陕阴顶余驱骤郁鸟鸭"
    "齿庞槛"
    "虑抛义乱悬缔亏读赵占并系偿剧劝厉坛宝径扫扬拨抚畅乐狱筑纪绍绪冲制谣誉贾软辅辉遥辽钧错镜雾灵饰驶骑黄龄",
)


def lower(text: str) -> str:
    """Lower case, letter for letter: the result has the length of `text`."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text).replace("İ", "i")


def fold(word: str) -> str:
    """The form in which words are compared: no vowel points or stress marks, е for ё, one alef, simplified Chinese, and one of the two
    spellings of Belarusian («канвэнцыя», «пагадненьне»: «канвенцыя», «пагадненне»)."""
    if word.isascii():
        return word
    return one_spelling(word.translate(_FOLD).translate(_TRADITIONAL))


_MAYOR = "мэр"


def one_spelling(word: str) -> str:
    """A lower-cased word in the spelling that both of Belarusian have in common; others' words have hardly one of these letters there, and
    a mayor («мэр») is no measure."""
    if "э" in word and not word.startswith(_MAYOR):
        word = _HARD.sub("е", word)
    return _SOFT.sub("", word) if "ь" in word else word


def words(low: str, offset: int = 0) -> tuple[Token, ...]:
    """The words of lower-cased text, folded; every ideograph is a word."""
    pattern = _word_in(low)
    places = [m.span() for m in pattern.finditer(low)]
    make = tuple.__new__  # as `Token(…)` does with a call of Python's more
    if pattern is _LATIN_WORD:  # nothing to fold
        return tuple([make(Token, (start + offset, end + offset, low[start:end])) for start, end in places])
    return tuple([make(Token, (start + offset, end + offset, fold(low[start:end]))) for start, end in places])


def plain_words(low: str) -> list[str]:
    """The words of lower-cased text as they stand in it, not folded; every ideograph is a word."""
    return _word_in(low).findall(low)


def _word_in(low: str) -> re.Pattern[str]:
    """What a word of this text is: the cheapest pattern that finds the same words as `_WORD`."""
    if low.isascii():
        return _LATIN_WORD
    return _WORD if _NOT_SPACED.search(low) else _SPACED_WORD


def _abbreviated(text: str, begin: int, dot: int, abbreviations: Collection[str], ordinals: bool) -> bool:
    """Whether the full stop at `dot` ends an abbreviation, an initial or an ordinal number rather than a sentence."""
    start = text.rfind(" ", begin, dot) + 1 or begin
    if not text[start:dot].isalnum():  # other marks than a blank may stand before it
        start = dot
        while start > begin and (text[start - 1].isalnum() or text[start - 1] in "-’'"):
            start -= 1
    word = text[start:dot].lower()
    if len(word) == 1 and word.isalpha():
        return True
    if word.isdigit():
        return ordinals and len(word) <= 2
    if word in _WORDS_TOO:
        return any(c.isdigit() for c in text[max(begin, start - 4) : start] + text[dot + 1 : dot + 3])
    return word in abbreviations


def _ends_here(text: str, begin: int, stop: re.Match[str], abbreviations: Collection[str], ordinals: bool) -> bool:
    after = stop.end()
    while after < len(text) and text[after] in _OPENING:
        after += 1
    if after >= len(text):
        return True
    following = text[after]
    if following.islower() and not _UNICASE.match(following):
        return False
    mark = text[stop.start()]
    if mark != "." or stop.group().count(".") != 1:
        return True
    return not _abbreviated(text, begin, stop.start(), abbreviations, ordinals)


def _cut(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """A span in pieces of at most LONGEST characters (of ideographs fewer), cut at pauses where there are any."""
    if end - begin <= _LONGEST_HAN:
        return [(begin, end)]
    longest = _LONGEST_HAN if script_language(text[begin : begin + LONGEST]) == "zh" else LONGEST
    pieces = []
    while end - begin > longest:
        pause = max(text.rfind(mark, begin + longest // 2, begin + longest) for mark in _PAUSES) + 1
        cut = pause or begin + longest
        pieces.append((begin, cut))
        begin = cut
    pieces.append((begin, end))
    return pieces


def spans(text: str, abbreviations: Collection[str] = (), *, ordinals: bool = False) -> list[tuple[int, int, int]]:
    """(start, end, paragraph) of every sentence, trimmed of surrounding space. `ordinals`: "3." may be "third"."""
    found: list[tuple[int, int, int]] = []
    at = 0
    for number, line in enumerate(text.split("\n")):
        begin, end = at, at + len(line)
        at = end + 1
        here = begin
        stops = [
            m.end() for m in _STOP.finditer(text, begin, end) if _ends_here(text, begin, m, abbreviations, ordinals)
        ]
        for stop in [*stops, end]:
            for left, right in _cut(text, here, stop):
                a, b = left, right
                while a < b and (text[a].isspace() or text[a] in _SPACES):
                    a += 1
                while b > a and (text[b - 1].isspace() or text[b - 1] in _SPACES):
                    b -= 1
                if a < b:
                    found.append((a, b, number))
            here = stop
    return found


def sentence(text: str, index: int = 0, paragraph: int = 0, start: int = 0) -> Sentence:
    """One sentence of a text; `start` is its offset there."""
    low = lower(text)
    return Sentence(index, paragraph, start, start + len(text), text, low, words)


def document(
    text: str, title: str, language: str, abbreviations: Collection[str] = (), *, ordinals: bool = False
) -> Document:
    """An article as sentences. The title's offsets count within the title."""
    headline = sentence(title.strip(), -1, -1) if title.strip() else None
    body = tuple(
        sentence(text[a:b], i, p, a) for i, (a, b, p) in enumerate(spans(text, abbreviations, ordinals=ordinals))
    )
    return Document(language, headline, body)


def script_language(text: str) -> str:
    """A language to try where nobody said which it is, by the script of the first letters."""
    for c in text[:400]:
        if "\u0400" <= c <= "\u04ff":
            return "ru"
        if "\u0600" <= c <= "\u06ff":
            return "ar"
        if "\u3400" <= c <= "\u9fff":
            return "zh"
    return "en"
