"""Records with rules of their own beside their fields: payments are more than nothing, stages stay within a hundred percent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.core.i18n import t
from app.core.records import Record
from app.core.validation import InvalidFields
from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.services.context import Context
from app.services.deals.rules import id_of
from app.services.records import BeforeMany, RecordService


class _Guarded(RecordService):
    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with these values, by field key."""
        raise NotImplementedError

    def _check(self, values: Mapping[str, Any]) -> None:
        problems = self._problems(values)
        if problems:
            raise InvalidFields(self.entity, problems)

    def _create(self, work: UnitOfWork, operation: Operation, values: Mapping[str, Any]) -> Record:
        self._check(values)
        return super()._create(work, operation, values)

    def _update(
        self,
        work: UnitOfWork,
        operation: Operation,
        record: uuid.UUID,
        changes: Mapping[str, Any],
        expected_version: int | None,
    ) -> tuple[Record, bool]:
        self._check(changes)
        return super()._update(work, operation, record, changes, expected_version)


class PaymentService(_Guarded):
    """Which way the money went is told by the kind, never by a sign."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "payments", before_many)

    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        amount = values.get("amount")
        return {"amount": t("请填大于零的金额。")} if amount is not None and amount <= 0 else {}

    def _create(self, work: UnitOfWork, operation: Operation, values: Mapping[str, Any]) -> Record:
        order = id_of(values.get("order"))
        if order is not None and not values.get("customer"):
            customer = work.reader.get("orders", order).get("customer")
            values = {**values, **({"customer": customer} if customer else {})}
        return super()._create(work, operation, values)


class StageService(_Guarded):
    """The probability weighs sums of money; days are counted from one."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "stages", before_many)

    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        probability, days = values.get("probability"), values.get("rot_days")
        if probability is not None and not 0 <= probability <= 100:
            found["probability"] = t("请填 0 到 100。")
        if days is not None and not 0 < days <= 3650:
            found["rot_days"] = t("请填 1 到 3650 天，不提醒就留空。")
        return found
