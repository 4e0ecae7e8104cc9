"""The full name of a company in its standard writing: one kind of brackets, no stray spaces and signs, one legal form."""

from __future__ import annotations

import re

from app.services.cleaning.names import is_place
from app.services.cleaning.text import clean_text

_OPEN = dict.fromkeys(map(ord, "([【〔〈《{﹙"), "（")
_CLOSE = dict.fromkeys(map(ord, ")]】〕〉》}﹚"), "）")
_BRACKETS = _OPEN | _CLOSE
_HAN = "㐀-䶿一-鿿（）"
_HAN_SPACE = re.compile(rf"(?<=[{_HAN}]) +| +(?=[{_HAN}])")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_EMPTY = re.compile(r"（）")
_TAIL = re.compile(r"[\s.,，。;；、:：·*\-_]+$|^[\s.,，。;；、:：·*\-_]+")
_COMMON = (
    (re.compile(r"有限公$|有限公司公司$|有限有限公司$"), "有限公司"),
    (re.compile(r"有限责任公$"), "有限责任公司"),
    (re.compile(r"（股份）有限公司$"), "股份有限公司"),
    (re.compile(r"（集团）公司$"), "集团公司"),
)
_BRANCH = re.compile(
    r"^(.{2,}?(?:公司|集团|合伙企业))(.{0,14}(?:分公司|支公司|办事处|营业部|代表处|分厂|分店|门店|项目部))$"
)
_PLACE_IN = re.compile(r"^([^（）]+)（([^（）]{2,9})）([^（）]*)$")
_ENGLISH = re.compile(r",?\s*\bco\b\.?\s*,?\s*\b(?:ltd|limited)\b\.?\s*$", re.IGNORECASE)
_ENGLISH_ENDS = (
    (re.compile(r",?\s*\bincorporated\b\.?\s*$|,?\s*\binc\b\.?\s*$", re.IGNORECASE), " Inc."),
    (re.compile(r",?\s*\bcorporation\b\.?\s*$|,?\s*\bcorp\b\.?\s*$", re.IGNORECASE), " Corp."),
    (re.compile(r",?\s*\blimited\b\.?\s*$|,?\s*\bltd\b\.?\s*$", re.IGNORECASE), " Ltd."),
    (re.compile(r",?\s*\bllc\b\.?\s*$", re.IGNORECASE), " LLC"),
    (re.compile(r",?\s*\bgmbh\b\.?\s*$", re.IGNORECASE), " GmbH"),
)


def company_name(text: str, *, city: str = "keep", branch: str = "keep", short_suffix: bool = False) -> str:
    """The name in standard writing: `恒力科技(苏州)有限 公司` → `恒力科技（苏州）有限公司`.

    `city` "front": a place in brackets goes to the front (苏州恒力科技有限公司), "drop": it goes away. `branch` "drop":
    the head company alone. `short_suffix`: 有限责任公司 is written 有限公司.
    """
    name = clean_text(text)
    if not name:
        return ""
    if not _HAN_ANY.search(name):
        return _english(name)
    name = _HAN_SPACE.sub("", name.translate(_BRACKETS))
    name = _EMPTY.sub("", _TAIL.sub("", name)) or name
    for pattern, made in _COMMON:
        name = pattern.sub(made, name)
    if short_suffix:
        name = name.replace("有限责任公司", "有限公司")
    if branch == "drop":
        found = _BRANCH.match(name)
        name = found[1] if found else name
    if city != "keep":
        inside = _PLACE_IN.match(name)
        if inside and is_place(inside[2]):
            before = inside[1] if inside[1].startswith(inside[2]) or city == "drop" else inside[2] + inside[1]
            name = before + inside[3]
    return name


_HAN_ANY = re.compile(r"[㐀-䶿一-鿿]")


def _english(name: str) -> str:
    """Latin names: the legal form in one writing, everything else as written."""
    if not _LATIN.search(name):
        return name
    cut = _ENGLISH.sub("", name)
    if cut != name and cut:
        return cut + " Co., Ltd."
    for pattern, made in _ENGLISH_ENDS:
        cut = pattern.sub("", name)
        if cut != name and cut:
            return cut + made
    return name
