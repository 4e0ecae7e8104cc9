"""Tests of the window: one themed application, no leaks, no unexpected words from Qt, no modal dialogs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.views.operations.runner import InlineRunner, Runner
from app.views.theme import theme
from app.views.widgets.dialogs import Dialogs, FileMode, Filter
from app.views.widgets.message_dialog import Choice
from tests.gui.gap_probe import GapProbe
from tests.gui.leaks import LeakWatch

KNOWN_NOISE = (
    r"This plugin does not support propagateSizeHints\(\)",  # offscreen platform: fixed sizes mean nothing to it
    r"This plugin does not support raise\(\)",  # offscreen platform: there is no stack of windows
    r"This plugin does not support grabbing the keyboard",  # offscreen platform: a popup has the keyboard anyway
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder fails on a warning of Qt that is not known."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*KNOWN_NOISE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """`@pytest.mark.gui_budget(ms)`: with KEDANG_GAPS=1, on a quiet machine, fail when the event loop stalls longer."""
    marker = item.get_closest_marker("gui_budget")
    if marker is None or not os.environ.get("KEDANG_GAPS"):
        return (yield)
    budget = float(marker.args[0] if marker.args else marker.kwargs.get("ms", 100))
    with GapProbe() as probe:
        result = yield
    late = probe.over(budget)
    if late:
        pytest.fail(
            f"the event loop stalled {max(late):.0f} ms (budget {budget:.0f} ms, {len(late)} times)", pytrace=False
        )
    return result


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> Iterator[None]:
    if theme.current().name != "light" or not qapp.styleSheet():
        theme.apply(qapp, "light")
    yield
    if theme.current().name != "light":
        theme.apply(qapp, "light")


@pytest.fixture(autouse=True)
def _no_leaks(_themed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    watch = LeakWatch(monkeypatch)
    yield
    problems = watch.problems()
    if problems:
        pytest.fail("left behind by this test:\n  " + "\n  ".join(problems), pytrace=False)


@pytest.fixture
def runner(_no_leaks: None) -> Iterator[Runner]:
    """Real threads; everything must have ended three seconds after the test."""
    made = Runner()
    yield made
    assert made.shutdown(3000), "background work did not stop"


@pytest.fixture
def inline_runner() -> InlineRunner:
    """Does everything at once."""
    return InlineRunner()


class ScriptedDialogs(Dialogs):
    """Answers from lists, and remembers what was asked. An unexpected question fails the test."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.files: list[Path | None] = []
        self.texts: list[str | None] = []
        self.asked: list[str] = []
        self.errors: list[Exception] = []

    def ask(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        text: str = "",
        details: str = "",
        severity: object = "info",
        default: str = "",
    ) -> str:
        self.asked.append(question)
        assert self.answers, f"nobody expected the question {question!r} {text!r} {details!r} {severity!r} {default!r}"
        answer = self.answers.pop(0)
        assert answer in ("", *(choice.key for choice in choices)), f"{answer!r} is no choice of {question!r}"
        return answer

    def pick_file(
        self, mode: FileMode, title: str, filters: Sequence[Filter] = (), *, suggested: str | Path = ""
    ) -> Path | None:
        self.asked.append(title)
        assert self.files, f"nobody expected a file dialog: {mode} {title!r} {filters!r} {suggested!r}"
        return self.files.pop(0)

    def pick_files(self, title: str) -> list[Path]:
        self.asked.append(title)
        found = [path for path in self.files if path is not None]
        self.files.clear()
        return found

    def ask_text(self, title: str, label: str, text: str = "") -> str | None:
        self.asked.append(title)
        assert self.texts, f"nobody expected the question {title!r} {label!r} {text!r}"
        return self.texts.pop(0)

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


@pytest.fixture
def dialogs() -> ScriptedDialogs:
    """Put answers into its lists before the question comes."""
    return ScriptedDialogs()
