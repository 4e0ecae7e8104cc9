"""Users and teams: the row and the key slot change together, the last administrator stays, the removed stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.bootstrap import create_workspace, open_workspace
from app.core.access import Action
from app.errors import CannotUnlock, NotFound, NotPermitted, UserError
from app.services.people.service import actor_of, role_label
from app.services.workspace import Workspace
from tests.factories.archives import PASSWORD, PEOPLE, Template
from tests.factories.customers import add

Staff = dict[str, Workspace]


def test_that_everybody_is_listed_with_roles_and_teams(workspace: Workspace) -> None:
    listed = {p.username: (p.name, p.roles, p.teams, p.active) for p in workspace.people.list()}
    assert listed == {u: (name, roles, (team,) if team else (), True) for u, (name, roles, team) in PEOPLE.items()}
    assert workspace.people.names() == {p.id: p.name for p in workspace.people.list()}
    assert workspace.people.teams() == tuple(sorted(["销售部", "东区", "西区"]))
    assert role_label("admin") == "管理员"


def test_that_a_superior_team_sees_the_teams_below_it(workspace: Workspace) -> None:
    ids = {p.username: p.id for p in workspace.people.list()}
    manager, east, boss = (actor_of(workspace.archive, u) for u in ("manager", "east", "boss"))
    assert manager.team_user_ids == {ids["manager"], ids["east"], ids["west"]}
    assert east.team_user_ids == {ids["east"]}
    assert boss.team_user_ids == frozenset()
    workspace.people.set_team("west", ["东区", "西区"])
    assert actor_of(workspace.archive, "east").team_user_ids == {ids["east"], ids["west"]}
    workspace.people.set_team("west", [])
    assert actor_of(workspace.archive, "manager").team_user_ids == {ids["manager"], ids["east"]}


def test_that_a_new_user_opens_with_his_password_and_has_his_rights(office: Template, tmp_path: Path) -> None:
    path = office.copy(tmp_path)
    with office.opened(path) as workspace:
        person = workspace.people.add(" neu ", "", "ein langes Passwort", ["sales", "readonly", "sales"])
        assert (person.username, person.name, person.roles) == ("neu", "neu", ("readonly", "sales"))
    opened = open_workspace(path, "neu", "ein langes Passwort")
    assert opened.actor.may("customers", Action.CREATE)
    assert opened.actor.reach("customers", Action.VIEW) is None
    opened.close()


@pytest.mark.parametrize(
    ("username", "password", "roles", "says"),
    [
        ("", PASSWORD, ["sales"], "用户名"), ("a@b", PASSWORD, ["sales"], "用户名"), ("x" * 61, PASSWORD, ["sales"], "用户名"),
        ("east", PASSWORD, ["sales"], "已经存在"), ("neu", "123", ["sales"], "密码太短"), ("neu", PASSWORD, [], "没有角色"),
        ("neu", PASSWORD, ["king"], "没有角色“king”"),
    ],
)  # fmt: skip
def test_that_a_user_that_cannot_be_is_refused_and_leaves_no_slot(
    workspace: Workspace, username: str, password: str, roles: list[str], says: str
) -> None:
    slots = workspace.archive.header.names()
    with pytest.raises(UserError, match=says):
        workspace.people.add(username, "x", password, roles)
    assert workspace.archive.header.names() == slots
    assert len(workspace.people.list()) == len(PEOPLE)


def test_that_a_slot_left_by_a_crash_does_not_block_the_name(workspace: Workspace) -> None:
    workspace.archive.add_password("neu", "irgendein Passwort")
    workspace.people.add("neu", "新人", PASSWORD, ["sales"])
    assert workspace.archive.header.names().count("neu") == 1


def test_that_the_removed_stay_out_and_the_others_in(office: Template, tmp_path: Path) -> None:
    path = office.copy(tmp_path)
    with office.opened(path) as workspace:
        old_key = workspace.archive.key_copy()
        workspace.people.remove("east")
        assert workspace.archive.key_copy() != old_key
        assert not workspace.people.get("east").active
        assert "east" not in [p.username for p in workspace.people.list(active_only=True)]
        assert not [s for s in workspace.archive.header.slots if s.name.startswith("east")]
        with pytest.raises(UserError, match="已停用"):
            workspace.people.reset_password("east", "ein langes Passwort")
    for ask in (lambda: office.open(path, "east"), lambda: open_workspace(path, "east", PASSWORD)):
        with pytest.raises(CannotUnlock):
            ask()
    open_workspace(path, "west", PASSWORD).close()


def test_that_a_deactivated_user_with_a_slot_is_refused_too(office: Template, tmp_path: Path) -> None:
    """What a crash between deactivating and changing the key leaves."""
    path = office.copy(tmp_path)
    with office.opened(path) as workspace, workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE user SET active=0 WHERE username='east'")
    with pytest.raises(CannotUnlock, match="已停用"):
        office.open(path, "east")
    with office.opened(path) as workspace:
        workspace.people.remove("east")
        assert "east" not in workspace.archive.header.names()


def test_that_an_administrator_remains(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="移除自己"):
        workspace.people.remove("boss")
    with pytest.raises(UserError, match="至少要保留一位管理员"):
        workspace.people.set_roles("boss", ["sales"])
    workspace.people.set_roles("manager", ["manager", "admin"])
    workspace.people.set_roles("boss", ["sales"])
    assert workspace.people.get("boss").roles == ("sales",)


def test_that_passwords_are_changed_by_their_owner_or_an_administrator(office: Template, tmp_path: Path) -> None:
    path = office.copy(tmp_path)
    with office.opened(path, "east") as workspace:
        workspace.people.change_password(PASSWORD, "ein neues Passwort")
        with pytest.raises(NotPermitted):
            workspace.people.reset_password("west", "ein neues Passwort")
    open_workspace(path, "east", "ein neues Passwort").close()
    with office.opened(path) as workspace:
        workspace.people.reset_password("east", "noch ein Passwort")
        with pytest.raises(NotFound):
            workspace.people.reset_password("nobody", "noch ein Passwort")
    open_workspace(path, "east", "noch ein Passwort").close()


@pytest.mark.parametrize("user", ["manager", "east", "service", "reader"])
def test_that_only_administrators_administrate(staff: Staff, user: str) -> None:
    people, vault = staff[user].people, staff[user].vault
    for act in (
        lambda: people.add("x", "x", PASSWORD, ["sales"]),
        lambda: people.set_roles(user, ["admin"]),
        lambda: people.remove("west"),
        lambda: people.add_team("x"),
        lambda: people.set_team(user, ["销售部"]),
        vault.rotate_key,
        vault.new_recovery_code,
    ):
        with pytest.raises(NotPermitted):
            act()


@pytest.mark.parametrize(
    ("name", "parent", "says"),
    [("", None, "团队名"), ("长" * 61, None, "60"), ("东区", None, "已经存在"), ("x", "没有", "没有团队")],
)
def test_that_a_team_that_cannot_be_is_refused(workspace: Workspace, name: str, parent: str | None, says: str) -> None:
    with pytest.raises(UserError, match=says):
        workspace.people.add_team(name, parent)
    with pytest.raises(NotFound):
        workspace.people.set_team("east", ["没有"])
    assert workspace.people.get("east").teams == ("东区",)


def test_that_administration_is_in_the_log(workspace: Workspace) -> None:
    workspace.people.add_team("新组", "销售部")
    workspace.people.set_team("east", ["新组"])
    workspace.people.set_roles("east", ["manager"])
    newest = workspace.history.list(limit=3)[1]
    assert [o.summary for o in newest] == ["修改用户角色：east", "修改用户团队：east", "新建团队：新组"]
    assert workspace.vault.verify().ok


def test_that_a_first_user_needs_a_name_to_sign_in_by(tmp_path: Path) -> None:
    for username in ("", " ", "a@b"):
        with pytest.raises(UserError, match="用户名"):
            create_workspace(tmp_path / "a.kedang", username, PASSWORD)
    assert list(tmp_path.iterdir()) == []


def test_that_records_of_the_removed_stay(workspace: Workspace) -> None:
    owner = workspace.people.get("east").id
    record = add(workspace, "东方", owner=owner)[0]
    workspace.people.remove("east")
    assert workspace.customers.get(record.id).get("owner") == owner
    assert workspace.people.names()[owner] == "李东"
