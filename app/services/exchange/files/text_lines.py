"""The decoded lines of a text file, whatever its size, with their line ends kept."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from app.core.i18n import t
from app.errors import UserError
from app.services.exchange.files.encoding import MIXED, decode_line
from app.services.exchange.files.records import Note, Tally

MAX_FILE = 2 << 30  # bytes
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class TextLines:
    """Iterate over the lines of `path` once; `spoiled` then counts characters that could not be read."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = known_encoding(encoding)
        self.spoiled = Tally()

    def __iter__(self) -> Iterator[str]:
        lines = self._line_by_line() if self.encoding == MIXED else self._uniform()
        for number, line in enumerate(lines, 1):
            if "\ufffd" in line:
                self.spoiled.add(number, line.count("\ufffd"))
            yield line

    def _uniform(self) -> Iterator[str]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            first = stream.readline()
            if first:
                yield first.removeprefix("\ufeff")
            yield from stream

    def _line_by_line(self) -> Iterator[str]:
        with self.path.open("rb") as stream:
            for raw in stream:
                for line in _LINE.findall(raw) if b"\r" in raw[:-2] else (raw,):
                    yield decode_line(line)

    def notes(self) -> list[Note]:
        """What must be told after the last line."""
        found = []
        if self.encoding == MIXED:
            found.append(Note("mixed_encodings", t("文件混用了 UTF-8 和 GB18030 两种编码，已逐行分别识别。")))
        if self.spoiled.count:
            text = t("有 {n} 个字符无法辨认，显示为“�”。请检查编码选择。", n=self.spoiled.count)
            found.append(Note("undecodable", text, tuple(self.spoiled.rows)))
        return found


def known_encoding(name: str) -> str:
    """`name` when the program knows it. Raises UserError otherwise."""
    if name == MIXED:
        return name
    try:
        codecs.lookup(name)
        "".encode(name)
    except (LookupError, ValueError) as error:
        raise UserError(t("不认识的编码“{encoding}”。", encoding=name)) from error
    return name
