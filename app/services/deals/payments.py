"""Payments: more than nothing, and of the customer of their order."""

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


class PaymentService(RecordService):
    """Which way the money went is told by the kind, never by a sign (an import turns signs into kinds)."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "payments", before_many)

    def _check(self, values: Mapping[str, Any]) -> None:
        amount = values.get("amount")
        if amount is not None and amount <= 0:
            raise InvalidFields(self.entity, {"amount": t("请填大于零的金额。")})

    def _create(self, work: UnitOfWork, operation: Operation, values: Mapping[str, Any]) -> Record:
        self._check(values)
        order = id_of(values.get("order"))
        if order is not None and not values.get("customer"):
            customer = work.reader.get("orders", order).get("customer")
            values = {**values, **({"customer": customer} if customer else {})}
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
