"""The same act through any door leaves the same record, the same parts, the same figures: for every kind of record, with
random values, through the form, the bulk edit, files, the bench, undo and redo."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field, FieldType, Link
from app.errors import UserError
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.clocks import Clock
from tests.factories.customers import email, phone
from tests.unit.doors.doors import APART, CODES, DOORS, Values, by_file, by_form, differences, importable, left

#: what the program makes by itself cannot come through a door
KINDS = [e.key for e in BUILT_IN if any(importable(f) for f in e.fields)]
TEXTS = st.sampled_from(["甲乙", "丙丁", "戊己 庚", "Abc", "一二三四"])
DAYS = st.dates(date(2024, 1, 2), date(2026, 3, 4))
_BY_TYPE: Mapping[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: TEXTS,
    FieldType.LONG_TEXT: TEXTS,
    FieldType.URL: st.sampled_from(["https://a.example/x"]),
    FieldType.INTEGER: st.integers(1, 9),
    FieldType.NUMBER: st.sampled_from([Decimal(1), Decimal("2.5"), Decimal(40)]),
    FieldType.MONEY: st.integers(1, 10**9),
    FieldType.DATE: DAYS,
    FieldType.DATETIME: DAYS.map(lambda d: datetime(d.year, d.month, d.day, 3, 0, tzinfo=UTC)),
    FieldType.BOOL: st.booleans(),
    FieldType.TAGS: st.sampled_from([("重点",), ("展会", "出口")]),
    FieldType.PHONES: st.sampled_from([(phone("138 0013 8000"),), (phone("139 0013 9000"),)]),
    FieldType.EMAILS: st.sampled_from([(email("a@b.example"),)]),
    FieldType.ID_CARD: st.sampled_from(["11010519491231002X"]),
    FieldType.CREDIT_CODE: st.sampled_from(["91350100M000100Y43"]),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with records of every kind that others are tied to."""
    template = archives.bare()
    path = template.copy(tmp_path_factory.mktemp("doors"))
    with template.opened(path) as workspace:
        workspace.people.add("east", "李东", archives.PASSWORD, ("sales",))
        for kind in ("customers", "contacts", "products", "orders", "deals", "leads", "tickets"):
            for place in (1, 2):
                _basic(workspace, kind, place)
        for kind in ("pipelines", "stages", "lost_reasons", "ticket_categories", "sla_policies"):
            for place, record in enumerate(workspace.records(kind).list(limit=50)[1]):
                workspace.records(kind).update(record.id, {"external_id": f"{kind}-{place}"})
        stages = workspace.records("stages").list(limit=50)[1]
        asking = next(s for s in stages if s.get("kind") == "open" and s.get("required"))
        workspace.records("stages").update(asking.id, {"required": "amount,source"})
    return path


def _basic(workspace: Workspace, kind: str, place: int) -> None:
    described = workspace.context.registry.entity(kind)
    values: dict[str, Any] = {"external_id": f"{kind}-{place}"}
    if importable(described.field(described.title)):
        values[described.title] = f"{described.zh}{place}"
    if described.find("customer"):
        values["customer"] = (Link(workspace.records("customers").find_by("external_id", f"customers-{place}").id),)  # type: ignore[union-attr]
    workspace.records(kind).create(values)


