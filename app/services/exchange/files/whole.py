"""Writing a file so that it is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.i18n import t
from app.errors import EnvironmentProblem, UserError


def part_of(target: Path) -> Path:
    """Where a file lies while it is being written."""
    return target.with_name(target.name + ".part")


def check_target(target: Path) -> None:
    """Raise when nothing can be written at `target`: a folder of that name, or no folder to put it in."""
    if target.is_dir():
        raise UserError(t("{path} 是文件夹，请给出文件名。", path=target))
    if not target.parent.is_dir():
        raise EnvironmentProblem(t("文件夹不存在：{path}", path=target.parent))


def place(part: Path, target: Path) -> None:
    """Bring a finished file to its name, durably."""
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
    part.replace(target)


@contextlib.contextmanager
def told_plainly(target: Path) -> Iterator[None]:
    """Turn what the disk says into a sentence."""
    try:
        yield
    except OSError as error:
        raise _problem(target, error) from error
    except Exception as error:
        # XlsxWriter wraps the OSError of its closing step in a class of its own
        if type(error).__module__ == "xlsxwriter.exceptions" and isinstance(error.args[0], OSError):
            raise _problem(target, error.args[0]) from error
        raise


def _problem(target: Path, error: OSError) -> EnvironmentProblem:
    if error.errno == errno.ENOSPC:
        return EnvironmentProblem(t("磁盘已满，没有写完：{path}。请腾出空间后再试。", path=target))
    if isinstance(error, PermissionError):
        return EnvironmentProblem(t("写不了文件：{path}。它可能正在别的程序里打开，请关闭后再试。", path=target))
    return EnvironmentProblem(t("写不了文件：{path}（{reason}）", path=target, reason=error.strerror or error))


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Write at the path given; it takes the target's name at the end, or is gone when anything went wrong."""
    check_target(target)
    part = part_of(target)
    try:
        with told_plainly(target):
            yield part
            place(part, target)
    finally:
        part.unlink(missing_ok=True)


def unsaved(book: Any) -> None:
    """Let go of a streaming workbook without saving it: its open row files are closed."""
    book.fileclosed = 1
    for sheet in book.worksheets():
        stream = getattr(sheet, "row_data_fh", None)
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
