"""Import templates made from the live registry, custom fields included: headers to fill in, and a sheet that explains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.fields import Entity, Field, FieldType, Registry
from app.core.i18n import language, t
from app.core.kinds import kind_of
from app.services.exchange.files.whole import whole_file
from app.services.exchange.mapping.targets import file_headers

_ROWS = 10_000  # rows below the header that carry the drop-down lists
_INLINE = 250  # characters of a list that Excel takes inside a validation


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
        sheet.column_dimensions[letter].number_format = kind_of(field).excel or "@"
        _offer(sheet, lists, column, letter, field)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 22


def _offer(sheet: Any, lists: Any, column: int, letter: str, field: Field) -> None:
    """A drop-down list on the column; lists that are open take other words too."""
    from openpyxl.worksheet.datavalidation import DataValidation

    labels = _labels(field)
    if not labels or kind_of(field).several:  # a cell of several values is none of the list
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
    lines = [t("必填") if field.required else t("选填"), kind_of(field).rule(field)]
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
                file_headers(entity, language())[f.key], kind_of(f).label, t("必填") if f.required else t("选填"),
                kind_of(f).rule(f), example(f), "、".join(_labels(f)),
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


def example(field: Field) -> str:
    """One cell as it may be filled in."""
    said = kind_of(field).example(field)
    if said or field.choices:
        return said or field.choices[0].label
    by_key = {
        "name": t("苏州恒力机械有限公司"), "province": t("江苏省"), "city": t("苏州市"), "district": t("虎丘区"),
        "address": t("科技城路 1 号"), "title": t("采购经理"), "department": t("采购部"), "subject": t("电话回访"),
        "industry": t("机械制造"), "source": t("展会"), "short_name": t("恒力机械"),
    }  # fmt: skip
    return by_key.get(field.key, t("（文字）"))
