"""What can be seen of any file without opening it: its text for the search, a small picture. Runs in the child process.

The content decides, never the name. What cannot be read has no text and no picture; nobody is told.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from app.errors import UserError
from app.services.exchange.files.encoding import MIXED, SAMPLE, decode_line, encoding_candidates
from app.services.exchange.files.formats import is_binary
from app.services.exchange.files.guard import check_container
from app.services.exchange.files.records import Report

if TYPE_CHECKING:
    from PIL.Image import Image

#: characters of text that are kept
MOST_TEXT = 200_000
#: longest side of a picture
SIDE = 256
#: pixels of a picture that is made small; more is a bomb, or a plan that nobody recognises so small
MOST_PIXELS = 120_000_000
#: pages of a document in which text is looked for
MOST_PAGES = 1_000
_PICTURES = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class View:
    """What was seen; `picture` is a PNG."""

    text: str | None = None
    picture: bytes | None = None


def can_be_seen(head: bytes) -> bool:
    """Whether a content that begins so may have something to be seen: others are not handed to a child at all."""
    return _reader_of(head) is not None


def view_task(_report: Report, contents: Sequence[bytes]) -> Iterator[View]:
    """Yield the view of each content."""
    for content in contents:
        reader = _reader_of(content[:SAMPLE])
        try:
            yield reader(content) if reader is not None else View()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - parsers of strangers' files raise anything; there is nothing to be seen then
            yield View()


def _reader_of(head: bytes) -> Callable[[bytes], View] | None:
    if head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return _of_picture
    if b"%PDF-" in head[:1024]:
        return _of_pdf
    if head.startswith(b"PK\x03\x04"):
        return _of_container
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _of_workbook
    return None if not head or is_binary(head) else _of_text


# ---- text -----------------------------------------------------------------------------------------------------------


class _Words:
    """Text that is gathered until there is enough of it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MOST_TEXT

    def add(self, text: str) -> bool:
        """Take a part; False when there is enough."""
        if text:
            self._parts.append(text[: self._room])
            self._room -= len(text)
        return self._room > 0

    def text(self) -> str | None:
        """All of it without what no text holds; None where there is nothing."""
        joined = "".join(self._parts)[:MOST_TEXT]
        clean = "".join(c for c in joined if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))
        return clean.strip() or None


def _of_text(content: bytes) -> View:
    data = content[: 4 * MOST_TEXT]
    encoding = encoding_candidates(data[:SAMPLE])[0].name
    if encoding == MIXED:
        found = "\n".join(map(decode_line, data.split(b"\n")))
    else:
        found = data.decode(encoding, "replace")
    words = _Words()
    words.add(found.replace("\r\n", "\n").lstrip("\ufeff"))
    return View(words.text())


def _of_container(content: bytes) -> View:
    stream = io.BytesIO(content)
    try:
        names = set(check_container(stream, ""))
    except UserError:
        return View()
    if "word/document.xml" in names:
        return _of_document(stream, sorted(names))
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return _of_workbook(content)
    return View()


def _of_document(stream: io.BytesIO, names: Sequence[str]) -> View:
    """The words of a .docx: its body, then heads, feet and notes."""
    more = [n for n in names if n.startswith(("word/header", "word/footer", "word/footnotes")) and n.endswith(".xml")]
    words = _Words()
    with zipfile.ZipFile(stream) as archive:
        for name in ("word/document.xml", *more):
            try:
                with archive.open(name) as part:
                    if not all(words.add(text) for text in _runs(part)):
                        break
            except (SyntaxError, ValueError, zlib.error, zipfile.BadZipFile, EOFError):  # what came before it holds
                break
    return View(words.text())


def _runs(part: IO[bytes]) -> Iterator[str]:
    from defusedxml.ElementTree import iterparse

    for _event, element in iterparse(part, events=("end",), forbid_dtd=True):
        if element.tag == f"{_WORD}t":
            yield element.text or ""
        elif element.tag == f"{_WORD}tab":
            yield "\t"
        elif element.tag in (f"{_WORD}p", f"{_WORD}br"):
            yield "\n"
        if element.tag in (f"{_WORD}p", f"{_WORD}tbl"):
            element.clear()  # nothing that was read is kept


def _of_workbook(content: bytes) -> View:
    from python_calamine import CalamineWorkbook

    words = _Words()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        if not words.add(f"{name}\n"):
            break
        for row in book.get_sheet_by_name(name).iter_rows():
            cells = [str(cell) for cell in row if cell not in ("", None)]
            if cells and not words.add("\t".join(cells) + "\n"):
                return View(words.text())
    return View(words.text())


# ---- pictures -------------------------------------------------------------------------------------------------------


def _of_pdf(content: bytes) -> View:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    picture: bytes | None = None
    words = _Words()
    for place in range(min(len(document), MOST_PAGES)):
        page = document[place]
        if place == 0:
            picture = _first_page(page)
        text_page = page.get_textpage()
        enough = not words.add(text_page.get_text_range().replace("\r\n", "\n") + "\n")
        text_page.close()
        page.close()
        if enough:
            break
    document.close()
    return View(words.text(), picture)


def _first_page(page: Any) -> bytes | None:
    width, height = page.get_size()
    if not (0 < width < 1e6 and 0 < height < 1e6 and min(width, height) * SIDE >= max(width, height)):
        return None
    scale = SIDE / max(width, height)
    return _png(page.render(scale=scale).to_pil())


def _of_picture(content: bytes) -> View:
    import warnings

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=_PICTURES) as opened:
            opened.draft("RGB", (2 * SIDE, 2 * SIDE))  # a photo is decoded small at once
            return View(None, _png(ImageOps.exif_transpose(opened)))


def _png(image: Image) -> bytes:
    """The picture made small, without what stands beside its pixels."""
    from PIL import Image as Images

    clear = "A" in image.getbands() or "transparency" in image.info
    small = image.convert("RGBA" if clear else "RGB")
    small.thumbnail((SIDE, SIDE), Images.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "PNG", optimize=True)
    return stream.getvalue()
