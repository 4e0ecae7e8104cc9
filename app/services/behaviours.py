"""The behaviour of each kind of record, for the one writer. Kinds that are not here have none beyond their fields."""

from __future__ import annotations

from collections.abc import Mapping

from app.db.store.behaviour import Behaviour
from app.services.customers.behaviour import ActivityBehaviour, ContactBehaviour, CustomerBehaviour
from app.services.deals.behaviour import DealBehaviour, LeadBehaviour, StageBehaviour, StageChangeBehaviour
from app.services.deals.money import OrderBehaviour, OrderLineBehaviour, PaymentBehaviour
from app.services.tickets.behaviour import MessageBehaviour, TicketBehaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    behaviour.entity: behaviour
    for behaviour in (
        CustomerBehaviour(), ContactBehaviour(), ActivityBehaviour(), LeadBehaviour(), StageBehaviour(), DealBehaviour(),
        StageChangeBehaviour(), OrderBehaviour(), OrderLineBehaviour(), PaymentBehaviour(), TicketBehaviour(),
        MessageBehaviour(),
    )
}  # fmt: skip
