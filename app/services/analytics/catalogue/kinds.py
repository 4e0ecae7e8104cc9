"""Kinds of records as reports name them."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.dictionary import BUILT_IN
from app.core.i18n import t
from app.services.analytics.specification import Parameter

SALES = frozenset({"orders", "customers"})
#: days and hours of the office's work: a setting, no record
WORKING_HOURS = "calendar_days"


def about(*entities: str) -> frozenset[str]:
    """Records of these kinds, their parts, and the pick-lists they choose from."""
    found = set(entities)
    for entity in map(BUILT_IN.entity, entities):
        found |= {f.target for f in entity.fields if f.target and BUILT_IN.entity(f.target).picklist}
        found |= {e.key for e in BUILT_IN if e.parent and e.field(e.parent).target == entity.key}
    return frozenset(found)


def one_of(kinds: Sequence[str]) -> str:
    """The kinds of records a parameter may name, in words and as it names them."""
    return t("{kinds}（{keys}）", kinds=t("、").join(BUILT_IN.entity(k).label for k in kinds), keys=" ".join(kinds))


def step() -> Parameter:
    """By which spans of time the rows go."""
    return Parameter("step", t("按日、周、月、季、年（day week month quarter year）"), "")
