"""Files made on the spot: documents with words in them, pictures, hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS = "合同条款"
_BODY = (
    '<?xml version="1.0"?>{prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "{paragraphs}</w:body></w:document>"
)


def docx(text: str = WORDS, *, prolog: str = "", more: bytes = b"") -> bytes:
    """A document of these words; `more` is a further member."""
    runs = "".join(f"<w:p><w:r><w:t>{part}</w:t></w:r></w:p>" for part in text.split("\n"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", _BODY.format(prolog=prolog, paragraphs=runs))
        if more:
            archive.writestr("word/more.bin", more)
    return stream.getvalue()


def zip_bomb() -> bytes:
    """A document whose body unpacks to a gigabyte."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(64):
            part.write(bytes(16 << 20))
    return stream.getvalue()


def xlsx(text: str = WORDS) -> bytes:
    """A workbook with these words in the second sheet."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["编号", 1])
    book.create_sheet("明细").append(["说明", text])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def pdf(text: str = WORDS, *, pages: int = 1, loop: bool = False) -> bytes:
    """A document of these words on every page; `loop`: its tree of pages leads back to itself."""
    codes = "".join(f"{i + 1:04x}" for i in range(len(text)))
    mapped = "\n".join(f"<{i + 1:04x}> <{ord(c):04x}>" for i, c in enumerate(text))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(text)} beginbfchar\n{mapped}\nendbfchar\nendcmap end end"
    )
    content = f"0.2 0.4 0.9 rg 40 40 200 300 re f BT /F1 24 Tf 72 700 Td <{codes}> Tj ET"
    kids = " ".join(f"{7 + i} 0 R" for i in range(pages)) + (" 2 0 R" if loop else "")
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages + loop}>>",
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        "/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        *("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F1 3 0 R>>>>>>",) * pages,
    ]
    made = bytearray(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n".encode()
    start = len(made)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    made += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(made)


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    """A picture of one colour with a bar in it."""
    from PIL import Image

    image = Image.new("RGB", size, (30, 90, 200))
    image.paste((250, 180, 0), (0, 0, size[0] // 3, size[1]))
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def huge_picture(side: int = 60_000) -> bytes:
    """A PNG that says it has `side` × `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


class Generated(io.RawIOBase):
    """A stream of `size` bytes that are never all in memory."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._left, self._at = size, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        take = self._left if size < 0 else min(size, self._left)
        self._left -= take
        self._at += 1
        return (self._at.to_bytes(8, "big") * (take // 8 + 1))[:take]


def put(folder: Path, name: str, data: bytes = b"x") -> Path:
    """A file on the disk."""
    path = folder / name
    path.write_bytes(data)
    return path


def generated(size: int) -> Iterator[bytes]:
    """The bytes of `Generated`, in chunks of 256 KiB."""
    stream = Generated(size)
    while data := stream.read(256 * 1024):
        yield data
