"""销售管道: pipelines, their stages, reasons of loss."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from app.core.fields import Link
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.views.records.record_dialog import RecordDialog
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.card import Card
from app.views.widgets.fields import ChoiceField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem


class PipelinesSection(Section):
    """The order is that of the board from left to right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("销售管道"))
        self._editable = desk.workspace.actor.is_admin and not desk.workspace.archive.read_only
        self._shown: dict[str, list[Record]] = {}
        self.pipeline = ChoiceField()
        self.pipeline.setAccessibleName(t("管道"))
        self.pipeline.setMinimumWidth(180)
        self.pipeline.currentIndexChanged.connect(lambda _at: self._read_stages())
        self.lists: dict[str, ItemList] = {}
        stages = self._card("stages", t("销售阶段"), t("看板从左到右的顺序；赢率用来加权"))
        stages.body.insertWidget(0, self.pipeline, 0, Qt.AlignmentFlag.AlignLeft)
        self._card("pipelines", t("销售管道"), t("不同的销售方式各用一条"))
        self._card("lost_reasons", t("输单原因"), t("输单时选一个"))
        self.finish()

    def _card(self, entity: str, title: str, text: str) -> Card:
        card = self.card(title, text)
        found = self.lists[entity] = ItemList(title, t("还没有{entity}", entity=title))
        card.body.addWidget(found)
        if self._editable:
            add = buttons.ghost(t("添加"), "plus")
            add.setAccessibleName(t("添加{entity}", entity=title))
            add.clicked.connect(lambda _on=False: self._add(entity))
            card.body.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    # ---- reading ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        workspace = self.desk.workspace

        def read(_job: Job) -> dict[str, list[Record]]:
            return {
                key: workspace.records(key).list(None, (Sort("position"),))[1] for key in ("pipelines", "lost_reasons")
            }

        self.read(read, self._show_lists)

    def _show_lists(self, found: dict[str, list[Record]]) -> None:
        for key, records in found.items():
            self._show(key, records)
        before = self.pipeline.key()
        self.pipeline.blockSignals(True)
        self.pipeline.set_choices([(str(p.id), str(p.get("name"))) for p in found["pipelines"]])
        if before and self.pipeline.findData(before) >= 0:
            self.pipeline.set_key(before)
        self.pipeline.blockSignals(False)
        self._read_stages()

    def _read_stages(self) -> None:
        key, service = self.pipeline.key(), self.desk.workspace.records("stages")
        if key:
            condition = Condition("pipeline", "in", key)
            self.read(lambda _job: service.list(condition, (Sort("position"),))[1], partial(self._show, "stages"))

    def _show(self, entity: str, records: Sequence[Record]) -> None:
        self._shown[entity] = list(records)
        self.lists[entity].set_items([self._item(entity, record) for record in records])

    def _item(self, entity: str, record: Record) -> Item:
        menu = partial(self._menu, entity, record) if self._editable else None
        if entity != "stages":
            faded = record.get("active") is False
            return Item(str(record.get("name")), t("已停用") if faded else "", "kanban", menu=menu, faded=faded)
        field = self.desk.workspace.records("stages").entity.field("kind")
        choice = field.choice(str(record.get("kind")))
        words = [t("赢率 {n}%", n=record.get("probability") or 0)]
        if record.get("rot_days"):
            words.append(t("{n} 天提醒停滞", n=record.get("rot_days")))
        if record.get("required"):
            words.append(t("必填：{fields}", fields=self._labels(str(record.get("required")))))
        chips = [(choice.label, choice.tone)] if choice else []
        return Item(str(record.get("name")), t("，").join(words), "target", chips, menu=menu)

    def _labels(self, keys: str) -> str:
        deals = self.desk.workspace.deals.entity
        found = (deals.find(key.strip()) for key in keys.split(","))
        return t("、").join(field.label for field in found if field is not None)

    # ---- verbs --------------------------------------------------------------------------------------------------

    def _menu(self, entity: str, record: Record) -> list[MenuItem | None]:
        return [
            MenuItem(t("编辑…"), partial(self._edit, entity, record), "pencil"),
            MenuItem(t("上移"), partial(self._shift, entity, record, -1), "arrow-up"),
            MenuItem(t("下移"), partial(self._shift, entity, record, 1), "arrow-down"),
            None,
            MenuItem(t("删除…"), partial(self._remove, entity, record), "trash-2", danger=True),
        ]

    def _add(self, entity: str) -> None:
        known = self._shown.get(entity, [])
        preset: dict[str, Any] = {"position": len(known) + 1, "active": True}
        if entity == "stages" and self.pipeline.key():
            preset |= {
                "pipeline": (Link(uuid.UUID(self.pipeline.key()), self.pipeline.currentText()),),
                "kind": self.desk.workspace.records("stages").entity.field("kind").first("open"),
                "probability": 50,
            }  # fmt: skip
        self._open(RecordDialog(self.desk, entity, self, preset=preset))

    def _edit(self, entity: str, record: Record) -> None:
        self._open(RecordDialog(self.desk, entity, self, record))

    def _open(self, dialog: RecordDialog) -> None:
        dialog.saved.connect(lambda _record: self.refresh())
        dialog.open()

    def _shift(self, entity: str, record: Record, by: int) -> None:
        order = [one.id for one in self._shown.get(entity, [])]
        at = order.index(record.id)
        to = at + by
        if not 0 <= to < len(order):
            return
        order[at], order[to] = order[to], order[at]
        deals = self.desk.workspace.deals
        self.write(lambda _job: deals.reorder(entity, order), title=t("正在保存"))

    def _remove(self, entity: str, record: Record) -> None:
        name = str(record.get("name"))
        if self.desk.dialogs.confirm(t("删除“{name}”？", name=name), t("删除"), danger=True):
            service = self.desk.workspace.records(entity)
            self.desk.operate(
                lambda _job: service.delete(record.id), title=t("正在删除"), owner=self,
                on_done=lambda _result: self.refresh(), told=t("已删除“{name}”", name=name),
            )  # fmt: skip
