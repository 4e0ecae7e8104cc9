"""`kedang clean`: profile, cluster and standardise a file or the archive's records; recipes."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.importing import Delimiter, Encoding, HeaderRow, Sheet, options_of
from app.cli.records import FilterOption, filter_of
from app.cli.session import Session, WrongUsage, session_of
from app.core.i18n import t
from app.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.core.jobs import Job
    from app.services.workbench.recipe import Recipe
    from app.services.workbench.service import Records, WriteBack
    from app.services.workbench.table import Table
    from app.services.workspace import Workspace

File = Annotated[Path | None, typer.Argument()]
From = Annotated[str | None, typer.Option("--from")]
Name = Annotated[str, typer.Argument()]
LISTED = 200


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("清洗：概况、聚类、按配方规范"), no_args_is_help=True)
    group.command("profile", help=t("每一列里有什么：重复、空白、格式、异常值"))(profile)
    group.command("cluster", help=t("把同一事物的不同写法聚到一起"))(cluster)
    group.command("standardise", help=t("按清洗配方处理文件或档案；档案只预览，加 --apply 才写入"))(standardise)
    recipes = typer.Typer(help=t("清洗配方"), no_args_is_help=True)
    recipes.command("list", help=t("列出配方"))(list_recipes)
    recipes.command("show", help=t("显示一个配方"))(show_recipe)
    recipes.command("save", help=t("把配方文件存入档案"))(save_recipe)
    recipes.command("delete", help=t("删除配方"))(delete_recipe)
    recipes.command("check", help=t("配方与文件或档案是否对得上"))(check_recipe)
    group.add_typer(recipes, name="recipe")
    return group


# ---- the data -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """What is being cleaned. `keys`: field key → column name, of records."""

    table: Table
    keys: Mapping[str, str]
    workspace: Workspace | None = None
    records: Records | None = None

    def column(self, name: str) -> str:
        """The column of this name or field key."""
        return name if self.table.find(name) is not None else self.keys.get(name, name)


@contextlib.contextmanager
def source(
    session: Session,
    file: Path | None,
    entity: str | None,
    filter_text: str | None,
    options: tuple[str | None, str | None, str | None, str | None],
    job: Job,
) -> Iterator[Source]:
    """The file as a table, or the archive's records; exactly one of them."""
    if (file is None) == (entity is None):
        raise WrongUsage(t("请给出一个文件，或用 --from 指定档案里的一类记录。"))
    condition = filter_of(filter_text)
    if file is not None:
        if condition is not None:
            raise WrongUsage(t("--filter 只用于档案里的记录。"))
        from app.services.workbench.files import load_file

        yield Source(load_file(file, options_of(*options), job).table, {})
        return
    assert entity is not None
    with session.workspace() as workspace:
        records = workspace.workbench.load(entity, condition, job)
        yield Source(records.table, workspace.workbench.renames(entity), workspace, records)


def recipe_named(session: Session, name: str, workspace: Workspace | None) -> Recipe:
    """The recipe of a file, or of a name in the archive."""
    from app.services.workbench.recipe import recipe_of

    return recipe_of(recipe_data(session, name, workspace))


def recipe_data(session: Session, name: str, workspace: Workspace | None) -> Mapping[str, Any]:
    """The JSON data of a recipe: a file (*.json), or a name in the archive."""
    from app.services.workbench.recipe_book import read_recipe

    path = Path(name)
    if path.suffix.lower() == ".json":
        return read_recipe(path)
    if workspace is not None:
        return workspace.recipes.get(name).body
    with session.workspace() as opened:
        return opened.recipes.get(name).body


def _placed(recipe: Recipe, known: Source) -> Recipe:
    """The recipe for this source: of records, fields may be named by their keys."""
    from dataclasses import replace

    there = set(known.table.names)
    keys = {key: name for key, name in known.keys.items() if key not in there}
    return replace(recipe, renames={**keys, **recipe.renames})


# ---- verbs ----------------------------------------------------------------------------------------------------------


def profile(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    file: File = None,
    entity: From = None,
    columns: Annotated[list[str] | None, typer.Option("--column")] = None,
    filter_text: FilterOption = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
) -> None:
    """What every column (or those named) holds."""
    from app.services.workbench.profile import profile as describe

    session = session_of(context)
    options = (sheet, encoding, delimiter, header_row)
    with session.screen.job() as job, source(session, file, entity, filter_text, options, job) as known:
        names = [known.column(name) for name in columns or known.table.names]
        found = [describe(known.table.column(name), known.table.alive, job) for name in names]
        rows = known.table.live
    lines = [
        t(
            "{name}：{distinct} 种值，空白 {blanks}，最常见 {top}",
            name=p.name, distinct=p.distinct, blanks=p.blanks,
            top="、".join(f"{c.value}×{c.count}" for c in p.top[:3]) or "—",
        )
        for p in found
    ]  # fmt: skip
    session.screen.result({"rows": rows, "columns": [p.to_json() for p in found]}, "\n".join(lines))


