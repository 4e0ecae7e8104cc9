"""The page of operations: filters, details, undo with a look ahead, unfinished work."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services.history.detail import OperationBrowser, Wanted
from app.views.history.page import HistoryPage
from app.views.history.record_history import RecordHistory
from app.views.history.undo_dialog import UndoDialog
from app.views.history.words import counts_text, kind_label, state_label

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(main_window, qtbot):
    main_window.show_page("history")
    made = main_window.current_page()
    assert isinstance(made, HistoryPage)
    qtbot.waitUntil(lambda: made._model.rowCount() > 0, timeout=4000)
    return made


def choose(page, qtbot, kind):
    """Make the newest operation of a kind the current one and wait for its details."""
    _total, operations = page.desk.workspace.history.list()
    operation = next(o for o in operations if o.kind == kind)
    page.activate(operation.id)
    qtbot.waitUntil(
        lambda: page.detail.operation is not None and page.detail.operation.id == operation.id, timeout=4000
    )
    qtbot.waitUntil(lambda: page.detail._below.currentWidget() is page.detail.changes, timeout=4000)
    return operation


def test_that_every_kind_of_operation_has_a_name():
    for kind in ("activity", "create", "delete", "edit", "export", "import", "keys", "setup", "undo", "users"):
        assert kind_label(kind) != kind


def test_that_every_operation_is_listed_newest_first(page, qtbot):
    total, operations = page.desk.workspace.history.list()
    assert page._model.rowCount() == total
    qtbot.waitUntil(lambda: page._model.row_cells(0) is not None, timeout=3000)
    assert page._model.row_cells(0)[2] == operations[0].summary
    assert f"{total}" in page._count.text()


def test_that_kind_person_time_and_words_filter(page, qtbot, workspace):
    browser = OperationBrowser(workspace.context)
    total = len(browser.handles(Wanted()))
    imports = browser.handles(Wanted(frozenset({"import"})))
    assert 0 < len(imports) < total
    qtbot.waitUntil(lambda: page._kind.count() > 1, timeout=3000)
    page._kind.set_key("import")
    qtbot.waitUntil(lambda: page._model.rowCount() == len(imports), timeout=3000)
    page._kind.set_key("")
    page._person.set_key(str(workspace.actor.user_id))
    page._time.set_key("today")
    qtbot.waitUntil(lambda: page._model.rowCount() == total, timeout=3000)
    page._search.setText("没有这样的词")
    page._apply()
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._nothing, timeout=3000)
    assert page._nothing.accessibleName() == "没有符合条件的操作"


def test_that_an_edit_shows_before_and_after_in_words(page, qtbot):
    choose(page, qtbot, "edit")
    blocks = page.detail.changes.blocks()
    lines = {label: (before, after) for label, before, after in blocks[0].lines}
    assert lines["累计金额"][1] == "¥88,800"
    assert lines["备注"][1] == "年底前要第二批货"
    assert blocks[0].title


def test_that_a_large_operation_is_cut_and_says_so(page, qtbot, monkeypatch):
    monkeypatch.setattr("app.views.history.detail_pane._LISTED", 10)
    choose(page, qtbot, "import")
    assert len(page.detail.changes.blocks()) == 10


def test_that_the_look_ahead_is_what_undo_then_does(page, qtbot, workspace, dialogs):
    operation = choose(page, qtbot, "import")
    preview = []
    page.ask_undo(operation)
    dialog = page.findChild(UndoDialog)
    dialog.previewed.connect(preview.append)
    qtbot.waitUntil(lambda: bool(preview), timeout=8000)
    assert preview[0].kept_count > 0
    assert "之后又被修改过" in dialog.kept.toPlainText()
    assert workspace.history.get(operation.id).state == "done", "looking ahead changes nothing"
    dialogs.answers = ["ok"]
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: bool(dialogs.asked), timeout=10_000)
    assert workspace.history.get(operation.id).state == "partly_undone"
    undone = next(o for o in workspace.history.list()[1] if o.kind == "undo")
    assert (undone.counts["reverted"], undone.counts["kept"]) == (preview[0].reverted, preview[0].kept_count)
    qtbot.waitUntil(lambda: any("撤销" in str(page._model.row_cells(0) or "") for _ in [0]), timeout=4000)


def test_that_giving_up_the_look_ahead_changes_nothing(page, qtbot, workspace, runner):
    operation = choose(page, qtbot, "import")
    page.ask_undo(operation)
    page.findChild(UndoDialog).reject()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=8000)
    assert workspace.history.get(operation.id).state == "done"


def test_that_operations_on_users_and_keys_offer_no_undo(page, qtbot, workspace):
    workspace.people.add_team("华东组")
    workspace.people.add("lina", "李娜", "secret-123", ["sales"])
    choose(page, qtbot, "users")
    assert page.detail.undo.isHidden()
    assert page.commands() == []


def test_that_unfinished_work_can_be_rolled_back(page, qtbot, workspace, dialogs):
    with workspace.context.writing() as work:
        operation = work.journal.begin("import", "导入 断电.csv", work.actor, work.origin, running=True)
        work.session.commit()
    page.refresh(None, None)
    page.activate(operation.id)
    qtbot.waitUntil(
        lambda: page.detail.operation is not None and page.detail.operation.id == operation.id, timeout=4000
    )
    assert not page.detail.resume.isHidden()
    dialogs.answers = ["yes"]
    QTest.mouseClick(page.detail.roll_back, LEFT)
    qtbot.waitUntil(lambda: workspace.history.unfinished() == [], timeout=6000)


def test_that_unfinished_imports_are_asked_about_at_start(qtbot, workspace, runner, settings, dialogs):
    from app.views.shell.main_window import MainWindow

    with workspace.context.writing() as work:
        work.journal.begin("import", "导入 断电.csv", work.actor, work.origin, running=True)
        work.session.commit()
    dialogs.answers = ["back"]
    window = MainWindow(workspace, "admin", runner, settings, dialogs)
    window.begin()
    qtbot.waitUntil(lambda: workspace.history.unfinished() == [], timeout=6000)
    assert dialogs.asked == ["有一个操作上次没有完成"]
    qtbot.waitUntil(lambda: not runner.busy())
    window.let_go()
    window.deleteLater()


def test_that_a_records_history_follows_it(main_window, qtbot, workspace):
    record = workspace.customers.list(limit=1)[1][0]
    view = RecordHistory(main_window.desk, "customers", record.id)
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: len(view.blocks()) >= 1, timeout=4000)
    before = len(view.blocks())
    main_window.desk.operate(
        lambda _job: workspace.customers.update(record.id, {"city": "拉萨市"}), title="改", owner=view
    )
    qtbot.waitUntil(lambda: len(view.blocks()) == before + 1, timeout=4000)
    assert view.blocks()[0].lines[0][2] == "拉萨市"
    other = workspace.customers.list(limit=2)[1][1]
    view.show_record("customers", other.id)
    qtbot.waitUntil(lambda: len(view.blocks()) == len(workspace.customers.history(other.id)), timeout=4000)


@pytest.mark.parametrize("kind", ["create", "import", "bulk_edit", "undo", "unheard_of"])
def test_that_every_kind_has_a_word(kind):
    assert kind_label(kind)
    assert state_label(kind)[0]


def test_that_counts_are_told_most_telling_first(workspace):
    operation = next(o for o in workspace.history.list()[1] if o.kind == "import")
    assert counts_text(operation).startswith("新建 60")
