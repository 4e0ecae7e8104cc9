"""The sign-off report: what was brought over, what adds up, what was left out, who confirmed it and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.amounts import money_text
from app.core.clock import now
from app.core.fields import Registry
from app.core.i18n import language, t
from app.services.exchange.files.whole import whole_file
from app.services.exchange.mapping.targets import target_of
from app.services.migration.presets import system_label
from app.services.migration.records import FULL, INCREMENTAL, TRIAL, Project, Run, StepResult

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
Row = Sequence[object]


def kind_label(kind: str) -> str:
    """The name of a kind of run."""
    return {TRIAL: t("试运行"), FULL: t("正式迁移"), INCREMENTAL: t("只迁移变化")}.get(kind, kind)


def state_label(state: str) -> str:
    """The name of a state of a project or run."""
    return {
        "draft": t("准备中"), "running": t("正在进行"), "stopped": t("已中断"), "done": t("已完成"),
        "rolled_back": t("已整体回退"), "signed_off": t("已签字确认"),
    }.get(state, state)  # fmt: skip


def write_report(project: Project, target: Path, registry: Registry) -> Path:
    """The workbook at `target`: summary, steps, amounts, rows not taken, open links, mapping."""
    import xlsxwriter

    real = [r for r in project.runs if r.kind != TRIAL]
    shown = real or list(project.runs)
    with whole_file(target) as part:
        book = xlsxwriter.Workbook(str(part), {"strings_to_formulas": False, "strings_to_urls": False})
        sheets = _Sheets(book)
        sheets.add(t("摘要"), (t("项目"), t("内容")), _summary(project, shown))
        sheets.add(t("各步结果"), _step_heads(), _step_rows(shown, registry))
        sheets.add(
            t("金额核对"),
            (t("运行"), t("文件"), t("列"), t("文件合计"), t("档案合计"), t("差额"), t("未导入行的金额"), t("结论")),
            _money_rows(shown),
        )
        sheets.add(
            t("未导入的行"), (t("运行"), t("文件"), t("行"), t("列"), t("原因"), t("单元格")), _refused_rows(shown)
        )
        sheets.add(t("未解决的关联"), (t("运行"), t("文件"), t("类别"), t("内容"), t("行数")), _link_rows(shown))
        sheets.add(
            t("列对应"), (t("文件"), t("记录类型"), t("文件中的列"), t("导入到字段")), _mapping_rows(project, registry)
        )
        book.close()
    return target


class _Sheets:
    """Tables of one look: a heading line that stays, widths that fit."""

    def __init__(self, book: Workbook) -> None:
        font = _FONTS.get(language(), _FONTS["en"])
        self._book = book
        self._head = book.add_format(
            {"bold": True, "font_name": font, "bg_color": "#EEF2FF", "bottom": 1, "text_wrap": True}
        )
        self._body = book.add_format({"font_name": font, "valign": "top", "text_wrap": True})

    def add(self, name: str, heads: Sequence[str], rows: Iterable[Row]) -> None:
        """One sheet."""
        sheet = self._book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        widths = [len(h) * 2 + 2 for h in heads]
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, self._head)
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                widths[place] = max(widths[place], min(60, len(str(value)) + 4))
                if isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(line, place, value, self._body)
                else:
                    sheet.write_string(line, place, str(value), self._body)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)


def _summary(project: Project, runs: Sequence[Run]) -> Iterable[Row]:
    yield t("迁移项目"), project.name
    yield t("状态"), state_label(project.state)
    yield t("签字人"), project.signed_by or "—"
    yield t("签字时间"), project.signed_at or "—"
    yield t("报告时间"), now().astimezone().isoformat(timespec="seconds")
    for run in runs:
        finished = run.finished_at.astimezone().isoformat(timespec="seconds") if run.finished_at else "—"
        text = t("{state}，{by}，{start} 至 {end}", state=state_label(run.state), by=run.by,
                 start=run.started_at.astimezone().isoformat(timespec="seconds"), end=finished)  # fmt: skip
        yield kind_label(run.kind), f"{text} {run.error}".strip()
    yield from _totals(runs)
    yield t("金额"), t("全部相符") if all(s.balanced for r in runs for s in r.steps) else t("有不相符的列")


def _totals(runs: Sequence[Run]) -> Iterable[tuple[str, int]]:
    steps = [s for r in runs for s in r.steps]
    for label, key in (
        (t("新建"), "created"),
        (t("更新"), "updated"),
        (t("未导入"), "rejected"),
        (t("匹配到多条"), "ambiguous"),
    ):
        yield label, sum(getattr(s, key) for s in steps)


def _step_heads() -> tuple[str, ...]:
    return (
        t("运行"), t("步骤"), t("文件"), t("记录类型"), t("文件行数"), t("新建"), t("更新"), t("未变"), t("没有变化，跳过"), t("重复"),
        t("匹配到多条"), t("未导入"), t("并入上一行"), t("源文件中已消失"), t("行数核对"),
    )  # fmt: skip


def _step_rows(runs: Sequence[Run], registry: Registry) -> Iterable[Row]:
    for run, step in _each(runs):
        yield (
            kind_label(run.kind), step.step + 1, step.file, registry.entity(step.entity).label, step.rows, step.created,
            step.updated, step.unchanged, step.skipped, step.duplicates, step.ambiguous, step.rejected, step.lines_of,
            step.vanished_count, t("相符") if step.counted >= step.rows else t("不相符"),
        )  # fmt: skip


def _money_rows(runs: Sequence[Run]) -> Iterable[Row]:
    for run, step in _each(runs):
        for money in step.money:
            known = money.archive is not None
            yield (
                kind_label(run.kind), step.file, money.column, money_text(money.file),
                money_text(money.archive or 0) if known else "—",
                money_text((money.archive or 0) - money.file) if known else "—", money_text(money.refused),
                t("未核对") if not known else t("相符") if money.ok else t("不相符"),
            )  # fmt: skip


def _refused_rows(runs: Sequence[Run]) -> Iterable[Row]:
    for run, step in _each(runs):
        for row in step.refused:
            yield kind_label(run.kind), step.file, row.row, row.column, row.text, row.cell


def _link_rows(runs: Sequence[Run]) -> Iterable[Row]:
    for run, step in _each(runs):
        for label, found in (
            (t("没有找到的关联"), step.unlinked), (t("没有这个用户的负责人"), step.unknown_owners),
            (t("顺带新建"), step.made_along),
        ):  # fmt: skip
            for text, count in sorted(found.items(), key=lambda x: -x[1]):
                yield kind_label(run.kind), step.file, label, text, count


def _mapping_rows(project: Project, registry: Registry) -> Iterable[Row]:
    for step in project.steps:
        entity = registry.entity(step.entity)
        owner = f"{step.path.name}（{system_label(step.system)}）" if step.system else step.path.name
        for column in step.plan.columns:
            target = target_of(column.target, entity, registry) if column.target else None
            yield owner, entity.label, column.name, target.label if target else column.target or t("不导入")


def _each(runs: Sequence[Run]) -> Iterable[tuple[Run, StepResult]]:
    return ((run, step) for run in runs for step in run.steps)
