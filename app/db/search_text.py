"""What of a record goes into its search entry: names (also by pinyin), free text, codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from app.db.search_sources import MERGEABLE, SEARCHED


def entry_rows(connection: Any, table: str, rids: Sequence[int]) -> list[tuple[int, str, str, str]]:
    """(rid, han, py, gram) for those of `rids` that are live; deleted rows get no entry."""
    from app.db.search_tokens import tokens

    sources = SEARCHED[table]
    marks = ",".join("?" * len(rids))
    sizes = [len(sources.names), len(sources.texts)]
    columns = ", ".join((*sources.names, *sources.texts, *sources.codes))
    rows = connection.exec_driver_sql(
        f"SELECT rid, id, {columns} FROM {table} WHERE rid IN ({marks}) AND deleted_at IS NULL",
        tuple(rids),
    ).all()
    ids = [row[1] for row in rows]
    points = _points(connection, table, ids) if sources.points else {}
    people = _people(connection, ids) if table == "customer" else {}
    aliases = _aliases(connection, table, ids) if table in MERGEABLE else {}
    first, second = 2 + sizes[0], 2 + sizes[0] + sizes[1]
    made = []
    for row in rows:
        key = row[1]
        names, codes = aliases.get(key, ([], []))
        called = [v for v in row[2:first] if v] + people.get(key, []) + names
        free = [v for v in row[first:second] if v]
        coded = [v for v in row[second:] if v] + points.get(key, []) + codes
        made.append((row[0], *tokens(called, free, coded)))
    return made


def _aliases(connection: Any, table: str, ids: Sequence[bytes]) -> dict[bytes, tuple[list[str], list[str]]]:
    """(names, codes) of the records that were merged into these: who looks for the old name finds the survivor."""
    found: dict[bytes, tuple[list[str], list[str]]] = {}
    if not ids:
        return found
    sources = SEARCHED[table]
    marks = ",".join("?" * len(ids))
    columns = ", ".join((*sources.names, *sources.codes))
    sql = f"SELECT merged_into_id, {columns} FROM {table} WHERE org_id=1 AND merged_into_id IN ({marks})"
    for key, *values in connection.exec_driver_sql(sql, tuple(ids)):
        names, codes = found.setdefault(key, ([], []))
        names.extend(v for v in values[: len(sources.names)] if v)
        codes.extend(v for v in values[len(sources.names) :] if v)
    return found


def _points(connection: Any, table: str, ids: Sequence[bytes]) -> dict[bytes, list[str]]:
    column = f"{table}_id"
    found: dict[bytes, list[str]] = defaultdict(list)
    if not ids:
        return found
    marks = ",".join("?" * len(ids))
    sql = f"SELECT {column}, normal FROM contact_point WHERE org_id=1 AND {column} IN ({marks})"
    for key, normal in connection.exec_driver_sql(sql, tuple(ids)):
        found[key].append(normal)
    return found


def _people(connection: Any, ids: Sequence[bytes]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = defaultdict(list)
    if not ids:
        return found
    marks = ",".join("?" * len(ids))
    sql = (
        "SELECT k.customer_id, c.name FROM customer_contact k "
        "JOIN contact c ON c.org_id = k.org_id AND c.id = k.contact_id AND c.deleted_at IS NULL "
        f"WHERE k.org_id=1 AND k.customer_id IN ({marks}) ORDER BY k.position"
    )
    for key, name in connection.exec_driver_sql(sql, tuple(ids)):
        found[key].append(name)
    return found