def cluster(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    file: File = None,
    entity: From = None,
    column: Annotated[str, typer.Option("--column")] = "",
    method: Annotated[str, typer.Option("--method")] = "fingerprint",
    n: Annotated[int, typer.Option("--n")] = 2,
    radius: Annotated[float, typer.Option("--radius")] = 0.0,
    block: Annotated[int, typer.Option("--block")] = 0,
    filter_text: FilterOption = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
) -> None:
    """Clusters of one column, the largest first."""
    from app.services.workbench.clusters import METHODS, Method
    from app.services.workbench.clusters import cluster as find

    session = session_of(context)
    if method not in METHODS:
        raise WrongUsage(t("{option} 只能是 {all}。", option="--method", all=" | ".join(METHODS)))
    if not column:
        raise WrongUsage(t("请用 --column 指定列名。"))
    wanted = Method(method, n, radius, block).settled()
    options = (sheet, encoding, delimiter, header_row)
    with session.screen.job() as job, source(session, file, entity, filter_text, options, job) as known:
        found = find(known.table.column(known.column(column)), wanted, known.table.alive, job)
    lines = [f"{c.suggested} ← " + "、".join(f"{m.value}×{m.count}" for m in c.members) for c in found.clusters]
    session.screen.result(found.to_json(), "\n".join(lines) or t("没有发现可以合并的写法。"))


def standardise(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    file: File = None,
    entity: From = None,
    recipe: Annotated[str, typer.Option("--recipe")] = "",
    out: Annotated[Path | None, typer.Option("--out")] = None,
    removed_to: Annotated[Path | None, typer.Option("--removed-to")] = None,
    apply: Annotated[bool, typer.Option("--apply")] = False,
    filter_text: FilterOption = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
) -> None:
    """Run a recipe. A file: the cleaned copy goes to --out. The archive: a preview, written with --apply."""
    from app.services.workbench.recipe import replay

    session = session_of(context)
    _check_use(file, recipe, apply=apply)
    _check_targets(file, out, removed_to)
    options = (sheet, encoding, delimiter, header_row)
    with session.screen.job() as job, source(session, file, entity, filter_text, options, job) as known:
        wanted = _placed(recipe_named(session, recipe, known.workspace), known)
        table, how = replay(known.table, wanted, job)
        data: dict[str, Any] = {"rows": table.live, "columns": list(table.names), "report": how.report()}
        lines = [f"{one['told']}：{_counts(one)}" for one in data["report"]["steps"]]
        _write_files(known, table, {"out": out, "removed_to": removed_to}, data, job)
        back: WriteBack | None = None
        if known.records is not None and known.workspace is not None:
            act = known.workspace.workbench.apply if apply else known.workspace.workbench.preview
            back = act(known.records, table, job)
            data |= _written(back)
            lines.append(_written_text(back))
    session.screen.result(data, "\n".join(lines))
    if data["report"]["not_understood"] or (back is not None and back.left_count):
        raise typer.Exit(UserError.exit_code)


def _check_use(file: Path | None, recipe: str, *, apply: bool) -> None:
    if not recipe:
        raise WrongUsage(t("请用 --recipe 指定清洗配方的名字或文件。"))
    if apply and file is not None:
        raise WrongUsage(t("--apply 只用于档案里的记录；文件请用 --out 写出。"))


def _check_targets(file: Path | None, out: Path | None, removed_to: Path | None) -> None:
    """The source stays as it is, and no result takes the place of the other."""
    targets = [path.resolve() for path in (out, removed_to) if path is not None]
    if file is not None and file.resolve() in targets:
        raise WrongUsage(t("不能覆盖正在清洗的原文件，请换一个名字。"))
    if len(set(targets)) < len(targets):
        raise WrongUsage(t("--out 和 --removed-to 不能是同一个文件。"))


def _write_files(
    known: Source, table: Table, wanted: Mapping[str, Path | None], data: dict[str, Any], job: Job
) -> None:
    from app.services.workbench.files import write_table

    for key, path in wanted.items():
        data[key] = str(path) if path is not None else None
        if path is None:
            continue
        if known.records is not None and known.workspace is not None:
            known.workspace.workbench.export(known.records, table, path, job, removed=key == "removed_to")
        else:
            write_table(path, table, job, removed=key == "removed_to")


