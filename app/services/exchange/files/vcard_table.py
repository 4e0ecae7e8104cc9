"""Address cards as a table with the columns an office knows; several values of one kind are joined by "；"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files.encoding import SAMPLE, bom_encoding, encoding_candidates
from app.services.exchange.files.records import Note, Opened, ReadOptions, SheetInfo
from app.services.exchange.files.text_lines import MAX_FILE, known_encoding
from app.services.exchange.files.vcard import Card, Property, read_cards, unescape

COLUMNS = (
    "姓名", "公司", "部门", "职务", "手机", "电话", "传真", "邮箱", "地址", "邮编",
    "网址", "生日", "昵称", "分组", "社交账号", "备注",
)  # fmt: skip
_HAN = re.compile("[\u2e80-\u9fff]")
_PLAIN = {"EMAIL": "邮箱", "URL": "网址", "TITLE": "职务", "NICKNAME": "昵称", "NOTE": "备注", "BDAY": "生日"}
_ACCOUNTS = re.compile(r"IMPP|X-(?:QQ|WECHAT|WEIXIN|SKYPE|MSN|AIM|ICQ|JABBER|SOCIALPROFILE)", re.IGNORECASE)
_DAY = re.compile(r"(\d{4}|-)-?(\d\d)-?(\d\d)(?:T.*)?")
#: the year that address books write where nobody knows it (X-APPLE-OMIT-YEAR)
_NO_YEAR = "1604"


def open_cards(path: Path, options: ReadOptions) -> Opened:
    """Lay a file of address cards open: one row per card. Raises UserError when the file is too large."""
    size = path.stat().st_size
    if size > MAX_FILE:
        raise UserError(t("“{name}”太大（{size} MB），请拆成几个文件后再试。", name=path.name, size=size >> 20))
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    candidates = tuple(encoding_candidates(head))
    encoding = known_encoding(options.encoding or bom_encoding(head) or candidates[0].name)
    table = _CardTable(path, encoding if encoding != "utf-8+gb18030" else "gb18030")
    return Opened(
        format="vcf",
        rows=iter(table),
        sheets=(SheetInfo(path.stem, 0, 0),),
        sheet=path.stem,
        encoding=encoding,
        encodings=candidates,
        late_notes=table.notes,
        names=COLUMNS,
    )


class _CardTable:
    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._left_out: Counter[str] = Counter()
        self._unclosed = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for number, card in enumerate(read_cards(self._path, self._encoding), 1):
            self._left_out.update(card.left_out)
            self._unclosed += not card.closed
            yield number, card_row(card)

    def notes(self) -> list[Note]:
        found = []
        count = self._left_out["PHOTO"] + self._left_out["LOGO"]
        if count:
            found.append(Note("photos", t("名片中的 {n} 张照片没有读取。", n=count)))
        if self._unclosed:
            found.append(Note("unclosed_card", t("有 {n} 张名片不完整，已读取其中的内容。", n=self._unclosed)))
        return found


def card_row(card: Card) -> list[str]:
    """The cells of one card, in the order of `COLUMNS`."""
    values: dict[str, list[str]] = {name: [] for name in COLUMNS}
    formatted = structured = ""
    for item in card.properties:
        if item.name == "FN":
            formatted = formatted or unescape(item.value).strip()
        elif item.name == "N":
            structured = structured or person_name(item)
        else:
            _file(item, values)
    values["姓名"] = [formatted or structured]
    return ["；".join(dict.fromkeys(filter(None, values[name]))) for name in COLUMNS]


def person_name(item: Property) -> str:
    """A structured name (family; given; middle; prefix; suffix) in the order of its script."""
    family, given, middle, prefix, suffix = (*item.parts(), "", "", "", "", "")[:5]
    if _HAN.search(family + given):
        return f"{family}{middle}{given}"
    return " ".join(filter(None, (prefix, given, middle, family, suffix)))


def _file(item: Property, values: dict[str, list[str]]) -> None:
    name, text = item.name, unescape(item.value).strip()
    if name == "TEL":
        number = re.sub(r"^tel:", "", text, flags=re.IGNORECASE)
        # phones write an extension behind a pause
        values[_phone_column(item.types)].append(re.sub(r"(?<=\d)(?:,+|;ext=)(\d{1,6})$", r" 转 \1", number))
    elif name == "ORG":
        company, *units = item.parts()
        values["公司"].append(company)
        values["部门"].append(" ".join(filter(None, units)))
    elif name == "ADR":
        address, code = _address(item)
        values["地址"].append(address)
        values["邮编"].append(code)
    elif name == "CATEGORIES":
        values["分组"].extend(part.strip() for part in re.split(r"(?<!\\),", item.value))
    elif name == "BDAY":
        found = _DAY.fullmatch(text)
        values["生日"].append("-".join(found.groups()).replace(_NO_YEAR, "-", 1) if found else text)
    elif name in _PLAIN:
        values[_PLAIN[name]].append(re.sub(r"^mailto:", "", text, flags=re.IGNORECASE))
    elif _ACCOUNTS.match(name):
        values["社交账号"].append(text)


def _phone_column(types: frozenset[str]) -> str:
    if "FAX" in types:
        return "传真"
    return "手机" if types & {"CELL", "IPHONE", "MOBILE"} else "电话"


def _address(item: Property) -> tuple[str, str]:
    """(address, postcode) of post box; extra; street; town; province; postcode; country."""
    box, extra, street, town, province, code, country = (*item.parts(), *[""] * 7)[:7]
    if _HAN.search(item.value):
        return "".join((country if country not in ("中国", "China") else "", province, town, street, extra, box)), code
    return ", ".join(filter(None, (street, extra, box, town, province, country))), code
