"""Pinyin of names: full, initials, all readings of a surname, and the key that sorts a table.

One map from character to syllable is built once; phrases whose reading differs (重庆, 长沙, 银行) and surnames (单, 解, 仇)
come before it. Syllables carry no tones; ü is written v, as typed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.core.paths import resource_dir
from app.services.cleaning.text import narrow
from app.services.cleaning.values import CACHE_SIZE

_HAN = re.compile(r"[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_RUN = re.compile(r"[a-z0-9à-öø-ÿ]+|[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[0-9A-Za-zÀ-ÿ０-９Ａ-Ｚａ-ｚ]")
_PERSON = re.compile(r"[㐀-䶿一-鿿]{2,4}")
_NOT_PERSON = re.compile(r"(?:公司|集团|集團|厂|店|部|行|社|院|所|市|县|区|省|中心|科技|贸易|商贸|实业)$")

# Characters whose first dictionary reading is not the one met in names of people, firms and places.
_USUAL = {"长": "chang", "長": "chang", "都": "du", "厦": "xia", "廈": "xia", "蚌": "beng", "亳": "bo", "圳": "zhen"}
# Places and trade words the phrase dictionary lacks or reads as poetry does.
_PHRASES = {
    "朝阳": "chao yang", "单县": "shan xian", "六合": "lu he", "六安": "lu an", "乐亭": "lao ting", "番禺": "pan yu",
    "涡阳": "guo yang", "洪洞": "hong tong", "中牟": "zhong mu", "荥阳": "xing yang", "阿房": "e pang", "东阿": "dong e",
    "浚县": "xun xian", "尉犁": "yu li", "蔚县": "yu xian", "歙县": "she xian", "黟县": "yi xian", "莘县": "shen xian",
    "解州": "xie zhou", "枞阳": "zong yang", "繁峙": "fan shi", "井陉": "jing xing", "大城": "dai cheng", "允许": "yun xu",
    "重庆": "chong qing", "長沙": "chang sha", "重慶": "chong qing", "銀行": "yin hang", "商行": "shang hang",
    "车行": "che hang", "洋行": "yang hang", "音乐": "yin yue", "乐器": "yue qi", "行业": "hang ye", "会计": "kuai ji",
    "校对": "jiao dui", "大夫": "dai fu", "参茸": "shen rong", "人参": "ren shen", "传记": "zhuan ji", "重阳": "chong yang",
    "还原": "huan yuan", "宝藏": "bao zang", "藏族": "zang zu", "调味": "tiao wei", "空调": "kong tiao", "便利": "bian li",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tables:
    """`characters`: syllable; `readings`: every reading; `phrases`: by first two characters, longest first."""

    characters: Mapping[str, str]
    readings: Mapping[int, str]
    phrases: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]


def _toneless(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable)
    return "".join("v" if c == "̈" else c for c in decomposed if c.isascii() or c == "̈").replace("uv", "v")


@cache
def _tables() -> _Tables:
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    syllables: dict[str, str] = {}

    def toneless(reading: str) -> str:
        found = syllables.get(reading)
        if found is None:
            found = syllables[reading] = _toneless(reading)
        return found

    characters = {chr(code): toneless(reading.partition(",")[0]) for code, reading in pinyin_dict.items()} | _USUAL
    by_start: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for phrase, readings in phrases_dict.items():
        if 2 <= len(phrase) <= 4:
            read = tuple(toneless(choices[0]) for choices in readings)
            if len(read) == len(phrase) and read != tuple(characters.get(c, "") for c in phrase):
                by_start[phrase[:2]][phrase] = read
    for phrase, text in _PHRASES.items():
        by_start[phrase[:2]][phrase] = tuple(text.split())
    phrases = {start: tuple(sorted(found.items(), key=lambda item: -len(item[0]))) for start, found in by_start.items()}
    return _Tables(characters, pinyin_dict, phrases)


@dataclass(frozen=True, slots=True)
class Surnames:
    """`readings`: surnames read otherwise than the character alone; `compound`: of two characters; `common`: of one."""

    readings: Mapping[str, str]
    compound: Mapping[str, tuple[str, ...]]
    common: frozenset[str]


@cache
def surnames() -> Surnames:
    """The bundled table of surnames."""
    table = json.loads((resource_dir() / "reference" / "surnames.json").read_text(encoding="utf-8"))
    compound = {name: tuple(text.split()) for name, text in table["compound"].items()}
    return Surnames(table["readings"], compound, frozenset(table["common"]))


_known: dict[str, tuple[str, ...]] = {}


def syllables(name: str) -> tuple[str, ...]:
    """One syllable per Chinese character and one lower-case word per run of letters or digits; the rest is dropped."""
    found = _known.get(name)
    if found is None:
        if len(_known) >= CACHE_SIZE:
            _known.clear()
        found = _known[name] = _read(name)
    return found


def _read(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for run in _RUN.findall(narrow(name).casefold()):
        if not _HAN.match(run):
            found.append(run)
            continue
        head = _surname_syllables(run) if run == name.strip() else ()
        found += head
        found += _phrase_syllables(run[len(head) :])
    return tuple(found)


def _surname_syllables(name: str) -> tuple[str, ...]:
    """The syllables of the surname when the whole text looks like a person's name and the surname is read specially."""
    if not _PERSON.fullmatch(name) or _NOT_PERSON.search(name) or (len(name) == 2 and _phrase(name, 0)):
        return ()
    table = surnames()
    if len(name) > 2 and name[:2] in table.compound:
        return table.compound[name[:2]]
    special = table.readings.get(name[0])
    return (special,) if special else ()


def _phrase(text: str, at: int) -> tuple[str, ...]:
    for phrase, read in _tables().phrases.get(text[at : at + 2], ()):
        if text.startswith(phrase, at):
            return read
    return ()


def _phrase_syllables(text: str) -> list[str]:
    tables = _tables()
    characters, phrases = tables.characters, tables.phrases
    found: list[str] = []
    at, end = 0, len(text)
    while at < end:
        read = _phrase(text, at) if text[at : at + 2] in phrases else ()
        if read:
            found += read
            at += len(read)
        else:
            found.append(characters.get(text[at], text[at]))
            at += 1
    return found


def pinyin_full(name: str) -> str:
    """`张三丰` → `zhangsanfeng`, `单雄信` → `shanxiongxin`."""
    return "".join(syllables(name))


def pinyin_initials(name: str) -> str:
    """`张三丰` → `zsf`; words in letters and digits are kept whole."""
    words = frozenset() if not _LATIN.search(name) else frozenset(_RUN.findall(narrow(name).casefold()))
    return "".join(s if s in words else s[:1] for s in syllables(name))


def surname_readings(name: str) -> tuple[str, ...]:
    """Every reading of the surname, the right one first: `曾国藩` → ("zeng", "ceng"), `欧阳修` → ("ouyang",)."""
    plain = narrow(name)
    table = surnames()
    if len(plain) > 2 and plain[:2] in table.compound:
        return ("".join(table.compound[plain[:2]]),)
    if not plain or not _HAN.match(plain):
        return ()
    tables = _tables()
    listed = [_toneless(r) for r in tables.readings.get(ord(plain[0]), "").split(",") if r]
    first = table.readings.get(plain[0]) or tables.characters.get(plain[0], "")
    return tuple(dict.fromkeys([first, *listed] if first else listed))


def sort_key(name: str) -> str:
    """The key that puts names in the order of a Chinese list under plain byte order: syllables parted by spaces."""
    return " ".join(syllables(name))
