"""The office's own rules of who counts as the same, and the question they answer: is he there already?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.access import Action
from app.db.store.settings import setting, store_setting
from app.services.context import Context
from app.services.duplicates.lookup import Known, known
from app.services.duplicates.rulesets import Purpose, RuleSet, from_json, to_json, usual
from app.services.duplicates.service import check_entity


class EntryService:
    """Rules apart for entering, importing and looking up; changed by the administrator."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def rules(self, entity: str, purpose: Purpose) -> RuleSet:
        """The rules in force."""
        check_entity(entity)
        described = self._context.registry.entity(entity)
        with self._context.reading() as work:
            own = (setting(work.connection, f"duplicates.rules.{entity}") or {}).get(purpose)
        return usual(described, purpose) if own is None else from_json(described, purpose, own)

    def for_import(self, entity: str) -> tuple[tuple[str, ...], ...]:
        """The office's own rules for imports as match fields; () = it has none."""
        with self._context.reading() as work:
            own = (setting(work.connection, f"duplicates.rules.{entity}") or {}).get("import") or ()
        return tuple(tuple(str(c["field"]) for c in rule) for rule in own)

    def set_rules(self, entity: str, purpose: Purpose, data: Any) -> RuleSet:
        """Make the office's own rules from JSON data; None = the usual ones again. Raises UserError, NotPermitted."""
        check_entity(entity)
        self._context.actor.require_admin()
        described = self._context.registry.entity(entity)
        made = None if data is None else from_json(described, purpose, data)
        with self._context.writing() as work:
            own = dict(setting(work.connection, f"duplicates.rules.{entity}") or {})
            own.pop(purpose, None)
            if made is not None:
                own[purpose] = to_json(made)
            store_setting(work.connection, f"duplicates.rules.{entity}", own)
            work.commit()
        return self.rules(entity, purpose)

    def known(self, entity: str, values: Mapping[str, Any], purpose: Purpose = "search") -> list[Known]:
        """Records that are there already by the rules for this purpose, also those the person may not see (of them only
        that they are there, and whose)."""
        rules = self.rules(entity, purpose)
        self._context.actor.require(entity, Action.VIEW)
        with self._context.reading() as work:
            return known(work, self._context.registry.entity(entity), rules, values)
