"""Compiled filters find exactly what the plain meaning of the filter finds, for every operator of every field."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bootstrap import workspace_of
from app.core import clock
from app.core.fields import POINT_TYPES, Address, Field, FieldType, File, Link, Point
from app.core.filters import NO_VALUE, Condition, Filter, Group, Not, Related, operators
from app.core.records import Record
from app.errors import UserError
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.clocks import Clock
from tests.factories.customers import NAMES, email, phone
from tests.factories.engines import BOTH, seen_on
from tests.helpers.evaluate import World, holds

pytestmark = BOTH

TODAY = date(2026, 3, 5)
WORDS = ("", "苏州", "Suzhou", "SUZHOU路", "100%", "a_b", "50/50", "'; --", "江苏")
TAGS = ("重点", "展会", "老客户")
CUSTOM = {
    "合同号": FieldType.TEXT,
    "说明": FieldType.LONG_TEXT,
    "渠道": FieldType.CHOICE,
    "人数": FieldType.INTEGER,
    "比例": FieldType.NUMBER,
    "预算": FieldType.MONEY,
    "签约日": FieldType.DATE,
    "含税": FieldType.BOOL,
}


def _day(chance: random.Random) -> date:
    return TODAY + timedelta(days=chance.choice([-400, -90, -31, -7, -3, -1, 0, 1, 3, 30, 400]))


def _value(field: Field, chance: random.Random, users: list[uuid.UUID]) -> Any:  # noqa: PLR0912 - one way for each type
    """A value that conditions are likely to hit, or None."""
    if chance.random() < 0.3:
        return None
    word = chance.choice(WORDS)
    match field.type:
        case FieldType.CHOICE:
            return chance.choice([c.code for c in field.choices] or ["线上", "线下"])
        case FieldType.INTEGER:
            return chance.choice([-1, 0, 7, 100])
        case FieldType.NUMBER:
            return chance.choice([Decimal("0.5"), Decimal("-1.25"), Decimal(7)])
        case FieldType.MONEY:
            return chance.choice([-100, 0, 12345, 10_000_000])
        case FieldType.DATE:
            return _day(chance)
        case FieldType.DATETIME:
            return datetime.combine(_day(chance), datetime.min.time()).astimezone() + timedelta(
                seconds=chance.choice([0, 1, 86_399, -1])
            )
        case FieldType.BOOL:
            return chance.random() < 0.5
        case FieldType.USER:
            return chance.choice(users)
        case FieldType.TAGS:
            return tuple(chance.sample(TAGS, chance.randint(1, 3)))
        case FieldType.PHONES:
            return tuple(phone(n) for n in chance.sample(["13800138000", "139 0013 9000", "13800000000"], 2))
        case FieldType.EMAILS:
            return (email(chance.choice(["Li@Heng.cn", "zhang@b.com"])),)
        case FieldType.WECHATS:
            return (Point("wx_Li", "wx_li"),)
        case FieldType.ADDRESSES:
            return (Address("江苏", "苏州", "", chance.choice(["1号", "Road 5"])),)
        case FieldType.FILES:
            return (File(word or "合同.pdf", "0" * 64),)
    return word or None


@pytest.fixture(scope="module")
def world(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, World, list[Record]]]:
    """120 customers with 0–3 follow-ups, seen with every right; the clock stands still."""
    office, still, folder = archives.office(), Clock(), tmp_path_factory.mktemp("filters")
    clock.set_clock(still)
    try:
        with office.opened(office.copy(folder)) as made:
            _fill(made, still)
            with seen_on(engine, made, folder) as workspace:
                manager = archives.actor(workspace, "manager")
                seeing = workspace_of(workspace.archive, manager.unrestricted(), "test")
                yield seeing, _meaning(seeing), seeing.customers.list(limit=1000)[1]
    finally:
        clock.set_clock(None)


def _fill(workspace: Workspace, still: Clock) -> None:
    chance = random.Random(20260305)
    noon = datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=4)
    for label, kind in CUSTOM.items():
        workspace.fields.add("customers", label, kind)
    users = list(workspace.people.names())
    skipped = {"merged_into", "number", "external_id", "created_at", "updated_at", "name"}
    for i in range(120):
        still.at = noon + timedelta(seconds=chance.choice([0, 1, 40_000, -40_000]))
        values = {f.key: _value(f, chance, users) for f in workspace.customers.entity.fields if f.key not in skipped}
        values |= {"name": f"{chance.choice(NAMES)}{chance.choice(WORDS)}", "external_id": f"E{i}" if i % 3 else None}
        record, _ = workspace.customers.create(values)
        for _ in range(chance.choice([0, 0, 1, 3])):
            kind, link = chance.choice(["call", "visit"]), (Link(record.id, "x"),)
            workspace.activities.create({"subject": chance.choice(["甲", "乙"]), "kind": kind, "customer": link})
    still.at = noon


def _meaning(workspace: Workspace) -> World:
    related: dict[tuple[uuid.UUID, str], list[Record]] = defaultdict(list)
    for activity in workspace.activities.list(limit=1000)[1]:
        related[activity.get("customer")[0].id, "activities"].append(activity)
    names = {p.username: p.id for p in workspace.people.list()}
    entities, actor = {e.key: e for e in workspace.context.registry}, workspace.actor
    return World(entities, clock.today(), actor.user_id, actor.team_user_ids, names, related)


def _values(field: Field, op: str) -> st.SearchStrategy[Any]:
    """Values worth comparing the field with."""
    several = op in ("in", "not_in", "has_any", "has_all", "has_none")
    one: st.SearchStrategy[Any]
    match field.type:
        case FieldType.CHOICE:
            one = st.sampled_from([*(c.code for c in field.choices), "线上", "线下", "x"])
        case FieldType.INTEGER | FieldType.NUMBER | FieldType.MONEY:
            one = st.sampled_from(["-1", "0", "0.5", "7", "123.45", "100000", "-1.25"])
            if field.type is FieldType.INTEGER:
                one = st.sampled_from(["-1", "0", "7", "100", "99"])
        case FieldType.DATE | FieldType.DATETIME:
            one = st.integers(-3, 400) if op.endswith("_days") else _days()
        case FieldType.USER:
            one = st.sampled_from(list(archives.PEOPLE))
        case FieldType.TAGS:
            one = st.sampled_from([*TAGS, "没有的"])
        case FieldType.PHONES:
            one = st.sampled_from(["138", "13800138000", "+86 138 0013 8000", "0013", "9000", "没有数字"])
        case FieldType.EMAILS | FieldType.WECHATS:
            one = st.sampled_from(["li", "LI@HENG.CN", "li@heng.cn", "b.com", "wx_", "%", "_"])
        case _:
            one = (
                st.sampled_from([*WORDS[1:], "恒", "%", "_", "/", "州s", "1号", "E1", "C00001", "A", "acme"]) | _PIECES
            )
    if op == "between":
        return st.lists(one, min_size=2, max_size=2)
    return st.lists(one, min_size=1, max_size=3) if several else one


#: what of a name somebody may type, in either case
_PIECES = st.builds(
    lambda text, start, size, low: (text.lower() if low else text)[start : start + size] or "x",
    st.sampled_from([name + word for name in NAMES for word in WORDS]),
    st.integers(0, 12),
    st.integers(1, 6),
    st.booleans(),
)


def _days() -> st.SearchStrategy[str]:
    return st.integers(-401, 401).map(lambda n: (TODAY + timedelta(days=n)).isoformat())


def _conditions(entity: Any) -> st.SearchStrategy[Filter]:
    def of(field: Field) -> st.SearchStrategy[Filter]:
        return st.sampled_from(operators(field)).flatmap(
            lambda op: st.builds(Condition, st.just(field.key), st.just(op), st.none() if op in NO_VALUE else _values(field, op))
        )  # fmt: skip

    return st.sampled_from(entity.fields).flatmap(of)


def _trees(world: World) -> st.SearchStrategy[Filter]:
    leaves = _conditions(world.entities["customers"])
    where = st.none() | st.sampled_from([Condition("kind", "in", ["call"]), Condition("subject", "eq", "甲")])
    related = st.builds(
        Related, st.just("activities"), where, st.sampled_from(["any", "none", "count"]),
        st.sampled_from(["ge", "le", "eq", "ne", "gt", "lt"]), st.integers(0, 4),
    )  # fmt: skip
    return st.recursive(
        leaves | related,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(Group, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3).map(tuple))
        ),
        max_leaves=5,
    )


def _check(world: tuple[Workspace, World, list[Record]], tree: Filter) -> None:
    workspace, meaning, records = world
    expected = {r.handle for r in records if holds(tree, r, meaning)}
    found = set(workspace.customers.handles(tree).tolist())
    wrong = [r.values for r in records if r.handle in expected ^ found]
    assert not wrong, (tree, wrong[:2])


def test_that_compiled_trees_agree_with_their_meaning(world: tuple[Workspace, World, list[Record]]) -> None:
    @settings(max_examples=250, deadline=None, database=None)
    @given(_trees(world[1]))
    def agree(tree: Filter) -> None:
        _check(world, tree)

    agree()


def test_that_every_operator_agrees_and_splits_the_records(world: tuple[Workspace, World, list[Record]]) -> None:
    """Each operator of each field with several values; over all values most operators must hit some and miss some."""
    workspace, meaning, records = world
    chance = random.Random(7)
    idle = []
    for field in (f for f in workspace.customers.entity.fields if f.key != "merged_into"):  # nothing is merged here
        for op in operators(field):
            hits = 0
            for value in _samples(field, op, chance):
                tree = Condition(field.key, op, value)
                _check(world, tree)
                hits += sum(holds(tree, r, meaning) for r in records)
            if not hits:
                idle.append((field.key, op))
    never_empty = ("name", "number", "owner", "created_at", "updated_at")
    assert idle == [(f.key, "is_empty") for f in workspace.customers.entity.fields if f.key in never_empty]


def _samples(field: Field, op: str, chance: random.Random) -> list[Any]:
    if op in NO_VALUE:
        return [None]
    if op.endswith("_days"):
        return [1, 4, 100]
    days = [(TODAY + timedelta(days=n)).isoformat() for n in (-400, -1, 0, 3)]
    pools: dict[FieldType, list[Any]] = {
        FieldType.CHOICE: [*(c.code for c in field.choices), "线上"],
        FieldType.DATE: days, FieldType.DATETIME: days, FieldType.USER: list(archives.PEOPLE), FieldType.TAGS: list(TAGS),
        FieldType.INTEGER: ["-1", "7"], FieldType.NUMBER: ["0.5", "7"], FieldType.MONEY: ["0", "123.45", "100000"],
        FieldType.PHONES: ["13800138000", "139", "9000"], FieldType.EMAILS: ["li@heng.cn", "zhang", "B.COM"],
        FieldType.WECHATS: ["wx_li", "WX"],
    }  # fmt: skip
    pool = pools.get(field.type, [*WORDS[1:], *NAMES[:3], "E1", "C000001", "1号"])
    if op == "between":
        return [sorted(chance.sample(pool, 2)), [pool[0], pool[0]]]
    if op in ("in", "not_in", "has_any", "has_all", "has_none"):
        return [[v] for v in pool] + [pool[:2]]
    return pool


@pytest.mark.parametrize(
    "field", ["amount", "f_人数", "f_比例", "f_预算", "last_contact_on", "f_签约日", "created_at", "owner"]
)
@pytest.mark.parametrize("value", ["x", "", "NaN", "1e999", "9" * 40, "0001-01-01", "9999-12-31", {"a": 1}, 10**12])
def test_that_an_odd_value_is_refused_in_words_or_finds_something(
    world: tuple[Workspace, World, list[Record]], field: str, value: Any
) -> None:
    entity = world[0].customers.entity
    key = next(f.key for f in entity.fields if field in (f.key, f"f_{f.zh}"))
    for op in operators(entity.field(key)):
        if op not in NO_VALUE:
            try:
                world[0].customers.count(Condition(key, op, [value, value] if op in ("between", "in") else value))
            except UserError:
                continue


def test_that_typed_text_never_breaks_a_query(world: tuple[Workspace, World, list[Record]]) -> None:
    for text in ("\ud800", "a\x00b", "%" * 100, "\\", "'", '"', "长" * 1999):
        for key in ("name", "remark", "phones", "tags", "addresses", "level"):
            op = operators(world[0].customers.entity.field(key))[0]
            world[0].customers.count(Condition(key, op, [text]))


def test_that_points_are_searchable_types() -> None:
    assert {FieldType.PHONES, FieldType.EMAILS, FieldType.WECHATS} == POINT_TYPES
