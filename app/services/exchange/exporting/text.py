"""Records as CSV and as JSON, row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.core.fields import Entity, Field
from app.core.i18n import language
from app.core.records import Record
from app.core.values import UserNames
from app.services.exchange.cells.record_json import record_json
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.files.cell_forms import guarded
from app.services.exchange.mapping.targets import file_headers


def write_csv(
    path: Path, entity: Entity, fields: Sequence[Field], records: Iterator[Record], users: UserNames, encoding: str
) -> int:
    """A comma-separated table as Excel opens it by double click; no cell is taken for a formula."""
    headers = file_headers(entity, language())
    rows = 0
    with path.open("w", encoding=encoding, newline="") as stream:
        # a cell with a lone carriage return or a quote is quoted, and line breaks inside cells stay what they are
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guarded(headers[f.key]) for f in fields])
        for record in records:
            cells = [guarded(cell_text(f, record.get(f.key), users)) for f in fields]
            writer.writerow(cells)
            rows += 1
    return rows


def write_json(path: Path, entity: Entity, fields: Sequence[Field], records: Iterator[Record], users: UserNames) -> int:
    """An array of objects in the form of `record_json`, one to a line."""
    keys = {f.key for f in fields}
    rows = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("[")
        for record in records:
            stream.write(",\n" if rows else "\n")
            json.dump(record_json(entity, record, users, keys), stream, ensure_ascii=False)
            rows += 1
        stream.write("\n]\n" if rows else "]\n")
    return rows
