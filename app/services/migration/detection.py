"""Whose export a file is and which kind of record its rows are: by headers, by the file's name, by what fits best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.fields import Registry
from app.services.exchange.files.records import Inspection
from app.services.exchange.mapping.mapping import propose
from app.services.migration.presets import VCARD, preset_for

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".vcf", ".html", ".xml", ".kedang")
_PROBLEM_ROWS = re.compile(r"_(?:问题行|problem-rows)(?: \(\d+\))?$")


@dataclass(frozen=True)
class Detected:
    """What a table is taken for. `system`: "" when its headers are nobody's; `sure`: told by headers."""

    path: Path
    sheet: str
    system: str
    entity: str
    rows: int
    columns: int
    sure: bool


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files of a migration: those given, and those of folders that can be read; hidden and open ones are left out."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += [
            p
            for p in inside
            if not path.is_dir()
            or (
                p.suffix.lower() in SUFFIXES and not p.name.startswith((".", "~$")) and not _PROBLEM_ROWS.search(p.stem)
            )
        ]
    return list(dict.fromkeys(found))


def detected(inspection: Inspection, registry: Registry) -> Detected:
    """The system and the kind of record of an inspected table."""
    headers = [c.name for c in inspection.columns]
    known = preset_for(headers)
    if inspection.format == "vcf":
        system, entity, sure = VCARD, "contacts", True
    elif known is not None:
        system, entity, sure = known.system, known.entity, True
    else:
        system, entity, sure = "", _by_name(inspection, registry) or _by_fit(inspection, registry), False
    return Detected(inspection.path, inspection.sheet, system, entity, inspection.rows, len(headers), sure)


def _by_name(inspection: Inspection, registry: Registry) -> str:
    """The kind named by the sheet, else by the file; of several the one that is tied to the others: 客户订单 are orders."""
    sheets = [inspection.sheet] if inspection.sheet and inspection.sheet != inspection.path.stem else []
    for text in (*sheets, inspection.path.stem):
        named = [e.key for e in registry if e.named and re.search(e.named, text, re.IGNORECASE)]
        if named:
            return named[-1]
    return ""


def _by_fit(inspection: Inspection, registry: Registry) -> str:
    """The kind whose fields take the most columns by their headers; customers when none stands out."""

    def fit(key: str) -> float:
        plan = propose(inspection, registry.entity(key), registry)
        return sum(c.confidence for c in plan.columns if c.target and c.why == "header")

    best = max((e.key for e in registry if e.named), key=lambda e: (fit(e), e == "customers"))
    return best if fit(best) > fit("customers") + 0.5 else "customers"
