"""What the command prints: one JSON object or readable text on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.core.console import forgiving
from app.core.i18n import t
from app.core.jobs import Job, Progress

if TYPE_CHECKING:
    from app.core.records import ChangeSet


class Screen:
    """`as_json`: results are exactly one JSON object on stdout."""

    def __init__(self, *, as_json: bool) -> None:
        forgiving(sys.stdout, sys.stderr)
        self.as_json = as_json
        self._answered = False

    def result(self, data: Mapping[str, Any], text: str) -> None:
        """The outcome of the command: `data` for scripts, `text` for people."""
        self._out(_exact(data) if self.as_json else text)

    def rows(
        self, total: int, rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        """A list: {"total", "rows"} for scripts, a table of (key, heading) columns for people."""
        if self.as_json:
            self._out(_exact({"total": total, "rows": list(rows), **more}))
            return
        cells = [[cell(row.get(key)) for key, _ in columns] for row in rows]
        headings = [heading for _, heading in columns]
        if sys.stdout.isatty():
            _table(headings, cells)
        else:
            for line in (headings, *cells):
                self._out("\t".join(text.replace("\t", " ").replace("\n", " ") for text in line))
        self.say(t("共 {n} 条，显示 {shown} 条。", n=total, shown=len(rows)))

    def say(self, text: str) -> None:
        """A message beside the result."""
        _write(sys.stderr, text)

    def told(self, warnings: Sequence[str], changes: ChangeSet) -> None:
        """What a person should know of values that were understood or written otherwise than asked for."""
        for text in (*warnings, *(note.words for note in changes.notes)):
            self.say(text)

    def fail(self, text: str, details: Sequence[str], exit_code: int) -> int:
        """Tell a failure on stderr, and as the one JSON object when asked for; returns the exit code."""
        if self.as_json and not self._answered:
            self._out(_exact({"error": text, "details": list(details), "exit_code": exit_code}))
        _write(sys.stderr, "\n".join((text, *(f"  {line}" for line in details))))
        return exit_code

    def _out(self, text: str) -> None:
        self._answered = True
        _write(sys.stdout, text)

    # ---- long work ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def job(self) -> Iterator[Job]:
        """A job whose progress is shown on stderr; Ctrl+C cancels it, so that work is rolled back properly."""
        face: _Bar | _Lines = _Bar() if sys.stderr.isatty() else _Lines()
        job = Job(face)
        main_thread = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, lambda *_: job.cancel()) if main_thread else None
        try:
            yield job
        finally:
            face.close()
            if main_thread:
                signal.signal(signal.SIGINT, before)


class _Bar:
    """A progress bar on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._text = ""

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        if progress.text != self._text:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task, self._text = self._bar.add_task(progress.text, total=progress.total or None), progress.text
        self._bar.update(self._task, completed=progress.done, total=progress.total or None)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()


class _Lines:
    """One line per phase, for logs."""

    def __init__(self) -> None:
        self._text = ""

    def __call__(self, progress: Progress) -> None:
        if progress.text != self._text:
            self._text = progress.text
            _write(sys.stderr, f"{progress.text}…")

    def close(self) -> None:
        """Nothing to end."""


def cell(value: Any) -> str:
    """A JSON value as a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("是") if value else t("否")
    if isinstance(value, Mapping):
        return str(value.get("title") or value.get("name") or " ".join(f"{k}={v}" for k, v in value.items()))
    if isinstance(value, list | tuple):
        return "；".join(cell(item) for item in value)
    return str(value)


def _table(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for line in cells:
        table.add_row(*(Text(text) for text in line))  # data is never read as markup
    Console().print(table)


def _exact(data: Mapping[str, Any]) -> str:
    """One JSON object that means the same on every console: in escapes where the console cannot carry it."""
    text = json.dumps(data, ensure_ascii=False, default=str)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, AttributeError):
        return json.dumps(data, default=str)
    return text


def _write(stream: Any, text: str) -> None:
    if stream is not None:
        stream.write(text + "\n")
        stream.flush()
