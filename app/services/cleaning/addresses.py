"""Splitting a Chinese address into province, city, district and the rest, over the table of administrative divisions.

The text is read from its start, level by level. What fits several places is left whole and reported, never guessed;
a road named after a city (北京路, 南京西路) is not that city.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from app.core.i18n import t
from app.services.cleaning.regions import MUNICIPALITIES, Region, plain_characters, regions, short_name
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import BLANK, Cleaned, is_placeholder, nothing_said, warned


@dataclass(frozen=True, slots=True)
class Address:
    """`province`, `city`, `district`: official names or "". `detail`: the rest as written.

    `code`: six-digit code of the deepest division found, or "". A development zone (高新区) may stand as district; it
    has no code of its own.
    """

    province: str
    city: str
    district: str
    detail: str
    code: str = ""


_LONGEST_NAME = 15
_COMMON_LENGTHS = (3, 2, 4, 5, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15)
_COUNTRY = re.compile(
    r"(?:(?:详细|通讯|联系|收货|公司|注册|办公|家庭)?(?:地址|住址)\s*[::：]\s*)?(?:\d{6}\s+)?(?:中华人民共和国|中国|中國|CHINA\s)?\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s/,，、·.>_\-]*(?:市辖区|县辖区|(?:省|自治区)直辖县级行政区划|生产建设兵团)?[\s/,，、·.>_\-]*"
)
# After a short name these make another name: a road, a building, or a division of the same stem (吉林 before 市).
_ANOTHER_NAME = re.compile(
    r"[东西南北中内外前后上下一二三四五六七八九十東門门]{0,2}"
    r"(?:路|街|大道|大街|道|巷|弄|胡同|桥|大桥|里弄|村|镇|乡|大厦|大楼|广场|花园|花苑|饭店|酒店|宾馆|商城|公馆|大学|学院|银行)"
    r"|[市省区县州盟旗區縣]|高速|国道|公路"
)
_ZONE = re.compile(
    r"(?:国家级?)?(?:高新技术产业开发区|高新技术开发区|高新技术产业园区|高新区|经济技术开发区|经济开发区|经开区|技术开发区|"
    r"天府新区|两江新区|西咸新区|贵安新区|工业园区|保税港区|保税区|自贸区|自由贸易试验区|开发区)"
)


@cache
def _names() -> dict[str, list[tuple[Region, bool]]]:
    """Divisions by every way of writing their name; the flag tells a short form."""
    found: dict[str, list[tuple[Region, bool]]] = defaultdict(list)
    for region in regions().values():
        if region.level == 2 and region.code[:2] in MUNICIPALITIES:
            continue  # 北京市 as a city under 北京市: the province stands for both.
        found[region.name].append((region, False))
        short = short_name(region.name)
        if short == region.name:
            continue
        found[short].append((region, True))
        # 延边州, 酉阳县, 鄂伦春旗: the everyday full name of an autonomous division.
        if "自治" in region.name and region.level > 1:
            found[short + region.name[-1]].append((region, False))
    found["内蒙"].append((regions()["150000"], True))
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the start of a text: the deepest division, where its name ends, how many names were short."""

    region: Region
    end: int
    short: int


def split_address(text: str) -> Cleaned[Address]:
    """Province, city, district and detail. Warnings: several places fit (`address.ambiguous`), or none was written."""
    stored = clean_text(text)
    if not stored:
        return BLANK
    if is_placeholder(stored):
        return nothing_said(stored)
    start = _COUNTRY.match(stored)
    offset = start.end() if start else 0
    head = stored[offset : offset + 40]
    if not head.isascii():
        head = head.translate(plain_characters())
    readings = _best(head)
    if not readings:
        return warned(Address("", "", "", stored), "address.no_region", t("没有写省、市或区县"))
    if len(readings) > 1:
        return _undecided(readings, stored)
    return Cleaned(_address(readings[0], head, stored, offset))


