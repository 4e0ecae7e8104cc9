"""Any order of creating, changing, deleting, restoring, undoing and doing again, against a plain model in memory."""

from __future__ import annotations

import copy
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.core.records import ChangeSet
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.customers import phone

CITIES = st.sampled_from([None, "苏州", "上海", "北京"])
TAGS = st.sampled_from([None, ("甲",), ("甲", "乙")])
PHONES = st.sampled_from([None, (phone("13800138000"),), (phone("13900139000"), phone("13800138000"))])
CHANGES = st.fixed_dictionaries({}, optional={"city": CITIES, "tags": TAGS, "phones": PHONES, "remark": CITIES}).filter(bool)


@dataclass
class Row:
    """A record as it should be. `layers`: the acts that hold on it, oldest first."""

    values: dict[str, Any]
    deleted: bool = False
    layers: list[uuid.UUID] = field(default_factory=list)


@dataclass
class Act:
    """What an operation did: record → (the row before, the row after)."""

    before: dict[uuid.UUID, Row]
    after: dict[uuid.UUID, Row]


class Records(RuleBasedStateMachine):
    """The model undoes by taking the topmost act of a record away; acts on other records do not matter."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        office = archives.bare()
        self.workspace: Workspace = office.open(office.copy(Path(self._folder.name)))
        self.rows: dict[uuid.UUID, Row] = {}
        self.handles: dict[uuid.UUID, int] = {}
        self.acts: dict[uuid.UUID, Act] = {}

    def teardown(self) -> None:
        """Undo everything that still holds, newest first: the archive is empty again, and still sound."""
        while (last := self.workspace.history.last_undoable()) is not None:
            result = self.workspace.history.undo(last.id)
            if result.kept:  # an act below one that was taken back only in part
                break
        else:
            assert self.workspace.customers.count() == 0
        assert self.workspace.vault.verify().ok
        self.workspace.close()
        self._folder.cleanup()

    def _note(self, changes: ChangeSet, touched: dict[uuid.UUID, Row]) -> None:
        if changes.operation_id is None:
            assert not touched
            return
        before = {key: copy.deepcopy(self.rows[key]) for key in touched if key in self.rows}
        for key, row in touched.items():
            self.rows[key] = row
            row.layers.append(changes.operation_id)
        self.acts[changes.operation_id] = Act(before, copy.deepcopy(touched))

    def _pick(self, data: st.DataObject, *, deleted: bool) -> list[uuid.UUID]:
        keys = [key for key, row in self.rows.items() if row.deleted is deleted]
        return data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)) if keys else []

    # ---- acts ---------------------------------------------------------------------------------------------------

    @initialize()
    def two_records(self) -> None:
        for name in ("甲", "乙"):
            self.create({"city": name})

    @rule(values=CHANGES)
    def create(self, values: dict[str, Any]) -> None:
        record, changes = self.workspace.customers.create({"name": "客户", **values})
        self.handles[record.id] = record.handle
        self._note(changes, {record.id: Row({k: v for k, v in values.items() if v is not None})})

    @rule(data=st.data(), changes=CHANGES)
    def update(self, data: st.DataObject, changes: dict[str, Any]) -> None:
        keys = self._pick(data, deleted=False)
        touched = {}
        for key in keys:
            row = copy.deepcopy(self.rows[key])
            new = {k: v for k, v in (row.values | changes).items() if v is not None}
            if new != row.values:
                row.values = new
                touched[key] = row
        result = self.workspace.customers.update_many([self.handles[k] for k in keys], changes)
        assert (result.changed, result.unchanged, result.kept) == (len(touched), len(keys) - len(touched), ())
        self._note(result.changes, touched)

    @rule(data=st.data(), deleted=st.booleans())
    def delete_or_restore(self, data: st.DataObject, deleted: bool) -> None:
        keys = self._pick(data, deleted=deleted)
        service = self.workspace.customers
        act = service.restore_many if deleted else service.delete_many
        touched = {key: copy.deepcopy(self.rows[key]) for key in keys}
        for row in touched.values():
            row.deleted = not deleted
        self._note(act([self.handles[k] for k in keys]).changes, touched)

    @precondition(lambda self: self.acts)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        info = self.workspace.history
        undoable = [key for key in self.acts if info.get(key).state in ("done", "partly_undone")]
        if not undoable:
            return
        target = data.draw(st.sampled_from(undoable))
        act = self.acts[target]
        result = self.workspace.history.undo(target)
        free = {key for key in act.after if self.rows[key].layers[-1:] == [target]}
        held = {key for key in act.after if target in self.rows[key].layers} - free
        assert result.reverted == len(free)
        assert {k.id for k in result.kept} == held
        self._note_undo(result.operation_id, target, free, act)

    def _note_undo(self, undo: uuid.UUID, target: uuid.UUID, free: set[uuid.UUID], act: Act) -> None:
        before = {key: copy.deepcopy(self.rows[key]) for key in free}
        for key in free:
            row = self.rows[key]
            was = act.before.get(key)
            if was is None:
                row.deleted = True
            else:
                row.deleted, row.values = was.deleted, copy.deepcopy(was.values)
            row.layers.pop()
        # undoing the undo puts the act back on top, under both names; the model gives it the newer one only
        del undo, before

    # ---- what must always hold ----------------------------------------------------------------------------------

    @invariant()
    def the_archive_holds_what_the_model_holds(self) -> None:
        for deleted in (False, True):
            _, found = self.workspace.customers.list(limit=1000, deleted=deleted)
            assert {r.id: {k: v for k, v in r.values.items() if k in ("city", "tags", "phones", "remark") and v} for r in found} == {
                key: row.values for key, row in self.rows.items() if row.deleted is deleted
            }  # fmt: skip


Records.TestCase.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRecords = Records.TestCase
