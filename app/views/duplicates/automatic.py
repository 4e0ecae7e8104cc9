"""Merging all that is sure: a question with the number of groups, one operation, a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.core.i18n import t
from app.services.duplicates.records import GroupLine, Thresholds
from app.services.merging.records import BulkMergeResult
from app.views.shell.desk import Desk
from app.views.widgets.message_dialog import Choice

#: names shown in the details of the question
_NAMED = 200


def merge_sure(
    desk: Desk,
    owner: QWidget,
    entity: str,
    lines: Sequence[GroupLine],
    limits: Thresholds,
    on_done: Callable[[], object],
) -> None:
    """Ask, then merge every group above the automatic limit; groups that cannot be merged are told with the reason."""
    sure = [line for line in lines if line.band == "auto"]
    if not sure:
        return
    question = t("自动合并 {n} 组，共 {records} 条档案？", n=len(sure), records=sum(line.size for line in sure))
    text = t(
        "每组最弱的一对可能性也不低于 {share}。有最近的备份后再按取值规则合并，整批可以一次撤销。",
        share=f"{limits.auto:.1%}",
    )
    details = "\n".join(t("、").join(dict.fromkeys(line.titles)) for line in sure[:_NAMED])
    choices = (Choice("merge", t("合并"), "primary"), Choice("", t("取消")))
    if desk.dialogs.ask(question, choices, text=text, details=details) != "merge":
        return
    merging, keys = desk.workspace.merging, [line.id for line in sure]

    def done(result: BulkMergeResult) -> None:
        on_done()
        if result.kept:
            reasons = "\n".join(f"{kept.title}{t('：')}{kept.reason}" for kept in result.kept)
            desk.dialogs.ask(
                t("合并了 {n} 组，{kept} 组没有合并", n=result.groups, kept=len(result.kept)),
                (Choice("ok", t("知道了"), "primary"),),
                details=reasons,
                severity="warning",
            )

    def told(result: BulkMergeResult) -> str:
        registry = desk.workspace.context.registry
        moved = [f"{registry.entity(k).label} {n:,}" for k, n in result.moved.items() if n]
        said = t("合并了 {n} 组，{merged} 条并入别的档案", n=result.groups, merged=result.merged)
        return said + (t("；一起转过去：{what}", what=t("、").join(moved)) if moved else "")

    desk.operate(
        lambda job: merging.merge_groups(entity, keys, job=job),
        title=t("正在自动合并"),
        owner=owner,
        on_done=done,
        told=told,
        initiator=owner,
    )
