"""标签: names, colours, how often used."""

from __future__ import annotations

from functools import partial

from app.core.i18n import t
from app.services.customers.tags import TagService, tone_choices
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem


class TagsSection(Section):
    """Tags are made by giving them to a customer; here they are kept in order."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("标签"))
        self._service = TagService(desk.workspace.context, desk.workspace.records)
        card = self.card(t("标签"), t("给客户、商机等打上标签时就会出现在这里"))
        self.tags = ItemList(t("标签"), t("还没有标签。在列表里选中几条，点“打标签”。"))
        card.body.addWidget(self.tags)
        self.finish()

    def refresh(self) -> None:
        self.read(lambda _job: self._service.list(), self._show)

    def _show(self, tags: list[tuple[str, str, int]]) -> None:
        editable = self.desk.workspace.actor.is_admin and not self.desk.workspace.archive.read_only
        self.tags.set_items(
            [
                Item(
                    name,
                    t("{n} 条档案", n=f"{count:,}"),
                    "tag",
                    [(name, tone)],
                    menu=partial(self._menu, name, tone, count) if editable else None,
                )
                for name, tone, count in tags
            ]
        )

    def _menu(self, name: str, tone: str, count: int) -> list[MenuItem | None]:
        colours = [
            MenuItem(choice.label, lambda code=choice.code: self._colour(name, code), checked=choice.code == tone)  # type: ignore[misc]
            for choice in tone_choices()
        ]
        return [
            MenuItem(t("改名…"), lambda: self._rename(name), "pencil"),
            MenuItem(t("颜色"), None, "circle", items=colours),
            None,
            MenuItem(t("删除…"), lambda: self._remove(name, count), "trash-2", danger=True),
        ]

    def _rename(self, name: str) -> None:
        new = self.desk.dialogs.ask_text(t("标签改名"), t("标签"), name)
        if new and new != name:
            self.write(lambda _job: self._service.rename(name, new), title=t("正在保存"))

    def _colour(self, name: str, tone: str) -> None:
        self.write(lambda _job: self._service.set_tone(name, tone), title=t("正在保存"))

    def _remove(self, name: str, count: int) -> None:
        text = t("会从 {n} 条档案上取下，可以撤销。", n=f"{count:,}")
        if self.desk.dialogs.confirm(t("删除标签“{name}”？", name=name), t("删除"), text=text, danger=True):
            service = self._service
            self.desk.operate(
                lambda job: service.remove(name, job), title=t("正在删除标签"), owner=self,
                on_done=lambda _result: self.refresh(), told=t("已删除标签“{name}”", name=name),
            )  # fmt: skip
