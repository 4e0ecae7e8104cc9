"""Filters that ask what a value of a pick-list means: they name all values with a meaning, as the office's list has them."""

from __future__ import annotations

from app.core.fields import Entity
from app.core.filters import Condition


def means(entity: Entity, field: str, *meanings: str) -> Condition:
    """Records whose value in `field` means one of these."""
    return Condition(field, "in", list(entity.field(field).with_meaning(*meanings)))


def means_not(entity: Entity, field: str, *meanings: str) -> Condition:
    """Records whose value means none of these, or that have none."""
    return Condition(field, "not_in", list(entity.field(field).with_meaning(*meanings)))
