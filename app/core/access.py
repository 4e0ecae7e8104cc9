"""Who may do what: actions × levels per entity, most permissive role wins. One rule table for every engine.

After EspoCRM's model, cut to size: there is no "deny"; a user has the best of his roles. `Actor` is the person
on whose behalf a service works; every service call carries one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from app.core.dictionary import BUILT_IN
from app.core.fields import Field, Sensitivity
from app.core.i18n import t
from app.errors import NotPermitted


class Action(StrEnum):
    """查看 / 新建 / 编辑 / 删除 / 导出 / 改派 / 查看敏感 / 导入."""

    VIEW = "view"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    EXPORT = "export"
    ASSIGN = "assign"
    SENSITIVE = "view_sensitive"
    IMPORT = "import"


class Level(IntEnum):
    """无 / 本人 / 本组 / 全部."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


ANY = "*"
Rules = Mapping[tuple[str, Action], Level]


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights. `rules` maps (entity or "*", action) to a level; `admin` opens settings and users."""

    code: str
    zh: str
    en: str
    rules: Rules
    admin: bool = False


def _same(level: Level, *actions: Action) -> dict[tuple[str, Action], Level]:
    return {(ANY, action): level for action in actions}


_ALL = tuple(Action)
FIXED_ROLES: Mapping[str, Role] = {
    role.code: role
    for role in (
        Role("admin", "管理员", "Administrator", _same(Level.ALL, *_ALL), admin=True),
        Role(
            "manager",
            "主管",
            "Manager",
            _same(Level.TEAM, *_ALL) | _same(Level.ALL, Action.CREATE, Action.IMPORT),
        ),
        Role(
            "sales",
            "业务",
            "Sales",
            _same(Level.OWN, Action.VIEW, Action.EDIT, Action.SENSITIVE) | _same(Level.ALL, Action.CREATE),
        ),
        Role(
            "service",
            "客服",
            "Service",
            _same(Level.ALL, Action.VIEW)
            | _same(Level.OWN, Action.EDIT)
            | {(kind.key, Action(action)): Level.ALL for kind in BUILT_IN for action in kind.service},
        ),
        Role("readonly", "只读", "Read-only", _same(Level.ALL, Action.VIEW)),
    )
}


def merged(roles: Iterable[Role]) -> Rules:
    """The most permissive level of all roles per (entity, action)."""
    best: dict[tuple[str, Action], Level] = {}
    for role in roles:
        for key, level in role.rules.items():
            best[key] = max(level, best.get(key, Level.NONE))
    return best


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system itself) acting. `team_user_ids`: everybody in his teams and their sub-teams."""

    user_id: uuid.UUID
    name: str
    rules: Rules
    is_admin: bool = False
    team_user_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)

    def level(self, entity: str, action: Action) -> Level:
        """How far the right reaches for this entity."""
        return max(
            self.rules.get((entity, action), Level.NONE),
            self.rules.get((ANY, action), Level.NONE),
        )

    def may(self, entity: str, action: Action) -> bool:
        """Whether there is any right at all (some records may still be out of reach)."""
        return self.level(entity, action) > Level.NONE

    def reach(self, entity: str, action: Action) -> frozenset[uuid.UUID] | None:
        """The owners whose records the action reaches; None = everybody's, empty = nobody's."""
        match self.level(entity, action):
            case Level.ALL:
                return None
            case Level.TEAM:
                return self.team_user_ids | {self.user_id}
            case Level.OWN:
                return frozenset({self.user_id})
        return frozenset()

    def unrestricted(self) -> Actor:
        """The same person with every right: for putting back what he changed himself, wherever it is by now."""
        return replace(self, rules=FIXED_ROLES["admin"].rules, is_admin=True)

    def require(self, entity: str, action: Action) -> None:
        """Raise NotPermitted when the action is not allowed at all."""
        if not self.may(entity, action):
            raise NotPermitted(
                t("您的角色不允许这个操作（{action}）。需要时请联系管理员。", action=action_label(action))
            )

    def require_admin(self) -> None:
        if not self.is_admin:
            raise NotPermitted(t("只有管理员可以这样做。"))

    def sees(self, entity: str, field_: Field) -> bool:
        """Whether the field's value may be shown unmasked."""
        match field_.sensitivity:
            case Sensitivity.SENSITIVE:
                return self.may(entity, Action.SENSITIVE)
            case Sensitivity.ADMIN:
                return self.is_admin
        return True


def action_label(action: Action) -> str:
    """The action's name for people."""
    return {
        Action.VIEW: t("查看"),
        Action.CREATE: t("新建"),
        Action.EDIT: t("编辑"),
        Action.DELETE: t("删除"),
        Action.EXPORT: t("导出"),
        Action.ASSIGN: t("改派"),
        Action.SENSITIVE: t("查看敏感信息"),
        Action.IMPORT: t("导入"),
    }[action]


def mask(text: str) -> str:
    """A text with its middle hidden: 138****5678, 1101**********1234. Of short ones at least half is hidden."""
    size = len(text)
    if size <= 4:
        return "*" * size
    head, tail = (size // 4, size // 4) if size < 11 else (3 if size == 11 else 4, 4)
    return text[:head] + "*" * (size - head - tail) + text[size - tail :]
