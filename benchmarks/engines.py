"""The same lists on both engines, side by side: an archive file, and a PostgreSQL server beside it on this machine.

Wall milliseconds: the server works in processes of its own. `python3 -m benchmarks.engines [count]` measures this alone and
writes benchmarks/engines.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.filters import Condition, Filter, Group
from app.core.records import Sort
from app.db.server import Server
from app.db.store import tags
from app.db.store.reading import Reader
from app.services.workspace import Workspace
from benchmarks.big_archive import opened
from benchmarks.measure import Row, machine, paired_wall
from tests.factories import servers
from tests.factories.servers import ServerTemplate

SHOWN = ("name", "stage", "level", "tags", "owner", "phones", "city", "amount", "last_contact_on")
PAGE = 128
SORTS = (
    Sort("name"),
    Sort("name", True),
    Sort("city"),
    Sort("amount", True),
    Sort("last_contact_on", True),
    Sort("owner"),
)
FILTERS: dict[str, Filter] = {
    "one city": Condition("city", "eq", "苏州市"),
    "won": Condition("stage", "in", ["won"]),
    "level A, more than 500,000": Group("and", (Condition("level", "in", ["A"]), Condition("amount", "gt", "500000"))),
    "tagged": Condition("tags", "has_any", ["重点"]),
    "phone begins": Condition("phones", "starts", "13800"),
}
Ask = Callable[[Reader], object]


@contextmanager
def on_server(file: Workspace) -> Iterator[Workspace]:
    """The rows of an archive on a server; without its search index, which these lists do not ask."""
    name = servers.fresh(servers.empty())
    server = Server(servers.url(name))
    servers.copy_rows(file.archive, server, searchable=False)
    server.close()
    servers.tidy(name)
    template = ServerTemplate(name)
    workspace = template.open(Path(name), "admin")
    try:
        yield workspace
    finally:
        workspace.archive.engine.dispose()
        servers.drop([template])


def cases() -> Iterator[tuple[str, Ask]]:
    """What a list does when it is opened: all its row numbers in order, and the records of its first page."""

    def whole(condition: Filter | None, sort: Sort) -> Ask:
        def ask(reader: Reader) -> object:
            handles = reader.handles("customers", condition, (sort,))
            return reader.records("customers", handles[:PAGE].tolist(), SHOWN)

        return ask

    def first(condition: Filter | None, sort: Sort) -> Ask:
        def ask(reader: Reader) -> object:
            handles = reader.handles("customers", condition, (sort,), limit=PAGE)
            return reader.records("customers", handles.tolist(), SHOWN)

        return ask

    for sort in SORTS:
        way = f"{sort.key}{' down' if sort.descending else ''}"
        yield f"all of it by {way}, first page", whole(None, sort)
        yield f"first page alone by {way}", first(None, sort)
    for name, condition in FILTERS.items():
        yield f"filter “{name}” by name, first page", whole(condition, Sort("name"))
        yield f"count “{name}”", lambda reader, c=condition: reader.count("customers", c)  # type: ignore[misc]
    yield "tags with their counts", tags.counted


def rows(count: int) -> list[Row]:
    """One row a case: PostgreSQL beside the file."""
    why = servers.missing()
    if why:
        return [Row(f"lists on PostgreSQL: {why}", 0, None, "≤ 2 × the file", None)]
    found = []
    file = opened(count)
    try:
        with on_server(file) as server, file.context.reading() as here, server.context.reading() as there:
            for what, ask in cases():
                assert ask(here.reader) == ask(there.reader), what
                ours, floor = paired_wall(lambda: ask(there.reader), lambda: ask(here.reader))  # noqa: B023
                good = ours <= 2 * floor or ours < 5
                goal = "≤ 2 × the file, or 5 ms"
                found.append(Row(f"{what}, {count:,} on PostgreSQL (wall)", ours, floor, goal, good))
    finally:
        file.close()
    return found


def main() -> None:
    """Measure a size (1,000,000 unless given); a million is kept."""
    from benchmarks.__main__ import table

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    page = (
        "# The same lists on both engines\n\n"
        f"One run of `python3 -m benchmarks.engines` on: {machine()}. Wall milliseconds; “ours” is PostgreSQL on this machine,\n"
        "“floor” the encrypted file, asked in turn. Read the ratios, the machine is shared.\n\n"
        f"{table(rows(count))}"
    )
    print(page)
    if count == 1_000_000:
        Path(__file__).with_name("engines.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
