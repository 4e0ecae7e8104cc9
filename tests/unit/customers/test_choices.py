"""Pick-lists are the office's: renamed, coloured, ordered, added to, retired, merged; files bring words along."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.filters import Condition
from app.core.i18n import set_language
from app.db.store.settings import store_setting
from app.errors import NotPermitted, UserError
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.importing.report import ImportReport
from app.services.workspace import Workspace
from tests.factories import archives


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    template = archives.bare()
    with template.opened(template.copy(tmp_path)) as opened:
        yield opened


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path) -> Callable[..., ImportReport]:
    def run(rows: Sequence[Sequence[str]], entity: str, values: Any = None, **changes: Any) -> ImportReport:
        path = tmp_path / "表.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        inspection = workspace.imports.inspect(path)
        plan = replace(workspace.imports.propose(inspection, entity), **changes)
        if values is not None:
            plan = replace(plan, columns=(*plan.columns[:-1], replace(plan.columns[-1], values=values)))
        return workspace.imports.run(path, ReadOptions(), inspection, plan)

    return run


def _labels(workspace: Workspace, entity: str = "customers", field: str = "stage") -> list[str]:
    return [c.label for c in workspace.context.registry.entity(entity).field(field).offered]


def test_that_a_value_is_renamed_and_its_records_keep_it(workspace: Workspace) -> None:
    made, _ = workspace.customers.create({"name": "甲", "stage": "won"})
    workspace.choices.rename("customers", "stage", "won", "合作客户")
    assert "合作客户" in _labels(workspace)
    assert workspace.customers.get(made.id).get("stage") == "won"
    field = workspace.customers.entity.field("stage")
    known = field.choice("won")
    assert known is not None
    assert {"成交", "Customer", "已成交"} <= set(known.synonyms), "files may go on saying it"
    set_language("en")
    try:
        assert known.label == "合作客户"
    finally:
        set_language("zh")


def test_that_a_value_is_added_coloured_and_put_first(workspace: Workspace) -> None:
    code = workspace.choices.add("customers", "stage", " 试用  客户 ", "cyan")
    workspace.choices.colour("customers", "stage", code, "bad")
    before = [info.choice.code for info in workspace.choices.list("customers", "stage")]
    workspace.choices.order("customers", "stage", [code, *before[:-1]])
    first = workspace.choices.list("customers", "stage")[0]
    assert (first.choice.label, first.choice.tone, first.own, first.used) == ("试用 客户", "bad", True, 0)
    made, _ = workspace.customers.create({"name": "甲", "stage": code})
    assert workspace.customers.count(Condition("stage", "in", [code])) == 1
    assert workspace.choices.list("customers", "stage")[0].used == 1
    assert workspace.customers.get(made.id).get("stage") == code


def test_that_a_retired_value_stays_where_it_is(workspace: Workspace) -> None:
    made, _ = workspace.customers.create({"name": "甲", "stage": "quoted"})
    workspace.choices.retire("customers", "stage", "quoted")
    assert "报价" not in _labels(workspace)
    assert workspace.customers.update(made.id, {"remark": "x"})[0].get("stage") == "quoted"
    known = workspace.customers.entity.field("stage").choice("quoted")
    assert known is not None
    assert known.label == "报价"
    workspace.choices.retire("customers", "stage", "quoted", retired=False)
    assert "报价" in _labels(workspace)


def test_that_values_are_merged_as_one_operation(workspace: Workspace) -> None:
    for name, source in (("甲", "展会"), ("乙", "展览会"), ("丙", "展览会"), ("丁", "网络")):
        workspace.customers.create({"name": name, "source": source})
    done = workspace.choices.merge("customers", "source", "展览会", "展会")
    assert done.changed == 2
    assert dict(workspace.customers.distinct("source")) == {"展会": 3, "网络": 1}
    assert done.changes.operation_id is not None
    workspace.history.undo(done.changes.operation_id)
    assert dict(workspace.customers.distinct("source")) == {"展会": 1, "展览会": 2, "网络": 1}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda c: c.add("ticket_messages", "kind", "暂缓"), "固定含义"),
        (lambda c: c.retire("ticket_messages", "kind", "note"), "固定含义"),
        (lambda c: c.retire("deals", "outcome", "won"), "至少要留一个"),
        (lambda c: c.add("customers", "stage", "成交"), "已经有"),
        (lambda c: c.rename("customers", "stage", "quoted", "won"), "已经有"),
        (lambda c: c.add("customers", "stage", "  "), "不能为空"),
        (lambda c: c.colour("customers", "stage", "won", "pink"), "没有这种颜色"),
        (lambda c: c.rename("customers", "stage", "nothing", "新名"), "没有这个选项"),
        (lambda c: c.merge("customers", "stage", "won", "won"), "另一个选项"),
    ],
)
def test_that_what_cannot_be_is_refused(workspace: Workspace, act: Callable[[Any], Any], words: str) -> None:
    before = workspace.choices.list("customers", "stage")
    with pytest.raises(UserError, match=words):
        act(workspace.choices)
    assert workspace.choices.list("customers", "stage") == before


def test_that_only_administrators_change_the_lists(workspace: Workspace, tmp_path: Path) -> None:
    template = archives.office()
    with template.opened(template.copy(tmp_path, "office2.kedang"), "east") as other, pytest.raises(NotPermitted):
        other.choices.add("customers", "stage", "新")


def test_that_every_list_can_be_renamed(workspace: Workspace) -> None:
    for entity, field in workspace.choices.fields():
        for info in workspace.choices.list(entity, field.key)[:2]:
            workspace.choices.rename(entity, field.key, info.choice.code, f"新名{info.choice.code}")
            known = workspace.context.registry.entity(entity).field(field.key).choice(info.choice.code)
            assert known is not None
            assert known.label == f"新名{info.choice.code}"


def test_that_the_lists_survive_closing(workspace: Workspace) -> None:
    workspace.choices.add("activities", "kind", "抖音私信")
    workspace.context.reload_registry()
    assert "抖音私信" in _labels(workspace, "activities", "kind")
    assert "微信" in _labels(workspace, "activities", "kind")


HEAD = ["客户名称", "备注", "阶段"]


def test_that_a_file_brings_new_words_along(workspace: Workspace, take: Callable[..., ImportReport]) -> None:
    report = take([HEAD, ["甲", "", "成交"], ["乙", "", "试用客户"], ["丙", "", "试用客户"]], "customers")
    assert (report.created, report.rejected) == (3, 0)
    assert report.made_along == {"阶段：试用客户": 1}
    assert _labels(workspace)[-1] == "试用客户"
    assert dict(workspace.customers.distinct("stage")) == {"won": 1, "试用客户": 2}


def test_that_an_unknown_word_never_costs_the_row(workspace: Workspace, take: Callable[..., ImportReport]) -> None:
    report = take([HEAD, ["甲", "老客户", "试用客户"]], "customers", new_choices=False)
    assert (report.created, report.rejected, report.warnings) == (1, 0, 1)
    (made,) = workspace.customers.list()[1]
    assert made.get("stage") is None
    assert "阶段：试用客户" in str(made.get("remark"))
    rows = [["工单标题", "状态"], ["漏油", "搁置中"], *([name, "新建"] for name in "甲乙丙")]
    fixed = take(rows, "tickets", new_choices=False)
    assert (fixed.created, fixed.rejected, fixed.warnings) == (4, 0, 1)


def test_that_a_word_is_mapped_or_left_out(workspace: Workspace, take: Callable[..., ImportReport]) -> None:
    rows = [HEAD, ["甲", "", "老客户"], ["乙", "", "不详"]]
    report = take(rows, "customers", {"老客户": "won", "不详": ""})
    assert (report.created, report.warnings) == (2, 0)
    found = {r.get("name"): r.get("stage") for r in workspace.customers.list()[1]}
    assert found == {"甲": "won", "乙": None}


def test_that_a_dry_run_adds_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("客户名称,阶段\n甲,试用客户\n", encoding="utf-8")
    inspection = workspace.imports.inspect(path)
    plan = workspace.imports.propose(inspection, "customers")
    report = workspace.imports.dry_run(path, ReadOptions(), inspection, plan)
    assert report.made_along == {"阶段：试用客户": 1}
    workspace.context.reload_registry()
    assert "试用客户" not in _labels(workspace)


# ---- meanings, names in both languages, undo ---------------------------------------------------------------------------


def test_that_a_status_of_its_own_is_added_with_what_it_means(workspace: Workspace) -> None:
    code = workspace.choices.add("orders", "status", "待付款", "warn", en="Awaiting payment", meaning="counts")
    plain = workspace.choices.add("orders", "status", "试单")
    field = workspace.orders.entity.field("status")
    assert (field.meaning(code), field.meaning(plain)) == ("counts", "counts")
    added = field.choice(code)
    assert added is not None
    assert (added.zh, added.en) == ("待付款", "Awaiting payment")
    with pytest.raises(UserError, match="没有含义"):
        workspace.choices.add("orders", "status", "怪", meaning="odd")
    with pytest.raises(UserError, match="没有含义可选"):
        workspace.choices.add("payments", "method", "怪", meaning="odd")
    with pytest.raises(UserError, match="已经有"):
        workspace.choices.add("orders", "status", "新的", en="awaiting payment")


def test_that_a_long_name_has_a_code_that_fits_its_column(workspace: Workspace) -> None:
    codes = [
        workspace.choices.add("payments", "kind", f"从保证金里退还给客户的部分{n}", meaning="refund") for n in (1, 2)
    ]
    assert len(set(codes)) == 2
    assert max(map(len, codes)) <= 10
    order, _ = workspace.orders.create({"amount": 100_00})
    workspace.orders.pay(order.id, {"kind": codes[1], "amount": 30_00})
    assert workspace.orders.get(order.id).get("received") == -30_00


def test_that_a_value_has_a_name_in_each_language(workspace: Workspace) -> None:
    workspace.choices.rename("customers", "stage", "won", "合作客户", "Partner")
    known = workspace.customers.entity.field("stage").choice("won")
    assert known is not None
    assert (known.zh, known.en) == ("合作客户", "Partner")
    workspace.choices.rename("customers", "stage", "won", "伙伴")
    known = workspace.customers.entity.field("stage").choice("won")
    assert known is not None
    assert (known.zh, known.en) == ("伙伴", "伙伴")
    assert {"合作客户", "Partner", "成交"} <= set(known.synonyms)


def test_that_a_meaning_changes_only_where_it_is_harmless(workspace: Workspace) -> None:
    code = workspace.choices.add("tickets", "status", "待配件", meaning="hold")
    workspace.choices.mean("tickets", "status", code, "waiting")
    assert workspace.tickets.entity.field("status").meaning(code) == "waiting"
    with pytest.raises(UserError, match="内置"):
        workspace.choices.mean("tickets", "status", "hold", "open")
    made, _ = workspace.tickets.create({"subject": "漏油"})
    workspace.tickets.set_status([made.id], code)
    with pytest.raises(UserError, match="已有档案"):
        workspace.choices.mean("tickets", "status", code, "hold")
    workspace.tickets.set_status([made.id], "open")
    with pytest.raises(UserError, match="已有档案"):
        workspace.choices.mean("tickets", "status", code, "hold")  # its event tells of the time it had it


def test_that_one_value_of_a_needed_meaning_stays_on_offer(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="至少要留一个"):
        workspace.choices.retire("tickets", "status", "closed")
    with pytest.raises(UserError, match="至少要留一个"):
        workspace.choices.merge("tickets", "status", "closed", "resolved")
    own = workspace.choices.add("tickets", "status", "归档", meaning="closed")
    workspace.choices.retire("tickets", "status", "closed")
    keeper, _ = workspace.tickets.create({"subject": "漏油"})
    loser, _ = workspace.tickets.create({"subject": "也漏油"})
    workspace.tickets.merge(keeper.id, [loser.id])
    assert workspace.tickets.get(loser.id).get("status") == own, "what closes a ticket sets the one on offer"
    with pytest.raises(UserError, match="至少要留一个"):
        workspace.choices.retire("tickets", "status", own)
    workspace.choices.add("orders", "status", "生效中", meaning="counts")
    for code in ("confirmed", "shipped", "done"):
        workspace.choices.retire("orders", "status", code)
    made, _ = workspace.orders.create({"amount": 100})
    assert (made.get("status"), made.get("net")) == ("生效中", 100)


def test_that_events_of_tickets_share_the_list_of_statuses(workspace: Workspace) -> None:
    code = workspace.choices.add("tickets", "status", "待配件", meaning="waiting")
    assert workspace.context.registry.entity("ticket_messages").field("status").meaning(code) == "waiting"
    places = {f"{entity}.{field.key}" for entity, field in workspace.choices.fields()}
    assert {"tickets.status", "deals.outcome"} <= places
    assert not {"ticket_messages.status", "stages.kind"} & places


def test_that_undoing_a_merge_offers_the_value_again(workspace: Workspace) -> None:
    own = workspace.choices.add("customers", "stage", "签约", meaning="won")
    made, _ = workspace.customers.create({"name": "甲", "stage": own})
    before = workspace.history.list()[0]
    done = workspace.choices.merge("customers", "stage", own, "won")
    assert workspace.history.list()[0] == before + 1, "one operation"
    assert "签约" not in _labels(workspace)
    assert done.changes.operation_id is not None
    undone = workspace.history.undo(done.changes.operation_id)
    assert workspace.customers.get(made.id).get("stage") == own
    assert "签约" in _labels(workspace)
    workspace.history.undo(undone.operation_id)
    assert "签约" not in _labels(workspace), "done again"
    workspace.choices.colour("customers", "stage", "won", "bad")
    workspace.choices.retire("customers", "stage", own, retired=False)
    assert "签约" in _labels(workspace)


def test_that_a_stored_list_without_meanings_has_those_of_the_built_in_values(workspace: Workspace) -> None:
    old = [{"code": code, "zh": code, "en": code} for code in ("won", "试用")]
    with workspace.context.writing() as work:
        store_setting(work.connection, "choices", {"customers.stage": old})
        work.commit()
    workspace.context.reload_registry()
    field = workspace.customers.entity.field("stage")
    assert (field.meaning("won"), field.meaning("试用"), field.meaning("lost")) == ("won", "potential", "lost")
    assert field.with_meaning("won") == ("won",)


def test_that_a_word_of_a_file_takes_the_neutral_meaning(
    workspace: Workspace, take: Callable[..., ImportReport]
) -> None:
    rows = [["订单编号", "客户名称", "下单日期", "订单金额", "状态"], ["A1", "甲", "2026-01-02", "100", "待付款"],
            ["A2", "乙", "2026-01-03", "50", "已取消"]]  # fmt: skip
    report = take(rows, "orders")
    assert report.made_along["状态：待付款"] == 1
    assert workspace.orders.entity.field("status").meaning("待付款") == "counts"
    assert sorted(r.get("net") for r in workspace.orders.list()[1]) == [0, 100_00]
