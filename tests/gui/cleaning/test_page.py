"""The page of data care in its window: steps on the bench are not lost by closing, what is not permitted is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication

from app.core.access import Action
from app.errors import NotPermitted
from app.services.workbench.steps import Step
from app.views.workbench.panel import WorkbenchPanel


@pytest.fixture
def bench(main_window, qtbot, runner, tmp_path: Path) -> WorkbenchPanel:
    """The bench in the window, with a file and one step."""
    path = tmp_path / "名单.csv"
    path.write_text("客户名称,城市\n恒力科技,苏洲\n", encoding="utf-8")
    main_window.desk.page_wanted.emit("cleaning", ("workbench", path))
    panel = main_window.current_page().panel("workbench")
    qtbot.waitUntil(lambda: panel.bench.history is not None and panel.bench.idle, timeout=20_000)
    panel.bench.do_step(Step("constant", "", {"into": "城市", "value": "苏州"}))
    qtbot.waitUntil(lambda: panel.bench.history.at == 1 and panel.bench.idle, timeout=10_000)
    qtbot.waitUntil(lambda: not runner.busy(), timeout=20_000)
    return panel


def test_that_closing_or_changing_the_language_asks_before_steps_are_lost(main_window, bench, dialogs) -> None:
    rebuilt = []
    main_window.rebuild_wanted.connect(lambda: rebuilt.append(True))
    dialogs.answers += ["no", "no"]
    main_window.close()
    main_window.desk.restart_wanted.emit()
    assert main_window.isVisible()
    assert main_window._closing is None
    assert (len(dialogs.asked), rebuilt) == (2, [])
    dialogs.answers.append("yes")
    main_window.desk.restart_wanted.emit()
    assert rebuilt == [True]
    bench.bench.go_to(0)
    main_window.desk.restart_wanted.emit()
    assert len(dialogs.asked) == 3, "nothing would be lost: nothing to ask"


def test_that_an_import_nobody_permitted_is_told_and_not_offered(main_window, bench, dialogs, monkeypatch) -> None:
    actor = main_window.desk.workspace.actor
    may = type(actor).may
    monkeypatch.setattr(type(actor), "may", lambda me, e, a: a is not Action.IMPORT and may(me, e, a))
    bench._on_changed()
    assert not bench.finish_button.isEnabled()
    assert bench.finish_button.toolTip()
    main_window.desk.page_wanted.emit("import", {"entity": "customers"})
    assert [type(error) for error in dialogs.errors] == [NotPermitted]


def test_that_names_come_before_facts_where_it_is_narrow(main_window, qtbot, runner) -> None:
    main_window.resize(960, 640)
    main_window.show_page("cleaning")
    page = main_window.current_page()
    for task, pane in (("duplicates", "pane"), ("migration", "view")):
        page.show_task(task)
        shown = getattr(page.panel(task), pane)
        for width, hidden in ((420, True), (900, False)):
            shown.resize(width, 400)
            QApplication.sendEvent(shown, QResizeEvent(shown.size(), shown.size()))  # it may wait behind another page
            assert shown.facts.isHidden() is hidden
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
