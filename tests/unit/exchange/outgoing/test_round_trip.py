"""What is exported comes back through an import as the same values."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import Field, FieldType
from app.core.i18n import set_language
from app.core.validation import clean_value
from app.errors import UserError
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.files.cell_forms import LINK_MARKS, TAG_MARKS, guarded, join_items, split_items, unguarded
from app.services.workspace import Workspace
from tests.unit.exchange.outgoing.conftest import converted, take_in

CUSTOMERS = BUILT_IN.entity("customers")
AWKWARD = st.text(st.sampled_from("=+-@＝＋'\"；;,，、|/\\ab1０Ａ张三 李\n\t()（）转#&<>😀é"), max_size=24)
NUMBERS = st.sampled_from(
    [
        "13800138000", "138 0013 8000", "010-88886666转801", "0571-8888 7777", "+852 2345 6789", "400-820-8820", "12345",
        "88886666", "1380013800", "13800138000/1234567", "010-88886666；88887777", "电话没记", "86-10-62345678", "110",
        "13900139000(微信同号)", "=13800138000", "0512-1234；坏的；13800138000", "13800138000,13900139000",
    ]
)  # fmt: skip
MAILS = st.sampled_from(
    ["a@b.com", "Wang@EXAMPLE.cn;x@y.org", "zhang san@qq.com", "没有", "王 <w@163.com>", "a@@b.com", "x@qq.con；y@z.com"]
)  # fmt: skip


def nobody(_user: Any) -> str:
    return ""


@given(AWKWARD)
def test_that_the_guard_of_csv_cells_is_taken_away_exactly(text: str) -> None:
    cell = guarded(text)
    assert unguarded(cell) == text
    assert cell == text or cell == "'" + text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_that_no_csv_cell_begins_as_a_formula(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.parametrize("number", ["-12.50", "+5", "0", "-3"])
def test_that_plain_numbers_are_not_guarded(number: str) -> None:
    assert guarded(number) == number


@pytest.mark.parametrize("marks", [TAG_MARKS, LINK_MARKS])
@given(st.lists(AWKWARD.map(str.strip).filter(bool), max_size=5, unique=True))
def test_that_lists_in_a_cell_come_apart_as_they_were_put_together(marks: str, items: list[str]) -> None:
    assert split_items(join_items(items, marks), marks) == tuple(items)


@given(st.lists(NUMBERS, min_size=1, max_size=3).map("；".join))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_phones_written_out_are_read_as_the_same_phones(language: str, cell: str) -> None:
    set_language(language)
    field = CUSTOMERS.field("phones")
    stored = converted(field, cell) or ()
    again = converted(field, cell_text(field, stored, nobody)) or ()
    assert {p.normal for p in again} == {p.normal for p in stored}
    assert [p.valid for p in again] == [p.valid for p in stored]


@given(st.lists(MAILS, min_size=1, max_size=3).map("；".join))
def test_that_mail_addresses_written_out_are_read_as_the_same(cell: str) -> None:
    field = CUSTOMERS.field("emails")
    stored = converted(field, cell) or ()
    again = converted(field, cell_text(field, stored, nobody)) or ()
    assert [(p.normal, p.valid) for p in again] == [(p.normal, p.valid) for p in stored]


VALUES: dict[FieldType, Any] = {
    FieldType.MONEY: st.integers(-(10**14), 10**14),
    FieldType.DATE: st.dates(date(1900, 1, 2), date(2100, 12, 31)),
    FieldType.BOOL: st.booleans(),
    FieldType.INTEGER: st.integers(-(2**62), 2**62),
    FieldType.NUMBER: st.decimals(-(10**11), 10**11, places=4),
}


@pytest.mark.parametrize("kind", VALUES)
@given(st.data())
def test_that_typed_values_written_out_are_read_as_the_same(kind: FieldType, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    field = Field("f_0123abcd", "值", "Value", kind)
    again = converted(field, cell_text(field, value, nobody))
    assert again == value
    assert isinstance(again, type(value))


def record_values(draw: Any) -> dict[str, Any] | None:
    """Values as an office's records hold them, awkward ones among them; None when the registry refuses them."""
    name = draw(
        st.sampled_from(
            ["=1+1公司", "+张三", "-李四", "@王", "'=x", "'-5", "苏州“恒力”机械", "张 三", "-12", "Ltd; Co"]
        )
    )
    cells = {
        "name": f"{name}{draw(st.sampled_from(['', '甲', '(乙)', '#3']))}",
        "remark": draw(AWKWARD), "address": draw(st.sampled_from(["", "江苏省苏州市园区1号", "朝阳区北京路 3 号", "=A1"])),
        "province": draw(st.sampled_from(["", "江苏省", "北京市"])), "city": draw(st.sampled_from(["", "苏州市"])),
        "phones": draw(NUMBERS), "emails": draw(MAILS), "wechats": draw(st.sampled_from(["", "wx_1", "wx_1 wx_2"])),
        "amount": draw(st.sampled_from(["", "-12.5", "123456789012.34", "0.01"])),
        "birthday": draw(st.sampled_from(["", "1900-01-02", "1990-02-28"])),
        "stage": draw(st.sampled_from(["", "won", "lost"])), "level": draw(st.sampled_from(["", "A", "金卡"])),
        "website": draw(st.sampled_from(["", "https://a.cn/?a=1&b=2"])), "industry": draw(st.sampled_from(["", "=机械"])),
    }  # fmt: skip
    values: dict[str, Any] = {}
    for key, cell in cells.items():
        field = CUSTOMERS.field(key)
        try:
            values[key] = clean_value(field, converted(field, cell))
        except UserError:
            return None
    values["tags"] = tuple(
        draw(st.lists(st.sampled_from(["VIP", "重点 客户", "a/b", '3"管', "展会；春"]), unique=True))
    )
    return values


