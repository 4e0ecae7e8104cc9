"""迁移: projects that bring the exports of another system over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job, Progress
from app.core.records import ChangeSet
from app.services.migration.records import FULL, INCREMENTAL, TRIAL, Project, Run
from app.services.migration.sign_off import state_label
from app.views.migration.archive_dialog import ArchiveDialog
from app.views.migration.mapping_dialog import MappingDialog
from app.views.migration.project_view import RESULT, ProjectView, run_words
from app.views.operations.task import Task
from app.views.shell.desk import Desk
from app.views.shell.page import Command
from app.views.widgets import buttons
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.grid import Grid, GridCell
from app.views.widgets.labels import caption
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.spinner import Spinner

_FILES = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt", "vcf")
_TONES = {"done": "ok", "signed_off": "ok", "stopped": "bad", "running": "primary"}


class MigrationPanel(QWidget):
    """A payload that is a list of paths begins a project with them; a text opens the project of that name."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._service = desk.workspace.migrations
        self.projects: list[Project] = []
        self._task: Task | None = None
        self._wanted = ""
        self.setAcceptDrops(True)
        self._build()

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.stack = QStackedWidget()
        self.stack.addWidget(self._build_empty())
        self.stack.addWidget(self._build_busy())
        self.stack.addWidget(self._build_main())
        self.forbidden = EmptyState("lock", t("只有管理员可以迁移数据"), t("需要从别的系统迁移时，请联系管理员。"))
        self.stack.addWidget(self.forbidden)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)

    def _build_empty(self) -> QWidget:
        self.folder_button = buttons.primary(t("选择文件夹…"), "folder-open")
        self.folder_button.clicked.connect(lambda: self.pick("folder"))
        self.file_button = buttons.plain(t("选择文件…"), "file-spreadsheet")
        self.file_button.clicked.connect(lambda: self.pick("open"))
        self.archive_button = buttons.plain(t("从另一个档案…"), "archive")
        self.archive_button.clicked.connect(self.pick_archive)
        text = t(
            "把别的系统导出的文件或文件夹拖到这里：纷享销客、Zoho、HubSpot、Salesforce、EspoCRM、Odoo、企业微信、Outlook、"
            "Google、名片，或任何表格。先试运行、核对到分，满意后再迁移，随时可以整体回退。"
        )
        actions = (self.folder_button, self.file_button, self.archive_button)
        self.nothing = EmptyState("upload", t("从别的系统迁移"), text, actions)
        return self.nothing

    def _build_busy(self) -> QWidget:
        self.busy_page = QWidget()
        self.busy_words = caption(t("正在识别文件…"))
        stop = buttons.plain(t("取消"))
        stop.clicked.connect(self.cancel)
        column = QVBoxLayout(self.busy_page)
        column.addStretch()
        column.addWidget(Spinner(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.busy_words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(stop, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        return self.busy_page

    def _build_main(self) -> QWidget:
        self.list = Grid(t("迁移项目"))
        self.list.selectionModel().currentRowChanged.connect(self._on_row)
        self.list.more = lambda _row: [MenuItem(t("删除项目…"), self.delete, "trash-2", danger=True)]
        self.new_button = buttons.plain(t("新建项目"), "plus")
        self.new_button.set_trailing("chevron-down")
        self.new_button.clicked.connect(self._open_new)
        left = QWidget()
        left.setMinimumWidth(250)
        left.setProperty("ground", "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(20, 4, 12, 16)
        column.setSpacing(10)
        row = QHBoxLayout()
        row.addWidget(caption(t("迁移项目")))
        row.addStretch()
        row.addWidget(self.new_button)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.view = ProjectView()
        for signal, act in (
            (self.view.trial_wanted, self.trial), (self.view.run_wanted, self.run),
            (self.view.incremental_wanted, self.run_changes), (self.view.roll_back_wanted, self.roll_back),
            (self.view.report_wanted, self.save_report), (self.view.sign_off_wanted, self.sign_off),
            (self.view.files_wanted, self.add_files), (self.view.delete_wanted, self.delete),
            (self.view.cancel_wanted, self.cancel), (self.view.mapping_wanted, self.edit_mapping),
            (self.view.removal_wanted, self._remove_step), (self.view.entity_wanted, self._set_entity),
        ):  # fmt: skip
            signal.connect(act)
        self.main = QSplitter(Qt.Orientation.Horizontal)
        self.main.setChildrenCollapsible(False)
        self.main.addWidget(left)
        self.main.addWidget(self.view)
        self.main.setStretchFactor(1, 1)
        self.main.setSizes([270, 900])
        return self.main

    # ---- the panel's contract -----------------------------------------------------------------------------------

    def activate(self, payload: object) -> None:
        """Bring it to the front."""
        if not self.desk.workspace.actor.is_admin:
            self.stack.setCurrentWidget(self.forbidden)
            return
        if isinstance(payload, str) and payload:
            self._wanted = payload
        self.reload()
        if isinstance(payload, (list, tuple)) and payload:
            self.begin([Path(str(p)) for p in payload])

    def commands(self) -> list[Command]:
        """New projects, and what can be done with the one shown."""
        if not self.desk.workspace.actor.is_admin:
            return []
        found = [
            Command("migration:folder", t("迁移：选择文件夹…"), "folder-open", lambda: self.pick("folder")),
            Command("migration:file", t("迁移：选择文件…"), "file-spreadsheet", lambda: self.pick("open")),
            Command("migration:archive", t("迁移：从另一个档案…"), "archive", self.pick_archive),
        ]
        if self.view.project is not None and self._task is None:
            found.append(Command("migration:trial", t("迁移：试运行"), "play", self.trial))
        return found

    def refresh(self, _changes: ChangeSet, initiator: object) -> None:
        """Migrations change only through this panel or the command line."""
        if initiator is not self and self._task is None and self.isVisible():
            self.reload()

    # ---- the list -----------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the projects again."""
        self.desk.read(lambda _job: self._service.projects(), self._show, owner=self)

    def _show(self, projects: list[Project]) -> None:
        self.projects = projects
        if self.stack.currentWidget() is self.busy_page and self._task is not None:
            return
        self.stack.setCurrentWidget(self.main if projects else self.nothing)
        shown = self._wanted or (self.view.project.name if self.view.project else "")
        rows = [
            [GridCell(p.name, hint=p.name), GridCell(state_label(p.state), _TONES.get(p.state, "muted"))]
            for p in projects
        ]
        self.list.show_rows([t("名称"), t("状态")], rows, widths=(132, 80))
        if projects:
            at = next((i for i, p in enumerate(projects) if p.name == shown), 0)
            self.list.selectRow(at)
            self._on_row(self.list.grid.index(at, 0))
        self._wanted = ""

    def _on_row(self, at: QModelIndex, _before: object = None) -> None:
        if at.isValid() and at.row() < len(self.projects):
            self.view.show_project(self.projects[at.row()], self.desk.workspace.context.registry)

    def _open_new(self) -> None:
        build_menu(self, [
            MenuItem(t("选择文件夹…"), lambda: self.pick("folder"), "folder-open"),
            MenuItem(t("选择文件…"), lambda: self.pick("open"), "file-spreadsheet"),
            MenuItem(t("从另一个档案…"), self.pick_archive, "archive"),
        ]).popup(self.new_button.mapToGlobal(self.new_button.rect().bottomLeft()))  # fmt: skip

    # ---- new projects -------------------------------------------------------------------------------------------

    def pick(self, mode: str) -> None:
        """A folder or a file for a new project."""
        if mode == "folder":
            path = self.desk.dialogs.pick_file("folder", t("选择存放导出文件的文件夹"))
        else:
            path = self.desk.dialogs.pick_file("open", t("选择导出的文件"), ((t("表格和名片"), _FILES),))
        if path is not None:
            self.begin([path])

    def begin(self, paths: Sequence[Path]) -> None:
        """Ask for the name, then look at the files."""
        archives = [p for p in paths if p.suffix.lower() == ".kedang"]
        if archives:
            self.pick_archive(archives[0])
            return
        name = self.desk.dialogs.ask_text(t("新建迁移项目"), t("项目名称"), paths[0].stem)
        if name:
            self._make(name, lambda job: self._service.create(name, paths, job))

    def pick_archive(self, path: Path | bool | None = None) -> None:
        """Another archive as the source."""
        dialog = ArchiveDialog(self, self.desk)
        if isinstance(path, Path):
            dialog.file.set_path(path)
        dialog.ask(lambda: self._from_archive(dialog))

    def _from_archive(self, dialog: ArchiveDialog) -> None:
        name, file, folder = dialog.name.text().strip(), dialog.file.path(), dialog.folder.path()
        user, password = dialog.user.text().strip(), dialog.password.text()
        if file is not None and folder is not None:
            self._make(name, lambda job: self._service.create_from_archive(name, file, user, password, folder, job))

    def _make(self, name: str, work: Callable[[Job], Project]) -> None:
        self._wanted = name
        self.busy_words.setText(t("正在识别文件…"))
        self.stack.setCurrentWidget(self.busy_page)
        self._start(work, lambda _project: None, t("正在识别文件…"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self._task is None and self.desk.workspace.actor.is_admin:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.begin(paths)

    # ---- the project shown --------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        assert self.view.project is not None
        return self.view.project.name

    def trial(self) -> None:
        """Try everything on a copy."""
        name = self._name
        self._start(lambda job: self._service.trial(name, job), self._ran, run_words(TRIAL))

    def run(self) -> None:
        """Bring everything over, after a question when no trial was made."""
        project = self.view.project
        assert project is not None
        name = project.name
        if project.state in ("draft", "rolled_back"):
            tried = next((r for r in reversed(project.runs) if r.kind == TRIAL), None)
            text = t("之前保证有最近的备份；之后可以整体回退。")
            if tried is None:
                text = t("还没有试运行过，建议先试运行。") + text
            if not self.desk.dialogs.confirm(t("把“{name}”正式迁移进来？", name=name), t("正式迁移"), text=text):
                return
        self._start(lambda job: self._service.run(name, job), self._ran, run_words(FULL))

    def run_changes(self) -> None:
        """Bring over what changed."""
        name = self._name
        self._start(lambda job: self._service.run(name, job, incremental=True), self._ran, run_words(INCREMENTAL))

    def _ran(self, found: Run) -> None:
        self.view.show_tab(RESULT)
        if found.kind != TRIAL:
            self.desk.changed.emit(found.changes, self)

    def roll_back(self) -> None:
        """Take everything back, after a question."""
        name = self._name
        text = t("撤销这个项目带来的全部记录。之后又改过的记录会保留并列出。")
        if not self.desk.dialogs.confirm(t("整体回退“{name}”？", name=name), t("整体回退"), text=text, danger=True):
            return

        def told(found: Any) -> None:
            text = t("已退回 {n} 条。", n=f"{found.reverted:,}")
            if found.kept:
                text += t("{n} 条之后又改过，保持不变。", n=len(found.kept))
            self.desk.toasts.show_toast(text, "success")
            self.desk.changed.emit(found.changes, self)

        self._start(lambda job: self._service.roll_back(name, job), told, t("正在整体回退…"))

    def save_report(self) -> None:
        """The sign-off report as a file."""
        name = self._name
        path = self.desk.dialogs.pick_file(
            "save", t("导出签字报告"), ((t("Excel 工作簿"), ("xlsx",)),), suggested=t("{name}-迁移报告.xlsx", name=name)
        )
        if path is not None:

            def told(made: Path) -> None:
                self.desk.toasts.show_toast(t("已写好 {path}", path=made), "success")

            self._start(lambda _job: self._service.report(name, path), told, t("正在写报告…"))

    def sign_off(self) -> None:
        """Confirm, after a question: nothing can be migrated afterwards."""
        name = self._name
        text = t("确认后这个项目不能再迁移，姓名和时间写入报告。")
        if self.desk.dialogs.confirm(t("签字确认“{name}”已经完整迁移？", name=name), t("签字确认"), text=text):
            self._start(lambda _job: self._service.sign_off(name), lambda _p: None, t("正在签字…"))

    def add_files(self) -> None:
        """Further files."""
        name = self._name
        path = self.desk.dialogs.pick_file("open", t("选择导出的文件"), ((t("表格和名片"), _FILES),))
        if path is not None:
            self._start(lambda job: self._service.add_files(name, [path], job), lambda _p: None, t("正在识别文件…"))

    def delete(self) -> None:
        """Forget the project, after a question."""
        name = self._name
        text = t("已经迁移进来的记录会保留，但不能再整体回退或只迁移变化。")
        if self.desk.dialogs.confirm(t("删除迁移项目“{name}”？", name=name), t("删除"), text=text, danger=True):
            self.view.project = None
            self._start(lambda _job: self._service.delete(name), lambda _p: None, t("正在删除…"))

    def edit_mapping(self, index: int) -> None:
        """Where the columns of a step go."""
        project = self.view.project
        if project is None or not project.steps or self._task is not None:
            return
        step, name = project.steps[index], project.name

        def show(inspection: Any) -> None:
            registry = self.desk.workspace.context.registry
            dialog = MappingDialog(self, step, tuple(c.samples[:3] for c in inspection.columns), registry)
            dialog.go.setEnabled(self.view.is_open())

            def save() -> None:
                plan = dialog.plan()
                self._start(lambda _job: self._service.set_plan(name, index, plan), lambda _p: None, t("正在保存…"))

            dialog.ask(save)

        self.desk.read(lambda job: self._service.inspection(step, job), show, owner=self)

    def _remove_step(self, index: int) -> None:
        name = self._name
        self._start(lambda _job: self._service.remove_step(name, index), lambda _p: None, t("正在保存…"))

    def _set_entity(self, index: int, entity: str) -> None:
        name = self._name
        work = lambda job: self._service.set_entity(name, index, entity, job)  # noqa: E731
        self._start(work, lambda _p: None, t("正在识别文件…"))

    # ---- background work ----------------------------------------------------------------------------------------

    def cancel(self) -> None:
        """Stop what runs; the step it was in leaves no trace."""
        if self._task is not None:
            self._task.cancel()

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def _start(self, work: Callable[[Job], Any], done: Callable[[Any], None], text: str) -> None:
        if self._task is not None:
            return

        def ended() -> None:
            self._task = None
            self.view.set_busy(busy=False) if self.view.project else None
            self.reload()

        def finished(result: Any) -> None:
            ended()
            done(result)

        def failed(error: Exception) -> None:
            ended()
            self.desk.dialogs.show_error(error)

        self._task = self.desk.runner.start(
            work, on_done=finished, on_failed=failed, on_cancelled=ended, owner=self, title=text, pool="write",
            on_progress=lambda progress: self._on_progress(text, progress),
        )  # fmt: skip
        if self.view.project is not None:
            self.view.set_busy(busy=True, text=text)

    def _on_progress(self, text: str, progress: Progress) -> None:
        if self._task is None:
            return
        count = f" {progress.done:,} / {progress.total:,}" if progress.total else ""
        words = f"{text} {progress.text}{count}"
        self.busy_words.setText(words)
        if self.view.project is not None:
            self.view.set_busy(busy=True, text=words)
