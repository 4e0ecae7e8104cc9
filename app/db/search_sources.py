"""What of each kind of record is searched: the one list for triggers, index and import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sources:
    """Columns of a table by how they are searched: names also by pinyin, free texts by their characters, codes by parts.

    `points`: phones, e-mails and WeChat ids of the record are searched as codes.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ("external_id",)
    points: bool = False


#: table → what is searched; entities that are not here are searched in their title only
SEARCHED: dict[str, Sources] = {
    "customer": Sources(
        ("name", "short_name"), ("address", "remark", "city"), ("number", "credit_code", "external_id"), points=True
    ),
    "contact": Sources(("name",), ("title", "remark"), ("number", "external_id"), points=True),
    "activity": Sources(("subject",), ("body",)),
    "lead": Sources(("name", "company"), ("address", "remark", "city"), ("number", "external_id"), points=True),
    "deal": Sources(("name",), ("remark",), ("number", "external_id")),
    "product": Sources(("name",), ("remark",), ("code", "external_id")),
    "ticket": Sources(("subject", "requester"), ("snippet",), ("number", "requester_email", "external_id")),
    "ticket_message": Sources(("subject", "author"), ("body",), ("author_email", "external_id")),
    "reply_template": Sources(("name",), ("body",)),
    "sales_order": Sources(("name",), ("remark",), ("number", "external_id")),
}

#: tables whose records may be merged into each other: an alias is searched under its survivor
MERGEABLE = ("customer", "contact", "lead", "product")
