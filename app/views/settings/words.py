"""Words for types of fields, reasons of backups, sizes."""

from __future__ import annotations

from app.core.fields import FieldType, Sensitivity
from app.core.i18n import t


def type_label(kind: FieldType) -> str:
    """The type of a field for people."""
    return {
        FieldType.TEXT: t("单行文字"),
        FieldType.LONG_TEXT: t("多行文字"),
        FieldType.CHOICE: t("单选"),
        FieldType.INTEGER: t("整数"),
        FieldType.NUMBER: t("小数"),
        FieldType.MONEY: t("金额"),
        FieldType.DATE: t("日期"),
        FieldType.DATETIME: t("日期和时间"),
        FieldType.BOOL: t("是或否"),
        FieldType.PHONES: t("电话"),
        FieldType.EMAILS: t("邮箱"),
        FieldType.WECHATS: t("微信"),
        FieldType.ADDRESSES: t("地址"),
        FieldType.TAGS: t("标签"),
        FieldType.USER: t("用户"),
        FieldType.LINKS: t("关联"),
        FieldType.URL: t("网址"),
        FieldType.ID_CARD: t("身份证号"),
        FieldType.CREDIT_CODE: t("统一社会信用代码"),
    }[kind]


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
