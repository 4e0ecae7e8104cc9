"""What an import does to the archive, row by row."""

from __future__ import annotations

import pytest

from app.core.filters import Condition, Search
from app.core.records import Record
from app.errors import NotPermitted, UserError
from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import

HEADER = ["客户名称", "手机", "城市", "级别"]


def only(workspace: Workspace, name: str) -> Record:
    total, found = workspace.customers.list(Condition("name", "eq", name))
    assert total == 1
    return found[0]


def test_that_rows_become_customers_with_number_owner_and_standard_phone(
    workspace: Workspace, import_rows: Import
) -> None:
    report = import_rows([HEADER, ["恒力机械有限公司", "138-0013 8000", "苏州市", "A"]])
    record = only(workspace, "恒力机械有限公司")
    assert (report.rows, report.created, report.rejected) == (1, 1, 0)
    assert record.get("number") == "C000001"
    assert record.get("phones")[0].normal == "+8613800138000"
    assert record.get("owner") == workspace.actor.user_id
    assert record.get("kind") == "company"


def test_that_every_row_is_accounted_for(workspace: Workspace, import_rows: Import) -> None:
    rows = [["甲公司", "13800138000", "", ""], ["", "13900139000", "", ""], ["甲公司", "13800138000", "", ""]]
    report = import_rows([HEADER, *rows])
    assert report.rows == 3
    assert (report.created, report.rejected, report.duplicates) == (1, 1, 1)
    assert report.errors_file is not None
    assert report.errors_file.exists()
    assert workspace.customers.count() == 1


def test_that_the_text_before_standardising_stays_in_the_history(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "138 0013 8000/010-88886666转801", "", ""]])
    record = only(workspace, "甲公司")
    assert [p.normal for p in record.get("phones")] == ["+8613800138000", "+861088886666"]
    assert workspace.customers.history(record.id)[0].raw["phones"] == "138 0013 8000/010-88886666转801"


def test_that_a_phone_that_cannot_be_right_is_kept_as_written_and_marked(
    workspace: Workspace, import_rows: Import
) -> None:
    report = import_rows([HEADER, ["甲公司", "1380013800", "", ""]])
    point = only(workspace, "甲公司").get("phones")[0]
    assert (point.value, point.valid) == ("1380013800", False)
    assert report.warnings == 1


def test_that_the_contact_of_the_row_and_of_rows_below_is_tied_to_the_customer(
    workspace: Workspace, import_rows: Import
) -> None:
    rows = [["甲公司", "张三", "采购"], ["", "李四", "财务"], ["乙公司", "王五", ""]]
    report = import_rows([["客户名称", "联系人", "职务"], *rows])
    assert (report.created, report.contacts) == (2, 3)
    people = workspace.customers.contacts(only(workspace, "甲公司").id)
    assert {(r.get("name"), link.role) for r, link in people} == {("张三", "采购"), ("李四", "财务")}


def test_that_imported_rows_are_found_by_name_pinyin_phone_and_contact(
    workspace: Workspace, import_rows: Import
) -> None:
    import_rows([["客户名称", "联系人", "手机"], ["苏州恒力机械有限公司", "单雄信", "13800138000"]])
    for text in ("恒力", "hengli", "szhl", "0013", "138 0013", "shanxiongxin", "单雄", "C000001"):
        assert workspace.customers.count(Search(text)) == 1, text
    assert workspace.vault.verify().ok


@pytest.mark.parametrize("mode", ["update", "upsert"])
def test_that_a_match_updates_only_what_differs_and_keeps_the_rest(
    workspace: Workspace, import_rows: Import, mode: str
) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "苏州市", "A"]])
    report = import_rows([HEADER, ["甲公司", "13800138000", "南京市", ""]], mode=mode)
    record = only(workspace, "甲公司")
    assert (report.updated, report.created) == (1, 0)
    assert (record.get("city"), record.get("level"), record.version) == ("南京市", "A", 2)


def test_that_an_update_adds_phones_and_never_loses_one(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "", ""]])
    import_rows([HEADER, ["甲公司", "13900139000", "", ""]], mode="upsert", match=(("name",),))
    assert [p.normal for p in only(workspace, "甲公司").get("phones")] == ["+8613800138000", "+8613900139000"]


def test_that_empty_cells_clear_only_when_asked_to(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "苏州市", "A"]])
    import_rows([HEADER, ["甲公司", "13800138000", "", "B"]], mode="update")
    assert only(workspace, "甲公司").get("city") == "苏州市"
    import_rows([HEADER, ["甲公司", "13800138000", "", "B"]], mode="update", empty="clear")
    assert only(workspace, "甲公司").get("city") is None


def test_that_several_matches_are_told_and_never_guessed(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "", ""], ["甲公司", "13900139000", "", ""]])
    report = import_rows([HEADER, ["甲公司", "", "杭州市", ""]], mode="upsert", match=(("name",),))
    assert (report.ambiguous, report.updated, report.created) == (1, 0, 0)
    assert report.issues[0].outcome == "ambiguous"


