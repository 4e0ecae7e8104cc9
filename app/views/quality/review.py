"""The review list: rules that are broken at the left, their records at the right, decisions above them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.jobs import Job
from app.services.quality.records import DISCARDED, OPEN, Finding, FindingGroup
from app.views.quality.rule_list import RuleList
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.labels import ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Row, TableColumn
from app.views.widgets.table.view import VirtualTable

if TYPE_CHECKING:
    from app.services.quality.service import QualityService
    from app.views.widgets.table.source import Ids


class FindingRows:
    """The findings of one rule as the table asks for them; a handle is the place in the list."""

    def __init__(self, quality: QualityService, entity: str, rule: str, state: str) -> None:
        self._quality, self._entity, self._rule, self._state = quality, entity, rule, state
        self.found: dict[int, Finding] = {}
        self.columns: Sequence[TableColumn] = (
            TableColumn("tick", "", "check", 40, sortable=False),
            TableColumn("title", t("名称"), "text", 140, sortable=False),
            TableColumn("number", t("编号"), "muted", 80, sortable=False),
            TableColumn("value", t("现在的值"), "text", 200, sortable=False),
        )

    def load_ids(self, _job: Job) -> Ids:
        import numpy as np

        if not self._rule:
            return np.zeros(0, dtype=np.int64)
        page = self._quality.findings(self._entity, rule=self._rule, state=self._state, limit=0)
        return np.arange(page.total, dtype=np.int64)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        first, last = min(handles), max(handles)
        page = self._quality.findings(
            self._entity, rule=self._rule, state=self._state, limit=last - first + 1, offset=first
        )
        rows: dict[int, Row] = {}
        for place, finding in enumerate(page.rows, first):
            self.found[place] = finding
            rows[place] = ("", finding.title, finding.number, finding.value)
        return rows


class Review(QWidget):
    """Decisions are made in the background; what they changed can be taken back from the toast.

    Signals:
        record_wanted(object): the id of a record to open.
        rule_wanted(str): all records of a rule as an ordinary list.
        decided(): findings changed.
        check_wanted(): nothing was checked yet.
    """

    record_wanted = Signal(object)
    rule_wanted = Signal(str)
    decided = Signal()
    check_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._entity = desk, ""
        self._groups: Sequence[FindingGroup] = ()
        self._source: FindingRows | None = None
        self._build()

    def _build(self) -> None:
        self.state = SegmentedControl(((OPEN, t("待核对")), (DISCARDED, t("已忽略"))), t("状态"))
        self.state.changed.connect(lambda _key: self._show_state())
        self.rules = RuleList()
        self.rules.chosen.connect(self._show_rule)
        self.rules.opened.connect(self.rule_wanted)
        self.rules.menu_wanted.connect(self._rule_menu)
        right = self._build_right()
        left = QWidget()
        rows = QVBoxLayout(left)
        rows.setContentsMargins(10, 8, 8, 8)
        rows.setSpacing(8)
        rows.addWidget(self.state)
        rows.addWidget(self.rules, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        left.setMinimumWidth(190)
        split.setStretchFactor(1, 1)
        split.setSizes([214, 560])
        self._check = buttons.plain(t("立即检查"), "scan-search")
        self._check.clicked.connect(self.check_wanted)
        self.empty = EmptyState(
            "badge-check", t("还没有检查过"), t("按规则检查一遍，有问题的档案会列在这里。"), (self._check,)
        )
        self.stack = QStackedWidget()
        self.stack.addWidget(split)
        self.stack.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.stack)

    def _build_right(self) -> QWidget:
        self._model = VirtualTableModel(self._desk.runner, None, self)
        self.table = VirtualTable(self._model, t("待核对清单"), self._desk.runner)
        self.table.set_compact(True)
        self.table.opened.connect(self._open)
        self.table.menu_requested.connect(self._row_menu)
        self._model.failed.connect(self._desk.dialogs.show_error)
        self._model.selection.changed.connect(self._on_ticks)
        self.title = ElidedLabel("", "strong")
        self.reason = ElidedLabel("", "muted")
        self.go = buttons.plain(t("打开列表"), "external-link")
        self.go.clicked.connect(lambda: self.rule_wanted.emit(self.rules.current()))
        self.discard = buttons.plain(t("忽略"), "eye-off")
        self.discard.clicked.connect(self._decide_ticked)
        self.everything = buttons.ghost(t("整条规则都忽略"))
        self.everything.clicked.connect(lambda: self._decide(None))
        head = QVBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(1)
        head.addWidget(self.title)
        head.addWidget(self.reason)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 8, 12, 2)
        foot.setSpacing(8)
        foot.addWidget(self.everything)
        foot.addStretch()
        for button in (self.discard, self.go):
            foot.addWidget(button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        return right

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_groups(self, entity: str, groups: Sequence[FindingGroup], *, checked: bool, may_decide: bool) -> None:
        """The findings of another entity, or of the same after a check. `checked`: there was a check at all."""
        self._entity, self._groups = entity, groups
        self.everything.setVisible(may_decide)
        self.discard.setVisible(may_decide)
        self._check.setVisible(not checked)
        if not groups:
            if checked:
                self.empty.set_message(t("没有待核对的问题"), t("上次检查没有发现违反规则的档案。"))
            else:
                self.empty.set_message(t("还没有检查过"), t("按规则检查一遍，有问题的档案会列在这里。"))
            self.stack.setCurrentWidget(self.empty)
            return
        self.stack.setCurrentIndex(0)
        self._show_state()

    def _show_state(self) -> None:
        state = self.state.current()
        shown = [(g.rule, g.title, g.open if state == OPEN else g.discarded, g.dimension) for g in self._groups]
        self.rules.show_rules([row for row in shown if row[2]])
        self.discard.setText(t("忽略") if state == OPEN else t("重新打开"))
        self.discard.set_icon("eye-off" if state == OPEN else "rotate-ccw")
        self.everything.setText(t("整条规则都忽略") if state == OPEN else t("全部重新打开"))
        self._show_rule(self.rules.current())

    def _show_rule(self, rule: str) -> None:
        quality = self._desk.workspace.quality
        group = next((g for g in self._groups if g.rule == rule), None)
        self.title.setText(group.title if group is not None else t("没有这样的问题"))
        self.reason.setText(group.reason if group is not None else "")
        for button in (self.go, self.everything):
            button.setEnabled(bool(rule))
        self._source = FindingRows(quality, self._entity, rule, self.state.current())
        self._model.set_source(self._source)
        self._on_ticks()

    def _on_ticks(self) -> None:
        self.discard.setEnabled(self._model.selection.count() > 0 or self.table.current_handle() is not None)

    # ---- decisions ----------------------------------------------------------------------------------------------

    def _finding(self, handle: int | None) -> Finding | None:
        return self._source.found.get(handle) if self._source is not None and handle is not None else None

    def _open(self, handle: int | None) -> None:
        finding = self._finding(handle)
        if finding is not None:
            self.record_wanted.emit(finding.record_id)

    def _decide_ticked(self) -> None:
        selection = self._model.selection
        if selection.state() == "all":
            self._decide(None)
            return
        places = [p for p in range(self._model.rowCount()) if selection.contains(p)] if selection.count() else []
        handle = self.table.current_handle()
        if not places and handle is not None:
            places = [handle]
        found = [self._finding(place) for place in places]
        missing = [place for place, finding in zip(places, found, strict=True) if finding is None]
        source = self._source
        if missing and source is not None:  # ticked, but never scrolled to
            self._desk.read(lambda _job: source.load_rows(missing), lambda _rows: self._decide_ticked(), owner=self)
            return
        ids = [finding.record_id for finding in found if finding is not None]
        if ids:
            self._decide(ids)

    def _decide(self, ids: list[uuid.UUID] | None) -> None:
        quality, entity, rule = self._desk.workspace.quality, self._entity, self.rules.current()
        if not rule:
            return
        back = self.state.current() == DISCARDED
        if ids is None:
            # what is taken back later is exactly what was decided now
            state = self.state.current()
            self._desk.read(lambda _job: list(quality.found_ids(entity, rule, state)), self._decide, owner=self)
            return
        if not ids:
            return
        act, undo = (quality.reopen, quality.discard) if back else (quality.discard, quality.reopen)

        def done(changed: int) -> None:
            self.decided.emit()
            text = t("重新打开了 {n} 条。", n=changed) if back else t("{n} 条不再提示，直到值改变。", n=changed)
            self._desk.toasts.show_toast(text, "success", action=t("撤销"), on_action=take_back)

        def take_back() -> None:
            self._desk.operate(
                lambda _job: undo(entity, rule, ids),
                title=t("正在撤销"),
                owner=self,
                on_done=lambda _changed: self.decided.emit(),
            )

        self._desk.operate(lambda _job: act(entity, rule, ids), title=t("正在记录"), owner=self, on_done=done)

    # ---- menus --------------------------------------------------------------------------------------------------

    def _row_menu(self, handle: object, place: QPoint) -> None:
        finding = self._finding(handle if isinstance(handle, int) else None)
        if finding is None:
            return
        back = finding.state == DISCARDED
        decide = MenuItem(
            t("重新打开") if back else t("忽略这一条"),
            lambda: self._decide([finding.record_id]),
            "rotate-ccw" if back else "eye-off",
            enabled=not self.discard.isHidden(),
        )
        items = [MenuItem(t("打开档案"), lambda: self._open(handle), "external-link", "Return"), decide]  # type: ignore[arg-type]
        build_menu(self, items).popup(place)

    def _rule_menu(self, rule: str, place: QPoint) -> None:
        back = self.state.current() == DISCARDED
        items: list[MenuItem | None] = [
            MenuItem(t("打开列表"), lambda: self.rule_wanted.emit(rule), "external-link"),
            MenuItem(
                t("全部重新打开") if back else t("整条规则都忽略"),
                lambda: self._decide(None),
                "rotate-ccw" if back else "eye-off",
                enabled=not self.discard.isHidden(),
            ),
        ]
        build_menu(self, items).popup(place)
