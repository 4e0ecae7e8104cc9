"""Another archive's records as files that can be brought over: numbers, links and times as they are there."""

from __future__ import annotations

import csv
from pathlib import Path

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.fields import Field, FieldType
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.core.values import UserNames
from app.errors import EnvironmentProblem
from app.services.context import Context
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.exporting.export import owner_names
from app.services.exchange.files.cell_forms import LINK_MARKS, guarded, join_items
from app.services.migration.records import ORDER
from app.services.people.service import PeopleService

_OWN = "external_id"


def export_archive(context: Context, folder: Path, job: Job) -> list[tuple[str, Path]]:
    """(entity, file) of every kind of record that the archive holds. The archive's own ids become external ids, so that
    links hold and a second migration finds its records again."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentProblem(
            t("写不了文件：{path}（{reason}）", path=folder, reason=error.strerror or error)
        ) from error
    names = owner_names(PeopleService(context))
    made = []
    for key in ORDER:
        entity = context.registry.entity(key)
        context.actor.require(key, Action.EXPORT)
        fields = [f for f in entity.fields if _goes_over(f)]
        path = folder / f"{key}.csv"
        with context.reading() as work, path.open("w", newline="", encoding="utf-8-sig") as file:
            handles = work.reader.handles(key, action=Action.EXPORT).tolist()
            out = csv.writer(file)
            out.writerow([_OWN, *(f.zh if f.custom else f.key for f in fields)])
            for done, record in enumerate(work.reader.each(key, handles), 1):
                out.writerow([record.id.hex, *(_cell(f, record, names) for f in fields)])
                job.progress(t("正在读出{entity}", entity=entity.label), done, len(handles))
        if handles:
            made.append((key, path))
        else:
            path.unlink()
    return made


def _goes_over(field: Field) -> bool:
    if field.key in (_OWN, "number"):
        return False
    return field.key == "created_at" or (field.importable and field.type is not FieldType.ADDRESSES)


def _cell(field: Field, record: Record, names: UserNames) -> str:
    value = record.get(field.key)
    if field.type is FieldType.LINKS and value:
        by_name = BUILT_IN.entity(field.target).picklist  # those are the same in both archives by name, not by id
        return join_items((link.title if by_name else link.id.hex for link in value), LINK_MARKS)
    return guarded(cell_text(field, value, names))
