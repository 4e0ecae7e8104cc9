"""Taking an import back: days later, after edits, when cancelled, when it broke off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.filters import Condition
from app.core.jobs import Job, Progress
from app.errors import Cancelled
from app.services.workspace import Workspace
from tests.unit.exchange.importing.conftest import Import

HEADER = ["客户名称", "手机", "城市", "标签"]
ROWS = [[f"公司{i:04}", f"139{i:08}", "苏州市", "展会"] for i in range(300)]


def exported(workspace: Workspace, folder: Path) -> bytes:
    target = folder / "state.json"
    workspace.exports.export(target, "customers")
    data = target.read_bytes()
    target.unlink()
    return data


def test_that_undo_bins_created_rows_and_restores_overwritten_values(workspace: Workspace, import_rows: Import) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "苏州市", "老客户"]])
    report = import_rows(
        [HEADER, ["甲公司", "13800138000", "南京市", "展会"], ["乙公司", "13900139000", "", ""]], mode="upsert"
    )
    assert report.operation is not None
    result = workspace.history.undo(report.operation)
    _, rest = workspace.customers.list()
    assert [(r.get("name"), r.get("city"), r.get("tags")) for r in rest] == [("甲公司", "苏州市", ("老客户",))]
    assert workspace.customers.count(deleted=True) == 1
    assert (result.reverted, result.kept) == (2, ())


def test_that_undo_keeps_and_lists_rows_edited_since(workspace: Workspace, import_rows: Import) -> None:
    report = import_rows([HEADER, ["甲公司", "", "", ""], ["乙公司", "", "", ""]])
    _, (edited,) = workspace.customers.list(Condition("name", "eq", "甲公司"))
    workspace.customers.update(edited.id, {"city": "杭州市"})
    assert report.operation is not None
    result = workspace.history.undo(report.operation)
    assert [k.title for k in result.kept] == ["甲公司"]
    assert workspace.customers.count() == 1
    assert workspace.history.get(report.operation).state == "partly_undone"


def test_that_undoing_the_undo_brings_everything_back(
    workspace: Workspace, import_rows: Import, tmp_path: Path
) -> None:
    report = import_rows([HEADER, *ROWS[:20]])
    before = [r.get("name") for r in workspace.customers.list(limit=100)[1]]
    assert report.operation is not None
    undone = workspace.history.undo(report.operation)
    assert workspace.customers.count() == 0
    workspace.history.undo(undone.operation_id)
    assert [r.get("name") for r in workspace.customers.list(limit=100)[1]] == before
    assert workspace.vault.verify().ok


def test_that_a_cancelled_import_leaves_nothing_behind(
    workspace: Workspace, import_rows: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_rows([HEADER, ["甲公司", "13800138000", "苏州市", ""]])
    before = exported(workspace, tmp_path)
    operations = workspace.history.list()[0]
    monkeypatch.setattr("app.services.exchange.importing.importer.BATCH_ROWS", 50)

    def cancel_in_the_middle(progress: Progress) -> None:
        if progress.done >= 150 and progress.text == "正在导入":
            job.cancel()

    job = Job(cancel_in_the_middle, every=0)
    with pytest.raises(Cancelled):
        import_rows([HEADER, ["甲公司", "13800138000", "南京市", "新标签"], *ROWS], mode="upsert", job=job)
    assert workspace.history.list()[0] == operations
    assert exported(workspace, tmp_path) == before
    assert [name for name, _, _ in workspace.customers.tags()] == []
    assert workspace.customers.count(deleted=True) == 0
    assert workspace.vault.verify().ok
    fresh, _ = workspace.customers.create({"name": "下一个"})
    assert fresh.get("number") == "C000002"


def test_that_a_failing_import_leaves_nothing_behind(
    workspace: Workspace, import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.exchange.importing.writer import BatchWriter

    monkeypatch.setattr("app.services.exchange.importing.importer.BATCH_ROWS", 50)
    original, calls = BatchWriter.write, []

    def break_later(*args: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise OSError("the disk went away")
        original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(BatchWriter, "write", break_later)
    with pytest.raises(OSError, match="disk"):
        import_rows([HEADER, *ROWS])
    assert workspace.customers.count() == 0
    assert workspace.history.unfinished() == []


@pytest.fixture
def broken_off(workspace: Workspace, import_rows: Import, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """An import whose process died after three batches: what had been committed stays."""
    from app.services.exchange.importing.importer import ImportService
    from app.services.exchange.importing.writer import BatchWriter

    def run() -> None:
        original, calls = BatchWriter.write, []

        def die(*args: object) -> None:
            calls.append(1)
            if len(calls) == 4:
                raise SystemExit(137)
            original(*args)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr("app.services.exchange.importing.importer.BATCH_ROWS", 50)
            patch.setattr(BatchWriter, "write", die)
            patch.setattr(ImportService, "_take_back", lambda *_: None)
            with pytest.raises(SystemExit):
                import_rows([HEADER, *ROWS, ["", "坏行", "", ""]])

    return run


def test_that_a_broken_off_import_can_be_resumed_to_the_same_end(
    workspace: Workspace, broken_off: Callable[[], None]
) -> None:
    broken_off()
    (operation,) = workspace.history.unfinished()
    assert workspace.customers.count() == 150
    report = workspace.imports.resume(operation.id)
    assert (report.rows, report.created, report.rejected) == (301, 300, 1)
    assert workspace.customers.count() == 300
    assert workspace.history.unfinished() == []
    assert workspace.vault.verify().ok
    workspace.history.undo(operation.id)
    assert workspace.customers.count() == 0


def test_that_a_broken_off_import_can_be_rolled_back(workspace: Workspace, broken_off: Callable[[], None]) -> None:
    broken_off()
    (operation,) = workspace.history.unfinished()
    workspace.history.roll_back(operation.id)
    assert workspace.customers.count() == 0
    assert workspace.customers.count(deleted=True) == 0
    assert {o.kind for o in workspace.history.list()[1]} == {"setup"}
    assert workspace.vault.verify().ok


def test_that_a_changed_file_is_not_resumed(
    workspace: Workspace, broken_off: Callable[[], None], sheet: Callable[..., Path]
) -> None:
    broken_off()
    (operation,) = workspace.history.unfinished()
    sheet([HEADER, ["别的", "", "", ""]])
    with pytest.raises(Exception, match="回退"):
        workspace.imports.resume(operation.id)


def test_that_orders_of_several_rows_are_whole_after_a_break(
    workspace: Workspace, import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.exchange.importing.importer import ImportService
    from app.services.exchange.importing.writer import BatchWriter

    header = ["订单号", "客户名称", "下单日期", "订单金额"]
    rows = [[f"A{i % 40}", "甲公司", "2026-01-02", str(i + 1)] for i in range(200)]
    original, calls = BatchWriter.write, []

    def die(*args: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit(137)
        original(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("app.services.exchange.importing.importer.BATCH_ROWS", 30)
        patch.setattr(BatchWriter, "write", die)
        patch.setattr(ImportService, "_take_back", lambda *_: None)
        with pytest.raises(SystemExit):
            import_rows([header, *rows], "orders")
    (operation,) = workspace.history.unfinished()
    assert 0 < workspace.orders.count() <= 40
    report = workspace.imports.resume(operation.id)
    assert (report.rows, report.duplicates, report.rejected) == (200, 0, 0)
    orders = workspace.orders.list(limit=100)[1]
    assert len(orders) == 40
    assert sum(o.get("amount") for o in orders) == sum(range(1, 201)) * 100
    assert {len(workspace.orders.lines(o.id)) for o in orders} == {5}
