"""Which kind of file this is: by its content, never by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from app.core.i18n import t
from app.errors import EnvironmentProblem, NotFound, UserError
from app.services.exchange.files import refusals
from app.services.exchange.files.guard import check_archive

HEAD = 65_536  # bytes looked at
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(r"<(?:!doctype\s+html|html|table|body|meta|head|tr)\b", re.IGNORECASE)


def read_head(path: Path, size: int = HEAD) -> bytes:
    """The first `size` bytes. Raises NotFound, UserError (a folder, an empty file) or EnvironmentProblem."""
    try:
        with path.open("rb") as stream:
            head = stream.read(size)
    except FileNotFoundError as error:
        raise NotFound(t("找不到文件“{name}”。", name=path.name)) from error
    except IsADirectoryError as error:
        raise UserError(t("“{name}”是文件夹，请选择其中的文件。", name=path.name)) from error
    except PermissionError as error:
        if path.is_dir():
            raise UserError(t("“{name}”是文件夹，请选择其中的文件。", name=path.name)) from error
        raise EnvironmentProblem(
            t("无法打开“{name}”：它可能正在 Excel 中打开，或您没有读取权限。请关闭后再试。", name=path.name)
        ) from error
    except OSError as error:
        raise EnvironmentProblem(t("读取“{name}”时磁盘出错：{why}", name=path.name, why=error)) from error
    if not head:
        raise UserError(t("“{name}”是空文件，里面没有任何内容。", name=path.name))
    return head


def detect(path: Path) -> str:
    """One of xlsx, xlsm, xlsb, ods, xls, vcf, html, xmlss (Excel 2003 XML), text. Refuses what is not a table.

    Containers are checked for bombs and entities on the way (`guard`); takes milliseconds.
    """
    head = read_head(path)
    if head.startswith(b"PK\x03\x04"):
        return _in_archive(check_archive(path), path.name)
    if head.startswith(_OLE):
        return _in_ole(path)
    _refuse_foreign(head, path.name)
    return _in_text(head, path.name)


def _in_archive(names: list[str], name: str) -> str:
    members = set(names)
    folders = {member.split("/", 1)[0] for member in members}
    if "xl/workbook.bin" in members:
        return "xlsb"
    if any(member.startswith("xl/") and member.endswith(".xml") for member in members):
        return "xlsm" if any("vbaproject" in member.lower() for member in members) else "xlsx"
    if "content.xml" in members and "mimetype" in members:
        return "ods"
    if "word" in folders:
        raise UserError(t("“{name}”是 Word 文档。请把其中的表格复制到 Excel，另存为 .xlsx 后再试。", name=name))
    if "ppt" in folders:
        raise UserError(t("“{name}”是演示文稿，不是表格。", name=name))
    if "Index" in folders or any(member.endswith(".iwa") for member in members):
        raise UserError(t("“{name}”是 Numbers 表格。请在 Numbers 中导出为 Excel 后再试。", name=name))
    raise UserError(t("“{name}”是压缩包，不是表格。请先解压，再选择里面的文件。", name=name))


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def _in_ole(path: Path) -> str:
    """Old Office container: the directory names of its streams tell what is inside."""
    with path.open("rb") as stream:
        content = stream.read(256 << 20)
    if _utf16("EncryptedPackage") in content:
        raise refusals.password(path.name)
    if _utf16("WordDocument") in content and _utf16("Workbook") not in content:
        raise UserError(t("“{name}”是 Word 文档。请把其中的表格复制到 Excel，另存为 .xlsx 后再试。", name=path.name))
    if _utf16("Workbook") not in content and _utf16("Book") not in content:
        raise refusals.damaged(path.name)
    return "xls"


def _refuse_foreign(head: bytes, name: str) -> None:
    if head.startswith(b"%PDF"):
        raise UserError(t("“{name}”是 PDF 文件，不是表格。", name=name))
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")) and b"\0" in head[:64]:
        raise UserError(t("“{name}”是图片，不是表格。", name=name))
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PK\x05\x06")):
        raise UserError(t("“{name}”是压缩包，不是表格。请先解压，再选择里面的文件。", name=name))
    if head.startswith(b"{\\rtf"):
        raise UserError(t("“{name}”是文字文档，不是表格。", name=name))
    if head[:400].lstrip(b"\xef\xbb\xbf \r\n").lower().startswith(b"mime-version:") and b"multipart/related" in head:
        raise UserError(t("“{name}”是单个文件网页，请用 Excel 打开后另存为 .xlsx 再试。", name=name))


def _in_text(head: bytes, name: str) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        shown = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        shown = head.replace(b"\0", b"").decode("latin-1").removeprefix("\xef\xbb\xbf")
        if is_binary(head):
            raise UserError(t("“{name}”不是表格文件，无法识别其内容。", name=name))
    start = shown.lstrip("\ufeff \t\r\n")
    if start[:11].upper() == "BEGIN:VCARD":
        return "vcf"
    if start.startswith("<"):
        if "urn:schemas-microsoft-com:office:spreadsheet" in start and "<html" not in start[:2000].lower():
            return "xmlss"
        if _HTML.search(start[:20_000]):
            return "html"
    return "text"


def is_binary(head: bytes) -> bool:
    """Control characters that no text holds; NULs alone may be UTF-16 without a byte order mark."""
    sample = head[:8192]
    control = sum(sample.count(code) for code in (1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
    nuls = sample.count(0)
    wide = max(sample[::2].count(0), sample[1::2].count(0))
    return control > max(4, len(sample) // 50) and not (nuls > len(sample) // 10 and wide > nuls * 0.9)


def member_text(path: Path, member: str, limit: int = 64 << 20) -> bytes:
    """The bytes of a container's `member`, at most `limit`; empty when it is missing."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            return stream.read(limit)
    except KeyError:
        return b""
