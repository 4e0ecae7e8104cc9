"""`kedang files`: files on records of any kind, in, out, found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.records import Reference, find
from app.cli.session import Limit, WrongUsage, session_of
from app.core.i18n import t
from app.errors import NotFound, UserError

if TYPE_CHECKING:
    from app.core.fields import File
    from app.core.records import ChangeSet, Record
    from app.services.files.sources import Source
    from app.services.workspace import Workspace

Kind = Annotated[str, typer.Argument(metavar="ENTITY")]
Name = Annotated[str, typer.Argument(metavar="NAME")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("附件：任何档案上的文件"), no_args_is_help=True)
    for name, text, verb in (
        ("add", t("添加；文件写 - 时从标准输入读取，名称用 --name"), add),
        ("list", t("一条档案的附件"), list_files),
        ("save", t("另存；目标可以是文件夹，写 - 时写到标准输出"), save),
        ("save-all", t("把一条档案的全部附件存进文件夹"), save_all),
        ("rename", t("改名"), rename),
        ("note", t("写备注"), note),
        ("remove", t("移除，可以撤销"), remove),
        ("find", t("按名称和内容查找附件"), find_files),
        ("text", t("附件里的文字"), text_of),
        ("sweep", t("清理再没有档案和历史提到的内容"), sweep),
    ):
        group.command(name, help=text)(verb)
    return group


def add(
    context: typer.Context,
    entity: Kind,
    reference: Reference,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    note: Annotated[str, typer.Option("--note")] = "",
    field: Annotated[str, typer.Option("--field")] = "files",
    name: Annotated[str, typer.Option("--name")] = "",
) -> None:
    """All of them as one operation, or none."""
    session = session_of(context)
    sources = [_source(path, name) for path in paths]
    with session.workspace() as workspace, session.screen.job() as job:
        record = _record(workspace, entity, reference)
        added = workspace.files.add(record.entity, record.id, sources, field=field, note=note, job=job)
        data = {"files": [_json(file, field) for file in added.files]} | _operation(added.changes)
    session.screen.told((), added.changes)
    session.screen.result(data, t("已添加 {n} 个附件：{names}", n=len(added.files), names=_joined(added.files)))


def list_files(context: typer.Context, entity: Kind, reference: Reference) -> None:
    """Field by field, in their order."""
    session = session_of(context)
    with session.workspace() as workspace:
        record = _record(workspace, entity, reference)
        rows = [_json(held.file, held.field) for held in workspace.files.list(record.entity, record.id)]
    headings = (("name", t("名称")), ("size", t("大小")), ("added_at", t("时间")), ("note", t("备注")))
    session.screen.rows(len(rows), rows, headings)


def save(
    context: typer.Context,
    entity: Kind,
    reference: Reference,
    name: Name,
    target: Annotated[Path, typer.Argument(metavar="TARGET")],
    overwrite: Annotated[bool, typer.Option("--overwrite")] = False,
) -> None:
    """Whole or not at all; what is there already stays, unless --overwrite. To "-" nothing but the file is printed."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        record, file = _file(workspace, entity, reference, name)
        if str(target) == "-":
            workspace.files.write_to(record.entity, record.id, file, sys.stdout.buffer, job)
            sys.stdout.buffer.flush()
            return
        saved = workspace.files.save(record.entity, record.id, file, target, job, overwrite=overwrite)
    session.screen.result({"path": str(saved), "size": file.size, "sha256": file.sha256}, str(saved))


def save_all(
    context: typer.Context,
    entity: Kind,
    reference: Reference,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER")],
) -> None:
    """Names that are taken in the folder get a number."""
    session = session_of(context)
    if not folder.is_dir():
        raise UserError(t("文件夹不存在：{path}", path=folder))
    with session.workspace() as workspace, session.screen.job() as job:
        record = _record(workspace, entity, reference)
        saved = workspace.files.save_all(record.entity, record.id, folder, job)
    session.screen.result({"paths": [str(path) for path in saved]}, "\n".join(map(str, saved)))


