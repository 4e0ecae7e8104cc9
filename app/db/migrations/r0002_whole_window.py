"""Deals, orders, tickets and what belongs to them: their tables and search indexes; phones of leads; lunar birthdays."""

from __future__ import annotations

from alembic.operations import Operations

from app.db.migrations.steps import (
    LIVE,
    big,
    blob,
    day,
    flag,
    given,
    index,
    key,
    moment,
    named,
    note,
    refers,
    sqlite_search_index,
    standing,
    table,
    text,
    unique,
    whole,
)  # fmt: skip

revision = 2


def upgrade(op: Operations) -> None:
    """From the schema of the first release."""
    _lists(op)
    _deals(op)
    _orders(op)
    _tickets(op)
    sqlite_search_index(op, "deal", "lead", "product", "reply_template", "sales_order", "ticket", "ticket_message")
    op.add_column("activity", key("deal_id"))
    index(op, "activity", "ix_activity_deal", "deal_id", where=given("deal_id"))
    op.add_column("contact", flag("birthday_lunar"))
    op.add_column("customer", flag("birthday_lunar"))
    _points_of_leads(op)


def _points_of_leads(op: Operations) -> None:
    """A phone or e-mail belongs to a customer, a contact or a lead: the rule of one holder is another one."""
    before = standing(
        op, "contact_point", key("customer_id"), key("contact_id"), text("kind", 10, null=False),
        whole("position", null=False), text("value", 254, null=False), text("normal", 254, null=False),
        text("label", 40, null=False), text("extension", 20, null=False), flag("valid", null=False),
        flag("opt_out", null=False), text("note", 200, null=False),
        refers("customer_id", "customer"), refers("contact_id", "contact"), part=True,
    )  # fmt: skip
    holders = ("customer_id", "contact_id", "lead_id")
    one = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in holders) + " = 1"
    with op.batch_alter_table("contact_point", recreate="always", copy_from=before) as batch:
        batch.add_column(key("lead_id"))
        batch.create_foreign_key(
            "fk_contact_point_lead", "lead", ["org_id", "lead_id"], ["org_id", "id"], ondelete="CASCADE"
        )
        batch.create_check_constraint("ck_contact_point_one_holder", one)
    index(op, "contact_point", "ix_contact_point_normal", "kind", "normal")
    for column in holders:
        index(op, "contact_point", f"ix_contact_point_{column.removesuffix('_id')}", column, where=given(column))


