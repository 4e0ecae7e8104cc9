"""Which character encoding a text file uses, by evidence.

A byte order mark decides, then strict UTF-8. Otherwise every candidate that decodes the bytes is scored by how
common its characters are in the language it serves; chardet has one voice, and on a tie GB18030 comes first.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from app.services.exchange.files.records import EncodingCandidate

SAMPLE = 262_144  # bytes scored
MIXED = "utf-8+gb18030"
"""Lines of both encodings in one file: decoded line by line."""

LEGACY = ("gb18030", "big5hkscs", "cp932", "cp949", "cp1252")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_VOICE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_kr": "cp949",
    "cp949": "cp949",
    "johab": "cp949",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
}
_VOICE_WEIGHT = 0.12
_KANA = re.compile("[\u3040-\u30ff]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_HAN = re.compile("[\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LATIN = re.compile("[À-ÖØ-öø-ÿœŒ€’“”–—]")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]|[\U00020000-\U0010ffff]")


def bom_encoding(data: bytes) -> str | None:
    """The encoding a byte order mark announces, or None."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    return None


def encoding_candidates(data: bytes) -> list[EncodingCandidate]:
    """The ways to read `data` (the start of a file), best first; scores 0..1. Never empty."""
    data = data[:SAMPLE]
    found: dict[str, float] = {}
    marked = bom_encoding(data)
    if marked:
        found[marked] = 1.0
    wide = _wide_score(data)
    for name, score in wide.items():
        found.setdefault(name, score)
    strict = _is_utf8(data)
    if strict and marked is None and not wide:
        found["utf-8"] = 0.99
    if not data.isascii():
        voice = None if marked or strict or wide else _chardet_voice(data)
        for name in LEGACY:
            found.setdefault(name, _legacy_score(data, name, voice, strict or bool(wide) or marked is not None))
        if not strict and not marked and not wide:
            _weigh_mixture(data, found)
    found.setdefault("utf-8", 0.0)
    order = {name: place for place, name in enumerate(("utf-8-sig", "utf-16", "utf-8", MIXED, *LEGACY))}
    ranked = sorted(found.items(), key=lambda item: (-round(item[1], 2), order.get(item[0], 99)))
    return [EncodingCandidate(name, round(score, 3), _preview(data, name)) for name, score in ranked]