def rename(
    context: typer.Context,
    entity: Kind,
    reference: Reference,
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW")],
) -> None:
    """An ending that is left out stays."""
    session = session_of(context)
    with session.workspace() as workspace:
        record, file = _file(workspace, entity, reference, name)
        changes = workspace.files.rename(record.entity, record.id, file, new)
        names = [held.file.name for held in workspace.files.list(record.entity, record.id)]
    session.screen.result({"names": names} | _operation(changes), t("已改名。"))


def note(
    context: typer.Context,
    entity: Kind,
    reference: Reference,
    name: Name,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
) -> None:
    """An empty text takes the note away."""
    session = session_of(context)
    with session.workspace() as workspace:
        record, file = _file(workspace, entity, reference, name)
        changes = workspace.files.note(record.entity, record.id, file, text)
    session.screen.result({"name": file.name, "note": text} | _operation(changes), t("已写备注。"))


def remove(context: typer.Context, entity: Kind, reference: Reference, names: Names) -> None:
    """Off the record; `kedang data undo` brings them back."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = [_file(workspace, entity, reference, name) for name in names]
        some = [file for _, file in found]
        record = found[0][0]
        changes = workspace.files.remove(record.entity, record.id, some)
    data = {"removed": [file.name for file in some]} | _operation(changes)
    session.screen.result(
        data, t("已移除 {n} 个附件。撤销：kedang data undo {operation}", n=len(some), **_operation(changes))
    )


def find_files(context: typer.Context, text: Annotated[str, typer.Argument(metavar="TEXT")], limit: Limit = 50) -> None:
    """Files in whose name or text all these words stand, of records one may see."""
    session = session_of(context)
    with session.workspace() as workspace:
        rows = [
            {"entity": hit.entity, "id": str(hit.record), "title": hit.title, **_json(hit.file, hit.field),
             "excerpt": hit.excerpt}
            for hit in workspace.files.find(text, limit=limit)
        ]  # fmt: skip
    headings = (("entity", t("类别")), ("title", t("档案")), ("name", t("名称")), ("excerpt", t("内容")))
    session.screen.rows(len(rows), rows, headings)


def text_of(context: typer.Context, entity: Kind, reference: Reference, name: Name) -> None:
    """What is written in a file, as far as it can be read; nothing otherwise."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        _, file = _file(workspace, entity, reference, name)
        workspace.files.look([file.sha256], job)
        text = workspace.files.text(file.sha256)
    session.screen.result({"name": file.name, "text": text}, text or "")


def sweep(context: typer.Context) -> None:
    """For administrators; what an undo may still ask for stays."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        swept = workspace.files.sweep(job)
    data = {"contents": swept.contents, "size": swept.size}
    session.screen.result(data, t("已清理 {n} 个文件的内容。", n=swept.contents))


# ---- what several commands share ------------------------------------------------------------------------------------


def _record(workspace: Workspace, entity: str, reference: str) -> Record:
    return find(workspace, entity.replace("-", "_"), reference)


def _file(workspace: Workspace, entity: str, reference: str, name: str) -> tuple[Record, File]:
    """The record and its file of this name, or whose content begins with these digits. Raises NotFound."""
    record = _record(workspace, entity, reference)
    held = [one.file for one in workspace.files.list(record.entity, record.id)]
    found = [file for file in held if file.name == name]
    if not found and len(name) >= 8:
        found = [file for file in held if file.sha256.startswith(name.lower())]
    if not found:
        raise NotFound(t("这条档案没有名为“{name}”的附件。", name=name), details=[file.name for file in held])
    return record, found[0]


def _source(path: Path, name: str) -> Source:
    from app.services.files.sources import Stream

    if str(path) != "-":
        return path
    if not name:
        raise WrongUsage(t("从标准输入读取时，请用 --name 给出附件的名称。"))
    return Stream(name, sys.stdin.buffer)


def _json(file: File, field: str) -> dict[str, Any]:
    from app.services.exchange.cells.record_json import moment_text

    return {
        "name": file.name, "size": file.size, "media_type": file.media_type, "sha256": file.sha256, "note": file.note,
        "added_at": moment_text(file.added_at) if file.added_at else None, "field": field,
    }  # fmt: skip


def _joined(files: tuple[File, ...]) -> str:
    return t("、").join(file.name for file in files)


def _operation(changes: ChangeSet) -> dict[str, Any]:
    return {"operation": str(changes.operation_id) if changes.operation_id else None}
