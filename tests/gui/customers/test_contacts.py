from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.settings.store import SettingsStore
from app.views.records.record_page import RecordPage
from app.views.shell.desk import Desk
from app.views.widgets.toast import ToastStack
from tests.gui.accessibility import assert_accessible
from tests.gui.widgets.showing import shown


def test_that_contacts_use_the_same_page(qtbot, workspace, runner, dialogs, tmp_path):
    window = QWidget()
    settings = SettingsStore(tmp_path / "s.json")
    window.desk = Desk(workspace, runner, dialogs, ToastStack(window), settings, window)
    page = RecordPage(window.desk, window, entity="contacts")
    shown(qtbot, window, 1180, 846)
    page.setGeometry(0, 0, 1180, 846)
    page.show()
    qtbot.waitUntil(lambda: page.pane.data is not None, timeout=5000)
    assert page.rows.model.rowCount() == workspace.contacts.count()
    assert page.bar.count.text().endswith("位联系人")
    assert next(command.key for command in page.commands()) == "new"
    assert_accessible(page)
    dialog = page.verbs.edit_record(page.pane.record())
    dialog.form.editor("department").setText("采购部")
    dialog.submit()
    record = page.pane.record().id
    qtbot.waitUntil(lambda: workspace.contacts.get(record).get("department") == "采购部", timeout=5000)
    qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)
