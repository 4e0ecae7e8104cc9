"""The figures of the dashboards over a million orders, beside the same SQL written by hand; and one change afterwards."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from app.bootstrap import create_workspace, open_workspace
from app.core.ids import uuid7
from app.services.analytics.records import Period, ReportRequest
from app.services.workspace import Workspace
from benchmarks.big_archive import FOLDER, PASSWORD
from benchmarks.measure import Row, cpu_ms, current_mb, paired

CUSTOMERS = 82_000  # per million orders
SECOND = 1_000_000_000_000


def order_archive(count: int) -> Path:
    """The path of a closed archive with `count` orders over three years; made once per size."""
    path = FOLDER / f"orders-{count}.kedang"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"making-orders-{count}.kedang")
    for leftover in FOLDER.glob(f"making-orders-{count}.kedang*"):
        leftover.unlink()
    workspace, _ = create_workspace(part, "admin", PASSWORD)
    r, started = random.Random(count), time.monotonic()
    owner = workspace.actor.user_id.bytes
    with workspace.context.writing() as work:
        raw = work.connection.connection.dbapi_connection
        assert raw is not None
        run = raw.cursor().executemany
        customers = [uuid7().bytes for _ in range(max(10, count * CUSTOMERS // 1_000_000))]
        run(
            "INSERT INTO customer(org_id,id,version,created_at,updated_at,number,name,name_key,match_key,currency,owner_id)"
            " VALUES(1,?,1,?,?,?,?,?,?,'CNY',?)",
            [(key, SECOND, SECOND, f"C{i}", f"客户{i}", f"k{i}", f"客户{i}", owner) for i, key in enumerate(customers)],
        )
        first = date(2023, 11, 1)
        run(
            "INSERT INTO sales_order(org_id,id,version,created_at,updated_at,number,customer_id,ordered_on,status,"
            "amount_minor,refund_minor,cost_minor,currency,channel,province,owner_id)"
            " VALUES(1,?,1,?,?,?,?,?,?,?,?,?,'CNY',?,?,?)",
            (
                (
                    uuid7().bytes, SECOND, SECOND, f"O{i}", customers[int(len(customers) * r.random() ** 2)],
                    (first + timedelta(days=r.randrange(1100))).isoformat(),
                    r.choices(("done", "shipped", "confirmed", "cancelled", "draft"), (80, 8, 8, 3, 1))[0],
                    r.randrange(1_000, 5_000_000), r.choice((0, 0, 0, 0, 0, 0, 0, 500)), r.randrange(500, 2_000_000),
                    r.choice(("门店", "网店", "电话")), r.choice(("江苏省", "浙江省", "上海市", "广东省")), owner,
                )
                for i in range(count)
            ),
        )  # fmt: skip
        work.session.commit()
    workspace.close()
    part.rename(path)
    print(f"made {path.name} in {time.monotonic() - started:.0f} s")
    return path


def opened(count: int) -> Workspace:
    """The archive of this size, open. The caller closes it."""
    return open_workspace(order_archive(count), "admin", PASSWORD)


# ---- the same by hand -----------------------------------------------------------------------------------------------

_COUNTED = "org_id=1 AND deleted_at IS NULL AND status NOT IN ('draft','cancelled')"
_NET = "amount_minor-coalesce(refund_minor,0)"
_RFM = f"""
WITH c AS (SELECT customer_id, max(ordered_on) AS last, count(*) AS f, sum({_NET}) AS m FROM sales_order
           WHERE {_COUNTED} AND ordered_on<=:as_of GROUP BY customer_id)
SELECT min(5, cast(5*percent_rank() OVER (ORDER BY last) AS int)+1) AS r,
       min(5, cast(5*percent_rank() OVER (ORDER BY f) AS int)+1) AS f,
       min(5, cast(5*percent_rank() OVER (ORDER BY m) AS int)+1) AS m FROM c"""
BY_HAND = {
    "rfm": f"SELECT r, f, count(*) FROM ({_RFM}) GROUP BY r, f",
    "cohort": f"""
WITH o AS (SELECT customer_id, substr(ordered_on,1,7) AS month FROM sales_order WHERE {_COUNTED} AND ordered_on<=:as_of
           GROUP BY 1, 2),
     b AS (SELECT customer_id, min(month) AS birth FROM o GROUP BY 1)
