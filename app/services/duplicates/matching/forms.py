"""The comparison forms of one value: what two writings of the same name, address or number share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from app.core.paths import resource_dir
from app.core.pinyin import spoken
from app.services.cleaning.names import company_brand, company_core, is_company
from app.services.cleaning.text import simplified

_HAN = re.compile(r"[㐀-鿿]")
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[㐀-鿿]+")
_LATIN_STOP = frozenset("the a an of and for in on at to de la le el co ltd inc llc corp company limited".split())
_TITLE = re.compile(r"(?:总经理|经理|先生|女士|小姐|老师|主任|总)$")
_PROVINCE = re.compile(r"^(?:中国)?[㐀-鿿]{2,3}(?:省|自治区)")
_BRACKETED = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_SHORT = {
    "street": "st", "road": "rd", "avenue": "ave", "av": "ave", "boulevard": "blvd", "blv": "blvd", "drive": "dr",
    "lane": "ln", "place": "pl", "court": "ct", "square": "sq", "highway": "hwy", "suite": "ste", "floor": "fl",
    "north": "n", "south": "s", "east": "e", "west": "w", "first": "1", "second": "2", "third": "3", "fourth": "4",
    "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10", "deli": "delicatessen",
    "terrace": "tce", "crescent": "cres", "circuit": "cct", "close": "cl", "parade": "pde",
}  # fmt: skip
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)\b")


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Simplified, NFKC, lower case, without accents, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        folded = simplified(folded)
        folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return " ".join(folded.split())


def words(text: str) -> tuple[str, ...]:
    """The words of a plain text: Latin words, numbers, overlapping pairs of Han characters."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if _HAN.match(token) and len(token) > 2:
            found.extend(token[i : i + 2] for i in range(len(token) - 1))
        else:
            found.append(token)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Name:
    """`core`: what identifies it (without legal form, place, title; Latin words sorted). `sound`: its pinyin or "".
    `shape`: with characters that are taken for each other made one, or ""."""

    core: str
    sound: str
    shape: str
    first: str
    brand: str


@cache
def _glyphs() -> dict[int, str]:
    """Character → the one that stands for all it is taken for; of several groups the first."""
    found: dict[int, str] = {}
    text = (resource_dir() / "reference" / "near_glyphs.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            head = found.get(ord(line[0]), line[0])
            for char in line:
                found.setdefault(ord(char), head)
    return found


def _sound(text: str) -> str:
    found = spoken(text)[0]
    return found[0] if found else ""


def name_forms(text: str) -> Name:
    """The forms of a person's or company's plain name."""
    if _HAN.search(text):
        if is_company(text) or len(text) > 5:
            core = company_core(text) or text
            return Name(core, _sound(core), core.translate(_glyphs()), core[:2], company_brand(text))
        core = _TITLE.sub("", text) if len(text) > 2 or text[-1:] == "总" else text
        core = core or text
        return Name(core, *((_sound(core), core.translate(_glyphs())) if len(core) > 1 else ("", "")), core[:1], core)
    bare = _BRACKETED.sub(" ", text).strip() or text
    tokens = _TOKEN.findall(bare.replace("'", ""))
    kept = [x for x in tokens if x not in _LATIN_STOP] or tokens
    return Name(" ".join(sorted(kept)) or text, "", "", (kept or [text])[0][:3], (kept or [text])[0])


def address_form(text: str) -> str:
    """A plain address in short words: no province before a city, street words abbreviated, ordinals as numbers."""
    if _HAN.search(text):
        return re.sub(r"[\s,，.。\-_()（）]+", "", _PROVINCE.sub("", text))
    text = _ORDINAL.sub(r"\1", re.sub(r"[^\w\s]", " ", text))
    return " ".join(_SHORT.get(w, w) for w in text.split())


def digits_of(text: str) -> str:
    """The digits of a number as written; mainland mobiles without their country code."""
    digits = re.sub(r"\D", "", text)
    digits = digits.removeprefix("0086")
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def date_form(text: str) -> str:
    """YYYYMMDD where the parts can be told, else the digits."""
    parts = re.findall(r"\d+", text)
    if len(parts) == 3:
        if len(parts[0]) == 4:
            return f"{parts[0]}{parts[1]:0>2}{parts[2]:0>2}"
        if len(parts[2]) == 4:
            return f"{parts[2]}{parts[0]:0>2}{parts[1]:0>2}"
    return "".join(parts)
