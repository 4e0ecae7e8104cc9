"""The workbook of rows that were not imported: original cells, what is wrong with each, ready to be fixed and imported
again. Written as a stream, so that its size does not matter.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.services.exchange.files.whole import part_of, place, told_plainly, unsaved
from app.services.exchange.mapping.result_headers import cause_header, outcome_header, row_header

if TYPE_CHECKING:
    from xlsxwriter import Workbook

COMMENTED = 5_000
"""Cells that get a comment of their own; further faulty cells are tinted, their cause stands in the last column."""
_LONGEST = 32_767  # characters of a cell
_ROWS = 1_048_575  # rows of a sheet below its header
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}


class ErrorsBook:
    """Written to `path`. `headers`: the file's column names; `language` ("zh" or "en") chooses the font.

    `silent`: nothing is ever written (a dry run without a file). End with `close` or `discard`.
    """

    def __init__(self, path: Path, headers: Sequence[str], language: str, *, silent: bool = False) -> None:
        self._path = path
        self._headers = list(headers)
        self._font = _FONTS.get(language, _FONTS["en"])
        self._silent = silent
        self._book: Workbook | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._line = 0
        self._comments = 0

    def add(self, row: int, cells: Sequence[str], outcome: str, problems: Sequence[tuple[int, str]]) -> None:
        """One row of the file. `row`: its 1-based number there; `cells`: its texts, aligned to the headers.

        `outcome`: rejected, ambiguous, duplicate or unmatched. `problems`: (column index or -1, what is wrong).
        Raises EnvironmentProblem when the disk is full or the folder cannot be written.
        """
        if self._silent:
            return
        with told_plainly(self._path):
            if self._book is None:
                self._open()
            if self._line >= _ROWS:
                self._add_sheet()
            self._line += 1
            self._write(row, cells, outcome, problems)

    def close(self) -> Path | None:
        """Finish the file; returns its path, or None (and no file) when nothing was added."""
        if self._book is None:
            return None
        try:
            with told_plainly(self._path):
                self._explain()
                self._book.close()
                place(part_of(self._path), self._path)
        finally:
            self.discard()
        return self._path

    def discard(self) -> None:
        """Leave nothing behind of an unfinished file; harmless after `close`."""
        if self._book is not None:
            unsaved(self._book)
            self._book = None
        part_of(self._path).unlink(missing_ok=True)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    # ---- parts --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        import xlsxwriter

        if not self._path.parent.is_dir():
            raise EnvironmentProblem(t("文件夹不存在：{path}", path=self._path.parent))
        self._folder = tempfile.TemporaryDirectory(prefix=".kedang-", dir=self._path.parent, ignore_cleanup_errors=True)
        self._book = xlsxwriter.Workbook(
            str(part_of(self._path)),
            {
                "constant_memory": True, "tmpdir": self._folder.name, "strings_to_formulas": False,
                "strings_to_urls": False, "strings_to_numbers": False,
                "default_format_properties": {"font_name": self._font, "font_size": 10},
            },
        )  # fmt: skip
        self._text = self._book.add_format({"num_format": "@"})
        self._faulty = self._book.add_format({"num_format": "@", "bg_color": "#FFE2DD", "font_color": "#9C1C0F"})
        self._head = self._book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "num_format": "@"})
        self._cause = self._book.add_format({"text_wrap": True, "font_color": "#9C1C0F", "valign": "top"})
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._add_sheet()

    def _add_sheet(self) -> None:
        assert self._book is not None
        number = len(self._book.worksheets())
        name = t("问题行") if not number else t("问题行 {number}", number=number + 1)
        self._sheet: Any = self._book.add_worksheet(name)
        width = len(self._headers)
        self._sheet.freeze_panes(1, 0)
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._sheet.set_column(0, max(0, width - 1), 16, self._text)
        self._sheet.set_column(width, width + 1, 14)
        self._sheet.set_column(width + 2, width + 2, 60)
        for column, header in enumerate((*self._headers, row_header(), outcome_header(), cause_header())):
            self._sheet.write_string(0, column, header[:_LONGEST], self._head)
        self._line = 0

    def _write(self, row: int, cells: Sequence[str], outcome: str, problems: Sequence[tuple[int, str]]) -> None:
        faulty: dict[int, list[str]] = {}
        for column, text in problems:
            faulty.setdefault(column, []).append(text)
        for column, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(
                    self._line, column, str(cell)[:_LONGEST], self._faulty if column in faulty else self._text
                )
            elif column in faulty:
                self._sheet.write_blank(self._line, column, None, self._faulty)
            if column in faulty and self._comments < COMMENTED:
                self._comments += 1
                self._sheet.write_comment(self._line, column, "\n".join(faulty[column]), {"x_scale": 2})
        width = len(self._headers)
        self._sheet.write_number(self._line, width, row)
        self._sheet.write_string(self._line, width + 1, _outcome_label(outcome))
        self._sheet.write_string(self._line, width + 2, self._causes(problems)[:_LONGEST], self._cause)

    def _causes(self, problems: Sequence[tuple[int, str]]) -> str:
        """All causes on one line, each with the name of its column."""
        named = [f"{self._headers[column]}：{text}" if column >= 0 else text for column, text in problems]
        return "；".join(dict.fromkeys(named))

    def _explain(self) -> None:
        """The sheet that tells what to do with this file. One column, so that it is never taken for the data."""
        assert self._book is not None
        for sheet in self._book.worksheets():
            sheet.autofilter(0, 0, max(1, self._line if sheet is self._sheet else _ROWS), len(self._headers) + 2)
        note = self._book.add_worksheet(t("怎样处理"))
        note.set_column(0, 0, 100)
        for line, text in enumerate(_steps()):
            note.write_string(line, 0, text, self._wrapped)


def _outcome_label(outcome: str) -> str:
    return {
        "rejected": t("没有导入"),
        "ambiguous": t("匹配到多条"),
        "duplicate": t("重复"),
        "unmatched": t("没有匹配到"),
    }.get(outcome, outcome)


def _steps() -> tuple[str, ...]:
    return (
        t("这些行没有导入，其余的行已经导入，原文件没有改动。"),
        t("一、有底色的单元格是问题所在，鼠标停在上面可以看到原因；最后一列也写着原因。"),
        t("二、直接在第一张表里改正，保存。"),
        t("三、再次导入这个文件即可，不需要删除最后三列，它们不会被导入。"),
    )
