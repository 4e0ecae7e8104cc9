"""What comes off the bench: files, imports, records written back, recipes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.core.i18n import t
from app.errors import AppError
from app.services.workbench.recipe_book import SavedRecipe, read_recipe, write_recipe
from app.views.widgets.menus import MenuItem
from app.views.widgets.message_dialog import Choice
from app.views.workbench.bench import Bench
from app.views.workbench.rename_dialog import RenameDialog

if TYPE_CHECKING:
    from app.services.workbench.recipe import Check
    from app.services.workbench.service import WriteBack

_JSON = ("json",)
_LISTED = 30


class Results(QObject):
    """The verbs of the menus 配方 and 导出, and of the main button."""

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._desk = bench.desk
        self._saved: list[SavedRecipe] = []
        self.names_dialog: RenameDialog | None = None
        bench.opened.connect(self._learn)

    def _learn(self) -> None:
        """Which recipes there are, for the menu."""
        recipes = self._desk.workspace.recipes

        def done(found: list[SavedRecipe]) -> None:
            self._saved = found

        self._desk.read(lambda _job: recipes.list(), done, owner=self)

    # ---- recipes ------------------------------------------------------------------------------------------------

    def recipe_menu(self) -> list[MenuItem | None]:
        """Save the steps, run saved ones."""
        steps = self._bench.history is not None and self._bench.history.at > 0
        runs: list[MenuItem | None] = [
            MenuItem(t("{name}（{n} 步）", name=saved.name, n=saved.steps), lambda s=saved: self._run(s.body), "play")  # type: ignore[misc]
            for saved in self._saved
        ]
        drops = [
            MenuItem(saved.name, lambda s=saved: self._delete(s.name), danger=True)  # type: ignore[misc]
            for saved in self._saved
        ]
        items: list[MenuItem | None] = [
            MenuItem(t("把这些步骤存为配方…"), self.save_recipe, "save", enabled=steps),
            MenuItem(t("存为配方文件…"), self.save_recipe_file, "file-text", enabled=steps),
            None,
            *runs,
            MenuItem(t("运行配方文件…"), self.run_recipe_file, "folder-open"),
        ]
        if drops:
            items += [None, MenuItem(t("删除配方"), icon="trash-2", items=drops)]
        return items

    def save_recipe(self) -> None:
        """Keep the steps in force under a name."""
        assert self._bench.history is not None
        body = self._bench.history.recipe().to_json()
        name = self._desk.dialogs.ask_text(t("存为配方"), t("配方的名字"))
        if not name:
            return
        if any(saved.name == name for saved in self._saved) and not self._desk.dialogs.confirm(
            t("已有配方“{name}”，要替换吗？", name=name), t("替换"), danger=True
        ):
            return
        recipes = self._desk.workspace.recipes

        def done(_saved: SavedRecipe) -> None:
            self._desk.toasts.show_toast(t("已保存清洗配方“{name}”", name=name), "success")
            self._learn()

        self._desk.read(
            lambda _job: recipes.save(name, body), done, owner=self, on_failed=self._desk.dialogs.show_error
        )

    def save_recipe_file(self) -> None:
        """The steps in force as a file."""
        assert self._bench.history is not None
        body = self._bench.history.recipe().to_json()
        path = self._desk.dialogs.pick_file(
            "save", t("存为配方文件"), [(t("清洗配方"), _JSON)], suggested=t("清洗配方.json")
        )
        if path is None:
            return

        def done(_path: Path) -> None:
            self._desk.toasts.show_toast(t("已写入 {name}", name=path.name), "success")

        self._desk.read(
            lambda _job: write_recipe(path, body), done, owner=self, on_failed=self._desk.dialogs.show_error
        )

    def run_recipe_file(self) -> None:
        """Run the recipe of a file."""
        path = self._desk.dialogs.pick_file("open", t("打开配方文件"), [(t("清洗配方"), _JSON)])
        if path is not None:
            self._desk.read(
                lambda _job: read_recipe(path), self._run, owner=self, on_failed=self._desk.dialogs.show_error
            )

    def _delete(self, name: str) -> None:
        if not self._desk.dialogs.confirm(t("删除配方“{name}”？", name=name), t("删除"), danger=True):
            return
        recipes = self._desk.workspace.recipes
        self._desk.read(
            lambda _job: recipes.delete(name), lambda _none: self._learn(), owner=self,
            on_failed=self._desk.dialogs.show_error,
        )  # fmt: skip

    def _run(self, body: Any) -> None:
        """Run a recipe; where only names of columns differ, ask which is which first."""

        def checked(found: Check) -> None:
            if found.missing and not found.problems:
                self._ask_names(body, found.missing)
            else:
                self._bench.run_recipe(body, self._told)

        self._bench.check_recipe(body, checked)

    def _ask_names(self, body: Any, missing: tuple[str, ...]) -> None:
        panel = self.parent()
        assert isinstance(panel, QWidget)
        dialog = self.names_dialog = RenameDialog(missing, self._bench.table.names, panel.window())

        def run() -> None:
            renames = {**(body.get("renames") or {}), **dialog.renames}
            self._bench.run_recipe({**body, "renames": renames}, self._told)

        dialog.accepted.connect(run)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _told(self, report: dict[str, Any]) -> None:
        """What the recipe did; what no longer fits is shown, not hidden."""
        details = []
        for one in report["steps"]:
            parts = []
            if one["not_understood"]:
                values = "、".join(u["value"] for u in one["unread"][:5])
                parts.append(t("{n} 格看不懂（{values}）", n=one["not_understood"], values=values))
            if one["map_gone_count"]:
                parts.append(t("对照表里 {n} 个值没有出现", n=one["map_gone_count"]))
            if one["map_unknown_rows"]:
                values = "、".join(u["value"] for u in one["map_unknown"][:5])
                parts.append(t("{n} 行的值不在对照表里（{values}）", n=one["map_unknown_rows"], values=values))
            if parts:
                details.append(f"{one['told']}：" + "；".join(parts))
        text = t("配方已运行：改动 {n} 格", n=report["changed"])
        # values a table does not name are often right as they are: told, but no reason to stop for
        doubtful = any(one["not_understood"] or one["map_gone_count"] for one in report["steps"])
        if not doubtful:
            self._desk.toasts.show_toast(text, "success")
            return
        self._desk.dialogs.ask(
            text, [Choice("ok", t("知道了"), "primary")], text=t("有的步骤与这份数据不完全对得上："),
            details="\n".join(details), severity="warning", default="ok",
        )  # fmt: skip

    # ---- files --------------------------------------------------------------------------------------------------

    def export_menu(self) -> list[MenuItem | None]:
        """Files from the bench."""
        table = self._bench.table
        out = table.size - table.live
        return [
            MenuItem(t("导出清洗后的表格…"), lambda: self.export(removed=False), "download"),
            MenuItem(t("导出移出的 {n} 行…", n=out), lambda: self.export(removed=True), enabled=out > 0),
        ]

    def export(self, *, removed: bool) -> None:
        """Write the table, or the rows taken out, as .xlsx or .csv."""
        assert self._bench.source is not None
        stem = Path(self._bench.source.title).stem.replace("：", "_")
        name = t("{stem}_移出的行.xlsx", stem=stem) if removed else t("{stem}_清洗后.xlsx", stem=stem)
        filters = [("Excel", ("xlsx",)), ("CSV", ("csv",))]
        path = self._desk.dialogs.pick_file("save", t("导出"), filters, suggested=name)
        if path is None:
            return
        if self._bench.source.loaded is not None and path.resolve() == self._bench.source.loaded.path.resolve():
            self._desk.dialogs.show_error(AppError(t("不能覆盖正在清洗的原文件，请换一个名字。")))
            return
        self._bench.export(
            path, removed=removed,
            on_done=lambda rows: self._desk.toasts.show_toast(t("已写入 {n} 行到 {name}", n=rows, name=path.name), "success"),
        )  # fmt: skip

    # ---- the main button ----------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Import the cleaned file, or write the records back."""
        source = self._bench.source
        if source is None:
            return
        if source.records is not None:
            self._bench.preview_back(self._ask_back)
            return
        try:
            wish = self._bench.import_wish()
        except AppError as error:
            self._desk.dialogs.show_error(error)
            return
        self._desk.page_wanted.emit("import", {"entity": "customers", **wish})

    def _ask_back(self, told: WriteBack) -> None:
        if not told.records:
            text = t("没有可以写回的改动。")
            self._desk.dialogs.ask(
                text, [Choice("ok", t("知道了"), "primary")], details=_left(told), severity="info", default="ok"
            )
            return
        question = t("改动 {n} 条档案的 {cells} 个字段？", n=told.records, cells=told.cells)
        lines = [
            f"{title}　{field}：{before or '—'} → {after or '—'}"
            for title, field, before, after in told.samples[:_LISTED]
        ]
        text = t("作为一次操作写入，可以整个撤销。")
        if told.left_count:
            text += t("{n} 处会保持不变，见详情。", n=told.left_count)
        if told.ignored:
            text += t("这些列不是档案的字段，不会写入：{names}。", names="、".join(told.ignored))
        left = _left(told)
        details = "\n".join([*([t("保持不变："), left, ""] if left else []), t("改动："), *lines])
        if self._desk.dialogs.confirm(question, t("写回档案"), text=text, details=details):
            self._bench.write_back(self._after_back)

    def _after_back(self, result: WriteBack) -> None:
        if result.left_count:
            self._desk.dialogs.ask(
                t("{n} 处没有写入", n=result.left_count), [Choice("ok", t("知道了"), "primary")],
                details=_left(result), severity="warning", default="ok",
            )  # fmt: skip


def _left(told: WriteBack) -> str:
    lines = [f"{one.title}　{one.field} {one.cell}：{one.why}" for one in told.left[:_LISTED]]
    return "\n".join(lines)
