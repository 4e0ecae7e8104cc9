"""`kedang search`: one search over every kind of record that has a search index."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.session import Limit, Offset, WrongUsage, session_of
from app.core.dictionary import BUILT_IN
from app.core.i18n import t

ENTITIES = BUILT_IN.kinds(lambda e: e.searched and not e.picklist)


def search(
    context: typer.Context,
    text: str,
    within: Annotated[str, typer.Option("--in")] = ",".join(ENTITIES),
    limit: Limit = 50,
    offset: Offset = 0,
) -> None:
    """Names, pinyin, numbers, phones and texts; customers first. Rows carry their "entity" and "title"."""
    from app.core.filters import Search
    from app.services.exchange.cells.record_json import record_json

    session = session_of(context)
    wanted = [word.strip() for word in within.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in ENTITIES]
    if unknown:
        raise WrongUsage(t("不能在“{name}”里搜索。可用的有：{all}。", name=unknown[0], all=", ".join(ENTITIES)))
    total = 0
    rows: list[dict[str, Any]] = []
    with session.workspace() as workspace:
        names = workspace.people.names()
        for entity in wanted:
            service = workspace.records(entity)
            start, room = max(0, offset - total), max(0, limit - len(rows))
            count, records = service.list(Search(text), limit=room, offset=start)
            total += count
            for record in records:
                data = record_json(service.entity, record, lambda user: names.get(user, ""))
                rows.append({"entity": entity, "title": record.get(service.entity.title), **data})
    headings = (("entity", t("类别")), ("number", t("编号")), ("title", t("名称")), ("phones", t("电话")))
    session.screen.rows(total, rows, headings)
