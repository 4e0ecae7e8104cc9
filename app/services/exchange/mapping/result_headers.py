"""The headers of the columns that an errors workbook adds; a column named so is never imported."""

from __future__ import annotations

from app.core.i18n import t

_BEGINNINGS = ("导入结果", "import result")


def row_header() -> str:
    """Header of the row number in the original file."""
    return t("导入结果·原行号")


def outcome_header() -> str:
    """Header of what became of the row."""
    return t("导入结果·处理")


def cause_header() -> str:
    """Header of why."""
    return t("导入结果·原因")


def is_result_header(header: str) -> bool:
    """Whether the column was added by us, in whichever language."""
    return header.strip().casefold().startswith(_BEGINNINGS)