@st.composite
def many_records(draw: Any) -> list[dict[str, Any]]:
    made = [record_values(draw) for _ in range(12)]
    return [m for m in made if m is not None and m["name"]]


@pytest.mark.parametrize(
    ("suffix", "encoding", "language", "empty"),
    [("xlsx", "utf-8-sig", "zh", "keep"), ("csv", "utf-8-sig", "zh", "clear"), ("csv", "gb18030", "en", "keep")],
)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(many_records())
def test_that_an_export_imported_again_changes_nothing(
    workspace: Workspace,
    tmp_path: Path,
    suffix: str,
    encoding: str,
    language: str,
    empty: str,
    rows: list[dict[str, Any]],
) -> None:
    set_language(language)
    for values in rows:
        workspace.customers.create(values)
    total, before = workspace.customers.list(limit=1000)
    path = tmp_path / f"out.{suffix}"
    report = workspace.exports.export(path, "customers", encoding=encoding)
    assert report.rows == total
    taken = take_in(workspace, path, mode="update", empty=empty)
    assert not [(i.text, i.cell) for i in taken.issues if i.outcome != "warning"]
    assert (taken.rows, taken.unchanged) == (total, total)
    after = workspace.customers.list(limit=1000)[1]
    assert {r.id: (r.version, dict(r.values)) for r in after} == {r.id: (r.version, dict(r.values)) for r in before}


def test_that_contacts_come_back_unchanged(workspace: Workspace, tmp_path: Path) -> None:
    customer, _ = workspace.customers.create({"name": "苏州恒力；机械|厂"})
    workspace.customers.add_contact(
        customer.id, {"name": "欧阳娜", "title": "采购经理", "birthday": date(1988, 8, 8)}, role="采购"
    )
    path = tmp_path / "contacts.xlsx"
    assert workspace.exports.export(path, "contacts").rows == 1
    taken = take_in(workspace, path, "contacts", mode="update")
    assert (taken.unchanged, taken.warnings) == (1, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_custom_fields_come_back_even_when_their_labels_mislead(
    workspace: Workspace, tmp_path: Path, language: str
) -> None:
    set_language(language)
    amount = workspace.fields.add("customers", "年产值（万元）", FieldType.MONEY)
    same = workspace.fields.add("customers", "备注：", FieldType.TEXT)
    number = workspace.fields.add("customers", "系数", FieldType.NUMBER)
    values = {
        "name": "甲",
        amount: 123_456_700,
        same: "另一个备注",
        "remark": "原来的",
        number: Decimal("1.50"),
    }
    workspace.customers.create(values)
    path = tmp_path / "custom.xlsx"
    workspace.exports.export(path, "customers")
    taken = take_in(workspace, path, mode="update")
    assert taken.unchanged == 1, workspace.customers.list()[1][0].values
