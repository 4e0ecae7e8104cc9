"""At start: what a crash or power cut left half-done is finished or taken back, by the person's decision."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.core.i18n import t
from app.core.records import OperationInfo
from app.views.shell.desk import Desk
from app.views.shell.status_bar import describe_day
from app.views.widgets.message_dialog import Choice


class Unfinished(QObject):
    """Asks for one operation after the other."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk

    def check(self) -> None:
        """Look in the background, ask when there is something."""
        workspace = self._desk.workspace
        if not workspace.archive.read_only:
            self._desk.read(lambda _job: workspace.history.unfinished(), self._ask_all, owner=self)

    def _ask_all(self, operations: list[OperationInfo]) -> None:
        for operation in operations:
            self.ask(operation)

    def ask(self, operation: OperationInfo) -> None:
        """继续导入 / 回退 / 以后再说."""
        choices = [Choice("later", t("以后再说")), Choice("back", t("回退"))]
        if operation.kind == "import":
            choices.append(Choice("resume", t("继续导入"), "primary"))
        day = describe_day(operation.started_at.astimezone().replace(tzinfo=None))
        answer = self._desk.dialogs.ask(
            t("有一个操作上次没有完成"),
            choices,
            text=t(
                "{what}（{day}，已处理 {n} 行）。继续会从断开的地方接着做；回退会撤掉它已经写入的全部内容。",
                what=operation.summary, day=day, n=int(operation.params.get("done_row", 0) or 0),
            ),
            severity="warning", default=choices[-1].key,
        )  # fmt: skip
        if answer == "resume":
            self.resume(operation)
        elif answer == "back":
            self.roll_back(operation)

    def resume(self, operation: OperationInfo) -> None:
        """Go on with an import."""
        workspace = self._desk.workspace
        self._desk.operate(
            lambda job: workspace.imports.resume(operation.id, job), title=operation.summary, owner=self,
            told=lambda report: t("导入完成：新建 {n} 条", n=report.created),
            on_failed=partial(self._on_failed, operation),
        )  # fmt: skip

    def roll_back(self, operation: OperationInfo) -> None:
        """Take back every trace."""
        workspace = self._desk.workspace

        def done(result: object) -> None:
            self._desk.toasts.show_toast(t("已回退：{what}", what=operation.summary))

        self._desk.operate(
            lambda job: workspace.history.roll_back(operation.id, job), title=t("正在回退"), owner=self, on_done=done
        )

    def _on_failed(self, operation: OperationInfo, error: Exception) -> None:
        choices = (Choice("later", t("以后再说")), Choice("back", t("回退"), "primary"))
        question = t("这次导入不能继续")
        if self._desk.dialogs.ask(question, choices, text=str(error), severity="warning", default="later") == "back":
            self.roll_back(operation)
