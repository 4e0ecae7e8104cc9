"""选项: the values of pick-lists, renamed, coloured, ordered, added, put away, merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.core.choices import Choice, Meaning
from app.core.fields import Field
from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.customers.choices import TONES, ChoiceInfo, named
from app.services.records import ManyResult
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.theme.fonts import join_facts
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem


class ChoicesSection(Section):
    """One list of one kind of record at a time, in the order in which it is offered."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("选项"))
        self._editable = desk.workspace.actor.is_admin and not desk.workspace.archive.read_only
        self._values: list[ChoiceInfo] = []
        registry = desk.workspace.context.registry
        there = {entity for entity, _ in desk.workspace.choices.fields()}
        self.entity = ChoiceField([(e.key, e.label) for e in registry if e.key in there])
        self.entity.setAccessibleName(t("哪一类档案"))
        self.field = ChoiceField()
        self.field.setAccessibleName(t("哪个字段"))
        for box in (self.entity, self.field):
            box.setMinimumWidth(180)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.entity)
        row.addWidget(self.field)
        row.addStretch()
        card = self.card(t("选项"), t("按这里的顺序供人选择；停用的留在用过它的档案里"))
        card.body.addLayout(row)
        self.list = ItemList(t("选项"), t("还没有选项。"))
        card.body.addWidget(self.list)
        self._add_button = buttons.ghost(t("添加选项…"), "plus")
        self._add_button.clicked.connect(lambda _on=False: self._add())
        card.body.addWidget(self._add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.entity.currentIndexChanged.connect(lambda _at: self._offer_fields())
        self.field.currentIndexChanged.connect(lambda _at: self.refresh())
        self._offer_fields()
        self.finish()

    def _offer_fields(self) -> None:
        found = [f for entity, f in self.desk.workspace.choices.fields() if entity == self.entity.key()]
        self.field.blockSignals(True)
        self.field.set_choices([(f.key, f.label) for f in found])
        self.field.set_key(next((f.key for f in found if f.office), self.field.key()))
        self.field.blockSignals(False)
        self.refresh()

    def _known(self) -> Field:
        return self.desk.workspace.context.registry.entity(self.entity.key()).field(self.field.key())

    def refresh(self) -> None:
        if not self.field.key():
            return
        place, service = (self.entity.key(), self.field.key()), self.desk.workspace.choices
        self._add_button.setVisible(self._editable and self._known().office)
        self.read(lambda _job: service.list(*place), partial(self._show, place))

    def _show(self, place: tuple[str, str], values: list[ChoiceInfo]) -> None:
        if place != (self.entity.key(), self.field.key()):
            return
        self._values = values
        self.list.set_items([self._item(at, info) for at, info in enumerate(values)])

    def _item(self, at: int, info: ChoiceInfo) -> Item:
        used = t("{n} 条档案用到", n=f"{info.used:,}") if info.used else ""
        meaning = next((m.label for m in self._known().meanings if m.key == info.choice.meaning), "")
        words = t("，").join(w for w in (t("已停用") if info.choice.retired else "", used) if w)
        words = join_facts(meaning, words)
        menu = partial(self._menu, at, info) if self._editable else None
        return Item(
            info.choice.label, words, "tag", [(tone_label(info.choice.tone), info.choice.tone)], menu=menu,
            faded=info.choice.retired,
        )  # fmt: skip

    # ---- verbs --------------------------------------------------------------------------------------------------

    def _menu(self, at: int, info: ChoiceInfo) -> list[MenuItem | None]:
        service, place, code = self.desk.workspace.choices, (self.entity.key(), self.field.key()), info.choice.code
        others = [other for other in self._values if other.choice.code != code and not other.choice.retired]
        colours = [
            MenuItem(tone_label(tone), partial(self._do, partial(service.colour, *place, code, tone)),
                     checked=tone == info.choice.tone)
            for tone in TONES
        ]  # fmt: skip
        meanings = [
            MenuItem(
                m.label,
                partial(self._do, partial(service.mean, *place, code, m.key)),
                checked=m.key == info.choice.meaning,
            )
            for m in self._known().meanings
        ]
        into = [MenuItem(other.choice.label, partial(self._merge, info, other)) for other in others]
        found: list[MenuItem | None] = [
            MenuItem(t("改名…"), partial(self._rename, info), "pencil"),
            MenuItem(t("颜色"), icon="sun", items=colours),
            MenuItem(t("上移"), partial(self._shift, at, -1), "arrow-up", enabled=at > 0),
            MenuItem(t("下移"), partial(self._shift, at, 1), "arrow-down", enabled=at < len(self._values) - 1),
        ]
        if meanings and info.own:
            found.insert(1, MenuItem(t("含义"), icon="flag", items=meanings, enabled=not info.used))
        if self._known().office:
            retired = info.choice.retired
            act = partial(service.retire, *place, code, retired=not retired)
            found += [
                None,
                MenuItem(t("并入…"), icon="git-merge", items=into, enabled=bool(into)),
                MenuItem(t("重新使用") if retired else t("停用"), partial(self._do, act), "archive"),
            ]
        return found

    def _do(self, act: Callable[[], object]) -> None:
        self.write(lambda _job: act(), title=t("正在保存"))

    def _add(self) -> None:
        place, known = (self.entity.key(), self.field.key()), self._known()
        dialog = ChoiceDialog(self, t("添加选项"), t("添加"), self._others(), known.meanings, known.neutral)
        add = self.desk.workspace.choices.add
        dialog.ask(
            lambda: self._do(partial(add, *place, dialog.zh.text(), en=dialog.en.text(), meaning=dialog.meaning.key()))
        )

    def _rename(self, info: ChoiceInfo) -> None:
        place, choice = (self.entity.key(), self.field.key()), info.choice
        dialog = ChoiceDialog(self, t("选项改名"), t("保存"), self._others(choice.code))
        dialog.zh.setText(choice.zh)
        dialog.en.setText(choice.en if choice.en != choice.zh else "")
        rename = self.desk.workspace.choices.rename
        dialog.ask(lambda: self._do(partial(rename, *place, choice.code, dialog.zh.text(), dialog.en.text())))

    def _others(self, code: str = "") -> list[Choice]:
        return [info.choice for info in self._values if info.choice.code != code]

    def _shift(self, at: int, by: int) -> None:
        codes = [info.choice.code for info in self._values]
        codes.insert(at + by, codes.pop(at))
        service, place = self.desk.workspace.choices, (self.entity.key(), self.field.key())
        self._do(partial(service.order, *place, codes))

    def _merge(self, info: ChoiceInfo, other: ChoiceInfo) -> None:
        words = t("用到“{name}”的 {n} 条档案会改成“{other}”，可以撤销。", name=info.choice.label, n=f"{info.used:,}",
                  other=other.choice.label)  # fmt: skip
        title = t("把“{name}”并入“{other}”？", name=info.choice.label, other=other.choice.label)
        if not self.desk.dialogs.confirm(title, t("并入"), text=words):
            return
        service, place = self.desk.workspace.choices, (self.entity.key(), self.field.key())

        def work(job: Job) -> ManyResult:
            return service.merge(*place, info.choice.code, other.choice.code, job)

        self.desk.operate(
            work, title=t("正在合并"), owner=self, on_done=lambda _result: self.refresh(),
            told=lambda result: t("已修改 {n} 条", n=f"{result.changed:,}"),
        )  # fmt: skip


class ChoiceDialog(FormDialog):
    """A value's names, not those of `others`, and, where the program asks for it, what it means."""

    def __init__(
        self, parent: QWidget, title: str, action: str, others: Sequence[Choice], meanings: Sequence[Meaning] = (),
        usual: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent, title, action)
        self._others = others
        self.zh, self.en = QLineEdit(), QLineEdit()
        self.meaning = ChoiceField([(m.key, m.label) for m in meanings])
        self.form.add_row("zh", t("中文名"), self.zh, required=True)
        self.form.add_row("en", t("英文名"), self.en, hint=t("留空则和中文名一样。"))
        row = self.form.add_row(
            "meaning", t("含义"), self.meaning, hint=t("统计和提醒按含义计算；有档案用到以后不能再改。")
        )
        row.set_shown(bool(meanings))
        if usual:
            self.meaning.set_key(usual)
        self.check = self._problems
        self.zh.setFocus()

    def _problems(self) -> dict[str, str]:
        for key, zh, en in (("zh", self.zh.text(), ""), ("en", self.zh.text(), self.en.text())):
            try:
                named(zh, en, self._others)
            except UserError as problem:
                return {key: str(problem)}
        return {}


def tone_label(tone: str) -> str:
    """A colour in words."""
    return {
        "gray": t("灰"), "primary": t("蓝"), "cyan": t("青"), "violet": t("紫"), "ok": t("绿"), "warn": t("橙"), "bad": t("红"),
    }[tone]  # fmt: skip
