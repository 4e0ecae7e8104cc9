"""The recovery code, shown once: large, to be copied, printed or saved, with a tick that it was kept."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPaintEvent, QTextDocument
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.core.clock import now
from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.views.theme import fonts, theme
from app.views.widgets import buttons, painting
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.labels import muted, secondary

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_CLIPBOARD_SECONDS = 60


class _Code(QWidget):
    """The groups in two lines of fixed-width letters."""

    def __init__(self, code: str) -> None:
        super().__init__()
        groups = code.split("-")
        half = (len(groups) + 1) // 2
        self._lines = [" – ".join(groups[:half]), " – ".join(groups[half:])]
        self.setMinimumHeight(92)
        self.setAccessibleName(t("恢复码：{code}", code=code))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 10, "primary_soft")
        font = QFont("monospace")
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFamilies(["Cascadia Mono", "Consolas", "SF Mono", "Menlo", "DejaVu Sans Mono", "Noto Sans Mono CJK SC"])
        font.setPixelSize(20)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.color("primary_text"))
        for number, line in enumerate(self._lines):
            spot = QRectF(0, 14 + 32 * number, self.width(), 32)
            painter.drawText(spot, painting.CENTER, line)
        painter.end()


def recovery_text(code: str, archive: str) -> str:
    """The sheet of paper as plain text."""
    day = now().astimezone().strftime("%Y-%m-%d")
    return "\n".join(
        (
            t("客档通恢复码"),
            "",
            t("档案：{name}", name=archive),
            t("日期：{day}", day=day),
            "",
            code,
            "",
            t("忘记密码时，用它可以打开档案并设置新密码。请锁好，不要和电脑放在一起。"),
        )
    )


def print_sheet(printer: QPrinter, code: str, archive: str) -> None:
    """The sheet on paper (or into a PDF). Raises EnvironmentProblem when the printer does not answer."""
    lines = recovery_text(code, archive).split("\n")
    body = "".join(f"<p style='font-size:12pt'>{escape(line) or '&nbsp;'}</p>" for line in lines if line != code)
    head = f"<p style='font-size:17pt;font-family:monospace'><b>{escape(code)}</b></p>"
    document = QTextDocument()
    document.setDefaultFont(fonts.font())
    document.setHtml(head + body)
    document.print_(printer)
    from PySide6.QtPrintSupport import QPrinter as Printer

    if printer.printerState() == Printer.PrinterState.Error:
        raise EnvironmentProblem(t("打印机没有应答，请检查后再试，或先保存为文件。"))


class RecoveryCode(QWidget):
    """`ask_printer` may be replaced in tests; it returns None when the person gave up.

    Signals:
        kept_changed(bool): the tick "I have written it down".
    """

    kept_changed = Signal(bool)

    def __init__(self, code: str, archive: str, dialogs: Dialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code, self._archive, self._dialogs = code, archive, dialogs
        self.ask_printer: Callable[[], QPrinter | None] = self._ask_printer
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(_Code(code))
        column.addLayout(self._build_actions())
        words = t("恢复码只显示这一次。忘记密码又没有恢复码，谁也打不开档案，包括我们。请抄在纸上或打印出来锁好。")
        column.addWidget(secondary(words, wrap=True))
        self.tick = QCheckBox(t("我已抄下恢复码"))
        self.tick.toggled.connect(self.kept_changed)
        column.addWidget(self.tick)
        self._note = muted("", wrap=True)
        self._note.hide()
        column.addWidget(self._note)

    def _build_actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, icon, work in (
            (t("复制"), "copy", self._copy),
            (t("打印…"), "printer", self._print),
            (t("存为文件…"), "save", self._save),
        ):
            button = buttons.plain(text, icon)
            button.clicked.connect(lambda _checked=False, do=work: do())
            row.addWidget(button)
        row.addStretch()
        return row

    def _tell(self, text: str) -> None:
        self._note.setText(text)
        self._note.show()

    def _copy(self) -> None:
        code = self._code
        QGuiApplication.clipboard().setText(code)
        self._tell(t("已复制，{n} 秒后从剪贴板清除。", n=_CLIPBOARD_SECONDS))

        def clear() -> None:
            if QGuiApplication.clipboard().text() == code:
                QGuiApplication.clipboard().clear()

        QTimer.singleShot(_CLIPBOARD_SECONDS * 1000, QGuiApplication.clipboard(), clear)

    def _save(self) -> None:
        name = t("{archive}_恢复码.txt", archive=self._archive)
        target = self._dialogs.pick_file("save", t("保存恢复码"), [(t("文本文件"), ("txt",))], suggested=name)
        if target is None:
            return
        try:
            target.write_text(recovery_text(self._code, self._archive), encoding="utf-8-sig")
        except OSError as error:
            reason = error.strerror or str(error)
            self._dialogs.show_error(EnvironmentProblem(t("文件写不进去：{reason}", reason=reason)))
            return
        self._tell(t("已保存。请把这个文件移到U盘或别的电脑上，不要和档案放在一起。"))

    def _print(self) -> None:
        printer = self.ask_printer()
        if printer is None:
            return
        try:
            print_sheet(printer, self._code, self._archive)
        except EnvironmentProblem as error:
            self._dialogs.show_error(error)
            return
        self._tell(t("已送去打印。"))

    def _ask_printer(self) -> QPrinter | None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        accepted = dialog.exec() == QPrintDialog.DialogCode.Accepted
        dialog.deleteLater()
        return printer if accepted else None


def file_stem(path: str | Path) -> str:
    """The archive's name as people call it: its file name without the ending."""
    return Path(path).stem
