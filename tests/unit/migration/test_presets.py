"""Exports of other systems are told by their headers, and every header of them has a place."""

import csv
from pathlib import Path

import pytest

from app.core.dictionary import BUILT_IN
from app.services.exchange.files.source import inspect
from app.services.exchange.mapping.mapping import propose
from app.services.exchange.mapping.targets import target_of
from app.services.migration.detection import detected
from app.services.migration.presets import SystemPreset, preset_for, presets, system_label

ALL = presets()
NAMES = [f"{p.system}-{p.entity}-{i}" for i, p in enumerate(ALL)]


@pytest.mark.parametrize("preset", ALL, ids=NAMES)
def test_that_a_sample_of_every_table_is_told_by_its_headers(preset: SystemPreset) -> None:
    found = preset_for(preset.sample)
    assert found is not None
    assert (found.system, found.entity) == (preset.system, preset.entity)
    assert system_label(preset.system)


@pytest.mark.parametrize("preset", ALL, ids=NAMES)
def test_that_every_field_a_preset_names_exists_and_is_named_once(preset: SystemPreset) -> None:
    entity = BUILT_IN.entity(preset.entity)
    targets = [t for t in preset.mapping.values() if t]
    assert [t for t in targets if target_of(t, entity, BUILT_IN) is None] == []
    several = {"phones", "emails", "wechats", "tags", "remark"}
    doubled = {t for t in targets if targets.count(t) > 1 and t not in several and t != "external_id"}
    assert doubled == set()


def test_that_headers_of_nobody_are_told_as_such() -> None:
    assert preset_for(["客户名称", "电话", "城市"]) is None
    assert preset_for(["id", "title", "authors", "venue", "year"]) is None


def test_that_a_mapping_of_a_preset_is_what_is_proposed(tmp_path: Path) -> None:
    preset = next(p for p in ALL if (p.system, p.entity) == ("salesforce", "deals"))
    path = tmp_path / "Opportunity.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(preset.sample)
        out.writerow(["x1"] * len(preset.sample))
    inspection = inspect(path)
    plan = propose(inspection, BUILT_IN.entity("deals"), BUILT_IN, preset.remembered())
    given = {c.name: c.target for c in plan.columns}
    assert {name: given[name] for name in preset.mapping} == dict(preset.mapping)


@pytest.mark.parametrize(
    ("name", "header", "entity"),
    [
        ("回款.csv", ["流水号", "金额", "到账日期"], "payments"), ("export.csv", ["客户名称", "电话"], "customers"),
        ("2024.csv", ["商机名称", "销售阶段", "预计成交日期", "商机金额"], "deals"), ("线索池.csv", ["姓名", "公司"], "leads"),
    ],
)  # fmt: skip
def test_that_an_unknown_table_is_told_by_its_name_or_by_what_fits(
    tmp_path: Path, name: str, header: list[str], entity: str
) -> None:
    path = tmp_path / name
    path.write_text(",".join(header) + "\n" + ",".join("甲" for _ in header) + "\n", encoding="utf-8")
    assert detected(inspect(path), BUILT_IN).entity == entity


def test_that_cards_are_contacts(tmp_path: Path) -> None:
    path = tmp_path / "cards.vcf"
    path.write_text("BEGIN:VCARD\nVERSION:3.0\nFN:王小明\nTEL:13800138001\nEND:VCARD\n", encoding="utf-8")
    found = detected(inspect(path), BUILT_IN)
    assert (found.system, found.entity, found.rows) == ("vcard", "contacts", 1)
