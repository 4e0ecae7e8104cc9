"""The refusals several readers share."""

from __future__ import annotations

from app.core.i18n import t
from app.errors import UserError


def damaged(name: str) -> UserError:
    """The structure of the file is broken."""
    return UserError(
        t("“{name}”已损坏或不完整，无法读取。请向发送者重新要一份，或在 Excel 中打开并另存后再试。", name=name)
    )


def bomb(name: str) -> UserError:
    """The container would unpack to far more than a table needs."""
    return UserError(t("“{name}”解压后的内容异常庞大，可能是恶意文件，已拒绝读取。", name=name))


def password(name: str) -> UserError:
    """The file is encrypted."""
    return UserError(t("“{name}”有密码保护，无法读取。请在 Excel 中取消密码后再试。", name=name))


def entities(name: str) -> UserError:
    """XML that declares entities or a document type."""
    return UserError(t("“{name}”含有外部实体或文档类型声明，这在正常表格中不会出现，已拒绝读取。", name=name))


def too_wide(columns: int, limit: int) -> UserError:
    """More columns than any customer table has."""
    return UserError(
        t("表格有 {columns} 列，最多能读取 {limit} 列。请删去多余的列后再试。", columns=columns, limit=limit),
        details=(t("常见原因：分隔符选错，或右侧很远处有一个误填的单元格。"),),
    )


def too_long(limit: int) -> UserError:
    """More rows than can be taken in at once."""
    return UserError(t("表格超过 {limit} 行，请拆成几个文件后再试。", limit=limit))


def far_cell(rows: int, columns: int) -> UserError:
    """A few cells spread over an area that cannot be held."""
    return UserError(
        t(
            "工作表的内容散布在 {rows} 行 × {columns} 列的范围内，其中绝大部分是空的。请删去远处误填的单元格后再试。",
            rows=rows,
            columns=columns,
        )
    )


def no_such_sheet(sheet: str) -> UserError:
    """The chosen sheet is not in the file."""
    return UserError(t("文件中没有名为“{sheet}”的工作表。", sheet=sheet))
