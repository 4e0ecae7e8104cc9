"""What the list shows: conditions, quick search, order, columns. Immutable; a saved view gives one and takes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.fields import Entity
from app.core.filters import Condition, Filter, Group, Search
from app.core.records import Sort
from app.services.customers.views import View

Columns = tuple[tuple[str, int], ...]
ALL, MINE, TEMPORARY = "all", "mine", "temporary"


@dataclass(frozen=True)
class Listing:
    """`base` belongs to the tab and has no chip; `parts` have one each, joined by "and", or by "or" if `any_of`.

    `columns`: field keys in order with widths (0 = the usual one); empty = the entity's own choice.
    """

    base: Filter | None = None
    parts: tuple[Filter, ...] = ()
    any_of: bool = False
    quick: str = ""
    sorts: tuple[Sort, ...] = ()
    columns: Columns = ()

    def chips(self) -> Filter | None:
        """The conditions of the chips as one filter."""
        if not self.parts:
            return None
        return self.parts[0] if len(self.parts) == 1 else Group("or" if self.any_of else "and", self.parts)

    def condition(self) -> Filter | None:
        """Everything together."""
        search = Search(self.quick) if self.quick else None
        # The search stands first and at the top: there it walks the search index.
        return _flat(search, self.base, self.chips())

    def filtered(self) -> bool:
        """Whether the person narrowed the list."""
        return bool(self.parts or self.quick)

    def with_chips(self, condition: Filter | None) -> Listing:
        """The same list with these conditions as chips."""
        match condition:
            case None:
                return replace(self, parts=(), any_of=False)
            case Group(kind, parts) if parts:
                return replace(self, parts=parts, any_of=kind == "or")
        return replace(self, parts=(condition,), any_of=False)


def _flat(*conditions: Filter | None) -> Filter | None:
    parts: list[Filter] = []
    for condition in conditions:
        if isinstance(condition, Group) and condition.kind == "and":
            parts.extend(condition.parts)
        elif condition is not None:
            parts.append(condition)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Group("and", tuple(parts))


def of_view(view: View) -> Listing:
    """The list as the view says; a search saved in it comes back as one."""
    condition, quick = view.condition, ""
    if isinstance(condition, Search):
        quick, condition = condition.text, None
    elif isinstance(condition, Group) and condition.kind == "and":
        searches = [part.text for part in condition.parts if isinstance(part, Search)]
        if len(searches) == 1:
            quick = searches[0]
            rest = tuple(part for part in condition.parts if not isinstance(part, Search))
            condition = None if not rest else rest[0] if len(rest) == 1 else Group("and", rest)
    return Listing(quick=quick, sorts=view.sorts, columns=view.columns).with_chips(condition)


def mine() -> Listing:
    """The records the person is responsible for."""
    return Listing(base=Condition("owner", "me"))


#: what a salesperson reads first; so many fit beside the pane without scrolling sideways
_CUSTOMERS = ("name", "stage", "tags", "owner", "phones", "amount", "last_contact_on", "level")


def usual_columns(entity: Entity) -> Columns:
    """The entity's own choice."""
    shown = _CUSTOMERS if entity.key == "customers" else tuple(field.key for field in entity.fields if field.shown)
    return tuple((key, 0) for key in shown)


def known_columns(entity: Entity, columns: Sequence[tuple[str, int]]) -> Columns:
    """Those whose field still exists; the usual ones if none is left."""
    left = tuple((key, width) for key, width in columns if entity.find(key) is not None)
    return left or usual_columns(entity)


__all__ = ["ALL", "MINE", "TEMPORARY", "Columns", "Listing", "known_columns", "mine", "of_view", "usual_columns"]
