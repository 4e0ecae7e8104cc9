"""The child process: limits, cancelling, death, and the two public functions through it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from app.core.i18n import set_language
from app.core.jobs import Job, Progress
from app.errors import Cancelled, EnvironmentProblem, UserError
from app.services.exchange.files import child
from app.services.exchange.files.child import Limits, run_in_child
from app.services.exchange.files.child_memory import size_of
from app.services.exchange.files.records import Batch, Marked, ReadOptions
from app.services.exchange.files.source import inspect, read
from tests.unit.exchange.reading import child_tasks
from tests.unit.exchange.reading.makers import FIXTURES, take


@pytest.fixture(autouse=True)
def _as_the_program_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child of its own, not one that a server forks (see `tests/conftest.py`)."""
    monkeypatch.setattr(child, "START", "spawn")


posix = pytest.mark.skipif(sys.platform == "win32", reason="limits of the system")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the child limits its own memory only there")


@pytest.fixture(autouse=True)
def no_child_is_left() -> object:
    """Whatever a test does, no child may survive it."""
    yield
    assert not multiprocessing.active_children()


def test_that_items_and_progress_arrive_in_order() -> None:
    seen: list[Progress] = []
    assert list(run_in_child(child_tasks.count, 500, job=Job(seen.append, every=0))) == list(range(500))
    assert seen
    assert seen[0].text == "数数"


def test_that_the_child_loads_nothing_heavy() -> None:
    modules = next(iter(run_in_child(child_tasks.loaded_modules)))
    assert not modules & {"PySide6", "pandas", "numpy", "sqlalchemy", "openpyxl"}


@pytest.mark.parametrize(
    ("how", "kind", "match"), [("user", UserError, "空文件"), ("environment", EnvironmentProblem, "磁盘")]
)
def test_that_errors_cross_as_what_they_are(how: str, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match) as caught:
        list(run_in_child(child_tasks.fail, how))
    assert getattr(caught.value, "details", None) == (("一", "二") if how == "user" else ())


def test_that_the_child_speaks_the_language_in_force() -> None:
    set_language("en")
    try:
        with pytest.raises(UserError, match="is empty"):
            list(run_in_child(child_tasks.fail, "user"))
    finally:
        set_language("zh")


def test_that_a_defect_is_not_disguised() -> None:
    with pytest.raises(RuntimeError, match="forgotten"):
        list(run_in_child(child_tasks.fail, "defect"))


@pytest.mark.parametrize("how", ["exit", "abort"])
def test_that_a_dead_child_is_a_plain_error(how: str) -> None:
    with pytest.raises(UserError, match="意外停止"):
        list(run_in_child(child_tasks.fail, how))


@linux
def test_that_memory_is_limited() -> None:
    with pytest.raises(UserError, match="内存"):
        list(run_in_child(child_tasks.swell, 512 << 20, limits=Limits(memory=256 << 20)))
    assert list(run_in_child(child_tasks.swell, 64 << 20, limits=Limits(memory=256 << 20))) == [64 << 20]


@linux
def test_that_a_child_without_a_limit_of_its_own_is_ended_by_its_parent() -> None:
    limits = Limits(memory=32 << 20)
    with pytest.raises(UserError, match="内存"):
        list(run_in_child(child_tasks.swell_unlimited, 4 << 30, limits=limits))
    assert list(run_in_child(child_tasks.swell_unlimited, 32 << 20, limits=limits)) == [32 << 20]


@posix
def test_that_the_size_of_a_process_is_known() -> None:
    before = size_of(os.getpid())
    held = b"x" * (200 << 20)
    assert before + (150 << 20) < size_of(os.getpid()) < before + (400 << 20)
    assert len(held) == 200 << 20
    assert size_of(2**22 + 1) == 0, "nobody"


@posix
def test_that_processor_time_is_limited() -> None:
    with pytest.raises(UserError, match="时间过长"):
        list(run_in_child(child_tasks.spin, limits=Limits(cpu=1)))


def test_that_silence_ends_the_wait() -> None:
    begun = time.monotonic()
    with pytest.raises(UserError, match="时间过长"):
        list(run_in_child(child_tasks.sleep, 60, limits=Limits(silence=1.5)))
    assert time.monotonic() - begun < 10


def test_that_cancelling_kills_at_once() -> None:
    job = Job()
    items = run_in_child(child_tasks.sleep, 60, job=job)
    assert next(items) == 1
    threading.Timer(0.2, job.cancel).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        next(items)
    assert time.monotonic() - begun < 3
    with pytest.raises(Cancelled):
        list(run_in_child(child_tasks.count, 1, job=job))


def test_that_a_consumer_who_leaves_takes_the_child_along() -> None:
    items = run_in_child(child_tasks.sleep, 60)
    assert next(items) == 1
    assert multiprocessing.active_children()
    items.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_that_the_child_does_not_run_ahead(tmp_path: Path) -> None:
    made = tmp_path / "made"
    items = run_in_child(child_tasks.note_progress, made, 200_000)
    next(items)
    time.sleep(0.7)
    assert int(made.read_text(encoding="utf-8")) <= 4
    items.close()  # type: ignore[attr-defined]


def test_that_several_threads_read_at_once() -> None:
    found: list[int] = []

    def work() -> None:
        found.append(inspect(FIXTURES / "每种单元格.xlsx").rows)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [49, 49, 49]


def test_that_reading_through_the_child_is_the_same() -> None:
    path = FIXTURES / "每种单元格.xlsx"
    found = inspect(path)
    batches: list[Batch] = list(read(path, ReadOptions(), found, batch_rows=10))
    rows = [row for batch in batches for row in zip(batch.rows, batch.cells, strict=True)]
    assert rows == take(path, found)
    assert [len(batch.rows) for batch in batches] == [10, 10, 10, 10, 9]
    marked = next(cells[1] for _, cells in rows if cells[0] == "err_NA")
    assert isinstance(marked, Marked)
    assert marked.mark == "error"
    assert len(found.preview) == len(found.preview_rows) == found.rows


def test_that_a_transform_works_in_the_child() -> None:
    path = FIXTURES / "每种单元格.xlsx"
    found = inspect(path)
    results = list(read(path, ReadOptions(), found, transform=child_tasks.Upper(), batch_rows=20))
    assert [len(part) for part in results] == [20, 20, 9]
    assert results[0][0] == "text_leading0"
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(read(path, ReadOptions(), found, transform=child_tasks.Broken()))


def test_that_a_file_made_of_blanks_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_text("\n\n , \n", encoding="utf-8")
    found = inspect(path)
    assert (found.rows, found.columns, found.header_rows) == (0, (), ())
    assert list(read(path, ReadOptions(), found)) == []
