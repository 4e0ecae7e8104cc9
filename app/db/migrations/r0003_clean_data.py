"""Duplicates, merged records, quality rules, recipes and migration projects."""

from __future__ import annotations

from alembic.operations import Operations

from app.db.migrations.steps import (
    flag,
    given,
    index,
    json,
    key,
    moment,
    note,
    real,
    refers,
    table,
    text,
    unique,
    whole,
)  # fmt: skip

revision = 3


def upgrade(op: Operations) -> None:
    """From the schema of revision 2."""
    table(
        op, "match_pair", text("entity", 40, null=False), key("a_id", null=False), key("b_id", null=False),
        key("group_id", null=False), real("probability", null=False), real("points", null=False),
        note("evidence", null=False), text("state", 12, null=False), moment("found_at", null=False),
        moment("decided_at"), key("decided_by"), unique("entity", "a_id", "b_id"), part=True,
    )  # fmt: skip
    index(op, "match_pair", "ix_match_pair_group", "entity", "state", "group_id")
    index(op, "match_pair", "ix_match_pair_b", "entity", "b_id")
    table(
        op, "quality_rule", text("entity", 40, null=False), text("field", 40, null=False),
        text("kind", 20, null=False), json("params", null=False), flag("active", null=False),
        whole("position", null=False), moment("updated_at", null=False),
    )  # fmt: skip
    index(op, "quality_rule", "ix_quality_rule_entity", "entity", "position")
    table(
        op, "quality_finding", text("entity", 40, null=False), text("rule", 80, null=False),
        key("record_id", null=False), text("state", 12, null=False), text("about", 40, null=False),
        moment("found_at", null=False), moment("decided_at"), key("decided_by"), unique("entity", "rule", "record_id"),
        part=True,
    )  # fmt: skip
    index(op, "quality_finding", "ix_quality_finding_state", "entity", "state", "rule")
    table(
        op, "quality_score", text("entity", 40, null=False), moment("taken_at", null=False), json("body", null=False),
    )  # fmt: skip
    index(op, "quality_score", "ix_quality_score_entity", "entity", "taken_at")
    table(
        op, "recipe", text("name", 80, null=False), json("body", null=False), moment("updated_at", null=False),
        unique("name"),
    )  # fmt: skip
    table(
        op, "migration_project", text("name", 80, null=False), text("state", 20, null=False), json("body", null=False),
        moment("created_at", null=False), moment("updated_at", null=False), unique("name"),
    )  # fmt: skip
    table(
        op, "migration_run", key("project_id", null=False), text("kind", 20, null=False),
        text("state", 20, null=False), json("body", null=False), moment("started_at", null=False),
        moment("finished_at"), refers("project_id", "migration_project"),
    )  # fmt: skip
    index(op, "migration_run", "ix_migration_run_project", "project_id", "started_at")
    table(
        op, "migration_row", key("project_id", null=False), whole("step", null=False),
        text("source_key", 200, null=False), text("digest", 40, null=False), refers("project_id", "migration_project"),
        unique("project_id", "step", "source_key"), part=True,
    )  # fmt: skip
    for merged in ("customer", "contact", "lead", "product"):
        op.add_column(merged, key("merged_into_id"))
        index(op, merged, f"ix_{merged}_merged_into", "merged_into_id", where=given("merged_into_id"))
