"""Pinyin of names: the key that orders a table, what search finds, full spelling, all readings of a surname.

One map from character to its usual syllable; words read otherwise (重庆, 长沙, 银行) and surnames (单, 解, 仇) come before
it. Syllables carry no tones; ü is written v, as typed. `sort_key` and `spoken` are fast enough for a million names;
`syllables` and what stands on it also load the phrase dictionary, for records compared with each other.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from app.core.paths import resource_dir

_CACHE_SIZE = 16_384
_HAN = re.compile(r"[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_RUN = re.compile(r"[a-z0-9à-öø-ÿ]+|[〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[0-9A-Za-zÀ-ÿ０-９Ａ-Ｚａ-ｚ]")
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_PERSON = re.compile(r"[㐀-䶿一-鿿]{2,4}")
_NOT_PERSON = re.compile(r"(?:公司|集团|集團|厂|店|部|行|社|院|所|市|县|区|省|中心|科技|贸易|商贸|实业)$")

# Characters whose first dictionary reading is not the one met in names of people, firms and places.
_USUAL = {"长": "chang", "長": "chang", "都": "du", "厦": "xia", "廈": "xia", "蚌": "beng", "亳": "bo", "圳": "zhen"}
# Places and trade words whose characters are read differently together, where the phrase dictionary lacks them or
# reads as poetry does; `sort_key` and `spoken` know only these.
_WORDS = {
    "朝阳": "chao yang", "单县": "shan xian", "六合": "lu he", "六安": "lu an", "乐亭": "lao ting", "番禺": "pan yu",
    "涡阳": "guo yang", "洪洞": "hong tong", "中牟": "zhong mu", "荥阳": "xing yang", "阿房": "e pang", "东阿": "dong e",
    "浚县": "xun xian", "尉犁": "yu li", "蔚县": "yu xian", "歙县": "she xian", "黟县": "yi xian", "莘县": "shen xian",
    "解州": "xie zhou", "枞阳": "zong yang", "繁峙": "fan shi", "井陉": "jing xing", "大城": "dai cheng", "允许": "yun xu",
    "重庆": "chong qing", "長沙": "chang sha", "重慶": "chong qing", "銀行": "yin hang", "商行": "shang hang",
    "车行": "che hang", "洋行": "yang hang", "音乐": "yin yue", "乐器": "yue qi", "行业": "hang ye", "会计": "kuai ji",
    "校对": "jiao dui", "大夫": "dai fu", "参茸": "shen rong", "人参": "ren shen", "传记": "zhuan ji", "重阳": "chong yang",
    "还原": "huan yuan", "宝藏": "bao zang", "藏族": "zang zu", "调味": "tiao wei", "空调": "kong tiao", "便利": "bian li",
    "银行": "yin hang", "厦门": "xia men", "蚌埠": "beng bu", "亳州": "bo zhou", "台州": "tai zhou", "东莞": "dong guan",
    "成都": "cheng du", "长沙": "chang sha", "长春": "chang chun", "长江": "chang jiang", "长城": "chang cheng",
    "长安": "chang an",
}  # fmt: skip

Phrases = Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]


# ---- characters and surnames ----------------------------------------------------------------------------------------


def _toneless(reading: str) -> str:
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFC", reading).translate(_UMLAUT))
    return "".join(c for c in text if c.isascii())


_UMLAUT = dict.fromkeys(map(ord, "üǖǘǚǜ"), "v")


@cache
def _table() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """All toneless readings of a character, the most usual first; empty for what has none."""
    found = _table().get(ord(char))
    if not found:
        return ()
    listed = [_toneless(r) for r in found.split(",")]
    usual = _USUAL.get(char)
    return tuple(dict.fromkeys([usual, *listed] if usual else listed))


class _Usual(dict[str, str]):
    """Character → its usual syllable; a character without a reading is itself, in lower case."""

    def __missing__(self, char: str) -> str:
        found = self[char] = (readings(char) or (char.casefold(),))[0]
        return found


_usual = _Usual()


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


def _surname(text: str) -> tuple[str, ...]:
    """The syllables of the surname at the start when it is read in its own way; () when there is none."""
    table = surnames()
    compound = table.compound.get(text[:2])
    if compound:
        return compound
    special = table.readings.get(text[:1])
    return (special,) if special else ()


# ---- order and search -----------------------------------------------------------------------------------------------


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))


def _syllables(text: str) -> list[str]:
    """One syllable per character; characters without a reading stay themselves, in lower case."""
    made = [_usual[c] for c in text]
    for match in _words().finditer(text):
        made[match.start() : match.end()] = _WORDS[match[0]].split()
    return made


class _Keyed(dict[str, str]):
    """Character → its part of a sort key: the usual syllable, then the character itself."""

    def __missing__(self, char: str) -> str:
        found = self[char] = _part(_usual[char], char)
        return found


def _part(sound: str, char: str) -> str:
    return f"{sound}{char}" if sound != char else char


_keyed = _Keyed()


@lru_cache(maxsize=50_000)
def sort_key(text: str) -> str:
    """A key that orders names by pinyin in plain byte order: 张三 < 张三丰, Latin words among them."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKC", text)
    # the character follows its sound, so that homophones stay together and the order is total
    made = [_keyed[c] for c in folded]
    for match in _words().finditer(folded):
        made[match.start() : match.end()] = map(_part, _WORDS[match[0]].split(), match[0])
    if len(folded) <= 4:
        surname = _surname(folded)
        made[: len(surname)] = map(_part, surname, folded)
    return " ".join(made)


