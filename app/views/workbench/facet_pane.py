"""The facets of the bench in a column at the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.buttons import IconButton
from app.views.widgets.labels import DataLabel, muted
from app.views.workbench.bench import Bench
from app.views.workbench.facet_card import FacetCard

if TYPE_CHECKING:
    from app.services.workbench.facets import Facet


class FacetPane(QWidget):
    """Cards for the facets; `add_button` asks for another one of the column in hand."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.cards: list[FacetCard] = []
        self.setMinimumWidth(210)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 10, 6, 8)
        outer.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(DataLabel(t("筛选"), "h2"))
        head.addStretch()
        self.reset_button = IconButton("rotate-ccw", t("清除全部选择"), side=28)
        self.reset_button.clicked.connect(bench.reset_facets)
        head.addWidget(self.reset_button)
        self.add_button = buttons.ghost(t("添加"), "plus")
        head.addWidget(self.add_button)
        outer.addLayout(head)
        self._hint = muted(t("从列名的菜单里添加筛选。筛选之后，转换只作用于筛出的行。"), wrap=True)
        outer.addWidget(self._hint)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(8)
        self._list.addStretch()
        body.setProperty("ground", "surface")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(area, 1)
        bench.browsed.connect(self._show)
        bench.opened.connect(self._show)

    def _show(self) -> None:
        facets = self._bench.facets
        wanted = [(f.kind, f.column) for f in facets]
        if wanted != [(card.facet.kind, card.facet.column) for card in self.cards]:
            self._rebuild(facets)
        browse = self._bench.browse
        if browse is not None:
            for card, counts in zip(self.cards, browse.counts, strict=True):
                card.show_counts(counts)
        self._hint.setVisible(not facets)
        self.reset_button.setEnabled(any(f.chosen for f in facets))

    def _rebuild(self, facets: list[Facet]) -> None:
        kept = {(card.facet.kind, card.facet.column): card for card in self.cards}
        self.cards = []
        for at, facet in enumerate(facets):
            card = kept.pop((facet.kind, facet.column), None)
            if card is None:
                card = FacetCard(facet)
                card.changed.connect(lambda made, card=card: self._bench.set_facet(self.cards.index(card), made))
                card.removed.connect(lambda card=card: self._bench.remove_facet(self.cards.index(card)))
            self._list.removeWidget(card)
            self._list.insertWidget(at, card)
            self.cards.append(card)
        for card in kept.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
