"""What the window itself can do: for its menus, keys and the command palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import OperationInfo
from app.views.shell import pages
from app.views.shell.page import Command, NewRecord
from app.views.shell.shortcuts_dialog import Group, ShortcutsDialog
from app.views.theme import theme
from app.views.widgets.menus import MenuItem

if TYPE_CHECKING:
    from app.views.shell.main_window import MainWindow
from app.views.shell.words import new_text

#: from this many changes on, Ctrl+Z asks first
_ASK_FROM = 20


class ShellCommands:
    """Bound to one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._desk = window.desk

    def all(self) -> list[Command]:
        """In the order of the palette."""
        window = self._window
        found = [
            Command(
                f"go:{entry.key}", t("转到 {page}", page=entry.title), entry.icon, self._going(entry.key),
                f"Ctrl+{n}" if n <= 9 else "",
            )
            for n, entry in enumerate(window.entries(), 1)
        ]  # fmt: skip
        found += self._making()
        if self._writable():
            found.append(Command("undo", t("撤销上一个操作"), "undo-2", self.undo_last, "Ctrl+Z"))
            found.append(Command("backup", t("立即备份"), "save", self.back_up))
        found += [
            Command("theme", t("切换深色或浅色"), "moon", self.switch_theme),
            Command("shortcuts", t("查看快捷键"), "keyboard", self.show_shortcuts, "Ctrl+/"),
            Command("lock", t("锁定"), "lock", window.lock, "Ctrl+L"),
            Command("quit", t("关闭程序"), "log-out", self._quit, "Ctrl+Q"),
        ]
        return found

    def _quit(self) -> None:
        self._window.close()

    def _writable(self) -> bool:
        return not self._desk.workspace.archive.read_only

    def _making(self) -> list[Command]:
        actor = self._desk.workspace.actor
        known = {entry.key for entry in self._window.entries()}
        found = []
        for kind in sorted(BUILT_IN, key=lambda e: (not e.shortcut, e.sidebar or 99)):
            page = kind.made_on or kind.key
            if not (kind.sidebar or kind.made_on) or page not in known or not self._writable():
                continue
            if actor.may(kind.key, Action.CREATE):
                new = self._new(kind.key, page)
                found.append(Command(f"new:{kind.key}", new_text(kind.key), kind.icon, new, kind.shortcut))
        if self._writable() and pages.can_import() and actor.may("customers", Action.IMPORT):
            found.append(Command("import", t("导入 Excel / CSV…"), "upload", self._window.open_import, "Ctrl+I"))
        return found

    def new_items(self) -> list[MenuItem]:
        """The menu of 新建."""
        return [MenuItem(c.title, c.run, c.icon, c.shortcut) for c in self._making()]

    def _going(self, key: str) -> Callable[[], None]:
        return lambda: self._window.show_page(key)

    def _new(self, entity: str, page: str) -> Callable[[], None]:
        return lambda: self._window.show_page(page, NewRecord(entity))

    # ---- doing --------------------------------------------------------------------------------------------------

    def switch_theme(self) -> None:
        """Light to dark and back; remembered."""
        mode = "light" if theme.current().name == "dark" else "dark"
        self._desk.settings.change(theme=mode)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, mode)  # type: ignore[arg-type]

    def undo_last(self) -> None:
        """Take the newest operation of this person back; a big one is asked about, each is named in the message."""
        workspace = self._desk.workspace
        self._desk.read(lambda _job: workspace.history.last_undoable(), self._undo, owner=self._window)

    def _undo(self, operation: OperationInfo | None) -> None:
        if operation is None:
            self._desk.toasts.show_toast(t("没有可以撤销的操作"), "info")
            return
        count = sum(operation.counts.values())
        if count >= _ASK_FROM and not self._desk.dialogs.confirm(
            t("撤销这个操作？"),
            t("撤销"),
            text=t("{what}，共 {n} 条。之后又改过的记录会保留。", what=operation.summary, n=count),
        ):
            return
        workspace, target, what = self._desk.workspace, operation.id, operation.summary

        self._desk.withdraw_offer(target)

        def told(result: object) -> str:
            kept = len(getattr(result, "kept", ()))
            if kept:
                return t("已撤销：{what}；{n} 条之后又改过，保持不变", what=what, n=kept)
            return t("已撤销：{what}", what=what)

        self._desk.operate(
            lambda job: workspace.history.undo(target, job), title=t("正在撤销"), owner=self._window, told=told
        )

    def back_up(self) -> None:
        """A backup into the backup folder, now."""
        workspace = self._desk.workspace

        def work(job: Job) -> str:
            return workspace.vault.automatic("manual", job).name

        def done(name: str) -> None:
            self._desk.toasts.show_toast(t("已备份：{name}", name=name))
            self._window.keeper.show_facts()

        self._desk.runner.start(work, on_done=done, owner=self._window, title=t("正在备份"), pool="write")

    def show_shortcuts(self) -> None:
        """Ctrl+/ and F1."""
        dialog = ShortcutsDialog(self.shortcut_groups(), self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def shortcut_groups(self) -> list[Group]:
        """What the list of shortcuts shows."""
        own = [(c.title, c.shortcut) for c in self.all() if c.shortcut]
        page = self._window.current_page()
        of_page = [(c.title, c.shortcut) for c in page.commands() if c.shortcut] if page is not None else []
        everywhere = [
            (t("搜索客户，或输入命令"), "Ctrl+K"),
            (t("关闭菜单、对话框、提示"), "Esc"),
            (t("帮助"), "F1"),
        ]
        table = [
            (t("上下移动"), "↑+↓"),
            (t("打开"), "Enter"),
            (t("改这个格子"), "F2"),
            (t("勾选这一行"), "Space"),
            (t("全部勾选"), "Ctrl+A"),
            (t("复制选中的格子"), "Ctrl+C"),
        ]
        title = page.title if page is not None else ""
        return [(t("到处可用"), everywhere), (t("窗口"), own), (title, of_page), (t("表格"), table)]
