"""The scenes behind `tests.gui.shots`, drawn in a process of one scale."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from app.core.fields import FieldType
from app.core.i18n import set_language
from app.door import ArchiveDoor
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.history.page import HistoryPage
from app.views.history.record_history import RecordHistory
from app.views.operations.runner import Runner
from app.views.settings.backups_section import BackupsSection
from app.views.settings.choices_section import ChoicesSection
from app.views.settings.fields_section import FieldsSection
from app.views.settings.page import SettingsPage
from app.views.settings.people import PeopleSection
from app.views.shell.main_window import MainWindow
from app.views.shell.sidebar import Favourite
from app.views.theme import theme
from app.views.vault.opening import Opened
from app.views.vault.start_window import StartWindow
from app.views.widgets.fields import ChoiceField
from tests.gui.archives import PASSWORD, USER, make_archive, opened


def settle(milliseconds: int = 350) -> None:
    """Let workers, timers and layouts run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Scenes:
    """Names and builders; each yields the widget to draw."""

    def __init__(self, folder: Path, workspace: Workspace, runner: Runner) -> None:
        self.folder, self.workspace, self.runner = folder, workspace, runner
        self.settings = SettingsStore(folder / "settings.json")

    def all(self) -> dict[str, Callable[[], Iterator[QWidget]]]:
        """In drawing order."""
        names = [name for name in dir(self) if name.startswith(("start_", "main_", "history_", "settings_"))]
        return {name: getattr(self, name) for name in names}

    # ---- start window -------------------------------------------------------------------------------------------

    def _start(self, *, recent: bool = True) -> StartWindow:
        settings = SettingsStore(self.folder / f"start-{recent}.json")
        if recent:
            here = self.workspace.archive.path
            settings.change(
                recent=(
                    str(here),
                    str(self.folder / "2025年旧档案.kedang"),
                    str(self.folder / ("长" * 40) / "b.kedang"),
                ),
                last_user={str(here): USER},
            )
        window = StartWindow(ArchiveDoor(), self.runner, settings)
        window.resize(940, 720)
        return window

    def start_1_welcome(self) -> Iterator[QWidget]:
        window = self._start(recent=False)
        window.begin()
        yield window

    def start_2_unlock(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        yield window

    def start_3_wrong(self) -> Iterator[QWidget]:
        from app.errors import CannotUnlock

        window = self._start()
        window.begin(locked=True)
        settle()
        for _ in range(4):
            window.unlock._on_failed(self.workspace.archive.path, CannotUnlock("用户名或密码不对，无法打开。"))
        yield window

    def start_4_in_use(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        settle()
        window.unlock._password.edit.setText(PASSWORD)
        window.unlock.submit()
        settle(900)
        yield window

    def start_5_busy(self) -> Iterator[QWidget]:
        window = self._start()
        window.begin(locked=True)
        settle()
        window.unlock.set_busy("正在打开…")
        yield window

    def start_6_create(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_create()
        window.create_form._password._first.edit.setText("黄河之水天上来")
        window.create_form._password._on_changed("黄河之水天上来")
        yield window

    def start_7_create_errors(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_create()
        window.create_form.submit()
        yield window

    def start_8_code(self) -> Iterator[QWidget]:
        window = self._start()
        window._on_created(Opened(self.workspace, USER, "7KQ2M-XW4PD-9RT6A-BV3NE-5JHSC-Y8G0F-Z1QK"))
        yield window
        window._code_page = None

    def start_9a_recover(self) -> Iterator[QWidget]:
        window = self._start()
        window._show_recover(self.workspace.archive.path)
        yield window

    def start_9b_restore(self) -> Iterator[QWidget]:
        window = self._start()
        window.show_restore()
        yield window

    # ---- main window --------------------------------------------------------------------------------------------

    def _main(self, page: str = "history") -> MainWindow:
        self.settings.change(pages={"last": page}, window={})
        window = MainWindow(self.workspace, USER, self.runner, self.settings)
        window.resize(1440, 900)
        window.set_favourites(
            [
                Favourite("本周需回访", "customers", None, "warn"),
                Favourite("苏州 报价中", "customers", None, "primary"),
                Favourite("一个名字特别长的已保存视图，放不下", "customers", None, "bad"),
            ]
        )
        window.begin()
        window.show_page(page)
        settle()
        return window

    def main_1_palette(self) -> Iterator[QWidget]:
        window = self._main()
        window.palette_view.open("苏州")
        yield window
        window.palette_view.dismiss()

    def main_2_shortcuts(self) -> Iterator[QWidget]:
        window = self._main()
        window.commands.show_shortcuts()
        dialog = window.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.close()

    def main_3_cover(self) -> Iterator[QWidget]:
        from app.views.shell.closing import Cover

        window = self._main()
        Cover(window, "正在锁定…").show_tasks(["导入 客户名单_2026Q3.xlsx"])
        yield window

    # ---- history ------------------------------------------------------------------------------------------------

    def history_1_detail(self) -> Iterator[QWidget]:
        window = self._main()
        page = window.current_page()
        assert isinstance(page, HistoryPage)
        page.table.setCurrentIndex(page.table.model().index(3, 1))
        settle()
        yield window

    def history_2_import(self) -> Iterator[QWidget]:
        window = self._main()
        page = window.current_page()
        assert isinstance(page, HistoryPage)
        page.table.setCurrentIndex(page.table.model().index(page.table.model().rowCount() - 1, 1))
        settle()
        page.ask_undo(page.detail.operation)
        settle(900)
        dialog = page.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.reject()

    def history_3_empty(self) -> Iterator[QWidget]:
        window = self._main()
        page = window.current_page()
        assert isinstance(page, HistoryPage)
        page._search.setText("没有这样的操作")
        page._apply()
        yield window

    def history_4_record(self) -> Iterator[QWidget]:
        window = self._main()
        handle = next(h for h in self.workspace.customers.handles() if len(self._changes(int(h))) > 2)
        view = RecordHistory(
            window.desk, "customers", self.workspace.customers.page([int(handle)])[int(handle)].id, window
        )
        view.setGeometry(980, 60, 440, 780)
        view.setProperty("ground", "surface")
        view.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        view.show()
        yield window

    def _changes(self, handle: int) -> list[object]:
        record = self.workspace.customers.page([handle])[handle]
        return list(self.workspace.customers.history(record.id))

    # ---- settings -----------------------------------------------------------------------------------------------

    def _settings(self, section: str) -> MainWindow:
        window = self._main("settings")
        page = window.current_page()
        assert isinstance(page, SettingsPage)
        page.show_section(section)
        settle(500)
        return window

    def settings_1_appearance(self) -> Iterator[QWidget]:
        yield self._settings("appearance")

    def settings_2_security(self) -> Iterator[QWidget]:
        yield self._settings("security")

    def settings_3_people(self) -> Iterator[QWidget]:
        yield self._settings("people")

    def settings_3b_add_user(self) -> Iterator[QWidget]:
        window = self._settings("people")
        section = window.findChild(PeopleSection)
        section._add()
        dialog = section.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.reject()

    def settings_4_fields(self) -> Iterator[QWidget]:
        yield self._settings("fields")

    def _new_field(self, kind: FieldType) -> Iterator[QWidget]:
        section = self._settings("fields").findChild(FieldsSection)
        section._add()
        dialog = section.findChild(QDialog)
        assert dialog is not None
        dialog.findChild(ChoiceField).set_key(kind)
        settle(200)
        yield dialog
        dialog.reject()

    def settings_4a_new_link(self) -> Iterator[QWidget]:
        yield from self._new_field(FieldType.LINKS)

    def settings_4a_new_list(self) -> Iterator[QWidget]:
        yield from self._new_field(FieldType.MULTI_CHOICE)

    def _choices(self) -> ChoicesSection:
        section = self._settings("choices").findChild(ChoicesSection)
        assert isinstance(section, ChoicesSection)
        section.entity.set_key("tickets")
        section.field.set_key("status")
        settle(400)
        return section

    def settings_4b_choices(self) -> Iterator[QWidget]:
        yield self._choices().window()

    def settings_4c_choice(self) -> Iterator[QWidget]:
        section = self._choices()
        section._add()
        dialog = section.findChild(QDialog)
        assert dialog is not None
        dialog.findChild(QLineEdit).setText(section._values[0].choice.zh)
        dialog.try_accept()
        settle(200)
        yield dialog
        dialog.reject()

    def settings_5_tags(self) -> Iterator[QWidget]:
        yield self._settings("tags")

    def settings_6_backups(self) -> Iterator[QWidget]:
        window = self._settings("backups")
        section = window.findChild(BackupsSection)
        section._verify()
        settle(1200)
        yield window

    def settings_7_bin(self) -> Iterator[QWidget]:
        yield self._settings("bin")

    def settings_8_about(self) -> Iterator[QWidget]:
        yield self._settings("about")


def enrich(workspace: Workspace) -> None:
    """Users, teams, fields, a backup: so that no list is empty."""
    from app.core.fields import Sensitivity

    people = workspace.people
    people.add_team("华东组")
    people.add("lina", "李娜", "secret-123", ["sales"])
    people.add("zhang", "张伟", "secret-123", ["manager"])
    people.set_team("lina", ["华东组"])
    workspace.fields.add("customers", "合同编号", FieldType.TEXT)
    workspace.fields.add("customers", "付款方式", FieldType.CHOICE, choices=["月结", "预付", "货到付款"])
    workspace.fields.add("customers", "信用额度", FieldType.MONEY, sensitivity=Sensitivity.SENSITIVE)
    workspace.fields.archive(workspace.fields.add("customers", "旧系统备注", FieldType.LONG_TEXT))
    workspace.vault.automatic("scheduled")


@contextmanager
def drawing(app: QApplication, widget: QWidget) -> Iterator[None]:
    """On screen while it is drawn, gone afterwards."""
    if not widget.isVisible():
        widget.show()
    widget.activateWindow()
    settle()
    yield
    window = widget.window().parentWidget() or widget.window()
    if isinstance(window, MainWindow):
        window.let_go()
    elif window is not None:
        window.close()
    window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    """Draw everything at the scale of this process."""
    out, scale, only = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    look = sys.argv[4] if len(sys.argv) > 4 else ""
    app = QApplication([])
    with tempfile.TemporaryDirectory(prefix="kedang-shots-") as temporary:
        folder = Path(temporary)
        path, _code = make_archive(folder)
        workspace = opened(path)
        runner = Runner()
        enrich(workspace)
        scenes = Scenes(folder, workspace, runner)
        for mode in ("light", "dark"):
            for code in ("zh", "en"):
                if not f"{mode}_{code}".startswith(look):
                    continue
                set_language(code)
                theme.apply(app, mode)
                for name, scene in scenes.all().items():
                    if not name.startswith(only):
                        continue
                    steps = scene()
                    widget = next(steps)
                    with drawing(app, widget):
                        widget.grab().save(str(out / f"{name}_{mode}_{code}_{scale}.png"))
                        next(steps, None)
        runner.shutdown()
        workspace.close()


if __name__ == "__main__":
    main()