def test_that_an_update_without_a_match_is_refused_and_not_created(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([HEADER, ["甲公司", "13800138000", "", ""]], mode="update")
    assert (report.rejected, report.created) == (1, 0)
    assert report.issues[0].outcome == "unmatched"


def test_that_two_rows_of_the_file_about_one_record_both_count(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "", ""]])
    rows = [["甲公司", "13800138000", "苏州市", ""], ["甲公司", "13800138000", "", "A"]]
    report = import_rows([HEADER, *rows], mode="upsert")
    record = only(workspace, "甲公司")
    assert (record.get("city"), record.get("level")) == ("苏州市", "A")
    assert report.updated == 2


def test_that_a_file_that_repeats_a_new_record_updates_it_in_the_same_import(
    workspace: Workspace, import_rows: Import
) -> None:
    rows = [["甲公司", "13800138000", "苏州市", ""], ["甲公司", "13800138000", "", "A"]]
    report = import_rows([HEADER, *rows], mode="upsert")
    assert (report.created, report.updated) == (1, 1)
    assert only(workspace, "甲公司").get("level") == "A"


def test_that_a_record_in_the_bin_is_told_and_not_doubled(workspace: Workspace, import_rows: Import) -> None:
    import_rows([["客户名称", "外部编号"], ["甲公司", "X1"]])
    workspace.customers.delete(only(workspace, "甲公司").id)
    report = import_rows([["客户名称", "外部编号"], ["甲公司", "X1"]], mode="upsert")
    assert report.rejected == 1
    assert workspace.customers.count() == 0


def test_that_a_dry_run_says_the_same_and_writes_nothing(workspace: Workspace, import_rows: Import) -> None:
    rows = [["甲公司", "138 0013 8000", "", ""], ["", "1", "", ""], ["乙公司", "13900139000", "", "A"]]
    dry = import_rows([HEADER, *rows], dry=True)
    assert workspace.customers.count() == 0
    assert {o.kind for o in workspace.history.list()[1]} == {"setup"}
    real = import_rows([HEADER, *rows])
    for name in ("rows", "created", "updated", "unchanged", "duplicates", "ambiguous", "rejected", "warnings"):
        assert getattr(dry, name) == getattr(real, name), name
    assert dry.columns[0].filled == 2
    assert [(c.row, c.before, c.after) for c in dry.cell_changes if c.column == 1] == [] or dry.cell_changes


def test_that_a_new_column_becomes_a_field_with_values(workspace: Workspace, import_rows: Import) -> None:
    import_rows([["客户名称", "门牌色"], ["甲公司", "蓝"]], targets={"门牌色": "new:门牌色:text"})
    field = next(f for f in workspace.customers.entity.fields if f.custom)
    assert field.label == "门牌色"
    assert only(workspace, "甲公司").get(field.key) == "蓝"
    assert workspace.customers.count(Condition(field.key, "eq", "蓝")) == 1


def test_that_contacts_find_their_customer_by_name(workspace: Workspace, import_rows: Import) -> None:
    import_rows([["客户名称"], ["甲公司"]])
    report = import_rows([["姓名", "公司"], ["张三", "甲公司"], ["李四", "没有的公司"]], "contacts", links="open")
    assert (report.created, report.warnings) == (2, 1)
    _, people = workspace.contacts.list(Condition("name", "eq", "张三"))
    assert [link.title for link in people[0].get("customers")] == ["甲公司"]


def test_that_activities_keep_their_own_time_and_hang_on_the_customer(
    workspace: Workspace, import_rows: Import
) -> None:
    import_rows([["客户名称"], ["甲公司"]])
    rows = [["谈价格", "甲公司", "2024-03-05 14:30", "电话"], ["没客户", "无此公司", "2024-03-05", "拜访"]]
    report = import_rows([["主题", "客户", "跟进时间", "跟进方式"], *rows], "activities")
    assert (report.created, report.rejected) == (1, 1)
    timeline = workspace.customers.timeline(only(workspace, "甲公司").id)
    activity = next(item.activity for item in timeline if item.activity)
    assert activity.get("happened_at").astimezone().strftime("%Y-%m-%d %H:%M") == "2024-03-05 14:30"


def test_that_a_required_field_without_a_column_is_refused_before_anything_happens(import_rows: Import) -> None:
    with pytest.raises(UserError, match="客户名称"):
        import_rows([["手机", "城市"], ["13800138000", "苏州市"]], targets={"手机": "phones", "城市": "city"})


def test_that_two_columns_for_one_field_are_refused(import_rows: Import) -> None:
    with pytest.raises(UserError, match="两列"):
        import_rows([["客户名称", "甲", "乙"], ["甲公司", "1", "2"]], targets={"甲": "short_name", "乙": "short_name"})


def test_that_a_seller_may_not_import(tmp_path_factory: pytest.TempPathFactory) -> None:
    from app.services.exchange.files.records import ReadOptions
    from tests.factories import archives

    template = archives.office()
    folder = tmp_path_factory.mktemp("seller")
    path = folder / "a.csv"
    path.write_text("客户名称\n甲公司\n", encoding="utf-8")
    with template.opened(template.copy(folder), "east") as workspace:
        inspection = workspace.imports.inspect(path)
        plan = workspace.imports.propose(inspection, "customers")
        with pytest.raises(NotPermitted):
            workspace.imports.run(path, ReadOptions(), inspection, plan)
