"""The doors through which records are made and changed, each as a function from the same values; and what a record leaves."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.fields import Entity, Field, FieldType, Link
from app.core.filters import Condition, Listed
from app.core.jobs import Job
from app.core.records import Record
from app.core.values import to_json
from app.errors import UserError
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.cells.typed import TypedValues, pairs_of
from app.services.exchange.files.records import ReadOptions
from app.services.exchange.mapping.plan import ImportPlan
from app.services.workbench.table import TableBuilder
from app.services.workspace import Workspace

Values = Mapping[str, Any]
#: what tells two records of the same values apart
APART = frozenset({"number", "external_id", "created_at", "updated_at", "position", "stage_since", "changed_at"})


def importable(field: Field) -> bool:
    """Whether a file may give the field, and a form too."""
    return (
        field.importable and not field.readonly and field.type is not FieldType.ADDRESSES and field.key != "external_id"
    )


# ---- making ---------------------------------------------------------------------------------------------------------


def by_form(workspace: Workspace, kind: str, rows: Sequence[tuple[str, Values]]) -> dict[str, str]:
    """Make a record of each (external id, values); returns the refused ones with the reason."""
    refused: dict[str, str] = {}
    for code, values in rows:
        try:
            workspace.records(kind).create({**values, "external_id": code})
        except UserError as error:
            refused[code] = str(error)
    return refused


def by_file(
    workspace: Workspace, kind: str, rows: Sequence[tuple[str, Values]], folder: Path, mode: str
) -> dict[str, str]:
    """Import the rows; returns the refused ones with the reason."""
    entity = workspace.context.registry.entity(kind)
    keys = [f.key for f in entity.fields if any(f.key in values for _, values in rows)]
    path = folder / f"{uuid.uuid4().hex}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["external_id", *keys])
        for code, values in rows:
            out.writerow([code, *(_cell(entity.field(key), values.get(key)) for key in keys)])
    inspection = workspace.imports.inspect(path)
    columns = tuple(ColumnPlan(key, key) for key in ("external_id", *keys))
    plan = ImportPlan(kind, columns, mode=mode, match=(("external_id",),), gaps="error", lists="replace")
    report = workspace.imports.run(path, ReadOptions(), inspection, plan, Job())
    told = {issue.row: issue.text for issue in report.issues if issue.outcome == "rejected"}
    return {rows[row - 2][0]: text for row, text in told.items()}


def _cell(field: Field, value: Any) -> str:
    if field.type is FieldType.LINKS and value:
        return CODES[value[0].id]  # a file names a record by its number in another system
    if field.type is FieldType.USER and value:
        return "钱总"
    return cell_text(field, value, str)


#: record → its external id, of records that others are tied to
CODES: dict[uuid.UUID, str] = {}


# ---- changing -------------------------------------------------------------------------------------------------------


def change_by_form(workspace: Workspace, kind: str, record: Record, values: Values, _folder: Path) -> None:
    workspace.records(kind).update(record.id, values)


def change_by_command(workspace: Workspace, kind: str, record: Record, values: Values, _folder: Path) -> None:
    """Words as on the command line: field=value."""
    entity = workspace.context.registry.entity(kind)
    users = {"钱总": workspace.actor.user_id}
    words = [f"{key}={_cell(entity.field(key), value)}" for key, value in values.items()]
    typed = TypedValues(workspace.context, kind, users).values(pairs_of(entity, words))
    workspace.records(kind).update(record.id, typed, expected_version=record.version)


def change_in_bulk(workspace: Workspace, kind: str, record: Record, values: Values, _folder: Path) -> None:
    kept = workspace.records(kind).update_many([record.handle], values).kept
    if kept:
        raise UserError(kept[0].reason)


def change_by_file(workspace: Workspace, kind: str, record: Record, values: Values, folder: Path) -> None:
    refused = by_file(workspace, kind, [(str(record.get("external_id")), values)], folder, "update")
    if refused:
        raise UserError(next(iter(refused.values())))


def change_by_upsert(workspace: Workspace, kind: str, record: Record, values: Values, folder: Path) -> None:
    entity = workspace.context.registry.entity(kind)
    titled = {entity.title: record.get(entity.title)} if importable(entity.field(entity.title)) else {}
    needed = {f.key: record.get(f.key) for f in entity.fields if f.required and importable(f)}
    whole = {k: v for k, v in {**titled, **needed}.items() if v is not None} | dict(values)
    refused = by_file(workspace, kind, [(str(record.get("external_id")), whole)], folder, "upsert")
    if refused:
        raise UserError(next(iter(refused.values())))


def change_and_redo(workspace: Workspace, kind: str, record: Record, values: Values, folder: Path) -> None:
    """Undo and redo are doors, too: what was there is there again, and then the change."""
    before = left(workspace, kind, record.id)
    _, changes = workspace.records(kind).update(record.id, values)
    if changes.operation_id is None:
        return
    undone = workspace.history.undo(changes.operation_id)
    assert undone.kept == ()
    assert left(workspace, kind, record.id) == before
    again = workspace.history.undo(undone.operation_id)
    assert again.kept == ()


def change_on_bench(workspace: Workspace, kind: str, record: Record, values: Values, _folder: Path) -> None:
    """Write the values back from the clean-up bench."""
    loaded = workspace.workbench.load(kind, Listed((record.id,)))
    entity = workspace.context.registry.entity(kind)
    names = workspace.workbench.names(entity, workspace.workbench.fields(kind))
    by_key = {key: name for name, key in names.items()}
    cells = [_bench_cell(loaded.table, names, name, entity, by_key, values) for name in names]
    builder = TableBuilder(list(names), list(names.values()))
    builder.add([record.handle], [cells])
    done = workspace.workbench.apply(loaded, builder.table())
    if done.left:
        raise UserError(done.left[0].why)


def _bench_cell(
    table: Any, names: Mapping[str, str], name: str, entity: Entity, by_key: Mapping[str, str], values: Values
) -> str:
    key = names[name]
    if key in values:
        return cell_text(entity.field(key), values[key], str)
    column = next(c for c in table.columns if c.source == key)
    return str(column.values[column.codes[0]])


Change = Callable[[Workspace, str, Record, Values, Path], None]
DOORS: Mapping[str, Change] = {
    "form": change_by_form,
    "command line": change_by_command,
    "bulk edit": change_in_bulk,
    "update file": change_by_file,
    "upsert file": change_by_upsert,
    "undo and redo": change_and_redo,
    "bench": change_on_bench,
}


# ---- what a record leaves -------------------------------------------------------------------------------------------


def left(workspace: Workspace, kind: str, record: uuid.UUID) -> dict[str, Any]:
    """The record, its parts and the figures of what it is tied to, in portable form, without what is each one's own."""
    found = workspace.records(kind).get(record)
    said: dict[str, Any] = {"record": _portable(workspace, kind, found)}
    for other in workspace.context.registry:
        links = [f for f in other.fields if f.type is FieldType.LINKS and f.target == kind]
        if other.parent and any(f.key == other.parent for f in links):
            parts = workspace.records(other.key).list(Condition(other.parent, "in", str(record)), limit=1000)[1]
            portable = [_portable(workspace, other.key, part, without=(other.parent,)) for part in parts]
            said[other.key] = sorted(portable, key=str)
    return said


def _portable(workspace: Workspace, kind: str, record: Record, without: Sequence[str] = ()) -> dict[str, Any]:
    entity = workspace.context.registry.entity(kind)
    return {
        f.key: to_json(f, _untitled(record.get(f.key)) or None)
        for f in entity.fields
        if f.key not in APART and f.key not in without
    }


def _untitled(value: Any) -> Any:
    """Ties are the same when they name the same record."""
    if isinstance(value, tuple) and value and isinstance(value[0], Link):
        return tuple(replace(link, title="", role="") for link in value)
    return value


def differences(one: dict[str, Any], two: dict[str, Any], own: set[str]) -> dict[str, Any]:
    """Where two records differ: key → both values. `own`: texts that are each one's own."""
    found: dict[str, Any] = {}
    for key in one["record"]:
        mine, theirs = one["record"][key], two["record"][key]
        if mine != theirs and not {str(mine), str(theirs)} <= own and key != "day":
            found[key] = (mine, theirs)
    return found | {key: (one[key], two[key]) for key in one if key != "record" and one[key] != two[key]}
