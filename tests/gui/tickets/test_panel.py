"""The ticket's panel: tags, the office's own fields and files, shown and changed beside the conversation."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.core.fields import FieldType
from app.views.records.record_dialog import RecordDialog
from tests.gui.accessibility import assert_accessible
from tests.gui.tickets.conftest import settle


def test_that_own_fields_and_tags_of_a_ticket_are_seen_and_changed_beside_it(make_page, qtbot, runner, workspace):
    key = workspace.fields.add("tickets", "设备序列号", FieldType.TEXT)
    page = make_page()
    page.pane.show_view("all")
    settle(qtbot, runner, page)
    qtbot.waitUntil(lambda: page.conversation is not None, timeout=5000)
    assert set(page.facts.rows) == {"tags", key}
    assert_accessible(page)
    row = page.facts.rows[key]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Return)
    dialog = next(one for one in page.findChildren(RecordDialog) if one.isVisible())
    dialog.form.editor(key).setText("SN-2026-001")
    with qtbot.waitSignal(dialog.finished, timeout=5000):
        dialog.submit()
    settle(qtbot, runner, page)
    ticket = page.conversation.ticket
    assert workspace.tickets.get(ticket.id).get(key) == "SN-2026-001"
    qtbot.waitUntil(lambda: "SN-2026-001" in page.facts.rows[key].accessibleName(), timeout=5000)


def test_that_a_file_taken_in_the_panel_is_the_tickets(page, qtbot, runner, workspace, tmp_path: Path):
    path = tmp_path / "铭牌.txt"
    path.write_text("型号 HL-200", encoding="utf-8")
    page.files.take([path])
    qtbot.waitUntil(lambda: len(page.files.rows) == 1 and not runner.busy(), timeout=30_000)
    held = workspace.tickets.get(page.conversation.ticket.id).get("files")
    assert [file.name for file in held] == ["铭牌.txt"]
    assert_accessible(page)
