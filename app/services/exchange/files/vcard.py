"""Address cards (.vcf, versions 2.1, 3.0 and 4.0) as properties: unfolding, decoding, splitting. Never fails."""

from __future__ import annotations

import quopri
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PIECE = 1 << 20  # bytes read at a time, so that a photo on one line costs nothing
_MAX_VALUE = 1 << 20  # bytes of one property
SKIPPED = frozenset(["PHOTO", "LOGO", "SOUND", "KEY"])
_NAME = re.compile(rb"^\s*(?:[\w.-]+\.)?([A-Za-z][\w-]*)\s*([;:])")
_TOKENS = re.compile(r"(\\.|;)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class Property:
    """One property of a card: upper-case `name`, its types ("CELL", "WORK"…), its raw text."""

    name: str
    types: frozenset[str]
    value: str

    def parts(self) -> list[str]:
        """The value cut at the semicolons that are not escaped; each part unescaped and trimmed."""
        found = [""]
        for piece in _TOKENS.split(self.value):
            if piece == ";":
                found.append("")
            else:
                found[-1] += piece
        return [unescape(part).strip() for part in found]


@dataclass(slots=True)
class Card:
    """The properties of one card, and the names of the large ones that were left out."""

    properties: list[Property] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    closed: bool = False


def unescape(text: str) -> str:
    r"""Undo the escapes of a value: "\n" is a line break, any other escaped character is itself."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def read_cards(path: Path, encoding: str) -> Iterator[Card]:
    """The cards of a file, one after another; `encoding` holds where a property names no character set."""
    card: Card | None = None
    for raw in _logical_lines(_physical_lines(path, encoding)):
        found = _NAME.match(raw)
        if not found:
            continue
        name = found[1].decode("ascii").upper()
        if name == "BEGIN":
            if card is not None and card.properties:
                yield card  # the card before was never closed
            card = Card()
        elif name == "END" and card is not None:
            card.closed = True
            yield card
            card = None
        elif card is not None:
            if name in SKIPPED:
                card.left_out.append(name)
            else:
                card.properties.append(_property(name, raw, found, encoding))
    if card is not None and card.properties:
        yield card


def _physical_lines(path: Path, encoding: str) -> Iterator[bytes]:
    """Lines without their ends; the rest of an overlong line is dropped. UTF-16 files become UTF-8 on the way."""
    if encoding.startswith("utf-16"):
        with path.open(encoding=encoding, errors="replace", newline=None) as text:
            for shown in text:
                yield shown.rstrip("\r\n").removeprefix("\ufeff").encode("utf-8", "replace")
        return
    with path.open("rb") as stream:
        first = True
        while piece := stream.readline(_PIECE):
            whole = piece.endswith(b"\n")
            line = piece.removeprefix(b"\xef\xbb\xbf") if first else piece
            while not whole and (more := stream.readline(_PIECE)):
                whole = more.endswith(b"\n")
            first = False
            yield from line.rstrip(b"\r\n").split(b"\r")


def _logical_lines(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Unfold: a line that begins with white space goes on; a quoted-printable line that ends with "=" goes on."""
    parts: list[bytes] = []
    size, soft, skip = 0, False, False
    for line in lines:
        if parts and (soft or line[:1] in (b" ", b"\t")):
            if not skip and size < _MAX_VALUE:
                piece = line if soft else line[1:]
                parts.append(piece)
                size += len(piece)
        else:
            if parts:
                yield b"".join(parts)
            found = _NAME.match(line)
            skip = bool(found and found[1].decode("ascii").upper() in SKIPPED)
            parts, size = ([line[:200]] if skip else [line]), len(line)
            quoted = b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
            soft = False
        soft = quoted and line.endswith(b"=")
        if soft and not skip:
            parts[-1] = parts[-1][:-1]
    if parts:
        yield b"".join(parts)


def _property(name: str, raw: bytes, found: re.Match[bytes], encoding: str) -> Property:
    head, value = _cut(raw[found.end() - 1 :])
    types: set[str] = set()
    charset = packed = ""
    for parameter in head.decode("utf-8", "replace").split(";"):
        key, equals, given = parameter.partition("=")
        key, given = (key.strip().upper(), given.strip().strip('"')) if equals else ("TYPE", key)
        if key == "TYPE":
            types.update(part.strip().upper() for part in given.split(",") if part.strip())
        elif key == "CHARSET":
            charset = given
        elif key == "ENCODING":
            packed = given.upper()
    for bare in ("QUOTED-PRINTABLE", "BASE64"):
        if bare in types:
            types.discard(bare)
            packed = bare
    return Property(name, frozenset(types), _decode(_unpack(value, packed), charset, encoding))


def _cut(rest: bytes) -> tuple[bytes, bytes]:
    """Parameters and value: the first colon that does not stand between quotes divides them."""
    quoted = False
    for place, code in enumerate(rest):
        if code == 0x22:
            quoted = not quoted
        elif code == 0x3A and not quoted:
            return rest[:place].lstrip(b";"), rest[place + 1 :]
    head, _, value = rest.partition(b":")
    return head.lstrip(b";"), value


def _unpack(value: bytes, packed: str) -> bytes:
    if packed == "QUOTED-PRINTABLE":
        return quopri.decodestring(value)
    if packed in ("B", "BASE64"):
        try:
            return b64decode(value)
        except (Base64Error, ValueError):
            return value
    return value


def _decode(value: bytes, charset: str, encoding: str) -> str:
    """By the named character set when it reads the bytes, else UTF-8, else the file's own, spoiled bytes marked."""
    named = {"gb2312": "gb18030", "gbk": "gb18030"}.get(charset.lower(), charset)
    for name in filter(None, (named, "utf-8", encoding)):
        try:
            return value.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return value.decode("utf-8", "replace")
