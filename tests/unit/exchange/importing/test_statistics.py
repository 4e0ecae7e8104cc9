"""After bulk work the engine knows how many rows lie where."""

from __future__ import annotations

from app.db.store import statistics
from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import


def _known(workspace: Workspace) -> dict[str, int]:
    with workspace.archive.engine.connect() as connection:
        there = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name='sqlite_stat1'").scalar_one()
        rows = connection.exec_driver_sql("SELECT tbl, max(stat) FROM sqlite_stat1 GROUP BY tbl").all() if there else []
    return {name: int(stat.split()[0]) for name, stat in rows}


def test_that_a_big_import_tells_the_engine_and_a_small_one_does_not(workspace: Workspace, import_rows: Import) -> None:
    rows = [["客户名称", "联系人"], *([f"公司{i:04}", f"王{i:04}"] for i in range(statistics.MANY))]
    import_rows(rows[:10])
    assert "customer" not in _known(workspace)
    import_rows([["客户名称", "联系人"], *([f"厂{i:04}", f"李{i:04}"] for i in range(statistics.MANY))])
    known = _known(workspace)
    assert known["customer"] == statistics.MANY + 9
    assert known["tie"] == statistics.MANY + 9
