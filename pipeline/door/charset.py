"""Bytes to text by an allow-list of character sets: no codec of Python's that is slow, raises or is no character set at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# Labels as the WHATWG Encoding Standard reads them: ISO 8859-1 on the web means windows-1252, GB 2312 means GB 18030.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "ibm866": "cp866",
    "cp866": "cp866",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    **{f"windows-{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"cp{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"cp-{number}": f"cp{number}" for number in range(1250, 1259)},
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNMARKED_UTF16 = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_IN_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{1,40})")
_IN_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_HIGH = bytes(range(0x80, 0x100))
_LETTER = bytes([*range(0x41, 0x5B), *range(0x61, 0x7B)])


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the name of the codec that gave it."""

    text: str
    charset: str


def decode(body: bytes, *, charset: str | None = None, content_type: str = "") -> Decoded | None:
    """Text of an HTML, XML or plain document; None where every charset it names is unknown and it is no UTF-8 either.

    A byte order mark decides; then UTF-8 that decodes without a fault, whatever the labels say (labels lie, and text in
    another charset is practically never valid UTF-8); then the transport's label, then the document's; then a guess.
    Bytes that do not fit the charset become U+FFFD.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(codec, "replace"), codec)
    for start, codec in _UNMARKED_UTF16:
        if body.startswith(start):
            return Decoded(body.decode(codec, "replace"), codec)
    labels = _labels(body, charset, content_type)
    known = [_CODECS[label] for label in labels if label in _CODECS]
    if "iso2022_jp" not in known[:1]:  # seven-bit: always valid UTF-8, never meant as such
        try:
            return Decoded(body.decode("utf-8"), "utf-8")
        except UnicodeDecodeError:
            pass
    if known:
        return Decoded(body.decode(known[0], "replace"), known[0])
    if labels:
        return None
    codec = _guess(body)
    return Decoded(body.decode(codec, "replace"), codec)


def _labels(body: bytes, charset: str | None, content_type: str) -> list[str]:
    found = [charset] if charset else []
    found += _IN_HEADER.findall(content_type[:200])
    head = body[:4096]
    found += [label.decode("ascii") for pattern in (_IN_XML, _IN_META) for label in pattern.findall(head)[:1]]
    return [label.strip().strip("\"'").lower() for label in found]


def _guess(body: bytes) -> str:
    """An unlabelled document: mostly UTF-8 with a broken byte, Cyrillic where high bytes are the letters, else Western."""
    sample = body[:50_000]
    text = sample.decode("utf-8", "replace")
    if text.count("\ufffd") * 20 < sum(letter > "\x7f" for letter in text):
        return "utf-8"
    high = len(sample) - len(sample.translate(None, _HIGH))
    low = len(sample) - len(sample.translate(None, _LETTER))
    return "cp1251" if high * 4 > low else "cp1252"
