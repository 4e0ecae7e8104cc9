"""The strip of tabs with its menus: save, rename, update, share, order, delete."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.core.i18n import t
from app.views.records.listing import ALL, TEMPORARY, Listing
from app.views.records.view_book import ViewBook
from app.views.shell.desk import Desk
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.tabs import ViewTabs


class ViewStrip(QWidget):
    """Works on a `ViewBook`; the page tells it what is shown now.

    Signals:
        chosen(str): another tab is wanted.
    """

    chosen = Signal(str)

    def __init__(self, desk: Desk, book: ViewBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._book = desk, book
        self._shown = Listing()
        self.tabs = ViewTabs(t("视图"), t("把现在的筛选保存为视图"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 0)
        row.addWidget(self.tabs)
        self.tabs.activated.connect(self.chosen)
        self.tabs.add_requested.connect(self.ask_save)
        self.tabs.context_requested.connect(self._on_menu)
        book.changed.connect(self._on_changed)
        book.counted.connect(self._on_counted)
        self._on_changed()

    def current(self) -> str:
        """Key of the tab in front."""
        return self.tabs.current()

    def show_tab(self, key: str) -> str:
        """Bring a tab to the front, without a signal; the first one where there is no such. Returns its key."""
        keys = [tab.key for tab in self._book.tabs()]
        found = key if key in keys else ALL
        self.tabs.set_current(found)
        return found

    def set_shown(self, listing: Listing) -> None:
        """What the table shows now: what + and 更新 save."""
        self._shown = listing

    def _on_changed(self) -> None:
        before = self.tabs.current()
        keys = [tab.key for tab in self._book.tabs()]
        self.tabs.set_tabs(self._book.tabs(), before if before in keys else ALL)
        if before and before not in keys:
            self.chosen.emit(ALL)

    def _on_counted(self, key: str, number: int) -> None:
        if any(tab.key == key for tab in self._book.tabs()):
            self.tabs.set_count(key, number)

    # ---- menus --------------------------------------------------------------------------------------------------

    def ask_save(self) -> None:
        """Ask for a name and save what is shown."""
        if self._desk.workspace.archive.read_only:
            self._desk.toasts.show_toast(t("档案是只读打开的，不能保存视图"), "info")
            return
        name = self._desk.dialogs.ask_text(t("保存视图"), t("视图名称"))
        if name:
            self._book.save(name, self._shown, self._on_saved)

    def _on_saved(self, key: str) -> None:
        self.tabs.set_current(key)
        self._desk.toasts.show_toast(t("视图已保存"))
        self.chosen.emit(key)

    def menu_items(self, key: str) -> list[MenuItem | None]:
        """The menu of a tab."""
        save = MenuItem(t("另存为视图…"), self.ask_save, "bookmark")
        if key == TEMPORARY:
            return [save, None, MenuItem(t("关闭"), self._book.close_temporary, "x")]
        view = self._book.view(key)
        if view is None:
            return [save]
        may = self._book.may_change(key)
        keys = [str(one.id) for one in self._book.views()]
        items: list[MenuItem | None] = [
            MenuItem(
                t("用现在的筛选更新"), lambda: self._update(key), "refresh-cw", enabled=may and key == self.current()
            ),
            MenuItem(t("重命名…"), lambda: self._rename(key), "pencil", enabled=may),
            save,
            None,
            MenuItem(t("向左移"), lambda: self._book.move(key, -1), "arrow-left", enabled=key != keys[0]),
            MenuItem(t("向右移"), lambda: self._book.move(key, 1), "arrow-right", enabled=key != keys[-1]),
        ]
        if self._desk.workspace.actor.is_admin:
            text = t("不再共享") if view.shared else t("共享给所有人")
            items += [None, MenuItem(text, lambda: self._share(key), "users", enabled=may)]
        items += [None, MenuItem(t("删除视图"), lambda: self._delete(key), "trash-2", enabled=may, danger=True)]
        return items

    def _on_menu(self, key: str, place: QPoint) -> None:
        build_menu(self, self.menu_items(key)).popup(place)

    def _update(self, key: str) -> None:
        view = self._book.view(key)
        if view is not None:
            self._book.save(view.name, self._shown, self._on_saved, view=view, shared=view.shared)

    def _rename(self, key: str) -> None:
        view = self._book.view(key)
        name = self._desk.dialogs.ask_text(t("重命名视图"), t("视图名称"), view.name) if view else None
        if name:
            self._book.rename(key, name)

    def _share(self, key: str) -> None:
        view = self._book.view(key)
        if view is not None:
            self._book.save(view.name, self._book.saved(key), self._on_saved, view=view, shared=not view.shared)

    def _delete(self, key: str) -> None:
        view = self._book.view(key)
        question = t("删除视图“{name}”？", name=view.name if view else "")
        if self._desk.dialogs.confirm(question, t("删除"), text=t("只删除这个视图，客户不受影响。"), danger=True):
            self._book.delete(key, lambda: self.chosen.emit(self.tabs.current() or ALL))
