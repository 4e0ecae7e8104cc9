"""What a new archive has to start with: one pipeline with its stages, reasons of loss."""

from __future__ import annotations

from app.core.fields import Link
from app.core.i18n import t
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context


def _stages() -> tuple[tuple[str, str, int, int | None, str], ...]:
    """(name, what its kind means, probability %, rotting after days, required fields)."""
    return (
        (t("初步接洽"), "open", 10, 14, ""),
        (t("需求确认"), "open", 25, 14, ""),
        (t("方案报价"), "open", 50, 10, "amount"),
        (t("商务谈判"), "open", 75, 10, "amount,expected_on"),
        (t("赢单"), "won", 100, None, "amount"),
        (t("输单"), "lost", 0, None, ""),
    )


def _reasons() -> tuple[str, ...]:
    return (t("价格"), t("竞争对手"), t("项目取消"), t("产品不合适"), t("联系不上"), t("其他"))


def plant(context: Context) -> None:
    """Give an archive without any pipeline its first one, and reasons of loss; does nothing otherwise."""
    with context.reading() as work:
        if work.reader.any_of("pipelines"):
            return
    everybody = context.actor.unrestricted()  # whoever opens the archive first
    with UnitOfWork(context.archive, context.registry, everybody, context.origin) as work:
        operation = work.operation("setup", t("建立默认的销售阶段"))
        pipeline = work.writer.create(operation, "pipelines", {"name": t("标准销售"), "position": 1, "active": True})
        kinds = context.registry.entity("stages").field("kind")
        link = (Link(pipeline.id, str(pipeline.get("name"))),)
        for place, (name, kind, probability, rot, required) in enumerate(_stages(), 1):
            work.writer.create(
                operation,
                "stages",
                {"name": name, "pipeline": link, "kind": kinds.first(kind), "probability": probability, "rot_days": rot,
                 "required": required or None, "position": place},
            )  # fmt: skip
        for place, name in enumerate(_reasons(), 1):
            work.writer.create(operation, "lost_reasons", {"name": name, "position": place, "active": True})
        work.commit()
