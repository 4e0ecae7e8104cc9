"""What two archives are compared by: their schema as the engine reads it, every row, every entry of the search index.

Names of constraints are left out (the engine shows them nowhere and several foreign keys of a table share one), so is the
order of columns: no statement of the program depends on it (a test says so).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

#: what the engine keeps for itself, and what a full-text table consists of
_SHADOW = re.compile(r"^sqlite_|_search_(data|idx|docsize|config|content)$")
#: rows that say nothing of records: statistics, marks of stale entries, what the index was made of, the key's generation
_MARKS = re.compile(r"_search$|_dirty$|^search_paused$")
_OWN_SETTINGS = {"search_sources", "key_generation"}
_CONSTRAINT = re.compile(r"^(UNIQUE|PRIMARY KEY|FOREIGN KEY|CHECK)\b", re.IGNORECASE)
Rows = dict[Any, dict[str, Any]]


def schema_of(connection: Any) -> dict[str, Any]:
    """(kind name) → what it consists of, for every table, index, trigger and view; and the revision."""
    found: dict[str, Any] = {"revision": connection.execute("PRAGMA user_version").fetchone()[0]}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        if not _SHADOW.search(name):
            plain = kind == "table" and not sql.startswith("CREATE VIRTUAL")
            found[f"{kind} {name}"] = _table(sql) if plain else _one_line(sql)
    return found


def _table(sql: str) -> dict[str, Any]:
    """Columns by name with all that is said of them, constraints without their names, and what follows the parentheses."""
    text = _one_line(sql)
    head, _, rest = text.partition("(")
    body, _, tail = rest.rpartition(")")
    columns: dict[str, str] = {}
    constraints: list[str] = []
    for part in _parts(body):
        unnamed = re.sub(r"^CONSTRAINT \S+ ", "", part)
        if _CONSTRAINT.match(unnamed):
            constraints.append(unnamed)
        else:
            name, _, kind = part.partition(" ")
            columns[name] = kind
    return {"head": head.strip(), "columns": columns, "constraints": sorted(constraints), "tail": tail.strip()}


def _parts(body: str) -> Iterator[str]:
    """Split at the commas that are in no parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(body):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield body[start:at].strip()
            start = at + 1
    yield body[start:].strip()


def _one_line(sql: str) -> str:
    text = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    return re.sub(r" ?([(),]) ?", r"\1", text).replace(")", ") ").strip()


def rows_of(connection: Any) -> dict[str, Rows]:
    """Table → row number → column → value, of every table that holds what people or the program wrote."""
    tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
    return {t: _rows(connection, t) for t in tables if not _SHADOW.search(t) and not _MARKS.search(t)}


def _rows(connection: Any, table: str) -> Rows:
    names = [r[1] for r in connection.execute(f'PRAGMA table_info("{table}")')]
    read = connection.execute(f'SELECT {", ".join(names)} FROM "{table}"').fetchall()
    rows = {row["rid"]: row for row in (dict(zip(names, values, strict=True)) for values in read)}
    return {rid: row for rid, row in rows.items() if table != "setting" or row["key"] not in _OWN_SETTINGS}


#: (table, column) that a revision put into another one → that one, and the value it became there
_MOVED: dict[tuple[str, str], tuple[str, Callable[[int], int]]] = {
    (table, "price_minor"): ("price", lambda minor: minor * 10_000) for table in ("product", "order_line")
}


def _moved(table: str, row: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The row as it is to be found after the revisions that moved columns of it."""
    made = dict(row)
    for (of, column), (into, value) in _MOVED.items():
        if of == table and column in made and into in now:
            before = made.pop(column)
            made[into] = None if before is None else value(before)
    return made


def lost(before: dict[str, Rows], after: dict[str, Rows]) -> list[str]:
    """What the later state does not hold as the earlier did: rows and values; new columns are empty, new tables too."""
    found = [f"{table}: rows {rows.keys() ^ after[table].keys()}" for table, rows in before.items()
             if rows.keys() != after[table].keys()]  # fmt: skip
    for table, rows in before.items():
        for rid, row in rows.items():
            now = after[table].get(rid, {})
            then = _moved(table, row, now)
            wrong = {c for c in now.keys() | then.keys() if now.get(c) != then.get(c)}
            found += [f"{table} {rid}: {sorted(wrong)}"] if wrong else []
    return found + [f"{table}: not empty" for table in after.keys() - before.keys() if after[table]]


def as_of_5(rows: dict[str, Rows]) -> dict[str, Rows]:
    """Rows of a revision before 5 as revision 5 keeps them: children name the kind and the record they belong to."""
    if "customer_contact" not in rows:
        return rows
    holders = {"customer_id": "customers", "contact_id": "contacts", "lead_id": "leads"}

    def child(row: dict[str, Any], **more: Any) -> dict[str, Any]:
        column = next(c for c in holders if row.get(c) is not None)
        rest = {c: v for c, v in row.items() if c not in holders}
        return rest | {"entity": holders[column], "record_id": row[column]} | more

    def tie(row: dict[str, Any]) -> dict[str, Any]:
        target = {"target_id": row["customer_id"], "field": "customers", "note": "", "since": None, "until": None}
        return child(row | {"customer_id": None}, **target)

    moved = {
        "contact_point": {rid: child(row) for rid, row in rows["contact_point"].items()},
        "address": {rid: child(row) for rid, row in rows["address"].items()},
        "record_tag": {rid: child(row) for rid, row in rows["customer_tag"].items()},
        "tie": {rid: tie(row) for rid, row in rows["customer_contact"].items()},
    }
    moved["custom_field"] = {rid: row | {"target": ""} for rid, row in rows["custom_field"].items()}
    return {k: v for k, v in rows.items() if k not in ("customer_tag", "customer_contact")} | moved


def entries_of(connection: Any) -> dict[str, set[tuple[Any, ...]]]:
    """Index → every (term, row number, column, offset) in it."""
    indexes = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")]
    found = {}
    for name in indexes:
        connection.execute(f"CREATE VIRTUAL TABLE temp.{name}_terms USING fts5vocab(main, {name}, instance)")
        found[name] = set(connection.execute(f"SELECT term, doc, col, offset FROM temp.{name}_terms").fetchall())
        connection.execute(f"DROP TABLE temp.{name}_terms")
    return found


def forgotten(before: dict[str, set[tuple[Any, ...]]], after: dict[str, set[tuple[Any, ...]]]) -> list[str]:
    """The indexes in which something is found no more. Customers are found by more than before, and indexed anew for it: where
    in an entry a term stands may differ there."""
    return [
        name for name, entries in before.items()
        if (not {e[:3] for e in entries} <= {e[:3] for e in after[name]} if name == "customer_search" else after[name] != entries)
    ]  # fmt: skip
