"""`kedang data preview` and `kedang data import`."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.records import user_ids
from app.cli.session import Session, WrongUsage, session_of
from app.core.clock import now
from app.core.i18n import t
from app.errors import UserError

if TYPE_CHECKING:
    from app.core.fields import Registry
    from app.services.exchange.files.records import Inspection, ReadOptions
    from app.services.exchange.importing.report import ImportReport
    from app.services.exchange.mapping.plan import ImportPlan, Rule
    from app.services.exchange.mapping.whole_table import WholePlan
    from app.services.workspace import Workspace

ISSUES = 200
#: remarks on rows, and names of records made along, that people are told
_WARNED, _NAMED = 20, 20
Sheet = Annotated[str | None, typer.Option("--sheet")]
Encoding = Annotated[str | None, typer.Option("--encoding")]
Delimiter = Annotated[str | None, typer.Option("--delimiter")]
HeaderRow = Annotated[str | None, typer.Option("--header-row")]
To = Annotated[str, typer.Option("--to")]
Words = Annotated[list[str] | None, typer.Option()]


@dataclass(frozen=True)
class Knowledge:
    """What is known of fields and people: the archive's, or the built-in dictionary without one."""

    registry: Registry
    workspace: Workspace | None = None


@contextlib.contextmanager
def knowledge(session: Session) -> Iterator[Knowledge]:
    """The open archive's knowledge when an archive is given, else the built-in fields."""
    if session.archive is None:
        from app.core.dictionary import BUILT_IN

        yield Knowledge(BUILT_IN)
        return
    with session.workspace() as workspace:
        yield Knowledge(workspace.context.registry, workspace)


def options_of(sheet: str | None, encoding: str | None, delimiter: str | None, header_row: str | None) -> ReadOptions:
    """What was fixed by hand. `header_row`: "3", "3,4", or "0" for none."""
    from app.services.exchange.files.records import ReadOptions

    rows: tuple[int, ...] | None = None
    if header_row is not None:
        try:
            rows = tuple(int(word) for word in header_row.split(",") if int(word) > 0)
        except ValueError as error:
            raise WrongUsage(t("--header-row 应是行号，例如 3 或 3,4；0 表示没有表头。")) from error
    return ReadOptions(sheet, encoding, {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter), rows)


def preview(
    context: typer.Context,
    file: Path,
    entity: To = "customers",
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
) -> None:
    """What the file holds; works without an archive too."""
    from app.services.exchange.files.source import inspect
    from app.services.exchange.importing.preview import preview_json
    from app.services.exchange.mapping.mapping import propose

    session = session_of(context)
    options = options_of(sheet, encoding, delimiter, header_row)
    with knowledge(session) as known:
        described = known.registry.entity(entity)
        with session.screen.job() as job:
            found = inspect(file, options, job)
        if known.workspace is not None:
            plan = known.workspace.imports.propose(found, entity)
            users = {name: user.hex for name, user in user_ids(known.workspace).items()}
        else:
            plan, users = propose(found, described, known.registry), {}
        data = preview_json(found, plan, known.registry, users)
    lines = [t("工作表：{sheet}，{n} 行数据", sheet=data["sheet"], n=data["rows"])]
    lines += [
        f"{c['name']} → {c['field'] or '—'} ({c['confidence']:.0%})  {' | '.join(c['samples'][:3])}"
        for c in data["columns"]
    ]
    lines += [note["text"] for note in data["notes"]]
    session.screen.result(data, "\n".join(lines))


