"""How operations are spoken of."""

from __future__ import annotations

from app.core.i18n import t
from app.core.records import OperationInfo

UNDONE = frozenset({"undone", "partly_undone"})
_ICONS = {
    "create": "plus", "edit": "pencil", "bulk_edit": "layers", "clean": "wand-sparkles", "delete": "trash-2", "restore": "rotate-ccw",
    "import": "upload", "export": "download", "undo": "undo-2", "activity": "message-square", "merge": "git-merge", "setup": "settings",
    "users": "users", "keys": "key-round", "send": "send",
}  # fmt: skip


def kind_label(kind: str) -> str:
    """The kind of an operation for people; unknown kinds as they are."""
    return {
        "create": t("新建"),
        "edit": t("修改"),
        "bulk_edit": t("批量修改"),
        "clean": t("清洗"),
        "delete": t("删除"),
        "restore": t("恢复"),
        "import": t("导入"),
        "export": t("导出"),
        "undo": t("撤销"),
        "activity": t("跟进"),
        "merge": t("合并"),
        "setup": t("设置"),
        "users": t("用户"),
        "keys": t("密钥"),
        "send": t("发送"),
        "move": t("移动"),
        "convert": t("转成客户"),
        "payment": t("回款"),
    }.get(kind, kind)


def kind_icon(kind: str) -> str:
    """A Lucide icon for the kind."""
    return _ICONS.get(kind, "history")


def state_label(state: str) -> tuple[str, str]:
    """(word, tone) of a state."""
    return {
        "running": (t("未完成"), "warn"),
        "done": (t("完成"), "ok"),
        "cancelled": (t("已取消"), "gray"),
        "undone": (t("已撤销"), "gray"),
        "partly_undone": (t("部分撤销"), "violet"),
    }.get(state, (state, "gray"))


def action_label(action: str) -> str:
    """What happened to one record."""
    return {"create": t("新建"), "update": t("修改"), "delete": t("删除"), "restore": t("恢复")}.get(action, action)


def action_tone(action: str) -> str:
    """Its colour."""
    return {"create": "ok", "update": "primary", "delete": "bad", "restore": "cyan"}.get(action, "gray")


def counts_text(operation: OperationInfo) -> str:
    """The numbers of an operation in words, most telling first; "" when there are none."""
    n = {key: f"{value:,}" for key, value in operation.counts.items() if value}
    words = (
        t("新建 {n}", n=n["created"]) if "created" in n else "",
        t("更新 {n}", n=n["updated"]) if "updated" in n else "",
        t("修改 {n}", n=n["changed"]) if "changed" in n else "",
        t("撤回 {n}", n=n["reverted"]) if "reverted" in n else "",
        t("保留 {n}", n=n["kept"]) if "kept" in n else "",
        t("未变 {n}", n=n["unchanged"]) if "unchanged" in n else "",
        t("重复 {n}", n=n["duplicates"]) if "duplicates" in n else "",
        t("有问题 {n}", n=n["rejected"]) if "rejected" in n else "",
        t("联系人 {n}", n=n["contacts"]) if "contacts" in n else "",
    )
    return "，".join(word for word in words if word)
