"""A program with one more kind of record, 维修设备, declared once: its fields and its table. Nothing else knows of it.

Importing this module first makes the kind part of the registry and of the schema; `main` walks it through services, command
line and files and prints "walked", `window` through the window's page, palette and bin.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sys
import uuid
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.core import dictionary
from app.core.choices import Choice
from app.core.dictionary.common import CUSTOMER, OWNER, addresses, name, phones, remark, system, tags
from app.core.fields import CODED, Address, Entity, Field, FieldType, Link, MonthDay, Point, Registry

DEVICES = Entity(
    key="devices",
    table="device",
    zh="设备",
    en="Devices",
    icon="server",
    measure="台",
    number_prefix="E",
    follows=("customer",),
    happened="installed_on",
    named="设备|device",
    match=(("external_id",), ("number",), ("serial",)),
    groups=(("main", "基本信息", "Basics"), ("custom", "自定义字段", "Custom fields"), ("system", "其他", "Other")),
    fields=(
        name("设备名称", "Name", searchable=True),
        Field("number", "设备编号", "Number", readonly=True, searchable=CODED, group="main", unique=True),
        CUSTOMER,
        Field("serial", "序列号", "Serial number", group="main", searchable=CODED, shown=True, unique=True),
        Field("installed_on", "安装日期", "Installed", FieldType.DATE, group="main", shown=True, past=True),
        Field("price", "售价", "Price", FieldType.MONEY, group="main", shown=True, least=0),
        Field(
            "keepers",
            "保管人",
            "Keepers",
            FieldType.LINKS,
            group="main",
            target="contacts",
            several=True,
            sortable=False,
        ),
        tags(),
        phones(),
        addresses(),
        Field("rate", "折旧率", "Depreciation", FieldType.PERCENT, group="main", shown=True, least=0, most=100),
        Field("runtime", "运行时长", "Runtime", FieldType.DURATION, group="main", shown=True),
        Field("serviced", "年检日", "Inspection", FieldType.MONTH_DAY, group="main", shown=True),
        Field(
            "uses",
            "用途",
            "Uses",
            FieldType.MULTI_CHOICE,
            group="main",
            shown=True,
            office=True,
            choices=(Choice("a", "注塑", "Moulding"), Choice("b", "吹塑", "Blowing")),
        ),
        OWNER,
        remark(),
        *system(searchable=True),
    ),
)

dictionary.BUILT_IN = Registry((*dictionary.BUILT_IN, DEVICES))

from app.errors import UserError  # noqa: E402
from app.models.base import (  # noqa: E402
    Base,
    Editable,
    Named,
    Scaled,
    Several,
    Uuid,
    Yearly,
    external_index,
    live_index,
    reference,
)


class Device(Named, Editable, Base):
    """A machine at a customer's."""

    __tablename__ = "device"

    number: Mapped[str] = mapped_column(sa.String(40))
    customer_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    serial: Mapped[str | None] = mapped_column(sa.String(200))
    installed_on: Mapped[date | None] = mapped_column(sa.Date)
    price: Mapped[int | None] = mapped_column("price_minor", sa.BigInteger)
    rate: Mapped[Decimal | None] = mapped_column(Scaled)
    runtime: Mapped[int | None] = mapped_column(sa.BigInteger)
    serviced: Mapped[MonthDay | None] = mapped_column(Yearly)
    uses: Mapped[tuple[str, ...] | None] = mapped_column(Several)
    owner: Mapped[uuid.UUID | None] = mapped_column("owner_id", Uuid)
    remark: Mapped[str | None] = mapped_column(sa.Text)
    external_id: Mapped[str | None] = mapped_column(sa.String(100))

    __table_args__ = (
        sa.UniqueConstraint("org_id", "number"),
        reference("customer_id", "customer", ondelete="RESTRICT"),
        reference("owner_id", "user", ondelete="RESTRICT"),
        external_index("device"),
        live_index("ix_device_live"),
    )


USER, PASSWORD = "boss", "正确 马 电池 订书钉 2026"


def _kedang(path: Path, *words: str) -> Any:
    """One call of the command; its answer."""
    from app.cli.main import main as command

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = command(["--archive", str(path), "--json", *words])
    assert code == 0, (words, code, out.getvalue())
    return json.loads(out.getvalue())


