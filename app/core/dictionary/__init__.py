"""The built-in data dictionary: one module per family of entities."""

from __future__ import annotations

from app.core.dictionary.activities import ACTIVITIES
from app.core.dictionary.contacts import CONTACTS
from app.core.dictionary.customers import CUSTOMERS
from app.core.dictionary.deals import DEALS, LOST_REASONS, PIPELINES, STAGE_CHANGES, STAGES
from app.core.dictionary.leads import LEADS
from app.core.dictionary.orders import ORDER_LINES, ORDERS, PAYMENTS, PRODUCTS
from app.core.dictionary.tickets import (
    ATTACHMENTS,
    CALENDAR_DAYS,
    REPLY_TEMPLATES,
    SLA_POLICIES,
    TICKET_CATEGORIES,
    TICKET_MESSAGES,
    TICKETS,
)
from app.core.fields import Registry

#: every entity after those it links to: the order in which they are imported and, backwards, taken out
BUILT_IN = Registry(
    (
        CUSTOMERS, CONTACTS, PIPELINES, STAGES, LOST_REASONS, DEALS, STAGE_CHANGES, LEADS, ACTIVITIES, PRODUCTS, ORDERS,
        ORDER_LINES, PAYMENTS, TICKET_CATEGORIES, SLA_POLICIES, CALENDAR_DAYS, REPLY_TEMPLATES, TICKETS, TICKET_MESSAGES,
        ATTACHMENTS,
    )
)  # fmt: skip
