"""Run untrusted parsing in a child process with limits, and stream what it yields.

The child has its own memory and time limits; the parent waits without hanging: it kills the child when the job is
cancelled, when the consumer stops, or when nothing has been heard for too long. The pipe holds one batch or so, so
the child cannot run far ahead of its consumer.

The start method is "spawn", which is safe beside threads and works in a packaged program whose entry point calls
`multiprocessing.freeze_support()`. The child imports the module of the task and nothing of the window.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from app import errors
from app.core.i18n import language, set_language, t
from app.core.jobs import Job
from app.services.exchange.files.child_memory import MemoryGuard
from app.services.exchange.files.records import Report

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Line
else:
    from multiprocessing.connection import Connection as Line

#: see above; where many children are made one after the other, a server may fork them ("forkserver")
START = "spawn"
_POLL = 0.2  # seconds between looks at the job
_GOODBYE = 5.0  # seconds a killed child may take to vanish

Task = Callable[..., Iterator[Any]]
"""A generator function at module level: `task(report, *arguments)`, with `report(text, done, total)`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory beyond the start, seconds of processor time, seconds of silence."""

    memory: int = 2 << 30
    cpu: int = 3600
    silence: float = 180.0


def run_in_child(task: Task, *arguments: object, job: Job | None = None, limits: Limits | None = None) -> Iterator[Any]:
    """Yield what `task(report, *arguments)` yields, computed in a child process.

    Raises the task's own AppErrors, UserError when the child dies or exceeds a limit, Cancelled with the job, and
    RuntimeError (with the child's traceback) for a defect. Closing the generator kills the child.
    """
    job, limits = job or Job(), limits or Limits()
    job.check()
    context: Any = multiprocessing.get_context(START)
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_child_main, args=(sender, task, arguments, limits, language()), name="kedang-reading", daemon=True
    )
    try:
        process.start()
    except BaseException:
        receiver.close()
        raise
    finally:
        sender.close()
    guard = MemoryGuard(process, limits.memory, limits.cpu)
    forget = job.on_cancel(lambda: _kill(process))
    try:
        yield from _listen(receiver, process, guard, job, limits)
    finally:
        forget()
        _kill(process)
        process.join(_GOODBYE)
        guard.close()
        receiver.close()


def _listen(
    receiver: Line[Any, Any], process: BaseProcess, guard: MemoryGuard, job: Job, limits: Limits
) -> Iterator[Any]:
    heard = time.monotonic()
    while True:
        job.check()
        try:
            if not receiver.poll(_POLL):
                if time.monotonic() - heard > limits.silence:
                    raise errors.UserError(t("读取这个文件花费的时间过长，已停止。文件可能已损坏。"))
                continue
            kind, content = receiver.recv()
        except (EOFError, OSError) as error:
            job.check()
            raise (_too_big() if guard.exceeded else _death(process)) from error
        if kind == "item":
            yield content
        elif kind == "progress":
            job.progress(*content)
        elif kind == "end":
            return
        else:
            _raise(kind, content)
        heard = time.monotonic()


def _raise(kind: str, content: Any) -> None:
    """The child's failure, raised here as what it was."""
    if kind == "memory":
        raise _too_big()
    if kind == "error":
        name, message, details = content
        found = getattr(errors, name, errors.UserError)
        raise found(message, details=details)
    raise RuntimeError(f"reading failed in the child process\n{content}")


def _too_big() -> errors.UserError:
    return errors.UserError(t("读取这个文件需要的内存过多，已停止。请拆成几个文件，或删去多余的工作表后再试。"))


def _death(process: BaseProcess) -> errors.UserError:
    """The child vanished without a word: out of memory, out of time, or the parser broke."""
    process.join(_GOODBYE)
    code = process.exitcode
    if code in (-24, -14, 1816):  # SIGXCPU, SIGALRM, ERROR_NOT_ENOUGH_QUOTA of a job object
        return errors.UserError(t("读取这个文件花费的时间过长，已停止。文件可能已损坏。"))
    return errors.UserError(
        t("读取这个文件时解析程序意外停止，文件可能已损坏，或内容过于庞大。您的数据没有受到影响。"),
        details=(t("退出代码：{code}", code=code),),
    )


def _kill(process: BaseProcess) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        process.kill()


def _child_main(sender: Line[Any, Any], task: Task, arguments: tuple[Any, ...], limits: Limits, code: str) -> None:
    """Entry of the child: set limits, run the task, send what it yields; always one last word."""
    set_language(code)
    _limit(limits)
    try:
        for item in task(_reporter(sender), *arguments):
            sender.send(("item", item))
        last: tuple[str, Any] = ("end", None)
    except errors.AppError as error:
        last = ("error", (type(error).__name__, str(error), error.details))
    except MemoryError:
        last = ("memory", None)
    except (BrokenPipeError, KeyboardInterrupt):
        return  # nobody listens any more
    except Exception:  # noqa: BLE001 - told to the parent, which raises it as a defect
        last = ("defect", traceback.format_exc())
    with contextlib.suppress(OSError):
        sender.send(last)
        sender.close()


def _reporter(sender: Line[Any, Any], every: float = 0.1) -> Report:
    sent = -math.inf

    def report(text: str, done: int, total: int) -> None:
        nonlocal sent
        now = time.monotonic()
        if now - sent >= every:
            sent = now
            sender.send(("progress", (text, done, total)))

    return report


def _limit(limits: Limits) -> None:
    """Memory and processor limits that the child sets itself; no core file with customers in it. See `child_memory` for the rest."""
    if sys.platform != "win32":
        import resource

        def lower(which: int, wanted: int) -> None:
            _, hard = resource.getrlimit(which)
            value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(which, (value, hard))

        lower(resource.RLIMIT_AS, _address_space(os.sysconf("SC_PAGE_SIZE")) + limits.memory)
        lower(resource.RLIMIT_CPU, limits.cpu)
        lower(resource.RLIMIT_CORE, 0)


def _address_space(page: int) -> int:
    """Bytes of address space in use, of pages of `page` bytes; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split(maxsplit=1)[0]) * page
    except (OSError, ValueError):
        return 0
