"""Pipelines, stages and reasons of loss in the settings."""

from __future__ import annotations

import pytest

from app.core.fields import Link
from app.errors import UserError
from app.views.records.record_dialog import RecordDialog
from app.views.settings.pipelines_section import PipelinesSection
from tests.gui.accessibility import assert_accessible


def titles(section, key):
    return [record.get("name") for record in section._shown.get(key, [])]


@pytest.fixture
def section(qtbot, desk_of):
    made = PipelinesSection(desk_of())
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    qtbot.waitUntil(lambda: len(titles(made, "stages")) == 6, timeout=4000)
    return made


def test_what_is_shown(section):
    assert titles(section, "stages")[0] == "初步接洽"
    assert titles(section, "pipelines") == ["标准销售"]
    assert len(titles(section, "lost_reasons")) == 6
    assert_accessible(section)


def test_another_order(section, qtbot):
    first = section._shown["stages"][0]
    section._shift("stages", first, 1)
    qtbot.waitUntil(lambda: titles(section, "stages")[:2] == ["需求确认", "初步接洽"], timeout=4000)
    assert [s.name for s in section.desk.workspace.deals.stages()][:2] == ["需求确认", "初步接洽"]


def test_a_new_stage(section, qtbot):
    section._add("stages")
    qtbot.waitUntil(lambda: bool(section.findChildren(RecordDialog)), timeout=3000)
    dialog = section.findChildren(RecordDialog)[-1]
    dialog.form.editor("name").setText("合同会签")
    dialog.submit()
    qtbot.waitUntil(lambda: "合同会签" in titles(section, "stages"), timeout=4000)


def test_that_a_stage_in_use_stays(section, qtbot, dialogs):
    workspace = section.desk.workspace
    stage = workspace.deals.stages()[0]
    workspace.deals.create({"name": "在用", "stage": (Link(stage.id),)})
    with pytest.raises(UserError, match="在用它"):
        workspace.records("stages").delete(stage.id)
    unused = section._shown["stages"][1]
    dialogs.answers = ["yes"]
    section._remove("stages", unused)
    qtbot.waitUntil(lambda: len(titles(section, "stages")) == 5, timeout=4000)
