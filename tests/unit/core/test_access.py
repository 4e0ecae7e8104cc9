"""The rule table: merging, levels, what the five roles may do."""

from __future__ import annotations

import itertools
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.access import ANY, FIXED_ROLES, Action, Actor, Level, Role, Rules, action_label, mask, merged
from app.core.fields import Field, FieldType, Sensitivity
from app.errors import NotPermitted

ME, MATE, STRANGER = (uuid.UUID(int=n) for n in (1, 2, 3))
_KEYS = st.tuples(st.sampled_from([ANY, "customers", "contacts"]), st.sampled_from(Action))
_RULES = st.dictionaries(_KEYS, st.sampled_from(Level), max_size=6)


def _role(rules: Rules) -> Role:
    return Role("x", "角色", "Role", rules)


def _actor(*roles: Role) -> Actor:
    return Actor(ME, "我", merged(roles), any(r.admin for r in roles), frozenset({ME, MATE}))


def test_that_a_sales_person_who_is_also_manager_has_the_best_of_both() -> None:
    """Sales person: read team, edit own, delete no. Manager: read, edit, delete team."""
    sales = _role({
        ("customers", Action.VIEW): Level.TEAM,
        ("customers", Action.EDIT): Level.OWN,
        ("customers", Action.DELETE): Level.NONE,
    })  # fmt: skip
    manager = _role({("customers", a): Level.TEAM for a in (Action.VIEW, Action.EDIT, Action.DELETE)})
    both = _actor(sales, manager)
    assert [both.level("customers", a) for a in (Action.VIEW, Action.EDIT, Action.DELETE)] == [Level.TEAM] * 3
    alone = _actor(sales)
    assert alone.reach("customers", Action.VIEW) == {ME, MATE}
    assert alone.reach("customers", Action.EDIT) == {ME}
    assert alone.reach("customers", Action.DELETE) == frozenset()
    assert not alone.may("customers", Action.DELETE)


@given(st.lists(_RULES.map(_role), max_size=4))
def test_that_merging_keeps_the_most_permissive_level(roles: list[Role]) -> None:
    best = merged(roles)
    for key in itertools.product([ANY, "customers", "contacts"], Action):
        assert best.get(key, Level.NONE) == max((r.rules.get(key, Level.NONE) for r in roles), default=Level.NONE)


@given(st.lists(_RULES.map(_role), max_size=3), _RULES.map(_role))
def test_that_another_role_never_takes_a_right_away(roles: list[Role], more: Role) -> None:
    before, after = _actor(*roles), _actor(*roles, more)
    for entity, action in itertools.product(["customers", "contacts", "activities"], Action):
        assert after.level(entity, action) >= before.level(entity, action)


def test_that_a_rule_for_everything_holds_beside_a_narrower_one() -> None:
    actor = _actor(_role({(ANY, Action.VIEW): Level.TEAM, ("contacts", Action.VIEW): Level.OWN}))
    assert actor.level("contacts", Action.VIEW) is Level.TEAM
    assert actor.level("customers", Action.VIEW) is Level.TEAM


#: role → level of view, create, edit, delete, export, assign, sensitive, import on customers
MATRIX = {
    "admin": "AAAAAAAA",
    "manager": "TATTTTTA",
    "sales": "OAONNNON",
    "service": "ANONNNNN",
    "readonly": "ANNNNNNN",
}
LETTERS = {"N": Level.NONE, "O": Level.OWN, "T": Level.TEAM, "A": Level.ALL}
CELLS = [
    (role, action, LETTERS[letter])
    for role, letters in MATRIX.items()
    for action, letter in zip(Action, letters, strict=True)
]


@pytest.mark.parametrize(("role", "action", "level"), CELLS, ids=lambda x: getattr(x, "value", x))
def test_that_the_fixed_roles_reach_as_far_as_documented(role: str, action: Action, level: Level) -> None:
    actor = _actor(FIXED_ROLES[role])
    assert actor.level("customers", action) is level
    assert actor.may("customers", action) is (level is not Level.NONE)
    wanted = {Level.NONE: frozenset(), Level.OWN: {ME}, Level.TEAM: {ME, MATE}, Level.ALL: None}[level]
    assert actor.reach("customers", action) == wanted
    if level is Level.NONE:
        with pytest.raises(NotPermitted, match=action_label(action)):
            actor.require("customers", action)
    else:
        actor.require("customers", action)


def test_that_customer_service_may_note_follow_ups() -> None:
    actor = _actor(FIXED_ROLES["service"])
    assert actor.may("activities", Action.CREATE)
    assert actor.may("contacts", Action.CREATE)


def test_that_only_administrators_administrate() -> None:
    _actor(FIXED_ROLES["admin"]).require_admin()
    for role in set(FIXED_ROLES) - {"admin"}:
        with pytest.raises(NotPermitted):
            _actor(FIXED_ROLES[role]).require_admin()


@pytest.mark.parametrize(
    ("sensitivity", "seeing"),
    [
        (Sensitivity.NORMAL, {"admin", "manager", "sales", "service", "readonly"}),
        (Sensitivity.SENSITIVE, {"admin", "manager", "sales"}),
        (Sensitivity.ADMIN, {"admin"}),
    ],
)
def test_that_field_classes_hide_values(sensitivity: Sensitivity, seeing: set[str]) -> None:
    field = Field("x", "字段", "Field", FieldType.TEXT, sensitivity=sensitivity)
    assert {r for r in FIXED_ROLES if _actor(FIXED_ROLES[r]).sees("customers", field)} == seeing


def test_that_the_unrestricted_actor_is_the_same_person_with_every_right() -> None:
    actor = _actor(FIXED_ROLES["readonly"]).unrestricted()
    assert actor.user_id == ME
    assert all(actor.reach(entity, action) is None for entity in ("customers", "contacts") for action in Action)
    assert actor.sees("customers", Field("x", "字段", "Field", sensitivity=Sensitivity.ADMIN))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("", ""), ("ab", "**"), ("1234", "****"), ("12345", "1***5"), ("1234567890", "12******90"),
     ("13812345678", "138****5678"), ("110101199001011234", "1101**********1234")],
)  # fmt: skip
def test_that_a_mask_hides_the_middle(text: str, hidden: str) -> None:
    assert mask(text) == hidden


@given(st.text(max_size=30))
def test_that_a_mask_never_tells_the_whole_text_nor_its_length_wrongly(text: str) -> None:
    hidden = mask(text)
    assert len(hidden) == len(text)
    assert sum(a != b or a == "*" for a, b in zip(hidden, text, strict=True)) * 3 >= len(text)