def _lists(op: Operations) -> None:
    """What records are sorted by: pick-lists, and the texts used for answers."""
    table(
        op, "pipeline", whole("position"), flag("active"), text("external_id", 100), *named(), edited=True,
    )  # fmt: skip
    index(op, "pipeline", "uq_pipeline_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "pipeline", "ix_pipeline_match_key", "match_key")
    table(
        op, "stage", key("pipeline_id"), text("kind", 10), whole("probability"), whole("rot_days"),
        text("required", 500), whole("position"), text("external_id", 100), *named(),
        refers("pipeline_id", "pipeline"), edited=True,
    )  # fmt: skip
    index(op, "stage", "uq_stage_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "stage", "ix_stage_match_key", "match_key")
    index(op, "stage", "ix_stage_pipeline", "pipeline_id", "position")
    table(
        op, "lost_reason", whole("position"), flag("active"), text("external_id", 100), *named(), edited=True,
    )  # fmt: skip
    index(op, "lost_reason", "ix_lost_reason_match_key", "match_key")
    index(op, "lost_reason", "uq_lost_reason_external_id", "external_id", unique=True, where=given("external_id"))
    table(
        op, "product", text("code", 60), text("category", 60), text("unit", 20), big("price_minor"), big("cost_minor"),
        text("currency", 3, null=False), flag("active"), note("remark"), text("external_id", 100), *named(),
        edited=True,
    )  # fmt: skip
    index(op, "product", "uq_product_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "product", "ix_product_match_key", "match_key")
    index(op, "product", "ix_product_code", "code")
    index(op, "product", "ix_product_live_name", "name_key", where=LIVE)
    table(
        op, "ticket_category", key("parent_id"), whole("position"), flag("active"), text("external_id", 100), *named(),
        refers("parent_id", "ticket_category", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(
        op, "ticket_category", "uq_ticket_category_external_id", "external_id", unique=True, where=given("external_id")
    )
    index(op, "ticket_category", "ix_ticket_category_match_key", "match_key")
    table(
        op, "sla_policy", note("terms"), flag("active"), whole("position"), text("external_id", 100), *named(),
        edited=True,
    )  # fmt: skip
    index(op, "sla_policy", "uq_sla_policy_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "sla_policy", "ix_sla_policy_match_key", "match_key")
    table(
        op, "calendar_day", day("day", null=False), text("hours", 100), text("external_id", 100), *named(),
        edited=True,
    )  # fmt: skip
    index(op, "calendar_day", "uq_calendar_day_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "calendar_day", "ix_calendar_day_day", "day")
    index(op, "calendar_day", "ix_calendar_day_match_key", "match_key")
    table(
        op, "reply_template", note("body"), whole("position"), text("external_id", 100), *named(), edited=True,
    )  # fmt: skip
    index(op, "reply_template", "ix_reply_template_match_key", "match_key")
    index(op, "reply_template", "uq_reply_template_external_id", "external_id", unique=True, where=given("external_id"))


def _deals(op: Operations) -> None:
    """Deals with their way through the stages, and the leads before them."""
    table(
        op, "deal", text("number", 40, null=False), key("customer_id"), key("contact_id"), key("pipeline_id"),
        key("stage_id"), big("amount_minor"), text("currency", 3, null=False), day("expected_on"), day("opened_on"),
        day("closed_on"), text("outcome", 10), key("lost_reason_id"), text("source", 60), key("owner_id"),
        moment("stage_since"), big("position"), note("remark"), text("external_id", 100), *named(), unique("number"),
        refers("customer_id", "customer", "RESTRICT"), refers("contact_id", "contact", "RESTRICT"),
        refers("pipeline_id", "pipeline", "RESTRICT"), refers("stage_id", "stage", "RESTRICT"),
        refers("lost_reason_id", "lost_reason", "RESTRICT"), refers("owner_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "deal", "ix_deal_live_name", "name_key", where=LIVE)
    index(op, "deal", "ix_deal_live_closed", "outcome", "closed_on", where=LIVE)
    index(op, "deal", "ix_deal_match_key", "match_key")
    index(op, "deal", "uq_deal_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "deal", "ix_deal_customer", "customer_id")
    index(op, "deal", "ix_deal_contact", "contact_id")
    index(op, "deal", "ix_deal_live_owner", "owner_id", where=LIVE)
    index(op, "deal", "ix_deal_live_stage", "stage_id", "position", where=LIVE)
    index(op, "deal", "ix_deal_live_amount", "amount_minor", where=LIVE)
    index(op, "deal", "ix_deal_live", where=LIVE)
    table(
        op, "stage_change", text("name", 200), key("deal_id"), key("from_stage_id"), key("to_stage_id"),
        moment("changed_at"), key("changed_by_id"), text("external_id", 100), refers("deal_id", "deal"),
        refers("from_stage_id", "stage", "RESTRICT"), refers("to_stage_id", "stage", "RESTRICT"),
        refers("changed_by_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "stage_change", "uq_stage_change_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "stage_change", "ix_stage_change_live_at", "changed_at", where=LIVE)
    index(op, "stage_change", "ix_stage_change_deal", "deal_id", "changed_at")
    table(
        op, "lead", text("number", 40, null=False), text("company", 200), text("title", 100), text("status", 20),
        text("source", 60), key("owner_id"), text("province", 40), text("city", 40), text("address", 200),
        text("industry", 60), big("budget_minor"), moment("received_at"), moment("converted_at"), key("customer_id"),
        key("contact_id"), key("deal_id"), note("remark"), text("external_id", 100), *named(), unique("number"),
        refers("owner_id", "user", "RESTRICT"), refers("customer_id", "customer", "RESTRICT"),
        refers("contact_id", "contact", "RESTRICT"), refers("deal_id", "deal", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "lead", "ix_lead_live_status", "status", where=LIVE)
    index(op, "lead", "ix_lead_live_received", "received_at", where=LIVE)
    index(op, "lead", "ix_lead_customer", "customer_id")
    index(op, "lead", "ix_lead_live", where=LIVE)
    index(op, "lead", "ix_lead_live_owner", "owner_id", where=LIVE)
    index(op, "lead", "ix_lead_match_key", "match_key")
    index(op, "lead", "ix_lead_live_name", "name_key", where=LIVE)
    index(op, "lead", "uq_lead_external_id", "external_id", unique=True, where=given("external_id"))


def _orders(op: Operations) -> None:
    """Orders, their lines and payments."""
    table(
        op, "sales_order", text("number", 40, null=False), text("name", 200), key("customer_id"), key("deal_id"),
        day("ordered_on"), day("due_on"), text("status", 20), big("amount_minor"), big("refund_minor"),
        big("cost_minor"), text("currency", 3, null=False), text("channel", 60), text("province", 40),
        text("city", 40), key("owner_id"), note("remark"), text("external_id", 100), unique("number"),
        refers("customer_id", "customer", "RESTRICT"), refers("deal_id", "deal", "RESTRICT"),
        refers("owner_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "sales_order", "ix_sales_order_deal", "deal_id")
    index(op, "sales_order", "ix_sales_order_live_day", "ordered_on", where=LIVE)
    index(op, "sales_order", "uq_sales_order_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "sales_order", "ix_sales_order_live_owner", "owner_id", where=LIVE)
    index(
        op,
        "sales_order",
        "ix_sales_order_live_figures",
        "customer_id",
        "ordered_on",
        "status",
        "amount_minor",
        "refund_minor",
        "deleted_at",
        where=LIVE,
    )
    index(op, "sales_order", "ix_sales_order_customer", "customer_id")
    index(op, "sales_order", "ix_sales_order_live", where=LIVE)
    table(
        op, "order_line", text("name", 200), key("order_id"), key("product_id"), text("category", 60), big("quantity"),
        big("price_minor"), big("amount_minor"), big("cost_minor"), text("external_id", 100),
        refers("order_id", "sales_order"), refers("product_id", "product", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "order_line", "ix_order_line_order", "order_id")
    index(op, "order_line", "uq_order_line_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "order_line", "ix_order_line_product", "product_id")
    table(
        op, "payment", text("number", 40, null=False), key("customer_id"), key("order_id"), text("kind", 10),
        big("amount_minor"), text("currency", 3, null=False), day("paid_on"), text("method", 20), key("owner_id"),
        note("remark"), text("external_id", 100), unique("number"), refers("customer_id", "customer", "RESTRICT"),
        refers("order_id", "sales_order", "RESTRICT"), refers("owner_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "payment", "ix_payment_order", "order_id")
    index(op, "payment", "uq_payment_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "payment", "ix_payment_live_day", "paid_on", where=LIVE)
    index(op, "payment", "ix_payment_customer", "customer_id")


def _tickets(op: Operations) -> None:
    """Tickets, what was said in them, and the files that hang on it."""
    table(
        op, "ticket", text("number", 40, null=False), text("subject", 300, null=False), key("customer_id"),
        key("contact_id"), text("requester", 100), text("requester_email", 254), text("status", 20),
        text("priority", 20), key("category_id"), text("channel", 40), key("owner_id"), moment("opened_at"),
        moment("first_responded_at"), moment("resolved_at"), moment("closed_at"), whole("reopened"),
        key("sla_policy_id"), moment("response_due_at"), moment("next_response_due_at"), moment("resolution_due_at"),
        moment("next_due_at"), flag("sla_paused"), flag("unanswered"), moment("last_message_at"), text("snippet", 200),
        key("merged_into_id"), note("sla_terms"), text("external_id", 100), unique("number"),
        refers("customer_id", "customer", "RESTRICT"), refers("contact_id", "contact", "RESTRICT"),
        refers("category_id", "ticket_category", "RESTRICT"), refers("sla_policy_id", "sla_policy", "RESTRICT"),
        refers("merged_into_id", "ticket", "RESTRICT"), refers("owner_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "ticket", "ix_ticket_live_opened", "opened_at", where=LIVE)
    index(op, "ticket", "ix_ticket_live_status", "status", "last_message_at", where=LIVE)
    index(op, "ticket", "ix_ticket_live_owner", "owner_id", "status", "last_message_at", where=LIVE)
    index(op, "ticket", "ix_ticket_live", where=LIVE)
    index(op, "ticket", "ix_ticket_merged", "merged_into_id", where=given("merged_into_id"))
    index(op, "ticket", "ix_ticket_contact", "contact_id")
    index(op, "ticket", "ix_ticket_live_last", "last_message_at", "status", "owner_id", where=LIVE)
    index(op, "ticket", "ix_ticket_live_due", "next_due_at", "status", "owner_id", where=LIVE)
    index(op, "ticket", "ix_ticket_customer", "customer_id")
    index(op, "ticket", "uq_ticket_external_id", "external_id", unique=True, where=given("external_id"))
    table(
        op, "ticket_message", key("ticket_id"), text("kind", 10), text("author", 100), key("author_user_id"),
        text("author_email", 254), note("recipients"), note("cc"), moment("sent_at"), text("subject", 300),
        note("body"), text("status", 20), text("priority", 20), flag("automatic"), text("message_id", 250),
        note("thread_ids"), text("delivery", 10), text("delivery_error", 500), text("external_id", 100),
        refers("ticket_id", "ticket"), refers("author_user_id", "user", "RESTRICT"), edited=True,
    )  # fmt: skip
    index(op, "ticket_message", "uq_ticket_message_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "ticket_message", "ix_ticket_message_mail", "message_id", where=given("message_id"))
    index(op, "ticket_message", "ix_ticket_message_ticket", "ticket_id", "sent_at")
    index(op, "ticket_message", "ix_ticket_message_delivery", "delivery", where="delivery IN ('queued','failed')")
    table(
        op, "attachment", text("name", 200), key("ticket_id"), key("message_id"), text("media_type", 100), big("size"),
        text("sha256", 64), text("external_id", 100), refers("ticket_id", "ticket"),
        refers("message_id", "ticket_message"), edited=True,
    )  # fmt: skip
    index(op, "attachment", "uq_attachment_external_id", "external_id", unique=True, where=given("external_id"))
    index(op, "attachment", "ix_attachment_message", "message_id")
    index(op, "attachment", "ix_attachment_ticket", "ticket_id")
    index(op, "attachment", "ix_attachment_sha256", "sha256")
    table(
        op, "attachment_content", text("sha256", 64, null=False), big("size", null=False), unique("sha256"),
    )  # fmt: skip
    table(
        op, "attachment_chunk", key("content_id", null=False), whole("position", null=False), blob("data", null=False),
        refers("content_id", "attachment_content"), part=True,
    )  # fmt: skip
    index(op, "attachment_chunk", "ix_attachment_chunk_content", "content_id", "position", unique=True)
