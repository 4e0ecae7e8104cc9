"""How steps and results of a migration are written in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.core.fields import Registry
from app.core.i18n import t
from app.services.exchange.mapping.targets import NEW, target_of
from app.services.migration.presets import system_label
from app.services.migration.records import Project, Run, Step, StepResult
from app.services.migration.sign_off import kind_label
from app.views.widgets.grid import GridCell

Row = Sequence[GridCell | str]


def step_heads() -> list[str]:
    """Over the steps."""
    return [t("文件"), t("来源系统"), t("记录类型"), t("行数"), t("列对应"), t("上次结果")]


def step_row(step: Step, last: StepResult | None, registry: Registry) -> Row:
    """One step."""
    name = f"{step.path.name}｜{step.sheet}" if step.sheet else step.path.name
    left = len(step.plan.columns) - step.mapped
    mapped = t("{n} 列", n=step.mapped) + (t("，{n} 列不导入", n=left) if left else "")
    system = system_label(step.system) or t("未知")
    missing = not step.path.exists()
    return [
        GridCell(name, "bad" if missing else "", t("找不到文件：{path}", path=step.path) if missing else str(step.path)),
        system, registry.entity(step.entity).label, f"{step.rows:,}", mapped,
        verdict(last) if last is not None else GridCell("—", "muted"),
    ]  # fmt: skip


def verdict(step: StepResult) -> GridCell:
    """Whether a step adds up."""
    left = step.rejected + step.ambiguous
    if left:
        return GridCell(t("✕ {n} 行未导入", n=left), "bad")
    if not step.balanced:
        return GridCell(t("✕ 金额不符"), "bad")
    if step.unlinked:
        return GridCell(t("！{n} 个关联没有找到", n=sum(step.unlinked.values())), "warn")
    return GridCell(t("✓ 相符"), "ok")


def result_heads() -> list[str]:
    """Over the reconciliation."""
    return [
        t("文件"), t("结论"), t("文件行数"), t("未导入"), t("文件合计"), t("档案合计"), t("新建"), t("更新"), t("未变"),
        t("重复"), t("已消失"),
    ]  # fmt: skip


def result_rows(run: Run) -> list[Row]:
    """One line a step; a step with several amount columns has further lines for them."""
    rows: list[Row] = []
    for step in run.steps:
        for place, one in enumerate(step.money or (None,)):
            first = place == 0
            left = step.rejected + step.ambiguous
            amounts: list[GridCell | str] = ["", ""]
            if one is not None:
                tone = "" if one.archive is None else "ok" if one.ok else "bad"
                amounts = [
                    GridCell(money(one.file), tone, one.column),
                    GridCell(money(one.archive) if one.archive is not None else "—", tone, one.column),
                ]
            head: list[GridCell | str] = [f"{step.rows:,}", GridCell(f"{left:,}", "bad") if left else _many(0)]
            counts: list[GridCell | str] = [
                _many(step.created), _many(step.updated), _many(step.unchanged + step.skipped), _many(step.duplicates),
            ]  # fmt: skip
            said = verdict(step)
            if not first and one is not None:
                said = GridCell(t("✓ 相符"), "ok") if one.ok else GridCell(t("✕ 金额不符"), "bad")
            name = step.file if first else t("　{column}", column=one.column if one else "")
            gone: GridCell | str = ""
            if first:
                gone = _many(step.vanished_count)
                if step.vanished_count:
                    gone = GridCell(f"{step.vanished_count:,}", "warn", "、".join(step.vanished[:20]))
            if not first:  # a further amount column of the same step
                head, counts = [""] * 2, [""] * 4
            rows.append([name, said, *head, *amounts, *counts, gone])
    return rows


def money(minor: int) -> str:
    """An amount with its thousands apart: sums are compared by eye."""
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole:,}.{cents:02d}"


def _many(count: int) -> GridCell:
    return GridCell(f"{count:,}", "" if count else "muted")


def refused_heads() -> list[str]:
    """Over the rows that were not taken."""
    return [t("文件"), t("行"), t("列"), t("原因"), t("单元格")]


def refused_rows(run: Run, file: str = "") -> list[Row]:
    """The rows that were not taken, of one file or of all."""
    return [
        [step.file, f"{row.row:,}", row.column, GridCell(row.text, "bad"), row.cell]
        for step in run.steps
        if file in ("", step.file)
        for row in step.refused
    ]


def link_heads() -> list[str]:
    """Over what could not be linked."""
    return [t("文件"), t("类别"), t("内容"), t("行数")]


def link_rows(run: Run) -> list[Row]:
    """Links that lead nowhere, owners who are no users, records made along: each with its number of rows."""
    rows: list[Row] = []
    for step in run.steps:
        for label, tone, found in (
            (t("没有找到的关联"), "bad", step.unlinked), (t("没有这个用户的负责人"), "warn", step.unknown_owners),
            (t("顺带新建"), "primary", step.made_along),
        ):  # fmt: skip
            rows += [[step.file, GridCell(label, tone), text, f"{n:,}"] for text, n in _by_count(found.items())]
    return rows


def _by_count(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda x: -x[1])


def summary(run: Run) -> tuple[str, str]:
    """(what to say of a run, banner severity)."""
    made = sum(s.created for s in run.steps)
    changed = sum(s.updated for s in run.steps)
    text = t(
        "{kind}：新建 {made} 条，更新 {changed} 条", kind=kind_label(run.kind), made=f"{made:,}", changed=f"{changed:,}"
    )
    if run.state == "stopped":
        return t("{what}；在第 {n} 步中断：{error}", what=text, n=len(run.steps) + 1, error=run.error), "error"
    if run.left_out:
        return t("{what}；{n} 行未导入，双击核对表里的一行可以查看", what=text, n=f"{run.left_out:,}"), "warning"
    if not all(s.balanced for s in run.steps):
        return t("{what}；有金额列不相符", what=text), "warning"
    links = sum(sum(s.unlinked.values()) for s in run.steps)
    if links:
        return t("{what}；有 {n} 个关联没有找到", what=text, n=f"{links:,}"), "warning"
    return t("{what}；行数和金额全部相符", what=text), "success"


def target_label(step: Step, target: str | None, registry: Registry) -> str:
    """Where a column goes, in words."""
    if not target:
        return t("不导入")
    found = target_of(target, registry.entity(step.entity), registry)
    if found is None:
        return target
    return t("新字段：{name}", name=found.label) if target.startswith(NEW) else found.label


def last_result(project: Project, index: int) -> StepResult | None:
    """What the step came to the last time."""
    for run in reversed(project.runs):
        for step in run.steps:
            if step.step == index:
                return step
    return None
