"""Cleaning that can be traced back, and telling languages apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.extract import clean_article_text, detect_language

FIRST = "MINSK, 12 January – The two presidents adopted a joint statement after their talks."
SECOND = "They signed the Agreement on Mutual Recognition of Driving Licences."
THIRD = "The parties exchanged instruments of ratification, and the treaty entered into force."


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"\n{FIRST}\n{SECOND}\n\n{FIRST}\n\n\n{THIRD}\n{SECOND}\n<", [FIRST, SECOND, THIRD]),
        (f" date 2026-01-14 {FIRST}\n\n{SECOND}", [FIRST, SECOND]),
        (f"{FIRST}\n***\n—\n&nbsp;\n|\n{SECOND}", [FIRST, SECOND]),
        (f"{FIRST}\r\n\r\n{SECOND}\u2028{THIRD}", [FIRST, SECOND, THIRD]),
        (
            f"{FIRST}\n  They signed the  Agreement on\u00a0Mutual Recog\u00adnition of Driving\u200b Licences. ",
            [FIRST, SECOND],
        ),
        (f"<p>{FIRST}</p><p>{SECOND}<br/>{THIRD}</p>", [FIRST, SECOND, THIRD]),
        (f"{FIRST}\nRead also: Senate ratifies fishing pact\n{SECOND}", [FIRST, SECOND]),
        (f"{FIRST}\nЧитайте также\nСенат ратифицировал договор о рыбе\nДума отклонила пакт\n{SECOND}", [FIRST, SECOND]),
        (f"{FIRST}\nShare on Facebook\nFollow us on Telegram\n© 2026 Bureau\n{SECOND}", [FIRST, SECOND]),
        ("Yes.\nNo.\nYes.", ["Yes.", "No.", "Yes."]),
        ("Signed &amp; sealed in Re\u0301publique", ["Signed & sealed in République"]),
        ("1 < 2 and 3 > 2 & that is that.", ["1 < 2 and 3 > 2 & that is that."]),
        (
            "The parliament on Wednesday ratified the treaty on\nthe shared use of the river, with ninety votes in\nfavour and "
            "eleven against it, the speaker said to\nreporters.\n\nThe upper chamber votes next week on the\nsame text.",
            [
                "The parliament on Wednesday ratified the treaty on the shared use of the river, with ninety votes in favour and "
                "eleven against it, the speaker said to reporters.",
                "The upper chamber votes next week on the same text.",
            ],
        ),
        ("", []),
        ("<\n—", []),
    ],
)
def test_what_is_not_the_article_goes(text: str, clean: list[str]) -> None:
    """Repeated paragraphs, stray marks, invisible letters, furniture and wrapped lines are cleaned; sentences stay."""
    assert clean_article_text(text).text.split("\n") == (clean or [""])


def test_a_first_line_that_is_the_title_goes() -> None:
    """Only the first line is compared with the title: later it may be a quotation."""
    title = "Presidents adopt joint statement"
    assert clean_article_text(f"{title}\n{FIRST}\n{title}.", title=title).text == f"{FIRST}\n{title}."


@pytest.mark.parametrize(
    "sentence",
    [
        "Share prices fell after the two states signed the trade agreement.",
        "Subscribe they did not: the parliament rejected the treaty by ten votes.",
        "Related parties ratified the convention in spring.",
        "Источник в Думе сообщил, что договор ратифицирован.",
        "Read the treaty as a whole, the court said, and it obliges both parties.",
        "Comments by the minister on the ratified treaty were brief.",
        "Copyright treaty for the blind enters into force in Kenya.",
        "Sign up to the treaty, the minister urged the other coastal states.",
        "При полном зале президенты подписали договор о границе.",
        "Сетевое издание сообщило, что парламент ратифицировал конвенцию.",
        "Join us in ratifying the convention, the two presidents told the summit.",
        "Photographers watched as the presidents signed the treaty.",
        "Реклама табака запрещена конвенцией, которую парламент ратифицировал в среду.",
    ],
)
def test_sentences_that_begin_like_furniture_stay(sentence: str) -> None:
    """Dropping a sentence may drop a ratification, so first words alone decide nothing."""
    assert sentence in clean_article_text(f"{FIRST}\n{sentence}\n{SECOND}").text


def test_evidence_is_found_again_as_it_stood() -> None:
    """A sentence of the clean text leads back to the words of the original, soft hyphens and entities included."""
    original = f"\n{FIRST}\n{FIRST}\n  The parties &amp; their neigh\u00adbours\u00a0signed the treaty.  \n<"
    cleaned = clean_article_text(original)
    sentence = "The parties & their neighbours signed the treaty."
    start = cleaned.text.index(sentence)
    begin, end = cleaned.original(start, start + len(sentence))
    assert original[begin:end] == "The parties &amp; their neigh\u00adbours\u00a0signed the treaty."
    begin, end = cleaned.original(start + 12, start + 13)
    assert original[begin:end] == "&amp;"


_texts = st.lists(
    st.sampled_from(
        [FIRST, SECOND, "\n", "\n\n", "\r\n", " ", "  ", "\u00ad", "\u200b", "&nbsp;", "&amp;", "&#xD800;", "<", "<br>", "</p>", "e\u0301",
         "Read also", "\u2028", "\t", "договор", "条约。", "\ud800", "x\u0301\u0302", "***"]
    )
    | st.text(max_size=10),
    max_size=14,
).map("".join)  # fmt: skip


@given(_texts)
@example("\u00ad \u00ad&nbsp; a")
@example("a&nbsp;\n b")
def test_every_stretch_leads_back(text: str) -> None:
    """Offsets ascend, plain stretches are letter for letter the original's, and cleaning is stable and encodable."""
    cleaned = clean_article_text(text)
    cleaned.text.encode()
    assert not any(line != line.strip() or not line for line in cleaned.text.split("\n")) or cleaned.text == ""
    last = -1
    for place, letter in enumerate(cleaned.text):
        begin, end = cleaned.original(place, place + 1)
        assert begin >= last
        last = begin
        if letter.isalnum() and end - begin == 1:
            assert text[begin] == letter
    if cleaned.text:
        begin, end = cleaned.original(0, len(cleaned.text))
        assert 0 <= begin < end <= len(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "The parliament on Wednesday ratified the treaty on the state border, closing a dispute of thirty years between the two countries.",
        ),
        (
            "ru",
            "Государственная дума в среду ратифицировала договор о государственной границе, завершив спор, который длился более тридцати лет.",
        ),
        (
            "uk",
            "Верховна Рада у середу ратифікувала договір про державний кордон, завершивши суперечку, яка тривала понад тридцять років, та її наслідки.",
        ),
        ("uk", "Рада ратифікувала угоду"),
        (
            "be",
            "Палата прадстаўнікоў у сераду ратыфікавала дагавор аб дзяржаўнай мяжы, які быў падпісаны ў мінулым годзе ў Мінску.",
        ),
        (
            "kk",
            "Мәжіліс сәрсенбі күні мемлекеттік шекара туралы шартты ратификациялады, бұл құжатқа өткен жылы қол қойылған болатын.",
        ),
        (
            "ky",
            "Жогорку Кеңеш шаршемби күнү мамлекеттик чек ара жөнүндө келишимди ратификациялады, ал документке былтыр кол коюлган.",
        ),
        (
            "uz",
            "Олий Мажлис чоршанба куни давлат чегараси тўғрисидаги шартномани ратификация қилди, ҳужжат ўтган йили имзоланган эди.",
        ),
        ("tg", "Маҷлиси намояндагон рӯзи чоршанбе шартномаро дар бораи сарҳади давлатӣ тасдиқ кард."),
        (
            "bg",
            "Народното събрание ратифицира в сряда договора за държавната граница, с което приключи спорът между двете страни, продължил тридесет години.",
        ),
        ("zh", "全国人大常委会表决通过了关于批准中华人民共和国和西班牙王国引渡条约的决定。"),
        ("ja", "衆議院は水曜日、両国の犯罪人引渡し条約の締結を承認した。"),
        ("ko", "국회는 수요일 양국 간 범죄인 인도 조약의 비준 동의안을 가결했다."),
        (
            "de",
            "Der Bundestag hat am Mittwoch dem Vertrag über die Staatsgrenze zugestimmt und damit einen dreißig Jahre währenden Streit beendet.",
        ),
        (
            "fr",
            "L'Assemblée nationale a ratifié mercredi le traité sur la frontière d'État, mettant fin à un différend de trente ans entre les deux pays.",
        ),
        (
            "es",
            "El Congreso ratificó el miércoles el tratado sobre la frontera estatal, con lo que puso fin a una disputa de treinta años entre los dos países.",
        ),
        (
            "tr",
            "Türkiye Büyük Millet Meclisi çarşamba günü devlet sınırına ilişkin anlaşmayı onayladı ve otuz yıllık anlaşmazlığı sona erdirdi.",
        ),
        ("fa", "مجلس شورای اسلامی روز چهارشنبه معاهده مرز دولتی را تصویب کرد و به اختلاف سی ساله پایان داد."),
        ("ar", "صادق البرلمان يوم الأربعاء على معاهدة الحدود بين البلدين منهيا نزاعا استمر ثلاثين عاما."),
        ("hy", "Ազգային ժողովը չորեքշաբթի վավերացրեց պետական սահմանի մասին պայմանագիրը:"),
        ("ka", "პარლამენტმა ოთხშაბათს რატიფიცირება გაუკეთა სახელმწიფო საზღვრის შესახებ ხელშეკრულებას."),
    ],
)
def test_languages_are_told_apart(language: str, text: str) -> None:
    """Script and letters decide where they can; a wrong declaration does not."""
    assert detect_language(text) == language
    assert detect_language(text * 2, "en") == language


def test_declarations_help_where_text_is_short() -> None:
    """A few words are in the declared language, if it can be written so; nothing known is "und"."""
    assert detect_language("Pacte signé", "fr") == "fr"
    assert detect_language("Договор", "en", "bg") == "bg"
    assert detect_language("", None) == "und"
    assert detect_language("2026", None, "ru") == "ru"
    assert detect_language("The parliament ratified the border treaty", "ru") == "en"


def test_a_menu_above_the_heading_goes() -> None:
    """Short lines above the title are a menu; what is told above it stays."""
    title = "Presidents adopt joint statement"
    menu = "Menu\nNews\n11.6°\n20 September"
    assert clean_article_text(f"{menu}\n{title}\n{FIRST}", title=f"{title} | The Gazette").text == f"{title}\n{FIRST}"
    assert clean_article_text(f"{FIRST}\n{title}", title=title).text == f"{FIRST}\n{title}"
