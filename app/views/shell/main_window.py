"""The window around the pages. It knows them only by the table in `pages`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QPoint, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.access import Action
from app.core.fields import Registry
from app.core.i18n import t
from app.errors import AppError
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import BaseRunner
from app.views.operations.task import Task
from app.views.shell import pages
from app.views.shell.closing import Closing, Cover
from app.views.shell.commands import ShellCommands
from app.views.shell.desk import Desk
from app.views.shell.finder import Finder
from app.views.shell.head_bar import HeadBar
from app.views.shell.idle import IdleWatch
from app.views.shell.importing import dropped_file
from app.views.shell.keeper import Keeper
from app.views.shell.page import Command, OpenRecord, Page
from app.views.shell.reminders import Reminders
from app.views.shell.screen_lock import ScreenLock
from app.views.shell.shortcuts import Shortcuts
from app.views.shell.sidebar import Favourite, Sidebar
from app.views.shell.status_bar import HEIGHT as FOOT
from app.views.shell.status_bar import StatusBar
from app.views.shell.unfinished import Unfinished
from app.views.widgets.dialogs import Dialogs, WindowDialogs
from app.views.widgets.labels import Rule
from app.views.widgets.menus import build_menu
from app.views.widgets.message_dialog import Choice
from app.views.widgets.palette import CommandPalette
from app.views.widgets.toast import ToastStack


class MainWindow(QWidget):
    """One open archive. Show it with `begin()`.

    Signals:
        closed(): the archive is closed and so is the window.
        locked(Path, str): the archive is closed; the process is to be replaced for this user.
        rebuild_wanted(): the language changed; a fresh window over the same archive is wanted.
    """

    closed = Signal()
    locked = Signal(object, str)
    rebuild_wanted = Signal()

    def __init__(
        self,
        workspace: Workspace,
        username: str,
        runner: BaseRunner,
        settings: SettingsStore,
        dialogs: Dialogs | None = None,
    ) -> None:
        super().__init__()
        self._workspace, self._username, self._runner = workspace, username, runner
        self._settings = settings
        self._closing: Closing | None = None
        self._may_close = False
        self._pages: dict[str, Page] = {}
        #: the registry each page was made of
        self._made_of: dict[str, Registry] = {}
        self._entries = pages.entries()
        try:
            self._furnish(dialogs)
        except BaseException:
            self.deleteLater()  # half a window must not go on listening
            raise

    def _furnish(self, dialogs: Dialogs | None) -> None:
        workspace, runner, settings = self._workspace, self._runner, self._settings
        self.setWindowTitle(t("{archive} – 客档通", archive=workspace.archive.path.stem))
        self.setProperty("ground", "surface")
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(True)
        self.toasts = ToastStack(self, bottom=FOOT + 14)
        self.desk = Desk(workspace, runner, dialogs or WindowDialogs(self), self.toasts, settings, self)
        self._build()
        self.commands = ShellCommands(self)
        self.palette_view = CommandPalette(self, t("搜索客户、联系人，或输入命令…"))
        self.finder = Finder(self.palette_view, self.desk, self.all_commands, self.open_record)
        self.keeper = Keeper(self.desk, self.foot, self)
        self.reminders = Reminders(self.desk, self)
        self.unfinished = Unfinished(self.desk, self)
        self.idle = IdleWatch(self)
        self.screen_lock = ScreenLock(self)
        self.keys = Shortcuts(self)
        self._connect()
        self._restore_geometry()

    def _build(self) -> None:
        workspace = self._workspace
        self.sidebar = Sidebar(workspace.archive.path.stem, workspace.actor.name, self._entries)
        self.head = HeadBar(self._runner)
        self.stack = QStackedWidget()
        self.foot = StatusBar(read_only=workspace.archive.read_only)
        right = QVBoxLayout()
        right.setSpacing(0)
        for widget in (self.head, Rule(), self.stack):
            right.addWidget(widget)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.sidebar)
        middle.addWidget(Rule(vertical=True))
        middle.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.favourite_chosen.connect(lambda one: self.show_page(one.page, one.payload))
        self.sidebar.lock_chosen.connect(self.lock)
        self.head.search_wanted.connect(self.palette_view.open)
        self.head.theme_wanted.connect(self.commands.switch_theme)
        self.head.new_wanted.connect(self._open_new_menu)
        self.head.new_button.setVisible(bool(self.commands.new_items()))
        self.desk.page_wanted.connect(self._on_wanted)
        self.desk.lock_wanted.connect(self.lock)
        self.desk.restart_wanted.connect(self._on_restart_wanted)
        self.idle.idle.connect(self.lock)
        self.screen_lock.locked.connect(self._on_screen_locked)
        self._runner.failed.connect(self._on_failed)
        self.keys.add("Ctrl+K", self.palette_view.open)
        self.keys.add("F1", self.commands.show_shortcuts)
        self.keys.add_commands(self.commands.all())

    def begin(self) -> None:
        """Show the window with the page that was in front last, and start what runs by itself."""
        self.show()
        self.activateWindow()
        known = [entry.key for entry in self._entries]
        last = self._settings.current.pages.get("last")
        if known:
            self.show_page(last if last in known and last != "settings" else known[0])
        self.stack.setFocus()  # not the side bar: the first key belongs to the page
        self.idle.set_minutes(self._settings.current.lock_minutes)
        self.keeper.start()
        self.reminders.start()
        self.unfinished.check()

    # ---- pages --------------------------------------------------------------------------------------------------

    def entries(self) -> list[pages.PageEntry]:
        """The pages of this build in the order of their keys Ctrl+1 …"""
        return list(self._entries)

    def _on_wanted(self, key: str, payload: object) -> None:
        """A page of the stack, or one of the dialogs pages ask for by name; what is not permitted is told."""
        try:
            self._open_wanted(key, payload)
        except AppError as error:
            self.desk.dialogs.show_error(error)

    def _open_wanted(self, key: str, payload: object) -> None:
        if key == "import":
            wish = dict(payload) if isinstance(payload, dict) else {}
            path = wish.get("path")
            cooked = {key: wish[key] for key in ("recipe", "options") if wish.get(key) is not None}
            self.open_import(Path(path) if path else None, str(wish.get("entity", "customers")), **cooked)
        elif key == "export":
            self.open_export(payload)
        else:
            self.show_page(key, payload)

    def _page(self, key: str, entry: pages.PageEntry) -> Page:
        """The page, made when first wanted, and anew when fields or pick-lists have changed since."""
        page, registry = self._pages.get(key), self._workspace.context.registry
        if (
            page is not None
            and page.renewable
            and self._made_of[key] is not registry
            and page is not self.current_page()
        ):
            self.stack.removeWidget(page)
            page.deleteLater()
            page = None
        if page is None:
            page = self._pages[key] = entry.make(self.desk)
            self._made_of[key] = registry
            self.stack.addWidget(page)
        return page

    def show_page(self, key: str, payload: object = None) -> None:
        """Bring a page to the front, made when first wanted. A page that is not in this build: nothing happens."""
        entry = next((entry for entry in self._entries if entry.key == key), None)
        if entry is None or self._closing is not None:
            return
        page = self._page(key, entry)
        self.stack.setCurrentWidget(page)
        self.sidebar.set_current(key)
        self.head.show_page(entry.title, page.head_widgets())
        self.keys.show_page(page)
        self._settings.change(pages={**self._settings.current.pages, "last": key})
        page.activate(payload)

    def current_page(self) -> Page | None:
        """The page in front."""
        page = self.stack.currentWidget()
        return page if isinstance(page, Page) else None

    def all_commands(self) -> list[Command]:
        """For the palette: those of the page in front, then the window's."""
        page = self.current_page()
        own = self.commands.all()
        of_page = page.commands() if page is not None else []
        taken = {command.shortcut for command in of_page if command.shortcut}
        return [*of_page, *(command for command in own if command.shortcut not in taken)]

    def open_record(self, record: OpenRecord) -> None:
        """Show a record on the page of its kind, or where new ones of it are made: a contact with its customer."""
        kind = self._workspace.context.registry.find(record.entity)
        page = kind.made_on or kind.key if kind is not None else ""
        self.show_page(page if any(entry.key == page for entry in self._entries) else "customers", record)

    def set_favourites(self, favourites: Sequence[Favourite]) -> None:
        """The saved views in the side bar."""
        self.sidebar.set_favourites(favourites)

    def _open_new_menu(self) -> None:
        menu = build_menu(self, self.commands.new_items())
        button = self.head.new_button
        corner = button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height() + 4))
        menu.popup(corner)

    def open_export(self, payload: object) -> None:
        """The export dialog for what a page shows."""
        entity = str(payload.get("entity", "customers")) if isinstance(payload, dict) else "customers"
        self._workspace.actor.require(entity, Action.EXPORT)
        dialog = pages.make_export_dialog(self.desk, payload, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def open_import(self, path: Path | None = None, entity: str = "customers", **cooked: Any) -> None:
        """The import wizard, for a dropped file too; `cooked`: a cleaning recipe, and how the file is read."""
        if not pages.can_import() or self._closing is not None:
            return
        self._workspace.actor.require(entity, Action.IMPORT)
        dialog = pages.make_import_dialog(self.desk, entity, path, **cooked)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if pages.can_import() and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_import(path, self._dropped_on())

    def _dropped_on(self) -> str:
        """The kind of records of a file that is dropped on the page in front; customers where it shows none."""
        page = self.current_page()
        known = self._workspace.context.registry.find(page.key) if page is not None else None
        return known.key if known is not None and known.imported else "customers"

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            super().closeEvent(event)
            return
        event.ignore()
        if self._closing is None:
            self._close_asking()

    # ---- leaving ------------------------------------------------------------------------------------------------

    def _may_lose(self) -> bool:
        """Whether what pages have not kept may go; asks when there is something."""
        unsaved = [text for page in self._pages.values() if (text := page.unsaved())]
        return not unsaved or self.desk.dialogs.confirm(
            t("关闭后会丢失还没有保存的内容"), t("放弃并关闭"), text="\n".join(unsaved), danger=True
        )

    def _close_asking(self) -> None:
        if not self._may_lose():
            return
        wait = False
        running = [task.title for task in self._runner.tasks()]
        if running:
            answer = self.desk.dialogs.ask(
                t("还有任务没有完成"),
                (
                    Choice("stay", t("返回")),
                    Choice("cancel", t("取消任务并关闭")),
                    Choice("wait", t("完成后关闭"), "primary"),
                ),
                text=t("取消的任务会完整回退，不会留下一半的数据。"), details="\n".join(running), default="wait",
            )  # fmt: skip
            if answer not in ("cancel", "wait"):
                return
            wait = answer == "wait"
        self._leave(t("正在保存…"), wait_for_tasks=wait).finished.connect(self._on_left)

    def lock(self) -> None:
        """Hide everything at once, close the archive when nothing writes any more, then `locked`."""
        if self._closing is None:
            self._leave(t("正在锁定…"), wait_for_tasks=True).finished.connect(self._on_locked)

    def _leave(self, text: str, *, wait_for_tasks: bool) -> Closing:
        self._go_quiet()
        self.palette_view.dismiss()
        for toast in self.toasts.toasts():
            toast.dismiss()
        closing = self._closing = Closing(self._runner, self._workspace.close, Cover(self, text))
        for widget in self.findChildren(QWidget):
            if widget.isWindow() and widget.isVisible():
                widget.reject() if isinstance(widget, QDialog) else widget.hide()
        self.sidebar.setEnabled(False)
        self.head.setEnabled(False)
        closing.start(wait_for_tasks=wait_for_tasks)
        return closing

    def _on_left(self, _problem: object) -> None:
        self._may_close = True
        self.close()
        self.closed.emit()

    def _on_locked(self, _problem: object) -> None:
        self._may_close = True
        self.locked.emit(self._workspace.archive.path, self._username)

    def let_go(self) -> Workspace:
        """Close the window without closing the archive (a fresh window takes over)."""
        self._go_quiet()
        self._may_close = True
        self.close()
        return self._workspace

    def _go_quiet(self) -> None:
        self._keep_geometry()
        for watcher in (self.idle, self.keeper, self.reminders, self.screen_lock):
            watcher.stop()

    def _on_screen_locked(self) -> None:
        if self._settings.current.lock_on_screen_lock:
            self.lock()

    def _on_restart_wanted(self) -> None:
        if self._runner.busy("write"):
            self.toasts.show_toast(t("任务完成以后，重新打开程序就会换成新的语言。"), "info")
        elif self._may_lose():
            self.rebuild_wanted.emit()
        else:
            self.toasts.show_toast(t("重新打开程序就会换成新的语言。"), "info")

    def _on_failed(self, _task: Task, error: Exception) -> None:
        if self._closing is None:
            self.desk.dialogs.show_error(error)

    def _keep_geometry(self) -> None:
        kept = self.saveGeometry().toBase64().toStdString()
        self._settings.change(window={"geometry": kept})

    def _restore_geometry(self) -> None:
        kept = self._settings.current.window.get("geometry")
        if not (isinstance(kept, str) and self.restoreGeometry(QByteArray.fromBase64(kept.encode()))):
            room = self.screen().availableGeometry()
            self.resize(min(1440, room.width()), min(900, room.height()))
