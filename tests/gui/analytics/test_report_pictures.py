"""Every report as a picture, without a window: PNG, SVG and PDF by the charts of the window."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app import pictures
from app.core.i18n import set_language
from app.errors import EnvironmentProblem
from app.services.analytics.records import Period, ReportRequest
from app.services.workspace import Workspace
from tests.factories.archives import office
from tests.factories.clocks import Clock
from tests.factories.fixtures import clock
from tests.unit.analytics.office import AS_OF, Office

__all__ = ["clock"]
YEAR = Period(AS_OF.replace(year=2025), AS_OF)


@pytest.fixture
def filled(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("KEDANG_HOME", str(tmp_path))
    template = office()
    with template.opened(template.copy(tmp_path)) as workspace:
        made = Office(workspace)
        made.fill_sales()
        made.fill_deals()
        made.fill_tickets()
        yield workspace


def test_that_every_report_is_painted(qtbot: QtBot, filled: Workspace, tmp_path: Path) -> None:
    for name in filled.analytics.names():
        report = filled.analytics.run(name, ReportRequest(AS_OF, YEAR, limit=20))
        target = tmp_path / f"{name}.png"
        pictures.write_picture(report, target)
        image = QImage(str(target))
        assert image.width() == 1800
        colors = {image.pixel(x, y) for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}
        assert len(colors) > 3, name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_that_vector_pictures_keep_their_words(qtbot: QtBot, filled: Workspace, tmp_path: Path, language: str) -> None:
    set_language(language)
    report = filled.analytics.run("rfm", ReportRequest(AS_OF, limit=1))
    for kind in ("svg", "pdf"):
        pictures.write_picture(report, tmp_path / f"rfm.{kind}")
    text = (tmp_path / "rfm.svg").read_text(encoding="utf-8")
    assert report.title in text
    assert f"n = {report.n}" in text
    assert (tmp_path / "rfm.pdf").read_bytes().startswith(b"%PDF")


def test_that_a_computer_without_the_toolkit_says_so(
    filled: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(pictures, "find_spec", nothing)
    report = filled.analytics.run("rfm", ReportRequest(AS_OF))
    with pytest.raises(EnvironmentProblem, match="PySide6"):
        pictures.write_picture(report, tmp_path / "rfm.png")
    assert not (tmp_path / "rfm.png").exists()
