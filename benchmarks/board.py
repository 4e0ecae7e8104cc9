"""The deal board with 5,000 cards: reading them, building the columns, painting, a drop and its way back to the screen."""

from __future__ import annotations

import gc
import random
import tempfile
from pathlib import Path

from app.bootstrap import create_workspace
from app.db.store.behaviour import TELL, Terms
from app.db.store.drafts import NewRow
from app.services.deals.records import Board
from app.services.workspace import Workspace
from benchmarks.measure import Row, cpu_ms, median_ms


def _filled(folder: Path, count: int) -> Workspace:
    """An archive with so many deals in one pipeline."""
    workspace, _ = create_workspace(folder / "board.kedang", "boss", "bench-password-1", name="Bench")
    r = random.Random(3)
    stages = workspace.deals.stages()
    with workspace.context.writing() as work:
        operation = work.operation("import", "deals")
        rows = [
            NewRow({"name": f"数控机床采购 {i}", "stage": (s := r.choice(stages)).id.bytes, "outcome": s.kind,
                    "pipeline": s.pipeline.bytes if s.pipeline else None, "amount": r.randrange(10**8), "position": i},
                   [], derived={"name_key": "s", "match_key": f"{i}"})
            for i in range(count)
        ]  # fmt: skip
        work.writer.add(operation, "deals", rows, workspace.actor.user_id.bytes, Terms(TELL, history=True)).require()
        work.commit()
    return workspace


def rows(count: int) -> list[Row]:
    """CPU of the service, of the screen, and of one move."""
    with tempfile.TemporaryDirectory(prefix="kedang-board-") as folder:
        workspace = _filled(Path(folder), count)
        try:
            pipeline = workspace.deals.pipelines()[0].id
            read = median_ms(lambda: workspace.deals.board(pipeline), 5)
            board = workspace.deals.board(pipeline)
            built, painted, shown = _screen(workspace, board)
            gc.collect()  # what the screen left is not the move's to clear
            deal, target = board.columns[0].cards[5].id, board.columns[1]
            moved = cpu_ms(lambda: workspace.deals.move([deal], target.stage.id, before=target.cards[3].id))
        finally:
            workspace.close()
    note = f"{count:,} cards in {len(board.columns)} columns"
    return [
        Row("board: columns built and shown", built, None, "≤ 60 ms", built <= 60, note),
        Row(
            "board: the drop itself, on screen",
            shown,
            None,
            "≤ 10 ms",
            shown <= 10,
            "another state of the columns put in",
        ),
        Row("board: one full paint", painted, None, "", None, note),
        Row("board: reading all cards, in the worker", read, None, "", None, note),
        Row("board: the move, in the worker", moved, None, "", None, "place, journal, stage change, search"),
    ]


def _screen(workspace: Workspace, board: Board) -> tuple[float, float, float]:
    from dataclasses import replace

    from PySide6.QtWidgets import QApplication, QWidget

    from app.settings.store import SettingsStore
    from app.views.deals.board import BoardView
    from app.views.operations.runner import InlineRunner
    from app.views.shell.desk import Desk
    from app.views.theme import theme
    from app.views.widgets.dialogs import WindowDialogs
    from app.views.widgets.toast import ToastStack

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply(application, "light")
    window = QWidget()
    window.resize(1400, 860)
    settings = SettingsStore(Path(tempfile.mkdtemp()) / "settings.json")
    desk = Desk(workspace, InlineRunner(), WindowDialogs(window), ToastStack(window), settings, window)
    view = BoardView(desk, window)
    view.resize(1400, 860)
    window.show()

    def build() -> None:
        view.columns = []
        view._show(board)
        view.grab()

    build()
    built = cpu_ms(build) - cpu_ms(view.grab)
    painted = median_ms(view.grab, 5)
    first, second = board.columns[0], board.columns[1]
    after = replace(
        board,
        columns=(
            replace(first, cards=first.cards[1:]), replace(second, cards=(first.cards[0], *second.cards)), *board.columns[2:],
        ),
    )  # fmt: skip
    shown = cpu_ms(lambda: view._show(after))
    return built, painted, shown
