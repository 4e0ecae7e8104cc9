"""Exports: what stands in the file, who may make one, and that nothing is left of an unfinished one."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl  # noqa: TID253 - the tests look into the workbook
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bootstrap import open_workspace
from app.core.fields import FieldType, Sensitivity
from app.core.filters import Condition
from app.core.i18n import set_language
from app.core.jobs import Job
from app.core.records import Sort
from app.errors import Cancelled, EnvironmentProblem, NotPermitted, UserError
from app.services.exchange.exporting import xlsx as export_xlsx
from app.services.exchange.exporting.vcf import escaped, folded
from app.services.exchange.files.vcard import unescape
from app.services.workspace import Workspace
from tests.unit.exchange.outgoing.conftest import converted

FORMATS = ["xlsx", "csv", "json", "vcf"]


def fill(workspace: Workspace) -> None:
    phones = workspace.customers.entity.field("phones")
    workspace.customers.create(
        {
            "name": "=HYPERLINK(\"http://x\")公司", "kind": "company", "phones": converted(phones, "010-88886666转801"),
            "amount": -1_234_567_89, "birthday": date(1990, 3, 7), "id_number": "110105194912310021",
            "tags": ("VIP",), "remark": "@SUM(1+1)*cmd|'/C calc'!A0\n第二行",
        }
    )  # fmt: skip
    workspace.customers.create(
        {"name": "欧阳娜娜", "kind": "person", "phones": converted(phones, "13800138000；13900139000")}
    )


def handles(workspace: Workspace) -> list[int]:
    found: list[int] = workspace.customers.handles(None, (Sort("number"),)).tolist()
    return found


def test_that_a_workbook_has_typed_cells_and_no_formula(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    path = tmp_path / "out.xlsx"
    workspace.exports.export(path, "customers", sorts=[Sort("number")])
    with zipfile.ZipFile(path) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if "worksheets/" in name)
    sheet = openpyxl.load_workbook(path).active
    head = {cell.value: cell.column for cell in sheet[1]}
    row = {name: sheet.cell(2, column) for name, column in head.items()}
    assert (row["累计金额"].value, row["累计金额"].number_format) == (-1_234_567.89, "#,##0.00")
    assert (row["生日"].value, row["生日"].number_format) == (datetime(1990, 3, 7), "yyyy-mm-dd")  # noqa: DTZ001
    assert (row["身份证号"].value, row["身份证号"].data_type) == ("110105194912310021", "s")
    assert row["电话"].value == "010-8888 6666 转 801"
    assert row["客户名称"].value.startswith("=HYPERLINK")
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")


def test_that_headers_follow_the_language(workspace: Workspace, tmp_path: Path) -> None:
    set_language("en")
    workspace.exports.export(tmp_path / "out.csv", "customers", columns=["name", "amount"])
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines() == ["Name,Total amount"]


def test_that_a_full_sheet_is_continued_on_the_next(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_xlsx, "ROWS", 3)
    for i in range(7):
        workspace.customers.create({"name": f"客户{i}"})
    report = workspace.exports.export(tmp_path / "out.xlsx", "customers", sorts=[Sort("number")])
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert report.rows == 7
    assert [sheet.title for sheet in book] == ["客户", "客户 2", "客户 3"]
    names = [row[0] for sheet in book for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert names == [f"客户{i}" for i in range(7)]
    assert {sheet["A1"].value for sheet in book} == {"客户名称"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_that_csv_cells_are_never_formulas(workspace: Workspace, tmp_path: Path, encoding: str) -> None:
    fill(workspace)
    path = tmp_path / "out.csv"
    workspace.exports.export(path, "customers", encoding=encoding, columns=["name", "remark", "amount"])
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))
    assert rows[2] == ['\'=HYPERLINK("http://x")公司', "'@SUM(1+1)*cmd|'/C calc'!A0\n第二行", "-1234567.89"]


def test_that_json_is_a_list_of_records(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    path = tmp_path / "out.json"
    workspace.exports.export(
        path, "customers", sorts=[Sort("number")], columns=["name", "phones", "amount", "birthday"]
    )
    rows = json.loads(path.read_text("utf-8"))
    first = rows[0]
    assert first["phones"] == ["010-8888 6666 转 801"]
    assert (first["amount"], first["currency"], first["birthday"]) == ("-1234567.89", "CNY", "1990-03-07")
    assert first["points"]["phones"][0]["normal"] == "+861088886666"
    assert set(first) == {
        "id", "external_id", "version", "name", "phones", "amount", "birthday", "points", "currency", "masked",
    }  # fmt: skip


def test_that_cards_are_read_back(workspace: Workspace, tmp_path: Path) -> None:
    fill(workspace)
    path = tmp_path / "out.vcf"
    assert workspace.exports.export(path, "customers", sorts=[Sort("number")]).rows == 2
    raw = path.read_bytes()
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    assert "N:欧阳;娜娜;;;".encode() in raw
    inspection = workspace.imports.inspect(path)
    table = [dict(zip([c.name for c in inspection.columns], row, strict=True)) for row in inspection.preview]
    assert (table[0]["姓名"], table[0]["电话"]) == ('=HYPERLINK("http://x")公司', "010-8888 6666 转 801")
    assert table[1]["手机"] == "138 0013 8000；139 0013 9000"
    assert table[0]["备注"] == "@SUM(1+1)*cmd|'/C calc'!A0\n第二行"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n,;\\"), max_size=300))
def test_that_card_values_fold_and_escape_exactly(text: str) -> None:
    line = folded("NOTE:" + escaped(text))
    assert all(len(piece) <= 75 for piece in line.split(b"\r\n"))
    whole = line.decode().removesuffix("\r\n").replace("\r\n ", "")
    assert unescape(whole.removeprefix("NOTE:")) == text


def test_that_filter_order_and_selection_hold(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("甲", "乙", "丙"):
        workspace.customers.create({"name": name})
    path = tmp_path / "out.csv"

    def names() -> list[str]:
        return path.read_text("utf-8-sig").splitlines()[1:]

    workspace.exports.export(path, "customers", condition=Condition("name", "ne", "乙"), sorts=[Sort("number", True)],
                             columns=["name"])  # fmt: skip
    assert names() == ["丙", "甲"]
    chosen = handles(workspace)
    workspace.exports.export(path, "customers", handles=[chosen[2], chosen[0], 999], columns=["name"])
    assert names() == ["丙", "甲"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("out.pdf", {}), ("out", {}), ("out.csv", {"encoding": "latin-1"}), ("out.csv", {"columns": ["nothing"]}),
        ("out.csv", {"columns": []}),
    ],
)  # fmt: skip
def test_that_impossible_exports_are_refused(
    workspace: Workspace, tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    with pytest.raises(UserError):
        workspace.exports.export(tmp_path / name, "customers", **options)
    assert not (tmp_path / name).exists()


def test_that_activities_are_no_cards(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        workspace.exports.export(tmp_path / "out.vcf", "activities")


def test_that_a_missing_folder_is_told_plainly(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem):
        workspace.exports.export(tmp_path / "none" / "out.csv", "customers")


def cancelled_at(step: int) -> Callable[[Any], None]:
    def report(progress: Any) -> None:
        if progress.done >= step:
            raise Cancelled

    return report


@pytest.mark.parametrize("suffix", FORMATS)
def test_that_a_cancelled_export_leaves_the_old_file_and_nothing_else(
    workspace: Workspace, tmp_path: Path, suffix: str
) -> None:
    fill(workspace)
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / f"out.{suffix}"
    path.write_text("old")
    with pytest.raises(Cancelled):
        workspace.exports.export(path, "customers", job=Job(cancelled_at(1), every=0))
    assert [p.name for p in folder.iterdir()] == [path.name]
    assert path.read_text() == "old"


def test_that_a_failing_disk_is_told_and_nothing_remains(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workspace)
    folder = tmp_path / "out"
    folder.mkdir()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(EnvironmentProblem, match="磁盘已满"):
        workspace.exports.export(folder / "out.xlsx", "customers")
    assert list(folder.iterdir()) == []


# ---- rights ---------------------------------------------------------------------------------------------------------


def as_user(workspace: Workspace, roles: list[str]) -> Workspace:
    path = workspace.archive.path
    if all(p.username != "wang" for p in workspace.people.list()):
        workspace.people.add("wang", "王经理", "Geheim#2031", roles)
    workspace.close()
    return open_workspace(path, "wang", "Geheim#2031")


@pytest.fixture
def opened(tmp_path: Path) -> Any:
    """Opens the archive as another person; closed at the end."""
    from app.bootstrap import create_workspace

    first, _ = create_workspace(tmp_path / "rights.kedang", "admin", "Geheim#2030")
    now_open = [first]

    def switch(roles: list[str]) -> Workspace:
        now_open.append(as_user(now_open.pop(), roles))
        return now_open[0]

    yield first, switch
    now_open[0].close()


@pytest.mark.parametrize("role", ["sales", "service", "readonly"])
def test_that_who_may_not_export_gets_no_file(opened: Any, tmp_path: Path, role: str) -> None:
    _, switch = opened
    workspace = switch([role])
    with pytest.raises(NotPermitted):
        workspace.exports.export(tmp_path / "out.csv", "customers")
    assert not (tmp_path / "out.csv").exists()


def test_that_rows_out_of_reach_are_left_out_and_secrets_masked(opened: Any, tmp_path: Path) -> None:
    admin, switch = opened
    key = admin.fields.add("customers", "底价备注", FieldType.TEXT, sensitivity=Sensitivity.ADMIN)
    admin.customers.create({"name": "别人的客户"})
    wang = admin.people.add("wang", "王经理", "Geheim#2031", ["manager"])
    admin.customers.create({"name": "我的客户", "owner": wang.id, key: "保密内容一二三四五六七八九十"})
    workspace = switch(["manager"])
    out = tmp_path / "out.csv"
    assert workspace.exports.export(out, "customers", columns=["name", key]).rows == 1
    text = out.read_text("utf-8-sig")
    assert "我的客户" in text
    assert "别人的客户" not in text
    assert "一二三四五六" not in text


def test_that_owners_with_one_name_are_told_apart(workspace: Workspace, tmp_path: Path) -> None:
    workspace.people.add("li1", "李明", "Geheim#2031", ["sales"])
    second = workspace.people.add("li2", "李明", "Geheim#2032", ["sales"])
    workspace.customers.create({"name": "甲", "owner": second.id})
    workspace.exports.export(tmp_path / "out.csv", "customers", columns=["owner"])
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()[1] == "li2"
