"""Cells as text for the clipboard, safe to paste into a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.core.jobs import Job
from app.views.widgets.table.source import RowSource, cell_text

_DANGEROUS = tuple("=+-@＝＋－＠\t\r")
_PLAIN_NUMBER = re.compile(r"[+-]?[\d\s,.()¥￥$%-]*")


def disarm(text: str) -> str:
    """`text` with an apostrophe in front where a spreadsheet would take it for a formula; numbers and phones stay."""
    return "'" + text if text.startswith(_DANGEROUS) and not _PLAIN_NUMBER.fullmatch(text) else text


def tsv_cell(text: str) -> str:
    """One value: disarmed, and quoted if it has tabs, quotes or line breaks."""
    text = disarm(text)
    if any(char in text for char in '\t\n\r"'):
        return '"' + text.replace('"', '""') + '"'
    return text


def tsv(rows: Iterable[Sequence[str]]) -> str:
    """Rows of values, parted by tabs and line breaks."""
    return "\n".join("\t".join(map(tsv_cell, row)) for row in rows)


def read_cells(job: Job, source: RowSource, handles: Sequence[int], columns: Sequence[int]) -> str:
    """In a worker: these columns of these rows as TSV; lost records are left out."""
    lines: list[list[str]] = []
    for start in range(0, len(handles), 128):
        job.check()
        part = handles[start : start + 128]
        rows = source.load_rows(part)
        lines += [[cell_text(rows[handle][at]) for at in columns] for handle in part if rows.get(handle)]
    return tsv(lines)
