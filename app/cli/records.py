"""`kedang customers|contacts|deals|…`: list, show, add, edit, delete, history."""

from __future__ import annotations

import contextlib
import functools
import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.screen import cell
from app.cli.session import Limit, Offset, Session, WrongUsage, session_of
from app.core.i18n import t
from app.errors import NotFound

if TYPE_CHECKING:
    from app.core.fields import Entity
    from app.core.filters import Filter
    from app.core.records import Record, Sort
    from app.services.records import RecordService
    from app.services.workspace import Workspace

FilterOption = Annotated[str | None, typer.Option("--filter")]
SortOption = Annotated[str | None, typer.Option("--sort")]
ColumnsOption = Annotated[str | None, typer.Option("--columns")]
SetOption = Annotated[list[str], typer.Option("--set")]
Reference = Annotated[str, typer.Argument(metavar="REF")]


def build(entity: Entity) -> typer.Typer:
    """The group of one entity, its help in the language in force."""
    group = typer.Typer(help=entity.label, no_args_is_help=True)
    verbs: tuple[tuple[str, str, Callable[..., None]], ...] = (
        ("list", t("列出；--filter JSON、--sort 字段,-字段、--columns 字段,字段"), list_records),
        ("show", t("显示一条：编号、ID 或外部编号"), show),
        ("add", t("新建；--set 字段=值，可以重复"), add),
        ("edit", t("修改；--set 字段=值，可以重复；--set 字段= 清空"), edit),
        ("delete", t("放入回收站"), delete),
        ("history", t("这一条的修改历史"), history),
    )
    for name, text, verb in verbs:
        group.command(name, help=text)(_of(verb, entity.key))
    return group


def _of(verb: Callable[..., None], entity: str) -> Callable[..., None]:
    """The verb for one entity, with the verb's own options."""

    @functools.wraps(verb)
    def command(context: typer.Context, **options: Any) -> None:
        verb(context, entity=entity, **options)

    import inspect
    from typing import get_type_hints

    hints = get_type_hints(verb, include_extras=True)
    kept = [
        p.replace(annotation=hints[p.name]) for p in inspect.signature(verb).parameters.values() if p.name != "entity"
    ]
    command.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in kept}
    del command.__wrapped__
    return command


# ---- what several commands share ------------------------------------------------------------------------------------


def filter_of(text: str | None) -> Filter | None:
    """The filter tree of a --filter option."""
    if not text:
        return None
    from app.core.filters import parse

    try:
        return parse(json.loads(text))
    except json.JSONDecodeError as error:
        raise WrongUsage(t("--filter 后面不是有效的 JSON：{reason}", reason=error.msg)) from error
    except RecursionError as error:
        raise WrongUsage(t("--filter 后面不是有效的 JSON：{reason}", reason=t("嵌套太深"))) from error


def sorts_of(text: str | None) -> tuple[Sort, ...]:
    """The order of a --sort option: field,-field."""
    from app.core.records import Sort

    words = [w.strip() for w in (text or "").split(",") if w.strip()]
    return tuple(Sort(w.removeprefix("-"), w.startswith("-")) for w in words)


def columns_of(text: str | None) -> list[str] | None:
    """The field keys of a --columns option."""
    words = [w.strip() for w in (text or "").split(",") if w.strip()]
    return words or None


def user_ids(workspace: Workspace) -> dict[str, uuid.UUID]:
    """Users by name and by user name, the latter winning."""
    people = workspace.people.list(active_only=True)
    return {p.name: p.id for p in people} | {p.username: p.id for p in people}


def find(workspace: Workspace, entity: str, reference: str) -> Record:
    """The record with this id, number or external id; raises NotFound."""
    service = workspace.records(entity)
    with contextlib.suppress(ValueError, NotFound):
        return service.current(uuid.UUID(reference))
    for key in ("number", "external_id"):
        if service.entity.find(key):
            found = service.find_by(key, reference)
            if found is not None:
                return found
    raise NotFound(t("找不到“{reference}”。请用编号、ID 或外部编号。", reference=reference))


def _json(workspace: Workspace, service: RecordService, record: Record, columns: list[str] | None) -> dict[str, Any]:
    from app.services.exchange.cells.record_json import record_json

    names = workspace.people.names()
    return record_json(service.entity, record, lambda user: names.get(user, ""), columns)


def _shown(session: Session, service: RecordService, data: dict[str, Any]) -> None:
    labels = {f.key: f.label for f in service.entity.fields}
    lines = [
        f"{labels[key]}：{cell(value)}" for key, value in data.items() if key in labels and value not in (None, [])
    ]
    session.screen.result(data, "\n".join([str(data["id"]), *lines]))