@pytest.fixture
def workspace(base: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """A copy of its own, at a moment that stands still."""
    template = archives.bare()
    path = tmp_path / "office.kedang"
    path.write_bytes(base.read_bytes())
    with template.opened(path) as opened:
        CODES.clear()
        for described in opened.context.registry:
            if described.find("external_id"):
                for record in opened.records(described.key).list(limit=100)[1]:
                    if record.get("external_id"):
                        CODES[record.id] = str(record.get("external_id"))
        yield opened


def _values(workspace: Workspace, described: Entity) -> st.SearchStrategy[Values]:
    """Values for a record of this kind: what it requires, and some of the rest."""
    needed, rest = {}, {}
    for field in described.fields:
        if not importable(field) or field.unique or field.key in APART:
            continue
        found = _of(workspace, field)
        if found is None:
            continue
        (needed if field.required or field.key == described.parent else rest)[field.key] = found
    return st.fixed_dictionaries(needed, optional=rest)


def _of(workspace: Workspace, field: Field) -> st.SearchStrategy[Any] | None:
    if field.type is FieldType.CHOICE:
        return st.sampled_from([c.code for c in field.choices]) if field.choices else TEXTS
    if field.type is FieldType.USER:
        return st.just(workspace.actor.user_id)
    if field.type is FieldType.LINKS:
        records = workspace.records(field.target).list(limit=50)[1]
        known = [(Link(r.id),) for r in records if r.id in CODES]
        return st.sampled_from(known) if known else None
    return _BY_TYPE.get(field.type)


_FEW = settings(
    deadline=None, derandomize=True, phases=[Phase.generate],  # each example writes files and archives
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(_FEW, max_examples=2)
@given(data=st.data())
def test_that_a_new_record_is_the_same_from_the_form_and_from_a_file(
    workspace: Workspace, kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    described = workspace.context.registry.entity(kind)
    rows = data.draw(st.lists(_values(workspace, described), min_size=4, max_size=8))
    run = str(workspace.records(kind).count()) + "-" + str(len(list(tmp_path.iterdir())))
    form = [(f"F{run}-{i}", _own(described, v, f"F{run}-{i}")) for i, v in enumerate(rows)]
    file = [(f"I{run}-{i}", _own(described, v, f"I{run}-{i}")) for i, v in enumerate(rows)]
    refused_by_form = by_form(workspace, kind, form)
    refused_by_file = by_file(workspace, kind, file, tmp_path, "create")
    assert [c[1:] for c in refused_by_form] == [c[1:] for c in refused_by_file], (refused_by_form, refused_by_file)
    service = workspace.records(kind)
    for (one, _), (two, _) in zip(form, file, strict=True):
        if one not in refused_by_form:
            mine, theirs = service.find_by("external_id", one), service.find_by("external_id", two)
            assert mine is not None
            assert theirs is not None
            assert differences(left(workspace, kind, mine.id), left(workspace, kind, theirs.id), {one, two}) == {}


def _own(described: Entity, values: Values, code: str) -> dict[str, Any]:
    """The values, with what must be each record's own."""
    unique = [f for f in described.fields if f.unique and importable(f)]
    return {**values, **{f.key: _day_of(code) if f.type is FieldType.DATE else code for f in unique}}


def _day_of(code: str) -> date:
    """A day that no other code has."""
    return date(2030, 1, 1) + timedelta(days=int.from_bytes(hashlib.sha256(code.encode()).digest()[:3]) % 20_000)


@pytest.mark.parametrize("door", [d for d in DOORS if d != "form"])
@pytest.mark.parametrize("kind", KINDS)
@settings(_FEW, max_examples=1)  # times the doors
@given(data=st.data())
def test_that_a_change_is_the_same_through_every_door(
    workspace: Workspace, kind: str, door: str, data: st.DataObject, tmp_path: Path
) -> None:
    described = workspace.context.registry.entity(kind)
    first = data.draw(_values(workspace, described), label="first")
    wanted = data.draw(_values(workspace, described), label="wanted")
    if door == "bench":
        may = {f.key for f in workspace.workbench.fields(kind)}
        wanted = {k: v for k, v in wanted.items() if k in may}
    run = f"{workspace.records(kind).count()}-{len(list(tmp_path.iterdir()))}"
    made = []
    for code in (f"A{run}", f"B{run}"):
        try:
            made.append(workspace.records(kind).create({**_own(described, first, code), "external_id": code})[0])
        except UserError:
            return  # may not be made at all: the other test is about that
    outcomes = []
    for record, way in zip(made, ("form", door), strict=True):
        changed = {k: v for k, v in wanted.items() if not described.field(k).unique}
        try:
            DOORS[way](workspace, kind, record, changed, tmp_path)
        except UserError as error:
            outcomes.append(str(error))
        else:
            outcomes.append("")
    assert bool(outcomes[0]) == bool(outcomes[1]), outcomes
    mine, theirs = (left(workspace, kind, record.id) for record in made)
    assert differences(mine, theirs, {f"A{run}", f"B{run}"}) == {}
