"""Export: the records of a filter or a selection as a file, within the right to export, fields masked as on screen."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.access import Action
from app.core.fields import Entity, Field
from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record, Sort
from app.core.values import UserNames
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.context import Context
from app.services.exchange.exporting import text as export_text
from app.services.exchange.exporting import vcf as export_vcf
from app.services.exchange.exporting import xlsx as export_xlsx
from app.services.exchange.files.whole import whole_file
from app.services.people.service import PeopleService

if TYPE_CHECKING:
    from app.db.store.reading import Handles

SUFFIXES = (".xlsx", ".csv", ".json", ".vcf")
ENCODINGS = ("utf-8-sig", "utf-8", "gb18030")
_ALSO = ("number", "created_at", "updated_at")


@dataclass(frozen=True)
class ExportReport:
    """How many records went into which file, in how many seconds."""

    rows: int
    path: Path
    seconds: float


class ExportService:
    """Needs the right to export; rows out of its reach are left out."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def export(
        self,
        target: Path,
        entity: str,
        *,
        condition: Filter | None = None,
        handles: Sequence[int] | None = None,
        sorts: Sequence[Sort] = (),
        columns: Sequence[str] | None = None,
        encoding: str = "utf-8-sig",
        job: Job | None = None,
    ) -> ExportReport:
        """Write the records to `target`, whose suffix is the format (.xlsx, .csv, .json, .vcf); an older file goes.

        `handles`: these rows only, in this order; else all that fit `condition`, in the order of `sorts`. `columns`:
        field keys in order; else every field that can be imported, with number and times. `encoding`: of .csv files.
        The file comes back unchanged through an import that updates. Raises NotPermitted, UserError,
        EnvironmentProblem; Cancelled leaves nothing behind.
        """
        described = self._context.registry.entity(entity)
        fields = export_fields(described, columns)
        suffix = _checked(target, described, encoding)
        self._context.actor.require(entity, Action.EXPORT)
        job, started = job or Job(), time.monotonic()
        names = owner_names(PeopleService(self._context))
        with self._context.reading() as work, whole_file(target) as part:
            wanted = _wanted(work, entity, condition, handles, sorts)
            records = _counted(work, described, wanted, fields, suffix, job)
            if suffix == ".xlsx":
                rows = export_xlsx.write(part, described, fields, records, names, job)
            elif suffix == ".csv":
                rows = export_text.write_csv(part, described, fields, records, names, encoding)
            elif suffix == ".json":
                rows = export_text.write_json(part, described, fields, records, names)
            else:
                rows = export_vcf.write(part, described, records)
        self._note(described, target, rows, [f.key for f in fields])
        return ExportReport(rows, target, round(time.monotonic() - started, 3))

    def _note(self, entity: Entity, target: Path, rows: int, columns: list[str]) -> None:
        """Who took what out of the archive stands in the audit chain."""
        if self._context.archive.read_only:
            return
        with self._context.writing() as work:
            summary = t("导出 {n} 条{entity}到 {name}", n=rows, entity=entity.label, name=target.name)
            operation = work.operation("export", summary, params={"columns": columns, "path": str(target)})
            operation.counts = {"exported": rows}
            work.commit()


def export_fields(entity: Entity, columns: Sequence[str] | None = None) -> list[Field]:
    """The fields of an export in order; raises UserError for an unknown one."""
    if columns is not None:
        if not columns:
            raise UserError(t("请至少选择一列。"))
        return [entity.field(key) for key in dict.fromkeys(columns)]
    return [f for f in entity.fields if f.importable or f.key in _ALSO]


def owner_names(people: PeopleService) -> UserNames:
    """Users as files name them: by display name, by user name where two share one, so that they are found again."""
    persons = people.list()
    times = Counter(name for p in persons for name in {p.name, p.username})
    names = {p.id: p.name if times[p.name] == 1 else p.username for p in persons}

    def name_of(user: uuid.UUID) -> str:
        return names.get(user, "")

    return name_of


def _checked(target: Path, entity: Entity, encoding: str) -> str:
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(t("不能导出成“{suffix}”格式。可用的有：{all}。", suffix=suffix, all="、".join(SUFFIXES)))
    if suffix == ".vcf" and entity.key not in ("customers", "contacts"):
        raise UserError(t("只有客户和联系人可以导出成名片（.vcf）。"))
    if encoding not in ENCODINGS:
        raise UserError(t("不能用编码“{encoding}”导出。可用的有：{all}。", encoding=encoding, all="、".join(ENCODINGS)))
    return suffix


def _wanted(
    work: UnitOfWork,
    entity: str,
    condition: Filter | None,
    handles: Sequence[int] | None,
    sorts: Sequence[Sort],
) -> Handles:
    """The handles to export: what is asked for, as far as the right to export reaches."""
    import numpy as np

    reached = work.reader.handles(entity, condition, sorts, action=Action.EXPORT)
    if handles is None:
        return reached
    chosen = np.asarray(list(handles), dtype=np.int64)
    return chosen[np.isin(chosen, reached)]


def _counted(
    work: UnitOfWork, entity: Entity, handles: Handles, fields: Sequence[Field], suffix: str, job: Job
) -> Iterator[Record]:
    """The records with progress. JSON carries the external id whatever the columns; cards take what a card can hold."""
    keys: list[str] | None = [f.key for f in fields]
    if suffix == ".json":
        keys = list(dict.fromkeys([*(keys or ()), *(f.key for f in entity.fields if f.key == "external_id")]))
    elif suffix == ".vcf":
        keys = None
    text = t("正在导出{entity}", entity=entity.label)
    job.progress(text, 0, len(handles))
    for done, record in enumerate(work.reader.each(entity.key, handles.tolist(), keys), 1):
        yield record
        job.progress(text, done, len(handles))
