"""Leads: from a name and a phone to customer, contact and deal."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from app.core.clock import now
from app.core.fields import Link
from app.core.filters import Condition, Filter, Group
from app.core.i18n import t
from app.core.records import ChangeSet, Record
from app.db.journal import Operation
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.context import Context
from app.services.deals.records import Conversion
from app.services.records import BeforeMany, Records, RecordService

#: at most this many likely duplicates are shown
SIMILAR = 20
_SHARED = ("phones", "emails", "wechats", "owner", "source", "province", "city", "address", "industry", "remark")


class LeadService(RecordService):
    """Verbs on leads beyond those of every record."""

    def __init__(self, context: Context, before_many: BeforeMany | None = None) -> None:
        super().__init__(context, "leads", before_many)

    def similar_customers(self, lead: uuid.UUID) -> Records:
        """Live visible customers with the lead's company or name, or one of its phones or e-mails."""
        record = self.get(lead)
        names = filter(None, (record.get("company"), record.get("name")))
        parts: list[Filter] = [Condition("name", "contains", text) for text in names]
        for key in ("phones", "emails"):
            parts += [Condition(key, "eq", point.normal.removeprefix("+86")) for point in record.get(key) or ()]
        if not parts:
            return []
        with self._context.reading() as work:
            handles = work.reader.handles("customers", Group("or", tuple(parts)), limit=SIMILAR).tolist()
            return list(work.reader.each("customers", handles))

    def convert(
        self,
        lead: uuid.UUID,
        *,
        customer: uuid.UUID | None = None,
        with_contact: bool = True,
        deal: Mapping[str, Any] | None = None,
    ) -> tuple[Conversion, ChangeSet]:
        """Make a customer (or take the existing one `customer`), a contact, and, when `deal` gives its fields, a deal.

        One operation; the lead keeps links to all three. Raises UserError for a lead that is converted already.
        """
        with self._context.writing() as work:
            record = work.reader.get("leads", lead)
            if self.entity.field("status").means(record.get("status"), "converted"):
                raise UserError(t("这条线索已经转化过了。"))
            operation = work.operation("convert", t("转化线索：{title}", title=record.get("name")))
            owner = _customer(work, operation, record, customer)
            made = _contact(work, operation, record, owner) if with_contact and record.get("company") else None
            sold = None
            if deal is not None:
                title = deal.get("name") or t("{customer} 的商机", customer=owner.get("name"))
                given: dict[str, Any] = {
                    "amount": record.get("budget"), "source": record.get("source"), "owner": record.get("owner"), **deal,
                    "name": title, "customer": _link(owner),
                }  # fmt: skip
                if made is not None:
                    given["contact"] = _link(made)
                sold = work.writer.create(operation, "deals", given)
            changes: dict[str, Any] = {
                "status": self.entity.field("status").first("converted"), "converted_at": now(), "customer": _link(owner),
            }  # fmt: skip
            if made is not None:
                changes["contact"] = _link(made)
            if sold is not None:
                changes["deal"] = _link(sold)
            work.writer.update(operation, "leads", lead, changes)
            return Conversion(owner, made, sold), work.commit()


def _link(record: Record) -> tuple[Link, ...]:
    return (Link(record.id, str(record.get("name") or "")),)


def _customer(work: UnitOfWork, operation: Operation, lead: Record, chosen: uuid.UUID | None) -> Record:
    if chosen is not None:
        return work.reader.get("customers", chosen)
    company = lead.get("company")
    values = {key: lead.get(key) for key in _SHARED}
    entity = work.reader.registry.entity("customers")
    values |= {
        "name": company or lead.get("name"), "kind": entity.field("kind").first("company" if company else "person"),
        "stage": entity.field("stage").first("talking"),
    }  # fmt: skip
    if company:  # the person's own points go to the contact
        values |= {"phones": None, "emails": None, "wechats": None}
    return work.writer.create(operation, "customers", {k: v for k, v in values.items() if v})


def _contact(work: UnitOfWork, operation: Operation, lead: Record, customer: Record) -> Record:
    values: dict[str, Any] = {key: lead.get(key) for key in ("phones", "emails", "wechats", "owner", "title")}
    values |= {
        "name": lead.get("name"),
        "customers": (Link(customer.id, str(customer.get("name")), str(lead.get("title") or "")[:60]),),
    }
    return work.writer.create(operation, "contacts", {k: v for k, v in values.items() if v})
