"""字段: the office's own fields, and the whole data dictionary to look things up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from app.core.fields import Field, FieldType, Sensitivity
from app.core.i18n import t
from app.core.jobs import Job
from app.core.kinds import CUSTOM_TYPES, KINDS
from app.errors import UserError
from app.services.customers import field_order
from app.services.customers.field_order import Archived
from app.services.customers.fields import CustomFieldInfo, field_name
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section, setting_row
from app.views.settings.words import sensitivity_label
from app.views.shell.desk import Desk
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Cell, Row, TableColumn
from app.views.widgets.table.view import VirtualTable

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids


class DictionarySource:
    """The fields of an entity as rows; in memory, handles are positions."""

    def __init__(self, fields: Sequence[Field], group_labels: dict[str, str]) -> None:
        self._fields, self._groups = fields, group_labels
        self.columns: Sequence[TableColumn] = (
            TableColumn("label", t("字段"), "text", 150, sortable=False),
            TableColumn("type", t("类型"), "muted", 110, sortable=False),
            TableColumn("group", t("分组"), "muted", 90, sortable=False),
            TableColumn("secret", t("可见"), "dot", 84, sortable=False),
            TableColumn("words", t("导入时认得的表头"), "muted", 260, sortable=False),
        )

    def load_ids(self, _job: Job) -> Ids:
        import numpy as np

        return np.arange(len(self._fields), dtype=np.int64)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        return {handle: self._row(self._fields[handle]) for handle in handles}

    def _row(self, field: Field) -> Row:
        tones = {Sensitivity.NORMAL: "gray", Sensitivity.SENSITIVE: "warn", Sensitivity.ADMIN: "bad"}
        label = f"{field.label} *" if field.required else field.label
        secret = Cell(sensitivity_label(field.sensitivity), tones[field.sensitivity])
        return (label, KINDS[field.type].label, self._groups.get(field.group, ""), secret, "、".join(field.synonyms))


class FieldsSection(Section):
    """One entity at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("字段管理"))
        registry = desk.workspace.context.registry
        options = [(e.key, e.label) for e in registry if e.imported]
        self._entity = ChoiceField(options)
        self._entity.setAccessibleName(t("哪一类档案"))
        self._entity.currentIndexChanged.connect(lambda _at: self.refresh())
        self.column.addWidget(setting_row(t("哪一类档案"), t("每一类档案都可以加自己的字段。"), self._entity))
        card = self.card(t("自定义字段"))
        if desk.workspace.actor.is_admin and not desk.workspace.archive.read_only:
            add = buttons.plain(t("新建字段…"), "plus")
            add.clicked.connect(self._add)
            card.head_actions.addWidget(add)
        nothing = t("还没有自定义字段。内置的字段不够用时，在这里加；导入时也可以直接把一列变成新字段。")
        self.custom = ItemList(t("自定义字段"), nothing)
        card.body.addWidget(self.custom)
        self._put_away = self.card(t("已停用的字段"), t("值都还在，随时可以再用"))
        self.archived = ItemList(t("已停用的字段"))
        self._put_away.body.addWidget(self.archived)
        dictionary = self.card(t("数据字典"))
        self._model = VirtualTableModel(desk.runner, None, self)
        self.table = VirtualTable(self._model, t("数据字典"), desk.runner)
        self.table.set_compact(True)
        self.table.setMinimumHeight(420)
        dictionary.body.addWidget(self.table)
        self.finish()

    def refresh(self) -> None:
        workspace, key = self.desk.workspace, self._entity.key()
        self.read(
            lambda _job: (workspace.fields.list(key), field_order.archived(workspace.context, key)),
            lambda found: self._show(key, *found),
        )
        entity = workspace.context.registry.entity(key)
        self._model.set_source(
            DictionarySource(entity.fields, {g: entity.group_label(g) for g, _zh, _en in entity.groups})
        )

    def _show(self, entity: str, fields: tuple[CustomFieldInfo, ...], away: Archived) -> None:
        if entity != self._entity.key():
            return
        editable = self.desk.workspace.actor.is_admin and not self.desk.workspace.archive.read_only
        keys = [field.key for field in fields]
        items = []
        for at, field in enumerate(fields):
            facts = fonts.join_facts(
                KINDS[field.type].label, t("{n} 条档案用到", n=f"{field.used:,}"), "、".join(field.choices[:6])
            )
            chips = [] if field.sensitivity is Sensitivity.NORMAL else [(sensitivity_label(field.sensitivity), "warn")]
            menu = partial(self._menu, entity, field, at, keys) if editable else None
            items.append(Item(field.label, facts, "sliders-horizontal", chips, menu=menu))
        self.custom.set_items(items)
        self._put_away.setVisible(bool(away))
        self.archived.set_items(
            [
                Item(
                    label,
                    KINDS[kind].label,
                    "archive",
                    faded=True,
                    menu=partial(self._back_menu, key) if editable else None,
                )
                for key, label, kind in away
            ]
        )

    def _menu(self, entity: str, field: CustomFieldInfo, at: int, keys: list[str]) -> list[MenuItem | None]:
        return [
            MenuItem(t("改名…"), lambda: self._rename(field), "pencil"),
            MenuItem(t("上移"), lambda: self._move(entity, keys, at, -1), "arrow-up", enabled=at > 0),
            MenuItem(t("下移"), lambda: self._move(entity, keys, at, 1), "arrow-down", enabled=at < len(keys) - 1),
            None,
            MenuItem(t("停用"), lambda: self._archive(field), "archive"),
        ]

    def _back_menu(self, key: str) -> list[MenuItem | None]:
        context = self.desk.workspace.context
        return [
            MenuItem(
                t("重新启用"),
                lambda: self.write(lambda _job: field_order.bring_back(context, key), title=t("正在保存")),
                "rotate-ccw",
            )
        ]

    def _add(self) -> None:
        dialog = FormDialog(self, t("新建字段"), t("新建"))
        label, kind = QLineEdit(), ChoiceField([(str(one), KINDS[one].label) for one in CUSTOM_TYPES])
        label.setMaxLength(60)
        choices = QPlainTextEdit()
        choices.setTabChangesFocus(True)
        choices.setFixedHeight(96)
        secret = ChoiceField([(str(one), sensitivity_label(one)) for one in Sensitivity])
        dialog.form.add_row("label", t("字段名"), label, required=True)
        dialog.form.add_row("kind", t("类型"), kind, hint=t("以后不能改类型。"))
        row = dialog.form.add_row("choices", t("选项"), choices, hint=t("一行一个。"))
        registry = self.desk.workspace.context.registry
        target = ChoiceField([(e.key, e.label) for e in registry if not e.parent and not e.picklist])
        aim = dialog.form.add_row("target", t("关联到"), target)
        dialog.form.add_row("secret", t("谁能看到"), secret)
        row.set_shown(False)
        aim.set_shown(False)
        listed = {str(one) for one in CUSTOM_TYPES if KINDS[one].listed}
        kind.currentIndexChanged.connect(lambda _at: row.set_shown(kind.key() in listed))
        kind.currentIndexChanged.connect(lambda _at: aim.set_shown(kind.key() == FieldType.LINKS))
        service, entity = self.desk.workspace.fields, self._entity.key()

        def problems() -> dict[str, str]:
            try:
                field_name(label.text(), registry.entity(entity))
            except UserError as problem:
                return {"label": str(problem)}
            return {}

        dialog.check = problems

        def add() -> None:
            lines = [line.strip() for line in choices.toPlainText().split("\n") if line.strip()]
            given = lines if kind.key() in listed else []
            name, what, seen, aimed = label.text(), FieldType(kind.key()), Sensitivity(secret.key()), target.key()
            self.write(
                lambda _job: service.add(entity, name, what, choices=given, sensitivity=seen, target=aimed),
                title=t("正在保存"), told=t("已新建字段"),
            )  # fmt: skip

        dialog.ask(add)
        label.setFocus()

    def _rename(self, field: CustomFieldInfo) -> None:
        name = self.desk.dialogs.ask_text(t("字段改名"), t("字段名"), field.label)
        if name and name != field.label:
            service = self.desk.workspace.fields
            self.write(lambda _job: service.rename(field.key, name), title=t("正在保存"))

    def _move(self, entity: str, keys: list[str], at: int, step: int) -> None:
        order = list(keys)
        order[at], order[at + step] = order[at + step], order[at]
        context = self.desk.workspace.context
        self.write(lambda _job: field_order.reorder(context, entity, order), title=t("正在保存"))

    def _archive(self, field: CustomFieldInfo) -> None:
        text = t("它会从表格、表单和导入里消失；已填的 {n} 个值保留，可以随时再启用。", n=field.used)
        if self.desk.dialogs.confirm(t("停用字段“{name}”？", name=field.label), t("停用"), text=text):
            service = self.desk.workspace.fields
            self.write(lambda _job: service.archive(field.key), title=t("正在保存"))
