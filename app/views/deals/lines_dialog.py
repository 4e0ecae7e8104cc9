"""The items of an order, edited in a small sheet; the order's amount is their sum."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from app.core.amounts import money_shown, money_text, plain_number
from app.core.fields import Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.errors import AppError
from app.services.cleaning.amounts import parse_amount, parse_number, parse_price
from app.services.deals.records import Line
from app.services.deals.rules import priced
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.labels import DataLabel, muted

_NAME, _QUANTITY, _PRICE, _AMOUNT = range(4)


class LinesDialog(FormDialog):
    """Tab goes from cell to cell, in the last one to a new row; Ctrl+Del takes a row out."""

    def __init__(self, desk: Desk, order: Record, parent: QWidget) -> None:
        super().__init__(parent, t("订单 {number} 的明细", number=str(order.get("number"))), t("保存"), width=680)
        self._desk, self._order = desk, order
        self._products: dict[str, Record] = {}
        self._lines: dict[QLineEdit, Record] = {}
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(t("明细"))
        self.table.setHorizontalHeaderLabels([t("品名"), t("数量"), t("单价"), t("金额")])
        self.table.verticalHeader().hide()
        self.table.setMinimumHeight(260)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_QUANTITY, 80), (_PRICE, 120), (_AMOUNT, 120)):
            self.table.setColumnWidth(column, width)
        self.table.cellChanged.connect(self._on_changed)
        self.body.addWidget(self.table)
        row = QHBoxLayout()
        add = buttons.ghost(t("添加一行"), "plus")
        add.clicked.connect(lambda _on=False: self.add_row())
        self._drop = buttons.ghost(t("删除这一行"), "trash-2")
        self._drop.clicked.connect(lambda _on=False: self.remove_row())
        self._sum = DataLabel("", "strong")
        row.addWidget(add)
        row.addWidget(self._drop)
        row.addStretch()
        row.addWidget(self._sum)
        self.body.addLayout(row)
        self.body.addWidget(muted(t("单价乘数量就是金额，也可以直接填金额。保存后订单金额等于明细合计。"), wrap=True))
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        QShortcut(QKeySequence("Ctrl+Del"), self.table).activated.connect(self.remove_row)
        workspace = desk.workspace

        def read(_job: Job) -> tuple[Sequence[Record], list[Record]]:
            return workspace.orders.lines(order.id), workspace.records("products").list(limit=500)[1]

        desk.read(read, self._fill, owner=self)

    def _fill(self, found: tuple[Sequence[Record], list[Record]]) -> None:
        lines, products = found
        self._products = {str(p.get("name")): p for p in products}
        for line in lines:
            self.add_row(
                str(line.get("name") or ""), "" if line.get("quantity") is None else str(line.get("quantity")),
                _price_text(line.get("price")), _written(line.get("amount")), line,
            )  # fmt: skip
        if not lines:
            self.add_row()
        self._total()

    # ---- rows ---------------------------------------------------------------------------------------------------

    def add_row(
        self, name: str = "", quantity: str = "", price: str = "", amount: str = "", line: Record | None = None
    ) -> None:
        """A further row, of an item that is there or of a new one; its name offers the products."""
        row = self.table.rowCount()
        self.table.blockSignals(True)
        self.table.insertRow(row)
        edit = QLineEdit(name)
        edit.setFrame(False)
        edit.setMaxLength(200)
        edit.setAccessibleName(t("第 {n} 行的品名", n=row + 1))
        offered = QCompleter(list(self._products), edit)
        offered.setFilterMode(Qt.MatchFlag.MatchContains)
        offered.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        offered.activated[str].connect(lambda text, edit=edit: self._take(edit, text))  # type: ignore[index]
        edit.setCompleter(offered)
        self.table.setCellWidget(row, _NAME, edit)
        if line is not None:
            self._lines[edit] = line
        for column, text in ((_QUANTITY, quantity), (_PRICE, price), (_AMOUNT, amount)):
            item = QTableWidgetItem(text)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, column, item)
        self.table.blockSignals(False)
        if not name:
            edit.setFocus()

    def remove_row(self) -> None:
        """The current row goes."""
        row = self.table.currentRow()
        focused = self.focusWidget()
        for at in range(self.table.rowCount()):
            if self.table.cellWidget(at, _NAME) is focused:
                row = at
        self.table.removeRow(row if row >= 0 else self.table.rowCount() - 1)
        self._total()

    def _take(self, edit: QLineEdit, name: str) -> None:
        product = self._products.get(name)
        row = next((i for i in range(self.table.rowCount()) if self.table.cellWidget(i, _NAME) is edit), -1)
        if product is None or row < 0 or product.get("price") is None:
            return
        self._cell(row, _PRICE).setText(_price_text(product.get("price")))
        if not self._cell(row, _QUANTITY).text():
            self._cell(row, _QUANTITY).setText("1")

    def _on_changed(self, row: int, column: int) -> None:
        if column in (_QUANTITY, _PRICE):
            quantity, price = self._number(row), self._price(row)
            if price is not None:
                self.table.blockSignals(True)
                self._cell(row, _AMOUNT).setText(_written(priced(quantity, price)))
                self.table.blockSignals(False)
        self._total()

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = self.table.item(row, column)
        assert item is not None
        return item

    def _text(self, row: int, column: int) -> str:
        return self._cell(row, column).text().strip()

    def _number(self, row: int) -> Decimal | None:
        text = self._text(row, _QUANTITY)
        return parse_number(text).value if text else None

    def _price(self, row: int) -> Decimal | None:
        text = self._text(row, _PRICE)
        return parse_price(text).value if text else None

    def _amount(self, row: int) -> int | None:
        text = self._text(row, _AMOUNT)
        return parse_amount(text).value if text else None

    def _total(self) -> None:
        self._sum.setText(t("合计 {sum}", sum=money_shown(sum(self._amount(r) or 0 for r in self._rows()))))

    def _rows(self) -> range:
        return range(self.table.rowCount())

    # ---- saving -------------------------------------------------------------------------------------------------

    def values(self) -> list[Line] | str:
        """The rows as values, or a sentence that says what is wrong; empty rows are left out."""
        found: list[Line] = []
        for row in self._rows():
            edit = self.table.cellWidget(row, _NAME)
            assert isinstance(edit, QLineEdit)
            texts = [self._text(row, column) for column in (_QUANTITY, _PRICE, _AMOUNT)]
            name = edit.text().strip()
            if not name and not any(texts):
                continue
            quantity, price, amount = self._number(row), self._price(row), self._amount(row)
            read = (quantity, price, amount)
            if any(text and value is None for text, value in zip(texts, read, strict=True)):
                return t("第 {n} 行的数字看不懂。", n=row + 1)
            if amount is None:
                return t("第 {n} 行还没有金额。", n=row + 1)
            line = self._lines.get(edit)
            values: dict[str, Any] = {"name": name or None, "quantity": quantity, "price": price, "amount": amount}
            if line is None or name != (line.get("name") or ""):  # what it is was chosen or written here
                product = self._products.get(name)
                values["product"] = (Link(product.id, name),) if product is not None else None
                values |= {"category": product.get("category")} if product is not None else {}
            found.append(Line(values, line.id if line is not None else None))
        return found

    def submit(self) -> None:
        rows = self.values()
        if isinstance(rows, str):
            self._tell(rows)
            return
        orders, order = self._desk.workspace.orders, self._order.id
        self.go.setEnabled(False)

        def work(_job: Job) -> tuple[Record, ChangeSet]:
            return orders.set_lines(order, rows)

        def failed(error: Exception) -> None:
            self.go.setEnabled(True)
            if isinstance(error, AppError):
                self._tell(str(error))
            else:
                self._desk.dialogs.show_error(error)

        self._desk.operate(
            work, title=t("正在保存"), owner=self, on_done=lambda _result: self.accept(), on_failed=failed,
            told=t("已保存 {n} 行明细", n=len(rows)),
        )  # fmt: skip

    def _tell(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()


def _written(minor: int | None) -> str:
    return "" if minor is None else money_text(minor).removesuffix(".00")


def _price_text(price: Decimal | None) -> str:
    return "" if price is None else plain_number(price)
