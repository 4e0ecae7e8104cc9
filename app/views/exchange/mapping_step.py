"""Step 2: which column is which field, with a live look at what the first rows become."""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.core.fields import FieldType
from app.core.i18n import t
from app.core.kinds import CUSTOM_TYPES, KINDS
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.importing.column_check import CHANGED, WARNED, WRONG
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import NEW as NEW_PREFIX
from app.services.exchange.mapping.targets import new_target, target_of
from app.views.exchange.column_line import FIELD_WIDTH, GAP, STRETCHES, ColumnLine
from app.views.exchange.import_session import ImportSession
from app.views.exchange.preset_button import PresetButton
from app.views.exchange.target_field import NEW, TargetChoices
from app.views.exchange.tone_dot import ToneDot
from app.views.widgets.banner import Banner
from app.views.widgets.grid import Grid, GridCell
from app.views.widgets.labels import ElidedLabel, caption
from app.views.widgets.menus import MenuItem, build_menu

_TONES = {CHANGED: "primary", WARNED: "warn", WRONG: "bad"}
_TICK_SECONDS = 0.015
_LONGEST_NAME = 60


class MappingStep(QWidget):
    """One line a column; below, the first rows as they will be stored."""

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.lines: list[ColumnLine] = []
        self._shown_for: tuple[object, str] | None = None
        self._plan: ImportPlan | None = None
        self._building = QTimer(self)
        self._building.timeout.connect(self._build_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.note = Banner("info", "", icon="wand-sparkles")
        self.note.action_clicked.connect(session.make_fields)
        column.addWidget(self.note)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self._build_list())
        parts.addWidget(self._build_preview())
        parts.setSizes([380, 210])
        column.addWidget(parts, 1)
        session.planned.connect(self._show_plan)
        session.previewed.connect(self._show_preview)

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_list(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._build_captions())
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.viewport().setProperty("ground", "surface")
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self._area, 1)
        return box

    def _build_captions(self) -> QHBoxLayout:
        """As wide as the lines below them, and staying when those are scrolled."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 20, 0)
        row.setSpacing(GAP)
        self.presets = PresetButton(self._session)
        words = (t("文件中的列"), t("前几行的值"), t("导入到字段"), t("检查结果"))
        name, values, field, result = (ElidedLabel(word, "caption") for word in words)
        field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        field.setFixedWidth(FIELD_WIDTH)
        arrow, last = QWidget(), QWidget()
        arrow.setFixedWidth(16)
        last.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        inside = QHBoxLayout(last)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(result, 1)
        inside.addWidget(self.presets)
        row.addWidget(name, STRETCHES[0])
        row.addWidget(values, STRETCHES[1])
        row.addWidget(arrow)
        row.addWidget(field)
        row.addWidget(last, STRETCHES[2])
        return row

    def _build_preview(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(caption(t("导入后的样子（前几行）")))
        for tone, words in (("primary", t("统一了格式")), ("warn", t("需留意")), ("bad", t("不能导入"))):
            key = QHBoxLayout()
            key.setSpacing(4)
            key.addWidget(ToneDot(tone))
            key.addWidget(caption(words))
            row.addLayout(key)
        row.addStretch()
        column.addLayout(row)
        self.table = Grid(t("导入后的样子（前几行）"))
        column.addWidget(self.table, 1)
        return box

    # ---- the columns --------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Lines for another file or kind of record: made a few at a time, while the window goes on living."""
        body = QWidget()
        body.setProperty("ground", "surface")
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(0)
        self._list.addStretch()
        offered = self._session.desk.workspace.actor.is_admin
        self._choices = TargetChoices(self._session.targets(), body, new_fields=offered)
        self.lines = []
        self._area.setWidget(body)
        if self.isVisible():
            self._building.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._building.start()  # lines made while hidden would all be laid out at once now

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._building.stop()

    def _build_more(self) -> None:
        """A few lines, for as long as nobody notices."""
        found, until = self._session.inspection, time.perf_counter() + _TICK_SECONDS
        if found is None or len(self.lines) >= len(found.columns):
            self._building.stop()
            self._order_stops()
            return
        while len(self.lines) < len(found.columns) and time.perf_counter() < until:
            index = len(self.lines)
            line = ColumnLine(found.columns[index], self._choices)
            line.field.chosen.connect(partial(self._on_chosen, index))
            line.unit_chosen.connect(partial(self._session.set_unit, index))
            line.order_chosen.connect(partial(self._session.set_date_order, index))
            self._list.insertWidget(index, line)
            self.lines.append(line)
            self._show_line(index)

    def _order_stops(self) -> None:
        """Tab goes from the presets through the lines to the table."""
        stops = [self.presets, *(stop for line in self.lines for stop in line.stops()), self.table]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def _show_line(self, index: int) -> None:
        session = self._session
        assert session.plan is not None
        column = session.plan.columns[index]
        asks = session.asks_order(index)
        line, stops = self.lines[index], len(self.lines[index].stops())
        line.show_plan(column, self._label(column), session.field_kind(index), asks_order=asks)
        if len(line.stops()) > stops and not self._building.isActive():
            self._order_stops()
        if session.preview is not None:
            self.lines[index].show_check(column, session.preview.columns[index])

    def _show_plan(self) -> None:
        session = self._session
        plan = session.plan
        if plan is None:
            return
        if self._shown_for != (session.inspection, session.entity_key):
            self._shown_for = (session.inspection, session.entity_key)
            self._plan = plan
            self._rebuild()
        else:
            before, self._plan = self._plan, plan
            for index in range(len(self.lines)):
                if before is None or before.columns[index] != plan.columns[index]:
                    self._show_line(index)
        self._say(plan)

    def _label(self, column: ColumnPlan) -> str:
        registry = self._session.desk.workspace.context.registry
        target = target_of(column.target, self._session.entity, registry) if column.target else None
        if target is not None and column.target and column.target.startswith(NEW_PREFIX):
            return t("新字段：{name}", name=target.label)
        return target.label if target else column.name

    def _say(self, plan: ImportPlan) -> None:
        obstacle = self._session.obstacle()
        left = self._session.columns_without_place() if self._session.desk.workspace.actor.is_admin else 0
        self.note.set_action(t("为未匹配的 {n} 列新建字段", n=left) if left else "")
        if obstacle:
            self.note.set_message(obstacle, "warning")
            return
        chosen = sum(c.target is not None for c in plan.columns)
        remembered = sum(c.why == "preset" and c.target is not None for c in plan.columns)
        if self._session.preset:
            text = t("已套用方案“{name}”：{n} 列。", name=self._session.preset, n=remembered)
        elif remembered:
            text = t("已沿用上次同样表头的匹配：{n} 列。", n=remembered)
        else:
            text = t("已按列名和内容自动匹配 {n} 列。这套匹配会记住，下次导入同样表头的文件时自动套用。", n=chosen)
        self.note.set_message(text, "info")

    def _on_chosen(self, index: int, key: str) -> None:
        if key != NEW:
            self._session.retarget(index, key or None)
            return
        field = self.lines[index].field
        menu = build_menu(self, [
            MenuItem(label, partial(self._make_field, index, kind)) for kind, label in _type_labels()
        ])  # fmt: skip
        menu.aboutToHide.connect(lambda: self._show_line(index))
        menu.popup(field.mapToGlobal(field.rect().bottomLeft()))

    def _make_field(self, index: int, kind: FieldType) -> None:
        """A field named like the column; one whose name is taken or too long is asked for another."""
        plan = self._session.plan
        assert plan is not None
        name = " ".join(plan.columns[index].name.split())
        taken = {label for field in self._session.entity.fields for label in (field.zh, field.en)}
        taken |= {c.target.split(":")[1] for i, c in enumerate(plan.columns)
                  if i != index and c.target and c.target.startswith(NEW_PREFIX)}  # fmt: skip
        while not name or name in taken or len(name) > _LONGEST_NAME:
            given = self._session.desk.dialogs.ask_text(
                t("新建字段"), t("这个名字已经有了，或长过 60 个字。请另起一个："), name[:_LONGEST_NAME]
            )
            if given is None:
                return
            name = given.strip()
        self._session.retarget(index, new_target(name, kind))

    # ---- the first rows -----------------------------------------------------------------------------------------

    def _show_preview(self) -> None:
        preview, plan, found = self._session.preview, self._session.plan, self._session.inspection
        if preview is None or plan is None or found is None:
            return
        for line, column, check in zip(self.lines, plan.columns, preview.columns, strict=False):
            line.show_check(column, check)
        at = [i for i, c in enumerate(plan.columns) if c.target is not None]
        headers = [self._label(plan.columns[i]) for i in at]
        rows = [
            [
                GridCell(row[i].after, _TONES.get(row[i].state, ""), _hint(row[i].before, row[i].after, row[i].told))
                for i in at
            ]
            for row in preview.rows
        ]
        self.table.show_rows(headers, rows, [str(n) for n in found.preview_rows[: len(rows)]])


def _hint(before: str, after: str, told: str) -> str:
    change = f"{before} → {after}" if before != after else ""
    return "\n".join(part for part in (change, told) if part)


def _type_labels() -> list[tuple[FieldType, str]]:
    return [(kind, t("新建“{type}”字段", type=KINDS[kind].label)) for kind in CUSTOM_TYPES if not KINDS[kind].rows]
