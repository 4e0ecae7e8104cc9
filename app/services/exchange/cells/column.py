"""What a person decides of one column, and so what the reader of its cells goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: what is told of a word that a pick-list has not; it never costs the row
UNKNOWN_CHOICE = "choice.unknown"


@dataclass(frozen=True)
class ColumnPlan:
    """One column: its name in the file, where it goes (None = not imported), how sure, why.

    `why`: header, content, preset, person, or "" . `unit`: factor of amounts (万元 → 10000).
    `date_order`: ymd, mdy or dmy for dates written in short numbers. `lenient`: a cell that does not fit never keeps its
    row out; it is told, and its text is kept among the remarks. `prefix`: written before every number of the column, where
    the archive has the same numbers from somewhere else. `values`: what words of the file mean in a pick-list: cell text →
    code, or "" to leave it out.
    """

    name: str
    target: str | None = None
    confidence: float = 0.0
    why: str = ""
    unit: int = 1
    date_order: Literal["ymd", "mdy", "dmy"] = "ymd"
    order_certain: bool = False
    lenient: bool = False
    prefix: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
