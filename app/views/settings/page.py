"""设置: sections at the left, made when first opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.core.records import ChangeSet
from app.views.shell.desk import Desk
from app.views.shell.page import Command, Page
from app.views.widgets.labels import Rule
from app.views.widgets.nav_button import NavButton


class _Refreshing(Protocol):
    def refresh(self) -> None: ...


class SettingsPage(Page):
    """A payload that is the key of a section shows that section."""

    key = "settings"
    icon = "settings"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._made: dict[str, QWidget] = {}
        self._buttons: dict[str, NavButton] = {}
        self._current = ""
        self._stack = QStackedWidget()
        side = QWidget()
        side.setProperty("ground", "surface")
        side.setFixedWidth(184)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 16, 12, 12)
        column.setSpacing(2)
        for key, title, icon in self._sections():
            button = NavButton(title, icon)
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, one=key: self.show_section(one))
            self._buttons[key] = button
            column.addWidget(button)
        column.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addWidget(Rule(vertical=True))
        row.addWidget(self._stack, 1)

    @property
    def title(self) -> str:
        return t("设置")

    def _sections(self) -> list[tuple[str, str, str]]:
        admin = self.desk.workspace.actor.is_admin and not self.desk.workspace.archive.read_only
        found = [("appearance", t("外观"), "sun"), ("security", t("安全"), "shield-check")]
        if admin:
            found.append(("people", t("用户与角色"), "users"))
        return [
            *found,
            ("fields", t("字段管理"), "sliders-horizontal"),
            ("choices", t("选项"), "list"),
            ("tags", t("标签"), "tags"),
            ("pipelines", t("销售管道"), "kanban"),
            ("tickets", t("工单"), "inbox"),
            ("backups", t("备份"), "database"),
            ("bin", t("回收站"), "trash-2"),
            ("about", t("关于"), "info"),
        ]

    def keys(self) -> list[str]:
        """Sections this person is offered."""
        return list(self._buttons)

    def section(self, key: str) -> QWidget:
        """The section, made if need be. KeyError for one that is not offered."""
        if key not in self._made:
            made = self._made[key] = _makers()[key](self.desk)
            self._stack.addWidget(made)
        return self._made[key]

    def show_section(self, key: str) -> None:
        """Bring a section to the front and read it again."""
        self._current = key
        widget = self.section(key)
        self._stack.setCurrentWidget(widget)
        for name, button in self._buttons.items():
            button.setChecked(name == key)
        self._refresh(widget)

    def activate(self, payload: object = None) -> None:
        key = payload if isinstance(payload, str) and payload in self._buttons else self._current
        self.show_section(key or next(iter(self._buttons)))

    def commands(self) -> list[Command]:
        return [
            Command(f"settings:{key}", t("设置：{section}", section=button.label()), "settings", self._going(key))
            for key, button in self._buttons.items()
        ]

    def refresh(self, _changes: ChangeSet, _initiator: object) -> None:
        if self.isVisible() and self._current:
            self._refresh(self.section(self._current))

    def _going(self, key: str) -> Callable[[], None]:
        return lambda: self.show_section(key)

    @staticmethod
    def _refresh(widget: QWidget) -> None:
        section: _Refreshing = widget  # type: ignore[assignment]
        section.refresh()


def _makers() -> dict[str, Callable[[Desk], QWidget]]:
    # Opened one at a time: nobody waits for the ones he does not look at.
    from app.views.settings.about import AboutSection
    from app.views.settings.appearance import AppearanceSection
    from app.views.settings.backups_section import BackupsSection
    from app.views.settings.bin_section import BinSection
    from app.views.settings.choices_section import ChoicesSection
    from app.views.settings.fields_section import FieldsSection
    from app.views.settings.people import PeopleSection
    from app.views.settings.pipelines_section import PipelinesSection
    from app.views.settings.security import SecuritySection
    from app.views.settings.tags_section import TagsSection
    from app.views.settings.tickets_section import TicketsSection

    return {
        "appearance": AppearanceSection, "security": SecuritySection, "people": PeopleSection,
        "fields": FieldsSection, "choices": ChoicesSection, "tags": TagsSection, "pipelines": PipelinesSection,
        "tickets": TicketsSection, "backups": BackupsSection, "bin": BinSection,
        "about": AboutSection,
    }  # fmt: skip
