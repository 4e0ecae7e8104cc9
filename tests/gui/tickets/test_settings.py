"""设置 → 工单: mailbox, hours, days, promises and templates, by the widgets themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QWidget

from app.services.tickets.mail.sending import MailAccount
from app.services.tickets.sla import ClockKind
from app.settings.store import SettingsStore
from app.views.settings.tickets_section import TicketsSection
from app.views.shell.desk import Desk
from app.views.widgets.toast import ToastStack
from tests.gui.accessibility import unnamed
from tests.gui.widgets.showing import shown
from tests.unit.tickets.mail_server import server


@pytest.fixture
def section(qtbot, workspace, runner, dialogs, tmp_path) -> Iterator[TicketsSection]:
    window = QWidget()
    window.desk = Desk(workspace, runner, dialogs, ToastStack(window), SettingsStore(tmp_path / "s.json"), window)
    made = TicketsSection(window.desk)
    made.setParent(window)
    shown(qtbot, window, 900, 700)
    made.setGeometry(0, 0, 900, 700)
    made.show()
    made.refresh()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)
    yield made
    qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)


def quiet(qtbot, runner) -> None:
    qtbot.waitUntil(lambda: not runner.busy(), timeout=5000)


def test_that_the_hours_in_force_are_shown_and_changed(qtbot, runner, section, workspace) -> None:
    assert section.hours[0].text() == "09:00-12:00 13:30-18:00"
    assert section.hours[6].text() == ""
    section.hours[5].setText("9:00—12:00")
    section.hours_save.click()
    qtbot.waitUntil(lambda: workspace.tickets.office.hours().week[5] == "09:00-12:00", timeout=5000)
    quiet(qtbot, runner)


def test_that_hours_that_are_none_are_refused(qtbot, runner, section, workspace) -> None:
    problems: list[object] = []
    section.desk.runner.failed.connect(lambda _task, error: problems.append(error))
    section.hours[0].setText("上午")
    section.hours_save.click()
    qtbot.waitUntil(lambda: bool(problems), timeout=5000)
    quiet(qtbot, runner)
    assert workspace.tickets.office.hours().week[0] == "09:00-12:00 13:30-18:00"


def test_that_promises_are_changed_for_new_tickets(qtbot, runner, section, workspace) -> None:
    before = workspace.tickets.office.policy()[1]
    section.targets["low", ClockKind.FIRST].setValue(12)
    section.targets["urgent", ClockKind.NEXT].setValue(0)
    section.promise_save.click()
    qtbot.waitUntil(lambda: workspace.tickets.office.policy()[1] != before, timeout=5000)
    quiet(qtbot, runner)
    after = workspace.tickets.office.policy()[1]
    assert after.target("low", ClockKind.FIRST).minutes == 720
    assert after.target("urgent", ClockKind.NEXT) is None
    assert after.target("high", ClockKind.FIRST) == before.target("high", ClockKind.FIRST)


def test_that_a_day_off_is_added_and_taken_away(qtbot, runner, section, workspace) -> None:
    dialog = section.edit_day(None)
    dialog.try_accept()
    assert dialog.form.row("name").error() == "必填。"
    dialog.form.row("name").field.setText("厂庆")
    dialog.form.row("hours").field.setText("乱写")
    dialog.try_accept()
    assert "不是工作时间" in dialog.form.row("hours").error()
    dialog.form.row("hours").field.setText("")
    dialog.try_accept()
    qtbot.waitUntil(lambda: len(section.days.items()) == 1, timeout=5000)
    quiet(qtbot, runner)
    next(i for i in section.days.items()[0].menu() if i.text == "删除").on_chosen()
    qtbot.waitUntil(lambda: workspace.records("calendar_days").count() == 0, timeout=5000)
    quiet(qtbot, runner)


def test_that_a_template_is_written_with_placeholders(qtbot, runner, section, workspace) -> None:
    dialog = section.edit_template(None)
    dialog.form.row("name").field.setText("感谢")
    dialog.form.row("body").field.setPlainText("谢谢 ")
    dialog.try_accept()
    qtbot.waitUntil(lambda: any(i.title == "感谢" for i in section.templates.items()), timeout=5000)
    quiet(qtbot, runner)


def test_that_the_mailbox_is_set_up_tested_and_removed(qtbot, runner, section, workspace, dialogs) -> None:
    with server() as box:
        dialog = section.edit_mail()
        form = dialog.form
        dialog.try_accept()
        assert form.row("address").error() == "必填。"
        form.row("address").field.setText("support@kedang.example")
        form.row("host").field.setText("127.0.0.1")
        form.row("security").field.set_key("none")
        form.row("port").field.setValue(box.port)
        dialog.try_accept()
        qtbot.waitUntil(lambda: workspace.tickets.mailbox.get() is not None, timeout=5000)
        quiet(qtbot, runner)
        qtbot.waitUntil(lambda: "support@kedang.example" in section.mail_state.text(), timeout=5000)
        section.mail_test.click()
        quiet(qtbot, runner)
        assert dialogs.errors == []
    section.mail_test.click()
    qtbot.waitUntil(lambda: len(dialogs.errors) == 1, timeout=8000)
    assert "连不上" in str(dialogs.errors[0])
    dialogs.answers = ["yes"]
    section.mail_remove.click()
    qtbot.waitUntil(lambda: workspace.tickets.mailbox.get() is None, timeout=5000)
    quiet(qtbot, runner)


def test_that_a_kept_password_is_not_shown(qtbot, runner, section, workspace) -> None:
    workspace.tickets.mailbox.save(MailAccount("127.0.0.1", 25, "none", "u", "geheim-9", "a@b.cn"))
    section.refresh()
    quiet(qtbot, runner)
    dialog = section.edit_mail()
    assert dialog.form.row("password").field.text() == ""
    dialog.try_accept()
    quiet(qtbot, runner)
    assert workspace.tickets.mailbox.get().password == "geheim-9"


def test_that_every_field_has_a_name(section) -> None:
    assert unnamed(section) == []
