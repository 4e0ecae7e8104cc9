"""What the database and the file system complain of, as sentences for a person.

Imports neither of them: the start screen asks here before any archive's libraries are loaded.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator

from app.core.i18n import t
from app.errors import EnvironmentProblem


def _kinds() -> tuple[type[BaseException], ...]:
    """The exceptions of the libraries loaded so far, and of the file system."""
    found: list[type[BaseException]] = [OSError]
    for module, name in (("sqlalchemy.exc", "DBAPIError"), ("sqlcipher3.dbapi2", "DatabaseError")):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Turn complaints of the database and of the file system into sentences for a person."""
    try:
        yield
    except _kinds() as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error


def problem_of(error: BaseException) -> EnvironmentProblem | None:
    """The EnvironmentProblem behind a database or file error; None when it is a defect of ours.

    Decided by the error number, the server's SQLSTATE or SQLite's error code where there is one, by SQLite's fixed English
    text otherwise.
    """
    origin = getattr(error, "orig", None) or error
    if isinstance(origin, OSError):
        return _file_problem(origin)
    state = getattr(origin, "sqlstate", None)
    if state:
        return _server_problem(state)
    code = getattr(origin, "sqlite_errorname", "") or ""
    text = str(origin)
    if code.startswith("SQLITE_FULL") or "disk is full" in text:
        return _disk_full()
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or "readonly" in text or "unable to open" in text:
        return _not_writable()
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "locked" in text:
        return _busy()
    if code.startswith("SQLITE_IOERR") or "disk I/O error" in text:
        return _disk_trouble()
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "malformed" in text or "not a database" in text:
        return EnvironmentProblem(t("档案文件已损坏。请不要继续写入，用最近的备份恢复。"))
    return None


def _server_problem(state: str) -> EnvironmentProblem | None:
    """By SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html."""
    if state in ("40001", "40P01", "55P03"):  # lost to somebody else's transaction, or to his lock
        return _busy()
    if state.startswith(("08", "57P", "53300")):
        return EnvironmentProblem(t("与数据库服务器的连接断了，刚才的操作没有保存。请检查网络后再试。"))
    if state in ("53100", "53200"):
        return EnvironmentProblem(t("数据库服务器的磁盘或内存不够，刚才的操作没有保存。请联系管理员。"))
    if state in ("25006", "42501"):
        return EnvironmentProblem(t("数据库服务器不允许写入，刚才的操作没有保存。请联系管理员。"))
    return None


def _busy() -> EnvironmentProblem:
    return EnvironmentProblem(t("档案正被另一个操作占用，请稍后再试。"))


def _file_problem(error: OSError) -> EnvironmentProblem:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return _disk_full()
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return _not_writable()
        case errno.ENOENT:
            return EnvironmentProblem(t("找不到文件：{path}", path=error.filename or ""))
    return _disk_trouble()


def _disk_full() -> EnvironmentProblem:
    return EnvironmentProblem(t("磁盘空间不够，刚才的操作没有保存。请腾出空间后再试。"))


def _not_writable() -> EnvironmentProblem:
    return EnvironmentProblem(t("档案所在的位置不能写入，请检查文件夹权限，或把档案复制到别处再打开。"))


def _disk_trouble() -> EnvironmentProblem:
    return EnvironmentProblem(t("读写磁盘出错，刚才的操作没有保存。请检查磁盘或U盘。"))
