"""One validator for every engine and every way in: forms, inline edit, command line, undo and import end here.

SQLite would take what PostgreSQL refuses (NUL, over-length text, huge integers), so both are held to the stricter rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.fields import Entity, Field
from app.core.i18n import t
from app.core.kinds import kind_of
from app.errors import UserError


class InvalidFields(UserError):
    """Values that do not fit. `problems`: field key → what is wrong, in words."""

    def __init__(self, entity: Entity, problems: Mapping[str, str]) -> None:
        lines = [f"{entity.field(key).label}：{text}" for key, text in problems.items()]
        super().__init__("；".join(lines))
        self.problems = dict(problems)


def clean_values(entity: Entity, values: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """The values ready to store: texts in NFC, blanks as None. `partial`: only what is given, as for an update.

    Raises InvalidFields naming every field that does not fit, UserError for an unknown field.
    """
    cleaned: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for key, value in values.items():
        field = entity.field(key)
        try:
            cleaned[key] = clean_value(field, value)
        except UserError as error:
            problems[key] = str(error)
    for field in entity.fields:
        given = cleaned.get(field.key)
        empty = given is None and (not partial or field.key in cleaned)
        if field.required and field.key not in problems and empty:
            problems[field.key] = t("必填。")
    if problems:
        raise InvalidFields(entity, problems)
    return cleaned


def clean_value(field: Field, value: Any) -> Any:
    """One value ready to store, or None; raises UserError with what is wrong."""
    if value is None or value in ("", ()):
        return None
    return kind_of(field).clean(field, value)
