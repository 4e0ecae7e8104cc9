"""What the parent does so that a child cannot take all memory, on every system.

Linux limits the child's address space itself (`child._limit`), which a library may lift and macOS does not honour. So the
parent looks at the child's size a few times a second and ends it when it is too big. Windows has job objects: the
system refuses memory and processor time beyond the limit, and the child ends with its parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

#: bytes that interpreter and libraries take before anything is read
_START = 256 << 20
_LOOK = 0.2  # seconds

if sys.platform == "win32":

    class _Basic(ctypes.Structure):
        """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = (
            ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", ctypes.c_uint32),
            ("least_working_set", ctypes.c_size_t), ("most_working_set", ctypes.c_size_t), ("processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32), ("scheduling", ctypes.c_uint32),
        )  # fmt: skip

    class _Extended(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("basic", _Basic), ("io", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
            ("job_memory", ctypes.c_size_t), ("process_peak", ctypes.c_size_t), ("job_peak", ctypes.c_size_t),
        )  # fmt: skip

    _PROCESS_TIME, _PROCESS_MEMORY, _KILL_ON_CLOSE = 0x2, 0x100, 0x2000
    _EXTENDED_CLASS = 9
    _SET_QUOTA, _TERMINATE = 0x100, 0x1

    class MemoryGuard:
        """Holds a started child in a job object until `close`. Where Windows refuses one, nothing is limited."""

        exceeded = False  # the child itself says that there was no memory

        def __init__(self, process: BaseProcess, memory: int, cpu: int) -> None:
            """`memory`: bytes beyond the start; `cpu`: seconds of the processor."""
            kernel = ctypes.WinDLL("kernel32")
            kernel.CreateJobObjectW.restype = kernel.OpenProcess.restype = ctypes.c_void_p
            limits = _Extended(process_memory=_START + memory)
            limits.basic.flags = _PROCESS_TIME | _PROCESS_MEMORY | _KILL_ON_CLOSE
            limits.basic.process_time = cpu * 10_000_000  # in units of 100 ns
            self._kernel, self._job = kernel, ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
            kernel.SetInformationJobObject(self._job, _EXTENDED_CLASS, ctypes.byref(limits), ctypes.sizeof(limits))
            child = ctypes.c_void_p(kernel.OpenProcess(_SET_QUOTA | _TERMINATE, 0, process.pid))
            kernel.AssignProcessToJobObject(self._job, child)
            kernel.CloseHandle(child)

        def close(self) -> None:
            """A child that is still there ends."""
            self._kernel.CloseHandle(self._job)

else:

    class MemoryGuard:
        """Watches a started child until `close`. `exceeded`: it was ended because it took too much memory."""

        def __init__(self, process: BaseProcess, memory: int, _cpu: int) -> None:
            """`memory`: bytes beyond the start; the processor's time is limited by the child itself."""
            self.exceeded = False
            self._process, self._most = process, _START + memory
            self._end = threading.Event()
            self._thread = threading.Thread(target=self._watch, name="kedang-guard", daemon=True)
            self._thread.start()

        def _watch(self) -> None:
            while not self._end.wait(_LOOK):
                if size_of(self._process.pid or 0) > self._most:
                    self.exceeded = True
                    with contextlib.suppress(OSError, ValueError, AttributeError):
                        self._process.kill()
                    return

        def close(self) -> None:
            """Nothing is watched any more."""
            self._end.set()
            self._thread.join()


if sys.platform == "darwin":

    class _Usage(ctypes.Structure):
        """rusage_info_v0."""

        _fields_ = (
            ("uuid", ctypes.c_uint8 * 16), ("before", ctypes.c_uint64 * 7), ("footprint", ctypes.c_uint64),
            ("times", ctypes.c_uint64 * 2),
        )  # fmt: skip

    def size_of(pid: int) -> int:
        """Bytes of memory that the process takes, compressed ones too; 0 when it is gone."""
        found = _Usage()
        failed = ctypes.CDLL("/usr/lib/libproc.dylib").proc_pid_rusage(pid, 0, ctypes.byref(found))
        return 0 if failed else int(found.footprint)

else:

    def size_of(pid: int) -> int:
        """Bytes of memory that the process takes, swapped ones too; 0 when it is gone or the system does not tell."""
        try:
            lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(("VmRSS:", "VmSwap:")))
