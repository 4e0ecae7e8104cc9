"""Words for sensitivity, reasons of backups, sizes."""

from __future__ import annotations

from app.core.fields import Sensitivity
from app.core.i18n import t


def sensitivity_label(value: Sensitivity) -> str:
    """Who sees a field."""
    return {
        Sensitivity.NORMAL: t("普通"),
        Sensitivity.SENSITIVE: t("敏感"),
        Sensitivity.ADMIN: t("仅管理员"),
    }[value]


def reason_label(reason: str) -> str:
    """Why a backup was made."""
    return {
        "scheduled": t("定时"),
        "manual": t("手动"),
        "import": t("导入前"),
        "bulk_edit": t("批量修改前"),
        "clean": t("清洗前"),
        "delete": t("批量删除前"),
        "restore": t("批量恢复前"),
        "undo": t("撤销前"),
        "merge": t("合并前"),
    }.get(reason, reason)


def size_text(size: int) -> str:
    """Bytes in words: 12 KB, 3.4 MB."""
    if size < 1_000_000:
        return f"{max(1, size // 1000):,} KB"
    return f"{size / 1_000_000:,.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:,.2f} GB"
