"""What stands in the fields of a form, and how it becomes values: by the converters of the import, in a worker."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.core.fields import Entity, Field, FieldType, Link, Point
from app.core.i18n import t
from app.core.validation import InvalidFields
from app.errors import UserError
from app.services.cleaning.dates import parse_date
from app.services.exchange.cells.convert import address_parts
from app.services.exchange.cells.typed import TypedValues
from app.services.workspace import Workspace


@dataclass(frozen=True)
class Ready:
    """A value that was chosen, not typed."""

    value: Any


@dataclass(frozen=True)
class Typed:
    """A text to be understood."""

    text: str


@dataclass(frozen=True)
class PointRow:
    """One number or address of several: its text, its label, and what stood there before."""

    text: str
    label: str = ""
    before: Any = None


@dataclass(frozen=True)
class Rows:
    """Several of them, the first one is the primary one."""

    rows: tuple[PointRow, ...]


@dataclass(frozen=True)
class TieLine:
    """One tie of several: the record that was chosen, or the text that names it; role, note and days as typed."""

    link: Link | None
    text: str
    role: str = ""
    note: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class Ties:
    """Several of them, in order."""

    lines: tuple[TieLine, ...]


Draft = Ready | Typed | Rows | Ties


class DraftReader:
    """Drafts of one form into values. `warnings` collects what should be told though it was taken."""

    def __init__(self, workspace: Workspace, entity: str, users: Mapping[uuid.UUID, str]) -> None:
        names = {name: user for user, name in users.items()}
        self._typed = TypedValues(workspace.context, entity, names)
        self.entity: Entity = self._typed.entity

    @property
    def warnings(self) -> list[str]:
        return self._typed.warnings

    def values(self, drafts: Mapping[str, Draft]) -> dict[str, Any]:
        """All values by field key. Raises InvalidFields naming every field that could not be understood."""
        found: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for key, draft in drafts.items():
            field = self.entity.field(key)
            try:
                found[key] = self.value(field, draft)
                if field.required and found[key] is None:
                    problems[key] = t("必填。")
            except UserError as error:
                problems[key] = str(error).removeprefix(f"{field.label}：")
        if problems:
            raise InvalidFields(self.entity, problems)
        return found

    def value(self, field: Field, draft: Draft) -> Any:
        """One value. Raises UserError in the words of the cleaner."""
        match draft:
            case Ready(value):
                return value
            case Typed(text):
                return self._parse(field, text)
            case Ties(lines):
                links = [link for line in lines for link in self._ties(field, line)]
                return tuple({link.id: link for link in links}.values()) or None
            case Rows(rows):
                filled = [row for row in rows if row.text.strip()]
                if field.type is FieldType.ADDRESSES:
                    return tuple(_address(row) for row in filled) or None
                points: dict[tuple[str, str], Point] = {}
                for row in filled:
                    for point in self._points(field, row):
                        points.setdefault((point.normal, point.extension), point)
                return tuple(points.values()) or None

    def _parse(self, field: Field, text: str) -> Any:
        if not text.strip():
            return None
        return self._typed.values({field.key: text})[field.key]

    def _ties(self, field: Field, line: TieLine) -> list[Link]:
        named = (line.link,) if line.link is not None else self._parse(field, line.text) or ()
        since, until = _day(line.since), _day(line.until)
        if since and until and until < since:
            raise UserError(t("结束的日期早于开始的日期。"))
        return [
            replace(link, role=line.role.strip(), note=line.note.strip(), since=since, until=until) for link in named
        ]

    def _points(self, field: Field, row: PointRow) -> tuple[Point, ...]:
        before = row.before
        if isinstance(before, Point) and before.value == row.text.strip() and not before.extension:
            return (replace(before, label=row.label.strip()),)
        found: tuple[Point, ...] = self._parse(field, row.text) or ()
        label = row.label.strip()
        return tuple(replace(point, label=label or point.label) for point in found)


def _day(text: str) -> date | None:
    found = parse_date(text)
    if found.problem is not None and found.problem.severity == "error":
        raise UserError(found.problem.text)
    return found.value


def _address(row: PointRow) -> Any:
    if row.before is not None and row.before.line() == row.text.strip():
        return replace(row.before, label=row.label.strip())
    found, _problem = address_parts(row.text)
    if found is None:
        raise UserError(row.text)
    return replace(found, label=row.label.strip())