def _counts(one: Mapping[str, Any]) -> str:
    text = t("改动 {changed}，移出 {removed} 行，看不懂 {unread}", changed=one["changed"], removed=one["removed"],
             unread=one["not_understood"])  # fmt: skip
    if one["map_gone_count"] or one["map_unknown_rows"]:
        text += t("，对照表中 {gone} 个值没有出现，{unknown} 行的值不在表中", gone=one["map_gone_count"],
                  unknown=one["map_unknown_rows"])  # fmt: skip
    return text


def _written(back: WriteBack) -> dict[str, Any]:
    return {
        "operation": str(back.operation) if back.operation else None, "dry_run": back.dry_run,
        "records_changed": back.records, "cells_changed": back.cells, "left_count": back.left_count,
        "left": [
            {"id": str(one.id) if one.id else None, "title": one.title, "field": one.field, "cell": one.cell,
             "why": one.why}
            for one in back.left[:LISTED]
        ],
        "ignored_columns": list(back.ignored), "notes": [note.words for note in back.changes.notes],
        "samples": [
            {"title": title, "field": label, "before": before, "after": after}
            for title, label, before, after in back.samples[:LISTED]
        ],
    }  # fmt: skip


def _written_text(back: WriteBack) -> str:
    counts = {"records": back.records, "cells": back.cells, "left": back.left_count}
    text = t("已改动 {records} 条档案的 {cells} 个字段，{left} 处保持不变。", **counts)
    if back.dry_run:
        text = t("将改动 {records} 条档案的 {cells} 个字段，{left} 处保持不变。加 --apply 写入。", **counts)
    return "\n".join([text, *(note.words for note in back.changes.notes)])


# ---- recipes --------------------------------------------------------------------------------------------------------


def list_recipes(context: typer.Context) -> None:
    """All recipes of the archive."""
    from app.services.exchange.cells.record_json import moment_text

    session = session_of(context)
    with session.workspace() as workspace:
        rows = [
            {"name": r.name, "steps": r.steps, "updated_at": moment_text(r.updated_at)}
            for r in workspace.recipes.list()
        ]
    session.screen.rows(len(rows), rows, (("name", t("名称")), ("steps", t("步骤")), ("updated_at", t("修改时间"))))


def show_recipe(context: typer.Context, name: Name) -> None:
    """One recipe as it is kept."""
    from app.services.workbench.operations import told
    from app.services.workbench.recipe import recipe_of

    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.recipes.get(name)
    lines = [f"{place}. {told(step)}" for place, step in enumerate(recipe_of(found.body).steps, 1)]
    session.screen.result({"name": found.name, **found.body}, "\n".join(lines))


def save_recipe(context: typer.Context, name: Name, file: Path) -> None:
    """Keep the recipe of a file under a name."""
    from app.services.workbench.recipe_book import read_recipe

    session = session_of(context)
    body = read_recipe(file)
    with session.workspace() as workspace:
        saved = workspace.recipes.save(name, body)
    session.screen.result({"name": saved.name, "steps": saved.steps}, t("已保存清洗配方“{name}”", name=saved.name))


def delete_recipe(context: typer.Context, name: Name) -> None:
    """Forget a recipe."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.recipes.delete(name)
    session.screen.result({"deleted": name}, t("已删除清洗配方“{name}”", name=name))


def check_recipe(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument()],
    on: Annotated[str, typer.Option("--on")],
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header_row: HeaderRow = None,
) -> None:
    """Whether a recipe fits a file, or the records of an entity; nothing is changed. Exit code 3 when it does not."""
    from app.services.workbench.recipe import check, replay

    session = session_of(context)
    path = Path(on)
    is_file = path.exists() or bool(path.suffix)
    options = (sheet, encoding, delimiter, header_row)
    with (
        session.screen.job() as job,
        source(session, path if is_file else None, None if is_file else on, None, options, job) as known,
    ):
        wanted = _placed(recipe_named(session, recipe, known.workspace), known)
        found = check(wanted, known.table.names)
        data = found.to_json()
        if found.fits:
            data["report"] = replay(known.table, wanted, job)[1].report()
    lines = [t("对得上。")] if found.fits else []
    lines += [t("缺少列：{names}", names="、".join(found.missing))] if found.missing else []
    session.screen.result(data, "\n".join([*lines, *found.problems, *found.notes]))
    if not found.fits:
        raise typer.Exit(UserError.exit_code)
