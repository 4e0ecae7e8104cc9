"""A follow-up's deal is a foreign key in every archive; what the search index was made of is written down.

Archives that were made by the first release and upgraded hold `activity.deal_id` as a bare column: a deal could be purged
under its follow-ups. Archives made later have the key and pass.
"""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic.operations import Operations

from app.db.migrations.steps import (
    LIVE,
    flag,
    given,
    index,
    key,
    moment,
    note,
    refers,
    standing,
    text,
)  # fmt: skip

log = logging.getLogger(__name__)

revision = 4

#: what the entries of revisions 1 to 3 were made of (see `app.db.search_sources`)
_SOURCES = """{
"customer": "1|name short_name|address remark city|number credit_code external_id|points",
"contact": "1|name|title remark|number external_id|points", "activity": "1|subject|body|external_id|",
"lead": "1|name company|address remark city|number external_id|points", "deal": "1|name|remark|number external_id|",
"product": "1|name|remark|code external_id|", "ticket": "1|subject requester|snippet|number requester_email external_id|",
"ticket_message": "1|subject author|body|author_email external_id|", "reply_template": "1|name|body|external_id|",
"sales_order": "1|name|remark|number external_id|"}"""
_SETTING_ID = bytes.fromhex("019dd0d6b4007000a000000000000004")


def upgrade(op: Operations) -> None:
    """From the schema of revision 3, however it came about."""
    keys = sa.inspect(op.get_bind()).get_foreign_keys("activity")
    if not any(found["referred_table"] == "deal" for found in keys):
        _let_go_of_deals_that_are_gone(op)
        _rebuild(op)
    op.execute(
        sa.text(
            "INSERT INTO setting(org_id, id, key, value) VALUES(1, :id, 'search_sources', :value) "
            "ON CONFLICT(org_id, key) DO NOTHING"
        ).bindparams(id=_SETTING_ID, value=_SOURCES.replace("\n", ""))
    )


def _let_go_of_deals_that_are_gone(op: Operations) -> None:
    """The follow-up stays; that its deal is no more is told in the log."""
    dangling = (
        "deal_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM deal WHERE deal.org_id = activity.org_id AND deal.id = activity.deal_id)"
    )
    bind = op.get_bind()
    for own, deal in bind.execute(sa.text(f"SELECT id, deal_id FROM activity WHERE {dangling}")).all():
        log.warning("activity %s named a deal that is gone: %s", bytes(own).hex(), bytes(deal).hex())
    op.execute(f"UPDATE activity SET deal_id = NULL WHERE {dangling}")


def _rebuild(op: Operations) -> None:
    before = standing(
        op, "activity", key("customer_id"), key("deal_id"), text("subject", 200, null=False), text("kind", 20),
        moment("happened_at"), moment("due_at"), flag("done"), note("body"), key("owner_id"), text("external_id", 100),
        refers("customer_id", "customer"), refers("owner_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    with op.batch_alter_table("activity", recreate="always", copy_from=before) as batch:
        batch.create_foreign_key(
            "fk_activity_deal", "deal", ["org_id", "deal_id"], ["org_id", "id"], ondelete="RESTRICT"
        )
    index(op, "activity", "ix_activity_deal", "deal_id", where=given("deal_id"))
    index(op, "activity", "uq_activity_external_id", "external_id", unique=True)
    index(op, "activity", "ix_activity_customer", "customer_id", "happened_at")
    index(op, "activity", "ix_activity_live_happened", "happened_at", where=LIVE)
    index(op, "activity", "ix_activity_live_owner", "owner_id", "due_at", where=LIVE)