# ---- the commands ---------------------------------------------------------------------------------------------------


def list_records(
    context: typer.Context,
    entity: str,
    filter_text: FilterOption = None,
    sort: SortOption = None,
    columns: ColumnsOption = None,
    limit: Limit = 100,
    offset: Offset = 0,
    deleted: bool = False,
) -> None:
    """A page of the records that fit; --deleted: those in the recycle bin."""
    session = session_of(context)
    condition, sorts, wanted = filter_of(filter_text), sorts_of(sort), columns_of(columns)
    with session.workspace() as workspace:
        service = workspace.records(entity)
        fields = [service.entity.field(key) for key in wanted or ()]
        total, records = service.list(condition, sorts, limit=limit, offset=offset, deleted=deleted)
        from app.services.exchange.cells.record_json import record_json

        names = workspace.people.names()
        rows = [record_json(service.entity, r, lambda user: names.get(user, ""), wanted) for r in records]
        shown = fields or [f for f in service.entity.fields if f.shown or f.key == "number"]
        headings = [(f.key, f.label) for f in shown]
    session.screen.rows(total, rows, headings)


def show(context: typer.Context, entity: str, reference: Reference) -> None:
    """One record whole."""
    session = session_of(context)
    with session.workspace() as workspace:
        service = workspace.records(entity)
        data = _json(workspace, service, find(workspace, entity, reference), None)
    _shown(session, service, data)


def add(context: typer.Context, entity: str, assignments: SetOption) -> None:
    """A new record from field=value words."""
    from app.services.exchange.cells.typed import TypedValues, pairs_of

    session = session_of(context)
    with session.workspace() as workspace:
        service = workspace.records(entity)
        typed = TypedValues(workspace.context, entity, user_ids(workspace))
        values = typed.values(pairs_of(service.entity, assignments))
        record, changes = service.create({key: value for key, value in values.items() if value is not None})
        data = _json(workspace, service, record, None) | {
            "operation": str(changes.operation_id), "notes": [note.words for note in changes.notes],
        }  # fmt: skip
    session.screen.told(typed.warnings, changes)
    _shown(session, service, data)


def edit(context: typer.Context, entity: str, reference: Reference, assignments: SetOption) -> None:
    """Change fields of a record; an empty value clears the field. "operation" is null when nothing changed."""
    from app.services.exchange.cells.typed import TypedValues, pairs_of

    session = session_of(context)
    with session.workspace() as workspace:
        service = workspace.records(entity)
        current = find(workspace, entity, reference)
        typed = TypedValues(workspace.context, entity, user_ids(workspace))
        values = typed.values(pairs_of(service.entity, assignments), current)
        record, changes = service.update(current.id, values, expected_version=current.version)
        operation = str(changes.operation_id) if changes.operation_id else None
        data = _json(workspace, service, record, None) | {
            "operation": operation, "notes": [note.words for note in changes.notes],
        }  # fmt: skip
    session.screen.told(typed.warnings, changes)
    _shown(session, service, data)


def delete(context: typer.Context, entity: str, reference: Reference) -> None:
    """Into the recycle bin; `kedang data undo` brings it back."""
    session = session_of(context)
    with session.workspace() as workspace:
        record = find(workspace, entity, reference)
        changes = workspace.records(entity).delete(record.id)
        operation = str(changes.operation_id) if changes.operation_id else None
    text = t("已放入回收站。撤销：kedang data undo {operation}", operation=operation)
    session.screen.result({"deleted": str(record.id), "operation": operation}, text)


def history(context: typer.Context, entity: str, reference: Reference, limit: Limit = 100, offset: Offset = 0) -> None:
    """The changes of a record, newest first."""
    from app.services.exchange.cells.record_json import moment_text

    session = session_of(context)
    with session.workspace() as workspace:
        entries = workspace.records(entity).history(find(workspace, entity, reference).id)
    rows = [
        {
            "operation": str(e.operation_id), "at": moment_text(e.at), "actor": e.actor, "kind": e.kind, "action": e.action,
            "fields": [{"field": f.key, "before": f.before, "after": f.after} for f in e.fields], "raw": dict(e.raw),
        }
        for e in entries[offset : offset + limit]
    ]  # fmt: skip
    headings = (("at", t("时间")), ("actor", t("操作人")), ("action", t("动作")), ("fields", t("改动")))
    session.screen.rows(len(entries), rows, headings)
