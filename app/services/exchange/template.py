"""Import templates made from the live registry, custom fields included: headers to fill in, and a sheet that explains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.choices import Choice
from app.core.fields import POINT_TYPES, Entity, Field, FieldType, Registry
from app.core.i18n import language, t
from app.services.exchange.files import whole_file
from app.services.exchange.targets import file_headers

_ROWS = 10_000  # rows below the header that carry the drop-down lists
_INLINE = 250  # characters of a list that Excel takes inside a validation
_DATES = {FieldType.DATE: "yyyy-mm-dd", FieldType.DATETIME: "yyyy-mm-dd hh:mm"}
_NUMBERS = {FieldType.MONEY: "#,##0.00", FieldType.INTEGER: "0", FieldType.NUMBER: "General"}


def template_fields(entity: Entity) -> list[Field]:
    """The fields a template offers, in form order: what can be imported, but numbers the archive gives itself."""
    return [f for f in entity.fields if f.importable and not f.readonly]


def write_template(entity: str, registry: Registry, target: Path) -> Path:
    """Write the template of an entity (an .xlsx) in the language in force. It holds no data rows: the example stands in
    the headers' notes. Raises EnvironmentProblem, UserError."""
    from openpyxl import Workbook

    described = registry.entity(entity)
    fields = template_fields(described)
    book = Workbook()
    sheet = book.active
    sheet.title = described.label
    lists = book.create_sheet(t("选项"))
    lists.sheet_state = "hidden"
    _fill_in_sheet(sheet, lists, described, fields)
    _explain(book.create_sheet(t("填写说明"), 1), described, fields)
    with whole_file(target) as part:
        book.save(part)
    return target


def _fill_in_sheet(sheet: Any, lists: Any, entity: Entity, fields: list[Field]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    headers = file_headers(entity, language())
    for column, field in enumerate(fields, 1):
        cell = sheet.cell(1, column, headers[field.key] + ("*" if field.required else ""))
        cell.data_type = "s"
        cell.font = Font(bold=True, color="9C1C0F" if field.required else "1F2937")
        cell.fill = PatternFill("solid", fgColor="FDECEA" if field.required else "EEF2F7")
        note = Comment(_note(field), "Kedang", width=320, height=150)
        cell.comment = note
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = max(12, field.width / 7)
        sheet.column_dimensions[letter].number_format = _DATES.get(field.type) or _NUMBERS.get(field.type) or "@"
        _offer(sheet, lists, column, letter, field)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 22


def _offer(sheet: Any, lists: Any, column: int, letter: str, field: Field) -> None:
    """A drop-down list on the column; lists that are open take other words too."""
    from openpyxl.worksheet.datavalidation import DataValidation

    labels = _labels(field)
    if not labels:
        return
    joined = ",".join(labels)
    if len(joined) <= _INLINE and not any("," in label or '"' in label for label in labels):
        formula = f'"{joined}"'
    else:
        for row, label in enumerate(labels, 1):
            lists.cell(row, column, label).data_type = "s"
        formula = f"'{lists.title}'!${letter}$1:${letter}${len(labels)}"
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=not field.open_choices)
    rule.errorTitle = field.label[:30]
    rule.error = t("请从下拉列表中选择一项。")
    rule.add(f"{letter}2:{letter}{_ROWS}")
    sheet.add_data_validation(rule)


def _labels(field: Field) -> list[str]:
    if field.type is FieldType.BOOL:
        return [t("是"), t("否")]
    return [choice.label for choice in field.offered]


def _note(field: Field) -> str:
    """What stands in the note of a header."""
    lines = [t("必填") if field.required else t("选填"), accepted(field)]
    if field.help:
        lines.append(field.help if language() == "zh" else "")
    lines.append(t("例如：{example}", example=example(field)))
    return "\n".join(line for line in lines if line)


