"""What stands around the sheets of an .xlsx container: where each sheet is, which styles show leading zeros.

Only the small parts are read here, with entities forbidden; the sheets themselves stream through `workbook_marks`.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.services.exchange.files import refusals

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PART_LIMIT = 64 << 20  # bytes of styles or workbook part
_ZEROS = re.compile(r"(?:\[[^\]]*\])?\"?(0{2,})\"?(?:_\)|;.*)?")
_DATE_CODE = re.compile(r"(?:\[[^\]]*\]|\"[^\"]*\"|\\.)")
_PERCENT = re.compile(r"[0#?]%")
_BUILTIN_PERCENTS = frozenset({"9", "10"})
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)])


@dataclass(slots=True)
class Package:
    """`sheets`: member path by sheet name. `zeros`: digits to fill up to, by style. `dates`, `percents`: styles of dates, of
    percentages."""

    sheets: dict[str, str] = field(default_factory=dict)
    zeros: dict[str, int] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    percents: frozenset[str] = frozenset()
    date1904: bool = False


def read_package(path: Path) -> Package:
    """Read workbook, relations and styles of an .xlsx or .xlsm. Raises UserError on damage or entities."""
    from defusedxml.common import DefusedXmlException

    found = Package()
    try:
        with zipfile.ZipFile(path) as archive:
            _read_workbook(archive, found)
            _read_styles(archive, found)
    except DefusedXmlException as error:
        raise refusals.entities(path.name) from error
    except (zipfile.BadZipFile, zlib.error, SyntaxError, ValueError, LookupError, EOFError, OSError) as error:
        raise refusals.damaged(path.name) from error
    return found


def _part(archive: zipfile.ZipFile, member: str) -> Element | None:
    from defusedxml.ElementTree import fromstring

    try:
        with archive.open(member) as stream:
            content = stream.read(_PART_LIMIT)
    except KeyError:
        return None
    root: Element = fromstring(content, forbid_dtd=True)
    return root


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _all(root: Element | None, name: str) -> list[Element]:
    return [] if root is None else [item for item in root.iter() if _local(item.tag) == name]


def _main_part(archive: zipfile.ZipFile) -> str:
    """The workbook part as the container's relations name it."""
    for item in _all(_part(archive, "_rels/.rels"), "Relationship"):
        if item.get("Type", "").endswith("/officeDocument"):
            return item.get("Target", "").lstrip("/")
    return "xl/workbook.xml"


def _read_workbook(archive: zipfile.ZipFile, found: Package) -> None:
    main = _main_part(archive)
    folder, name = posixpath.split(main)
    relations = _part(archive, f"{folder}/_rels/{name}.rels")
    targets = {item.get("Id", ""): item.get("Target", "") for item in _all(relations, "Relationship")}
    root = _part(archive, main)
    for item in _all(root, "workbookPr"):
        found.date1904 = item.get("date1904", "0") in ("1", "true")
    for item in _all(root, "sheet"):
        identity = next((value for key, value in item.attrib.items() if _local(key) == "id" and key != "id"), "")
        target = targets.get(identity, "")
        if target:
            joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found.sheets[item.get("name", "")] = posixpath.normpath(joined)


def _read_styles(archive: zipfile.ZipFile, found: Package) -> None:
    root = _part(archive, "xl/styles.xml")
    codes = {item.get("numFmtId", ""): item.get("formatCode", "") for item in _all(root, "numFmt")}
    dates, percents = set(), set()
    for formats in _all(root, "cellXfs"):
        for place, item in enumerate(formats):
            number = item.get("numFmtId", "0")
            code = codes.get(number, "")
            zeros = _ZEROS.fullmatch(code)
            if zeros:
                found.zeros[str(place)] = len(zeros[1])
            elif is_date_format(number, code):
                dates.add(str(place))
            elif number in _BUILTIN_PERCENTS or _PERCENT.search(_DATE_CODE.sub("", code)):
                percents.add(str(place))
    found.dates, found.percents = frozenset(dates), frozenset(percents)


def is_date_format(number: str, code: str) -> bool:
    """Whether a number format shows a date or a time."""
    if code:
        return bool(
            re.search("[ymdhs]", _DATE_CODE.sub("", code.split(";", maxsplit=1)[0]).lower().replace("general", ""))
        )
    return number.isdigit() and int(number) in _BUILTIN_DATES


def binary_date1904(path: Path, kind: str) -> bool:
    """Whether an .xlsb or .xls counts its days from 1904."""
    if kind == "xlsb":
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.bin") as stream:
            content = stream.read(1 << 20)
        at = content.find(b"\x99\x01")  # record BrtWbProp: number, length, flags
        return at >= 0 and len(content) > at + 3 and bool(content[at + 3] & 1)
    with path.open("rb") as stream:
        content = stream.read(64 << 20)
    found = re.search(rb"\x22\x00\x02\x00(.)\x00\x0e\x00\x02\x00", content, re.DOTALL)  # DATEMODE, then PRECISION
    return bool(found and struct.unpack("B", found[1])[0])