def main(folder: Path) -> None:
    """Every door that needs no window."""
    from app.bootstrap import create_workspace, open_workspace
    from app.core.filters import Condition, Related
    from app.core.records import Sort
    from app.services.exchange.files.records import ReadOptions

    path = folder / "office.kedang"
    workspace, _ = create_workspace(path, USER, PASSWORD)
    devices = workspace.records("devices")
    customer, _ = workspace.customers.create({"name": "恒力机械"})
    made, _ = devices.create({"name": "注塑机", "customer": (Link(customer.id),), "serial": "SN-001", "price": 120_00})
    assert made.get("number"), "it is numbered"
    keeper, _ = workspace.contacts.create({"name": "李东", "customers": (Link(customer.id),)})
    parts = {
        "tags": ("进口", "保修内"),
        "phones": (Point("0571-88886666", "+8657188886666", "现场"),),
        "addresses": (Address("浙江省", "杭州市", "西湖区", "文三路 1 号", "车间"),),
        "keepers": (Link(keeper.id, "李东", "主管", "白班", date(2026, 1, 1), date(2026, 12, 31)),),
    }
    tagged, change = devices.update(made.id, parts)
    assert {key: tagged.get(key) for key in parts} == parts
    for condition in (
        Condition("tags", "has_all", ["进口", "保修内"]),
        Condition("phones", "contains", "8888"),
        Condition("addresses", "contains", "文三路"),
        Condition("keepers", "contains", "李"),
    ):
        assert devices.list(condition)[0] == 1, condition
        assert workspace.customers.count(condition) == 0 if condition.field != "keepers" else True
    assert [(n, count) for n, _, count in devices.tags()] == [("保修内", 1), ("进口", 1)]
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert not any(devices.get(made.id).get(key) for key in parts)
    devices.update(made.id, parts)
    links = workspace.fields.add("devices", "备用机", FieldType.LINKS, target="devices")
    spare, _ = devices.create({"name": "备用注塑机", links: (Link(made.id, role="主机"),)})
    assert [(x.title, x.role) for x in devices.get(spare.id).get(links)] == [("注塑机", "主机")]
    assert devices.list(Condition(links, "contains", "注塑"))[0] == 1
    assert devices.list(Related(links, Condition("name", "eq", "注塑机")))[0] == 1
    assert [(f.label, f.used) for f in workspace.fields.list("devices")] == [("备用机", 1)]
    own = workspace.fields.add("devices", "保修期", FieldType.TEXT)
    changed, change = devices.update(made.id, {own: "两年", "installed_on": date(2026, 3, 1)})
    assert devices.list(Condition(own, "eq", "两年"), (Sort("price", descending=True),))[0] == 1
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert devices.get(changed.id).get(own) is None
    devices.delete(made.id)
    assert [r.id for r in devices.list(deleted=True)[1]] == [made.id]
    assert devices.get(spare.id).get(links) is None, "what it names is in the bin"
    devices.restore_many([made.handle])
    assert [x.role for x in devices.get(spare.id).get(links)] == ["主机"]
    timeline = workspace.customers.timeline(customer.id)
    assert any(x.record is not None and x.record.entity == "devices" for x in timeline)

    sheet = folder / "设备台账.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([
            ["设备名称", "序列号", "客户名称", "售价", "安装日期", "保修期", "标签", "电话", "保管人", "备用机", "折旧率", "运行时长", "年检日", "用途"],
            ["空压机", "SN-002", "新来的公司", "88.5", "2026-01-02", "一年", "国产", "13800138000", "李东", "注塑机", "12.5%", "1小时30分", "05-12", "注塑；包装"],
            ["注塑机", "SN-001", "恒力机械", "130", "2026-02-03", *[""] * 9],
        ])  # fmt: skip
    inspection = workspace.imports.inspect(sheet)
    plan = workspace.imports.propose(inspection, "devices")
    report = workspace.imports.run(
        sheet, ReadOptions(), inspection, plan.__class__(**{**plan.__dict__, "mode": "upsert"})
    )
    assert (report.created, report.updated, report.rejected, report.customers) == (1, 1, 0, 1), report
    found = devices.find_by("serial", "SN-002")
    assert found is not None
    assert (found.get("tags"), found.get("phones")[0].normal) == (("国产",), "+8613800138000")
    assert [(link.title, link.id) for link in found.get("keepers")] == [("李东", keeper.id)]
    assert [link.title for link in found.get(links)] == ["注塑机"]
    kept = devices.get(made.id)
    assert {key: kept.get(key) for key in parts} == parts, "an update that does not name them"
    assert (found.get(own), found.get("price"), found.get("customer")[0].title) == ("一年", 88_50, "新来的公司")
    of_kinds = {"rate": Decimal("12.5"), "runtime": 5400, "serviced": MonthDay(5, 12), "uses": ("a", "包装")}
    assert {key: found.get(key) for key in of_kinds} == of_kinds
    assert [c.code for c in workspace.context.registry.entity("devices").field("uses").choices] == ["a", "b", "包装"]
    asked = (
        ("rate", "ge", "12"),
        ("runtime", "eq", 5400),
        ("serviced", "eq", "--05-12"),
        ("uses", "has_all", ["a", "包装"]),
    )
    for key, op, value in asked:
        assert [r.id for r in devices.list(Condition(key, op, value))[1]] == [found.id], key
        assert [r.id for r in devices.list(Condition(key, "not_empty"), (Sort(key),))[1]] == [found.id], key
    assert dict(devices.distinct("uses", limit=10)) == {"a": 1, "包装": 1}
    changed, change = devices.update(found.id, {"uses": ("b",), "serviced": MonthDay(2, 29, 1988), "rate": Decimal(1)})
    assert change.operation_id is not None
    workspace.history.undo(change.operation_id)
    assert {key: devices.get(found.id).get(key) for key in of_kinds} == of_kinds
    with contextlib.suppress(UserError):
        devices.update(found.id, {"rate": Decimal(101)})
        raise AssertionError

    from app.services.migration.records import ORDER

    assert "devices" in ORDER
    from app.services.migration.detection import detected

    assert detected(inspection, workspace.context.registry).entity == "devices"
    health = next(kind for kind in workspace.quality.entities() if kind.key == "devices")
    assert health.label == "设备"
    workspace.close()

    listed = _kedang(path, "devices", "list", "--filter", json.dumps({"field": "price", "op": "gt", "value": 100}))
    assert [row["name"] for row in listed["rows"]] == ["注塑机"]
    for typed in ("注塑", "zhusuji", "SN-001", "88886666"):
        assert any(r["entity"] == "devices" for r in _kedang(path, "search", typed)["rows"]), typed
    shown = _kedang(path, "devices", "show", str(made.get("number")))
    assert shown["serial"] == "SN-001"
    _kedang(path, "devices", "edit", str(made.get("number")), "--set", "售价=99")
    _kedang(path, "data", "export", str(folder / "out.xlsx"), "--from", "devices")
    _kedang(path, "data", "template", "devices", str(folder / "template.xlsx"))
    _kedang(path, "health", "check", "--entity", "devices")
    assert _kedang(path, "archive", "verify")["ok"]
    again = open_workspace(path, USER, PASSWORD)
    assert again.records("devices").get(made.id).get("price") == 99_00
    again.close()
    sys.stdout.write("walked\n")