def _address(reading: _Reading, head: str, stored: str, offset: int) -> Address:
    province, city, district = _levels(reading.region)
    end = reading.end
    if city and not district:
        between = _BETWEEN.match(head, end)
        zone = _ZONE.match(head, between.end() if between else end)
        if zone:
            district, end = zone[0], zone.end()
    between = _BETWEEN.match(head, end)
    detail = stored[offset + (between.end() if between else end) :].strip()
    return Address(province, city, district, detail, reading.region.code)


def _levels(region: Region) -> tuple[str, str, str]:
    table = regions()
    names = ["", "", ""]
    for code in region.path:
        names[table[code].level - 1] = table[code].name
    if region.code[:2] in MUNICIPALITIES:
        names[1] = names[0]
    return names[0], names[1], names[2]


def _undecided(readings: list[_Reading], stored: str) -> Cleaned[Address]:
    """What all candidates share (a province at most) is kept, with the whole text as detail."""
    table = regions()
    paths = [reading.region.path for reading in readings]
    shared = paths[0][:1] if all(path[0] == paths[0][0] for path in paths) else ()
    province = table[shared[0]].name if shared else ""
    places = ["".join(dict.fromkeys(table[code].name for code in path)) for path in paths]
    more = "…" if len(places) > 3 else ""
    told = t("可能是{places}，没有拆分", places="、".join(places[:3]) + more)
    return warned(Address(province, "", "", stored, shared[0] if shared else ""), "address.ambiguous", told)


def _best(head: str) -> list[_Reading]:
    """The readings that reach furthest; several only when they name different places."""
    found = _extend(head, 0, None, 0)
    if not found:
        return []
    furthest = max(reading.end for reading in found)
    kept = [reading for reading in found if reading.end == furthest]
    fewest = min(reading.short for reading in kept)
    kept = [reading for reading in kept if reading.short == fewest]
    # 吉林 is the province and 吉林市 at once: the higher one is what is certain.
    highest = min(reading.region.level for reading in kept)
    if any(r.region.level == highest and all(r.region.code in o.region.path for o in kept) for r in kept):
        kept = [reading for reading in kept if reading.region.level == highest]
    found = list({reading.region.code: reading for reading in kept}.values())
    return [*found, *_rivals(found[0], head)] if len(found) == 1 else found


def _rivals(reading: _Reading, head: str) -> list[_Reading]:
    """Districts elsewhere that a bare short name could mean as well: 朝阳 is a city, and a district of Beijing."""
    region = reading.region
    # The seat of a province is what people mean by its short name (西安).
    if region.level != 2 or reading.short != 1 or region.code[2:4] == "01":
        return []
    others = _names().get(head[: reading.end], ())
    return [
        _Reading(other, reading.end, 1)
        for other, is_short in others
        if is_short and other.level == 3 and region.code not in other.path and other.code[:2] != "71"
    ]


def _extend(head: str, start: int, above: Region | None, short: int) -> list[_Reading]:
    """All readings from `start` on, below `above`; the division above itself when nothing follows."""
    names = _names()
    found: list[_Reading] = []
    for length in _COMMON_LENGTHS:
        word = head[start : start + length]
        if len(word) < length:
            continue
        for region, is_short in names.get(word, ()):
            if not _below(region, is_short, above):
                continue
            end = start + length
            here = above if above is not None and region.code == above.code else region
            deeper = _extend(head, _skip(head, end), here, short + is_short) if here.level < 3 else []
            if not deeper and (not is_short or _ANOTHER_NAME.match(head, end) is None):
                deeper = [_Reading(here, end, short + is_short)]
            found += deeper
        if found and length in (3, 4) and not found[0].short:
            break
    return found


def _below(region: Region, is_short: bool, above: Region | None) -> bool:
    """Whether this name may stand after `above` (None: at the start)."""
    if above is None:
        return not is_short or region.level < 3 or region.name.endswith("市")
    if region.code == above.code:
        return not is_short  # 北京市北京市朝阳区: the name once more, only in full.
    return above.code in region.path


def _skip(head: str, end: int) -> int:
    match = _BETWEEN.match(head, end)
    return match.end() if match else end
