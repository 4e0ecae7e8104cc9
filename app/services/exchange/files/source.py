"""The public entry: inspect a file, then take its data rows.

Both work in a child process (`child`), because what an office is sent may be broken, gigantic or hostile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, overload

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.exchange.files.child import run_in_child
from app.services.exchange.files.formats import detect
from app.services.exchange.files.records import Batch, Inspection, ReadOptions
from app.services.exchange.files.tasks import inspect_task, read_task

T = TypeVar("T")
_FOUND = ReadOptions()


def inspect(path: Path, options: ReadOptions = _FOUND, job: Job | None = None) -> Inspection:
    """Find out what is in the file: sheets, encoding, header, columns, rows, and all that should be told.

    Raises UserError for files that cannot be read (in milliseconds where the container itself is hostile),
    EnvironmentProblem for locked ones, Cancelled.
    """
    detect(path)
    for found in run_in_child(inspect_task, path, options, job=job):
        assert isinstance(found, Inspection)
        return found
    raise UserError(t("“{name}”里没有可读取的内容。", name=path.name))


@overload
def read(
    path: Path,
    options: ReadOptions,
    inspection: Inspection,
    *,
    transform: None = None,
    batch_rows: int = 2000,
    job: Job | None = None,
) -> Iterator[Batch]: ...


@overload
def read(
    path: Path,
    options: ReadOptions,
    inspection: Inspection,
    *,
    transform: Callable[[Batch], T],
    batch_rows: int = 2000,
    job: Job | None = None,
) -> Iterator[T]: ...


def read(
    path: Path,
    options: ReadOptions,
    inspection: Inspection,
    *,
    transform: Callable[[Batch], Any] | None = None,
    batch_rows: int = 2000,
    job: Job | None = None,
) -> Iterator[Any]:
    """Yield the data rows in batches of `batch_rows`, aligned to the columns of the file itself.

    `transform`, a picklable callable, is applied in the child; then its results are yielded. What the inspection
    found (sheet, encoding, delimiter, header) holds. Closing the generator ends the child at once.
    """
    settled = replace(
        options,
        sheet=inspection.sheet if inspection.format not in ("csv", "tsv", "vcf") else None,
        encoding=inspection.encoding or options.encoding,
        delimiter=inspection.delimiter or options.delimiter,
        header_rows=inspection.header_rows,
    )
    places = tuple(column.index for column in (inspection.raw or inspection).columns)
    yield from run_in_child(
        read_task, path, settled, inspection.header_rows, places, inspection.rows, transform, batch_rows, job=job
    )
