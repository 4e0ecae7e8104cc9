"""Sentences that differ between customers and contacts."""

from __future__ import annotations

from app.core.i18n import t


def counted(entity: str, n: int) -> str:
    """How many records, in words."""
    shown = f"{n:,}"
    return t("{n} 位联系人", n=shown) if entity == "contacts" else t("{n} 位客户", n=shown)


def chosen(entity: str, n: int) -> str:
    """How many are ticked."""
    return t("已选 {what}", what=counted(entity, n))


def nothing_fits(entity: str) -> tuple[str, str]:
    """Title and text where the filter finds nothing."""
    title = t("没有符合的联系人") if entity == "contacts" else t("没有符合的客户")
    return title, t("试试减少条件，或换一个说法。")


def nothing_yet(entity: str) -> tuple[str, str]:
    """Title and text of an empty archive."""
    if entity == "contacts":
        return t("还没有联系人"), t("联系人记在各个客户下面，导入名单时也会一起建好。")
    return t("还没有客户"), t("从 Excel 导入现有名单，或先用示例数据看看每个页面长什么样。")


def new_text(entity: str) -> str:
    """The verb for a new record."""
    return t("新建联系人") if entity == "contacts" else t("新建客户")


def edit_text(entity: str) -> str:
    """The verb for changing one."""
    return t("编辑联系人") if entity == "contacts" else t("编辑客户")
