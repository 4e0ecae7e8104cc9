"""What can be done on the page: commands, menus, dialogs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication

from app.core.access import Action
from app.core.i18n import t
from app.core.records import Record
from app.views.records.cells import shown
from app.views.records.follow_dialog import FollowDialog
from app.views.records.record_actions import RecordActions
from app.views.records.record_dialog import RecordDialog
from app.views.shell.page import Command
from app.views.shell.words import edit_text, new_text
from app.views.theme import fonts
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.table.tsv import tsv

#: more records than this are not laid side by side
_MERGED = 200

if TYPE_CHECKING:
    from app.views.records.record_actions import Handles
    from app.views.records.record_page import RecordPage


class PageActions(QObject):
    """Bound to one page; many records go through `many`."""

    def __init__(self, page: RecordPage) -> None:
        super().__init__(page)
        self._page, self._desk = page, page.desk
        self._key = page.entity
        self.many = RecordActions(page.desk, page.entity, page)

    def connect_pane(self) -> None:
        """The buttons of the pane."""
        pane = self._page.pane
        pane.follow_wanted.connect(self.follow)
        pane.edit_wanted.connect(self.edit_record)
        pane.tags_wanted.connect(lambda record: self.many.ask_tags([record.handle]))
        pane.contact_wanted.connect(self._on_contact)
        pane.done_wanted.connect(self._finish_task)
        pane.menu_wanted.connect(lambda place: self._popup(self.menu_items(), place))
        pane.fold_wanted.connect(self._page.toggle_pane)
        pane.told.connect(lambda text: self._desk.toasts.show_toast(text, "success", milliseconds=2500))

    def _may(self, action: Action, entity: str = "") -> bool:
        workspace = self._desk.workspace
        return not workspace.archive.read_only and workspace.actor.may(entity or self._key, action)

    # ---- which records ------------------------------------------------------------------------------------------

    def current(self) -> int | None:
        """Handle of the current row."""
        return self._page.rows.current()

    def chosen(self) -> Handles:
        """The ticked records; the current one if none is ticked."""
        selection = self._page.rows.model.selection
        if selection.count():
            return selection.selected_handles()
        handle = self.current()
        return [] if handle is None else [handle]

    def _with_record(self, handle: int | None, then: Callable[[Record], object]) -> None:
        """Read the record as it is now, and go on with it."""
        if handle is None:
            self._desk.toasts.show_toast(t("先在表格里点一行"), "info")
            return
        service = self._page.service

        def done(record: Record | None) -> None:
            if record is None:
                self._desk.toasts.show_toast(t("这条记录已经不在了"), "warning")
            else:
                then(record)

        self._desk.read(lambda _job: service.page([handle]).get(handle), done, owner=self)

    def select(self, record: uuid.UUID) -> None:
        """Show a record: in the list as it is, or in the list of everything."""
        page = self._page
        if not page.is_ready() or page.rows.model.is_loading():
            page.select_when_loaded(record)
            return
        service = page.service

        def done(handle: int | None) -> None:
            if handle is None:
                self._desk.toasts.show_toast(t("找不到这条记录，可能已被删除"), "warning")
                return
            if not page.pane.isVisible():
                page.toggle_pane()
            if not page.rows.table.go_to(handle):
                page.show_view("all")
                if page.listing.filtered():
                    page.clear_filters()
                page.rows.select(handle)
                page.pane.show_handle(handle)

        self._desk.read(lambda _job: service.handle_of(record), done, owner=self)

    # ---- dialogs ------------------------------------------------------------------------------------------------

    def new_record(self, entity: str = "") -> RecordDialog | None:
        """The form for a new record."""
        key = entity or self._key
        if not self._may(Action.CREATE, key):
            self._desk.toasts.show_toast(t("您的角色不能新建"), "warning")
            return None
        return self._open(RecordDialog(self._desk, key, self._page, tags=self._page.rows.tones), key)

    def edit(self) -> None:
        """Change the current record."""
        self._with_record(self.current(), self.edit_record)

    def edit_record(self, record: Record, field: str = "", entity: str = "") -> RecordDialog:
        """The form of this record, beginning with a field."""
        key = entity or record.entity
        tones = self._page.rows.tones
        return self._open(RecordDialog(self._desk, key, self._page, record, tags=tones, focus=field), key)

    def _open(self, dialog: RecordDialog, entity: str) -> RecordDialog:
        if entity == self._key:
            dialog.open_wanted.connect(lambda record: self.select(record.id))
            dialog.saved.connect(lambda record: self._page.rows.select(record.handle))
        else:
            dialog.open_wanted.connect(self.edit_record)
        dialog.open()
        return dialog

    def _on_contact(self, customer: Record, contact: Record | None) -> None:
        if contact is not None:
            self.edit_record(contact)
            return
        tie = (customer.id, str(customer.get("name") or ""))
        self._open(RecordDialog(self._desk, "contacts", self._page, customer=tie), "contacts")

    def open_contact(self, contact: uuid.UUID) -> None:
        """The form of a contact, from wherever."""
        service = self._desk.workspace.contacts
        self._desk.read(lambda _job: service.get(contact), self._edit, owner=self)

    def follow(self, record: Record | None = None) -> None:
        """记跟进 for this customer, or the current one."""
        if not self._may(Action.CREATE, "activities"):
            self._desk.toasts.show_toast(t("您的角色不能记跟进"), "warning")
        elif record is not None:
            FollowDialog(self._desk, record, self._page).open()
        else:
            self._with_record(self.current(), self.follow)

    def _finish_task(self, task: uuid.UUID) -> None:
        activities = self._desk.workspace.activities
        self._desk.operate(
            lambda _job: activities.update(task, {"done": True}), title=t("正在保存"), owner=self,
            told=t("任务已完成"),
        )  # fmt: skip

    def load_samples(self) -> None:
        """Fill the empty archive with the sample office, as one operation that can be undone."""
        samples = self._desk.workspace.samples
        self._desk.operate(
            lambda job: samples.fill(job=job), title=t("正在生成示例数据"), owner=self,
            told=lambda made: t("已载入 {n} 位示例客户", n=f"{made.counts['customers']:,}"),
        )  # fmt: skip

    # ---- verbs --------------------------------------------------------------------------------------------------

    def on_bulk(self, key: str) -> None:
        """A button of the bulk bar."""
        handles = self.chosen()
        if key == "owner":
            self.many.ask_assign(handles, self._page.bulk.button("owner"))
            return
        run: dict[str, Callable[[], object]] = {
            "tags": lambda: self.many.ask_tags(handles),
            "field": lambda: self.many.ask_field(handles),
            "export": lambda: self.export(handles),
            "delete": self.delete,
        }
        run[key]()

    def delete(self) -> None:
        """The ticked records, or the current one."""
        if not self._may(Action.DELETE):
            self._desk.toasts.show_toast(t("您的角色不能删除"), "warning")
            return
        self.many.delete(self.chosen(), self._page.rows.model.selection.clear)

    def merge(self) -> None:
        """Lay the ticked records side by side to be merged."""
        handles, service = self.chosen(), self._page.service
        if len(handles) < 2:
            self._desk.toasts.show_toast(t("至少勾选两条才能合并"), "info")
            return
        if len(handles) > _MERGED:
            self._desk.toasts.show_toast(t("一次最多合并 {n} 条，请少勾选一些", n=_MERGED), "info")
            return

        def done(records: dict[int, Record]) -> None:
            ids = [records[h].id for h in handles if h in records]
            self._desk.page_wanted.emit("cleaning", ("duplicates", (self._key, tuple(ids))))

        self._desk.read(lambda _job: service.page(handles, [service.entity.title]), done, owner=self)

    def export(self, handles: Handles | None = None) -> None:
        """The whole list, or these records of it."""
        listing = self._page.listing
        payload = {
            "entity": self._key, "condition": listing.condition(), "handles": handles, "sorts": listing.sorts,
            "columns": [key for key, _width in self._page.rows.columns() or listing.columns],
        }  # fmt: skip
        self._desk.page_wanted.emit("export", payload)

    def _copy_fields(self, *keys: str) -> None:
        users, entity = self._desk.users(), self._page.service.entity

        def copy(record: Record) -> None:
            texts = [shown(entity.field(key), record, users) for key in keys]
            if not any(texts):
                self._desk.toasts.show_toast(t("没有可复制的内容"), "info")
                return
            QGuiApplication.clipboard().setText(tsv([texts]))
            self._desk.toasts.show_toast(
                t("已复制：{text}", text=fonts.join_facts(*texts[:3])), "success", milliseconds=2500
            )

        self._with_record(self.current(), copy)

    def _show_history(self) -> None:
        pane = self._page.pane
        if not pane.isVisible():
            self._page.toggle_pane()
        pane.show_tab("events")

    # ---- menus and commands -------------------------------------------------------------------------------------

    def open_menu(self, _handle: int, place: QPoint) -> None:
        """The menu of a row."""
        self._popup(self.menu_items(), place)

    def _popup(self, items: list[MenuItem | None], place: QPoint) -> None:
        build_menu(self._page, items).popup(place)

    def menu_items(self) -> list[MenuItem | None]:
        """The menu of the current row; the ticked ones where several are meant."""
        page, chosen_rows = self._page, self.chosen()
        n = len(chosen_rows)
        many = f"（{n:,}）" if n > 1 else ""
        copy = (
            MenuItem(t("姓名或名称"), lambda: self._copy_fields(page.service.entity.title)),
            MenuItem(t("电话"), lambda: self._copy_fields("phones")),
            MenuItem(t("整行"), lambda: self._copy_fields(*(key for key, _width in page.listing.columns))),
        )
        items: list[MenuItem | None] = [MenuItem(t("打开"), self._open_current, "panel-right", "Return")]
        if self._may(Action.EDIT):
            items.append(MenuItem(edit_text(self._key), self.edit, "pencil", "Ctrl+E"))
        if self._key == "customers" and self._may(Action.CREATE, "activities"):
            items.append(MenuItem(t("记跟进"), self.follow, "message-square", "Ctrl+J"))
        items.append(MenuItem(t("复制"), icon="copy", items=copy))
        if self._may(Action.EDIT):
            items.append(None)
            if page.service.entity.find("tags") is not None:
                items.append(MenuItem(t("打标签…") + many, lambda: self.many.ask_tags(chosen_rows), "tag"))
            if self._may(Action.ASSIGN):
                people = [
                    MenuItem(name, lambda user=user: self.many.assign(chosen_rows, user))  # type: ignore[misc]
                    for user, name in list(self._desk.users().items())[:30]
                ]
                items.append(MenuItem(t("改负责人") + many, icon="user-check", items=people))
            if n > 1 and page.service.entity.find("merged_into") is not None and self._may(Action.DELETE):
                items.append(MenuItem(t("合并…") + many, self.merge, "combine"))
        if self._desk.workspace.actor.may(self._key, Action.EXPORT):
            items.append(MenuItem(t("导出所选…") + many, lambda: self.export(chosen_rows), "download"))
        items += [None, MenuItem(t("查看历史"), self._show_history, "history")]
        if self._may(Action.DELETE):
            items.append(MenuItem(t("删除") + many, self.delete, "trash-2", "Del", danger=True))
        return items

    def _open_current(self) -> None:
        handle = self.current()
        if handle is not None:
            self._page.rows.table.opened.emit(handle)

    def commands(self) -> list[Command]:
        """For the palette and the keys of the window."""
        page, found = self._page, []
        if self._may(Action.CREATE):
            found.append(Command("new", new_text(self._key), "plus", self._new, "Ctrl+N"))
        if self._may(Action.EDIT):
            found.append(Command("edit", edit_text(self._key), "pencil", self.edit, "Ctrl+E"))
        if self._key == "customers" and self._may(Action.CREATE, "activities"):
            found.append(Command("follow", t("记跟进"), "message-square", self.follow, "Ctrl+J"))
        found += [
            Command("find", t("快速筛选"), "search", self._find, "Ctrl+F"),
            Command("filter", t("添加筛选条件"), "list-filter", self._filter, "Ctrl+Shift+F"),
            Command("columns", t("选择列"), "columns-3", self._columns),
            Command("save-view", t("把现在的筛选保存为视图"), "bookmark", page.strip.ask_save, "Ctrl+Shift+S"),
            Command("pane", t("收起或展开详情"), "panel-right", page.toggle_pane, "Ctrl+\\"),
        ]
        if self._desk.workspace.actor.may(self._key, Action.EXPORT):
            found.append(Command("export", t("导出这个列表…"), "download", self.export, "Ctrl+Shift+E"))
        if self._key != "customers" and self._may(Action.IMPORT):
            text = t("从文件导入{entity}…", entity=page.service.entity.label)
            found.append(Command("import-here", text, "upload", self._import))
        if self._may(Action.DELETE):
            found.append(Command("delete", t("删除选中的记录"), "trash-2", self.delete))
        return found

    def _import(self) -> None:
        self._desk.page_wanted.emit("import", {"entity": self._key})

    def _find(self) -> None:
        search = self._page.bar.search
        search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        search.selectAll()

    def _new(self) -> None:
        self.new_record()

    def _edit(self, record: Record) -> None:
        self.edit_record(record)

    def _filter(self) -> None:
        self._page.bar.open_editor()

    def _columns(self) -> None:
        self._page.open_columns()
