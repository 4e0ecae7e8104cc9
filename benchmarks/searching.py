"""Search at size: what a person types, through the service's reader, against the same MATCH by hand."""

from __future__ import annotations

from app.core.filters import Search
from app.db.dialect.sqlite_search import match_text
from app.db.search_tokens import typed_query
from benchmarks.big_archive import opened
from benchmarks.measure import Row, paired

TYPED = ("华", "中金", "有限公司", "张伟", "zhangwei", "zw", "hjin", "3800", "13800", "1380013")


def rows(count: int) -> list[Row]:
    """One row per typed text: the newest 50 hits."""
    workspace = opened(count)
    found = []
    try:
        with workspace.context.reading() as work:
            for text in TYPED:
                query = typed_query(text)
                expression = match_text(query) if query else ""
                sql = "SELECT rowid FROM customer_search WHERE customer_search MATCH ? ORDER BY rowid DESC LIMIT 50"

                def ours(text: str = text) -> object:
                    return work.reader.handles("customers", Search(text), limit=50)

                def floor(sql: str = sql, expression: str = expression) -> object:
                    return work.connection.exec_driver_sql(sql, (expression,)).all()

                mine, theirs = paired(ours, floor)
                ok = mine <= 10 and (mine <= 2 * theirs or mine < 1.5)
                found.append(Row(f"search “{text}” in {count:,}", mine, theirs, "≤ 2 × the raw query and ≤ 10 ms", ok))
    finally:
        workspace.close()
    return found
