"""Sentences about records of an entity: how many, none, new, edit."""

from __future__ import annotations

from app.core.dictionary import BUILT_IN
from app.core.i18n import language, t


def _called(entity: str) -> str:
    """The entity's name inside a sentence."""
    label = BUILT_IN.entity(entity).label
    return label.lower() if language() == "en" else label


def _one(entity: str) -> str:
    """A single one of them: English labels are plurals."""
    called = _called(entity)
    if language() != "en":
        return called
    return called.removesuffix("ies") + "y" if called.endswith("ies") else called.removesuffix("s")


def counted(entity: str, n: int) -> str:
    """How many records, in words."""
    kind = BUILT_IN.entity(entity)
    called = _called(entity) if n != 1 else _one(entity)
    if language() == "en":
        return f"{n:,} {called}"
    return f"{n:,} {kind.measure}{called}"


def chosen(entity: str, n: int) -> str:
    """How many are ticked."""
    return t("已选 {what}", what=counted(entity, n))


def nothing_fits(entity: str) -> tuple[str, str]:
    """Title and text where the filter finds nothing."""
    return t("没有符合的{entity}", entity=_called(entity)), t("试试减少条件，或换一个说法。")


def nothing_yet(entity: str) -> tuple[str, str]:
    """Title and text of an empty archive."""
    title = t("还没有{entity}", entity=_called(entity))
    match entity:
        case "contacts":
            return title, t("联系人记在各个客户下面，导入名单时也会一起建好。")
        case "customers":
            return title, t("从 Excel 导入现有名单，或先用示例数据看看每个页面长什么样。")
        case "leads":
            return title, t("展会名片、网站留言先记成线索，确认以后一步转成客户、联系人和商机。")
        case "orders":
            return title, t("从 Excel 导入历史订单，客户和明细会一起建好。")
        case "payments":
            return title, t("在订单里登记回款，或从 Excel 导入流水。")
    return title, t("新建一个，或从 Excel 导入。")


def new_text(entity: str) -> str:
    """The verb for a new record."""
    if entity == "activities":
        return t("记跟进")
    return t("新建{one}", one=_one(entity))


def edit_text(entity: str) -> str:
    """The verb for changing one."""
    return t("编辑{one}", one=_one(entity))