SELECT birth, month, count(*) FROM o JOIN b USING (customer_id) GROUP BY 1, 2""",
    "sales": f"SELECT substr(ordered_on,1,7), count(*), sum({_NET}) FROM sales_order WHERE {_COUNTED}"
    " AND ordered_on>=:start AND ordered_on<=:as_of GROUP BY 1",
    "lifecycle": f"""
SELECT CASE WHEN julianday(:as_of)-julianday(last)>90 THEN 'lost' WHEN n=1 THEN 'new' ELSE 'active' END, count(*)
FROM (SELECT customer_id, max(ordered_on) AS last, count(DISTINCT ordered_on) AS n FROM sales_order
      WHERE {_COUNTED} AND ordered_on<=:as_of GROUP BY customer_id) GROUP BY 1""",
    "abc": f"""
WITH c AS (SELECT customer_id, sum({_NET}) AS m FROM sales_order WHERE {_COUNTED} AND ordered_on<=:as_of GROUP BY 1),
     s AS (SELECT m, sum(m) OVER (ORDER BY m DESC ROWS UNBOUNDED PRECEDING)-m AS before, sum(m) OVER () AS whole FROM c)
SELECT CASE WHEN before<.8*whole THEN 'A' WHEN before<.95*whole THEN 'B' ELSE 'C' END, count(*) FROM s GROUP BY 1""",
}  # fmt: skip
AS_OF = date(2026, 10, 31)
PERIOD = Period(date(2025, 11, 1), date(2026, 11, 1))


def _request(name: str) -> ReportRequest:
    return ReportRequest(AS_OF, PERIOD if name == "sales" else None, limit=12)


def rows(count: int) -> list[Row]:
    """A page of figures opened for the first time, the same SQL by hand, and the page again after one change."""
    workspace = opened(count)
    try:
        with workspace.context.reading() as work:
            raw = work.connection.connection.dbapi_connection
            assert raw is not None
            given = {"as_of": AS_OF.isoformat(), "start": PERIOD.start.isoformat()}

            def by_hand(name: str) -> object:
                return raw.cursor().execute(BY_HAND[name], given).fetchall()

            def page() -> None:
                workspace.analytics.forget()
                for name in BY_HAND:
                    workspace.analytics.run(name, _request(name))

            ours, floor = paired(page, lambda: [by_hand(name) for name in BY_HAND], 3)
            found = [Row(f"five figures of {count:,} orders, first time", ours, floor, "≤ 1.3 ×", ours <= 1.3 * floor,
                         f"resident {current_mb():.0f} MB")]  # fmt: skip
            _agree(workspace, by_hand)
        found += [_after_a_change(workspace, count, name) for name in BY_HAND]
    finally:
        workspace.close()
    return found


def _agree(workspace: Workspace, by_hand: Callable[[str], object]) -> None:
    """Ours and the SQL by hand give the same numbers, else the race means nothing."""
    months = {row[0]: (row[1], row[2]) for row in by_hand("sales")}  # type: ignore[attr-defined]
    report = workspace.analytics.run("sales", _request("sales"))
    assert months == {r["label"]: (r["orders"], r["revenue"]) for r in report.rows}
    cells = {(row[0], row[1]): row[2] for row in by_hand("rfm")}  # type: ignore[attr-defined]
    grid = workspace.analytics.run("rfm", _request("rfm")).part("grid")
    assert cells == {(r["r"], r["f"]): r["n"] for r in grid.rows if r["n"]}


def _after_a_change(workspace: Workspace, count: int, name: str) -> Row:
    """The figure anew after one order was changed; the change itself is not counted."""
    handles = workspace.orders.handles(limit=50).tolist()
    keys = [record.id for record in workspace.orders.page(handles, ["number"]).values()]
    taken = []
    for at, key in enumerate(keys[:7]):
        workspace.orders.update(key, {"amount": 1000 + at, "remark": f"{name}{at}{time.monotonic()}"})
        taken.append(cpu_ms(lambda: workspace.analytics.run(name, _request(name))))
    middle = statistics.median(taken)
    return Row(f"{name} of {count:,} orders again after one change", middle, None, "≤ 100 ms", middle <= 100)
