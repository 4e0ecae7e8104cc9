"""Product 产品, Order 订单 (table `sales_order`: "order" is a word of SQL) with its lines, Payment 回款."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    Base,
    Editable,
    Mergeable,
    Named,
    Scaled,
    Uuid,
    external_index,
    live_index,
    merged_index,
    reference,
)


class Product(Named, Mergeable, Editable, Base):
    """What is sold."""

    __tablename__ = "product"

    code: Mapped[str | None] = mapped_column(sa.String(60))
    category: Mapped[str | None] = mapped_column(sa.String(60))
    unit: Mapped[str | None] = mapped_column(sa.String(20))
    price: Mapped[Decimal | None] = mapped_column(Scaled)
    cost: Mapped[int | None] = mapped_column("cost_minor", sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    active: Mapped[bool | None] = mapped_column(sa.Boolean)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        external_index("product"),
        merged_index("product"),
        sa.Index("ix_product_code", "org_id", "code"),
        live_index("ix_product_live_name", "name_key"),
        sa.Index("ix_product_match_key", "org_id", "match_key"),
    )


class Order(Editable, Base):
    """A sale. Net revenue is amount − refund; drafts and cancelled orders do not count."""

    __tablename__ = "sales_order"

    number: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str | None] = mapped_column(sa.String(200))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    deal_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    ordered_on: Mapped[date | None] = mapped_column(sa.Date)
    due_on: Mapped[date | None] = mapped_column(sa.Date)
    status: Mapped[str | None] = mapped_column(sa.String(20))
    amount: Mapped[int | None] = mapped_column("amount_minor", sa.BigInteger)
    refund: Mapped[int | None] = mapped_column("refund_minor", sa.BigInteger)
    cost: Mapped[int | None] = mapped_column("cost_minor", sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    channel: Mapped[str | None] = mapped_column(sa.String(60))
    province: Mapped[str | None] = mapped_column(sa.String(40))
    city: Mapped[str | None] = mapped_column(sa.String(40))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("deal_id", "deal", ondelete="RESTRICT"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        external_index("sales_order"),
        live_index("ix_sales_order_live"),
        live_index("ix_sales_order_live_day", "ordered_on"),
        live_index("ix_sales_order_live_owner", "owner_id"),
        # what customer figures read of every order, without touching the table (deleted_at: else it counts as missing)
        live_index(
            "ix_sales_order_live_figures",
            *("customer_id", "ordered_on", "status", "amount_minor", "refund_minor", "deleted_at"),
        ),
        sa.Index("ix_sales_order_customer", "org_id", "customer_id"),
        sa.Index("ix_sales_order_deal", "org_id", "deal_id"),
    )


class OrderLine(Editable, Base):
    """One item of an order."""

    __tablename__ = "order_line"

    name: Mapped[str | None] = mapped_column(sa.String(200))
    order_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    product_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    category: Mapped[str | None] = mapped_column(sa.String(60))
    quantity: Mapped[Decimal | None] = mapped_column(Scaled)
    price: Mapped[Decimal | None] = mapped_column(Scaled)
    amount: Mapped[int | None] = mapped_column("amount_minor", sa.BigInteger)
    cost: Mapped[int | None] = mapped_column("cost_minor", sa.BigInteger)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        reference("order_id", "sales_order"),
        reference("product_id", "product", ondelete="RESTRICT"),
        external_index("order_line"),
        sa.Index("ix_order_line_order", "org_id", "order_id"),
        sa.Index("ix_order_line_product", "org_id", "product_id"),
    )


class Payment(Editable, Base):
    """Money received for an order, or given back."""

    __tablename__ = "payment"

    number: Mapped[str] = mapped_column(sa.String(40))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    order_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    kind: Mapped[str | None] = mapped_column(sa.String(10))
    amount: Mapped[int | None] = mapped_column("amount_minor", sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="CNY")
    paid_on: Mapped[date | None] = mapped_column(sa.Date)
    method: Mapped[str | None] = mapped_column(sa.String(20))
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("order_id", "sales_order", ondelete="RESTRICT"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        external_index("payment"),
        live_index("ix_payment_live_day", "paid_on"),
        sa.Index("ix_payment_customer", "org_id", "customer_id"),
        sa.Index("ix_payment_order", "org_id", "order_id"),
    )
