"""What was copied row by row from a file to a server reads the same there: every stored value, list, figure and count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from app.core.access import Actor
from app.core.clock import set_clock
from app.core.filters import Condition
from app.core.records import Sort
from app.db.dialect import expressions
from app.db.figures import customers, deals, orders, quality, tickets
from app.db.journal import verify_chains
from app.db.store import birthdays, board, lookup, sums, tags, texts
from app.db.store.reading import Reader
from app.models import Base
from app.services.workspace import Workspace
from tests.factories import archives
from tests.factories.clocks import Clock
from tests.factories.customers import phone
from tests.factories.engines import BESIDE, seen_on
from tests.unit.analytics.office import Office

ENTITIES = (
    "customers",
    "contacts",
    "orders",
    "payments",
    "deals",
    "stage_changes",
    "tickets",
    "ticket_messages",
    "stages",
)
PEOPLE = ("boss", "manager", "east", "service")


@dataclass(frozen=True)
class Twins:
    """One office as a file, and the same on the engine of the test."""

    file: Workspace
    there: Workspace

    def same(self, ask: Callable[[Reader], Any], user: str = "boss") -> Any:
        """What both answer; fails when they differ."""
        found = []
        for workspace in (self.file, self.there):
            actor = archives.actor(workspace, user)
            with workspace.context.reading() as work:
                found.append(ask(Reader(work.connection, work.reader.registry, actor)))
        np.testing.assert_equal(found[1], found[0])
        return found[0]


@pytest.fixture(scope="module")
def twins(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """An office with sales, deals, tickets, tags and birthdays."""
    office, folder = archives.office(), tmp_path_factory.mktemp("twins")
    set_clock(Clock())
    try:
        with office.opened(office.copy(folder)) as made:
            filled = Office(made)
            filled.fill_sales()
            filled.fill_deals()
            filled.fill_tickets()
            for place, record in enumerate(made.customers.list(limit=30)[1]):
                values = {
                    "tags": ("重点", "展会")[: place % 3],
                    "birthday": datetime(1988, 3, 1 + place, tzinfo=UTC).date(),
                }
                made.customers.add_contact(record.id, {"name": f"联系人{place}"}, "采购")
                made.customers.update(record.id, values | {"phones": (phone("13800138000"),)})
            made.customers.delete(made.customers.list(limit=1)[1][0].id)
            with seen_on(engine, made, folder) as there:
                yield Twins(made, there)
    finally:
        set_clock(None)


pytestmark = BESIDE


def test_that_every_stored_value_is_the_same(twins: Twins) -> None:
    total = 0
    for table in Base.metadata.sorted_tables:
        rid = sa.literal_column(f'"{table.name}".rid', sa.BigInteger)
        columns = [expressions.primitive(c) for c in table.columns]

        def rows(reader: Reader, columns: Any = columns, table: Any = table, rid: Any = rid) -> Any:
            found = reader.connection.execute(sa.select(rid, *columns).select_from(table).order_by(rid)).all()
            return [tuple(row) for row in found]

        total += len(twins.same(rows))
    assert total > 1000


@pytest.mark.parametrize("user", PEOPLE)
@pytest.mark.parametrize("entity", ENTITIES)
def test_that_every_list_has_the_same_order(twins: Twins, entity: str, user: str) -> None:
    """By every field a person may order by, up and down; then the records themselves."""
    layout = twins.file.context.registry.entity(entity)
    actor: Actor = archives.actor(twins.file, user)
    for field in layout.fields:
        if actor.sees(entity, field):
            for down in (False, True):
                order = (Sort(field.key, down),)
                twins.same(lambda r, order=order: r.handles(entity, None, order), user)  # type: ignore[misc]
    handles = twins.same(lambda r: r.handles(entity), user).tolist()
    records = twins.same(lambda r: r.records(entity, handles), user)
    assert len(records) == len(handles)
    twins.same(lambda r: r.count(entity), user)
    twins.same(lambda r: r.handles(entity, deleted=True), user)


def _sorted(rows: Any) -> list[Any]:
    return sorted(rows, key=repr)


FIGURES: dict[str, Callable[[Reader], Any]] = {
    "orders": lambda r: vars(orders.load(r)),
    "channels": orders.channels,
    "margin": orders.margin,
    "owed": lambda r: [sorted(column.tolist()) for column in orders.owed(r, None, None)],
    "owed until": lambda r: [sorted(column.tolist()) for column in orders.owed(r, None, "2026-01-01")],
    "unassigned": lambda r: orders.unassigned_payments(r, "2026-01-01"),
    "products": lambda r: _sorted(orders.products(r, None, "2024-01-01", "2027-01-01")),
    "customers": lambda r: [column.tolist() for column in customers.load(r)],
    "sources": lambda r: customers.by_source(r, "customers", None, "source"),
    "labels": lambda r: customers.labels(r, r.handles("customers").tolist()),
    "deals": lambda r: _sorted(deals.deals(r, None, None)),
    "moves": lambda r: _sorted(deals.moves(r)),
    "stages": deals.stages,
    "tickets": lambda r: _sorted(tickets.tickets(r, None)),
    "shared phones": lambda r: _sorted((value, sorted(ids)) for value, ids in quality.shared(r, "customers", ["phones"])),
    "shared city": lambda r: _sorted((v, sorted(i)) for v, i in quality.shared(r, "customers", ["city", "source"])),
    "pairs": lambda r: quality.pairs_mark(r, "customers"),
    "tags": lambda reader: tags.counted(reader, ["customers", "deals"]),
    "birthdays": lambda r: _sorted(birthdays.near(r, date(2026, 3, 5), date(2026, 3, 6))),
    "texts": lambda r: vars(texts.read_texts(r, "customers", r.layout("customers").entity.fields)),
    "cities": lambda r: _sorted(r.distinct("customers", "city", 100)),
    "names": lambda r: lookup.find(r.connection, r.layout("customers"), "name", ["客户1号", "客户2号", "x"]),
    "phones": lambda r: _sorted(lookup.find(r.connection, r.layout("customers"), "phones", ["+8613800138000"]).items()),
    "numbered": lambda r: lookup.numbered_elsewhere(
        r.connection, r.layout("customers"), [x.id.bytes for x in r.records("customers", range(20)).values()]
    ),
    "sum": lambda r: sums.sum_of_external(r.connection, r.layout("customers"), "amount", ["K1", "K2"]),
    "chains": lambda r: verify_chains(r.connection, b""),
}  # fmt: skip


@pytest.mark.parametrize("user", PEOPLE)
@pytest.mark.parametrize("name", FIGURES)
def test_that_every_figure_is_the_same(twins: Twins, name: str, user: str) -> None:
    twins.same(FIGURES[name], user)


@pytest.mark.parametrize("entity", ["customers", "orders", "payments", "deals", "contacts", "tickets"])
def test_that_quality_reads_the_same_columns(twins: Twins, entity: str) -> None:
    def read(reader: Reader) -> Any:
        layout = reader.layout(entity)
        keys = [f.key for f in quality.readable(layout)]
        links = [f"{f.key}~live" for f in layout.reference_fields()]
        extras = {"orders": ["lines~sum"], "deals": ["stage~kind"], "payments": ["order~customer"]}.get(entity, [])
        return [(c.ids, c.handles, dict(c.columns)) for c in quality.chunks(reader, entity, keys, [*links, *extras])]

    assert twins.same(read)


def test_that_a_board_has_the_same_cards(twins: Twins) -> None:
    with twins.file.context.reading() as work:
        pipeline = next(s.pipeline for s in deals.stages(work.reader) if s.pipeline)
    moment = datetime(2026, 3, 5, tzinfo=UTC)
    assert twins.same(lambda r: [tuple(row) for row in board.rows(r, pipeline, None, moment)])


@pytest.mark.parametrize("field", ["net", "owed", "received", "profit"])
def test_that_computed_fields_filter_the_same(twins: Twins, field: str) -> None:
    for value in ("0", "100", "10000"):
        twins.same(lambda r, v=value: r.handles("orders", Condition(field, "gt", v), (Sort(field),)))  # type: ignore[misc]


@pytest.mark.parametrize("user", PEOPLE)
def test_that_tags_are_counted_as_the_list_counts_them(twins: Twins, user: str) -> None:
    def check(reader: Reader) -> Any:
        found = tags.counted(reader, ["customers"])
        for name, _, count in found:
            assert reader.count("customers", Condition("tags", "has_any", [name])) == count
        return found

    found = twins.same(check, user)
    assert [name for name, _, _ in found] == sorted(name for name, _, _ in found)
