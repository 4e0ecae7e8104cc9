"""What a file holds and how it would be understood, as JSON data: the answer of `kedang data preview`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.fields import Registry
from app.core.i18n import language
from app.services.exchange.files.records import Batch, Inspection
from app.services.exchange.importing.prepare import Preparer
from app.services.exchange.mapping.plan import ImportPlan

_PROBLEMS = 20  # listed per column


def preview_json(
    inspection: Inspection, plan: ImportPlan, registry: Registry, users: Mapping[str, str]
) -> dict[str, Any]:
    """The inspection with the proposed field of each column, and the problems of the preview rows by column.

    `header_row`: 1-based last header row or None. `users`: names → user id as 32 hex digits.
    """
    problems = _problems(inspection, plan, registry, users)
    columns = [
        {
            "name": column.name, "field": proposed.target, "confidence": proposed.confidence, "why": proposed.why,
            "samples": list(map(str, column.samples)), "problems": problems.get(index, []),
        }
        for index, (column, proposed) in enumerate(zip(inspection.columns, plan.columns, strict=True))
    ]  # fmt: skip
    return {
        "file": str(inspection.path), "format": inspection.format,
        "sheets": [
            {"name": s.name, "rows": s.rows, "columns": s.columns, "hidden": s.hidden} for s in inspection.sheets
        ],
        "sheet": inspection.sheet, "encoding": inspection.encoding, "delimiter": inspection.delimiter,
        "header_row": inspection.header_rows[-1] if inspection.header_rows else None,
        "header_rows": list(inspection.header_rows), "rows": inspection.rows, "columns": columns,
        "row_problems": problems.get(-1, []), "skipped": dict(inspection.skipped), "notes": notes_json(inspection),
    }  # fmt: skip


def notes_json(inspection: Inspection) -> list[dict[str, Any]]:
    """The notes of an inspection."""
    return [{"code": n.code, "text": n.text, "rows": list(n.rows)} for n in inspection.notes]


def _problems(
    inspection: Inspection, plan: ImportPlan, registry: Registry, users: Mapping[str, str]
) -> dict[int, list[dict[str, Any]]]:
    """Column index (-1: the row as a whole) → the first problems of the preview rows."""
    preparer = Preparer(plan, registry, users, language())
    found: dict[int, list[dict[str, Any]]] = {}
    for row in preparer(Batch(list(inspection.preview_rows), [list(cells) for cells in inspection.preview])):
        for index, code, text, severity in row.problems or ():
            listed = found.setdefault(index, [])
            if len(listed) < _PROBLEMS:
                cell = row.cells[index] if index >= 0 else ""
                listed.append({"row": row.row, "text": text, "code": code, "severity": severity, "cell": str(cell)})
    return found
