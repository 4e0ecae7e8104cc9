"""Text out of mail bytes: labelled, wrongly labelled or not labelled at all; Chinese first."""

from __future__ import annotations

import codecs
import re
from email.header import decode_header

#: a mail labelled gb2312 usually holds GBK (朱镕基); gb18030 reads all three
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
            "936": "gb18030", "hz": "hz", "unicode-1-1-utf-7": "utf-7", "unknown-8bit": "", "default": "",
            "ansi_x3.110-1983": "iso-8859-1", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs", "big5": "big5hkscs",
            "cp932": "cp932", "us-ascii": "", "ascii": ""}  # fmt: skip
#: characters that hide or turn text around, and control characters other than newline and tab
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def codec_of(label: str) -> str:
    """The Python codec for a charset label; "" when it is unknown or says nothing."""
    name = label.strip().strip("'\"").casefold()
    name = _ALIASES.get(name, name)
    try:
        return codecs.lookup(name).name if name and codecs.lookup(name)._is_text_encoding else ""  # noqa: SLF001
    except (LookupError, ValueError):
        return ""


def decoded(data: bytes, label: str = "") -> str:
    """The text of `data`: by its label when that fits without loss, else UTF-8, GB18030, Big5; never raises."""
    tried: list[str] = []
    for codec in (codec_of(label), "utf-8", "gb18030", "big5hkscs"):
        if not codec or codec in tried:
            continue
        tried.append(codec)
        try:
            return data.decode(codec)
        except (UnicodeError, ValueError):
            continue
    return data.decode(tried[0], "replace")


def cleaned(text: str) -> str:
    """Without hidden and control characters; line ends as newline."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def header_text(raw: str) -> str:
    """One line of text of a header value: encoded words, raw 8-bit bytes, folded lines; never raises."""
    if any("\udc80" <= c <= "\udcff" for c in raw):
        raw = decoded(raw.encode("utf-8", "surrogateescape"))
    try:
        parts = decode_header(raw)
    except (ValueError, LookupError, IndexError):  # binascii errors are ValueErrors
        parts = [(raw, None)]
    text = "".join(x if isinstance(x, str) else decoded(x, charset or "") for x, charset in parts)
    return " ".join(cleaned(text).split())