def _explain(sheet: Any, entity: Entity, fields: list[Field]) -> None:
    from openpyxl.styles import Alignment, Font

    rows: list[tuple[str, ...]] = [
        (t("字段"), t("类型"), t("是否必填"), t("可以这样写"), t("例子"), t("可选的值")),
        *(
            (
                file_headers(entity, language())[f.key], type_label(f.type), t("必填") if f.required else t("选填"),
                accepted(f), example(f), "、".join(_labels(f)),
            )
            for f in fields
        ),
    ]  # fmt: skip
    for number, texts in enumerate(rows, 1):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
    for letter, width in zip("ABCDEF", (20, 14, 10, 60, 30, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def type_label(kind: FieldType) -> str:
    """The type in words."""
    return {
        FieldType.TEXT: t("文字"), FieldType.LONG_TEXT: t("多行文字"), FieldType.CHOICE: t("选项"),
        FieldType.INTEGER: t("整数"), FieldType.NUMBER: t("数字"), FieldType.MONEY: t("金额"),
        FieldType.DATE: t("日期"), FieldType.DATETIME: t("日期和时间"), FieldType.BOOL: t("是或否"),
        FieldType.PHONES: t("电话"), FieldType.EMAILS: t("邮箱"), FieldType.WECHATS: t("微信号"),
        FieldType.ADDRESSES: t("地址"), FieldType.TAGS: t("标签"), FieldType.USER: t("用户"),
        FieldType.LINKS: t("关联的档案"), FieldType.URL: t("网址"), FieldType.ID_CARD: t("身份证号"),
        FieldType.CREDIT_CODE: t("统一社会信用代码"),
    }[kind]  # fmt: skip


def accepted(field: Field) -> str:
    """The writings that an import understands for this field."""
    if field.type is FieldType.CHOICE:
        return t("从下拉列表选择，也可以填别的") if field.open_choices else t("从下拉列表选择一项")
    if field.type in (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.URL):
        return t("最多 {n} 个字", n=field.max_length)
    return {
        FieldType.INTEGER: t("12、1,200、3万"), FieldType.NUMBER: t("12.5、1,200.5、15%"),
        FieldType.MONEY: t("以元为单位：1234.5、¥1,234.50、1.2万；也可以写负数"),
        FieldType.DATE: t("2024-03-05、2024/3/5、2024年3月5日、20240305，或 Excel 日期"),
        FieldType.DATETIME: t("2024-03-05 14:30，或 Excel 日期时间；只写日期也可以"),
        FieldType.BOOL: t("是、否（√、×、1、0 也可以）"),
        FieldType.PHONES: t("手机或座机，座机带区号，分机写“转 801”；多个号码用分号隔开"),
        FieldType.EMAILS: t("多个邮箱用分号隔开"), FieldType.WECHATS: t("多个微信号用分号隔开"),
        FieldType.TAGS: t("多个标签用分号隔开；标签里有空格时，请给它加上双引号"),
        FieldType.USER: t("本档案用户的姓名或用户名；空着就由导入的人负责"),
        FieldType.LINKS: t("客户的全名，要与档案里的一致；多个用分号隔开"),
        FieldType.ID_CARD: t("18 位身份证号，会核对校验码"), FieldType.CREDIT_CODE: t("18 位代码，会核对校验码"),
    }.get(field.type, "")  # fmt: skip


def example(field: Field) -> str:
    """One cell as it may be filled in."""
    choice: Choice | None = next(iter(field.choices), None)
    if choice is not None:
        return choice.label
    if field.type in POINT_TYPES:
        return {
            FieldType.PHONES: t("13800138000；0512-66668888转801"),
            FieldType.EMAILS: "zhang@example.com",
            FieldType.WECHATS: "zhang_123",
        }[field.type]
    by_key = {
        "name": t("苏州恒力机械有限公司"), "province": t("江苏省"), "city": t("苏州市"), "district": t("虎丘区"),
        "address": t("科技城路 1 号"), "title": t("采购经理"), "department": t("采购部"), "subject": t("电话回访"),
        "industry": t("机械制造"), "source": t("展会"), "short_name": t("恒力机械"),
    }  # fmt: skip
    return by_key.get(field.key) or {
        FieldType.INTEGER: "12", FieldType.NUMBER: "12.5", FieldType.MONEY: "12800.00", FieldType.DATE: "2024-03-05",
        FieldType.DATETIME: "2024-03-05 14:30", FieldType.BOOL: t("是"), FieldType.TAGS: t("重点客户；展会"),
        FieldType.USER: t("王经理"), FieldType.LINKS: t("苏州恒力机械有限公司"), FieldType.URL: "https://www.example.com",
        FieldType.ID_CARD: "11010519491231002X", FieldType.CREDIT_CODE: "91350100M000100Y43",
    }.get(field.type, t("（文字）"))  # fmt: skip
