"""Writes the sample workbook of 试用示例数据 into resources/samples/ (run once; the result is committed).

It looks like what offices keep: title lines, two-row merged headers, subtotals, blank rows, dates and amounts in every
shape, phones with extensions, a wrong check digit here and there. All names are put together at random.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file: the folder is no package

from benchmarks.made_data import CITIES, company, credit_code, person

TARGET = Path(__file__).resolve().parents[1] / "resources" / "samples" / "customers.xlsx"
UPPER = ("序号", "客户信息", None, None, None, None, "联系人", None, None, None, "合作情况", None, None, None, "备注")
LOWER = (None, "客户名称", "统一社会信用代码", "级别", "标签", "地址", "姓名", "职务", "手机/电话", "邮箱",
         "客户阶段", "首次合作", "最近回访", "累计成交(元)", None)  # fmt: skip


def _date(r: random.Random) -> str:
    y, m, d = r.randrange(2016, 2027), r.randrange(1, 11), r.randrange(1, 29)
    shapes = (f"{y}-{m:02}-{d:02}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{y}/{m}/{d}", f"{y}{m:02}{d:02}")
    return r.choice(shapes)


def _phone(r: random.Random) -> str:
    mobile = f"1{r.choice(('38', '39', '58', '77', '86'))}{r.randrange(10**8):08}"
    land = f"0{r.choice(('10', '21', '755', '571'))}-8{r.randrange(10**6, 10**7)}"
    return r.choice((
        mobile, f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"+86-{mobile}", f"{land}转{r.randrange(100, 999)}",
        f"{land}/{mobile}", f"{mobile}（微信同号）",
    ))  # fmt: skip


def _amount(r: random.Random) -> object:
    value = r.randrange(20, 9000) * 100
    return r.choice((value, f"¥{value:,}", f"{value / 10_000:.2f}万", f"{value:,}.00"))


def main() -> None:
    """Write the workbook."""
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill

    r = random.Random(2026)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "客户台账"
    sheet.append(["客户台账（示例）"])
    sheet.append(["制表：销售内勤    单位：元    本表为示例数据"])
    sheet.append(UPPER)
    sheet.append(LOWER)
    for area in ("A1:O1", "A2:O2", "A3:A4", "B3:F3", "G3:J3", "K3:N3", "O3:O4"):
        sheet.merge_cells(area)
    sheet["A1"].font = Font(bold=True, size=15)
    for row in sheet["A3:O4"]:
        for cell in row:
            cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
            cell.fill = PatternFill("solid", fgColor="EAF0FF")
    for i in range(1, 161):
        province, city, district = r.choice(CITIES)
        where = (province if province != city else "") + city + district
        code = credit_code(r) if r.random() < 0.8 else ""
        sheet.append([
            i, company(r, city), code if i % 53 else code[:-1] + "I", r.choice(("A", "B", "B", "C", "C", "VIP")),
            r.choice(("重点", "展会", "转介绍", "展会、出口", "", "")), f"{where}人民路{r.randrange(1, 900)}号",
            person(r), r.choice(("总经理", "采购", "财务", "")), _phone(r), r.choice((f"user{i}@example.cn", "", "无")),
            r.choice(("潜在", "意向", "报价中", "谈判", "成交", "成交", "流失")), _date(r), _date(r), _amount(r),
            r.choice(("", "老客户", "需开票", "")),
        ])  # fmt: skip
        if i % 40 == 0:
            sheet.append(["小计", *[None] * 12, f"=SUM(N5:N{sheet.max_row})"])
            sheet.append([None] * 15)
    sheet.append(["合计", *[None] * 12, f"=SUM(N5:N{sheet.max_row})"])
    for column, width in zip(
        "ABCDEFGHIJKLMNO", (6, 30, 22, 8, 14, 34, 10, 10, 26, 20, 10, 14, 14, 14, 14), strict=True
    ):
        sheet.column_dimensions[column].width = width
    book.create_sheet("说明").append(["示例数据，随时可以在“操作记录”里撤销。"])
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    book.save(TARGET)


if __name__ == "__main__":
    main()
