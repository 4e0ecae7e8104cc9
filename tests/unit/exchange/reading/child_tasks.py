"""Tasks the tests run in child processes: well-behaved ones and others."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from app.core.i18n import t
from app.errors import EnvironmentProblem, UserError
from app.services.exchange.files.records import Batch, Report


def count(report: Report, upto: int) -> Iterator[int]:
    """Yield numbers and report each."""
    for number in range(upto):
        report("数数", number + 1, upto)
        yield number


def note_progress(_report: Report, path: Path, size: int) -> Iterator[bytes]:
    """Yield blocks for ever and leave behind how many were made."""
    made = 0
    while True:
        made += 1
        path.write_text(str(made), encoding="utf-8")
        yield b"x" * size


def loaded_modules(_report: Report) -> Iterator[set[str]]:
    """Names of the top-level modules of the child."""
    yield {name.split(".")[0] for name in sys.modules}


def sleep(_report: Report, seconds: float) -> Iterator[int]:
    """Say one thing, then nothing for long."""
    yield 1
    time.sleep(seconds)
    yield 2


def spin(_report: Report) -> Iterator[int]:
    """Use the processor for ever."""
    while True:
        pass
    yield 1


def swell(_report: Report, size: int) -> Iterator[int]:
    """Take `size` bytes of memory."""
    yield len(bytearray(size))


def swell_unlimited(_report: Report, size: int) -> Iterator[int]:
    """Lift the limit the child was given, then take `size` bytes of memory bit by bit: as on a system without it."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    taken = []
    while len(taken) << 20 < size:
        taken.append(b"x" * (1 << 20))
        time.sleep(0.001)
    yield len(taken) << 20


def fail(_report: Report, how: str) -> Iterator[int]:
    """Fail in one of several ways after the first item."""
    yield 1
    if how == "user":
        raise UserError(t("“{name}”是空文件，里面没有任何内容。", name="x"), details=("一", "二"))
    if how == "environment":
        raise EnvironmentProblem("磁盘")
    if how == "defect":
        raise KeyError("forgotten")
    if how == "exit":
        os._exit(9)
    if how == "abort":
        os.abort()


class Upper:
    """A transform: the first cell of every row."""

    def __call__(self, batch: Batch) -> list[str]:
        return [cells[0] for cells in batch.cells]


class Broken:
    """A transform with a defect."""

    def __call__(self, batch: Batch) -> list[str]:
        raise ZeroDivisionError(len(batch.rows))
