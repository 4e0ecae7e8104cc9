"""A cell that names a person and says how to reach him: 王小雨 13800138001."""

from __future__ import annotations

import re

_BETWEEN = r"[\s,，;；:：/、|（(\-]*"
_BOTH = re.compile(
    rf"(?P<name>[^\W\d_][^\d,，;；:：/、|（()）+]*?){_BETWEEN}(?P<phone>\+?\d[\d\s\-]{{5,18}}\d)[)）]?\s*"
)


def name_and_phone(cell: str) -> tuple[str, str] | None:
    """(name, phone) of a cell that holds both and nothing else; None for any other."""
    found = _BOTH.fullmatch(cell.strip())
    return (found["name"].strip(), found["phone"].strip()) if found is not None else None
