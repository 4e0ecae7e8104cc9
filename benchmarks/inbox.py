"""The ticket inbox at size: its tabs, its search, a page of rows, a jump and a scroll step of the painted list."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from app.bootstrap import create_workspace
from app.core.jobs import Job
from app.db.store.behaviour import Terms
from app.db.store.drafts import NewRow
from app.services.workspace import Workspace
from app.views.tickets.listing import ALL, FREE, MINE, TODO, InboxSource, Wanted, builtin
from benchmarks.measure import Row, median_ms

_BATCH = 4000
_STATES = ("new", "open", "waiting", "hold", "resolved", "resolved", "resolved", "closed", "closed", "closed")


def _filled(folder: Path, count: int) -> Workspace:
    """An archive with so many tickets of two years."""
    workspace, _ = create_workspace(folder / "inbox.kedang", "boss", "bench-password-1", name="Bench")
    r = random.Random(3)
    me = workspace.actor.user_id.bytes
    with workspace.context.writing() as work:
        operation = work.operation("import", "tickets")
        for start in range(0, count, _BATCH):
            rows = [_row(r, start + i) for i in range(min(_BATCH, count - start))]
            work.writer.add(operation, "tickets", rows, me, Terms(history=True)).require()
        work.commit()
    return workspace


def _row(r: random.Random, number: int) -> NewRow:
    at = 1_700_000_000_000 + r.randrange(63_000_000) * 1000
    status = r.choice(_STATES)
    return NewRow(
        {
            "subject": f"送货单数量与合同不一致 {number}", "status": status, "opened_at": at, "requester": "刘敏",
            "priority": r.choice(("low", "normal", "high", "urgent")), "first_responded_at": at + 3_600_000,
            "resolved_at": at + 172_800_000 if status in ("resolved", "closed") else None,
        },
        [],
    )  # fmt: skip


def rows(count: int) -> list[Row]:
    """CPU of the database side for every tab, then of the painted list."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="kedang-inbox-") as folder:
        began = time.process_time()
        workspace = _filled(Path(folder), count)
        made = time.process_time() - began
        try:
            for key in (TODO, MINE, FREE, ALL):
                source = InboxSource(workspace.tickets, Wanted(builtin(key)))
                first = median_ms(lambda s=source: s.load_first(Job()), 3)
                whole = median_ms(lambda s=source: s.load_ids(Job()), 3)
                found.append(Row(f"inbox tab {key}, first page of {count:,}", first, None, "≤ 150 ms", first <= 150,
                                 f"all row handles {whole:.0f} ms"))  # fmt: skip
            search = InboxSource(workspace.tickets, Wanted(text="送货单 199"))
            asked = median_ms(lambda: search.load_first(Job()), 3)
            found.append(
                Row(f"inbox search among {count:,}", asked, None, "≤ 150 ms", asked <= 150, f"made in {made:.0f} s")
            )
            found += _painted(workspace, count)
        finally:
            workspace.close()
    return found


def _painted(workspace: Workspace, count: int) -> list[Row]:
    from PySide6.QtWidgets import QApplication

    from app.views.operations.runner import InlineRunner
    from app.views.theme import theme
    from app.views.tickets.ticket_list import TicketList

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.apply(application, "light")
    view = TicketList(InlineRunner())
    view.resize(348, 800)
    view.show()
    view.show_source(InboxSource(workspace.tickets, Wanted()))
    view.viewport().grab()
    bar = view.verticalScrollBar()
    place = iter(range(0, 10_000, 37))

    def step() -> object:
        bar.setValue(next(place))
        return view.viewport().grab()

    scroll = median_ms(step, 40)
    r = random.Random(1)

    def jump() -> object:
        bar.setValue(r.randrange(bar.maximum()))
        return view.viewport().grab()

    far = median_ms(jump, 10)
    view.close()
    return [
        Row(f"inbox list scrolled by 37 pixels, painted, {count:,}", scroll, None, "≤ 3 ms", scroll <= 3),
        Row(f"inbox list jump to anywhere with its page of rows, {count:,}", far, None, "flat", None),
    ]


if __name__ == "__main__":
    import sys

    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000):
        print(f"{row.what}: {row.ours:.1f} ms {row.note}")
