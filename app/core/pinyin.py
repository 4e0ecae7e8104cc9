"""Pinyin for search and order: full, initials, all readings of the surname. Fast enough for a million names.

Per character the most usual reading of pypinyin's table; surnames and a few common words have their own reading.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

#: surname → how it is read as a surname (after 《现代汉语词典》); the usual reading stays findable too
SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "曾": "zeng", "查": "zha", "朴": "piao", "区": "ou", "盖": "ge", "任": "ren",
    "尉迟": "yuchi", "万俟": "moqi", "乐": "yue", "缪": "miao", "翟": "zhai", "种": "chong", "折": "she", "员": "yun",
    "宓": "mi", "逄": "pang", "洗": "xian", "冼": "xian", "召": "shao", "黑": "he", "教": "jiao", "哈": "ha", "那": "na",
    "長": "chang", "单于": "chanyu", "令狐": "linghu", "长孙": "zhangsun", "华": "hua", "覃": "qin", "瞿": "qu",
    "晁": "chao", "郗": "xi", "郇": "xun", "牟": "mou", "佴": "nai", "秘": "bi", "繁": "po", "幺": "yao", "隗": "wei",
    "祭": "zhai", "撒": "sa", "谌": "chen", "燕": "yan", "过": "guo", "应": "ying", "石": "shi", "贾": "jia", "宁": "ning",
}  # fmt: skip
#: words whose characters are read differently together
WORDS = {
    "重庆": ("chong", "qing"), "长沙": ("chang", "sha"), "长春": ("chang", "chun"), "长江": ("chang", "jiang"),
    "长城": ("chang", "cheng"), "长安": ("chang", "an"), "银行": ("yin", "hang"), "厦门": ("xia", "men"),
    "音乐": ("yin", "yue"), "六安": ("lu", "an"), "蚌埠": ("beng", "bu"), "朝阳": ("chao", "yang"),
    "亳州": ("bo", "zhou"), "台州": ("tai", "zhou"), "东莞": ("dong", "guan"), "行业": ("hang", "ye"),
    "调味": ("tiao", "wei"), "成都": ("cheng", "du"),
}  # fmt: skip


def _plain(reading: str) -> str:
    text = reading.replace("ü", "v")
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isascii())


@cache
def _table() -> dict[int, str]:
    from pypinyin import pinyin_dict

    return dict(pinyin_dict.pinyin_dict)


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """All toneless readings of a character, the most usual first; empty for what has none."""
    found = _table().get(ord(char))
    return tuple(dict.fromkeys(_plain(r) for r in found.split(","))) if found else ()


def _syllables(text: str) -> list[str]:
    """One syllable per character; characters without a reading stay themselves, in lower case."""
    made = [(readings(c) or (c.casefold(),))[0] for c in text]
    if len(text) > 1:
        for word, sounds in WORDS.items():
            at = text.find(word)
            if at >= 0:
                made[at : at + len(word)] = sounds
    return made


def _surname(text: str) -> tuple[int, str]:
    """Length and reading of a surname with a reading of its own at the start; (0, "") when there is none."""
    for length in (2, 1):
        known = SURNAMES.get(text[:length])
        if known and len(text) >= length:
            return length, known
    return 0, ""


@lru_cache(maxsize=50_000)
def sort_key(text: str) -> str:
    """A key that orders names by pinyin in plain byte order: 张三 < 张三丰, Latin words among them."""
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKC", text)
    made = _syllables(folded)
    if len(folded) <= 4:
        length, sound = _surname(folded)
        if length:
            made[:length] = [sound] + [""] * (length - 1)
    # the character follows its sound, so that homophones stay together and the order is total
    return " ".join(f"{sound}{char}" if sound != char else char for sound, char in zip(made, folded, strict=True))


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
    length, sound = _surname(han)
    if length:
        sequences[" ".join((sound, *base[length:]))] = None
    sequences[" ".join(base)] = None
    if len(han) <= 4:  # a person: any reading of the surname is plausible
        for head in readings(han[0]):
            sequences[" ".join((head, *base[1:]))] = None
    initials = dict.fromkeys("".join(s[0] for s in sequence.split()) for sequence in sequences)
    return tuple(sequences), tuple(initials)


@cache
def _all_syllables() -> frozenset[str]:
    return frozenset(_plain(r) for found in _table().values() for r in found.split(","))


@cache
def _all_beginnings() -> frozenset[str]:
    return frozenset(s[:i] for s in _all_syllables() for i in range(1, len(s) + 1))


def segmentations(typed: str, most: int = 6) -> list[tuple[str, ...]]:
    """The ways to read typed letters as syllables, the last one possibly unfinished: "zhangs" → (zhang, s)."""
    found: list[tuple[str, ...]] = []

    def walk(rest: str, before: tuple[str, ...]) -> None:
        if len(found) >= most:
            return
        if rest in _all_beginnings():
            found.append((*before, rest))
        for size in range(min(6, len(rest) - 1), 0, -1):
            if rest[:size] in _all_syllables() and (size > 1 or rest[0] in "aeo"):
                walk(rest[size:], (*before, rest[:size]))

    walk(typed, ())
    return found
