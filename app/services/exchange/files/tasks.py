"""What runs in the child process: inspecting a file, and reading its data rows."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from app.core.i18n import t
from app.services.exchange.files.layout import SAMPLE_ROWS, Layout, column_names, find_layout, fingerprint
from app.services.exchange.files.opening import bounded, open_file
from app.services.exchange.files.records import (
    PREVIEW_ROWS,
    Batch,
    Column,
    Inspection,
    MergedRange,
    Note,
    Opened,
    ReadOptions,
    Report,
    RowKind,
    Tally,
)
from app.services.exchange.files.rows import classify

_SAMPLED = 1_000  # data rows from which example values are taken
_SAMPLES = 5
_DEEPEST_HEADER = 5_000  # row of a header chosen by hand
_REPORTED = 2_000  # rows between two reports
_SKIPPED: tuple[RowKind, ...] = ("blank", "total", "header", "title", "tail")


class _Survey:
    """What one pass over the rows gathers for the inspection."""

    def __init__(self) -> None:
        self.kinds = {kind: Tally() for kind in _SKIPPED}
        self.rows = 0
        self.width = 0
        self.widest_header = 0
        self.used: set[int] = set()
        self.preview: list[tuple[int, list[str]]] = []
        self.samples: dict[int, dict[str, None]] = {}
        self.ragged = Tally()
        self.repeated_headers = Tally()

    def take_data(self, number: int, cells: list[str]) -> None:
        """Count a data row, remember examples, note columns in use and rows wider than the header."""
        self.rows += 1
        self.width = max(self.width, len(cells))
        if len(self.used) < self.width:
            self.used.update(place for place, cell in enumerate(cells) if cell and place not in self.used)
        if self.widest_header and len(cells) > self.widest_header and any(cells[self.widest_header :]):
            self.ragged.add(number)
        if self.rows <= PREVIEW_ROWS:
            self.preview.append((number, cells))
        if self.rows <= _SAMPLED:
            for place, cell in enumerate(cells):
                if cell.strip():
                    seen = self.samples.setdefault(place, {})
                    if len(seen) < _SAMPLES:
                        seen[cell] = None


def inspect_task(report: Report, path: Path, options: ReadOptions) -> Iterator[Inspection]:
    """Yield the one inspection of the file."""
    opened = open_file(path, options, report)
    oversized = Tally()
    rows = bounded(opened.rows, oversized)
    sample = list(islice(rows, max(SAMPLE_ROWS, min(_DEEPEST_HEADER, max(options.header_rows or (0,))))))
    layout = _layout(opened, sample, options)
    survey = _Survey()
    survey.widest_header = max((_reach(labels) for labels in layout.labels), default=0)
    total = next((sheet.rows for sheet in opened.sheets if sheet.name == opened.sheet), 0)
    for done, (kind, number, cells) in enumerate(classify(chain(sample, rows), layout), 1):
        if kind == "data":
            survey.take_data(number, cells)
        else:
            survey.kinds[kind].add(number)
            if kind == "header" and number not in layout.header_rows:
                survey.repeated_headers.add(number)
        if done % _REPORTED == 0:
            report(t("正在检查“{name}”", name=path.name), done, total)
    yield _inspection(path, opened, layout, survey, oversized)


def _layout(opened: Opened, sample: list[tuple[int, list[str]]], options: ReadOptions) -> Layout:
    if opened.names is not None:
        return Layout((), (), 1)
    return find_layout(sample, opened.merged, options.header_rows)


def _reach(cells: Sequence[str]) -> int:
    return max((place + 1 for place, cell in enumerate(cells) if cell.strip()), default=0)


def _inspection(path: Path, opened: Opened, layout: Layout, survey: _Survey, oversized: Tally) -> Inspection:
    width = max(survey.width, survey.widest_header)
    names = list(opened.names) if opened.names else column_names(layout, width, opened.merged)
    labelled = {place for labels in layout.labels for place, cell in enumerate(labels) if cell.strip()}
    kept = [place for place in range(min(width, len(names))) if place in survey.used or place in labelled]
    notes = [*opened.notes, *opened.late_notes(), *_survey_notes(survey, oversized)]
    if not opened.names and len(kept) < width:
        notes.append(Note("empty_columns", t("有 {n} 个空白列没有读取。", n=width - len(kept))))
    notes += _merged_notes(opened.merged, layout)
    sheets = opened.sheets
    if opened.sheets and opened.format in ("csv", "tsv", "vcf"):
        counted = survey.rows + sum(tally.count for tally in survey.kinds.values())
        sheets = (replace(opened.sheets[0], rows=counted, columns=width),)
    return Inspection(
        path=path,
        format=opened.format,
        encoding=opened.encoding,
        encodings=opened.encodings,
        delimiter=opened.delimiter,
        sheets=sheets,
        sheet=opened.sheet,
        header_rows=layout.header_rows,
        first_data_row=survey.preview[0][0] if survey.preview else layout.first_data_row,
        columns=tuple(Column(place, names[place], tuple(survey.samples.get(place, ()))) for place in kept),
        preview=tuple(tuple(pick(cells, kept)) for _, cells in survey.preview),
        preview_rows=tuple(number for number, _ in survey.preview),
        rows=survey.rows,
        skipped={kind: tally.count for kind, tally in survey.kinds.items()},
        notes=tuple(notes),
        fingerprint=fingerprint([names[place] for place in kept]),
        date1904=opened.date1904,
    )


def _survey_notes(survey: _Survey, oversized: Tally) -> list[Note]:
    """What was passed over, with the row numbers, so that nothing vanishes silently."""
    found = []
    blank, total, _, title, tail = (survey.kinds[kind] for kind in _SKIPPED)
    repeated = survey.repeated_headers
    for code, tally, text in (
        ("blank_rows", blank, t("跳过 {n} 个空行。", n=blank.count)),
        ("total_rows", total, t("跳过 {n} 个合计行。", n=total.count)),
        ("repeated_headers", repeated, t("跳过数据中重复出现的 {n} 个表头行。", n=repeated.count)),
        ("title_rows", title, t("跳过表头上方的 {n} 行标题或说明。", n=title.count)),
        ("tail_rows", tail, t("跳过 {n} 行不是数据的文字（制表人、页码、横线、说明等）。", n=tail.count)),
        ("ragged", survey.ragged, t("有 {n} 行的单元格比表头多，可能有错位，请检查。", n=survey.ragged.count)),
        ("long_cells", oversized, t("有 {n} 个单元格超过 32767 个字，多出的部分没有读取。", n=oversized.count)),
    ):
        if tally.count:
            found.append(Note(code, text, tuple(tally.rows)))
    return found


def _merged_notes(merged: Sequence[MergedRange], layout: Layout) -> list[Note]:
    """Cells merged downwards among the data: only the first row has the value."""
    tally = Tally()
    for start, end in sorted(merged):
        if start[0] + 1 >= layout.first_data_row and end[0] > start[0]:
            tally.add(start[0] + 1)
    if not tally.count:
        return []
    text = t("有 {n} 处上下合并的单元格，只有第一行有内容，其余各行为空白。", n=tally.count)
    return [Note("merged_data", text, tuple(tally.rows))]


def pick(cells: list[str], places: Sequence[int]) -> list[str]:
    """The cells at `places`; blanks where the row is shorter."""
    width = len(cells)
    return [cells[place] if place < width else "" for place in places]


def read_task(
    report: Report,
    path: Path,
    options: ReadOptions,
    header: tuple[int, ...],
    places: tuple[int, ...],
    total: int,
    transform: Callable[[Batch], Any] | None,
    batch_rows: int,
) -> Iterator[Any]:
    """Yield the data rows in batches, each passed through `transform`."""
    gc.disable()  # rows hold no cycles, and the child does not live long
    opened = open_file(path, options, report, candidates=False)
    rows = bounded(opened.rows, Tally())
    sample = list(islice(rows, header[-1])) if header else []
    layout = find_layout(sample, header_rows=header) if opened.names is None else Layout((), (), 1)
    widest = places[-1] + 1 if places else 0
    straight = places == tuple(range(widest))
    batch = Batch([], [])
    done = 0
    for kind, number, cells in classify(chain(sample, rows), layout):
        if kind != "data":
            continue
        batch.rows.append(number)
        batch.cells.append(cells if straight and len(cells) == widest else pick(cells, places))
        if len(batch.rows) >= batch_rows:
            done += len(batch.rows)
            yield transform(batch) if transform else batch
            report(t("正在读取“{name}”", name=path.name), done, total)
            batch = Batch([], [])
    if batch.rows:
        yield transform(batch) if transform else batch