def window(folder: Path) -> None:
    """The window: the kind's page, its rows and pane, the palette, the form, the bin, the settings of its fields."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.bootstrap import create_workspace
    from app.core.jobs import Job
    from app.settings.store import SettingsStore
    from app.views.operations.runner import Runner
    from app.views.records.record_page import RecordPage
    from app.views.settings.bin_section import BinSection
    from app.views.settings.fields_section import FieldsSection
    from app.views.shell.finder import search_records
    from app.views.shell.main_window import MainWindow
    from app.views.shell.page import OpenRecord
    from app.views.theme import theme

    application = QApplication([])
    theme.apply(application, "light")
    workspace, _ = create_workspace(folder / "office.kedang", USER, PASSWORD)
    customer, _ = workspace.customers.create({"name": "恒力机械"})
    made, _ = workspace.records("devices").create(
        {"name": "注塑机", "customer": (Link(customer.id),), "serial": "SN-1"}
    )
    gone, _ = workspace.records("devices").create({"name": "旧机"})
    workspace.records("devices").delete(gone.id)
    runner = Runner()
    main_window = MainWindow(workspace, USER, runner, SettingsStore(folder / "settings.json"))
    main_window.resize(1200, 800)
    main_window.show()

    def until(condition: Any, what: str) -> None:
        for _ in range(400):
            if condition():
                return
            QTest.qWait(25)
        raise AssertionError(what)

    (group,) = [g for g in search_records(workspace, "zhusuji", Job()) if g.items]
    assert (group.title, group.items[0].id) == ("设备", OpenRecord("devices", made.id))
    main_window.open_record(OpenRecord("devices", made.id))
    page = main_window.current_page()
    assert isinstance(page, RecordPage)
    assert (page.key, page.title) == ("devices", "设备")
    until(lambda: page.rows.model.rowCount() == 1, "rows")
    until(lambda: page.pane.record() is not None and page.pane.record().id == made.id, "pane")
    page.grab().save(str(folder / "page.png"))
    main_window.open_record(OpenRecord("customers", customer.id))
    shown = main_window.current_page()
    assert isinstance(shown, RecordPage)
    until(
        lambda: shown.pane.data is not None and any("设备" in s.title for s in shown.pane.data.sections),
        "on the customer",
    )
    workspace.choices.rename("customers", "stage", "won", "合作中的")
    main_window.show_page("devices")
    main_window.show_page("customers")
    again = main_window.current_page()
    assert isinstance(again, RecordPage)
    assert again is not shown, "its pick-lists have changed"
    until(lambda: any("合作中的" in c.options for c in again.rows.model.columns), "the new name is offered")
    trash = BinSection(main_window.desk)
    trash._entity.set_key("devices")
    until(lambda: trash._model.rowCount() == 1, "bin")
    assert FieldsSection(main_window.desk)._entity.findData("devices") >= 0
    main_window._may_close = True
    main_window.close()
    runner.shutdown()
    workspace.close()
    sys.stdout.write("walked\n")


if __name__ == "__main__":
    {"main": main, "window": window}[sys.argv[1]](Path(sys.argv[2]))
