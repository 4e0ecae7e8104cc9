"""One group side by side: choose what survives, see why, decide."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.errors import AppError
from app.services.duplicates.records import Group
from app.services.merging.records import MergePlan, Survival
from app.services.workspace import Workspace
from app.views.duplicates.compare import CompareView
from app.views.duplicates.evidence import EvidencePane
from app.views.duplicates.words import likely
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import DataLabel, ElidedLabel, Rule, muted
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.segmented import SegmentedControl

#: below this width the pane shows names only
_ROOMY = 560


class ReviewPane(QWidget):
    """Knows one group; the panel does what is decided.

    Signals:
        merge_wanted(), different_wanted(), skip_wanted(): a button was pressed.
        step_wanted(int): to the next or the previous group.
        record_wanted(object): id of a record to open.
        settled(): the group is not there any more.
    """

    merge_wanted = Signal()
    different_wanted = Signal()
    skip_wanted = Signal()
    step_wanted = Signal(int)
    record_wanted = Signal(object)
    settled = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.group: Group | None = None
        self.plan: MergePlan | None = None
        self.survivor: uuid.UUID | None = None
        self.chosen: dict[str, uuid.UUID] = {}
        self.left_out: set[uuid.UUID] = set()
        self._asked = 0
        self._key = uuid.UUID(int=0)
        self._read: Callable[[Workspace], Group] | None = None
        self._build()

    def _build(self) -> None:
        self.title = ElidedLabel("", "h2")
        self.facts = muted("")
        self.which = SegmentedControl((("all", t("全部字段")), ("differ", t("只看不同"))), t("显示哪些字段"))
        self.which.changed.connect(lambda _key: self._on_which())
        before = IconButton("chevron-up", t("上一组"), shortcut="K")
        before.clicked.connect(lambda: self.step_wanted.emit(-1))
        after = IconButton("chevron-down", t("下一组"), shortcut="J")
        after.clicked.connect(lambda: self.step_wanted.emit(1))
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 10, 8)
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        for widget in (self.facts, self.which, before, after):
            head.addWidget(widget)
        self.compare = CompareView()
        self.compare.value_chosen.connect(self._on_value)
        self.compare.survivor_chosen.connect(self._on_survivor)
        self.compare.left_out_toggled.connect(self._toggle)
        self.compare.menu_wanted.connect(self._menu)
        self.evidence = EvidencePane()
        split = self._split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.compare)
        split.addWidget(self.evidence)
        split.setStretchFactor(0, 1)
        split.setSizes([360, 168])
        foot = self._build_foot()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Rule())
        column.addWidget(split, 1)
        column.addWidget(Rule())
        column.addLayout(foot)

    def _build_foot(self) -> QHBoxLayout:
        self.problem = DataLabel("", "warning", wrap=True)
        self.problem.hide()
        self.merge = buttons.primary(t("合并"), "combine")
        self.merge.setToolTip(t("合并（Enter）"))
        self.merge.clicked.connect(self.merge_wanted)
        self.different = buttons.plain(t("不是重复"), "split")
        self.different.setToolTip(t("不是重复，以后不再提示（N）"))
        self.different.clicked.connect(self.different_wanted)
        self.skip = buttons.ghost(t("先跳过"), "chevron-right")
        self.skip.setToolTip(t("跳过（S）"))
        self.skip.clicked.connect(self.skip_wanted)
        self.follow = muted("")
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 10, 14, 8)
        foot.setSpacing(8)
        foot.addWidget(self.follow)
        foot.addWidget(self.problem, 1)
        foot.addStretch()
        for button in (self.skip, self.different, self.merge):
            foot.addWidget(button)
        return foot

    # ---- what is shown ------------------------------------------------------------------------------------------

    def load(self, entity: str, key: uuid.UUID) -> None:
        """Read a group and what a merge of it would give."""
        self._load(key, lambda workspace: workspace.duplicates.group(entity, key))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the names come before the facts, which the evidence repeats."""
        super().resizeEvent(event)
        self.facts.setVisible(self.width() >= _ROOMY)

    def load_records(self, entity: str, records: Sequence[uuid.UUID]) -> None:
        """Any records a person chose, side by side."""
        self._load(min(records), lambda workspace: workspace.duplicates.together(entity, records))

    def _load(self, key: uuid.UUID, read: Callable[[Workspace], Group]) -> None:
        if self.group is None or self.group.id != key:
            self.survivor, self.chosen, self.left_out = None, {}, set()
        self._key, self._read = key, read
        self._asked += 1
        asked, workspace = self._asked, self._desk.workspace
        choices = self._wishes()

        def work(_job: Job) -> tuple[Group, MergePlan, str]:
            group = read(workspace)
            return (group, *_planned(workspace, group, *choices))

        def done(found: tuple[Group, MergePlan, str]) -> None:
            if asked == self._asked:
                self._show(*found)

        def failed(error: Exception) -> None:
            if asked != self._asked:
                return
            if isinstance(error, AppError):
                self.settled.emit()
            else:
                self._desk.dialogs.show_error(error)

        self._desk.read(work, done, owner=self, on_failed=failed)

    def _wishes(self) -> tuple[uuid.UUID | None, Mapping[str, Any], frozenset[uuid.UUID]]:
        return self.survivor, dict(self.chosen), frozenset(self.left_out)

    def included(self) -> list[uuid.UUID]:
        """The records to be merged."""
        return [r.id for r in self.group.records if r.id not in self.left_out] if self.group is not None else []

    def _show(self, group: Group, plan: MergePlan, problem: str) -> None:
        another = self.group is None or self.group.id != group.id
        self.group, self.plan = group, plan
        registry = self._desk.workspace.context.registry
        entity = registry.entity(group.entity)
        titles = dict.fromkeys(str(r.get(entity.title) or "") for r in group.records)
        self.title.setText(t("、").join(filter(None, titles)) or t("（无名称）"))
        if group.pairs:
            self.facts.setText(t("{n} 条，可能性 {share}", n=len(group.records), share=likely(group.probability)))
        else:
            self.facts.setText(t("{n} 条，由您选出", n=len(group.records)))
        self.compare.compared.show_plan(entity, plan, group.records, frozenset(self.left_out), self._desk.user_name)
        self.compare.fit()
        names = {r.id: self._name(r, group.records) for r in group.records}
        self.evidence.show_pairs(group.pairs, names, keep=not another)
        if another:
            wanted = min(self.evidence.wanted(), self._split.height() // 3)
            self._split.setSizes([max(140, self._split.height() - wanted), wanted])
        moved = [t("{entity} {n} 条", entity=registry.entity(k).label, n=n) for k, n in plan.follow.items() if n]
        self.follow.setText(t("一起转过去：{what}", what=t("、").join(moved)) if moved else "")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        workspace = self._desk.workspace
        may = workspace.actor.may(group.entity, Action.EDIT) and not workspace.archive.read_only
        self.merge.setEnabled(may and not problem and len(self.included()) > 1)
        self.different.setEnabled(may)
        self.merge.setText(t("合并") if len(group.records) == 2 else t("合并 {n} 条", n=len(self.included())))

    def _name(self, record: Record, records: Sequence[Record]) -> str:
        at = next(n for n, r in enumerate(records, 1) if r.id == record.id)
        return str(record.get("number") or t("第 {n} 条", n=at))

    # ---- choosing -----------------------------------------------------------------------------------------------

    def _again(self) -> None:
        if self.group is not None and self._read is not None:
            self._load(self._key, self._read)

    def _on_which(self) -> None:
        self.compare.compared.only_differing = self.which.current() == "differ"
        self._again()

    def _on_value(self, key: str, record: uuid.UUID | None) -> None:
        if record is None:
            self.chosen.pop(key, None)
        else:
            self.chosen[key] = record
        self._again()

    def _on_survivor(self, record: uuid.UUID) -> None:
        self.survivor = record
        self._again()

    def _toggle(self, record: uuid.UUID) -> None:
        self.left_out ^= {record}
        if record in self.left_out:
            if self.survivor == record:
                self.survivor = None
            self.chosen = {key: source for key, source in self.chosen.items() if source != record}
        self._again()

    def _menu(self, record: uuid.UUID, place: QPoint) -> None:
        out = record in self.left_out
        items = [
            MenuItem(t("保留这条"), lambda: self._on_survivor(record), "check", enabled=not out),
            MenuItem(t("并入") if out else t("这条不并入"), lambda: self._toggle(record), "combine" if out else "ban"),
            None,
            MenuItem(t("打开档案"), lambda: self.record_wanted.emit(record), "external-link"),
        ]
        build_menu(self, items).popup(place)


def _planned(
    workspace: Workspace,
    group: Group,
    survivor: uuid.UUID | None,
    chosen: Mapping[str, Any],
    left_out: frozenset[uuid.UUID],
) -> tuple[MergePlan, str]:
    """What a merge would give, and why it cannot be ("" when it can); then the values as the usual rules choose them."""
    from app.services.merging.survival import choose, pick_survivor

    taken = [r for r in group.records if r.id not in left_out] or list(group.records)
    try:
        return workspace.merging.plan(group.entity, [r.id for r in taken], survivor, chosen), ""
    except AppError as error:
        main = survivor or pick_survivor(taken)
        fields = choose(workspace.context.registry.entity(group.entity), taken, main, Survival(), chosen)
        return MergePlan(group.entity, main, tuple(taken), tuple(fields), {}), str(error)