def choose_encoding(path: Path) -> tuple[EncodingCandidate, ...]:
    """Candidates for the file at `path`, best first, the best one checked against the whole file.

    A UTF-8 beginning proves nothing about the end: the first bytes that break it decide again.
    """
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    broken = None if bom_encoding(head) else _first_break(path)
    if broken is None or broken < SAMPLE:
        return tuple(encoding_candidates(head))
    with path.open("rb") as stream:
        stream.seek(max(0, broken - SAMPLE // 4))
        around = stream.read(SAMPLE // 2)
    return tuple(encoding_candidates(head[: SAMPLE // 2] + b"\n" + around.split(b"\n", 1)[-1]))


def _first_break(path: Path) -> int | None:
    """Byte offset (to a chunk) of the first place that is not UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    at = 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return at + error.start
            at += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, at - 3)
    return None


def _is_utf8(data: bytes) -> bool:
    """Strictly UTF-8; a character cut off where a full sample ends does not count against it."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(data) == SAMPLE and error.start >= len(data) - 3 and error.reason == "unexpected end of data"
    return True


def _wide_score(data: bytes) -> dict[str, float]:
    """UTF-16 without a mark: line ends and digits put zero bytes on one side only."""
    even, odd = data[::2], data[1::2]
    if not data or (len(data) % 2 and len(data) < SAMPLE):
        return {}
    found = {}
    for name, low, high in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        zeros = high.count(0)
        ends = sum(low.count(code) for code in b"\n\r\t,;")
        if zeros > len(high) * 0.05 and zeros > 4 * low.count(0) and ends and not high.count(10) > zeros:
            found[name] = 0.97
    return found


def _chardet_voice(data: bytes) -> str | None:
    import chardet

    named = chardet.detect(data[:32_768]).get("encoding")
    if not named:
        return None
    try:
        return _VOICE.get(codecs.lookup(named).name)
    except LookupError:
        return None


def _legacy_score(data: bytes, name: str, voice: str | None, settled: bool) -> float:
    """0..1: the share of usual characters; 0 when the bytes do not decode. `settled`: another reading is proven."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(data, final=len(data) < SAMPLE)
    except UnicodeDecodeError as error:
        spoiled = len(data.decode(name, "replace").split("\ufffd")) - 1
        beginning = max(1, error.start)
        return 0.0 if spoiled > 20 or beginning < len(data) // 50 else 0.05
    letters = [char for char in text if char > "\x7f"]
    if not letters:
        return 0.0
    score = min(1.0, max(0.0, _usual(text, "".join(letters), name) / len(letters)))
    score = score * 0.85 + (_VOICE_WEIGHT if voice == name else 0.0)
    return score * 0.5 if settled else score


def _usual(text: str, joined: str, name: str) -> float:
    """Sum over `joined`, the characters of `text` beyond ASCII: 1 for one in everyday use, less for the odd ones."""
    odd = len(_ODD.findall(joined))
    if name == "gb18030":
        return _by_rank(joined, "gb2312", 0xD7, 0.35) - odd
    if name == "big5hkscs":
        return _by_rank(joined, "big5", 0xC6, 0.2) - odd
    if name == "cp932":
        kana, half = len(_KANA.findall(joined)), len(_HALF_KANA.findall(joined))
        return kana * 1.15 + len(_HAN.findall(joined)) * 0.75 - half * 0.6 - odd
    if name == "cp949":
        usual = _by_rank("".join(_HANGUL.findall(joined)), "euc_kr", 0xC8, -0.3)
        others = len(joined) - len(_HANGUL.findall(joined))
        return (usual if usual > 0.6 * len(joined) else 0.6 * usual) + others * 0.1 - odd
    latin = len(_LATIN.findall(joined))
    pairs = len(re.findall("[\x80-\uffff]{2}", text))  # Latin accents stand alone between plain letters
    return (latin - (len(joined) - latin)) * 0.95 - odd - 4.0 * pairs


def _by_rank(text: str, charset: str, last_common: int, rare: float) -> float:
    """Common characters fill the first rows of the old Chinese character sets."""
    total = 0.0
    for char in text:
        try:
            code = char.encode(charset)
        except UnicodeEncodeError:
            total -= 0.5
            continue
        total += 1.0 if len(code) == 1 or (len(code) == 2 and code[0] <= last_common) else rare
    return total


def line_is_utf8(line: bytes) -> bool:
    """Whether UTF-8 is the better reading of one line: short GB18030 text can be valid UTF-8 by accident."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    try:
        other = line.decode("gb18030")
    except UnicodeDecodeError:
        return True
    return _plausible(text) >= _plausible(other)


def _plausible(text: str) -> float:
    """-0.5..1: how everyday the characters beyond ASCII are, in simplified or in traditional writing."""
    letters = "".join(char for char in text if char > "\x7f")
    if not letters:
        return 1.0
    simplified, traditional = _by_rank(letters, "gb2312", 0xD7, 0.35), _by_rank(letters, "big5", 0xC6, 0.2)
    return (max(simplified, traditional) - len(_ODD.findall(letters))) / len(letters)


def _weigh_mixture(data: bytes, found: dict[str, float]) -> None:
    """Lines of UTF-8 beside lines that are not: one reading per line, or UTF-8 with some bytes spoiled."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    if len(data) == SAMPLE:
        lines = lines[:-1]
    proven = [line for line in lines if line_is_utf8(line) and _HAN.search(line.decode("utf-8"))]
    others = [line for line in lines if not _is_utf8(line)]
    if not proven or not others:
        if others and sum(map(mostly_utf8, others)) == len(others):
            found["utf-8"] = 0.9
        return
    spoiled = sum(map(mostly_utf8, others))
    if spoiled == len(others):
        found["utf-8"] = 0.95
    else:
        found[MIXED] = 0.95


def mostly_utf8(line: bytes) -> bool:
    """Broken UTF-8 rather than another encoding: whole Chinese characters far outnumber the spoiled ones."""
    text = line.decode("utf-8", "replace")
    return len(_HAN.findall(text)) >= max(2, 2 * text.count("\ufffd"))


def decode_line(line: bytes) -> str:
    """One line of a mixed file: UTF-8 where that is the better reading, else GB18030; spoiled bytes become U+FFFD."""
    if line.isascii():
        return line.decode("ascii")
    return line.decode("utf-8" if line_is_utf8(line) or mostly_utf8(line) else "gb18030", "replace")


def _preview(data: bytes, name: str) -> str:
    """The first lines as `name` shows them."""
    start = data[:1200]
    if name == MIXED:
        text = "\n".join(map(decode_line, start.split(b"\n")[:-1] or [start]))
    else:
        text = codecs.getincrementaldecoder(name)("replace").decode(start)
    return "\n".join(text.lstrip("\ufeff").splitlines()[:5])[:400]
