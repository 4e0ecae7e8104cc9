"""质量规则: what the data is held to; built-in rules are switched, own ones made, changed, ordered, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.i18n import t
from app.core.jobs import Job
from app.services.quality.book import kind_label
from app.services.quality.records import Rule, dimension_label
from app.views.quality.rule_form import RuleForm
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.fields import NumberField
from app.views.widgets.labels import DataLabel, muted
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.message_dialog import Choice
from app.views.widgets.search_box import SearchBox
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Cell, Row, TableColumn
from app.views.widgets.table.view import VirtualTable
from app.views.widgets.tick_list import fits

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids


class RuleRows:
    """The rules as the table asks for them; a handle is the place in `rules`."""

    def __init__(self, rules: Sequence[Rule], entity: Entity, text: str) -> None:
        self._rules, self._entity, self._text = rules, entity, text
        self.columns: Sequence[TableColumn] = (
            TableColumn("active", t("启用"), "dot", 84, sortable=False),
            TableColumn("title", t("规则"), "text", 330, sortable=False),
            TableColumn("kind", t("类型"), "muted", 116, sortable=False),
            TableColumn("dimension", t("维度"), "muted", 92, sortable=False),
            TableColumn("origin", t("来自"), "muted", 80, sortable=False),
        )

    def load_ids(self, _job: Job) -> Ids:
        import numpy as np

        found = [at for at, rule in enumerate(self._rules) if fits(rule.title, self._text)]
        return np.array(found, dtype=np.int64)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        return {at: self._row(self._rules[at]) for at in handles if at < len(self._rules)}

    def _row(self, rule: Rule) -> Row:
        on = Cell(t("启用"), "ok") if rule.active else Cell(t("不检查"), "gray")
        origin = t("内置") if rule.builtin else t("自定义")
        return (on, rule.title, kind_label(rule.kind), dimension_label(rule.dimension), origin)


class RulesDialog(QDialog):
    """Everything is stored at once; the schedule too.

    Signals:
        changed(): rules are others than before.
    """

    changed = Signal()

    def __init__(self, desk: Desk, entity: Entity, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._entity = desk, entity
        self._rules: tuple[Rule, ...] = ()
        self._may = desk.workspace.actor.is_admin
        title = t("质量规则：{entity}", entity=entity.label)
        self.setWindowTitle(title)
        self.setProperty("ground", "surface")
        self.setSizeGripEnabled(True)
        self.search = SearchBox(t("搜索规则，可用拼音"))
        self.search.setFixedWidth(220)
        self.search.searched.connect(lambda _text: self._show())
        self.new = buttons.primary(t("新规则"), "plus")
        self.new.clicked.connect(lambda: self._edit(None))
        self.switch = buttons.plain(t("停用规则"), "pause")
        self.switch.clicked.connect(self._switch)
        self.edit = buttons.plain(t("修改"), "pencil")
        self.edit.clicked.connect(lambda: self._edit(self.rule()))
        self.drop = buttons.plain(t("删除"), "trash-2")
        self.drop.clicked.connect(self._remove)
        self.up = buttons.IconButton("arrow-up", t("上移"))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down = buttons.IconButton("arrow-down", t("下移"))
        self.down.clicked.connect(lambda: self._move(1))
        self._model = VirtualTableModel(desk.runner, None, self)
        self.table = VirtualTable(self._model, title, desk.runner)
        self.table.set_compact(True)
        self.table.current_changed.connect(lambda _handle: self._on_current())
        self.table.opened.connect(lambda _handle: self._edit(self.rule()))
        self.table.menu_requested.connect(self._menu)
        self._model.loaded.connect(self._on_loaded)
        self.days = NumberField(0, 365, suffix=t(" 天"))
        self.days.setAccessibleName(t("自动检查的间隔"))
        self.days.setSpecialValueText(t("不自动检查"))
        self.days.setEnabled(self._may)
        self.days.editingFinished.connect(self._store_days)
        self._kept_days: int | None = None
        self._wanted: str = ""
        self._build(title)
        self.resize(860, 580)
        self.finished.connect(self.deleteLater)
        self.reload()
        service = desk.workspace.quality
        desk.read(lambda _job: service.every_days(), self._show_days, owner=self)

    def _build(self, title: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.search)
        head.addStretch()
        for widget in (self.up, self.down, self.drop, self.edit, self.switch, self.new):
            head.addWidget(widget)
            widget.setVisible(self._may)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(DataLabel(t("打开档案时自动检查，间隔"), "secondary"))
        foot.addWidget(self.days)
        self.count = muted("")
        foot.addStretch()
        foot.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(10)
        column.addWidget(DataLabel(title, "h2"))
        if not self._may:
            column.addWidget(muted(t("规则由管理员维护。")))
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    # ---- showing ------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the rules anew."""
        book, entity = self._desk.workspace.quality.rules, self._entity.key
        self._desk.read(lambda _job: book.list(entity), self._on_rules, owner=self)

    def _on_rules(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._show()

    def _show(self) -> None:
        self._model.set_source(RuleRows(self._rules, self._entity, self.search.text()))
        active = sum(rule.active for rule in self._rules)
        self.count.setText(t("{n} 条规则，{active} 条启用", n=len(self._rules), active=active))
        self._on_current()

    def _on_loaded(self, _count: int) -> None:
        at = next((n for n, rule in enumerate(self._rules) if rule.key == self._wanted), None)
        if at is None or not self.table.go_to(at):
            self.table.setCurrentIndex(self._model.index(0, 0))

    def rule(self) -> Rule | None:
        """The current rule."""
        handle = self.table.current_handle()
        return self._rules[handle] if handle is not None and handle < len(self._rules) else None

    def choose(self, key: str) -> bool:
        """Make a rule the current one; False if it is not listed."""
        at = next((n for n, rule in enumerate(self._rules) if rule.key == key), None)
        return at is not None and self.table.go_to(at)

    def _on_current(self) -> None:
        rule = self.rule()
        self._wanted = rule.key if rule is not None else self._wanted
        own = rule is not None and not rule.builtin
        for button in (self.edit, self.drop, self.up, self.down):
            button.setEnabled(own)
        self.switch.setEnabled(rule is not None)
        on = rule is None or rule.active
        self.switch.setText(t("停用规则") if on else t("启用规则"))
        self.switch.set_icon("pause" if on else "play")

    # ---- changing -----------------------------------------------------------------------------------------------

    def _write(self, work: Callable[[], object]) -> None:
        def done(_result: object) -> None:
            self.changed.emit()
            self.reload()

        self._desk.operate(lambda _job: work(), title=t("正在保存规则"), owner=self, on_done=done)

    def _switch(self) -> None:
        rule, service = self.rule(), self._desk.workspace.quality
        if rule is not None and self._may:
            self._write(lambda: service.rules.enable(self._entity.key, rule.key, not rule.active))

    def _edit(self, rule: Rule | None) -> None:
        if not self._may or (rule is not None and rule.builtin):
            return

        def saved() -> None:
            self.changed.emit()
            self.reload()

        RuleForm(self._desk, self._entity, self, saved, rule).open()

    def _remove(self) -> None:
        rule, service = self.rule(), self._desk.workspace.quality
        if rule is None or rule.builtin:
            return
        choices = (Choice("remove", t("删除规则"), "danger"), Choice("", t("取消")))
        text = t("它的待核对清单和“忽略”的决定也会一起删除。客户档案不受影响。")
        question = t("删除规则“{rule}”？", rule=rule.title)
        if self._desk.dialogs.ask(question, choices, text=text, severity="warning") == "remove":
            self._write(lambda: service.remove_rule(self._entity.key, rule.key))

    def _move(self, step: int) -> None:
        rule, service = self.rule(), self._desk.workspace.quality
        own = [r.key for r in self._rules if not r.builtin]
        if rule is None or rule.key not in own:
            return
        at = own.index(rule.key)
        to = min(max(at + step, 0), len(own) - 1)
        if to != at:
            own.insert(to, own.pop(at))
            self._write(lambda: service.rules.reorder(self._entity.key, own))

    def _menu(self, _handle: object, place: QPoint) -> None:
        rule = self.rule()
        if rule is None or not self._may:
            return
        own = not rule.builtin
        items = [
            MenuItem(self.switch.text(), self._switch, "pause" if rule.active else "play"),
            MenuItem(t("修改"), lambda: self._edit(rule), "pencil", "Return", enabled=own),
            MenuItem(t("删除"), self._remove, "trash-2", enabled=own, danger=True),
        ]
        build_menu(self, items).popup(place)

    def _show_days(self, days: int) -> None:
        self._kept_days = days
        self.days.setValue(days)

    def _store_days(self) -> None:
        days, service = self.days.value(), self._desk.workspace.quality
        if self._kept_days is not None and days != self._kept_days and self._may:
            self._kept_days = days
            self._desk.operate(lambda _job: service.set_every_days(days), title=t("正在保存规则"), owner=self)
