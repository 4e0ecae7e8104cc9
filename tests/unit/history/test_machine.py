"""Any order of creating, changing, deleting, restoring, undoing and doing again, against a plain model in memory."""

from __future__ import annotations

import itertools
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.core.records import ChangeSet
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.customers import phone

CITIES = st.sampled_from([None, "苏州", "上海", "北京"])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "city": CITIES,
        "remark": CITIES,
        "tags": st.sampled_from([None, ("甲",), ("甲", "乙")]),
        "phones": st.sampled_from([None, (phone("13800138000"),), (phone("13900139000"), phone("13800138000"))]),
    },
).filter(bool)
KEYS = ("city", "remark", "tags", "phones")


@dataclass(frozen=True)
class State:
    """One state a record was in. An act makes a new one; undoing leads back to the one before, not to an equal one."""

    values: tuple[tuple[str, Any], ...]
    deleted: bool
    number: int


@dataclass
class Act:
    """One operation: record → (state before, state after)."""

    moves: dict[uuid.UUID, tuple[State, State]]
    undoes: uuid.UUID | None = None


class Records(RuleBasedStateMachine):
    """A record can be put back exactly when it is in the state in which the operation left it."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._numbers = itertools.count()
        office = archives.bare()
        self.workspace: Workspace = office.open(office.copy(Path(self._folder.name)))
        self.workspace.vault._anchor_path().unlink(missing_ok=True)
        self.now: dict[uuid.UUID, State] = {}
        self.handles: dict[uuid.UUID, int] = {}
        self.acts: dict[uuid.UUID, Act] = {}
        self.parents: dict[int, int] = {}

    def teardown(self) -> None:
        """Undo everything that still holds, newest first: nothing is left, and the archive is sound."""
        try:
            for operation, act in reversed(self.acts.items()):
                if act.undoes is None and self._state(operation) in ("done", "partly_undone"):
                    assert self.workspace.history.undo(operation).kept == ()
            assert self.workspace.customers.count() == 0
            assert self.workspace.customers.count(deleted=True) == len(self.now)
            assert self.workspace.vault.verify().problems == ()
        finally:
            self.workspace.close()
            self._folder.cleanup()

    def _state(self, operation: uuid.UUID) -> str:
        return self.workspace.history.get(operation).state

    def _new(self, values: dict[str, Any], *, deleted: bool = False) -> State:
        kept = tuple(sorted((k, v) for k, v in values.items() if v is not None))
        return State(kept, deleted, next(self._numbers))

    def _note(self, changes: ChangeSet, moves: dict[uuid.UUID, tuple[State, State]]) -> None:
        assert (changes.operation_id is None) is (not moves)
        if changes.operation_id is not None:
            self.acts[changes.operation_id] = Act(moves)
            self.now.update((key, after) for key, (_, after) in moves.items())
            self.parents.update((after.number, before.number) for before, after in moves.values())

    def _pick(self, data: st.DataObject, *, deleted: bool) -> list[uuid.UUID]:
        keys = [key for key, state in self.now.items() if state.deleted is deleted]
        return data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=3)) if keys else []

    # ---- acts ---------------------------------------------------------------------------------------------------

    @initialize()
    def two_records(self) -> None:
        self.create({"city": "苏州"})
        self.create({"city": "上海"})

    @rule(values=CHANGES)
    def create(self, values: dict[str, Any]) -> None:
        record, changes = self.workspace.customers.create({"name": "客户", **values})
        self.handles[record.id] = record.handle
        self._note(changes, {record.id: (self._new(values, deleted=True), self._new(values))})

    @rule(data=st.data(), changes=CHANGES)
    def update(self, data: st.DataObject, changes: dict[str, Any]) -> None:
        keys = self._pick(data, deleted=False)
        moves = {}
        for key in keys:
            new = self._new(dict(self.now[key].values) | changes)
            if new.values != self.now[key].values:
                moves[key] = (self.now[key], new)
        result = self.workspace.customers.update_many([self.handles[k] for k in keys], changes)
        assert (result.changed, result.unchanged, result.kept) == (len(moves), len(keys) - len(moves), ())
        self._note(result.changes, moves)

    @rule(data=st.data(), deleted=st.booleans())
    def delete_or_restore(self, data: st.DataObject, deleted: bool) -> None:
        keys = self._pick(data, deleted=deleted)
        service = self.workspace.customers
        act = service.restore_many if deleted else service.delete_many
        moves = {key: (self.now[key], self._new(dict(self.now[key].values), deleted=not deleted)) for key in keys}
        self._note(act([self.handles[k] for k in keys]).changes, moves)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        undoable = [key for key in self.acts if self._state(key) in ("done", "partly_undone")]
        if not undoable:
            return
        target = data.draw(st.sampled_from(undoable))
        act = self.acts[target]
        holding = {key for key in act.moves if self._holds(key, *act.moves[key])}
        free = {key for key in holding if self.now[key] == act.moves[key][1]}
        result = self.workspace.history.undo(target)
        assert result.reverted == len(free)
        assert {k.id for k in result.kept} == holding - free
        if free:
            self.acts[result.operation_id] = Act({key: (act.moves[key][1], act.moves[key][0]) for key in free}, target)
        for key in free:
            self.now[key] = act.moves[key][0]
        assert self._state(target) == ("partly_undone" if holding - free else "undone")

    def _holds(self, key: uuid.UUID, before: State, after: State) -> bool:
        """An act holds while the state it led to lies on the way to the present one; an undo while that one does not."""
        path = [self.now[key].number]
        while (parent := self.parents.get(path[-1])) is not None:
            path.append(parent)
        return after.number in path if self.parents.get(after.number) == before.number else before.number not in path

    # ---- what must always hold ----------------------------------------------------------------------------------

    @invariant()
    def the_archive_holds_what_the_model_holds(self) -> None:
        for deleted in (False, True):
            found = self.workspace.customers.list(limit=1000, deleted=deleted)[1]
            there = {r.id: tuple(sorted((k, r.get(k)) for k in KEYS if r.get(k))) for r in found}
            assert there == {key: state.values for key, state in self.now.items() if state.deleted is deleted}


Records.TestCase.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRecords = Records.TestCase
