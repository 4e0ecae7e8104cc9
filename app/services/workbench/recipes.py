"""Recipes under a name, kept in the archive, and recipes as files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.access import Action
from app.core.clock import now
from app.core.i18n import t
from app.core.ids import uuid7
from app.errors import NotFound, NotPermitted, UserError
from app.models import Recipe as RecipeRow
from app.services.context import Context
from app.services.exchange.files import whole_file

_LONGEST = 80
_LARGEST = 20 << 20  # bytes of a recipe file


@dataclass(frozen=True)
class SavedRecipe:
    """A recipe under its name. `body`: its JSON data."""

    id: uuid.UUID
    name: str
    body: Mapping[str, Any]
    updated_at: datetime

    @property
    def steps(self) -> int:
        return len(self.body.get("steps", ()))


Recipes = list[SavedRecipe]


class RecipeService:
    """Recipes are shared by everybody; those who may import or edit customers may save and delete them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self) -> Recipes:
        """All recipes, the latest saved first."""
        query = sa.select(RecipeRow).where(RecipeRow.org_id == 1)
        with self._context.archive.session() as session:
            rows = session.scalars(query.order_by(RecipeRow.updated_at.desc(), RecipeRow.name)).all()
            return [_saved(row) for row in rows]

    def find(self, name: str) -> SavedRecipe | None:
        """The recipe of this name, or None."""
        with self._context.archive.session() as session:
            row = _row(session, name)
            return _saved(row) if row is not None else None

    def get(self, name: str) -> SavedRecipe:
        """The recipe of this name; raises NotFound."""
        found = self.find(name)
        if found is None:
            raise NotFound(t("没有叫“{name}”的清洗配方。", name=name))
        return found

    def save(self, name: str, body: Any) -> SavedRecipe:
        """Keep a recipe under a name; one of that name is replaced. Raises UserError for what is no recipe."""
        from app.services.cleaning.workbench.recipe import recipe_of

        self._require()
        text = name.strip()
        if not text or len(text) > _LONGEST:
            raise UserError(t("请给清洗配方起一个名字，最多 {n} 个字。", n=_LONGEST))
        data = recipe_of(body).to_json()
        if not data["steps"]:
            raise UserError(t("还没有步骤，没有什么可以保存。"))
        with self._context.archive.session(write=True) as session:
            row = _row(session, text)
            if row is None:
                row = RecipeRow(id=uuid7(), name=text, body=data, updated_at=now())
                session.add(row)
            row.body, row.updated_at = data, now()
            session.commit()
            return _saved(row)

    def delete(self, name: str) -> None:
        """Forget a recipe; raises NotFound."""
        self._require()
        with self._context.archive.session(write=True) as session:
            row = _row(session, name)
            if row is None:
                raise NotFound(t("没有叫“{name}”的清洗配方。", name=name))
            session.delete(row)
            session.commit()

    def _require(self) -> None:
        actor = self._context.actor
        if not (actor.may("customers", Action.IMPORT) or actor.may("customers", Action.EDIT)):
            raise NotPermitted(t("您无权保存或删除清洗配方。"))


def _row(session: Session, name: str) -> RecipeRow | None:
    return session.scalar(sa.select(RecipeRow).where(RecipeRow.org_id == 1, RecipeRow.name == name.strip()))


def _saved(row: RecipeRow) -> SavedRecipe:
    return SavedRecipe(row.id, row.name, row.body, row.updated_at)


def read_recipe(path: Path) -> Mapping[str, Any]:
    """The recipe of a file, checked; raises UserError saying what is wrong with it."""
    from app.services.cleaning.workbench.recipe import recipe_of

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
