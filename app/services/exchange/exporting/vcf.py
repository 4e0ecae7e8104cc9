"""Customers and contacts as address cards, vCard 3.0 (RFC 2426), as phones and mail programs take them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.fields import Entity, Link, MonthDay, Point
from app.core.pinyin import surnames
from app.core.records import Record

_FOLD = 75  # bytes of a line


def write(path: Path, entity: Entity, records: Iterator[Record]) -> int:
    """One card per record; returns how many."""
    rows = 0
    with path.open("wb") as stream:
        for record in records:
            for line in card(entity, record):
                stream.write(folded(line))
            rows += 1
    return rows


def card(entity: Entity, record: Record) -> list[str]:
    """The lines of a card, not yet folded."""
    name = str(record.get("name") or "")
    company = entity.key == "customers" and not entity.field("kind").means(record.get("kind"), "person")
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{record.id}", f"FN:{escaped(name)}"]
    lines.append(f"N:{escaped(name)};;;;" if company else f"N:{_structured(name)}")
    if company:
        lines += [f"ORG:{escaped(name)}", "X-ABShowAs:COMPANY"]
    else:
        lines += _work(record)
    lines += [f"TEL;TYPE={_phone_type(p)}:{escaped(_phone(p))}" for p in _points(record, "phones")]
    lines += [f"EMAIL;TYPE=INTERNET:{escaped(p.value)}" for p in _points(record, "emails")]
    lines += [f"X-WECHAT:{escaped(p.value)}" for p in _points(record, "wechats")]
    lines += _address(record)
    lines += _line("URL", record.get("website"))
    born: MonthDay | None = record.get("birthday")
    lines += _line("BDAY", born if born is None or born.year else f"--{born.month:02}{born.day:02}")
    if record.get("tags"):
        lines.append("CATEGORIES:" + ",".join(map(escaped, record.get("tags"))))
    lines += _line("NICKNAME", record.get("short_name"))
    lines += _line("NOTE", record.get("remark"))
    return [*lines, "END:VCARD"]


def escaped(text: str) -> str:
    """The text as a value: backslash, comma, semicolon and line breaks escaped; control characters go."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) != "Cc")
    return plain.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """The line in UTF-8, cut at 75 bytes between characters, each further piece after a space."""
    pieces: list[bytes] = []
    piece, room = b"", _FOLD
    for character in line:
        coded = character.encode()
        if len(piece) + len(coded) > room:
            pieces.append(piece)
            piece, room = b"", _FOLD - 1
        piece += coded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"


def _line(name: str, value: Any) -> list[str]:
    return [f"{name}:{escaped(str(value))}"] if value else []


def _points(record: Record, key: str) -> tuple[Point, ...]:
    return record.get(key) or ()


def _structured(name: str) -> str:
    """family;given;middle;prefix;suffix. A Chinese name is cut behind its surname, a Latin one before its last word."""
    if " " in name and name.isascii():
        given, _, family = name.rpartition(" ")
        return f"{escaped(family)};{escaped(given)};;;"
    if not 2 <= len(name) <= 4 or name.isascii():
        return f"{escaped(name)};;;;"
    cut = 2 if len(name) > 2 and name[:2] in surnames().compound else 1
    return f"{escaped(name[:cut])};{escaped(name[cut:])};;;"


def _work(record: Record) -> list[str]:
    """Company, department and job title of a contact."""
    links: tuple[Link, ...] = record.get("customers") or ()
    department = str(record.get("department") or "")
    lines = []
    if links or department:
        company = links[0].title if links else ""
        lines.append(f"ORG:{escaped(company)}" + (f";{escaped(department)}" if department else ""))
    return lines + _line("TITLE", record.get("title"))


def _phone_type(point: Point) -> str:
    mobile = point.normal.startswith("+861") and len(point.normal) == 14 and not point.normal.startswith("+8610")
    return "CELL" if mobile else "WORK,VOICE"


def _phone(point: Point) -> str:
    """The dialled form; an extension is dialled after a pause, as phones understand."""
    return f"{point.value},{point.extension}" if point.extension else point.value


def _address(record: Record) -> list[str]:
    """post box;extra;street;town;province;postcode;country."""
    street = "".join(str(record.get(key) or "") for key in ("district", "address"))
    town, province = (str(record.get(key) or "") for key in ("city", "province"))
    if not (street or town or province):
        return []
    town = "" if town == province else town
    return [f"ADR;TYPE=WORK:;;{escaped(street)};{escaped(town)};{escaped(province)};;"]
