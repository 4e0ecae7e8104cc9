"""What an office keeps beside its records: every store writes and reads the rows of the office it is asked for, and no others."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.ids import uuid7
from app.db.dialect import office_of
from app.db.office import (
    custom_fields,
    import_presets,
    migration_projects,
    people,
    quality_rules,
    recipes,
    saved_views,
    tags,
    teams,
)
from app.db.store import settings
from app.db.unit_of_work import UnitOfWork
from app.services.workspace import Workspace
from tests.factories.clocks import Clock
from tests.factories.engines import BOTH

pytestmark = BOTH

OTHER = 2


@pytest.fixture
def work(workspace: Workspace) -> Iterator[UnitOfWork]:
    with workspace.context.writing() as opened:
        yield opened


@contextlib.contextmanager
def another_office(connection: sa.Connection) -> Iterator[sa.Connection]:
    """The same connection, asking for the rows of somebody else."""
    office = office_of(connection)
    connection.execution_options(office=OTHER)
    try:
        yield connection
    finally:
        connection.execution_options(office=office)


def _views(connection: sa.Connection) -> Any:
    return saved_views.seen_by(connection, next(iter(people.names(connection)), uuid.UUID(int=0)), "customers")


def _add_view(connection: sa.Connection) -> None:
    saved_views.add(connection, "customers", None, "视图", {"filter": None})


def _add_run(connection: sa.Connection) -> None:
    migration_projects.add(connection, "迁移", "draft", {"steps": []})
    project = migration_projects.find(connection, "迁移")
    assert project is not None
    migration_projects.begin_run(connection, project.id, "trial", "running", {"by": "钱总"})
    migration_projects.remember(connection, project.id, 0, {"1": "a"})


STORES: dict[str, tuple[Callable[[sa.Connection], Any], Callable[[sa.Connection], object]]] = {
    "people": (people.all_accounts, lambda c: people.add(c, "zhao", "赵", ["sales"])),
    "teams": (teams.ids, lambda c: teams.add(c, "新队", None)),
    "custom fields": (
        custom_fields.in_use,
        lambda c: custom_fields.add(c, "customers", f"f_{office_of(c)}", "颜色", "text", (), "normal"),
    ),
    "views": (_views, _add_view),
    "presets": (
        lambda c: import_presets.named(c, "customers"),
        lambda c: import_presets.put(c, "customers", "方案", "x", {"plan": {}}),
    ),
    "recipes": (recipes.all_recipes, lambda c: recipes.put(c, "配方", {"steps": [1]})),
    "own rules": (
        lambda c: quality_rules.own(c, "customers"),
        lambda c: quality_rules.add(c, "customers", "name", "required", {}),
    ),
    "rules switched off": (
        lambda c: quality_rules.switched_off(c, "customers"),
        lambda c: quality_rules.switch(c, "customers", "name", "required:name", False),
    ),
    "migrations": (migration_projects.all_projects, _add_run),
    "settings": (lambda c: settings.setting(c, "k"), lambda c: settings.store_setting(c, "k", [1])),
}


@pytest.mark.parametrize("store", STORES)
def test_that_a_store_keeps_offices_apart(work: UnitOfWork, store: str) -> None:
    read, write = STORES[store]
    connection = work.connection
    before = read(connection)
    with another_office(connection):
        assert not read(connection)
        write(connection)
        theirs = read(connection)
        assert theirs
    assert read(connection) == before
    write(connection)
    assert read(connection) != before
    with another_office(connection):
        assert read(connection) == theirs


def test_that_roles_and_teams_are_replaced_whole(work: UnitOfWork) -> None:
    c = work.connection
    user = people.add(c, "zhao", "赵", ["sales"])
    people.set_roles(c, user, ["admin", "readonly"])
    found = people.account(c, "zhao")
    assert found is not None
    assert (found.name, found.active, found.roles) == ("赵", True, ("admin", "readonly"))
    ids = teams.ids(c)
    teams.set_of(c, user, [ids["东区"], ids["西区"]])
    assert teams.of_users(c)[user] == ("东区", "西区")
    teams.set_of(c, user, [])
    assert user not in teams.of_users(c)
    people.deactivate(c, user)
    assert people.account(c, "zhao") == people.Account(user, "zhao", "赵", False, ("admin", "readonly"))
    assert people.username_of(c, user) == "zhao"
    assert people.account(c, "gone") is None


def test_that_the_first_active_administrator_is_the_one_a_code_signs_in(work: UnitOfWork, clock: Clock) -> None:
    c = work.connection
    clock.forward(days=3650)
    people.add(c, "later", "后来的", ["admin"])
    assert people.first_admin(c) == "boss"
    boss = people.account(c, "boss")
    assert boss is not None
    people.deactivate(c, boss.id)
    assert people.first_admin(c) == "later"


def test_that_mates_are_found_below_and_circles_end(work: UnitOfWork) -> None:
    c = work.connection
    who = {a.username: a.id for a in people.all_accounts(c)}
    assert teams.mates(c, who["manager"]) == {who["manager"], who["east"], who["west"]}
    assert teams.mates(c, who["east"]) == {who["east"]}
    assert teams.mates(c, who["boss"]) == frozenset()
    ids = teams.ids(c)
    teams.add(c, "小队", ids["东区"])
    teams.set_of(c, who["reader"], [teams.ids(c)["小队"]])
    assert teams.mates(c, who["east"]) == {who["east"], who["reader"]}


def test_that_custom_fields_keep_their_order_and_their_values(workspace: Workspace) -> None:
    keys = [workspace.fields.add("customers", label, "text") for label in ("甲", "乙", "丙")]  # type: ignore[arg-type]
    workspace.customers.create({"name": "客户", keys[0]: "有值"})
    with workspace.context.writing() as work:
        c = work.connection
        custom_fields.reorder(c, "customers", [keys[2]])
        assert [f.key for f in custom_fields.in_use(c, "customers")] == [keys[2], keys[0], keys[1]]
        assert custom_fields.in_use(c, "orders") == []
        custom_fields.set_archived(c, keys[1], archived=True)
        assert [f.label for f in custom_fields.put_away(c, "customers")] == ["乙"]
        assert custom_fields.uses(c) == {keys[0]: 1}
        for key in keys:
            custom_fields.drop_unused(c, key)
        assert [f.key for f in custom_fields.in_use(c)] == [keys[0]]
        custom_fields.rename(c, keys[0], "新名")
        found = custom_fields.find(c, keys[0])
        assert found is not None
        assert (found.label, found.archived) == ("新名", False)
        assert custom_fields.find(c, keys[1]) is None


def test_that_views_are_moved_by_those_who_may(work: UnitOfWork) -> None:
    c = work.connection
    who = {a.username: a.id for a in people.all_accounts(c)}
    mine = saved_views.add(c, "customers", who["east"], "我的", {})
    shared = saved_views.add(c, "customers", None, "共用", {})
    theirs = saved_views.add(c, "customers", who["west"], "别人的", {})
    other = saved_views.add(c, "orders", who["east"], "订单", {})

    def seen() -> list[str]:
        return [v.name for v in saved_views.seen_by(c, who["east"], "customers")]

    assert seen() == ["我的", "共用"]
    saved_views.reorder(c, [shared.id, mine.id, theirs.id], who["east"], shared=True)
    assert seen() == ["共用", "我的"]
    saved_views.reorder(c, [mine.id, shared.id], who["east"], shared=False)
    assert seen() == ["我的", "共用"]
    assert [v.name for v in saved_views.seen_by(c, who["west"], "customers")] == ["共用", "别人的"]
    saved_views.remove(c, mine.id)
    assert saved_views.find(c, mine.id) is None
    assert saved_views.find(c, other.id) == other


def test_that_presets_are_replaced_by_name_and_silent_ones_fade(work: UnitOfWork, clock: Clock) -> None:
    c = work.connection
    first = import_presets.put(c, "customers", "方案", "a", {"plan": 1})
    clock.forward(seconds=1)
    again = import_presets.put(c, "customers", "方案", "b", {"plan": 2})
    assert (again.id, again.fingerprint, again.body) == (first.id, "b", {"plan": 2})
    for n in range(5):
        clock.forward(seconds=1)
        import_presets.put(c, "customers", f"#{n}", f"h{n}", {"plan": n})
    import_presets.put(c, "orders", "#0", "h0", {"plan": "order"})
    import_presets.forget_oldest(c, "customers", 2)
    assert [p.name for p in import_presets.named(c, "customers")] == ["方案"]
    left = [import_presets.last_for(c, "customers", f"h{n}") is not None for n in range(5)]
    assert left == [False, False, False, True, True]
    assert import_presets.last_for(c, "orders", "h0") is not None
    clock.forward(seconds=1)
    assert import_presets.touch(c, first.id)
    assert not import_presets.touch(c, uuid7())
    found = import_presets.find(c, first.id)
    assert found is not None
    assert found.used_at == clock.at
    import_presets.remove(c, first.id)
    assert import_presets.find(c, first.id) is None


def test_that_recipes_are_replaced_by_name(work: UnitOfWork, clock: Clock) -> None:
    c = work.connection
    recipes.put(c, "甲", {"steps": [1]})
    clock.forward(seconds=1)
    recipes.put(c, "乙", {"steps": [1, 2]})
    clock.forward(seconds=1)
    recipes.put(c, "甲", {"steps": [1, 2, 3]})
    assert [(r.name, r.steps, r.updated_at == clock.at) for r in recipes.all_recipes(c)] == [
        ("甲", 3, True),
        ("乙", 2, False),
    ]
    assert recipes.remove(c, "甲")
    assert not recipes.remove(c, "甲")
    assert recipes.find(c, "甲") is None


def test_that_rules_are_switched_once_and_kept_in_order(work: UnitOfWork) -> None:
    c = work.connection
    made = [quality_rules.add(c, "customers", "name", "length", {"most": n}) for n in (1, 2, 3)]
    quality_rules.switch(c, "customers", "name", "required:name", False)
    quality_rules.switch(c, "customers", "name", "required:name", False)
    quality_rules.switch(c, "customers", "city", "format:city", False)
    assert quality_rules.switched_off(c, "customers") == {"required:name", "format:city"}
    quality_rules.switch(c, "customers", "name", "required:name", True)
    assert quality_rules.switched_off(c, "customers") == {"format:city"}
    assert quality_rules.switched_off(c, "orders") == frozenset()
    quality_rules.reorder(c, "customers", [made[2].id, made[0].id])
    quality_rules.remove(c, made[1].id)
    assert [r.params["most"] for r in quality_rules.own(c, "customers")] == [3, 1]


def test_that_a_migration_remembers_rows_by_step(work: UnitOfWork) -> None:
    c = work.connection
    _add_run(c)
    project = migration_projects.find(c, "迁移")
    assert project is not None
    migration_projects.remember(c, project.id, 1, {str(n): "x" for n in range(4_500)})
    migration_projects.remember(c, project.id, 0, {"2": "b", "3": "c"})
    assert migration_projects.digests(c, project.id, 0) == {"2": "b", "3": "c"}
    assert len(migration_projects.digests(c, project.id, 1)) == 4_500
    run = project.runs[0]
    migration_projects.note_run(c, run.id, "done", {"error": "无"}, finished=True)
    noted = migration_projects.all_projects(c)[0].runs[0]
    assert (noted.state, noted.body) == ("done", {"by": "钱总", "error": "无"})
    assert noted.finished_at is not None
    migration_projects.forget_rows(c, project.id)
    assert migration_projects.digests(c, project.id, 1) == {}
    migration_projects.remove(c, project.id)
    assert migration_projects.all_projects(c) == []


def test_that_tags_are_counted_as_each_sees_them(staff: dict[str, Workspace]) -> None:
    boss = staff["boss"]
    who = {a: b for b, a in boss.people.names().items()}
    owners = {"东": who["李东"], "西": who["周西"], "总": who["钱总"]}
    for name, owner, words in (
        ("东一", "东", ("甲", "乙")),
        ("东二", "东", ("甲",)),
        ("西一", "西", ("甲",)),
        ("总", "总", ()),
    ):
        boss.customers.create({"name": name, "owner": owners[owner], "tags": words})
    gone, _ = boss.customers.create({"name": "删掉的", "owner": owners["东"], "tags": ("甲", "丙")})
    boss.customers.delete(gone.id)
    counts = {
        name: {tag: n for tag, _, n in staff[name].customers.tags()} for name in ("boss", "manager", "east", "west")
    }
    assert counts == {
        "boss": {"丙": 0, "乙": 1, "甲": 3},
        "manager": {"丙": 0, "乙": 1, "甲": 3},
        "east": {"丙": 0, "乙": 1, "甲": 2},
        "west": {"丙": 0, "乙": 0, "甲": 1},
    }
    with boss.context.writing() as work:
        for name in ("丙", "乙"):
            tags.forget(work.connection, name, [("customers", work.reader.layout("customers").table)])
        assert tags.names(work.connection) == ["乙", "甲"]  # nobody is left to see the one, somebody has the other
        with another_office(work.connection):
            assert tags.names(work.connection) == []
