"""Remembered mappings."""

from pathlib import Path

import pytest

from app.core.fields import FieldType
from app.errors import NotFound, UserError
from app.services.workspace import Workspace
from tests.unit.exchange.outgoing.conftest import take_in

TEXT = "甲列,乙列\n苏州恒力机械有限公司,随便\n杭州云栖科技有限公司,什么\n"


def test_that_the_last_mapping_of_the_same_headers_is_proposed(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    inspection = workspace.imports.inspect(path)
    plan = workspace.imports.propose(inspection, "customers").with_target(0, "name").with_target(1, "remark")
    assert workspace.presets.remembered("customers", inspection.fingerprint) is None
    workspace.presets.save_last(inspection, plan)
    again = workspace.imports.propose(workspace.imports.inspect(path), "customers")
    assert [(c.target, c.why) for c in again.columns] == [("name", "preset"), ("remark", "preset")]
    assert workspace.presets.list("customers") == []


def test_that_a_named_preset_serves_another_file(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    inspection = workspace.imports.inspect(path)
    plan = workspace.imports.propose(inspection, "customers").with_target(0, "name").with_target(1, "source")
    preset = workspace.presets.save("月报", inspection, plan)
    other = tmp_path / "b.csv"
    other.write_text("电话,乙列,甲列\n13800138000,展会,上海某某有限公司\n", encoding="utf-8")
    seen = workspace.imports.inspect(other)
    adapted = workspace.presets.adapted(preset, seen, workspace.imports.propose(seen, "customers"))
    assert [c.target for c in adapted.columns] == ["phones", "source", "name"]
    assert [p.name for p in workspace.presets.list("customers")] == ["月报"]
    workspace.presets.save("月报", seen, adapted)
    assert len(workspace.presets.list("customers")) == 1
    workspace.presets.delete(workspace.presets.list("customers")[0].id)
    assert workspace.presets.find("customers", "月报") is None


def test_that_a_field_that_is_gone_is_proposed_anew(workspace: Workspace, tmp_path: Path) -> None:
    field = workspace.fields.add("customers", "尺码", FieldType.TEXT)
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    inspection = workspace.imports.inspect(path)
    plan = workspace.imports.propose(inspection, "customers").with_target(0, "name").with_target(1, field)
    workspace.presets.save_last(inspection, plan)
    workspace.fields.archive(field)
    known = workspace.presets.remembered("customers", inspection.fingerprint)
    assert list((known or {}).values()) == ["name"]
    assert take_in(workspace, path).created == 2


@pytest.mark.parametrize("name", ["", "  ", "#x", "长" * 81])
def test_that_unusable_names_are_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    inspection = workspace.imports.inspect(path)
    with pytest.raises(UserError):
        workspace.presets.save(name, inspection, workspace.imports.propose(inspection, "customers"))


def test_that_an_unknown_preset_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        workspace.presets.touch(workspace.actor.user_id)
