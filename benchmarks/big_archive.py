"""An archive of N customers with phones, e-mails, tags and cities, made once per size and kept under out/bench/."""

from __future__ import annotations

import random
import time
from pathlib import Path

from app.bootstrap import create_workspace, open_workspace
from app.core.pinyin import sort_key
from app.db.search_tokens import tokens
from app.db.store.drafts import NewRow
from app.db.store.matching import match_key
from app.services.workspace import Workspace
from benchmarks.made_data import CITIES, company, person

FOLDER = Path(__file__).resolve().parents[1] / "out" / "bench"
PASSWORD = "benchmark-only"
BATCH = 5000
STAGES = ("potential", "interested", "quoted", "negotiating", "won", "lost")


def customer(r: random.Random, i: int) -> NewRow:
    """One customer as the importer would hand it over."""
    province, city, district = r.choice(CITIES)
    name = company(r, city) if i % 3 else person(r)
    mobile = f"1{r.choice('35789')}{r.randrange(10**9):09}"
    points = [("phone", f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", f"+86{mobile}", "", "", 1, "", 0)]
    columns = {
        "name": name, "kind": "company" if i % 3 else "person", "stage": r.choice(STAGES), "level": r.choice("ABCD"),
        "province": province, "city": city, "district": district, "address": f"人民路{r.randrange(1, 999)}号",
        "amount": r.randrange(10**8), "last_contact_on": f"2026-{r.randrange(1, 12):02}-{r.randrange(1, 29):02}",
        "source": r.choice(("展会", "官网", "转介绍")),
    }  # fmt: skip
    entry = tokens([name], [columns["address"], city], [f"+86{mobile}"])
    derived = {"name_key": sort_key(name), "match_key": match_key(name)}
    tags = (r.choice(("重点", "展会", "出口")),) if i % 4 == 0 else ()
    return NewRow(columns, points, tags, derived=derived, entry=entry)


def big_archive(count: int) -> Path:
    """The path of a closed archive with `count` customers."""
    path = FOLDER / f"customers-{count}.kedang"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"making-{count}.kedang")
    for leftover in FOLDER.glob(f"making-{count}.kedang*"):
        leftover.unlink()
    workspace, _ = create_workspace(part, "admin", PASSWORD)
    r, started = random.Random(count), time.monotonic()
    for first in range(0, count, BATCH):
        rows = [customer(r, i) for i in range(first, min(first + BATCH, count))]
        with workspace.context.writing() as work:
            operation = work.operation("import", "benchmark")
            with work.writer.own_search_entries():
                work.writer.add(operation, "customers", rows, workspace.actor.user_id.bytes).require()
            work.commit()
    workspace.close()
    part.rename(path)
    print(f"made {path.name} in {time.monotonic() - started:.0f} s")
    return path


def opened(count: int) -> Workspace:
    """The archive of this size, open. The caller closes it."""
    return open_workspace(big_archive(count), "admin", PASSWORD)
