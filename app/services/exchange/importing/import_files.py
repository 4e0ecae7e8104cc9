"""The files around an import: what identifies the source, where its errors workbook goes, how its reading options are kept."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from app.core.i18n import t
from app.core.paths import data_dir, resource_dir
from app.errors import UserError
from app.services.exchange.files.records import ReadOptions


def sha256(path: Path) -> str:
    """The file's digest in hexadecimal; raises UserError when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as f:
            while block := f.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise UserError(t("读不了文件：{path}", path=path)) from error
    return digest.hexdigest()


def options_json(options: ReadOptions) -> dict[str, Any]:
    """Reading options as they are kept with an operation."""
    rows = options.header_rows
    return {
        "sheet": options.sheet, "encoding": options.encoding, "delimiter": options.delimiter,
        "header_rows": list(rows) if rows is not None else None,
    }  # fmt: skip


def rows_tuple(rows: list[int] | None) -> tuple[int, ...] | None:
    """Header rows as `ReadOptions` holds them."""
    return tuple(rows) if rows is not None else None


def beside(path: Path) -> Path:
    """The file's own folder when a person would look there and we may write there; else a folder of ours."""
    bundled = resource_dir() in path.resolve().parents
    if not bundled and os.access(path.parent, os.W_OK):
        return path.parent
    folder = data_dir() / "problem-rows"
    folder.mkdir(exist_ok=True)
    return folder


def free_name(path: Path) -> Path:
    """The path, or the path with a number behind it, so that no earlier file is overwritten."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return candidate
