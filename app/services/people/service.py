"""Users, roles and teams. A user is a row here and a key slot in the file's header; both change together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.access import FIXED_ROLES, Actor, merged
from app.core.i18n import language, t
from app.db import scope
from app.db.dialect import Store
from app.db.office import people, teams
from app.errors import CannotUnlock, NotFound, UserError
from app.services.context import Context


@dataclass(frozen=True)
class Person:
    """A user as screens show him."""

    id: uuid.UUID
    username: str
    name: str
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    active: bool


People = list[Person]


def role_label(code: str) -> str:
    """The role's name in the language in force."""
    role = FIXED_ROLES.get(code)
    return code if role is None else role.en if language() == "en" else role.zh


def actor_of(archive: Store, username: str) -> Actor:
    """The actor who opened the archive as `username`. Raises CannotUnlock for a deactivated user."""
    with scope.reading(archive) as connection:
        user = people.account(connection, username)
        if user is None or not user.active:
            raise CannotUnlock(t("这个用户已停用，请联系管理员。"))
        roles = [FIXED_ROLES[code] for code in user.roles if code in FIXED_ROLES]
        mates = teams.mates(connection, user.id)
        return Actor(user.id, user.name, merged(roles), any(r.admin for r in roles), mates)


def check_username(username: str) -> str:
    """The name without blanks around it; raises UserError when nobody can sign in by it."""
    login = username.strip()
    if not login or len(login) > 60 or "@" in login:  # "user@device" names a device
        raise UserError(t("用户名不能为空，不能超过 60 个字，也不能含“@”。"))
    return login


def add_first_user(archive: Store, username: str, name: str) -> None:
    """The administrator a new archive begins with; nothing when there is a user already."""
    with scope.writing(archive) as connection:
        if not people.all_accounts(connection):
            people.add(connection, username, name, ["admin"])


def first_admin(archive: Store) -> str:
    """The username of the first active administrator (who a recovery code signs in as)."""
    with scope.reading(archive) as connection:
        found = people.first_admin(connection)
    if found is None:
        raise NotFound(t("档案里没有管理员。"))
    return found


class PeopleService:
    """Administration of users and teams; everybody may list names."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, *, active_only: bool = False) -> People:
        """All users by name."""
        with self._context.reading() as work:
            accounts = people.all_accounts(work.connection)
            belongs = teams.of_users(work.connection)
        return [
            Person(a.id, a.username, a.name, a.roles, belongs.get(a.id, ()), a.active)
            for a in accounts
            if a.active or not active_only
        ]

    def names(self) -> dict[uuid.UUID, str]:
        """Display names by id."""
        with self._context.reading() as work:
            return people.names(work.connection)

    def add(self, username: str, name: str, password: str, roles: Iterable[str]) -> Person:
        """A new user with his own password."""
        self._context.actor.require_admin()
        codes = _known_roles(roles)
        login = check_username(username)
        if login in {person.username for person in self.list()}:
            raise UserError(t("用户“{name}”已经存在。", name=login))
        # a slot without a user is what a crash between the two steps leaves; it is replaced
        self._context.archive.set_password(login, password)
        with self._context.writing() as work:
            operation = work.operation("users", t("新建用户：{name}", name=login))
            people.add(work.connection, login, name.strip() or login, codes)
            operation.params = {"username": login, "roles": codes}
            work.commit()
        return self.get(login)

    def get(self, username: str) -> Person:
        """One user; raises NotFound."""
        found = next((p for p in self.list() if p.username == username), None)
        if found is None:
            raise NotFound(t("没有用户“{name}”。", name=username))
        return found

    def set_roles(self, username: str, roles: Iterable[str]) -> Person:
        """Other rights; the last administrator stays one."""
        self._context.actor.require_admin()
        person, codes = self.get(username), _known_roles(roles)
        if "admin" not in codes:
            self._not_last_admin(person)
        with self._context.writing() as work:
            operation = work.operation("users", t("修改用户角色：{name}", name=username))
            operation.params = {"username": username, "roles": codes}
            people.set_roles(work.connection, person.id, codes)
            work.commit()
        return self.get(username)

    def remove(self, username: str) -> None:
        """Take a user's access away for good: his slots go and the data key is changed, so that an old copy of the key
        opens nothing new. His records and history stay. Others keep their passwords."""
        self._context.actor.require_admin()
        person = self.get(username)
        if person.id == self._context.actor.user_id:
            raise UserError(t("不能移除自己。"))
        self._not_last_admin(person)
        with self._context.writing() as work:
            operation = work.operation("users", t("移除用户：{name}", name=username))
            operation.params = {"username": username}
            people.deactivate(work.connection, person.id)
            work.commit()
        self._context.archive.rotate_key(frozenset({username}))

    def change_password(self, old: str, new: str, username: str | None = None) -> None:
        """The actor's own password; the data is not re-encrypted."""
        self._context.archive.change_password(username or self._own_username(), old, new)

    def reset_password(self, username: str, new: str) -> None:
        """A forgotten password, by an administrator or after opening with the recovery code."""
        self._context.actor.require_admin()
        if not self.get(username).active:
            raise UserError(t("这个用户已停用。"))
        self._context.archive.set_password(username, new)

    def add_team(self, name: str, parent: str | None = None) -> None:
        """A team, below `parent` if given."""
        self._context.actor.require_admin()
        called = name.strip()
        if not called or len(called) > 60:
            raise UserError(t("团队名不能为空，也不能超过 60 个字。"))
        with self._context.writing() as work:
            known = teams.ids(work.connection)
            if called in known:
                raise UserError(t("团队“{name}”已经存在。", name=called))
            if parent and parent not in known:
                raise NotFound(t("没有团队“{name}”。", name=parent))
            operation = work.operation("users", t("新建团队：{name}", name=called))
            operation.params = {"team": called, "parent": parent}
            teams.add(work.connection, called, known[parent] if parent else None)
            work.commit()

    def set_team(self, username: str, names: Iterable[str]) -> None:
        """The teams a user belongs to."""
        self._context.actor.require_admin()
        person, wanted = self.get(username), list(dict.fromkeys(names))
        with self._context.writing() as work:
            operation = work.operation("users", t("修改用户团队：{name}", name=username))
            operation.params = {"username": username, "teams": wanted}
            known = teams.ids(work.connection)
            for team in wanted:
                if team not in known:
                    raise NotFound(t("没有团队“{name}”。", name=team))
            teams.set_of(work.connection, person.id, [known[team] for team in wanted])
            work.commit()

    def teams(self) -> tuple[str, ...]:
        """Names of all teams."""
        with self._context.reading() as work:
            return tuple(teams.ids(work.connection))

    def _own_username(self) -> str:
        with self._context.reading() as work:
            return people.username_of(work.connection, self._context.actor.user_id)

    def _not_last_admin(self, person: Person) -> None:
        admins = [p for p in self.list(active_only=True) if "admin" in p.roles]
        if "admin" in person.roles and len(admins) == 1:
            raise UserError(t("至少要保留一位管理员。"))


def _known_roles(roles: Iterable[str]) -> list[str]:
    codes = list(dict.fromkeys(roles))
    unknown = [code for code in codes if code not in FIXED_ROLES]
    if unknown or not codes:
        raise UserError(t("没有角色“{role}”。可用的有：{all}。", role="、".join(unknown), all="、".join(FIXED_ROLES)))
    return codes
