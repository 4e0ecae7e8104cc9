"""The customer table at size: first page after a sort or filter, the whole id list, one page of rows."""

from __future__ import annotations

import random

from app.core.filters import Condition
from app.core.records import Sort
from app.db.store import tags
from benchmarks.big_archive import opened
from benchmarks.measure import Row, current_mb, median_ms

SORTS = ("name", "city", "stage", "level", "amount", "last_contact_on", "owner", "updated_at", "created_at")
FILTERS = (Condition("city", "eq", "苏州市"), Condition("stage", "in", ["won"]), Condition("phones", "contains", "13800"),
           Condition("name", "contains", "恒华"))  # fmt: skip
SHOWN = ("name", "stage", "level", "tags", "owner", "phones", "city", "amount", "last_contact_on")


def rows(count: int) -> list[Row]:
    """CPU of the database side; painting is measured by `benchmarks.table_paint`."""
    workspace = opened(count)
    found = []
    try:
        with workspace.context.reading() as work:
            read = work.reader
            for key in SORTS:
                first = median_ms(lambda key=key: read.handles("customers", None, (Sort(key, True),), limit=256))
                whole = median_ms(lambda key=key: read.handles("customers", None, (Sort(key),)), 3)
                found.append(Row(f"sort by {key}, first page of {count:,}", first, None, "≤ 150 ms", first <= 150,
                                 f"all row handles {whole:.0f} ms"))  # fmt: skip
            for condition in FILTERS:
                first = median_ms(lambda c=condition: read.handles("customers", c, (Sort("name"),), limit=256))
                found.append(Row(f"filter {condition.field} {condition.op}, by name, first page of {count:,}", first, None,
                                 "≤ 150 ms", first <= 150))  # fmt: skip
            tagged = median_ms(lambda: tags.counted(read))
            found.append(Row(f"tags with their counts, {count:,}", tagged, None, "≤ 100 ms", tagged <= 100))
            handles = read.handles("customers")
            r = random.Random(1)

            def page() -> object:
                at = r.randrange(len(handles) - 128)
                return read.records("customers", handles[at : at + 128].tolist(), SHOWN)

            found.append(Row(f"one page of 128 rows at a random place of {count:,}", median_ms(page, 20), None, "flat", None,
                             f"resident {current_mb():.0f} MB"))  # fmt: skip
    finally:
        workspace.close()
    return found
