"""Recipes under a name, kept in the archive, and recipes as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.core.access import Action
from app.core.i18n import t
from app.db.office import recipes
from app.db.office.recipes import SavedRecipe
from app.errors import NotFound, NotPermitted, UserError
from app.services.context import Context
from app.services.exchange.files.whole import whole_file

__all__ = ["RecipeService", "Recipes", "SavedRecipe", "read_recipe", "write_recipe"]

_LONGEST = 80
_LARGEST = 20 << 20  # bytes of a recipe file


Recipes = list[SavedRecipe]


class RecipeService:
    """Recipes are shared by everybody; those who may import or edit customers may save and delete them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self) -> Recipes:
        """All recipes, the latest saved first."""
        with self._context.reading() as work:
            return recipes.all_recipes(work.connection)

    def find(self, name: str) -> SavedRecipe | None:
        """The recipe of this name, or None."""
        with self._context.reading() as work:
            return recipes.find(work.connection, name.strip())

    def get(self, name: str) -> SavedRecipe:
        """The recipe of this name; raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound(t("没有叫“{name}”的清洗配方。", name=name))
        return found

    def save(self, name: str, body: Any) -> SavedRecipe:
        """Keep a recipe under a name; one of that name is replaced. Raises UserError for what is no recipe."""
        from app.services.workbench.recipe import recipe_of

        self._require()
        text = name.strip()
        if not text or len(text) > _LONGEST:
            raise UserError(t("请给清洗配方起一个名字，最多 {n} 个字。", n=_LONGEST))
        data = recipe_of(body).to_json()
        if not data["steps"]:
            raise UserError(t("还没有步骤，没有什么可以保存。"))
        with self._context.writing() as work:
            recipes.put(work.connection, text, data)
            work.commit()
        return self.get(text)

    def delete(self, name: str) -> None:
        """Forget a recipe; raises NotFound."""
        self._require()
        with self._context.writing() as work:
            if not recipes.remove(work.connection, name.strip()):
                raise NotFound(t("没有叫“{name}”的清洗配方。", name=name))
            work.commit()

    def _require(self) -> None:
        actor = self._context.actor
        if not (actor.may("customers", Action.IMPORT) or actor.may("customers", Action.EDIT)):
            raise NotPermitted(t("您无权保存或删除清洗配方。"))


def read_recipe(path: Path) -> Mapping[str, Any]:
    """The recipe of a file, checked; raises UserError saying what is wrong with it."""
    from app.services.workbench.recipe import recipe_of

    try:
        if path.stat().st_size > _LARGEST:
            raise UserError(t("“{name}”太大，不像清洗配方。", name=path.name))
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(t("读不了文件：{path}", path=path)) from error
    except (ValueError, RecursionError) as error:
        raise UserError(t("“{name}”不是有效的 JSON。", name=path.name)) from error
    return recipe_of(data).to_json()


def write_recipe(path: Path, body: Mapping[str, Any]) -> Path:
    """The recipe as a file that `read_recipe` takes."""
    with whole_file(path) as part:
        part.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
