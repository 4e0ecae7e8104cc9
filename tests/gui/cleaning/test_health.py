"""The panel of data health in a real window: figures, rows behind them, review list, rules, dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.core.filters import Listed
from app.services.quality.records import COMPLETENESS, DIMENSIONS, VALIDITY, FieldHealth
from app.views.quality.matrix import MatrixModel
from app.views.quality.panel import QualityPanel
from app.views.quality.rule_form import RuleForm
from app.views.quality.rule_list import RuleListModel
from app.views.quality.rules_dialog import RulesDialog
from app.views.quality.words import percent, tone_of
from app.views.shell.page import OpenRecord
from tests.gui.accessibility import assert_accessible
from tests.gui.cleaning.conftest import BAD_CODE, settled

CODES = "format:credit_code"


@pytest.mark.parametrize(
    ("score", "text", "tone"),
    [(None, "—", "gray"), (100.0, "100", "ok"), (99.99, "99.9", "ok"), (95.0, "95.0", "ok"), (94.99, "94.9", "warn"),
     (80.0, "80.0", "warn"), (79.99, "79.9", "bad"), (0.0, "0", "bad")],
)  # fmt: skip
def test_that_a_score_is_never_rounded_up(score: float | None, text: str, tone: str) -> None:
    assert (percent(score), tone_of(score)) == (text, tone)


def test_that_the_models_keep_the_rules_of_qt(qtmodeltester, workspace) -> None:
    health = workspace.quality.health("customers")
    matrix = MatrixModel()
    matrix.show_fields(health.fields)
    qtmodeltester.check(matrix)
    lines = RuleListModel()
    lines.show_lines([("a", "甲", 3, VALIDITY), ("b", "乙", 1, COMPLETENESS)])
    qtmodeltester.check(lines)


def test_that_a_person_checks_looks_ignores_and_takes_back(health: QualityPanel, qtbot, runner, workspace) -> None:
    assert health.tiles[VALIDITY].accessibleName().startswith("有效性 ")
    assert not health.review.rules.lines.rowCount(), "nothing was checked yet"
    health.review.check_wanted.emit()
    settled(health, qtbot, runner)
    assert workspace.quality.findings("customers", rule=CODES).total == 2
    review = health.review
    assert review.rules.choose(CODES)
    settled(health, qtbot, runner)
    qtbot.waitUntil(lambda: review._model.rowCount() == 2)
    qtbot.waitUntil(lambda: review._source is not None and len(review._source.found) == 2)
    assert {f.value for f in review._source.found.values()} == {BAD_CODE, BAD_CODE[:-1] + "5"}
    review._model.selection.set_many([0], True)
    qtbot.mouseClick(review.discard, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert workspace.quality.findings("customers", rule=CODES).total == 1
    qtbot.mouseClick(review.everything, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert workspace.quality.findings("customers", rule=CODES).total == 0
    review.state._group.button(1).click()
    assert review.rules.choose(CODES)
    settled(health, qtbot, runner)
    qtbot.mouseClick(review.everything, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert workspace.quality.findings("customers", rule=CODES).total == 2


def test_that_figures_open_their_records_in_the_ordinary_list(health: QualityPanel, qtbot, runner, workspace) -> None:
    wanted: list[tuple[str, object]] = []
    health.desk.page_wanted.disconnect()
    health.desk.page_wanted.connect(lambda key, payload: wanted.append((key, payload)))
    health.open_rows(VALIDITY, "credit_code")
    settled(health, qtbot, runner)
    key, condition = wanted.pop()
    assert (key, isinstance(condition, Listed)) == ("customers", True)
    with workspace.context.reading() as work:
        assert work.reader.count("customers", condition) == 2
    row = next(n for n in range(health.matrix.matrix.rowCount()) if health.matrix.matrix.field(n).key == "credit_code")
    at = health.matrix.matrix.index(row, 1 + DIMENSIONS.index(VALIDITY))
    health.matrix.setCurrentIndex(at)
    qtbot.keyClick(health.matrix, Qt.Key.Key_Return)
    settled(health, qtbot, runner)
    assert wanted.pop() == (key, condition)
    qtbot.mouseClick(health.tiles[VALIDITY], Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert len(wanted) == 1
    health.check()
    settled(health, qtbot, runner)
    health.review.rules.choose(CODES)
    settled(health, qtbot, runner)
    qtbot.waitUntil(lambda: bool(health.review._source and health.review._source.found))
    health.review.table.opened.emit(0)
    assert isinstance(wanted[-1][1], OpenRecord)


def test_that_a_change_of_the_data_renews_the_figures(health: QualityPanel, qtbot, runner, workspace) -> None:
    before = health._health
    assert before is not None
    health.desk.operate(
        lambda _job: workspace.customers.create({"name": "新来的", "credit_code": BAD_CODE}), title="x", owner=health
    )
    qtbot.waitUntil(lambda: health._health is not None and health._health.records == before.records + 1, timeout=10_000)


def test_that_rules_are_made_switched_and_removed_in_the_dialog(
    health: QualityPanel, qtbot, runner, dialogs, workspace
) -> None:
    health.open_rules()
    dialog = health.findChild(RulesDialog)
    assert dialog is not None
    settled(health, qtbot, runner)
    assert_accessible(dialog)
    assert dialog.choose(CODES)
    qtbot.mouseClick(dialog.switch, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert not workspace.quality.rules.get("customers", CODES).active
    qtbot.mouseClick(dialog.new, Qt.MouseButton.LeftButton)
    form = dialog.findChild(RuleForm)
    assert form is not None
    assert_accessible(form)
    form.field.set_key("short_name")
    form.kind.set_key("length")
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    assert form._problem.text(), "limits are missing"
    form.least.setText("2")
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    own = [r for r in workspace.quality.rules.list("customers") if not r.builtin]
    assert [(r.kind, dict(r.params)) for r in own] == [("length", {"least": 2})]
    assert dialog.choose(own[0].key)
    dialogs.answers.append("remove")
    qtbot.mouseClick(dialog.drop, Qt.MouseButton.LeftButton)
    settled(health, qtbot, runner)
    assert all(r.builtin for r in workspace.quality.rules.list("customers"))
    dialog.days.setValue(7)
    dialog.days.editingFinished.emit()
    settled(health, qtbot, runner)
    assert workspace.quality.every_days() == 7
    dialog.close()


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_that_the_dictionary_is_written_where_asked(
    health: QualityPanel, qtbot, runner, dialogs, tmp_path: Path, kind: str
) -> None:
    dialogs.files.append(tmp_path / f"d.{kind}")
    health.export_dictionary(kind)
    settled(health, qtbot, runner)
    assert (tmp_path / f"d.{kind}").stat().st_size > 10_000


def test_that_everything_has_a_name_and_an_empty_entity_says_so(health: QualityPanel, qtbot, runner) -> None:
    assert_accessible(health)
    health.entity.set_key("tickets")
    settled(health, qtbot, runner)
    assert health.stack.currentWidget() is health.nothing
    assert [c.key for c in health.commands()] == ["health:check", "health:rules", "health:dictionary"]


def test_that_the_archive_is_checked_by_itself_when_that_is_due(main_window, qtbot, runner, workspace) -> None:
    assert "customers" in workspace.quality.due()
    main_window.keeper.check_when_due()
    qtbot.waitUntil(lambda: not runner.busy(), timeout=10_000)
    assert workspace.quality.due() == ()
    assert workspace.quality.findings("customers", rule=CODES).total == 2


def test_that_a_field_without_weight_is_told_apart() -> None:
    model = MatrixModel()
    model.show_fields([FieldHealth("remark", "备注", 0, {})])
    tip = str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    assert "不计入" in tip
    assert model.cell(model.index(0, 1)) is None


def test_that_a_reader_sees_figures_and_cannot_decide(qtbot, runner, workspace, settings, dialogs) -> None:
    from PySide6.QtWidgets import QWidget

    from app.bootstrap import workspace_of
    from app.services.people.service import actor_of
    from app.views.shell.desk import Desk
    from app.views.widgets.toast import ToastStack

    workspace.people.add("reader", "郑只读", "secret-123", ("readonly",))
    workspace.quality.check("customers")
    host = QWidget()
    qtbot.addWidget(host)
    seen = workspace_of(workspace.archive, actor_of(workspace.archive, "reader"), "test")
    panel = QualityPanel(Desk(seen, runner, dialogs, ToastStack(host), settings, host), host)
    panel.activate("customers")
    settled(panel, qtbot, runner)
    assert panel.matrix.matrix.rowCount() > 10
    assert "id_number" not in {panel.matrix.matrix.field(n).key for n in range(panel.matrix.matrix.rowCount())}
    assert panel.review.discard.isHidden()
    assert panel.review.everything.isHidden()
    panel.open_rules()
    dialog = panel.findChild(RulesDialog)
    assert dialog is not None
    settled(panel, qtbot, runner)
    assert dialog.new.isHidden()
    dialog.close()


def test_that_in_a_narrow_window_the_cards_stand_one_above_the_other(health: QualityPanel, main_window, qtbot) -> None:
    main_window.resize(960, 640)
    qtbot.waitUntil(lambda: health.width() < 800)
    fields, review = health._split.widget(0), health._split.widget(1)
    assert fields.geometry().bottom() <= review.geometry().top()
    assert min(fields.width(), review.width()) > 600
    main_window.resize(1440, 900)
    qtbot.waitUntil(lambda: health.width() > 1000)
    assert fields.geometry().right() <= review.geometry().left()


def test_that_a_check_of_a_read_only_archive_says_why_nothing_was_kept(
    health: QualityPanel, qtbot, runner, workspace, monkeypatch
) -> None:
    monkeypatch.setattr(workspace.archive, "read_only", True)
    health.check()
    settled(health, qtbot, runner)
    assert "只读" in health.desk.toasts.toasts()[-1].accessibleName()
