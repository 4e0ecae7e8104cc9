"""Step 2: which column is which field, with a live look at what the first rows become."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.core.fields import CUSTOM_TYPES, FieldType
from app.core.i18n import t
from app.services.exchange.column_check import CHANGED, WARNED, WRONG
from app.services.exchange.plan import ColumnPlan, ImportPlan
from app.services.exchange.targets import new_target, target_of
from app.views.exchange.grid import Grid, GridCell
from app.views.exchange.import_session import ImportSession
from app.views.exchange.target_field import NEW, TargetField
from app.views.exchange.tone_dot import ToneDot
from app.views.widgets.banner import Banner
from app.views.widgets.labels import ElidedLabel, IconLabel, caption
from app.views.widgets.menus import MenuItem, build_menu

_TONES = {CHANGED: "primary", WARNED: "warn", WRONG: "bad"}


class MappingStep(QWidget):
    """One line a column; below, the first rows as they will be stored."""

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._fields: list[TargetField] = []
        self._told: list[tuple[ToneDot, ElidedLabel]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.note = Banner("info", "", icon="wand-sparkles")
        column.addWidget(self.note)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.viewport().setProperty("ground", "surface")
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parts.addWidget(self._area)
        parts.addWidget(self._build_preview())
        parts.setSizes([360, 220])
        column.addWidget(parts, 1)
        session.inspected.connect(self._rebuild)
        session.planned.connect(self._show_plan)
        session.previewed.connect(self._show_preview)

    def _build_preview(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 6, 0, 0)
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
        found, plan = self._session.inspection, self._session.plan
        if found is None or plan is None:
            return
        body = QWidget()
        body.setProperty("ground", "surface")
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        for at, words in enumerate((t("文件中的列"), t("前几行的值"), "", t("导入到字段"), t("检查结果"))):
            grid.addWidget(caption(words), 0, at)
        self._fields, self._told = [], []
        targets = self._session.targets()
        for index, column in enumerate(found.columns):
            line = index + 1
            name = ElidedLabel(column.name, "strong")
            name.setMinimumWidth(90)
            samples = ElidedLabel("；".join(s.replace("\n", " ") for s in column.samples), "muted")
            field = TargetField(targets, t("“{name}”导入到", name=column.name))
            field.chosen.connect(lambda key, at=index: self._on_chosen(at, key))
            dot, words_label = ToneDot("gray"), ElidedLabel("", "secondary")
            told = QHBoxLayout()
            told.setSpacing(6)
            told.addWidget(dot)
            told.addWidget(words_label, 1)
            grid.addWidget(name, line, 0)
            grid.addWidget(samples, line, 1)
            grid.addWidget(IconLabel("chevron-right", "text_3", 16), line, 2)
            grid.addWidget(field, line, 3)
            grid.addLayout(told, line, 4)
            grid.setRowMinimumHeight(line, 36)
            self._fields.append(field)
            self._told.append((dot, words_label))
        grid.setRowStretch(len(found.columns) + 1, 1)
        for at, stretch in ((0, 3), (1, 4), (3, 0), (4, 5)):
            grid.setColumnStretch(at, stretch)
        self._area.setWidget(body)
        self._show_plan()

    def _show_plan(self) -> None:
        plan = self._session.plan
        if plan is None or len(self._fields) != len(plan.columns):
            self._rebuild_if_needed(plan)
            return
        for field, column in zip(self._fields, plan.columns, strict=True):
            field.set_key(column.target, self._label(column))
        self._say(plan)

    def _rebuild_if_needed(self, plan: ImportPlan | None) -> None:
        if plan is not None and self._session.inspection is not None and self._area.widget() is not None:
            self._rebuild()

    def _label(self, column: ColumnPlan) -> str:
        registry = self._session.desk.workspace.context.registry
        target = target_of(column.target, self._session.entity, registry) if column.target else None
        return target.label if target else column.name

    def _say(self, plan: ImportPlan) -> None:
        obstacle = self._session.obstacle()
        if obstacle:
            self.note.set_message(obstacle, "warning")
            return
        chosen = sum(c.target is not None for c in plan.columns)
        remembered = sum(c.why == "preset" and c.target is not None for c in plan.columns)
        if remembered:
            text = t("已沿用上次同样表头的匹配：{n} 列。", n=remembered)
        else:
            text = t("已按列名和内容自动匹配 {n} 列。这套匹配会记住，下次导入同样表头的文件时自动套用。", n=chosen)
        self.note.set_message(text, "info")

    def _on_chosen(self, index: int, key: str) -> None:
        if key != NEW:
            self._session.retarget(index, key or None)
            return
        field = self._fields[index]
        plan = self._session.plan
        assert plan is not None
        menu = build_menu(self, [
            MenuItem(label, partial(self._make_field, index, kind)) for kind, label in _type_labels()
        ])  # fmt: skip
        menu.aboutToHide.connect(lambda: field.set_key(self._target(index), field.currentText()))
        menu.popup(field.mapToGlobal(field.rect().bottomLeft()))

    def _target(self, index: int) -> str | None:
        plan = self._session.plan
        return plan.columns[index].target if plan else None

    def _make_field(self, index: int, kind: FieldType) -> None:
        plan = self._session.plan
        assert plan is not None
        self._session.retarget(index, new_target(plan.columns[index].name, kind))

    # ---- the first rows -----------------------------------------------------------------------------------------

    def _show_preview(self) -> None:
        preview, plan = self._session.preview, self._session.plan
        if preview is None or plan is None:
            return
        for (dot, words), column, check in zip(self._told, plan.columns, preview.columns, strict=True):
            if column.target is None:
                text, tone = t("跳过"), "gray"
            else:
                text, tone = check.sentence()
                why = _why(column)
                text = f"{text} · {why}" if why else text
            words.setText(text)
            dot.set_tone(tone)
        at = [i for i, c in enumerate(plan.columns) if c.target is not None]
        headers = [self._label(plan.columns[i]) for i in at]
        rows = [
            [
                GridCell(row[i].after, _TONES.get(row[i].state, ""), _hint(row[i].before, row[i].after, row[i].told))
                for i in at
            ]
            for row in preview.rows
        ]
        assert self._session.inspection is not None
        self.table.show_rows(headers, rows, [str(n) for n in self._session.inspection.preview_rows[: len(rows)]])


def _hint(before: str, after: str, told: str) -> str:
    change = f"{before} → {after}" if before != after else ""
    return "\n".join(part for part in (change, told) if part)


def _why(column: ColumnPlan) -> str:
    words = {"content": t("按内容识别"), "preset": t("沿用上次"), "person": ""}
    if column.why == "header" and column.confidence < 0.8:
        return t("列名相近，请确认")
    return words.get(column.why, "")


def _type_labels() -> list[tuple[FieldType, str]]:
    labels = {
        FieldType.TEXT: t("文字"), FieldType.LONG_TEXT: t("多行文字"), FieldType.CHOICE: t("选项"),
        FieldType.INTEGER: t("整数"), FieldType.NUMBER: t("小数"), FieldType.MONEY: t("金额"),
        FieldType.DATE: t("日期"), FieldType.BOOL: t("是/否"),
    }  # fmt: skip
    return [(kind, t("新建“{type}”字段", type=labels[kind])) for kind in CUSTOM_TYPES]
