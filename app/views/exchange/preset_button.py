"""The quiet menu of saved plans: choose one, keep the present one, remove one."""

from __future__ import annotations

from functools import partial

from app.core.i18n import t
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.presets import Preset
from app.views.exchange.import_session import ImportSession
from app.views.widgets.buttons import Button
from app.views.widgets.menus import MenuItem, build_menu


class PresetButton(Button):
    """Opens the menu; the names are read in the background whenever the kind of record changes."""

    def __init__(self, session: ImportSession) -> None:
        super().__init__(t("导入方案"), "bookmark", "ghost", compact=True)
        self.set_trailing("chevron-down")
        self._session = session
        self._entity = ""
        self.presets: list[Preset] = []
        self.clicked.connect(self._open)
        session.planned.connect(self._on_planned)

    def _on_planned(self) -> None:
        if self._entity != self._session.entity_key:
            self._load()

    def _load(self) -> None:
        self._entity, desk = self._session.entity_key, self._session.desk
        entity = self._entity

        def done(found: list[Preset]) -> None:
            if self._entity == entity:
                self.presets = found

        desk.read(lambda _job: desk.workspace.presets.list(entity), done, owner=self)

    def _open(self) -> None:
        items: list[MenuItem | None] = [
            MenuItem(p.name, partial(self._use, p.name), checked=p.name == self._session.preset) for p in self.presets
        ]
        items += [None] if items else []
        items.append(MenuItem(t("存为方案…"), self._save, "save"))
        if self.presets:
            gone = [MenuItem(p.name, partial(self._delete, p)) for p in self.presets]
            items.append(MenuItem(t("删除方案"), icon="trash-2", items=gone))
        build_menu(self, items).popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _use(self, name: str) -> None:
        session, desk = self._session, self._session.desk
        inspection, entity, workspace = session.inspection, session.entity_key, desk.workspace
        assert inspection is not None

        def work(_job: object) -> ImportPlan | None:
            preset = workspace.presets.find(entity, name)
            if preset is None:
                return None  # removed by somebody else meanwhile
            workspace.presets.touch(preset.id)
            return workspace.presets.adapted(preset, inspection, workspace.imports.propose(inspection, entity))

        def done(plan: ImportPlan | None) -> None:
            if plan is None:
                desk.toasts.show_toast(t("方案“{name}”已经不在了", name=name), "warning")
                self._load()
            elif session.inspection is inspection and session.entity_key == entity:
                session.adopt(plan, name)

        desk.operate(work, title=t("套用方案"), owner=self, on_done=done)

    def _save(self) -> None:
        session, desk = self._session, self._session.desk
        inspection, plan = session.inspection, session.plan
        assert inspection is not None
        assert plan is not None
        suggested = session.preset or inspection.path.stem
        name = desk.dialogs.ask_text(t("存为导入方案"), t("方案名称"), suggested)
        if not name:
            return
        known = any(p.name == name for p in self.presets)
        if known and name != session.preset and not desk.dialogs.confirm(
            t("已有方案“{name}”，要替换它吗？", name=name), t("替换")
        ):  # fmt: skip
            return

        def done(preset: Preset) -> None:
            session.preset = preset.name
            desk.toasts.show_toast(t("已存为方案“{name}”，所有能导入的同事都可以用", name=preset.name), "success")
            self._load()

        desk.operate(
            lambda _job: desk.workspace.presets.save(name, inspection, plan),
            title=t("保存方案"),
            owner=self,
            on_done=done,
        )

    def _delete(self, preset: Preset) -> None:
        desk = self._session.desk
        if not desk.dialogs.confirm(t("删除方案“{name}”？", name=preset.name), t("删除"), danger=True):
            return
        if self._session.preset == preset.name:
            self._session.preset = ""
        desk.operate(
            lambda _job: desk.workspace.presets.delete(preset.id), title=t("删除方案"), owner=self,
            on_done=lambda _none: self._load(),
        )  # fmt: skip
