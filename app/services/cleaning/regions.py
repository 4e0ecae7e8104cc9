"""The table of administrative divisions (GB/T 2260 codes), loaded once from the bundled reference file."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache

from app.core.paths import resource_dir

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})

_PEOPLES = (
    "蒙古族 回族 藏族 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 哈萨克族 傣族 黎族 傈僳族 "
    "佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 "
    "普米族 塔吉克族 怒族 鄂温克族 保安族 裕固族 独龙族 各族"
).split()
_PEOPLE_TAIL = re.compile("(?:" + "|".join(sorted(_PEOPLES, key=len, reverse=True)) + ")+$")
_LONE_PEOPLE_TAIL = re.compile("(?:维吾尔|哈萨克|柯尔克孜|蒙古|塔吉克|锡伯)$")  # written without 族 in some names
_TAIL = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|新区|林区|特区|地区|[省市区县旗州盟乡镇])$")


@dataclass(frozen=True, slots=True)
class Region:
    """One division. `level`: 1 province, 2 city (or county run by its province), 3 district or county.

    `path`: codes from the province down to itself.
    """

    code: str
    name: str
    level: int
    path: tuple[str, ...]


@cache
def regions() -> dict[str, Region]:
    """All divisions by six-digit code, with the districts abolished since 2005 that addresses still name."""
    found: dict[str, Region] = {}
    rows = sorted(_rows("regions.csv"), key=lambda row: row["level"]) + _rows("former_regions.csv")
    for row in rows:
        above = found[row["parent"]].path if row["parent"] else ()
        level = int(row.get("level", 3))
        found.setdefault(row["code"], Region(row["code"], row["name"], level, (*above, row["code"])))
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (resource_dir() / "reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def short_name(name: str) -> str:
    """The everyday form (江苏省 → 江苏, 延边朝鲜族自治州 → 延边); the name itself when nothing of two characters is left."""
    stem = _TAIL.sub("", name)
    if stem != name and name.endswith(("自治区", "自治州", "自治县", "自治旗")):
        bare = _PEOPLE_TAIL.sub("", stem)
        bare = _LONE_PEOPLE_TAIL.sub("", bare)
        stem = bare if len(bare) >= 2 else stem
    return stem if len(stem) >= 2 else name


@cache
def plain_characters() -> dict[int, str]:
    """Traditional characters used in names of divisions to their simplified forms, for `str.translate`."""
    text = (resource_dir() / "reference" / "region_variants.json").read_text(encoding="utf-8")
    pairs: dict[str, str] = json.loads(text)
    return dict(zip(map(ord, pairs["traditional"]), pairs["simplified"], strict=True))


@cache
def full_name(code: str) -> str | None:
    """`广东省深圳市南山区` for a code; the nearest known division above when the code itself is no longer in the table."""
    table = regions()
    region = table.get(code) or table.get(code[:4] + "00") or table.get(code[:2] + "0000")
    if region is None:
        return None
    names = [table[part].name for part in region.path]
    return "".join(dict.fromkeys(names))
