"""The import plan: everything a person decides before rows are written. Saved as a preset, sent to the child process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.db.store.behaviour import REFUSE, TELL, TELL_OF_ENDED, Terms
from app.errors import UserError
from app.services.exchange.cells.column import ColumnPlan

CREATE, UPDATE, UPSERT = "create", "update", "upsert"
MODES = (CREATE, UPDATE, UPSERT)
BAD_CELLS = ("reject", "blank", "keep")
GAPS: Mapping[str, str] = {"auto": TELL_OF_ENDED, "error": REFUSE, "warn": TELL}
Rule = tuple[str, ...]


@dataclass(frozen=True)
class ImportPlan:
    """`columns` are aligned to the inspection's columns.

    `match`: rules tried in order. `empty`: "keep" or "clear" what a blank cell meets in an existing record.
    `lists`: "add" to or "replace" the phones, e-mails and tags of an existing record. `bad_cells`: "reject" the row or
    "blank" the cell when a cell cannot be understood, or "keep" its text among the remarks. `titles`: columns whose
    cells together name a row without a title, tried in order; of two, the given name comes first. `links`: "make"
    customers and other records that are named and not there, or leave the link "open" and take the row all the same.
    `owner`: user id as text, or "" for the importing person. `gaps`: what becomes of a row that lacks what its state
    requires (a deal's stage asks for fields): "error" refuses it, "warn" takes and tells it, "auto" refuses it unless it is
    new and had ended before. `new_choices`: words that an office's pick-list has not are added to it, else they are left out
    and told. `history`: the rows tell of another system's past: a day they do not give is not known,
    instead of today.
    """

    entity: str
    columns: tuple[ColumnPlan, ...]
    mode: str = CREATE
    match: tuple[Rule, ...] = ()
    empty: str = "keep"
    lists: str = "add"
    bad_cells: str = "reject"
    owner: str = ""
    tags: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    region: str = "CN"
    date1904: bool = False
    titles: tuple[tuple[int, ...], ...] = ()
    links: str = "make"
    gaps: str = "auto"
    history: bool = False
    new_choices: bool = True

    def with_target(self, index: int, target: str | None) -> ImportPlan:
        """Another target for one column, chosen by the person."""
        columns = list(self.columns)
        columns[index] = replace(columns[index], target=target, confidence=1.0, why="person")
        return replace(self, columns=tuple(columns))

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON data."""
        return {
            "entity": self.entity, "columns": [vars(c) for c in self.columns], "mode": self.mode,
            "match": [list(r) for r in self.match], "empty": self.empty, "lists": self.lists,
            "bad_cells": self.bad_cells, "owner": self.owner, "tags": list(self.tags),
            "defaults": dict(self.defaults), "region": self.region, "date1904": self.date1904,
            "links": self.links, "gaps": self.gaps, "history": self.history, "new_choices": self.new_choices,
            "titles": [list(group) for group in self.titles],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImportPlan:
        """The plan of this JSON data; raises UserError when it is none."""
        try:
            known = {k: v for k, v in data.items() if k in cls.__dataclass_fields__}
            known["columns"] = tuple(ColumnPlan(**c) for c in data["columns"])
            known["match"] = tuple(tuple(r) for r in data.get("match", ()))
            known["titles"] = tuple(tuple(int(i) for i in group) for group in data.get("titles", ()))
            known["tags"] = tuple(data.get("tags", ()))
            plan = cls(**known)
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(t("这不是有效的导入方案文件。")) from error
        plan.check()
        return plan

    def check(self) -> None:
        """Raise UserError for a mode or choice that does not exist."""
        if (
            self.mode not in MODES
            or self.empty not in ("keep", "clear")
            or self.bad_cells not in BAD_CELLS
            or self.links not in ("make", "open")
            or self.gaps not in GAPS
            or not isinstance(self.defaults, Mapping)
        ):
            raise UserError(t("这不是有效的导入方案文件。"))

    @property
    def terms(self) -> Terms:
        """Under what terms the rows are written."""
        return Terms(GAPS[self.gaps], self.history, found=True)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The match rules in force."""
        return self.match or BUILT_IN.entity(self.entity).rules

    def targets(self) -> set[str]:
        return {c.target for c in self.columns if c.target}
