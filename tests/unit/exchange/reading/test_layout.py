"""Headers, titles, totals: what is taken for what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.header_words import is_label_word, is_value, shown
from app.services.exchange.files.layout import Layout, fingerprint
from app.services.exchange.files.rows import classify, is_tail, is_total
from tests.unit.exchange.reading.makers import arranged

PEOPLE = [["张三", "13800138000", "2024-03-05"], ["李四", "13900139000", "2024.3.6"], ["王五", "021-65438888", ""]]

CASES = {
    "plain": ([["姓名", "电话", "日期"], *PEOPLE], (1,), ["姓名", "电话", "日期"]),
    "english": ([["Name", "Phone", "Created"], *PEOPLE], (1,), ["Name", "Phone", "Created"]),
    "title": ([["2024年客户名单", "", ""], ["姓名", "电话", "日期"], *PEOPLE], (2,), ["姓名", "电话", "日期"]),
    "title and blank": ([["客户名单", "", ""], ["", "", ""], ["姓名", "电话", "日期"], *PEOPLE], (3,), None),
    "remarks in cells": (
        [
            ["制表人：李内勤", "", "", "日期：2024-03-05", ""],
            ["客户名称", "联系人", "电话", "地址", "备注"],
            *[["华信科技", "张三", "13800138000", "解放路1号", ""]] * 3,
        ],
        (2,),
        None,
    ),
    "none": (PEOPLE, (), ["列1", "列2", "列3"]),
    "none, with words of headers inside": (
        [
            ["上海客户服务有限公司", "13800138000", "解放路1号"],
            ["联系科技", "", "销售部地址"],
            ["名称网络", "13900139000", "中山路2号"],
            ["华信", "13700137000", ""],
        ],
        (),
        None,
    ),
    "one column of phones": ([["13800138000"], ["13900139000"]], (), ["列1"]),
    "one column of names": ([["张三"], ["李四"], ["王五"]], (), ["列1"]),
    "one column with header": ([["姓名"], ["张三"], ["李四"]], (1,), ["姓名"]),
    "header only": ([["客户名称", "手机"]], (1,), ["客户名称", "手机"]),
    "months": (
        [["客户", "1月", "2月", "12月"], ["华信", "100", "200", "3"], ["德诚", "1", "2", "3"]],
        (1,),
        ["客户", "1月", "2月", "12月"],
    ),
    "years": ([["客户", "2023年", "2024年"], ["华信", "100", "200"]], (1,), ["客户", "2023年", "2024年"]),
    "unknown words": ([["甲", "乙", "丙"], ["东", "12", "x"], ["西", "15", "y"]], (1,), ["甲", "乙", "丙"]),
    "unknown texts only": ([["红方", "蓝方"], ["东海", "西湖"], ["泰山", "黄山"]], (1,), ["红方", "蓝方"]),
    "records of texts only": ([["北京", "东城"], ["上海", "黄浦"], ["北京", "西城"], ["上海", "徐汇"]], (), None),
    "groups above, by shape": (
        [
            ["基本信息", "", "联系方式", "", ""],
            ["姓名", "性别", "电话", "邮箱", "地址"],
            ["张三", "男", "13800138000", "a@b.cn", "解放路1号"],
            ["李四", "女", "13900139000", "b@b.cn", "解放路2号"],
        ],
        (1, 2),
        ["姓名", "性别", "电话", "邮箱", "地址"],
    ),
    "groups tell twins apart": (
        [
            ["客户", "本年", "", "上年", ""],
            ["", "数量", "金额", "数量", "金额"],
            ["华信", "1", "200", "3", "400"],
            ["德诚", "5", "600", "7", "800"],
        ],
        (1, 2),
        ["客户", "本年 数量", "本年 金额", "上年 数量", "上年 金额"],
    ),
    "same and empty labels": (
        [["姓名", "姓名", "", "电话"], ["张三", "张三丰", "x", "13800138000"]],
        (1,),
        ["姓名", "姓名 (2)", "列3", "电话"],
    ),
    "line breaks in labels": (
        [["客户\n名称", "Phone\nnumber"], ["华信", "13800138000"]],
        (1,),
        ["客户名称", "Phone number"],
    ),
    "offset to the right": ([["", "姓名", "电话"], ["", "张三", "13800138000"]], (1,), ["列1", "姓名", "电话"]),
}


@pytest.mark.parametrize("case", CASES)
def test_that_the_header_is_found(case: str) -> None:
    rows, header, names = CASES[case]
    found, columns, _ = arranged(rows)
    assert found == header
    if names is not None:
        assert columns == names


def test_that_merged_ranges_name_columns_of_two_header_rows() -> None:
    rows = [
        ["客户台账", "", "", "", ""],
        ["序号", "客户", "", "联系人", ""],
        ["", "名称", "电话", "名称", "电话"],
        ["1", "华信", "010-88886666", "张三", "13800138000"],
        ["2", "德诚", "010-88886667", "李四", "13900139000"],
    ]
    merged = [((0, 0), (0, 4)), ((1, 0), (2, 0)), ((1, 1), (1, 2)), ((1, 3), (1, 4))]
    header, names, kinds = arranged(rows, merged)
    assert header == (2, 3)
    assert names == ["序号", "客户 名称", "客户 电话", "联系人 名称", "联系人 电话"]
    assert kinds == ["title", "header", "header", "data", "data"]


def test_that_a_header_chosen_by_hand_holds() -> None:
    rows = [["a1", "b1"], ["姓名", "电话"], ["张三", "13800138000"]]
    assert arranged(rows, header_rows=(1,))[:2] == ((1,), ["a1", "b1"])
    assert arranged(rows, header_rows=())[:2] == ((), ["列1", "列2"])
    with pytest.raises(UserError, match="9"):
        arranged(rows, header_rows=(9,))


def test_that_rows_are_told_apart() -> None:
    rows = [
        ["名单", "", ""],
        ["姓名", "电话", "金额"],
        ["张三", "13800138000", "100"],
        ["", " ", "\u3000"],
        ["小 计", "", "100"],
        ["姓名 ", "电话", "金额"],
        ["李四", "13900139000", "200"],
        ["合计", "2人", "300"],
    ]
    assert arranged(rows)[2] == ["title", "header", "data", "blank", "total", "header", "data", "total"]


@pytest.mark.parametrize(
    ("cells", "total"),
    [
        (["合计", "", "300"], True),
        (["合 计：", "", ""], True),
        (["", "总计", "¥1,200.00"], True),
        (["12", "小计", "100"], True),
        (["本月合计", "", "5"], True),
        (["2024年合计", "", "5"], True),
        (["Total", "", "5"], True),
        (["Sub-total", "", "5"], True),
        (["小计（华东）", "", "5"], True),
        (["总计算机公司", "13800138000", "北京"], False),
        (["合计科技有限公司", "张三", ""], False),
        (["合计", "张三", "北京市解放路", "华信公司"], False),
        (["华东", "合计", "300"], True),
        (["张三", "13800138000", "合计"], False),
        ([], False),
    ],
)
def test_that_sum_rows_are_recognised(cells: list[str], total: bool) -> None:
    assert is_total(cells) is total


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "2024.3.5",
        "24/3/5",
        "2024年3月5日",
        "¥1,200",
        "3.5万",
        "a@b.cn",
        "110105199003077758",
        "021-65438888转801",
    ],
)
def test_that_values_are_not_labels(text: str) -> None:
    assert is_value(text)
    assert not is_label_word(text)


@pytest.mark.parametrize("text", ["姓名", "客户名称", "手机/电话", "E-mail", "created_at", "统一社会信用代码", "備註"])
def test_that_labels_are_known(text: str) -> None:
    assert is_label_word(text)
    assert not is_value(text)


def test_that_the_fingerprint_ignores_spelling_but_not_content() -> None:
    assert fingerprint(["姓 名", "Ｅmail"]) == fingerprint(["姓名", "email"])
    assert fingerprint(["姓名", "电话"]) != fingerprint(["姓名", "手机"])


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=30))
def test_that_any_table_is_arranged_without_loss(rows: list[list[str]]) -> None:
    header, names, kinds = arranged(rows)
    assert len(kinds) == len(rows)
    assert len(set(names)) == len(names)
    assert all(name.strip() for name in names)
    assert sum(kind == "header" for kind in kinds) >= len(header)


@given(st.text())
def test_that_a_label_is_shown_on_one_line(text: str) -> None:
    assert "\n" not in shown(text)
    assert shown(shown(text)) == shown(text)


@pytest.mark.parametrize(
    ("cells", "tail"),
    [
        (["制表人：王小雨", "", ""], True), (["审核:李一帆", "", ""], True), (["导出时间:2024-02-02 09:00:00", "", ""], True),
        (["共2条记录", "", ""], True), (["第1页/共1页", "", ""], True), (["----------------", "", ""], True),
        (["=====", "=====", "====="], True), (["Page 1 of 3", ""], True), (["制表人：甲", "审核：乙", "", ""], True),
        (["12 rows"], True), (["以下空白", "", ""], True), (["", "Exported by: admin", ""], True),
        (["制表人有限公司", "13800138000", "1"], False), (["王小雨", "", ""], False), (["审核：甲", "13800138000", "5"], False),
        (["第1页网络公司", "", ""], False), (["共和国贸易", "", ""], False), (["-", "", ""], False), (["备注：先寄样品"], False),
    ],
)  # fmt: skip
def test_that_what_a_form_prints_below_its_rows_is_no_row(cells: list[str], tail: bool) -> None:
    assert is_tail(cells) is tail


def test_that_a_remark_is_left_out_only_where_nothing_follows_it() -> None:
    head, row = ["客户名称", "手机", "金额"], ["甲公司", "13800138000", "1"]
    remark = ["以上数据仅供内部参考，未经许可不得外传，解释权归本公司所有。", "", ""]
    layout = Layout((1,), (tuple(head),), 2)

    def kinds(*rows: list[str]) -> list[str]:
        return [kind for kind, _, _ in classify(list(enumerate([head, *rows], 1)), layout)]

    assert kinds(row, remark, ["", "", ""], remark) == ["header", "data", "tail", "blank", "tail"]
    assert kinds(row, remark, row) == ["header", "data", "data", "data"]
    assert kinds(row, ["备注：先寄样品", "", ""], row, ["甲：乙", "", ""]) == ["header", "data", "data", "data", "tail"]
