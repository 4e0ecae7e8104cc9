"""Payments and stages refuse what would spoil the sums."""

from __future__ import annotations

import pytest

from app.core.clock import today
from app.core.fields import Link
from app.core.validation import InvalidFields


@pytest.mark.parametrize("amount", [0, -500])
def test_that_a_payment_is_more_than_nothing(workspace, amount):
    payments = workspace.records("payments")
    with pytest.raises(InvalidFields) as caught:
        payments.create({"amount": amount, "paid_on": today(), "kind": "receipt"})
    assert set(caught.value.problems) == {"amount"}
    made, _changes = payments.create({"amount": 500, "paid_on": today(), "kind": "refund"})
    with pytest.raises(InvalidFields):
        payments.update(made.id, {"amount": amount})
    assert payments.get(made.id).get("amount") == 500


def test_that_a_payment_belongs_to_the_customer_of_its_order(workspace):
    customer, _changes = workspace.customers.create({"name": "甲公司"})
    order, _changes = workspace.orders.create({"customer": (Link(customer.id),), "amount": 100})
    made, _changes = workspace.records("payments").create(
        {"order": (Link(order.id),), "amount": 100, "paid_on": today(), "kind": "receipt"}
    )
    assert workspace.records("payments").get(made.id).get("customer")[0].id == customer.id


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("probability", -1, 0),
        ("probability", 101, 100),
        ("rot_days", 0, 1),
        ("rot_days", -5, 3650),
        ("rot_days", 9999, None),
    ],
)
def test_the_bounds_of_a_stage(workspace, key, wrong, right):
    stage = workspace.deals.stages()[0]
    with pytest.raises(InvalidFields) as caught:
        workspace.records("stages").update(stage.id, {key: wrong})
    assert set(caught.value.problems) == {key}
    workspace.records("stages").update(stage.id, {key: right})
    assert workspace.records("stages").get(stage.id).get(key) == right
