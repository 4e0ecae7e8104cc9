"""Reply templates: replaced, reported, never run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.tickets.placeholders import filled, names_in

VALUES = {"customer.name": "苏州恒力", "number": "T000123", "contact.name": ""}


@pytest.mark.parametrize(
    ("text", "shown", "unknown", "empty"),
    [
        ("{{customer.name}}您好", "苏州恒力您好", (), ()),
        ("{{ number }} / {{number}}", "T000123 / T000123", (), ()),
        ("{{customer.phone}} {{客户}}", "{{customer.phone}} {{客户}}", ("customer.phone", "客户"), ()),
        ("{{contact.name}}您好", "您好", (), ("contact.name",)),
        ("{customer.name} {{}} {{ }}", "{customer.name} {{}} {{ }}", (), ()),
        ("{{number.__class__}}", "{{number.__class__}}", ("number.__class__",), ()),
    ],
)
def test_that_known_names_are_replaced_and_others_reported(
    text: str, shown: str, unknown: tuple[str, ...], empty: tuple[str, ...]
) -> None:
    found = filled(text, VALUES)
    assert (found.text, found.unknown, found.empty) == (shown, unknown, empty)


def test_that_a_value_is_never_looked_through_again() -> None:
    assert filled("{{a}}", {"a": "{{b}}", "b": "secret"}).text == "{{b}}"


@given(st.text(alphabet="{}ab. ", max_size=60))
def test_that_everything_named_is_replaced_or_reported(text: str) -> None:
    found = filled(text, {"a": "1", "b": "2"})
    assert set(found.unknown) == set(names_in(text)) - {"a", "b"}
