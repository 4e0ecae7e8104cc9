"""Patterns that people write: RE2 only, so that none can hang the program."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.core.i18n import t
from app.errors import UserError


@lru_cache(maxsize=256)
def compiled(pattern: str, case: bool = True) -> Any:
    """The compiled pattern; raises UserError for one that RE2 does not take."""
    import re2

    options = re2.Options()
    options.case_sensitive = case
    options.log_errors = False
    options.max_mem = 64 << 20
    try:
        return re2.compile(pattern, options=options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        why = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise UserError(t("正则表达式写得不对：{why}", why=why)) from error