@lru_cache(maxsize=50_000)
def spoken(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How a name may be typed: its syllable sequences ("su zhou heng li") and its initials ("szhl").

    The first sequence is the usual one; others read the surname or the first character differently.
    """
    han = "".join(c for c in unicodedata.normalize("NFKC", text) if readings(c))
    if not han:
        return (), ()
    base = _syllables(han)
    sequences: dict[str, None] = {}
    surname = _surname(han)
    if surname:
        sequences[" ".join((*surname, *base[len(surname) :]))] = None
    sequences[" ".join(base)] = None
    if len(han) <= 4:  # a person: any reading of the surname is plausible
        for head in readings(han[0]):
            sequences[" ".join((head, *base[1:]))] = None
    initials = dict.fromkeys("".join(s[0] for s in sequence.split()) for sequence in sequences)
    return tuple(sequences), tuple(initials)


@cache
def _all_syllables() -> frozenset[str]:
    return frozenset(_toneless(r) for found in _table().values() for r in found.split(","))


@cache
def _all_beginnings() -> frozenset[str]:
    return frozenset(s[:i] for s in _all_syllables() for i in range(1, len(s) + 1))


#: letters of one word beyond which nobody types pinyin
_LONGEST_TYPED = 100


def segmentations(typed: str, most: int = 6) -> list[tuple[str, ...]]:
    """The ways to read typed letters as syllables, the last one possibly unfinished: "zhangs" → (zhang, s)."""
    found: list[tuple[str, ...]] = []
    dead: set[str] = set()  # endings that cannot be read: each is tried once, or "xianxian…i" would take for ever

    def walk(rest: str, before: tuple[str, ...]) -> bool:
        if len(found) >= most or rest in dead:
            return False
        reached = rest in _all_beginnings()
        if reached:
            found.append((*before, rest))
        for size in range(min(6, len(rest) - 1), 0, -1):
            if rest[:size] in _all_syllables() and (size > 1 or rest[0] in "aeo"):
                reached |= walk(rest[size:], (*before, rest[:size]))
        if not reached and len(found) < most:
            dead.add(rest)
        return reached

    if len(typed) <= _LONGEST_TYPED:
        walk(typed, ())
    return found


# ---- with the phrase dictionary -------------------------------------------------------------------------------------


@cache
def _phrases() -> Phrases:
    """Phrases read otherwise than character by character, by their first two characters, longest first."""
    from pypinyin.phrases_dict import phrases_dict

    known: dict[str, str] = {}

    def toneless(reading: str) -> str:
        found = known.get(reading)
        if found is None:
            found = known[reading] = _toneless(reading)
        return found

    by_start: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for phrase, listed in phrases_dict.items():
        if 2 <= len(phrase) <= 4:
            read = tuple(toneless(choices[0]) for choices in listed)
            if len(read) == len(phrase) and read != tuple(_usual[c] for c in phrase):
                by_start[phrase[:2]][phrase] = read
    for phrase, text in _WORDS.items():
        by_start[phrase[:2]][phrase] = tuple(text.split())
    return {start: tuple(sorted(found.items(), key=lambda item: -len(item[0]))) for start, found in by_start.items()}


_known: dict[str, tuple[str, ...]] = {}


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", _HIDDEN.sub("", text)).strip()


def syllables(name: str) -> tuple[str, ...]:
    """One syllable per Chinese character and one lower-case word per run of letters or digits; the rest is dropped."""
    found = _known.get(name)
    if found is None:
        if len(_known) >= _CACHE_SIZE:
            _known.clear()
        found = _known[name] = _read(name)
    return found


def _read(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for run in _RUN.findall(_narrow(name).casefold()):
        if not _HAN.match(run):
            found.append(run)
            continue
        head = _person_surname(run) if run == name.strip() else ()
        found += head
        found += _phrase_syllables(run[len(head) :])
    return tuple(found)


def _person_surname(name: str) -> tuple[str, ...]:
    """The syllables of the surname when the whole text looks like a person's name and the surname is read specially."""
    if not _PERSON.fullmatch(name) or _NOT_PERSON.search(name) or (len(name) == 2 and _phrase(name, 0)):
        return ()
    return _surname(name) if len(name) > 2 else _surname(name[:1])


def _phrase(text: str, at: int) -> tuple[str, ...]:
    for phrase, read in _phrases().get(text[at : at + 2], ()):
        if text.startswith(phrase, at):
            return read
    return ()


def _phrase_syllables(text: str) -> list[str]:
    phrases = _phrases()
    found: list[str] = []
    at, end = 0, len(text)
    while at < end:
        read = _phrase(text, at) if text[at : at + 2] in phrases else ()
        found += read or (_usual[text[at]],)
        at += len(read) or 1
    return found


def pinyin_full(name: str) -> str:
    """`张三丰` → `zhangsanfeng`, `单雄信` → `shanxiongxin`."""
    return "".join(syllables(name))


def pinyin_initials(name: str) -> str:
    """`张三丰` → `zsf`; words in letters and digits are kept whole."""
    words = frozenset() if not _LATIN.search(name) else frozenset(_RUN.findall(_narrow(name).casefold()))
    return "".join(s if s in words else s[:1] for s in syllables(name))


def syllable_key(name: str) -> str:
    """The syllables parted by spaces: puts names in the order of a Chinese list, homophones being equal."""
    return " ".join(syllables(name))


def surname_readings(name: str) -> tuple[str, ...]:
    """Every reading of the surname, the right one first: `曾国藩` → ("zeng", "ceng"), `欧阳修` → ("ouyang",)."""
    plain = _narrow(name)
    if not plain or not _HAN.match(plain):
        return ()
    table = surnames()
    if len(plain) > 2 and plain[:2] in table.compound:
        return ("".join(table.compound[plain[:2]]),)
    special = table.readings.get(plain[0])
    return tuple(dict.fromkeys([special, *readings(plain[0])] if special else readings(plain[0])))
