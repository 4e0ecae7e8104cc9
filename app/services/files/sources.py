"""Where files come from: a path, or a stream with a name. Whatever is no ordinary file is refused in words."""

from __future__ import annotations

import contextlib
import hashlib
import io
import mimetypes
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.i18n import t
from app.core.sizes import LARGEST_FILE, size_text
from app.db.attachments import CHUNK
from app.errors import EnvironmentProblem, NotFound, UserError
from app.services.files.names import safe_name

_TYPES = mimetypes.MimeTypes()  # the same on every system, whatever is registered there
_MORE = {
    ".md": "text/markdown",
    ".webp": "image/webp",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".eml": "message/rfc822",
    ".heic": "image/heic",
}


@dataclass(frozen=True)
class Stream:
    """A file that has no path: pasted, or through a pipe. `size` None = not known before it was read."""

    name: str
    data: BinaryIO
    size: int | None = None


Source = Path | Stream


def media_type(name: str) -> str:
    """The media type that belongs to the name; "" for an unknown one."""
    ending = Path(name).suffix.lower()
    return _MORE.get(ending) or _TYPES.guess_type(f"a{ending}")[0] or ""


def name_of(source: Source) -> str:
    """The file's own name, safe on every system."""
    return safe_name(source.name, t("附件"))


def size_of(source: Source) -> int | None:
    """Bytes to come. Raises UserError for a folder, a device, a file too large; NotFound; EnvironmentProblem."""
    if isinstance(source, Path):
        with _in_words(source):
            found = source.stat()
        _check_kind(found.st_mode, source)
        size: int | None = found.st_size
    else:
        size = source.size
    if size is not None and size > LARGEST_FILE:
        raise _too_large(source)
    return size


def _check_kind(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise UserError(t("“{name}”是文件夹，不能作为附件。请选择其中的文件，或先压缩成一个文件。", name=path.name))
    if not stat.S_ISREG(mode):
        raise UserError(t("“{name}”不是普通文件，不能作为附件。", name=path.name))


def _too_large(source: Source) -> UserError:
    return UserError(t("“{name}”超过 {size}，不能放进档案。", name=source.name, size=size_text(LARGEST_FILE)))


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(t("找不到文件“{name}”。", name=path.name)) from error
    except PermissionError as error:
        raise EnvironmentProblem(
            t("无法读取“{name}”：您没有读取权限，或它正被另一个程序占用。", name=path.name)
        ) from error
    except OSError as error:
        raise EnvironmentProblem(t("读取“{name}”时磁盘出错：{why}", name=path.name, why=error.strerror)) from error


class Opened(io.RawIOBase):
    """A source being read: never more than the largest file; a file that changes meanwhile is told."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source, self._came = source, 0
        self._file: BinaryIO | None = None
        self.size = size_of(source)
        if isinstance(source, Path):
            with _in_words(source):
                # a pipe that took the file's place meanwhile must not hold us
                handle = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
            self._file = os.fdopen(handle, "rb", buffering=0)
            self._first = os.fstat(handle)
            try:
                _check_kind(self._first.st_mode, source)
            except UserError:
                self._file.close()
                raise
            self.size = self._first.st_size

    def close(self) -> None:
        """The file on the disk is closed; a stream is its owner's."""
        if self._file is not None:
            self._file.close()
        super().close()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; raises UserError when the file grew, shrank or was written meanwhile."""
        if isinstance(self._source, Stream):
            data = self._source.data.read(size)
        else:
            assert self._file is not None
            with _in_words(self._source):
                data = self._file.read(size)
        self._came += len(data)
        if self._came > LARGEST_FILE:
            raise _too_large(self._source)
        if isinstance(self._source, Path) and (not data or self._came > self._first.st_size):
            self._check_unchanged(self._source)
        return data

    def _check_unchanged(self, path: Path) -> None:
        assert self._file is not None
        now = os.fstat(self._file.fileno())
        same = now.st_mtime_ns == self._first.st_mtime_ns and now.st_size == self._first.st_size == self._came
        if not same or not now.st_nlink:
            raise UserError(t("“{name}”在读取时被改动或删除了，没有添加。请等它写完后再试。", name=path.name))


def digest_of(path: Path, check: Callable[[], None]) -> str:
    """The SHA-256 of the file as it stands; `check` may stop the reading."""
    digest = hashlib.sha256()
    with Opened(path) as opened:
        while data := opened.read(CHUNK):
            check()
            digest.update(data)
    return digest.hexdigest()
