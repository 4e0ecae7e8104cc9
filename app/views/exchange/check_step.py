"""Step 3: how rows meet existing records, and what would happen to every row of the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.exchange.importing.report import CHANGES_LISTED, ISSUES_LISTED, ImportReport, RowIssue
from app.views.exchange.check_options import CheckOptions
from app.views.exchange.import_session import ImportSession
from app.views.exchange.result_tiles import ResultTiles
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.dialogs import describe
from app.views.widgets.grid import Grid, GridCell
from app.views.widgets.labels import muted, secondary
from app.views.widgets.segmented import SegmentedControl

#: what a tile counts → the outcomes it lists
OUTCOMES = {"rejected": ("rejected", "unmatched"), "warnings": ("warning",), "ambiguous": ("ambiguous",),
            "duplicates": ("duplicate",)}  # fmt: skip


class CheckStep(QWidget):
    """Options at the left, the outcome of the dry run at the right."""

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._chosen = ""
        self._issues: list[RowIssue] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        self.options = CheckOptions(session)
        self.options.plan_changed.connect(self.start)
        parts.addWidget(self.options)
        parts.addWidget(self._build_outcome())
        parts.setStretchFactor(1, 1)
        parts.setSizes([310, 660])
        row.addWidget(parts)
        session.checked.connect(self._show)
        session.failed.connect(self._on_failed)

    def _build_outcome(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 0, 0, 0)
        column.setSpacing(10)
        self.tiles = ResultTiles(OUTCOMES)
        self.tiles.chosen.connect(self._choose)
        column.addWidget(self.tiles)
        self.note = Banner("info", "")
        column.addWidget(self.note)
        column.addLayout(self._build_head())
        self.table = Grid(t("检查结果"))
        self.table.selectionModel().currentRowChanged.connect(self._tell_row)
        column.addWidget(self.table, 1)
        self.detail = secondary("", wrap=True)
        self.detail.setMinimumHeight(2 * self.detail.fontMetrics().lineSpacing())
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.detail)
        return box

    def _build_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        self.view = SegmentedControl((("issues", t("问题行")), ("changes", t("值的变化"))), t("列表"))
        self.view.changed.connect(lambda _key: self._list())
        head.addWidget(self.view)
        self._count = muted("")
        head.addWidget(self._count)
        head.addStretch()
        self.save_button = buttons.plain(t("导出问题行…"), "download")
        self.save_button.clicked.connect(self._save_rows)
        head.addWidget(self.save_button)
        return head

    def start(self) -> None:
        """Check all rows when the answer is not known yet."""
        if self._session.dry is None and not self._session.is_writing and not self._session.obstacle():
            self._session.check()

    # ---- the outcome --------------------------------------------------------------------------------------------

    def _show(self) -> None:
        report = self._session.dry
        assert report is not None
        self._chosen = ""
        self.tiles.show_report(report)
        bad = report.rejected + report.ambiguous + report.duplicates
        self.save_button.setEnabled(bad > 0)
        if not report.created + report.updated:
            self.note.set_message(t("没有可以导入的行。请看下面的原因，或改左边的选项。"), "warning")
        elif bad:
            text = t("有 {n} 行不会导入。可以现在导入其余的行，再把问题行导出改好后重新导入。", n=f"{bad:,}")
            self.note.set_message(text, "warning")
        else:
            text = t("全部 {n} 行都可以导入。导入前保证有最近的备份，导入后可整批撤销。", n=f"{report.rows:,}")
            self.note.set_message(text, "success")
        self._list()
        if report.errors_file is not None:
            self._tell_file(report.errors_file)

    def _on_failed(self, error: Exception) -> None:
        """The check itself did not work: said in its place, with the last answer gone."""
        if self._session.dry is None:
            self.tiles.clear()
            self.table.show_rows([], [])
            self._count.setText("")
            self.save_button.setEnabled(False)
            self.note.set_message(describe(error)[0], "error")

    def _choose(self, key: str) -> None:
        self._chosen = key
        if key:
            self.view.set_current("issues")
        self._list()

    def _list(self) -> None:
        report = self._session.dry
        if report is None:
            return
        self.detail.setText("")
        names = (
            [c.name.replace("\n", " ") for c in self._session.inspection.columns] if self._session.inspection else []
        )
        if self.view.current() == "changes":
            self._issues = []
            rows = [
                [GridCell(_name(names, c.column)), GridCell(c.before), GridCell(c.after, "primary")]
                for c in report.cell_changes
            ]
            marks = [str(c.row) for c in report.cell_changes]
            self.table.show_rows([t("所在列"), t("原文"), t("导入后")], rows, marks, (120, 160, 120))
            total = sum(c.changed for c in report.columns)
            cut = len(rows) >= CHANGES_LISTED
        else:
            self._issues = self._wanted(report)
            rows = [_issue_row(issue, names) for issue in self._issues]
            marks = [str(i.row) for i in self._issues]
            self.table.show_rows([t("所在列"), t("原文"), t("原因")], rows, marks, (120, 150, 120))
            total = len(rows)
            warned = sum(i.outcome == "warning" for i in report.issues)
            cut = max(warned, len(report.issues) - warned) >= ISSUES_LISTED
        self._count.setText(_count_words(len(rows), total, cut=cut))

    def _wanted(self, report: ImportReport) -> list[RowIssue]:
        wanted = OUTCOMES.get(self._chosen)
        return [i for i in report.issues if wanted is None or i.outcome in wanted]

    def _tell_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        """The whole reason below the table, for the keyboard and for long ones."""
        row, changes = current.row(), self._session.dry.cell_changes if self._session.dry else ()
        if self.view.current() == "issues":
            self.detail.setText(self._issues[row].text if 0 <= row < len(self._issues) else "")
        else:
            self.detail.setText(f"{changes[row].before} → {changes[row].after}" if 0 <= row < len(changes) else "")

    # ---- the problem rows as a file -----------------------------------------------------------------------------

    def _save_rows(self) -> None:
        path = self._session.path
        assert path is not None
        name = t("{stem}_问题行.xlsx", stem=path.stem)
        target = self._session.desk.dialogs.pick_file("save", t("导出问题行"), (("Excel", ("xlsx",)),), suggested=name)
        if target is not None:
            self._session.check(target)

    def _tell_file(self, path: Path) -> None:
        self._session.desk.toasts.show_toast(
            t("问题行已存成“{name}”", name=path.name), "success", action=t("打开文件夹"),
            on_action=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
        )  # fmt: skip


def _count_words(listed: int, total: int, *, cut: bool) -> str:
    if total > listed:
        return t("{n} 处，列出前 {m} 处", n=f"{total:,}", m=f"{listed:,}")
    if cut:
        return t("只列出前 {n} 处", n=f"{listed:,}")
    return t("{n} 处", n=f"{total:,}")


def _issue_row(issue: RowIssue, names: list[str]) -> list[GridCell]:
    tone = "warn" if issue.outcome == "warning" else "bad"
    return [GridCell(_name(names, issue.column)), GridCell(issue.cell), GridCell(issue.text, tone, issue.text)]


def _name(names: list[str], column: int) -> str:
    return names[column] if 0 <= column < len(names) else t("整行")
