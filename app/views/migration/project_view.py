"""One migration: its tables, its runs, what adds up and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.core.fields import Registry
from app.core.i18n import t
from app.services.migration.records import DONE, ORDER, SIGNED_OFF, Project, Run
from app.services.migration.sign_off import kind_label, state_label
from app.views.migration import words
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.grid import Grid
from app.views.widgets.labels import ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.segmented import SegmentedControl

_MARGINS = 50
#: below this width the name has the room of the facts, which the list and the banner tell too
_ROOMY = 640
STEPS, RESULT, REFUSED, LINKS = "steps", "result", "refused", "links"


class ProjectView(QWidget):
    """Signals:
    trial_wanted(), run_wanted(), incremental_wanted(), roll_back_wanted(), report_wanted(), sign_off_wanted(),
    files_wanted(), delete_wanted(): the person wants that for the project; cancel_wanted(): stop what runs;
    mapping_wanted(int), removal_wanted(int), entity_wanted(int, str): about the step at this place.
    """

    trial_wanted = Signal()
    run_wanted = Signal()
    incremental_wanted = Signal()
    roll_back_wanted = Signal()
    report_wanted = Signal()
    sign_off_wanted = Signal()
    files_wanted = Signal()
    delete_wanted = Signal()
    cancel_wanted = Signal()
    mapping_wanted = Signal(int)
    removal_wanted = Signal(int)
    entity_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self._registry: Registry | None = None
        self._busy = False
        self._file = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 20, 16)
        column.setSpacing(10)
        column.addLayout(self._build_head())
        self.banner = Banner("info", "")
        self.banner.action_clicked.connect(self.cancel_wanted)
        column.addWidget(self.banner)
        column.addLayout(self._build_tabs())
        self.stack = QStackedWidget()
        self.grids = {
            STEPS: Grid(t("步骤")), RESULT: Grid(t("核对")), REFUSED: Grid(t("未导入的行")), LINKS: Grid(t("关联与负责人")),
        }  # fmt: skip
        for grid in self.grids.values():
            self.stack.addWidget(grid)
        self.grids[STEPS].more = self._step_menu
        self.grids[STEPS].activated.connect(lambda at: self.mapping_wanted.emit(at.row()))
        self.grids[RESULT].activated.connect(lambda at: self._drill(at.row()))
        self.grids[RESULT].more = self._result_menu
        column.addWidget(self.stack, 1)

    def _build_head(self) -> QHBoxLayout:
        self.title = ElidedLabel("", "h2")
        self.facts = ElidedLabel("", "muted")
        self.trial_button = buttons.plain(t("试运行"), "play")
        self.run_button = buttons.primary(t("正式迁移"), "upload")
        self.again_button = buttons.plain(t("只迁移变化"), "refresh-cw")
        self.report_button = buttons.plain(t("导出签字报告…"), "file-spreadsheet")
        self.sign_button = buttons.plain(t("签字确认"), "badge-check")
        self.back_button = buttons.plain(t("整体回退…"), "undo-2")
        self.more_button = buttons.plain(t("更多"))
        self.more_button.set_trailing("chevron-down")
        for button, signal in (
            (self.trial_button, self.trial_wanted), (self.run_button, self.run_wanted),
            (self.again_button, self.incremental_wanted), (self.report_button, self.report_wanted),
            (self.sign_button, self.sign_off_wanted), (self.back_button, self.roll_back_wanted),
        ):  # fmt: skip
            button.clicked.connect(signal)
        self.more_button.clicked.connect(self._open_more)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title, 5)
        row.addWidget(self.facts, 3)
        for button in (self.more_button, self.trial_button, self.again_button, self.run_button):
            row.addWidget(button)
        return row

    def _build_tabs(self) -> QHBoxLayout:
        options = [(STEPS, t("步骤")), (RESULT, t("核对")), (REFUSED, t("未导入的行")), (LINKS, t("关联与负责人"))]
        self.tabs = SegmentedControl(options, t("显示"))
        self.tabs.changed.connect(self.show_tab)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.tabs)
        self._rare = QWidget()  # as wide as there is room: it must not keep the window from being narrow
        self._rare.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        rare = QHBoxLayout(self._rare)
        rare.setContentsMargins(0, 0, 0, 0)
        rare.setSpacing(8)
        rare.addStretch()
        for button in (self.report_button, self.sign_button, self.back_button):
            rare.addWidget(button)
        row.addWidget(self._rare, 1)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the rarer buttons are in the menu only."""
        super().resizeEvent(event)
        self.facts.setVisible(self.width() >= _ROOMY)
        rare = (self.report_button, self.sign_button, self.back_button)
        wide = self.width() - self.tabs.sizeHint().width() - _MARGINS >= sum(b.sizeHint().width() + 8 for b in rare)
        for button in rare:
            button.setVisible(wide)

    # ---- showing ------------------------------------------------------------------------------------------------

    def show_project(self, project: Project, registry: Registry) -> None:
        """Another project, or the same after something happened."""
        same = self.project is not None and self.project.id == project.id
        self.project, self._registry = project, registry
        if not same:
            self._file = ""
            self.show_tab(STEPS)
        self.title.setText(project.name)
        signed = (
            t("，{who} 于 {when} 签字", who=project.signed_by, when=project.signed_at[:16].replace("T", " "))
            if project.signed_by
            else ""
        )
        self.facts.setText(
            t("{state}{signed} · {n} 步 · {rows} 行", state=state_label(project.state), signed=signed, n=len(project.steps),
              rows=f"{project.rows:,}")
        )  # fmt: skip
        self._fill()
        self.set_busy(busy=self._busy)

    def run_shown(self) -> Run | None:
        """The latest run that has something to tell."""
        return next((r for r in reversed(self.project.runs) if r.steps or r.error), None) if self.project else None

    def _fill(self) -> None:
        project, registry = self.project, self._registry
        assert project is not None
        assert registry is not None
        run = self.run_shown()
        rows = [words.step_row(s, words.last_result(project, i), registry) for i, s in enumerate(project.steps)]
        self.grids[STEPS].show_rows(words.step_heads(), rows, widths=(230, 110, 84, 84, 150, 160))
        self.grids[RESULT].show_rows(
            words.result_heads(), words.result_rows(run) if run else [],
            widths=(180, 160, 72, 72, 112, 112, 60, 60, 60, 60, 64),
        )  # fmt: skip
        self.grids[REFUSED].show_rows(
            words.refused_heads(), words.refused_rows(run, self._file) if run else [], widths=(180, 60, 150, 320, 160)
        )
        self.grids[LINKS].show_rows(words.link_heads(), words.link_rows(run) if run else [], widths=(180, 170, 320, 80))

    def set_busy(self, *, busy: bool, text: str = "") -> None:
        """While something runs nothing else can be begun, and the line under the head says how far it is."""
        self._busy = busy
        project = self.project
        state = project.state if project else ""
        moved = state not in ("draft", "rolled_back")
        self.trial_button.setEnabled(not busy and bool(project and project.steps))
        self.run_button.setEnabled(not busy and state != SIGNED_OFF and bool(project and project.steps))
        self.run_button.setText(t("继续迁移") if state == "stopped" else t("正式迁移"))
        self.again_button.setEnabled(not busy and state == DONE)
        self.sign_button.setEnabled(not busy and state == DONE)
        self.back_button.setEnabled(not busy and moved)
        self.report_button.setEnabled(not busy and bool(project and project.runs))
        self.more_button.setEnabled(not busy)
        run = self.run_shown()
        if busy:
            self.banner.set_message(text, "info")
            self.banner.set_action(t("取消"))
        elif run is not None:
            self.banner.set_message(*words.summary(run))  # type: ignore[arg-type]
            self.banner.set_action("")
        else:
            self.banner.set_message(t("先试运行：在副本上做一遍并核对行数和金额，档案不会改动。"), "info")
            self.banner.set_action("")

    def show_tab(self, key: str) -> None:
        """One of the four tables."""
        if key != REFUSED and self._file:
            self._file = ""
            self._fill()
        self.tabs.set_current(key)
        self.stack.setCurrentWidget(self.grids[key])

    # ---- what can be done ---------------------------------------------------------------------------------------

    def is_open(self) -> bool:
        """Whether steps may still be changed."""
        return self.project is not None and self.project.state in ("draft", "rolled_back") and not self._busy

    def _drill(self, row: int) -> None:
        """The rows of a file that were not taken."""
        run = self.run_shown()
        if run is None:
            return
        files = [s.file for s in run.steps for _ in range(max(1, len(s.money)))]
        self.tabs.set_current(REFUSED)
        self.stack.setCurrentWidget(self.grids[REFUSED])
        self._file = files[row]
        self.grids[REFUSED].show_rows(
            words.refused_heads(), words.refused_rows(run, self._file), widths=(180, 60, 150, 320, 160)
        )

    def _result_menu(self, row: int) -> Sequence[MenuItem | None]:
        return [MenuItem(t("查看未导入的行"), lambda: self._drill(row), "list")]

    def _step_menu(self, row: int) -> Sequence[MenuItem | None]:
        registry, project = self._registry, self.project
        assert registry is not None
        assert project is not None
        kinds = [
            MenuItem(
                registry.entity(key).label, lambda key=key: self.entity_wanted.emit(row, key),  # type: ignore[misc]
                checked=project.steps[row].entity == key,
            )
            for key in ORDER
        ]  # fmt: skip
        open_ = self.is_open()
        return [
            MenuItem(t("编辑列对应…"), lambda: self.mapping_wanted.emit(row), "pencil", "Enter"),
            MenuItem(t("改为另一种记录"), icon="split", enabled=open_, items=kinds),
            MenuItem(t("移除这一步"), lambda: self.removal_wanted.emit(row), "trash-2", enabled=open_, danger=True),
        ]

    def _open_more(self) -> None:
        build_menu(self, [
            MenuItem(t("编辑列对应…"), lambda: self.mapping_wanted.emit(self.current_step()), "pencil"),
            MenuItem(t("导出签字报告…"), self.report_wanted.emit, "file-spreadsheet", enabled=self.report_button.isEnabled()),
            MenuItem(t("签字确认"), self.sign_off_wanted.emit, "badge-check", enabled=self.sign_button.isEnabled()),
            MenuItem(t("整体回退…"), self.roll_back_wanted.emit, "undo-2", enabled=self.back_button.isEnabled()),
            None,
            MenuItem(t("添加文件…"), self.files_wanted.emit, "plus", enabled=self.is_open()),
            None,
            MenuItem(t("删除项目…"), self.delete_wanted.emit, "trash-2", danger=True),
        ]).popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))  # fmt: skip

    def current_step(self) -> int:
        """The chosen step."""
        return max(0, self.grids[STEPS].currentIndex().row())


def run_words(kind: str) -> str:
    """What is said while a run goes on."""
    return t("正在{what}…", what=kind_label(kind))
