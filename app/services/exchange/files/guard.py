"""Cheap checks of a zip container before any parser sees it: bombs, lies, entities.

Only the directory and the first bytes of the XML members are read, so a refusal takes milliseconds. What remains
possible after this (a member that unpacks to more than it says) meets the limits of the child process.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files import refusals

MAX_FILE = 500 << 20  # bytes of the container
MAX_MEMBERS = 2_000
MAX_MEMBER = 1 << 30  # bytes; 200,000 rows of 20 columns need 144 MB
MAX_TOTAL = 2 << 30
MAX_RATIO = 200  # Excel's own sheets stay below 60
RATIO_FLOOR = 4 << 20  # small members may be as repetitive as they like
_PROLOG = 65_536
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ROOT = re.compile(rb"<[A-Za-z_]")
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


def check_archive(path: Path) -> list[str]:
    """The member names of a harmless container. Raises UserError on a bomb, an entity or damage."""
    with path.open("rb") as stream:
        return check_container(stream, path.name)


def check_container(stream: BinaryIO, name: str) -> list[str]:
    """As `check_archive`, of a container that is open."""
    size = stream.seek(0, os.SEEK_END)
    if size > MAX_FILE:
        raise UserError(t("“{name}”太大（{size} MB），请拆成几个文件后再试。", name=name, size=size >> 20))
    _check_count(stream, size, name)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_sizes(members, name)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_prolog(archive, member, name)
    except _BROKEN as error:
        raise refusals.damaged(name) from error
    return [member.filename for member in members]


def _check_count(stream: BinaryIO, size: int, name: str) -> None:
    """The number of members as the end record tells it: a directory of millions is not even listed."""
    stream.seek(max(0, size - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise refusals.damaged(name)
    count, directory = struct.unpack_from("<HI", tail, at + 10)
    if count > MAX_MEMBERS or (directory > 4 << 20 and directory != 0xFFFFFFFF):
        raise refusals.bomb(name)


def _check_sizes(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise refusals.bomb(name)
    if any(member.flag_bits & 1 for member in members):
        raise refusals.password(name)
    for member in members:
        swollen = member.file_size > MAX_RATIO * max(1, member.compress_size)
        if member.file_size > MAX_MEMBER or (swollen and member.file_size > RATIO_FLOOR):
            raise refusals.bomb(name)
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise refusals.bomb(name)
    if len({member.filename for member in members}) != len(members):
        raise refusals.damaged(name)  # two members of one name: two readers would see two different files


def _check_prolog(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """A document type may stand only before the root element: everything up to that is searched."""
    with archive.open(member) as stream:
        head = stream.read(_PROLOG)
    head = _COMMENT.sub(b"", head.replace(b"\0", b""))  # UTF-16 looks like ASCII then
    root = _ROOT.search(head)
    prolog = head[: root.start()] if root else head
    if _DECLARATION.search(prolog) or b"<!--" in prolog or (root is None and member.file_size > _PROLOG):
        raise refusals.entities(name)
