"""Everything modal behind one injectable object, so that no test ever meets a modal window."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QDir
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from app.core.i18n import t
from app.errors import AppError, EnvironmentProblem
from app.views.widgets.banner import Severity
from app.views.widgets.message_dialog import Choice, MessageDialog

FileMode = Literal["open", "save", "folder"]
Filter = tuple[str, Sequence[str]]
"""(name, endings without dot), e.g. ("Excel", ("xlsx", "xls"))."""


class Dialogs(ABC):
    """What pages ask for. The window hands in `WindowDialogs`, tests a scripted one."""

    @abstractmethod
    def ask(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        text: str = "",
        details: str = "",
        severity: Severity = "info",
        default: str = "",
    ) -> str:
        """Key of the pressed choice, "" if the question was closed."""

    @abstractmethod
    def pick_file(
        self, mode: FileMode, title: str, filters: Sequence[Filter] = (), *, suggested: str | Path = ""
    ) -> Path | None:
        """A file to open, a file to write (ending added if left out) or a folder; None = given up."""

    @abstractmethod
    def pick_files(self, title: str) -> list[Path]:
        """Any number of files to open; none = given up."""

    @abstractmethod
    def ask_text(self, title: str, label: str, text: str = "") -> str | None:
        """One line of text, stripped; None = given up."""

    @abstractmethod
    def show_error(self, error: Exception) -> None:
        """Tell of an error without stopping the event loop: its sentence and details; a defect with its traceback."""

    def confirm(self, question: str, action: str, *, text: str = "", details: str = "", danger: bool = False) -> bool:
        """Do it? `action` is the verb on the button, e.g. 删除; Enter means no where something is lost."""
        choices = (Choice("no", t("取消")), Choice("yes", action, "danger" if danger else "primary"))
        severity: Severity = "warning" if danger else "info"
        default = "no" if danger else "yes"
        return self.ask(question, choices, text=text, details=details, severity=severity, default=default) == "yes"


def describe(error: Exception) -> tuple[str, str, str, Severity]:
    """(message, text, details, severity) of an error as a person sees it."""
    if isinstance(error, AppError):
        severity: Severity = "error" if isinstance(error, EnvironmentProblem) else "warning"
        return str(error), "", "\n".join(error.details), severity
    trace = "".join(traceback.format_exception(error))
    text = t("这是程序的缺陷，已写入日志。可以继续使用，建议先保存手头的内容。")
    return t("出现了意外错误"), text, trace, "error"


def with_ending(path: Path, filters: Sequence[Filter]) -> Path:
    """`path` with the first ending of the first filter unless it has one of those offered."""
    endings = [ending.lower() for _name, some in filters for ending in some if ending != "*"]
    if not endings or path.suffix.lower().lstrip(".") in endings:
        return path
    return path.with_name(f"{path.name}.{endings[0]}")


class WindowDialogs(Dialogs):
    """Real dialogs over one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def ask(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        text: str = "",
        details: str = "",
        severity: Severity = "info",
        default: str = "",
    ) -> str:
        dialog = MessageDialog(
            self._window, question, choices, severity=severity, text=text, details=details, default=default
        )
        dialog.exec()
        answer = dialog.answer
        dialog.deleteLater()
        return answer

    def pick_file(
        self, mode: FileMode, title: str, filters: Sequence[Filter] = (), *, suggested: str | Path = ""
    ) -> Path | None:
        start = str(suggested) or QDir.homePath()
        if mode == "folder":
            chosen = QFileDialog.getExistingDirectory(self._window, title, start)
            return Path(chosen) if chosen else None
        shown = ";;".join(f"{name} ({' '.join(f'*.{ending}' for ending in some)})" for name, some in filters)
        if mode == "open":
            chosen, _used = QFileDialog.getOpenFileName(self._window, title, start, shown)
            return Path(chosen) if chosen else None
        chosen, _used = QFileDialog.getSaveFileName(self._window, title, start, shown)
        return with_ending(Path(chosen), filters) if chosen else None

    def pick_files(self, title: str) -> list[Path]:
        chosen, _used = QFileDialog.getOpenFileNames(self._window, title, QDir.homePath())
        return [Path(path) for path in chosen]

    def ask_text(self, title: str, label: str, text: str = "") -> str | None:
        answer, accepted = QInputDialog.getText(self._window, title, label, text=text)
        return answer.strip() if accepted else None

    def show_error(self, error: Exception) -> None:
        message, text, details, severity = describe(error)
        choices = (Choice("ok", t("知道了"), "primary"),)
        dialog = MessageDialog(
            self._window, message, choices, severity=severity, text=text, details=details, default="ok"
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