def import_file(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    file: Path,
    entity: To,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
    mapping: Annotated[str, typer.Option("--mapping")] = "auto",
    mode: Annotated[str | None, typer.Option("--mode")] = None,
    match: Annotated[str | None, typer.Option("--match")] = None,
    empty: Annotated[str | None, typer.Option("--empty")] = None,
    unmapped: Annotated[str | None, typer.Option("--unmapped")] = None,
    bad_cells: Annotated[str | None, typer.Option("--bad-cells")] = None,
    gaps: Annotated[str | None, typer.Option("--gaps")] = None,
    history: Annotated[bool | None, typer.Option("--history")] = None,
    owner: Annotated[str | None, typer.Option("--owner")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag")] = None,
    assignments: Annotated[list[str] | None, typer.Option("--set")] = None,
    errors_to: Annotated[Path | None, typer.Option("--errors-to")] = None,
    recipe: Annotated[str | None, typer.Option("--recipe")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Import; the good rows are in even when others are not (exit code 3)."""
    from app.services.exchange.importing.preview import notes_json

    session = session_of(context)
    options = options_of(sheet, encoding, delimiter, header_row)
    if unmapped not in (None, "fields", "skip"):
        raise WrongUsage(t("{option} 只能是 {all}。", option="--unmapped", all="fields | skip"))
    if errors_to is not None and errors_to.resolve() == file.resolve():
        raise WrongUsage(t("--errors-to 不能覆盖正在导入的文件，请换一个名字。"))
    with session.workspace() as workspace, session.screen.job() as job:
        inspection = workspace.imports.inspect(file, options, job)
        if recipe:
            from app.cli.clean import recipe_data

            inspection = workspace.imports.with_recipe(inspection, recipe_data(session, recipe, workspace))
        plan = _mapped(workspace, inspection, entity, mapping)
        found = None
        if mapping == "auto":
            found = workspace.imports.whole(
                file, options, inspection, plan, job, unmapped=unmapped or "", mode=mode or plan.mode
            )
            plan = found.plan
        changes: dict[str, Any] = {
            "mode": mode, "empty": empty, "bad_cells": bad_cells, "gaps": gaps, "history": history, "match": _rules(workspace, entity, match),
            "owner": str(workspace.people.get(owner).id) if owner else None, "tags": tuple(tags) if tags else None,
            "defaults": {**plan.defaults, **_defaults(workspace, entity, assignments or [])},
        }  # fmt: skip
        plan = replace(plan, **{key: value for key, value in changes.items() if value is not None})
        _check_choices(plan)
        act = workspace.imports.dry_run if dry_run else workspace.imports.run
        report = act(file, options, inspection, plan, job, errors_to)
    answer(session, report, notes_json(inspection), found)


def answer(session: Session, report: ImportReport, notes: list[dict[str, Any]], whole: WholePlan | None = None) -> None:
    """Tell how an import went; exit code 3 when rows were not taken. `whole`: what became of the columns."""
    from app.services.exchange.importing.report import WARNING

    data: dict[str, Any] = {
        "operation": str(report.operation) if report.operation else None, "rows": report.rows,
        "created": report.created, "updated": report.updated, "unchanged": report.unchanged,
        "duplicates": report.duplicates, "ambiguous": report.ambiguous, "rejected": report.rejected,
        "contacts": report.contacts, "customers": report.customers, "lines": report.lines, "further": report.further,
        "errors_file": str(report.errors_file) if report.errors_file else None,
        "seconds": report.seconds, "dry_run": report.dry_run, "warnings": report.warnings,
        "issues": [
            {"row": i.row, "outcome": i.outcome, "column": i.column, "code": i.code, "text": i.text, "cell": i.cell}
            for i in report.issues[:ISSUES]
        ],
        "notes": notes, "new_fields": list(whole.new_fields) if whole else [],
        "skipped_columns": list(whole.skipped) if whole else [], "id_prefix": whole.id_prefix if whole else "", "recipe": report.recipe,
    }  # fmt: skip
    lines = [
        t(
            "共 {rows} 行：新建 {created}，更新 {updated}，未变 {unchanged}，"
            "重复 {duplicates}，匹配到多条 {ambiguous}，未导入 {rejected}。",
            **{k: data[k] for k in ("rows", "created", "updated", "unchanged", "duplicates", "ambiguous", "rejected")},
        )
    ]
    lines += [note["text"] for note in notes]
    if whole and whole.new_fields:
        lines.append(t("新建了 {n} 个字段：{names}", n=len(whole.new_fields), names="、".join(whole.new_fields)))
    if whole and whole.skipped:
        lines.append(t("有 {n} 列没有导入：{names}", n=len(whole.skipped), names="、".join(whole.skipped)))
    if whole and whole.id_prefix:
        text = t("档案里已有别处来的同样编号，这个文件的编号前面加上了“{prefix}”。", prefix=whole.id_prefix)
        lines.append(text)
    if report.made_along:
        lines.append(t("一并新建：{names}", names="、".join(list(report.made_along)[:_NAMED])))
    warned = [i for i in report.issues if i.outcome == WARNING]
    lines += [t("第 {row} 行：{text}", row=i.row, text=i.text) for i in warned[:_WARNED]]
    if report.warnings > _WARNED:
        lines.append(t("共有 {n} 处提醒，用 --json 可看到更多。", n=report.warnings))
    if report.errors_file:
        lines.append(t("没有导入的行在 {path}，改正后可以再次导入。", path=report.errors_file))
    if report.operation:
        lines.append(t("撤销这次导入：kedang data undo {operation}", operation=report.operation))
    session.screen.result(data, "\n".join(lines))
    if report.rejected + report.ambiguous:
        raise typer.Exit(UserError.exit_code)


# ---- the plan -------------------------------------------------------------------------------------------------------


def _mapped(workspace: Workspace, inspection: Inspection, entity: str, mapping: str) -> ImportPlan:
    """The plan of --mapping: proposed, a preset by name, or a file with a whole plan or {"column": "field"}."""
    from app.services.exchange.mapping.plan import ImportPlan
    from app.services.exchange.mapping.presets import Preset

    proposed = workspace.imports.propose(inspection, entity)
    if mapping == "auto":
        return proposed
    path = Path(mapping)
    if path.suffix.lower() == ".json":
        data = _read_json(path)
        if "columns" not in data:
            return _assigned(workspace, inspection, proposed, data)
        plan = ImportPlan.from_json({**data, "entity": entity})
        preset = Preset(uuid.UUID(int=0), entity, path.stem, "", now(), plan)
    else:
        known = workspace.presets.find(entity, mapping)
        if known is None:
            raise UserError(t("没有叫“{name}”的导入方案。", name=mapping))
        preset = known
        workspace.presets.touch(preset.id)
    return workspace.presets.adapted(preset, inspection, proposed)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(t("这不是有效的导入方案文件。")) from error
    if not isinstance(data, dict):
        raise UserError(t("这不是有效的导入方案文件。"))
    return data


def _assigned(workspace: Workspace, inspection: Inspection, plan: ImportPlan, data: dict[str, Any]) -> ImportPlan:
    """The proposed plan with the targets of a {"column": "field" or null} file; columns it does not name stay out."""
    from app.services.exchange.mapping.targets import header_key, target_of

    registry = workspace.context.registry
    entity = registry.entity(plan.entity)
    wanted = {header_key(name): target for name, target in data.items()}
    unknown = set(wanted) - {header_key(c.name) for c in inspection.columns}
    if unknown:
        missing = next(name for name in data if header_key(name) in unknown)
        raise UserError(t("文件里没有叫“{name}”的列。", name=missing))
    for index, column in enumerate(inspection.columns):
        target = wanted.get(header_key(column.name))
        if target is not None and (not isinstance(target, str) or target_of(target, entity, registry) is None):
            raise UserError(t("“{entity}”没有字段“{key}”。", entity=entity.label, key=target))
        if target != plan.columns[index].target:
            plan = plan.with_target(index, target)
    return plan


def _rules(workspace: Workspace, entity: str, text: str | None) -> tuple[Rule, ...] | None:
    """The match rules of --match: a comma parts rules, "+" joins the fields of one."""
    if not text:
        return None
    described = workspace.context.registry.entity(entity)
    rules = tuple(tuple(key.strip() for key in rule.split("+")) for rule in text.split(",") if rule.strip())
    for key in (key for rule in rules for key in rule):
        described.field(key)
    return rules


def _defaults(workspace: Workspace, entity: str, assignments: list[str]) -> dict[str, str]:
    """Values for blank cells, checked by the converters before anything is read."""
    from app.services.exchange.cells.typed import TypedValues, pairs_of

    pairs = pairs_of(workspace.context.registry.entity(entity), assignments)
    TypedValues(workspace.context, entity, user_ids(workspace)).values(pairs)
    return pairs


def _check_choices(plan: ImportPlan) -> None:
    from app.services.exchange.mapping.plan import BAD_CELLS, GAPS, MODES

    for option, value, known in (
        ("--mode", plan.mode, MODES), ("--empty", plan.empty, ("keep", "clear")),
        ("--bad-cells", plan.bad_cells, BAD_CELLS), ("--gaps", plan.gaps, GAPS),
    ):  # fmt: skip
        if value not in known:
            raise WrongUsage(t("{option} 只能是 {all}。", option=option, all=" | ".join(known)))
